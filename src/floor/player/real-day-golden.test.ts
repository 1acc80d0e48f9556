/**
 * The real day, decided: the whole of it by an engine alone, its first hour by a real gate process over the network. The
 * counts are golden: UPDATE_GOLDEN=1 writes them anew, and whoever does so must be able to say why they changed.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { replay } from '../../cli/replay.ts'
import { EngineGate } from '../../simulator/engine-gate.ts'
import { BASE_CURRENCY, DAY_MARKET, dayWorld } from '../world/day-world.ts'
import { agingRequests, worldRequests } from '../world/world-bodies.ts'
import { shanghaiMidnightUs } from './day-clock.ts'
import type { DayOutcome } from './day-outcome.ts'
import { faultsOf } from './day-outcome.ts'
import { replayTerms } from './prepare-replay.ts'
import { recordedDay } from './recorded-day.ts'
import { replayDay } from './replay-day.ts'

const ROOT = projectRoot()
const FILE = resolve(ROOT, '../shared/data/lob-sse-600519/events.csv.gz')
const skip = existsSync(FILE) ? false : 'the real day is not here: ../shared/data/lob-sse-600519/events.csv.gz'
const DATE = '2023-02-07'
const FIRM = 'DEMO'
/** 09:15 to 10:30: the opening auction and the first hour. */
const FIRST_HOUR_US = 10.5 * 3_600_000_000

/** The nearest folder above with a package.json: this file also runs compiled, from another depth. */
function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder)
  return folder
}

async function decidedByEngine(until?: number): Promise<DayOutcome> {
  const day = await recordedDay(FILE, until)
  const names = { firm: FIRM, baseCurrency: BASE_CURRENCY, session: 'floor-ems', feed: DAY_MARKET.feed }
  const gate = new EngineGate({ ...names, tradeDate: 20230207, midnightUs: shanghaiMidnightUs(DATE) })
  const world = dayWorld(FIRM, 'floor-ems', day.priorClose)
  for (const { path, rows } of [...worldRequests(world), ...agingRequests(world, `${DATE}T00:00:00Z`)]) {
    for (const row of rows) gate.tell(path, row, 8 * 3_600_000_000)
  }
  const nothing = { pace: async () => {}, onProgress: () => {}, nowMs: () => 0, file: 'events.csv.gz' }
  return replayDay({ gate, day, world, ...replayTerms(FIRM, DATE, 2), ...nothing })
}

/** Compares with the golden file, or writes it. */
function golden(name: string, { counts, proof }: DayOutcome): void {
  const path = join(ROOT, 'testdata', name)
  const { checks, compared } = proof
  const found = { counts, proof: { checks, compared } }
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, `${JSON.stringify(found, null, 2)}\n`)
  assert.deepEqual(found, JSON.parse(readFileSync(path, 'utf8')))
}

describe('the real day, decided', { skip }, () => {
  let wholeDay: DayOutcome
  before(async () => {
    wholeDay = await decidedByEngine()
  })

  test('the counts of the whole day', () => golden('real-day.json', wholeDay))

  test('the exposure agrees with the recomputation, and every self-match is found', () => {
    assert.deepEqual(faultsOf(wholeDay), [])
    assert.equal(wholeDay.counts.selfMatch.notFound, 0)
    assert.ok(wholeDay.proof.compared > 2_000)
  })

  test('60 to 95 % of the orders pass, and every control over exposure, price, rate and wash trades bites', () => {
    const { approved, decided, rejectedBy } = wholeDay.counts
    assert.ok(approved / decided >= 0.6 && approved / decided <= 0.95, `${approved} of ${decided}`)
    const exposure = ['DAILY_GROSS', 'PORTFOLIO_GROSS', 'INTRADAY_NET', 'SECTOR_CONCENTRATION', 'OPEN_ORDER_NOTIONAL']
    const price = ['MAX_ORDER_QTY', 'MAX_ORDER_NOTIONAL', 'PRICE_COLLAR']
    const rate = ['DUPLICATE_ORDER', 'MESSAGE_RATE', 'MAX_OPEN_ORDERS']
    for (const code of [...exposure, ...price, ...rate, 'SELF_MATCH', 'REGULATORY_COMPLIANCE']) {
      assert.ok((rejectedBy[code]?.asReason ?? 0) >= 20, `${code} refuses ${rejectedBy[code]?.asReason ?? 0}`)
    }
  })

  // At these times sells below the market wait for their fills, and are worth more than their own price.
  for (const minute of [35, 40, 45]) {
    test(`a day that is cut off at 09:${minute} agrees with the recomputation`, async () => {
      const outcome = await decidedByEngine((9 * 60 + minute) * 60_000_000)
      assert.deepEqual(outcome.proof.disagreements, [])
    })
  }

  test('the first hour through a real gate process comes to the same as by the engine alone', async () => {
    const outcome = await replay(FILE, { date: DATE, durability: 'os', until: FIRST_HOUR_US })
    assert.deepEqual(faultsOf(outcome), [])
    const engine = await decidedByEngine(FIRST_HOUR_US)
    assert.deepEqual(outcome.counts, engine.counts)
    assert.deepEqual(outcome.exposure, engine.exposure)
    golden('real-day-first-hour.json', outcome)
  })
})
