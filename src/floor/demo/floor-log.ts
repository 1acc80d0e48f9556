/**
 * What the demo floor tells a person: refusals with their reasons as they come, and how much is being decided. On a
 * terminal that is one line that redraws itself below the refusals, elsewhere a plain line now and then.
 */
import type { OrderAnswer } from '../client/answers.ts'
import type { Ticket } from './ticket.ts'

export interface LogOutput {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** On a busy floor most refusals are only counted. */
const REFUSAL_SPACING_MS = 1_000
const COUNTS_SPACING_MS = 10_000
const REDRAW_MS = 250
/** To the start of the line, and clear it. */
const CLEAR = '\r\x1b[K'

export class FloorLog {
  readonly #output: LogOutput
  readonly #nowMs: () => number
  readonly #startMs: number
  #refusalMs = Number.NEGATIVE_INFINITY
  #countsMs: number
  #decided = 0
  #approved = 0

  constructor(output: LogOutput, nowMs: () => number) {
    this.#output = output
    this.#nowMs = nowMs
    this.#startMs = nowMs()
    this.#countsMs = this.#startMs
  }

  answered(ticket: Ticket, { approved, reason, text }: OrderAnswer, mistake: string | undefined): void {
    this.#decided++
    if (approved) this.#approved++
    const nowMs = this.#nowMs()
    if (!approved && nowMs - this.#refusalMs >= REFUSAL_SPACING_MS) {
      this.#refusalMs = nowMs
      const { side, qty, symbol, trader, account } = ticket
      const why = mistake === undefined ? '' : ` (${mistake})`
      this.say(`refused ${side} ${qty} ${symbol} of ${trader} on ${account}${why}: ${text === '' ? reason : text}`)
    }
    const spacingMs = this.#output.isTTY === true ? REDRAW_MS : COUNTS_SPACING_MS
    if (nowMs - this.#countsMs >= spacingMs) {
      this.#countsMs = nowMs
      if (this.#output.isTTY === true) this.#output.write(`${CLEAR}floor: ${this.#counts(nowMs)}`)
      else this.say(this.#counts(nowMs))
    }
  }

  say(text: string): void {
    this.#output.write(`${this.#output.isTTY === true ? CLEAR : ''}floor: ${text}\n`)
  }

  #counts(nowMs: number): string {
    const seconds = Math.max(1, Math.round((nowMs - this.#startMs) / 1_000))
    const rate = (this.#decided / seconds).toFixed(1)
    return `${this.#decided} orders decided, ${this.#approved} approved, ${rate} a second`
  }
}
