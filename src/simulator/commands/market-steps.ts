/**
 * Steps of the market: quotes that move, jump, cross and go silent; heartbeats, halts, prior closes, phases, rates.
 */
import { PARAMETERS, parameterIndex } from '../../model/parameters.ts'
import { marketAt } from '../twin/state.ts'
import type { Dice } from './dice.ts'
import type { Step } from './order-steps.ts'
import type { Listed } from './small-world.ts'

const BID = 1
const ASK = 2
const LAST = 4
const TRADE_ONLY = 8
const SECOND = 1_000_000

function feedOf({ definition }: Listed): number {
  return definition.feed as number
}

/** A drift of a few ticks, at times of some percent, at times a jump. */
function moved(centre: number, { tick, mayBeNegative, px }: Listed, dice: Dice): number {
  const size = Math.max(Math.abs(px), tick * 8)
  const by = dice.weighted([
    [70, dice.between(-4, 4) * tick],
    [20, Math.round((size * dice.between(-150, 150)) / 10_000 / tick) * tick],
    [6, Math.round((size * dice.between(-2_500, 2_500)) / 10_000 / tick) * tick],
    [4, 0],
  ])
  // The walk is drawn back to where it began, so that a long sequence keeps its scale.
  const home = Math.round((px - centre) / 20 / tick) * tick
  const to = centre + by + home
  return mayBeNegative ? to : Math.max(2 * tick, to)
}

export const quote: Step = (script, world, dice) => {
  const listed = dice.of(world.instruments)
  const market = marketAt(script.twin.state, listed.id)
  const centre = market.bid !== null && market.ask !== null ? Number((market.bid + market.ask) / 2n) : listed.px
  const middle = Math.round(moved(centre, listed, dice) / listed.tick) * listed.tick
  const half = dice.weighted([
    [80, dice.between(1, 3)],
    [10, dice.between(4, 60)],
    [5, 0],
    [5, -1],
  ] as const)
  const bidPx = middle - half * listed.tick
  const flags = dice.weighted([
    [72, BID | ASK],
    [8, BID | ASK | LAST],
    [8, LAST | TRADE_ONLY],
    [5, BID],
    [3, ASK],
    [2, 0],
    [2, TRADE_ONLY],
  ])
  script.send('Quote', {
    instrument: listed.id,
    feed: dice.chance(98) ? feedOf(listed) : dice.of([...world.feeds, 9]),
    bidPx: listed.mayBeNegative || dice.chance(1) ? bidPx : Math.max(1, bidPx),
    askPx: middle + half * listed.tick + (dice.chance(20) ? 1 : 0),
    lastPx: listed.mayBeNegative ? middle : Math.max(1, middle),
    sourceTimeUs: script.timeUs,
    flags,
  })
}

export const heartbeat: Step = (script, world) => {
  for (const feed of world.feeds) script.send('FeedHeartbeat', { feed, sourceTimeUs: script.timeUs })
}

/** Every instrument is quoted anew near where it began. */
export const refresh: Step = (script, world, dice) => {
  for (const listed of world.instruments) {
    const middle = listed.px + dice.between(-3, 3) * listed.tick
    const half = dice.between(1, 2) * listed.tick
    script.send('Quote', {
      instrument: listed.id,
      feed: feedOf(listed),
      bidPx: middle - half,
      askPx: middle + half,
      lastPx: middle,
      flags: BID | ASK | LAST,
    })
  }
}

export const silence: Step = (script, _, dice) => {
  script.wait(
    dice.weighted([
      [60, 3 * SECOND + dice.below(3)],
      [30, 2 * SECOND],
      [10, 301 * SECOND],
    ] as const),
  )
}

export const stateOfInstrument: Step = (script, world, dice) => {
  const listed = dice.of(world.instruments)
  const flags = dice.weighted([
    [30, 1],
    [20, 2],
    [15, 4],
    [15, 8],
    [10, 16],
    [10, dice.below(32)],
  ] as const)
  script.send('InstrumentState', {
    instrument: dice.chance(97) ? listed.id : 99,
    priorClose: listed.px + dice.between(-40, 40) * listed.tick,
    manualPx: listed.px + dice.between(-10, 10) * listed.tick,
    manualUntilUs: dice.chance(80) ? script.timeUs + dice.between(1, 20) * SECOND : 0,
    halted: dice.chance(25) ? 1 : 0,
    rule201: dice.chance(40) ? 1 : 0,
    active: dice.chance(75) ? 1 : 0,
    flags,
  })
}

export const phase: Step = (script, world, dice) => {
  const closed = 4
  script.send('SessionPhase', { venue: dice.of(world.venues), phase: dice.chance(30) ? closed : dice.below(4) })
}

export const rate: Step = (script, world, dice) => {
  const [eur] = world.currencies
  const currency = dice.of([...world.currencies, 0])
  const scale: Readonly<Record<number, readonly [number, number]>> = { 0: [1, 0], 1: [10_837, 4], 2: [126_931, 5] }
  const [base, decimals] = scale[currency] ?? [49_871, 0]
  const by = dice.weighted([
    [60, dice.between(-80, 80)],
    [40, dice.between(-400, 400)],
  ] as const)
  script.send('Fx', {
    currency,
    rate: Math.max(1, Math.round((base * (10_000 + by)) / 10_000)),
    decimals,
    haircutBps: currency === eur ? dice.of([150, 150, 150, 200]) : dice.of([0, 0, 35]),
  })
}

const TUNABLE: readonly (readonly [name: string, values: readonly number[]])[] = [
  ['revalueBps', [0, 25, 25, 100]],
  ['fxRevalueBps', [0, 100, 100]],
  ['spreadCapBps', [500, 500, 30]],
  ['jumpBps', [1_000, 1_000, 50]],
  ['quarantineUs', [0, SECOND, SECOND]],
  ['wideBandBps', [2_000, 100]],
  ['marketBufferBps', [500, 0, 1_500]],
  ['heartbeatMaxUs', [3 * SECOND, SECOND]],
  ['lastMaxUs', [300 * SECOND, 5 * SECOND]],
  ['tokenLifeUs', [2 * SECOND, 100_000, 50]],
  ['advMaxUs', [4 * 86_400 * SECOND, 4 * 86_400 * SECOND, 2 * SECOND]],
  ['parentsRequired', [0, 0, 0, 1]],
  ['basketToleranceBps', [500, 0]],
  ['warnRearmBps', [500, 0, 3_000]],
]

export const parameter: Step = (script, _, dice) => {
  if (dice.chance(5)) {
    script.send('Parameter', { parameter: dice.between(-1, PARAMETERS.length), value: -1 })
    return
  }
  const [name, values] = dice.of(TUNABLE)
  script.send('Parameter', { parameter: parameterIndex(name), value: dice.of(values) })
}
