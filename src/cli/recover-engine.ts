/** Brings a gate's engine to where its journal ends: from the newest snapshot that fits, else from the first block. */
import type { Logger } from '../gateway/logger.ts'
import type { DirectoryLock } from '../journal/directory-lock.ts'
import { JournalReader } from '../journal/journal-reader.ts'
import type { DecisionEngine } from '../model/engine-port.ts'
import { recover } from '../replay/recover.ts'
import type { SnapshotFacts } from '../replay/snapshot-header.ts'
import { loadNewest } from '../replay/snapshots.ts'
import { RecentBlocks } from './recent-blocks.ts'

export interface RecoveredEngine<E extends DecisionEngine> {
  readonly engine: E
  /** The journal, read to its end. */
  readonly reader: JournalReader
  readonly recent: RecentBlocks
  readonly lastSeq: number
  readonly lastTimeUs: number
}

/** @throws JournalDamage, JournalTooNew */
export function recoverEngine<E extends DecisionEngine>(
  lock: DirectoryLock,
  facts: SnapshotFacts,
  makeEngine: () => E,
  logger: Logger,
): RecoveredEngine<E> {
  const { directory } = lock
  const renew = () => lock.renew()
  const loaded = loadNewest(directory, facts, makeEngine, (line) => logger.warn({}, line), renew)
  const engine = loaded?.engine ?? makeEngine()
  const reader = new JournalReader(directory, renew)
  const recent = new RecentBlocks(reader, loaded?.position)
  const { lastSeq, lastTimeUs, entries } = recover(engine, recent, loaded?.position.seq)
  logger.info({ entries, snapshot: loaded?.path }, 'recovered from the journal')
  return { engine, reader, recent, lastSeq, lastTimeUs }
}
