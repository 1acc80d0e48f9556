/** Overrides of refused orders: two people let one order pass the rows that refused it, once, and nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OVERRIDES, REFUSALS_KEPT } from '../model/bounds.ts'
import { CONTROLS, controlBits, controlIndex } from '../model/controls.ts'
import { DUTIES, type Duty } from '../model/vocabulary.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Decision } from '../simulator/scenario-decision.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { type ControlCode, type OrderGiven, SECOND } from '../simulator/scenario-given.ts'
import { cancelFirst, resting } from '../simulator/scenario-holds.ts'
import { inWords } from '../simulator/scenario-people.ts'

const LIFE_US = 900 * SECOND
const [REQUEST, APPROVE, REVOKE] = [0, 1, 2]
const QTY: readonly ControlCode[] = ['MAX_ORDER_QTY']

const verdict = ({ outcome, reason }: Decision) => `${outcome} ${reason}`
const bitsOf = (controls: readonly ControlCode[]) => {
  const [controls0, controls1] = controlBits(controls.map(controlIndex))
  return { controls0, controls1 }
}

function grant(s: Scenario, who: string, ...duties: readonly Duty[]): void {
  const b = duties.reduce((sum, duty) => sum | (1 << DUTIES.indexOf(duty)), 0)
  s.applied('Binding', { kind: 6, a: s.id(who), b, allow: 1 })
}

/** Account A1 may order 500 at most. ALICE may ask for overrides, BOB approve them, CAROL both. */
function overrides(title: string, play: (s: Scenario) => void): void {
  scenario(`overrides: ${title}`, (s) => {
    meet(s)
    play(s)
  })
}

function meet(s: Scenario): void {
  s.name('PRINCIPAL', 'CAROL', {}, 1)
  grant(s, 'ALICE', 'override:request', 'release:request')
  grant(s, 'BOB', 'override:approve', 'release:approve')
  grant(s, 'CAROL', 'override:request', 'override:approve', 'orders:confirm')
  s.limit('MAX_ORDER_QTY', 'A1', 500)
}

/** An order that is refused for this reason; returns the number of its decision. */
function refused(s: Scenario, given: OrderGiven, reason = 'MAX_ORDER_QTY'): number {
  assert.equal(verdict(s.order(given)), `REJECT ${reason}`)
  return s.seq
}

function request(s: Scenario, decisionSeq: number, controls = QTY, who = 'ALICE', reason = 'client order'): string {
  return inWords(s.send('Override', { step: REQUEST, principal: s.id(who), decisionSeq, ...bitsOf(controls), reason }))
}

/** A request that is taken; returns its number. */
function asked(s: Scenario, decisionSeq: number, controls = QTY, who = 'ALICE'): number {
  assert.equal(request(s, decisionSeq, controls, who), 'OverrideMoved')
  return s.seq
}

function approve(s: Scenario, overrideSeq: number, decisionSeq: number, controls = QTY, who = 'BOB'): string {
  const content = { overrideSeq, decisionSeq, ...bitsOf(controls) }
  return inWords(s.send('Override', { step: APPROVE, principal: s.id(who), ...content, reason: 'verified' }))
}

function revoke(s: Scenario, overrideSeq: number, who: string): string {
  return inWords(s.send('Override', { step: REVOKE, principal: s.id(who), overrideSeq }))
}

/** Asked for and approved; returns its number. */
function agreed(s: Scenario, decisionSeq: number, controls = QTY): number {
  const overrideSeq = asked(s, decisionSeq, controls)
  assert.equal(approve(s, overrideSeq, decisionSeq, controls), 'OverrideMoved')
  return overrideSeq
}

/** Overrides as the last command moved them: number, decision, state. */
const movedTo = (s: Scenario) => s.saidOf('OverrideMoved').map(({ overrideSeq, state }) => [overrideSeq, state])

test('overrides: what can be overridden is declared for each control', () => {
  const never = CONTROLS.filter(({ overridable }) => !overridable).map(({ id }) => id)
  assert.deepEqual(never, [
    ...['M04', 'A02', 'A01', 'A03', 'A06', 'A05', 'B05', 'C01', 'H01', 'I00'],
    ...['C03', 'C06', 'E05', 'B13', 'A07', 'B16'],
  ])
  for (const { family, overridable } of CONTROLS) assert.ok(family === 'limit' || !overridable)
})

