/** 64-bit content hashes of order commands: a repeated clOrdID must match the first, a duplicate order an earlier one. */

import { ID_CHARS, TEXT_CHARS } from '../model/bounds.ts'
import { EXECUTION_REPORT, NEW_ORDER, REPLACE_ORDER } from '../model/records/commands.ts'
import { lengthAt, type Tape, typeAt } from '../model/records/tape.ts'
import type { Judgement } from './judgement.ts'
import { scratchInts } from './state/scratch.ts'

const ID_WORDS = ID_CHARS / 4
const N = NEW_ORDER.at
const R = REPLACE_ORDER.at
const E = EXECUTION_REPORT.at

/** Bytes of a record without its last text, which is left off where it is empty. */
const NEW_BYTES = N.unresolved
const TEXT_WORDS = TEXT_CHARS / 4

const CONFIRM_END = (N.confirmSeq + 1) * 8
const OVERRIDE_END = (N.overrideSeq + 1) * 8
const HOLD_END = (N.holdUs + 1) * 8

/** Soft block that the NewOrder at `offset` names; a record that is older or short has none. */
export function confirmSeqAt(tape: Tape, offset: number): number {
  return lengthAt(tape, offset) >= CONFIRM_END ? tape.f64[(offset >> 3) + N.confirmSeq]! : 0
}

/** Override that it names. */
export function overrideSeqAt(tape: Tape, offset: number): number {
  return lengthAt(tape, offset) >= OVERRIDE_END ? tape.f64[(offset >> 3) + N.overrideSeq]! : 0
}

/** How long it says that it may be held. */
export function holdUsAt(tape: Tape, offset: number): number {
  return lengthAt(tape, offset) >= HOLD_END ? tape.f64[(offset >> 3) + N.holdUs]! : 0
}

export type Content = ReturnType<typeof createContent>

/** `j` takes the hashes. */
export function createContent(j: Judgement) {
  /** Two running lanes of 32 bits. */
  const lanes = scratchInts(2)

  function start(seed: number): void {
    lanes[0] = 0x2545f491 ^ seed
    lanes[1] = 0x6c8e9cf5 + seed
  }

  /** Mixes `count` words. */
  function mix(i32: Int32Array, from: number, count: number): void {
    let a = lanes[0]!
    let b = lanes[1]!
    const end = (from + count) | 0
    for (let word = from; word < end; word = (word + 1) | 0) {
      const value = i32[word]!
      a = Math.imul((a << 13) | (a >>> 19), 0x85ebca6b) ^ Math.imul(value, 0xcc9e2d51)
      b = (Math.imul(((b << 11) | (b >>> 21)) ^ value, 0x1b873593) + 0x38495ab5) | 0
    }
    lanes[0] = a
    lanes[1] = b
  }

  /** Mixes a text, which is zero-padded: an empty one costs one word. */
  function mixText(i32: Int32Array, from: number, words: number): void {
    if (i32[from] === 0) mixEmpty()
    else mix(i32, from, words)
  }

  /** Mixes the word that an empty text costs. */
  function mixEmpty(): void {
    const a = lanes[0]!
    const b = lanes[1]!
    lanes[0] = Math.imul((a << 13) | (a >>> 19), 0x85ebca6b)
    lanes[1] = (Math.imul((b << 11) | (b >>> 21), 0x1b873593) + 0x38495ab5) | 0
  }

  function finish(lane: number): number {
    let h = lanes[lane]!
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    return h ^ (h >>> 16)
  }

  function finishContent(): void {
    j.content0 = finish(0)
    j.content1 = finish(1)
  }

  /** Content of a new order or a what-if: everything but sequence, time, the two evidence times and principal. */
  function hashNewOrder(tape: Tape, offset: number): void {
    const { i32 } = tape
    const at = offset >> 2
    start(1)
    // orderQty, price, stopPx, expireTimeUs, two words each; instrument to locate.
    mix(i32, (at + N.orderQty * 2) | 0, 8)
    mix(i32, (at + N.instrument) | 0, 10)
    mixText(i32, (at + (N.parentClOrdID >> 2)) | 0, ID_WORDS)
    // The second word of a record is its length.
    const bytes = i32[(at + 1) | 0]!
    if (bytes > NEW_BYTES) mixText(i32, (at + (N.unresolved >> 2)) | 0, TEXT_WORDS)
    else mixEmpty()
    if (bytes >= HOLD_END) hashHold(tape, offset)
    finishContent()
    j.order0 = j.content0
    j.order1 = j.content1
    // An order that names nothing is short, as nearly all are; a what-if has another field here.
    if (bytes > NEW_BYTES) hashWaivers(tape, offset)
  }

  /** How long it may be held, behind a word that sets it apart from the two or four of what lets it pass. */
  function hashHold(tape: Tape, offset: number): void {
    if (typeAt(tape, offset) !== NEW_ORDER.type || holdUsAt(tape, offset) === 0) return
    mixEmpty()
    mix(tape.i32, (offset >> 2) + N.holdUs * 2, 2)
  }

  /** What lets an order pass that did not, and is of its content too: confirmSeq, and with an override overrideSeq behind it. */
  function hashWaivers(tape: Tape, offset: number): void {
    if (typeAt(tape, offset) !== NEW_ORDER.type) return
    const overrideSeq = overrideSeqAt(tape, offset)
    if (confirmSeqAt(tape, offset) === 0 && overrideSeq === 0) return
    mix(tape.i32, (offset >> 2) + N.confirmSeq * 2, overrideSeq === 0 ? 2 : 4)
    finishContent()
  }

  /** What DUPLICATE_ORDER calls the same order. */
  function hashDuplicate(tape: Tape, offset: number): void {
    const { i32 } = tape
    const at = offset >> 2
    start(2)
    // orderQty, price, stopPx; instrument, account; strategy; side, ordType, timeInForce.
    mix(i32, (at + N.orderQty * 2) | 0, 6)
    mix(i32, (at + N.instrument) | 0, 2)
    mix(i32, (at + N.strategy) | 0, 1)
    mix(i32, (at + N.side) | 0, 3)
    mixText(i32, (at + (N.parentClOrdID >> 2)) | 0, ID_WORDS)
    j.duplicate0 = finish(0)
    j.duplicate1 = finish(1)
  }

  function hashReplace(tape: Tape, offset: number): void {
    const { i32 } = tape
    const at = offset >> 2
    start(3)
    // orderQty, price, stopPx; flags.
    mix(i32, (at + R.orderQty * 2) | 0, 6)
    mix(i32, (at + R.flags) | 0, 1)
    mix(i32, (at + (R.origClOrdID >> 2)) | 0, ID_WORDS)
    finishContent()
  }

  /** Content of an execution report: everything but sequence, time, principal, evidence and text. */
  function hashExecution(tape: Tape, offset: number): void {
    const { i32 } = tape
    const at = offset >> 2
    start(4)
    // orderSeq, lastQty, lastPx, cumQty; orderSlot to side.
    mix(i32, (at + E.orderSeq * 2) | 0, 8)
    mix(i32, (at + E.orderSlot) | 0, 9)
    mixText(i32, (at + (E.execRefID >> 2)) | 0, ID_WORDS)
    mixText(i32, (at + (E.clOrdID >> 2)) | 0, ID_WORDS)
    mixText(i32, (at + (E.origClOrdID >> 2)) | 0, ID_WORDS)
    finishContent()
  }

  return { hashNewOrder, hashDuplicate, hashReplace, hashExecution }
}
