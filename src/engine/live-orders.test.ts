/** Lists of live orders: what agrees is confirmed and tested again, what is missing is unknown, what nobody knew is adopted. */
import assert from 'node:assert/strict'
import { lengthAt, Tape } from '../model/records/tape.ts'
import { ORD_TYPES, ORDER_STATES, SIDES, TIMES_IN_FORCE } from '../model/vocabulary.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Said } from '../simulator/scenario-decision.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { type Given, PX } from '../simulator/scenario-given.ts'

const DATE = 20270115
const NEXT = 20270118
type Row = Given<'LiveOrderStatement'>

function step(s: Scenario, at: 0 | 1 | 2, more: Row): void {
  const who = { account: s.id('A1'), venue: s.id('V1'), owner: at === 0 ? s.id('X1') : -1, session: s.id('EX') }
  const fallback = at === 0 ? { trader: s.id('T1'), strategy: s.id('S1') } : { trader: -1, strategy: -1 }
  s.send('LiveOrderStatement', { ...who, ...fallback, step: at, orderSlot: -1, ...more })
}

/** A row of 100 ACME to buy at 100.00, as a plain order is. */
function row(clOrdID: string, more: Row = {}): Row {
  const terms = { leavesQty: 100, cumQty: 0, price: PX, flags: 1, side: 0, ordType: ORD_TYPES.indexOf('Limit') }
  return { clOrdID, timeInForce: TIMES_IN_FORCE.indexOf('Day'), ...terms, ...more }
}

/** Feeds the work between commands, as the sequencer does; returns what it said. */
function work(s: Scenario): readonly Said[] {
  const said: Said[] = []
  const tape = Tape.ofBytes(4096)
  for (let write = s.engine.nextWork(); write !== null; write = s.engine.nextWork()) {
    tape.end = 0
    const at = write(tape)
    const [account, venue, from] = [0, 1, 2].map((field) => tape.i32[(at >> 2) + 8 + field]!)
    assert.equal(lengthAt(tape, at) % 8, 0)
    said.push(...s.send('StatementSweep', { account: account!, venue: venue!, from: from! }))
  }
  return said
}

function list(s: Scenario, rows: readonly Row[], told: Row = {}): readonly Said[] {
  const dated = { tradeDate: s.engine.directory.tradeDate, rows: rows.length, asOfUs: s.timeUs, ...told }
  step(s, 0, dated)
  for (const one of rows) step(s, 1, { instrument: s.id('ACME'), ...one })
  step(s, 2, dated)
  return work(s)
}

const stateOf = (s: Scenario, id: string) => ORDER_STATES[s.live(id)?.state ?? -1]
const checked = (said: readonly Said[]) => said.filter(({ event }) => event === 'LiveOrderChecked')
const venuesOf = (s: Scenario) => s.engine.view.readiness(s.id('A1')).venues.map(({ liveOrders }) => liveOrders)

scenario('an order that the venue has as we have it works', (s) => {
  const id = s.working({ venue: 'V1' })
  s.wait(1)
  const said = checked(list(s, [row(id)]))
  assert.deepEqual([said.length, said[0]?.verdict, said[0]?.alarm], [1, 0, 'NONE'])
  assert.equal(stateOf(s, id), 'WORKING')
  assert.deepEqual(venuesOf(s), ['SETTLED', 'MISSING'])
  s.notSent(id)
  assert.equal(s.refusal, 'NOT_SENT_REFUSED')
})

scenario('an order that the venue does not have is unknown, and stays reserved', (s) => {
  const id = s.working({ venue: 'V1' })
  const elsewhere = s.working({ venue: 'V2' })
  const anywhere = s.working({})
  const before = s.exposure('A1')
  s.wait(1)
  const said = checked(list(s, []))
  assert.deepEqual([said.length, said[0]?.verdict, said[0]?.alarm], [1, 2, 'LIVE_ORDER_MISSING'])
  assert.deepEqual(
    [id, elsewhere, anywhere].map((one) => stateOf(s, one)),
    ['UNKNOWN', 'APPROVED', 'APPROVED'],
  )
  assert.deepEqual(s.exposure('A1'), before)
  s.report('New', id)
  assert.equal(stateOf(s, id), 'WORKING')
})

