/** Decides quotes, heartbeats, instrument states, session phases and FX; and, afterwards, whether a mark moves. */
import { reasonNumber } from '../model/codes.ts'
import { parameterIndex } from '../model/parameters.ts'
import { FEED_HEARTBEAT, FX, INSTRUMENT_STATE, QUOTE, SESSION_PHASE } from '../model/records/commands.ts'
import { decode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { SESSION_PHASES } from '../model/vocabulary.ts'
import { isPrice } from './decide-reference.ts'
import { writeApplied, writeMarkMoved, writeQuarantined, writeRefused } from './events-out.ts'
import { isBeyond, midOf, Ref } from './market.ts'
import { areDecimals, type FxRate, Has, InstrumentFlag, valueRatio } from './state/instruments.ts'
import { Kind } from './state/names.ts'
import type { State } from './state/state.ts'

const UNKNOWN_NAME = reasonNumber('UNKNOWN_NAME')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const JUMP = parameterIndex('jumpBps')
const QUARANTINE = parameterIndex('quarantineUs')
const FX_REVALUE = parameterIndex('fxRevalueBps')

const BID = 1
const ASK = 2
const LAST = 4
/** The sides are as they were. */
export const SIDES_KEPT = 8
const QUOTE_FLAGS = BID | ASK | LAST | SIDES_KEPT
/** Of InstrumentState: one for each of its five fields. */
const STATE_FLAGS = 31
/** `quarantineUs` of an instrument whose jump a trade confirmed: any age is old enough. */
export const CONFIRMED = 1

const Q = QUOTE.at
const H = FEED_HEARTBEAT.at

export type MarketDecider = ReturnType<typeof createMarketDecider>

export function createMarketDecider(state: State) {
  const { instruments, names, parameters, rates, market } = state
  const { has, bid: bids, ask: asks, quarantineUs } = instruments

  function quote(tape: Tape, offset: number): void {
    const { f64, i32 } = tape
    const i = offset >> 2
    const f = offset >> 3
    const id = i32[i + Q.instrument]!
    if (!(id >= 0 && id < instruments.count)) return writeRefused(tape, UNKNOWN_NAME, Q.instrument)
    if (!names.has(Kind.FEED, i32[i + Q.feed]!)) return writeRefused(tape, UNKNOWN_NAME, Q.feed)
    const flags = i32[i + Q.flags]!
    if ((flags & ~QUOTE_FLAGS) !== 0) return writeRefused(tape, INVALID_VALUE, Q.flags)
    const negative = (instruments.flags[id]! & InstrumentFlag.NEGATIVE_PRICE) !== 0
    const bid = f64[f + Q.bidPx]!
    const ask = f64[f + Q.askPx]!
    if ((flags & BID) !== 0 && !isPrice(bid, negative)) return writeRefused(tape, INVALID_VALUE, Q.bidPx)
    if ((flags & ASK) !== 0 && !isPrice(ask, negative)) return writeRefused(tape, INVALID_VALUE, Q.askPx)
    if ((flags & LAST) !== 0 && !isPrice(f64[f + Q.lastPx]!, negative)) {
      return writeRefused(tape, INVALID_VALUE, Q.lastPx)
    }
    // Two sides that are not crossed, and no trade beside them, may be a jump.
    const both = (flags & (BID | ASK | LAST | SIDES_KEPT)) === (BID | ASK) && bid < ask
    if (both && jumps(tape, f, id)) writeQuarantined(tape, id)
    else writeApplied(tape)
  }

  /**
   * True where the quote, whose doubles stand at `f`, is too far from the one in force and nothing has confirmed it
   * yet.
   */
  function jumps(tape: Tape, f: number, id: number): boolean {
    const sides = Has.BID | Has.ASK
    if ((has[id]! & sides) !== sides || bids[id]! >= asks[id]!) return false
    const mid = midOf(bids[id]!, asks[id]!)
    if (!isBeyond(midOf(tape.f64[f + Q.bidPx]!, tape.f64[f + Q.askPx]!), mid, parameters[JUMP]!)) return false
    const since = quarantineUs[id]!
    return since === 0 || (since !== CONFIRMED && state.timeUs - since < parameters[QUARANTINE]!)
  }

  function heartbeat(tape: Tape, offset: number): void {
    if (names.has(Kind.FEED, tape.i32[(offset >> 2) + H.feed]!)) writeApplied(tape)
    else writeRefused(tape, UNKNOWN_NAME, H.feed)
  }

  function instrumentState(tape: Tape, offset: number): void {
    const at = INSTRUMENT_STATE.at
    const command = decode(tape, offset, INSTRUMENT_STATE)
    const id = command.instrument
    if (!(id >= 0 && id < instruments.count)) return writeRefused(tape, UNKNOWN_NAME, at.instrument)
    if ((command.flags & ~STATE_FLAGS) !== 0) return writeRefused(tape, INVALID_VALUE, at.flags)
    const negative = (instruments.flags[id]! & InstrumentFlag.NEGATIVE_PRICE) !== 0
    if ((command.flags & 1) !== 0 && !isPrice(command.priorClose, negative)) {
      return writeRefused(tape, INVALID_VALUE, at.priorClose)
    }
    if ((command.flags & 2) !== 0 && command.manualUntilUs !== 0 && !isPrice(command.manualPx, negative)) {
      return writeRefused(tape, INVALID_VALUE, at.manualPx)
    }
    for (const field of ['halted', 'rule201', 'active'] as const) {
      if (command[field] !== 0 && command[field] !== 1) return writeRefused(tape, INVALID_VALUE, at[field])
    }
    writeApplied(tape)
  }

  function phase(tape: Tape, offset: number): void {
    const { venue, phase } = decode(tape, offset, SESSION_PHASE)
    if (!state.names.has(Kind.VENUE, venue)) return writeRefused(tape, UNKNOWN_NAME, SESSION_PHASE.at.venue)
    if (SESSION_PHASES[phase] === undefined) return writeRefused(tape, INVALID_VALUE, SESSION_PHASE.at.phase)
    writeApplied(tape)
  }

  /** Applied with slot 1 where positions move to the new rate. */
  function fx(tape: Tape, offset: number): void {
    const at = FX.at
    const command = decode(tape, offset, FX)
    if (!names.has(Kind.CURRENCY, command.currency)) return writeRefused(tape, UNKNOWN_NAME, at.currency)
    // The base currency is id 0; its rate is 1 by definition.
    if (command.currency === 0) return writeRefused(tape, INVALID_VALUE, at.currency)
    if (!Number.isSafeInteger(command.rate) || command.rate <= 0) return writeRefused(tape, INVALID_VALUE, at.rate)
    if (!areDecimals(command.decimals)) return writeRefused(tape, INVALID_VALUE, at.decimals)
    if (command.haircutBps < 0 || command.haircutBps > 10_000) return writeRefused(tape, INVALID_VALUE, at.haircutBps)
    const rate: FxRate = { rate: command.rate, decimals: command.decimals, haircutBps: command.haircutBps }
    if (!canValue(command.currency, rate)) return writeRefused(tape, INVALID_VALUE, at.rate)
    writeApplied(tape, command.currency, rates.moves(command.currency, rate, parameters[FX_REVALUE]!) ? 1 : 0)
  }

  /** True where every instrument of the currency still has an exact ratio. */
  function canValue(currency: number, rate: FxRate): boolean {
    for (let id = 0; id < instruments.count; id++) {
      if (instruments.currency[id] !== currency) continue
      for (const side of ['high', 'low'] as const) {
        if (valueRatio(unitsOf(state, id), rate, state.ledgerDecimals, side) === null) return false
      }
    }
    return true
  }

  /** Follow-up of a command that brought prices: the mark moves where the reference has left it behind. */
  function followMark(tape: Tape, id: number): void {
    if (!(id >= 0 && id < instruments.count)) return
    const source = market.markSource(id)
    if (source !== Ref.NONE) writeMarkMoved(tape, market.refPrice(id, source), id, source)
  }

  return { quote, heartbeat, instrumentState, phase, fx, followMark }
}

/** The units of a defined instrument, as {@link valueRatio} takes them. */
export function unitsOf(state: State, id: number) {
  const { instruments } = state
  return {
    multiplierN: instruments.multiplierN[id]!,
    multiplierD: instruments.multiplierD[id]!,
    priceUnits: instruments.priceUnits[id]!,
    priceDecimals: instruments.priceDecimals[id]!,
    qtyDecimals: instruments.qtyDecimals[id]!,
    inverse: (instruments.flags[id]! & InstrumentFlag.INVERSE) !== 0,
  }
}
