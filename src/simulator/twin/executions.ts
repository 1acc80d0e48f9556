/**
 * Execution reports: acknowledgements, fills, busts, corrects, and the fills of orders that nobody knows.
 */
import { reasonNumber } from '../../model/codes.ts'
import type { RulePack } from '../../model/rules.ts'
import { EXEC_TYPES, ORDER_STATES, SIDES } from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import { comparedLate, comparedReport, isOnlyCompared } from './beside.ts'
import { refused, type TwinEvent } from './events.ts'
import { abs, larger } from './exact.ts'
import { breakHold } from './held.ts'
import { latchAnew, latchItself } from './latches.ts'
import { stopLosers } from './losses.ts'
import { named } from './names.ts'
import { orderUnit } from './rates.ts'
import { setMark } from './reference.ts'
import { CHANGE, dropVersion, isExhausted } from './replace.ts'
import type { Booking, Keys, Order, State } from './state.ts'
import * as states from './state.ts'
import { isWaiting, trigger } from './triggers.ts'
import { valueAt } from './value.ts'
import { countExecution, countRefusal } from './watches.ts'

type Report = ValuesOfCommand<'ExecutionReport'>

const stateNamed = (name: (typeof ORDER_STATES)[number]) => ORDER_STATES.indexOf(name)
const APPROVED = stateNamed('APPROVED')
const WORKING = stateNamed('WORKING')
const UNKNOWN = stateNamed('UNKNOWN')
const PENDING_CANCEL = stateNamed('PENDING_CANCEL')
const FILLED = stateNamed('FILLED')
const ENDS: Readonly<Record<string, number>> = {
  Canceled: stateNamed('CANCELED'),
  Expired: stateNamed('EXPIRED'),
  DoneForDay: stateNamed('EXPIRED'),
  Rejected: stateNamed('REJECTED'),
}

/** The engine's table has room for so many. */
const PARKED_MAX = 256

/** Fields in which two reports of one execution may differ. */
const ENVELOPE = ['seq', 'timeUs', 'principal', 'transactTimeUs', 'text']

export function executionReport(state: State, report: Report, pack: RulePack): TwinEvent[] {
  const execType = EXEC_TYPES[report.execType]
  if (execType === undefined) return refused('INVALID_VALUE')
  if (execType === 'Fill') return fill(state, report, pack)
  if (execType === 'TradeCancel') return bust(state, report)
  if (execType === 'TradeCorrect') return correct(state, report)
  const order = orderOfReport(state, report)
  if (order === undefined) return refused('UNKNOWN_ORDER')
  if (!states.isLive(order)) return refused('ORDER_TERMINAL')
  if (contradicts(state, report, order)) return refused('EXEC_CONFLICT')
  const beside = comparedReport(state, report, order.keys.account, order.keys.venue)
  if (beside !== null) return beside
  return moveOrder(state, order, execType, report)
}

/** By OrderID while the order lives, else by the id of any of its versions, else by OrderID until its slot is another's. */
function orderOfReport(state: State, report: Report): Order | undefined {
  const order = orderNumbered(state, report)
  if (order !== undefined && states.isLive(order)) return order
  return states.orderNamed(state, report.owner, report.clOrdID) ?? order
}

function orderNumbered(state: State, { orderSeq, orderSlot }: Report): Order | undefined {
  if (orderSlot < 0 || state.slots.get(orderSeq) !== orderSlot) return undefined
  const isReused = [...state.slots].some(([seq, slot]) => slot === orderSlot && seq > orderSeq)
  return isReused ? undefined : state.orders.get(orderSeq)
}

/** A report that says something else than the order it names, or names two, is about neither. */
function contradicts(state: State, report: Report, { seq, keys, side }: Order): boolean {
  const named = states.orderNamed(state, report.owner, report.clOrdID)
  const differs = (said: number, own: number) => said !== -1 && said !== own
  return (
    (report.orderSeq !== 0 && report.orderSeq !== seq) ||
    (named !== undefined && named.seq !== seq) ||
    differs(report.instrument, keys.instrument) ||
    differs(report.account, keys.account) ||
    (report.side !== -1 && (SIDES[report.side] === undefined || (report.side === 0) !== (side === 0)))
  )
}

