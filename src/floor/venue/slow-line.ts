/** A line on which each message takes a while, and none overtakes another. */
import type { Clock } from '../../client/sdk.ts'

interface Message {
  readonly dueMs: number
  readonly arrive: () => void
}

export class SlowLine {
  readonly #clock: Clock
  readonly #delayMs: () => number
  readonly #messages: Message[] = []
  #isArmed = false
  #stop: () => void = () => {}

  constructor(clock: Clock, delayMs: () => number) {
    this.#clock = clock
    this.#delayMs = delayMs
  }

  send(arrive: () => void): void {
    const dueMs = Math.max(this.#messages.at(-1)?.dueMs ?? 0, this.#clock.nowMs() + this.#delayMs())
    this.#messages.push({ dueMs, arrive })
    this.#arm()
  }

  /** What is on its way never arrives. */
  close(): void {
    this.#stop()
    this.#messages.length = 0
    this.#isArmed = false
  }

  #arm(): void {
    const [next] = this.#messages
    if (this.#isArmed || next === undefined) return
    this.#isArmed = true
    this.#stop = this.#clock.after(Math.max(0, next.dueMs - this.#clock.nowMs()), () => {
      this.#isArmed = false
      this.#arrive()
    })
  }

  #arrive(): void {
    const nowMs = this.#clock.nowMs()
    for (let next = this.#messages[0]; next !== undefined && next.dueMs <= nowMs; next = this.#messages[0]) {
      this.#messages.shift()
      next.arrive()
    }
    this.#arm()
  }
}
