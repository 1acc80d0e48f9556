/**
 * Where home-made gates go wrong, by their rank: one test or more for each row. docs/reference/wrong-gates.md names
 * them, and those of other floors, row by row.
 */
import assert from 'node:assert/strict'
import { REASONS } from '../model/codes.ts'
import { controlIndex } from '../model/controls.ts'
import { MAX } from '../model/numbers.ts'
import { BINDING_KINDS, DUTIES } from '../model/vocabulary.ts'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { type OrderGiven, type ReplaceGiven, SECOND } from '../simulator/scenario-given.ts'

const wrong = (row: number, title: string, play: (s: Scenario) => void, options = {}) =>
  scenario(`where home-made gates go wrong #${row}: ${title}`, play, options)
const sell = (orderQty: number, more: OrderGiven = {}): OrderGiven => ({
  side: 'Sell',
  price: 10_001,
  orderQty,
  ...more,
})

wrong(1, 'orders in flight count before any acknowledgement', (s) => {
  s.limit('INTRADAY_NET', 'FIRM', 1_000_000)
  for (let at = 0; at < 10; at++) s.working({ orderQty: 10 })
  assert.equal(s.order({ orderQty: 1 }).reason, 'INTRADAY_NET')
})

wrong(1, 'whatever is executed of what was approved, in any order, no limit is exceeded', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000)
  const ids = [30, 50, 20].map((orderQty) => s.working({ orderQty }))
  const sells = [60, 40].map((orderQty) => s.working(sell(orderQty)))
  assert.equal(s.order({ orderQty: 1 }).outcome, 'REJECT')
  for (const [id, qty] of [
    [ids[2], 20],
    [sells[0], 60],
    [ids[1], 50],
    [sells[1], 40],
    [ids[0], 30],
  ] as const) {
    s.fill(id ?? '', qty)
    assert.ok(s.exposure('A1').gross <= 1_000_000)
  }
})

wrong(2, 'a replace passes every control that a new order does', (s) => {
  const limits: readonly (readonly [set: () => void, given: ReplaceGiven, control: string])[] = [
    [() => s.limit('MAX_ORDER_QTY', 'A1', 100), { orderQty: 101 }, 'MAX_ORDER_QTY'],
    [() => s.limit('PRICE_COLLAR', 'A1', 100), { price: 10_101 }, 'PRICE_COLLAR'],
    [() => s.limit('MAX_ORDER_NOTIONAL', 'A1', 1_000_000), { price: 10_001 }, 'MAX_ORDER_NOTIONAL'],
    [() => s.limit('DAILY_GROSS', 'D1', 1_000_000), { price: 10_001 }, 'DAILY_GROSS'],
    [() => s.limit('INTRADAY_NET', 'T1', 1_000_000), { orderQty: 101 }, 'INTRADAY_NET'],
    [() => s.limit('PORTFOLIO_GROSS', 'FIRM', 1_000_000), { orderQty: 101 }, 'PORTFOLIO_GROSS'],
    [() => s.capital('FIRM', 100), { orderQty: 101 }, 'SECTOR_CONCENTRATION'],
    [() => s.limit('MESSAGE_RATE', 'X1', 0), {}, 'MESSAGE_RATE'],
    [() => s.kill('KILLED'), {}, 'TRADING_STATE'],
  ]
  s.limit('SECTOR_CONCENTRATION', 'FIRM', 10_000, { on: 'SECTOR:*' })
  const id = s.working({ orderQty: 100 })
  for (const [set, given, control] of limits) {
    set()
    assert.equal(s.replace(id, given).results[control], 'FAIL', control)
  }
})

wrong(2, 'a replace is not counted twice: the limit that its order fills takes it', (s) => {
  for (const control of ['DAILY_GROSS', 'PORTFOLIO_GROSS', 'INTRADAY_NET', 'OPEN_ORDER_NOTIONAL'] as const) {
    s.limit(control, 'A1', 1_000_000)
  }
  s.limit('MAX_OPEN_ORDERS', 'A1', 1)
  let id = s.working({ orderQty: 100 })
  for (const price of [9_999, 9_998, 9_997]) id = s.replaced(id, { orderQty: 100, price })
  assert.deepEqual([s.exposure('A1').open, s.exposure('A1').openOrders], [1_000_000, 1])
})