function moveOrder(state: State, order: Order, execType: string, report: Report): TwinEvent[] {
  const moved = (change: number): TwinEvent[] => [
    { name: 'OrderMoved', orderSeq: order.seq, state: order.state, change },
  ]
  const pending = order.versions.findIndex((version, index) => index > 0 && version.clOrdID === report.clOrdID)
  if (execType === 'Replaced' || execType === 'ReplaceRejected') {
    if (pending < 0) return refused('ORDER_UNKNOWN_STATE')
    makeKnown(state, order)
    if (execType === 'ReplaceRejected') {
      return [...dropVersion(state, order, report.clOrdID), ...refusedByMarket(state, order, report)]
    }
    order.versions = order.versions.slice(pending)
    if (isExhausted(state, order)) order.state = FILLED
    return moved(CHANGE.accepted)
  }
  const broken = breakHold(order)
  makeKnown(state, order)
  const end = ENDS[execType]
  if (end !== undefined) {
    order.state = end
    const ended = [...broken, ...moved(CHANGE.terminal)]
    return execType === 'Rejected' ? [...ended, ...refusedByMarket(state, order, report)] : ended
  }
  if (execType === 'CancelRejected' && order.state === PENDING_CANCEL) order.state = WORKING
  return [...broken, ...moved(CHANGE.stateOnly)]
}

function refusedByMarket(state: State, { keys }: Order, { timeUs }: Report): TwinEvent[] {
  return countRefusal(state, [keys.strategy, keys.session], timeUs)
}

/** Whatever a report says, the market knows the order. */
function makeKnown(state: State, order: Order): void {
  order.reported = true
  state.resolutions.delete(order.seq)
  if (order.state === APPROVED || order.state === UNKNOWN) order.state = WORKING
}

function fill(state: State, report: Report, pack: RulePack): TwinEvent[] {
  const repeat = repeatedExecution(state, report)
  if (repeat !== null) return repeat
  const found = orderOfReport(state, report)
  const order = found !== undefined && contradicts(state, report, found) ? undefined : found
  const said = saidWith(report, found)
  const whose = order?.keys.account ?? accountSaid(state, said)
  const beside = comparedReport(state, report, whose, order?.keys.venue ?? report.venue)
  if (beside !== null) return beside
  const place = order === undefined ? strangerOf(state, said) : { keys: order.keys, side: order.side }
  if (place === null) return refused('UNKNOWN_NAME')
  if (!isBookable(state, place.keys.instrument, report)) return refused('INVALID_VALUE')
  // What has executed was live.
  const isStop = order !== undefined && states.isLive(order) && isWaiting(order)
  const woken = isStop ? trigger(state, order, pack, report.timeUs, !isLast(order, report)) : []
  const booking = book(state, report, place.keys, place.side, order?.seq ?? 0)
  const broken = order === undefined ? [] : breakHold(order)
  const alarm = order === undefined ? 'UNKNOWN_EXECUTION' : fillOrder(state, order, report, booking.amount)
  booking.unexplained = order === undefined
  const events = [
    ...woken,
    ...broken,
    booked(report, booking, alarm),
    ...firstMark(state, booking),
    ...comparedLate(state, report),
  ]
  if (order !== undefined) {
    const counted = [...stopLosers(state, booking.keys), ...countExecution(state, booking, report.timeUs)]
    return [...events, ...counted, ...meetParked(state, booking)]
  }
  const { account, instrument } = place.keys
  const latched = latchItself(state, account, instrument, reasonNumber('UNKNOWN_EXECUTION'))
  const stopped = stopLosers(state, booking.keys)
  const counted = countExecution(state, booking, report.timeUs)
  return [...events, ...latched, ...stopped, ...counted, ...meetParked(state, booking)]
}

/** True where nothing of the order is left behind the fill. */
function isLast({ versions, cum }: Order, { lastQty }: Report): boolean {
  return versions.length === 1 && cum + BigInt(lastQty) >= (versions[0]?.orderQty ?? 0n)
}

/** Counts a fill into its order. Returns the alarm that it raises. */
function fillOrder(state: State, order: Order, report: Report, amount: bigint): string {
  const isLate = !states.isLive(order)
  const largest = order.versions.map(({ orderQty }) => orderQty).reduce(larger)
  order.cum += BigInt(report.lastQty)
  if (!isLate) {
    order.sliceQty += BigInt(report.lastQty)
    order.sliceFlow += amount
  }
  makeKnown(state, order)
  if (!isLate && isExhausted(state, order)) order.state = FILLED
  if (isLate) return 'LATE_FILL'
  if (order.cum > largest) return 'OVERFILL'
  return report.cumQty !== -1 && BigInt(report.cumQty) !== order.cum ? 'CUM_QTY_MISMATCH' : 'NONE'
}

/** What a report says, with what it leaves out taken from the order that it contradicts. */
function saidWith(report: Report, order: Order | undefined): Report {
  if (order === undefined) return report
  const { instrument, account } = order.keys
  const or = (said: number, own: number) => (said === -1 ? own : said)
  return {
    ...report,
    instrument: or(report.instrument, instrument),
    account: or(report.account, account),
    side: SIDES[report.side] === undefined ? order.side : report.side,
  }
}

function accountSaid(state: State, report: Report): number {
  return (states.subjectAt(state, 'ACCOUNT', report.account) ?? named(state, 'ACCOUNT', 'SUSPENSE'))?.id ?? -1
}

