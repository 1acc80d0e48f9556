/**
 * Stops that have triggered: what the source, a fill or a venue's list says of them, and the test that follows.
 */
import { reasonNumber } from '../../model/codes.ts'
import type { RulePack } from '../../model/rules.ts'
import { ORDER_STATES } from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import type { Candidate } from './candidate.ts'
import { refused, type TwinEvent } from './events.ts'
import { larger, MAX, smaller } from './exact.ts'
import { orderTold } from './fate.ts'
import { APPROVE, judgeSafely } from './orders.ts'
import { referenceAt } from './reference.ts'
import { CHANGE } from './replace.ts'
import { instrumentAt, type Order, type State, type Version } from './state.ts'
import { LIMIT, leavesOfOrder, MARKET, STOP, STOP_LIMIT, valuationPx } from './value.ts'

const stateNamed = (name: (typeof ORDER_STATES)[number]) => ORDER_STATES.indexOf(name)
const HELD = stateNamed('HELD')
const RISK_ERROR = reasonNumber('RISK_ERROR')

export function isWaiting(order: Order): boolean {
  return order.ordType === STOP || order.ordType === STOP_LIMIT
}

export function orderTriggered(state: State, values: ValuesOfCommand<'OrderTriggered'>, pack: RulePack): TwinEvent[] {
  const order = orderTold(state, values)
  if (typeof order === 'string') return refused(order)
  if (order.state === HELD) return refused('ORDER_UNKNOWN_STATE')
  if (isWaiting(order)) return trigger(state, order, pack, values.timeUs, true)
  if (!order.triggered) return refused('NOT_A_STOP')
  makeKnown(state, order)
  return [{ name: 'OrderMoved', orderSeq: order.seq, state: order.state, change: CHANGE.stateOnly }]
}

function makeKnown(state: State, order: Order): void {
  order.reported = true
  state.resolutions.delete(order.seq)
  if (['APPROVED', 'UNKNOWN'].includes(ORDER_STATES[order.state] ?? '')) order.state = stateNamed('WORKING')
}

/** The stop can execute from now on; where anything is left it is tested as if it came now. */
export function trigger(state: State, order: Order, pack: RulePack, now: number, isTested: boolean): TwinEvent[] {
  const ordType = order.ordType === STOP ? MARKET : LIMIT
  const tests = isTested && leavesOfOrder(state, order) > 0n
  const tested = tests ? test(state, order, ordType, pack, now) : { events: [], isRefused: false, v: null }
  const ref = referenceAt(state, order.keys.instrument, now)
  order.versions = order.versions.map((version) => ({
    ...version,
    v: ref === null ? version.v : worstOf(state, order, version, ref.px, tested.v),
    stopPx: null,
    waitedFor: version.stopPx,
  }))
  order.ordType = ordType
  order.triggered = true
  makeKnown(state, order)
  const said: TwinEvent[] = [{ name: 'StopTriggered', orderSeq: order.seq, state: order.state }, ...tested.events]
  if (!tested.isRefused) return said
  said.push({ name: 'OrderAlarmed', orderSeq: order.seq, alarm: reasonNumber('TRIGGER_REFUSED'), told: 0n, booked: 0n })
  if (!order.cancelRequested) {
    order.cancelRequested = true
    said.push({ name: 'CancelRequested', orderSeq: order.seq, latch: -1, session: order.keys.session })
  }
  return said
}

function test(state: State, order: Order, ordType: number, pack: RulePack, now: number) {
  const { keys, owner, side, timeInForce, locate, parent, versions } = order
  const [first] = versions as [Version]
  const isMarket = ordType === MARKET
  const prices = versions.map(({ price }) => price ?? 0n)
  const aggressive = prices.reduce(side === 0 ? larger : smaller)
  const candidate: Candidate = {
    ...{ now, keys, owner, side, ordType, timeInForce, locate, parent, order },
    clOrdID: first.clOrdID,
    price: isMarket ? null : aggressive,
    stopPx: null,
    expireTimeUs: null,
    orderQty: versions.map(({ orderQty }) => orderQty).reduce(larger),
    likeness: null,
    confirms: null,
    overrides: null,
    isUndefined: false,
    restates: true,
  }
  const { decision, valued } = judgeSafely(state, candidate, pack, order.seq)
  // A test that failed to come to a decision leaves none.
  const isDecided = decision.reason !== RISK_ERROR
  const events: TwinEvent[] = isDecided ? [{ name: 'OrderDecided', decision }] : []
  return { events, isRefused: decision.outcome !== APPROVE, v: isMarket && isDecided ? (valued?.v ?? null) : null }
}

/** The worst of what a version was approved with, what section 3 says at the reference of now, and what its test came to. */
function worstOf(state: State, order: Order, version: Version, ref: bigint, tested: bigint | null): bigint {
  const instrument = instrumentAt(state, order.keys.instrument)
  const now = valuationPx(state, instrument, { ...order, price: version.price, stopPx: ref }, ref)
  const worse = instrument.inverse ? smaller : larger
  const least = now ?? (instrument.inverse ? 1n : MAX)
  return worse(version.v, tested === null ? least : worse(least, tested))
}
