/**
 * What the twin says behind a command: the events of `src/model/records/events.ts` by their meaning. Orders are named by
 * their sequence number and limit rows by what they limit, never by a slot.
 */
import { reasonNumber } from '../../model/codes.ts'
import type { Command } from '../commands/command.ts'
import type { LineHash } from '../commands/line-hash.ts'
import type { Limit } from './state.ts'

/** One evaluated limit row. */
export interface EvaluatedRow {
  readonly limit: Limit
  readonly before: bigint
  readonly after: bigint
  readonly failed: boolean
  /** It fits, and is over the soft level. */
  readonly soft: boolean
  readonly waived: boolean
}

export interface Decision {
  /** Index in OUTCOMES. */
  readonly outcome: number
  readonly reason: number
  readonly orderSeq: number
  /** Of a duplicate: the decision that stands. */
  readonly firstSeq: number
  /** Index in RESULTS, by control index. */
  readonly results: readonly number[]
  readonly rows: readonly EvaluatedRow[]
  readonly qtyPassing: bigint
  readonly valuationPx: bigint
  readonly unitN: bigint
  readonly unitD: bigint
  readonly openValue: bigint
  readonly refPx: bigint
  readonly refSource: number
  readonly refTimeUs: number
  readonly protectionPx: bigint
  readonly tokenExpiryUs: number
  readonly rule: number
  readonly missing: number
  readonly missingSubject: number
  /** Sequence numbers of all orders that it could trade with. */
  readonly crossing: readonly number[]
}

export type TwinEvent =
  | { readonly name: 'OrderDecided'; readonly decision: Decision }
  | { readonly name: 'CancelDecided'; readonly orderSeq: number; readonly reason: number }
  | { readonly name: 'OrderMoved'; readonly orderSeq: number; readonly state: number; readonly change: number }
  | {
      readonly name: 'ExecutionBooked'
      readonly orderSeq: number
      readonly qty: bigint
      readonly px: bigint
      readonly amount: bigint
      readonly instrument: number
      readonly account: number
      readonly trader: number
      readonly strategy: number
      readonly side: number
      readonly alarm: number
      readonly execID: string
    }
  | { readonly name: 'ExecutionReversed'; readonly alarm: number }
  | { readonly name: 'Refused'; readonly reason: number }
  | { readonly name: 'Applied'; readonly id: number }
  | { readonly name: 'MarkMoved'; readonly instrument: number; readonly mark: bigint; readonly refSource: number }
  | {
      readonly name: 'LimitWarned'
      readonly limit: Limit
      readonly use: bigint
      readonly level: number
      readonly rising: number
    }
  | { readonly name: 'LimitBreached'; readonly limit: Limit; readonly use: bigint; readonly reason: number }
  | { readonly name: 'MassCancelBegun'; readonly owner: number; readonly orders: number }
  | { readonly name: 'CancelRequested'; readonly orderSeq: number; readonly latch: number; readonly session: number }
  | {
      readonly name: 'LatchSet'
      readonly latch: number
      readonly account: number
      readonly instrument: number
      readonly state: number
      readonly cause: number
    }
  | {
      readonly name: 'ControlLatched'
      /** The row that set it; null where none did. */
      readonly limit: Limit | null
      readonly latch: number
      readonly subject: number
      readonly state: number
      readonly cause: number
      readonly use: bigint
    }
  | { readonly name: 'HoldWaits'; readonly orderSeq: number; readonly crossingSeq: number }
  | { readonly name: 'HoldEnded'; readonly orderSeq: number; readonly state: number; readonly reason: number }
  | { readonly name: 'Quarantined'; readonly instrument: number }
  | { readonly name: 'Swept'; readonly latch: number }
  | {
      readonly name: 'ReportCompared'
      readonly qty: bigint
      readonly px: bigint
      readonly sourceQty: bigint
      readonly sourcePx: bigint
      readonly account: number
      readonly venue: number
      readonly source: number
      readonly result: number
      readonly kept: number
      readonly execID: string
    }
  | { readonly name: 'StopTriggered'; readonly orderSeq: number; readonly state: number }
  | { readonly name: 'LimitSwept'; readonly beforeSeq: number; readonly asked: number; readonly done: number }
  | { readonly name: 'ExecutionParked' }
  | {
      readonly name: 'ParkedEnded'
      readonly source: number
      readonly venue: number
      readonly execRefID: string
      readonly alarm: number
    }
  | {
      readonly name: 'OrderAlarmed'
      readonly orderSeq: number
      readonly alarm: number
      readonly told: bigint
      readonly booked: bigint
    }
  | {
      readonly name: 'StatementDiffers'
      readonly account: number
      readonly instrument: number
      readonly trader: number
      readonly strategy: number
      readonly stated: bigint
      readonly carried: bigint
    }
  | {
      readonly name: 'LiveOrderChecked'
      readonly orderSeq: number
      readonly row: number
      readonly verdict: number
      readonly alarm: number
      readonly state: number
    }
  | { readonly name: 'ListSwept'; readonly account: number; readonly venue: number; readonly next: number }
  | {
      readonly name: 'CalendarStuck'
      readonly calendar: number
      readonly tradeDate: number
      readonly reason: number
    }
  | ({
      readonly name: 'ProposalMoved'
      readonly proposal: number
      readonly state: number
      readonly lines: number
      readonly refused: number
    } & LineHash)
  | ({ readonly name: 'ProposalLineAdded'; readonly proposal: number; readonly line: number } & LineHash)
  | {
      readonly name: 'ProposalRepeated'
      readonly proposal: number
      readonly state: number
      readonly line: number
    }
  | {
      readonly name: 'ProposalLineApplied'
      readonly proposal: number
      readonly line: number
      readonly reason: number
      readonly id: number
      /** The line as it was carried out. */
      readonly inner: Command
    }
  | { readonly name: 'LimitEffective' | 'LimitReverted'; readonly term: number; readonly inner: Command }
  | {
      readonly name: 'ConfirmationMoved'
      readonly confirmSeq: number
      readonly confirmation: number
      readonly state: number
    }
  | {
      readonly name: 'OverrideMoved'
      readonly overrideSeq: number
      readonly decisionSeq: number
      readonly override: number
      readonly state: number
    }
  | { readonly name: 'TimerFired'; readonly dueUs: number; readonly kind: number; readonly id: number }
  | { readonly name: 'StatementCompared'; readonly account: number; readonly differences: number }

export function refused(code: string): TwinEvent[] {
  return [{ name: 'Refused', reason: reasonNumber(code) }]
}

export function applied(id = -1): TwinEvent[] {
  return [{ name: 'Applied', id }]
}