overrides('two people let the very order pass once, and the decision shows which row they let it pass', (s) => {
  const decisionSeq = refused(s, { orderQty: 600, clOrdID: 'first' })
  const overrideSeq = asked(s, decisionSeq)
  assert.equal(verdict(s.order({ orderQty: 600, overrideSeq })), 'REJECT NOT_CONFIRMED', 'one person has asked')
  assert.equal(approve(s, overrideSeq, decisionSeq), 'OverrideMoved')
  assert.deepEqual(movedTo(s), [[overrideSeq, 1]])
  const passed = s.order({ orderQty: 600, overrideSeq })
  assert.equal(verdict(passed), 'APPROVE NONE')
  assert.equal(passed.results.MAX_ORDER_QTY, 'ALERT')
  assert.deepEqual(
    passed.rows
      .filter(({ waived }) => waived)
      .map(({ control, subject, after, failed }) => [control, subject, after, failed]),
    [['MAX_ORDER_QTY', 'A1', 600, true]],
  )
  assert.deepEqual(movedTo(s), [[overrideSeq, 2]])
  assert.equal(s.exposure('A1').open, 600 * 10_000)
  assert.equal(verdict(s.order({ orderQty: 600, overrideSeq })), 'REJECT UNKNOWN_OVERRIDE', 'it was used')
  assert.equal(verdict(s.order({ orderQty: 600 })), 'REJECT MAX_ORDER_QTY', 'the limit stands as it was')
  assert.equal(request(s, decisionSeq), 'NOT_OVERRIDABLE', 'one refusal is let pass once')
  assert.equal(s.order({ orderQty: 600, clOrdID: 'first' }).outcome, 'DUPLICATE', 'the refused id stays refused')
})

scenario('where home-made gates go wrong #5: an override is one order of two people, and no field may change', (s) => {
  meet(s)
  const decisionSeq = refused(s, { orderQty: 600 })
  const overrideSeq = agreed(s, decisionSeq)
  s.limit('MAX_ORDER_QTY', 'A2', 500)
  s.instrument('OTHER', {})
  s.quote('OTHER', 9_999, 10_001)
  const others: readonly (readonly [string, OrderGiven])[] = [
    ['larger', { orderQty: 601 }],
    ['smaller', { orderQty: 599 }],
    ['a more aggressive price', { price: 10_001 }],
    ['another price', { price: 9_999 }],
    ['the other side', { side: 'Sell' }],
    ['another account', { account: 'A2' }],
    ['another trader', { trader: 'T2' }],
    ['another strategy', { strategy: 'manual' }],
    ['another instrument', { instrument: 'OTHER' }],
    ['a venue', { venue: 'V1' }],
    ['another life', { timeInForce: 'GTC' }],
    ['a market order', { ordType: 'Market', flags: 0 }],
    ['a slice', { parentClOrdID: 'P1' }],
  ]
  for (const [what, other] of others) {
    assert.equal(verdict(s.order({ orderQty: 600, ...other, overrideSeq })), 'REJECT OVERRIDE_MISMATCH', what)
  }
  const foreign = s.order({ orderQty: 600, session: 'X2', overrideSeq })
  assert.equal(verdict(foreign), 'REJECT UNKNOWN_OVERRIDE', 'another client learns not even that it is there')
  assert.equal(verdict(s.order({ orderQty: 600, overrideSeq: Number.NaN })), 'REJECT UNKNOWN_OVERRIDE')
  assert.equal(verdict(s.order({ orderQty: 600, overrideSeq: -1 })), 'REJECT UNKNOWN_OVERRIDE')
  assert.equal(verdict(s.order({ orderQty: 600, overrideSeq })), 'APPROVE NONE', 'a refusal uses nothing up')
})

