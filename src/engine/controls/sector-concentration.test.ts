/** SECTOR_CONCENTRATION: gross in a sector against a share of capital, and what happens where capital is not known. */
import assert from 'node:assert/strict'
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import { type OrderGiven, SECOND } from '../../simulator/scenario-given.ts'

const { at, absent } = rowsOf('SECTOR_CONCENTRATION')
const EACH = { on: 'SECTOR:*' }
const TECH = { on: 'SECTOR:TECH' }
/** Of a capital of 10 million in money, 1000 bps are one million: 100 shares. */
const capital =
  (amount: number, floor = 0, subject = 'FIRM'): Step =>
  (s) =>
    s.capital(subject, amount, floor)
const tenMillion = capital(10_000_000)
const share = at('FIRM', 1_000, EACH)
const DAYS = 86_400 * SECOND
/** Time passes, and the feed is heard of again. */
const later =
  (us: number): Step =>
  (s) => {
    s.wait(us)
    s.heartbeat()
  }
const sell = (orderQty: number): OrderGiven => ({ side: 'Sell', price: 10_001, orderQty })

boundaryTable('SECTOR_CONCENTRATION', [
  ['one share below the limit', [tenMillion, share], { orderQty: 99 }, 'PASS'],
  ['at the limit', [tenMillion, share], { orderQty: 100 }, 'PASS'],
  ['one share over the limit', [tenMillion, share], { orderQty: 101 }, 'SECTOR_CONCENTRATION 100'],
  ['capital that is one basis point less', [capital(9_999_999), share], { orderQty: 100 }, 'SECTOR_CONCENTRATION 99'],
  ['zero allows nothing', [tenMillion, at('FIRM', 0, EACH)], { orderQty: 1 }, 'SECTOR_CONCENTRATION 0'],
  ['unlimited', [tenMillion, at('FIRM', MAX, EACH)], { orderQty: 1_000_000 }, 'PASS'],
  ['absent', absent('FIRM', EACH), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  [
    'the sector itself is enough',
    [absent('FIRM', EACH), tenMillion, at('FIRM', 1_000, TECH)],
    { orderQty: 101 },
    'SECTOR_CONCENTRATION 100',
  ],
  ['another sector is not', [absent('FIRM', EACH), at('FIRM', 1_000, { on: 'SECTOR:BANKS' })], {}, 'LIMIT_MISSING 0'],
  [
    'a wider sector replaces each',
    [tenMillion, at('FIRM', 1, EACH), at('FIRM', 1_000, TECH)],
    { orderQty: 101 },
    'SECTOR_CONCENTRATION 100',
  ],
  ['an alert', [tenMillion, at('FIRM', 0, { ...EACH, action: 'ALERT' })], {}, 'ALERT'],
  ['in shadow', [tenMillion, at('FIRM', 0, { ...EACH, mode: 'SHADOW' })], {}, 'ALERT'],
  [
    'the account too',
    [capital(10_000_000, 0, 'A1'), at('A1', 1_000, EACH)],
    { orderQty: 101 },
    'SECTOR_CONCENTRATION 100',
  ],
  [
    'all that match must pass',
    [tenMillion, share, capital(5_000_000, 0, 'A1'), at('A1', 1_000, EACH)],
    { orderQty: 101 },
    'SECTOR_CONCENTRATION 50',
  ],
])

boundaryTable('SECTOR_CONCENTRATION', [
  [
    'the floor stands for a smaller capital',
    [capital(1, 10_000_000), share],
    { orderQty: 101 },
    'SECTOR_CONCENTRATION 100',
  ],
  ['the capital where it is larger', [capital(10_000_000, 1), share], { orderQty: 101 }, 'SECTOR_CONCENTRATION 100'],
  ['new capital is new room', [tenMillion, share, capital(20_000_000)], { orderQty: 201 }, 'SECTOR_CONCENTRATION 200'],
  ['less capital is less room', [tenMillion, share, capital(5_000_000)], { orderQty: 51 }, 'SECTOR_CONCENTRATION 50'],
  ['capital as old as it may be', [tenMillion, share, later(4 * DAYS)], { orderQty: 100 }, 'PASS'],
  ['older', [tenMillion, share, later(4 * DAYS + 1)], { orderQty: 1 }, 'CAPITAL_UNAVAILABLE 0'],
  [
    'older, and the order only closes',
    [(s) => s.position('A1', 'ACME', 100), later(4 * DAYS + 1)],
    sell(1),
    'CAPITAL_UNAVAILABLE 0',
  ],
  [
    'older, where the row only alerts',
    [at('FIRM', MAX, { ...EACH, action: 'ALERT' }), later(4 * DAYS + 1)],
    {},
    'ALERT',
  ],
  ['never given', at('A1', 1_000, EACH), { orderQty: 1 }, 'CAPITAL_UNAVAILABLE 0'],
  ['never given, and unlimited', at('A1', MAX, EACH), { orderQty: 1 }, 'CAPITAL_UNAVAILABLE 0'],
])

const holds =
  (qty: number, symbol = 'ACME'): Step =>
  (s) =>
    s.position('A1', symbol, qty)
const bank: Step = (s) => {
  s.instrument('BANK', { sector: s.id('BANKS') })
  s.quote('BANK', 9_999, 10_001)
  s.position('A1', 'BANK', 100)
}
const unclassified: Step = (s) => {
  s.instrument('ODD', { sector: -1 })
  s.quote('ODD', 9_999, 10_001)
}
boundaryTable('SECTOR_CONCENTRATION', [
  ['what is held counts', [tenMillion, share, holds(60)], { orderQty: 41 }, 'SECTOR_CONCENTRATION 40'],
  ['what is short counts', [tenMillion, share, holds(-60)], sell(41), 'SECTOR_CONCENTRATION 40'],
  [
    'what is open counts',
    [tenMillion, share, (s) => s.working({ orderQty: 60 })],
    { orderQty: 41 },
    'SECTOR_CONCENTRATION 40',
  ],
  ['other sectors do not', [tenMillion, share, bank], { orderQty: 101 }, 'SECTOR_CONCENTRATION 100'],
  ['overdrawn: what adds nothing passes', [tenMillion, holds(200), share], sell(400), 'PASS'],
  ['overdrawn: one share that adds', [tenMillion, holds(200), share], { orderQty: 1 }, 'SECTOR_CONCENTRATION 0'],
  [
    'without a sector: UNCLASSIFIED has its own room',
    [tenMillion, share, holds(100), unclassified],
    { instrument: 'ODD', orderQty: 101 },
    'SECTOR_CONCENTRATION 100',
  ],
  [
    'UNCLASSIFIED by name',
    [tenMillion, at('FIRM', 1, EACH), at('FIRM', 1_000, { on: 'SECTOR:UNCLASSIFIED' }), unclassified],
    { instrument: 'ODD', orderQty: 101 },
    'SECTOR_CONCENTRATION 100',
  ],
])

scenario('SECTOR_CONCENTRATION: before and after are money', (s) => {
  s.position('A1', 'ACME', 100)
  s.limit('SECTOR_CONCENTRATION', 'FIRM', 1_000, EACH)
  const row = s.order({ orderQty: 10 }).rows.find(({ control }) => control === 'SECTOR_CONCENTRATION')
  assert.equal(`${row?.object} ${row?.before} ${row?.after}`, 'SECTOR:* 1000000 1100000')
})

scenario('SECTOR_CONCENTRATION: of several rows the first that fails names the reason', (s) => {
  s.limit('SECTOR_CONCENTRATION', 'A1', 1_000, EACH)
  assert.equal(s.evaluate({}).reason, 'CAPITAL_UNAVAILABLE')
  s.capital('FIRM', 100)
  s.limit('SECTOR_CONCENTRATION', 'FIRM', 1, EACH)
  const decision = s.order({})
  assert.equal(`${decision.reason} ${decision.qtyPassing}`, 'SECTOR_CONCENTRATION 0')
})
