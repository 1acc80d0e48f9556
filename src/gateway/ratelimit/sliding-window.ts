/**
 * An exact sliding window over a ring of stamps: of any `max` + 1 messages that passed, the first and the last are a window
 * apart or more. Counters per second are wrong at their edge by up to a factor of two. A burst is a second, shorter look
 * into the same ring.
 */
import type { Rate } from './rate.ts'

const FIRST_ROOM = 64
const MS_US = 1_000

export class SlidingWindow {
  readonly rate: Rate
  /** A ring that grows up to `max` stamps. */
  #stamps: Float64Array
  #oldest = 0
  #count = 0

  constructor(rate: Rate) {
    this.rate = rate
    this.#stamps = new Float64Array(Math.min(rate.max, FIRST_ROOM))
  }

  /** Microseconds until one more passes; 0 where it passes now. Changes nothing. */
  waitUs(nowUs: number): number {
    const { max, windowMs } = this.rate
    return Math.max(this.#wait(max, windowMs, nowUs), this.burstWaitUs(nowUs))
  }

  /** The same by the burst alone. */
  burstWaitUs(nowUs: number): number {
    const { burst, burstMs } = this.rate
    return this.#wait(burst, burstMs, nowUs)
  }

  /** Counts a message, whether it was asked for or not: one that is never refused takes the room of later ones. */
  count(nowUs: number): void {
    if (this.#count === this.#stamps.length && this.#count < this.rate.max) this.#grow()
    const room = this.#stamps.length
    this.#stamps[(this.#oldest + this.#count) % room] = nowUs
    if (this.#count === room) this.#oldest = (this.#oldest + 1) % room
    else this.#count++
  }

  /** True where no stamp counts any more: another window in its place would say the same. */
  isIdle(nowUs: number): boolean {
    return this.#count === 0 || this.#newest(1) + this.rate.windowMs * MS_US <= nowUs
  }

  /** Stamps that there is memory for. */
  get room(): number {
    return this.#stamps.length
  }

  /** Of `most` stamps in (now - width, now] the oldest must leave first. */
  #wait(most: number, widthMs: number, nowUs: number): number {
    if (this.#count < most) return 0
    return Math.max(0, this.#newest(most) + widthMs * MS_US - nowUs)
  }

  /** The `nth` newest stamp, from 1. */
  #newest(nth: number): number {
    return this.#stamps[(this.#oldest + this.#count - nth) % this.#stamps.length] as number
  }

  #grow(): void {
    const grown = new Float64Array(Math.min(this.rate.max, this.#stamps.length * 2))
    for (let at = 0; at < this.#count; at++) {
      grown[at] = this.#stamps[(this.#oldest + at) % this.#stamps.length] as number
    }
    this.#stamps = grown
    this.#oldest = 0
  }
}
