/** The hash of a proposal's lines, over their bytes: what people say when they submit and approve it. */
import { hashOfLine } from '../../engine/state/proposals.ts'
import { Tape } from '../../model/records/tape.ts'
import { type Command, encodeCommand } from './command.ts'

export interface LineHash {
  readonly contentHash0: number
  readonly contentHash1: number
}

const tape = Tape.ofBytes(4096)

export function hashOfLines(lines: readonly Command[]): LineHash {
  let hash: readonly [number, number] = [0, 0]
  for (const line of lines) {
    tape.end = 0
    encodeCommand(tape, line)
    hash = hashOfLine(hash[0], hash[1], tape.u8.subarray(0, tape.end))
  }
  return { contentHash0: hash[0], contentHash1: hash[1] }
}
