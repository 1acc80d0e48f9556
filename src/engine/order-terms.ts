/**
 * What people saw an order to be, word by word. The content hash has no key: another order may meet it. An order that is let
 * pass by a person's word is compared by its terms as well.
 */
import { NEW_ORDER } from '../model/records/commands.ts'
import type { Tape } from '../model/records/tape.ts'
import { type Judgement, X } from './judgement.ts'
import { Kind } from './state/names.ts'

const N = NEW_ORDER.at
/** Terms of one order. */
export const TERMS = 13

/** Writes the terms of the NewOrder at `command` into a run of {@link TERMS} numbers. */
export function copyTerms({ f64, i32 }: Tape, command: number, into: Float64Array | number[], at: number): void {
  const d = command >> 3
  const c = command >> 2
  into[at] = f64[d + N.orderQty]!
  into[at + 1] = f64[d + N.price]!
  into[at + 2] = f64[d + N.stopPx]!
  into[at + 3] = f64[d + N.expireTimeUs]!
  into[at + 4] = i32[c + N.account]!
  into[at + 5] = i32[c + N.trader]!
  into[at + 6] = i32[c + N.strategy]!
  into[at + 7] = i32[c + N.instrument]!
  into[at + 8] = i32[c + N.venue]!
  into[at + 9] = i32[c + N.side]!
  into[at + 10] = i32[c + N.ordType]!
  into[at + 11] = i32[c + N.timeInForce]!
  into[at + 12] = i32[c + N.locate]!
}

/** True where the order under judgement has just these terms. */
export function hasTerms(j: Judgement, terms: readonly number[]): boolean {
  const { x, subjects } = j
  return (
    terms[0] === x[X.QTY] &&
    terms[1] === x[X.PX] &&
    terms[2] === x[X.STOP] &&
    terms[3] === x[X.EXPIRE] &&
    terms[4] === subjects[Kind.ACCOUNT] &&
    terms[5] === subjects[Kind.TRADER] &&
    terms[6] === subjects[Kind.STRATEGY] &&
    terms[7] === j.instrument &&
    terms[8] === j.venue &&
    terms[9] === j.side &&
    terms[10] === j.ordType &&
    terms[11] === j.timeInForce &&
    terms[12] === j.locate
  )
}
