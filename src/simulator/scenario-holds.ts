/** Held orders in scenarios: the firm's accounts A1 and A2 are of one beneficial owner, O1. */
import assert from 'node:assert/strict'
import { ORDER_STATES, OUTCOMES } from '../model/vocabulary.ts'
import type { Said } from './scenario-decision.ts'
import type { Scenario } from './scenario-engine.ts'
import type { OrderGiven } from './scenario-given.ts'

export const CANCELS_FIRST = 2
export const CROSS_VENUE = 1

/** Resting orders of O1 are canceled first. */
export function cancelFirst(s: Scenario, more = 0): void {
  s.name('OWNER', 'O1', {}, CANCELS_FIRST | more)
}

/** A sell of A2 that rests at 100.00. */
export function resting(s: Scenario, given: OrderGiven = {}): string {
  return s.working({ account: 'A2', side: 'SellShort', ...given })
}

/** A buy of A1 that must be held; returns its clOrdID. */
export function held(s: Scenario, given: OrderGiven = {}): string {
  const clOrdID = given.clOrdID ?? `h${s.seq}`
  const { outcome, reason } = s.order({ ...given, clOrdID })
  assert.equal(`${outcome} ${reason}`, 'HELD SELF_MATCH')
  return clOrdID
}

export function stateOf(s: Scenario, id: string, session = 'X1'): string {
  const order = s.live(id, session)
  return order === undefined ? 'ENDED' : (ORDER_STATES[order.state] ?? '')
}

/** Feeds what the gate does by itself, and returns what it decided: outcome and reason of each decision, or the hold's end. */
export function decided(s: Scenario): string[] {
  return s.feedOwn().flatMap(inWords)
}

export function inWords(said: Said): string[] {
  if (said.event === 'OrderDecided') return [`${OUTCOMES[said.outcome as number]} ${said.reason}`]
  if (said.event === 'HoldEnded' && said.reason !== 'NONE') return [`${said.state} ${said.reason}`]
  return []
}
