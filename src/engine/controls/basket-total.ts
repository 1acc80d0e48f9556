/**
 * BASKET_TOTAL: all lines of one basket together may not be worth more than the limit, whatever was declared.
 *
 * Rule      executed + open value of the lines of the basket, this order included, <= limit.
 * Units     Money, both sides positive.
 * Reads     What the lines of the basket that parentClOrdID names come to; an order of none is not judged. Changes nothing.
 * On breach ordRejReason: 27 on FIX 5.0 SP2, OrderExceedsLimit 3 on FIX 4.2 and 4.4.
 * Source    FCA and PRA, Citigroup 2024: a basket of 58m became one of 444bn.
 */
import { type Judgement, X } from '../judgement.ts'
import type { State } from '../state/state.ts'

export function createBasketTotal(state: State, j: Judgement) {
  const { x } = j
  const { parents } = state

  function isOfBasket(): boolean {
    return parents.get(j.parent)?.instrument === -1
  }

  function measureBasketTotal(): void {
    const before = parents.get(j.parent)?.value ?? 0
    x[X.BEFORE] = before
    x[X.AFTER] = before + (x[X.OPEN_NEW]! - x[X.OPEN_OLD]!)
  }

  return { isOfBasket, measureBasketTotal }
}