scenario('an order that was approved after the list was made is not missing in it', (s) => {
  const asOfUs = s.timeUs
  s.wait(1)
  const id = s.working({ venue: 'V1' })
  s.wait(1)
  assert.deepEqual(checked(list(s, [], { asOfUs })), [])
  assert.equal(stateOf(s, id), 'APPROVED')
})

/** What a row says of an order of 100 at 100.00; whether nobody may trade on in the instrument. */
const DIFFERENT: readonly (readonly [title: string, more: Row, isBlocked: boolean])[] = [
  ['less quantity', { leavesQty: 60 }, false],
  ['more quantity', { leavesQty: 101 }, true],
  ['another price', { price: PX + 1 }, false],
  ['another direction', { side: SIDES.indexOf('Sell') }, true],
]
for (const [title, more, isBlocked] of DIFFERENT) {
  scenario(
    `an order that the venue has with ${title} is unknown${isBlocked ? ', and its instrument blocked' : ''}`,
    (s) => {
      const id = s.working({ venue: 'V1' })
      const said = list(s, [row(id, more)])
      assert.equal(checked(said)[0]?.alarm, 'LIVE_ORDER_DIFFERS')
      assert.equal(stateOf(s, id), 'UNKNOWN')
      assert.equal(s.exposure('A1').open, 1_000_000)
      assert.equal(s.order({}).reason, isBlocked ? 'BLOCKED' : 'NONE')
    },
  )
}

scenario('a pending replace agrees in either version', (s) => {
  const id = s.working({ venue: 'V1' })
  s.replaced(id, { clOrdID: 'r', orderQty: 150, price: PX - 1 })
  assert.equal(checked(list(s, [row(id)]))[0]?.verdict, 0)
  assert.equal(checked(list(s, [row(id, { leavesQty: 150, price: PX - 1 })]))[0]?.verdict, 0)
})

const STOPPED = { ordType: 'StopLimit', stopPx: PX + 100, price: PX + 200, venue: 'V1' } as const
const asStop = { ordType: ORD_TYPES.indexOf('StopLimit'), stopPx: PX + 100, price: PX + 200, flags: 3 }
const asLimit = { price: PX + 200 }

scenario(
  'a stop that the venue has as one waits on; one that it has as a limit order has triggered, and is tested',
  (s) => {
    const id = s.working(STOPPED)
    assert.equal(checked(list(s, [row(id, asStop)]))[0]?.verdict, 0)
    assert.equal(s.live(id)?.triggered, false)
    s.working({ side: 'Sell', price: PX + 150 })
    const said = list(s, [row(id, asLimit)])
    assert.deepEqual(
      said.slice(0, 5).map(({ event, reason, alarm }) => [event, reason ?? alarm].join(' ').trim()),
      [
        ...['StopTriggered', 'OrderDecided SELF_MATCH', 'OrderAlarmed TRIGGER_REFUSED', 'CancelRequested'],
        'LiveOrderChecked NONE',
      ],
    )
    assert.deepEqual([s.live(id)?.triggered, stateOf(s, id)], [true, 'WORKING'])
  },
)

for (const [title, more] of [
  ['what it was', asStop],
  ['what it has become', asLimit],
] as const) {
  scenario(`of a stop that has triggered the venue may say ${title}`, (s) => {
    const id = s.working(STOPPED)
    s.fill(id, 10)
    assert.equal(checked(list(s, [row(id, { ...more, leavesQty: 90, cumQty: 10 })]))[0]?.verdict, 0)
    assert.equal(s.saidOf('StopTriggered').length, 0)
  })
}

