/**
 * Latches: which cover an order, whether they let it pass, and the commands that set, sweep and release them.
 */
import { reasonNumber } from '../../model/codes.ts'
import { type NameKind, ORDER_STATES, TRADING_STATES } from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import { type Candidate, isRetreat, leavesChange, reduces } from './candidate.ts'
import { applied, refused, type TwinEvent } from './events.ts'
import { cellOf, type Snapshot } from './exposure.ts'
import { endHold } from './held.ts'
import { genesis, hasDuty } from './names.ts'
import { isHeldBack } from './readiness.ts'
import {
  type CellKind,
  instrumentAt,
  type Keys,
  type Latch,
  liveOrders,
  nameAt,
  type Order,
  type State,
} from './state.ts'
import { restartWatches } from './watches-forgotten.ts'

const KEYS = {
  entity: 'ENTITY',
  client: 'CLIENT',
  desk: 'DESK',
  trader: 'TRADER',
  account: 'ACCOUNT',
  strategy: 'STRATEGY',
  sessionScope: 'SESSION',
  instrument: 'INSTRUMENT',
  underlying: 'INSTRUMENT',
  assetClass: 'ASSET_CLASS',
  sector: 'SECTOR',
  venue: 'VENUE',
} as const satisfies Record<string, NameKind>
type Key = keyof typeof KEYS

const CANCELED = ORDER_STATES.indexOf('CANCELED')
const UNKNOWN = ORDER_STATES.indexOf('UNKNOWN')
const FILLED = ORDER_STATES.indexOf('FILLED')
const UNKNOWN_EXECUTION = reasonNumber('UNKNOWN_EXECUTION')
const NOTHING_YET = { explained: false, swept: false, ended: 0, filled: 0 }

const [, REDUCE_ONLY, BLOCKED, KILLED] = TRADING_STATES.map((_, index) => index) as [number, number, number, number]
export const BLOCKED_STATE = BLOCKED

/** The cell that REDUCE_ONLY is judged on, by the narrowest of these keys that the latch has. */
const CELL_BY_KEY: readonly (readonly [Key, CellKind])[] = [
  ['strategy', 'STRATEGY'],
  ['trader', 'TRADER'],
  ['desk', 'DESK'],
]

export function covers(state: State, latch: Latch, keys: Keys, side: number): boolean {
  const { underlying, assetClass, sector } = instrumentAt(state, keys.instrument)
  const own: Record<Key, number> = { ...keys, sessionScope: keys.session, underlying, assetClass, sector }
  const sideKey = latch.keys.side ?? -1
  if (sideKey !== -1 && sideKey !== (side === 0 ? 0 : 1)) return false
  return (Object.keys(KEYS) as Key[]).every((key) => {
    const wanted = latch.keys[key] ?? -1
    // An order without a venue may go to the one that is latched.
    return wanted === -1 || wanted === own[key] || (key === 'venue' && own.venue === -1)
  })
}

/** The reason for which the latches refuse the candidate; null where they let it pass. */
export function latchRefusal(state: State, snap: Snapshot, candidate: Candidate): string | null {
  const latches = [...state.latches.values()].filter((latch) => covers(state, latch, candidate.keys, candidate.side))
  const worst = Math.max(0, ...latches.map((latch) => latch.state))
  if (worst === KILLED) return 'KILLED'
  if (isRetreat(candidate)) return null
  if (worst === BLOCKED) return 'BLOCKED'
  if (!candidate.restates && isHeldBack(state, candidate.keys.account)) return 'ACCOUNT_NOT_READY'
  if (worst === 0) return null
  const change = leavesChange(state, candidate, candidate.orderQty)
  return latches.every((latch) => reduces(cellOf(snap, cellKindOf(latch), candidate.keys), candidate, change))
    ? null
    : 'REDUCE_ONLY'
}

function cellKindOf(latch: Latch): CellKind {
  return CELL_BY_KEY.find(([key]) => (latch.keys[key] ?? -1) !== -1)?.[1] ?? 'ACCOUNT'
}

export function kill(state: State, values: ValuesOfCommand<'Kill'>): TwinEvent[] {
  for (const key of Object.keys(KEYS) as Key[]) {
    if (values[key] !== -1 && !isKnown(state, KEYS[key], values[key])) return refused('UNKNOWN_NAME')
  }
  const isState = values.state >= REDUCE_ONLY && values.state <= KILLED
  if (!isState || ![-1, 0, 1].includes(values.side)) return refused('INVALID_VALUE')
  const keys = Object.fromEntries([...Object.keys(KEYS), 'side'].map((key) => [key, values[key as Key]]))
  return applied(setLatch(state, keys, values.state, 0).id)
}

function isKnown(state: State, kind: NameKind, id: number): boolean {
  return kind === 'INSTRUMENT' ? state.instruments[id] !== undefined : nameAt(state, kind, id) !== undefined
}

export function setLatch(state: State, keys: Record<string, number>, latchState: number, cause: number): Latch {
  const id = ++state.latchesMade
  const latch: Latch = { id, state: latchState, cause, keys, requestedBy: -1, requestedState: -1, ...NOTHING_YET }
  state.latches.set(id, latch)
  return latch
}

