/**
 * The prices before the first quote: the prior close where the price limits give it away, its stand-in where not.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Aggressor, DaySide } from './day-event.ts'
import { deriveReferences } from './day-references.ts'
import type { DayStep } from './rebuild-orders.ts'

const order = (orderNo: number, side: DaySide, px: number, qty: number): DayStep => {
  return { kind: 'new', orderNo, side, px, qty, timeUs: 0, origin: 'added' }
}
const trade = (bidOrderNo: number, askOrderNo: number, aggressor: Aggressor, px: number, qty: number): DayStep => {
  return { kind: 'trade', bidOrderNo, askOrderNo, aggressor, px, qty, timeUs: 0 }
}

test('the prior close is the price whose limits of 10 % are the extremes, else the opening price stands in', () => {
  const opened = [order(1, 'Buy', 1_000_000, 1), order(2, 'Sell', 1_000_000, 1), trade(1, 2, 'None', 1_010_000, 1)]
  assert.deepEqual(deriveReferences([...opened, order(3, 'Buy', 900_000, 1), order(4, 'Sell', 1_100_000, 1)]), {
    openingPx: 1_010_000,
    priorClosePx: 1_000_000,
    priorCloseSource: 'priceLimits',
  })
  assert.deepEqual(deriveReferences([...opened, order(3, 'Buy', 900_000, 1), order(4, 'Sell', 1_099_990, 1)]), {
    openingPx: 1_010_000,
    priorClosePx: 1_010_000,
    priorCloseSource: 'openingAuction',
  })
  assert.throws(() => deriveReferences([]), /not one of the opening auction/)
  assert.throws(() => deriveReferences([...opened.slice(0, 2), trade(1, 2, 'Buy', 1, 1)]), /not one of the opening/)
})
