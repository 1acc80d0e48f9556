/**
 * The demo's trading floor as a process of its own: `node floor/main.js --url http://127.0.0.1:PORT --session 127.0.0.1:PORT
 * --secrets FILE --data DIR`. Names and limits it tells the gate over REST; orders, executions and market data go over order
 * sessions, by the SDK. Ends cleanly, leaving no order behind, on SIGTERM, SIGINT, and when the process that started it is gone.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createAdapterGuard } from '../adapter/guard.ts'
import { systemClock } from '../client/clock.ts'
import { readDemoSecrets } from './client/credentials.ts'
import { GateClient } from './client/gate-client.ts'
import { createRandom } from './day/random.ts'
import { FloorDay, patiently } from './demo/floor-day.ts'
import { FloorLog } from './demo/floor-log.ts'
import { DESK_CLIENT, type FloorSessions, openSessions } from './demo/floor-sessions.ts'
import { DEMO_LISTINGS, demoListing } from './demo/listings.ts'
import { MISTAKES } from './demo/mistakes.ts'
import { ScenarioDesk } from './demo/scenario-desk.ts'
import { SCENARIOS } from './demo/scenarios.ts'
import { demoStrategies, deskOf, MANUAL_SEATS, TEMPTATIONS } from './demo/seats.ts'
import { latchOver } from './demo/stopped.ts'
import { pause, TradingFloor } from './demo/trading-floor.ts'
import { SimulatedVenue } from './venue/simulated-venue.ts'
import { VenueAdapter } from './venue/venue-adapter.ts'
import { DEMO_MARKET, demoWorld } from './world/demo-world.ts'
import { inventoryOf } from './world/inventory.ts'
import { setUpWorld } from './world/set-up-world.ts'

/** What a floor does that was not told otherwise: any number will do, and the same one draws the same. */
const SEED = '2026'

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    session: { type: 'string' },
    secrets: { type: 'string' },
    data: { type: 'string' },
    scenario: { type: 'string' },
    seed: { type: 'string', default: SEED },
  },
})
const { url, session, secrets, data } = values
const scenario = SCENARIOS.find((name) => name === values.scenario)
if (!url || !session || !secrets || !data || (values.scenario !== undefined && scenario === undefined)) {
  console.error(
    `usage: floor/main.js --url URL --session HOST:PORT --secrets FILE --data DIR [--scenario ${SCENARIOS.join('|')}] [--seed NUMBER]`,
  )
  process.exit(2)
}
await main({ url, session, secretsFile: secrets, data }, Number(values.seed))

interface Place {
  readonly url: string
  /** Of the order session. */
  readonly session: string
  readonly secretsFile: string
  /** The gate's data folder: the venue's key, and where scenarios are asked for. */
  readonly data: string
}

async function main(place: Place, seed: number): Promise<void> {
  const stop = new AbortController()
  for (const event of ['SIGTERM', 'disconnect'] as const) process.on(event, () => stop.abort())
  // Whoever started it may have gone while it was being loaded.
  if (process.send !== undefined && !process.connected) return
  // Ctrl-C reaches every process at the terminal; a supervisor tells us by itself, while the gate is still there.
  process.on('SIGINT', () => {
    if (!process.connected) stop.abort()
  })
  const log = new FloorLog(process.stdout, Date.now)
  const wait = (ms: number) => pause(systemClock, ms, stop.signal)
  const url = new URL(place.url)
  const secrets = readDemoSecrets(place.secretsFile)
  const rest = new GateClient({ url, secrets, feed: DEMO_MARKET.feed, nowMs: Date.now, wait })
  let sessions: FloorSessions | undefined
  try {
    const ask = <T>(question: () => Promise<T>) => patiently(question, stop.signal, wait, (text) => log.say(text))
    const known = await ask(async () => {
      const ready = await rest.readiness()
      const world = demoWorld(ready.firm, DESK_CLIENT)
      return { ready, world, rows: await setUpWorld(rest, world, ready.time) }
    })
    if (known === undefined) return
    const { ready, world, rows } = known
    log.say(`the gate of ${ready.firm} knows the floor, ${rows} rows were sent`)
    const at = { session: place.session, tokenUrl: `${url.origin}/oauth/token`, secrets, clock: systemClock }
    sessions = await ask(() => openSessions(at))
    const cells = await ask(() => rest.cells())
    if (sessions === undefined || cells === undefined) return
    const day = new FloorDay(rest, world, ready.tradeDate, (text) => log.say(text))
    await trade(place, sessions, { day, log, seed, stop: stop.signal, inventory: inventoryOf(world, cells) })
    log.say('closed')
  } finally {
    await sessions?.close()
    rest.close()
    // An open channel to the parent would keep the process alive.
    if (process.connected) process.disconnect()
  }
}

interface Trading {
  readonly day: FloorDay
  readonly log: FloorLog
  readonly seed: number
  readonly stop: AbortSignal
  readonly inventory: ReadonlyMap<string, number>
}

async function trade(
  place: Place,
  sessions: FloorSessions,
  { day, log, seed, stop, inventory }: Trading,
): Promise<void> {
  const { ems, line, feed } = sessions
  const say = (text: string) => log.say(text)
  // Ids are kept for two trade dates: those of an earlier run must not come back.
  const runId = Date.now().toString(36).toUpperCase()
  const venueName = DEMO_MARKET.venue
  const keyFile = join(place.data, 'secrets', `approval-venue-${venueName}.key`)
  const adapter = new VenueAdapter({
    ...{ gate: line, clock: systemClock, venueName, session: DESK_CLIENT, runId, say },
    guard: createAdapterGuard({ venue: venueName, keyFile, killFeed: line.killFeed }),
    priceDecimalsOf: (symbol) => demoListing(symbol)?.priceDecimals ?? 2,
    onReport: (report) => floor.desk.reported(report),
  })
  const venue = new SimulatedVenue({
    ...{ clock: systemClock, random: createRandom(seed, 1), report: (report) => adapter.reported(report) },
  })
  adapter.connect(venue)
  line.on('cancelRequested', (request) => adapter.cancelRequested(request))
  let isUp = true
  ems.on('state', ({ connection, why }) => {
    // What we close ourselves is not lost.
    if (connection === 'closed' || (connection === 'up') === isUp) return
    isUp = connection === 'up'
    say(isUp ? 'the desk is connected to the gate again' : `the desk has lost the gate: ${why}`)
  })
  const floor: TradingFloor = new TradingFloor({
    ...{ ems, feed, feedName: DEMO_MARKET.feed, venue, adapter, clock: systemClock, listings: DEMO_LISTINGS },
    ...{ strategies: demoStrategies(runId), mistakes: MISTAKES, manualSeats: MANUAL_SEATS, temptations: TEMPTATIONS },
    ...{ deskOf, inventory, venueName, session: DESK_CLIENT, runId, random: createRandom(seed, 0), say },
    isOpen: () => ems.state.connection === 'up' && line.state.connection === 'up',
    isStopped: (seat) => latchOver(line.killFeed.latches, seat) !== undefined,
    onBeat: (beat) => {
      scenarios.look()
      return day.begin(beat)
    },
    onOutcome: ({ ticket, fate }, mistake) => log.answered(ticket, fate, mistake),
  })
  const scenarios = new ScenarioDesk({ floor, sessions, directory: place.data, clock: systemClock, stop, say })
  if (scenario !== undefined) scenarios.plan(scenario)
  await day.clearLeftOvers((ms) => pause(systemClock, ms, stop), stop)
  await floor.run(stop)
  await scenarios.ended()
  adapter.close()
  await Promise.all([ems.settled(), line.settled()])
}
