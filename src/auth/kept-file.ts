/**
 * A file of secrets that a running gate writes again and again: whole, on the disk before anybody is answered, and beside
 * the gate's work. However many ask at once, one write is under way and one waits.
 */
import type { SecretFiles } from './secret-files.ts'

export class KeptFile {
  readonly #files: SecretFiles
  readonly #name: string
  readonly #text: () => string
  #writing: Promise<void> | undefined
  #waiting: Promise<void> | undefined

  /** @param text what the file shall say, asked when a write begins */
  constructor(files: SecretFiles, name: string, text: () => string) {
    this.#files = files
    this.#name = name
    this.#text = text
  }

  read(): string | undefined {
    return this.#files.read(this.#name)
  }

  /** Settles once what stands now is on the disk. @throws Error of the system where it cannot be written */
  save(): Promise<void> {
    if (this.#writing === undefined) return this.#write()
    // What is being written may not have this change in it.
    this.#waiting ??= this.#writing.catch(() => {}).then(() => this.#write())
    return this.#waiting
  }

  #write(): Promise<void> {
    this.#waiting = undefined
    this.#writing = this.#files.replace(this.#name, this.#text()).finally(() => {
      if (this.#waiting === undefined) this.#writing = undefined
    })
    return this.#writing
  }
}