/** What is missing, and why an order is refused without it. */
const MISSING: readonly (readonly [title: string, take: (s: Scenario) => void, order: OrderGiven, reason: string])[] = [
  ['a price', (s) => s.wait(4 * SECOND), {}, 'REF_PRICE_UNAVAILABLE'],
  ['a price for a market order', (s) => s.wait(4 * SECOND), { ordType: 'Market' }, 'REF_PRICE_UNAVAILABLE'],
  ['the instrument', () => {}, { instrument: '?' }, 'UNKNOWN_INSTRUMENT'],
  ['a limit', (s) => s.unlimit('PORTFOLIO_GROSS', 'D1'), {}, 'LIMIT_MISSING'],
  ['the collar', (s) => s.unlimit('PRICE_COLLAR', 'FIRM', { on: 'ASSET_CLASS:*' }), {}, 'LIMIT_MISSING'],
  ['a binding', (s) => s.bind('SESSION_ACCOUNT', 'X1', 'A1', 0), {}, 'NOT_PERMITTED'],
  ['fresh capital', (s) => [s.wait(5 * 86_400 * SECOND), s.heartbeat()], {}, 'CAPITAL_UNAVAILABLE'],
]
for (const [title, take, order, reason] of MISSING) {
  wrong(3, `${title} is missing: ${reason}`, (s) => {
    take(s)
    assert.equal(s.order(order).reason, reason)
  })
}

/** Every kind of order goes through price and value. */
const KINDS: readonly (readonly [title: string, order: OrderGiven])[] = [
  ['a market order', { ordType: 'Market' }],
  ['a stop', { ordType: 'Stop', stopPx: 11_000 }],
  ['a stop limit', { ordType: 'StopLimit', stopPx: 11_000, price: 11_000 }],
  ['an order for the opening auction', { timeInForce: 'AtTheOpening' }],
  ['a GTC order', { timeInForce: 'GTC' }],
  ['a slice of a parent', { parentClOrdID: 'P' }],
]
for (const [title, order] of KINDS) {
  wrong(4, `${title} is inside the controls of value and exposure`, (s) => {
    for (const control of ['MAX_ORDER_NOTIONAL', 'DAILY_GROSS', 'PORTFOLIO_GROSS', 'INTRADAY_NET'] as const) {
      s.limit(control, 'A1', 100)
    }
    const { results } = s.order(order)
    for (const control of ['MAX_ORDER_NOTIONAL', 'DAILY_GROSS', 'PORTFOLIO_GROSS', 'INTRADAY_NET']) {
      assert.equal(results[control], 'FAIL', control)
    }
  })
}

wrong(
  5,
  'a hard limit is waved through by nobody: not by a repeat, another id, a confirmation or a whole basket',
  (s) => {
    s.limit('MAX_ORDER_NOTIONAL', 'A1', 1_000_000, { soft: 500_000 })
    const mayConfirm = 1 << DUTIES.indexOf('orders:confirm')
    s.applied('Binding', { kind: BINDING_KINDS.indexOf('PRINCIPAL_DUTY'), a: s.id('ALICE'), b: mayConfirm, allow: 1 })
    const refused = s.order({ clOrdID: 'big', orderQty: 101 })
    assert.equal(refused.reason, 'MAX_ORDER_NOTIONAL')
    assert.equal(s.order({ clOrdID: 'big', orderQty: 101 }).outcome, 'DUPLICATE')
    const confirmSeq = s.seq - 1
    s.send('Confirm', { confirmSeq, principal: s.id('ALICE'), reason: 'I know' })
    assert.equal(s.refusal, 'UNKNOWN_CONFIRMATION')
    assert.equal(s.order({ clOrdID: 'big2', orderQty: 101, confirmSeq }).reason, 'UNKNOWN_CONFIRMATION')
    assert.deepEqual([...s.engine.view.orders()], [])
    s.parent('BASKET', { notional: 1e9, lines: 700 })
    for (let line = 0; line < 700; line++) {
      assert.equal(s.order({ parentClOrdID: 'BASKET', orderQty: 101 }).reason, 'MAX_ORDER_NOTIONAL', `line ${line}`)
    }
    assert.equal(s.exposure('FIRM').open, 0)
  },
)

