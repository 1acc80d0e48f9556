/**
 * Commands that are no orders: what became of an order, an execution, a quote. What the gate takes once however often it is
 * said is said until it has answered; what would be stale by then is given up with the connection.
 */
import type { RequestRefused } from '../wire/portcullis/v1/decisions.gen.ts'
import type { Clock } from './clock.ts'
import type { AnswerBody, Command, CommandBody, Outbox } from './outbox.ts'

/** The gate could not take a command that may pass a little later. */
export const TRY_AGAIN: readonly string[] = ['RATE_LIMITED', 'QUEUE_FULL', 'NOT_READY']
/** Nobody knows whether the gate took a command: it is asked again with the same id. */
export const IN_DOUBT = 'OUTCOME_UNKNOWN'
export const JOURNAL_DOWN = 'JOURNAL_UNAVAILABLE'
/** Waited before a command is said again. */
export const AGAIN_MS = 100

/** A command that the gate did not take, or that was given up. */
export class GateError extends Error {
  override readonly name = 'GateError'
  /** A code of docs/reference/errors.md, or CLOSED, BACKLOG_FULL, TOO_LARGE, CONNECTION_LOST. */
  readonly code: string
  /** Of a refused rate: when to try again. */
  readonly retryAfterMs: number | undefined

  constructor(code: string, text: string, retryAfterMs?: number) {
    super(`${code}: ${text}`)
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}

export interface StatementOptions {
  readonly outbox: Outbox
  readonly clock: Clock
  /** True where the gate takes it once, however often it is said. */
  readonly isRepeatable: boolean
  readonly isUrgent?: boolean
  answered(body: Exclude<AnswerBody, { readonly $case: 'refused' }>): void
  failed(error: GateError): void
}

export class Statement implements Command {
  readonly body: CommandBody
  readonly #options: StatementOptions

  constructor(body: CommandBody, options: StatementOptions) {
    this.body = body
    this.#options = options
  }

  /** Says it. `always`: also where the backlog is full, since something that is bounded stands behind it. */
  say(always = false): void {
    const { outbox, isUrgent } = this.#options
    if (always) return outbox.addAgain(this)
    const fault = outbox.add(this, isUrgent)
    if (fault === undefined) return
    this.#options.failed(new GateError(fault, 'the command was not taken'))
  }

  answered(body: AnswerBody): void {
    if (body.$case !== 'refused') return this.#options.answered(body)
    if (this.#options.isRepeatable && isPassing(body.value)) this.#again(body.value)
    else this.#options.failed(new GateError(body.value.code, body.value.text, body.value.retryAfterMs))
  }

  afresh(): Command | undefined {
    if (this.#options.isRepeatable) return this
    this.#options.failed(new GateError('CONNECTION_LOST', 'whether the gate took it is not known'))
    return undefined
  }

  dropped(): void {
    this.#options.failed(new GateError('CLOSED', 'the connection to the gate was given up'))
  }

  #again({ retryAfterMs }: RequestRefused): void {
    const { outbox, clock } = this.#options
    outbox.later(
      this,
      clock.after(retryAfterMs ?? AGAIN_MS, () => outbox.addAgain(this)),
    )
  }
}

function isPassing({ code }: RequestRefused): boolean {
  return TRY_AGAIN.includes(code) || code === IN_DOUBT || code === JOURNAL_DOWN
}
