/** REGULATORY_COMPLIANCE: the facts that the rules of United States equities are asked about, and the quantity offered. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LIST_KINDS, LIST_MODES, type ListMode, SIDES } from '../../model/vocabulary.ts'
import { US_EQUITY_PACK } from '../../rules/us-equity-pack.ts'
import { boundaryTable, type Step } from '../../simulator/boundary-table.ts'
import { openScenario, scenario } from '../../simulator/scenario.ts'
import type { Scenario } from '../../simulator/scenario-engine.ts'
import { type OrderGiven, SECOND, START_US } from '../../simulator/scenario-given.ts'

const us = { rules: US_EQUITY_PACK }
/** A share that Regulation SHO applies to. */
const sho: Step = (s) => {
  s.instrument('SHO', { flags: 4 })
  s.quote('SHO', 9_999, 10_001)
}
const holds =
  (account: string, qty: number): Step =>
  (s) =>
    s.position(account, 'SHO', qty)
const long = (orderQty: number, more: OrderGiven = {}): OrderGiven => ({
  instrument: 'SHO',
  side: 'Sell',
  orderQty,
  ...more,
})
const short = (orderQty: number, more: OrderGiven = {}): OrderGiven => ({ ...long(orderQty, more), side: 'SellShort' })
const open =
  (order: OrderGiven): Step =>
  (s) =>
    s.working({ clOrdID: 'open', ...order })

// Rule 200: a sale marked long may not be larger than what its beneficial owner has, beside its other long sales.
boundaryTable(
  'REGULATORY_COMPLIANCE',
  [
    ['a long sale of all that is held', [sho, holds('A1', 100)], long(100), 'PASS'],
    ['one share more', [sho, holds('A1', 100)], long(101), 'REGULATORY_RULE 100'],
    ['nothing is held', sho, long(1), 'REGULATORY_RULE 0'],
    ['a short position', [sho, holds('A1', -100)], long(1), 'REGULATORY_RULE 0'],
    ["the owner's accounts add up", [sho, holds('A1', 60), holds('A2', 40)], long(101), 'REGULATORY_RULE 100'],
    ['and net', [sho, holds('A1', 100), holds('A2', -40)], long(61), 'REGULATORY_RULE 60'],
    ["another owner's do not", [sho, holds('A1', 60), holds('A3', 40)], long(61), 'REGULATORY_RULE 60'],
    [
      'shares count once: other long sales first',
      [sho, holds('A1', 100), open(long(30, { account: 'A2' }))],
      long(71),
      'REGULATORY_RULE 70',
    ],
    [
      'a filled one has taken them',
      [sho, holds('A1', 100), open(long(30)), (s) => s.fill('open', 30)],
      long(71),
      'REGULATORY_RULE 70',
    ],
    [
      'a canceled one gives them back',
      [sho, holds('A1', 100), open(long(30)), (s) => s.report('Canceled', 'open')],
      long(100),
      'PASS',
    ],
    [
      'a purchase in flight is not held yet',
      [sho, open({ instrument: 'SHO', price: 9_000 })],
      long(1),
      'REGULATORY_RULE 0',
    ],
    ['where Regulation SHO does not apply', () => {}, { side: 'Sell' }, 'PASS'],
  ],
  us,
)

const locate =
  (qty: number, more: { readonly account?: string; readonly untilUs?: number } = {}): Step =>
  (s) =>
    s.applied('Locate', {
      locateID: 'L',
      source: 'LENDER',
      account: s.id(more.account ?? 'A1'),
      instrument: s.id('SHO'),
      qty,
      untilUs: more.untilUs ?? START_US + 3_600 * SECOND,
    })
const easy: Step = (s) => list(s, 'EASY_TO_BORROW', 'ON')

