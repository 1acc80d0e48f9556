/**
 * The mixed flow: 55 % new, 20 % replace, 15 % cancel, 10 % fills; instruments by a Zipf law, about 5 % of the orders
 * bad in one of eight ways. Commands are written to a tape of their own before anything is timed.
 */
import * as C from '../src/model/records/commands.ts'
import { beginRecord, type Tape, writeText } from '../src/model/records/tape.ts'
import type { World } from './engine-world.ts'

/** Mulberry32: small, seeded, good enough to choose orders. */
export function prng(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Cumulative Zipf weights, for a search by bisection. */
export function zipf(count: number): Float64Array {
  const sums = new Float64Array(count)
  let sum = 0
  for (let i = 0; i < count; i++) {
    sum += 1 / (i + 1)
    sums[i] = sum
  }
  for (let i = 0; i < count; i++) sums[i] = (sums[i] as number) / sum
  return sums
}

const N = C.NEW_ORDER.at
const R = C.REPLACE_ORDER.at
const X = C.CANCEL_ORDER.at
const E = C.EXECUTION_REPORT.at

interface Open {
  id: string
  qty: number
  px: number
  side: number
  account: number
  instrument: number
  /** id of the pending replace, or of the pending cancel. */
  replace: string
  cancel: boolean
  /** Still to be approved: unknown until the engine has decided. */
  filled: number
}

export class Flow {
  readonly open: Open[] = []
  readonly #world: World
  readonly #random: () => number
  readonly #weights: Float64Array
  #ids = 0
  #execs = 0

  constructor(world: World, seed: number) {
    this.#world = world
    this.#random = prng(seed)
    this.#weights = zipf(world.instruments)
  }

  #instrument(): number {
    const at = this.#random()
    let low = 0
    let high = this.#weights.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#weights[middle] as number) < at) low = middle + 1
      else high = middle
    }
    return low
  }

  #header(tape: Tape, offset: number): void {
    tape.i32[(offset >> 2) + N.session] = this.#world.session
    tape.i32[(offset >> 2) + N.principal] = -1
  }

  /** Writes a new order; `bad` of them in 100 break something. */
  writeNew(tape: Tape, badPercent: number): number {
    const world = this.#world
    const random = this.#random
    const bad = random() * 100 < badPercent ? Math.floor(random() * 8) : -1
    // One that would meet an order of its own account: the other side of one that rests.
    const met = bad === 5 && this.open.length > 0 ? this.#pick() : undefined
    const account = met?.account ?? Math.floor(random() * world.accounts.length)
    const side = met === undefined ? (random() < 0.5 ? 0 : 1) : 1 - met.side
    const offset = beginRecord(tape, C.NEW_ORDER.type, 1, C.NEW_ORDER.shortBytes)
    this.#header(tape, offset)
    const f = offset >> 3
    const i = offset >> 2
    const id = `C${++this.#ids}`
    // Buys rest below the mid and sells above it, so that only a bad one crosses its own account's orders.
    const away = 1 + Math.floor(random() * 200)
    let px = side === 0 ? 10_000 - away : 10_000 + away
    let qty = 1 + Math.floor(random() * 400)
    let instrument = this.#instrument()
    let strategy = world.strategyOf[account] as number
    let type = 1
    if (bad === 0) qty = 6_000 + Math.floor(random() * 1_000)
    else if (bad === 1) px = side === 0 ? 10_600 : 9_400
    else if (bad === 2) qty = 0
    else if (bad === 3) instrument = -1
    else if (bad === 4) strategy = world.strategyOf[(account + 1) % world.accounts.length] as number
    else if (met !== undefined) {
      px = side === 0 ? 10_300 : 9_700
      instrument = met.instrument
    } else if (bad === 6) type = -1
    else if (bad === 7) qty = 5_001
    tape.f64[f + N.orderQty] = qty
    tape.f64[f + N.price] = px
    tape.i32[i + N.instrument] = instrument
    tape.i32[i + N.account] = world.accounts[account] as number
    tape.i32[i + N.trader] = world.traderOf[account] as number
    tape.i32[i + N.strategy] = strategy
    tape.i32[i + N.venue] = -1
    tape.i32[i + N.side] = side
    tape.i32[i + N.ordType] = type
    tape.i32[i + N.timeInForce] = 0
    tape.i32[i + N.flags] = 1
    tape.i32[i + N.locate] = -1
    writeText(tape, offset + N.clOrdID, 40, id)
    if (bad < 0) this.open.push({ id, qty, px, side, account, instrument, replace: '', cancel: false, filled: 0 })
    return offset
  }

  #pick(): Open {
    return this.open[Math.floor(this.#random() * this.open.length)] as Open
  }

  /** Writes a replace of a random open order that has none pending; a new order where none is found. */
  writeReplace(tape: Tape): number {
    const order = this.#pick()
    if (order.replace !== '' || order.cancel) return this.writeNew(tape, 0)
    const offset = beginRecord(tape, C.REPLACE_ORDER.type, 1, C.REPLACE_ORDER.bytes)
    this.#header(tape, offset)
    order.replace = `C${++this.#ids}`
    const more = order.filled + 1 + Math.floor(this.#random() * 400)
    tape.f64[(offset >> 3) + R.orderQty] = more
    const away = 1 + Math.floor(this.#random() * 200)
    tape.f64[(offset >> 3) + R.price] = order.side === 0 ? 10_000 - away : 10_000 + away
    tape.i32[(offset >> 2) + R.flags] = 1
    writeText(tape, offset + R.clOrdID, 40, order.replace)
    writeText(tape, offset + R.origClOrdID, 40, order.id)
    order.qty = Math.max(order.qty, more)
    return offset
  }

  writeCancel(tape: Tape): number {
    const order = this.#pick()
    const offset = beginRecord(tape, C.CANCEL_ORDER.type, 1, C.CANCEL_ORDER.bytes)
    this.#header(tape, offset)
    order.cancel = true
    tape.i32[(offset >> 2) + X.owner] = this.#world.session
    writeText(tape, offset + X.origClOrdID, 40, order.id)
    return offset
  }

  /** A partial fill of one lot. */
  writeFill(tape: Tape): number {
    const order = this.#pick()
    if (order.qty - order.filled < 3 || order.replace !== '') return this.writeNew(tape, 0)
    order.filled++
    return this.writeReport(tape, order.id, 1, 1, order.px)
  }

  /** An execution report of the order's venue. */
  writeReport(tape: Tape, id: string, execType: number, lastQty: number, lastPx: number): number {
    const offset = beginRecord(tape, C.EXECUTION_REPORT.type, 1, C.EXECUTION_REPORT.shortBytes)
    this.#header(tape, offset)
    const i = offset >> 2
    tape.f64[(offset >> 3) + E.lastQty] = lastQty
    tape.f64[(offset >> 3) + E.lastPx] = lastPx
    tape.f64[(offset >> 3) + E.cumQty] = -1
    tape.i32[i + E.orderSlot] = -1
    tape.i32[i + E.owner] = this.#world.session
    tape.i32[i + E.execType] = execType
    for (const at of [E.venue, E.account, E.trader, E.strategy, E.instrument, E.side]) tape.i32[i + at] = -1
    writeText(tape, offset + E.execID, 40, `E${++this.#execs}`)
    writeText(tape, offset + E.clOrdID, 40, id)
    return offset
  }

  /** One command of the mix. */
  writeMixed(tape: Tape): number {
    const at = this.#random()
    if (at < 0.55) return this.writeNew(tape, 9)
    if (at < 0.75) return this.writeReplace(tape)
    return at < 0.9 ? this.writeCancel(tape) : this.writeFill(tape)
  }

  /**
   * Reports that settle what is pending and bring the open orders back to `target`: the venue's side, which a mix of
   * orders alone leaves out. Not timed.
   */
  writeSettlement(tape: Tape, target: number): number[] {
    const offsets: number[] = []
    const keep: Open[] = []
    let surplus = this.open.length - target
    for (const order of this.open) {
      if (order.cancel || surplus > 0) {
        if (surplus > 0) surplus--
        offsets.push(this.writeReport(tape, order.id, 2, 0, 0))
        continue
      }
      if (order.replace !== '') {
        offsets.push(this.writeReport(tape, order.replace, 3, 0, 0))
        order.id = order.replace
        order.replace = ''
      }
      keep.push(order)
    }
    this.open.length = 0
    for (const order of keep) this.open.push(order)
    return offsets
  }
}
