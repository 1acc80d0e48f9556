/** Exposure from scratch: small books whose sums can be worked out on paper. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApprovedFact, Fact, PositionFact } from './facts.ts'
import { recomputeExposure } from './recompute-exposure.ts'

const ownership = { account: 'A1', trader: 'T1', desk: 'D1', strategy: 'S1' }
const parents = { firm: 'F', session: 'EMS', entityOf: () => 'E', clientOf: () => 'C' }
/** A mark of 10.00, money in cents. */
const plain = { markPx: 1_000, n: 1n, d: 1n }

function approved(orderNo: number, side: 'Buy' | 'Sell', qty: number, valuationPx: number): ApprovedFact {
  return { kind: 'approved', orderNo, ownership, side, qty, valuationPx }
}

function position(qty: number, holder = ownership): PositionFact {
  return { kind: 'position', ...holder, qty }
}

function exposure(facts: readonly Fact[], subject: string, valuation = plain) {
  return recomputeExposure(facts, valuation, parents).get(subject)
}

test('an open buy is worst case long, and its value is open', () => {
  const facts = [approved(1, 'Buy', 5, 1_010)]
  const sums = { gross: 5_000n, long: 5_000n, short: 0n, executed: 0n, open: 5_050n, openOrders: 1 }
  for (const subject of ['FIRM:F', 'ENTITY:E', 'CLIENT:C', 'ACCOUNT:A1', 'DESK:D1', 'TRADER:T1', 'STRATEGY:S1']) {
    assert.deepEqual(exposure(facts, subject), sums)
  }
  // A session has no position: only flow and counts.
  assert.deepEqual(exposure(facts, 'SESSION:EMS'), { ...sums, gross: 0n, long: 0n })
})

test('a fill moves from open to executed and to the position; the end frees the rest', () => {
  const filled: Fact[] = [approved(1, 'Buy', 5, 1_010), { kind: 'filled', orderNo: 1, qty: 2, px: 990 }]
  const sums = { gross: 5_000n, long: 5_000n, short: 2_000n, executed: 1_980n, open: 3_030n, openOrders: 1 }
  assert.deepEqual(exposure(filled, 'FIRM:F'), sums)
  assert.deepEqual(exposure([...filled, { kind: 'ended', orderNo: 1 }], 'FIRM:F'), {
    ...sums,
    gross: 2_000n,
    long: 2_000n,
    open: 0n,
    openOrders: 0,
  })
})

test('a buy and a sell do not hide each other in gross', () => {
  const facts = [approved(1, 'Buy', 5, 1_000), approved(2, 'Sell', 7, 1_000)]
  const { gross, long, short } = exposure(facts, 'DESK:D1') ?? {}
  assert.deepEqual({ gross, long, short }, { gross: 7_000n, long: 5_000n, short: -7_000n })
})

test('one account does not hide another', () => {
  const facts = [position(3), position(-3, { ...ownership, account: 'A2' })]
  const { gross, long, short } = exposure(facts, 'FIRM:F') ?? {}
  assert.deepEqual({ gross, long, short }, { gross: 6_000n, long: 0n, short: 0n })
})

test('every cell is rounded away from zero, once', () => {
  // A third of a cent a unit: 4 units are 1.33 cents.
  const thirds = { markPx: 1, n: 1n, d: 3n }
  const facts = [position(4), position(-4, { ...ownership, account: 'A2' })]
  const { long, short, gross } = exposure(facts, 'FIRM:F', thirds) ?? {}
  assert.deepEqual({ long, short, gross }, { long: 2n - 1n, short: 1n - 2n, gross: 4n })
})
