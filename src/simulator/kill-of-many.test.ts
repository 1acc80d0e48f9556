/**
 * Ten thousand resting orders of one desk are killed while another desk goes on trading: the kill itself takes one command,
 * its cancels are asked for in rounds of bounded work, each once, and a restart goes on where the rounds were.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createEngine, type Engine } from '../engine/engine.ts'
import { DEMO_SIZES, SWEEP_ORDERS } from '../model/bounds.ts'
import { RequestError } from '../model/errors.ts'
import { kill } from '../model/parse/kill.ts'
import { newOrder } from '../model/parse/new-order.ts'
import { KILL, KILL_SWEEP, NEW_ORDER } from '../model/records/commands.ts'
import { CANCEL_REQUESTED, FIRST_EVENT, ORDER_DECIDED } from '../model/records/events.ts'
import { decode, encode, type RecordLayout } from '../model/records/schema.ts'
import { lengthAt, Tape, typeAt } from '../model/records/tape.ts'
import { OUTCOMES } from '../model/vocabulary.ts'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'
import { Sequencer } from '../sequencer/sequencer.ts'
import { HandClock, HandTimer, MemoryJournal, type TakenBlock } from './made-up-world.ts'
import { RestGate } from './rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from './small-firm.ts'

const SIZES = { ...DEMO_SIZES, orders: 1 << 14, idsPerDay: 1 << 15, executionsPerDay: 1 << 8 }
const KILLED_ORDERS = 10_000
/** Of ten orders one is the other desk's. */
const OTHERS = 1_000
const APPROVE = OUTCOMES.indexOf('APPROVE')
const SCOPES = ['ACCOUNT:ACC-7', 'ACCOUNT:ACC-8', 'TRADER:T-3', 'TRADER:T-9', 'DESK:CASH-EQ', 'DESK:OTHER', 'FIRM:ACME']
const LIMITS = ['MAX_ORDER_QTY', 'MAX_ORDER_NOTIONAL', 'DAILY_GROSS', 'PORTFOLIO_GROSS', 'INTRADAY_NET']

interface Entry {
  readonly type: number
  readonly seq: number
  readonly events: readonly { readonly type: number; readonly values: Record<string, number | string> }[]
}

function entriesOf(blocks: readonly TakenBlock[]): readonly Entry[] {
  return blocks.flatMap(({ bytes }) => {
    const tape = tapeOf(bytes)
    const entries: Entry[] = []
    for (let at = 0; at < bytes.length; at += lengthAt(tape, at)) {
      const type = typeAt(tape, at)
      if (type < FIRST_EVENT) entries.push({ type, seq: tape.f64[(at >> 3) + KILL_SWEEP.at.seq] as number, events: [] })
      else if (type === CANCEL_REQUESTED.type || type === ORDER_DECIDED.type) {
        const layout: RecordLayout = type === ORDER_DECIDED.type ? ORDER_DECIDED : CANCEL_REQUESTED
        const events = entries.at(-1)?.events as { type: number; values: Record<string, number | string> }[]
        events.push({ type, values: decode(tape, at, layout) })
      }
    }
    return entries
  })
}

function tapeOf(bytes: Uint8Array): Tape {
  const tape = Tape.ofBytes(bytes.length + 8)
  tape.u8.set(bytes)
  tape.end = bytes.length
  return tape
}

const requestsIn = (entries: readonly Entry[]) =>
  entries.flatMap(({ events }) =>
    events.filter(({ type }) => type === CANCEL_REQUESTED.type).map(({ values }) => values),
  )
const approvedIn = (entries: readonly Entry[]) =>
  entries.filter(({ events }) => events.some(({ values }) => values.outcome === APPROVE)).map(({ seq }) => seq)

