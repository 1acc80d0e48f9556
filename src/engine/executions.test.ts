/** Executions: booked once and never dropped, wherever and whenever they come from; busts and corrects take back what was booked. */
import assert from 'node:assert/strict'
import { MAX } from '../model/numbers.ts'
import { SIDES } from '../model/vocabulary.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { SECOND } from '../simulator/scenario-given.ts'

const booked = (s: Scenario) => s.saidOf('ExecutionBooked')[0]
const alarm = (s: Scenario) => booked(s)?.alarm
/** Position of the account, executed flow, open value and count. */
function sums(s: Scenario, subject = 'A1'): readonly number[] {
  const { executed, open, openOrders } = s.exposure(subject)
  return [s.cell('A1').position, executed, open, openOrders]
}

scenario('a fill of an order that was canceled: booked, LATE_FILL, and the order stays ended', (s) => {
  const id = s.working({})
  s.fill(id, 30)
  s.report('Canceled', id)
  s.fill(id, 20)
  assert.equal(alarm(s), 'LATE_FILL')
  assert.deepEqual(sums(s), [50, 500_000, 0, 0])
  assert.deepEqual(s.cell('A1', 'ACME', 'S1'), { position: 50, buyLeaves: 0, sellLeaves: 0 })
  assert.equal(s.live(id), undefined)
})

scenario('a late fill finds its order by id and leaves alone the one that has its slot now', (s) => {
  const first = s.order({ clOrdID: 'first' })
  s.report('Canceled', 'first')
  const second = s.order({ clOrdID: 'second', account: 'A2' })
  assert.equal(second.slot, first.slot)
  s.fill('first', 20, 10_000, { orderSeq: first.orderSeq, orderSlot: first.slot })
  assert.equal(`${alarm(s)} ${booked(s)?.orderSeq}`, `LATE_FILL ${first.orderSeq}`)
  assert.deepEqual([s.cell('A1').position, s.cell('A2').position], [20, 0])
  assert.equal(s.live('second')?.cumQty, 0)
})

scenario('a report finds its order by OrderID alone while it lives', (s) => {
  const { orderSeq, slot } = s.order({ clOrdID: 'o' })
  s.fill('', 40, 10_000, { orderSeq, orderSlot: slot })
  assert.equal(s.live('o')?.cumQty, 40)
  s.report('Canceled', '', { orderSeq: orderSeq + 1, orderSlot: slot })
  assert.equal(s.refusal, 'UNKNOWN_ORDER')
  s.report('Canceled', '', { orderSeq, orderSlot: slot })
  assert.equal(s.live('o'), undefined)
})

scenario('a late fill by OrderID alone finds the order that ended while no other has its slot', (s) => {
  const { orderSeq, slot } = s.order({ clOrdID: 'o' })
  s.report('Canceled', 'o')
  s.fill('', 40, 10_000, { orderSeq, orderSlot: slot })
  assert.equal(`${alarm(s)} ${booked(s)?.orderSeq}`, `LATE_FILL ${orderSeq}`)
  assert.equal(s.cell('A1').position, 40)
  s.report('Canceled', '', { orderSeq, orderSlot: slot })
  assert.equal(s.refusal, 'ORDER_TERMINAL')
  s.order({ clOrdID: 'next' })
  s.fill('', 40, 10_000, { orderSeq, orderSlot: slot })
  assert.equal(s.refusal, 'UNKNOWN_NAME')
})

/** What a report says wrongly of a buy of A1 in ACME, and where its fill of 10 goes. */
const CONTRADICTIONS: readonly (readonly [
  string,
  (s: Scenario) => Record<string, number>,
  account: string,
  of: string,
])[] = [
  ['another instrument', (s) => ({ instrument: s.id('BETA') }), 'A1', 'BETA'],
  ['another account', (s) => ({ account: s.id('A2') }), 'A2', 'ACME'],
  ['the other side', () => ({ side: SIDES.indexOf('Sell') }), 'A1', 'ACME'],
]
for (const [what, said, account, instrument] of CONTRADICTIONS) {
  scenario(`a fill that says ${what} than its order is booked as it says, blocked, and leaves the order`, (s) => {
    s.instrument('BETA', {})
    const id = s.working({})
    s.fill(id, 10, 10_000, said(s))
    assert.equal(alarm(s), 'UNKNOWN_EXECUTION')
    assert.equal(Math.abs(s.cell(account, instrument).position), 10)
    assert.equal(s.live(id)?.cumQty, 0)
    assert.equal(s.saidOf('LatchSet').length, 1)
    s.report('Canceled', id, said(s))
    assert.equal(s.refusal, 'EXEC_CONFLICT')
    assert.notEqual(s.live(id), undefined)
  })
}

