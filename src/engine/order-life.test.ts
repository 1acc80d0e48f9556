/** The life of an order: what each report makes of each state, that a cancel passes on anything, and what "not sent" ends. */
import assert from 'node:assert/strict'
import { type ExecType, ORDER_STATES } from '../model/vocabulary.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'

type Said = (s: Scenario) => void
const report =
  (execType: ExecType): Said =>
  (s) =>
    s.report(execType, 'o')
const fill =
  (qty: number): Said =>
  (s) =>
    s.fill('o', qty)
const cancel: Said = (s) => s.cancel('o')
const notSent: Said = (s) => s.notSent('o')

/** State of the order o, ENDED where it has none any more. */
function stateOf(s: Scenario): string {
  const order = s.live('o')
  return order === undefined ? 'ENDED' : (ORDER_STATES[order.state] ?? '')
}

const LIVES: readonly (readonly [title: string, told: readonly Said[], last: Said, state: string, refusal?: string])[] =
  [
    ['approved', [], () => {}, 'APPROVED'],
    ['acknowledged', [], report('New'), 'WORKING'],
    ['acknowledged twice', [report('New')], report('New'), 'WORKING'],
    ['filled in part before the acknowledgement', [], fill(40), 'WORKING'],
    ['acknowledged after a fill', [fill(40)], report('New'), 'WORKING'],
    ['filled', [fill(40)], fill(60), 'ENDED'],
    ['filled at once', [], fill(100), 'ENDED'],
    ['its cancel is on the way', [], cancel, 'PENDING_CANCEL'],
    ['a second cancel', [cancel], cancel, 'PENDING_CANCEL'],
    ['acknowledged while its cancel is on the way', [cancel], report('New'), 'PENDING_CANCEL'],
    ['filled in part while its cancel is on the way', [cancel], fill(40), 'PENDING_CANCEL'],
    ['filled while its cancel is on the way', [cancel], fill(100), 'ENDED'],
    ['its cancel was rejected', [report('New'), cancel], report('CancelRejected'), 'WORKING'],
    ['its cancel was rejected although none was sent', [report('New')], report('CancelRejected'), 'WORKING'],
    ['canceled', [cancel], report('Canceled'), 'ENDED'],
    ['canceled by the market', [report('New')], report('Canceled'), 'ENDED'],
    ['rejected', [], report('Rejected'), 'ENDED'],
    ['expired', [report('New')], report('Expired'), 'ENDED'],
    ['done for the day', [report('New')], report('DoneForDay'), 'ENDED'],
    ['never sent', [], notSent, 'ENDED'],
    ['never sent, it is said of what the market knows', [report('New')], notSent, 'WORKING', 'NOT_SENT_REFUSED'],
    ['never sent, it is said of what was filled', [fill(40)], notSent, 'WORKING', 'NOT_SENT_REFUSED'],
    ['never sent, it is said of what is being canceled', [cancel], notSent, 'PENDING_CANCEL', 'NOT_SENT_REFUSED'],
    [
      'never sent, it is said after a rejected cancel',
      [cancel, report('CancelRejected')],
      notSent,
      'WORKING',
      'NOT_SENT_REFUSED',
    ],
    ['never sent, it is said of what has ended', [report('Canceled')], notSent, 'ENDED', 'ORDER_TERMINAL'],
    ['replaced, and it was not', [], report('Replaced'), 'APPROVED', 'ORDER_UNKNOWN_STATE'],
    ['its replace rejected, and there was none', [], report('ReplaceRejected'), 'APPROVED', 'ORDER_UNKNOWN_STATE'],
  ]
for (const [title, told, last, state, refusal] of LIVES) {
  scenario(`an order ${title}: ${state}${refusal === undefined ? '' : `, ${refusal}`}`, (s) => {
    s.working({ clOrdID: 'o' })
    for (const step of told) step(s)
    last(s)
    assert.equal(stateOf(s), state)
    assert.equal(s.refusal, refusal)
  })
}

const REPORTS: readonly ExecType[] = [
  'New',
  'Canceled',
  'Replaced',
  'Rejected',
  'Expired',
  'DoneForDay',
  'CancelRejected',
  'ReplaceRejected',
]
scenario('every report but a fill of an order that has ended is refused, and so it is of no order', (s) => {
  s.report('Canceled', s.working({ clOrdID: 'o' }))
  const before = s.standing()
  for (const execType of REPORTS) {
    s.report(execType, 'o')
    assert.equal(s.refusal, 'ORDER_TERMINAL', execType)
    s.report(execType, 'nobody')
    assert.equal(s.refusal, 'UNKNOWN_ORDER', execType)
  }
  assert.equal(s.standing(), before)
})

