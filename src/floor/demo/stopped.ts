/** What the floor knows of latches: a strategy or a trader that the gate has stopped does not go on asking. */
import type { KillNotice } from '../../client/sdk.ts'
import type { Seat } from './strategies.ts'

/** The first latch that stops everything of a seat, in words. */
export function latchOver(
  latches: Iterable<KillNotice>,
  { strategy, trader }: Pick<Seat, 'strategy' | 'trader'>,
): string | undefined {
  const own: Readonly<Record<string, string>> = { strategy, trader }
  for (const { latch, state, cause, scope } of latches) {
    if (state === 'REDUCE_ONLY' || !scope.every(({ kind, name }) => own[kind] === name)) continue
    return `latch ${latch}, ${state}${cause === '' ? '' : ` for ${cause}`}`
  }
  return undefined
}