scenario('a report whose OrderID and clOrdID name two orders is about neither', (s) => {
  const { orderSeq, slot } = s.order({ clOrdID: 'one' })
  s.order({ clOrdID: 'two' })
  s.report('Canceled', 'two', { orderSeq, orderSlot: slot })
  assert.equal(s.refusal, 'EXEC_CONFLICT')
  s.fill('two', 10, 10_000, { orderSeq, orderSlot: slot })
  assert.equal(alarm(s), 'UNKNOWN_EXECUTION')
  assert.deepEqual([s.live('one')?.cumQty, s.live('two')?.cumQty], [0, 0])
})

scenario('an OrderID of an order that has ended and the clOrdID of a live one: about neither', (s) => {
  const { orderSeq, slot } = s.order({ clOrdID: 'ended' })
  s.report('Canceled', 'ended')
  s.working({ clOrdID: 'live' })
  s.fill('live', 10, 10_000, { orderSeq, orderSlot: slot })
  assert.equal(alarm(s), 'UNKNOWN_EXECUTION')
  s.report('Canceled', 'live', { orderSeq, orderSlot: slot })
  assert.equal(s.refusal, 'EXEC_CONFLICT')
  assert.equal(s.live('live')?.cumQty, 0)
})

scenario('a correct that cannot be held leaves the execution that it speaks of', (s) => {
  const id = s.working({})
  s.fill(id, 50, 10_000, { execID: 'E' })
  s.report('TradeCorrect', id, { execID: 'C', execRefID: 'E', lastQty: MAX, lastPx: MAX })
  assert.equal(s.refusal, 'BOOKING_OVERFLOW')
  assert.equal(s.cell('A1').position, 50)
  assert.equal(s.saidOf('LatchSet').length, 1)
})

scenario('more than was ordered: booked, OVERFILL, and nothing rests any more', (s) => {
  const id = s.working({})
  s.fill(id, 60)
  s.fill(id, 60)
  assert.equal(alarm(s), 'OVERFILL')
  assert.deepEqual(sums(s), [120, 1_200_000, 0, 0])
  assert.equal(s.live(id), undefined)
})

scenario('more than the accepted version, but not than a pending one, is no overfill', (s) => {
  const id = s.working({})
  s.replaced(id, { clOrdID: 'r1', orderQty: 150 })
  s.fill(id, 120)
  assert.equal(alarm(s), 'NONE')
  assert.deepEqual(s.cell('A1'), { position: 120, buyLeaves: 30, sellLeaves: 0 })
  s.fill(id, 40)
  assert.equal(alarm(s), 'OVERFILL')
  assert.equal(s.cell('A1').buyLeaves, 0)
})

scenario('cumQty is checked and never booked', (s) => {
  const id = s.working({})
  s.fill(id, 30, 10_000, { cumQty: 30 })
  assert.equal(alarm(s), 'NONE')
  s.fill(id, 10, 10_000, { cumQty: 50 })
  assert.equal(`${alarm(s)} ${s.live(id)?.cumQty}`, 'CUM_QTY_MISMATCH 40')
  s.fill(id, 100, 10_000, { cumQty: 5 })
  assert.equal(alarm(s), 'OVERFILL', 'the graver alarm is named')
})

const stranger = (s: Scenario, more: Readonly<Record<string, number>> = {}) => ({
  instrument: s.id('ACME'),
  side: SIDES.indexOf('Buy'),
  ...more,
})

scenario('an unknown order of a known account: booked there, and the account is blocked in the instrument', (s) => {
  s.fill('whose', 70, 10_000, stranger(s, { account: s.id('A1') }))
  assert.equal(alarm(s), 'UNKNOWN_EXECUTION')
  const latch = s.saidOf('LatchSet')[0]
  assert.equal(
    `${latch?.account} ${latch?.instrument} ${latch?.cause}`,
    `${s.id('A1')} ${s.id('ACME')} UNKNOWN_EXECUTION`,
  )
  for (const subject of ['FIRM', 'E1', 'C1', 'A1']) {
    assert.deepEqual([s.exposure(subject).gross, s.exposure(subject).executed], [700_000, 700_000], subject)
  }
  for (const subject of ['D1', 'T1', 'S1', 'X1']) {
    assert.deepEqual([s.exposure(subject).gross, s.exposure(subject).executed], [0, 0], subject)
  }
  assert.equal(s.order({}).reason, 'BLOCKED')
  assert.equal(s.order({ side: 'Sell', orderQty: 1 }).reason, 'BLOCKED')
  s.working({ account: 'A2' })
})