wrong(5, 'what only alerts is recorded as failed and waived, and stands under a hard limit that refuses', (s) => {
  s.limit('MAX_ORDER_QTY', 'T1', 10, { action: 'ALERT' })
  const passed = s.order({ orderQty: 11 })
  assert.deepEqual(
    passed.rows.filter(({ failed }) => failed).map(({ control, subject, waived }) => [control, subject, waived]),
    [['MAX_ORDER_QTY', 'T1', true]],
  )
  s.limit('MAX_ORDER_QTY', 'A1', 20)
  assert.equal(s.order({ orderQty: 21 }).outcome, 'REJECT')
})

wrong(6, 'how far a limit is used can be told, for those that never bind too', (s) => {
  s.working({ orderQty: 50 })
  const uses = [...s.engine.view.limits()].filter(({ subject }) => subject === s.id('A1')).map(({ use }) => use)
  assert.deepEqual(uses, [Number.NaN, Number.NaN, 500_000, 500_000, 500_000])
})

wrong(7, 'slices of a large order meet the limit on their sum', (s) => {
  s.limit('MAX_ORDER_QTY', 'A1', 10)
  s.limit('DAILY_GROSS', 'A1', 500_000)
  const slice = { orderQty: 10, parentClOrdID: 'P' }
  for (let at = 0; at < 5; at++) s.fill(s.working(slice), 10)
  assert.equal(s.order(slice).reason, 'DAILY_GROSS')
})

wrong(7, 'a flood of small orders meets the rate', (s) => {
  s.limit('MESSAGE_RATE', 'S1', 50)
  for (let at = 0; at < 50; at++) s.working({ orderQty: 1 })
  assert.equal(s.order({ orderQty: 1 }).reason, 'MESSAGE_RATE')
})

wrong(8, 'a kill reaches what is in flight, GTC orders and stops, and is there after a restart', (s) => {
  s.working({})
  s.report('New', s.working({ timeInForce: 'GTC' }))
  s.working({ ordType: 'Stop', stopPx: 11_000 })
  s.kill('KILLED')
  assert.equal(s.sweepAll().length, 3)
  const again = s.replayed()
  assert.equal([...again.view.latches()][0]?.state, 3)
  assert.equal(again.view.cancelRequests(0, 10).length, 3)
})

wrong(8, 'no single person ends a kill', (s) => {
  const latch = s.kill('KILLED', {}, 'ALICE')
  for (const principal of ['ALICE', 'BOB']) {
    s.send('Release', { latch, state: 0, step: 0, principal: s.id(principal) })
    s.send('Release', { latch, state: 0, step: 1, principal: s.id(principal) })
    assert.equal(s.refusal, 'MAKER_IS_CHECKER')
  }
  assert.equal(s.order({}).reason, 'KILLED')
})

wrong(9, 'cancels pass the rate, the kill and the missing limit that stopped the orders', (s) => {
  const id = s.working({})
  s.limit('MESSAGE_RATE', 'X1', 0)
  s.unlimit('DAILY_GROSS', 'FIRM')
  s.kill('KILLED')
  assert.equal(s.order({}).outcome, 'REJECT')
  assert.equal(s.cancel(id)?.reason, 'NONE')
})

wrong(10, 'a breach does not stop what lowers the risk', (s) => {
  s.position('A1', 'ACME', 100, 'T1', 'S1')
  for (const subject of ['FIRM', 'D1', 'T1', 'A1']) {
    for (const control of ['INTRADAY_NET', 'PORTFOLIO_GROSS'] as const) s.limit(control, subject, 500_000)
  }
  assert.equal(s.order({ orderQty: 1 }).outcome, 'REJECT')
  s.working(sell(100))
})

