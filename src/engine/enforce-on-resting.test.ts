/** A limit that is enforced on what rests: cancels are asked for, newest first, until the use without them fits. */
import assert from 'node:assert/strict'
import { controlIndex } from '../model/controls.ts'
import { ENTRY_BYTES_MAX } from '../model/engine-port.ts'
import { TICK } from '../model/records/commands.ts'
import { Tape } from '../model/records/tape.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Said } from '../simulator/scenario-decision.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { type ControlCode, type LimitGiven, type OrderGiven, PX, SECOND } from '../simulator/scenario-given.ts'

const ENFORCES = 2
const HOUR = 3600 * SECOND
const OPEN_ORDERS = controlIndex('MAX_OPEN_ORDERS')
const sell: OrderGiven = { side: 'Sell', account: 'A3' }

/** Sets the limit, lets the gate enforce it, and says in which order which orders were asked, the first of `ids` being 0. */
function enforce(
  s: Scenario,
  ids: readonly string[],
  control: ControlCode,
  subject: string,
  hard: number,
  given: LimitGiven = {},
): readonly number[] {
  const seqs = ids.map((id) => s.live(id)?.orderSeq)
  s.limit(control, subject, hard, { ...given, enforce: true })
  return asked(s.feedOwn()).map((seq) => seqs.indexOf(seq))
}

const asked = (said: readonly Said[]) =>
  said.filter(({ event }) => event === 'CancelRequested').map(({ orderSeq }) => orderSeq as number)

/** That many orders, one after the other. */
function resting(s: Scenario, given: readonly OrderGiven[]): readonly string[] {
  return given.map((one) => s.working(one))
}

const FIVE = [{}, {}, {}, {}, {}] as const

scenario('without the flag a limit below its use touches nothing', (s) => {
  resting(s, FIVE)
  s.limit('OPEN_ORDER_NOTIONAL', 'A1', 1)
  assert.deepEqual(s.feedOwn(), [])
})

const ADDING: readonly (readonly [ControlCode, number, LimitGiven?])[] = [
  ['OPEN_ORDER_NOTIONAL', 3 * 100 * PX],
  ['DAILY_GROSS', 3 * 100 * PX],
  ['MAX_OPEN_ORDERS', 3],
  ['PORTFOLIO_GROSS', 3 * 100 * PX],
  ['INTRADAY_NET', 3 * 100 * PX],
  ['MAX_LONG_POSITION', 300, { on: 'INSTRUMENT:ACME' }],
  ['SECTOR_CONCENTRATION', 3, { on: 'SECTOR:TECH' }],
  ['CUM_PCT_ADV', 300, { on: 'INSTRUMENT:ACME' }],
]
for (const [control, hard, given = {}] of ADDING) {
  scenario(`${control}: the newest go until the use fits, exactly at the limit and not one more`, (s) => {
    s.capital('A1', 100_000_000_00)
    s.adv('ACME', 10_000)
    const ids = resting(s, FIVE)
    assert.deepEqual(enforce(s, ids, control, 'A1', hard, given), [4, 3])
    for (const id of [ids[4], ids[3]]) s.report('Canceled', id as string)
    assert.deepEqual(s.feedOwn(), [])
    assert.equal(s.order({}).reason, control === 'SECTOR_CONCENTRATION' ? 'SECTOR_CONCENTRATION' : control)
  })
  scenario(`${control}: one unit under what would fit, one more goes`, (s) => {
    s.capital('A1', 100_000_000_00)
    s.adv('ACME', 10_000)
    assert.deepEqual(enforce(s, resting(s, FIVE), control, 'A1', hard - 1, given), [4, 3, 2])
  })
  scenario(`${control}: a limit at its use, and one above it, ask for nothing`, (s) => {
    s.capital('A1', 100_000_000_00)
    s.adv('ACME', 10_000)
    const ids = resting(s, FIVE.slice(0, 3))
    for (const level of [hard, hard + 1]) assert.deepEqual(enforce(s, ids, control, 'A1', level, given), [])
    assert.equal(s.engine.nextWork(), null)
  })
  scenario(`${control}: nothing allowed: all go, each once, and then there is peace`, (s) => {
    s.capital('A1', 100_000_000_00)
    s.adv('ACME', 10_000)
    assert.deepEqual(enforce(s, resting(s, FIVE), control, 'A1', 0, given), [4, 3, 2, 1, 0])
    s.limit(control, 'A1', 0, { ...given, enforce: true })
    assert.deepEqual(asked(s.feedOwn()), [], 'what goes is not asked for again')
  })
}

