/**
 * What holds whatever comes: the invariants of docs/reference/invariants.md by their numbers, over random sequences of
 * commands, random deliveries of reports and random garbage. The seed is printed with a failure; INVARIANT_SEED plays it again.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createEngine, type Engine } from '../engine/engine.ts'
import { reasonNumber } from '../model/codes.ts'
import { controlIndex } from '../model/controls.ts'
import { ENTRY_BYTES_MAX, type EngineView, type LatchView, type OrderView } from '../model/engine-port.ts'
import { lengthAt, Tape } from '../model/records/tape.ts'
import { EXEC_TYPES, TRADING_STATES } from '../model/vocabulary.ts'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'
import { type Command, command, encodeCommand, inWords } from './commands/command.ts'
import { withSlot } from './commands/order-slots.ts'
import { type RecordedEvent, recordedEvents } from './commands/recorded-events.ts'
import { play, sequences, type Throw } from './commands/sequence.ts'
import { openScenario } from './scenario.ts'
import { SMALL_FACTS } from './small-journal.ts'

const SEED = Number(process.env.INVARIANT_SEED ?? 20261121)
const APPROVE = 1
const RISK_ERROR = reasonNumber('RISK_ERROR')
const KILLED = TRADING_STATES.indexOf('KILLED')
/** Flow and position rows in money or orders: an order that comes on top never lowers their use. */
const ADDITIVE = ['DAILY_GROSS', 'PORTFOLIO_GROSS', 'OPEN_ORDER_NOTIONAL', 'MAX_OPEN_ORDERS'].map(controlIndex)
/** Their limit is no number that the use is compared with as it stands: bands, shares of capital. */
const OWN_LIMIT = ['PRICE_COLLAR', 'SECTOR_CONCENTRATION'].map(controlIndex)

const newEngine = () =>
  createEngine({ sizes: SMALL_FACTS.sizes, hashSeed: SMALL_FACTS.hashSeed, rules: US_EQUITY_PACK })

/** An engine that is played to command by command, and the bytes of what it was given and said. */
class Played {
  readonly engine: Engine = newEngine()
  readonly entries: Uint8Array[] = []
  readonly #tape = Tape.ofBytes(2 * ENTRY_BYTES_MAX)
  readonly #slots = new Map<number, number>()