overrides('who asks does not approve, and each needs the duty of the step', (s) => {
  const decisionSeq = refused(s, { orderQty: 600 })
  s.name('PRINCIPAL', 'ROBOT')
  grant(s, 'ROBOT', 'override:request', 'override:approve')
  for (const who of ['ROBOT', 'BOB', '']) assert.equal(request(s, decisionSeq, QTY, who), 'DUTY_MISSING', who)
  assert.equal(request(s, decisionSeq, QTY, 'CAROL', ''), 'INVALID_VALUE', 'no reason')
  const overrideSeq = asked(s, decisionSeq, QTY, 'CAROL')
  assert.equal(approve(s, overrideSeq, decisionSeq, QTY, 'CAROL'), 'MAKER_IS_CHECKER')
  for (const who of ['ROBOT', 'ALICE', '']) {
    assert.equal(approve(s, overrideSeq, decisionSeq, QTY, who), 'DUTY_MISSING', who)
    if (who !== 'ALICE') assert.equal(revoke(s, overrideSeq, who), 'DUTY_MISSING', who)
  }
  const values = { overrideSeq, decisionSeq, ...bitsOf(QTY), principal: s.id('BOB') }
  assert.equal(inWords(s.send('Override', { ...values, step: APPROVE })), 'INVALID_VALUE', 'no reason')
  for (const step of [3, -1]) assert.equal(inWords(s.send('Override', { ...values, step })), 'INVALID_VALUE')
  assert.equal(verdict(s.order({ orderQty: 600, overrideSeq })), 'REJECT NOT_CONFIRMED')
  assert.equal(approve(s, overrideSeq, decisionSeq), 'OverrideMoved')
  assert.equal(approve(s, overrideSeq, decisionSeq), 'AGREED_BEFORE')
  assert.equal(request(s, decisionSeq), 'AGREED_BEFORE')
})

overrides('approved is what was asked for: the decision and the controls are said again', (s) => {
  s.limit('MAX_ORDER_NOTIONAL', 'A1', 5_000_000)
  const other = refused(s, { orderQty: 601 })
  const decisionSeq = refused(s, { orderQty: 600 })
  const overrideSeq = asked(s, decisionSeq)
  assert.equal(approve(s, overrideSeq, other), 'CONTENT_MISMATCH')
  assert.equal(approve(s, overrideSeq, decisionSeq, ['MAX_ORDER_QTY', 'MAX_ORDER_NOTIONAL']), 'CONTENT_MISMATCH')
  assert.equal(approve(s, overrideSeq, decisionSeq, ['MAX_ORDER_NOTIONAL']), 'CONTENT_MISMATCH')
  assert.equal(approve(s, overrideSeq + 77, decisionSeq), 'UNKNOWN_OVERRIDE')
  assert.equal(approve(s, decisionSeq, decisionSeq), 'UNKNOWN_OVERRIDE', 'it is named by its request')
  assert.equal(approve(s, overrideSeq, decisionSeq), 'OverrideMoved')
})

overrides('only what refused the order can be asked for, and of that only what may be', (s) => {
  s.limit('MESSAGE_RATE', 'X1', 1, { param: SECOND })
  s.limit('MAX_ORDER_NOTIONAL', 'A1', 5_000_000, { action: 'ALERT' })
  s.working()
  const decisionSeq = refused(s, { orderQty: 600 })
  for (const [controls, why] of [
    [['MESSAGE_RATE'], 'it refused, and passes by waiting'],
    [['MAX_ORDER_QTY', 'MESSAGE_RATE'], 'one of two'],
    [['MAX_ORDER_NOTIONAL'], 'it only alerted'],
    [['PRICE_COLLAR'], 'it passed'],
    [['TRADING_STATE'], 'no limit'],
    [['SELF_MATCH', 'MAX_ORDER_QTY'], 'no limit'],
  ] as const) {
    assert.equal(request(s, decisionSeq, controls), 'NOT_OVERRIDABLE', why)
  }
  const nothing = { step: REQUEST, principal: s.id('ALICE'), decisionSeq, reason: 'x' }
  assert.equal(inWords(s.send('Override', nothing)), 'INVALID_VALUE', 'no control')
  assert.equal(inWords(s.send('Override', { ...nothing, controls1: 1 << 30 })), 'NOT_OVERRIDABLE', 'none that exists')
  for (const unknown of [0, -1, 1, decisionSeq + 9, Number.NaN]) {
    assert.equal(request(s, unknown), 'NOT_OVERRIDABLE', `decision ${unknown}`)
  }
  const passed = s.seq
  assert.equal(request(s, passed), 'NOT_OVERRIDABLE', 'no order at all')
})

