/** Constructed commands on their way to the tape, and what a fault of the sequencer is to who sent them: on every wire. */
import { RequestError } from '../../model/errors.ts'
import type { Command } from '../../model/parse/reading.ts'
import { enclose, encode } from '../../model/records/schema.ts'
import type { Tape } from '../../model/records/tape.ts'
import type { Fault } from '../../sequencer/ports.ts'

/** Writes a constructed command. */
export function writeCommand(tape: Tape, made: Command | RequestError): number | RequestError {
  if (made instanceof RequestError) return made
  const offset = encode(tape, made.layout, made.values)
  if (made.tail === undefined) return offset
  encode(tape, made.tail.layout, made.tail.values)
  enclose(tape, offset)
  return offset
}

/** The sequencer takes back what a write that throws has done, and hands the cause on. */
export function offsetOf(written: number | RequestError): number {
  if (written instanceof RequestError) throw written
  return written
}

/** A full queue is asked again after this. */
const QUEUE_RETRY_MS = 100

/** The request error that a fault of the sequencer is to its sender. */
export function faultError(fault: Fault, cause: unknown): RequestError {
  switch (fault) {
    case 'COMMAND_FAULT':
      // What the words turned out to be when the command's turn came.
      return cause instanceof RequestError ? cause : new RequestError('INTERNAL_ERROR')
    case 'QUEUE_FULL':
      return new RequestError(fault, '', undefined, QUEUE_RETRY_MS)
    default:
      return new RequestError(fault)
  }
}
