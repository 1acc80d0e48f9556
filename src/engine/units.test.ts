/**
 * Units: foreign currency with a haircut, minor units, multipliers, inverse contracts, negative prices, fractional
 * quantities. Every expected number was worked out in fractions, and rounded once, against the firm.
 */
import assert from 'node:assert/strict'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'

/** What an order is worth, as its notional row says. */
function worthOf(s: Scenario, order: Parameters<Scenario['order']>[0]): number {
  const row = s.evaluate(order).rows.find(({ control }) => control === 'MAX_ORDER_NOTIONAL')
  return row?.after ?? Number.NaN
}

/** 1.0837 dollars, 150 bps either side: 1.0999555 and 1.0674445. */
function euro(s: Scenario): void {
  s.name('CURRENCY', 'EUR')
  rate(s, 10_837)
  s.instrument('EURO', { currency: s.id('EUR'), priceDecimals: 3 })
  s.quote('EURO', 23_456, 23_458)
}

function rate(s: Scenario, value: number, haircutBps = 150): void {
  s.applied('Fx', { currency: s.id('EUR'), rate: value, decimals: 4, haircutBps })
}

const inEuro = { instrument: 'EURO', price: 23_457, orderQty: 100 } as const

scenario('foreign currency: an order is worth its price at the high rate, rounded up', (s) => {
  euro(s)
  assert.equal(worthOf(s, inEuro), 258_017, '2345.7 euros at 1.0999555 are 2580.1656 dollars')
  s.limit('MAX_ORDER_NOTIONAL', 'A1', 258_016)
  const refused = s.order(inEuro)
  assert.equal(`${refused.reason} ${refused.qtyPassing}`, 'MAX_ORDER_NOTIONAL 99')
  s.limit('MAX_ORDER_NOTIONAL', 'A1', 258_017)
  s.working(inEuro)
  assert.equal(s.exposure('A1').open, 258_017)
})

scenario('foreign currency: a long position is high in its upper end and low in its lower', (s) => {
  euro(s)
  s.position('A1', 'EURO', 100)
  const { gross, long, short } = s.exposure('A1')
  assert.deepEqual([gross, long, short], [258_017, 258_017, 250_390])
})

scenario('foreign currency: a short position is the reverse', (s) => {
  euro(s)
  s.position('A1', 'EURO', -100)
  const { gross, long, short } = s.exposure('A1')
  assert.deepEqual([gross, long, short], [258_017, -250_390, -258_017])
})

scenario(
  'foreign currency: orders and fills keep the rate of the date, positions follow a move of over a percent',
  (s) => {
    euro(s)
    s.position('A1', 'EURO', 100)
    rate(s, 10_900)
    assert.equal(s.exposure('A1').gross, 258_017, '58 bps do not revalue')
    rate(s, 11_000)
    assert.deepEqual([s.exposure('A1').long, s.exposure('A1').short], [261_898, 254_156])
    const id = s.working(inEuro)
    assert.equal(s.exposure('A1').open, 258_017, 'the rate that the date began with')
    s.fill(id, 100, 23_457)
    assert.equal(s.exposure('A1').executed, 258_017)
  },
)

scenario('foreign currency: the roll takes the latest rate for all that is open', (s) => {
  euro(s)
  s.working(inEuro)
  s.position('A2', 'EURO', 100)
  rate(s, 10_900)
  s.roll(20270118)
  assert.equal(s.exposure('A1').open, 259_517)
  assert.equal(s.exposure('A2').gross, 259_517)
  assert.equal(worthOf(s, inEuro), 259_517)
})

scenario('foreign currency: another haircut revalues at once', (s) => {
  euro(s)
  s.position('A1', 'EURO', 100)
  rate(s, 10_837, 0)
  assert.deepEqual([s.exposure('A1').long, s.exposure('A1').short], [254_204, 254_203])
})

scenario('foreign currency: without a rate there is no instrument', (s) => {
  s.name('CURRENCY', 'CHF')
  s.send('Instrument', { symbol: 'SWISS', currency: s.id('CHF') })
  assert.equal(s.refusal, 'INVALID_VALUE')
})

