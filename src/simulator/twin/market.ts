/**
 * Commands that tell of the market: quotes, heartbeats, instrument state, phases, and the roll of the trade date.
 */
import { SESSION_PHASES } from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import { applied, refused, type TwinEvent } from './events.ts'
import { abs } from './exact.ts'
import { closeVenue, lookForLost } from './fate.ts'
import { forgetParents } from './parents.ts'
import { orderUnit } from './rates.ts'
import { followReference, midOf, referenceAt } from './reference.ts'
import type { Instrument, Market, State } from './state.ts'
import * as states from './state.ts'

type QuoteValues = ValuesOfCommand<'Quote'>

const QUOTE_FLAGS = { bid: 1, ask: 2, last: 4, tradeOnly: 8 } as const
const STATE_FLAGS = { priorClose: 1, manual: 2, halted: 4, rule201: 8, active: 16 } as const

export function isPriceOf(instrument: Instrument, px: number): boolean {
  return px > 0 || instrument.mayBeNegative
}

export function quote(state: State, values: QuoteValues): TwinEvent[] {
  const instrument = state.instruments[values.instrument]
  if (instrument === undefined || states.nameAt(state, 'FEED', values.feed) === undefined) {
    return refused('UNKNOWN_NAME')
  }
  const { flags, timeUs } = values
  if (!states.isSetOf(flags, 4)) return refused('INVALID_VALUE')
  const setsSides = (flags & QUOTE_FLAGS.tradeOnly) === 0
  const given = (flag: number, px: number) => ((flags & flag) === 0 ? [] : [px])
  const sides = setsSides ? [...given(QUOTE_FLAGS.bid, values.bidPx), ...given(QUOTE_FLAGS.ask, values.askPx)] : []
  const prices = [...sides, ...given(QUOTE_FLAGS.last, values.lastPx)]
  if (!prices.every((px) => isPriceOf(instrument, px))) return refused('INVALID_VALUE')
  const market = states.marketAt(state, instrument.id)
  const bid = flags & QUOTE_FLAGS.bid ? BigInt(values.bidPx) : null
  const ask = flags & QUOTE_FLAGS.ask ? BigInt(values.askPx) : null
  if (setsSides && isToWait(state, market, midOf(bid, ask), values)) {
    if (market.quarantinedUs === null) Object.assign(market, { quarantinedUs: timeUs, tradedSinceQuarantine: false })
    return [{ name: 'Quarantined', instrument: instrument.id }]
  }
  state.heardUs.set(values.feed, timeUs)
  if (setsSides) Object.assign(market, { bid, ask, quotedUs: timeUs, quoteFeed: values.feed, quarantinedUs: null })
  if (flags & QUOTE_FLAGS.last) {
    Object.assign(market, { last: BigInt(values.lastPx), lastUs: timeUs, tradedSinceQuarantine: true })
  }
  return [...applied(), ...followReference(state, instrument.id, timeUs)]
}

/** True where the mid jumps and nothing confirms it yet. */
function isToWait(state: State, market: Market, mid: bigint | null, { flags, timeUs }: QuoteValues): boolean {
  const inForce = midOf(market.bid, market.ask)
  if (mid === null || inForce === null) return false
  if (abs(mid - inForce) * 10_000n <= states.parameter(state, 'jumpBps') * abs(inForce)) return false
  if (flags & QUOTE_FLAGS.last) return false
  if (market.quarantinedUs === null) return true
  const hasWaited = timeUs - market.quarantinedUs >= states.duration(state, 'quarantineUs')
  return !hasWaited && !market.tradedSinceQuarantine
}

export function heartbeat(state: State, values: ValuesOfCommand<'FeedHeartbeat'>): TwinEvent[] {
  if (states.nameAt(state, 'FEED', values.feed) === undefined) return refused('UNKNOWN_NAME')
  state.heardUs.set(values.feed, values.timeUs)
  return applied()
}

export function instrumentState(state: State, values: ValuesOfCommand<'InstrumentState'>): TwinEvent[] {
  const instrument = state.instruments[values.instrument]
  if (instrument === undefined) return refused('UNKNOWN_NAME')
  const { flags, timeUs } = values
  const has = (flag: number) => (flags & flag) !== 0
  const isFlag = (value: number) => value === 0 || value === 1
  const areFlags = isFlag(values.halted) && isFlag(values.rule201) && isFlag(values.active)
  if (!states.isSetOf(flags, 5) || !areFlags) return refused('INVALID_VALUE')
  const takesManualAway = values.manualUntilUs === 0
  if (has(STATE_FLAGS.priorClose) && !isPriceOf(instrument, values.priorClose)) return refused('INVALID_VALUE')
  if (has(STATE_FLAGS.manual) && !takesManualAway && !isPriceOf(instrument, values.manualPx)) {
    return refused('INVALID_VALUE')
  }
  const market = states.marketAt(state, instrument.id)
  if (has(STATE_FLAGS.priorClose)) setPriorClose(market, values.priorClose, timeUs)
  if (has(STATE_FLAGS.manual)) {
    const manual = takesManualAway ? null : BigInt(values.manualPx)
    Object.assign(market, { manual, manualUs: timeUs, manualUntilUs: values.manualUntilUs })
  }
  if (has(STATE_FLAGS.halted)) market.halted = values.halted === 1
  if (has(STATE_FLAGS.rule201)) market.rule201 = values.rule201 === 1
  if (has(STATE_FLAGS.active)) market.active = values.active === 1
  return [...applied(), ...followReference(state, instrument.id, timeUs)]
}

export function setPriorClose(market: Market, px: number, timeUs: number): void {
  Object.assign(market, { priorClose: BigInt(px), priorCloseUs: timeUs })
}

export function sessionPhase(state: State, values: ValuesOfCommand<'SessionPhase'>): TwinEvent[] {
  if (values.sweep !== 0) return lookForLost(state, values)
  if (states.nameAt(state, 'VENUE', values.venue) === undefined) return refused('UNKNOWN_NAME')
  if (SESSION_PHASES[values.phase] === undefined) return refused('INVALID_VALUE')
  const closes = SESSION_PHASES[values.phase] === 'CLOSED' && state.phases.get(values.venue) !== values.phase
  if (closes) closeVenue(state, values.venue, values.seq)
  state.phases.set(values.venue, values.phase)
  return applied()
}

/** Begins a trade date of the firm: what is common to all moves on. */
export function beginDate(state: State, { tradeDate, timeUs }: ValuesOfCommand<'DayRoll'>): void {
  state.lastDate = state.tradeDate
  state.tradeDate = tradeDate
  for (const [key, id] of state.ids) {
    const order = state.orders.get(id.orderSeq)
    if (order !== undefined && states.isLive(order)) state.ids.set(key, { ...id, tradeDate: tradeDate })
    else if (id.tradeDate < state.lastDate) state.ids.delete(key)
  }
  for (const [key, { tradeDate }] of state.executions) {
    if (tradeDate < state.lastDate) state.executions.delete(key)
  }
  for (const currency of state.currencies.values()) {
    currency.frozen = currency.given
    currency.cells = currency.given
  }
  for (const order of states.liveOrders(state)) {
    const unit = orderUnit(state, states.instrumentAt(state, order.keys.instrument))
    if (unit !== null) for (const version of order.versions) version.unit = unit
  }
  for (const { id } of state.instruments) {
    const ref = referenceAt(state, id, timeUs)
    if (ref !== null) states.marketAt(state, id).mark = ref.px
  }
  forgetParents(state)
  for (const booking of state.bookings) booking.basis = states.marketAt(state, booking.keys.instrument).mark
}
