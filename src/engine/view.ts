/** Reads of the live state. They walk tables and make objects: never on the order path. */
import type {
  CancelRequestView,
  CellView,
  EngineView,
  ExposureView,
  InstrumentView,
  LatchView,
  LimitView,
  OrderView,
} from '../model/engine-port.ts'
import { refPrice, refSource } from './market.ts'
import { B, CELL, DN, P, S, UP } from './state/cells.ts'
import { L_ROW, LI, type RowVersion } from './state/limits.ts'
import { COUNT, EXECUTED, GROSS, METRIC, OPEN } from './state/metrics.ts'
import { SESSION } from './state/names.ts'
import { ENDED_INSTRUMENT, ORDER_ENDED } from './state/order-ids.ts'
import {
  CANCEL_SEQ,
  CUM,
  ID_SLOT,
  INSTR,
  LATCH,
  LEAVES,
  LIVE,
  OF,
  OI,
  OPENED,
  ORDER_VENUE,
  PX,
  QTY,
  SEQ,
  SIDE,
  STATE,
  SUBJECT,
  TIF,
  TYPE,
  VERSIONS,
} from './state/orders.ts'
import type { State } from './state/state.ts'
import { longOf, netOf, rowUse, shortOf } from './view-rows.ts'

const CELL_KINDS = ['ACCOUNT', 'DESK', 'TRADER', 'STRATEGY'] as const
const LATCH_KEYS = [
  'firm',
  'entity',
  'client',
  'desk',
  'trader',
  'account',
  'strategy',
  'session',
  'instrument',
  'underlying',
  'assetClass',
  'sector',
  'venue',
  'side',
]

export class StateView implements EngineView {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  get seq(): number {
    return this.#state.seq
  }

  get timeUs(): number {
    return this.#state.timeUs
  }

  get openOrders(): number {
    return this.#state.orders.live
  }

  order(slot: number, orderSeq: number): OrderView | undefined {
    const { orders } = this.#state
    if (!(slot >= 0 && slot < orders.top) || orders.f[slot * OF + SEQ] !== orderSeq) return undefined
    return this.#orderAt(slot)
  }

  orderOf(session: number, clOrdID: string): OrderView | undefined {
    const { ids } = this.#state
    const found = ids.findText(clOrdID, session)
    const slot = found < 0 ? -1 : ids.orderOf(found)
    return slot < 0 ? undefined : this.#orderAt(slot)
  }

  instrumentOf(session: number, clOrdID: string): number {
    const { ids, orders } = this.#state
    const found = ids.findText(clOrdID, session)
    const slot = found < 0 ? -1 : ids.orderOf(found)
    if (slot === ORDER_ENDED) return ids.endedOf(found, ENDED_INSTRUMENT)
    return slot < 0 ? -1 : orders.i[slot * OI + INSTR]!
  }

  *orders(): Iterable<OrderView> {
    const { orders } = this.#state
    for (let slot = 0; slot < orders.top; slot++) {
      if (orders.i[slot * OI + LIVE] !== 0) yield this.#orderAt(slot)
    }
  }

