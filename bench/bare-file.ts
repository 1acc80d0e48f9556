/** The floor under every durable answer: a file that is appended to and synced as plainly as can be. */
import { closeSync, fdatasyncSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const MB = 1024 * 1024

/** Filled with zeros before, so that an append changes no length; gone when closed. */
export class BareFile {
  readonly #fd: number
  readonly #bytes: Uint8Array
  readonly #path: string
  #position = 0

  constructor(folder: string, bytes: number) {
    this.#path = join(folder, `portcullis-bare-${process.pid}`)
    this.#fd = openSync(this.#path, 'w')
    this.#bytes = new Uint8Array(bytes).fill(7)
    for (let at = 0; at < 64 * MB; at += MB) writeSync(this.#fd, new Uint8Array(MB), 0, MB, at)
    fsyncSync(this.#fd)
  }

  append(): void {
    writeSync(this.#fd, this.#bytes, 0, this.#bytes.length, this.#position)
    fdatasyncSync(this.#fd)
    this.#position += this.#bytes.length
  }

  close(): void {
    closeSync(this.#fd)
    rmSync(this.#path)
  }
}