overrides('a control that stops, or that knows nothing, cannot be asked for', (s) => {
  s.kill('BLOCKED', { account: 'A1' })
  assert.equal(request(s, refused(s, { orderQty: 600 }, 'BLOCKED')), 'NOT_OVERRIDABLE')
  s.release(1)
  s.limit('MAX_ORDER_PCT_ADV', 'A1', 1_000, { on: 'INSTRUMENT:*' })
  assert.equal(request(s, refused(s, {}, 'ADV_UNAVAILABLE'), ['MAX_ORDER_PCT_ADV']), 'NOT_OVERRIDABLE')
  s.adv('ACME', 900)
  assert.equal(request(s, refused(s, {}, 'MAX_ORDER_PCT_ADV'), ['MAX_ORDER_PCT_ADV']), 'OverrideMoved')
  s.adv('ACME', 1_000_000)
  s.limit('SECTOR_CONCENTRATION', 'D1', 1, { on: 'SECTOR:*' })
  assert.equal(request(s, refused(s, {}, 'CAPITAL_UNAVAILABLE'), ['SECTOR_CONCENTRATION']), 'NOT_OVERRIDABLE')
  s.capital('D1', 1_000_000)
  assert.equal(request(s, refused(s, {}, 'SECTOR_CONCENTRATION'), ['SECTOR_CONCENTRATION']), 'OverrideMoved')
})

overrides('what is unknown when it is sent again is not let pass', (s) => {
  s.limit('SECTOR_CONCENTRATION', 'D1', 1, { on: 'SECTOR:*' })
  s.capital('D1', 1_000_000)
  const overrideSeq = agreed(s, refused(s, {}, 'SECTOR_CONCENTRATION'), ['SECTOR_CONCENTRATION'])
  s.parameter('capitalMaxUs', SECOND)
  s.wait(SECOND + 1)
  s.capital('FIRM', 1e12)
  assert.equal(verdict(s.order({ overrideSeq })), 'REJECT CAPITAL_UNAVAILABLE')
  s.capital('D1', 1_000_000)
  assert.equal(verdict(s.order({ overrideSeq })), 'APPROVE NONE')
})

overrides('a use without an end has none to be let pass up to', (s) => {
  s.applied('Instrument', {
    ...{ symbol: 'SPREAD', tick: 1, lot: 1, qtyMax: 1e12, multiplierN: 1, multiplierD: 1, priceUnitsPerCurrency: 1 },
    ...{ priceDecimals: 2, qtyDecimals: 0, currency: 0, sector: s.id('TECH'), assetClass: s.id('EQUITY') },
    ...{ underlying: -1, feed: s.id('FEED'), flags: 1 },
  })
  s.lastTrade('SPREAD', 0)
  const decisionSeq = refused(s, { instrument: 'SPREAD', orderQty: 1, price: 5 }, 'PRICE_COLLAR')
  assert.equal(request(s, decisionSeq, ['PRICE_COLLAR']), 'NOT_OVERRIDABLE')
})

overrides('a row is passed up to the use that it refused, and not beyond', (s) => {
  s.limit('OPEN_ORDER_NOTIONAL', 'A1', 3_000_000)
  const mine = s.working({ orderQty: 100 })
  const controls: readonly ControlCode[] = ['OPEN_ORDER_NOTIONAL']
  const overrideSeq = agreed(s, refused(s, { orderQty: 300 }, 'OPEN_ORDER_NOTIONAL'), controls)
  const more = s.working({ orderQty: 1 })
  const over = s.order({ orderQty: 300, overrideSeq })
  assert.equal(verdict(over), 'REJECT OPEN_ORDER_NOTIONAL', 'one share more is open than the two people saw')
  assert.deepEqual(movedTo(s), [])
  s.report('Canceled', more)
  assert.equal(verdict(s.order({ orderQty: 300, overrideSeq })), 'APPROVE NONE', 'as much as they saw')
  assert.equal(verdict(s.order({ orderQty: 1 })), 'REJECT OPEN_ORDER_NOTIONAL', 'it made no room for others')
  s.report('Canceled', mine)
})