function list(
  s: Scenario,
  kind: (typeof LIST_KINDS)[number],
  mode: ListMode,
  more: { readonly subject?: string; readonly fromUs?: number; readonly untilUs?: number } = {},
): void {
  s.applied('List', {
    list: LIST_KINDS.indexOf(kind),
    mode: LIST_MODES.indexOf(mode),
    instrument: s.id('SHO'),
    subject: more.subject === undefined ? -1 : s.id(more.subject),
    fromUs: more.fromUs ?? 0,
    untilUs: more.untilUs ?? 0,
  })
}

// Rule 203(b)(1): a locate for each share sold short, or the easy-to-borrow list.
const named = (orderQty: number, more: OrderGiven = {}) => short(orderQty, { locate: 0, ...more })
boundaryTable(
  'REGULATORY_COMPLIANCE',
  [
    ['a short sale without a locate', sho, short(1), 'REGULATORY_RULE 0'],
    ['of all that was located', [sho, locate(100)], named(100), 'PASS'],
    ['one share more', [sho, locate(100)], named(101), 'REGULATORY_RULE 100'],
    ['it must name the locate', [sho, locate(100)], short(1), 'REGULATORY_RULE 0'],
    ['a locate that is not known', [sho, locate(100)], short(1, { locate: -2 }), 'REGULATORY_RULE 0'],
    ['of another account', [sho, locate(100, { account: 'A2' })], named(1), 'REGULATORY_RULE 0'],
    ['to its last microsecond', [sho, locate(100, { untilUs: START_US + 1 })], named(100), 'PASS'],
    ['not when it ends', [sho, locate(100, { untilUs: START_US })], named(1), 'REGULATORY_RULE 0'],
    ['open orders have reserved of it', [sho, locate(100), open(named(30))], named(71), 'REGULATORY_RULE 70'],
    [
      'executed ones have used it',
      [sho, locate(100), open(named(30)), (s) => s.fill('open', 30)],
      named(71),
      'REGULATORY_RULE 70',
    ],
    [
      'a canceled one gives back what it did not use',
      [sho, locate(100), open(named(30)), (s) => [s.fill('open', 10), s.report('Canceled', 'open')]],
      named(91),
      'REGULATORY_RULE 90',
    ],
    [
      'a fill that comes after the cancel has used it too',
      [sho, locate(100), open(named(30)), (s) => [s.report('Canceled', 'open'), s.fill('open', 30)]],
      named(71),
      'REGULATORY_RULE 70',
    ],
    ['easy to borrow', [sho, easy], short(1_000), 'PASS'],
    ['short exempt needs a locate as well', sho, short(1, { side: 'SellShortExempt' }), 'REGULATORY_RULE 0'],
    ['short exempt with one', [sho, locate(100)], { ...named(100), side: 'SellShortExempt' }, 'PASS'],
  ],
  us,
)

const state =
  (given: { readonly halted?: number; readonly rule201?: number }, symbol = 'SHO'): Step =>
  (s) => {
    const { halted = 0, rule201 = 0 } = given
    s.applied('InstrumentState', { instrument: s.id(symbol), halted, rule201, flags: 12 })
  }
const rule201 = state({ rule201: 1 })
// Rule 201: above the bid of 9999, by a limit price, unless marked exempt.
boundaryTable(
  'REGULATORY_COMPLIANCE',
  [
    ['a short sale above the bid', [sho, easy, rule201], short(10, { price: 10_000 }), 'PASS'],
    ['at the bid', [sho, easy, rule201], short(10, { price: 9_999 }), 'REGULATORY_RULE 0'],
    ['at the market', [sho, easy, rule201], short(10, { ordType: 'Market' }), 'REGULATORY_RULE 0'],
    ['a stop', [sho, easy, rule201], short(10, { ordType: 'Stop', stopPx: 11_000 }), 'REGULATORY_RULE 0'],
    [
      'a stop limit above the bid',
      [sho, easy, rule201],
      short(10, { ordType: 'StopLimit', stopPx: 10_000, price: 10_000 }),
      'PASS',
    ],
    ['marked exempt', [sho, easy, rule201], { ...short(10, { price: 9_999 }), side: 'SellShortExempt' }, 'PASS'],
    ['a long sale', [sho, holds('A1', 10), rule201], long(10, { price: 9_999 }), 'PASS'],
    ['the test is lifted', [sho, easy, rule201, state({})], short(10, { price: 9_999 }), 'PASS'],
    ['the bid is not known', [sho, easy, rule201, bidless], short(10, { price: 10_500 }), 'REGULATORY_RULE 0'],
    ['the bid is too old', [sho, easy, rule201, silent], short(10, { price: 10_500 }), 'REGULATORY_RULE 0'],
  ],
  us,
)

