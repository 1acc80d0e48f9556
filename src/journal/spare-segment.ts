/**
 * The next segment's file, filled with zeros while the present one is in use, so that a roll does not wait for the disk
 * and a later fdatasync has no sizes to write: about two thirds of the time (shared numbers). The work is paced by
 * the use of the present segment, twice as fast, in slices, so that it never floods the disk.
 *
 * The file carries its owner's name, since a slice may be on its way to it when another gate takes the folder over. A run
 * that ends in order leaves it as `spare.pjl`, for anybody.
 */
import { join } from 'node:path'
import type { DirectoryLock } from './directory-lock.ts'
import type { JournalFile, JournalFiles } from './journal-files.ts'

const SLICE_BYTES = 1024 * 1024

/** What a segment in the making is for: `spare` for the next roll, `reserve` for a roll on a full disk. */
export type SpareKind = 'spare' | 'reserve'

/** Files that a run has left, with its id before them where it has not ended in order. */
const UNFINISHED = {
  spare: /^(?:[0-9a-f]+\.)?(?:spare|fresh)\.pjl$/,
  reserve: /^(?:[0-9a-f]+\.)?reserve\.pjl$/,
}

export class SpareSegment {
  readonly path: string
  readonly #freeName: string
  readonly #directory: string
  readonly #files: JournalFiles
  readonly #bytes: number
  readonly #onProblem: (cause: unknown) => void
  readonly #zeros: Uint8Array
  #file: JournalFile | undefined
  /** How much of it is filled. */
  #filled = 0
  #working: Promise<void> | undefined
  #stopped = false
  #closing = false

  /**
   * Goes on with the spare that a run left which ended in order. Removes what a crash left: a slice on its way to it would
   * wipe what stands in it by then, and nobody knows for certain that a process is dead.
   */
  constructor(
    kind: SpareKind,
    files: JournalFiles,
    lock: DirectoryLock,
    bytes: number,
    onProblem: (cause: unknown) => void,
  ) {
    this.#directory = lock.directory
    this.#freeName = `${kind}.pjl`
    this.path = join(lock.directory, `${lock.owner}.${this.#freeName}`)
    this.#files = files
    this.#bytes = bytes
    this.#onProblem = onProblem
    this.#zeros = new Uint8Array(Math.min(SLICE_BYTES, bytes))
    for (const name of files.list(this.#directory).filter((name) => UNFINISHED[kind].test(name))) {
      const path = join(this.#directory, name)
      const { size, links } = files.stat(path) ?? { size: 0, links: 0 }
      // A second name is that of a segment: the crash came before the first one was taken away.
      if (this.#file === undefined && name === this.#freeName && size <= bytes && links === 1) {
        files.rename(path, this.path)
        this.#file = files.open(this.path, false)
        this.#filled = size
      } else files.remove(path)
    }
  }

  /** What `finish` still has to write. */
  get missingBytes(): number {
    return this.#bytes - this.#filled
  }

  /** Fills the rest at once. For the start, when nobody waits yet; `onSlice` is called now and then. */
  finish(onSlice: () => void): void {
    this.#file ??= this.#files.open(this.path, true)
    while (this.#filled < this.#bytes) {
      const slice = this.#slice()
      this.#file.write(slice, this.#filled)
      this.#filled += slice.length
      onSlice()
    }
    this.#file.sync()
  }

  /** Gives its room back. */
  remove(): void {
    this.#file?.close()
    this.#file = undefined
    this.#files.remove(this.path)
  }

  /** Begins the next slice if the spare is behind the use of the present segment. */
  advance(usedBytes: number): void {
    if (this.#working !== undefined || this.#stopped || this.#closing || this.#filled >= this.#bytes) return
    if (this.#filled >= 2 * usedBytes) return
    this.#working = this.#fillSlice()
  }

  /** True where it could not be filled. */
  get hasStopped(): boolean {
    return this.#stopped
  }

  /** Tries again, where the disk has room again. */
  resume(): void {
    this.#stopped = false
  }

  /** Gives the file away if it is whole, else undefined; the next spare then begins from nothing. */
  take(): JournalFile | undefined {
    if (this.#working !== undefined || this.#filled < this.#bytes) return undefined
    const file = this.#file
    this.#file = undefined
    this.#filled = 0
    return file
  }

  async close(): Promise<void> {
    this.#closing = true
    await this.#working
    if (this.#file === undefined) return
    this.#file.close()
    this.#file = undefined
    // Gone where another gate has taken the folder over.
    if (this.#files.stat(this.path)) this.#files.rename(this.path, join(this.#directory, this.#freeName))
  }

  async #fillSlice(): Promise<void> {
    try {
      this.#file ??= this.#files.open(this.path, true)
      const slice = this.#slice()
      await this.#file.writeLater(slice, this.#filled)
      await this.#file.syncLater()
      this.#filled += slice.length
    } catch (cause) {
      // Without a spare the next roll makes its file itself; if the disk is full it fails there, and says so.
      this.#stopped = true
      this.#forget()
      this.#onProblem(cause)
    }
    this.#working = undefined
  }

  /**
   * Of a file whose sync failed the system takes all for written, its size too, whether it is or not: no later sync of it
   * says anything. Another one is begun from nothing.
   */
  #forget(): void {
    this.#filled = 0
    try {
      this.remove()
    } catch (cause) {
      this.#file = undefined
      this.#onProblem(cause)
    }
  }

  #slice(): Uint8Array {
    return this.#zeros.subarray(0, Math.min(this.#zeros.length, this.#bytes - this.#filled))
  }
}
