/** The report of a played day for a person at a terminal. */
import type { DayCounts, DayOutcome, ExposureProof, Latency, SectorUse, SubjectExposure } from './day-outcome.ts'
import { END, EXPIRED, faultsOf } from './day-outcome.ts'

export function reportText(outcome: DayOutcome): string {
  const { counts, exposure, sectors, proof, latency, lastTime, baseCurrency } = outcome
  const faults = faultsOf(outcome)
  return [
    titleOf(outcome),
    '',
    ...countLines(counts),
    '',
    'Refused by control        as the reason   at all',
    ...Object.entries(counts.rejectedBy).map(([code, { asReason, asAny }]) =>
      [code.padEnd(25), String(asReason).padStart(14), String(asAny).padStart(8)].join(' '),
    ),
    '',
    `Exposure and its limits at ${lastTime}, after the last message and before open orders expire, ${baseCurrency}`,
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

function titleOf({ tradeDate, file, until, elapsedMs }: DayOutcome): string {
  const part = until === undefined ? `The whole day ${tradeDate}` : `${tradeDate} up to ${until}`
  return `DEMO  ${part} of ${file}, played in ${(elapsedMs / 1000).toFixed(1)} s`
}

function countLines(counts: DayCounts): string[] {
  const { selfMatch } = counts
  const share = counts.decided === 0 ? '0' : ((100 * counts.approved) / counts.decided).toFixed(1)
  return [
    `Orders in the file       ${number(counts.rebuilt)}  of everybody, the whole day`,
    `Decided, the firm's      ${number(counts.decided)}`,
    `  approved               ${number(counts.approved)}  ${share} %`,
    `  rejected               ${number(counts.rejected)}`,
    `Cancels                  ${number(counts.cancels)}  and ${counts.cancelsDropped} dropped: their orders were refused`,
    `Fills booked             ${number(counts.fills)}`,
    `Fills dropped            ${number(counts.fillsDropped)}  ${grouped(String(counts.fillsDroppedQty))} shares that traded on the real day, and here cannot: the gate had refused the orders`,
    `Quotes and trades        ${number(counts.quotes)}`,
    `Trades with itself       ${number(selfMatch.inFile)}  trades of the real day between two orders of the firm`,
    `  refused as such        ${number(selfMatch.refused)}  the gate refused one of the two orders because it would have met the other`,
    `  refused otherwise      ${number(selfMatch.refusedOtherwise)}  the gate had refused one of the two orders for another reason`,
    `  let through            ${number(selfMatch.notFound)}  the gate approved both orders: must be 0`,
  ]
}

function number(value: number): string {
  return String(value).padStart(8)
}

const CONTROLS = ['D05', 'D02', 'D03', 'D06'] as const

function exposureLines(exposure: readonly SubjectExposure[], decimals: number): string[] {
  const rows = exposure.map(({ subject, gross, net, executed, open, openOrders, limits }) => {
    const uses = [gross, net, executed + open, open]
    const cells = CONTROLS.flatMap((control, i) => useCells(uses[i] ?? 0n, limits[control], decimals))
    return [subject, ...cells, String(openOrders)]
  })
  const headings = ['Gross', 'Net', 'Daily', 'Open'].flatMap((use) => [use, 'limit', ''])
  return table([['Subject', ...headings, 'Open orders'], ...rows])
}

/** The first column left, the others right; a share stands close to its limit. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
}

function sectorLine({ subject, sector, used, limit, limitBps }: SectorUse, decimals: number): string {
  const [use, most, share] = useCells(used, limit, decimals)
  return `Sector ${sector} of ${subject}: ${use} of ${most}, ${share}; the limit is ${limitBps} bps of its capital`
}

/** Use, limit and the share of it that is used. */
function useCells(used: bigint, limit: bigint | undefined, decimals: number): [string, string, string] {
  if (limit === undefined) return [moneyText(used, decimals), '-', '']
  return [moneyText(used, decimals), moneyText(limit, decimals), percent(used, limit)]
}

/** All decimals, thousands apart. */
function moneyText(money: bigint, decimals: number): string {
  const sign = money < 0n ? '-' : ''
  const digits = String(money < 0n ? -money : money).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  return sign + grouped(whole) + (decimals === 0 ? '' : `.${digits.slice(-decimals)}`)
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',')
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
  const phases = checks.filter((at) => at !== EXPIRED && !at.endsWith(END))
  const end = checks.find((at) => at.endsWith(END))
  return [
    `Exposure recomputed from scratch at ${checks.length} moments:`,
    ...(phases.length === 0 ? [] : [`  as the session changes its phase: ${phases.join(', ')}`]),
    ...(end === undefined ? [] : [`  after the last message, with what is open: ${end}`]),
    ...(checks.includes(EXPIRED) ? ['  after every open order has expired: nothing may be open'] : []),
    `  ${grouped(String(compared))} numbers compared with the gate's, ${disagreements.length} differ`,
    ...disagreements
      .slice(0, SHOWN)
      .map(
        ({ at, subject, field, gate, recomputed }) =>
          `  ${at}: ${subject} ${field} is ${gate} at the gate, ${recomputed} recomputed`,
      ),
  ]
}