wrong(10, 'under reduce-only several working sells together cannot flip the position', (s) => {
  s.position('A1', 'ACME', 100)
  s.kill('REDUCE_ONLY', { account: 'A1' })
  const ids = [40, 40, 20].map((orderQty) => s.working(sell(orderQty)))
  assert.equal(s.order(sell(1)).reason, 'REDUCE_ONLY')
  s.fill(ids[0] ?? '', 40)
  assert.equal(s.order(sell(1)).reason, 'REDUCE_ONLY', 'a fill makes no room')
  s.report('Canceled', ids[2] ?? '')
  assert.equal(s.order(sell(21)).reason, 'REDUCE_ONLY')
  s.working(sell(20))
  assert.deepEqual(s.cell('A1'), { position: 60, buyLeaves: 0, sellLeaves: 60 })
})

wrong(11, 'the start-of-day position counts', (s) => {
  s.position('A1', 'ACME', 90)
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000)
  assert.equal(s.order({ orderQty: 11 }).qtyPassing, 10)
})

wrong(11, 'executions that nobody knows count at the firm', (s) => {
  s.limit('PORTFOLIO_GROSS', 'FIRM', 1_000_000)
  s.fill('whose', 90, 10_000, { instrument: s.id('ACME'), side: 0 })
  assert.equal(s.order({ orderQty: 11 }).qtyPassing, 10)
})

const NUMBERS = ['orderQty', 'price', 'stopPx', 'expireTimeUs'] as const
const BAD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 0.5, MAX + 1]
wrong(12, 'no number that is none, or is not whole, is approved', (s) => {
  const full = { ordType: 'StopLimit', timeInForce: 'GTD', orderQty: 100, price: 10_000, stopPx: 10_000 } as const
  const good = { ...full, expireTimeUs: s.timeUs + 1e9 }
  s.working(good)
  for (const field of NUMBERS) {
    for (const bad of BAD) {
      if (field === 'expireTimeUs' && bad > s.timeUs) continue
      assert.equal(s.order({ ...good, [field]: bad }).outcome, 'REJECT', `${field} ${bad}`)
    }
  }
})

wrong(13, 'a day ends by its calendar: not by the hours that pass, not twice, not backwards', (s) => {
  s.limit('DAILY_GROSS', 'A1', 1_000_000)
  s.fill(s.working({ orderQty: 100 }), 100)
  s.wait(86_400 * SECOND)
  s.quote('ACME', 9_999, 10_001)
  assert.equal(s.order({ orderQty: 1 }).reason, 'DAILY_GROSS')
  s.roll(20270118)
  s.working({ orderQty: 100 })
  s.send('DayRoll', { calendar: -1, tradeDate: 20270118 })
  assert.equal(s.refusal, 'DAY_ROLLED')
})

wrong(14, 'by hand, by another session and by another venue an order meets the same limit', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000)
  s.working({ orderQty: 100, session: 'X1', venue: 'V1' })
  for (const other of [{ session: 'X2' }, { venue: 'V2' }, { trader: 'T2', strategy: 'manual' }]) {
    assert.equal(s.order({ orderQty: 1, ...other }).reason, 'PORTFOLIO_GROSS', JSON.stringify(other))
  }
})

wrong(14, 'what was executed past the gate counts, and blocks where it was', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000)
  s.fill('never approved', 60, 10_000, { account: s.id('A1'), instrument: s.id('ACME'), side: 0 })
  assert.equal(s.exposure('A1').gross, 600_000)
  assert.equal(s.order({ orderQty: 1 }).reason, 'BLOCKED')
  const latch = [...s.engine.view.latches()][0]?.latch ?? -1
  s.send('Release', { latch, state: 0, step: 0, principal: s.id('ALICE') })
  assert.equal(s.refusal, 'NOT_EXPLAINED')
  s.applied('ExplainExecution', { latch, account: -1, principal: s.id('ALICE') })
  s.release(latch)
  assert.equal(s.order({ orderQty: 41 }).qtyPassing, 40)
})

