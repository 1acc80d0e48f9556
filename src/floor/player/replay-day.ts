/**
 * A recorded day through a running gate, from the first phase to the report: sends the plan, checks the gate's exposure
 * at every change of phase, lets what is open expire, and says what came of it.
 */
import type { DayTimeUs } from '../day/day-event.ts'
import { type DayOutcome, END, EXPIRED } from './day-outcome.ts'
import type { DayNames, PlayerGate } from './day-player.ts'
import { DayPlayer } from './day-player.ts'
import { DayTally } from './day-tally.ts'
import type { LimitedWorld } from './exposure-limits.ts'
import { againstLimits, sectorUse } from './exposure-limits.ts'
import type { GateExposure } from './exposure-proof.ts'
import { ProofKeeper } from './exposure-proof.ts'
import type { PositionFact } from './facts.ts'
import type { Parents, Valuation } from './recompute-exposure.ts'
import { recomputeExposure } from './recompute-exposure.ts'
import type { RecordedDay } from './recorded-day.ts'
import type { ReferenceParameters } from './reference-mirror.ts'
import { ReferenceMirror } from './reference-mirror.ts'

export interface ReplayGate extends PlayerGate {
  /** Of every subject that the gate knows. */
  exposures(): Promise<readonly GateExposure[]>
}

export interface ReplayOptions {
  readonly gate: ReplayGate
  readonly day: RecordedDay
  readonly names: DayNames
  readonly parents: Parents
  readonly positions: readonly PositionFact[]
  /** Whose limits the report shows. */
  readonly world: LimitedWorld
  readonly parameters: ReferenceParameters
  /** Ledger units per price unit and quantity unit. */
  readonly unit: Pick<Valuation, 'n' | 'd'>
  readonly ledgerDecimals: number
  readonly baseCurrency: string
  readonly tradeDate: string
  readonly file: string
  /** Up to which the day's messages go; undefined for all of them. */
  readonly until?: DayTimeUs | undefined
  /** Waits until the day's time has come; at full speed it has. */
  readonly pace: (timeUs: DayTimeUs) => Promise<void>
  readonly nowMs: () => number
  /** Called after each message, with how many of them were sent. */
  readonly onProgress: (sent: number, timeUs: DayTimeUs, tally: DayTally) => void
}

export async function replayDay(options: ReplayOptions): Promise<DayOutcome> {
  const { gate, day, names, parents, positions, parameters, unit, ledgerDecimals } = options
  const tally = new DayTally()
  const mirror = new ReferenceMirror(day.priorClosePx, parameters)
  const player = new DayPlayer(gate, names, mirror, tally, positions)
  const proof = new ProofKeeper(ledgerDecimals)
  const check = async (at: string) => {
    const exposures = await gate.exposures()
    proof.check(at, exposures, recomputeExposure(player.facts, { ...unit, markPx: player.markPx }, parents))
    return exposures
  }
  const startMs = options.nowMs()
  let lastUs = 0
  for (const [index, message] of day.messages.entries()) {
    const { timeUs } = message
    await options.pace(timeUs)
    // The first phase opens an empty book: there is nothing to compare yet.
    if (message.kind === 'phase' && index > 0) await check(`${clockText(timeUs)} ${message.phase}`)
    await player.send(message)
    options.onProgress(index + 1, timeUs, tally)
    lastUs = timeUs
  }
  const closing = await check(`${clockText(lastUs)}${END}`)
  await player.expire(lastUs)
  await check(EXPIRED)
  return {
    ...{ file: options.file, tradeDate: options.tradeDate, baseCurrency: options.baseCurrency, ledgerDecimals },
    until: options.until === undefined ? undefined : clockText(options.until),
    lastTime: clockText(lastUs),
    counts: tally.counts(day.rebuilt),
    exposure: againstLimits(closing, options.world, ledgerDecimals),
    sectors: sectorUse(closing, options.world, ledgerDecimals),
    proof: proof.proof(),
    latency: player.latency(),
    elapsedMs: options.nowMs() - startMs,
  }
}

/** The time of day as HH:MM. */
export function clockText(timeUs: DayTimeUs): string {
  const minutes = Math.floor(timeUs / 60_000_000)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