scenario('the latch is of that instrument alone, is set once, and two people release it', (s) => {
  s.instrument('BETA', {})
  s.quote('BETA', 9_999, 10_001)
  s.fill('one', 1, 10_000, stranger(s, { account: s.id('A1') }))
  s.fill('two', 1, 10_000, stranger(s, { account: s.id('A1') }))
  assert.deepEqual(s.saidOf('LatchSet'), [])
  s.working({ instrument: 'BETA' })
  const [latch] = [...s.engine.view.latches()]
  s.applied('ExplainExecution', { latch: latch?.latch ?? -1, account: -1, principal: s.id('ALICE') })
  s.release(latch?.latch ?? -1)
  s.working({})
  s.fill('three', 1, 10_000, stranger(s, { account: s.id('A1') }))
  assert.equal(s.order({}).reason, 'BLOCKED', 'and the next one sets it again')
})

scenario('of an unknown order trader and strategy count where they are named and bound', (s) => {
  s.fill('whose', 70, 10_000, stranger(s, { account: s.id('A1'), trader: s.id('T1'), strategy: s.id('S1') }))
  const position = ['A1', 'D1', 'T1', 'S1'].map((subject) => s.cell('A1', 'ACME', subject).position)
  assert.deepEqual(position, [70, 70, 70, 70])
  s.bind('TRADER_ACCOUNT', 'T2', 'A2', 0)
  s.fill('whose', 70, 10_000, stranger(s, { account: s.id('A2'), trader: s.id('A1'), strategy: s.id('T1') }))
  assert.deepEqual([booked(s)?.trader, booked(s)?.strategy], [-1, -1], 'a name of another kind is none')
  s.fill('whose', 70, 10_000, stranger(s, { account: s.id('A2'), trader: s.id('T2') }))
  assert.equal(booked(s)?.trader, -1, 'nor is one whose binding was taken back')
})

scenario('an unknown order of an unknown account: booked to SUSPENSE, which the firm counts', (s) => {
  s.fill('whose', 70, 10_000, stranger(s))
  assert.equal(booked(s)?.account, s.id('SUSPENSE'))
  assert.equal(s.cell('SUSPENSE').position, 70)
  assert.deepEqual([s.exposure('FIRM').gross, s.exposure('FIRM').executed], [700_000, 700_000])
  s.working({})
})

/** Reports that cannot be booked: nothing changes. */
const REFUSED: readonly (readonly [title: string, report: (s: Scenario) => void, reason: string])[] = [
  ['of an unknown instrument', (s) => s.fill('whose', 1, 1, { account: s.id('A1'), side: 0 }), 'UNKNOWN_NAME'],
  [
    'of an unknown side',
    (s) => s.fill('whose', 1, 1, { account: s.id('A1'), instrument: s.id('ACME') }),
    'UNKNOWN_NAME',
  ],
  ['of no quantity', (s) => s.fill('o', 0), 'INVALID_VALUE'],
  ['of less than none', (s) => s.fill('o', -1), 'INVALID_VALUE'],
  ['at no price', (s) => s.fill('o', 1, 0), 'INVALID_VALUE'],
  ['at a negative price', (s) => s.fill('o', 1, -1), 'INVALID_VALUE'],
  ['of not a number', (s) => s.fill('o', Number.NaN), 'INVALID_VALUE'],
  ['at not a number', (s) => s.fill('o', 1, Number.NaN), 'INVALID_VALUE'],
]
for (const [title, report, reason] of REFUSED) {
  scenario(`an execution ${title}: ${reason}, nothing is booked and no execID is used up`, (s) => {
    s.working({ clOrdID: 'o' })
    const before = s.standing()
    report(s)
    assert.equal(s.refusal, reason)
    assert.equal(s.standing(), before)
  })
}

