/** A request that was sent to the gate, and its answer if one came. */
import type { Sender } from './crash-clients.ts'

export type ExchangeKind = 'order' | 'replace' | 'cancel' | 'executions' | 'quotes' | 'limits' | 'kill'

export type Json = Readonly<Record<string, unknown>>

export interface Exchange {
  readonly kind: ExchangeKind
  readonly sender: Sender
  readonly path: string
  /** As sent: rows for `executions`, `quotes` and `limits`. */
  readonly body: Json | readonly Json[]
  /** As the gate wrote it; undefined where the gate was killed first. */
  answer: Json | undefined
}

/** An order or a replace as its answer says it was decided. */
export interface DecisionAnswer extends Json {
  readonly outcome: string
  readonly duplicate: boolean
  readonly seq: number
  readonly time: string
  readonly orderID?: string
  readonly reason?: { readonly code: string }
  readonly failed?: readonly string[]
}

/** One row of what is no order, as its answer says what became of it. */
export interface RowOutcome extends Json {
  readonly outcome: string
  readonly seq: number
  readonly time: string
  readonly id?: number
  readonly orderID?: string
  readonly reason?: { readonly code: string }
}

export function exchange(kind: ExchangeKind, sender: Sender, path: string, body: Exchange['body']): Exchange {
  return { kind, sender, path, body, answer: undefined }
}

/** Each row with what was sent for it, of an answered exchange of rows. */
export function answeredRows({ kind, body, answer }: Exchange): { sent: Json; said: RowOutcome }[] {
  if (answer === undefined) return []
  if (kind === 'kill') return [{ sent: body as Json, said: answer as RowOutcome }]
  const said = answer.rows as readonly RowOutcome[]
  return (body as readonly Json[]).map((sent, at) => ({ sent, said: said[at] as RowOutcome }))
}
