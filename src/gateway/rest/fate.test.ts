/** What tells of the fate of orders and executions over the wire: statuses, people's words, sources, explanations. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'

const SYMBOL = '600519.SH'

describe('the fate of orders', () => {
  let gate: RestGate
  let ids = 0
  before(async () => {
    gate = await RestGate.start()
    await tellSmallFirm(gate)
    await gate.register('drop-1', 'client', ['executions:write'])
  })
  after(() => gate.close())

  async function place(): Promise<{ clOrdID: string; orderID: string }> {
    const { body } = await gate.send('ems-1', 'POST', '/orders', { ...GOOD_ORDER, clOrdID: `F-${++ids}` })
    assert.equal(body.outcome, 'APPROVED', JSON.stringify(body))
    return body
  }

  const show = async (clOrdID: string) => (await gate.send('ems-1', 'GET', `/orders/${clOrdID}`)).body
  const fill = (as: string, clOrdID: string, execID: string, lastQty = '100') =>
    gate.send(as, 'POST', '/executions', {
      ...{ execID, execType: 'Fill', symbol: SYMBOL, owner: 'ems-1', clOrdID, lastQty, lastPx: '1668', venue: 'XSHG' },
    })

  /** Four seconds on, any command brings what has fallen due. */
  async function lose(clOrdID: string): Promise<void> {
    gate.clock.pass(4_000_000)
    await gate.send('feed-1', 'POST', '/feeds/SSE-L2/heartbeat')
    assert.equal((await show(clOrdID)).state, 'UNKNOWN')
  }

  test('an order that nobody hears of is UNKNOWN, and a status of its source settles it', async () => {
    const { clOrdID } = await place()
    await lose(clOrdID)
    const status = (cumQty: string, more: object = {}) =>
      gate.send('venue-1', 'POST', '/order-statuses', {
        ...{ symbol: SYMBOL, owner: 'ems-1', clOrdID, status: 'CANCELED', cumQty, ...more },
      })
    const read = (await gate.send('alice', 'GET', '/unknown-orders')).body
    assert.deepEqual(
      [read.count, read.orders.length, read.orders[0].clOrdID, read.orders[0].leavesQty],
      [1, 1, clOrdID, '300'],
    )
    const missing = (await status('100')).body
    assert.deepEqual([missing.state, missing.alarm.code], ['UNKNOWN', 'CUM_QTY_MISMATCH'])
    assert.equal((await status('0', { status: 'GONE' })).body.error.code, 'NOT_IN_SET')
    assert.equal((await status('0')).body.state, 'CANCELED')
  })

  test('a stop that has triggered says so, and why it would not pass now', async () => {
    const stop = { ...GOOD_ORDER, ordType: 'StopLimit', stopPx: '1670.00', price: '1672.00', clOrdID: `F-${++ids}` }
    const placed = (await gate.send('ems-1', 'POST', '/orders', stop)).body
    assert.equal(placed.outcome, 'APPROVED', JSON.stringify(placed))
    const sell = { ...GOOD_ORDER, side: 'Sell', price: '1671.00', clOrdID: `F-${++ids}` }
    assert.equal((await gate.send('ems-1', 'POST', '/orders', sell)).body.outcome, 'APPROVED')
    assert.equal((await show(stop.clOrdID)).triggered, undefined)
    const tell = async (as: string, body: object) => gate.send(as, 'POST', '/order-triggers', body)
    const named = { owner: 'ems-1', clOrdID: stop.clOrdID }
    assert.equal((await tell('ems-1', named)).status, 403)
    const { body } = await tell('venue-1', named)
    assert.deepEqual(
      [body.outcome, body.triggered, body.state, body.alarm.code, body.triggerRefusal.code],
      ['APPLIED', true, 'WORKING', 'TRIGGER_REFUSED', 'SELF_MATCH'],
    )
    const shown = await show(stop.clOrdID)
    assert.deepEqual([shown.triggered, shown.cancelRequested, shown.order.ordType], [true, true, 'Limit'])
    assert.equal((await tell('venue-1', { orderID: placed.orderID })).body.state, 'WORKING', 'it is said twice')
    assert.equal((await tell('venue-1', { ...named, clOrdID: sell.clOrdID })).body.reason.code, 'NOT_A_STOP')
    assert.equal((await tell('venue-1', {})).body.error.code, 'MISSING_FIELD')
    for (const clOrdID of [stop.clOrdID, sell.clOrdID]) {
      await gate.send('venue-1', 'POST', '/executions', {
        ...{ execID: `E-${clOrdID}`, execType: 'Canceled', symbol: SYMBOL, owner: 'ems-1', clOrdID, venue: 'XSHG' },
      })
    }
  })

  test('two people end an order of unknown fate', async () => {
    const { clOrdID, orderID } = await place()
    await lose(clOrdID)
    const resolve = async (as: string, step: string) =>
      (await gate.send(as, 'POST', `/unknown-orders/${orderID}/resolve`, { step, state: 'CANCELED', reason: 'told' }))
        .body
    assert.equal((await resolve('bob', 'approve')).reason.code, 'NOT_REQUESTED')
    assert.equal((await resolve('alice', 'request')).outcome, 'APPLIED')
    assert.equal((await resolve('bob', 'approve')).state, 'CANCELED')
  })

  test('orders of unknown fate are counted with the age of the oldest, for each who may see them', async () => {
    const gauges = async () => {
      const text = await (await fetch(`${gate.url}/metrics`)).text()
      const of = (name: string) => Number(new RegExp(`^portcullis_${name} (\\S+)$`, 'm').exec(text)?.[1])
      return [of('unknown_orders'), of('unknown_orders_oldest_seconds')]
    }
    gate.clock.pass(1_000_000)
    const before = await gauges()
    assert.deepEqual(before, [0, 0])
    const first = await place()
    gate.clock.pass(500_000)
    const second = await place()
    await lose(second.clOrdID)
    assert.deepEqual(await gauges(), [2, 4.5])
    gate.clock.pass(500_000)
    await gate.send('feed-1', 'POST', '/feeds/SSE-L2/heartbeat')
    assert.deepEqual(await gauges(), [2, 5], 'the age goes on between two counts')
    const read = async (as: string) => (await gate.send(as, 'GET', '/unknown-orders')).body
    const { count, oldest, orders } = await read('alice')
    assert.deepEqual(
      [count, oldest, orders.map(({ clOrdID }: { clOrdID: string }) => clOrdID)],
      [2, orders[0].approved, [first.clOrdID, second.clOrdID]],
    )
    const { orderID, client, account, symbol, venue, side, leavesQty, ageUs } = orders[0]
    assert.deepEqual(
      [orderID, client, account, symbol, venue, side, leavesQty, ageUs],
      [first.orderID, 'ems-1', 'ACC-7', SYMBOL, 'XSHG', 'Buy', '300', 5_000_000],
    )
    assert.equal((await read('ems-1')).count, 2)
    assert.deepEqual([(await read('ems-2')).count, (await read('ems-2')).orders], [0, []], 'not those of another')
    assert.equal((await gate.send('venue-1', 'GET', '/unknown-orders')).status, 403)
    for (const { clOrdID } of [first, second]) {
      await gate.send('venue-1', 'POST', '/order-statuses', {
        ...{ symbol: SYMBOL, owner: 'ems-1', clOrdID, status: 'CANCELED', cumQty: '0' },
      })
    }
    gate.clock.pass(1_000_000)
    await gate.send('feed-1', 'POST', '/feeds/SSE-L2/heartbeat')
    assert.deepEqual(await gauges(), [0, 0])
  })

  test('of two clients that report one is booked and the other compared', async () => {
    const { clOrdID } = await place()
    const source = { account: GOOD_ORDER.account, source: 'venue-1', compare: 'drop-1' }
    const set = (await gate.send('ops-1', 'POST', '/execution-sources', source)).body
    assert.equal(set.outcome, 'APPLIED', JSON.stringify(set))
    assert.equal((await fill('drop-1', clOrdID, 'C-1')).body.compared, 'MISSING')
    assert.equal((await fill('venue-1', clOrdID, 'C-1')).body.compared, 'AGREES')
    assert.equal((await fill('ems-1', clOrdID, 'C-2')).status, 403)
    assert.equal((await show(clOrdID)).cumQty, '100')

    const read = async (as: string, query = '') => (await gate.send(as, 'GET', `/execution-sources${query}`)).body
    const pair = { account: 'ACC-7', source: 'venue-1', compare: 'drop-1', differences: 0 }
    const atVenue = { account: 'ACC-7', venue: 'XSHG', source: 'drop-1' }
    assert.equal((await gate.send('ops-1', 'POST', '/execution-sources', atVenue)).body.outcome, 'APPLIED')
    const both = [pair, { ...atVenue, differences: 0 }]
    for (const as of ['alice', 'ops-1', 'drop-1']) assert.deepEqual((await read(as)).sources, both, as)
    assert.deepEqual((await read('venue-1')).sources, [pair], 'what it is not in is not its to know')
    assert.deepEqual((await read('ems-1')).sources, [])
    assert.deepEqual((await read('alice', '?account=ACC-7&venue=XSHG')).sources, [both[1]], 'its own comes first')
    assert.deepEqual((await read('alice', '?account=ACC-8&venue=XSHG')).sources, [], 'those of any client count')
    assert.deepEqual((await read('alice', '?account=ACC-8')).sources, [])
    assert.equal((await read('alice', '?venue=XSHG')).error.code, 'MISSING_FIELD')
    assert.equal((await read('alice', '?account=NONE')).error.code, 'UNKNOWN_NAME')
    assert.deepEqual((await read('ems-1', '?account=NONE')).sources, [])
    assert.equal((await gate.send('feed-1', 'GET', '/execution-sources')).status, 403)
    const none = { account: 'ACC-7', venue: 'XSHG', source: 'venue-1' }
    assert.equal((await gate.send('ops-1', 'POST', '/execution-sources', none)).body.outcome, 'APPLIED')
  })

  test('an unknown execution is explained before its latch is released', async () => {
    const unknown = { execID: 'U-1', execType: 'Fill', symbol: SYMBOL, side: 'Buy', clOrdID: 'NOBODY', owner: 'ems-1' }
    const booked = await gate.send('venue-1', 'POST', '/executions', { ...unknown, lastQty: '100', lastPx: '1668' })
    assert.equal(booked.body.alarm?.code, 'UNKNOWN_EXECUTION', JSON.stringify(booked.body))
    const latches = async () => (await gate.send('alice', 'GET', '/latches')).body.latches
    const [latch] = await latches()
    assert.deepEqual([latch.cause.code, latch.explained], ['UNKNOWN_EXECUTION', false])
    const asked = { step: 'request', reason: 'settled', rootCause: 'telephone' }
    const release = async () => (await gate.send('alice', 'POST', `/latches/${latch.latch}/release`, asked)).body
    assert.equal((await release()).reason.code, 'NOT_EXPLAINED')
    const explained = await gate.send('alice', 'POST', `/latches/${latch.latch}/explain`, { reason: 'telephone' })
    assert.equal(explained.body.outcome, 'APPLIED', JSON.stringify(explained.body))
    assert.equal((await latches())[0].explained, true)
    assert.equal((await release()).outcome, 'APPLIED')
  })
})
