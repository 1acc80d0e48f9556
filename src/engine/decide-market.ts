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
/** `quarantineUs` of an instrument whose jump a trade confirmed: any age is old enough. */
export const CONFIRMED = 1

export class MarketDecider {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  quote(tape: Tape, offset: number): void {
    const state = this.#state
    const { instruments, names } = state
    const i = offset >> 2
    const f = offset >> 3
    const at = QUOTE.at
    const id = tape.i32[i + at.instrument]!
    if (!(id >= 0 && id < instruments.count)) return writeRefused(tape, UNKNOWN_NAME, at.instrument)
    if (!names.has(Kind.FEED, tape.i32[i + at.feed]!)) return writeRefused(tape, UNKNOWN_NAME, at.feed)
    const flags = tape.i32[i + at.flags]!
    const negative = (instruments.flags[id]! & InstrumentFlag.NEGATIVE_PRICE) !== 0
    const bid = tape.f64[f + at.bidPx]!
    const ask = tape.f64[f + at.askPx]!
    if ((flags & BID) !== 0 && !isPrice(bid, negative)) return writeRefused(tape, INVALID_VALUE, at.bidPx)
    if ((flags & ASK) !== 0 && !isPrice(ask, negative)) return writeRefused(tape, INVALID_VALUE, at.askPx)
    if ((flags & LAST) !== 0 && !isPrice(tape.f64[f + at.lastPx]!, negative)) {
      return writeRefused(tape, INVALID_VALUE, at.lastPx)
    }
    const both = (flags & (BID | ASK | SIDES_KEPT)) === (BID | ASK) && bid < ask
    if (both && (flags & LAST) === 0 && this.#jumps(id, bid, ask)) return writeQuarantined(tape, id)
    writeApplied(tape)
  }

  /** True where the quote is too far from the one in force and nothing has confirmed it yet. */
  #jumps(id: number, bid: number, ask: number): boolean {
    const { instruments, parameters, timeUs } = this.#state
    const both = Has.BID | Has.ASK
    if ((instruments.has[id]! & both) !== both || instruments.bid[id]! >= instruments.ask[id]!) return false
    const mid = midOf(instruments.bid[id]!, instruments.ask[id]!)
    if (!isBeyond(midOf(bid, ask), mid, parameters[JUMP]!)) return false
    const since = instruments.quarantineUs[id]!
    return since === 0 || (since !== CONFIRMED && timeUs - since < parameters[QUARANTINE]!)
  }

  heartbeat(tape: Tape, offset: number): void {
    const feed = tape.i32[(offset >> 2) + FEED_HEARTBEAT.at.feed]!
    if (!this.#state.names.has(Kind.FEED, feed)) return writeRefused(tape, UNKNOWN_NAME, FEED_HEARTBEAT.at.feed)
    writeApplied(tape)
  }

  instrumentState(tape: Tape, offset: number): void {
    const { instruments } = this.#state
    const at = INSTRUMENT_STATE.at
    const command = decode(tape, offset, INSTRUMENT_STATE)
    const id = command.instrument
    if (!(id >= 0 && id < instruments.count)) return writeRefused(tape, UNKNOWN_NAME, at.instrument)
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

  phase(tape: Tape, offset: number): void {
    const { venue, phase } = decode(tape, offset, SESSION_PHASE)
    if (!this.#state.names.has(Kind.VENUE, venue)) return writeRefused(tape, UNKNOWN_NAME, SESSION_PHASE.at.venue)
    if (SESSION_PHASES[phase] === undefined) return writeRefused(tape, INVALID_VALUE, SESSION_PHASE.at.phase)
    writeApplied(tape)
  }

  /** Applied with slot 1 where positions move to the new rate. */
  fx(tape: Tape, offset: number): void {
    const { names, rates, parameters } = this.#state
    const at = FX.at
    const command = decode(tape, offset, FX)
    if (!names.has(Kind.CURRENCY, command.currency)) return writeRefused(tape, UNKNOWN_NAME, at.currency)
    // The base currency is id 0; its rate is 1 by definition.
    if (command.currency === 0) return writeRefused(tape, INVALID_VALUE, at.currency)
    if (!Number.isSafeInteger(command.rate) || command.rate <= 0) return writeRefused(tape, INVALID_VALUE, at.rate)
    if (!areDecimals(command.decimals)) return writeRefused(tape, INVALID_VALUE, at.decimals)
    if (command.haircutBps < 0 || command.haircutBps > 10_000) return writeRefused(tape, INVALID_VALUE, at.haircutBps)
    const rate: FxRate = { rate: command.rate, decimals: command.decimals, haircutBps: command.haircutBps }
    if (!this.#canValue(command.currency, rate)) return writeRefused(tape, INVALID_VALUE, at.rate)
    writeApplied(tape, command.currency, rates.moves(command.currency, rate, parameters[FX_REVALUE]!) ? 1 : 0)
  }

  /** True where every instrument of the currency still has an exact ratio. */
  #canValue(currency: number, rate: FxRate): boolean {
    const { instruments } = this.#state
    for (let id = 0; id < instruments.count; id++) {
      if (instruments.currency[id] !== currency) continue
      for (const side of ['high', 'low'] as const) {
        if (valueRatio(unitsOf(this.#state, id), rate, this.#state.ledgerDecimals, side) === null) return false
      }
    }
    return true
  }

  /** Follow-up of a command that brought prices: the mark moves where the reference has left it behind. */
  followMark(tape: Tape, id: number): void {
    if (!(id >= 0 && id < this.#state.instruments.count)) return
    const { market, timeUs } = this.#state
    const source = market.markSource(id, timeUs)
    if (source !== Ref.NONE) writeMarkMoved(tape, market.refPrice(id, source), id, source)
  }
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
