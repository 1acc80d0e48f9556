/**
 * Exact numbers: prices, quantities and money as safe integers in stated units, parsed without rounding, valued with
 * one directed rounding, never to the permissive side.
 */

/** The largest integer that any price, quantity, amount or limit may hold; as a limit it means "unlimited". */
export const MAX = Number.MAX_SAFE_INTEGER
/** MAX where every order passes: an exported constant would be a load at each use (docs/decisions/0015). */
const SAFE = 9_007_199_254_740_991

/** The most decimals that an instrument's prices or quantities, or the ledger, may have. */
export const DECIMALS_MAX = 10

/** Price in 10^-pd of the price currency per unit of the instrument; pd is the instrument's. May be negative. */
export type Price = number & { readonly unit?: 'price' }
/** Quantity in 10^-qd of the instrument's unit; qd is the instrument's. Never negative in an order. */
export type Qty = number & { readonly unit?: 'qty' }
/** Money in 10^-ld of the gate's base currency; ld is fixed in the genesis record. */
export type Money = number & { readonly unit?: 'money' }
/** Microseconds since 1970-01-01T00:00:00Z. */
export type TimeUs = number & { readonly unit?: 'timeUs' }

const POW10 = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10]

/** 10^exponent for 0 <= exponent <= 10. */
export function pow10(exponent: number): number {
  const power = POW10[exponent]
  if (power === undefined) throw new RangeError(`10^${exponent} is outside 10^0..10^${DECIMALS_MAX}`)
  return power
}

/** Why a text is not a decimal that the stated unit can hold exactly. */
export type DecimalFault = 'NOT_A_DECIMAL' | 'TOO_MANY_DECIMALS' | 'OUT_OF_RANGE'

const DECIMAL = /^(-?)(0|[1-9][0-9]{0,18})(?:\.([0-9]{1,20}))?$/

/**
 * Returns `text` as an integer in 10^-decimals, or the fault. Plain decimal notation only: no exponent, no sign but a
 * leading minus, no leading zeros, no blanks. Trailing zeros after the point are not counted as decimals.
 */
export function parseDecimal(text: string, decimals: number): number | DecimalFault {
  const short = parseShortDecimal(text, decimals)
  if (short >= 0) return short
  if (text.length > 42) return 'NOT_A_DECIMAL'
  const match = DECIMAL.exec(text)
  if (match === null) return 'NOT_A_DECIMAL'
  const fraction = (match[3] ?? '').replace(/0+$/, '')
  if (fraction.length > decimals) return 'TOO_MANY_DECIMALS'
  const magnitude = BigInt((match[2] as string) + fraction.padEnd(decimals, '0'))
  if (magnitude > BigInt(MAX)) return 'OUT_OF_RANGE'
  // Minus zero would compare equal to zero yet encode to other bytes.
  if (magnitude === 0n) return 0
  return match[1] === '-' ? -Number(magnitude) : Number(magnitude)
}

/** Digits that together with the instrument's decimals stay far below 2^53. */
const SHORT_DIGITS = 15

/**
 * What nearly every price and quantity is: few digits, no sign. Digit by digit the same integer as below, without the
 * detour over BigInt; -1 for everything that is not surely so.
 */
function parseShortDecimal(text: string, decimals: number): number {
  const length = text.length
  if (length === 0 || length + decimals > SHORT_DIGITS) return -1
  let value = 0
  let point = -1
  for (let at = 0; at < length; at++) {
    const digit = text.charCodeAt(at) - 0x30
    if (digit >= 0 && digit <= 9) value = value * 10 + digit
    else if (digit === POINT && point < 0 && at > 0) point = at
    else return -1
  }
  const given = point < 0 ? 0 : length - point - 1
  const leadingZero = text.charCodeAt(0) === 0x30 && point !== 1 && length > 1
  if (leadingZero || given > decimals || (point >= 0 && given === 0)) return -1
  return value * (POW10[decimals - given] as number)
}

/** `.` as a digit would count. */
const POINT = 0x2e - 0x30

/** Returns the integer `value` in 10^-decimals as a plain decimal text, without trailing zeros after the point. */
export function formatDecimal(value: number, decimals: number): string {
  const sign = value < 0 ? '-' : ''
  const digits = String(Math.abs(value)).padStart(decimals + 1, '0')
  if (decimals === 0) return sign + digits
  const whole = digits.slice(0, -decimals)
  const fraction = digits.slice(-decimals).replace(/0+$/, '')
  return sign + whole + (fraction === '' ? '' : `.${fraction}`)
}

/** Returns ceil(n / d) for d > 0. */
export function ceilDivBig(n: bigint, d: bigint): bigint {
  const q = n / d
  return n > 0n && q * d !== n ? q + 1n : q
}

/**
 * Returns ceil(p * q * n / d) for safe integers, p and q of any sign, n >= 0 and d >= 1; NaN where the result is no safe
 * integer. The guarded product is exact (`shared numbers`, rule 3): while it is a safe integer, the rounded quotient
 * never reaches or crosses an integer that the true one does not reach.
 */
export function ceilMulDiv(p: number, q: number, n: number, d: number): number {
  const x = p * q
  const y = x * n
  // Adding zero turns the minus zero of ceil(-0.5) into zero: it would encode to other bytes.
  if (Math.abs(x) <= SAFE && Math.abs(y) <= SAFE) return Math.ceil(y / d) + 0
  return ceilMulDivBig(p, q, n, d)
}

/** Returns floor(p * q * n / d), otherwise as {@link ceilMulDiv}. */
export function floorMulDiv(p: number, q: number, n: number, d: number): number {
  const x = p * q
  const y = x * n
  if (Math.abs(x) <= SAFE && Math.abs(y) <= SAFE) return Math.floor(y / d) + 0
  return floorMulDivBig(p, q, n, d)
}

function floorMulDivBig(p: number, q: number, n: number, d: number): number {
  return -ceilMulDivBig(-p, q, n, d) + 0
}

function ceilMulDivBig(p: number, q: number, n: number, d: number): number {
  if (!Number.isSafeInteger(p) || !Number.isSafeInteger(q)) return Number.NaN
  const value = ceilDivBig(BigInt(p) * BigInt(q) * BigInt(n), BigInt(d))
  return value > BigInt(MAX) || value < -BigInt(MAX) ? Number.NaN : Number(value)
}

/** A ratio n/d of safe integers in lowest terms. */
export interface Ratio {
  readonly n: number
  readonly d: number
}

/** Returns n/d in lowest terms, or null where a term is no safe integer or d is not positive. */
export function ratio(n: bigint, d: bigint): Ratio | null {
  if (d <= 0n || n < 0n) return null
  let a = n
  let b = d
  while (b !== 0n) [a, b] = [b, a % b]
  const g = a === 0n ? 1n : a
  const top = n / g
  const bottom = d / g
  if (top > BigInt(MAX) || bottom > BigInt(MAX)) return null
  return { n: Number(top), d: Number(bottom) }
}