scenario('a stop with another stop price than the venue has is unknown, whether it has triggered or not', (s) => {
  const ids = [s.working(STOPPED), s.working(STOPPED)] as const
  s.fill(ids[1], 10)
  for (const [at, id] of ids.entries()) {
    const leavesQty = at === 0 ? 100 : 90
    assert.equal(checked(list(s, [row(id, { ...asStop, leavesQty, stopPx: PX + 99 })]))[0]?.verdict, 1)
  }
})

scenario('an order that is listed twice is taken for two: nobody trades on', (s) => {
  const id = s.working({ venue: 'V1' })
  const said = checked(list(s, [row(id), row(id)]))
  assert.deepEqual(
    said.map(({ verdict }) => verdict),
    [0, 1],
  )
  assert.equal(s.order({}).reason, 'BLOCKED')
})

scenario('an order that nobody knew is adopted: reserved in full, alarmed, and like any other from then on', (s) => {
  s.limit('MAX_ORDER_QTY', 'A1', 10)
  const said = checked(list(s, [row('theirs', { leavesQty: 70, cumQty: 30, trader: s.id('T2') })]))
  assert.deepEqual([said[0]?.verdict, said[0]?.alarm], [3, 'LIVE_ORDER_ADOPTED'])
  const order = s.live('theirs')
  assert.deepEqual(
    [order?.adopted, order?.leavesQty, order?.cumQty, order?.trader, order?.strategy],
    [true, 70, 30, s.id('T2'), s.id('S1')],
  )
  assert.deepEqual(s.cell('A1'), { position: 0, buyLeaves: 70, sellLeaves: 0 })
  assert.deepEqual([s.exposure('D2').open, s.exposure('X1').openOrders], [700_000, 1])
  assert.equal(s.order({ side: 'Sell', orderQty: 5 }).reason, 'SELF_MATCH')
  s.fill('theirs', 50)
  s.roll(NEXT)
  assert.deepEqual(s.cell('A1'), { position: 50, buyLeaves: 20, sellLeaves: 0 })
  assert.equal(s.order({ clOrdID: 'theirs' }).reason, 'CLORDID_CONFLICT')
  s.cancel('theirs')
  s.report('Canceled', 'theirs')
  assert.equal(s.exposure('FIRM').open, 0)
})

scenario('an adopted order is known the next time', (s) => {
  list(s, [row('theirs')])
  assert.equal(checked(list(s, [row('theirs')]))[0]?.verdict, 0)
  assert.equal(s.engine.view.openOrders, 1)
})

scenario('an adopted order is swept by a kill', (s) => {
  list(s, [row('theirs')])
  s.kill('KILLED')
  assert.equal(s.sweepAll().length, 1)
})

scenario('an order that is adopted under a kill is swept by it, whatever the kill has swept before', (s) => {
  s.working({ venue: 'V1' })
  s.kill('KILLED', { account: 'A1' })
  s.kill('KILLED', { account: 'A2' })
  assert.equal(s.sweepAll().length, 1)
  const dated = { tradeDate: s.engine.directory.tradeDate, rows: 1, asOfUs: s.timeUs }
  step(s, 0, dated)
  step(s, 1, { instrument: s.id('ACME'), ...row('theirs') })
  step(s, 2, dated)
  s.send('StatementSweep', { account: s.id('A1'), venue: s.id('V1'), from: 0 })
  assert.equal(s.saidOf('LiveOrderChecked')[0]?.verdict, 3)
  assert.equal(s.sweepAll().length, 1, 'of the one kill that covers it')
  assert.equal(s.live('theirs')?.cancelRequested, true)
})

scenario('an id of an order that has ended names an order that nobody knows', (s) => {
  const id = s.working({ venue: 'V1' })
  s.report('Canceled', id)
  list(s, [row(id), row('refused')])
  assert.equal(s.engine.view.openOrders, 2)
  const [first] = [...s.engine.view.orders()]
  assert.equal(first?.clOrdID, '', 'the id stays with the order that had it')
  s.roll(NEXT)
  const { orderSeq = 0, slot = -1 } = first ?? {}
  s.report('Canceled', '', { orderSeq, orderSlot: slot })
  assert.equal(s.engine.view.openOrders, 1)
})

