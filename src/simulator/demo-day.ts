/**
 * Hours of the demo's floor against an engine, as fast as it decides: what a viewer would see of a whole day, counted.
 */
import type { CancelRequests, OrderAnswer } from '../floor/client/answers.ts'
import type { ExecutionBody, NewOrderBody, QuoteBody, ReplaceBody } from '../floor/client/bodies.ts'
import { createRandom } from '../floor/day/random.ts'
import type { DailyUse } from '../floor/demo/day-allowance.ts'
import { DEMO_LISTINGS } from '../floor/demo/listings.ts'
import { MISTAKES } from '../floor/demo/mistakes.ts'
import { demoStrategies, deskOf, MANUAL_SEATS, TEMPTATIONS } from '../floor/demo/seats.ts'
import type { FloorGate } from '../floor/demo/trading-floor.ts'
import { TradingFloor } from '../floor/demo/trading-floor.ts'
import { DEMO_MARKET, demoWorld } from '../floor/world/demo-world.ts'
import { agingRequests, worldRequests } from '../floor/world/world-bodies.ts'
import { YOUR_SEAT } from '../floor/world/your-seat.ts'
import { controlAt } from '../model/controls.ts'
import { EngineGate } from './engine-gate.ts'

const FIRM = 'DEMO'
const SESSION = 'floor-ems'
const DATE = '2026-11-21'
const MIDNIGHT_US = Date.parse(`${DATE}T00:00:00Z`) * 1_000

export interface Hour {
  readonly decided: number
  /** Refusals by the reason of each. */
  readonly refused: ReadonlyMap<string, number>
}

export interface DemoDay {
  readonly hours: readonly Hour[]
  /** At the end. */
  readonly uses: readonly DailyUse[]
  readonly gate: EngineGate
}

export async function playDemoDay(hours: number, seed: number): Promise<DemoDay> {
  const gate = new EngineGate({
    ...{ firm: FIRM, baseCurrency: 'USD', session: SESSION, feed: DEMO_MARKET.feed },
    ...{ tradeDate: 20261121, midnightUs: MIDNIGHT_US },
  })
  gate.tell('/hierarchy', { kind: 'SESSION', name: YOUR_SEAT.session }, 0)
  const world = demoWorld(FIRM, SESSION)
  for (const { path, rows } of [...worldRequests(world), ...agingRequests(world, `${DATE}T00:00:00Z`)]) {
    for (const row of rows) gate.tell(path, row, 0)
  }
  const stop = new AbortController()
  const counts: { decided: number; refused: Map<string, number> }[] = []
  let nowMs = 0
  const floor = new TradingFloor({
    ...{ gate: floorGate(gate, () => nowMs * 1_000), listings: DEMO_LISTINGS, strategies: demoStrategies() },
    ...{ mistakes: MISTAKES, manualSeats: MANUAL_SEATS, temptations: TEMPTATIONS, deskOf, inventory: new Map() },
    ...{ venueName: DEMO_MARKET.venue, session: SESSION, runId: 'R', random: createRandom(seed, 0) },
    ...{ tradeDate: '20261121', today: () => '20261121', beginDate: async () => {}, remember: () => {} },
    wait: async (ms) => {
      nowMs += ms
      if (nowMs >= hours * 3_600_000) stop.abort()
    },
    onAnswer: (_ticket, { approved, reason }) => {
      const hour = Math.floor(nowMs / 3_600_000)
      const count = counts[hour] ?? { decided: 0, refused: new Map() }
      counts[hour] = count
      count.decided++
      if (!approved) count.refused.set(reason, (count.refused.get(reason) ?? 0) + 1)
    },
    say: (text) => {
      throw new Error(text)
    },
  })
  await floor.run(stop.signal)
  return { hours: counts, uses: dailyUses(gate), gate }
}

function floorGate(gate: EngineGate, nowUs: () => number): FloorGate {
  const symbols = new Map<string, string>()
  return {
    newOrder: (body: NewOrderBody): Promise<OrderAnswer> => {
      symbols.set(body.clOrdID, body.symbol)
      return gate.newOrder(body, nowUs())
    },
    replace: (body: ReplaceBody): Promise<OrderAnswer> => {
      const symbol = symbols.get(body.origClOrdID) ?? ''
      symbols.set(body.clOrdID, symbol)
      return gate.replace(body, symbol, nowUs())
    },
    cancel: (body) => gate.cancel(body, nowUs()),
    executions: (bodies: readonly ExecutionBody[]) => gate.executions(bodies, nowUs()),
    quotes: async (bodies: readonly QuoteBody[]) => void (await gate.quotes(bodies, nowUs())),
    heartbeat: async () => void (await gate.heartbeat(nowUs())),
    cancelRequests: (afterSeq: number, signal: AbortSignal) => untilStopped(afterSeq, signal),
    dailyUses: async () => dailyUses(gate),
  }
}

/** Nobody kills anything here. */
function untilStopped(next: number, signal: AbortSignal): Promise<CancelRequests> {
  return new Promise((settle) => signal.addEventListener('abort', () => settle({ requests: [], next })))
}

function dailyUses({ engine }: EngineGate): DailyUse[] {
  const { directory, view } = engine
  return [...view.limits()].flatMap((limit) => {
    const subject = directory.subjectOf(limit.subject)
    if (controlAt(limit.control).code !== 'DAILY_GROSS' || subject === undefined) return []
    return [{ subject, share: limit.use / limit.hard }]
  })
}