overrides('everything else is judged anew', (s) => {
  const overrideSeq = agreed(s, refused(s, { orderQty: 600 }))
  s.limit('MAX_ORDER_NOTIONAL', 'A1', 5_999_999)
  const again = s.order({ orderQty: 600, overrideSeq })
  assert.equal(verdict(again), 'REJECT MAX_ORDER_NOTIONAL')
  assert.deepEqual(
    [again.results.MAX_ORDER_QTY, again.qtyPassing],
    ['ALERT', 0],
    'another quantity would be another order',
  )
  s.limit('MAX_ORDER_NOTIONAL', 'A1', 6_000_000)
  s.working({ side: 'Sell', account: 'A2', orderQty: 1 })
  assert.equal(verdict(s.order({ orderQty: 600, overrideSeq })), 'REJECT SELF_MATCH')
})

overrides('both rows of an order are let pass by one override of the order that was refused last', (s) => {
  s.limit('MAX_ORDER_NOTIONAL', 'A1', 5_000_000)
  const first = agreed(s, refused(s, { orderQty: 600 }))
  const again = refused(s, { orderQty: 600, overrideSeq: first }, 'MAX_ORDER_NOTIONAL')
  const both = agreed(s, again, ['MAX_ORDER_QTY', 'MAX_ORDER_NOTIONAL'])
  assert.equal(verdict(s.order({ orderQty: 600, overrideSeq: both })), 'APPROVE NONE')
})

overrides('a row that was set again is not the one that was overridden', (s) => {
  const overrideSeq = agreed(s, refused(s, { orderQty: 600 }))
  s.limit('MAX_ORDER_QTY', 'A1', 500)
  assert.equal(verdict(s.order({ orderQty: 600, overrideSeq })), 'REJECT MAX_ORDER_QTY')
})

overrides('it lives for its time and not a microsecond longer, approved or not', (s) => {
  const early = refused(s, { orderQty: 600 })
  const late = refused(s, { orderQty: 700 })
  const approved = agreed(s, early)
  const pending = asked(s, late)
  s.wait(LIFE_US - 1)
  s.quote('ACME', 9_999, 10_001)
  assert.equal(approve(s, pending, late), 'OverrideMoved')
  s.wait(1)
  s.tick()
  assert.equal(inWords(s.said), 'OverrideMoved TimerFired OverrideMoved TimerFired')
  assert.equal(verdict(s.order({ orderQty: 600, overrideSeq: approved })), 'REJECT UNKNOWN_OVERRIDE')
  assert.equal(verdict(s.order({ orderQty: 700, overrideSeq: pending })), 'REJECT UNKNOWN_OVERRIDE')
  assert.equal(approve(s, pending, late), 'UNKNOWN_OVERRIDE')
  assert.equal(revoke(s, pending, 'ALICE'), 'UNKNOWN_OVERRIDE')
})

overrides('it is good to its last microsecond', (s) => {
  const overrideSeq = agreed(s, refused(s, { orderQty: 600 }))
  s.wait(LIFE_US - 1)
  s.quote('ACME', 9_999, 10_001)
  assert.equal(verdict(s.order({ orderQty: 600, overrideSeq })), 'APPROVE NONE')
})

overrides('what was refused too long ago is not asked for any more', (s) => {
  s.parameter('overrideLifeUs', 10 * SECOND)
  const decisionSeq = refused(s, { orderQty: 600 })
  s.wait(10 * SECOND - 1)
  const overrideSeq = asked(s, decisionSeq)
  assert.equal(revoke(s, overrideSeq, 'ALICE'), 'OverrideMoved')
  s.wait(1)
  assert.equal(request(s, decisionSeq), 'NOT_OVERRIDABLE')
})

overrides('one person takes it back, whoever that is', (s) => {
  for (const who of ['ALICE', 'BOB', 'CAROL']) {
    const overrideSeq = agreed(s, refused(s, { orderQty: 600 }))
    assert.equal(revoke(s, overrideSeq, who), 'OverrideMoved')
    assert.deepEqual(movedTo(s), [[overrideSeq, 4]])
    assert.equal(verdict(s.order({ orderQty: 600, overrideSeq })), 'REJECT UNKNOWN_OVERRIDE')
    assert.equal(revoke(s, overrideSeq, who), 'UNKNOWN_OVERRIDE')
  }
  const decisionSeq = refused(s, { orderQty: 600 })
  const first = agreed(s, decisionSeq)
  revoke(s, first, 'BOB')
  const second = asked(s, decisionSeq)
  assert.equal(approve(s, first, decisionSeq), 'UNKNOWN_OVERRIDE')
  assert.equal(verdict(s.order({ orderQty: 600, overrideSeq: second })), 'REJECT NOT_CONFIRMED', 'it begins anew')
})

