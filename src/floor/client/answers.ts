/** The gate's answers as the floor reads them: checked as far as they are used, so that a wrong one is not acted on. */
import { parseTimeUs } from '../../model/parse/timestamps.ts'

/** The decision on an order or a replace. */
export interface OrderAnswer {
  readonly approved: boolean
  /** The gate had decided this id before, and says so again. */
  readonly duplicate: boolean
  /** OrderID; empty where the order was refused. */
  readonly orderID: string
  /** Code of the first control that refused; empty where none did. */
  readonly reason: string
  /** The reason in words, with its numbers. */
  readonly text: string
  /** Codes of all controls that refused. */
  readonly failed: readonly string[]
  /** Decimal text; the price that a market order must be sent with. */
  readonly protectionPx: string | undefined
  /** When it was decided, by the gate's clock. */
  readonly timeUs: number
}

/** What became of one row of a request that is no order. */
export interface RowAnswer {
  readonly applied: boolean
  /** Reason or error code where it was not; empty else. */
  readonly code: string
  readonly text: string
  /** By the gate's clock; 0 for a row that was never sequenced. */
  readonly timeUs: number
}

/** The gate asks for an order to be cancelled. */
export interface CancelRequest {
  readonly seq: number
  readonly orderID: string
  readonly clOrdID: string
  /** Client whose order it is. */
  readonly session: string
  readonly symbol: string
}

export interface CancelRequests {
  readonly requests: readonly CancelRequest[]
  /** What to ask with next. */
  readonly next: number
}

/** A subject's exposure; money as decimal texts of the base currency. */
export interface ExposureAnswer {
  readonly subject: string
  readonly gross: string
  readonly long: string
  readonly short: string
  readonly net: string
  readonly executed: string
  readonly open: string
  readonly openOrders: number
}

/** A limit row in force. */
export interface LimitAnswer {
  readonly control: string
  readonly subject: { readonly kind: string; readonly name: string }
  /** Name `*` is each of the kind. */
  readonly object?: { readonly kind: string; readonly name: string }
  readonly hard: { readonly value: string }
  /** Where the row has a use of its own. */
  readonly use?: { readonly value: string }
  readonly windowUs?: number
  readonly bandTicks?: number
  readonly warnBps?: readonly number[]
  readonly action: string
  readonly mode: string
}

/** A cell that has held an order or a position. */
export interface CellAnswer {
  /** Of the subject: ACCOUNT, or what else holds a part of the account's position. */
  readonly kind: string
  readonly account: string
  readonly symbol: string
  readonly position: string
}

/** What the gate says of itself to everyone. */
export interface Readiness {
  readonly status: string
  readonly firm: string
  /** yyyymmdd. */
  readonly tradeDate: number
  /** By the gate's clock, as text. */
  readonly time: string
}

type Json = Readonly<Record<string, unknown>>

/** The answer has another shape than the gate documents: a fault of one of the two. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer'
}

export function readOrderAnswer(value: unknown): OrderAnswer {
  const answer = asObject(value)
  const { outcome, orderID = '', reason, failed = [], protectionPx } = answer
  const approved = outcome === 'APPROVED'
  // Whatever is no approval is a refusal: no answer means no.
  if (approved && typeof orderID !== 'string') throw new UnexpectedAnswer('an approve without an orderID')
  const { code, text } = reason === undefined ? { code: '', text: '' } : asObject(reason)
  return {
    approved,
    duplicate: answer.duplicate === true,
    orderID: approved ? String(orderID) : '',
    reason: approved ? '' : String(code === '' ? outcome : code),
    text: String(text),
    failed: failed as string[],
    protectionPx: typeof protectionPx === 'string' ? protectionPx : undefined,
    timeUs: timeOf(answer),
  }
}

/** Reads the answers of an array, one by one. */
export function readRowAnswers(value: unknown): RowAnswer[] {
  const { rows } = asObject(value)
  if (!Array.isArray(rows)) throw new UnexpectedAnswer('an array was sent, and no rows were answered')
  return rows.map(readRowAnswer)
}

export function readRowAnswer(value: unknown): RowAnswer {
  const answer = asObject(value)
  const applied = answer.outcome === 'APPLIED'
  const { code = '', text = '' } = applied ? {} : asObject(answer.error ?? answer.reason ?? {})
  return { applied, code: String(code), text: String(text), timeUs: answer.error === undefined ? timeOf(answer) : 0 }
}

export function readCancelRequests(value: unknown): CancelRequests {
  const { requests, next } = asObject(value)
  if (!Array.isArray(requests) || typeof next !== 'number') throw new UnexpectedAnswer('no list of cancel requests')
  return { requests, next }
}

export function readExposures(value: unknown): { currency: string; exposures: ExposureAnswer[] } {
  const { currency, exposures } = asObject(value)
  if (!Array.isArray(exposures)) throw new UnexpectedAnswer('no list of exposures')
  const rows = exposures.map((exposure) => {
    const { kind, name } = asObject(asObject(exposure).subject)
    return { ...(exposure as ExposureAnswer), subject: `${kind}:${name}` }
  })
  return { currency: String(currency), exposures: rows }
}

/** The list of that name in an answer. Its rows are as the gate documents them. */
export function readList<T>(value: unknown, name: string): T[] {
  const list = asObject(value)[name]
  if (!Array.isArray(list)) throw new UnexpectedAnswer(`no list of ${name}`)
  return list
}

export function readReadiness(value: unknown): Readiness {
  const { status, firm, tradeDate, time } = asObject(value)
  if (typeof firm !== 'string' || typeof time !== 'string') throw new UnexpectedAnswer('a gate without firm and time')
  return { status: String(status), firm, tradeDate: Number(tradeDate), time }
}

function timeOf({ time }: Json): number {
  const timeUs = typeof time === 'string' ? parseTimeUs(time) : -1
  if (timeUs < 0) throw new UnexpectedAnswer(`${String(time)} is no time`)
  return timeUs
}

function asObject(value: unknown): Json {
  if (typeof value !== 'object' || value === null) throw new UnexpectedAnswer(`${String(value)} is no object`)
  return value as Json
}