wrong(15, 'a decision holds what it was made of: reference, values, and every row with its version', (s) => {
  s.limit('DAILY_GROSS', 'A1', 1_500_000)
  s.working({ orderQty: 100 })
  const { refPx, refSource, valuationPx, rows } = s.order({ orderQty: 51 })
  assert.deepEqual([refPx, refSource, valuationPx], [10_000, 'MID', 10_000])
  const [failed] = rows.filter((row) => row.failed)
  assert.deepEqual(
    [failed?.control, failed?.subject, failed?.before, failed?.after],
    ['DAILY_GROSS', 'A1', 1e6, 1.51e6],
  )
  s.limit('DAILY_GROSS', 'A1', MAX)
  assert.deepEqual(
    failed,
    rows.find((row) => row.failed),
    'and says so after the limit has changed',
  )
})

wrong(16, 'a temporary increase goes back by itself', (s) => {
  s.limit('MAX_ORDER_QTY', 'A1', 500)
  const row = { control: 6, subject: s.id('A1'), objectKind: 0, object: -1 }
  s.applied('Limit', { ...row, hard: 1_000, expiresUs: s.timeUs + SECOND })
  s.working({ orderQty: 1_000 })
  s.wait(SECOND)
  s.tick()
  assert.equal(s.order({ orderQty: 501 }).reason, 'MAX_ORDER_QTY')
})

wrong(16, 'nobody at the desk, and nobody alone, loosens a limit', (s) => {
  s.limit('MAX_ORDER_QTY', 'A1', 500)
  const LIMITS = (1 << DUTIES.indexOf('limits:propose')) | (1 << DUTIES.indexOf('limits:approve'))
  s.applied('Binding', { kind: 6, a: s.id('BOB'), b: LIMITS, allow: 1 })
  const row = { control: 6, subject: s.id('A1'), objectKind: 0, object: -1, hard: 501 }
  for (const [who, refusal] of [
    ['ALICE', 'DUTY_MISSING'],
    ['BOB', 'TWO_PEOPLE_NEEDED'],
  ] as const) {
    s.send('Limit', { ...row, principal: s.id(who) })
    assert.equal(s.refusal, refusal, who)
  }
})

wrong(
  17,
  'a breach acts by itself, and stands in the record with its cause and its moment until two people end it',
  (s) => {
    s.limit('REPEATED_EXECUTION', 'S1', 2)
    const ids = [1, 2, 3].map(() => s.working({ orderQty: 1 }))
    const warned = ids.map((id) => s.fill(id, 1).filter(({ event }) => event === 'ControlLatched').length)
    assert.deepEqual(warned, [0, 0, 1], 'at the execution over the limit, and once')
    const [latch] = s.engine.view.latches()
    assert.deepEqual(
      [REASONS.find(({ number }) => number === latch?.cause)?.code, latch?.setSeq],
      ['REPEATED_EXECUTION', s.seq],
    )
    s.wait(3_600 * SECOND)
    s.heartbeat()
    assert.equal(s.order({ orderQty: 1 }).reason, 'BLOCKED', 'nobody has looked for an hour')
  },
)

wrong(17, 'who must know is told before the limit is reached', (s) => {
  s.limit('DAILY_GROSS', 'D1', 1_000_000, { warn: [5_000, 8_000] })
  s.working({ orderQty: 50 })
  assert.deepEqual(
    s.saidOf('LimitWarned').map(({ level, rising }) => [level, rising]),
    [[1, 1]],
  )
})

