/** A running hash of the whole state: equal states give equal hashes. For comparison, not for security. */
import { StateVisitor } from './state-visitor.ts'

export class StateHash extends StateVisitor {
  override readonly isLoading = false
  #a = 0x243f6a88
  #b = 0x85a308d3
  readonly #double = new Float64Array(1)
  readonly #words = new Int32Array(this.#double.buffer)

  override int(value: number): number {
    this.#a = Math.imul((this.#a << 13) | (this.#a >>> 19), 0x5bd1e995) ^ Math.imul(value, 0x1b873593)
    this.#b = (Math.imul(this.#b ^ value, 0x01000193) + (this.#a >>> 7)) | 0
    return value
  }

  override num(value: number): number {
    this.#double[0] = value
    this.int(this.#words[0]!)
    this.int(this.#words[1]!)
    return value
  }

  /** What `int` does, word by word: tables are long, so the two halves stay in registers. */
  protected override run(words: Int32Array): void {
    let a = this.#a
    let b = this.#b
    const count = words.length
    for (let at = 0; at < count; at++) {
      const value = words[at]
      a = Math.imul((a << 13) | (a >>> 19), 0x5bd1e995) ^ Math.imul(value, 0x1b873593)
      b = (Math.imul(b ^ value, 0x01000193) + (a >>> 7)) | 0
    }
    this.#a = a
    this.#b = b
  }

  digest(): string {
    const hex = (value: number) => (value >>> 0).toString(16).padStart(8, '0')
    return hex(this.#a) + hex(this.#b)
  }
}
