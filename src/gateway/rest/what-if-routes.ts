/** The seven parameters as what-ifs: one proposed order, one control, its verdict and its value. Reserves nothing. */
import { CONTROLS, type ControlRow } from '../../model/controls.ts'
import { RequestError } from '../../model/errors.ts'
import { type Explanation, explain } from '../../model/explain/explanation.ts'
import { type RowUse, sayRow } from '../../model/explain/row-use.ts'
import { evaluate, newOrder, type OrderWords, WHAT_IF_FORM } from '../../model/parse/new-order.ts'
import { formatTimeUs } from '../../model/parse/timestamps.ts'
import { EVALUATE } from '../../model/records/commands.ts'
import { encode } from '../../model/records/schema.ts'
import type { Tape } from '../../model/records/tape.ts'
import type { Result } from '../../model/vocabulary.ts'
import { decisionIn } from '../answers/decision-memory.ts'
import { sourcesOf } from '../answers/order-decisions.ts'
import { ruleJson } from './decision-json.ts'
import type { Exchange } from './exchange.ts'
import type { OrderServices } from './order-routes.ts'
import type { Route } from './route.ts'
import { rowJson } from './row-json.ts'

/** What is asked of each parameter, in words. */
const SUMMARIES: Readonly<Record<string, string>> = {
  '/validate/max_order_qty': 'Maximum order quantity: is the order too large?',
  '/validate/max_order_value': 'Maximum order value: is the order worth too much?',
  '/check/daily_gross_exposure': 'Daily gross exposure: would the day become too large?',
  '/check/intraday_net_exposure': 'Intraday net exposure: would the book become too long or too short?',
  '/validate/sector_concentration': 'Sector concentration: would one sector become too large a share of capital?',
  '/validate/wash_trade': 'Wash trade prevention: could the order trade with one of the same owner?',
  '/validate/regulatory_compliance': 'Regulatory compliance: does a rule forbid the order?',
}

/** The seven, in the order of the control table. */
export const PARAMETERS: readonly ControlRow[] = CONTROLS.filter((control: ControlRow) => control.path !== undefined)
/** Gross exposure is two controls: the day's flow, and the worst-case positions. */
const BESIDE: Readonly<Record<string, string>> = { DAILY_GROSS: 'PORTFOLIO_GROSS' }

export function whatIfRoutes(services: OrderServices): readonly Route[] {
  return PARAMETERS.map((control) => ({
    method: 'POST',
    url: control.path as string,
    duties: ['orders:write', 'risk:read'],
    tag: 'What-if',
    summary: SUMMARIES[control.path as string] ?? control.code,
    description: `Evaluates ${control.code} (${control.id}) for the proposed order against the live state. Nothing is reserved; clOrdID may be left out and is not used up; the question is on record.`,
    form: WHAT_IF_FORM,
    answer: 'Verdict',
    answerDescription: "The verdict, and the parameter's value for this order.",
    errors: ['NOT_BOUND'],
    sequenced: true,
    handle: (call, rows) => ask(services, call, rows[0] as OrderWords, control),
  }))
}

function ask(
  { gate, sequencing, metrics }: OrderServices,
  call: Exchange,
  words: OrderWords,
  control: ControlRow,
): void {
  const { caller } = call
  if (caller.session < 0) return call.refuse(new RequestError('NOT_BOUND', '', 'The client has no session.'))
  const receivedUs = Date.now() * 1000
  let instrument = -1
  sequencing.one(call, {
    write: (tape) => {
      const order = newOrder(words, gate.directory, caller, receivedUs)
      if (order instanceof RequestError) return order
      instrument = order.values.instrument
      return encode(tape, EVALUATE, evaluate(order, control.index))
    },
    answer: (tape, command, end) => {
      metrics.count('what_ifs_total', `parameter="${control.code}"`)
      const profile = gate.directory.profile === 'demo' ? 'demo' : undefined
      return JSON.stringify({ ...verdict(tape, command, end), profile })
    },
  })

  function verdict(tape: Tape, command: number, end: number): object {
    const codes = [control.code, BESIDE[control.code]]
    const wanted = (_failed: boolean, index: number) => codes.includes(CONTROLS[index]?.code)
    const decision = decisionIn(tape, command, end)
    if (decision < 0) throw new Error('a what-if has no decision')
    const why = explain(tape, command, decision, sourcesOf(gate), instrument, wanted)
    const result = worst(codes.map((code) => why.results[code ?? '']))
    const binding = bindingRow(why.rows)
    return {
      parameter: control.code,
      verdict: result === 'FAIL' ? 'BLOCK' : (result ?? 'NOT_EVALUATED'),
      value: parameterValue(control, result, binding, why),
      unit: control.unit === 'bps' && binding !== undefined ? 'percent' : binding?.limit.unit,
      text: sayVerdict(control, result, binding, why),
      rows: why.rows.map(rowJson),
      reason: why.reason,
      qtyPassing: why.qtyPassing,
      seq: why.seq,
      time: formatTimeUs(why.timeUs),
    }
  }
}

/** Of two controls the one that refuses; undefined where neither was evaluated. */
function worst(results: readonly (Result | undefined)[]): Result | undefined {
  return (['FAIL', 'ALERT', 'PASS'] as const).find((result) => results.includes(result))
}

/** The row that binds: the first that fails, else the one with the least room. */
function bindingRow(rows: readonly RowUse[]): RowUse | undefined {
  const failed = rows.find((row) => row.failed && !row.waived) ?? rows.find((row) => row.failed)
  if (failed !== undefined) return failed
  return rows.reduce<RowUse | undefined>(
    (best, row) => (best === undefined || row.headroom < best.headroom ? row : best),
    undefined,
  )
}

/** The parameter's typed value. */
function parameterValue(
  control: ControlRow,
  result: Result | undefined,
  row: RowUse | undefined,
  why: Explanation,
): unknown {
  if (control.code === 'SELF_MATCH') return result === undefined ? null : result === 'FAIL'
  if (control.code === 'REGULATORY_COMPLIANCE') {
    return {
      compliant: result === undefined ? null : result !== 'FAIL',
      rule: why.rule === undefined ? null : ruleJson(why.rule),
    }
  }
  if (row === undefined) return null
  const { text } = row.limit
  // A whole quantity is a JSON integer and a share a JSON number; a fraction, money and UNLIMITED stay the exact text.
  if (!/^[0-9]+$/.test(text)) return text
  return control.unit === 'bps' ? Number(text) / 100 : control.unit === 'qty' ? Number(text) : text
}

function sayVerdict(
  control: ControlRow,
  result: Result | undefined,
  row: RowUse | undefined,
  why: Explanation,
): string {
  if (row !== undefined) return `${row.control.code}: ${sayRow(row)}`
  if (why.reason?.control === control.id) return why.reason.text
  return result === undefined ? `${control.code}: not evaluated` : `${control.code}: ${result.toLowerCase()}`
}
