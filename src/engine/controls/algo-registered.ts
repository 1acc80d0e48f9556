/**
 * ALGO_REGISTERED: an algorithm sends no order before it is registered and approved for this gate.
 *
 * Rule      a strategy that the hierarchy calls an algorithm has a last registration that is approved, for the profile of the gate.
 * Units     None. The hash of the parameters is kept with the registration; an order states none.
 * Reads     The registration of the order's strategy. Changes nothing.
 * On breach ordRejReason: Other 99.
 * Source    MiFID II RTS 6 Art. 5(2), 11; ESMA 2026: each strategy distinguishable; FCA 2025: inventory with approvals.
 */
import { reasonNumber } from '../../model/codes.ts'
import type { Judgement } from '../judgement.ts'
import { Algo } from '../state/algos.ts'
import { Kind } from '../state/names.ts'
import type { State } from '../state/state.ts'

const ALGO_NOT_REGISTERED = reasonNumber('ALGO_NOT_REGISTERED')

export function createAlgoRegistered(state: State, j: Judgement) {
  const { subjects } = j
  const { standing } = state.algos

  function isAlgo(): boolean {
    return standing[subjects[Kind.STRATEGY]!] !== Algo.NONE
  }

  function judgeAlgoRegistered(): number {
    return standing[subjects[Kind.STRATEGY]!] === Algo.REGISTERED ? 0 : ALGO_NOT_REGISTERED
  }

  return { isAlgo, judgeAlgoRegistered }
}
