/**
 * Decisions as JSON texts. An approve is written field by field, because every order in front of the market waits for
 * it; a reject is explained in full.
 */
import type { StandingView } from '../../model/engine-port.ts'
import type { Explanation } from '../../model/explain/explanation.ts'
import { formatTimeUs } from '../../model/parse/timestamps.ts'
import { ORDER_STATES } from '../../model/vocabulary.ts'
import type { Approval, Decided, ReferenceUsed } from '../answers/order-decisions.ts'
import type { Echo } from '../answers/order-echo.ts'
import type { Gate } from '../gate.ts'
import { rowJson } from './row-json.ts'

/** Said of an order that has ended, where how is no longer known. */
const ENDED = 'ENDED'
const NOTHING = '"failed":[],"breaches":[]'

/** @param tail closes every answer: {@link profileTail} */
export function decisionJson(decided: Decided, tail: string): string {
  const { outcome, duplicate, seq, timeUs, echo, standing, approval, why, refusal } = decided
  const head = `"outcome":"${outcome}","duplicate":${duplicate}${standingJson(standing)},"seq":${seq}`
  if (echo === undefined) return `{"clOrdID":${JSON.stringify(decided.clOrdID)},${head}${tail}}`
  const orig = echo.origClOrdID === '' ? '' : `,"origClOrdID":${quote(echo.origClOrdID)}`
  const ids = `{"clOrdID":${quote(echo.clOrdID)}${orig},${head}`
  const order = `"order":${echoJson(echo)}`
  if (approval !== undefined) return `${ids},"time":"${formatTimeUs(timeUs)}"${approvalJson(approval, order)}${tail}}`
  const time = timeUs === 0 ? '' : `,"time":"${formatTimeUs(timeUs)}"`
  if (why === undefined) return `${ids}${time},"reason":${JSON.stringify(refusal)},${NOTHING},${order}${tail}}`
  const confirmId = outcome === 'SOFT_BLOCKED' ? `,"confirmId":${seq}` : ''
  const said = JSON.stringify(rejectionJson(why)).slice(1, -1)
  return `${ids},"time":"${formatTimeUs(timeUs)}"${confirmId},${said},${order}${tail}}`
}

function approvalJson(approval: Approval, order: string): string {
  const { orderID, token, tokenExpiryUs, protectionPx, openValue, rowsEvaluated, reference, versions } = approval
  return (
    `,"orderID":"${orderID}"` +
    (token === '' ? '' : `,"token":"${token}","tokenExpiry":"${formatTimeUs(tokenExpiryUs)}"`) +
    (protectionPx === '' ? '' : `,"protectionPx":"${protectionPx}"`) +
    `,${order},"decision":{"rowsEvaluated":${rowsEvaluated},"openValue":"${openValue}"${referenceJson(reference)}` +
    `,"versions":{"limits":${versions.limits},"reference":${versions.reference},"fx":${versions.fx}` +
    `,"parameters":${versions.parameters}}}`
  )
}

function referenceJson(reference: ReferenceUsed | undefined): string {
  if (reference === undefined) return ''
  const { px, source, timeUs, ageUs } = reference
  return `,"reference":{"px":"${px}","source":"${source}","time":"${formatTimeUs(timeUs)}","ageUs":${ageUs}}`
}

function standingJson(standing: StandingView | undefined): string {
  return standing === undefined ? '' : `,"state":"${ORDER_STATES[standing.state] ?? ENDED}","live":${standing.isLive}`
}

/** The part of a reject that says why. */
function rejectionJson(why: Explanation): object {
  return {
    reason: why.reason,
    failed: why.failed,
    breaches: why.rows.filter((row) => !row.waived).map(rowJson),
    qtyPassing: why.qtyPassing,
    rule: why.rule === undefined ? undefined : ruleJson(why.rule),
    decision: {
      rowsEvaluated: why.rowsEvaluated,
      reference: why.reference,
      versions: why.versions,
      results: why.results,
    },
  }
}

export function ruleJson({ id, title, citation, source, refusal }: NonNullable<Explanation['rule']>): object {
  return { id, title, citation, source, refusal }
}

/** The order as it was checked. Of one with unknown names, what was sent is written with every escape. */
export function echoJson({ clOrdID, terms, venue, trader, strategy, units, isKnown }: Echo): string {
  if (!isKnown || units === undefined) return partialJson({ clOrdID, venue, trader, strategy, ...terms })
  const { symbol, account, side, orderQty, ordType, price, stopPx, timeInForce, expireTime } = terms
  const who = trader === '' ? '' : `,"trader":${quote(trader)},"strategy":${quote(strategy)}`
  return (
    `{"clOrdID":${quote(clOrdID)},"symbol":${quote(symbol)},"account":${quote(account)}${who}` +
    `${venue === '' ? '' : `,"venue":${quote(venue)}`},"side":"${side}","orderQty":"${orderQty}","ordType":"${ordType}"` +
    `${price === '' ? '' : `,"price":"${price}"`}${stopPx === '' ? '' : `,"stopPx":"${stopPx}"`}` +
    `,"timeInForce":"${timeInForce}"${expireTime === '' ? '' : `,"expireTime":"${expireTime}"`}}`
  )
}

/** What nobody knows any more is left out. */
function partialJson(fields: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== '')))
}

/** `,"profile":"demo"` in the demo profile, which says so in every answer. */
export function profileTail(gate: Gate): string {
  return gate.directory.profile === 'demo' ? ',"profile":"demo"' : ''
}

/** Names and ids rarely need an escape, and then only of quote or backslash. */
function quote(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`
}

const ESCAPED = /[^\x20\x21\x23-\x5b\x5d-\x7e]/
