/** Refusals in words. */
import { type Decision, Outcome, type RequestRefused } from '../wire/portcullis/v1/decisions.gen.ts'
import type { Refusal } from './orders.ts'

const NO_REASON = 'The gate refused it without a reason.'

export function refusalOf(decision: Decision): Refusal {
  const { reason, breaches, qtyPassing, confirmId, outcome } = decision
  // Of what no limit refused, an order that has ended, a name that nobody knows, room says nothing.
  const isOfRoom = breaches.length > 0 || Number(qtyPassing) > 0
  const text = [sentence(reason?.text ?? NO_REASON), isOfRoom ? roomLeft(qtyPassing) : '']
  if (outcome === Outcome.OUTCOME_SOFT_BLOCKED) text.push(`A person may confirm it: confirmId ${confirmId}.`)
  return {
    code: reason?.code ?? '',
    text: text.filter((part) => part !== '').join(' '),
    ...{ field: '', breaches, qtyPassing, confirmId, decision },
  }
}

/** Of a message that was no command. */
export function refusalOfRequest({ code, field, text }: RequestRefused): Refusal {
  const where = field === '' ? '' : ` (${field})`
  const none = { breaches: [], qtyPassing: undefined, confirmId: undefined, decision: undefined }
  return { code, field, text: `${code}${where}: ${text}`, ...none }
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`
}

function roomLeft(qtyPassing: string | undefined): string {
  if (qtyPassing === undefined) return ''
  return Number(qtyPassing) === 0 ? 'No quantity would have passed.' : `Up to ${qtyPassing} would have passed.`
}
