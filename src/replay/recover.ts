/** Brings an engine to where the journal ends: applies what was recorded and decides nothing. */
import { type JournalEnd, type JournalReader, JournalTooNew } from '../journal/journal-reader.ts'
import type { ProvedBlock } from '../journal/read-ahead.ts'
import type { DecisionEngine } from '../model/engine-port.ts'
import { ENGINE_VERSION } from '../model/version.ts'

export interface Recovered {
  readonly lastSeq: number
  readonly lastTimeUs: number
  /** How many commands were applied. */
  readonly entries: number
}

/** Applies blocks, one after another, behind which an engine stands. */
export class Recovery {
  readonly #engine: DecisionEngine
  readonly #fromSeq: number
  readonly #engineVersion: number
  #entries = 0

  /** @param fromSeq what stands up to it is in the engine already, from a snapshot */
  constructor(engine: DecisionEngine, fromSeq = 0, engineVersion = ENGINE_VERSION) {
    this.#engine = engine
    this.#fromSeq = fromSeq
    this.#engineVersion = engineVersion
  }

  /** @throws JournalTooNew where a newer engine has written the block */
  apply({ tape, start, end, lastSeq, segment, file }: ProvedBlock): void {
    const own = this.#engineVersion
    if (segment.engineVersion > own) {
      throw new JournalTooNew(`${file} was written by engine ${segment.engineVersion}; this build has ${own}`)
    }
    if (lastSeq <= this.#fromSeq) return
    let entries = 0
    for (let at = start; at < end; entries++) at = this.#engine.apply(tape, at)
    this.#entries += entries
  }

  /** To be called where the journal ends. @throws Error where something was not applied */
  finish({ lastSeq, lastTimeUs }: JournalEnd): Recovered {
    const [entries, fromSeq] = [this.#entries, this.#fromSeq]
    if (fromSeq + entries !== lastSeq) {
      throw new Error(`${entries} entries were applied behind ${fromSeq}, the journal holds ${lastSeq}`)
    }
    return { lastSeq, lastTimeUs, entries }
  }
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
  const recovery = new Recovery(engine, fromSeq, engineVersion)
  for (const block of reader.blocks()) recovery.apply(block)
  return recovery.finish(reader.end)
}
