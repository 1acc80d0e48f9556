/** Counts a day while it is played. The counts depend on the day, the world and the gate's decisions alone. */
import { REASONS } from '../../model/codes.ts'
import { CONTROLS } from '../../model/controls.ts'
import type { OwnFill, OwnOrder } from '../day/own-flow.ts'
import type { DayCounts, Refusals, SelfMatchCounts } from './day-outcome.ts'

/** The gate's answer to one order, as far as it is counted. */
export interface Verdict {
  readonly approved: boolean
  /** Reason code; empty where the order was approved. */
  readonly reason: string
  /** Codes of all controls that refused. */
  readonly failed: readonly string[]
}

const SELF_MATCH = 'SELF_MATCH'

/** Several reasons may be of one control: they are counted together. */
const CONTROL_OF_REASON = new Map(
  REASONS.flatMap(({ code, control }) => {
    const row = CONTROLS.find(({ id }) => id === control)
    return row === undefined ? [] : [[code, row.code] as const]
  }),
)

export class DayTally {
  readonly #reasons = new Map<number, string>()
  readonly #refusals = new Map<string, Refusals>()
  /** By number of the trade: both orders, where both are the firm's. */
  readonly #ownTrades = new Map<number, readonly [number, number]>()
  #decided = 0
  #approved = 0
  #cancels = 0
  #cancelsDropped = 0
  #fills = 0
  #fillsDropped = 0
  #fillsDroppedQty = 0
  #quotes = 0

  get decidedSoFar(): number {
    return this.#decided
  }

  get approvedSoFar(): number {
    return this.#approved
  }

  order({ orderNo }: OwnOrder, { approved, reason, failed }: Verdict): void {
    this.#decided++
    if (approved) {
      this.#approved++
      return
    }
    this.#reasons.set(orderNo, reason)
    const first = CONTROL_OF_REASON.get(reason) ?? reason
    for (const code of new Set([first, ...failed])) {
      const { asReason, asAny } = this.#refusals.get(code) ?? { asReason: 0, asAny: 0 }
      const isAny = failed.includes(code) ? 1 : 0
      this.#refusals.set(code, { asReason: asReason + (code === first ? 1 : 0), asAny: asAny + isAny })
    }
  }

  cancel(wasSent: boolean): void {
    if (wasSent) this.#cancels++
    else this.#cancelsDropped++
  }

  /** `booked` is the part that was reported to the gate, in shares; the rest is counterfactual. */
  fill({ orderNo, ownContraOrderNo, tradeNo }: OwnFill, booked: number, dropped: number): void {
    if (ownContraOrderNo !== undefined) this.#ownTrades.set(tradeNo, [orderNo, ownContraOrderNo])
    if (booked > 0) this.#fills++
    if (dropped > 0) this.#fillsDropped++
    this.#fillsDroppedQty += dropped
  }

  quotes(count: number): void {
    this.#quotes += count
  }

  counts(rebuilt: number): DayCounts {
    const rejectedBy = Object.fromEntries([...this.#refusals].sort(([a], [b]) => (a < b ? -1 : 1)))
    return {
      rebuilt,
      decided: this.#decided,
      approved: this.#approved,
      rejected: this.#reasons.size,
      rejectedBy,
      cancels: this.#cancels,
      cancelsDropped: this.#cancelsDropped,
      fills: this.#fills,
      fillsDropped: this.#fillsDropped,
      fillsDroppedQty: this.#fillsDroppedQty,
      quotes: this.#quotes,
      selfMatch: this.#selfMatch(),
    }
  }

  #selfMatch(): SelfMatchCounts {
    let refused = 0
    let refusedOtherwise = 0
    for (const pair of this.#ownTrades.values()) {
      const reasons = pair.map((orderNo) => this.#reasons.get(orderNo))
      if (reasons.includes(SELF_MATCH)) refused++
      else if (reasons.some((reason) => reason !== undefined)) refusedOtherwise++
    }
    const inFile = this.#ownTrades.size
    return { inFile, refused, refusedOtherwise, notFound: inFile - refused - refusedOtherwise }
  }
}