describe('a kill of ten thousand orders', () => {
  let gate: RestGate
  let ids = 0
  const killed = new Set<number>()
  const others = new Set<number>()
  const seqAt = (tape: Tape, at: number) => tape.f64[(at >> 3) + NEW_ORDER.at.seq] as number

  /** Sends an order of a desk; settles with its sequence number. */
  const order = (trader: 'T-3' | 'T-9') =>
    new Promise<number>((settle, fail) => {
      const words = { ...GOOD_ORDER, orderQty: '100', price: '1600', trader, clOrdID: `M-${++ids}` }
      const sender = { session: gate.engine.directory.idOf('SESSION', 'ems-1'), principal: -1 }
      const made = newOrder(words as never, gate.engine.directory, sender, 0)
      if (made instanceof RequestError) return fail(made)
      gate.sequencer.submit({
        write: (tape) => encode(tape, NEW_ORDER, made.values),
        onDurable: (tape, at) => settle(seqAt(tape, at)),
        onFailure: fail,
      })
    })
  const killDesk = (onDurable: () => void) => {
    const made = kill({ desk: 'CASH-EQ', reason: 'test' } as never, gate.engine.directory, {
      session: -1,
      principal: -1,
    })
    if (made instanceof RequestError) throw made
    gate.sequencer.submit({
      first: true,
      write: (tape) => encode(tape, KILL, made.values),
      onDurable,
      onFailure: (fault) => assert.fail(fault),
    })
  }

  before(async () => {
    gate = await RestGate.start({ sizes: SIZES })
    await tellSmallFirm(gate)
    const tell = async (path: string, rows: readonly object[]) => {
      const { body } = await gate.send('ops-1', 'POST', path, rows)
      assert.equal(body.applied, rows.length, JSON.stringify(body))
    }
    await tell('/hierarchy', [
      { kind: 'DESK', name: 'OTHER' },
      { kind: 'TRADER', name: 'T-9', desk: 'OTHER' },
    ])
    await tell('/bindings', [
      { kind: 'TRADER_ACCOUNT', trader: 'T-9', account: 'ACC-7', allow: true },
      { kind: 'SESSION_TRADER', session: 'ems-1', trader: 'T-9', allow: true },
    ])
    await tell('/limits', [
      ...SCOPES.flatMap((subject) => LIMITS.map((control) => ({ control, subject, hard: 'UNLIMITED' }))),
      { control: 'SECTOR_CONCENTRATION', subject: 'FIRM:ACME', object: 'SECTOR:*', hard: 'UNLIMITED' },
      { control: 'PRICE_COLLAR', subject: 'FIRM:ACME', object: 'ASSET_CLASS:EQUITY', hard: '5000', bandTicks: '5' },
    ])
    const sent = Array.from({ length: KILLED_ORDERS + OTHERS }, async (_, at) => {
      const isOther = at % ((KILLED_ORDERS + OTHERS) / OTHERS) === 0
      const seq = await order(isOther ? 'T-9' : 'T-3')
      const into = isOther ? others : killed
      into.add(seq)
    })
    await Promise.all(sent)
    assert.deepEqual([killed.size, others.size, gate.engine.view.openOrders], [KILLED_ORDERS, OTHERS, 11_000])
  })
  after(() => gate.close())

  let blocksBefore = 0

  test('is durable before it is answered, and asks for nothing by itself', async () => {
    blocksBefore = gate.journal.blocks.length
    gate.journal.hold()
    let answered = false
    killDesk(() => {
      answered = true
    })
    await turn()
    assert.deepEqual([gate.journal.isHolding, answered], [true, false])
    const [entry] = entriesOf(gate.journal.blocks.slice(blocksBefore))
    assert.deepEqual([entry?.type, entry?.events], [KILL.type, []])
    // From here on each block is durable when a test lets it be.
    gate.journal.release()
    await turn()
    assert.equal(answered, true)
  })

  test('lets another desk trade between any two rounds, and asks for each cancel once', async () => {
    let goesOn = true
    let decided = 0
    // One order is always waiting: its answer sends the next one.
    const trading = (async () => {
      while (goesOn) {
        others.add(await order('T-9'))
        decided++
      }
    })()
    while (gate.engine.nextSweep() !== null) {
      if (gate.journal.isHolding) gate.journal.release()
      await turn()
    }
    goesOn = false
    while (gate.journal.isHolding || gate.sequencer.waiting > 0) {
      if (gate.journal.isHolding) gate.journal.release()
      await turn()
    }
    await trading

    const entries = entriesOf(gate.journal.blocks.slice(blocksBefore))
    const rounds = entries.flatMap(({ type }, at) => (type === KILL_SWEEP.type ? [at] : []))
    for (const at of rounds) assert.ok(requestsIn(entries.slice(at, at + 1)).length <= SWEEP_ORDERS)
    const between = rounds.slice(1).map((at, round) => entries.slice((rounds[round] as number) + 1, at))
    // Of two blocks on their way one is filled while the other is written: an order waits in every second one at least.
    for (let at = 0; at + 1 < between.length; at++) {
      const some = [...(between[at] as Entry[]), ...(between[at + 1] as Entry[])]
      assert.ok(approvedIn(some).length > 0, `between rounds ${at} and ${at + 2}`)
    }
    assert.ok(decided >= rounds.length / 2, `${decided} orders in ${rounds.length} rounds`)
    const slots = KILLED_ORDERS + OTHERS + approvedIn(entries.slice(0, rounds.at(-1))).length
    assert.equal(rounds.length, Math.ceil(slots / SWEEP_ORDERS))

    const asked = requestsIn(entries).map(({ orderSeq }) => orderSeq as number)
    assert.equal(asked.length, KILLED_ORDERS, 'each once')
    assert.deepEqual(new Set(asked), killed, 'and of no other desk')
  })

  test('goes on where it was after a restart in the middle of it', async () => {
    const blocks = gate.journal.blocks
    const sweeps = blocks.flatMap((block, at) => (entriesOf([block])[0]?.type === KILL_SWEEP.type ? [at] : []))
    const middle = sweeps[Math.floor(sweeps.length / 2)] as number
    const kept = blocks.slice(0, middle + 1)
    const engine = recovered(kept)
    const next = engine.nextSweep()
    assert.ok(next !== null && next.fromSlot > 0, 'it stands in the middle')
    const before = requestsIn(entriesOf(kept)).length
    assert.equal(engine.view.cancelRequests(0, 20_000).length, before, 'what was asked for is still asked for')

    const journal = new MemoryJournal()
    const last = kept.at(-1) as TakenBlock
    const sequencer = new Sequencer({
      ...{ engine, journal, clock: new HandClock(), timer: new HandTimer() },
      ...{ lastSeq: last.lastSeq, lastTimeUs: last.lastTimeUs },
      report: () => {},
      onFatal: (cause) => assert.fail(String(cause)),
    })
    while (engine.nextSweep() !== null) await turn()
    await sequencer.close()
    const asked = requestsIn([...entriesOf(kept), ...entriesOf(journal.blocks)]).map(({ orderSeq }) => orderSeq)
    assert.deepEqual([asked.length, new Set(asked).size], [KILLED_ORDERS, KILLED_ORDERS])
    assert.equal(engine.view.cancelRequests(0, 20_000).length, KILLED_ORDERS)
  })
})

/** An engine that applied what the blocks hold, as a start does. */
function recovered(blocks: readonly TakenBlock[]): Engine {
  const engine = createEngine({ sizes: SIZES, rules: US_EQUITY_PACK, hashSeed: 7 })
  for (const { bytes } of blocks) {
    const tape = tapeOf(bytes)
    for (let at = 0; at < bytes.length; ) at = engine.apply(tape, at)
  }
  return engine
}
