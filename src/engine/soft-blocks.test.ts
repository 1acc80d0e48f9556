/** Soft levels: where a person must confirm an order, what that lets through, and what it does not. */
import assert from 'node:assert/strict'
import { CONFIRMATIONS, CONFIRMATIONS_OF_SESSION } from '../model/bounds.ts'
import { MAX } from '../model/numbers.ts'
import { DUTIES } from '../model/vocabulary.ts'
import { boundaryTable, rowsOf } from '../simulator/boundary-table.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Decision } from '../simulator/scenario-decision.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { type OrderGiven, SECOND } from '../simulator/scenario-given.ts'
import { inWords } from '../simulator/scenario-people.ts'

const CONFIRM_DUTY = 1 << DUTIES.indexOf('orders:confirm')

const verdict = ({ outcome, reason }: Decision) => `${outcome} ${reason}`

function confirm(s: Scenario, confirmSeq: number, who = 'ALICE', reason = 'agreed with the client'): string {
  return inWords(s.send('Confirm', { principal: s.id(who), confirmSeq, reason }))
}

/** Account A1 may order 500 at most, and from 401 on a person must look. ALICE may confirm. */
function soft(title: string, play: (s: Scenario) => void): void {
  scenario(`soft blocks: ${title}`, (s) => {
    s.applied('Binding', { kind: 6, a: s.id('ALICE'), b: CONFIRM_DUTY, allow: 1 })
    s.limit('MAX_ORDER_QTY', 'A1', 500, { soft: 400 })
    play(s)
  })
}

/** An order that is soft-blocked; returns the number to confirm it by. */
function blocked(s: Scenario, given: OrderGiven): number {
  assert.equal(verdict(s.order(given)), 'SOFT_BLOCK SOFT_LIMIT')
  return s.seq
}

const { at } = rowsOf('MAX_ORDER_QTY')
const level = at('A1', 500, { soft: 400 })
boundaryTable('MAX_ORDER_QTY', [
  ['one below the soft level', level, { orderQty: 399 }, 'PASS'],
  ['at the soft level', level, { orderQty: 400 }, 'PASS'],
  ['an alert has no soft level', at('A1', 500, { soft: 400, action: 'ALERT' }), { orderQty: 401 }, 'PASS'],
  ['nor has a row in shadow', at('A1', 500, { soft: 400, mode: 'SHADOW' }), { orderQty: 401 }, 'PASS'],
  ['a soft level over the hard one is none', at('A1', 500, { soft: 600 }), { orderQty: 500 }, 'PASS'],
])

soft('one over the soft level, and at the hard one, nothing is reserved and the id is used up', (s) => {
  for (const orderQty of [401, 500]) {
    const decision = s.order({ orderQty, clOrdID: `q${orderQty}` })
    assert.equal(verdict(decision), 'SOFT_BLOCK SOFT_LIMIT')
    assert.equal(decision.results.MAX_ORDER_QTY, 'ALERT')
    assert.deepEqual([decision.slot, decision.openValue, decision.tokenExpiryUs], [-1, 0, 0])
    const over = decision.rows.filter(({ soft }) => soft)
    assert.deepEqual(
      over.map(({ control, subject, after, failed, waived }) => [control, subject, after, failed, waived]),
      [['MAX_ORDER_QTY', 'A1', orderQty, false, false]],
    )
  }
  assert.equal(s.engine.view.openOrders, 0)
  assert.equal(s.order({ orderQty: 500, clOrdID: 'q500' }).outcome, 'DUPLICATE')
  assert.equal(s.order({ orderQty: 100, clOrdID: 'q500' }).reason, 'CLORDID_CONFLICT')
  const over = s.order({ orderQty: 501 })
  assert.equal(verdict(over), 'REJECT MAX_ORDER_QTY')
  assert.equal(over.qtyPassing, 500, 'soft levels do not count in what would pass')
})

soft('where home-made gates go wrong #5: a soft pass is one order, one person, one reason, and no hard limit', (s) => {
  const seq = blocked(s, { orderQty: 450 })
  assert.equal(verdict(s.order({ orderQty: 450, confirmSeq: seq })), 'REJECT NOT_CONFIRMED')
  assert.equal(confirm(s, seq, 'ALICE', ''), 'INVALID_VALUE', 'no reason')
  assert.equal(confirm(s, seq, 'BOB'), 'DUTY_MISSING')
  assert.equal(confirm(s, seq), 'ConfirmationMoved')
  assert.equal(confirm(s, seq), 'AGREED_BEFORE')
  assert.equal(verdict(s.order({ orderQty: 451, confirmSeq: seq })), 'REJECT CONFIRMATION_MISMATCH')
  assert.equal(verdict(s.order({ orderQty: 450, price: 9_999, confirmSeq: seq })), 'REJECT CONFIRMATION_MISMATCH')
  assert.equal(verdict(s.order({ orderQty: 450, session: 'X2', confirmSeq: seq })), 'REJECT UNKNOWN_CONFIRMATION')
  const passed = s.order({ orderQty: 450, confirmSeq: seq })
  assert.equal(verdict(passed), 'APPROVE NONE')
  assert.equal(passed.results.MAX_ORDER_QTY, 'ALERT')
  assert.deepEqual(
    passed.rows.filter(({ soft }) => soft).map(({ waived }) => waived),
    [true],
  )
  assert.deepEqual(
    s.saidOf('ConfirmationMoved').map(({ confirmSeq, state }) => [confirmSeq, state]),
    [[seq, 2]],
  )
  assert.equal(verdict(s.order({ orderQty: 450, confirmSeq: seq })), 'REJECT UNKNOWN_CONFIRMATION', 'used')
  blocked(s, { orderQty: 450 })
})

