/**
 * What lets one order pass rows that it would not pass: soft blocks that a person confirms, and overrides of refused orders
 * that two people agree on. Each waits for a stated time, and is over when an order came through by it.
 */
import type { StateVisitor } from './state-visitor.ts'

/** Indices in CONFIRMATION_STATES. */
export const enum ConfirmationState {
  CONFIRMED = 1,
  USED = 2,
  EXPIRED = 3,
}

/** Indices in OVERRIDE_STATES. */
export const enum OverrideState {
  PENDING = 0,
  APPROVED = 1,
  USED = 2,
  EXPIRED = 3,
  REVOKED = 4,
  STOPPED = 5,
}

export interface Waiver {
  /** Id of its timer. */
  readonly id: number
  /** What an order names it by: of a soft block its decision, of an override its request. */
  readonly seq: number
  /** SESSION and content of the order. */
  readonly session: number
  readonly content0: number
  readonly content1: number
  /** The order's terms, as {@link copyTerms} of the engine writes them. */
  readonly terms: readonly number[]
  /** Versioned ids of the rows that it is about. */
  readonly rows: readonly number[]
  readonly expiresUs: number
  /** PRINCIPAL that has confirmed or approved it, -1 if none has, and why. */
  confirmer: number
  reason: string
}

/** An order over soft levels: nothing of it goes beyond a limit, however much it comes to. */
export type Confirmation = Waiver

/** A refused order: each row is passed up to the use that it was refused at. */
export interface Override extends Waiver {
  /** Decision that refused the order. */
  readonly decisionSeq: number
  /** Bits of the controls that it is asked for. */
  readonly controls0: number
  readonly controls1: number
  /** Use after, by row. */
  readonly most: readonly number[]
  /** PRINCIPAL that asked for it, and why. */
  readonly requester: number
  readonly requestReason: string
  /** What a latch may look at in the order. */
  readonly account: number
  readonly trader: number
  readonly strategy: number
  readonly instrument: number
  readonly venue: number
  readonly side: number
}

/** Waivers of one kind, of which at most `most` wait at once, and `mostOfSession` for the orders of one session. */
export function createWaivers<W extends Waiver>(most: number, mostOfSession: number = most) {
  /** By what orders name them by, oldest first. */
  const bySeq = new Map<number, W>()
  /** How many each session has; made anew where a state is loaded. */
  const counts = new Map<number, number>()

  function get(seq: number): W | undefined {
    return bySeq.get(seq)
  }

  function withId(id: number): W | undefined {
    for (const one of bySeq.values()) if (one.id === id) return one
    return undefined
  }

  function all(): Iterable<W> {
    return bySeq.values()
  }

  function add(waiver: W): void {
    bySeq.set(waiver.seq, waiver)
    count(waiver.session, 1)
    waivers.next = waiver.id + 1
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
    return hasOf(session) >= mostOfSession
  }

  function isFull(): boolean {
    return bySeq.size >= most
  }

  function visit(v: StateVisitor): void {
    waivers.next = v.int(waivers.next)
    v.map(bySeq)
    if (v.isLoading) for (const { session } of bySeq.values()) count(session, 1)
  }

  const waivers = {
    /** Id of the next one's timer. */
    next: 1,
    isEmpty: (): boolean => bySeq.size === 0,
    get,
    withId,
    all,
    add,
    end,
    isFull,
    hasEnough,
    visit,
  }
  return waivers
}