for (const [scopes, ends] of [
  [{}, true],
  [{ account: 'A1', side: 0 }, true],
  [{ desk: 'D1' }, true],
  [{ client: 'C1', venue: 'V1' }, true],
  [{ sessionScope: 'X1', instrument: 'ACME' }, true],
  [{ account: 'A1', side: 1 }, false],
  [{ account: 'A2' }, false],
  [{ desk: 'D2' }, false],
] as const) {
  overrides(`a kill ${ends ? 'ends it for good' : 'of others leaves it'}: ${JSON.stringify(scopes)}`, (s) => {
    const decisionSeq = refused(s, { orderQty: 600 })
    const overrideSeq = agreed(s, decisionSeq)
    const latch = s.kill('KILLED', scopes)
    assert.deepEqual(movedTo(s), ends ? [[overrideSeq, 5]] : [])
    if (ends) assert.equal(verdict(s.order({ orderQty: 600, overrideSeq })), 'REJECT KILLED')
    s.sweepAll()
    s.release(latch)
    const after = ends ? 'REJECT UNKNOWN_OVERRIDE' : 'APPROVE NONE'
    assert.equal(verdict(s.order({ orderQty: 600, overrideSeq })), after, 'also once the kill has ended')
  })
}

overrides('a latch that the gate sets by itself ends it, and one that is not approved yet', (s) => {
  const first = refused(s, { orderQty: 600 })
  const approved = agreed(s, first)
  const pending = asked(s, refused(s, { orderQty: 700 }))
  s.fill('nobody knows', 5, 10_000, { account: s.id('A1'), instrument: s.id('ACME'), side: 0, venue: s.id('V1') })
  assert.equal(s.saidOf('LatchSet').length, 1)
  assert.deepEqual(movedTo(s), [
    [approved, 5],
    [pending, 5],
  ])
  s.limit('REJECT_STORM', 'S1', 1, { param: SECOND })
  const other = agreed(s, refused(s, { account: 'A2', instrument: 'ACME', price: 20_000 }, 'PRICE_COLLAR'), [
    'PRICE_COLLAR',
  ])
  refused(s, { account: 'A2', price: 20_001 }, 'PRICE_COLLAR')
  assert.equal(s.saidOf('ControlLatched').length, 1)
  assert.deepEqual(movedTo(s), [[other, 5]])
})

overrides('a soft level that it meets is confirmed beside it, and uses nothing up', (s) => {
  s.limit('MAX_ORDER_NOTIONAL', 'A1', 9_000_000, { soft: 5_000_000 })
  const overrideSeq = agreed(s, refused(s, { orderQty: 600 }))
  const soft = s.order({ orderQty: 600, overrideSeq })
  assert.equal(verdict(soft), 'SOFT_BLOCK SOFT_LIMIT')
  assert.deepEqual(movedTo(s), [])
  const confirmSeq = s.seq
  assert.equal(
    inWords(s.send('Confirm', { principal: s.id('CAROL'), confirmSeq, reason: 'seen' })),
    'ConfirmationMoved',
  )
  assert.equal(verdict(s.order({ orderQty: 600, confirmSeq })), 'REJECT MAX_ORDER_QTY', 'one is not the other')
  const passed = s.order({ orderQty: 600, confirmSeq, overrideSeq })
  assert.equal(verdict(passed), 'APPROVE NONE')
  assert.equal(inWords(s.said.slice(1)), 'ConfirmationMoved OverrideMoved')
})

overrides('a repeat with another override is another order', (s) => {
  const overrideSeq = agreed(s, refused(s, { orderQty: 600 }))
  assert.equal(verdict(s.order({ orderQty: 600, overrideSeq, clOrdID: 'again' })), 'APPROVE NONE')
  assert.equal(s.order({ orderQty: 600, overrideSeq, clOrdID: 'again' }).outcome, 'DUPLICATE')
  for (const other of [0, overrideSeq + 1]) {
    assert.equal(s.order({ orderQty: 600, overrideSeq: other, clOrdID: 'again' }).reason, 'CLORDID_CONFLICT')
  }
  const asConfirmed = { orderQty: 600, confirmSeq: overrideSeq, clOrdID: 'again' }
  assert.equal(s.order(asConfirmed).reason, 'CLORDID_CONFLICT', 'nor is a confirmation of that number the same')
})