soft('a machine confirms nothing', (s) => {
  s.name('PRINCIPAL', 'ROBOT')
  s.applied('Binding', { kind: 6, a: s.id('ROBOT'), b: CONFIRM_DUTY, allow: 1 })
  const seq = blocked(s, { orderQty: 450 })
  assert.equal(confirm(s, seq, 'ROBOT'), 'DUTY_MISSING')
  assert.equal(inWords(s.send('Confirm', { principal: -1, confirmSeq: seq, reason: 'why' })), 'DUTY_MISSING')
  assert.equal(inWords(s.send('Confirm', { principal: 9_999, confirmSeq: seq, reason: 'why' })), 'DUTY_MISSING')
  assert.equal(confirm(s, seq + 77), 'UNKNOWN_CONFIRMATION')
  assert.equal(confirm(s, Number.NaN), 'UNKNOWN_CONFIRMATION')
})

soft('only the rows that were confirmed are passed', (s) => {
  const first = blocked(s, { orderQty: 450 })
  assert.equal(confirm(s, first), 'ConfirmationMoved')
  s.limit('OPEN_ORDER_NOTIONAL', 'A1', 9_000_000, { soft: 4_499_999 })
  const again = s.order({ orderQty: 450, confirmSeq: first })
  assert.equal(verdict(again), 'SOFT_BLOCK SOFT_LIMIT')
  const over = again.rows.filter(({ soft }) => soft).map(({ control, waived }) => [control, waived])
  assert.deepEqual(over, [
    ['MAX_ORDER_QTY', true],
    ['OPEN_ORDER_NOTIONAL', false],
  ])
  const second = s.seq
  assert.equal(verdict(s.order({ orderQty: 450, confirmSeq: first })), 'REJECT UNKNOWN_CONFIRMATION', 'it was replaced')
  assert.equal(confirm(s, second), 'ConfirmationMoved')
  assert.equal(verdict(s.order({ orderQty: 450, confirmSeq: second })), 'APPROVE NONE')
})

soft('a row that was set again is not the one that was confirmed', (s) => {
  const seq = blocked(s, { orderQty: 450 })
  confirm(s, seq)
  s.limit('MAX_ORDER_QTY', 'A1', 500, { soft: 410 })
  assert.equal(verdict(s.order({ orderQty: 450, confirmSeq: seq })), 'SOFT_BLOCK SOFT_LIMIT')
})

soft('every other control is judged anew', (s) => {
  const seq = blocked(s, { orderQty: 450 })
  confirm(s, seq)
  s.limit('MAX_ORDER_QTY', 'A1', 449, { soft: 400 })
  assert.equal(verdict(s.order({ orderQty: 450, confirmSeq: seq })), 'REJECT MAX_ORDER_QTY')
  s.kill('KILLED', { account: 'A1' })
  assert.equal(verdict(s.order({ orderQty: 450, confirmSeq: seq })), 'REJECT KILLED')
})

soft('it lives a minute, confirmed or not', (s) => {
  const first = blocked(s, { orderQty: 450 })
  const second = blocked(s, { orderQty: 451 })
  confirm(s, second)
  s.wait(60 * SECOND - 1)
  s.tick()
  assert.equal(confirm(s, first), 'ConfirmationMoved')
  s.wait(1)
  s.tick()
  assert.equal(inWords(s.said), 'ConfirmationMoved TimerFired ConfirmationMoved TimerFired')
  assert.equal(verdict(s.order({ orderQty: 450, confirmSeq: first })), 'REJECT UNKNOWN_CONFIRMATION')
  assert.equal(confirm(s, second), 'UNKNOWN_CONFIRMATION')
})

soft('a replace into a soft level is refused, and the old version works on', (s) => {
  const id = s.working({ orderQty: 300 })
  const refused = s.replace(id, { orderQty: 450 })
  assert.equal(verdict(refused), 'REJECT SOFT_LIMIT')
  s.replaced(id, { orderQty: 400 })
})

