/** Writes the whole state as bytes: what is small is gathered, a column is written from where it stands. */
import { StateVisitor } from './state-visitor.ts'

/** Words that are gathered before they are written. */
const GATHERED = 1 << 14

export class StateSaver extends StateVisitor {
  override readonly isLoading = false
  readonly #write: (bytes: Uint8Array) => void
  readonly #gathered = new Int32Array(GATHERED)
  #end = 0
  readonly #double = new Float64Array(1)
  readonly #words = new Int32Array(this.#double.buffer)

  /** `write` must be done with the bytes when it returns: they are the state itself. */
  constructor(write: (bytes: Uint8Array) => void) {
    super()
    this.#write = write
  }

  override int(value: number): number {
    if (this.#end === GATHERED) this.finish()
    this.#gathered[this.#end++] = value
    return value
  }

  override num(value: number): number {
    this.#double[0] = value
    this.int(this.#words[0]!)
    this.int(this.#words[1]!)
    return value
  }

  protected override run(words: Int32Array): void {
    if (this.#end + words.length > GATHERED) this.finish()
    if (words.length > GATHERED) return this.#write(new Uint8Array(words.buffer, words.byteOffset, words.byteLength))
    this.#gathered.set(words, this.#end)
    this.#end += words.length
  }

  /** Writes what is gathered; once more after the last table. */
  finish(): void {
    if (this.#end > 0) this.#write(new Uint8Array(this.#gathered.buffer, 0, this.#end * 4))
    this.#end = 0
  }
}
