/** What was bought, less what was sold, since a world began: what the accounts hold, less what they were given. */
import type { CellAnswer } from '../client/answers.ts'
import type { World } from './world.ts'

/** By instrument, in whole units, of the accounts to which the world gives positions. */
export function inventoryOf({ positions }: World, cells: readonly CellAnswer[]): Map<string, number> {
  const given = new Map(positions.map(({ account, symbol, qty }) => [`${account}|${symbol}`, Number(qty)]))
  const inventory = new Map<string, number>()
  for (const { kind, account, symbol, position } of cells) {
    const first = given.get(`${account}|${symbol}`)
    if (kind !== 'ACCOUNT' || first === undefined) continue
    inventory.set(symbol, (inventory.get(symbol) ?? 0) + Number(position) - first)
  }
  return inventory
}
