/** A floor near its daily limits trades less and less, and never not at all before it is at one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DayAllowance } from './day-allowance.ts'

const seat = { trader: 'TRADER-1', account: 'ACC-1', strategy: 'STRAT-1' }

const rows: [string, string, string, number, number][] = [
  ['nothing used', 'TRADER', 'TRADER-1', 0, 1],
  ['up to four fifths all is sent', 'TRADER', 'TRADER-1', 0.8, 1],
  ['half of the last fifth', 'TRADER', 'TRADER-1', 0.9, 0.5],
  ['all used', 'TRADER', 'TRADER-1', 1, 0],
  ['more than all, after late fills', 'TRADER', 'TRADER-1', 1.2, 0],
  ['his account', 'ACCOUNT', 'ACC-1', 0.9, 0.5],
  ['his desk', 'DESK', 'DESK-1', 0.9, 0.5],
  ['his strategy', 'STRATEGY', 'STRAT-1', 0.9, 0.5],
  ['the firm', 'FIRM', 'DEMO', 0.9, 0.5],
  ["somebody else's", 'TRADER', 'TRADER-2', 1, 1],
]

for (const [name, kind, subject, share, chance] of rows) {
  test(`an order is sent with a chance of ${chance}: ${name}`, () => {
    const allowance = new DayAllowance((trader) => (trader === 'TRADER-1' ? 'DESK-1' : undefined))
    allowance.update([{ subject: { kind, name: subject }, share }])
    assert.ok(Math.abs(allowance.chanceOf(seat) - chance) < 1e-9)
  })
}
