/** What the twin keeps of days, of reports that wait or are compared, of people's proposals, of used ids and lists. */
import type { Command, ValuesOfCommand } from '../commands/command.ts'
import type { LineHash } from '../commands/line-hash.ts'

/** Offset of a zone in [fromUs, untilUs). */
export interface Offset {
  readonly fromUs: number
  readonly untilUs: number
  readonly seconds: number
}

export interface Calendar {
  readonly zone: string
  readonly rollSeconds: number
  readonly isEvening: boolean
  /** Days of the week, Sunday 0. */
  readonly weekend: readonly number[]
  /** Entries by date: holidays false, half days true. */
  readonly days: Map<number, boolean>
}

/** A row of a venue's list of live orders. */
export interface LiveRow {
  readonly session: number
  readonly clOrdID: string
  readonly instrument: number
  readonly side: number
  readonly leavesQty: bigint
  readonly price: bigint | null
  readonly stopPx: bigint | null
}

export interface LiveList {
  readonly account: number
  readonly venue: number
  readonly tradeDate: number
  readonly count: number
  readonly asOfUs: number
  readonly session: number
  readonly sender: string
  readonly rows: LiveRow[]
  /** Sequence numbers of the orders that rows named. */
  readonly listed: Set<number>
  /** Where its comparison goes on; null while it is open. */
  next: number | null
}

export interface StatementRow {
  readonly instrument: number
  readonly qty: bigint
  readonly trader: number
  readonly strategy: number
}

/** A position statement of an account: open, differing or settled. */
export interface Statement {
  readonly account: number
  readonly tradeDate: number
  readonly count: number
  readonly hash: string
  readonly sender: string
  readonly principal: number
  readonly rows: StatementRow[]
}

export interface ComparedDifference {
  readonly account: number
  readonly source: number
  readonly venue: number
  readonly execID: string
  readonly qty: bigint
  readonly px: bigint
  readonly result: number
  rolls: number
}

export interface ParkedBust {
  readonly report: ValuesOfCommand<'ExecutionReport'>
  rolls: number
}

/** What people ask for; its lines are commands without a stamp. */
export interface Proposal {
  readonly id: number
  readonly maker: number
  readonly key: string
  /** What its Propose said: the same again changes nothing. */
  readonly content: string
  /** Index in PROPOSAL_STATES. */
  state: number
  expiresUs: number
  checker: number
  lines: Command[]
  count: number
  hash: LineHash
  /** What each applied line defined, -1 for nothing. */
  ids: number[]
  refused: number
}

/** What a row remembers of executions: how many, and the window that runs. Pairs are of buys and of sells. */
export interface Watched {
  buys: bigint
  sells: bigint
  startUs: number | null
  ref: bigint
  readonly dev: [bigint, bigint]
  readonly qty: [bigint, bigint]
}

/** A clOrdID that was used: what was sent under it and when, and the order that it names (0 after a reject). */
export interface UsedId {
  readonly content: string
  readonly seq: number
  readonly tradeDate: number
  readonly orderSeq: number
}

export interface Locate {
  readonly account: number
  readonly instrument: number
  readonly qty: bigint
  readonly untilUs: number
}

export interface ListEntry {
  readonly mode: number
  readonly fromUs: number
  readonly untilUs: number
}

/** A held order: when it is refused, whose end it waits for, and what else its second decision needs. */
export interface Hold {
  readonly deadlineUs: number
  /** Orders by sequence number. */
  readonly waitsFor: readonly number[]
  readonly likeness: string | null
  readonly confirms: { readonly seq: number; readonly content: string } | null
  readonly expireTimeUs: number | null
}