scenario('market, stop and sell orders are adopted at their worst value', (s) => {
  const [market, stop, limit] = (['Market', 'Stop', 'Limit'] as const).map((type) => ORD_TYPES.indexOf(type))
  list(s, [
    row('m', { ordType: market!, flags: 0, price: 0 }),
    row('s', { ordType: stop!, flags: 2, price: 0, stopPx: 9_000 }),
    row('l', { ordType: limit!, side: SIDES.indexOf('Sell'), price: 20_000 }),
  ])
  const values = ['m', 's', 'l'].map((id) => s.live(id)?.openValue)
  assert.deepEqual(values, [1_000_000, 1_050_000, 2_000_000])
})

scenario('a GTC order that would not pass today is to be canceled, and stays reserved', (s) => {
  const id = s.working({ venue: 'V1', timeInForce: 'GTC' })
  const day = s.working({ venue: 'V1' })
  s.limit('MAX_ORDER_QTY', 'A1', 99)
  s.roll(NEXT)
  const gtc = { timeInForce: TIMES_IN_FORCE.indexOf('GTC') }
  const said = list(s, [row(id, gtc), row(day)])
  const decided = said.filter(({ event }) => event === 'OrderDecided')
  assert.deepEqual(
    decided.map(({ reason }) => reason),
    ['MAX_ORDER_QTY'],
    'a Day order is not asked',
  )
  assert.deepEqual(said.filter(({ event }) => event === 'CancelRequested').length, 1)
  assert.equal(checked(said)[0]?.alarm, 'RESTATED_ORDER_REFUSED')
  assert.deepEqual([s.live(id)?.cancelRequested, s.live(day)?.cancelRequested], [true, false])
  assert.deepEqual([stateOf(s, id), s.exposure('A1').open], ['WORKING', 2_000_000])
})

scenario('a GTC order that passes stays, is no message and counts once', (s) => {
  s.limit('MESSAGE_RATE', 'X1', 2)
  s.limit('MAX_OPEN_ORDERS', 'A1', 1)
  const id = s.working({ venue: 'V1', timeInForce: 'GTC' })
  s.parameter('statementsRequired', 1)
  const said = list(s, [row(id, { timeInForce: TIMES_IN_FORCE.indexOf('GTC') })])
  assert.deepEqual(
    said.filter(({ event }) => event === 'OrderDecided').map(({ reason, orderSeq }) => [reason, orderSeq]),
    [['NONE', s.live(id)?.orderSeq]],
  )
  assert.equal(s.live(id)?.cancelRequested, false)
})

scenario('a list of more orders than one sweep looks at is compared to its end', (s) => {
  const ids = Array.from({ length: 70 }, (_, at) => s.working({ venue: 'V1', clOrdID: `o${at}`, timeInForce: 'GTC' }))
  s.working({ venue: 'V1', clOrdID: 'missing' })
  s.wait(1)
  const said = list(s, [...ids.map((id) => row(id)), row('theirs'), row('and theirs')])
  assert.equal(checked(said).filter(({ verdict }) => verdict === 0).length, 70)
  assert.equal(said.filter(({ event }) => event === 'OrderDecided').length, 70)
  assert.equal(stateOf(s, 'missing'), 'UNKNOWN')
  assert.equal(s.engine.view.openOrders, 73)
  assert.deepEqual(venuesOf(s), ['SETTLED', 'MISSING'])
})

