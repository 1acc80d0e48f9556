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

  /**
   * A column: four lanes that each take every fourth word, which the processor reckons side by side, since a table of
   * millions of rows is hashed at each start from a snapshot. What they come to, and the words left over, go the way of `int`.
   */
  protected override run(words: Int32Array): void {
    let a = this.#a
    let b = this.#b
    let c = ~a
    let d = ~b
    let sumA = 0
    let sumB = 0
    let sumC = 0
    let sumD = 0
    const whole = words.length & ~3
    for (let at = 0; at < whole; at = (at + 4) | 0) {
      a = Math.imul(((a << 13) | (a >>> 19)) ^ words[at]!, 0x5bd1e995)
      b = Math.imul(((b << 13) | (b >>> 19)) ^ words[(at + 1) | 0]!, 0x5bd1e995)
      c = Math.imul(((c << 13) | (c >>> 19)) ^ words[(at + 2) | 0]!, 0x5bd1e995)
      d = Math.imul(((d << 13) | (d >>> 19)) ^ words[(at + 3) | 0]!, 0x5bd1e995)
      sumA = (((sumA << 5) | (sumA >>> 27)) + a) | 0
      sumB = (((sumB << 5) | (sumB >>> 27)) + b) | 0
      sumC = (((sumC << 5) | (sumC >>> 27)) + c) | 0
      sumD = (((sumD << 5) | (sumD >>> 27)) + d) | 0
    }
    if (whole > 0) for (const lane of [a, b, c, d, sumA, sumB, sumC, sumD]) this.int(lane)
    for (let at = whole; at < words.length; at++) this.int(words[at]!)
  }

  digest(): string {
    const hex = (value: number) => (value >>> 0).toString(16).padStart(8, '0')
    return hex(this.#a) + hex(this.#b)
  }
}
