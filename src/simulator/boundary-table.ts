/**
 * Boundary tables: one row per case, the last column says what comes of it. Each row is a test of its own, on a firm of
 * its own.
 *
 *   PASS                     approved, and the control passed
 *   N/A                      approved, and the control was not judged
 *   ALERT                    approved, and the control only alerts
 *   MAX_ORDER_QTY            refused for this reason; no smaller order is offered
 *   MAX_ORDER_QTY 100        refused for this reason; 100 is offered, passes when it is sent, and one lot more is refused
 */
import assert from 'node:assert/strict'
import { REASONS } from '../model/codes.ts'
import { CONTROLS } from '../model/controls.ts'
import { scenario } from './scenario.ts'
import type { Decision } from './scenario-decision.ts'
import type { Scenario } from './scenario-engine.ts'
import type { ControlCode, LimitGiven, OrderGiven, ScenarioOptions } from './scenario-given.ts'

/** What stands before the order comes. */
export type Step = (s: Scenario) => void

export type BoundaryRow = readonly [title: string, given: Step | readonly Step[], order: OrderGiven, expected: string]

/** Steps that set, or take away, a row of one control: at('A1', 100), absent('A1'). */
export function rowsOf(control: ControlCode) {
  return {
    at:
      (subject: string, hard: number, given: LimitGiven = {}): Step =>
      (s) =>
        s.limit(control, subject, hard, given),
    absent:
      (subject: string, given: LimitGiven = {}): Step =>
      (s) =>
        s.unlimit(control, subject, given),
  }
}

/** Registers a test for each row. */
export function boundaryTable(control: ControlCode, rows: readonly BoundaryRow[], options: ScenarioOptions = {}): void {
  for (const [title, given, order, expected] of rows) {
    scenario(
      `${control}: ${title}: ${expected}`,
      (s) => {
        for (const step of typeof given === 'function' ? [given] : given) step(s)
        const decision = s.order(order)
        assertDecided(decision, control, expected)
        if (offers(expected)) assertQtyPassing(s, order, decision)
      },
      options,
    )
  }
}

/** Holds a decision against the last column of a table. */
export function assertDecided(decision: Decision, control: ControlCode, expected: string): void {
  const [word = '', qty = '0'] = expected.split(' ')
  const result = decision.results[control] ?? 'N/A'
  if (word === 'PASS' || word === 'N/A' || word === 'ALERT') {
    assert.equal(`${decision.outcome} ${decision.reason} ${result}`, `APPROVE NONE ${word}`)
    return
  }
  assert.equal(`${decision.outcome} ${decision.reason}`, `REJECT ${word}`)
  const own = CONTROLS.find(({ code }) => code === control)?.id
  if (REASONS.find(({ code }) => code === word)?.control === own) assert.equal(result, 'FAIL')
  assert.equal(decision.qtyPassing, Number(qty), 'qtyPassing')
}

function offers(expected: string): boolean {
  return expected.includes(' ')
}

/** One lot more than qtyPassing is refused; qtyPassing itself passes, where there is any. */
export function assertQtyPassing(s: Scenario, order: OrderGiven, { qtyPassing }: Decision): void {
  const lot = s.engine.directory.instrument(s.id(order.instrument ?? 'ACME'))?.lot ?? 1
  const more = s.order({ ...order, orderQty: qtyPassing + lot })
  assert.equal(more.outcome, 'REJECT', `one lot more than qtyPassing, ${qtyPassing + lot}, must be refused`)
  if (qtyPassing === 0) return
  const { outcome, reason } = s.order({ ...order, orderQty: qtyPassing })
  assert.equal(`${outcome} ${reason}`, 'APPROVE NONE', `qtyPassing, ${qtyPassing}, must pass`)
}
