/**
 * The engine's state in a file. Written under another name, synced, renamed: a file with a snapshot's name is whole, or the
 * disk has damaged it, and then its checksum says so before an engine sees it.
 */
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { crc32 } from 'node:zlib'
import { diskFiles } from '../journal/journal-files.ts'
import { holdsBlock, type JournalPosition } from '../journal/journal-follower.ts'
import type { DecisionEngine } from '../model/engine-port.ts'
import {
  readSnapshotHeader,
  SNAPSHOT_HEADER_BYTES,
  type SnapshotFacts,
  type SnapshotHeader,
  writeSnapshotHeader,
} from './snapshot-header.ts'

const CHECKED_BYTES = 4 * 1024 * 1024

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
    let bodyBytes = 0
    let bodyCrc = 0
    engine.save((bytes) => {
      writeAll(file, bytes, SNAPSHOT_HEADER_BYTES + bodyBytes)
      bodyBytes += bytes.length
      bodyCrc = crc32(bytes, bodyCrc)
    })
    const header = { ...facts, position, stateHash: engine.stateHash(), bodyBytes, bodyCrc }
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

/** A snapshot that is whole, and fits this build and this journal. */
export interface FittingSnapshot {
  readonly path: string
  readonly header: SnapshotHeader
}

/** Looks at a snapshot without an engine; returns in words why it does not fit. @param directory folder of the journal */
export function checkSnapshot(
  path: string,
  facts: SnapshotFacts,
  directory: string,
  onProgress: () => void,
): FittingSnapshot | string {
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
    if (!isBodyWhole(file, header, onProgress)) return 'its bytes do not match their checksum'
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
  const end = SNAPSHOT_HEADER_BYTES + header.bodyBytes
  let at = SNAPSHOT_HEADER_BYTES
  try {
    engine.load((into) => {
      const read = readSync(file, into, 0, Math.min(into.length, end - at), at)
      at += read
      onProgress()
      return read
    })
  } finally {
    closeSync(file)
  }
  const stateHash = engine.stateHash()
  if (stateHash !== header.stateHash) throw new Error(`state ${stateHash} was loaded, ${header.stateHash} was saved`)
}

function isBodyWhole(file: number, { bodyBytes, bodyCrc }: SnapshotHeader, onProgress: () => void): boolean {
  const bytes = new Uint8Array(CHECKED_BYTES)
  let crc = 0
  let done = 0
  for (;;) {
    const read = readSync(file, bytes, 0, bytes.length, SNAPSHOT_HEADER_BYTES + done)
    if (read === 0) return done === bodyBytes && crc === bodyCrc
    crc = crc32(bytes.subarray(0, read), crc)
    done += read
    onProgress()
  }
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  let done = 0
  while (done < bytes.length) done += writeSync(file, bytes, done, bytes.length - done, position + done)
}
