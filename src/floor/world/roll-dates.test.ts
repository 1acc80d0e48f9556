/** A gate is rolled to any later date by steps that it takes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rollDates } from './roll-dates.ts'

const rows: [string, number, number, number[]][] = [
  ['the next day', 20261121, 20261122, [20261122]],
  ['the same day', 20261121, 20261121, []],
  ['a day that is over', 20261121, 20261120, []],
  ['the end of the next month', 20261101, 20261231, [20261231]],
  ['the month after that', 20261130, 20270101, [20261201, 20270101]],
  ['over a year', 20261015, 20270214, [20261101, 20261201, 20270101, 20270214]],
  ['from a January', 20260101, 20260401, [20260201, 20260301, 20260401]],
]

for (const [name, from, to, dates] of rows) test(name, () => assert.deepEqual(rollDates(from, to), dates))