scenario('of another subject, another object or another side nothing is asked', (s) => {
  s.instrument('OTHER', {})
  s.quote('OTHER', PX - 1, PX + 1)
  const ids = resting(s, [{}, { account: 'A2' }, { instrument: 'OTHER' }, {}, { ...sell, trader: 'T2' }])
  assert.deepEqual(enforce(s, ids, 'OPEN_ORDER_NOTIONAL', 'A1', 0, { on: 'INSTRUMENT:ACME' }), [3, 0])
  assert.deepEqual(enforce(s, ids, 'MAX_SHORT_POSITION', 'FIRM', 0, { on: 'INSTRUMENT:ACME' }), [4])
})

scenario('a row for each of a kind is enforced on each by itself, and not where a row of the very one stands', (s) => {
  for (const symbol of ['OTHER', 'THIRD']) {
    s.instrument(symbol, {})
    s.quote(symbol, PX - 1, PX + 1)
  }
  s.limit('MAX_OPEN_ORDERS', 'A1', 9, { on: 'INSTRUMENT:THIRD' })
  const of = (instrument: string) => ({ instrument })
  const ids = resting(s, ['ACME', 'OTHER', 'THIRD', 'ACME', 'THIRD', 'ACME', 'OTHER', 'OTHER', 'THIRD'].map(of))
  assert.deepEqual(enforce(s, ids, 'MAX_OPEN_ORDERS', 'A1', 2, { on: 'INSTRUMENT:*' }), [7, 5])
})

scenario('what is being cancelled already counts as gone', (s) => {
  const ids = resting(s, FIVE)
  s.cancel(ids[0] as string)
  s.kill('KILLED', { account: 'A1', trader: 'T1', instrument: 'ACME', side: 1 })
  assert.deepEqual(enforce(s, ids, 'MAX_OPEN_ORDERS', 'A1', 3), [4])
})

scenario('what executes stays: what is executed alone is over, and all that rests goes', (s) => {
  const ids = resting(s, FIVE)
  s.fill(ids[4] as string, 100)
  assert.deepEqual(enforce(s, ids.slice(0, 4), 'DAILY_GROSS', 'A1', 50 * PX), [3, 2, 1, 0])
})

scenario('an order goes that is itself over a limit on single orders, whatever the others are', (s) => {
  const ids = resting(s, [{ orderQty: 300 }, { orderQty: 301 }, { orderQty: 10 }, { orderQty: 300 }])
  s.replaced(ids[2] as string, { clOrdID: 'r', orderQty: 400 })
  assert.deepEqual(enforce(s, ids, 'MAX_ORDER_QTY', 'A1', 300), [2, 1])
  const others = resting(s, [
    { account: 'A2', orderQty: 10 },
    { account: 'A2', orderQty: 11 },
  ])
  assert.deepEqual(enforce(s, others, 'MAX_ORDER_NOTIONAL', 'A2', 10 * 100 * 100), [1])
})

scenario('gross: an order on the smaller end of its cell lowers nothing, until the larger end has gone', (s) => {
  const buys = { account: 'A1', trader: 'T1' } as const
  // 500 to sell in A1 stand against 300 to buy; prices that do not cross.
  const ids = resting(s, [
    { ...buys, side: 'Sell', price: PX + 50, orderQty: 500 },
    { ...buys, price: PX - 50, orderQty: 300 },
    { account: 'A2', price: PX - 50, orderQty: 100 },
  ])
  assert.deepEqual(enforce(s, ids, 'PORTFOLIO_GROSS', 'FIRM', 500 * PX), [2], 'the buys of A1 are left alone')
  s.report('Canceled', ids[2] as string)
  assert.deepEqual(enforce(s, ids, 'PORTFOLIO_GROSS', 'FIRM', 200 * PX), [0, 1], 'with the sells gone the buys are')
})

scenario('gross: two ends alike hold up one use: both go', (s) => {
  const ids = resting(s, [{ price: PX - 50 }, { side: 'Sell', price: PX + 50 }])
  assert.deepEqual(enforce(s, ids, 'PORTFOLIO_GROSS', 'A1', 99 * PX), [1, 0])
})

