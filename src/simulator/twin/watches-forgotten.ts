/**
 * When rows forget what they counted of executions and refusals.
 */
import { reasonNumber } from '../../model/codes.ts'
import { CONTROLS } from '../../model/controls.ts'
import { limitKey } from './rows.ts'
import type { Latch, Limit, State } from './state.ts'

/** The latch has been ended by two people: its rows count anew. */
export function restartWatches(state: State, { watched, cause }: Latch): void {
  for (const limit of state.limits.values()) {
    if (limit.subject !== watched || reasonNumber(CONTROLS[limit.control]?.code ?? '') !== cause) continue
    limit.stamps.length = 0
    limit.marksBeyond = 0
    for (const [key, watch] of state.watches) {
      if (key.startsWith(`${limitKey(limit)}|`)) Object.assign(watch, { buys: 0n, sells: 0n })
    }
  }
}

/** A row that is taken away forgets. */
export function dropWatches(state: State, limit: Limit): void {
  for (const key of [...state.watches.keys()]) if (key.startsWith(`${limitKey(limit)}|`)) state.watches.delete(key)
}
