/** SELF_MATCH: which orders of one beneficial owner could trade with each other. */
import assert from 'node:assert/strict'
import { boundaryTable, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import type { OrderGiven } from '../../simulator/scenario-given.ts'

const sell = { side: 'Sell' } as const
const market = { ordType: 'Market' } as const
/** Accounts A1 and A2 are of one beneficial owner, A3 is not. */
const other = { account: 'A2' } as const
const rests =
  (order: OrderGiven): Step =>
  (s) =>
    s.working({ clOrdID: 'resting', ...order })

boundaryTable('SELF_MATCH', [
  ['a buy below a resting sell', rests({ ...sell, price: 10_001 }), { price: 10_000 }, 'PASS'],
  ['a buy at its price', rests({ ...sell, price: 10_000 }), { price: 10_000 }, 'SELF_MATCH'],
  ['a buy above it', rests({ ...sell, price: 9_999 }), { price: 10_000 }, 'SELF_MATCH'],
  ['a sell above a resting buy', rests({ price: 9_999 }), { ...sell, price: 10_000 }, 'PASS'],
  ['a sell at its price', rests({ price: 10_000 }), { ...sell, price: 10_000 }, 'SELF_MATCH'],
  ['a sell below it', rests({ price: 10_001 }), { ...sell, price: 10_000 }, 'SELF_MATCH'],
  ['a short sale too', rests({}), { side: 'SellShort' }, 'SELF_MATCH'],
  [
    'the best of several counts',
    [rests({ ...sell, price: 10_050 }), rests({ clOrdID: 'better', ...sell, price: 10_010 })],
    { price: 10_010 },
    'SELF_MATCH',
  ],
  ['the same side never', rests({ price: 10_000 }), { price: 10_000 }, 'PASS'],
  ['nothing rests', () => {}, { price: 10_000 }, 'PASS'],
  ['another account of the owner', rests({ ...sell, ...other }), {}, 'SELF_MATCH'],
  ["another owner's account", rests({ ...sell, account: 'A3' }), {}, 'PASS'],
  ['another session and another trader', rests({ ...sell, session: 'X2', trader: 'T2' }), {}, 'SELF_MATCH'],
  ['a market buy meets every sell', rests({ ...sell, price: 19_000 }), market, 'SELF_MATCH'],
  ['a market sell meets every buy', rests({ price: 1 }), { ...market, ...sell }, 'SELF_MATCH'],
  ['a resting market buy meets every sell', rests(market), { ...sell, price: 19_000 }, 'SELF_MATCH'],
  ['an IOC order could trade as well', rests({ ...sell }), { timeInForce: 'IOC' }, 'SELF_MATCH'],
  ['an unpriced stop is not judged', rests({ ...sell }), { ordType: 'Stop', stopPx: 10_000 }, 'N/A'],
  ['nor is a stop limit', rests({ ...sell }), { ordType: 'StopLimit', stopPx: 10_000 }, 'N/A'],
  ['a resting stop cannot execute', rests({ ...sell, ordType: 'Stop', stopPx: 10_000 }), {}, 'PASS'],
  ['nor a resting stop limit', rests({ ...sell, ordType: 'StopLimit', stopPx: 10_000 }), {}, 'PASS'],
])

const crossing: Step = (s) => s.name('OWNER', 'O1', {}, 1)
const V1 = { venue: 'V1' }
const V2 = { venue: 'V2' }
boundaryTable('SELF_MATCH', [
  ['the same venue', rests({ ...sell, ...V1 }), V1, 'SELF_MATCH'],
  ['another venue', rests({ ...sell, ...V1 }), V2, 'PASS'],
  ['an order without a venue could go anywhere', rests({ ...sell, ...V1 }), {}, 'SELF_MATCH'],
  ['so could one that rests', rests({ ...sell }), V2, 'SELF_MATCH'],
  ['an owner that is tested across venues', [crossing, rests({ ...sell, ...V1 })], V2, 'SELF_MATCH'],
  ['marked so while orders rest', [rests({ ...sell, ...V1 }), crossing], V2, 'SELF_MATCH'],
])

/** Whether a resting sell of 100 at 100.00 could still meet a buy after each. */
const LIVES: readonly (readonly [title: string, live: Step, meets: boolean])[] = [
  ['in flight, not acknowledged', () => {}, true],
  ['filled in part', (s) => s.fill('resting', 99), true],
  ['filled', (s) => s.fill('resting', 100), false],
  ['its cancel is on the way', (s) => s.cancel('resting'), true],
  ['canceled', (s) => s.report('Canceled', 'resting'), false],
  ['rejected', (s) => s.report('Rejected', 'resting'), false],
  ['never sent', (s) => s.notSent('resting'), false],
  ['a replace away is pending: both prices count', (s) => s.replaced('resting', { clOrdID: 'r', price: 10_100 }), true],
  [
    'a replace away is accepted',
    (s) => [s.replaced('resting', { clOrdID: 'r', price: 10_100 }), s.report('Replaced', 'r')],
    false,
  ],
  [
    'a replace away is rejected',
    (s) => [s.replaced('resting', { clOrdID: 'r', price: 10_100 }), s.report('ReplaceRejected', 'r')],
    true,
  ],
  ['the date rolled', (s) => s.roll(20270118), true],
]
for (const [title, live, meets] of LIVES) {
  scenario(`SELF_MATCH: ${title}: ${meets ? 'meets' : 'does not meet'}`, (s) => {
    s.working({ clOrdID: 'resting', ...sell })
    live(s)
    assert.equal(s.order({}).reason, meets ? 'SELF_MATCH' : 'NONE')
  })
}

scenario('SELF_MATCH: a pending replace towards the market counts before it is accepted', (s) => {
  s.working({ clOrdID: 'resting', ...sell, price: 10_100 })
  s.replaced('resting', { clOrdID: 'r', price: 10_050 })
  assert.equal(s.order({ price: 10_050 }).reason, 'SELF_MATCH')
  s.report('ReplaceRejected', 'r')
  s.working({ price: 10_050 })
})

scenario('SELF_MATCH: a replace is tested at its new price; its own order is on its own side', (s) => {
  s.working({ clOrdID: 'ask', ...sell, price: 10_100 })
  const bid = s.working({ price: 10_000 })
  assert.equal(s.replace(bid, { price: 10_100 }).reason, 'SELF_MATCH')
  s.replaced(bid, { price: 10_099 })
})

scenario('SELF_MATCH: the decision names the order that it crosses, and offers no smaller one', (s) => {
  s.working({ clOrdID: 'ask', ...sell, price: 10_010 })
  const { crossing: slot, qtyPassing } = s.order({ price: 10_020 })
  assert.equal(`${slot} ${qtyPassing}`, `${s.live('ask')?.slot} 0`)
})
