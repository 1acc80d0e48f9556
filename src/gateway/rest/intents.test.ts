/** Parent orders and algorithms over REST: told, refused on record, read back, and what they do to orders. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { PARENT } from '../../model/records/control-commands.ts'
import { decode, type RecordOf } from '../../model/records/schema.ts'
import { lengthAt, Tape, typeAt } from '../../model/records/tape.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'

const PARENT_ORDER = {
  ...{ parentClOrdID: 'P-1', strategy: 'manual', account: 'ACC-7', symbol: '600519.SH', side: 'Buy' },
  ...{ orderQty: '500', expireTime: '2030-01-01T00:00:00Z' },
}
const BASKET = { parentClOrdID: 'B-1', strategy: 'manual', notional: '800000.00', lines: '2' }
const ALGO = {
  ...{ strategy: 'manual', environment: 'demo', owner: 'carol', approved: true, algoId: 'TWAP-EU' },
  ...{ version: '3.2.0', parameterHash: '9f86', killContact: 'desk 4' },
}

describe('parents and algorithms over REST', () => {
  let gate: RestGate
  before(async () => {
    gate = await RestGate.start()
    await tellSmallFirm(gate)
    await gate.register('carol', 'person', ['limits:propose', 'limits:approve', 'risk:read'])
    await gate.register('dan', 'person', ['limits:propose', 'limits:approve', 'risk:read'])
  })
  after(() => gate.close())

  const post = async (as: string, path: string, body: unknown) => (await gate.send(as, 'POST', path, body)).body
  const get = (as: string, path: string) => gate.send(as, 'GET', path)
  const slice = (clOrdID: string, orderQty: string, parentClOrdID = 'P-1') =>
    post('ems-1', '/orders', { ...GOOD_ORDER, clOrdID, orderQty, parentClOrdID })

  test('a parent is told once, holds its slices to its quantity, and says what they came to', async () => {
    const told = await post('ems-1', '/parents', PARENT_ORDER)
    assert.equal(told.outcome, 'APPLIED', JSON.stringify(told))
    assert.equal((await post('ems-1', '/parents', PARENT_ORDER)).id, told.id)
    assert.equal((await post('ems-1', '/parents', { ...PARENT_ORDER, orderQty: '600' })).reason.code, 'NAME_CONFLICT')
    assert.equal((await slice('S-1', '300')).outcome, 'APPROVED')
    const { body } = await get('ems-1', '/parents/P-1')
    assert.deepEqual(
      [body.symbol, body.side, body.orderQty, body.usedQty, body.slices, body.openSlices, body.expireTime],
      ['600519.SH', 'Buy', '500', '300', 1, 1, '2030-01-01T00:00:00.000000Z'],
    )
    assert.equal((await slice('S-2', '100', 'P-2')).reason.code, 'PARENT_UNKNOWN')
  })

  test('a basket has a value and lines, and no instrument', async () => {
    assert.equal((await post('ems-1', '/parents', BASKET)).outcome, 'APPLIED')
    const { body } = await get('ems-1', '/parents/B-1')
    assert.deepEqual(
      [body.notional, body.lines, body.symbol, body.account, body.usedQty, body.usedValue, body.slices],
      ['800000.00', 2, undefined, undefined, undefined, '0.00', 0],
    )
  })

  test('a parent is its own client’s; a caller without a session has none', async () => {
    assert.equal((await get('ems-2', '/parents/P-1')).body.error.code, 'UNKNOWN_NAME')
    assert.equal((await get('carol', '/parents/P-1')).body.error.code, 'UNKNOWN_NAME')
    assert.equal((await gate.send('feed-1', 'POST', '/parents', PARENT_ORDER)).status, 403)
    // ems-2 is bound to no account.
    assert.equal((await post('ems-2', '/parents', PARENT_ORDER)).reason.code, 'NOT_PERMITTED')
  })

  test('names that nobody knows are refused on record, and never read as none', async () => {
    for (const [field, record] of [
      ['symbol', 'instrument'],
      ['account', 'account'],
      ['strategy', 'strategy'],
    ] as const) {
      const from = gate.journal.blocks.length
      const told = await post('ems-1', '/parents', { ...PARENT_ORDER, parentClOrdID: 'P-3', [field]: 'NONE' })
      assert.deepEqual([told.outcome, told.reason?.code], ['REFUSED', 'UNKNOWN_NAME'], field)
      const kept = parentsIn(gate, from)
      assert.equal(kept.length, 1)
      assert.deepEqual([kept[0]?.unresolved, (kept[0]?.[record] as number) < 0], [`${field}=NONE`, true])
    }
    assert.equal((await get('ems-1', '/parents/P-3')).status, 404)
  })

  /** Bodies that say neither a parent order nor a basket. */
  const FAULTS: readonly (readonly [body: object, code: string, field: string])[] = [
    [{ ...PARENT_ORDER, side: undefined }, 'MISSING_FIELD', 'side'],
    [{ ...PARENT_ORDER, orderQty: undefined }, 'MISSING_FIELD', 'orderQty'],
    [{ ...PARENT_ORDER, notional: '1' }, 'FIELD_CONFLICT', 'notional'],
    [{ ...PARENT_ORDER, orderQty: '-100' }, 'OUT_OF_RANGE', 'orderQty'],
    [{ ...PARENT_ORDER, orderQty: '1.5' }, 'TOO_MANY_DECIMALS', 'orderQty'],
    [{ ...PARENT_ORDER, expireTime: 'noon' }, 'NOT_A_TIME', 'expireTime'],
    [{ ...BASKET, lines: undefined }, 'MISSING_FIELD', 'lines'],
    [{ ...BASKET, side: 'Buy' }, 'FIELD_CONFLICT', 'side'],
    [{ ...BASKET, notional: '1e6' }, 'NOT_A_DECIMAL', 'notional'],
    [{ ...BASKET, parentClOrdID: '..' }, 'BAD_CHARACTERS', 'parentClOrdID'],
  ]
  for (const [body, code, field] of FAULTS) {
    test(`${JSON.stringify(body)}: ${code}`, async () => {
      const seq = gate.engine.view.seq
      const { error } = await post('ems-1', '/parents', body)
      assert.deepEqual([error?.code, error?.field], [code, field])
      assert.equal(gate.engine.view.seq, seq, 'nothing was sequenced')
    })
  }

  test('an algorithm trades while its registration stands; one person takes it back, two give it', async () => {
    const flagged = { kind: 'STRATEGY', name: 'manual', trader: 'T-3', algorithm: true }
    assert.equal((await post('ops-1', '/hierarchy', flagged)).outcome, 'APPLIED')
    assert.equal((await slice('S-3', '100')).reason.code, 'ALGO_NOT_REGISTERED')
    assert.equal((await post('carol', '/algos', ALGO)).reason.code, 'TWO_PEOPLE_NEEDED')
    const made = await post('carol', '/proposals', { key: 'a', title: 'TWAP', path: '/algos', body: ALGO })
    assert.equal(made.state, 'PENDING', JSON.stringify(made))
    const shown = (await get('dan', `/proposals/${made.id}`)).body
    assert.deepEqual(
      [shown.content[0].sets.strategy, shown.content[0].sets.owner, shown.content[0].sets.environment],
      ['manual', 'carol', 'demo'],
    )
    const done = await post('dan', `/proposals/${made.id}/approve`, { contentHash: made.contentHash })
    assert.deepEqual([done.state, done.linesApplied], ['DONE', 1])
    assert.deepEqual((await get('dan', '/algos')).body.algos, [ALGO])
    assert.equal((await slice('S-4', '100')).outcome, 'APPROVED')
    assert.equal((await post('carol', '/algos', { ...ALGO, approved: false })).outcome, 'APPLIED')
    assert.equal((await slice('S-5', '100')).reason.code, 'ALGO_NOT_REGISTERED')
    assert.equal((await get('dan', '/algos')).body.algos[0].approved, false)
    assert.equal((await get('ems-1', '/algos')).status, 403)
  })

  test('a registration names a person, a strategy and a hash', async () => {
    const rows = [
      [{ ...ALGO, owner: 'nobody' }, 'UNKNOWN_NAME', 'owner'],
      [{ ...ALGO, strategy: 'NONE' }, 'UNKNOWN_NAME', 'strategy'],
      [{ ...ALGO, parameterHash: 'xyz' }, 'BAD_CHARACTERS', 'parameterHash'],
      [{ ...ALGO, environment: 'test' }, 'NOT_IN_SET', 'environment'],
    ] as const
    for (const [body, code, field] of rows) {
      const { error } = await post('ops-1', '/algos', body)
      assert.deepEqual([error?.code, error?.field], [code, field])
    }
    assert.equal((await post('ops-1', '/algos', { ...ALGO, owner: 'ops-1' })).reason.code, 'UNKNOWN_NAME')
  })
})

/** The Parent commands of the journal's blocks from one on. */
function parentsIn(gate: RestGate, from: number): RecordOf<typeof PARENT>[] {
  return gate.journal.blocks.slice(from).flatMap(({ bytes }) => {
    const tape = new Tape(bytes.slice().buffer)
    const parents: RecordOf<typeof PARENT>[] = []
    for (let at = 0; at < bytes.length; at += lengthAt(tape, at)) {
      if (typeAt(tape, at) === PARENT.type) parents.push(decode(tape, at, PARENT))
    }
    return parents
  })
}
