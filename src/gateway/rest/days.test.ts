/** The trade date over REST: statements whole and broken, adoption, readiness, calendars and zones. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { hashText, hashWords, NO_ROWS_HASH, rowLine, withRow } from '../../model/statement-hash.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { tellSmallFirm } from '../../simulator/small-firm.ts'

const SHARE = '600519.SH'
const PATH = '/accounts/ACC-7/positions-statement'
const DATE = '20261121'

function statementOf(rows: readonly (readonly [symbol: string, qty: string])[]) {
  const hash = rows.reduce((sum, [symbol, qty]) => withRow(sum, rowLine(symbol, qty, '', '')), NO_ROWS_HASH)
  const { hash0, hash1 } = hashWords(hash)
  const lines = rows.map(([symbol, qty]) => `${symbol}\t${qty}`)
  return { tradeDate: DATE, count: rows.length, hash: hashText(hash0, hash1), rows: lines }
}

describe('statements and calendars over REST', () => {
  let gate: RestGate
  before(async () => {
    gate = await RestGate.start()
    await tellSmallFirm(gate)
    await gate.register('carol', 'person', ['positions:write', 'risk:read'])
  })
  after(() => gate.close())

  const readiness = async () => (await gate.send('carol', 'GET', '/accounts/ACC-7/readiness')).body

  test('a statement that agrees settles the account; again it is refused', async () => {
    const told = await gate.send('ops-1', 'POST', PATH, statementOf([]))
    assert.deepEqual([told.status, told.body.outcome, told.body.differences], [200, 'APPLIED', 0])
    assert.deepEqual((await readiness()).positions, 'SETTLED')
    const again = await gate.send('ops-1', 'POST', PATH, statementOf([]))
    assert.deepEqual([again.body.outcome, again.body.reason.code], ['REFUSED', 'STATEMENT_REPEATED'])
  })

  test('a statement that differs blocks until another person adopts what it says', async () => {
    const statement = statementOf([[SHARE, '300']])
    assert.equal((await gate.send('ops-1', 'POST', PATH, statement)).body.differences, 1)
    const { blocked, positions, differences, statement: waits } = await readiness()
    assert.deepEqual([blocked, positions], [true, 'DIFFERS'])
    assert.deepEqual(differences, [{ symbol: SHARE, stated: '300', carried: '0' }])
    const adopt = (as: string) =>
      gate.send(as, 'POST', `${PATH}/adopt`, { ...waits, tradeDate: DATE, reason: 'checked' })
    assert.equal((await adopt('ops-1')).body.reason.code, 'DUTY_MISSING')
    assert.equal((await adopt('carol')).body.outcome, 'APPLIED')
    const { cells } = (await gate.send('carol', 'GET', '/cells')).body
    assert.equal(cells.find(({ kind }: { kind: string }) => kind === 'ACCOUNT').position, '300')
  })

  test('a count or a hash that is not that of the rows makes a statement of none', async () => {
    const statement = statementOf([[SHARE, '100']])
    const short = await gate.send('ops-1', 'POST', PATH, { ...statement, rows: [] })
    assert.equal(short.body.reason.code, 'STATEMENT_MISMATCH')
    const other = await gate.send('ops-1', 'POST', PATH, { ...statement, hash: '0123456789abcdef' })
    assert.equal(other.body.reason.code, 'STATEMENT_MISMATCH')
    assert.equal((await readiness()).positions, 'SETTLED')
  })

  /** Fields that are at fault, and how it is said. */
  const FAULTS: readonly (readonly [more: object, code: string, field: string])[] = [
    [{ hash: 'ABC' }, 'BAD_CHARACTERS', 'hash'],
    [{ tradeDate: '20261332' }, 'NOT_A_DATE', 'tradeDate'],
    [{ rows: ['NONE\t1'] }, 'UNKNOWN_NAME', 'rows[0].symbol'],
    [{ rows: [`${SHARE}\t1`, `${SHARE}\t1.5`] }, 'TOO_MANY_DECIMALS', 'rows[1].qty'],
    [{ rows: [`${SHARE}\t1\t\t\tmore`] }, 'UNKNOWN_FIELD', 'rows[0].columns'],
    [{ rows: [SHARE] }, 'NOT_A_DECIMAL', 'rows[0].qty'],
    [{ count: 10_001 }, 'OUT_OF_RANGE', 'count'],
  ]
  for (const [more, code, field] of FAULTS) {
    test(`a statement with ${JSON.stringify(more)}: ${code}`, async () => {
      const seq = gate.engine.view.seq
      const { body } = await gate.send('ops-1', 'POST', PATH, { ...statementOf([]), ...more })
      assert.deepEqual([body.error?.code, body.error?.field], [code, field])
      assert.equal(gate.engine.view.seq, seq, 'nothing was sequenced')
    })
  }

  test('a list of live orders adopts what nobody knew', async () => {
    const head = { tradeDate: DATE, session: 'ems-1', trader: 'T-3', strategy: 'manual', count: 1 }
    const asOf = new Date(gate.engine.view.timeUs / 1000 - 1).toISOString()
    const rows = [`theirs\t${SHARE}\tBuy\tLimit\tGTC\t200\t100\t1660.00`]
    const told = await gate.send('ops-1', 'POST', '/accounts/ACC-7/live-orders/XSHG', { ...head, asOf, rows })
    assert.equal(told.body.outcome, 'APPLIED', JSON.stringify(told.body))
    await gate.send('feed-1', 'POST', '/feeds/SSE-L2/heartbeat', {})
    const orders = [...gate.engine.view.orders()]
    assert.deepEqual(
      orders.map(({ clOrdID, adopted, leavesQty, cumQty }) => [clOrdID, adopted, leavesQty, cumQty]),
      [['theirs', true, 200, 100]],
    )
    assert.deepEqual((await readiness()).liveOrders, [{ venue: 'XSHG', state: 'SETTLED' }])
    assert.equal((await readiness()).ready, true)
    const bad = await gate.send('ops-1', 'POST', '/accounts/ACC-7/live-orders/XSHG', {
      ...head,
      asOf,
      rows: ['x\tNONE'],
    })
    assert.deepEqual([bad.body.error.code, bad.body.error.field], ['UNKNOWN_NAME', 'rows[0].symbol'])
  })

  test('readiness is for those who may see the account', async () => {
    assert.equal((await gate.send('ems-2', 'GET', '/accounts/ACC-7/readiness')).body.error.code, 'NOT_BOUND')
    assert.equal((await gate.send('ems-1', 'GET', '/accounts/ACC-7/readiness')).status, 200)
    assert.equal((await gate.send('carol', 'GET', '/accounts/NONE/readiness')).body.error.code, 'UNKNOWN_NAME')
  })

  test('a calendar whose zone was told says when the next trade date begins', async () => {
    const tell = (path: string, body: object) => gate.send('ops-1', 'POST', path, body)
    const zone = { zone: 'America/New_York', from: '2026-01-01T00:00:00Z', until: '2028-01-01T00:00:00Z' }
    assert.equal((await tell('/zones', zone)).body.outcome, 'APPLIED')
    assert.equal((await tell('/zones', { zone: 'America/Gotham' })).body.error.code, 'NOT_IN_SET')
    const calendar = { zone: 'America/New_York', roll: '21:00', evening: true, weekend: ['Saturday', 'Sunday'] }
    assert.equal((await tell('/calendars', calendar)).body.outcome, 'APPLIED')
    assert.equal((await tell('/calendars', { ...calendar, roll: '24:00' })).body.error.code, 'NOT_A_TIME')
    assert.equal((await tell('/calendars', { ...calendar, weekend: ['Caturday'] })).body.error.code, 'NOT_IN_SET')
    const day = { date: '20261123', kind: 'HOLIDAY' }
    assert.equal((await tell('/calendars/days', day)).body.outcome, 'APPLIED')
    assert.equal((await tell('/calendars/days', { ...day, close: '13:00' })).body.error.code, 'FIELD_CONFLICT')
    // The made-up world is in January 2027 already: the days since have rolled one by one.
    const { tradeDate, calendar: next } = await readiness()
    assert.ok(tradeDate > 20270101, `${tradeDate}`)
    assert.match(next.begins, /T02:00:00/)
  })
})
