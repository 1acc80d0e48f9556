/** Brings a fresh engine to where the journal ends: applies what was recorded and decides nothing. */
import type { JournalReader } from '../journal/journal-reader.ts'
import type { DecisionEngine } from '../model/engine-port.ts'

export interface Recovered {
  readonly lastSeq: number
  readonly lastTimeUs: number
  /** How many commands were applied. */
  readonly entries: number
}

/** Reads the journal to its end. Throws JournalDamage where it is not whole. */
export function recover(engine: DecisionEngine, reader: Pick<JournalReader, 'blocks' | 'end'>): Recovered {
  let entries = 0
  for (const { tape, start, end } of reader.blocks()) {
    for (let at = start; at < end; entries++) at = engine.apply(tape, at)
  }
  const { lastSeq, lastTimeUs } = reader.end
  if (entries !== lastSeq) throw new Error(`${entries} entries were applied, the journal holds ${lastSeq}`)
  return { lastSeq, lastTimeUs, entries }
}