scenario('net: a buy goes where the long end is over, a sell where the short one is', (s) => {
  s.position('A1', 'ACME', -100)
  const ids = resting(s, [
    { price: PX - 50, orderQty: 300 },
    { side: 'Sell', price: PX + 50, orderQty: 50 },
    { price: PX - 60, orderQty: 100 },
    { side: 'Sell', price: PX + 60, orderQty: 60 },
  ])
  // Long end 300, short end 210.
  assert.deepEqual(enforce(s, ids, 'INTRADAY_NET', 'A1', 200 * PX), [3, 2])
  assert.deepEqual(enforce(s, ids, 'INTRADAY_NET', 'A1', 100 * PX), [1, 0])
})

scenario(
  'net over entities: of each the larger end counts, and only what stands on it goes',
  (s) => {
    const ids = resting(s, [
      { account: 'A1', price: PX - 50, orderQty: 300 },
      { account: 'B1', side: 'Sell', price: PX + 50, orderQty: 200 },
      { account: 'A3', side: 'Sell', price: PX + 50, orderQty: 50 },
    ])
    assert.deepEqual(enforce(s, ids, 'INTRADAY_NET', 'FIRM', 300 * PX), [1])
    s.report('Canceled', ids[1] as string)
    assert.deepEqual(enforce(s, ids, 'INTRADAY_NET', 'FIRM', 50 * PX), [0])
  },
  { entities: 2 },
)

scenario('a basket: its newest lines go until it fits; orders of none are left alone', (s) => {
  s.parent('basket', { notional: 1e9, lines: 9 })
  s.parent('other', { notional: 1e9, lines: 9 })
  const of = (parentClOrdID: string) => ({ parentClOrdID, strategy: 'S1' })
  const ids = resting(s, [of('basket'), of('other'), {}, of('basket'), of('basket'), of('other')])
  assert.deepEqual(enforce(s, ids, 'BASKET_TOTAL', 'FIRM', 200 * PX), [4])
})

const NEVER: readonly ControlCode[] = [
  ...(['MESSAGE_RATE', 'DUPLICATE_ORDER', 'PRICE_COLLAR', 'GROSS_EXECUTED', 'DAILY_LOSS', 'MARKET_DATA'] as const),
  ...(['REPEATED_EXECUTION', 'REJECT_STORM', 'MAX_ORDER_PCT_ADV'] as const),
]
for (const control of NEVER) {
  scenario(`${control} has no use that rests: the flag is refused`, (s) => {
    const subject = control === 'REJECT_STORM' ? 'S1' : 'A1'
    const param = control === 'REJECT_STORM' ? 1_000_000 : undefined
    const given = param === undefined ? {} : { param }
    assert.throws(() => s.limit(control, subject, 1_000, { ...given, enforce: true }), /INVALID_VALUE/)
    s.limit(control, subject, 1_000, given)
  })
}

scenario('a row that only alerts, is in shadow or is taken away enforces nothing: the flag is refused', (s) => {
  for (const given of [{ action: 'ALERT' }, { mode: 'SHADOW' }] as const) {
    assert.throws(() => s.limit('MAX_OPEN_ORDERS', 'A1', 1, { ...given, enforce: true }), /INVALID_VALUE/)
  }
  s.limit('MAX_OPEN_ORDERS', 'A1', 1, { action: 'ALERT_AND_BLOCK', enforce: true })
  const row = { control: OPEN_ORDERS, subject: s.id('A1'), objectKind: 0, object: -1, flags: 1 | ENFORCES }
  s.send('Limit', row)
  assert.equal(s.refusal, 'INVALID_VALUE')
})

scenario('set again without the flag, or taken away, a row enforces no further', (s) => {
  resting(s, FIVE)
  s.limit('MAX_OPEN_ORDERS', 'A1', 1, { enforce: true })
  s.limit('MAX_OPEN_ORDERS', 'A1', 2)
  assert.deepEqual(s.feedOwn(), [])
  s.limit('MAX_OPEN_ORDERS', 'A1', 1, { enforce: true })
  s.unlimit('MAX_OPEN_ORDERS', 'A1')
  assert.deepEqual(s.feedOwn(), [])
})

scenario('a limit that waits enforces when it begins; one that goes back enforces nothing', (s) => {
  const ids = resting(s, FIVE)
  const row = { control: OPEN_ORDERS, subject: s.id('A1'), objectKind: 0, object: -1, hard: 3, flags: ENFORCES }
  s.limit('MAX_OPEN_ORDERS', 'A1', 4)
  s.applied('Limit', { ...row, effectiveUs: s.timeUs + HOUR, expiresUs: s.timeUs + 2 * HOUR })
  assert.deepEqual(s.feedOwn(), [])
  for (const id of ids) s.report('New', id)
  s.wait(HOUR)
  assert.deepEqual(asked(s.feedOwn()), [s.live(ids[4] as string)?.orderSeq, s.live(ids[3] as string)?.orderSeq])
  s.wait(HOUR)
  assert.deepEqual(asked(s.feedOwn()), [])
})

