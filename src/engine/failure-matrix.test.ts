/**
 * The failure matrix where the engine answers for it: for each failure an increasing order, a reducing one and a cancel.
 * docs/reference/failures.md names these tests, and those of the other floors, row by row.
 */
import assert from 'node:assert/strict'
import { factIndex, type RulePack } from '../model/rules.ts'
import { ORDER_STATES } from '../model/vocabulary.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { type OrderGiven, PX, type ScenarioOptions, SECOND } from '../simulator/scenario-given.ts'

const DAY = 86_400 * SECOND
const HELD = 100
const failure = (title: string, play: (s: Scenario) => void, options: ScenarioOptions = {}) =>
  scenario(`failure matrix: ${title}`, play, options)

/** One order that adds to what the account holds, one that takes all of it away, and a cancel of what rests. */
function answers(s: Scenario, resting: string, of: OrderGiven = {}): string {
  const increasing = s.order({ orderQty: 10, ...of })
  const reducing = s.order({ side: 'Sell', orderQty: HELD, price: PX + 1, ...of })
  return [increasing.reason, reducing.reason, s.cancel(resting)?.reason].join(' ')
}

/** The account holds what a reducing order may sell, and one order rests at the market, which is returned. */
function holding(s: Scenario, of: OrderGiven = {}): string {
  s.position('A1', of.instrument ?? 'ACME', HELD, 'T1', 'S1')
  const resting = s.working({ orderQty: 10, ...of })
  s.report('New', resting)
  return resting
}

failure('reference data missing: what is not known, or was made inactive, takes no order, and every cancel', (s) => {
  const resting = holding(s)
  assert.equal(s.order({ instrument: '?' }).reason, 'UNKNOWN_INSTRUMENT')
  assert.equal(s.order({ instrument: '?', side: 'Sell' }).reason, 'UNKNOWN_INSTRUMENT')
  s.applied('InstrumentState', { instrument: s.id('ACME'), active: 0, flags: 16 })
  assert.equal(answers(s, resting), 'INSTRUMENT_INACTIVE INSTRUMENT_INACTIVE NONE')
})

failure('reference data missing: an instrument that was never priced takes no order', (s) => {
  s.instrument('NEW', {})
  s.position('A1', 'NEW', HELD, 'T1', 'S1')
  assert.equal(s.order({ instrument: 'NEW' }).reason, 'REF_PRICE_UNAVAILABLE')
  assert.equal(s.order({ instrument: 'NEW', side: 'Sell' }).reason, 'REF_PRICE_UNAVAILABLE')
})

failure('price stale, nothing else known: no order is judged without a price, cancels pass', (s) => {
  const resting = holding(s)
  s.wait(3 * SECOND + 1)
  assert.equal(answers(s, resting), 'REF_PRICE_UNAVAILABLE REF_PRICE_UNAVAILABLE NONE')
  assert.equal(s.order({ ordType: 'Market', side: 'Sell' }).reason, 'REF_PRICE_UNAVAILABLE')
})

failure('price stale, prior close known: both directions pass inside the wide band, and not beyond', (s) => {
  const resting = holding(s)
  s.limit('PRICE_COLLAR', 'A1', 100)
  s.parameter('wideBandBps', 1_000)
  s.applied('InstrumentState', { instrument: s.id('ACME'), priorClose: PX, flags: 1 })
  s.wait(3 * SECOND + 1)
  assert.equal(s.order({ orderQty: 1, price: 11_001 }).reason, 'PRICE_COLLAR')
  assert.equal(s.order({ orderQty: 1, price: 8_999, side: 'Sell' }).reason, 'PRICE_COLLAR')
  const { refSource } = s.order({ orderQty: 1, price: 11_000 })
  assert.equal(refSource, 'PRIOR_CLOSE')
  s.working({ orderQty: HELD - 1, price: 11_001, side: 'Sell' })
  assert.equal(s.cancel(resting)?.reason, 'NONE')
})

failure('price stale, the silence of its feed bounded: no order passes, less of one that works does', (s) => {
  s.applied('InstrumentState', { instrument: s.id('ACME'), priorClose: PX, flags: 1 })
  s.limit('MARKET_DATA', 'S1', 10 * SECOND)
  const resting = holding(s)
  s.wait(10 * SECOND + 1)
  s.replaced(resting, { orderQty: 9, price: PX })
  assert.equal(answers(s, resting), 'MARKET_DATA MARKET_DATA NONE')
})

