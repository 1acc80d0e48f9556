/** FX rates by currency: the one in force and the one that the trade date froze for flow. */
import type { FxRate } from './instruments.ts'
import type { StateVisitor } from './state-visitor.ts'

export type Rates = ReturnType<typeof createRates>

export function createRates() {
  const latest = new Map<number, FxRate>()
  const inForce = new Map<number, FxRate>()
  const flow = new Map<number, FxRate>()
  const heardUs = new Map<number, number>()

  /** The rate that flow is valued at: frozen at the roll, or the first of the trade date. */
  function frozen(currency: number): FxRate | undefined {
    return flow.get(currency)
  }

  /** The rate that positions are valued at. */
  function current(currency: number): FxRate | undefined {
    return inForce.get(currency)
  }

  /** The rate that came last: the next trade date's, if no other comes. */
  function newest(currency: number): FxRate | undefined {
    return latest.get(currency)
  }

  /** When the latest rate of a currency came. The base currency needs none. */
  function heard(currency: number): number {
    return currency === 0 ? Number.POSITIVE_INFINITY : (heardUs.get(currency) ?? Number.NEGATIVE_INFINITY)
  }

  /** Takes the latest rate; positions move to it only where `revalues`. */
  function set(currency: number, rate: FxRate, revalues: boolean, timeUs: number): void {
    rates.version++
    heardUs.set(currency, timeUs)
    latest.set(currency, rate)
    if (revalues) inForce.set(currency, rate)
    if (!flow.has(currency)) flow.set(currency, rate)
  }

  /** A new trade date: flow and positions take the latest rates. */
  function freeze(): void {
    rates.version++
    for (const [currency, rate] of latest) {
      flow.set(currency, rate)
      inForce.set(currency, rate)
    }
  }

  /** True where the rate is new, has other units, or lies more than `bps` from the one in use. */
  function moves(currency: number, rate: FxRate, bps: number): boolean {
    const used = inForce.get(currency)
    if (used === undefined || used.decimals !== rate.decimals || used.haircutBps !== rate.haircutBps) return true
    const distance = BigInt(Math.abs(rate.rate - used.rate))
    return distance * 10_000n > BigInt(bps) * BigInt(used.rate)
  }

  function visit(v: StateVisitor): void {
    rates.version = v.int(rates.version)
    for (const table of [latest, inForce, flow]) v.map(table)
    v.map(heardUs)
  }

  const rates = {
    /** Counts changes; a decision names it. */
    version: 0,
    frozen,
    current,
    newest,
    heard,
    set,
    freeze,
    moves,
    visit,
  }
  return rates
}
