/** Brings a gate's engine to where its journal ends: from the newest snapshot that fits, else from the first block. */
import { tell } from '../gateway/log-events.ts'
import type { Logger } from '../gateway/logger.ts'
import type { DirectoryLock } from '../journal/directory-lock.ts'
import { AheadReader } from '../journal/read-ahead.ts'
import type { DecisionEngine } from '../model/engine-port.ts'
import { Recovery } from '../replay/recover.ts'
import type { SnapshotFacts } from '../replay/snapshot-header.ts'
import { loadNewest } from '../replay/snapshots.ts'
import { RecentBlocks } from './recent-blocks.ts'

/** What a start has come from. */
export interface RecoveredFrom {
  /** The snapshot's file; undefined where the journal was read from its first block. */
  readonly snapshot: string | undefined
  /** Commands of the journal that were applied behind it. */
  readonly entries: number
}

/** As a person is told. */
export function recoveredInWords({ snapshot, entries }: RecoveredFrom): string {
  return snapshot === undefined
    ? `came back from ${entries} commands of the journal`
    : `came back from ${snapshot} and ${entries} commands behind it`
}

export interface RecoveredEngine<E extends DecisionEngine> {
  readonly engine: E
  /** The journal, read to its end. */
  readonly reader: AheadReader
  readonly recent: RecentBlocks
  readonly lastSeq: number
  readonly lastTimeUs: number
  readonly from: RecoveredFrom
}

/** @throws JournalDamage, JournalTooNew */
export async function recoverEngine<E extends DecisionEngine>(
  lock: Pick<DirectoryLock, 'directory' | 'renew'>,
  facts: SnapshotFacts,
  makeEngine: () => E,
  logger: Pick<Logger, 'info' | 'warn'>,
): Promise<RecoveredEngine<E>> {
  const { directory } = lock
  const onProgress = () => lock.renew()
  const loaded = loadNewest(
    directory,
    facts,
    makeEngine,
    (line) => tell(logger, 'snapshot.ignored', { why: line }),
    onProgress,
  )
  const engine = loaded?.engine ?? makeEngine()
  const reader = new AheadReader(directory, { onProgress })
  const recent = new RecentBlocks(directory, loaded?.position)
  const recovery = new Recovery(engine, loaded?.position.seq)
  for await (const blocks of reader.segments(recent.firstSegment)) {
    for (const block of blocks) {
      recent.take(block)
      recovery.apply(block)
    }
  }
  const { lastSeq, lastTimeUs, entries } = recovery.finish(reader.end)
  tell(logger, 'gate.recovered', { entries, snapshot: loaded?.path, seq: lastSeq })
  return { engine, reader, recent, lastSeq, lastTimeUs, from: { snapshot: loaded?.path, entries } }
}
