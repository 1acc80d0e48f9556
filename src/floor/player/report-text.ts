/** The report of a played day for a person at a terminal. */
import type { DayCounts, DayOutcome, ExposureProof, Latency, SectorUse, SubjectExposure } from './day-outcome.ts'
import { faultsOf } from './day-outcome.ts'

export function reportText(outcome: DayOutcome): string {
  const { counts, exposure, sectors, proof, latency } = outcome
  const faults = faultsOf(outcome)
  const seconds = (outcome.elapsedMs / 1000).toFixed(1)
  return [
    `DEMO  The day ${outcome.tradeDate} of ${outcome.file}, played in ${seconds} s`,
    '',
    ...countLines(counts),
    '',
    'Refused by control        as the reason   at all',
    ...Object.entries(counts.rejectedBy).map(([code, { asReason, asAny }]) =>
      [code.padEnd(25), String(asReason).padStart(14), String(asAny).padStart(8)].join(' '),
    ),
    '',
    `Exposure at the end and its limits, ${outcome.baseCurrency}`,
    ...exposureLines(exposure, outcome.ledgerDecimals),
    ...sectors.map((sector) => sectorLine(sector, outcome.ledgerDecimals)),
    '',
    'Latency seen by the client, microseconds',
    ...latencyLines(latency),
    '',
    ...proofLines(proof),
    faults.length === 0 ? 'Everything agrees.' : `FAILED: ${faults.join('; ')}`,
    '',
  ].join('\n')
}

function countLines(counts: DayCounts): string[] {
  const { selfMatch } = counts
  const share = counts.decided === 0 ? '0' : ((100 * counts.approved) / counts.decided).toFixed(1)
  const refused = selfMatch.refused + selfMatch.refusedOtherwise
  return [
    `Orders rebuilt           ${number(counts.rebuilt)}`,
    `Decided, the firm's      ${number(counts.decided)}`,
    `  approved               ${number(counts.approved)}  ${share} %`,
    `  rejected               ${number(counts.rejected)}`,
    `Cancels                  ${number(counts.cancels)}  and ${counts.cancelsDropped} dropped: their orders were refused`,
    `Fills booked             ${number(counts.fills)}`,
    `Fills dropped            ${number(counts.fillsDropped)}  counterfactual, ${counts.fillsDroppedQty} shares`,
    `Quotes and trades        ${number(counts.quotes)}`,
    `Self-matches in the file ${number(selfMatch.inFile)}`,
    `  found                  ${number(refused)}  ${selfMatch.refused} refused as such, ${selfMatch.refusedOtherwise} for another reason first`,
    `  not found              ${number(selfMatch.notFound)}`,
  ]
}

function number(value: number): string {
  return String(value).padStart(8)
}

function exposureLines(exposure: readonly SubjectExposure[], decimals: number): string[] {
  const cell = (used: bigint, limit: bigint | undefined) => useOf(used, limit, decimals).padStart(31)
  const heading = ['Gross (D05)', 'Net (D02)', 'Daily (D03)', 'Open (D06)'].map((text) => text.padStart(31)).join('')
  return [
    `${'Subject'.padEnd(20)}${heading}  Open orders`,
    ...exposure.map(({ subject, gross, net, executed, open, openOrders, limits }) =>
      [
        subject.padEnd(20),
        cell(gross, limits.D05),
        cell(net, limits.D02),
        cell(executed + open, limits.D03),
        cell(open, limits.D06),
        String(openOrders).padStart(13),
      ].join(''),
    ),
  ]
}

function sectorLine({ subject, sector, used, limit, limitBps }: SectorUse, decimals: number): string {
  return `Sector ${sector} of ${subject}  ${useOf(used, limit, decimals)}, ${limitBps} bps of its capital (D08)`
}

/** Whole units of the currency, cut off. */
function useOf(used: bigint, limit: bigint | undefined, decimals: number): string {
  const whole = (money: bigint) => String(money / 10n ** BigInt(decimals))
  if (limit === undefined) return `${whole(used)} of          -    -`
  return `${whole(used)} of ${whole(limit).padStart(10)} ${percent(used, limit).padStart(4)}`
}

function percent(used: bigint, limit: bigint): string {
  return limit === 0n ? '-' : `${(used * 100n) / limit}%`
}

function latencyLines(latency: DayOutcome['latency']): string[] {
  const row = (name: string, values: readonly (string | number)[]) =>
    name.padEnd(12) + values.map((value) => String(value).padStart(9)).join('')
  return [
    row('', ['requests', 'p50', 'p90', 'p99', 'p99.9', 'max']),
    ...Object.entries(latency).map(([name, { count, p50, p90, p99, p999, max }]: [string, Latency]) =>
      row(name, [count, p50, p90, p99, p999, max]),
    ),
  ]
}

/** Disagreements that are shown; all of them are in the JSON report. */
const SHOWN = 20

function proofLines({ checks, compared, disagreements }: ExposureProof): string[] {
  return [
    `Exposure recomputed from scratch ${checks.length} times (${checks.join(', ')}):`,
    `  ${compared} numbers compared with the gate's, ${disagreements.length} differ`,
    ...disagreements
      .slice(0, SHOWN)
      .map(
        ({ at, subject, field, gate, recomputed }) =>
          `  ${at}: ${subject} ${field} is ${gate} at the gate, ${recomputed} recomputed`,
      ),
  ]
}