scenario('pence: a price in a minor unit is a hundredth of the currency', (s) => {
  s.name('CURRENCY', 'GBP')
  s.applied('Fx', { currency: s.id('GBP'), rate: 126_931, decimals: 5, haircutBps: 0 })
  s.instrument('PENCE', { currency: s.id('GBP'), priceDecimals: 0, priceUnitsPerCurrency: 100 })
  s.quote('PENCE', 611, 613)
  assert.equal(
    worthOf(s, { instrument: 'PENCE', price: 612, orderQty: 10 }),
    7_769,
    '61.20 pounds are 77.681772 dollars',
  )
  s.position('A1', 'PENCE', 10)
  assert.deepEqual([s.exposure('A1').long, s.exposure('A1').short], [7_769, 7_768])
})

scenario('a multiplier: a future of 50 times its index', (s) => {
  s.instrument('FUT', { multiplierN: 50, tick: 25 })
  s.quote('FUT', 431_250, 431_300)
  const order = { instrument: 'FUT', price: 431_275, orderQty: 2 } as const
  assert.equal(worthOf(s, order), 43_127_500)
  s.working(order)
  assert.deepEqual([s.exposure('A1').gross, s.exposure('A1').open], [43_127_500, 43_127_500])
})

scenario('a multiplier below one', (s) => {
  s.instrument('MICRO', { multiplierN: 1, multiplierD: 3 })
  s.quote('MICRO', 9_999, 10_001)
  assert.equal(worthOf(s, { instrument: 'MICRO', orderQty: 1 }), 3_334, 'a third of 10000, rounded up')
  s.position('A1', 'MICRO', -1)
  assert.deepEqual([s.exposure('A1').long, s.exposure('A1').short], [-3_333, -3_334])
})

/** 100 dollars a contract, in bitcoin at 49871 dollars; quoted 49871.5. */
function inverse(s: Scenario): void {
  s.name('CURRENCY', 'XBT')
  s.applied('Fx', { currency: s.id('XBT'), rate: 49_871, decimals: 0, haircutBps: 0 })
  s.instrument('INV', { currency: s.id('XBT'), multiplierN: 100, priceDecimals: 1, flags: 2 })
  s.quote('INV', 498_705, 498_725)
}

scenario(
  'an inverse contract is worth more the lower its price: a sell at its price, a buy below the reference',
  (s) => {
    inverse(s)
    const order = { instrument: 'INV', orderQty: 10 } as const
    assert.equal(worthOf(s, { ...order, side: 'Sell', price: 498_715 }), 99_999, '999.98997 dollars')
    const buy = s.evaluate({ ...order, price: 498_715 })
    assert.equal(buy.valuationPx, 473_779, 'the reference less the buffer of 5 %')
    assert.equal(worthOf(s, { ...order, price: 498_715 }), 105_263)
    assert.equal(s.evaluate({ ...order, price: 400_000 }).valuationPx, 400_000, 'or its price where that is lower')
  },
)

scenario('an inverse position and an inverse fill', (s) => {
  inverse(s)
  s.position('A1', 'INV', 10)
  assert.deepEqual([s.exposure('A1').long, s.exposure('A1').short], [99_999, 99_998])
  s.position('A2', 'INV', -10)
  assert.deepEqual([s.exposure('A2').long, s.exposure('A2').short], [-99_998, -99_999])
  s.fill(s.working({ instrument: 'INV', price: 498_715, orderQty: 10 }), 1, 498_715)
  assert.equal(s.exposure('A1').executed, 10_000)
})

scenario('an inverse market order and stop are valued at the low price', (s) => {
  inverse(s)
  s.limit('PRICE_COLLAR', 'A1', 1_000)
  const order = { instrument: 'INV', orderQty: 10 } as const
  const sell = s.evaluate({ ...order, ordType: 'Market', side: 'Sell' })
  assert.deepEqual([sell.protectionPx, sell.valuationPx], [448_844, 448_844])
  const stop = s.evaluate({ ...order, ordType: 'Stop', stopPx: 520_000 })
  assert.equal(stop.valuationPx, 473_779)
  const low = s.evaluate({ ...order, ordType: 'Stop', stopPx: 400_000 })
  assert.equal(low.valuationPx, 380_000)
})

