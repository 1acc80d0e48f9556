/**
 * What the demo floor tells a person: refusals with their reasons as they come, a line of counts now and then. On a busy
 * floor most refusals are only counted.
 */
import type { OrderAnswer } from '../client/answers.ts'
import type { Ticket } from './ticket.ts'

const REFUSAL_SPACING_MS = 1_000
const COUNTS_SPACING_MS = 10_000

export class FloorLog {
  readonly #write: (line: string) => void
  readonly #nowMs: () => number
  #refusalMs = Number.NEGATIVE_INFINITY
  #countsMs: number
  #decided = 0
  #approved = 0

  constructor(write: (line: string) => void, nowMs: () => number) {
    this.#write = write
    this.#nowMs = nowMs
    this.#countsMs = nowMs()
  }

  answered(ticket: Ticket, { approved, reason, text }: OrderAnswer, mistake: string | undefined): void {
    this.#decided++
    if (approved) this.#approved++
    const nowMs = this.#nowMs()
    if (!approved && nowMs - this.#refusalMs >= REFUSAL_SPACING_MS) {
      this.#refusalMs = nowMs
      const { side, qty, symbol, trader, account } = ticket
      const why = mistake === undefined ? '' : ` (${mistake})`
      this.#write(`refused ${side} ${qty} ${symbol} of ${trader} on ${account}${why}: ${text === '' ? reason : text}`)
    }
    if (nowMs - this.#countsMs >= COUNTS_SPACING_MS) {
      this.#countsMs = nowMs
      this.#write(`${this.#decided} orders decided, ${this.#approved} approved`)
    }
  }

  say(text: string): void {
    this.#write(text)
  }
}
