/**
 * What the next gate does to the last segment of the one before it, once, before it writes a segment of its own: moves a
 * torn tail aside and makes the last block surely durable. After that nobody writes the file again.
 *
 * Where it is not sure that the one before it is gone, the file is written anew and takes the old one's place: what a
 * process that wakes up later still writes goes to a file that no name leads to.
 */
import { dirname } from 'node:path'
import type { JournalFiles } from './journal-files.ts'
import type { JournalEnd } from './journal-reader.ts'

/** Bytes of a copy that are in memory at once. */
const COPY_BYTES = 8 * 1024 * 1024

/**
 * Leaves the last segment closed behind its last whole block. Returns the path of the moved tail, if there was one.
 * @param freshPath where the file is written that takes the old one's place; undefined where its writer is surely gone
 */
export function cutTail(end: JournalEnd, files: JournalFiles, freshPath: string | undefined): string | undefined {
  if (end.segment === undefined) return undefined
  const moved = end.tornUntil === undefined ? undefined : moveAside(end, end.tornUntil, files)
  if (freshPath === undefined) cutInPlace(end, files)
  else replace(end, files, freshPath)
  return moved
}

function cutInPlace(end: JournalEnd, files: JournalFiles): void {
  const file = files.open(end.file, false)
  try {
    // Of a cut that is cut short itself each sector's share is there whole or not at all, so that it is still a torn tail;
    // zeros that are written over it could end inside a header.
    if (end.tornUntil !== undefined) file.truncate(end.offset)
    if (end.lastBlock !== undefined) {
      // Only the last block may be unsynced. Where its sync failed the system may have marked its pages clean, though
      // they never reached the disk: only writing it again makes sure of what is about to be applied.
      file.write(bytesOf(files, end.file, end.lastBlock, end.offset), end.lastBlock)
    }
    file.sync()
    file.truncate(end.offset)
    file.sync()
  } finally {
    file.close()
  }
  // A crash may have come between the segment and the sync of its name: none may follow one that could still go.
  files.syncFolder(dirname(end.file))
}

function replace(end: JournalEnd, files: JournalFiles, freshPath: string): void {
  const file = files.open(freshPath, true)
  try {
    for (let at = 0; at < end.offset; at += COPY_BYTES) {
      file.write(bytesOf(files, end.file, at, Math.min(end.offset, at + COPY_BYTES)), at)
    }
    file.sync()
  } finally {
    file.close()
  }
  files.rename(freshPath, end.file)
  files.syncFolder(dirname(end.file))
}

function moveAside(end: JournalEnd, until: number, files: JournalFiles): string {
  const name = `${end.file}.torn-${end.offset}`
  let path = name
  // A crash in the middle of a cut leaves the tail in both places.
  for (let i = 2; files.stat(path) !== undefined; i++) path = `${name}-${i}`
  const file = files.open(path, true)
  try {
    file.write(bytesOf(files, end.file, end.offset, until), 0)
    file.sync()
  } finally {
    file.close()
  }
  return path
}

function bytesOf(files: JournalFiles, path: string, from: number, until: number): Uint8Array {
  const bytes = new Uint8Array(until - from)
  if (files.read(path, bytes, from) < bytes.length) throw new Error(`${path} became shorter while it was read`)
  return bytes
}
