/**
 * How much room the journal's disk still has, by two watermarks: below the upper one somebody should be told, below the lower
 * one only what must never be refused is journaled. Looked at once a second, and when a segment is full.
 */
import type { DiskRoom, Notice } from '../sequencer/ports.ts'

const MB = 1024 * 1024

/** Where a disk is low, and where it is full: a share of it, or so many bytes, whichever is more. */
export interface Watermarks {
  readonly lowShare: number
  readonly lowBytes: number
  readonly fullShare: number
  readonly fullBytes: number
}

/**
 * The shares are those of docs/reference/journal.md. On a small disk they are less than a gate needs: at the lower mark there
 * must be room for four segments, which hold the cancels, executions and kills of a full trading day.
 */
export const WATERMARKS: Watermarks = {
  ...{ lowShare: 0.05, lowBytes: 1024 * MB },
  ...{ fullShare: 0.02, fullBytes: 256 * MB },
}
/** A mark that was passed is left only a tenth above it: who stands on it does not come and go. */
const [AT, ABOVE] = [10, 11]

export interface DiskSize {
  readonly freeBytes: number
  readonly totalBytes: number
}

export class DiskWatch {
  readonly #measure: () => DiskSize
  readonly #marks: Watermarks
  #room: DiskRoom = 'enough'
  #told: DiskRoom = 'enough'
  #size: DiskSize = { freeBytes: Number.NaN, totalBytes: Number.NaN }

  constructor(measure: () => DiskSize, marks: Watermarks) {
    this.#measure = measure
    this.#marks = marks
    this.look()
  }

  get room(): DiskRoom {
    return this.#room
  }

  look(): void {
    try {
      this.#size = this.#measure()
      this.#room = this.#judge(this.#size)
    } catch {
      // What is not known does not pass.
      this.#size = { freeBytes: Number.NaN, totalBytes: Number.NaN }
      this.#room = 'full'
    }
  }

  /** What has changed since it was last asked, for an operator. */
  notice(): Notice | undefined {
    if (this.#room === this.#told) return undefined
    this.#told = this.#room
    return { code: 'DISK_ROOM', room: this.#room, ...this.#size }
  }

  #judge({ freeBytes, totalBytes }: DiskSize): DiskRoom {
    const { lowShare, lowBytes, fullShare, fullBytes } = this.#marks
    const isBelow = (share: number, bytes: number, was: boolean) =>
      !(freeBytes * AT >= Math.max(share * totalBytes, bytes) * (was ? ABOVE : AT))
    if (isBelow(fullShare, fullBytes, this.#room === 'full')) return 'full'
    return isBelow(lowShare, lowBytes, this.#room !== 'enough') ? 'low' : 'enough'
  }
}
