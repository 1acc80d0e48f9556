/** The market as the engine sees it: which price is the reference, when the mark follows it, and which quotes wait. */
import assert from 'node:assert/strict'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { SECOND } from '../simulator/scenario-given.ts'

type Step = (s: Scenario) => void
const quote =
  (bid: number, ask: number): Step =>
  (s) =>
    s.quote('NEW', bid, ask)
const lastTrade =
  (px: number): Step =>
  (s) =>
    s.lastTrade('NEW', px)
const oneSided =
  (flags: 1 | 2): Step =>
  (s) =>
    s.send('Quote', { instrument: s.id('NEW'), feed: s.id('FEED'), bidPx: 9_999, askPx: 10_001, flags })
const wait =
  (us: number): Step =>
  (s) =>
    s.wait(us)
const heard: Step = (s) => s.heartbeat()
const given =
  (values: { readonly priorClose?: number; readonly manualPx?: number; readonly manualForUs?: number }): Step =>
  (s) => {
    const { priorClose = 0, manualPx = 0, manualForUs = 0 } = values
    const flags = (priorClose === 0 ? 0 : 1) | (values.manualPx === undefined ? 0 : 2)
    const manualUntilUs = manualForUs === 0 ? 0 : s.timeUs + manualForUs
    s.applied('InstrumentState', { instrument: s.id('NEW'), priorClose, manualPx, manualUntilUs, flags })
  }
const prior = given({ priorClose: 9_000 })
const manual = given({ manualPx: 8_000, manualForUs: 100 * SECOND })
const silent = wait(3 * SECOND + 1)

/** The reference behind each series of steps, as a source and a price. */
const REFERENCES: readonly (readonly [title: string, steps: readonly Step[], reference: string])[] = [
  ['nothing is known', [], 'NONE 0'],
  ['a quote', [quote(9_999, 10_001)], 'MID 10000'],
  ['a half is rounded away from zero', [quote(9_999, 10_002)], 'MID 10001'],
  ['a locked market', [quote(10_000, 10_000)], 'NONE 0'],
  ['a crossed market', [quote(10_001, 9_999)], 'NONE 0'],
  ['crossed after it was not: the sides are stored', [quote(9_999, 10_001), quote(10_001, 9_999)], 'NONE 0'],
  ['a bid alone', [quote(9_999, 10_001), oneSided(1)], 'NONE 0'],
  ['an offer alone', [quote(9_999, 10_001), oneSided(2)], 'NONE 0'],
  ['a spread of 5 %', [quote(9_750, 10_250)], 'MID 10000'],
  ['a wider one', [quote(9_749, 10_250)], 'NONE 0'],
  ['the feed heard of just in time', [quote(9_999, 10_001), wait(3 * SECOND)], 'MID 10000'],
  ['the feed silent', [quote(9_999, 10_001), silent], 'NONE 0'],
  ['the feed heard of again: an old quote is good', [quote(9_999, 10_001), silent, heard], 'MID 10000'],
  [
    'another instrument of the feed is heard of',
    [quote(9_999, 10_001), silent, (s) => s.quote('ACME', 9_999, 10_001)],
    'MID 10000',
  ],
  ['a quote before a trade', [lastTrade(9_500), quote(9_999, 10_001)], 'MID 10000'],
  ['a trade', [lastTrade(9_500)], 'LAST 9500'],
  ['a trade as old as it may be', [lastTrade(9_500), wait(300 * SECOND)], 'LAST 9500'],
  ['an older one', [lastTrade(9_500), wait(300 * SECOND + 1)], 'NONE 0'],
  ['a trade where the spread is too wide', [lastTrade(9_500), quote(9_000, 11_000)], 'LAST 9500'],
  ['a trade before the prior close', [prior, lastTrade(9_500)], 'LAST 9500'],
  ['the prior close', [prior], 'PRIOR_CLOSE 9000'],
  ['however old', [prior, wait(1e12)], 'PRIOR_CLOSE 9000'],
  ['the prior close before a manual price', [manual, prior], 'PRIOR_CLOSE 9000'],
  ['a manual price', [manual], 'MANUAL 8000'],
  ['until it ends', [manual, wait(100 * SECOND - 1)], 'MANUAL 8000'],
  ['and no longer', [manual, wait(100 * SECOND)], 'NONE 0'],
  ['a manual price that was taken away', [manual, given({ manualPx: 0 })], 'NONE 0'],
]
for (const [title, steps, reference] of REFERENCES) {
  scenario(`reference, ${title}: ${reference}`, (s) => {
    s.instrument('NEW', {})
    for (const step of steps) step(s)
    const { refSource, refPx } = s.evaluate({ instrument: 'NEW', price: 1 })
    assert.equal(`${refSource} ${refPx}`, reference)
  })
}

scenario('reference, negative prices: the mid is rounded away from zero', (s) => {
  s.instrument('SPREAD', { flags: 1 })
  s.quote('SPREAD', -102, -99)
  assert.equal(s.evaluate({ instrument: 'SPREAD', price: -200 }).refPx, -101)
})

const markOf = (s: Scenario, symbol = 'ACME') => s.engine.view.instrument(s.id(symbol))?.mark

