/** INSTRUMENT_TRADABLE: the instrument is active and the named venue is not closed. */
import assert from 'node:assert/strict'
import { SESSION_PHASES, type SessionPhase } from '../../model/vocabulary.ts'
import { boundaryTable, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import { SECOND } from '../../simulator/scenario-given.ts'

const active =
  (value: number): Step =>
  (s) =>
    s.applied('InstrumentState', { instrument: s.id('ACME'), active: value, flags: 16 })
const phase =
  (venue: string, name: SessionPhase): Step =>
  (s) =>
    s.applied('SessionPhase', { venue: s.id(venue), phase: SESSION_PHASES.indexOf(name) })

boundaryTable('INSTRUMENT_TRADABLE', [
  ['active', () => {}, { venue: 'V1' }, 'PASS'],
  ['not active', active(0), {}, 'INSTRUMENT_INACTIVE'],
  ['active again', [active(0), active(1)], {}, 'PASS'],
  ['its venue is closed', phase('V1', 'CLOSED'), { venue: 'V1' }, 'INSTRUMENT_INACTIVE'],
  ['another venue is closed', phase('V1', 'CLOSED'), { venue: 'V2' }, 'PASS'],
  ['a venue is closed and none is named', phase('V1', 'CLOSED'), {}, 'PASS'],
  ['its venue is open again', [phase('V1', 'CLOSED'), phase('V1', 'PRE_OPEN')], { venue: 'V1' }, 'PASS'],
  ['its venue is before the open', phase('V1', 'PRE_OPEN'), { venue: 'V1' }, 'PASS'],
  ['an opening auction', phase('V1', 'OPENING_AUCTION'), { venue: 'V1' }, 'PASS'],
  ['a closing auction', phase('V1', 'CLOSING_AUCTION'), { venue: 'V1' }, 'PASS'],
])

scenario('INSTRUMENT_TRADABLE: all else is judged beside it; its reason comes first, and nothing is offered', (s) => {
  active(0)(s)
  s.limit('MAX_ORDER_QTY', 'A1', 50)
  const { reason, results, qtyPassing } = s.order({})
  assert.equal(`${reason} ${results.MAX_ORDER_QTY} ${qtyPassing}`, 'INSTRUMENT_INACTIVE FAIL 0')
})

scenario('INSTRUMENT_TRADABLE: what is not active takes no replace, and every cancel', (s) => {
  const id = s.working({})
  active(0)(s)
  assert.equal(s.replace(id, { orderQty: 50 }).reason, 'INSTRUMENT_INACTIVE')
  assert.equal(s.cancel(id)?.reason, 'NONE')
})

const DAY = 86_400 * SECOND
/** An instrument in euros, whose rate came now, quoted after `us`. */
const euroAfter =
  (us: number): Step =>
  (s) => {
    s.name('CURRENCY', 'EUR')
    s.applied('Fx', { currency: s.id('EUR'), rate: 11, decimals: 1, haircutBps: 0 })
    s.instrument('EURO', { currency: s.id('EUR') })
    s.capital('FIRM', 1e12)
    s.wait(us)
    s.capital('FIRM', 1e12)
    s.quote('EURO', 9_999, 10_001)
    s.quote('ACME', 9_999, 10_001)
  }
const held =
  (qty: number): Step =>
  (s) =>
    s.position('A1', 'EURO', qty, 'T1', 'S1')
const inEuro = { instrument: 'EURO' } as const
boundaryTable('INSTRUMENT_TRADABLE', [
  ['a rate of the largest age', euroAfter(4 * DAY), inEuro, 'PASS'],
  ['a rate one microsecond older', euroAfter(4 * DAY + 1), inEuro, 'FX_STALE'],
  ['the base currency needs no rate', euroAfter(4 * DAY + 1), {}, 'PASS'],
  ['a sell of what is held', [euroAfter(4 * DAY + 1), held(100)], { ...inEuro, side: 'Sell' }, 'PASS'],
  ['a sell of one more', [euroAfter(4 * DAY + 1), held(99)], { ...inEuro, side: 'Sell' }, 'FX_STALE'],
  ['a shorter age', [(s) => s.parameter('fxMaxUs', SECOND), euroAfter(SECOND + 1)], inEuro, 'FX_STALE'],
])

scenario('INSTRUMENT_TRADABLE: a rate that comes, though it is the same, is fresh', (s) => {
  euroAfter(5 * DAY)(s)
  assert.equal(s.order(inEuro).reason, 'FX_STALE')
  s.applied('Fx', { currency: s.id('EUR'), rate: 11, decimals: 1, haircutBps: 0 })
  const id = s.working(inEuro)
  s.wait(5 * DAY)
  assert.equal(s.cancel(id)?.reason, 'NONE', 'a cancel needs no rate')
})
