/**
 * An exact sliding window: of any `max` + 1 requests that passed, the first and the last are more than the window apart.
 * It keeps the stamps of the last `max` requests, so it is right at the window's edge, where counters per second are
 * wrong by up to a factor of two.
 */

const FIRST_ROOM = 64

export class SlidingWindow {
  readonly max: number
  readonly windowUs: number
  /** A ring that grows up to `max` stamps. */
  #stamps: Float64Array
  #oldest = 0
  #count = 0

  constructor(max: number, windowUs: number) {
    if (!(Number.isInteger(max) && max > 0)) throw new RangeError(`a window takes at least one request: ${max}`)
    this.max = max
    this.windowUs = windowUs
    this.#stamps = new Float64Array(Math.min(max, FIRST_ROOM))
  }

  /** Counts a request at `nowUs` and returns 0, or refuses it and returns the microseconds after which one passes. */
  take(nowUs: number): number {
    if (this.#count === this.max) {
      const oldestUs = this.#stamps[this.#oldest] as number
      const waitUs = oldestUs + this.windowUs - nowUs
      if (waitUs > 0) return waitUs
    }
    this.force(nowUs)
    return 0
  }

  /** Counts a request that may not be refused; it takes the room of later ones. */
  force(nowUs: number): void {
    if (this.#count === this.#stamps.length && this.#count < this.max) this.#grow()
    const room = this.#stamps.length
    this.#stamps[(this.#oldest + this.#count) % room] = nowUs
    if (this.#count === room) this.#oldest = (this.#oldest + 1) % room
    else this.#count++
  }

  #grow(): void {
    const grown = new Float64Array(Math.min(this.max, this.#stamps.length * 2))
    for (let at = 0; at < this.#count; at++) {
      grown[at] = this.#stamps[(this.#oldest + at) % this.#stamps.length] as number
    }
    this.#stamps = grown
    this.#oldest = 0
  }
}
