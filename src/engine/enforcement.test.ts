/** What went wrong at other firms and was fined, told to this gate: it must end at the first wrong order. */
import assert from 'node:assert/strict'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { PX, SECOND } from '../simulator/scenario-given.ts'

const latches = (s: Scenario) => s.saidOf('ControlLatched').map(({ cause }) => cause)

// SEC, Knight Capital 2013: 212 parent orders became more than four million orders in 45 minutes.
scenario('Knight: the first slice too many is refused and stops the router', (s) => {
  s.parent('PARENT', { orderQty: 300 })
  const slice = { parentClOrdID: 'PARENT', orderQty: 100 }
  for (const _ of [1, 2, 3]) s.fill(s.working(slice), 100)
  const excess = s.order(slice)
  assert.equal(`${excess.reason} ${excess.qtyPassing}`, 'PARENT_CHILD 0')
  assert.deepEqual(latches(s), ['PARENT_CHILD'])
  // The router goes on sending: nothing more leaves, and what a person works by hand goes on.
  for (const _ of [1, 2, 3]) assert.equal(s.order(slice).reason, 'BLOCKED')
  s.working({ trader: 'T2', strategy: 'manual' })
  assert.equal(s.exposure('S1').executed, 3_000_000)
})

scenario("Knight: the firm's gross counts every account, that of errors too", (s) => {
  s.limit('PORTFOLIO_GROSS', 'FIRM', 5_000_000)
  s.fill(s.working({ orderQty: 200 }), 200)
  // Executions that belong to no order go to the error account.
  const stranger = { instrument: s.id('ACME'), side: 0, execID: 'STRAY', lastQty: 250, lastPx: PX }
  s.report('Fill', 'NOBODY', stranger)
  assert.equal(s.cell('SUSPENSE').position, 250)
  assert.equal(s.exposure('FIRM').gross, 4_500_000)
  const more = s.order({ account: 'A2', orderQty: 51 })
  assert.equal(`${more.reason} ${more.qtyPassing}`, 'PORTFOLIO_GROSS 50')
})

// SEC, Goldman Sachs 2015: sixteen thousand options orders at one dollar, before the open, under collars of the day.
scenario('Goldman: the collar of the session before the open, and two people to go on', (s) => {
  s.limit('PRICE_COLLAR', 'FIRM', 100, { on: 'ASSET_CLASS:*', phase: 'PRE_OPEN' })
  s.limit('REJECT_STORM', 'S1', 3, { param: SECOND })
  s.phase('V1', 'PRE_OPEN')
  const cheap = { side: 'Sell', price: 6_000, venue: 'V1' } as const
  s.working({ side: 'Sell', price: 9_900, venue: 'V1' })
  for (const _ of [1, 2, 3]) assert.equal(s.order(cheap).reason, 'PRICE_COLLAR')
  assert.equal(s.order(cheap).reason, 'PRICE_COLLAR')
  assert.deepEqual(latches(s), ['REJECT_STORM'])
  // One person alone lifts no breaker.
  s.applied('Release', { latch: 1, state: 0, step: 0, principal: s.id('ALICE') })
  s.send('Release', { latch: 1, state: 0, step: 1, principal: s.id('ALICE') })
  assert.equal(s.refusal, 'MAKER_IS_CHECKER')
  assert.equal(s.order({ venue: 'V1' }).reason, 'BLOCKED')
  s.applied('Release', { latch: 1, state: 0, step: 1, principal: s.id('BOB') })
  s.phase('V1', 'CONTINUOUS')
  s.working({ side: 'Sell', price: 9_800, venue: 'V1' })
})

// SEC, Merrill Lynch 2016: an order of five million shares was allowed in a stock that traded 79,000 a day.
scenario('Merrill: a share of the daily volume holds where an absolute limit does not', (s) => {
  s.limit('MAX_ORDER_QTY', 'FIRM', 5_000_000)
  s.adv('ACME', 79_000)
  const order = { orderQty: 1_000_000 }
  assert.equal(s.evaluate(order).outcome, 'APPROVE')
  s.limit('MAX_ORDER_PCT_ADV', 'FIRM', 1_000)
  const refused = s.order(order)
  assert.equal(`${refused.reason} ${refused.qtyPassing}`, 'MAX_ORDER_PCT_ADV 7900')
  s.working({ orderQty: 7_900 })
  // And cut into pieces it is no more.
  s.limit('CUM_PCT_ADV', 'FIRM', 1_500, { on: 'INSTRUMENT:*' })
  assert.equal(s.order({ orderQty: 7_900, price: 9_999 }).qtyPassing, 3_950)
})

// FCA and PRA, Citigroup 2024: a basket of 58 million dollars was entered as one of 444 billion.
scenario('Citi: the lines of a basket end where its declared total does', (s) => {
  const declared = 5_800_000_000
  s.parent('BASKET', { notional: declared, lines: 349 })
  s.limit('BASKET_TOTAL', 'FIRM', 100_000_000_00)
  // The first of its lines alone, with the notional typed where the quantity belongs.
  const wrong = { parentClOrdID: 'BASKET', orderQty: 58_000_000 }
  const line = s.order(wrong)
  assert.equal(line.reason, 'PARENT_CHILD')
  assert.equal(line.results.BASKET_TOTAL, 'FAIL')
  assert.equal(line.qtyPassing * PX, (declared * 105) / 100)
  assert.deepEqual(latches(s), ['PARENT_CHILD'])
  assert.equal(s.order({ parentClOrdID: 'BASKET', orderQty: 1 }).reason, 'BLOCKED')
  assert.equal(s.exposure('FIRM').open, 0)
})

scenario('Citi: one command asks for the cancel of every line, and names what is not ended yet', (s) => {
  s.parent('BASKET', { notional: 1e9, lines: 711 })
  const lines = Array.from({ length: 700 }, () => s.working({ parentClOrdID: 'BASKET', orderQty: 1 }))
  s.working({ trader: 'T2', strategy: 'manual' })
  const latch = s.kill('KILLED', { strategy: 'S1' })
  assert.equal(s.sweepAll().length, lines.length, 'the lines, and no order of others')
  for (const line of lines.slice(1)) s.report('Canceled', line)
  assert.equal(s.engine.view.cancelRequests(0, 1_000).length, 1)
  s.send('Release', { latch, state: 0, step: 0, principal: s.id('ALICE') })
  assert.equal(s.refusal, 'RELEASE_ORDERS_OPEN')
})

// SEC, Latour Trading 2014: twelve million orders that did not comply, after an error in the strategy's own system.
scenario('Latour: a kind of order that the gate does not judge is refused, whatever the strategy says of it', (s) => {
  for (const unknown of [{ ordType: '' }, { timeInForce: '' }, { side: '' }] as const) {
    assert.equal(s.order(unknown).outcome, 'REJECT', JSON.stringify(unknown))
  }
  s.working({})
})
