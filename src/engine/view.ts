/** Reads of the live state. They walk tables and make objects: never on the order path. */
import { CONTROLS, hasControl } from '../model/controls.ts'
import type {
  AlgoView,
  CancelRequestView,
  CellView,
  ConfirmationView,
  EngineView,
  ExecutionSourceView,
  ExposureView,
  InstrumentView,
  LatchView,
  LimitView,
  OrderStanding,
  OrderView,
  OverrideView,
  ParentView,
  ProposalView,
  ReadinessView,
  StandingView,
  UnknownOrdersView,
} from '../model/engine-port.ts'
import { latchCoversOrder } from './controls/trading-state.ts'
import { standingOf } from './order-standing.ts'
import { readinessOf } from './readiness.ts'
import { Cell } from './state/cells.ts'
import { Row } from './state/limit-row.ts'
import type { RowVersion } from './state/limit-version.ts'
import { Metric } from './state/metrics.ts'
import { Kind } from './state/names.ts'
import { Ended, ORDER_ENDED } from './state/order-ids.ts'
import { Order, OrderMark } from './state/orders.ts'
import type { Proposal } from './state/proposals.ts'
import type { State } from './state/state.ts'
import type { Override } from './state/waivers.ts'
import { unknownSlots } from './unknown-orders.ts'
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
    return this.#state.orders.live()
  }

  get limitsVersion(): number {
    return this.#state.limitsVersion
  }

  order(slot: number, orderSeq: number): OrderView | undefined {
    const { orders } = this.#state
    if (!(slot >= 0 && slot < orders.top()) || orders.f[slot * Order.NUMS + Order.SEQ] !== orderSeq) return undefined
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
    if (slot === ORDER_ENDED) return ids.endedOf(found, Ended.INSTRUMENT)
    return slot < 0 ? -1 : orders.i[slot * Order.INTS + Order.INSTR]!
  }

  isOpen(slot: number, orderSeq: number): boolean {
    const { f, i } = this.#state.orders
    return i[slot * Order.INTS + Order.LIVE] !== 0 && f[slot * Order.NUMS + Order.SEQ] === orderSeq
  }

  standing(session: number, clOrdID: string, slot: number, orderSeq: number): StandingView | undefined {
    return standingOf(this.#state, session, clOrdID, slot, orderSeq)
  }

  decidedSeqOf(session: number, clOrdID: string): number {
    const { ids } = this.#state
    const found = ids.findText(clOrdID, session)
    return found < 0 ? 0 : ids.seqOf(found)
  }

  *orders(): Iterable<OrderView> {
    const { orders } = this.#state
    for (let slot = 0; slot < orders.top(); slot++) {
      if (orders.i[slot * Order.INTS + Order.LIVE] !== 0) yield this.#orderAt(slot)
    }
  }

  /** Id of the accepted version; an adopted order whose id was used before has none. */
  #idOf(oi: number): string {
    const { orders, ids } = this.#state
    const id = orders.i[oi + Order.ID_SLOT]!
    return id < 0 ? '' : ids.textOf(id)
  }

  #orderAt(slot: number): OrderView {
    const { orders } = this.#state
    const of = slot * Order.NUMS
    const oi = slot * Order.INTS
    return {
      orderSeq: orders.f[of + Order.SEQ]!,
      slot,
      state: orders.i[oi + Order.STATE]!,
      timeUs: orders.f[of + Order.TIME]!,
      clOrdID: this.#idOf(oi),
      session: orders.i[oi + Order.SUBJECT + 7]!,
      account: orders.i[oi + Order.SUBJECT + 5]!,
      trader: orders.i[oi + Order.SUBJECT + 4]!,
      strategy: orders.i[oi + Order.SUBJECT + 6]!,
      desk: orders.i[oi + Order.SUBJECT + 3]!,
      instrument: orders.i[oi + Order.INSTR]!,
      venue: orders.i[oi + Order.VENUE]!,
      side: orders.i[oi + Order.SIDE]!,
      ordType: orders.i[oi + Order.TYPE]!,
      timeInForce: orders.i[oi + Order.TIF]!,
      orderQty: orders.f[of + Order.QTY]!,
      cumQty: orders.f[of + Order.CUM]!,
      leavesQty: orders.f[of + Order.LEAVES]!,
      price: orders.f[of + Order.PX]!,
      openValue: orders.f[of + Order.OPENED]!,
      pendingReplaces: orders.i[oi + Order.VERSIONS]!,
      cancelRequested: orders.f[of + Order.CANCEL_SEQ]! !== 0,
      adopted: (orders.i[oi + Order.MARKS]! & OrderMark.ADOPTED) !== 0,
      triggered: (orders.i[oi + Order.MARKS]! & OrderMark.TRIGGERED) !== 0,
    }
  }

  coveredSessions(): readonly number[] {
    return this.#state.cancelsOnDisconnect.sessions()
  }

  exposure(subject: number): ExposureView {
    const { metrics } = this.#state
    const m = subject * Metric.SIZE
    return {
      gross: metrics.f[m + Metric.GROSS]!,
      long: longOf(this.#state, subject),
      short: shortOf(this.#state, subject),
      net: netOf(this.#state, subject, subject),
      executed: metrics.f[m + Metric.EXECUTED]!,
      open: metrics.f[m + Metric.OPEN]!,
      openOrders: metrics.f[m + Metric.COUNT]!,
    }
  }

  *cells(): Iterable<CellView> {
    const { cells } = this.#state
    for (let page = 0; page < cells.pages(); page++) {
      for (let place = 0; place < cells.ownersIn(page); place++) {
        const offset = (page * 8 + place) * Cell.SIZE
        const owner = cells.ownerAt(offset)
        yield {
          kind: CELL_KINDS[cells.ownerKind[owner]!]!,
          subject: cells.ownerSubject[owner]!,
          account: cells.blockAccount[cells.pageBlock[page]!]!,
          instrument: cells.pageInstrument[page]!,
          position: cells.f[offset + Cell.P]!,
          buyLeaves: cells.f[offset + Cell.B]!,
          sellLeaves: cells.f[offset + Cell.S]!,
          up: cells.f[offset + Cell.UP]!,
          down: cells.f[offset + Cell.DN]!,
        }
      }
    }
  }

  *limits(): Iterable<LimitView> {
    const { limits } = this.#state
    for (const slot of limits.inForce()) {
      const version = limits.versions[limits.i[slot * Row.INTS + Row.ID]!]!
      yield this.#limitView(version, rowUse(this.#state, slot))
    }
  }

  limitVersion(row: number): LimitView | undefined {
    const version = this.#state.limits.versions[row]
    return version === undefined ? undefined : this.#limitView(version, Number.NaN)
  }

  capitalOf(subject: number, limitsVersion: number): number | undefined {
    const base = this.#state.capital[subject] ?? 0
    return base > 0 && this.#state.limitsVersion === limitsVersion ? base : undefined
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
      phase: version.phase,
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
        releaseState: latch.releaseState,
        ended: latch.ended,
        filled: latch.filled,
        swept: latch.sweepFrom < 0,
        explained: latch.explained,
      }
    }
  }

  *ordersUnder(keys: Readonly<Record<string, number>>): Iterable<OrderView> {
    const { orders } = this.#state
    const scope = { keys: Int32Array.from(LATCH_KEYS, (key) => keys[key] ?? -1) }
    for (let slot = 0; slot < orders.top(); slot++) {
      if (orders.i[slot * Order.INTS + Order.LIVE] === 0 || !latchCoversOrder(this.#state, scope, slot)) continue
      yield this.#orderAt(slot)
    }
  }

  *executionSources(): Iterable<ExecutionSourceView> {
    const { sources, comparisons } = this.#state
    const counts = new Map<string, number>()
    const count = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)
    for (const { account, venue } of comparisons.all()) {
      count(`${account}`)
      if (venue >= 0) count(`${account}|${venue}`)
    }
    for (const pair of sources.all()) {
      const key = pair.venue < 0 ? `${pair.account}` : `${pair.account}|${pair.venue}`
      yield { ...pair, differences: counts.get(key) ?? 0 }
    }
  }

  unknownOrders(most: number, session: number): UnknownOrdersView {
    const { count, oldestUs, slots } = unknownSlots(this.#state, most, session)
    return { count, oldestUs, orders: slots.map((slot) => this.#orderAt(slot)) }
  }

  countUnder(keys: Readonly<Record<string, number>>, visit: (order: OrderStanding) => void): void {
    const { orders } = this.#state
    const { f, i } = orders
    const scope = { keys: Int32Array.from(LATCH_KEYS, (key) => keys[key] ?? -1) }
    const order = { orderSeq: 0, state: 0, session: -1, venue: -1, openValue: 0, cancelRequested: false }
    for (let slot = 0; slot < orders.top(); slot++) {
      const oi = slot * Order.INTS
      const of = slot * Order.NUMS
      if (i[oi + Order.LIVE] === 0 || !latchCoversOrder(this.#state, scope, slot)) continue
      order.orderSeq = f[of + Order.SEQ]!
      order.state = i[oi + Order.STATE]!
      order.session = i[oi + Order.SUBJECT + Kind.SESSION]!
      order.venue = i[oi + Order.VENUE]!
      order.openValue = f[of + Order.OPENED]!
      order.cancelRequested = f[of + Order.CANCEL_SEQ] !== 0
      visit(order)
    }
  }

  cancelRequests(afterSeq: number, most: number): CancelRequestView[] {
    const { orders } = this.#state
    const found: CancelRequestView[] = []
    for (let slot = 0; slot < orders.top(); slot++) {
      if (orders.f[slot * Order.NUMS + Order.CANCEL_SEQ]! <= afterSeq) continue
      const request = this.cancelRequest(slot, orders.f[slot * Order.NUMS + Order.SEQ]!)
      if (request !== undefined) found.push(request)
    }
    return found.sort((a, b) => a.seq - b.seq || a.slot - b.slot).slice(0, most)
  }

  cancelRequest(slot: number, orderSeq: number): CancelRequestView | undefined {
    const { f, i } = this.#state.orders
    const seq = f[slot * Order.NUMS + Order.CANCEL_SEQ]!
    if (seq === 0 || !this.isOpen(slot, orderSeq)) return undefined
    const oi = slot * Order.INTS
    return {
      ...{ seq, orderSeq, slot, clOrdID: this.#idOf(oi), session: i[oi + Order.SUBJECT + Kind.SESSION]! },
      ...{ latch: i[oi + Order.LATCH]!, venue: i[oi + Order.VENUE]!, instrument: i[oi + Order.INSTR]! },
    }
  }

  instrument(id: number): InstrumentView | undefined {
    const { instruments, timeUs } = this.#state
    if (!(id >= 0 && id < instruments.count)) return undefined
    const source = this.#state.market.refSource(id, timeUs, false)
    return {
      mark: instruments.mark[id]!,
      refPx: this.#state.market.refPrice(id, source),
      refSource: source,
      halted: instruments.halted[id] !== 0,
      rule201: instruments.rule201[id] !== 0,
    }
  }

  sectorOf(instrument: number): number {
    const { instruments } = this.#state
    return instrument >= 0 && instrument < instruments.count ? instruments.sector[instrument]! : -1
  }

  readiness(account: number): ReadinessView {
    return readinessOf(this.#state, account)
  }

  proposal(id: number): ProposalView | undefined {
    const proposal = this.#state.proposals.get(id)
    return proposal === undefined ? undefined : proposalView(proposal)
  }

  *proposals(): Iterable<ProposalView> {
    for (const proposal of this.#state.proposals.all()) yield proposalView(proposal)
  }

  parent(session: number, parentClOrdID: string): ParentView | undefined {
    const { parents } = this.#state
    return parents.get(parents.idOf(session, parentClOrdID))
  }

  *algos(): Iterable<AlgoView> {
    for (const [strategy, registration] of this.#state.algos.registrations) yield { strategy, ...registration }
  }

  *confirmations(): Iterable<ConfirmationView> {
    for (const { seq, session, expiresUs, confirmer, reason } of this.#state.confirmations.all()) {
      yield { confirmSeq: seq, session, expiresUs, confirmer, reason }
    }
  }

  *overrides(): Iterable<OverrideView> {
    for (const one of this.#state.overrides.all()) yield overrideView(one)
  }

  *heldOrders(): Iterable<number> {
    for (const { orderSeq } of this.#state.holds.all()) yield orderSeq
  }

  parameter(index: number): number {
    return this.#state.parameters[index]!
  }
}

function proposalView(proposal: Proposal): ProposalView {
  const { id, state, maker, checker, key, title, madeUs, expiresUs, count, hash0, hash1, next, refused } = proposal
  return {
    ...{ proposal: id, state, maker, checker, key, title, madeUs, expiresUs, lines: count },
    ...{ contentHash0: hash0, contentHash1: hash1, applied: next, refused, refusals: proposal.refusals },
    line: (line) => proposal.lines[line],
  }
}

function overrideView(given: Override): OverrideView {
  const { seq, decisionSeq, session, instrument, rows, most, expiresUs, controls0, controls1 } = given
  const { requester, requestReason, confirmer, reason } = given
  const controls = CONTROLS.map(({ index }) => index).filter((index) => hasControl(controls0, controls1, index))
  return {
    ...{ overrideSeq: seq, decisionSeq, session, instrument, controls, expiresUs },
    ...{ requester, requestReason, approver: confirmer, reason },
    rows: rows.map((row, at) => ({ row, most: most[at]! })),
  }
}
