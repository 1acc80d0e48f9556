/**
 * Parent orders and baskets: what they allow their slices, and the latch over a strategy that sends more.
 */
import { PARENTS_OF_SESSION } from '../../model/bounds.ts'
import { reasonNumber } from '../../model/codes.ts'
import { RESULTS } from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import { type Candidate, isBuy, type Measures } from './candidate.ts'
import { applied, type Decision, refused, type TwinEvent } from './events.ts'
import { floorDiv, MAX, smaller, sum } from './exact.ts'
import { BLOCKED_STATE, setLatch } from './latches.ts'
import { controlOf } from './rows.ts'
import { isBound, isLive, type Latch, type Order, type Parent, parameter, type State, subjectAt } from './state.ts'
import { leavesOfOrder, openValueOfOrder } from './value.ts'

export const B13 = controlOf('B13')
const FAIL = RESULTS.indexOf('FAIL')

export function tellParent(state: State, values: ValuesOfCommand<'Parent'>): TwinEvent[] {
  const { session, account, strategy, instrument, side, orderQty, notional, lines } = values
  const isNamed =
    subjectAt(state, 'SESSION', session) !== undefined &&
    subjectAt(state, 'STRATEGY', strategy) !== undefined &&
    (account === -1 || subjectAt(state, 'ACCOUNT', account) !== undefined) &&
    (instrument === -1 || state.instruments[instrument] !== undefined)
  if (!isNamed) return refused('UNKNOWN_NAME')
  if (account !== -1 && !isBound(state, 'SESSION_ACCOUNT', session, account)) return refused('NOT_PERMITTED')
  const isBasket = instrument === -1
  const isSound = isBasket
    ? side === -1 && orderQty === 0 && notional > 0 && lines > 0
    : side >= 0 && side <= 3 && orderQty > 0 && notional === 0 && lines === 0
  if (!isSound || values.parentClOrdID === '' || values.expireTimeUs < 0) return refused('INVALID_VALUE')
  const key = keyOf(session, values.parentClOrdID)
  const known = state.parents.get(key)
  const terms = JSON.stringify([account, strategy, instrument, side, orderQty, notional, lines, values.expireTimeUs])
  if (known !== undefined) return known.terms === terms ? applied(known.id) : refused('NAME_CONFLICT')
  const own = [...state.parents.keys()].filter((one) => one.startsWith(keyOf(session, '')))
  if (own.length >= PARENTS_OF_SESSION) return refused('PARENTS_OF_SESSION')
  const id = state.parentsMade++
  const { expireTimeUs: expireUs } = values
  const limits = { qty: BigInt(orderQty), notional: BigInt(notional), lines }
  const made = { id, terms, account, strategy, instrument, side, expireUs, tradeDate: state.tradeDate, slices: 0 }
  state.parents.set(key, { ...made, ...limits, key })
  return applied(id)
}

function keyOf(session: number, parentClOrdID: string): string {
  return `${session}|${parentClOrdID}`
}

/** The parent that an order names: none, one that is not known, or a parent. */
export function parentNamed(state: State, session: number, parentClOrdID: string): Parent | 'UNKNOWN' | null {
  const isAsked = state.parentsMade > 0 || parameter(state, 'parentsRequired') === 1n
  if (!isAsked || parentClOrdID === '') return null
  return state.parents.get(keyOf(session, parentClOrdID)) ?? 'UNKNOWN'
}

function slicesOf(state: State, parent: Parent): Order[] {
  return [...state.orders.values()].filter((order) => order.parent === parent)
}

/** Executed and open value of all slices. */
export function valueOfSlices(state: State, parent: Parent): bigint {
  return sum(slicesOf(state, parent).map((order) => order.sliceFlow + openValueOfOrder(state, order)))
}

/** Why the parent refuses the candidate at a quantity; null where it does not. */
export function parentRefusal(state: State, candidate: Candidate, m: Measures): string | null {
  const { parent, keys, now } = candidate
  if (parent === 'UNKNOWN') return 'PARENT_UNKNOWN'
  if (parent === null) return null
  const isOwn = parent.strategy === keys.strategy && (parent.account === -1 || parent.account === keys.account)
  const isInTime = parent.expireUs === 0 || now < parent.expireUs
  const isBasket = parent.instrument === -1
  const isAlike = isBasket || (parent.instrument === keys.instrument && (parent.side === 0) === isBuy(candidate))
  if (!isOwn || !isInTime || !isAlike) return 'PARENT_MISMATCH'
  if (!isBasket) {
    const used = sum(slicesOf(state, parent).map((order) => order.sliceQty + leavesOfOrder(state, order)))
    return m.leavesChange > 0n && used + m.leavesChange > parent.qty ? 'PARENT_CHILD' : null
  }
  if (candidate.order === null && parent.slices + 1 > parent.lines) return 'PARENT_CHILD'
  const most = smaller(MAX, floorDiv(parent.notional * (10_000n + parameter(state, 'basketToleranceBps')), 10_000n))
  return m.openValueChange > 0n && valueOfSlices(state, parent) + m.openValueChange > most ? 'PARENT_CHILD' : null
}

/** A strategy whose slice is no slice of its parent is blocked. */
export function stopStray(state: State, { parent, keys }: Candidate, { results }: Decision): TwinEvent[] {
  if (results[B13] !== FAIL || parent === null || parent === 'UNKNOWN') return []
  const cause = reasonNumber('PARENT_CHILD')
  const { strategy } = keys
  const isSame = (latch: Latch) => latch.cause === cause && latch.watched === strategy
  if ([...state.latches.values()].some(isSame)) return []
  const latch = setLatch(state, { strategy }, BLOCKED_STATE, cause)
  latch.watched = strategy
  const said = { latch: latch.id, subject: strategy, state: BLOCKED_STATE, cause, use: 0n }
  return [{ name: 'ControlLatched', limit: null, ...said }]
}

/** At the roll: what was told before the last date and has nothing open is forgotten. */
export function forgetParents(state: State): void {
  for (const [key, parent] of state.parents) {
    const isOpen = slicesOf(state, parent).some(isLive)
    if (!isOpen && parent.tradeDate < state.lastDate) state.parents.delete(key)
  }
}
