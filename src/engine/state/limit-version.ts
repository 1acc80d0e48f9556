/** Versions of limit rows, the key that each stands under, and what sets the controls of limit rows apart. */
import { CONTROLS, controlIndex } from '../../model/controls.ts'
import { RowFlag } from './limit-row.ts'

/** What a versioned row id stood for: kept for as long as a decision may name it. */
export interface RowVersion {
  readonly row: number
  readonly slot: number
  readonly control: number
  readonly subject: number
  readonly kind: number
  readonly object: number
  readonly hard: number
  readonly hardForReducing: number
  readonly soft: number
  readonly param: number
  readonly warnBps: readonly number[]
  readonly action: number
  readonly mode: number
  /** Index in SESSION_PHASES + 1; 0 for any phase. */
  readonly phase: number
}

export const B01 = controlIndex('MAX_ORDER_QTY')
export const B02 = controlIndex('MAX_ORDER_NOTIONAL')
export const B03 = controlIndex('PRICE_COLLAR')
export const B09 = controlIndex('DUPLICATE_ORDER')
export const C01 = controlIndex('MESSAGE_RATE')
export const C05 = controlIndex('MAX_OPEN_ORDERS')
export const D02 = controlIndex('INTRADAY_NET')
export const D03 = controlIndex('DAILY_GROSS')
export const D05 = controlIndex('PORTFOLIO_GROSS')
export const D06 = controlIndex('OPEN_ORDER_NOTIONAL')
export const D08 = controlIndex('SECTOR_CONCENTRATION')
export const B04 = controlIndex('PRICE_COLLAR_WINDOW')
export const C03 = controlIndex('REPEATED_EXECUTION')
export const B12 = controlIndex('BASKET_TOTAL')
export const E05 = controlIndex('DAILY_LOSS')
export const C06 = controlIndex('REJECT_STORM')
export const D01L = controlIndex('MAX_LONG_POSITION')
export const D01S = controlIndex('MAX_SHORT_POSITION')
export const B08 = controlIndex('CUM_PCT_ADV')
export const D04 = controlIndex('GROSS_EXECUTED')

/**
 * Key of a row: what it limits. Message rates may stand twice for the same thing, with other windows, repeated executions
 * for one side and for both, and collars for other phases.
 */
export function limitKey(
  control: number,
  subject: number,
  kind: number,
  object: number,
  param: number,
  phase: number,
): string {
  return `${control}/${subject}/${kind}/${object}/${control === C01 || control === C03 ? param : ''}/${phase}`
}

/** Controls that remember executions or refusals. */
export const WATCHED: readonly number[] = [B04, C03, C06]
/** Controls whose use stands between orders. */
const STANDS: readonly number[] = [C05, D01L, D01S, D02, D03, D04, D05, D06, D08]
/** 1 for controls whose use stands between orders, and so has warning levels. */
export const STANDING = Int32Array.from(CONTROLS, ({ index }) => (STANDS.includes(index) ? 1 : 0))

/** Controls that are measured for every order, row or no row: all others measure where a row asks them to. */
export const COMMON: readonly number[] = [B01, B02, C05, D02, D03, D05, D06]

/** Bits of RowFlag. */
export function flagsOf(version: RowVersion): number {
  const { control } = version
  const ownMeasure = !COMMON.includes(control)
  const ownUnits = control === B01 && version.kind === 1
  const looser = version.hardForReducing > version.hard && (control === D03 || control === D06)
  const waived = version.action === 1 || version.mode === 1
  return (ownMeasure || ownUnits || looser ? RowFlag.SPECIAL : 0) | (waived ? RowFlag.WAIVED : 0)
}
