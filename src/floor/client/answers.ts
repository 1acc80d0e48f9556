/** The gate's answers as the floor reads them. */

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
}

/** The gate asks for an order to be cancelled. */
export interface CancelRequest {
  readonly seq: number
  readonly orderID: string
  readonly clOrdID: string
}