/** Of a bust or correct of an execution that is not known. */
function comparedAlone(state: State, report: Report): TwinEvent[] | null {
  if (!isOnlyCompared(state, report.session)) return null
  return comparedReport(state, report, accountSaid(state, report), report.venue)
}

/** A bust or correct of an execution that is not known. */
function park(state: State, report: Report): TwinEvent[] {
  const key = `${report.session}|${report.venue}|${report.execRefID}`
  if (report.execRefID === '' || report.execRefID === report.execID) return refused('UNKNOWN_EXEC_REF')
  const first = state.parked.get(key)
  if (first !== undefined) {
    return refused(contentOf(first.report) === contentOf(report) ? 'EXEC_DUPLICATE' : 'EXEC_CONFLICT')
  }
  if (EXEC_TYPES[report.execType] === 'TradeCorrect' && report.lastQty <= 0) return refused('INVALID_VALUE')
  if (state.parked.size >= PARKED_MAX) throw new Error('the sequences do not fill the table of parked reports')
  state.parked.set(key, { report, rolls: 0 })
  return [{ name: 'ExecutionParked' }]
}

/** What waited for this booking is carried out. */
function meetParked(state: State, booking: Booking): TwinEvent[] {
  const [source = '', venue = '', , execID = ''] = (booking.execution?.key ?? '').split('|')
  const key = `${source}|${venue}|${execID}`
  const waiting = state.parked.get(key)
  if (waiting === undefined || booking.execution === null) return []
  const { report } = waiting
  state.parked.delete(key)
  const ended = (alarm: number): TwinEvent => {
    return { name: 'ParkedEnded', source: Number(source), venue: Number(venue), execRefID: execID, alarm }
  }
  const reversed: TwinEvent = { name: 'ExecutionReversed', alarm: 0 }
  if (EXEC_TYPES[report.execType] === 'TradeCancel') {
    reverse(state, booking)
    return [ended(0), reversed, ...stopLosers(state, booking.keys)]
  }
  const { account, instrument } = booking.keys
  const isKnown = state.executions.has(keyOf(report, report.execID, state.tradeDate))
  const fault = !isBookable(state, instrument, report) ? 'INVALID_VALUE' : isKnown ? 'EXEC_CONFLICT' : null
  if (fault !== null) {
    return [ended(reasonNumber(fault)), ...latchAnew(state, account, instrument, reasonNumber(fault))]
  }
  reverse(state, booking)
  const stopped = stopLosers(state, booking.keys)
  // It counts from now on, not from when it began to wait.
  const anew = book(state, { ...report, seq: booking.seq }, booking.keys, booking.execution.side, booking.orderSeq)
  const rebooked = booked(report, { ...anew, orderSeq: 0 }, 'NONE')
  const late = [...comparedLate(state, report), ...stopped, ...stopLosers(state, anew.keys)]
  return [ended(0), reversed, rebooked, ...late, ...meetParked(state, anew)]
}

/** The firm rolled: what waited two dates in vain is given up. */
export function giveUpParked(state: State): TwinEvent[] {
  for (const [key, entry] of state.differences) if (++entry.rolls >= 2) state.differences.delete(key)
  const overdue = [...state.parked].filter(([, waiting]) => ++waiting.rolls >= 2)
  return overdue.map(([key, { report }]) => {
    state.parked.delete(key)
    const { session: source, venue, execRefID } = report
    return { name: 'ParkedEnded', source, venue, execRefID, alarm: reasonNumber('UNMATCHED_BUST') }
  })
}

/** Where a fill of an order that is not known goes: the named account or SUSPENSE, and what else is named and bound. */
function strangerOf(state: State, report: Report): { keys: Keys; side: number } | null {
  const account = states.subjectAt(state, 'ACCOUNT', accountSaid(state, report))
  if (account === undefined || state.instruments[report.instrument] === undefined) return null
  if (SIDES[report.side] === undefined) return null
  const trader = states.subjectAt(state, 'TRADER', report.trader)
  const isTrader = trader !== undefined && states.isBound(state, 'TRADER_ACCOUNT', trader.id, account.id)
  const strategy = states.subjectAt(state, 'STRATEGY', report.strategy)
  const isStrategy = strategy !== undefined && states.isBound(state, 'STRATEGY_ACCOUNT', strategy.id, account.id)
  const keys: Keys = {
    entity: account.entity,
    client: account.client,
    desk: isTrader ? trader.desk : -1,
    trader: isTrader ? trader.id : -1,
    account: account.id,
    strategy: isStrategy ? strategy.id : -1,
    session: -1,
    instrument: report.instrument,
    venue: report.venue,
  }
  return { keys, side: report.side }
}

