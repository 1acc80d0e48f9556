/** 64-bit content hashes of order commands: a repeated clOrdID must match the first, a duplicate order an earlier one. */

import { ID_CHARS, TEXT_CHARS } from '../model/bounds.ts'
import { EXECUTION_REPORT, NEW_ORDER, REPLACE_ORDER } from '../model/records/commands.ts'
import { type Tape, typeAt } from '../model/records/tape.ts'
import type { Judgement } from './judgement.ts'
import { scratchInts } from './state/scratch.ts'

const ID_WORDS = ID_CHARS / 4
const N = NEW_ORDER.at
const R = REPLACE_ORDER.at
const E = EXECUTION_REPORT.at

/** What is hashed of a record: first words, from the record's start, and counts; a text's count is negative. */
function spansOf(...pairs: readonly (readonly [first: number, count: number])[]): Int32Array {
  return Int32Array.from(pairs.flat())
}

/** orderQty, price, stopPx, expireTimeUs, two words each; instrument to locate. The two evidence times are left out. */
const NEW_SPANS = spansOf([N.orderQty * 2, 8], [N.instrument, 10], [N.parentClOrdID >> 2, -ID_WORDS])
const UNRESOLVED_SPAN = spansOf([N.unresolved >> 2, -TEXT_CHARS / 4])
/** What lets an order pass that did not: confirmSeq, two words. */
const WAIVER_SPAN = spansOf([N.confirmSeq * 2, 2])
/** holdUs, two words. */
const HOLD_SPAN = spansOf([N.holdUs * 2, 2])
/** Bytes of a record that has these fields. */
const WAIVER_BYTES = (N.confirmSeq + 1) * 8
const HOLD_BYTES = (N.holdUs + 1) * 8
/** Bytes of a record without its last text, which is left off where it is empty. */
const NEW_BYTES = N.unresolved
/** orderQty, price, stopPx; instrument, account; strategy; side, ordType, timeInForce. */
const DUPLICATE_SPANS = spansOf(
  [N.orderQty * 2, 6],
  [N.instrument, 2],
  [N.strategy, 1],
  [N.side, 3],
  [N.parentClOrdID >> 2, -ID_WORDS],
)
/** orderQty, price, stopPx; flags. */
const REPLACE_SPANS = spansOf([R.orderQty * 2, 6], [R.flags, 1], [R.origClOrdID >> 2, ID_WORDS])
/** orderSeq, lastQty, lastPx, cumQty; orderSlot to side. */
const EXECUTION_SPANS = spansOf(
  [E.orderSeq * 2, 8],
  [E.orderSlot, 9],
  [E.execRefID >> 2, -ID_WORDS],
  [E.clOrdID >> 2, -ID_WORDS],
  [E.origClOrdID >> 2, -ID_WORDS],
)

export type Content = ReturnType<typeof createContent>

/** `j` takes the hashes. */
export function createContent(j: Judgement) {
  /** Two running lanes of 32 bits. */
  const lanes = scratchInts(2)

  function start(seed: number): void {
    lanes[0] = 0x2545f491 ^ seed
    lanes[1] = 0x6c8e9cf5 + seed
  }

  /** Mixes the spans of a record that starts at word `at`. A text is zero-padded; an empty one costs one word. */
  function mix(i32: Int32Array, at: number, spans: Int32Array): void {
    let a = lanes[0]!
    let b = lanes[1]!
    for (let span = 0; span < spans.length; span += 2) {
      let word = at + spans[span]!
      const count = spans[span + 1]!
      const end = word + (count > 0 ? count : i32[word] === 0 ? 1 : -count)
      for (; word < end; word++) {
        const value = i32[word]!
        a = Math.imul((a << 13) | (a >>> 19), 0x85ebca6b) ^ Math.imul(value, 0xcc9e2d51)
        b = (Math.imul(((b << 11) | (b >>> 21)) ^ value, 0x1b873593) + 0x38495ab5) | 0
      }
    }
    lanes[0] = a
    lanes[1] = b
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

  /** Content of a new order or a what-if: everything but sequence, time, evidence and principal. */
  function hashNewOrder(tape: Tape, offset: number): void {
    const { i32 } = tape
    const at = offset >> 2
    start(1)
    mix(i32, at, NEW_SPANS)
    // The second word of a record is its length.
    const bytes = i32[at + 1]!
    if (bytes > NEW_BYTES) mix(i32, at, UNRESOLVED_SPAN)
    else mixEmpty()
    const hasMore = bytes >= WAIVER_BYTES && typeAt(tape, offset) === NEW_ORDER.type
    if (hasMore && bytes >= HOLD_BYTES && tape.f64[(offset >> 3) + N.holdUs] !== 0) mix(i32, at, HOLD_SPAN)
    finishContent()
    j.order0 = j.content0
    j.order1 = j.content1
    if (!hasMore || tape.f64[(offset >> 3) + N.confirmSeq] === 0) return
    mix(i32, at, WAIVER_SPAN)
    finishContent()
  }

  /** What DUPLICATE_ORDER calls the same order. */
  function hashDuplicate(tape: Tape, offset: number): void {
    start(2)
    mix(tape.i32, offset >> 2, DUPLICATE_SPANS)
    j.duplicate0 = finish(0)
    j.duplicate1 = finish(1)
  }

  function hashReplace(tape: Tape, offset: number): void {
    start(3)
    mix(tape.i32, offset >> 2, REPLACE_SPANS)
    finishContent()
  }

  /** Content of an execution report: everything but sequence, time, principal, evidence and text. */
  function hashExecution(tape: Tape, offset: number): void {
    start(4)
    mix(tape.i32, offset >> 2, EXECUTION_SPANS)
    finishContent()
  }

  return { hashNewOrder, hashDuplicate, hashReplace, hashExecution }
}