scenario('an open list changes nothing; with positions and every venue the account is ready', (s) => {
  s.parameter('statementsRequired', 1)
  s.applied('Binding', { kind: 6, a: s.id('ALICE'), b: 32, allow: 1 })
  const position = { account: s.id('A1'), principal: s.id('ALICE'), tradeDate: DATE, rows: 0 }
  const empty = { hash0: 0x84222325 | 0, hash1: 0xcbf29ce4 | 0 }
  s.send('PositionStatement', { ...position, ...empty, step: 0 })
  s.send('PositionStatement', { ...position, ...empty, step: 1 })
  list(s, [])
  assert.equal(s.order({}).reason, 'ACCOUNT_NOT_READY')
  const before = s.standing()
  const v2 = { venue: s.id('V2') }
  step(s, 0, { ...v2, tradeDate: DATE, rows: 1, asOfUs: s.timeUs })
  step(s, 1, { ...v2, instrument: s.id('ACME'), ...row('theirs') })
  assert.equal(s.standing(), before)
  step(s, 2, { ...v2, tradeDate: DATE, rows: 2 })
  assert.equal(s.refusal, 'STATEMENT_MISMATCH')
  list(s, [], v2)
  s.working({})
  s.bind('SESSION_VENUE', 'X1', 'V2', 0)
  s.working({})
  s.roll(NEXT)
  assert.equal(s.order({}).reason, 'ACCOUNT_NOT_READY')
})

/** What is wrong with a row, and why it is refused. */
const BAD_ROWS: readonly (readonly [title: string, more: Row, reason: string])[] = [
  ['no instrument', { instrument: 99 }, 'UNKNOWN_NAME'],
  ['no side', { side: 4 }, 'INVALID_VALUE'],
  ['no type', { ordType: -1 }, 'INVALID_VALUE'],
  ['no time in force', { timeInForce: 99 }, 'INVALID_VALUE'],
  ['no leaves', { leavesQty: 0 }, 'INVALID_VALUE'],
  ['leaves that are no number', { leavesQty: Number.NaN }, 'INVALID_VALUE'],
  ['less than nothing executed', { cumQty: -1 }, 'INVALID_VALUE'],
  ['no price', { flags: 0 }, 'INVALID_VALUE'],
  ['a price below zero', { price: -1 }, 'INVALID_VALUE'],
  ['a stop price of a limit order', { flags: 3, stopPx: 1 }, 'INVALID_VALUE'],
  ['an expiry of a Day order', { flags: 5 }, 'INVALID_VALUE'],
  ['no id', { clOrdID: '' }, 'INVALID_VALUE'],
  ['an owner that nobody knows', { owner: 77 }, 'UNKNOWN_NAME'],
  ['another sender', { session: -1 }, 'STATEMENT_NOT_OPEN'],
  ['another account', { account: -1 }, 'UNKNOWN_NAME'],
]
for (const [title, more, reason] of BAD_ROWS) {
  scenario(`a row with ${title} is refused, and its list cannot be closed: ${reason}`, (s) => {
    const dated = { tradeDate: DATE, rows: 1, asOfUs: s.timeUs }
    step(s, 0, dated)
    step(s, 1, { instrument: s.id('ACME'), ...row('theirs'), ...more })
    assert.equal(s.refusal, reason)
    step(s, 2, dated)
    assert.equal(s.refusal, 'STATEMENT_MISMATCH')
    assert.equal(s.engine.nextWork(), null)
  })
}

/** What is wrong with an opening, and why it is refused. */
const BAD_LISTS: readonly (readonly [title: string, more: Row, reason: string])[] = [
  ['a venue that nobody knows', { venue: 9 }, 'UNKNOWN_NAME'],
  ['an owner that nobody knows', { owner: -1 }, 'UNKNOWN_NAME'],
  ['a trader who is not bound', { trader: -1 }, 'HIERARCHY_MISMATCH'],
  ['a strategy that is not bound', { strategy: -1 }, 'HIERARCHY_MISMATCH'],
  ['another date', { tradeDate: NEXT }, 'STATEMENT_OF_OTHER_DATE'],
  ['rows without end', { rows: 10_001 }, 'INVALID_VALUE'],
  ['a time to come', { asOfUs: 1e16 }, 'INVALID_VALUE'],
  ['no time', { asOfUs: Number.NaN }, 'INVALID_VALUE'],
]
for (const [title, more, reason] of BAD_LISTS) {
  scenario(`a list with ${title}: ${reason}`, (s) => {
    step(s, 0, { tradeDate: DATE, rows: 0, asOfUs: s.timeUs, ...more })
    assert.equal(s.refusal, reason)
    step(s, 2, { tradeDate: DATE, rows: 0 })
    assert.equal(s.refusal, 'STATEMENT_NOT_OPEN')
  })
}

