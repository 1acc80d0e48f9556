/** Delivery of cancel requests: to owner and agent, again every second, anew after a restart, and what a kill says of it. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { HandDelays } from '../../simulator/made-up-world.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'
import { wholeCommands } from './cancel-request-route.ts'

describe('cancel requests are delivered', () => {
  const delays = new HandDelays()
  let gate: RestGate
  let ids = 0
  let latch = 0
  const post = async (as: string, path: string, body: object) => (await gate.send(as, 'POST', path, body)).body
  const ask = async (as: string, query: string) => (await gate.send(as, 'GET', `/cancel-requests?${query}`)).body
  const kill = async () => (await gate.send('bob', 'GET', `/kills/${latch}`)).body
  const place = async (change: object = {}) =>
    (await post('ems-1', '/orders', { ...GOOD_ORDER, orderQty: '100', clOrdID: `D-${++ids}`, ...change })).clOrdID
  const report = (clOrdID: string, change: object) =>
    post('venue-1', '/executions', {
      ...{ owner: 'ems-1', clOrdID, symbol: '600519.SH', execID: `X-${++ids}`, ...change },
    })
  const bind = (session: string, venue: string, allow: boolean) =>
    post('ops-1', '/bindings', { kind: 'SESSION_VENUE', session, venue, allow })

  before(async () => {
    gate = await RestGate.start({ delays })
    await tellSmallFirm(gate)
    await gate.register('agent-2', 'client', ['cancels:execute'])
    await post('ops-1', '/hierarchy', { kind: 'VENUE', name: 'XOTH' })
    await bind('agent-2', 'XOTH', true)
  })
  beforeEach(async () => {
    for (const { clOrdID } of [...gate.engine.view.orders()]) await report(clOrdID, { execType: 'Canceled' })
    for (const { latch: id } of [...gate.engine.view.latches()]) {
      await post('alice', `/latches/${id}/release`, { step: 'request', reason: 'test', rootCause: 'test' })
      await post('bob', `/latches/${id}/release`, { step: 'approve', reason: 'test' })
    }
    // Nobody has asked for a while.
    delays.pass(10_000)
  })
  after(() => gate.close())

  const killAll = async () => {
    latch = (await post('alice', '/kill', { trader: 'T-3', reason: 'test' })).id
  }

  test('no listener: KILLED_INCOMPLETE at once, with the count', async () => {
    await place()
    await place()
    await killAll()
    const { status, orders, open, undeliverable, deliveredToOwner, deliveredToAgent } = await kill()
    assert.deepEqual(
      [status, orders, open, undeliverable, deliveredToOwner, deliveredToAgent],
      ['KILLED_INCOMPLETE', 2, 2, 2, 0, 0],
    )
  })

  test('a client has a few polls that wait; a further one is answered at once', async () => {
    const polls = Array.from({ length: 9 }, () => ask('ems-2', 'waitMs=60000'))
    assert.deepEqual((await Promise.race(polls)).requests, [])
    delays.pass(60_000)
    assert.equal((await Promise.all(polls)).length, 9)
  })

  test('to the owner and to the agent, each for itself', async () => {
    const clOrdID = await place()
    await killAll()
    assert.deepEqual(
      (await ask('ems-1', 'waitMs=0')).requests.map((one: { clOrdID: string }) => one.clOrdID),
      [clOrdID],
    )
    assert.deepEqual(pick(await kill()), { deliveredToOwner: 1, deliveredToAgent: 0, undeliverable: 0 })
    assert.equal((await ask('venue-1', 'waitMs=0')).requests.length, 1)
    assert.deepEqual(pick(await kill()), { deliveredToOwner: 1, deliveredToAgent: 1, undeliverable: 0 })
    assert.deepEqual((await ask('ems-2', 'waitMs=0')).requests, [], "another client's order is not its to cancel")
    const [order] = (await kill()).openOrders
    assert.deepEqual([order.clOrdID, order.requested, order.heard], [clOrdID, true, true])
  })

  test('who has not asked for two seconds does not listen; who waits does', async () => {
    await place()
    await killAll()
    await ask('ems-1', 'waitMs=0')
    delays.pass(1999)
    assert.equal((await kill()).undeliverable, 0)
    delays.pass(1)
    const { undeliverable, deliveredToOwner } = await kill()
    assert.deepEqual([undeliverable, deliveredToOwner], [1, 1])
    const { next: seen } = await ask('venue-1', 'waitMs=0')
    const waiting = ask('venue-1', `after=${seen}`)
    delays.pass(990)
    assert.equal((await kill()).undeliverable, 0)
    delays.pass(10)
    assert.equal((await waiting).requests.length, 1)
  })

  test('those that a limit asks for which is enforced on what rests, newest first', async () => {
    const placed = [await place(), await place(), await place()]
    const row = { control: 'MAX_OPEN_ORDERS', subject: 'ACCOUNT:ACC-7', hard: '1', enforceOnResting: true }
    const refused = await post('ops-1', '/limits', { ...row, control: 'DAILY_LOSS' })
    assert.equal(refused.reason.code, 'INVALID_VALUE')
    const waiting = ask('ems-1', 'waitMs=60000')
    const answer = await post('ops-1', '/limits', row)
    assert.deepEqual([answer.outcome, answer.breach], ['APPLIED', true])
    const { requests } = await waiting
    assert.deepEqual(requests.map((one: { clOrdID: string }) => one.clOrdID).sort(), placed.slice(1))
    assert.equal((await post('ops-1', '/limits', { ...row, enforceOnResting: false, hard: '1000' })).outcome, 'APPLIED')
  })

  test('again one second after it was handed out, until its order has ended', async () => {
    const clOrdID = await place()
    await killAll()
    const { next } = await ask('ems-1', 'waitMs=0')
    for (let time = 0; time < 3; time++) {
      delays.pass(999)
      assert.deepEqual((await ask('ems-1', `after=${next}&waitMs=0`)).requests, [])
      delays.pass(1)
      const again = await ask('ems-1', `after=${next}&waitMs=0`)
      assert.deepEqual([again.requests.length, again.next], [1, next])
    }
    await report(clOrdID, { execType: 'Canceled' })
    delays.pass(1000)
    assert.deepEqual((await ask('ems-1', `after=${next}&waitMs=0`)).requests, [])
  })

  test('to a poll that waits, when the second is over', async () => {
    await place()
    await killAll()
    const { next } = await ask('ems-1', 'waitMs=0')
    delays.pass(2500)
    // Due long since: it is answered at once, and the next poll waits for its second.
    assert.equal((await ask('ems-1', `after=${next}`)).requests.length, 1)
    const waiting = ask('ems-1', `after=${next}`)
    delays.pass(900)
    assert.equal((await kill()).undeliverable, 0)
    delays.pass(1500)
    assert.equal((await waiting).requests.length, 1)
  })

  test('an agent gets those of the venues that it is bound to, and of orders that name none', async () => {
    const [bound, open] = [await place({ venue: 'XSHG' }), await place({ venue: undefined })]
    await killAll()
    const names = async (as: string) =>
      (await ask(as, 'waitMs=0')).requests.map((one: { clOrdID: string }) => one.clOrdID).sort()
    assert.deepEqual(await names('agent-2'), [open], 'it serves XOTH')
    assert.deepEqual(await names('venue-1'), [bound, open], 'it is bound to no venue and serves all')
    await bind('agent-2', 'XSHG', true)
    assert.deepEqual(await names('agent-2'), [bound, open])
    await bind('agent-2', 'XSHG', false)
    assert.deepEqual(await names('agent-2'), [open])
  })

  test('at once after a restart, whatever was handed out before', async () => {
    await place()
    await killAll()
    const { next } = await ask('ems-1', 'waitMs=0')
    assert.deepEqual((await ask('ems-1', `after=${next}&waitMs=0`)).requests, [])
    const restarted = await gate.anotherServer()
    try {
      const headers = { authorization: `Bearer ${gate.tokens.get('ems-1')}` }
      const answer = await fetch(`${restarted.url}/cancel-requests?after=${next}&waitMs=0`, { headers })
      assert.equal(((await answer.json()) as { requests: object[] }).requests.length, 1)
    } finally {
      await restarted.close()
    }
  })

  test('a kill is complete when every order under it has ended, however it did', async () => {
    const [one, two, three] = [await place(), await place(), await place()]
    await killAll()
    await ask('ems-1', 'waitMs=0')
    await post('ems-1', `/orders/${one}/cancel`, {})
    assert.deepEqual((await kill()).acknowledged, 1)
    await report(one, { execType: 'Canceled' })
    await report(two, { execType: 'Fill', lastQty: '100', lastPx: '1668' })
    const { status, open, terminal, tooLate, orders } = await kill()
    assert.deepEqual([status, open, terminal, tooLate, orders], ['KILLED_INCOMPLETE', 1, 2, 1, 3])
    await report(three, { execType: 'Expired' })
    const { kills } = (await gate.send('alice', 'GET', '/kills')).body
    assert.deepEqual(
      kills.map((each: { status: string; terminal: number }) => [each.status, each.terminal]),
      [['KILLED_COMPLETE', 3]],
    )
  })

  test('what a kill would meet, before it is sent', async () => {
    await place({ price: '1668.00' })
    const preview = (query: string) => gate.send('alice', 'GET', `/kill-preview?${query}`)
    const { orders, notional, currency } = (await preview('desk=CASH-EQ&side=Buy')).body
    assert.deepEqual([orders, notional, currency], [1, '166800.00', 'CNY'])
    assert.equal((await preview('desk=CASH-EQ&side=Sell')).body.orders, 0)
    assert.equal((await preview('')).body.error.field, 'firm')
    assert.equal((await preview('desk=NONE')).body.error.code, 'UNKNOWN_NAME')
    assert.equal((await gate.send('ems-1', 'GET', '/kill-preview?firm=true')).status, 403)
    const { scopes } = (await gate.send('alice', 'GET', '/kill-scopes')).body
    assert.deepEqual(scopes.desk, ['CASH-EQ'])
  })
})

test('one answer holds whole commands, so that no request is skipped', () => {
  const requests = [1, 1, 2, 2, 2, 3].map((seq, slot) => {
    return { seq, orderSeq: slot + 10, slot, clOrdID: '', session: 0, latch: 1, venue: -1, instrument: 0 }
  })
  const rows: readonly (readonly [most: number, answered: readonly number[]])[] = [
    [6, [1, 1, 2, 2, 2, 3]],
    [5, [1, 1, 2, 2, 2]],
    [4, [1, 1]],
    [2, [1, 1]],
    [1, [1, 1]],
  ]
  for (const [most, answered] of rows) {
    assert.deepEqual(
      wholeCommands(requests, most).map(({ seq }) => seq),
      answered,
      `most ${most}`,
    )
  }
})

const pick = ({ deliveredToOwner, deliveredToAgent, undeliverable }: Record<string, number>) => ({
  deliveredToOwner,
  deliveredToAgent,
  undeliverable,
})
