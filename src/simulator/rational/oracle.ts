/**
 * The rational oracle: nothing rounded, so it proves the rounding itself. An approve means that the true exposure is
 * within every enforced limit in money, or did not rise; a refusal by such a limit means that the true exposure, and one
 * ledger unit for each order, fill and position in it, is beyond the limit.
 */
import { controlAt } from '../../model/controls.ts'
import { OUTCOMES } from '../../model/vocabulary.ts'
import { type Command, inWords } from '../commands/command.ts'
import type { Decision, EvaluatedRow } from '../twin/events.ts'
import { isOfSeveralEntities } from '../twin/exposure.ts'
import * as rows from '../twin/rows.ts'
import type { Limit, Name, State, Version } from '../twin/state.ts'
import { type Booking, isLive, type Keys, liveOrders, type Order, orderNamed, parameter } from '../twin/state.ts'
import * as exposure from './exposure.ts'
import { type Fraction, inDecimals, isOver, plus, whole, ZERO } from './fraction.ts'
import { dearestPx, perUnit, worthOf } from './worth.ts'

const APPROVE = OUTCOMES.indexOf('APPROVE')
const PRICE_GIVEN = 1
const STOP_GIVEN = 2

type Judged = Command & { name: 'NewOrder' | 'ReplaceOrder' | 'Evaluate' }

interface Weighed {
  readonly before: exposure.Holdings
  readonly after: exposure.Holdings
  readonly added: exposure.OpenOrder
  readonly keys: Keys
  readonly side: number
}

export class RationalOracle {
  readonly #state: State
  /** Unrounded valuation price of every approved version. */
  readonly #prices = new Map<Version, Fraction>()
  readonly #flows = new Map<Booking, Fraction>()
  checked = 0

  /** Watches the state of a twin: the oracle takes orders, fills and marks from it, and no sum. */
  constructor(state: State) {
    this.#state = state
  }

  /**
   * To be called before the command is carried out: keeps what the decision must be weighed against.
   * Returns the function that checks the decision, and that must be called after it.
   */
  watch(given: Command): (decision: Decision) => void {
    if (given.name !== 'NewOrder' && given.name !== 'ReplaceOrder' && given.name !== 'Evaluate') return () => {}
    const before = this.#holdings()
    return (decision) => this.#check(given, decision, before)
  }

  /** To be called after every command. */
  note(): void {
    const { bookings } = this.#state
    for (let index = this.#flows.size; index < bookings.length; index++) {
      const booking = bookings[index] as Booking
      this.#flows.set(booking, booking.execution === null ? ZERO : this.#flowOf(booking))
    }
  }

