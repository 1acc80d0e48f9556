/**
 * Statements of the trade date: of positions by account, of live orders by account and venue. What is open, what differs
 * and waits for a person, what is settled for which date; and so which accounts may trade.
 */
import { parameterIndex } from '../../model/parameters.ts'
import { IntTable } from './int-table.ts'
import { Kind, type Names } from './names.ts'
import type { StateVisitor } from './state-visitor.ts'

const REQUIRED = parameterIndex('statementsRequired')
const SESSION_ACCOUNT = 2
const SESSION_VENUE = 4

export interface StatementRow {
  readonly instrument: number
  readonly qty: number
  readonly trader: number
  readonly strategy: number
}

export interface PositionStatement {
  readonly account: number
  readonly tradeDate: number
  /** Rows and hash that it was opened with, and those that came. */
  readonly count: number
  readonly hash0: number
  readonly hash1: number
  readonly rows: StatementRow[]
  hash: bigint
  readonly session: number
  readonly principal: number
}

export interface LiveOrderRow {
  readonly orderSeq: number
  readonly orderSlot: number
  readonly leavesQty: number
  readonly cumQty: number
  readonly price: number
  readonly stopPx: number
  readonly expireTimeUs: number
  readonly owner: number
  readonly trader: number
  readonly strategy: number
  readonly instrument: number
  readonly side: number
  readonly ordType: number
  readonly timeInForce: number
  readonly flags: number
  readonly clOrdID: string
}

export interface LiveOrderList {
  readonly account: number
  readonly venue: number
  readonly tradeDate: number
  readonly count: number
  readonly asOfUs: number
  /** Whose adopted orders are that name nobody. */
  readonly owner: number
  readonly trader: number
  readonly strategy: number
  readonly rows: LiveOrderRow[]
  /** Slots of the orders that rows named. */
  readonly listed: Set<number>
  readonly session: number
  readonly principal: number
  /** Where the next sweep begins; -1 while it is open. */
  next: number
}

/** Of what the state must know beside: names, parameters, and the trade date of an account. */
export interface StatementTables {
  readonly names: Names
  readonly parameters: Float64Array
  readonly referenceVersion: number
  dateOf(account: number): number
}

export type Statements = ReturnType<typeof createStatements>

export function createStatements(state: StatementTables, scopes: number) {
  const { names, parameters } = state
  const open = new Map<number, PositionStatement>()
  const differing = new Map<number, PositionStatement>()
  /** What was settled last: a repeat is known by it. */
  const settled = new Map<number, PositionStatement>()
  /** 1 where a statement differs: the account is blocked whether statements are required or not. */
  const differs = new Int32Array(scopes)
  const lists = new Map<number, LiveOrderList>()
  /** Date of the last settled list by (account, venue). */
  const listDate = new IntTable(64)
  /** Trade date on which a list of (account, venue) stays demanded, though no client may name the venue any more. */
  const demandedDate = new IntTable(8)
  /** Readiness as it was worked out last, and at which count of changes. */
  const readyAt = new Int32Array(scopes).fill(-1)
  const ready = new Int32Array(scopes)
  const changes = { count: 0 }

  /** True where no new order of the account may pass. */
  function refuses(account: number): boolean {
    if (differs[account] !== 0) return true
    return parameters[REQUIRED] !== 0 && !isReady(account)
  }

  /** True where positions and the lists of all venues are settled for the account's trade date. */
  function isReady(account: number): boolean {
    const at = state.referenceVersion + changes.count
    if (readyAt[account] !== at) {
      readyAt[account] = at
      ready[account] = isSettled(account) ? 1 : 0
    }
    return ready[account] === 1
  }

  function isSettled(account: number): boolean {
    const date = state.dateOf(account)
    if (settled.get(account)?.tradeDate !== date) return false
    return venuesOf(account).every((venue) => listDate.get(account, venue) === date)
  }

  /** The venues of an account: those that a session which is bound to it may name, or might until now on this date. */
  function venuesOf(account: number): number[] {
    const sessions = names.idsOf(Kind.SESSION).filter((id) => names.isPermitted(SESSION_ACCOUNT, id, account))
    const date = state.dateOf(account)
    const isDemanded = (venue: number) => demandedDate.get(account, venue) === date
    const mayName = (venue: number) => sessions.some((session) => names.isPermitted(SESSION_VENUE, session, venue))
    return names.idsOf(Kind.VENUE).filter((venue) => mayName(venue) || isDemanded(venue))
  }

  /** A client is about to lose an account, or a venue: what its accounts must state today they go on having to. */
  function keepDemanded(kind: number, session: number, other: number): void {
    if (kind === SESSION_ACCOUNT) for (const venue of venuesOf(other)) demand(other, venue)
    if (kind !== SESSION_VENUE) return
    for (const account of names.idsOf(Kind.ACCOUNT)) {
      if (names.isPermitted(SESSION_ACCOUNT, session, account)) demand(account, other)
    }
  }

  function demand(account: number, venue: number): void {
    demandedDate.set(account, venue, state.dateOf(account))
  }

  /** Rows of everything that is kept. */
  function rowsKept(): number {
    let rows = 0
    for (const kept of [open, differing, lists]) for (const { rows: own } of kept.values()) rows += own.length
    return rows
  }

  function settle(statement: PositionStatement): void {
    const { account } = statement
    settled.set(account, { ...statement, rows: [] })
    open.delete(account)
    differing.delete(account)
    differs[account] = 0
    changes.count++
  }

  function setDiffering(statement: PositionStatement): void {
    const { account } = statement
    differing.set(account, statement)
    open.delete(account)
    settled.delete(account)
    differs[account] = 1
    changes.count++
  }

  function endList(list: LiveOrderList, isSettled: boolean): void {
    lists.delete(listKey(list.account, list.venue))
    if (isSettled) listDate.set(list.account, list.venue, list.tradeDate)
    changes.count++
  }

  function listKey(account: number, venue: number): number {
    return account * scopes + venue
  }

  /** The first list that is closed and not compared to its end. */
  function sweeping(): LiveOrderList | undefined {
    if (lists.size === 0) return undefined
    for (const list of lists.values()) if (list.next >= 0) return list
    return undefined
  }

  function visit(v: StateVisitor): void {
    changes.count = v.int(changes.count)
    for (const kept of [open, differing, settled]) v.map(kept)
    v.map(lists)
    listDate.visit(v)
    demandedDate.visit(v)
    if (v.isLoading) for (const account of differing.keys()) differs[account] = 1
  }

  return {
    open,
    differing,
    settled,
    lists,
    listDate,
    changes,
    refuses,
    isReady,
    venuesOf,
    keepDemanded,
    rowsKept,
    settle,
    setDiffering,
    endList,
    listOf: (account: number, venue: number): LiveOrderList | undefined => lists.get(listKey(account, venue)),
    openList: (list: LiveOrderList): void => {
      lists.set(listKey(list.account, list.venue), list)
    },
    sweeping,
    visit,
  }
}
