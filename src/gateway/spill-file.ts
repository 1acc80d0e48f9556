/**
 * Cancels that passed while the journal was down, one line each, synced: a file beside the journal, which
 * is not written again. State catches up from execution reports; the file says what was let through meanwhile, and the next
 * start brings it to the journal.
 */
import { closeSync, fdatasyncSync, fstatSync, openSync, writeSync } from 'node:fs'

/** More than any outage needs; behind it a cancel still passes and is only logged. */
const BYTES_MAX = 64 * 1024 * 1024

export class SpillFile {
  readonly #path: string
  #file: number | undefined
  #bytes = 0

  constructor(path: string) {
    this.#path = path
  }

  /** Adds a cancel; false where it could not be kept, which stops no cancel. */
  add(session: string, owner: string, origClOrdID: string, clOrdID: string): boolean {
    const line = `${JSON.stringify({ time: new Date().toISOString(), session, owner, origClOrdID, clOrdID })}\n`
    if (this.#bytes + line.length > BYTES_MAX) return false
    try {
      this.#file ??= this.#open()
      this.#bytes += writeSync(this.#file, line)
      fdatasyncSync(this.#file)
      return true
    } catch {
      // The disk that took the journal down may take this down too.
      return false
    }
  }

  #open(): number {
    const file = openSync(this.#path, 'a', 0o600)
    this.#bytes = fstatSync(file).size
    return file
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}
