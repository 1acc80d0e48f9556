/** Kill, cancel requests by long poll, what-ifs, and what a failing journal does to the wire. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'

describe('kill and cancel requests', () => {
  let gate: RestGate
  let ids = 0
  const place = (change: object = {}) =>
    gate.send('ems-1', 'POST', '/orders', { ...GOOD_ORDER, clOrdID: `K-${++ids}`, ...change })
  /** The venue ends everything that is open. */
  const endAll = async () => {
    for (const { clOrdID } of [...gate.engine.view.orders()]) {
      const execution = { execType: 'Canceled', owner: 'ems-1', clOrdID, symbol: '600519.SH', execID: `X-${++ids}` }
      const { body } = await gate.send('venue-1', 'POST', '/executions', execution)
      assert.equal(body.outcome, 'APPLIED', JSON.stringify(body))
    }
  }
  before(async () => {
    gate = await RestGate.start()
    await tellSmallFirm(gate)
  })
  after(() => gate.close())

  test('a kill stops orders at once, asks for cancels, and takes two to release', async () => {
    const { body: resting } = await place()
    const waiting = gate.send('ems-1', 'GET', '/cancel-requests?after=0')
    const agent = gate.send('venue-1', 'GET', '/cancel-requests?after=0')
    const stranger = gate.send('ems-2', 'GET', '/cancel-requests?after=0&waitMs=300')
    await sleep(50)
    const killed = await gate.send('alice', 'POST', '/kill', { trader: 'T-3', reason: 'runaway' })
    assert.equal(killed.body.outcome, 'APPLIED', JSON.stringify(killed.body))
    for (const poll of [await waiting, await agent]) {
      assert.deepEqual(poll.body.requests, [
        {
          seq: poll.body.next,
          orderID: resting.orderID,
          clOrdID: resting.clOrdID,
          session: 'ems-1',
          symbol: '600519.SH',
          latch: killed.body.id,
        },
      ])
    }
    assert.deepEqual((await stranger).body.requests, [], "another client's order is not its to cancel")
    const { next } = (await waiting).body
    assert.deepEqual((await gate.send('ems-1', 'GET', `/cancel-requests?after=${next}&waitMs=0`)).body, {
      requests: [],
      next,
      profile: 'demo',
    })
    const repeated = await gate.send('ems-1', 'GET', '/cancel-requests')
    assert.equal(repeated.body.requests.length, 1, 'it stands until the order has ended')
    const refused = await place()
    assert.equal(refused.body.reason.code, 'KILLED')
    assert.equal((await gate.send('ems-1', 'POST', `/orders/${resting.clOrdID}/cancel`)).body.outcome, 'PASS')
    const [latch] = (await gate.send('alice', 'GET', '/latches')).body.latches
    assert.deepEqual([latch.state, latch.scope, latch.principal], ['KILLED', { trader: 'T-3' }, 'alice'])
    const path = `/latches/${latch.latch}/release`
    const asked = { step: 'request', reason: 'fixed', rootCause: 'stale feed' }
    const early = await gate.send('alice', 'POST', path, asked)
    assert.equal(early.body.reason.code, 'RELEASE_ORDERS_OPEN', 'the cancel is not acknowledged yet')
    await endAll()
    await gate.send('alice', 'POST', path, asked)
    assert.equal((await gate.send('bob', 'POST', path, { step: 'approve', reason: 'seen' })).body.outcome, 'APPLIED')
    assert.equal((await place()).body.outcome, 'APPROVED')
  })

  test('a kill and its release pass whatever their reason holds', async () => {
    await endAll()
    for (const reason of ['runaway \u2013 stop it', 'x'.repeat(5000), '\u{1f4a5}\n']) {
      const killed = await gate.send('alice', 'POST', '/kill', { desk: 'CASH-EQ', reason })
      assert.equal(killed.body.outcome, 'APPLIED', JSON.stringify(killed.body))
      assert.equal((await place()).body.reason.code, 'KILLED')
      const path = `/latches/${killed.body.id}/release`
      assert.equal(
        (await gate.send('alice', 'POST', path, { step: 'request', reason, rootCause: reason })).body.outcome,
        'APPLIED',
      )
      assert.equal((await gate.send('bob', 'POST', path, { step: 'approve', reason })).body.outcome, 'APPLIED')
    }
  })

  test('an execution whose id is longer than a record holds is booked once, and busted by that id', async () => {
    const { clOrdID } = (await place()).body
    const fill = { execID: 'E'.repeat(60), execType: 'Fill', symbol: '600519.SH', owner: 'ems-1', clOrdID }
    const of = { ...fill, lastQty: '100', lastPx: '1668', text: '\u2013' }
    const report = async (body: object) => (await gate.send('venue-1', 'POST', '/executions', body)).body
    assert.equal((await report(of)).outcome, 'APPLIED')
    assert.equal((await report(of)).reason.code, 'EXEC_DUPLICATE')
    assert.equal((await report({ ...of, execID: `${'E'.repeat(59)}F` })).outcome, 'APPLIED')
    const bust = { ...fill, execID: 'BUST-1', execType: 'TradeCancel' }
    assert.equal((await report({ ...bust, execRefID: 'E'.repeat(61) })).parked, true, 'another id: it waits')
    assert.equal((await report({ ...bust, execID: 'BUST-2', execRefID: fill.execID })).outcome, 'APPLIED')
  })

  test('an empty kill, a wrong scope and a machine release stop nothing', async () => {
    const rows: [object, string, string][] = [
      [{ reason: 'x' }, 'MISSING_FIELD', 'firm'],
      [{ firm: true, trader: 'T-3', reason: 'x' }, 'FIELD_CONFLICT', 'firm'],
      [{ trader: 'NONE', reason: 'x' }, 'UNKNOWN_NAME', 'trader'],
      [{ firm: true }, 'MISSING_FIELD', 'reason'],
      [{ firm: true, state: 'ACTIVE', reason: 'x' }, 'NOT_IN_SET', 'state'],
      [{ firm: 'true', reason: 'x' }, 'WRONG_TYPE', 'firm'],
    ]
    for (const [body, code, field] of rows) {
      const answer = await gate.send('alice', 'POST', '/kill', body)
      assert.deepEqual([answer.body.error?.code, answer.body.error?.field], [code, field], JSON.stringify(body))
    }
    assert.deepEqual((await gate.send('alice', 'GET', '/latches')).body.latches, [])
  })

  test('a client is told of a kill over a strategy or a client, and not whose it is', async () => {
    const scope = { strategy: 'manual', client: 'HOUSE' }
    const { id } = (await gate.send('alice', 'POST', '/kill', { ...scope, state: 'BLOCKED', reason: 'x' })).body
    const scopeFor = async (who: string) => (await gate.send(who, 'GET', '/latches')).body.latches[0].scope
    assert.deepEqual(await scopeFor('alice'), scope)
    assert.doesNotMatch(JSON.stringify(await scopeFor('ems-2')), /manual|HOUSE/)
    assert.doesNotMatch(JSON.stringify((await gate.send('ems-2', 'GET', `/kills/${id}`)).body.scope), /manual|HOUSE/)
    const path = `/latches/${id}/release`
    await gate.send('alice', 'POST', path, { step: 'request', reason: 'x', rootCause: 'x' })
    assert.equal((await gate.send('bob', 'POST', path, { step: 'approve', reason: 'x' })).body.outcome, 'APPLIED')
  })

  test('a poll that nobody waits for any more is forgotten', async () => {
    const stop = new AbortController()
    const headers = { authorization: `Bearer ${gate.tokens.get('ems-2')}` }
    const poll = fetch(`${gate.url}/cancel-requests`, { headers, signal: stop.signal })
    await sleep(50)
    stop.abort()
    await assert.rejects(poll)
    const empty = await gate.send('ems-2', 'GET', '/cancel-requests?waitMs=20')
    assert.deepEqual(empty.body.requests, [])
  })

  test('the seven parameters, each asked about one order, reserve nothing', async () => {
    const open = gate.engine.view.openOrders
    const ask = async (path: string, change: object = {}) =>
      (await gate.send('ems-1', 'POST', path, { ...GOOD_ORDER, clOrdID: 'what-if', ...change })).body
    const qty = await ask('/validate/max_order_qty')
    assert.deepEqual([qty.verdict, qty.value], ['PASS', 10_000])
    const large = await ask('/validate/max_order_qty', { orderQty: '20000' })
    assert.deepEqual([large.verdict, large.value], ['BLOCK', 10_000])
    assert.match(large.text, /^MAX_ORDER_QTY: actual=20000 units, limit=10000 units, /)
    const value = await ask('/validate/max_order_value', { orderQty: '800' })
    assert.deepEqual([value.verdict, value.value, value.unit], ['BLOCK', '1000000.00', 'CNY'])
    assert.equal(value.qtyPassing, '500')
    const gross = await ask('/check/daily_gross_exposure')
    assert.equal(gross.verdict, 'PASS')
    assert.deepEqual([...new Set(gross.rows.map(({ control }: { control: string }) => control))].sort(), [
      'DAILY_GROSS',
      'PORTFOLIO_GROSS',
    ])
    const net = await ask('/check/intraday_net_exposure')
    assert.deepEqual([net.verdict, net.value], ['PASS', '50000000.00'])
    const sector = await ask('/validate/sector_concentration')
    assert.deepEqual([sector.verdict, sector.value, sector.unit], ['PASS', 25, 'percent'])
    assert.match(
      sector.text,
      /^SECTOR_CONCENTRATION: actual=\d+ bps of capital \(\d+\.\d\d CNY\), limit=2500 bps of capital, firm=ACME, sector=STAPLES$/,
    )
    const free = { control: 'SECTOR_CONCENTRATION', subject: 'FIRM:ACME', object: 'SECTOR:STAPLES', hard: 'UNLIMITED' }
    assert.equal((await gate.send('ops-1', 'POST', '/limits', free)).body.outcome, 'APPLIED')
    const unlimited = await ask('/validate/sector_concentration')
    assert.deepEqual([unlimited.verdict, unlimited.value, unlimited.unit], ['PASS', 'UNLIMITED', 'percent'])
    const { clOrdID, ...nameless } = GOOD_ORDER
    const asked = await gate.send('ems-1', 'POST', '/validate/max_order_qty', nameless)
    assert.deepEqual([asked.body.verdict, asked.body.unit, typeof clOrdID], ['PASS', 'units', 'string'])
    assert.equal((await gate.send('ems-1', 'POST', '/orders', nameless)).body.error.field, 'clOrdID')
    const wash = await ask('/validate/wash_trade')
    assert.deepEqual([wash.verdict, wash.value], ['PASS', false])
    const crossing = await ask('/validate/wash_trade', { side: 'Sell', price: '1660.00' })
    assert.deepEqual([crossing.verdict, crossing.value], ['BLOCK', true])
    const rules = await ask('/validate/regulatory_compliance')
    assert.deepEqual(rules.value, { compliant: true, rule: null })
    const halt = await ask('/validate/regulatory_compliance', { side: 'SellShort', price: '1668.20' })
    assert.equal(typeof halt.value.compliant, 'boolean')
    const nowhere = await ask('/validate/max_order_qty', { symbol: 'NONE' })
    assert.deepEqual(
      [nowhere.verdict, nowhere.value, nowhere.reason.code],
      ['NOT_EVALUATED', null, 'UNKNOWN_INSTRUMENT'],
    )
    assert.equal(gate.engine.view.openOrders, open)
  })

  test('a listed instrument is refused with the rule and its citation', async () => {
    const entry = { list: 'RESTRICTED', symbol: '600519.SH', mode: 'NO_TRADE' }
    assert.equal((await gate.send('ops-1', 'POST', '/lists', entry)).body.outcome, 'APPLIED')
    const { body } = await place()
    assert.equal(body.reason.code, 'REGULATORY_RULE')
    assert.equal(body.rule.id, 'RESTRICTED_NO_TRADE')
    assert.match(body.reason.text, /240\.15c3-5/)
    const asked = await gate.send('ems-1', 'POST', '/validate/regulatory_compliance', { ...GOOD_ORDER, clOrdID: 'w' })
    assert.deepEqual([asked.body.verdict, asked.body.value.compliant], ['BLOCK', false])
    await gate.send('ops-1', 'POST', '/lists', { ...entry, mode: 'OFF' })
    assert.equal((await place()).body.outcome, 'APPROVED')
  })
})

