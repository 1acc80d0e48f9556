/** A parser under the fuzzer: how an input is made, and what is done with one. */
import type { Dice } from '../commands/dice.ts'

export interface FuzzTarget {
  readonly name: string
  /** Of so many inputs of all targets together. */
  readonly weight: number
  /** The files whose branches are counted, as they end: `wire/form-message`. */
  readonly parsers: readonly string[]
  /** A valid input. */
  valid(dice: Dice): Buffer
  /** A valid input changed behind its framing: lengths, checksums and signatures around the change are right. */
  framed(dice: Dice): Buffer
  /**
   * Reads the input, and judges what it says where it can be read. Returns in words what came of it; throws where that is
   * no declared error, where two readers disagree, and where anything was approved that must not be.
   */
  run(input: Buffer, dice: Dice): string | Promise<string>
  close?(): Promise<void>
}

/** What the fuzzer itself says is wrong. */
export class FuzzFinding extends Error {
  override readonly name = 'FuzzFinding'
}
