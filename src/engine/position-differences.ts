/** What a position statement says otherwise than the cells that were carried into the trade date. */
import { Cell } from './state/cells.ts'
import { Bound } from './state/names.ts'
import type { State } from './state/state.ts'
import type { PositionStatement } from './state/statements.ts'

export interface PositionDifference {
  readonly instrument: number
  /** Of whose position: -1 both, the account's. */
  readonly trader: number
  readonly strategy: number
  readonly stated: number
  readonly carried: number
}

/**
 * The account's position in every instrument, and the position of every trader and strategy that a row names, by
 * instrument; within one the account's first, then traders, then strategies, each by id.
 */
export function positionDifferences(state: State, statement: PositionStatement): PositionDifference[] {
  const { cells, names } = state
  const { account } = statement
  const stated = new Map<string, { instrument: number; trader: number; strategy: number; qty: number }>()
  const add = (instrument: number, trader: number, strategy: number, qty: number) => {
    const key = `${instrument}:${trader}:${strategy}`
    const known = stated.get(key)
    if (known === undefined) stated.set(key, { instrument, trader, strategy, qty })
    else known.qty += qty
  }
  for (let page = 0; page < cells.pages(); page++) {
    // Whatever the account holds and the statement leaves out is stated to be nothing.
    if (cells.blockAccount[cells.pageBlock[page]!] === account) add(cells.pageInstrument[page]!, -1, -1, 0)
  }
  for (const { instrument, trader, strategy, qty } of statement.rows) {
    add(instrument, -1, -1, qty)
    if (trader >= 0) add(instrument, trader, -1, qty)
    if (strategy >= 0) add(instrument, -1, strategy, qty)
  }
  const carriedBy = (binding: number, instrument: number): number => {
    const cell = binding <= 0 ? -1 : cells.find((binding >> 1) - 1, instrument)
    return cell < 0 ? 0 : cells.f[cell + Cell.START]!
  }
  const differences: PositionDifference[] = []
  for (const { instrument, trader, strategy, qty } of stated.values()) {
    const binding =
      trader >= 0
        ? names.binding(Bound.TRADER_ACCOUNT, trader, account)
        : strategy >= 0
          ? names.binding(Bound.STRATEGY_ACCOUNT, strategy, account)
          : names.binding(Bound.OWN_ACCOUNT, account, account)
    const carried = carriedBy(binding, instrument)
    if (carried !== qty) differences.push({ instrument, trader, strategy, stated: qty, carried })
  }
  return differences.sort((a, b) => a.instrument - b.instrument || a.strategy - b.strategy || a.trader - b.trader)
}