test('nothing is answered before it is durable; a failed journal answers with what is known', async () => {
  const gate = await RestGate.start()
  await tellSmallFirm(gate)
  gate.journal.hold()
  let answered = false
  const held = gate.send('ems-1', 'POST', '/orders', { ...GOOD_ORDER, clOrdID: 'H-1' })
  void held.then(() => {
    answered = true
  })
  await sleep(100)
  assert.equal(answered, false)
  gate.journal.release()
  assert.equal((await held).body.outcome, 'APPROVED')
  const lost = gate.send('ems-1', 'POST', '/orders', { ...GOOD_ORDER, clOrdID: 'H-2' })
  while (!gate.journal.isHolding) await sleep(5)
  gate.journal.release(new Error('EIO'))
  const unknown = await lost
  assert.deepEqual([unknown.status, unknown.body.error.code], [503, 'OUTCOME_UNKNOWN'])
  const later = await gate.send('ems-1', 'POST', '/orders', { ...GOOD_ORDER, clOrdID: 'H-3' })
  assert.deepEqual([later.status, later.body.error.code], [503, 'JOURNAL_UNAVAILABLE'])
  const cancel = await gate.send('ems-1', 'POST', '/orders/H-1/cancel')
  assert.deepEqual(cancel.body, { outcome: 'PASS', durable: false, profile: 'demo' })
  assert.deepEqual(gate.spilled, [['ems-1', 'ems-1', 'H-1', '']])
  const ready = await fetch(`${gate.url}/readyz`)
  assert.equal(ready.status, 503)
  assert.equal(((await ready.json()) as { status: string }).status, 'journal down')
  await gate.close()
})

