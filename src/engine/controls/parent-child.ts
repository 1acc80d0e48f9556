/**
 * PARENT_CHILD: slices come to no more than the order that they are slices of, lines to no more than their basket.
 *
 * Rule      account, strategy, instrument and direction are the parent's, before it ends; executed + open quantity of all slices <= its
 *           quantity; of a basket lines <= declared, value <= declared x (10000 + basketToleranceBps) / 10000. An excess latches the strategy.
 * Units     Quantity units; money for a basket.
 * Reads     The Parent that parentClOrdID names, and what its slices come to. Changes nothing.
 * On breach ordRejReason: Other 99.
 * Source    SEC, Knight 2013: 212 parents became four million orders; FCA and PRA, Citigroup 2024; ESMA 2026 on slicing.
 */
import { reasonNumber } from '../../model/codes.ts'
import { floorMulDiv } from '../../model/numbers.ts'
import { parameterIndex } from '../../model/parameters.ts'
import { type Judgement, X } from '../judgement.ts'
import { Kind } from '../state/names.ts'
import type { Parent } from '../state/parents.ts'
import type { State } from '../state/state.ts'

const PARENT_CHILD = reasonNumber('PARENT_CHILD')
const PARENT_MISMATCH = reasonNumber('PARENT_MISMATCH')
const PARENT_UNKNOWN = reasonNumber('PARENT_UNKNOWN')
const TOLERANCE = parameterIndex('basketToleranceBps')
const BPS = 10_000

export function createParentChild(state: State, j: Judgement) {
  const { x, subjects } = j
  const { parents, parameters } = state

  function judgeParentChild(): number {
    const parent = parents.get(j.parent)
    if (parent === undefined) return PARENT_UNKNOWN
    if (!matches(parent)) return PARENT_MISMATCH
    return exceeds(parent) ? PARENT_CHILD : 0
  }

  function matches(parent: Parent): boolean {
    if (parent.strategy !== subjects[Kind.STRATEGY]) return false
    if (parent.account >= 0 && parent.account !== subjects[Kind.ACCOUNT]) return false
    if (parent.expireUs > 0 && x[X.NOW]! >= parent.expireUs) return false
    if (parent.instrument < 0) return true
    return parent.instrument === j.instrument && (parent.side === 0) === j.buys
  }

  /** What adds nothing to its parent does not exceed it. */
  function exceeds(parent: Parent): boolean {
    const more = x[X.LEAVES_NEW]! - x[X.LEAVES_OLD]!
    if (parent.instrument >= 0) return more > 0 && parent.used + more > parent.qty
    if (j.replaces < 0 && parent.slices + 1 > parent.lines) return true
    const worth = x[X.OPEN_NEW]! - x[X.OPEN_OLD]!
    const most = floorMulDiv(parent.notional, BPS + parameters[TOLERANCE]!, 1, BPS)
    return worth > 0 && !(parent.value + worth <= (Number.isNaN(most) ? Number.MAX_SAFE_INTEGER : most))
  }

  return { judgeParentChild }
}
