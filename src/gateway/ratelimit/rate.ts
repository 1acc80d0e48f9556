/**
 * Rates in words: `100 in 1 s, 20 in 10 ms` lets 100 messages pass in any second and 20 of them in any 10 milliseconds. A
 * configuration says them as a refusal does.
 */

/** Both hold for every span of that length, wherever it begins. */
export interface Rate {
  readonly max: number
  readonly windowMs: number
  /** `max` and `windowMs` where there is no burst of its own. */
  readonly burst: number
  readonly burstMs: number
}

/** What messages are counted by, in the order in which a refusal names them. */
export const RATE_SCOPES = ['client', 'session', 'account', 'strategy', 'instrument'] as const
export type RateScope = (typeof RATE_SCOPES)[number]

export interface RateSettings {
  /** Of every name of the scope; where it is left out, of those that `named` holds alone. */
  readonly each: Readonly<Partial<Record<RateScope, Rate>>>
  /** In place of it, by {@link rateKey}. */
  readonly named: ReadonlyMap<string, Rate>
}

/** Stamps of a window: 800 KB at most. */
export const RATE_MAX = 100_000
export const WINDOW_MS_MAX = 60_000
export const RATE_TAKES = '`N in TIME` or `N in TIME, BURST in SHORTER TIME`, such as `100 in 1 s, 20 in 10 ms`'

const SECOND_MS = 1_000
const PART = /^([1-9]\d{0,5}) in ([1-9]\d{0,4}) (s|ms)$/

export function rateKey(scope: RateScope, name: string): string {
  return `${scope} ${name}`
}

/** The rate of its words; undefined where they are none, or a burst that says nothing or contradicts it. */
export function parseRate(text: unknown): Rate | undefined {
  if (typeof text !== 'string') return undefined
  const parts = text.split(', ').map(parsePart)
  const [whole, burst = whole] = parts
  if (whole === undefined || burst === undefined || parts.length > 2) return undefined
  if (parts.length === 2 && !(burst.max < whole.max && burst.windowMs < whole.windowMs)) return undefined
  return { ...whole, burst: burst.max, burstMs: burst.windowMs }
}

function parsePart(text: string): { readonly max: number; readonly windowMs: number } | undefined {
  const [, count, time, unit] = PART.exec(text) ?? []
  const max = Number(count)
  const windowMs = Number(time) * (unit === 's' ? SECOND_MS : 1)
  return max <= RATE_MAX && windowMs <= WINDOW_MS_MAX ? { max, windowMs } : undefined
}

/** The words of a count in a time. */
export function countIn(count: number, ms: number): string {
  return `${count} in ${ms % SECOND_MS === 0 ? `${ms / SECOND_MS} s` : `${ms} ms`}`
}

const rate = (text: string): Rate => {
  const read = parseRate(text)
  if (read === undefined) throw new RangeError(`no rate: ${text}`)
  return read
}

/** What one can take of a gate that decides some fifty thousand in a second: a firm states what its business needs. */
export const RATE_TEXTS: Readonly<Record<RateScope, string>> = {
  client: '20000 in 1 s, 5000 in 100 ms',
  session: '10000 in 1 s, 5000 in 100 ms',
  account: '10000 in 1 s, 5000 in 100 ms',
  strategy: '10000 in 1 s, 5000 in 100 ms',
  instrument: '10000 in 1 s, 5000 in 100 ms',
}

export const RATE_DEFAULTS: RateSettings = {
  each: Object.fromEntries(RATE_SCOPES.map((scope) => [scope, rate(RATE_TEXTS[scope])])),
  named: new Map(),
}

/** Of the control listener: many kill pages, and no more walks over all orders than the gate can do. Kills are not refused. */
export const CONTROL_RATES: RateSettings = { each: { client: rate('50 in 1 s') }, named: new Map() }
