/** Applies quotes, heartbeats, instrument states, phases, FX and marks; a moved mark or rate revalues its cells. */
import { FEED_HEARTBEAT, FX, INSTRUMENT_STATE, QUOTE, SESSION_PHASE } from '../model/records/commands.ts'
import { MARK_MOVED } from '../model/records/events.ts'
import { decode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { CONFIRMED, SIDES_KEPT } from './decide-market.ts'
import type { ReferenceEvolver } from './evolve-reference.ts'
import type { Shift } from './exposure.ts'
import { Cell } from './state/cells.ts'
import { Has } from './state/instruments.ts'
import type { State } from './state/state.ts'

export class MarketEvolver {
  readonly #state: State
  readonly #shift: Shift
  readonly #reference: ReferenceEvolver
  readonly #subjects = new Int32Array(8)

  constructor(state: State, shift: Shift, reference: ReferenceEvolver) {
    this.#state = state
    this.#shift = shift
    this.#reference = reference
  }

  quote(tape: Tape, offset: number): void {
    const { instruments, feedUs, timeUs } = this.#state
    const i = offset >> 2
    const f = offset >> 3
    const at = QUOTE.at
    const id = tape.i32[i + at.instrument]!
    const flags = tape.i32[i + at.flags]!
    feedUs[tape.i32[i + at.feed]!] = timeUs
    let has = instruments.has[id]!
    if ((flags & SIDES_KEPT) === 0) {
      has = (has & ~(Has.BID | Has.ASK)) | (flags & 1 ? Has.BID : 0) | (flags & 2 ? Has.ASK : 0)
      instruments.bid[id] = tape.f64[f + at.bidPx]!
      instruments.ask[id] = tape.f64[f + at.askPx]!
      instruments.quoteUs[id] = timeUs
      instruments.quoteFeed[id] = tape.i32[i + at.feed]!
      instruments.quarantineUs[id] = 0
    }
    if ((flags & 4) !== 0) {
      has |= Has.LAST
      instruments.last[id] = tape.f64[f + at.lastPx]!
      instruments.lastUs[id] = timeUs
      if (instruments.quarantineUs[id] !== 0) instruments.quarantineUs[id] = CONFIRMED
    }
    instruments.has[id] = has
  }

  quarantined(tape: Tape, offset: number): void {
    const { instruments, timeUs } = this.#state
    const id = tape.i32[(offset >> 2) + QUOTE.at.instrument]!
    if (instruments.quarantineUs[id] === 0) instruments.quarantineUs[id] = timeUs
  }

  heartbeat(tape: Tape, offset: number): void {
    this.#state.feedUs[tape.i32[(offset >> 2) + FEED_HEARTBEAT.at.feed]!] = this.#state.timeUs
  }

  instrumentState(tape: Tape, offset: number): void {
    const { instruments } = this.#state
    const command = decode(tape, offset, INSTRUMENT_STATE)
    const id = command.instrument
    if ((command.flags & 1) !== 0) {
      instruments.priorClose[id] = command.priorClose
      instruments.priorCloseUs[id] = this.#state.timeUs
      instruments.has[id] = instruments.has[id]! | Has.PRIOR_CLOSE
    }
    if ((command.flags & 2) !== 0) {
      instruments.manualPx[id] = command.manualPx
      instruments.manualUs[id] = this.#state.timeUs
      instruments.manualUntilUs[id] = command.manualUntilUs
    }
    if ((command.flags & 4) !== 0) instruments.halted[id] = command.halted
    if ((command.flags & 8) !== 0) instruments.rule201[id] = command.rule201
    if ((command.flags & 16) !== 0) instruments.active[id] = command.active
  }

  phase(tape: Tape, offset: number): void {
    const { venue, phase } = decode(tape, offset, SESSION_PHASE)
    this.#state.venuePhase[venue] = phase
  }

  fx(tape: Tape, offset: number, revalues: boolean): void {
    const { rates, instruments } = this.#state
    const { currency, rate, decimals, haircutBps } = decode(tape, offset, FX)
    rates.set(currency, { rate, decimals, haircutBps }, revalues)
    if (!revalues) return
    for (let id = 0; id < instruments.count; id++) {
      if (instruments.currency[id] !== currency) continue
      this.#reference.setRatios(id)
      this.revalue(id)
    }
  }

  markMoved(tape: Tape, event: number): void {
    const { instruments } = this.#state
    const id = tape.i32[(event >> 2) + MARK_MOVED.at.instrument]!
    this.setMark(id, tape.f64[(event >> 3) + MARK_MOVED.at.mark]!)
    instruments.has[id] = instruments.has[id]! | Has.MARK
  }

  setMark(id: number, mark: number): void {
    this.#state.instruments.mark[id] = mark
    this.revalue(id)
  }

  /** Values every cell of the instrument again. */
  revalue(id: number): void {
    const { cells, names } = this.#state
    const subjects = this.#subjects
    for (let page = cells.firstPage[id]!; page >= 0; page = cells.pageNext[page]!) {
      const account = cells.blockAccount[cells.pageBlock[page]!]!
      const entity = names.entityOrdinal[names.entityOf[account]!]!
      const owners = cells.ownersIn(page)
      for (let place = 0; place < owners; place++) {
        const offset = (page * 8 + place) * Cell.SIZE
        const owner = cells.ownerAt(offset)
        const kind = cells.ownerKind[owner]!
        const subject = cells.ownerSubject[owner]!
        subjects[0] = 0
        subjects[1] = names.entityOf[account]!
        subjects[2] = names.clientOf[account]!
        subjects[5] = account
        if (kind === 1) subjects[3] = subject
        if (kind === 2) subjects[4] = subject
        if (kind === 3) subjects[6] = subject
        this.#shift.value(kind, offset, id, entity, subjects, 0)
      }
    }
  }
}
