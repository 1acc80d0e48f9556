/** Reads what a StateSaver wrote: what is small through a buffer, a column into where it stands. */
import { StateVisitor } from './state-visitor.ts'

const BUFFERED = 1 << 16

export class StateLoader extends StateVisitor {
  override readonly isLoading = true
  readonly #read: (into: Uint8Array) => number
  readonly #words = new Int32Array(BUFFERED / 4)
  readonly #bytes = new Uint8Array(this.#words.buffer)
  #at = 0
  #end = 0
  readonly #halves = new Int32Array(2)
  readonly #double = new Float64Array(this.#halves.buffer)

  /** `read` fills as much of the array as it can and says how many bytes that were; 0 only at the end. */
  constructor(read: (into: Uint8Array) => number) {
    super()
    this.#read = read
  }

  override int(_shown: number): number {
    if (this.#at === this.#end) this.#fill()
    const value = this.#words[this.#at >> 2]!
    this.#at += 4
    return value
  }

  override num(_shown: number): number {
    this.#halves[0] = this.int(0)
    this.#halves[1] = this.int(0)
    return this.#double[0]!
  }

  protected override run(words: Int32Array): void {
    const into = new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
    const buffered = Math.min(into.length, this.#end - this.#at)
    into.set(this.#bytes.subarray(this.#at, this.#at + buffered))
    this.#at += buffered
    this.#readWhole(into.subarray(buffered))
  }

  /** @throws RangeError where anything is left behind the last table */
  finish(): void {
    if (this.#at !== this.#end || this.#read(new Uint8Array(1)) !== 0) throw new RangeError('the state goes on')
  }

  #fill(): void {
    this.#at = 0
    this.#end = this.#read(this.#bytes)
    if (this.#end === 0) throw new RangeError('the state ends too early')
    const rest = (4 - (this.#end & 3)) & 3
    this.#readWhole(this.#bytes.subarray(this.#end, this.#end + rest))
    this.#end += rest
  }

  #readWhole(into: Uint8Array): void {
    for (let at = 0; at < into.length; ) {
      const read = this.#read(into.subarray(at))
      if (read === 0) throw new RangeError('the state ends too early')
      at += read
    }
  }
}
