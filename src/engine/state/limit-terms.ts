/** Limits that begin later, and limits that end by themselves: what each row goes back to, and when. */
import type { RowVersion } from './limit-version.ts'
import type { StateVisitor } from './state-visitor.ts'

/** Most limits that wait to begin. */
export const SCHEDULED_MAX = 1_000

/** A limit that waits: its command, as it will be carried out. */
export interface Scheduled {
  readonly id: number
  readonly key: string
  readonly command: Uint8Array
}

/** A row that ends: the version that it goes back to; null where there was none. */
export interface Temporary {
  readonly id: number
  readonly slot: number
  readonly base: RowVersion | null
  expiresUs: number
}

export type LimitTerms = ReturnType<typeof createLimitTerms>

export function createLimitTerms() {
  const scheduled = new Map<number, Scheduled>()
  const temporary = new Map<number, Temporary>()
  const bySlot = new Map<number, Temporary>()

  function schedule(key: string, command: Uint8Array): number {
    const id = terms.next++
    scheduled.set(id, { id, key, command })
    return id
  }

  function waiting(id: number): Scheduled | undefined {
    return scheduled.get(id)
  }

  function drop(id: number): void {
    scheduled.delete(id)
  }

  /** Ids of the limits that wait to replace the row with this key. */
  function waitingFor(key: string): number[] {
    return [...scheduled.values()].filter((one) => one.key === key).map(({ id }) => id)
  }

  /** The row in this slot ends then; returns the id of its timer. */
  function limit(slot: number, base: RowVersion | null, expiresUs: number): number {
    const running = bySlot.get(slot)
    if (running !== undefined) {
      running.expiresUs = expiresUs
      return running.id
    }
    const made = { id: terms.next++, slot, base, expiresUs }
    temporary.set(made.id, made)
    bySlot.set(slot, made)
    return made.id
  }

  function of(slot: number): Temporary | undefined {
    return bySlot.get(slot)
  }

  function ending(id: number): Temporary | undefined {
    return temporary.get(id)
  }

  function end({ id, slot }: Temporary): void {
    temporary.delete(id)
    bySlot.delete(slot)
  }

  function isFull(): boolean {
    return scheduled.size >= SCHEDULED_MAX
  }

  function visit(v: StateVisitor): void {
    terms.next = v.int(terms.next)
    v.map(scheduled)
    v.map(temporary)
    if (v.isLoading) for (const one of temporary.values()) bySlot.set(one.slot, one)
  }

  const terms = {
    /** Id of the next timer. */
    next: 1,
    schedule,
    waiting,
    waitingFor,
    drop,
    limit,
    of,
    ending,
    end,
    isFull,
    visit,
  }
  return terms
}
