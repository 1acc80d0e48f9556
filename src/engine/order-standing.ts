/** What has become of an approved order or replace since: whoever asks again for its decision must hear it. */
import type { StandingView } from '../model/engine-port.ts'
import { latchCovers } from './controls/trading-state.ts'
import { Kind } from './state/names.ts'
import { ORDER_ENDED } from './state/order-ids.ts'
import { Order, OrderMark } from './state/orders.ts'
import type { State } from './state/state.ts'

const APPROVED = 0
const WORKING = 1

/** `slot` and `orderSeq` are those of the decision; the slot may be another order's by now. */
export function standingOf(
  state: State,
  session: number,
  clOrdID: string,
  slot: number,
  orderSeq: number,
): StandingView | undefined {
  const { ids, orders } = state
  const id = ids.findText(clOrdID, session)
  if (id < 0) return { state: -1, isLive: false, maySend: false }
  const live = ids.orderOf(id)
  if (live === ORDER_ENDED) {
    // How it ended is read where it stood, as long as no other order stands there.
    const isKept = slot >= 0 && slot < orders.top() && orders.f[slot * Order.NUMS + Order.SEQ] === orderSeq
    return { state: isKept ? orders.i[slot * Order.INTS + Order.STATE]! : -1, isLive: false, maySend: false }
  }
  if (live < 0) return undefined
  const oi = live * Order.INTS
  const orderState = orders.i[oi + Order.STATE]!
  // A version that is neither pending nor the accepted one was dropped, or a newer one took its place.
  const isPending = ids.versionOf(id) >= 0
  const isLive = isPending || orders.i[oi + Order.ID_SLOT] === id
  const mayWork = orderState === APPROVED || orderState === WORKING
  const of = live * Order.NUMS
  // What was executed is at the market, and no longer reserved; a stop that has triggered is there too.
  const isWoken = (orders.i[oi + Order.MARKS]! & OrderMark.TRIGGERED) !== 0
  const isReserved = isPending || (isLive && orders.f[of + Order.CUM] === 0 && !isWoken)
  const isCanceled = orders.f[of + Order.CANCEL_SEQ] !== 0
  return { state: orderState, isLive, maySend: isReserved && mayWork && !isCanceled && !isLatched(state, oi) }
}

/** True where a latch or its account stops the order, whatever would still pass: what was approved may have to stop. */
function isLatched(state: State, oi: number): boolean {
  const { i } = state.orders
  if (state.statements.refuses(i[oi + Order.SUBJECT + Kind.ACCOUNT]!)) return true
  const instrument = i[oi + Order.INSTR]!
  const sells = i[oi + Order.SIDE] !== 0
  return state.latches.active.some((latch) =>
    latchCovers(state, latch, i, oi + Order.SUBJECT, instrument, i[oi + Order.VENUE]!, sells),
  )
}
