/**
 * What goes wrong on a trading floor, on demand: each scenario is injected into the running floor, says what it does, and then
 * what the gate did about it.
 */
import type { Outcome } from './order-desk.ts'
import type { Seat } from './strategies.ts'
import type { Action, FloorView, LiveOrder, Ticket } from './ticket.ts'
import { LOT } from './ticket.ts'

export const SCENARIOS = ['runaway', 'fat-finger', 'stale-feed', 'disconnect'] as const
export type Scenario = (typeof SCENARIOS)[number]

/** The floor as far as a scenario touches it. */
export interface Stage {
  readonly view: FloorView
  /** An algorithm, and a trader who types his orders. */
  readonly algorithm: Seat
  readonly trader: Seat
  readonly graceMs: number
  act(action: Action, why: string): Promise<Outcome | undefined>
  /** The latch that stops the strategy, in words; undefined where none does. */
  latchOf(strategy: string): string | undefined
  liveOrders(): readonly LiveOrder[]
  isConnected(): boolean
  silenceFeed(ms: number): void
  cutDesk(ms: number): void
  wait(ms: number): Promise<void>
  say(text: string): void
}

/** How often a scenario looks, and how often at most: then it says that what it waits for did not come. */
const LOOK_MS = 100
const LOOKS = 300
const SLICES = 10
/** Far more than a loop without an end gets to send. */
const LOOP = 60
/** Longer than quotes outlive their heartbeat. */
const SILENT_MS = 6_000

const PLAYS: Readonly<Record<Scenario, (stage: Stage, say: (text: string) => void) => Promise<void>>> = {
  runaway,
  'fat-finger': fatFinger,
  'stale-feed': staleFeed,
  disconnect,
}

export async function playScenario(name: Scenario, stage: Stage): Promise<void> {
  await PLAYS[name](stage, (text) => stage.say(`scenario ${name}: ${text}`))
}

/** An algorithm that does not count what it has sent slices its parent order for ever. */
async function runaway(stage: Stage, say: (text: string) => void): Promise<void> {
  const { algorithm, view } = stage
  const { strategy, trader, accounts, symbols } = algorithm
  const stopped = stage.latchOf(strategy)
  if (stopped !== undefined) return say(`${strategy} is stopped already: ${stopped}`)
  const [symbol = '', account = ''] = [symbols[0], accounts[0]]
  const parentClOrdID = `RUNAWAY-${view.random().toString(36).slice(2, 10)}`
  const parent = { parentClOrdID, strategy, account, symbol, side: 'Buy', qty: SLICES * LOT } as const
  say(`${strategy} is to buy ${parent.qty} ${symbol} in ${SLICES} slices, and does not stop slicing`)
  await stage.act({ kind: 'parent', parent }, 'runaway')
  let sent = 0
  let refused: string | undefined
  for (let slice = 0; slice < LOOP && refused === undefined; slice++) {
    // Each at a price of its own below the market: no two alike, and none fills at once.
    const px = view.quoteOf(symbol).bidPx - (20 + slice) * view.listingOf(symbol).tick
    const terms = { symbol, side: 'Buy', ordType: 'Limit', timeInForce: 'Day', qty: LOT, px } as const
    const ticket: Ticket = { ...terms, account, trader, strategy, parentClOrdID }
    refused = refusalOf(await stage.act({ kind: 'new', ticket }, 'runaway'))
    if (refused === undefined) sent++
  }
  say(refused === undefined ? 'the gate did not refuse it' : `after ${sent} slices the gate refused one: ${refused}`)
  await until(stage, () => stage.latchOf(strategy) !== undefined)
  const latch = stage.latchOf(strategy)
  say(latch === undefined ? 'no latch was heard of' : `the gate has stopped ${strategy}: ${latch}`)
  const live = stage.liveOrders().filter(({ ticket }) => ticket.strategy === strategy)
  for (const order of live) await stage.act({ kind: 'cancel', order }, 'runaway')
  await until(stage, () => stage.liveOrders().every(({ ticket }) => ticket.strategy !== strategy))
  say(`its ${live.length} open orders were canceled; two officers let it trade again (README, "Stop a trader")`)
}

