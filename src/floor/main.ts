/**
 * The demo's trading floor as a process of its own: `node floor/main.js --url http://127.0.0.1:PORT --secrets FILE`.
 * With `--memory FILE` it cancels at its start what the floor before it left open, as a killed one does.
 * Ends cleanly, leaving no order behind, on SIGTERM, SIGINT, and when the process that started it is gone.
 */
import { parseArgs } from 'node:util'
import { readSecrets } from './client/credentials.ts'
import { GateClient } from './client/gate-client.ts'
import { createRandom } from './day/random.ts'
import { FloorLog } from './demo/floor-log.ts'
import { DEMO_LISTINGS } from './demo/listings.ts'
import { MISTAKES } from './demo/mistakes.ts'
import { cancelLeftOvers, OrderMemory } from './demo/order-memory.ts'
import { demoFloorGate, patientGate, whenReady } from './demo/patient-gate.ts'
import { demoStrategies, deskOf, MANUAL_SEATS, TEMPTATIONS } from './demo/seats.ts'
import { TradingFloor } from './demo/trading-floor.ts'
import { DEMO_MARKET, demoWorld } from './world/demo-world.ts'
import { inventoryOf } from './world/inventory.ts'
import { rollDates } from './world/roll-dates.ts'
import { setUpWorld } from './world/set-up-world.ts'
import type { World } from './world/world.ts'

const SESSION = 'floor-ems'
/** What a floor does that was not told otherwise: any number will do, and the same one does the same. */
const SEED = '2026'

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    secrets: { type: 'string' },
    memory: { type: 'string' },
    seed: { type: 'string', default: SEED },
  },
})
if (values.url === undefined || values.secrets === undefined) {
  console.error('usage: floor/main.js --url URL --secrets FILE [--memory FILE] [--seed NUMBER]')
  process.exit(2)
}
await main(new URL(values.url), values.secrets, values.memory, Number(values.seed))

async function main(url: URL, secretsFile: string, memoryFile: string | undefined, seed: number): Promise<void> {
  const stop = new AbortController()
  for (const event of ['SIGTERM', 'disconnect'] as const) process.on(event, () => stop.abort())
  // Whoever started it may have gone while it was being loaded.
  if (process.send !== undefined && !process.connected) return
  // Ctrl-C reaches every process at the terminal; a supervisor tells us by itself, while the gate is still there.
  process.on('SIGINT', () => {
    if (!process.connected) stop.abort()
  })
  const nowMs = () => Date.now()
  const wait = (ms: number) => pause(ms, stop.signal)
  const log = new FloorLog(process.stdout, nowMs)
  const say = (text: string) => log.say(text)
  const client = new GateClient({ url, secrets: readSecrets(secretsFile), feed: DEMO_MARKET.feed, nowMs, wait })
  const patience = { signal: stop.signal, wait, say }
  try {
    const ready = await whenReady(client, patience)
    if (ready === undefined) return
    const world = demoWorld(ready.firm, SESSION)
    const rows = await setUpWorld(client, world, ready.time)
    say(`the gate of ${ready.firm} knows the floor, ${rows} rows were sent`)
    // Ids are kept for two trade dates: those of an earlier run must not come back.
    const names = { session: SESSION, venueName: DEMO_MARKET.venue, runId: nowMs().toString(36).toUpperCase() }
    const memory = new OrderMemory(memoryFile)
    const left = await cancelLeftOvers((bodies) => client.executions(bodies), memory.recall(), names)
    if (left > 0) say(`${left} orders that the floor before this one left open are canceled`)
    const floor = new TradingFloor({
      ...{ listings: DEMO_LISTINGS, strategies: demoStrategies(), mistakes: MISTAKES, manualSeats: MANUAL_SEATS },
      ...{ deskOf, inventory: inventoryOf(world, await client.cells()) },
      ...{ temptations: TEMPTATIONS, ...names, tradeDate: String(ready.tradeDate), wait, say },
      gate: patientGate(demoFloorGate(client, say), patience),
      random: createRandom(seed, 0),
      today: () => new Date(nowMs()).toISOString().slice(0, 10).replaceAll('-', ''),
      beginDate: (date) => beginDate(client, world, date, say),
      remember: (orders) => memory.remember(orders),
      onAnswer: (ticket, answer, mistake) => log.answered(ticket, answer, mistake),
    })
    await floor.run(stop.signal)
    say('closed')
  } finally {
    client.close()
    // An open channel to the parent would keep the process alive.
    if (process.connected) process.disconnect()
  }
}

/** A new day: executed flow starts from zero, and what ages is said again. */
async function beginDate(client: GateClient, world: World, date: string, say: (text: string) => void): Promise<void> {
  for (const step of rollDates((await client.readiness()).tradeDate, Number(date))) {
    const { applied, code, text } = await client.rollDay(String(step))
    if (!applied) say(`the gate does not begin the trade date ${step}: ${code}: ${text}`)
  }
  await setUpWorld(client, world, (await client.readiness()).time)
  say(`the trade date ${date} begins`)
}

/** Resolves after the time, or at once when the signal comes. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((settle) => {
    if (signal.aborted) return settle()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      settle()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