scenario('the mark follows the reference beyond 25 bps, and not at them', (s) => {
  s.position('A1', 'ACME', 100)
  s.quote('ACME', 10_024, 10_026)
  assert.deepEqual([markOf(s), s.saidOf('MarkMoved').length], [10_000, 0])
  s.quote('ACME', 10_025, 10_027)
  assert.deepEqual([markOf(s), s.saidOf('MarkMoved')[0]?.mark, s.exposure('FIRM').gross], [10_026, 10_026, 1_002_600])
  s.quote('ACME', 9_999, 10_003)
  assert.equal(markOf(s), 10_026, 'it is measured from the mark')
})

scenario('the first price of any kind is the mark, whatever the age of the feed', (s) => {
  s.instrument('ONE', { flags: 8, priorClose: 700 })
  assert.equal(markOf(s, 'ONE'), 700)
  s.instrument('TWO', {})
  s.applied('InstrumentState', { instrument: s.id('TWO'), priorClose: 800, flags: 1 })
  assert.equal(markOf(s, 'TWO'), 800)
  s.instrument('THREE', {})
  s.lastTrade('THREE', 900)
  assert.equal(markOf(s, 'THREE'), 900)
})

scenario('decisions on orders never move the mark', (s) => {
  s.position('A1', 'ACME', 100)
  s.quote('ACME', 10_019, 10_021)
  s.wait(3 * SECOND + 1)
  s.lastTrade('ACME', 10_015)
  s.working({ price: 12_000, orderQty: 1 })
  assert.deepEqual([markOf(s), s.exposure('A2').gross], [10_000, 0])
})

scenario('a silent feed leaves the mark where it was', (s) => {
  s.position('A1', 'ACME', 100)
  s.wait(60 * SECOND)
  assert.equal(s.exposure('A1').gross, 1_000_000)
})

/** A jump of the mid from 10000 to 12000; what it comes to after each. */
const jump: Step = (s) => s.quote('ACME', 11_999, 12_001)
const JUMPS: readonly (readonly [title: string, steps: readonly Step[], ref: number])[] = [
  ['a jump waits', [jump], 10_000],
  ['a second one at once waits too', [jump, jump], 10_000],
  ['a second one just before a second has passed', [jump, wait(SECOND - 1), jump], 10_000],
  ['a second one after a second', [jump, wait(SECOND), jump], 12_000],
  ['a quote between that did not jump', [jump, wait(SECOND), (s) => s.quote('ACME', 9_999, 10_001), jump], 10_000],
  ['a trade confirms it', [jump, (s) => s.lastTrade('ACME', 12_000), jump], 12_000],
  ['a quote with a trade needs no other', [withTrade], 12_000],
  ['exactly 10 % is no jump', [(s) => s.quote('ACME', 10_999, 11_001)], 11_000],
  ['one more is', [(s) => s.quote('ACME', 11_000, 11_002)], 10_000],
  ['down as well', [(s) => s.quote('ACME', 8_998, 9_000)], 10_000],
]

function withTrade(s: Scenario): void {
  const values = { bidPx: 11_999, askPx: 12_001, lastPx: 12_000, flags: 7 }
  s.send('Quote', { instrument: s.id('ACME'), feed: s.id('FEED'), ...values })
}

for (const [title, steps, ref] of JUMPS) {
  scenario(`quarantine: ${title}: the reference is ${ref}`, (s) => {
    for (const step of steps) step(s)
    s.heartbeat()
    assert.equal(s.evaluate({ price: 9_000 }).refPx, ref)
  })
}

scenario('quarantine: the quote is told, changes nothing, and is no sign of life', (s) => {
  s.position('A1', 'ACME', 100)
  const before = s.standing()
  s.wait(2 * SECOND)
  jump(s)
  assert.deepEqual(
    s.said.map(({ event }) => event),
    ['Quarantined'],
  )
  assert.equal(s.standing(), before)
  s.wait(SECOND + 1)
  assert.equal(s.order({}).reason, 'REF_PRICE_UNAVAILABLE')
})

/** Quotes and states that are refused. */
const REFUSED: readonly (readonly [title: string, tell: Step, reason: string])[] = [
  ['a bid of zero', (s) => s.quote('ACME', 0, 10_001), 'INVALID_VALUE'],
  ['an offer below zero', (s) => s.quote('ACME', 9_999, -1), 'INVALID_VALUE'],
  ['a trade at not a number', (s) => s.lastTrade('ACME', Number.NaN), 'INVALID_VALUE'],
  ['an infinite offer', (s) => s.quote('ACME', 9_999, Number.POSITIVE_INFINITY), 'INVALID_VALUE'],
  ['an unknown instrument', (s) => s.quote('?', 9_999, 10_001), 'UNKNOWN_NAME'],
  ['an unknown feed', (s) => s.send('Quote', { instrument: 0, feed: 9, bidPx: 1, askPx: 2, flags: 3 }), 'UNKNOWN_NAME'],
  ['a heartbeat of an unknown feed', (s) => s.send('FeedHeartbeat', { feed: 9 }), 'UNKNOWN_NAME'],
  ['a prior close of zero', (s) => s.send('InstrumentState', { instrument: 0, flags: 1 }), 'INVALID_VALUE'],
  ['a rate of zero', (s) => s.send('Fx', { currency: 0, rate: 0 }), 'INVALID_VALUE'],
]
for (const [title, tell, reason] of REFUSED) {
  scenario(`market data with ${title}: ${reason}, and the reference stays`, (s) => {
    tell(s)
    assert.equal(s.refusal, reason)
    assert.equal(s.evaluate({}).refPx, 10_000)
  })
}
