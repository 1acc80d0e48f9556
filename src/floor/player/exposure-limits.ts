/** Puts a subject's exposure beside the limits of the day's world. */
import type { LimitDefinition, World } from '../world/world.ts'
import type { SectorUse, SubjectExposure } from './day-outcome.ts'
import type { GateExposure } from './exposure-proof.ts'

/** What the limits of a report come from. */
export type LimitedWorld = Pick<World, 'limits' | 'capital' | 'instruments'>

const CONTROLS = ['D02', 'D03', 'D05', 'D06'] as const

/** Of every subject that holds, trades or has open orders. */
export function againstLimits(
  exposures: readonly GateExposure[],
  { limits }: LimitedWorld,
  ledgerDecimals: number,
): SubjectExposure[] {
  const used = exposures.filter(({ gross, executed, open }) => gross > 0n || executed > 0n || open > 0n)
  return used.map(({ subject, gross, net, executed, open, openOrders }) => {
    const own = limits.filter((limit) => subjectOf(limit) === subject && limit.object === undefined)
    const hard = CONTROLS.flatMap((control) => {
      const limit = own.find((one) => one.control === control)
      return limit === undefined ? [] : [[control, inLedgerUnits(limit.hard, ledgerDecimals)] as const]
    })
    return { subject, gross, net, executed, open, openOrders, limits: Object.fromEntries(hard) }
  })
}

/** The day has one instrument, so a subject's use of its sector is its gross. */
export function sectorUse(
  exposures: readonly GateExposure[],
  { limits, capital, instruments }: LimitedWorld,
  ledgerDecimals: number,
): SectorUse[] {
  const sector = instruments[0]?.sector ?? ''
  return limits.flatMap((limit) => {
    if (limit.control !== 'D08') return []
    const subject = subjectOf(limit)
    const base = capital.find(({ subject: { kind, name } }) => `${kind}:${name}` === subject)?.amount ?? '0'
    const used = exposures.find((exposure) => exposure.subject === subject)?.gross ?? 0n
    const share = (BigInt(limit.hard) * inLedgerUnits(base, ledgerDecimals)) / 10_000n
    return [{ subject, sector, used, limit: share, limitBps: Number(limit.hard) }]
  })
}

function subjectOf({ subject: { kind, name } }: LimitDefinition): string {
  return `${kind}:${name}`
}

/** Limits and capital of the day's world are whole units of the base currency. */
function inLedgerUnits(whole: string, ledgerDecimals: number): bigint {
  return BigInt(whole) * 10n ** BigInt(ledgerDecimals)
}
