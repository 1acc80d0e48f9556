/**
 * The trigger of a stop (docs/reference/decision.md §11): from then on it can execute, and it is tested as if it came now.
 * That it has become live is a fact: what the test refuses is asked to be cancelled, and stays reserved until it ends.
 */
import { reasonNumber } from '../model/codes.ts'
import { ORDER_ALARMED, STOP_TRIGGERED } from '../model/records/fate-events.ts'
import { begin, decode, encode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { FIRST_STOP } from './controls/self-match.ts'
import type { OrderDecider } from './decide-order.ts'
import { writeCancelRequested } from './events-out.ts'
import { type Judgement, X } from './judgement.ts'
import { Ref } from './market.ts'
import type { OrderLife } from './order-life.ts'
import { InstrumentFlag } from './state/instruments.ts'
import { Kind } from './state/names.ts'
import { Order, OrderMark } from './state/orders.ts'
import type { State } from './state/state.ts'

const TRIGGER_REFUSED = reasonNumber('TRIGGER_REFUSED')
const RISK_ERROR = reasonNumber('RISK_ERROR')
const APPROVED = 0
const WORKING = 1
const UNKNOWN = 3
const STOP_TYPE = 2
const SAFE = Number.MAX_SAFE_INTEGER

export type Trigger = ReturnType<typeof createTrigger>

/** `onError` is told of an exception inside the test: the stop has triggered whatever it does. */
export function createTrigger(
  state: State,
  life: OrderLife,
  j: Judgement,
  restate: OrderDecider['restate'],
  onError: (error: unknown) => void,
) {
  const { orders, instruments, market, value } = state
  const { f, i } = orders
  const { x } = j
  const T = STOP_TRIGGERED.at

  /** True of a live stop that nobody has said to be triggered. */
  function isWaiting(slot: number): boolean {
    return i[slot * Order.INTS + Order.TYPE]! >= FIRST_STOP
  }

  function hasBeen(slot: number): boolean {
    return (i[slot * Order.INTS + Order.MARKS]! & OrderMark.TRIGGERED) !== 0
  }

  /** Writes the trigger and, where anything is left to execute behind it, what its test comes to. */
  function write(tape: Tape, slot: number, isTested: boolean): void {
    const oi = slot * Order.INTS
    const of = slot * Order.NUMS
    const standing = i[oi + Order.STATE]!
    const event = begin(tape, STOP_TRIGGERED)
    tape.f64[(event >> 3) + T.orderSeq] = f[of + Order.SEQ]!
    tape.i32[(event >> 2) + T.slot] = slot
    tape.i32[(event >> 2) + T.state] = standing === APPROVED || standing === UNKNOWN ? WORKING : standing
    const tests = isTested && f[of + Order.LEAVES]! > 0
    const reason = tests ? test(tape, slot) : 0
    tape.f64[(event >> 3) + T.valuationPx] = leastPx(oi, tests && j.valued)
    if (reason === 0) return
    encode(tape, ORDER_ALARMED, { orderSeq: f[of + Order.SEQ]!, slot, alarm: TRIGGER_REFUSED })
    if (f[of + Order.CANCEL_SEQ] !== 0) return
    writeCancelRequested(tape, f[of + Order.SEQ]!, slot, -1, i[oi + Order.SUBJECT + Kind.SESSION]!)
  }

  /** Returns the reason for which it would not pass now, 0 where it would. */
  function test(tape: Tape, slot: number): number {
    const before = tape.end
    try {
      return restate(tape, slot, true)
    } catch (error) {
      tape.end = before
      j.valued = false
      onError(error)
      return RISK_ERROR
    }
  }

  /**
   * The price that section 3 asks of the order at the reference of now, whatever its own prices are: each version is
   * valued at that or at what it was approved with, whichever is worse. 0 where there is no reference.
   */
  function leastPx(oi: number, isValued: boolean): number {
    const instrument = i[oi + Order.INSTR]!
    const isStop = i[oi + Order.TYPE] === STOP_TYPE
    const inverse = (instruments.flags[instrument]! & InstrumentFlag.INVERSE) !== 0
    const source = market.refSource(instrument, state.timeUs, false)
    if (source === Ref.NONE) return 0
    const own = inverse ? SAFE : 0
    const px = value.valuationPrice(
      instrument,
      i[oi + Order.SIDE] === 0,
      isStop,
      own,
      own,
      market.refPrice(instrument, source),
    )
    // What cannot be held is pinned at the bound: over every limit.
    if (Number.isNaN(px)) return inverse ? 1 : SAFE
    if (!isStop || !isValued) return px
    return inverse ? Math.min(px, x[X.V]!) : Math.max(px, x[X.V]!)
  }

  /** StopTriggered. */
  function evolve(tape: Tape, event: number): void {
    const { slot, valuationPx, state: orderState } = decode(tape, event, STOP_TRIGGERED)
    life.known(slot)
    life.trigger(slot, valuationPx)
    i[slot * Order.INTS + Order.STATE] = orderState
  }

  return { isWaiting, hasBeen, write, evolve }
}
