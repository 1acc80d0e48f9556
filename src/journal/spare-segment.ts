/**
 * The next segment's file, filled with zeros while the present one is in use, so that a roll does not wait for the disk
 * and a later fdatasync has no sizes to write: about two thirds of the time (shared numbers). The work is paced by
 * the use of the present segment, twice as fast, in slices, so that it never floods the disk.
 */
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { JournalFile, JournalFiles } from './journal-files.ts'

const SLICE_BYTES = 1024 * 1024

export class SpareSegment {
  readonly path: string
  readonly #files: JournalFiles
  readonly #bytes: number
  readonly #onProblem: (cause: unknown) => void
  readonly #zeros: Uint8Array
  #file: JournalFile | undefined
  /** How much of it is filled. */
  #filled = 0
  #working: Promise<void> | undefined
  #stopped = false

  /** Goes on with the spare that an earlier process left, unless it is larger than `bytes`. */
  constructor(files: JournalFiles, directory: string, bytes: number, onProblem: (cause: unknown) => void) {
    this.path = join(directory, 'spare.pjl')
    this.#files = files
    this.#bytes = bytes
    this.#onProblem = onProblem
    this.#zeros = new Uint8Array(Math.min(SLICE_BYTES, bytes))
    const left = statSync(this.path, { throwIfNoEntry: false })?.size
    if (left !== undefined && left <= bytes) {
      this.#file = files.open(this.path, false)
      this.#filled = left
    } else rmSync(this.path, { force: true })
  }

  /** Fills the rest at once. For the start, when nobody waits yet. */
  finish(): void {
    this.#file ??= this.#files.open(this.path, true)
    while (this.#filled < this.#bytes) {
      const slice = this.#slice()
      this.#file.write(slice, this.#filled)
      this.#filled += slice.length
    }
    this.#file.sync()
  }

  /** Begins the next slice if the spare is behind the use of the present segment. */
  advance(usedBytes: number): void {
    if (this.#working !== undefined || this.#stopped || this.#filled >= this.#bytes) return
    if (this.#filled >= 2 * usedBytes) return
    this.#working = this.#fillSlice()
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
    this.#stopped = true
    await this.#working
    this.#file?.close()
    this.#file = undefined
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
      this.#onProblem(cause)
    }
    this.#working = undefined
  }

  #slice(): Uint8Array {
    return this.#zeros.subarray(0, Math.min(this.#zeros.length, this.#bytes - this.#filled))
  }
}