scenario('a sweep that nobody asked for is refused', (s) => {
  s.send('StatementSweep', { account: s.id('A1'), venue: s.id('V1'), from: 0 })
  assert.equal(s.refusal, 'STATEMENT_NOT_OPEN')
})

scenario(
  'no account gets ready by losing a venue, or a client: the list of today stays demanded until the next date',
  (s) => {
    s.parameter('statementsRequired', 1)
    s.applied('Binding', { kind: 6, a: s.id('ALICE'), b: 32, allow: 1 })
    const state = () => {
      const { ready, venues } = s.engine.view.readiness(s.id('A1'))
      return [
        ready,
        ...venues.map(({ venue, liveOrders }) => `${s.engine.directory.nameOf('VENUE', venue)} ${liveOrders}`),
      ]
    }
    const settle = () => {
      const tradeDate = s.engine.directory.tradeDate
      const empty = { rows: 0, hash0: 0x84222325 | 0, hash1: 0xcbf29ce4 | 0 }
      const given = { account: s.id('A1'), principal: s.id('ALICE'), tradeDate, ...empty }
      for (const step of [0, 1]) s.send('PositionStatement', { ...given, step })
      list(s, [])
    }
    settle()
    assert.deepEqual(state(), [false, 'V1 SETTLED', 'V2 MISSING'])
    for (const session of ['X1', 'X2']) s.bind('SESSION_VENUE', session, 'V2', 0)
    assert.deepEqual(state(), [false, 'V1 SETTLED', 'V2 MISSING'], 'the venue')
    assert.equal(s.order().reason, 'ACCOUNT_NOT_READY')
    for (const session of ['X1', 'X2']) s.bind('SESSION_ACCOUNT', session, 'A1', 0)
    assert.deepEqual(state(), [false, 'V1 SETTLED', 'V2 MISSING'], 'the account')
    list(s, [], { venue: s.id('V2') })
    assert.deepEqual(state(), [true, 'V1 SETTLED', 'V2 SETTLED'], 'what is told counts')

    s.roll(20270118)
    settle()
    assert.deepEqual(state(), [true], 'on the next date nobody may name them')
    for (const session of ['X1', 'X2']) s.bind('SESSION_ACCOUNT', session, 'A1')
    assert.deepEqual(state(), [true, 'V1 SETTLED'])
    s.bind('SESSION_VENUE', 'X1', 'V2')
    assert.deepEqual(state(), [false, 'V1 SETTLED', 'V2 MISSING'])
    s.bind('SESSION_ACCOUNT', 'X1', 'A1', 0)
    assert.deepEqual(state(), [false, 'V1 SETTLED', 'V2 MISSING'], 'the only client of the venue')
  },
)

scenario('orders of more than a sum can hold are not taken over: what others reserve would be lost in them', (s) => {
  s.limit('MAX_LONG_POSITION', 'A1', 10_000, { on: 'INSTRUMENT:ACME' })
  s.wait(1)
  const big = Array.from({ length: 64 }, (_, at) => row(`big${at}`, { leavesQty: 2 ** 52 }))
  const small = Array.from({ length: 20 }, (_, at) => row(`small${at}`, { leavesQty: 33 }))
  list(s, [...big, ...small])
  assert.equal([...s.engine.view.latches()].length, 1, 'nobody trades on in it until two people have looked')
  for (const { clOrdID = '' } of big) if (s.live(clOrdID) !== undefined) s.report('Canceled', clOrdID)
  const resting = small.filter(({ clOrdID = '' }) => s.live(clOrdID) !== undefined)
  assert.equal(s.exposure('A1').long, resting.length * 33 * PX, 'what rests is reserved, to the last share')
  for (const { clOrdID = '' } of resting) s.report('Canceled', clOrdID)
  assert.equal(s.exposure('A1').long, 0)
})
