/** A floor that continues knows what those before it bought and sold. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { demoWorld, HELD_QTY } from './demo-world.ts'
import { inventoryOf } from './inventory.ts'

test('what the accounts hold beyond what they were given, once for each account', () => {
  const cell = { kind: 'ACCOUNT', account: 'ACC-1', symbol: 'AAPL', position: String(HELD_QTY + 300) }
  const cells = [
    cell,
    { ...cell, kind: 'TRADER' },
    { ...cell, account: 'ACC-2', position: String(HELD_QTY - 100) },
    { ...cell, symbol: 'MSFT', position: String(HELD_QTY) },
    { ...cell, account: 'ACC-13', position: '500' },
  ]
  assert.deepEqual(
    [...inventoryOf(demoWorld('DEMO', 'floor-ems'), cells)],
    [
      ['AAPL', 200],
      ['MSFT', 0],
    ],
  )
})