scenario('a person alone enforces what tightens, in one line of a proposal two do', (s) => {
  s.applied('Binding', { kind: 6, a: s.id('ALICE'), b: 1 << 8, allow: 1 })
  const ids = resting(s, FIVE)
  const row = { control: OPEN_ORDERS, subject: s.id('A1'), objectKind: 0, object: -1, hard: 4 }
  s.limit('MAX_OPEN_ORDERS', 'A1', 9)
  s.applied('Limit', { ...row, flags: ENFORCES, principal: s.id('ALICE') })
  assert.deepEqual(asked(s.feedOwn()), [s.live(ids[4] as string)?.orderSeq])
  s.send('Limit', { ...row, hard: 5, flags: ENFORCES, principal: s.id('ALICE') })
  assert.equal(s.refusal, 'TWO_PEOPLE_NEEDED')
})

scenario('a sweep of nobody, of another place or of a limit that is not enforced is refused', (s) => {
  const strays = [{ limit: 1 }, { limit: 2 }, { limit: -1 }]
  for (const stray of strays) {
    s.send('KillSweep', { latch: -1, ...stray })
    assert.equal(s.refusal, 'INVALID_VALUE')
  }
  resting(s, FIVE)
  s.limit('MAX_OPEN_ORDERS', 'A1', 1, { enforce: true })
  s.send('KillSweep', { latch: -1, limit: 1, beforeSeq: 5 })
  assert.equal(s.refusal, 'INVALID_VALUE')
  s.send('KillSweep', { latch: -1, limit: 1 })
  assert.equal(asked(s.said).length, 4)
})

/** Feeds the gate's own work one command at a time, until `most` are fed. */
function feed(s: Scenario, most: number): readonly Said[] {
  const said: Said[] = []
  for (let left = most; left > 0 && s.work(); left--) said.push(...s.said)
  return said
}

scenario(
  'a thousand orders: at most 256 a command, newest first, between the commands of others, and none twice',
  (s) => {
    const ids = Array.from({ length: 1_000 }, () => s.working({ orderQty: 1 }))
    const seqs = ids.map((id) => s.live(id)?.orderSeq as number)
    s.limit('MAX_OPEN_ORDERS', 'A1', 100, { enforce: true })
    const first = asked(feed(s, 1))
    assert.deepEqual(first, [...seqs].reverse().slice(0, 256))
    // Meanwhile others trade, and of those that go some end: what is asked for follows.
    s.working({ account: 'A2' })
    for (const id of ids.slice(-50)) s.report('Canceled', id)
    for (const id of ids.slice(0, 10)) s.cancel(id)
    const rest = feed(s, 100)
    const all = [...first, ...asked(rest)]
    assert.equal(new Set(all).size, all.length, 'each is asked for once')
    assert.deepEqual(all, [...seqs].reverse().slice(0, 890), 'ten more went by themselves')
    assert.equal(s.engine.nextWork(), null)
  },
)

scenario('a restart half way goes on where it was, to the same requests', (s) => {
  const ids = Array.from({ length: 600 }, () => s.working({ orderQty: 1 }))
  s.limit('MAX_OPEN_ORDERS', 'A1', 100, { enforce: true })
  feed(s, 1)
  for (const id of ids.slice(-30)) s.report('Canceled', id)
  const again = s.replayed()
  assert.equal(again.stateHash(), s.engine.stateHash())
  const tape = Tape.ofBytes(ENTRY_BYTES_MAX)
  let seq = s.seq
  for (let write = again.nextWork(); write !== null; write = again.nextWork()) {
    tape.end = 0
    const offset = write(tape)
    tape.f64[(offset >> 3) + TICK.at.seq] = ++seq
    tape.f64[(offset >> 3) + TICK.at.timeUs] = s.timeUs
    again.execute(tape, offset)
  }
  feed(s, 100)
  assert.deepEqual([seq, again.stateHash()], [s.seq, s.engine.stateHash()])
  const requests = s.engine.view.cancelRequests(0, 10_000)
  assert.equal(requests.length, 600 - 100 - 30)
})
