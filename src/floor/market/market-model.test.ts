/** The market by its seed: the same walk, measured volatilities and betas, a busy open, quotes that are on the tick. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../day/random.ts'
import { DEMO_LISTINGS } from '../demo/listings.ts'
import { DAY_MS, MarketModel } from './market-model.ts'
import { MARKET_VOLATILITY, NAMES, SECTOR_VOLATILITY, YEAR_MS } from './names.ts'

const MINUTE_MS = 60_000
/** Returns of so many minutes: the deviation of a deviation is below 2 %. */
const MINUTES = 4_000

function returnsOf(seed: number): Map<string, number[]> {
  const market = new MarketModel(createRandom(seed, 0), DEMO_LISTINGS)
  const midOf = (symbol: string) => {
    const { bidPx, askPx } = market.move(symbol)
    return Math.log((bidPx + askPx) / 2)
  }
  const last = new Map(market.symbols.map((symbol) => [symbol, midOf(symbol)]))
  const returns = new Map<string, number[]>(market.symbols.map((symbol) => [symbol, []]))
  for (let minute = 0; minute < MINUTES; minute++) {
    market.pass(MINUTE_MS)
    for (const symbol of market.symbols) {
      const mid = midOf(symbol)
      returns.get(symbol)?.push(mid - (last.get(symbol) ?? 0))
      last.set(symbol, mid)
    }
  }
  return returns
}

const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0)
const yearly = (returns: readonly number[]) =>
  Math.sqrt((sum(returns.map((one) => one ** 2)) / returns.length) * (YEAR_MS / MINUTE_MS))

test('the same seed gives the same market, another one another', () => {
  const walk = (seed: number) => {
    const market = new MarketModel(createRandom(seed, 0), DEMO_LISTINGS)
    return Array.from({ length: 100 }, () => {
      market.pass(1_000)
      return market.move('AAPL').bidPx
    })
  }
  assert.deepEqual(walk(1), walk(1))
  assert.notDeepEqual(walk(1), walk(2))
})

test('names move as they were measured to, and together', () => {
  const returns = returnsOf(7)
  // Where a tick is small beside a minute's move: a coarse one adds deviation of its own.
  for (const symbol of ['MSFT', 'AAPL', 'TSLA', 'UNH', 'GS', 'COST']) {
    const { volatility = 0 } = NAMES.find((name) => name.symbol === symbol) ?? {}
    const seen = yearly(returns.get(symbol) ?? [])
    assert.ok(Math.abs(seen / volatility - 1) < 0.12, `${symbol}: ${seen}, measured ${volatility}`)
  }
  const symbols = NAMES.map(({ symbol }) => symbol)
  const mean = (returns.get('MSFT') ?? []).map(
    (_, at) => sum(symbols.map((symbol) => returns.get(symbol)?.[at] ?? 0)) / symbols.length,
  )
  const seen = yearly(mean)
  assert.ok(seen > 0.7 * MARKET_VOLATILITY && seen < 1.1 * MARKET_VOLATILITY, String(seen))
})

test('a day is busy at its ends; quotes stand on the tick and never cross', () => {
  const market = new MarketModel(createRandom(3, 0), DEMO_LISTINGS)
  const seen: number[] = []
  for (let part = 0; part < 100; part++) {
    seen.push(market.activity)
    market.pass(DAY_MS / 100)
    for (const { symbol, tick } of DEMO_LISTINGS) {
      const { bidPx, askPx } = market.move(symbol)
      assert.ok(bidPx > 0 && askPx > bidPx && bidPx % tick === 0 && askPx % tick === 0, symbol)
    }
  }
  assert.deepEqual([seen[0], seen[50]], [3, 0.5])
  assert.ok(Math.abs(sum(seen) / seen.length - 1) < 0.05)
})

test('every name has its sector and a positive deviation of its own', () => {
  assert.ok(NAMES.length >= 40 && new Set(NAMES.map(({ symbol }) => symbol)).size === NAMES.length)
  assert.deepEqual(new Set(NAMES.map(({ sector }) => sector)), new Set(Object.keys(SECTOR_VOLATILITY)))
})
