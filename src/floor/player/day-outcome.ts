/** What came of a played day: the counts, which are golden, and the measurements, which differ from run to run. */

/** How often a control refused: as the reason that was given, and at all. */
export interface Refusals {
  readonly asReason: number
  /** Among all controls that failed; zero where a reason comes from no control. */
  readonly asAny: number
}

export interface DayCounts {
  /** Orders of everybody that were rebuilt from the file. */
  readonly rebuilt: number
  /** Orders of the firm that were sent, and what the gate said. */
  readonly decided: number
  readonly approved: number
  readonly rejected: number
  /** By code of the control; by reason code where no control gives it. */
  readonly rejectedBy: Readonly<Record<string, Refusals>>
  readonly cancels: number
  /** Cancels of orders that were refused. */
  readonly cancelsDropped: number
  readonly fills: number
  /** Fills of orders that were refused: what would have happened. In shares. */
  readonly fillsDropped: number
  readonly fillsDroppedQty: number
  readonly quotes: number
  readonly selfMatch: SelfMatchCounts
}

/** The trades of the real day in which both orders were the firm's. */
export interface SelfMatchCounts {
  readonly inFile: number
  /** The gate refused one of the two as a self-match. */
  readonly refused: number
  /** One of the two was refused for another reason. */
  readonly refusedOtherwise: number
  /** Both were approved: must be zero. */
  readonly notFound: number
}

/** Money in ledger units of the base currency. */
export interface SubjectExposure {
  readonly subject: string
  readonly gross: bigint
  readonly net: bigint
  readonly executed: bigint
  readonly open: bigint
  readonly openOrders: number
  /** Hard limits, by control; undefined where there is none. */
  readonly limits: Readonly<Partial<Record<'D02' | 'D03' | 'D05' | 'D06', bigint>>>
}

/** D08: worst-case gross in a sector against its share of the subject's capital. */
export interface SectorUse {
  readonly subject: string
  readonly sector: string
  readonly used: bigint
  readonly limit: bigint
  readonly limitBps: number
}

export interface Disagreement {
  readonly at: string
  readonly subject: string
  readonly field: string
  readonly gate: string
  readonly recomputed: string
}

/** How the moment after the last message is called, behind its time; what is open still stands. */
export const END = ' end'
/** The last moment that is checked: every open order has expired. */
export const EXPIRED = 'after expiry'

/** The gate's exposure against the recomputation, at several moments of the day. */
export interface ExposureProof {
  readonly checks: readonly string[]
  /** Numbers that were compared. */
  readonly compared: number
  readonly disagreements: readonly Disagreement[]
}

/** Microseconds, as the client sees them. */
export interface Latency {
  readonly count: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

export interface DayOutcome {
  readonly file: string
  readonly tradeDate: string
  readonly baseCurrency: string
  readonly ledgerDecimals: number
  /** Time of day as HH:MM up to which the day was to be played; undefined for the whole of it. */
  readonly until: string | undefined
  /** Time of the last message that was played, as HH:MM. */
  readonly lastTime: string
  readonly counts: DayCounts
  /** After the last message that was played, before what is still open expires. */
  readonly exposure: readonly SubjectExposure[]
  readonly sectors: readonly SectorUse[]
  readonly proof: ExposureProof
  readonly latency: Readonly<Record<'orders' | 'cancels' | 'executions' | 'quotes', Latency>>
  readonly elapsedMs: number
}

/** Why a replay failed; empty for one that proved what it should. */
export function faultsOf({ counts, proof }: DayOutcome): string[] {
  const faults: string[] = []
  const { disagreements } = proof
  if (disagreements.length > 0) faults.push(`${disagreements.length} exposures disagree with the recomputation`)
  if (proof.compared === 0) faults.push('no exposure was compared')
  if (counts.selfMatch.notFound > 0) faults.push(`${counts.selfMatch.notFound} self-matches were approved`)
  if (counts.approved + counts.rejected !== counts.decided) faults.push('not every order was approved or rejected')
  return faults
}
