/** Recorded integers in words: money with its currency, quantities, shares and counts. Nothing is reckoned anew. */
import type { ControlRow } from '../controls.ts'
import type { Directory } from '../directory.ts'
import { formatDecimal, MAX } from '../numbers.ts'
import { limitDecimals, UNLIMITED } from '../parse/limit.ts'
import type { ObjectKind } from '../vocabulary.ts'

/**
 * An amount as a decimal text, and what it counts: a currency, `units` of the instrument (shares, contracts), `bps`,
 * `messages` or `orders`.
 */
export interface Amount {
  readonly text: string
  readonly unit: string
}

/** Money with all its decimals, as 1200000.00. */
export function formatMoney(value: number, ledgerDecimals: number): string {
  const text = formatDecimal(value, ledgerDecimals)
  if (ledgerDecimals === 0) return text
  const point = text.indexOf('.')
  const given = point < 0 ? 0 : text.length - point - 1
  return (point < 0 ? `${text}.` : text) + '0'.repeat(ledgerDecimals - given)
}

/** What a control counts that does not count orders. */
const COUNTED: Readonly<Record<string, string>> = {
  MESSAGE_RATE: 'messages',
  REPEATED_EXECUTION: 'executions',
  REJECT_STORM: 'refusals',
  MARKET_DATA: 'us',
}

/** Unit of a control's limits, in the words of an answer. */
export function unitOf(control: ControlRow, names: Directory): string {
  switch (control.unit) {
    case 'money':
      return names.baseCurrency
    case 'qty':
      return 'units'
    case 'count':
      return COUNTED[control.code] ?? 'orders'
    default:
      return 'bps'
  }
}

/** A level of a limit row. */
export function limitAmount(
  control: ControlRow,
  kind: ObjectKind,
  object: number,
  value: number,
  names: Directory,
): Amount {
  const unit = unitOf(control, names)
  if (value === MAX) return { text: UNLIMITED, unit }
  return { text: format(control, kind, object, value, names), unit }
}

/** A use of a limit row. The use of a share of capital is money. */
export function useAmount(
  control: ControlRow,
  kind: ObjectKind,
  object: number,
  value: number,
  names: Directory,
): Amount {
  if (control.code === 'SECTOR_CONCENTRATION') {
    return { text: formatMoney(value, names.ledgerDecimals), unit: names.baseCurrency }
  }
  return { text: format(control, kind, object, value, names), unit: unitOf(control, names) }
}

function format(control: ControlRow, kind: ObjectKind, object: number, value: number, names: Directory): string {
  const decimals = limitDecimals(control, kind, object, names)
  return control.unit === 'money' ? formatMoney(value, decimals) : formatDecimal(value, decimals)
}

/** The amount as it stands in a sentence. */
export function sayAmount({ text, unit }: Amount): string {
  return `${text} ${unit}`
}

/** Money as a share of capital, rounded up: what is over a limit of so many basis points never reads as if it were not. */
export function shareOf(money: number, capital: number): Amount {
  const scaled = BigInt(money) * BPS
  const base = BigInt(capital)
  const floor = scaled / base
  return { text: String(scaled > 0n && scaled % base !== 0n ? floor + 1n : floor), unit: 'bps' }
}

/** Length of a window, in seconds or in what is smaller. */
export function sayWindow(us: number): string {
  if (us >= 1_000_000) return `${us / 1_000_000} s`
  return us >= 1_000 ? `${us / 1_000} ms` : `${us} us`
}

const BPS = 10_000n
