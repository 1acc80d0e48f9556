/**
 * What the demo floor tells a person: refusals with their reasons, and how much is being decided. A refusal for the same
 * reason at the same scope is told once a minute, and how many followed. On a terminal the counts are one line that
 * redraws itself below the refusals, elsewhere a plain line now and then.
 */
import type { Fate } from '../../client/sdk.ts'
import type { Ticket } from './ticket.ts'

export interface LogOutput {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** For so long what is refused again for the same reason at the same scope is only counted. */
const REPEAT_MS = 60_000
const COUNTS_SPACING_MS = 10_000
const REDRAW_MS = 250
/** To the start of the line, and clear it. */
const CLEAR = '\r\x1b[K'

/** A refusal that was told, and what followed it. */
interface Told {
  readonly untilMs: number
  readonly what: string
  more: number
}

export class FloorLog {
  readonly #output: LogOutput
  readonly #nowMs: () => number
  readonly #startMs: number
  readonly #told = new Map<string, Told>()
  #countsMs: number
  #decided = 0
  #approved = 0

  constructor(output: LogOutput, nowMs: () => number) {
    this.#output = output
    this.#nowMs = nowMs
    this.#startMs = nowMs()
    this.#countsMs = this.#startMs
  }

  answered(ticket: Ticket, fate: Fate<void>, mistake: string | undefined): void {
    const nowMs = this.#nowMs()
    this.#endRepeats(nowMs)
    if (fate.outcome === 'routed' || fate.outcome === 'refused') this.#decided++
    if (fate.outcome === 'routed') this.#approved++
    else this.#refused(ticket, fate, mistake, nowMs)
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

  #refused(ticket: Ticket, fate: Unsent, mistake: string | undefined, nowMs: number): void {
    const { side, qty, symbol, trader, account } = ticket
    const { verb, reason, text } = inWords(fate)
    const what = fate.outcome === 'refused' ? `${reason} at ${scopeIn(text) ?? `trader ${trader}`}` : reason
    const told = this.#told.get(what)
    if (told !== undefined) {
      told.more++
      return
    }
    this.#told.set(what, { untilMs: nowMs + REPEAT_MS, what, more: 0 })
    const why = mistake === undefined ? '' : ` (${mistake})`
    this.say(`${verb} ${side} ${qty} ${symbol} of ${trader} on ${account}${why}: ${text === '' ? reason : text}`)
  }

  /** The map is in the order of time: what ends first stands first. */
  #endRepeats(nowMs: number): void {
    for (const [key, { untilMs, what, more }] of this.#told) {
      if (untilMs > nowMs) return
      this.#told.delete(key)
      if (more > 0) this.say(`and ${more} more in the last minute: ${what}`)
    }
  }

  #counts(nowMs: number): string {
    const seconds = Math.max(1, Math.round((nowMs - this.#startMs) / 1_000))
    const rate = (this.#decided / seconds).toFixed(1)
    return `${this.#decided} orders decided, ${this.#approved} approved, ${rate} a second`
  }
}

type Unsent = Exclude<Fate<void>, { readonly outcome: 'routed' }>

function inWords(fate: Unsent): { readonly verb: string; readonly reason: string; readonly text: string } {
  switch (fate.outcome) {
    case 'refused':
      return { verb: 'refused', reason: fate.refusal.code, text: fate.refusal.text }
    case 'notSent':
      return { verb: 'not sent', reason: fate.code, text: fate.text }
    case 'unknown':
      return { verb: 'may be at the venue', reason: 'UNKNOWN', text: String(fate.cause) }
  }
}

/** `trader TRADER-8` of `..., trader=TRADER-8`: whose limit it was. A rule, a wrong price or a wrong name has none. */
function scopeIn(text: string): string | undefined {
  const [, kind, name] = /, (firm|desk|trader|account|strategy|session)=([^,\s]+?)(?=[,.\s]|$)/.exec(text) ?? []
  return kind === undefined ? undefined : `${kind} ${name}`
}
