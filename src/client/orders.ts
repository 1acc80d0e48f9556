/**
 * What a client says and is told, typed from the contract: its messages, with what is required required and what takes one of
 * a few values saying which.
 */
import type { ORD_TYPES, SIDES, TIMES_IN_FORCE } from '../model/vocabulary.ts'
import type { Decision, LimitRow } from '../wire/portcullis/v1/decisions.gen.ts'
import type {
  ExecutionReport,
  NewOrderSingle,
  OrderCancelReplaceRequest,
  OrderCancelRequest,
  OrderStatus,
  Parent,
} from '../wire/portcullis/v1/orders.gen.ts'

export type { CancelAccepted, CommandResult, Decision, LimitRow } from '../wire/portcullis/v1/decisions.gen.ts'
export type { FeedHeartbeat, InstrumentState, Quote, SessionPhase } from '../wire/portcullis/v1/orders.gen.ts'
export type { Alert, CancelRequested, KillNotice } from '../wire/portcullis/v1/session.gen.ts'

export type Side = (typeof SIDES)[number]
export type OrdType = (typeof ORD_TYPES)[number]
export type TimeInForce = (typeof TIMES_IN_FORCE)[number]

type Need<T, K extends keyof T> = Readonly<Omit<T, K>> & { readonly [P in K]-?: NonNullable<T[P]> }

/** One proposed order. Prices and quantities are decimals as text. */
export type Order = Need<
  Omit<NewOrderSingle, 'side' | 'ordType' | 'timeInForce'>,
  'clOrdID' | 'symbol' | 'account' | 'trader' | 'strategy' | 'orderQty'
> & { readonly side: Side; readonly ordType: OrdType; readonly timeInForce?: TimeInForce | undefined }

/** A new version of an order. */
export type Replace = Need<OrderCancelReplaceRequest, 'origClOrdID' | 'clOrdID' | 'orderQty'>
export type Cancel = Need<OrderCancelRequest, 'origClOrdID'>
export type ParentOrder = Need<Parent, 'parentClOrdID' | 'strategy'>
export type Execution = Need<ExecutionReport, 'execID' | 'execType' | 'symbol'>
export type Status = Need<OrderStatus, 'symbol' | 'status' | 'cumQty'>

/** An order that the gate let through: what may go to the market, as it stands here and no other way. */
export interface Approved {
  /** The order as it was checked. Of a replace trader and strategy are those of its order, and stand not here. */
  readonly order: NewOrderSingle
  readonly clOrdID: string
  /** Of a replace: the version that it names. */
  readonly origClOrdID: string | undefined
  /** Client that the gate knows this program as; the token is bound to it. */
  readonly session: string
  readonly orderID: string
  /** For the adapter of the venue, which takes it once. */
  readonly token: string
  /** Milliseconds that the adapter will take it for, at the least. */
  readonly expiresInMs: number
  /** A market order is sent as a limit order at this price. */
  readonly protectionPx: string | undefined
  readonly decision: Decision
}

/** Sends an approved order to the market. Called at most once for each approval. */
export type Route<R> = (approved: Approved) => R | PromiseLike<R>

/** Thrown by a route that has surely sent nothing: the gate is then told so, and reserves nothing for the order any more. */
export class NotRouted extends Error {
  override readonly name = 'NotRouted'
}

/** Why an order was not sent that the gate did not refuse. */
export type NotSentCode =
  /** No decision within the caller's time. */
  | 'TIMEOUT'
  /** The caller's signal. */
  | 'ABORTED'
  /** No gate is there, or none that decides. */
  | 'GATE_UNREACHABLE'
  /** More orders wait than the SDK keeps. */
  | 'BACKLOG_FULL'
  /** The order is larger than a message may be. */
  | 'TOO_LARGE'
  /** A kill of this program's own stands. */
  | 'LOCAL_KILL'
  /** The approval came too late to be used, or without its token. */
  | 'APPROVAL_LATE'
  /** The clOrdID was used before this call: what became of it is not this call's to send. */
  | 'CLORDID_USED'
  /** The route has thrown NotRouted. */
  | 'NOT_ROUTED'
  /** The SDK is closed, or another program has the session. */
  | 'CLOSED'

/** What became of an order. Exactly one for each call. */
export type Fate<R> =
  /** The route was called and has returned. */
  | { readonly outcome: 'routed'; readonly approved: Approved; readonly result: R }
  /** The gate said no. */
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  /** Nothing went to the market. */
  | { readonly outcome: 'notSent'; readonly code: NotSentCode; readonly text: string; readonly cause?: unknown }
  /** The route was called and has thrown: whether something left is not known, and the gate keeps it reserved. */
  | { readonly outcome: 'unknown'; readonly approved: Approved; readonly cause: unknown }

/** A refusal, in words and in numbers. */
export interface Refusal {
  /** A code of docs/reference/errors.md. */
  readonly code: string
  /** Why, and how much room is left, in one sentence or two. */
  readonly text: string
  /** Field of the order that is wrong; empty where it is none. */
  readonly field: string
  /** Limit rows that it breaks. */
  readonly breaches: readonly LimitRow[]
  /** The largest quantity that would have passed; undefined where no quantity is the matter. */
  readonly qtyPassing: string | undefined
  /** Of a soft block: the number that a person confirms and the order then names. */
  readonly confirmId: number | undefined
  /** Undefined where the message was no command, and nothing was decided. */
  readonly decision: Decision | undefined
}
