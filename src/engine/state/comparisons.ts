/**
 * Differences between an execution source and the session that is compared with it, until they are settled or the key of
 * the execution is forgotten.
 */
import type { StateVisitor } from './state-visitor.ts'

/** Most that are kept at once; what is over them is told and not kept. */
const COMPARISONS_MAX = 4096
/** Rolls that an entry lives: as long as the source's execution is known by its key. */
const ROLLS = 2

export interface Difference {
  readonly source: number
  readonly venue: number
  readonly execID: string
  readonly account: number
  readonly qty: number
  readonly px: number
  /** Index in COMPARISONS. */
  readonly result: number
  rolls: number
}

export type Comparisons = ReturnType<typeof createComparisons>

export function createComparisons() {
  const open = new Map<string, Difference>()

  const keyOf = (source: number, venue: number, execID: string) => `${source}|${venue}|${execID}`

  function roll(): void {
    for (const [key, entry] of open) {
      entry.rolls++
      if (entry.rolls >= ROLLS) open.delete(key)
    }
  }

  function visit(v: StateVisitor): void {
    v.map(open)
  }

  return {
    isEmpty: (): boolean => open.size === 0,
    isFull: (): boolean => open.size >= COMPARISONS_MAX,
    of: (source: number, venue: number, execID: string): Difference | undefined =>
      open.get(keyOf(source, venue, execID)),
    keep: (entry: Difference): void => void open.set(keyOf(entry.source, entry.venue, entry.execID), entry),
    settle: (source: number, venue: number, execID: string): void => void open.delete(keyOf(source, venue, execID)),
    all: (): Iterable<Difference> => open.values(),
    roll,
    visit,
  }
}
