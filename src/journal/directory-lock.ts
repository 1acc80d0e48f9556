/**
 * Keeps a second gate off a journal's folder: the kernel's name for the gates of one namespace, the owner file for the
 * others, and a mark on the last segment for whoever goes on in spite of both. docs/decisions/0011-journal-blocks.md.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { type LockWorld, systemLockWorld } from './lock-world.ts'
import type { NameLock } from './name-lock.ts'
import { OwnerFile, type Predecessor } from './owner-file.ts'
import { fenceLastSegment } from './segment-fence.ts'

export interface DirectoryLock {
  readonly directory: string
  /** Hex digits that no other holder has: they open the names of its unfinished files. */
  readonly owner: string
  readonly predecessor: Predecessor
  /** True where the last renewal found another owner. To be asked before each block. */
  readonly isLost: boolean
  /** Looks now. @throws OwnershipLost where the folder has another owner */
  assertHeld(): void
  /** To be called at least twice a second by work that keeps timers from coming round. */
  renew(): void
  release(): Promise<void>
}

/** Makes the folder if need be and locks it. Throws DirectoryLocked where another process, or this one, holds it. */
export async function lockDirectory(directory: string, world: LockWorld = systemLockWorld()): Promise<DirectoryLock> {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const name = await world.takeName(directory)
  try {
    const file = world.hasNamespaces ? await OwnerFile.take(directory, name.name, world) : undefined
    const lock = lockOf(directory, name, file)
    try {
      fenceLastSegment(directory)
    } catch (cause) {
      file?.release()
      throw cause
    }
    return lock
  } catch (cause) {
    await name.release()
    throw cause
  }
}

function lockOf(directory: string, name: NameLock, file: OwnerFile | undefined): DirectoryLock {
  return {
    directory,
    owner: file?.id ?? randomBytes(8).toString('hex'),
    // A name that reaches over the whole machine was given back by a process that is gone.
    predecessor: file?.predecessor ?? 'dead',
    get isLost() {
      return file?.isLost ?? false
    },
    assertHeld: () => file?.assertHeld(),
    renew: () => file?.renew(),
    release: async () => {
      // The file first: whoever waits for the name finds nothing to watch.
      file?.release()
      await name.release()
    },
  }
}
