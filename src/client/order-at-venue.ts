/** The order that is about to leave, as a sender hands it to the adapter of a venue beside its token. */
import type { Approved } from './orders.ts'

/** Texts as the gate's approval wrote them; left out where the order has none. */
export interface OrderAtVenue {
  /** Client of the gate that was given the approval. */
  readonly session: string
  readonly clOrdID: string
  readonly symbol: string
  readonly account: string
  readonly side: string
  readonly orderQty: string
  readonly ordType: string
  readonly timeInForce: string
  readonly price?: string | undefined
  readonly stopPx?: string | undefined
  readonly expireTime?: string | undefined
  /** Price that a market order is sent with, as a limit order. */
  readonly protectionPx?: string | undefined
}

/** What a sender hands to the adapter beside the token. */
export function orderAtVenue({ session, clOrdID, protectionPx, order }: Approved): OrderAtVenue {
  const { symbol = '', account = '', side = '', orderQty = '', ordType = '', timeInForce = '' } = order
  const { price, stopPx, expireTime } = order
  return {
    ...{ session, clOrdID, symbol, account, side, orderQty, ordType, timeInForce },
    ...{ price, stopPx, expireTime, protectionPx },
  }
}
