/**
 * Hours of the demo's floor against an engine, as fast as it decides: what a viewer would see of a whole day, counted.
 */
import type { Approved, CommandResult, Fate } from '../client/orders.ts'
import type { NewOrderBody, QuoteBody, ReplaceBody } from '../floor/client/bodies.ts'
import { createRandom } from '../floor/day/random.ts'
import type { DailyUse } from '../floor/demo/day-allowance.ts'
import { DEMO_LISTINGS, demoListing } from '../floor/demo/listings.ts'
import { MISTAKES } from '../floor/demo/mistakes.ts'
import type { DeskGate } from '../floor/demo/order-desk.ts'
import { demoStrategies, deskOf, MANUAL_SEATS, TEMPTATIONS } from '../floor/demo/seats.ts'
import { BEAT_MS, TradingFloor } from '../floor/demo/trading-floor.ts'
import { SimulatedVenue } from '../floor/venue/simulated-venue.ts'
import { VenueAdapter } from '../floor/venue/venue-adapter.ts'
import { DEMO_MARKET, demoWorld } from '../floor/world/demo-world.ts'
import { agingRequests, worldRequests } from '../floor/world/world-bodies.ts'
import { YOUR_SEAT } from '../floor/world/your-seat.ts'
import { controlAt } from '../model/controls.ts'
import { EngineGate } from './engine-gate.ts'
import { HandTime } from './sdk/made-up-gate.ts'

const FIRM = 'DEMO'
const SESSION = 'floor-ems'
const DATE = '2026-11-21'
const MIDNIGHT_US = Date.parse(`${DATE}T00:00:00Z`) * 1_000
const HOUR_MS = 3_600_000
const ALLOWANCE_BEATS = 20
/** Time passes in steps of this. */
const STEP_MS = 10

export interface Hour {
  readonly decided: number
  readonly filled: number
  /** Refusals by the reason of each. */
  readonly refused: ReadonlyMap<string, number>
  /** Names of the mistakes that were made. */
  readonly mistakes: ReadonlySet<string>
  /** Kinds of what the venue reported. */
  readonly reports: ReadonlySet<string>
}

export interface DemoDay {
  readonly hour: Hour
  /** At the end. */
  readonly uses: readonly DailyUse[]
  readonly gate: EngineGate
  /** What the floor could not make sense of. */
  readonly said: readonly string[]
}

/** @param hours part of a day */
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
  const hour = {
    decided: 0,
    filled: 0,
    refused: new Map<string, number>(),
    mistakes: new Set<string>(),
    reports: new Set<string>(),
  }
  const said: string[] = []
  const say = (text: string) => void said.push(text)
  const clock = new HandTime()
  const sessions = sessionsOf(gate, () => clock.nowMs() * 1_000)
  const names = { venueName: DEMO_MARKET.venue, session: SESSION, runId: 'R' }
  const adapter = new VenueAdapter({
    ...{ ...names, gate: sessions.line, clock, say, guard: { admit: () => ({ admitted: true, seq: 1 }) } },
    priceDecimalsOf: (symbol) => demoListing(symbol)?.priceDecimals ?? 2,
    onReport: (report) => {
      hour.reports.add(report.execType)
      if (report.execType === 'Fill') hour.filled++
      floor.desk.reported(report)
    },
  })
  const report = adapter.reported.bind(adapter)
  const venue = new SimulatedVenue({ clock, random: createRandom(seed, 1), report })
  adapter.connect(venue)
  const floor: TradingFloor = new TradingFloor({
    ...{ ...names, ems: sessions.ems, feed: sessions.feed, feedName: DEMO_MARKET.feed, venue, adapter, clock, deskOf },
    ...{ listings: DEMO_LISTINGS, strategies: demoStrategies('R'), mistakes: MISTAKES, manualSeats: MANUAL_SEATS },
    ...{ temptations: TEMPTATIONS, inventory: new Map(), random: createRandom(seed, 0), say, isStopped: () => false },
    isOpen: () => true,
    onBeat: async (beat) => {
      if (beat * BEAT_MS >= hours * HOUR_MS) stop.abort()
      return beat % ALLOWANCE_BEATS === 0 ? dailyUses(gate) : undefined
    },
    onOutcome: ({ fate }, mistake) => {
      if (MISTAKES.some(({ name }) => name === mistake)) hour.mistakes.add(String(mistake))
      if (fate.outcome === 'routed' || fate.outcome === 'refused') hour.decided++
      if (fate.outcome !== 'refused') return
      const { code } = fate.refusal
      hour.refused.set(code, (hour.refused.get(code) ?? 0) + 1)
    },
  })
  let isOver = false
  const run = floor.run(stop.signal).finally(() => {
    isOver = true
  })
  while (!isOver) await clock.go(BEAT_MS, STEP_MS)
  await run
  return { hour, uses: dailyUses(gate), gate, said }
}