/** The latch that the engine sets by itself over an account's instrument, unless the same one stands. */
export function latchItself(state: State, account: number, instrument: number, cause: number): TwinEvent[] {
  const isSame = ({ cause: other, keys }: Latch) =>
    other === cause && keys.account === account && keys.instrument === instrument
  const standing = [...state.latches.values()].filter(isSame)
  // There is something new to explain, of which who asked for a release did not know.
  if (cause === UNKNOWN_EXECUTION)
    for (const latch of standing) Object.assign(latch, { explained: false, requestedBy: -1 })
  if (standing.length > 0) return []
  const latch = setLatch(state, { account, instrument }, BLOCKED, cause)
  return [{ name: 'LatchSet', latch: latch.id, account, instrument, state: BLOCKED, cause }]
}

/** A latch that the engine sets by itself whatever stands. */
export function latchAnew(state: State, account: number, instrument: number, cause: number): TwinEvent[] {
  const latch = setLatch(state, { account, instrument }, BLOCKED, cause)
  return [{ name: 'LatchSet', latch: latch.id, account, instrument, state: BLOCKED, cause }]
}

/** The firm begins, in production with the latch of one that has not been opened yet. */
export function beginFirm(state: State, values: ValuesOfCommand<'Genesis'>): TwinEvent[] {
  const said = genesis(state, values)
  if (said[0]?.name !== 'Applied' || values.profile === 0) return said
  const cause = reasonNumber('FIRM_NOT_OPENED')
  const latch = setLatch(state, {}, BLOCKED, cause)
  return [...said, { name: 'LatchSet', latch: latch.id, account: -1, instrument: -1, state: BLOCKED, cause }]
}

/** Asks for the cancel of every covered live order among 256 slots. */
export function sweep(state: State, values: ValuesOfCommand<'KillSweep'>, slotsASweep: number): TwinEvent[] {
  const latch = state.latches.get(values.latch)
  if (latch === undefined || latch.state !== KILLED || latch.swept) return refused('UNKNOWN_LATCH')
  const isIn = (slot: number) => slot >= values.fromSlot && slot < values.fromSlot + slotsASweep
  const orders = liveOrders(state).filter((order) => isIn(state.slots.get(order.seq) ?? -1))
  const events: TwinEvent[] = []
  for (const order of orders) {
    // A request stands until the order ends: no second latch asks again.
    if (order.cancelRequested || !covers(state, latch, order.keys, order.side)) continue
    if (order.hold !== null) {
      events.push(endHold(order, CANCELED, 'KILLED'))
      continue
    }
    order.cancelRequested = true
    order.requestedBy = latch.id
    events.push({ name: 'CancelRequested', orderSeq: order.seq, latch: latch.id, session: order.keys.session })
  }
  latch.swept = true
  return [...events, { name: 'Swept', latch: latch.id }]
}

export function release(state: State, values: ValuesOfCommand<'Release'>): TwinEvent[] {
  const latch = state.latches.get(values.latch)
  if (latch === undefined) return refused('UNKNOWN_LATCH')
  const approves = values.step === 1
  const duty = approves ? 'release:approve' : 'release:request'
  if (!hasDuty(state, values.principal, duty)) return refused('DUTY_MISSING')
  const isStep = values.step === 0 || approves
  if (!isStep || values.state < 0 || values.state >= latch.state) return refused('INVALID_VALUE')
  const open = values.state === 0 ? openItem(state, latch) : null
  if (!approves) {
    if (open !== null) return refused(open)
    latch.requestedBy = values.principal
    latch.requestedState = values.state
    return applied(latch.id)
  }
  if (latch.requestedBy < 0 || latch.requestedState !== values.state) return refused('NOT_REQUESTED')
  if (latch.requestedBy === values.principal) return refused('MAKER_IS_CHECKER')
  if (open !== null) return refused(open)
  latch.state = values.state
  latch.requestedBy = -1
  if (values.state === 0) {
    state.latches.delete(latch.id)
    restartWatches(state, latch)
  }
  return applied(latch.id)
}

/** What keeps the latch from ending; null where nothing does. */
function openItem(state: State, latch: Latch): string | null {
  if (latch.cause === UNKNOWN_EXECUTION && !latch.explained) return 'NOT_EXPLAINED'
  const under = liveOrders(state).filter((order) => covers(state, latch, order.keys, order.side))
  if (under.some((order) => order.state === UNKNOWN)) return 'RELEASE_ORDERS_UNKNOWN'
  const mustEnd = under.some((order) => latch.state === KILLED || order.requestedBy === latch.id)
  return mustEnd ? 'RELEASE_ORDERS_OPEN' : null
}

/** Orders that a command has ended count at every kill that covers them. */
export function countEnded(state: State, standing: readonly Latch[], orders: readonly Order[]): void {
  for (const latch of standing) {
    if (latch.state !== KILLED) continue
    for (const order of orders.filter(({ keys, side }) => covers(state, latch, keys, side))) {
      latch.ended++
      if (order.state === FILLED) latch.filled++
    }
  }
}
