/** The snapshots of a journal: the newest few, in a folder inside the journal's. Each can be removed at any time. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { JournalPosition } from '../journal/journal-follower.ts'
import type { DecisionEngine } from '../model/engine-port.ts'
import { checkSnapshot, loadSnapshot, writeSnapshot } from './snapshot-file.ts'
import type { SnapshotFacts, SnapshotHeader } from './snapshot-header.ts'

/** The newest may be damaged; behind two that are, the journal itself is read. */
export const SNAPSHOTS_KEPT = 2
const NAME = /^\d{16}\.state$/

/** An engine that was loaded, and the block that it stands behind. */
export interface Loaded<E extends DecisionEngine> {
  readonly engine: E
  readonly position: JournalPosition
  readonly path: string
}

/** Saves the state under its sequence number and removes all but the newest before it. One process at a time. */
export function saveSnapshot(
  directory: string,
  engine: DecisionEngine,
  facts: SnapshotFacts,
  position: JournalPosition,
  kept = SNAPSHOTS_KEPT,
): SnapshotHeader {
  const folder = removeUnfinished(directory)
  const name = nameOf(position.seq)
  const header = writeSnapshot(join(folder, name), engine, facts, position)
  // Higher numbers are of a journal that was longer once.
  const newest = snapshotsOf(directory).filter((other) => other <= name)
  const staying = newest.slice(0, kept)
  for (const other of snapshotsOf(directory)) if (!staying.includes(other)) rmSync(join(folder, other), { force: true })
  return header
}

/** Removes what one who saved and was killed has left. Returns the folder, which is made if need be. */
export function removeUnfinished(directory: string): string {
  const folder = snapshotFolder(directory)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const name of readdirSync(folder)) if (name.endsWith('.fresh')) rmSync(join(folder, name), { force: true })
  return folder
}

/**
 * Loads the newest snapshot that fits into an engine of `makeEngine`; undefined where none does, and then the journal is read
 * from its first block. `say` is told in one line of each one that does not fit, `onProgress` is
 * called now and then, by which a gate shows that it lives.
 */
export function loadNewest<E extends DecisionEngine>(
  directory: string,
  facts: SnapshotFacts,
  makeEngine: () => E,
  say: (line: string) => void,
  onProgress: () => void = () => {},
): Loaded<E> | undefined {
  for (const name of snapshotsOf(directory)) {
    const path = join(snapshotFolder(directory), name)
    const fitting = checkSnapshot(path, facts, directory)
    if (typeof fitting === 'string') {
      say(`snapshot ${path} is ignored: ${fitting}`)
      continue
    }
    const engine = makeEngine()
    try {
      loadSnapshot(fitting, engine, onProgress)
    } catch (cause) {
      say(`snapshot ${path} is ignored: ${(cause as Error).message}`)
      continue
    }
    return { engine, position: fitting.header.position, path }
  }
  return undefined
}

/** Names of the snapshots, newest first. */
export function snapshotsOf(directory: string): string[] {
  const folder = snapshotFolder(directory)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort()
    .reverse()
}

/** Where the snapshots of a journal are. */
export function snapshotFolder(directory: string): string {
  return join(directory, 'snapshots')
}

function nameOf(seq: number): string {
  return `${String(seq).padStart(16, '0')}.state`
}