  #flowOf(booking: Booking): Fraction {
    const instrument = this.#state.instruments[booking.keys.instrument]
    const rate = instrument && this.#state.currencies.get(instrument.currency)?.frozen
    if (!instrument || !rate) return ZERO
    const px = whole(booking.px < 0n ? -booking.px : booking.px)
    const qty = booking.qty < 0n ? -booking.qty : booking.qty
    return worthOf(instrument, px, qty, perUnit(this.#state, instrument, rate, rate.haircutBps))
  }

  #holdings(): exposure.Holdings {
    const open = liveOrders(this.#state).map((order) => this.#openOrder(order))
    return { state: this.#state, open, flows: new Map([...this.#flows].filter(([booking]) => !booking.reversed)) }
  }

  #openOrder({ keys, side, cum, versions }: Order): exposure.OpenOrder {
    const priced = versions.map((version) => ({ version, px: this.#prices.get(version) ?? whole(version.v) }))
    return { keys, side, cum, versions: priced }
  }

  #check(given: Judged, decision: Decision, before: exposure.Holdings): void {
    if (decision.valuationPx === 0n) return
    const weighed = this.#weigh(given, decision, before)
    if (weighed === null) return
    this.checked++
    for (const row of decision.rows) this.#checkRow(given, row, weighed)
    if (decision.outcome === APPROVE && given.name !== 'Evaluate') this.#remember(given, weighed)
  }

  /** The holdings as they would be with the judged version in them. */
  #weigh(given: Judged, decision: Decision, before: exposure.Holdings): Weighed | null {
    const replaced = given.name === 'ReplaceOrder' ? this.#state.orders.get(decision.orderSeq) : undefined
    if (given.name === 'ReplaceOrder' && (replaced === undefined || !isLive(replaced))) return null
    const keys = given.name === 'ReplaceOrder' ? (replaced as Order).keys : keysOf(this.#state, given)
    const source = given.name === 'ReplaceOrder' ? (replaced as Order) : given.values
    const { flags } = given.values
    const limitPx = flags & PRICE_GIVEN ? BigInt(given.values.price) : null
    const order = {
      side: source.side,
      ordType: source.ordType,
      price: limitPx ?? decision.protectionPx,
      stopPx: flags & STOP_GIVEN ? BigInt(given.values.stopPx) : null,
    }
    const instrument = this.#state.instruments[keys.instrument]
    if (instrument === undefined) return null
    const px = dearestPx(instrument, order, decision.refPx, parameter(this.#state, 'marketBufferBps'))
    const unit = { n: decision.unitN, d: decision.unitD }
    const version: Version = {
      clOrdID: given.values.clOrdID,
      orderQty: BigInt(given.values.orderQty),
      price: limitPx,
      stopPx: order.stopPx,
      v: decision.valuationPx,
      unit,
    }
    const old = before.open.find((open) => open.keys === replaced?.keys)
    const versions = [...(old?.versions ?? []), { version, px }]
    const added = { keys, side: source.side, cum: old?.cum ?? 0n, versions }
    const others = before.open.filter((open) => open !== old)
    return { before, after: { ...before, open: [...others, added] }, added, keys, side: source.side }
  }

  #checkRow(given: Judged, row: EvaluatedRow, weighed: Weighed): void {
    const { limit } = row
    const subject = this.#state.subjects[limit.subject] as Name
    const before = useOf(weighed, weighed.before, subject, limit, given)
    const after = useOf(weighed, weighed.after, subject, limit, given)
    if (before === null || after === null) return
    const hard = this.#hardOf(row, given.values.timeUs)
    if (hard === null) return
    const say = (claim: string) => {
      const uses = `true use ${inDecimals(before.value)} -> ${inDecimals(after.value)}, hard ${inDecimals(hard)}`
      const what = `${controlAt(limit.control).code} ${rows.limitKey(limit)} (${row.before} -> ${row.after})`
      throw new Error(`seq ${given.values.seq}: ${claim}: ${what}: ${uses}, terms ${after.terms}: ${inWords(given)}`)
    }
    // Within one ledger unit a row cannot tell "as before" from "a little more": both are rounded.
    const asBefore = !isOver(after.value, plus(before.value, whole(1n)))
    if (!row.failed && isOver(after.value, hard) && !asBefore) say('passed over the limit')
    const isFar = isOver(plus(after.value, whole(BigInt(after.terms))), hard)
    if (row.failed && !isFar) say('failed within the limit')
  }

  /** Hard level in ledger units, the kinder one to what the row said; null where it has none to go by. */
  #hardOf({ limit, failed }: EvaluatedRow, nowUs: number): Fraction | null {
    if (limit.control !== rows.D08) {
      return whole(limit.hardForReducing > limit.hard && !failed ? limit.hardForReducing : limit.hard)
    }
    const capital = this.#state.capitals.get(limit.subject)
    if (capital === undefined || !rows.isFresh(this.#state, capital.asOfUs, nowUs)) return null
    return { n: limit.hard * capital.base, d: 10_000n }
  }

  #remember(given: Judged, { added }: Weighed): void {
    const order = orderNamed(this.#state, given.values.session, given.values.clOrdID)
    const version = order?.versions.find(({ clOrdID }) => clOrdID === given.values.clOrdID)
    const px = added.versions.at(-1)?.px
    if (version !== undefined && px !== undefined) this.#prices.set(version, px)
  }
}

function keysOf(state: State, { values }: Command & { name: 'NewOrder' | 'Evaluate' }): Keys {
  const { entity, client } = state.subjects[values.account] as Name
  const { desk } = state.subjects[values.trader] as Name
  const { account, trader, strategy, session, instrument, venue } = values
  return { entity, client, desk, trader, account, strategy, session, instrument, venue }
}

/** True use of a row in money; null for another row. */
function useOf(
  { added, keys, side }: Weighed,
  held: exposure.Holdings,
  subject: Name,
  limit: Limit,
  given: Judged,
): exposure.Use | null {
  switch (limit.control) {
    case rows.B02: {
      const instrument = held.state.instruments[keys.instrument]
      const last = added.versions.at(-1)
      if (instrument === undefined || last === undefined) return null
      const isBefore = !held.open.includes(added)
      const qty = isBefore ? 0n : BigInt(given.values.orderQty)
      return { value: worthOf(instrument, last.px, qty, last.version.unit), terms: isBefore ? 0 : 1 }
    }
    case rows.D02:
      return exposure.netUse(held, subject, limit, keys, side, isOfSeveralEntities(held.state, subject))
    case rows.D03: {
      const open = exposure.openUse(held, subject, limit, keys)
      const executed = exposure.executedUse(held, subject, limit, keys)
      return { value: plus(open.value, executed.value), terms: open.terms + executed.terms }
    }
    case rows.D05:
    case rows.D08:
      return exposure.grossUse(held, subject, limit, keys)
    case rows.D06:
      return exposure.openUse(held, subject, limit, keys)
    default:
      return null
  }
}
