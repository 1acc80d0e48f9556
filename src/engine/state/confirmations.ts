/** Soft blocks: orders over a soft level that wait to be confirmed, or to be sent again. */
import { CONFIRMATIONS, CONFIRMATIONS_OF_SESSION } from '../../model/bounds.ts'
import type { StateVisitor } from './state-visitor.ts'

/** Indices in CONFIRMATION_STATES. */
export const enum ConfirmationState {
  CONFIRMED = 1,
  USED = 2,
  EXPIRED = 3,
}

export interface Confirmation {
  /** Id of its timer. */
  readonly id: number
  /** The soft-blocked decision, and the SESSION and content of its order. */
  readonly seq: number
  readonly session: number
  readonly content0: number
  readonly content1: number
  /** Versioned ids of the rows whose soft levels it is over. */
  readonly rows: readonly number[]
  readonly expiresUs: number
  /** PRINCIPAL that has confirmed it, -1 if none has, and why. */
  confirmer: number
  reason: string
}

export function createConfirmations() {
  /** By sequence number of the decision, oldest first. */
  const bySeq = new Map<number, Confirmation>()
  /** How many each session has; made anew where a state is loaded. */
  const counts = new Map<number, number>()

  function get(seq: number): Confirmation | undefined {
    return bySeq.get(seq)
  }

  function withId(id: number): Confirmation | undefined {
    for (const one of bySeq.values()) if (one.id === id) return one
    return undefined
  }

  function all(): Iterable<Confirmation> {
    return bySeq.values()
  }

  function add(confirmation: Confirmation): void {
    bySeq.set(confirmation.seq, confirmation)
    count(confirmation.session, 1)
    confirmations.next = confirmation.id + 1
  }

  function end(seq: number): void {
    const ended = bySeq.get(seq)
    if (ended !== undefined) count(ended.session, -1)
    bySeq.delete(seq)
  }

  function count(session: number, by: 1 | -1): void {
    counts.set(session, hasOf(session) + by)
  }

  function hasOf(session: number): number {
    return counts.get(session) ?? 0
  }

  /** True where the session may not have one more. */
  function hasEnough(session: number): boolean {
    return hasOf(session) >= CONFIRMATIONS_OF_SESSION
  }

  function isFull(): boolean {
    return bySeq.size >= CONFIRMATIONS
  }

  function visit(v: StateVisitor): void {
    confirmations.next = v.int(confirmations.next)
    v.map(bySeq)
    if (v.isLoading) for (const { session } of bySeq.values()) count(session, 1)
  }

  const confirmations = {
    /** Id of the next one's timer. */
    next: 1,
    get,
    withId,
    all,
    add,
    end,
    isFull,
    hasEnough,
    visit,
  }
  return confirmations
}