/** The engine as the SDK shows a gate, as far as the floor uses it. */
function sessionsOf(gate: EngineGate, nowUs: () => number) {
  const orders = new Map<string, NewOrderBody>()
  const applied = { applied: true } as CommandResult
  const asked = async <R>(
    body: NewOrderBody,
    origClOrdID: string | undefined,
    route: (approved: Approved) => R | PromiseLike<R>,
  ): Promise<Fate<R>> => {
    const { clOrdID, orderQty, price = '' } = body
    const answer = await (origClOrdID === undefined
      ? gate.newOrder(body, nowUs())
      : gate.replace({ origClOrdID, clOrdID, orderQty, price } satisfies ReplaceBody, body.symbol, nowUs()))
    if (!answer.approved) {
      const refusal = { code: answer.reason, text: answer.text, field: '', breaches: [] }
      const none = { qtyPassing: undefined, confirmId: undefined, decision: undefined }
      return { outcome: 'refused', refusal: { ...refusal, ...none } }
    }
    orders.set(clOrdID, body)
    const { protectionPx, orderID } = answer
    const approved = { order: body, clOrdID, origClOrdID, session: SESSION, orderID, token: '', protectionPx }
    return { outcome: 'routed', approved: approved as never, result: await route(approved as never) }
  }
  const ems = {
    submit: (order, route) => asked(order as NewOrderBody, undefined, route),
    replace: ({ origClOrdID, clOrdID, orderQty, price = '' }, route) => {
      const { price: _, ...old } = orders.get(origClOrdID) as NewOrderBody
      return asked({ ...old, clOrdID, orderQty, price }, origClOrdID, route)
    },
    cancel: async (cancel, route) => {
      const result = await route(cancel)
      gate.take('/cancels', { ...cancel }, nowUs())
      return { result, told: Promise.resolve({} as never) }
    },
    parent: async (parent) => {
      gate.tell('/parents', { ...parent }, nowUs())
      return applied
    },
  } satisfies DeskGate
  const line = {
    report: async (report: object) => {
      const words = Object.fromEntries(Object.entries(report).filter(([, value]) => value !== undefined))
      const code = gate.take('/executions', words, nowUs())
      return code === undefined ? applied : ({ applied: false, reason: { code, text: code } } as CommandResult)
    },
  }
  const feed = {
    quote: async ({ feed: _, ...quote }: object & { readonly feed?: unknown }) => {
      await gate.quotes([quote as unknown as QuoteBody], nowUs())
      return applied
    },
    feedHeartbeat: async () => {
      await gate.heartbeat(nowUs())
      return applied
    },
  }
  return { ems, line, feed }
}

function dailyUses({ engine }: EngineGate): DailyUse[] {
  const { directory, view } = engine
  return [...view.limits()].flatMap((limit) => {
    const subject = directory.subjectOf(limit.subject)
    if (controlAt(limit.control).code !== 'DAILY_GROSS' || subject === undefined) return []
    return [{ subject, share: limit.use / limit.hard }]
  })
}
