/** TRADING_STATE: whom a latch covers, what it lets pass, and that reduce-only cannot be flipped by several orders. */
import assert from 'node:assert/strict'
import { boundaryTable, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import type { KillGiven, OrderGiven } from '../../simulator/scenario-given.ts'

const killed =
  (scopes: KillGiven = {}): Step =>
  (s) =>
    s.kill('KILLED', scopes)
const blocked =
  (scopes: KillGiven = {}): Step =>
  (s) =>
    s.kill('BLOCKED', scopes)
const reduceOnly =
  (scopes: KillGiven = {}): Step =>
  (s) =>
    s.kill('REDUCE_ONLY', scopes)

// An order of A1, T1, S1, X1 in ACME: of E1, C1, D1, TECH, EQUITY.
boundaryTable('TRADING_STATE', [
  ['no latch', () => {}, {}, 'PASS'],
  ['the whole firm', killed(), {}, 'KILLED'],
  ['its entity', killed({ entity: 'E1' }), {}, 'KILLED'],
  ['its client', killed({ client: 'C1' }), {}, 'KILLED'],
  ['its desk', killed({ desk: 'D1' }), {}, 'KILLED'],
  ['another desk', killed({ desk: 'D2' }), {}, 'PASS'],
  ['its trader', killed({ trader: 'T1' }), {}, 'KILLED'],
  ['another trader', killed({ trader: 'T2' }), {}, 'PASS'],
  ['its account', killed({ account: 'A1' }), {}, 'KILLED'],
  ['another account', killed({ account: 'A2' }), {}, 'PASS'],
  ['its strategy', killed({ strategy: 'S1' }), {}, 'KILLED'],
  ['another strategy', killed({ strategy: 'manual' }), {}, 'PASS'],
  ['its session', killed({ sessionScope: 'X1' }), {}, 'KILLED'],
  ['another session', killed({ sessionScope: 'X2' }), {}, 'PASS'],
  ['its instrument', killed({ instrument: 'ACME' }), {}, 'KILLED'],
  ['its underlying, itself', killed({ underlying: 'ACME' }), {}, 'KILLED'],
  ['its asset class', killed({ assetClass: 'EQUITY' }), {}, 'KILLED'],
  ['its sector', killed({ sector: 'TECH' }), {}, 'KILLED'],
  ['another sector', killed({ sector: 'BANKS' }), {}, 'PASS'],
  ['its venue', killed({ venue: 'V1' }), { venue: 'V1' }, 'KILLED'],
  ['another venue', killed({ venue: 'V1' }), { venue: 'V2' }, 'PASS'],
  ['an order without a venue may reach the venue that is killed', killed({ venue: 'V1' }), {}, 'KILLED'],
  ['buys', killed({ side: 0 }), {}, 'KILLED'],
  ['sells, and it buys', killed({ side: 1 }), {}, 'PASS'],
  ['sells', killed({ side: 1 }), { side: 'Sell' }, 'KILLED'],
  ['sells include short sales', killed({ side: 1 }), { side: 'SellShortExempt' }, 'KILLED'],
  ['all keys match', killed({ account: 'A1', instrument: 'ACME', side: 0 }), {}, 'KILLED'],
  ['one key of three does not', killed({ account: 'A1', instrument: 'ACME', side: 1 }), {}, 'PASS'],
  ['an account and a desk that do not meet', killed({ account: 'A1', desk: 'D2' }), {}, 'PASS'],
])

boundaryTable('TRADING_STATE', [
  ['blocked', blocked(), {}, 'BLOCKED'],
  ['blocked, although the order would reduce', [holds(100), blocked()], { side: 'Sell' }, 'BLOCKED'],
  ['the worst of two: killed over blocked', [blocked(), killed({ account: 'A1' })], {}, 'KILLED'],
  ['the worst of two: blocked over reduce-only', [reduceOnly(), blocked({ account: 'A1' })], {}, 'BLOCKED'],
  ['a worse one over another account', [reduceOnly(), killed({ account: 'A2' })], {}, 'REDUCE_ONLY'],
  ['a release to reduce-only', released('REDUCE_ONLY'), {}, 'REDUCE_ONLY'],
  ['a release to active', released('ACTIVE'), {}, 'PASS'],
  ['one of two released', [killed(), released('ACTIVE')], {}, 'KILLED'],
])

function released(state: 'ACTIVE' | 'REDUCE_ONLY'): Step {
  return (s) => s.release(s.kill('KILLED', { account: 'A1' }), state)
}

function holds(qty: number, account = 'A1', trader = '', strategy = ''): Step {
  return (s) => s.position(account, 'ACME', qty, trader, strategy)
}

const sell = (orderQty: number, more: OrderGiven = {}): OrderGiven => ({
  side: 'Sell',
  price: 10_001,
  orderQty,
  ...more,
})
const buy = (orderQty: number, more: OrderGiven = {}): OrderGiven => ({ orderQty, price: 9_999, ...more })
const open =
  (order: OrderGiven): Step =>
  (s) =>
    s.working({ clOrdID: 'open', ...order })
boundaryTable('TRADING_STATE', [
  ['reduce-only, flat: a buy', reduceOnly(), buy(1), 'REDUCE_ONLY'],
  ['reduce-only, flat: a sell', reduceOnly(), sell(1), 'REDUCE_ONLY'],
  ['long: a sell of less', [holds(100), reduceOnly()], sell(99), 'PASS'],
  ['long: a sell of all', [holds(100), reduceOnly()], sell(100), 'PASS'],
  ['long: one share more', [holds(100), reduceOnly()], sell(101), 'REDUCE_ONLY'],
  ['long: a buy', [holds(100), reduceOnly()], buy(1), 'REDUCE_ONLY'],
  ['short: a buy of all', [holds(-100), reduceOnly()], buy(100), 'PASS'],
  ['short: one share more', [holds(-100), reduceOnly()], buy(101), 'REDUCE_ONLY'],
  ['short: a sell', [holds(-100), reduceOnly()], sell(1), 'REDUCE_ONLY'],
  ['a working sell takes its part', [holds(100), open(sell(60)), reduceOnly()], sell(40), 'PASS'],
  ['together they would flip', [holds(100), open(sell(60)), reduceOnly()], sell(41), 'REDUCE_ONLY'],
  [
    'its fill takes position and leaves alike',
    [holds(100), open(sell(60)), (s) => s.fill('open', 50), reduceOnly()],
    sell(41),
    'REDUCE_ONLY',
  ],
  ['a working buy makes no room', [holds(100), open(buy(50)), reduceOnly()], sell(101), 'REDUCE_ONLY'],
  [
    'a canceled sell gives its part back',
    [holds(100), open(sell(60)), (s) => s.report('Canceled', 'open'), reduceOnly()],
    sell(100),
    'PASS',
  ],
])

// The cell that is tested is that of the latch's narrowest subject.
const inA2 = { account: 'A2' } as const
boundaryTable('TRADING_STATE', [
  [
    'the account: another trader of it holds',
    [holds(100, 'A1', 'T2'), reduceOnly({ account: 'A1' })],
    sell(100),
    'PASS',
  ],
  ['the trader: another one holds', [holds(100, 'A1', 'T2'), reduceOnly({ trader: 'T1' })], sell(1), 'REDUCE_ONLY'],
  ['the trader holds', [holds(100, 'A1', 'T1'), reduceOnly({ trader: 'T1' })], sell(100), 'PASS'],
  [
    'the trader, in this account alone',
    [holds(100, 'A1', 'T1'), reduceOnly({ trader: 'T1' })],
    sell(1, inA2),
    'REDUCE_ONLY',
  ],
  ['the desk', [holds(100, 'A1', 'T2'), reduceOnly({ desk: 'D1' })], sell(1), 'REDUCE_ONLY'],
  ['the desk holds', [holds(100, 'A1', 'T1'), reduceOnly({ desk: 'D1' })], sell(100), 'PASS'],
  ['the strategy', [holds(100, 'A1', 'T1', 'manual'), reduceOnly({ strategy: 'S1' })], sell(1), 'REDUCE_ONLY'],
  [
    'the strategy is narrower than the trader',
    [holds(100, 'A1', 'T1'), reduceOnly({ trader: 'T1', strategy: 'S1' })],
    sell(1),
    'REDUCE_ONLY',
  ],
  [
    'an account beside a trader: the trader, in that account',
    [holds(100, 'A1', 'T2'), reduceOnly({ trader: 'T1', account: 'A1' })],
    sell(1),
    'REDUCE_ONLY',
  ],
  ['an account beside a desk', [holds(100, 'A1', 'T1'), reduceOnly({ desk: 'D1', account: 'A1' })], sell(100), 'PASS'],
  [
    'the session has no cell: the account',
    [holds(100, 'A1', 'T2'), reduceOnly({ sessionScope: 'X1' })],
    sell(100),
    'PASS',
  ],
  [
    'every latch must let it pass',
    [holds(100, 'A1', 'T2'), reduceOnly({ account: 'A1' }), reduceOnly({ trader: 'T1' })],
    sell(1),
    'REDUCE_ONLY',
  ],
])

const WORKING = { clOrdID: 'o', orderQty: 100, price: 10_000 } as const
/** Whether a replace of a working buy of 100 at 100.00 passes under a state. */
const REPLACES: readonly (readonly [title: string, given: { orderQty: number; price: number }, retreats: boolean])[] = [
  ['fewer shares', { orderQty: 99, price: 10_000 }, true],
  ['fewer shares, priced lower', { orderQty: 99, price: 9_999 }, true],
  ['fewer shares, priced higher', { orderQty: 99, price: 10_001 }, false],
  ['the same shares, priced lower', { orderQty: 100, price: 9_999 }, false],
  ['more shares', { orderQty: 101, price: 10_000 }, false],
]
for (const [title, given, retreats] of REPLACES) {
  for (const state of ['REDUCE_ONLY', 'BLOCKED', 'KILLED'] as const) {
    const passes = retreats && state !== 'KILLED'
    scenario(`TRADING_STATE: a replace to ${title} under ${state}: ${passes ? 'PASS' : state}`, (s) => {
      s.working(WORKING)
      s.kill(state)
      const { reason, results } = s.replace('o', given)
      assert.equal(reason, passes ? 'NONE' : state)
      assert.equal(results.TRADING_STATE, passes ? 'PASS' : 'FAIL')
    })
  }
}

scenario('TRADING_STATE: a sell retreats upwards, a stop by nothing but its quantity', (s) => {
  const ask = s.working(sell(100))
  const stop = s.working({ ordType: 'Stop', stopPx: 11_000 })
  s.kill('BLOCKED')
  assert.equal(s.replace(ask, { orderQty: 50, price: 10_000 }).reason, 'BLOCKED')
  s.replaced(ask, { orderQty: 50, price: 10_002 })
  assert.equal(s.replace(stop, { orderQty: 50, stopPx: 12_000, flags: 2 }).reason, 'BLOCKED')
  s.replaced(stop, { orderQty: 50, stopPx: 11_000, flags: 2 })
})

scenario('TRADING_STATE: a replace retreats from the version that it names, not from the first', (s) => {
  s.working(WORKING)
  s.replaced('o', { clOrdID: 'r', orderQty: 50 })
  s.kill('BLOCKED')
  assert.equal(s.replace('r', { orderQty: 60 }).reason, 'BLOCKED')
  s.replaced('r', { orderQty: 40 })
})

scenario('TRADING_STATE: a replace that only reduces passes reduce-only; its own part is not counted twice', (s) => {
  s.position('A1', 'ACME', 100)
  const id = s.working(sell(60))
  s.kill('REDUCE_ONLY', { account: 'A1' })
  assert.equal(s.replace(id, { orderQty: 101, price: 10_001 }).reason, 'REDUCE_ONLY')
  s.replaced(id, { orderQty: 100, price: 10_000 })
})

scenario('TRADING_STATE: cancels pass every state', (s) => {
  const ids = ['REDUCE_ONLY', 'BLOCKED', 'KILLED'].map((clOrdID) => s.working({ clOrdID }))
  for (const state of ['REDUCE_ONLY', 'BLOCKED', 'KILLED'] as const) {
    s.kill(state)
    assert.equal(s.cancel(state)?.reason, 'NONE')
  }
  assert.deepEqual(
    ids.map((id) => s.live(id)?.state),
    [2, 2, 2],
  )
})

scenario('TRADING_STATE: where nothing may pass nothing else is judged and nothing is offered', (s) => {
  s.kill('KILLED')
  const { results, rows, qtyPassing } = s.order({})
  assert.deepEqual(results, {
    TRADING_STATE: 'FAIL',
    MARKET_ACCESS: 'PASS',
    ORDER_STRUCTURE: 'PASS',
    INSTRUMENT_PERMISSION: 'PASS',
  })
  assert.equal(`${rows.length} ${qtyPassing}`, '0 0')
})
