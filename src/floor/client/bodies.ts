/** Request bodies of the gate's REST interface, as far as the floor sends them. Numbers are decimal texts. */
import type { ExecType, OrdType, SessionPhase, Side, TimeInForce } from '../../model/vocabulary.ts'

export interface NewOrderBody {
  readonly clOrdID: string
  readonly symbol: string
  readonly account: string
  readonly trader: string
  readonly strategy: string
  readonly venue: string
  readonly side: Side
  readonly orderQty: string
  readonly ordType: OrdType
  readonly timeInForce: TimeInForce
  readonly price?: string
  readonly parentClOrdID?: string
}

export interface ReplaceBody {
  readonly origClOrdID: string
  readonly clOrdID: string
  readonly orderQty: string
  readonly price: string
}

export interface CancelBody {
  readonly origClOrdID: string
  readonly clOrdID?: string
}

export interface ExecutionBody {
  readonly execID: string
  readonly execType: ExecType
  readonly symbol: string
  /** Whose clOrdID it is. */
  readonly owner: string
  readonly venue: string
  readonly orderID?: string
  readonly clOrdID?: string
  readonly origClOrdID?: string
  readonly lastQty?: string
  readonly lastPx?: string
  /** Checked by the gate, never booked. */
  readonly cumQty?: string
}

export interface QuoteBody {
  readonly symbol: string
  readonly bidPx?: string
  readonly askPx?: string
  readonly lastPx?: string
  /** Only the last trade is new; bid and offer stand. */
  readonly tradeOnly?: boolean
}

export interface PhaseBody {
  readonly venue: string
  readonly phase: SessionPhase
}