scenario('the same execID again: EXEC_DUPLICATE, whatever its evidence and text', (s) => {
  const id = s.working({})
  s.fill(id, 30, 10_000, { execID: 'E' })
  const before = s.standing()
  s.fill(id, 30, 10_000, { execID: 'E' })
  assert.equal(s.refusal, 'EXEC_DUPLICATE')
  s.fill(id, 30, 10_000, { execID: 'E', transactTimeUs: 5, text: 'possible duplicate' })
  assert.equal(s.refusal, 'EXEC_DUPLICATE')
  assert.equal(s.standing(), before)
})

scenario('the same execID with other content: EXEC_CONFLICT, not booked, and what was booked first is blocked', (s) => {
  const id = s.working({})
  s.fill(id, 30, 10_000, { execID: 'E' })
  s.fill(id, 31, 10_000, { execID: 'E' })
  assert.equal(s.refusal, 'EXEC_CONFLICT')
  assert.deepEqual(sums(s), [30, 300_000, 700_000, 1])
  const latch = s.saidOf('LatchSet')[0]
  assert.deepEqual([latch?.account, latch?.instrument, latch?.cause], [s.id('A1'), s.id('ACME'), 'EXEC_CONFLICT'])
  assert.equal(s.order({}).reason, 'BLOCKED')
  s.fill(id, 32, 10_000, { execID: 'E' })
  assert.deepEqual(s.saidOf('LatchSet'), [], 'one latch is enough')
})

scenario('an execID of another venue, another source or another date is another execution', (s) => {
  const id = s.working({})
  s.fill(id, 10, 10_000, { execID: 'E' })
  s.fill(id, 10, 10_000, { execID: 'E', venue: s.id('V1') })
  s.fill(id, 10, 10_000, { execID: 'E', session: s.id('X2') })
  s.roll(20270118)
  s.fill(id, 10, 10_000, { execID: 'E' })
  assert.equal(s.live(id)?.cumQty, 40)
})

scenario('a bust takes back position and flow; what was executed and busted does not rest again', (s) => {
  const id = s.working({})
  s.fill(id, 30, 9_900, { execID: 'E' })
  s.report('TradeCancel', id, { execID: 'B', execRefID: 'E' })
  assert.equal(s.saidOf('ExecutionReversed').length, 1)
  assert.deepEqual(sums(s), [0, 0, 700_000, 1])
  assert.deepEqual([s.live(id)?.cumQty, s.cell('A1').buyLeaves], [30, 70])
})

scenario('a bust takes back the amount that was booked, at whatever rate things stand now', (s) => {
  const id = s.working({})
  s.fill(id, 30, 10_000, { execID: 'E' })
  s.report('Canceled', id)
  s.quote('ACME', 10_499, 10_501)
  s.report('TradeCancel', id, { execRefID: 'E' })
  assert.deepEqual(sums(s), [0, 0, 0, 0])
  assert.equal(s.exposure('FIRM').gross, 0)
})

scenario('a bust of what is not known, of another source or venue, waits; one that is sent twice does nothing', (s) => {
  const id = s.working({})
  s.fill(id, 30, 10_000, { execID: 'E' })
  for (const given of [
    { execRefID: 'F' },
    { execRefID: 'E', venue: s.id('V1') },
    { execRefID: 'E', session: s.id('X2') },
  ]) {
    s.report('TradeCancel', id, given)
    assert.deepEqual(
      s.said.map(({ event }) => event),
      ['ExecutionParked'],
      JSON.stringify(given),
    )
  }
  s.report('TradeCancel', id, { execRefID: 'E' })
  s.report('TradeCancel', id, { execRefID: 'E' })
  assert.equal(s.refusal, 'UNKNOWN_EXEC_REF')
  assert.deepEqual(sums(s), [0, 0, 700_000, 1])
})

scenario('a correct reverses and books anew under its own execID, which can be busted', (s) => {
  const id = s.working({})
  s.fill(id, 30, 10_000, { execID: 'E' })
  s.report('TradeCorrect', id, { execID: 'G', execRefID: 'E', lastQty: 20, lastPx: 10_100 })
  assert.deepEqual(sums(s), [20, 202_000, 700_000, 1])
  assert.equal(s.live(id)?.cumQty, 30, 'what the order has executed stays')
  s.report('TradeCorrect', id, { execID: 'G', execRefID: 'E', lastQty: 20, lastPx: 10_100 })
  assert.equal(s.refusal, 'EXEC_DUPLICATE')
  s.report('TradeCorrect', id, { execID: 'H', execRefID: 'E', lastQty: 20, lastPx: 10_100 })
  assert.equal(s.refusal, 'UNKNOWN_EXEC_REF')
  s.report('TradeCancel', id, { execRefID: 'G' })
  assert.deepEqual(sums(s), [0, 0, 700_000, 1])
})

