/** A repeated order carries a token only while the approved version could go to the market at this moment. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'

describe('a repeat of an approved order', () => {
  let gate: RestGate
  let ids = 0
  const nextID = () => `R-${++ids}`
  const post = async (as: string, path: string, body: object = {}) => (await gate.send(as, 'POST', path, body)).body
  const report = (body: object) =>
    post('venue-1', '/executions', { execID: nextID(), symbol: '600519.SH', owner: 'ems-1', ...body })

  before(async () => {
    gate = await RestGate.start()
    await tellSmallFirm(gate)
  })
  after(() => gate.close())

  /** Places an order, lets something happen to it, sends it again; what is to be undone is undone. */
  const repeated = async (happens: (clOrdID: string) => Promise<unknown>) => {
    const order = { ...GOOD_ORDER, orderQty: '100', clOrdID: nextID() }
    const first = await post('ems-1', '/orders', order)
    assert.equal(first.outcome, 'APPROVED', JSON.stringify(first))
    await happens(order.clOrdID)
    const again = await post('ems-1', '/orders', order)
    assert.deepEqual([again.duplicate, again.seq, again.orderID], [true, first.seq, first.orderID])
    return again
  }
  /** Lifts every latch; what is open ends first, because a kill ends with its orders. */
  const release = async () => {
    for (const { clOrdID } of [...gate.engine.view.orders()]) await report({ execType: 'Canceled', clOrdID })
    for (const { latch } of [...gate.engine.view.latches()]) await lower(latch, 'ACTIVE')
  }
  const lower = async (latch: number, state: string) => {
    const asked = { step: 'request', state, reason: 'test', rootCause: 'test' }
    await post('alice', `/latches/${latch}/release`, asked)
    const approved = await post('bob', `/latches/${latch}/release`, { step: 'approve', state, reason: 'test' })
    assert.equal(approved.outcome, 'APPLIED', JSON.stringify(approved))
  }

  const cancel = (clOrdID: string) => post('ems-1', `/orders/${clOrdID}/cancel`)
  const kill = (scope: object) => post('alice', '/kill', { ...scope, reason: 'test' })
  const rows: [string, (clOrdID: string) => Promise<unknown>, string, boolean][] = [
    ['it was not sent', (clOrdID) => post('ems-1', `/orders/${clOrdID}/not-sent`), 'NOT_SENT', false],
    ['it was canceled', (clOrdID) => report({ execType: 'Canceled', clOrdID }), 'CANCELED', false],
    ['it was rejected', (clOrdID) => report({ execType: 'Rejected', clOrdID }), 'REJECTED', false],
    ['a cancel passed', cancel, 'PENDING_CANCEL', true],
    ['its account was killed', () => kill({ account: 'ACC-7' }), 'APPROVED', true],
    ['its venue is blocked', () => kill({ venue: 'XSHG', state: 'BLOCKED' }), 'APPROVED', true],
    ['it may only reduce', () => kill({ trader: 'T-3', state: 'REDUCE_ONLY' }), 'APPROVED', true],
    [
      'it was filled',
      (clOrdID) => report({ execType: 'Fill', clOrdID, lastQty: '100', lastPx: '1668' }),
      'FILLED',
      false,
    ],
    [
      'it was filled in part',
      (clOrdID) => report({ execType: 'Fill', clOrdID, lastQty: '50', lastPx: '1668' }),
      'WORKING',
      true,
    ],
    [
      'a limit was set',
      () => post('ops-1', '/limits', { control: 'MAX_ORDER_QTY', subject: 'ACCOUNT:ACC-8', hard: '1' }),
      'APPROVED',
      true,
    ],
  ]
  for (const [what, happens, state, live] of rows) {
    test(`has no token where ${what}`, async () => {
      const again = await repeated(happens)
      assert.deepEqual([again.state, again.live, again.token, again.tokenExpiry], [state, live, undefined, undefined])
      await release()
    })
  }

  test('has its token while the market works it, and while a latch covers others', async () => {
    const working = await repeated((clOrdID) => report({ execType: 'New', clOrdID }))
    assert.deepEqual([working.state, working.live], ['WORKING', true])
    assert.ok(working.token)
    const other = await repeated(() => kill({ account: 'ACC-8' }))
    assert.deepEqual([other.state, other.live], ['APPROVED', true])
    assert.ok(other.token)
    await release()
  })

  test('has none while its cancel is asked for, also after the kill was lowered', async () => {
    const again = await repeated(async () => lower((await kill({ account: 'ACC-7' })).id, 'REDUCE_ONLY'))
    assert.deepEqual([again.state, again.live, again.token], ['APPROVED', true, undefined])
    await release()
  })

  test('says ENDED where another order has its slot', async () => {
    const again = await repeated(async (clOrdID) => {
      await post('ems-1', `/orders/${clOrdID}/not-sent`)
      await post('ems-1', '/orders', { ...GOOD_ORDER, orderQty: '100', clOrdID: nextID() })
    })
    assert.deepEqual([again.state, again.live, again.token], ['ENDED', false, undefined])
  })

  test('of a replace stands and falls with its own version', async () => {
    const first = nextID()
    await post('ems-1', '/orders', { ...GOOD_ORDER, orderQty: '100', clOrdID: first })
    const change = { clOrdID: nextID(), orderQty: '200', price: '1668' }
    const replace = () => post('ems-1', `/orders/${first}/replace`, change)
    const approved = await replace()
    assert.deepEqual(await replace(), { ...approved, duplicate: true, state: 'APPROVED', live: true })
    await post('ems-1', `/orders/${change.clOrdID}/not-sent`)
    const dropped = await replace()
    assert.deepEqual([dropped.state, dropped.live, dropped.token], ['APPROVED', false, undefined])

    const next = { clOrdID: nextID(), orderQty: '200', price: '1668' }
    await post('ems-1', `/orders/${first}/replace`, next)
    await report({ execType: 'Replaced', clOrdID: next.clOrdID })
    assert.ok((await post('ems-1', `/orders/${first}/replace`, next)).token, 'an accepted version')
    const old = await post('ems-1', '/orders', { ...GOOD_ORDER, orderQty: '100', clOrdID: first })
    assert.deepEqual([old.duplicate, old.live, old.token], [true, false, undefined], 'another took its place')
  })
})
