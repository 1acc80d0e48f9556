/**
 * Open-addressing hash table from two int32 keys to an int32: no objects, no boxing, deterministic.
 * It grows by doubling, which only definitions and limits do; nothing on the order path adds to one that is full.
 */
import type { StateVisitor } from './state-visitor.ts'

const EMPTY = -1

/** Mixes two keys to 32 bits (the finaliser of MurmurHash3, public domain). */
export function mix(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b ^ 0x7f4a7c15, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

export class IntTable {
  size = 0
  /** Four words a slot: key a, key b, value, used (EMPTY or 0). */
  #words: Int32Array
  #mask: number

  constructor(capacity: number) {
    let slots = 16
    while (slots < capacity * 2) slots *= 2
    this.#words = new Int32Array(slots * 4).fill(EMPTY)
    this.#mask = slots - 1
  }

  /** The value of a key, or -1. Values are never negative. */
  get(a: number, b: number): number {
    const words = this.#words
    const mask = this.#mask
    for (let slot = mix(a, b) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * 4
      if (words[at] === a && words[at + 1] === b) return words[at + 2]!
      if (words[at + 3] === EMPTY) return -1
    }
  }

  set(a: number, b: number, value: number): void {
    if (this.size * 2 >= this.#mask) this.#grow()
    const words = this.#words
    const mask = this.#mask
    for (let slot = mix(a, b) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * 4
      if (words[at + 3] === EMPTY) {
        words[at] = a
        words[at + 1] = b
        words[at + 2] = value
        words[at + 3] = 0
        this.size++
        return
      }
      if (words[at] === a && words[at + 1] === b) {
        words[at + 2] = value
        return
      }
    }
  }

  /** Every key and its value, in no order that means anything. */
  each(tell: (a: number, b: number, value: number) => void): void {
    const words = this.#words
    for (let at = 0; at < words.length; at += 4) {
      if (words[at + 3] !== EMPTY) tell(words[at]!, words[at + 1]!, words[at + 2]!)
    }
  }

  visit(v: StateVisitor): void {
    this.size = v.int(this.size)
    this.#words = v.data(this.#words)
    this.#mask = this.#words.length / 4 - 1
  }

  #grow(): void {
    const old = this.#words
    this.#words = new Int32Array(old.length * 2).fill(EMPTY)
    this.#mask = this.#mask * 2 + 1
    this.size = 0
    for (let at = 0; at < old.length; at += 4) {
      if (old[at + 3] !== EMPTY) this.set(old[at]!, old[at + 1]!, old[at + 2]!)
    }
  }
}
