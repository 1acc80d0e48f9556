/** Writes journals block by block, without a sequencer, for tests that look at or damage the bytes. */

import { lockDirectory } from '../journal/directory-lock.ts'
import { FileJournal, type FileJournalOptions } from '../journal/file-journal.ts'
import { JournalReader } from '../journal/journal-reader.ts'
import type { SegmentFacts } from '../journal/segment-header.ts'
import { DEMO_SIZES } from '../model/bounds.ts'
import type { DecisionEngine } from '../model/engine-port.ts'
import type { Tape } from '../model/records/tape.ts'
import { ENGINE_VERSION } from '../model/version.ts'
import { Batch } from '../sequencer/batch.ts'
import type { JournalPort } from '../sequencer/ports.ts'
import { CountingEngine } from './counting-engine.ts'

export const SMALL_FACTS: SegmentFacts = {
  engineVersion: ENGINE_VERSION,
  codeHash: 'c0'.repeat(32),
  parametersVersion: 1,
  durability: 'fsync',
  sizes: DEMO_SIZES,
  hashSeed: -7,
}

/** Writes a command at the tape's end. */
export type WriteCommand = (tape: Tape) => number

/** A journal that is open for writing, with the engine that its blocks were applied to. */
export interface SmallJournal {
  readonly journal: FileJournal
  readonly engine: DecisionEngine
  /** Decides the commands and appends them as one block. */
  block(commands: readonly WriteCommand[], mayBlock?: boolean): Promise<void>
  close(): Promise<void>
}

/** Locks, recovers and opens the folder's journal, with small segments. */
export async function openSmallJournal(
  directory: string,
  own: Partial<FileJournalOptions> & { readonly engine?: DecisionEngine } = {},
): Promise<SmallJournal> {
  const lock = own.lock ?? (await lockDirectory(directory))
  const engine = own.engine ?? new CountingEngine()
  let journal: FileJournal
  let seq: number
  try {
    const reader = new JournalReader(directory)
    for (const { tape, start, end } of reader.blocks()) for (let at = start; at < end; ) at = engine.apply(tape, at)
    seq = reader.end.lastSeq
    const facts = SMALL_FACTS
    journal = FileJournal.open({
      lock,
      reader,
      facts,
      wallUs: () => 1_800_000_000_000_000,
      segmentBytes: 65_536,
      ...own,
    })
  } catch (cause) {
    await lock.release()
    throw cause
  }
  const batch = batchFor(journal)
  return {
    journal,
    engine,
    block: async (commands, mayBlock = true) => {
      seq = decide(batch, engine, commands, seq)
      await journal.append(batch, mayBlock)
      batch.clear()
    },
    close: async () => {
      try {
        await journal.close()
      } finally {
        await lock.release()
      }
    },
  }
}

export function batchFor(journal: JournalPort): Batch {
  return new Batch(journal.headBytes, journal.tailBytes)
}

/** Stamps and decides the commands onto the batch; returns the last sequence number. One second between commands. */
export function decide(
  batch: Batch,
  engine: DecisionEngine,
  commands: readonly WriteCommand[],
  lastSeq: number,
): number {
  let seq = lastSeq
  const { tape } = batch
  for (const write of commands) {
    const offset = write(tape)
    seq++
    const timeUs = 1_800_000_000_000_000 + seq * 1_000_000
    tape.f64[(offset >> 3) + 1] = seq
    tape.f64[(offset >> 3) + 2] = timeUs
    engine.execute(tape, offset)
    const nobody = { write, onDurable: () => {}, onFailure: () => {} }
    batch.add({ submission: nobody, timeUs, sinceUs: 0, offset, end: tape.end }, seq)
  }
  return seq
}
