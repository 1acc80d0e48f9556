/**
 * Steps of the trade date's beginning: statements of positions, whole and broken, that agree and that differ.
 */

import { formatDecimal } from '../../model/numbers.ts'
import { hashWords, NO_ROWS_HASH, rowLine, withRow } from '../../model/statement-hash.ts'
import { dateOf, instrumentAt, type Name } from '../twin/state.ts'
import { carriedPositions } from '../twin/statements.ts'
import type { Dice } from './dice.ts'
import type { Step } from './order-steps.ts'
import type { Script } from './script.ts'
import type { World } from './small-world.ts'

interface Row {
  readonly instrument: number
  readonly qty: number
  readonly trader: number
  readonly strategy: number
}

/** Rows of what is carried, most times as it is, else moved, split or left out. */
function rowsOf(script: Script, world: World, dice: Dice, account: number): Row[] {
  const rows: Row[] = []
  const isAltered = dice.chance(45)
  for (const { instrument, qty } of carriedPositions(script.twin.state, account)) {
    if (isAltered && dice.chance(15)) continue
    const lot = world.instruments[instrument]?.lot ?? 1
    const stated = Number(qty) + (isAltered && dice.chance(40) ? dice.between(-5, 5) * lot : 0)
    const { trader, strategy } = dice.of(world.bound.filter((bound) => bound.account === account))
    const part = isAltered && dice.chance(40) ? dice.between(-3, 3) * lot : 0
    if (part !== 0) rows.push({ instrument, qty: part, trader, strategy: dice.of([strategy, -1]) })
    rows.push({ instrument, qty: stated - part, trader: -1, strategy: -1 })
  }
  return rows
}

function hashOf(script: Script, rows: readonly Row[]) {
  const { state } = script.twin
  const name = (id: number) => (id < 0 ? '' : (state.subjects[id] as Name).name)
  const lines = rows.map(({ instrument, qty, trader, strategy }) => {
    const { symbol, qd } = instrumentAt(state, instrument)
    return rowLine(symbol, formatDecimal(qty, qd), name(trader), name(strategy))
  })
  return hashWords(lines.reduce(withRow, NO_ROWS_HASH))
}

export const statement: Step = (script, world, dice) => {
  const { state } = script.twin
  const account = dice.of(world.accounts)
  const rows = rowsOf(script, world, dice, account)
  const tradeDate = dateOf(state, account) - (dice.chance(4) ? 1 : 0)
  const principal = dice.of(world.people)
  const told = { account, tradeDate, principal, rows: rows.length, ...hashOf(script, rows) }
  script.send('PositionStatement', { ...told, step: 0 })
  for (const row of rows) {
    if (dice.chance(1)) continue
    script.send('Position', { ...row, account, principal: dice.chance(99) ? principal : -1, statement: 1 })
  }
  if (dice.chance(95)) script.send('PositionStatement', { ...told, step: dice.chance(99) ? 1 : 2 })
  adoptWaiting(script, world, dice)
}

/** Most differing statements are adopted soon, or the account would never trade again. */
function adoptWaiting(script: Script, world: World, dice: Dice): void {
  for (const { account, tradeDate, hash } of [...script.twin.state.differing.values()]) {
    if (dice.chance(25)) continue
    const word = (shift: bigint) => Number(BigInt.asIntN(32, BigInt(hash) >> shift))
    const seen = { account, tradeDate, hash0: word(0n), hash1: word(32n) + (dice.chance(3) ? 1 : 0) }
    for (const principal of world.people) script.send('AdoptStatement', { ...seen, principal })
  }
}
