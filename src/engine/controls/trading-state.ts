/**
 * TRADING_STATE: nothing passes a kill or a block; under REDUCE_ONLY only what can do no more than close the position.
 *
 * Rule      the worst state over all latches whose keys the order has: KILLED and BLOCKED refuse, REDUCE_ONLY tests the cell;
 *           an account that is not ready for its trade date is blocked.
 * Units     Quantity units of the instrument.
 * Reads     Latches; position and cumulative leaves of the cell of the latch's narrowest subject; settled statements.
 * On breach ordRejReason BrokerOption 0.
 * Source    MiFID II RTS 6 Art. 12; FIA 2024 1.5; CME and Nasdaq kill switches.
 */
import { reasonNumber } from '../../model/codes.ts'
import { isReducing, objectOf } from '../exposure.ts'
import type { Judgement } from '../judgement.ts'
import { Key, type Latch } from '../state/latches.ts'
import { Kind } from '../state/names.ts'
import { Order } from '../state/orders.ts'
import type { State } from '../state/state.ts'

const KILLED = reasonNumber('KILLED')
const BLOCKED = reasonNumber('BLOCKED')
const REDUCE_ONLY = reasonNumber('REDUCE_ONLY')
const ACCOUNT_NOT_READY = reasonNumber('ACCOUNT_NOT_READY')

/** Object kinds by latch key, from KEY_INSTRUMENT on. */
const OBJECT_OF_KEY = Int32Array.of(1, 2, 4, 3, 5)

/**
 * True where an order with these subjects, instrument, venue and side has all keys of the latch. An order without a venue
 * may reach any of them: the latch of a venue covers it.
 */
export function latchCovers(
  state: State,
  latch: Pick<Latch, 'keys'>,
  subjects: Int32Array,
  from: number,
  instrument: number,
  venue: number,
  sells: boolean,
): boolean {
  const { keys } = latch
  for (let kind = 1; kind < 8; kind++) {
    if (keys[kind]! >= 0 && keys[kind] !== subjects[from + kind]) return false
  }
  for (let key = Key.INSTRUMENT; key <= Key.VENUE; key++) {
    if (keys[key]! < 0 || (key === Key.VENUE && venue < 0)) continue
    if (keys[key] !== objectOf(state, OBJECT_OF_KEY[key - Key.INSTRUMENT]!, instrument, venue)) return false
  }
  return keys[Key.SIDE]! < 0 || (keys[Key.SIDE] === 1) === sells
}

/** True where the order in this slot has all keys of the latch. */
export function latchCoversOrder(state: State, latch: Pick<Latch, 'keys'>, slot: number): boolean {
  const { i } = state.orders
  const oi = slot * Order.INTS
  const sells = i[oi + Order.SIDE] !== 0
  return latchCovers(state, latch, i, oi + Order.SUBJECT, i[oi + Order.INSTR]!, i[oi + Order.VENUE]!, sells)
}

/**
 * Cell kind that a REDUCE_ONLY latch is judged on: that of its narrowest subject key. Every cell is one account's, so an
 * account beside a trader is no narrower: the trader's cell in that account is.
 */
function cellKindOf(latch: Latch): number {
  if (latch.keys[Kind.STRATEGY]! >= 0) return 3
  if (latch.keys[Kind.TRADER]! >= 0) return 2
  return latch.keys[Kind.DESK]! >= 0 ? 1 : 0
}

export function createTradingState(state: State, j: Judgement) {
  const { subjects } = j
  const { active } = state.latches
  const { refuses } = state.statements

  /**
   * Reason number, 0 to pass. `lowers`: a replace to a lower quantity that is not priced more aggressively, which passes
   * BLOCKED and REDUCE_ONLY. Needs the projected leaves.
   */
  function judgeTradingState(lowers: boolean): number {
    const latched = state.latches.count === 0 ? 0 : judgeLatches(lowers)
    if (latched === KILLED || latched === BLOCKED) return latched
    return !lowers && !j.restates && refuses(subjects[Kind.ACCOUNT]!) ? ACCOUNT_NOT_READY : latched
  }

  function judgeLatches(lowers: boolean): number {
    let worst = 0
    for (let at = 0; at < active.length; at++) {
      const latch = active[at]!
      if (latch.state <= worst) continue
      if (!latchCovers(state, latch, subjects, 0, j.instrument, j.venue, !j.buys)) continue
      if (latch.state === 1 && (lowers || isReducing(state, j, cellKindOf(latch)))) continue
      if (latch.state === 2 && lowers) continue
      worst = latch.state
    }
    if (worst === 0) return 0
    return worst === 3 ? KILLED : worst === 2 ? BLOCKED : REDUCE_ONLY
  }

  return { judgeTradingState }
}