  #orderAt(slot: number): OrderView {
    const { orders, ids } = this.#state
    const of = slot * OF
    const oi = slot * OI
    return {
      orderSeq: orders.f[of + SEQ]!,
      slot,
      state: orders.i[oi + STATE]!,
      clOrdID: ids.textOf(orders.i[oi + ID_SLOT]!),
      session: orders.i[oi + SUBJECT + 7]!,
      account: orders.i[oi + SUBJECT + 5]!,
      trader: orders.i[oi + SUBJECT + 4]!,
      strategy: orders.i[oi + SUBJECT + 6]!,
      desk: orders.i[oi + SUBJECT + 3]!,
      instrument: orders.i[oi + INSTR]!,
      venue: orders.i[oi + ORDER_VENUE]!,
      side: orders.i[oi + SIDE]!,
      ordType: orders.i[oi + TYPE]!,
      timeInForce: orders.i[oi + TIF]!,
      orderQty: orders.f[of + QTY]!,
      cumQty: orders.f[of + CUM]!,
      leavesQty: orders.f[of + LEAVES]!,
      price: orders.f[of + PX]!,
      openValue: orders.f[of + OPENED]!,
      pendingReplaces: orders.i[oi + VERSIONS]!,
      cancelRequested: orders.f[of + CANCEL_SEQ]! !== 0,
    }
  }

  exposure(subject: number): ExposureView {
    const { metrics } = this.#state
    const m = subject * METRIC
    return {
      gross: metrics.f[m + GROSS]!,
      long: longOf(this.#state, subject),
      short: shortOf(this.#state, subject),
      net: netOf(this.#state, subject, subject),
      executed: metrics.f[m + EXECUTED]!,
      open: metrics.f[m + OPEN]!,
      openOrders: metrics.f[m + COUNT]!,
    }
  }

  *cells(): Iterable<CellView> {
    const { cells } = this.#state
    for (let page = 0; page < cells.pages; page++) {
      for (let place = 0; place < cells.ownersIn(page); place++) {
        const offset = (page * 8 + place) * CELL
        const owner = cells.ownerAt(offset)
        yield {
          kind: CELL_KINDS[cells.ownerKind[owner]!]!,
          subject: cells.ownerSubject[owner]!,
          account: cells.blockAccount[cells.pageBlock[page]!]!,
          instrument: cells.pageInstrument[page]!,
          position: cells.f[offset + P]!,
          buyLeaves: cells.f[offset + B]!,
          sellLeaves: cells.f[offset + S]!,
          up: cells.f[offset + UP]!,
          down: cells.f[offset + DN]!,
        }
      }
    }
  }

  *limits(): Iterable<LimitView> {
    const { limits } = this.#state
    for (const slot of limits.inForce()) {
      const version = limits.versions[limits.i[slot * LI + L_ROW]!]!
      yield this.#limitView(version, rowUse(this.#state, slot))
    }
  }

  limitVersion(row: number): LimitView | undefined {
    const version = this.#state.limits.versions[row]
    return version === undefined ? undefined : this.#limitView(version, Number.NaN)
  }

  #limitView(version: RowVersion, use: number): LimitView {
    return {
      row: version.slot,
      version: version.row,
      control: version.control,
      subject: version.subject,
      objectKind: version.kind,
      object: version.object,
      hard: version.hard,
      hardForReducing: version.hardForReducing,
      soft: version.soft,
      param: version.param,
      warnBps: version.warnBps,
      action: version.action,
      mode: version.mode,
      use,
    }
  }

  *latches(): Iterable<LatchView> {
    for (const latch of this.#state.latches.active) {
      const keys: Record<string, number> = {}
      for (let key = 1; key < LATCH_KEYS.length; key++)
        if (latch.keys[key]! >= 0) keys[LATCH_KEYS[key]!] = latch.keys[key]!
      yield {
        latch: latch.id,
        state: latch.state,
        cause: latch.cause,
        principal: latch.principal,
        setSeq: latch.setSeq,
        keys,
        releaseRequestedBy: latch.releaseRequestedBy,
        swept: latch.sweepFrom < 0,
      }
    }
  }

  cancelRequests(afterSeq: number, most: number): CancelRequestView[] {
    const { orders, ids } = this.#state
    const found: CancelRequestView[] = []
    for (let slot = 0; slot < orders.top; slot++) {
      const seq = orders.f[slot * OF + CANCEL_SEQ]!
      if (orders.i[slot * OI + LIVE] === 0 || seq === 0 || seq <= afterSeq) continue
      found.push({
        seq,
        orderSeq: orders.f[slot * OF + SEQ]!,
        slot,
        clOrdID: ids.textOf(orders.i[slot * OI + ID_SLOT]!),
        session: orders.i[slot * OI + SUBJECT + SESSION]!,
        latch: orders.i[slot * OI + LATCH]!,
      })
    }
    return found.sort((a, b) => a.seq - b.seq || a.slot - b.slot).slice(0, most)
  }

  instrument(id: number): InstrumentView | undefined {
    const { instruments, timeUs } = this.#state
    if (!(id >= 0 && id < instruments.count)) return undefined
    const source = refSource(this.#state, id, timeUs, false)
    return {
      mark: instruments.mark[id]!,
      refPx: refPrice(this.#state, id, source),
      refSource: source,
      halted: instruments.halted[id] !== 0,
      rule201: instruments.rule201[id] !== 0,
    }
  }

  parameter(index: number): number {
    return this.#state.parameters[index]!
  }
}
