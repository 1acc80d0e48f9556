/**
 * REJECT_STORM: who is refused too often within the window stops until two people let it go on.
 *
 * Rule      refusals by the gate or the market in (now - window, now] <= limit; the one over it latches the subject BLOCKED. The release
 *           of that latch forgets them. Cancels pass.
 * Units     Count, saturating at limit + 1; the row's own parameter is the window in microseconds.
 * Reads     The stamps of the refusals of the strategy or session. They are kept where decisions and reports are applied.
 * On breach ordRejReason: Other 99.
 * Source    FIA 2024: repeated rejects.
 */
import { type Judgement, X } from '../judgement.ts'
import type { State } from '../state/state.ts'

export function createRejectStorm(state: State, j: Judgement) {
  const { x } = j
  const { refusals } = state.watches

  /** An order is no refusal: it only says how many there were. */
  function measureRejectStorm(slot: number): void {
    const count = refusals.get(slot)?.countAt(x[X.NOW]!) ?? 0
    x[X.BEFORE] = count
    x[X.AFTER] = count
  }

  return { measureRejectStorm }
}