  execute(given: Command): RecordedEvent[] {
    const tape = this.#tape
    tape.end = 0
    const offset = encodeCommand(tape, withSlot(given, this.#slots))
    this.engine.execute(tape, offset)
    this.entries.push(tape.u8.slice(0, tape.end))
    const events = recordedEvents(tape, offset + lengthAt(tape, offset))
    for (const { name, values } of events) {
      const opens = name === 'OrderDecided' && given.name === 'NewOrder' && values.outcome === APPROVE
      if (opens) this.#slots.set(given.values.seq, values.slot as number)
    }
    return events
  }
}

function overSequences(title: string, runs: number, holds: (commands: readonly Command[]) => void): void {
  test(title, () => {
    const property = fc.property(sequences(200, 300), (throws: readonly Throw[]) => {
      holds(play(throws, US_EQUITY_PACK).commands)
    })
    const result = fc.check(property, { seed: SEED, numRuns: runs, endOnFailure: true })
    assert.ok(!result.failed, `INVARIANT_SEED=${SEED}: ${result.errorInstance}\n${fc.defaultReportMessage(result)}`)
  })
}

overSequences(
  'invariants 1, 3, 4 and 5: an approve exceeds no limit; a new order lowers no use; a cancel passes; a kill holds',
  6,
  (commands) => {
    const played = new Played()
    const { view } = played.engine
    for (const given of commands) {
      const terms = termsOf(given, view)
      const isKilled = terms !== undefined && [...view.latches()].some((latch) => kills(latch, terms))
      const events = played.execute(given)
      if (given.name === 'CancelOrder') assert.equal(events[0]?.name, 'CancelDecided', inWords(given))
      if (given.name !== 'NewOrder' && given.name !== 'ReplaceOrder') continue
      for (const { name, values, rows } of events) {
        if (name !== 'OrderDecided' || values.outcome !== APPROVE) continue
        assert.ok(!isKilled, `approved under a kill: ${inWords(given)}`)
        for (const { row, failed, waived, before, after } of rows) {
          const limit = view.limitVersion(row)
          assert.ok(limit !== undefined && (!failed || waived), inWords(given))
          const most = Math.max(limit.hard, limit.hardForReducing)
          const fits = failed || OWN_LIMIT.includes(limit.control) || after <= most || after <= before
          assert.ok(fits, `${before} -> ${after} over ${most} of control ${limit.control}: ${inWords(given)}`)
          const adds = given.name === 'NewOrder' && ADDITIVE.includes(limit.control)
          assert.ok(!adds || after >= before, `control ${limit.control} fell ${before} -> ${after}: ${inWords(given)}`)
        }
      }
    }
  },
)

type Terms = Pick<OrderView, 'trader' | 'account' | 'strategy' | 'instrument' | 'venue' | 'side' | 'session'>

/** What a latch may look at in the order that is sent or replaced. */
function termsOf(given: Command, view: EngineView): Terms | undefined {
  if (given.name === 'NewOrder') return given.values
  return given.name === 'ReplaceOrder' ? view.orderOf(given.values.session, given.values.origClOrdID) : undefined
}

/** True where the latch is a kill whose keys, all of those named here, are the order's. */
function kills({ state, keys }: LatchView, order: Terms): boolean {
  const { side, venue } = order
  const own: Readonly<Record<string, number>> = { ...order, sessionScope: order.session, side: Math.min(side, 1) }
  return (
    state === KILLED &&
    // An order without a venue may go to any.
    Object.entries(keys).every(([key, id]) => id === -1 || id === own[key] || (key === 'venue' && venue === -1))
  )
}

overSequences(
  "invariants 6 and 9: the firm's sums are those of its accounts, and a replace never reserves less",
  6,
  (commands) => {
    const played = new Played()
    const { view, directory } = played.engine
    // Executed flow goes by trade dates, which are the firm's only as long as no entity rolls by itself.
    let isOneDate = true
    for (const [index, given] of commands.entries()) {
      const before = new Map([...view.orders()].map(({ orderSeq, openValue }) => [orderSeq, openValue]))
      const events = played.execute(given)
      for (const { name, values } of events) {
        if (name !== 'OrderDecided' || given.name !== 'ReplaceOrder' || values.outcome !== APPROVE) continue
        const order = view.order(values.slot as number, values.orderSeq as number)
        assert.ok((order?.openValue ?? -1) >= (before.get(values.orderSeq as number) ?? Number.NaN), inWords(given))
      }
      if (given.name === 'Calendar' && given.values.entity > 0) isOneDate = false
      if (index % 20 !== 0) continue
      const sums = { gross: 0, executed: 0, open: 0, openOrders: 0 }
      for (let id = 0; directory.subjectOf(id) !== undefined; id++) {
        if (directory.subjectOf(id)?.kind !== 'ACCOUNT') continue
        const { gross, executed, open, openOrders } = view.exposure(id)
        sums.gross += gross
        sums.executed += isOneDate ? executed : 0
        sums.open += open
        sums.openOrders += openOrders
      }
      const { gross, executed, open, openOrders } = view.exposure(0)
      assert.deepEqual({ gross, executed: isOneDate ? executed : 0, open, openOrders }, sums, inWords(given))
    }
  },
)

overSequences(
  'invariant 7: what is applied from the record, and what is decided again, is what was decided live',
  4,
  (commands) => {
    const played = new Played()
    for (const given of commands) played.execute(given)
    const [applied, decided] = [newEngine(), newEngine()]
    for (const bytes of played.entries) {
      const tape = Tape.ofBytes(2 * ENTRY_BYTES_MAX)
      tape.u8.set(bytes)
      tape.end = bytes.length
      assert.equal(applied.apply(tape, 0), bytes.length)
      tape.end = lengthAt(tape, 0)
      decided.execute(tape, 0)
      assert.ok(Buffer.from(bytes).equals(tape.u8.subarray(0, tape.end)), 'it is decided otherwise')
    }
    const hash = played.engine.stateHash()
    assert.deepEqual([applied.stateHash(), decided.stateHash()], [hash, hash])
  },
)

const STATES_POSITION: readonly string[] = ['Position', 'PositionStatement', 'AdoptStatement']
const MOVES_POSITION = ['Fill', 'TradeCancel', 'TradeCorrect'].map((name) => EXEC_TYPES.indexOf(name as 'Fill'))

overSequences('invariant 2: after all orders have ended without a fill, exposure is what it was', 6, (commands) => {
  const played = new Played()
  const { view } = played.engine
  let last = { seq: 0, timeUs: 0 }
  for (const given of commands) {
    const moves = given.name === 'ExecutionReport' && MOVES_POSITION.includes(given.values.execType)
    // The ends that are reported below come from no session, which is the source of nothing.
    const states = [...STATES_POSITION, 'ExecutionSource'].includes(given.name)
    if (moves || states || given.inner?.name === 'Position') continue
    played.execute(given)
    last = given.values
  }
  const ends = [...view.orders()].map(({ orderSeq, slot }, index) =>
    command('ExecutionReport', {
      ...{ seq: last.seq + index + 1, timeUs: last.timeUs, orderSeq, orderSlot: slot, cumQty: -1 },
      ...{ execType: EXEC_TYPES.indexOf('Canceled'), owner: -1, venue: -1, account: -1, instrument: -1, side: -1 },
    }),
  )
  for (const given of ends) played.execute(given)
  assert.deepEqual([...view.orders()], [])
  for (const { position, buyLeaves, sellLeaves, up, down } of view.cells()) {
    assert.deepEqual([position, buyLeaves, sellLeaves, up, down], [0, 0, 0, 0, 0])
  }
  const { gross, net, executed, open, openOrders } = view.exposure(0)
  assert.deepEqual([gross, net, executed, open, openOrders], [0, 0, 0, 0, 0])
})

type Delivery = readonly ['fill' | 'bust' | 'end', number]

test('invariant 10: reports that come twice, late and in any order lead to the same state', () => {
  const fill = fc.record({
    order: fc.integer({ min: 0, max: 2 }),
    qty: fc.integer({ min: 1, max: 40 }),
    bust: fc.boolean(),
  })
  const deliveries = fc.array(fill, { minLength: 1, maxLength: 12 }).chain((fills) => {
    const straight: Delivery[] = [
      ...fills.map((_, index) => ['fill', index] as const),
      ...fills.flatMap(({ bust }, index) => (bust ? [['bust', index] as const] : [])),
      ...[0, 1, 2].map((order) => ['end', order] as const),
    ]
    const twice = [...straight, ...straight]
    const shuffled = fc.shuffledSubarray(twice, { minLength: twice.length })
    return fc.tuple(fc.constant(fills), fc.constant(straight), shuffled)
  })
  const result = fc.check(
    fc.property(deliveries, ([fills, straight, shuffled]) => {
      assert.equal(deliver(fills, shuffled), deliver(fills, straight))
    }),
    { seed: SEED, numRuns: 60, endOnFailure: true },
  )
  assert.ok(!result.failed, `INVARIANT_SEED=${SEED}: ${result.errorInstance}\n${fc.defaultReportMessage(result)}`)
})

/** What stands after three orders whose fills, busts of them, and ends are reported in this order. */
function deliver(
  fills: readonly { readonly order: number; readonly qty: number }[],
  reports: readonly Delivery[],
): string {
  const s = openScenario()
  const ids = [0, 1, 2].map((place) => s.working({ clOrdID: `o${place}`, orderQty: 100 + place }))
  for (const [what, at] of reports) {
    const { order = at, qty = 0 } = what === 'end' ? {} : (fills[at] ?? {})
    const id = ids[order] ?? ''
    if (what === 'fill') s.fill(id, qty, 10_000, { execID: `e${at}` })
    else if (what === 'bust') s.report('TradeCancel', id, { execID: `b${at}`, execRefID: `e${at}` })
    else s.report('Canceled', id)
  }
  return s.standing()
}

/** What no order may carry, by field. */
const GARBAGE: Readonly<Record<string, readonly number[]>> = {
  orderQty: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 0, 0.5, 2 ** 53, 1e300],
  // Some instruments have prices of zero and below.
  price: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5, 2 ** 53, 1e300],
  instrument: [-5, 99_999, 2 ** 31 - 1],
  account: [-5, 99_999, 2 ** 31 - 1],
  trader: [-5, 99_999, 2 ** 31 - 1],
  strategy: [-5, 99_999, 2 ** 31 - 1],
  session: [-5, 99_999, 2 ** 31 - 1],
  venue: [-5, 99_999, 2 ** 31 - 1],
  side: [-1, 4, 2 ** 31 - 1],
  ordType: [-1, 4, 2 ** 31 - 1],
  timeInForce: [-1, 7, 2 ** 31 - 1],
  flags: [0, 2, 3, 7],
}
test('invariant 8: nothing that cannot be is approved, and no control fails over it', () => {
  const throws = fc.sample(sequences(120, 120), { seed: SEED, numRuns: 1 })[0] as readonly Throw[]
  const played = new Played()
  const good: (Command & { name: 'NewOrder' })[] = []
  for (const given of play(throws, US_EQUITY_PACK).commands) {
    const [decided] = played.execute(given)
    if (given.name === 'NewOrder' && decided?.values.outcome === APPROVE) good.push(given)
  }
  const { timeUs = 0, seq: last = 0 } = good.at(-1)?.values ?? {}
  let seq = last + 10_000
  for (const { values } of good) {
    for (const [field, wrongs] of Object.entries(GARBAGE)) {
      for (const wrong of wrongs) {
        // A price where the type has none is judged by the flags.
        if (field === 'price' && (values.flags & 1) === 0) continue
        if (field === 'flags' && wrong === values.flags) continue
        const clOrdID = `G${++seq}`
        const [decided] = played.execute(command('NewOrder', { ...values, [field]: wrong, clOrdID, seq, timeUs }))
        assert.equal(decided?.values.outcome, 0, `${field}=${wrong}`)
        assert.notEqual(decided?.values.reason, RISK_ERROR, `${field}=${wrong}`)
      }
    }
  }
  assert.ok(good.length > 3)
})
