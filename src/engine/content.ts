/** 64-bit content hashes of order commands: a repeated clOrdID must match the first, a duplicate order an earlier one. */
import { ID_CHARS, TEXT_CHARS } from '../model/bounds.ts'
import { EXECUTION_REPORT, NEW_ORDER, REPLACE_ORDER } from '../model/records/commands.ts'
import { lengthAt, type Tape } from '../model/records/tape.ts'
import type { Judgement } from './judgement.ts'

const ID_WORDS = ID_CHARS / 4
const TEXT_WORDS = TEXT_CHARS / 4
const N = NEW_ORDER.at
/** Without its last text, which is left off where it is empty. */
const N_SHORT_BYTES = NEW_ORDER.at.unresolved

const N_QTY = NEW_ORDER.at.orderQty * 2
const N_INSTRUMENT = NEW_ORDER.at.instrument
const N_PARENT = NEW_ORDER.at.parentClOrdID >> 2
const N_UNRESOLVED = NEW_ORDER.at.unresolved >> 2
const R_QTY = REPLACE_ORDER.at.orderQty * 2
const R_FLAGS = REPLACE_ORDER.at.flags
const R_ORIG = REPLACE_ORDER.at.origClOrdID >> 2
const X_FROM = EXECUTION_REPORT.at.orderSeq * 2
const X_SLOT = EXECUTION_REPORT.at.orderSlot
const X_REF = EXECUTION_REPORT.at.execRefID >> 2

/** Two running lanes of 32 bits. */
const lanes = new Int32Array(2)

function start(seed: number): void {
  lanes[0] = 0x2545f491 ^ seed
  lanes[1] = 0x6c8e9cf5 + seed
}

function word(value: number): void {
  const a = lanes[0]!
  const b = lanes[1]!
  lanes[0] = Math.imul((a << 13) | (a >>> 19), 0x85ebca6b) ^ Math.imul(value, 0xcc9e2d51)
  lanes[1] = Math.imul(((b << 11) | (b >>> 21)) ^ value, 0x1b873593) + 0x38495ab5
}

function words(i32: Int32Array, from: number, count: number): void {
  let a = lanes[0]!
  let b = lanes[1]!
  const end = from + count
  for (let at = from; at < end; at++) {
    const value = i32[at]!
    a = Math.imul((a << 13) | (a >>> 19), 0x85ebca6b) ^ Math.imul(value, 0xcc9e2d51)
    b = (Math.imul(((b << 11) | (b >>> 21)) ^ value, 0x1b873593) + 0x38495ab5) | 0
  }
  lanes[0] = a
  lanes[1] = b
}

/** Mixes a zero-padded text; an empty one costs one word. */
function textWords(i32: Int32Array, from: number, count: number): void {
  if (i32[from] === 0) word(0)
  else words(i32, from, count)
}

function finish(lane: number): number {
  let h = lanes[lane]!
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

export type Content = ReturnType<typeof createContent>

/** `j` takes the hashes. */
export function createContent(j: Judgement) {
  /** Content of a new order or a what-if: everything but sequence, time, evidence and principal. */
  function hashNewOrder(tape: Tape, offset: number): void {
    const at = offset >> 2
    start(1)
    // orderQty, price, stopPx, expireTimeUs; the two evidence times are left out.
    words(tape.i32, at + N_QTY, 8)
    words(tape.i32, at + N_INSTRUMENT, 10)
    textWords(tape.i32, at + N_PARENT, ID_WORDS)
    // An empty last text is left off the record.
    if (lengthAt(tape, offset) > N_SHORT_BYTES) textWords(tape.i32, at + N_UNRESOLVED, TEXT_WORDS)
    else word(0)
    j.content0 = finish(0)
    j.content1 = finish(1)
  }

  /** What DUPLICATE_ORDER calls the same order. */
  function hashDuplicate(tape: Tape, offset: number): void {
    const at = offset >> 2
    const i32 = tape.i32
    start(2)
    words(i32, at + N_QTY, 6)
    word(i32[at + N.instrument]!)
    word(i32[at + N.account]!)
    word(i32[at + N.strategy]!)
    word(i32[at + N.side]!)
    word(i32[at + N.ordType]!)
    word(i32[at + N.timeInForce]!)
    textWords(i32, at + N_PARENT, ID_WORDS)
    j.duplicate0 = finish(0)
    j.duplicate1 = finish(1)
  }

  function hashReplace(tape: Tape, offset: number): void {
    const at = offset >> 2
    start(3)
    words(tape.i32, at + R_QTY, 6)
    word(tape.i32[at + R_FLAGS]!)
    words(tape.i32, at + R_ORIG, ID_WORDS)
    j.content0 = finish(0)
    j.content1 = finish(1)
  }

  /** Content of an execution report: everything but sequence, time, principal, evidence and text. */
  function hashExecution(tape: Tape, offset: number): void {
    const at = offset >> 2
    start(4)
    // orderSeq, lastQty, lastPx, cumQty; then orderSlot to side.
    words(tape.i32, at + X_FROM, 8)
    words(tape.i32, at + X_SLOT, 9)
    for (let text = 0; text < 3; text++) textWords(tape.i32, at + X_REF + text * ID_WORDS, ID_WORDS)
    j.content0 = finish(0)
    j.content1 = finish(1)
  }

  return { hashNewOrder, hashDuplicate, hashReplace, hashExecution }
}
