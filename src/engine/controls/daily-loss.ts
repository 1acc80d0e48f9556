/**
 * DAILY_LOSS: who has lost the limit since the trade date began may only reduce, until two people let it go on.
 *
 * Rule      loss < limit, and every profit is known; else only what leaves no more to execute or can do no more than close the account's
 *           position. An execution that takes the loss there, or the second mark in succession, latches the subject.
 * Units     Money; the row's own parameter is the state of its latch, REDUCE_ONLY where it is 0.
 * Reads     Profit of the subject: executions against the mark, what stood before from the mark of the roll on. Changes nothing.
 * On breach ordRejReason InsufficientCreditLimit 25 on FIX 5.0 SP2, OrderExceedsLimit 3 on FIX 4.2 and 4.4.
 * Source    FIA 2024 4.2; MiFID II RTS 6 Art. 15(4).
 */
import { type Judgement, X } from '../judgement.ts'
import { Row } from '../state/limit-row.ts'
import type { State } from '../state/state.ts'

export function createDailyLoss(state: State, j: Judgement) {
  const { x } = j
  const { money, unknown } = state.profits
  const rows = state.limits.i

  function isProfitKnown(slot: number): boolean {
    return unknown[rows[slot * Row.INTS + Row.SUBJECT]!] === 0
  }

  /** Returns true where the order passes. Unlike other limits this one is reached at equality. */
  function judgeDailyLoss(slot: number): boolean {
    const loss = Math.max(0, 0 - money[rows[slot * Row.INTS + Row.SUBJECT]!]!)
    x[X.BEFORE] = loss
    x[X.AFTER] = loss
    if (j.reducing || x[X.LEAVES_NEW]! <= x[X.LEAVES_OLD]!) return true
    return isProfitKnown(slot) && loss < x[X.LIMIT]!
  }

  return { isProfitKnown, judgeDailyLoss }
}