failure('FX stale: only what reduces passes, and cancels', (s) => {
  s.name('CURRENCY', 'EUR')
  s.applied('Fx', { currency: s.id('EUR'), rate: 11, decimals: 1, haircutBps: 0 })
  s.instrument('EURO', { currency: s.id('EUR') })
  s.quote('EURO', PX - 1, PX + 1)
  const of = { instrument: 'EURO' }
  const resting = holding(s, of)
  s.wait(4 * DAY + 1)
  s.capital('FIRM', 1e12)
  s.quote('EURO', PX - 1, PX + 1)
  assert.equal(answers(s, resting, of), 'FX_STALE NONE NONE')
})

failure(
  'drop copy lost: what nobody reports of is UNKNOWN, stays reserved until a limit refuses, and is booked when late',
  (s) => {
    s.limit('OPEN_ORDER_NOTIONAL', 'A1', 200 * PX)
    const ids = [s.working({ orderQty: 100 }), s.working({ orderQty: 100 })] as const
    const reserved = s.exposure('A1').open
    for (let hour = 0; hour < 12; hour++) {
      s.wait(3_600 * SECOND)
      s.tick()
    }
    s.quote('ACME', PX - 1, PX + 1)
    const states = ids.map((id) => ORDER_STATES[s.live(id)?.state ?? -1])
    assert.deepEqual(states, ['UNKNOWN', 'UNKNOWN'])
    assert.equal(s.exposure('A1').open, reserved, 'silence gives nothing back')
    assert.equal(s.cell('A1').buyLeaves, 200)
    assert.equal(s.order({ orderQty: 1 }).reason, 'OPEN_ORDER_NOTIONAL')
    assert.equal(s.cancel(ids[0])?.reason, 'NONE')
    s.fill(ids[1], 100)
    assert.deepEqual(s.cell('A1'), { position: 100, buyLeaves: 100, sellLeaves: 0 })
  },
)

failure('venue session lost: nothing goes there, what is there stays reserved, other venues go on', (s) => {
  const resting = holding(s, { venue: 'V1' })
  s.phase('V1', 'CLOSED')
  assert.equal(s.order({ venue: 'V1' }).reason, 'INSTRUMENT_INACTIVE')
  assert.equal(s.order({ venue: 'V1', side: 'Sell', price: PX + 1 }).reason, 'INSTRUMENT_INACTIVE')
  assert.equal(s.replace(resting, { orderQty: 5 }).reason, 'INSTRUMENT_INACTIVE')
  s.working({ venue: 'V2', orderQty: 1 })
  assert.equal(s.cell('A1').buyLeaves, 11)
  assert.equal(s.cancel(resting)?.reason, 'NONE')
  assert.equal(s.cell('A1').buyLeaves, 11, 'a cancel on its way frees nothing')
})

failure('venue session lost: a person blocks the venue, and orders that may go to any', (s) => {
  const resting = holding(s, { venue: 'V1' })
  s.kill('BLOCKED', { venue: 'V1' })
  assert.equal(answers(s, resting, { venue: 'V1' }), 'BLOCKED BLOCKED NONE')
  assert.equal(s.order().reason, 'BLOCKED')
  s.working({ venue: 'V2' })
})

const QUANTITY = factIndex('quantity')
/** Errs on every order but one of 5. */
const ERRS: RulePack = {
  version: 1,
  rules: [],
  firstRefusal: (facts) => {
    if (facts[QUANTITY] !== 5) throw new Error('the rule erred')
    return -1
  },
}
failure(
  'evaluation error: RISK_ERROR for what increases and what reduces, cancels pass',
  (s) => {
    s.position('A1', 'ACME', HELD, 'T1', 'S1')
    const resting = s.working({ orderQty: 5 })
    assert.equal(answers(s, resting), 'RISK_ERROR RISK_ERROR NONE')
    assert.equal(s.riskErrors.length, 2)
    s.working({ orderQty: 5 })
  },
  { rules: ERRS },
)

failure('evaluation error: what a row needs and nobody knows is no pass', (s) => {
  const resting = holding(s)
  s.limit('MAX_ORDER_PCT_ADV', 'FIRM', 10_000)
  assert.equal(answers(s, resting), 'ADV_UNAVAILABLE ADV_UNAVAILABLE NONE')
})
