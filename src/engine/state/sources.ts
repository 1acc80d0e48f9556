/** Execution sources: whose reports of an account at a venue change state, and whose are compared with them. */
import type { StateVisitor } from './state-visitor.ts'

/** Most (account, venue) pairs. */
const SOURCES_MAX = 16_384
/** Venues per account in a key. */
const VENUES = 1 << 20

export interface Source {
  readonly account: number
  /** -1 every venue that has no source of its own. */
  readonly venue: number
  /** -1 any session. */
  readonly source: number
  readonly compare: number
}

export type Sources = ReturnType<typeof createSources>

export function createSources() {
  const table = new Map<number, Source>()

  function keyOf(account: number, venue: number): number {
    return account * VENUES + venue + 1
  }

  /** The source of an account at a venue; undefined where reports of any session count. */
  function of(account: number, venue: number): Source | undefined {
    return table.get(keyOf(account, venue)) ?? table.get(keyOf(account, -1))
  }

  /** True where a report of this session changes state. */
  function isSource(account: number, venue: number, session: number): boolean {
    if (table.size === 0) return true
    const found = of(account, venue)
    // Who is beside a source anywhere books nothing where none is set either.
    if (found === undefined) return !isOnlyCompared(session)
    return found.source < 0 || found.source === session
  }

  /** True where the session's reports are compared somewhere and book nothing anywhere. */
  function isOnlyCompared(session: number): boolean {
    let compared = false
    for (const { source, compare } of table.values()) {
      if (source === session) return false
      if (compare === session) compared = true
    }
    return compared
  }

  function visit(v: StateVisitor): void {
    v.map(table)
  }

  return {
    of,
    isSource,
    isOnlyCompared,
    /** True where one more pair does not fit; a pair that stands may always be set anew. */
    isFullFor: (account: number, venue: number): boolean =>
      table.size >= SOURCES_MAX && !table.has(keyOf(account, venue)),
    set: (source: Source): void => void table.set(keyOf(source.account, source.venue), source),
    all: (): Iterable<Source> => table.values(),
    visit,
  }
}
