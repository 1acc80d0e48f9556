/**
 * The engine's state in a file. Written under another name, synced, renamed: a file with a snapshot's name is whole, or the
 * disk has damaged it, and then its checksum says so before an engine sees it.
 */
import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { diskFiles } from '../journal/journal-files.ts'
import { holdsBlock, type JournalPosition } from '../journal/journal-follower.ts'
import type { DecisionEngine } from '../model/engine-port.ts'
import { BodyDamage, BodyReader, BodyWriter, bytesInFile, writeAll } from './snapshot-body.ts'
import {
  readSnapshotHeader,
  SNAPSHOT_HEADER_BYTES,
  type SnapshotFacts,
  type SnapshotHeader,
  writeSnapshotHeader,
} from './snapshot-header.ts'

/** Saves the state of an engine that stands behind the block at `position`. Returns the header. */
export function writeSnapshot(
  path: string,
  engine: DecisionEngine,
  facts: SnapshotFacts,
  position: JournalPosition,
): SnapshotHeader {
  const fresh = `${path}.${process.pid}.fresh`
  const file = openSync(fresh, 'w', 0o600)
  try {
    const body = new BodyWriter(file, SNAPSHOT_HEADER_BYTES)
    engine.save((bytes) => body.write(bytes))
    const header = { ...facts, position, stateHash: engine.stateHash(), ...body.finish() }
    writeAll(file, writeSnapshotHeader(header), 0)
    fsyncSync(file)
    renameSync(fresh, path)
    diskFiles.syncFolder(dirname(path))
    return header
  } catch (cause) {
    rmSync(fresh, { force: true })
    throw cause
  } finally {
    closeSync(file)
  }
}

/** A snapshot that fits this build and this journal, as its header says. */
export interface FittingSnapshot {
  readonly path: string
  readonly header: SnapshotHeader
}

/** Looks at a snapshot without an engine; returns in words why it does not fit. @param directory folder of the journal */
export function checkSnapshot(path: string, facts: SnapshotFacts, directory: string): FittingSnapshot | string {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(SNAPSHOT_HEADER_BYTES)
    const header = readSnapshotHeader(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)))
    if (typeof header === 'string') return header
    if (header.engineVersion !== facts.engineVersion) {
      return `it was saved by engine ${header.engineVersion}, this build has engine ${facts.engineVersion}`
    }
    if (header.codeHash !== facts.codeHash) return 'it was saved by another build'
    if (header.hashSeed !== facts.hashSeed) return 'it was saved by an engine with another seed'
    if (!isDeepStrictEqual(header.sizes, { ...facts.sizes }))
      return 'it was saved by an engine with tables of other sizes'
    // Cut off, or with something behind it; what stands in between is checked while it is read.
    if (fstatSync(file).size !== SNAPSHOT_HEADER_BYTES + bytesInFile(header.bodyBytes)) return new BodyDamage().message
    if (!holdsBlock(directory, header.position)) {
      return `the journal does not hold the block that it stands behind, which ends with command ${header.position.seq}`
    }
    return { path, header }
  } finally {
    closeSync(file)
  }
}

/** Loads a snapshot into a fresh engine. @throws Error where it is not the state that was saved: the engine is of no use */
export function loadSnapshot({ path, header }: FittingSnapshot, engine: DecisionEngine, onProgress: () => void): void {
  const file = openSync(path, 'r')
  try {
    const body = new BodyReader(file, SNAPSHOT_HEADER_BYTES, header)
    engine.load((into) => {
      onProgress()
      return body.read(into)
    })
  } finally {
    closeSync(file)
  }
  const stateHash = engine.stateHash()
  if (stateHash !== header.stateHash) throw new Error(`state ${stateHash} was loaded, ${header.stateHash} was saved`)
}