function bidless(s: Scenario): void {
  s.lastTrade('SHO', 10_000)
  s.send('Quote', { instrument: s.id('SHO'), feed: s.id('FEED'), askPx: 10_001, flags: 2 })
}

function silent(s: Scenario): void {
  s.lastTrade('SHO', 10_000)
  s.wait(3 * SECOND + 1)
}

const restrict =
  (mode: ListMode): Step =>
  (s) =>
    list(s, 'RESTRICTED', mode)
const restricted =
  (mode: ListMode, more: Parameters<typeof list>[3] = {}): Step =>
  (s) => {
    sho(s)
    list(s, 'RESTRICTED', mode, more)
  }
const buy = (orderQty: number, more: OrderGiven = {}): OrderGiven => ({ instrument: 'SHO', orderQty, ...more })
boundaryTable(
  'REGULATORY_COMPLIANCE',
  [
    ['halted', [sho, state({ halted: 1 })], buy(1), 'REGULATORY_RULE 0'],
    ['resumed', [sho, state({ halted: 1 }), state({})], buy(1), 'PASS'],
    ['another instrument is halted', [sho, state({ halted: 1 }, 'ACME')], buy(1), 'PASS'],
    ['no trade', restricted('NO_TRADE'), buy(1), 'REGULATORY_RULE 0'],
    ['no purchase', restricted('NO_BUY'), buy(1), 'REGULATORY_RULE 0'],
    ['no purchase, and it sells', [restricted('NO_BUY'), holds('A1', 10)], long(10), 'PASS'],
    ['no sale', [restricted('NO_SELL'), holds('A1', 10)], long(1), 'REGULATORY_RULE 0'],
    ['no sale, and it buys', restricted('NO_SELL'), buy(1), 'PASS'],
    ['no sale, short neither', [restricted('NO_SELL'), easy], short(1), 'REGULATORY_RULE 0'],
    ['close only: a sale of all', [restricted('CLOSE_ONLY'), holds('A1', 100)], long(100), 'PASS'],
    [
      'close only: together they would flip',
      [restricted('CLOSE_ONLY'), holds('A1', 100), holds('A2', 100), open(long(60))],
      long(41),
      'REGULATORY_RULE 40',
    ],
    ['close only: a purchase of all', [restricted('CLOSE_ONLY'), holds('A1', -100)], buy(101), 'REGULATORY_RULE 100'],
    [
      'close only: the account, not the owner',
      [restricted('CLOSE_ONLY'), holds('A2', -100)],
      buy(1),
      'REGULATORY_RULE 0',
    ],
    ['for the account', restricted('NO_BUY', { subject: 'A1' }), buy(1), 'REGULATORY_RULE 0'],
    ['for its desk', restricted('NO_BUY', { subject: 'D1' }), buy(1), 'REGULATORY_RULE 0'],
    ['for its session', restricted('NO_BUY', { subject: 'X1' }), buy(1), 'REGULATORY_RULE 0'],
    ['for another account', restricted('NO_BUY', { subject: 'A2' }), buy(1), 'PASS'],
    ['not yet', restricted('NO_BUY', { fromUs: START_US + 1 }), buy(1), 'PASS'],
    ['from now on', restricted('NO_BUY', { fromUs: START_US }), buy(1), 'REGULATORY_RULE 0'],
    ['to its end', restricted('NO_BUY', { untilUs: START_US + 1 }), buy(1), 'REGULATORY_RULE 0'],
    ['no longer', restricted('NO_BUY', { untilUs: START_US }), buy(1), 'PASS'],
    ['taken off the list', [restricted('NO_BUY'), (s) => list(s, 'RESTRICTED', 'OFF')], buy(1), 'PASS'],
  ],
  us,
)