test('while the disk is nearly full orders are refused, and cancels, executions and kills pass', async () => {
  const gate = await RestGate.start()
  await tellSmallFirm(gate)
  assert.equal(
    (await gate.send('ems-1', 'POST', '/orders', { ...GOOD_ORDER, clOrdID: 'D-1' })).body.outcome,
    'APPROVED',
  )
  const readiness = async () => {
    const ready = await fetch(`${gate.url}/readyz`)
    const { status, disk } = (await ready.json()) as { status: string; disk: string }
    return [ready.status, status, disk]
  }
  gate.journal.diskRoom = 'low'
  assert.deepEqual(await readiness(), [200, 'ready', 'low'])
  assert.equal(
    (await gate.send('ems-1', 'POST', '/orders', { ...GOOD_ORDER, clOrdID: 'D-2' })).body.outcome,
    'APPROVED',
  )
  gate.journal.diskRoom = 'full'
  assert.deepEqual(await readiness(), [503, 'disk full', 'full'])
  const refused = await gate.send('ems-1', 'POST', '/orders', { ...GOOD_ORDER, clOrdID: 'D-3' })
  assert.deepEqual([refused.status, refused.body.error.code], [503, 'DISK_FULL'])
  assert.equal((await gate.send('ems-1', 'POST', '/orders/D-1/cancel')).body.outcome, 'PASS')
  const report = { owner: 'ems-1', clOrdID: 'D-2', symbol: '600519.SH', execID: 'X-1', execType: 'New', venue: 'XSHG' }
  assert.equal((await gate.send('venue-1', 'POST', '/executions', report)).body.outcome, 'APPLIED')
  const kill = await gate.send('alice', 'POST', '/kill', { desk: 'CASH-EQ', reason: 'the disk' })
  assert.equal(kill.body.outcome, 'APPLIED')
  const metrics = await (await fetch(`${gate.url}/metrics`)).text()
  assert.match(metrics, /^portcullis_journal_disk_full 1$/m)
  gate.journal.diskRoom = 'enough'
  assert.deepEqual(await readiness(), [200, 'ready', 'enough'])
  await gate.close()
})