overrides('a replace is not overridden, and none of its order goes beyond what passes', (s) => {
  const id = s.working({ orderQty: 400 })
  assert.equal(verdict(s.replace(id, { orderQty: 600 })), 'REJECT MAX_ORDER_QTY')
  assert.equal(request(s, s.seq), 'NOT_OVERRIDABLE')
  const overrideSeq = agreed(s, refused(s, { orderQty: 600 }))
  const large = s.working({ orderQty: 600, overrideSeq })
  assert.equal(verdict(s.replace(large, { orderQty: 601 })), 'REJECT MAX_ORDER_QTY')
  assert.equal(verdict(s.replace(large, { orderQty: 599 })), 'REJECT MAX_ORDER_QTY')
  s.replaced(large, { orderQty: 500 })
})

overrides('a what-if knows no overrides', (s) => {
  const overrideSeq = agreed(s, refused(s, { orderQty: 600 }))
  assert.equal(verdict(s.evaluate({ orderQty: 600, overrideSeq })), 'REJECT MAX_ORDER_QTY')
  assert.equal(request(s, s.seq), 'NOT_OVERRIDABLE', 'nor is one overridden')
  assert.equal(verdict(s.order({ orderQty: 600, overrideSeq })), 'APPROVE NONE')
})

overrides('more than can wait are refused', (s) => {
  for (let at = 0; at < OVERRIDES; at++) asked(s, refused(s, { orderQty: 501 + at }))
  const decisionSeq = refused(s, { orderQty: 999 })
  assert.equal(request(s, decisionSeq), 'CAPACITY')
  s.kill('BLOCKED')
  assert.equal(movedTo(s).length, OVERRIDES, 'a kill ends all of them at once')
  assert.equal(request(s, decisionSeq), 'OverrideMoved')
})

overrides('the newest refusals are kept', (s) => {
  const oldest = refused(s, { orderQty: 501 })
  const second = refused(s, { orderQty: 502 })
  for (let at = 0; at < REFUSALS_KEPT - 1; at++) {
    // The ids of a trade date are few in a scenario: each date takes its share.
    if (at % 400 === 399) s.roll(20270116 + Math.floor(at / 400))
    refused(s, { orderQty: 503 + at })
  }
  assert.equal(request(s, oldest), 'NOT_OVERRIDABLE')
  assert.equal(request(s, second), 'OverrideMoved')
})

overrides(
  'an order that crosses one of its owner is refused and not held, and may be sent again when that has ended',
  (s) => {
    cancelFirst(s)
    const overrideSeq = agreed(s, refused(s, { orderQty: 600 }))
    const crossed = resting(s)
    assert.equal(verdict(s.order({ orderQty: 600, overrideSeq })), 'REJECT SELF_MATCH')
    assert.deepEqual(movedTo(s), [])
    assert.equal(s.live(crossed)?.cancelRequested, false)
    s.report('Canceled', crossed)
    assert.equal(verdict(s.order({ orderQty: 600, overrideSeq })), 'APPROVE NONE')
  },
)
overrides('a content whose hash another order meets lets no order of other names pass', (s) => {
  // Found in seconds: the hash is fast and has no key.
  const [seen, other] = ['16AACoGAp-i[', 'wrsDd6CaI)i[']
  const overrideSeq = agreed(s, refused(s, { orderQty: 600, parentClOrdID: seen }))
  const swapped = s.order({ orderQty: 600, parentClOrdID: other, account: 'A2', overrideSeq })
  assert.equal(verdict(swapped), 'REJECT OVERRIDE_MISMATCH')
  assert.equal(verdict(s.order({ orderQty: 600, parentClOrdID: seen, overrideSeq })), 'APPROVE NONE')
})

overrides('a content whose hash an order at another price meets lets that order not pass', (s) => {
  const [seen, other] = ['HgBA0mKA}X\\L', 'FdOImRn5O\\\\L']
  const overrideSeq = agreed(s, refused(s, { orderQty: 600, price: 9_900, parentClOrdID: seen }))
  const dearer = s.order({ orderQty: 600, price: 10_400, parentClOrdID: other, overrideSeq })
  assert.equal(verdict(dearer), 'REJECT OVERRIDE_MISMATCH')
})
