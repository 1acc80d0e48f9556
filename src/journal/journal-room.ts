/** Whether the disk holds what a start writes: the next segment and the reserve, whole, before anything is decided. */
import { statfsSync } from 'node:fs'
import type { DiskSize } from './disk-room.ts'

const MB = 1024 * 1024
/** Besides the segment: a torn tail that is kept, names, sizes. */
const MARGIN_BYTES = 2 * MB

/** The disk is too full for another segment. A person has to make room: to start again would only repeat it. */
export class JournalNoRoom extends Error {
  constructor(directory: string, neededBytes: number, freeBytes: number, cause?: unknown) {
    const [needed, free] = [Math.ceil(neededBytes / MB), Math.floor(freeBytes / MB)]
    super(
      `no room for the journal: a start needs ${needed} MB on the disk of ${directory}, and ${free} MB are free. ` +
        'Make room there, or move the whole data folder to a larger disk, and start again; the journal itself is whole',
      { cause },
    )
    this.name = 'JournalNoRoom'
  }
}

/** The size of the folder's disk, as far as this user can use it. */
export function diskSizeOf(directory: string): DiskSize {
  const { bavail, bfree, blocks, bsize } = statfsSync(directory)
  // What is kept for the superuser is neither free nor ours.
  return { freeBytes: bavail * bsize, totalBytes: (blocks - bfree + bavail) * bsize }
}

/** @throws JournalNoRoom */
export function assertRoom(directory: string, segmentBytes: number, freeBytes: number): void {
  const needed = segmentBytes + MARGIN_BYTES
  if (freeBytes < needed) throw new JournalNoRoom(directory, needed, freeBytes)
}

/** True where the system says that disk or quota is full: a quota does not show in what is free. */
export function isRoomMissing(cause: unknown): boolean {
  const { code } = cause as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT'
}
