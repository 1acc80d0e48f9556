/** A line of the log for each latch of a durable block: set by a person or a file, asked to be released, or set by the engine itself. */
import { reasonAt } from '../../model/codes.ts'
import { KILL, RELEASE } from '../../model/records/commands.ts'
import { CONTROL_LATCHED } from '../../model/records/control-events.ts'
import { APPLIED, FIRST_EVENT, LATCH_SET } from '../../model/records/events.ts'
import { decode } from '../../model/records/schema.ts'
import { lengthAt, typeAt } from '../../model/records/tape.ts'
import type { Block } from '../../sequencer/ports.ts'
import { tell } from '../log-events.ts'
import type { Logger } from '../logger.ts'

const SEQ_AT = KILL.at.seq

/** Types of the records that are told of: a block without one need not be read. */
export const LATCH_TYPES: readonly number[] = [KILL.type, RELEASE.type, LATCH_SET.type, CONTROL_LATCHED.type]

export function tellLatches(logger: Logger, { tape, start, end }: Pick<Block, 'tape' | 'start' | 'end'>): void {
  let command = 0
  let seq = 0
  for (let at = start; at < end; at += lengthAt(tape, at)) {
    const type = typeAt(tape, at)
    if (type < FIRST_EVENT) {
      command = type
      seq = tape.f64[(at >> 3) + SEQ_AT] as number
    } else if (type === APPLIED.type && (command === KILL.type || command === RELEASE.type)) {
      const { id } = decode(tape, at, APPLIED)
      tell(logger, command === KILL.type ? 'kill.set' : 'kill.released', { seq, latch: id })
    } else if (type === LATCH_SET.type) {
      const { latch, cause } = decode(tape, at, LATCH_SET)
      tell(logger, 'latch.set', { seq, latch, cause: reasonAt(cause).code })
    } else if (type === CONTROL_LATCHED.type) {
      const { latch, cause } = decode(tape, at, CONTROL_LATCHED)
      tell(logger, 'latch.set', { seq, latch, cause: reasonAt(cause).code })
    }
  }
}
