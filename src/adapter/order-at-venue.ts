/** What a token is checked against: the order that is about to leave, as the adapter has it. */
import { type Terms, termsOf } from '../auth/approval-token.ts'
import type { OrderAtVenue } from '../client/order-at-venue.ts'

/** The text that the token binds. */
export function termsAtVenue(order: OrderAtVenue): string {
  const { price = '', stopPx = '', expireTime = '', protectionPx = '' } = order
  const terms: Terms = { ...order, price, stopPx, expireTime }
  return termsOf(terms, protectionPx)
}

/** True where every field is a text that the gate could have written: none has a control character. */
export function isWritten(order: OrderAtVenue): boolean {
  return Object.values(order).every(
    (text) => text === undefined || (typeof text === 'string' && /^[\x20-\x7e]*$/.test(text)),
  )
}
