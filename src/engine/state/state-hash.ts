/** A running hash of the whole state: equal states give equal hashes. For comparison, not for security. */
export class StateHash {
  #a = 0x243f6a88
  #b = 0x85a308d3
  readonly #double = new Float64Array(1)
  readonly #words = new Int32Array(this.#double.buffer)

  int(value: number): void {
    this.#a = Math.imul((this.#a << 13) | (this.#a >>> 19), 0x5bd1e995) ^ Math.imul(value, 0x1b873593)
    this.#b = (Math.imul(this.#b ^ value, 0x01000193) + (this.#a >>> 7)) | 0
  }

  num(value: number): void {
    this.#double[0] = value
    this.int(this.#words[0]!)
    this.int(this.#words[1]!)
  }

  ints(values: Int32Array, count: number): void {
    this.int(count)
    this.#run(values, count)
  }

  nums(values: Float64Array, count: number): void {
    this.int(count)
    this.#run(new Int32Array(values.buffer, values.byteOffset, count * 2), count * 2)
  }

  /** What `int` does, word by word: tables are long, so the two halves stay in registers. */
  #run(words: Int32Array, count: number): void {
    let a = this.#a
    let b = this.#b
    for (let at = 0; at < count; at++) {
      const value = words[at]
      a = Math.imul((a << 13) | (a >>> 19), 0x5bd1e995) ^ Math.imul(value, 0x1b873593)
      b = (Math.imul(b ^ value, 0x01000193) + (a >>> 7)) | 0
    }
    this.#a = a
    this.#b = b
  }

  text(value: string): void {
    this.int(value.length)
    for (let i = 0; i < value.length; i++) this.int(value.charCodeAt(i))
  }

  digest(): string {
    const hex = (value: number) => (value >>> 0).toString(16).padStart(8, '0')
    return hex(this.#a) + hex(this.#b)
  }
}
