/** Applies quotes, heartbeats, instrument states, phases, FX and marks; a moved mark or rate revalues its cells. */

import { FEED_HEARTBEAT, FX, INSTRUMENT_STATE, QUOTE } from '../model/records/commands.ts'
import { MARK_MOVED } from '../model/records/events.ts'
import { decode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { CONFIRMED, SIDES_KEPT } from './decide-market.ts'
import type { ReferenceEvolver } from './evolve-reference.ts'
import type { Shift } from './exposure.ts'
import type { Profit } from './profit.ts'
import { Cell } from './state/cells.ts'
import { Has } from './state/instruments.ts'
import { scratchInts } from './state/scratch.ts'
import type { State } from './state/state.ts'
import type { Watcher } from './watch.ts'

// What is imported is loaded and checked at each use; a constant of this module is written into the code.
const Q = QUOTE.at
const H = FEED_HEARTBEAT.at
const M = MARK_MOVED.at
const BID = 1
const ASK = 2
const LAST = 4
const KEPT = SIDES_KEPT
const JUMP_CONFIRMED = CONFIRMED

/** Places among the eight subjects of the desk, trader or strategy that a cell's owner may be; an account's is set. */
const PLACE_OF_KIND = Int32Array.of(5, 3, 4, 6)

export type MarketEvolver = ReturnType<typeof createMarketEvolver>

export function createMarketEvolver(
  state: State,
  shift: Shift,
  reference: ReferenceEvolver,
  profit: Profit,
  watcher: Watcher,
) {
  const { instruments, cells, names, rates, feedUs } = state
  const { has: hasOf, bid, ask, last, lastUs, quoteUs, quoteFeed, quarantineUs, mark } = instruments
  const { f, firstPage, pageNext, pageBlock, blockAccount, ownerKind, ownerSubject } = cells
  /** Subjects of the cell that is being revalued. */
  const subjects = scratchInts(8)

  function quote(tape: Tape, offset: number): void {
    const { f64, i32 } = tape
    const i = offset >> 2
    const at = offset >> 3
    const id = i32[i + Q.instrument]!
    const flags = i32[i + Q.flags]!
    const feed = i32[i + Q.feed]!
    const { timeUs } = state
    let has = hasOf[id]!
    feedUs[feed] = timeUs
    if ((flags & KEPT) === 0) {
      has = (has & ~(Has.BID | Has.ASK)) | (flags & BID ? Has.BID : 0) | (flags & ASK ? Has.ASK : 0)
      bid[id] = f64[at + Q.bidPx]!
      ask[id] = f64[at + Q.askPx]!
      quoteUs[id] = timeUs
      quoteFeed[id] = feed
      quarantineUs[id] = 0
    }
    if ((flags & LAST) !== 0) {
      has |= Has.LAST
      last[id] = f64[at + Q.lastPx]!
      lastUs[id] = timeUs
      if (quarantineUs[id] !== 0) quarantineUs[id] = JUMP_CONFIRMED
    }
    hasOf[id] = has
  }

  function quarantined(tape: Tape, offset: number): void {
    const id = tape.i32[(offset >> 2) + Q.instrument]!
    if (quarantineUs[id] === 0) quarantineUs[id] = state.timeUs
  }

  function heartbeat(tape: Tape, offset: number): void {
    feedUs[tape.i32[(offset >> 2) + H.feed]!] = state.timeUs
  }

  function instrumentState(tape: Tape, offset: number): void {
    const command = decode(tape, offset, INSTRUMENT_STATE)
    const id = command.instrument
    if ((command.flags & 1) !== 0) {
      instruments.priorClose[id] = command.priorClose
      instruments.priorCloseUs[id] = state.timeUs
      instruments.has[id] = instruments.has[id]! | Has.PRIOR_CLOSE
    }
    if ((command.flags & 2) !== 0) {
      instruments.manualPx[id] = command.manualPx
      instruments.manualUs[id] = state.timeUs
      instruments.manualUntilUs[id] = command.manualUntilUs
    }
    if ((command.flags & 4) !== 0) instruments.halted[id] = command.halted
    if ((command.flags & 8) !== 0) instruments.rule201[id] = command.rule201
    if ((command.flags & 16) !== 0) instruments.active[id] = command.active
  }

  function fx(tape: Tape, offset: number, revalues: boolean): void {
    const { currency, rate, decimals, haircutBps } = decode(tape, offset, FX)
    rates.set(currency, { rate, decimals, haircutBps }, revalues, state.timeUs)
    if (!revalues) return
    for (let id = 0; id < instruments.count; id++) {
      if (instruments.currency[id] !== currency) continue
      reference.setRatios(id)
      revalue(id)
    }
  }

  function markMoved(tape: Tape, event: number): void {
    const id = tape.i32[(event >> 2) + M.instrument]!
    const isFirst = (hasOf[id]! & Has.MARK) === 0
    const px = tape.f64[(event >> 3) + M.mark]!
    const by = px - mark[id]!
    hasOf[id] = hasOf[id]! | Has.MARK
    mark[id] = px
    if (isFirst) state.profits.startMark[id] = px
    forEachCell(id, (kind, cell, subjects) => profit.marked(kind, cell, id, by, isFirst, subjects, 0))
    revalue(id)
    if (state.profits.rows.length > 0) watcher.marked()
  }

  /** Values every cell of the instrument again. */
  function revalue(id: number): void {
    forEachCell(id, (kind, cell, subjects, entity) => {
      profit.value(kind, cell, id, subjects, 0)
      shift.value(kind, cell, id, entity, subjects, 0)
    })
  }

  /** Profits begin anew at the marks of now. */
  function rollProfits(): void {
    profit.roll((visit) => {
      for (let id = 0; id < instruments.count; id++) {
        forEachCell(id, (kind, cell, subjects) => visit(kind, cell, id, subjects))
      }
    })
  }

  /** Visits the cells of the instrument that hold something, or are worth something, with their subjects. */
  function forEachCell(
    id: number,
    visit: (kind: number, cell: number, subjects: Int32Array, entity: number) => void,
  ): void {
    for (let page = firstPage[id]!; page >= 0; page = pageNext[page]!) {
      const account = blockAccount[pageBlock[page]!]!
      const entity = names.entityOrdinal[names.entityOf[account]!]!
      const owners = cells.ownersIn(page)
      subjects[0] = 0
      subjects[1] = names.entityOf[account]!
      subjects[2] = names.clientOf[account]!
      subjects[5] = account
      for (let place = 0; place < owners; place++) {
        const offset = (page * 8 + place) * Cell.SIZE
        if (isNothing(offset)) continue
        const owner = cells.ownerAt(offset)
        const kind = ownerKind[owner]!
        if (kind !== 0) subjects[PLACE_OF_KIND[kind]!] = ownerSubject[owner]!
        visit(kind, offset, subjects, entity)
      }
    }
  }

  /** True where a cell holds nothing and is worth nothing: no mark makes it worth more. */
  function isNothing(offset: number): boolean {
    if (f[offset + Cell.P] !== 0 || f[offset + Cell.B] !== 0 || f[offset + Cell.S] !== 0) return false
    return f[offset + Cell.UP] === 0 && f[offset + Cell.DN] === 0 && f[offset + Cell.PROFIT] === 0
  }

  return { quote, quarantined, heartbeat, instrumentState, fx, markMoved, revalue, rollProfits }
}