/** Three zeros too many, then a comma in the wrong place. */
async function fatFinger(stage: Stage, say: (text: string) => void): Promise<void> {
  const { trader, view } = stage
  const [symbol = '', account = ''] = [trader.symbols[0], trader.accounts[0]]
  const { askPx } = view.quoteOf(symbol)
  const enter = async (what: string, qty: number, px: number) => {
    say(`${trader.trader} enters Buy ${qty} ${symbol} ${what}`)
    const terms = { symbol, side: 'Buy', ordType: 'Limit', timeInForce: 'IOC', qty, px, account } as const
    const ticket: Ticket = { ...terms, trader: trader.trader, strategy: trader.strategy }
    const refused = refusalOf(await stage.act({ kind: 'new', ticket }, 'fat finger'))
    say(refused === undefined ? 'the gate let it through' : `the gate refused it: ${refused}`)
  }
  await enter('where 200 were meant', 200_000, askPx)
  await enter('at ten times its price', 200, askPx * 10)
  await enter('as it was meant', 200, askPx)
}

/** Quotes and heartbeats stop, and the desk does not notice. */
async function staleFeed(stage: Stage, say: (text: string) => void): Promise<void> {
  const { trader, view } = stage
  const [symbol = '', account = ''] = [trader.symbols[0], trader.accounts[0]]
  let orders = 0
  const probe = async () => {
    const px = view.quoteOf(symbol).bidPx
    // No two of one size: the same order again and again would be refused for that.
    const terms = { symbol, side: 'Buy', ordType: 'Limit', timeInForce: 'IOC', qty: LOT + ++orders, px } as const
    const ticket: Ticket = { ...terms, account, trader: trader.trader, strategy: trader.strategy }
    return refusalOf(await stage.act({ kind: 'new', ticket }, 'stale feed'))
  }
  say(`the market data falls silent for ${SILENT_MS / 1_000} seconds, and the desks trade on`)
  stage.silenceFeed(SILENT_MS)
  let refused: string | undefined
  for (let look = 0; look < LOOKS && refused === undefined; look++) {
    await stage.wait(LOOK_MS * 5)
    refused = await probe()
  }
  say(refused === undefined ? 'the gate refused nothing' : `the gate trusts the prices no longer: ${refused}`)
  for (let look = 0; look < LOOKS && refused !== undefined; look++) {
    await stage.wait(LOOK_MS * 5)
    refused = await probe()
  }
  say(refused === undefined ? 'the feed is back, and orders pass' : `orders are still refused: ${refused}`)
}

/** The desk loses its session for longer than its grace. */
async function disconnect(stage: Stage, say: (text: string) => void): Promise<void> {
  const { graceMs } = stage
  const awayMs = 2 * graceMs
  const open = stage.liveOrders().length
  say(`the desk loses its session for ${awayMs / 1_000} seconds, with ${open} orders at the venue`)
  stage.cutDesk(awayMs)
  await until(stage, () => stage.liveOrders().length === 0)
  const left = stage.liveOrders().length
  say(left === 0 ? `after ${graceMs / 1_000} seconds the gate had all of them canceled` : `${left} are still open`)
  await until(stage, () => stage.isConnected())
  say(stage.isConnected() ? 'the session is there again, and the desk trades on' : 'the session did not come back')
}

async function until(stage: Stage, isSo: () => boolean): Promise<void> {
  for (let look = 0; look < LOOKS && !isSo(); look++) await stage.wait(LOOK_MS)
}

/** Why an order did not go, in words; undefined where it went. */
function refusalOf(outcome: Outcome | undefined): string | undefined {
  const fate = outcome?.fate
  if (fate?.outcome === 'refused') return fate.refusal.text
  return fate?.outcome === 'notSent' ? fate.text : undefined
}
