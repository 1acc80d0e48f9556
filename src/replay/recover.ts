/** Brings an engine to where the journal ends: applies what was recorded and decides nothing. */
import { type JournalReader, JournalTooNew } from '../journal/journal-reader.ts'
import type { DecisionEngine } from '../model/engine-port.ts'
import { ENGINE_VERSION } from '../model/version.ts'

export interface Recovered {
  readonly lastSeq: number
  readonly lastTimeUs: number
  /** How many commands were applied. */
  readonly entries: number
}

/**
 * Reads the journal to its end. What stands up to `fromSeq` is in the engine already, from a snapshot.
 * @throws JournalDamage where the journal is not whole, JournalTooNew where a newer engine has written in it
 */
export function recover(
  engine: DecisionEngine,
  reader: Pick<JournalReader, 'blocks' | 'end'>,
  fromSeq = 0,
  engineVersion = ENGINE_VERSION,
): Recovered {
  let entries = 0
  for (const { tape, start, end, lastSeq, segment, file } of reader.blocks()) {
    if (segment.engineVersion > engineVersion) {
      throw new JournalTooNew(`${file} was written by engine ${segment.engineVersion}; this build has ${engineVersion}`)
    }
    if (lastSeq <= fromSeq) continue
    for (let at = start; at < end; entries++) at = engine.apply(tape, at)
  }
  const { lastSeq, lastTimeUs } = reader.end
  if (fromSeq + entries !== lastSeq) {
    throw new Error(`${entries} entries were applied behind ${fromSeq}, the journal holds ${lastSeq}`)
  }
  return { lastSeq, lastTimeUs, entries }
}