test('an order whose flags satisfy the pack is decided as one that every rule was asked about', () => {
  const { version, rules, firstRefusal } = US_EQUITY_PACK
  const asking = { rules: { version, rules, firstRefusal } }
  const states: readonly Step[] = [() => {}, state({ halted: 1 }), rule201]
  const lists: readonly Step[] = [
    () => {},
    easy,
    ...(['NO_TRADE', 'NO_BUY', 'NO_SELL', 'CLOSE_ONLY'] as const).map(restrict),
  ]
  const orders: readonly OrderGiven[] = [{}, { ordType: 'Market' }, { price: 9_999 }]
  for (const flags of [0, 4]) {
    for (const instrumentState of states) {
      for (const listed of lists) {
        const [ours, theirs] = [openScenario(us), openScenario(asking)]
        for (const s of [ours, theirs]) {
          s.instrument('SHO', { flags })
          s.quote('SHO', 9_999, 10_001)
          for (const step of [holds('A1', 50), instrumentState, listed]) step(s)
        }
        for (const side of SIDES) {
          for (const order of orders) {
            const given = { instrument: 'SHO', orderQty: 60, side, ...order }
            assert.deepEqual(ours.order(given), theirs.order(given))
          }
        }
        assert.equal(ours.engine.stateHash(), theirs.engine.stateHash())
      }
    }
  }
})

/** The rule that the decision names. */
const ruleOf = (rule: number) => US_EQUITY_PACK.rules[rule]?.id

scenario(
  'REGULATORY_COMPLIANCE: the decision names the first rule that refuses, also where a smaller order would pass',
  (s) => {
    sho(s)
    s.position('A1', 'SHO', 100)
    assert.equal(ruleOf(s.order(long(101)).rule), 'REG_SHO_MARKING')
    assert.equal(ruleOf(s.order(short(1)).rule), 'REG_SHO_LOCATE')
    list(s, 'RESTRICTED', 'NO_TRADE')
    assert.equal(ruleOf(s.order(short(1)).rule), 'RESTRICTED_NO_TRADE')
  },
  us,
)

scenario(
  'REGULATORY_COMPLIANCE: of a replace the rules see its leaves, and its order is none of the others',
  (s) => {
    sho(s)
    s.position('A1', 'SHO', 100)
    const id = s.working(long(100))
    s.fill(id, 40)
    assert.equal(s.cell('A1', 'SHO').position, 60)
    const refused = s.replace(id, { orderQty: 101 })
    assert.equal(`${refused.reason} ${refused.qtyPassing}`, 'REGULATORY_RULE 100')
    s.replaced(id, { orderQty: 100, price: 10_010 })
  },
  us,
)

scenario(
  'REGULATORY_COMPLIANCE: a replace of a short sale may use what its order has located',
  (s) => {
    sho(s)
    locate(100)(s)
    const id = s.working(named(60))
    s.fill(id, 20)
    const refused = s.replace(id, { orderQty: 101 })
    assert.equal(`${refused.reason} ${refused.qtyPassing}`, 'REGULATORY_RULE 100')
    s.replaced(id, { orderQty: 100 })
    assert.equal(s.order(named(1)).reason, 'REGULATORY_RULE', 'all is reserved now')
  },
  us,
)

scenario(
  'REGULATORY_COMPLIANCE: a quantity limit and a rule: what is offered passes both',
  (s) => {
    sho(s)
    s.position('A1', 'SHO', 100)
    s.limit('MAX_ORDER_QTY', 'A1', 150)
    assert.equal(s.order(long(200)).qtyPassing, 100)
    s.limit('MAX_ORDER_QTY', 'A1', 70)
    assert.equal(s.order(long(200)).qtyPassing, 70)
    assert.equal(s.order(long(70)).outcome, 'APPROVE')
  },
  us,
)