function isBookable(state: State, instrument: number, report: Report): boolean {
  return report.lastQty > 0 && (report.lastPx > 0 || states.instrumentAt(state, instrument).mayBeNegative)
}

function bust(state: State, report: Report): TwinEvent[] {
  const booking = referred(state, report)
  if (booking === undefined) return comparedAlone(state, report) ?? park(state, report)
  const beside = comparedReport(state, report, booking.keys.account, booking.keys.venue)
  if (beside !== null) return beside
  if (booking.reversed) return refused('UNKNOWN_EXEC_REF')
  reverse(state, booking)
  return [{ name: 'ExecutionReversed', alarm: 0 }, ...stopLosers(state, booking.keys)]
}

function correct(state: State, report: Report): TwinEvent[] {
  const old = referred(state, report)
  const alone = old === undefined ? comparedAlone(state, report) : null
  if (alone !== null) return alone
  const repeat = repeatedExecution(state, report)
  if (repeat !== null) return repeat
  if (old === undefined) return park(state, report)
  const beside = comparedReport(state, report, old.keys.account, old.keys.venue)
  if (beside !== null) return beside
  if (old.reversed || old.execution === null) return refused('UNKNOWN_EXEC_REF')
  if (!isBookable(state, old.keys.instrument, report)) return refused('INVALID_VALUE')
  reverse(state, old)
  const stopped = stopLosers(state, old.keys)
  const booking = book(state, report, old.keys, old.execution.side, old.orderSeq)
  // A correct changes no order, and so its booking names none.
  const rebooked = booked(report, { ...booking, orderSeq: 0 }, 'NONE')
  const marked = [...firstMark(state, booking), ...comparedLate(state, report)]
  return [
    { name: 'ExecutionReversed', alarm: 0 },
    rebooked,
    ...marked,
    ...stopped,
    ...stopLosers(state, booking.keys),
    ...meetParked(state, booking),
  ]
}

function reverse(state: State, booking: Booking): void {
  booking.reversed = true
  booking.reversedOn = states.dateOf(state, booking.keys.account)
  booking.touched = state.tradeDate
}

/** The execution that a bust or correct speaks of. */
function referred(state: State, report: Report): Booking | undefined {
  const dates = [state.tradeDate, state.lastDate]
  const found = dates.map((date) => state.executions.get(keyOf(report, report.execRefID, date)))
  // A bust that is sent twice must not go on to another date's execution of the same name.
  return found.find((booking) => booking !== undefined)
}

function repeatedExecution(state: State, report: Report): TwinEvent[] | null {
  const first = state.executions.get(keyOf(report, report.execID, state.tradeDate))
  if (first === undefined) return null
  if (first.execution?.content === contentOf(report)) return refused('EXEC_DUPLICATE')
  const { account, instrument } = first.keys
  const latched = latchItself(state, account, instrument, reasonNumber('EXEC_CONFLICT'))
  return [...refused('EXEC_CONFLICT'), ...latched]
}

function keyOf(report: Report, execID: string, tradeDate: number): string {
  return `${report.session}|${report.venue}|${tradeDate}|${execID}`
}

function contentOf(report: Report): string {
  return JSON.stringify(
    Object.entries(report)
      .filter(([field]) => !ENVELOPE.includes(field))
      .sort(),
  )
}

function book(state: State, report: Report, keys: Keys, side: number, orderSeq: number): Booking {
  const instrument = states.instrumentAt(state, keys.instrument)
  const unit = orderUnit(state, instrument)
  const px = BigInt(report.lastPx)
  const qty = BigInt(report.lastQty)
  const key = keyOf(report, report.execID, state.tradeDate)
  const booking: Booking = {
    keys,
    qty: side === 0 ? qty : -qty,
    amount: unit === null ? 0n : valueAt(instrument, abs(px), qty, unit),
    px,
    tradeDate: state.tradeDate,
    orderSeq,
    cells: states.CELL_KINDS,
    execution: { key, content: contentOf(report), side },
    seq: report.seq,
    reversed: false,
    reversedOn: 0,
    basis: px,
    touched: state.tradeDate,
  }
  state.bookings.push(booking)
  state.executions.set(key, booking)
  return booking
}

function booked(report: Report, { keys, amount, orderSeq, execution }: Booking, alarm: string): TwinEvent {
  return {
    name: 'ExecutionBooked',
    orderSeq,
    qty: BigInt(report.lastQty),
    px: BigInt(report.lastPx),
    amount,
    instrument: keys.instrument,
    account: keys.account,
    trader: keys.trader,
    strategy: keys.strategy,
    side: execution?.side ?? -1,
    alarm: reasonNumber(alarm),
    execID: report.execID,
  }
}

function firstMark(state: State, { keys, px }: Booking): TwinEvent[] {
  return states.marketAt(state, keys.instrument).mark === null ? setMark(state, keys.instrument, px, 0) : []
}
