/**
 * Keeps a gate that lost its folder without knowing it from answering: whoever begins on a journal marks its last segment
 * before reading it, and whoever writes a segment looks for the mark after each sync and before the answer. An answer that
 * went out so went out before the mark, and its block is in what is read behind it. No lock is needed for that.
 *
 * The mark is the file's size. A segment in use has one size from its first block to its last; a mark makes it 4 bytes
 * over a multiple of 8, with zeros, which a reader passes over and the next start cuts off.
 */
import { join } from 'node:path'
import { diskFiles, type JournalFile, type JournalFiles } from './journal-files.ts'
import { OwnershipLost } from './owner-file.ts'
import { segmentNumber } from './segment-header.ts'

const MARK_BYTES = 4

/** Marks the last segment of the folder, if there is one. For the holder of the lock, before it reads. */
export function fenceLastSegment(directory: string, files: JournalFiles = diskFiles): void {
  let marked: string | undefined
  for (;;) {
    const last = files
      .list(directory)
      .filter((name) => segmentNumber(name) !== undefined)
      .sort()
      .at(-1)
    // A writer that opened the next segment in between, and saw no mark, is caught in that one.
    if (last === undefined || last === marked) return
    const path = join(directory, last)
    const size = files.stat(path)?.size ?? 0
    if (size % 8 !== MARK_BYTES) {
      const file = files.open(path, false)
      try {
        file.truncate(Math.ceil(size / 8) * 8 + MARK_BYTES)
      } finally {
        file.close()
      }
    }
    marked = last
  }
}

/** @throws OwnershipLost where the open segment, which should have so many bytes, was marked or cut */
export function assertUnmarked(file: JournalFile, bytes: number, path: string): void {
  if (!file.endsAt(bytes)) throw new OwnershipLost(`${path} has no longer ${bytes} bytes`)
}
