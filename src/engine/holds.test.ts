/**
 * Orders that are held until those that they cross are canceled: every way in which a hold begins, goes on and ends. The
 * firm's accounts A1 and A2 are of one beneficial owner.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HOLD_CROSSINGS, HOLDS } from '../model/bounds.ts'
import { openScenario, scenario } from '../simulator/scenario.ts'
import { NO_RULES, type Scenario, SIZES } from '../simulator/scenario-engine.ts'
import { PX, SECOND } from '../simulator/scenario-given.ts'
import {
  CANCELS_FIRST,
  CROSS_VENUE,
  cancelFirst,
  decided,
  held,
  inWords,
  resting,
  stateOf,
} from '../simulator/scenario-holds.ts'
import { createEngine } from './engine.ts'

scenario('a crossing order is refused as long as nobody has said otherwise of its owner', (s) => {
  resting(s)
  assert.equal(s.order({}).reason, 'SELF_MATCH')
  s.name('OWNER', 'O2', {}, CANCELS_FIRST)
  assert.equal(s.order({}).reason, 'SELF_MATCH')
})

scenario('it is held: reserved in full and not approved, the crossing orders are to be canceled', (s) => {
  cancelFirst(s)
  const first = resting(s)
  const second = resting(s, { price: PX - 1 })
  const apart = resting(s, { price: PX + 1 })
  const other = s.working({ account: 'A3', side: 'SellShort' })
  const before = s.exposure('A1')
  const order = s.order({ clOrdID: 'H' })
  assert.equal(`${order.outcome} ${order.reason} ${order.results.SELF_MATCH}`, 'HELD SELF_MATCH FAIL')
  assert.equal(order.tokenExpiryUs, 0)
  assert.deepEqual(
    s.said.slice(1).map(({ event, orderSeq, crossingSeq = 0 }) => [event, orderSeq, crossingSeq]),
    [first, second].flatMap((id) => {
      const seq = s.live(id)?.orderSeq as number
      return [
        ['HoldWaits', order.orderSeq, seq],
        ['CancelRequested', seq, 0],
      ]
    }),
  )
  const { open, openOrders, gross } = s.exposure('A1')
  assert.deepEqual([open - before.open, openOrders - before.openOrders, gross - before.gross], [100 * PX, 1, 100 * PX])
  assert.equal(stateOf(s, 'H'), 'HELD')
  assert.deepEqual(
    s.engine.view.cancelRequests(0, 9).map(({ clOrdID }) => clOrdID),
    [first, second],
  )
  assert.equal(s.live(apart)?.cancelRequested, false)
  assert.equal(s.live(other)?.cancelRequested, false)
})

for (const [how, end] of [
  ['its cancel is reported', (s: Scenario, id: string) => s.report('Canceled', id)],
  ['it is filled', (s: Scenario, id: string) => s.fill(id, 100)],
  ['it is refused by the market', (s: Scenario, id: string) => s.report('Rejected', id)],
  ['it was never sent', (s: Scenario, id: string) => s.notSent(id)],
] as const) {
  scenario(`the held order is decided when the last crossing one has ended: ${how}`, (s) => {
    cancelFirst(s)
    const first = resting(s)
    const last = resting(s)
    const id = held(s)
    const { orderSeq } = s.live(id) as { orderSeq: number }
    end(s, first)
    assert.deepEqual(decided(s), [])
    end(s, last)
    assert.deepEqual(decided(s), ['APPROVE NONE'])
    assert.equal(stateOf(s, id), 'APPROVED')
    assert.equal(s.live(id)?.orderSeq, orderSeq)
    const approved = s.said.find(({ event }) => event === 'OrderDecided')
    assert.equal(approved?.tokenExpiryUs, s.timeUs + 2 * SECOND)
    s.report('New', id)
    assert.equal(stateOf(s, id), 'WORKING')
  })
}

scenario('orders whose fate is unknown, or whose cancel is on its way, are waited for likewise', (s) => {
  cancelFirst(s)
  const lost = resting(s)
  s.wait(3 * SECOND)
  s.feedOwn()
  assert.equal(stateOf(s, lost), 'UNKNOWN')
  const canceling = resting(s)
  s.cancel(canceling)
  const id = held(s)
  s.report('Canceled', canceling)
  assert.deepEqual(decided(s), [])
  s.report('Canceled', lost)
  assert.deepEqual(decided(s), ['APPROVE NONE'])
  assert.equal(stateOf(s, id), 'APPROVED')
})

scenario('every version of a crossing order counts, and its end alone ends the wait', (s) => {
  cancelFirst(s)
  const order = resting(s, { price: PX + 10 })
  const nearer = s.replaced(order, { price: PX })
  const id = held(s)
  s.report('ReplaceRejected', nearer)
  assert.deepEqual(decided(s), [])
  s.report('Canceled', order)
  assert.deepEqual(decided(s), ['APPROVE NONE'])
  assert.equal(stateOf(s, id), 'APPROVED')
})

scenario('a cancel that was asked for before is not asked for again', (s) => {
  cancelFirst(s)
  resting(s)
  held(s)
  held(s, { price: PX + 1 })
  assert.deepEqual(
    s.said.map(({ event }) => event),
    ['OrderDecided', 'HoldWaits'],
  )
})

scenario('the decision comes before any other command, and counts neither itself nor what it reserved', (s) => {
  cancelFirst(s)
  s.limit('MAX_OPEN_ORDERS', 'A1', 1)
  s.limit('OPEN_ORDER_NOTIONAL', 'A1', 100 * PX)
  s.limit('MESSAGE_RATE', 'S1', 3)
  const crossed = resting(s)
  const id = held(s)
  s.report('Canceled', crossed)
  // What comes now finds the held order approved.
  assert.equal(s.order({ account: 'A3', strategy: 'manual' }).outcome, 'APPROVE')
  assert.equal(stateOf(s, id), 'APPROVED')
})

for (const [what, change, reason] of [
  ['a kill', (s: Scenario) => s.kill('KILLED', { trader: 'T1' }), 'KILLED'],
  ['a block', (s: Scenario) => s.kill('BLOCKED', { trader: 'T1' }), 'BLOCKED'],
  ['a limit', (s: Scenario) => s.limit('MAX_ORDER_QTY', 'A1', 99), 'MAX_ORDER_QTY'],
  ['a limit on what is open', (s: Scenario) => s.limit('OPEN_ORDER_NOTIONAL', 'A1', 1), 'OPEN_ORDER_NOTIONAL'],
  ['the collar', (s: Scenario) => s.quote('ACME', 2_999, 3_001), 'PRICE_COLLAR'],
  ['the end of access', (s: Scenario) => s.bind('SESSION_ACCOUNT', 'X1', 'A1', 0), 'NOT_PERMITTED'],
  ['the close', (s: Scenario) => s.phase('V1', 'CLOSED'), 'INSTRUMENT_INACTIVE'],
] as const) {
  scenario(`all controls decide it again, as they stand then: ${what}`, (s) => {
    cancelFirst(s)
    s.parameter('jumpBps', 1_000_000)
    const crossed = resting(s, { venue: 'V1' })
    const before = s.exposure('A1')
    const id = held(s, { venue: 'V1' })
    s.parameter('holdUs', 30 * SECOND)
    change(s)
    s.report('Canceled', crossed)
    assert.deepEqual(decided(s), [`REJECT ${reason}`])
    assert.equal(stateOf(s, id), 'ENDED')
    const { open, openOrders } = s.exposure('A1')
    assert.deepEqual([open, openOrders], [before.open, before.openOrders])
  })
}

scenario('what would cross it now refuses it: it does not wait a second time', (s) => {
  cancelFirst(s)
  const crossed = resting(s, { venue: 'V1' })
  resting(s, { venue: 'V2' })
  held(s, { venue: 'V1' })
  s.name('OWNER', 'O1', {}, CANCELS_FIRST | CROSS_VENUE)
  s.report('Canceled', crossed)
  assert.deepEqual(decided(s), ['REJECT SELF_MATCH'])
})

scenario('a status says nothing of a held order, a replace is refused', (s) => {
  cancelFirst(s)
  resting(s)
  const id = held(s)
  const names = { session: s.id('EX'), owner: s.id('X1'), orderSlot: -1, instrument: -1, clOrdID: id }
  assert.equal(s.send('OrderStatus', { ...names, status: 0, cumQty: 0 })[0]?.reason, 'ORDER_UNKNOWN_STATE')
  assert.equal(s.replace(id, { price: PX - 10 }).reason, 'ORDER_UNKNOWN_STATE')
  assert.equal(stateOf(s, id), 'HELD')
})

scenario('a replace into a cross is refused: the old version works on, nothing is canceled', (s) => {
  cancelFirst(s)
  const crossed = resting(s)
  const buy = s.working({ price: PX - 10 })
  const { outcome, reason } = s.replace(buy, { price: PX })
  assert.equal(`${outcome} ${reason}`, 'REJECT SELF_MATCH')
  assert.equal(s.live(crossed)?.cancelRequested, false)
})

scenario('who crosses a held order is refused, on either side of what is canceled', (s) => {
  cancelFirst(s)
  const crossed = resting(s)
  const id = held(s, { price: PX + 5 })
  assert.equal(s.order({ account: 'A2', side: 'SellShort', price: PX + 5 }).reason, 'SELF_MATCH')
  assert.equal(s.order({ account: 'A2', side: 'SellShort', price: PX + 6 }).outcome, 'APPROVE')
  s.report('Canceled', crossed)
  assert.deepEqual(decided(s), ['APPROVE NONE'])
  assert.equal(stateOf(s, id), 'APPROVED')
})

scenario('two orders of one side wait for the same one, and are decided oldest first', (s) => {
  cancelFirst(s)
  s.limit('MAX_OPEN_ORDERS', 'A1', 2)
  const crossed = resting(s)
  const first = held(s)
  const second = held(s, { price: PX + 1 })
  s.limit('MAX_OPEN_ORDERS', 'A1', 1)
  s.report('Canceled', crossed)
  assert.deepEqual(decided(s), ['REJECT MAX_OPEN_ORDERS', 'APPROVE NONE'])
  assert.deepEqual([stateOf(s, first), stateOf(s, second)], ['ENDED', 'APPROVED'])
})

scenario('an order that something else refuses too is not held, and cancels nothing', (s) => {
  cancelFirst(s)
  const crossed = resting(s)
  s.limit('MAX_ORDER_QTY', 'A1', 99)
  assert.equal(s.order({}).reason, 'MAX_ORDER_QTY')
  s.limit('MAX_ORDER_QTY', 'A1', 100)
  // What stands behind self-match in the order of precedence refuses too.
  s.limit('OPEN_ORDER_NOTIONAL', 'A1', 1)
  const { outcome, reason, results } = s.order({})
  assert.equal(`${outcome} ${reason} ${results.OPEN_ORDER_NOTIONAL}`, 'REJECT SELF_MATCH FAIL')
  assert.equal(s.live(crossed)?.cancelRequested, false)
})

scenario('a market order meets every price, and gets its protection price when it is decided', (s) => {
  cancelFirst(s)
  const far = resting(s, { price: 14_000 })
  held(s, { ordType: 'Market' })
  s.quote('ACME', PX + 99, PX + 101)
  s.report('Canceled', far)
  s.feedOwn()
  const approved = s.said.find(({ event }) => event === 'OrderDecided')
  assert.equal(approved?.protectionPx, (PX + 100) * 1.5)
})

scenario('a stop neither holds nor is canceled', (s) => {
  cancelFirst(s)
  resting(s)
  assert.equal(s.order({ ordType: 'StopLimit', stopPx: PX + 10, price: PX + 10 }).outcome, 'APPROVE')
  const stop = s.working({ account: 'A2', side: 'SellShort', ordType: 'StopLimit', stopPx: PX - 10, price: PX - 10 })
  held(s)
  assert.equal(s.live(stop)?.cancelRequested, false)
})

scenario('a stop that triggers is never held, and what is held has not waited for it', (s) => {
  cancelFirst(s)
  const stop = s.working({ account: 'A2', side: 'SellShort', ordType: 'StopLimit', stopPx: PX - 10, price: PX - 10 })
  const crossed = resting(s)
  const id = held(s)
  s.send('OrderTriggered', { session: s.id('EX'), owner: s.id('X1'), orderSlot: -1, clOrdID: stop })
  assert.deepEqual(s.said.flatMap(inWords), ['REJECT SELF_MATCH'])
  assert.deepEqual(
    s.saidOf('CancelRequested').map(({ orderSeq }) => orderSeq),
    [s.live(stop)?.orderSeq],
  )
  assert.deepEqual(s.saidOf('HoldWaits'), [])
  assert.equal(stateOf(s, id), 'HELD')
  s.report('Canceled', crossed)
  assert.deepEqual(decided(s), ['REJECT SELF_MATCH'], 'the stop is at the market still')
})

scenario('the mode follows the owner: on for what rests already, off for what is held no more', (s) => {
  const crossed = resting(s)
  cancelFirst(s)
  held(s)
  s.name('OWNER', 'O1')
  assert.equal(s.order({ price: PX + 1 }).reason, 'SELF_MATCH')
  s.report('Canceled', crossed)
  assert.deepEqual(decided(s), ['APPROVE NONE'], 'what was held before is decided all the same')
  cancelFirst(s)
  resting(s, { price: PX + 1 })
  held(s, { price: PX + 1 })
})

scenario('a what-if says that the order would be held, and asks for nothing', (s) => {
  cancelFirst(s)
  const crossed = resting(s)
  const { outcome, reason } = s.evaluate({})
  assert.equal(`${outcome} ${reason}`, 'HELD SELF_MATCH')
  assert.deepEqual(
    s.said.map(({ event }) => event),
    ['OrderDecided'],
  )
  assert.equal(s.live(crossed)?.cancelRequested, false)
})

scenario('a repeat of a held order is a duplicate of its first decision, before and after the second', (s) => {
  cancelFirst(s)
  const crossed = resting(s)
  const id = held(s, { clOrdID: 'H' })
  const { orderSeq } = s.live(id) as { orderSeq: number }
  const repeated = () => {
    const { outcome, firstSeq } = s.order({ clOrdID: 'H' })
    return [outcome, firstSeq]
  }
  assert.deepEqual(repeated(), ['DUPLICATE', orderSeq])
  s.report('Canceled', crossed)
  assert.deepEqual(decided(s), ['APPROVE NONE'])
  assert.deepEqual(repeated(), ['DUPLICATE', orderSeq])
  assert.equal(s.order({ clOrdID: 'H', holdUs: 5 }).reason, 'CLORDID_CONFLICT', 'how long it may be held is content')
})

scenario('approved, it counts as a twin of orders like it; held, not', (s) => {
  cancelFirst(s)
  s.limit('DUPLICATE_ORDER', 'A1', 1, { param: 60 * SECOND })
  const crossed = resting(s)
  held(s, { clOrdID: 'H1' })
  held(s, { clOrdID: 'H2' })
  s.report('Canceled', crossed)
  assert.deepEqual(decided(s), ['APPROVE NONE', 'REJECT DUPLICATE_ORDER'])
})

scenario(
  'over a soft level it is confirmed first, held then, and what was confirmed is used when it is approved',
  (s) => {
    cancelFirst(s)
    s.applied('Binding', { kind: 6, a: s.id('ALICE'), b: 2, allow: 1 })
    s.limit('MAX_ORDER_QTY', 'A1', 1_000, { soft: 50 })
    const crossed = resting(s)
    const { outcome, reason } = s.order({ clOrdID: 'SOFT' })
    assert.equal(`${outcome} ${reason}`, 'SOFT_BLOCK SOFT_LIMIT')
    const confirmSeq = s.seq
    assert.equal(s.live(crossed)?.cancelRequested, false)
    s.send('Confirm', { principal: s.id('ALICE'), confirmSeq, reason: 'asked for' })
    held(s, { confirmSeq })
    s.report('Canceled', crossed)
    assert.deepEqual(decided(s), ['APPROVE NONE'])
    assert.deepEqual([...s.engine.view.confirmations()], [])
  },
)

scenario('over a soft level that was set since, it is refused', (s) => {
  cancelFirst(s)
  const crossed = resting(s)
  held(s)
  s.limit('MAX_ORDER_QTY', 'A1', 1_000, { soft: 50 })
  s.report('Canceled', crossed)
  assert.deepEqual(decided(s), ['REJECT SOFT_LIMIT'])
})

scenario('a slice counts once, held or approved, and not at all when it is refused', (s) => {
  cancelFirst(s)
  s.parent('P', { notional: 1_000 * PX, lines: 1 })
  const crossed = resting(s)
  s.report('New', crossed)
  held(s, { parentClOrdID: 'P', holdUs: 1 })
  const slices = () => s.engine.view.parent(s.id('X1'), 'P')
  assert.equal(slices()?.slices, 1)
  s.wait(1)
  assert.deepEqual(decided(s), ['REJECTED WASH_HOLD_EXPIRED'])
  assert.deepEqual([slices()?.slices, slices()?.open, slices()?.used], [0, 0, 0])
  held(s, { parentClOrdID: 'P' })
  s.report('Canceled', crossed)
  assert.deepEqual(decided(s), ['APPROVE NONE'])
  assert.deepEqual([slices()?.slices, slices()?.open, slices()?.used], [1, 1, 100])
})

scenario('refusals at a deadline pile up like others, and stop the strategy', (s) => {
  cancelFirst(s)
  s.limit('REJECT_STORM', 'S1', 1, { param: 60 * SECOND })
  const crossed = resting(s, { strategy: 'manual', trader: 'T2' })
  s.report('New', crossed)
  held(s, { holdUs: 1 })
  held(s, { holdUs: 1, price: PX + 1 })
  s.wait(1)
  assert.deepEqual(decided(s), ['REJECTED WASH_HOLD_EXPIRED', 'REJECTED WASH_HOLD_EXPIRED'])
  assert.equal(s.order({ price: PX - 10 }).reason, 'BLOCKED')
})

scenario('the roll carries a held order like any other', (s) => {
  cancelFirst(s)
  const crossed = resting(s)
  const id = held(s)
  const { open } = s.exposure('A1')
  s.roll(20270118)
  assert.equal(stateOf(s, id), 'HELD')
  assert.equal(s.exposure('A1').open, open)
  s.report('Canceled', crossed)
  assert.deepEqual(decided(s), ['APPROVE NONE'])
})

scenario('a control that fails at the second decision refuses the order, once', (s) => {
  cancelFirst(s)
  const crossed = resting(s)
  const id = held(s)
  s.bind('TRADER_ACCOUNT', 'T1', 'A1', 0)
  s.report('Canceled', crossed)
  assert.deepEqual(decided(s), ['REJECT HIERARCHY_MISMATCH'])
  assert.equal(stateOf(s, id), 'ENDED')
})

test('a state that is saved and loaded keeps who waits for whom, and until when', () => {
  const s = openScenario()
  cancelFirst(s)
  const crossed = resting(s)
  s.report('New', crossed)
  const id = held(s)
  held(s, { price: PX + 1, holdUs: 5 })
  const chunks: Uint8Array[] = []
  s.engine.save((bytes) => chunks.push(bytes.slice()))
  const bytes = Buffer.concat(chunks)
  const loaded = createEngine({ sizes: SIZES, rules: NO_RULES, hashSeed: 7 })
  let at = 0
  loaded.load((into) => {
    const part = bytes.subarray(at, at + into.length)
    into.set(part)
    at += part.length
    return part.length
  })
  assert.equal(loaded.stateHash(), s.engine.stateHash())
  // What one does from here the other does: the deadline, the last end, the decision, and one more order that is held.
  s.also = loaded
  s.wait(5)
  assert.deepEqual(decided(s), ['REJECTED WASH_HOLD_EXPIRED'])
  s.report('Canceled', crossed)
  assert.deepEqual(decided(s), ['APPROVE NONE'])
  assert.equal(stateOf(s, id), 'APPROVED')
  s.report('Canceled', id)
  resting(s)
  held(s)
  assert.equal(loaded.stateHash(), s.engine.stateHash())
})

test('at most so many orders are held, and for so many others', () => {
  const s = openScenario()
  cancelFirst(s)
  for (let at = 0; at <= HOLD_CROSSINGS; at++) resting(s, { orderQty: 1, clOrdID: `many-${at}` })
  assert.equal(s.order({}).reason, 'CAPACITY')
  s.notSent('many-0')
  for (let at = 0; at < HOLDS; at++) held(s, { orderQty: 1 })
  const { outcome, reason, results } = s.order({})
  assert.equal(`${outcome} ${reason} ${results.ORDER_STRUCTURE}`, 'REJECT CAPACITY FAIL')
  assert.equal(s.evaluate({}).outcome, 'HELD')
})
