/** Soft blocks: orders over a soft level that wait to be confirmed, or to be sent again. */
import { CONFIRMATIONS } from '../../model/bounds.ts'
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
    confirmations.next = confirmation.id + 1
  }

  function end(seq: number): void {
    bySeq.delete(seq)
  }

  function isFull(): boolean {
    return bySeq.size >= CONFIRMATIONS
  }

  function visit(v: StateVisitor): void {
    confirmations.next = v.int(confirmations.next)
    v.map(bySeq)
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
    visit,
  }
  return confirmations
}
