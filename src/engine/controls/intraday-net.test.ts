/** INTRADAY_NET: the end that the order moves inside one entity, and the sum of the worst ends over several. */
import assert from 'node:assert/strict'
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import type { OrderGiven } from '../../simulator/scenario-given.ts'

const { at, absent } = rowsOf('INTRADAY_NET')
const holds =
  (qty: number, account = 'A1'): Step =>
  (s) =>
    s.position(account, 'ACME', qty)
const open =
  (order: OrderGiven): Step =>
  (s) =>
    s.working(order)
const sell = (orderQty: number): OrderGiven => ({ side: 'Sell', price: 10_001, orderQty })

boundaryTable('INTRADAY_NET', [
  ['one unit of money below the limit', at('A1', 1_000_001), { orderQty: 100 }, 'PASS'],
  ['at the limit', at('A1', 1_000_000), { orderQty: 100 }, 'PASS'],
  ['one unit of money over the limit', at('A1', 999_999), { orderQty: 100 }, 'INTRADAY_NET 99'],
  ['a sell at the limit', at('A1', 1_000_000), sell(100), 'PASS'],
  ['a sell one over the limit', at('A1', 999_999), sell(100), 'INTRADAY_NET 99'],
  ['zero allows nothing that opens', at('A1', 0), { orderQty: 1 }, 'INTRADAY_NET 0'],
  ['unlimited', at('A1', MAX), { orderQty: 1_000_000 }, 'PASS'],
  ['absent at the account', absent('A1'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['absent at the trader', absent('T1'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['absent at the desk', absent('D1'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['absent at the firm', absent('FIRM'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['an alert', at('A1', 0, { action: 'ALERT' }), {}, 'ALERT'],
  ['in shadow', at('A1', 0, { mode: 'SHADOW' }), {}, 'ALERT'],
])

// The side that moves: a buy is tested on the long end, a sell on the short one.
boundaryTable('INTRADAY_NET', [
  ['a buy on a long position', [holds(100), at('A1', 1_500_000)], { orderQty: 51 }, 'INTRADAY_NET 50'],
  ['a buy on a short one closes it first', [holds(-100), at('A1', 500_000)], { orderQty: 151 }, 'INTRADAY_NET 150'],
  ['a sell on a long one closes it first', [holds(100), at('A1', 500_000)], sell(151), 'INTRADAY_NET 150'],
  ['a sell on a short position', [holds(-100), at('A1', 1_500_000)], sell(51), 'INTRADAY_NET 50'],
  ['an overdrawn long end does not stop a sell', [holds(100), at('A1', 0)], sell(100), 'PASS'],
  ['but it stops the share that flips', [holds(100), at('A1', 0)], sell(101), 'INTRADAY_NET 100'],
  ['an overdrawn short end does not stop a buy', [holds(-100), at('A1', 0)], { orderQty: 100 }, 'PASS'],
  ['open sells make no room for a buy', [open(sell(100)), at('A1', 1_000_000)], { orderQty: 101 }, 'INTRADAY_NET 100'],
  ['open buys use up the long end', [open({ orderQty: 60 }), at('A1', 1_000_000)], { orderQty: 41 }, 'INTRADAY_NET 40'],
  [
    'instruments net: a short one makes room',
    [short('BETA', 60), at('A1', 1_000_000)],
    { orderQty: 161 },
    'INTRADAY_NET 160',
  ],
  [
    'an open sell of another does not',
    [openSell('BETA', 60), at('A1', 1_000_000)],
    { orderQty: 101 },
    'INTRADAY_NET 100',
  ],
  ['accounts of one entity net', [holds(-60, 'A2'), at('E1', 1_000_000)], { orderQty: 161 }, 'INTRADAY_NET 160'],
])

function listed(symbol: string): Step {
  return (s) => {
    s.instrument(symbol, {})
    s.quote(symbol, 9_999, 10_001)
  }
}

function short(symbol: string, qty: number): Step {
  return (s) => {
    listed(symbol)(s)
    s.position('A1', symbol, -qty)
  }
}

function openSell(symbol: string, qty: number): Step {
  return (s) => {
    listed(symbol)(s)
    s.working({ ...sell(qty), instrument: symbol })
  }
}

// Several entities: the sum of each one's larger end; positions of two entities never net.
const two = { entities: 2 } as const
boundaryTable(
  'INTRADAY_NET',
  [
    ['the firm adds entities up', [holds(60, 'B1'), at('FIRM', 1_000_000)], { orderQty: 41 }, 'INTRADAY_NET 40'],
    [
      'opposite positions of two entities too',
      [holds(-60, 'B1'), at('FIRM', 1_000_000)],
      { orderQty: 41 },
      'INTRADAY_NET 40',
    ],
    [
      'a desk with accounts of both likewise',
      [holds(-60, 'B1'), at('D1', 1_000_000)],
      { orderQty: 41 },
      'INTRADAY_NET 40',
    ],
    ['a trader with accounts of both', [holds(-60, 'B1'), at('T1', 1_000_000)], { orderQty: 101 }, 'INTRADAY_NET 100'],
    ['a client inside one entity is tested on the side that moves', [holds(100), at('C1', 0)], sell(100), 'PASS'],
    [
      'the other entity has room of its own',
      [holds(60, 'B1'), at('E1', 1_000_000)],
      { orderQty: 101 },
      'INTRADAY_NET 100',
    ],
    ['at the firm the larger end counts: a sell adds nothing', [holds(100), at('FIRM', 0)], sell(200), 'PASS'],
    ['until it is the larger one', [holds(100), at('FIRM', 1_000_000)], sell(201), 'INTRADAY_NET 200'],
  ],
  two,
)

boundaryTable('INTRADAY_NET', [
  ['the firm, of one entity, by its larger end', [holds(100), at('FIRM', 0)], sell(200), 'PASS'],
  ['one more', [holds(100), at('FIRM', 1_000_000)], sell(201), 'INTRADAY_NET 200'],
  [
    'each instrument',
    [short('BETA', 60), at('A1', 1_000_000, { on: 'INSTRUMENT:*' })],
    { orderQty: 101 },
    'INTRADAY_NET 100',
  ],
  [
    'the instrument replaces each',
    [at('A1', 1, { on: 'INSTRUMENT:*' }), at('A1', 1_000_000, { on: 'INSTRUMENT:ACME' })],
    { orderQty: 101 },
    'INTRADAY_NET 100',
  ],
  [
    'an underlying nets its instruments',
    [future, at('A1', 1_000_000, { on: 'UNDERLYING:ACME' })],
    { orderQty: 161 },
    'INTRADAY_NET 160',
  ],
  ['all that match must pass', [at('A1', 900_000), at('T1', 500_000)], { orderQty: 91 }, 'INTRADAY_NET 50'],
])

/** A short position of 60 in something whose underlying is ACME. */
function future(s: Parameters<Step>[0]): void {
  s.instrument('ACME-F', { underlying: s.id('ACME') })
  s.quote('ACME-F', 9_999, 10_001)
  s.position('A1', 'ACME-F', -60)
}

scenario('INTRADAY_NET: before and after are the end that moves', (s) => {
  s.position('A1', 'ACME', 100, 'T1', 'S1')
  s.working({ orderQty: 20 })
  const uses = (order: OrderGiven) =>
    s
      .evaluate(order)
      .rows.filter(({ control, subject }) => control === 'INTRADAY_NET' && (subject === 'A1' || subject === 'FIRM'))
      .map(({ subject, before, after }) => `${subject} ${before} ${after}`)
  assert.deepEqual(uses({ orderQty: 10 }), ['FIRM 1200000 1300000', 'A1 1200000 1300000'])
  assert.deepEqual(uses(sell(150)), ['FIRM 1200000 1200000', 'A1 -1000000 500000'])
})

scenario('INTRADAY_NET: where home-made gates go wrong #10: a breach does not stop what lowers the risk', (s) => {
  s.position('A1', 'ACME', 100)
  s.limit('INTRADAY_NET', 'A1', 500_000)
  assert.equal(s.saidOf('LimitBreached')[0]?.use, 1_000_000)
  assert.equal(s.order({ orderQty: 1 }).reason, 'INTRADAY_NET')
  s.working(sell(100))
  assert.equal(s.order(sell(51)).reason, 'INTRADAY_NET', 'and all sells together may not flip it past the limit')
  s.working(sell(50))
})