/** A spread whose price may be negative, now at -0.03. */
function spread(s: Scenario): void {
  s.instrument('SPREAD', { flags: 1 })
  s.lastTrade('SPREAD', -3)
}

scenario('negative prices count by their magnitude, and by no less than that of the reference', (s) => {
  spread(s)
  s.limit('PRICE_COLLAR', 'FIRM', 1e9, { on: 'ASSET_CLASS:*' })
  const v = (price: number, side: 'Buy' | 'Sell') => s.evaluate({ instrument: 'SPREAD', price, side }).valuationPx
  assert.deepEqual([v(-5, 'Buy'), v(-1, 'Buy'), v(4, 'Buy')], [5, 3, 4])
  assert.deepEqual([v(-5, 'Sell'), v(-1, 'Sell'), v(4, 'Sell')], [5, 3, 4])
})

scenario('positions and fills at a negative price are worth its magnitude', (s) => {
  spread(s)
  s.position('A1', 'SPREAD', 100)
  assert.deepEqual([s.exposure('A1').long, s.exposure('A1').short], [300, 300])
  s.position('A1', 'SPREAD', -100)
  assert.deepEqual([s.exposure('A1').long, s.exposure('A1').short], [-300, -300])
  s.fill(s.working({ instrument: 'SPREAD', price: -3, orderQty: 100 }), 100, -7)
  assert.equal(s.exposure('A1').executed, 700)
})

scenario('a price that crosses zero is worth nothing at zero, and something again behind it', (s) => {
  spread(s)
  s.position('A1', 'SPREAD', 100)
  const gross = [-1, 0, 2].map((px) => {
    s.lastTrade('SPREAD', px)
    return s.exposure('A1').gross
  })
  assert.deepEqual(gross, [100, 0, 200])
})

/** A coin in 10^-8, in lots of 1000 units, at 50000.50 dollars. */
function coin(s: Scenario): void {
  s.instrument('COIN', { qtyDecimals: 8, lot: 1_000 })
  s.quote('COIN', 5_000_049, 5_000_051)
}

scenario('fractional quantities: one rounding, at the end, however small or large the order', (s) => {
  coin(s)
  const value = (orderQty: number, price = 5_000_050) => worthOf(s, { instrument: 'COIN', price, orderQty })
  assert.equal(value(1_000), 51, '50.0005 cents')
  assert.equal(value(50_000_000), 2_500_025)
  assert.equal(value(49_999_999_000, 5_000_051), 2_500_025_450, 'a product beyond 2^53')
  s.position('A1', 'COIN', 1_000)
  assert.deepEqual([s.exposure('A1').long, s.exposure('A1').short], [51, 50])
})

scenario('fractional quantities: many small fills move what one large one does', (s) => {
  coin(s)
  const id = s.working({ instrument: 'COIN', price: 5_000_050, orderQty: 100_000 })
  for (let fill = 0; fill < 10; fill++) s.fill(id, 10_000, 5_000_050)
  assert.deepEqual(s.cell('A1', 'COIN'), { position: 100_000, buyLeaves: 0, sellLeaves: 0 })
  assert.deepEqual([s.exposure('A1').gross, s.exposure('A1').open], [5_001, 0])
  assert.equal(s.exposure('A1').executed, 10 * 501, 'each amount is rounded up by itself')
})

scenario('units are fixed while an instrument has orders or positions', (s) => {
  const acme = {
    symbol: 'ACME',
    tick: 1,
    lot: 1,
    qtyMax: 1e12,
    multiplierN: 1,
    multiplierD: 1,
    priceUnitsPerCurrency: 1,
  }
  const same = { ...acme, priceDecimals: 2, sector: s.id('TECH'), assetClass: s.id('EQUITY'), underlying: -1 }
  const all = { ...same, feed: s.id('FEED') }
  s.working({})
  s.send('Instrument', { ...all, multiplierN: 10 })
  assert.equal(s.refusal, 'INSTRUMENT_IN_USE')
  s.send('Instrument', { ...all, sector: s.id('BANKS') })
  assert.equal(s.refusal, 'INSTRUMENT_IN_USE')
  s.applied('Instrument', { ...all, tick: 5, qtyMax: 50 })
  assert.equal(s.order({ orderQty: 51 }).reason, 'INVALID_QTY')
})
