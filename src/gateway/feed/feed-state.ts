/** The state of the gate as the feed tells it: what stops trading, how far the journal is, how much is going on. */
import { reasonAt } from '../../model/codes.ts'
import { formatTimeUs } from '../../model/parse/timestamps.ts'
import { TRADING_STATES } from '../../model/vocabulary.ts'
import type { Caller } from '../caller.ts'
import type { GatewayServices } from '../services.ts'
import { latchesFor, latchScope } from '../visibility.ts'
import type { FeedView } from './feed-view.ts'

/** Rates are counted in quarters of a second. */
const QUARTERS = 4

/** Decisions of the last whole second, by session: four quarters that are over, and the one that is counted. */
export class DecisionRate {
  readonly #quarters: Map<number, number>[] = [new Map()]

  count(session: number): void {
    const now = this.#quarters.at(-1) as Map<number, number>
    now.set(session, (now.get(session) ?? 0) + 1)
  }

  /** A quarter of a second is over. */
  turn(): void {
    this.#quarters.push(new Map())
    if (this.#quarters.length > QUARTERS + 1) this.#quarters.shift()
  }

  /** @param session -1 for all */
  perSecond(session: number): number {
    let sum = 0
    for (const quarter of this.#quarters.slice(0, -1)) {
      if (session >= 0) sum += quarter.get(session) ?? 0
      else for (const count of quarter.values()) sum += count
    }
    return sum
  }
}

/** As a caller may know it, as the fields of a JSON object. Only what is durable is told. */
export function stateOf(
  { gate, health }: Pick<GatewayServices, 'gate' | 'health'>,
  caller: Caller,
  { entitlement }: FeedView,
  rate: DecisionRate,
): object {
  const { view, directory, durableSeq } = gate
  const isAll = entitlement === 'all'
  const session = isAll ? -1 : caller.session
  const latches = latchesFor(gate, caller).filter(({ setSeq }) => setSeq <= durableSeq)
  return {
    readiness: health.readiness,
    disk: gate.diskRoom,
    tradeDate: directory.tradeDate,
    time: formatTimeUs(view.timeUs),
    journal: { run: gate.epoch, seq: view.seq, durableSeq },
    openOrders: isAll ? view.openOrders : view.exposure(session).openOrders,
    decisionsPerSecond: rate.perSecond(session),
    latches: latches.map((latch) => ({
      latch: latch.latch,
      state: TRADING_STATES[latch.state],
      scope: latchScope(gate, caller, latch),
      cause: latch.cause === 0 ? undefined : reasonAt(latch.cause).code,
      setSeq: latch.setSeq,
    })),
  }
}