scenario('a report of an unknown kind changes nothing', (s) => {
  s.working({ clOrdID: 'o' })
  const before = s.standing()
  s.report('New', 'o', { execType: 99 })
  assert.equal(s.refusal, 'INVALID_VALUE')
  assert.equal(s.standing(), before)
})

/** What a cancel names: it passes, and says what it found. */
const CANCELED: readonly (readonly [title: string, name: (s: Scenario) => string, reason: string])[] = [
  ['an order in flight', (s) => s.working({}), 'NONE'],
  ['an order at work', (s) => after(s, (id) => s.report('New', id)), 'NONE'],
  ['an order whose cancel is on the way', (s) => after(s, (id) => s.cancel(id)), 'NONE'],
  ['an order with pending replaces', (s) => after(s, (id) => s.replaced(id, { orderQty: 50 })), 'NONE'],
  ['a pending replace', (s) => s.replaced(s.working({}), { orderQty: 50 }), 'NONE'],
  ['an order under a kill', (s) => after(s, () => s.kill('KILLED')), 'NONE'],
  [
    'an order whose session may nothing any more',
    (s) => after(s, () => s.bind('SESSION_ACCOUNT', 'X1', 'A1', 0)),
    'NONE',
  ],
  ['an order without a reference price', (s) => after(s, (id) => [s.report('New', id), s.wait(1e9)]), 'NONE'],
  ['a filled order', (s) => after(s, (id) => s.fill(id, 100)), 'ORDER_TERMINAL'],
  ['a canceled order', (s) => after(s, (id) => s.report('Canceled', id)), 'ORDER_TERMINAL'],
  ['an order that was refused', (s) => refused(s), 'UNKNOWN_ORDER'],
  ['no order', () => 'nobody', 'UNKNOWN_ORDER'],
  ['nothing', () => '', 'UNKNOWN_ORDER'],
]

function after(s: Scenario, then: (id: string) => unknown): string {
  const id = s.working({})
  then(id)
  return id
}

function refused(s: Scenario): string {
  s.order({ clOrdID: 'refused', orderQty: 0 })
  return 'refused'
}

for (const [title, name, reason] of CANCELED) {
  scenario(`a cancel of ${title} passes: ${reason}`, (s) => {
    const id = name(s)
    const said = s.cancel(id)
    assert.equal(`${said?.event} ${said?.reason}`, `CancelDecided ${reason}`)
    if (reason === 'NONE') assert.equal(s.live(id)?.state, ORDER_STATES.indexOf('PENDING_CANCEL'))
  })
}

scenario('a cancel frees nothing: the order may still execute', (s) => {
  const id = s.working({})
  const { open, gross, openOrders } = s.exposure('A1')
  s.cancel(id)
  assert.deepEqual(
    [s.exposure('A1').open, s.exposure('A1').gross, s.exposure('A1').openOrders],
    [open, gross, openOrders],
  )
})

scenario('an order is not sent by its own session only', (s) => {
  const id = s.working({})
  s.notSent(id, 'X2')
  assert.equal(s.refusal, 'UNKNOWN_ORDER')
  s.notSent('nobody')
  assert.equal(s.refusal, 'UNKNOWN_ORDER')
  s.notSent(id)
  assert.equal(s.refusal, undefined)
})

scenario('a settled version cannot be said not to have been sent', (s) => {
  const id = s.working({})
  s.replaced(id, { clOrdID: 'r1', orderQty: 50 })
  s.report('Replaced', 'r1')
  s.notSent('r1')
  assert.equal(s.refusal, 'NOT_SENT_REFUSED')
})

scenario('an approve names order, slot, reference, value and the end of its token', (s) => {
  const { orderSeq, slot, refPx, refSource, valuationPx, openValue, tokenExpiryUs } = s.order({ price: 9_900 })
  assert.equal(orderSeq, s.seq)
  assert.equal(s.engine.view.order(slot, orderSeq)?.orderQty, 100)
  assert.deepEqual([refPx, refSource, valuationPx, openValue], [10_000, 'MID', 9_900, 990_000])
  assert.equal(tokenExpiryUs, s.timeUs + 2_000_000)
})

scenario('slots are used again, sequence numbers are not', (s) => {
  const first = s.order({ clOrdID: 'first' })
  s.report('Canceled', 'first')
  const second = s.order({})
  assert.equal(second.slot, first.slot)
  assert.equal(s.engine.view.order(first.slot, first.orderSeq), undefined)
})
