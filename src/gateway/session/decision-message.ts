/** Answers as messages of the contract. */
import type { Explanation } from '../../model/explain/explanation.ts'
import type { RowUse } from '../../model/explain/row-use.ts'
import { parseTimeUs } from '../../model/parse/timestamps.ts'
import { ORDER_STATES } from '../../model/vocabulary.ts'
import { type Decision, type LimitRow, Outcome, type Reference } from '../../wire/portcullis/v1/decisions.gen.ts'
import type { NewOrderSingle } from '../../wire/portcullis/v1/orders.gen.ts'
import type { Decided } from '../answers/order-decisions.ts'
import type { Echo } from '../answers/order-echo.ts'
import type { OutcomeWord } from '../answers/outcome-words.ts'

/** Said of an order that has ended, where how is no longer known. */
const ENDED = 'ENDED'
const OUTCOMES: Readonly<Record<OutcomeWord, Outcome>> = {
  APPROVED: Outcome.OUTCOME_APPROVED,
  REJECTED: Outcome.OUTCOME_REJECTED,
  DECIDED_EARLIER: Outcome.OUTCOME_DECIDED_EARLIER,
  HELD: Outcome.OUTCOME_HELD,
  SOFT_BLOCKED: Outcome.OUTCOME_SOFT_BLOCKED,
}

export function decisionMessage(decided: Decided): Decision {
  const { outcome, duplicate, seq, timeUs, echo, standing, approval, why, refusal } = decided
  return {
    clOrdID: decided.clOrdID,
    origClOrdID: given(echo?.origClOrdID),
    outcome: OUTCOMES[outcome],
    duplicate,
    seq,
    timeUs,
    orderID: approval?.orderID,
    token: given(approval?.token),
    tokenExpiryUs: given(approval?.token) === undefined ? undefined : approval?.tokenExpiryUs,
    protectionPx: given(approval?.protectionPx),
    order: echo === undefined ? undefined : orderMessage(echo),
    openValue: approval?.openValue,
    reason: why?.reason ?? refusal,
    failed: [...(why?.failed ?? [])],
    breaches: why === undefined ? [] : why.rows.filter((row) => !row.waived).map(rowMessage),
    qtyPassing: why?.qtyPassing,
    rule: why?.rule,
    confirmId: outcome === 'SOFT_BLOCKED' ? seq : undefined,
    reference: approval?.reference ?? (why?.reference === undefined ? undefined : referenceMessage(why.reference)),
    versions: approval?.versions ?? why?.versions,
    rowsEvaluated: approval?.rowsEvaluated ?? why?.rowsEvaluated ?? 0,
    state: standing === undefined ? undefined : (ORDER_STATES[standing.state] ?? ENDED),
    live: standing?.isLive,
  }
}

function orderMessage({ clOrdID, terms, venue, trader, strategy }: Echo): NewOrderSingle {
  return {
    clOrdID: given(clOrdID),
    symbol: given(terms.symbol),
    account: given(terms.account),
    trader: given(trader),
    strategy: given(strategy),
    venue: given(venue),
    side: given(terms.side),
    orderQty: given(terms.orderQty),
    ordType: given(terms.ordType),
    price: given(terms.price),
    stopPx: given(terms.stopPx),
    timeInForce: given(terms.timeInForce),
    expireTime: given(terms.expireTime),
  }
}

function rowMessage(row: RowUse): LimitRow {
  const amount = ({ text, unit }: RowUse['limit']) => ({ value: text, unit })
  return {
    control: row.control.code,
    id: row.control.id,
    version: row.version,
    subject: row.subject,
    object: row.object,
    limit: amount(row.limit),
    before: amount(row.before),
    after: amount(row.after),
    action: row.action,
    mode: row.mode,
    softLimit: row.softLimit === undefined ? undefined : amount(row.softLimit),
  }
}

function referenceMessage({ px, source, time, ageUs }: NonNullable<Explanation['reference']>): Reference {
  return { px, source, timeUs: parseTimeUs(time), ageUs }
}

/** Undefined for the empty text. */
function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