scenario('a correct to what cannot be booked leaves what it would correct', (s) => {
  const id = s.working({})
  s.fill(id, 30, 10_000, { execID: 'E' })
  s.report('TradeCorrect', id, { execID: 'G', execRefID: 'E', lastQty: 0, lastPx: 10_000 })
  assert.equal(s.refusal, 'INVALID_VALUE')
  assert.deepEqual(sums(s), [30, 300_000, 700_000, 1])
})

scenario('a bust of an unknown execution takes it back from SUSPENSE; the latch stays', (s) => {
  s.fill('whose', 70, 10_000, { execID: 'E', ...stranger(s) })
  s.report('TradeCancel', 'whose', { execRefID: 'E' })
  assert.deepEqual([s.cell('SUSPENSE').position, s.exposure('FIRM').executed], [0, 0])
  assert.equal([...s.engine.view.latches()].length, 1)
})

scenario('an execution gives an instrument its first mark', (s) => {
  s.instrument('BETA', {})
  s.position('A1', 'BETA', 10)
  s.fill('whose', 5, 700, { account: s.id('A1'), instrument: s.id('BETA'), side: 0 })
  assert.deepEqual(
    s.saidOf('MarkMoved').map(({ mark, refSource }) => [mark, refSource]),
    [[700, 0]],
  )
  assert.equal(s.exposure('A1').gross, 15 * 700)
})

scenario('an amount that cannot be held: not booked, and the account is blocked in the instrument', (s) => {
  const id = s.working({ orderQty: 100 })
  s.fill(id, 1e12, 10_000)
  assert.equal(s.refusal, 'BOOKING_OVERFLOW')
  assert.equal(s.saidOf('LatchSet')[0]?.cause, 'BOOKING_OVERFLOW')
  assert.equal(s.order({}).reason, 'BLOCKED')
})

scenario('an execution of an order is never refused by a limit, a latch or a silent feed', (s) => {
  const id = s.working({})
  s.limit('PORTFOLIO_GROSS', 'A1', 0)
  s.limit('DAILY_GROSS', 'FIRM', 0)
  s.kill('KILLED')
  s.bind('TRADER_ACCOUNT', 'T1', 'A1', 0)
  s.wait(60 * SECOND)
  s.fill(id, 100)
  assert.deepEqual(sums(s), [100, 1_000_000, 0, 0])
})

// Whatever order the reports come in, and however often, the exposure is the same.
const REPORTS = ['new', 'fill30', 'fill20', 'cancel'] as const
function tell(s: Scenario, report: (typeof REPORTS)[number], id: string): void {
  if (report === 'new') s.report('New', id)
  else if (report === 'cancel') s.report('Canceled', id)
  else s.fill(id, report === 'fill30' ? 30 : 20, 9_950, { execID: `${id}-${report}` })
}

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items]
  return items.flatMap((first, at) => permutations(items.toSpliced(at, 1)).map((rest) => [first, ...rest]))
}

scenario('reordered, repeated and late reports come to the same exposure', (s) => {
  const wanted = [50, 497_500, 0, 0]
  for (const [at, order] of permutations(REPORTS).entries()) {
    const start = sums(s)
    const id = s.working({ clOrdID: `o${at}` })
    for (const report of order) tell(s, report, id)
    for (const report of order) tell(s, report, id)
    const gained = sums(s).map((value, place) => value - (start[place] ?? 0))
    assert.deepEqual(gained, wanted, order.join(', '))
  }
})

scenario('an execution of more than a position can hold is not booked: others would be lost in it', (s) => {
  const id = s.working({ orderQty: 100 })
  for (let at = 0; at < 20; at++) s.report('Fill', id, { execID: `big${at}`, lastQty: 2 ** 52, lastPx: 1 })
  assert.equal(s.refusal, 'BOOKING_OVERFLOW')
  for (let at = 0; at < 20; at++) s.report('Fill', id, { execID: `small${at}`, lastQty: 3, lastPx: 1 })
  for (let at = 0; at < 20; at++) s.report('TradeCancel', '', { execID: `bust${at}`, execRefID: `big${at}` })
  const { long, short } = s.exposure('A1')
  assert.deepEqual([long, short], [60 * 10_000, 60 * 10_000])
  assert.equal(s.order().reason, 'BLOCKED')
})