soft('a what-if says that it would be soft-blocked, and nothing waits', (s) => {
  assert.equal(verdict(s.evaluate({ orderQty: 450 })), 'SOFT_BLOCK SOFT_LIMIT')
  assert.equal(confirm(s, s.seq), 'UNKNOWN_CONFIRMATION')
})

scenario(
  'soft blocks: an officer of the genesis confirms one, as a head of risk',
  (s) => {
    s.limit('MAX_ORDER_QTY', 'A1', 500, { soft: 400 })
    const seq = blocked(s, { orderQty: 450 })
    assert.equal(confirm(s, seq, 'OFFICER-A'), 'ConfirmationMoved')
    assert.equal(s.order({ orderQty: 450, confirmSeq: seq }).outcome, 'APPROVE')
  },
  { genesis: { officer1: 'OFFICER-A', officer2: 'OFFICER-B' } },
)

soft('more than can be kept of a session, and of all, are refused', (s) => {
  const sessions = ['X1', 'X2', 'X3', 'X4', 'X5']
  for (const session of sessions.slice(2)) {
    s.name('SESSION', session)
    s.bind('SESSION_ACCOUNT', session, 'A1')
    s.bind('SESSION_TRADER', session, 'T1')
    s.limit('MESSAGE_RATE', session, MAX)
  }
  s.parameter('confirmLifeUs', 600 * SECOND)
  s.roll(20270116)
  const before = s.seq
  for (let at = 0; at < CONFIRMATIONS; at++) {
    // The ids of a trade date are few in a scenario: each date takes its share.
    if (at % 900 === 899) s.roll(20270117 + Math.floor(at / 900))
    const session = sessions[Math.floor(at / CONFIRMATIONS_OF_SESSION)] as string
    s.send('NewOrder', { ...order(s), session: s.id(session), clOrdID: `n${at}` })
    // One client has all that it may, and another is blocked as ever.
    if (at === CONFIRMATIONS_OF_SESSION - 1) {
      const flooded = s.order({ orderQty: 450 })
      assert.deepEqual([verdict(flooded), flooded.results.ORDER_STRUCTURE], ['REJECT SOFT_BLOCKS_OF_SESSION', 'FAIL'])
      s.working({ orderQty: 10 })
    }
  }
  assert.ok(s.seq > before + CONFIRMATIONS)
  s.roll(20270125)
  assert.equal(verdict(s.order({ orderQty: 450, session: 'X5' })), 'REJECT CAPACITY')
  assert.equal(verdict(s.order({ orderQty: 450, session: 'X4' })), 'REJECT SOFT_BLOCKS_OF_SESSION')
  s.wait(600 * SECOND)
  s.tick()
  s.heartbeat()
  s.quote('ACME', 9_999, 10_001)
  blocked(s, { orderQty: 450 })
})

function order(s: Scenario) {
  const names = { session: 'X1', instrument: 'ACME', account: 'A1', trader: 'T1', strategy: 'S1' }
  const ids = Object.fromEntries(Object.entries(names).map(([field, name]) => [field, s.id(name)]))
  return { ...ids, venue: -1, locate: -1, side: 0, ordType: 1, orderQty: 450, price: 10_000, flags: 1 }
}

// Each kind of measure takes its soft level as it takes its hard one.
scenario('soft blocks: the soft level of a share of capital is in money as its hard one is', (s) => {
  s.capital('FIRM', 10_000_000)
  s.limit('SECTOR_CONCENTRATION', 'FIRM', 9_000, { on: 'SECTOR:*', soft: 1_000 })
  s.working({ orderQty: 100 })
  blocked(s, { orderQty: 1 })
  s.capital('FIRM', 20_000_000)
  s.working({ orderQty: 100 })
  blocked(s, { orderQty: 1 })
})

scenario('soft blocks: the collar, the message rate and the flow of an order that reduces', (s) => {
  s.limit('PRICE_COLLAR', 'A1', 200, { soft: 100 })
  s.working({ price: 10_100 })
  blocked(s, { price: 10_101 })
  s.limit('MESSAGE_RATE', 'X1', 10, { soft: 2, param: SECOND })
  s.wait(SECOND)
  for (const expected of ['APPROVE', 'APPROVE', 'SOFT_BLOCK', 'SOFT_BLOCK']) assert.equal(s.order().outcome, expected)
  s.wait(SECOND)
  s.position('A2', 'ACME', 100)
  s.limit('DAILY_GROSS', 'A2', 500_000, { soft: 100_000, hardForReducing: 2_000_000 })
  assert.equal(s.order({ account: 'A2', orderQty: 11 }).outcome, 'SOFT_BLOCK')
  s.working({ account: 'A2', side: 'Sell', orderQty: 100, price: 10_200 })
})