wrong(
  18,
  'constants of regulation are data of a dated rule pack',
  (s) => {
    s.instrument('SHO', { flags: 4 })
    s.quote('SHO', 9_999, 10_001)
    const { reason, rule } = s.order({ instrument: 'SHO', side: 'SellShort' })
    const named = US_EQUITY_PACK.rules[rule]
    assert.equal(`${reason} ${named?.id} ${named?.effectiveFrom}`, 'REGULATORY_RULE REG_SHO_LOCATE 2005-01-03')
  },
  { rules: US_EQUITY_PACK },
)

wrong(
  19,
  'the limit of the firm holds to the unit, however its orders come by accounts, sessions and strategies',
  (s) => {
    s.limit('PORTFOLIO_GROSS', 'FIRM', 1_000_000)
    const ways = [
      { account: 'A1', session: 'X1' },
      { account: 'A2', session: 'X2' },
      { account: 'A3', session: 'X1', trader: 'T2', strategy: 'manual' },
    ]
    let passed = 0
    for (let at = 0; at < 60; at++) {
      if (s.order({ ...ways[at % 3], orderQty: 3 }).outcome === 'APPROVE') passed += 3
    }
    assert.equal(passed, 99)
    assert.equal(s.order({ ...ways[2], orderQty: 2 }).qtyPassing, 1)
  },
)

wrong(19, 'the firm is the sum of its accounts after every command', (s) => {
  const check = () => {
    const accounts = ['A1', 'A2', 'A3'].map((account) => s.exposure(account))
    for (const field of ['gross', 'executed', 'open', 'openOrders'] as const) {
      const sum = accounts.reduce((total, exposure) => total + exposure[field], 0)
      assert.equal(s.exposure('FIRM')[field], sum, field)
    }
  }
  const ids = ['A1', 'A2', 'A3'].map((account) => s.working({ account, orderQty: 100 }))
  check()
  ids.forEach((id, at) => {
    s.fill(id, 10 * (at + 1))
    check()
    s.replaced(id, { orderQty: 150, price: 9_990 })
    check()
    s.quote('ACME', 10_099 + 100 * at, 10_101 + 100 * at)
    check()
    s.report('Canceled', id)
    check()
  })
})

wrong(20, 'a repeat, a quiet instrument, equal slices and a hedge raise no refusal that nobody would want', (s) => {
  s.limit('DUPLICATE_ORDER', 'FIRM', 3)
  s.limit('PRICE_COLLAR', 'A1', 100)
  s.limit('MARKET_DATA', 'S1', SECOND)
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000)
  s.working({ clOrdID: 'sent twice', orderQty: 30 })
  const repeat = s.order({ clOrdID: 'sent twice', orderQty: 30 })
  assert.deepEqual([repeat.outcome, repeat.reason], ['DUPLICATE', 'NONE'], 'an answer that was lost is not an order')
  for (const _ of [1, 2]) s.working({ orderQty: 30 })
  assert.equal(s.order({ orderQty: 30 }).results.DUPLICATE_ORDER, 'FAIL')
  for (let at = 0; at < 600; at++) {
    s.wait(SECOND / 2)
    s.heartbeat()
  }
  s.working({ orderQty: 10 })
  s.working({ side: 'Sell', orderQty: 100, price: 10_001 })
})

wrong(
  20,
  'no single person switches a control off: not to alert, not to shadow, not away',
  (s) => {
    s.limit('DUPLICATE_ORDER', 'FIRM', 1)
    const row = {
      control: controlIndex('DUPLICATE_ORDER'),
      subject: 0,
      objectKind: 0,
      object: -1,
      hard: 1,
      param: SECOND,
    }
    const officer = (given: object) => {
      s.send('Limit', { ...row, ...given, principal: s.id('OFFICER-A') })
      return s.refusal
    }
    for (const off of [{ action: 1 }, { mode: 1 }, { flags: 1 }, { hard: 2 }, { param: SECOND - 1 }]) {
      assert.equal(officer(off), 'TWO_PEOPLE_NEEDED', JSON.stringify(off))
    }
    assert.equal(officer({ hard: 0 }), undefined, 'tighter')
  },
  { genesis: { officer1: 'OFFICER-A', officer2: 'OFFICER-B' } },
)
