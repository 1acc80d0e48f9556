/**
 * From a file and a running gate to everything that a replay needs: checks that the gate holds nothing, tells it of the
 * day's world, and works out the units that the exposure is recomputed in.
 */
import { parseDecimal } from '../../model/numbers.ts'
import { PARAMETERS } from '../../model/parameters.ts'
import type { GateClient } from '../client/gate-client.ts'
import { DEMO_FIRM } from '../day/firm.ts'
import { BASE_CURRENCY, CNY_RATE, DAY_MARKET, DAY_SYMBOL, dayPositions, dayWorld } from '../world/day-world.ts'
import { clientOf, ENTITY } from '../world/firm-names.ts'
import { setUpWorld } from '../world/set-up-world.ts'
import { DayClock, shanghaiMidnightUs } from './day-clock.ts'
import type { PositionFact } from './facts.ts'
import type { RecordedDay } from './recorded-day.ts'
import type { ReferenceParameters } from './reference-mirror.ts'
import type { ReplayOptions } from './replay-day.ts'
import { restReplayGate } from './rest-replay-gate.ts'

const SESSION = 'floor-ems'
/** Of the day's prices; its quantities are whole shares. */
const PRICE_DECIMALS = 2
const EIGHT_US = 8 * 3_600_000_000

/** The gate cannot be played to: why, and what to do. */
export class ReplayRefused extends Error {
  override readonly name = 'ReplayRefused'
}

export type PreparedReplay = Omit<ReplayOptions, 'file' | 'pace' | 'nowMs' | 'onProgress'> & {
  /** False where the gate goes by the machine's clock: its counts then depend on how fast the day is played. */
  readonly isReplayClock: boolean
}

export type ReplayTerms = Pick<
  ReplayOptions,
  'names' | 'parents' | 'positions' | 'parameters' | 'unit' | 'baseCurrency' | 'ledgerDecimals' | 'tradeDate'
>

/** @param tradeDate as 2023-02-07 @throws ReplayRefused */
export async function prepareReplay(client: GateClient, day: RecordedDay, tradeDate: string): Promise<PreparedReplay> {
  const midnightUs = shanghaiMidnightUs(tradeDate)
  const { firm } = await client.readiness()
  const ledgerDecimals = await checkEmpty(client)
  const clock = await DayClock.of(midnightUs, (options) => client.heartbeat(options))
  const morning = clock.at(EIGHT_US)
  await beginDate(client, clock, tradeDate)
  const { time } = await client.readiness()
  const world = dayWorld(firm, SESSION, day.priorClose)
  const define = (path: string, rows: readonly object[]) => client.define(path, rows, morning)
  await setUpWorld({ limits: () => client.limits(), cells: () => client.cells(), define }, world, time)
  const gate = restReplayGate(client, clock, ledgerDecimals)
  const terms = replayTerms(firm, tradeDate, ledgerDecimals)
  return { gate, day, world, ...terms, isReplayClock: clock.isReplay }
}

/** What the day's messages carry and what its exposure is recomputed by, whatever gate it is played to. */
export function replayTerms(firm: string, tradeDate: string, ledgerDecimals: number): ReplayTerms {
  const prefix = `D${tradeDate.replaceAll('-', '')}`
  return {
    names: { symbol: DAY_SYMBOL, venue: DAY_MARKET.venue, session: SESSION, prefix },
    parents: { firm, session: SESSION, entityOf: () => ENTITY, clientOf },
    positions: dayPositions().map(positionFact),
    parameters: parametersInForce(),
    unit: unitOf(CNY_RATE, ledgerDecimals),
    ...{ baseCurrency: BASE_CURRENCY, ledgerDecimals, tradeDate },
  }
}

/** Returns the decimals of the gate's money. */
async function checkEmpty(client: GateClient): Promise<number> {
  const { currency, exposures } = await client.exposures()
  if (currency !== BASE_CURRENCY) {
    throw new ReplayRefused(`the day's limits are in ${BASE_CURRENCY}, this gate's base currency is ${currency}`)
  }
  const used = exposures.find(({ gross, executed, openOrders }) => Number(gross) + Number(executed) + openOrders > 0)
  if (used !== undefined) {
    throw new ReplayRefused(`${used.subject} has exposure already: play the day to a gate that holds nothing`)
  }
  return exposures[0]?.gross.split('.')[1]?.length ?? 0
}

/** A gate whose clock stood before the day begins its trade date; the machine's clock is past it. */
async function beginDate(client: GateClient, clock: DayClock, tradeDate: string): Promise<void> {
  if (!clock.isReplay) return
  const date = tradeDate.replaceAll('-', '')
  if ((await client.readiness()).tradeDate >= Number(date)) return
  await client.rollDay(date, clock.at(EIGHT_US))
}

function positionFact({ account, trader, strategy, qty }: ReturnType<typeof dayPositions>[number]): PositionFact {
  const desk = DEMO_FIRM.traders.find((one) => one.trader === trader)?.desk ?? ''
  return { kind: 'position', account, trader, desk, strategy, qty: Number(qty) }
}

/** A fresh gate has the parameters of the table; the day's world changes none. */
function parametersInForce(): ReferenceParameters {
  const value = (name: string) => PARAMETERS.find((row) => row.name === name)?.value ?? 0
  return {
    ...{ revalueBps: value('revalueBps'), heartbeatMaxUs: value('heartbeatMaxUs'), lastMaxUs: value('lastMaxUs') },
    ...{ spreadCapBps: value('spreadCapBps'), jumpBps: value('jumpBps'), quarantineUs: value('quarantineUs') },
  }
}

/** Ledger units per price unit and share: the rate, moved by the decimals of ledger and price. */
function unitOf(rate: string, ledgerDecimals: number): { n: bigint; d: bigint } {
  const rateDecimals = rate.split('.')[1]?.length ?? 0
  const n = parseDecimal(rate, rateDecimals)
  if (typeof n === 'string') throw new Error(`${rate} is no rate: ${n}`)
  return { n: BigInt(n) * 10n ** BigInt(ledgerDecimals), d: 10n ** BigInt(rateDecimals + PRICE_DECIMALS) }
}
