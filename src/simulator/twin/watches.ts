/**
 * Rows that watch executions and refusals: what they count, and the latch that a row over its limit sets over its subject.
 */
import { reasonNumber } from '../../model/codes.ts'
import { CONTROLS } from '../../model/controls.ts'
import { type Candidate, isBuy } from './candidate.ts'
import type { TwinEvent } from './events.ts'
import { abs, ceilDiv, larger, MAX, smaller } from './exact.ts'
import type { Watched } from './kept.ts'
import { BLOCKED_STATE, setLatch } from './latches.ts'
import { referenceAt } from './reference.ts'
import { B04, C03, C06, isWaived, keepNewest, limitKey, matchingRows, messagesIn } from './rows.ts'
import { type Booking, instrumentAt, type Latch, type Limit, marketAt, type Name, type State } from './state.ts'

const BOTH_SIDES = 1n

/** The watch of a row, in the instrument where the row has one. */
function watchOf(state: State, limit: Limit, instrument: number): Watched {
  const key = `${limitKey(limit)}|${limit.objectKind === 0 ? '' : instrument}`
  const none: Watched = { buys: 0n, sells: 0n, startUs: null, ref: 0n, dev: [0n, 0n], qty: [0n, 0n] }
  const watch = state.watches.get(key) ?? none
  state.watches.set(key, watch)
  return watch
}

/** Counts an execution; returns what the rows do that it takes over their limit. */
export function countExecution(state: State, { keys, qty, px }: Booking, now: number): TwinEvent[] {
  return matchingRows(state, keys).flatMap(({ limit }) => {
    const watch = watchOf(state, limit, keys.instrument)
    if (limit.control === B04) moveWindow(state, watch, limit, keys.instrument, qty, px, now)
    if (limit.control !== C03) return []
    if (qty > 0n) watch.buys++
    else watch.sells++
    const count = executionsOf(watch, limit, qty > 0n)
    return trip(state, limit, count - 1n, count)
  })
}

function executionsOf({ buys, sells }: Watched, { param }: Limit, isBuying: boolean): bigint {
  if (param === BOTH_SIDES) return buys + sells
  return isBuying ? buys : sells
}

export function repeatedExecutions(state: State, candidate: Candidate, limit: Limit): bigint {
  return executionsOf(watchOf(state, limit, candidate.keys.instrument), limit, isBuy(candidate))
}

function moveWindow(
  state: State,
  watch: Watched,
  limit: Limit,
  instrument: number,
  qty: bigint,
  px: bigint,
  now: number,
): void {
  if (watch.startUs === null || now - watch.startUs >= Number(limit.param)) {
    const { mark } = marketAt(state, instrument)
    const ref = referenceAt(state, instrument, now)?.px ?? mark ?? px
    Object.assign(watch, { startUs: now, ref, dev: [0n, 0n], qty: [0n, 0n] })
  }
  const side = qty > 0n ? 0 : 1
  const held = (sum: bigint) => larger(-MAX, smaller(MAX, sum))
  // What is sold is negative, and beyond the reference where it is below.
  const beyond = ceilDiv((px - watch.ref) * qty, unitOf(state, instrument))
  watch.dev[side] = held(watch.dev[side] + held(beyond))
  watch.qty[side] = held(watch.qty[side] + abs(qty))
}

/** How far the executions of the candidate's side are from the reference, in bps. */
export function movedBps(state: State, candidate: Candidate, limit: Limit): bigint {
  const watch = watchOf(state, limit, candidate.keys.instrument)
  const side = isBuy(candidate) ? 0 : 1
  const dev = watch.dev[side]
  if (watch.startUs === null || candidate.now - watch.startUs >= Number(limit.param) || dev <= 0n) return 0n
  return watch.ref === 0n
    ? MAX
    : smaller(MAX, ceilDiv(dev * 10_000n * unitOf(state, candidate.keys.instrument), abs(watch.ref) * watch.qty[side]))
}

/** Counts a refusal at strategy and session; returns what the rows do that it takes over their limit. */
export function countRefusal(state: State, subjects: readonly number[], now: number): TwinEvent[] {
  const rows = [...state.limits.values()].filter(
    ({ control, subject }) => control === C06 && subjects.includes(subject),
  )
  const place = ({ subject }: Limit) => (state.subjects[subject]?.kind === 'SESSION' ? 0 : 1)
  rows.sort((a, b) => place(a) - place(b))
  return rows.flatMap((limit) => {
    const before = messagesIn(limit, now)
    limit.stamps.push(now)
    keepNewest(limit)
    return trip(state, limit, before, messagesIn(limit, now))
  })
}

function trip(state: State, limit: Limit, before: bigint, after: bigint): TwinEvent[] {
  if (after <= limit.hard) return []
  const cause = reasonNumber(CONTROLS[limit.control]?.code ?? '')
  if (isWaived(limit)) {
    return before > limit.hard ? [] : [{ name: 'LimitBreached', limit, use: limit.hard, reason: cause }]
  }
  const isSame = (latch: Latch) => latch.cause === cause && latch.watched === limit.subject
  if ([...state.latches.values()].some(isSame)) return []
  const { kind, id } = state.subjects[limit.subject] as Name
  const field = kind === 'SESSION' ? 'sessionScope' : kind.toLowerCase()
  const latch = setLatch(state, kind === 'FIRM' ? {} : { [field]: id }, BLOCKED_STATE, cause)
  latch.watched = limit.subject
  return [{ name: 'ControlLatched', limit, latch: latch.id, subject: id, state: BLOCKED_STATE, cause, use: limit.hard }]
}

/** Quantity units in one. */
function unitOf(state: State, instrument: number): bigint {
  return 10n ** BigInt(instrumentAt(state, instrument).qd)
}
