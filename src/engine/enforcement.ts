/**
 * A limit that is enforced on what rests (docs/reference/decision.md §18): cancels are asked for, newest first, until the use
 * fits. The gate does so by KillSweeps of its own between the commands of others, each about the 256 newest orders that are left.
 */
import { SWEEP_ORDERS } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import type { WriteCommand } from '../model/engine-port.ts'
import { KILL_SWEEP } from '../model/records/commands.ts'
import { LIMIT_SWEPT } from '../model/records/control-events.ts'
import { decode, encode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { writeCancelRequested, writeHoldEnded, writeRefused } from './events-out.ts'
import { createNewest } from './newest.ts'
import { createRowRelief } from './row-relief.ts'
import type { Enforcement } from './state/enforcements.ts'
import { Kind } from './state/names.ts'
import { Order } from './state/orders.ts'
import type { State } from './state/state.ts'

const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const HOLD_ENDED = reasonNumber('HOLD_ENDED')
const PENDING_CANCEL = 2
const HELD = 4
const CANCELED = 6

export type EnforcementStep = ReturnType<typeof createEnforcementStep>

export function createEnforcementStep(state: State) {
  const { orders, enforcements } = state
  const { f, i } = orders
  const relief = createRowRelief(state)
  const newest = createNewest(SWEEP_ORDERS, f)

  /** True where the KillSweep is one of a limit; its events are then written. */
  function step(tape: Tape, offset: number): boolean {
    const { limit, beforeSeq } = decode(tape, offset, KILL_SWEEP)
    if (limit === 0) return false
    const e = enforcements.first()
    if (limit !== 1 || e?.beforeSeq !== beforeSeq) writeRefused(tape, INVALID_VALUE, KILL_SWEEP.at.limit)
    else sweep(tape, e)
    return true
  }

  function sweep(tape: Tape, e: Enforcement): void {
    find(e)
    const slots = newest.take()
    let asked = e.asked
    for (const slot of slots) {
      if (!relief.isNeeded(slot)) continue
      removeOrder(tape, slot)
      relief.lift(slot)
      asked++
    }
    if (slots.length === SWEEP_ORDERS) {
      const oldest = slots.at(-1)!
      encode(tape, LIMIT_SWEPT, { slot: e.slot, beforeSeq: f[oldest * Order.NUMS + Order.SEQ]!, asked })
    }
    // Of two ends that hold up one use the smaller counts for nothing until the larger has gone: another pass sees.
    else encode(tape, LIMIT_SWEPT, { slot: e.slot, done: asked > 0 ? 0 : 1 })
  }

  function removeOrder(tape: Tape, slot: number): void {
    const oi = slot * Order.INTS
    const orderSeq = f[slot * Order.NUMS + Order.SEQ]!
    // What is held is not at the market: it ends here.
    if (i[oi + Order.STATE] === HELD) writeHoldEnded(tape, orderSeq, slot, CANCELED, HOLD_ENDED)
    else writeCancelRequested(tape, orderSeq, slot, -1, i[oi + Order.SUBJECT + Kind.SESSION]!)
  }

  /** Takes what goes anyway out of the row's use, and finds the newest of the other orders that count at it. */
  function find(e: Enforcement): void {
    relief.begin(e.slot)
    // The newest mostly stand at the end: from there few of the others are looked at twice.
    for (let slot = orders.top() - 1; slot >= 0; slot--) {
      if (i[slot * Order.INTS + Order.LIVE] === 0) continue
      if (goes(slot)) {
        if (relief.counts(slot)) relief.lift(slot)
        continue
      }
      const seq = f[slot * Order.NUMS + Order.SEQ]!
      const isNext = e.beforeSeq === 0 || seq < e.beforeSeq
      if (isNext && newest.wants(seq) && relief.counts(slot)) newest.offer(slot)
    }
  }

  /** True where its cancel was asked for, by its owner or by the gate. */
  function goes(slot: number): boolean {
    return i[slot * Order.INTS + Order.STATE] === PENDING_CANCEL || f[slot * Order.NUMS + Order.CANCEL_SEQ] !== 0
  }

  /** LimitSwept. */
  function swept(tape: Tape, event: number): void {
    const { slot, beforeSeq, asked, done } = decode(tape, event, LIMIT_SWEPT)
    const e = enforcements.get(slot)
    if (e === undefined || done === 1) return enforcements.end(slot)
    e.beforeSeq = beforeSeq
    e.asked = asked
  }

  /** The KillSweep that comes next; null where no limit is being enforced. */
  function nextStep(): WriteCommand | null {
    const e = enforcements.first()
    if (e === undefined) return null
    const { beforeSeq } = e
    return (tape) =>
      encode(tape, KILL_SWEEP, { session: -1, principal: -1, latch: -1, fromSlot: 0, beforeSeq, limit: 1 })
  }

  return { step, swept, nextStep }
}
