/**
 * Judgement of a candidate whose names are known: every control, every row, the reason, the largest quantity that passes.
 */
import { CONTROLS_MAX } from '../../model/bounds.ts'
import { reasonNumber } from '../../model/codes.ts'
import { CONTROLS, controlAt } from '../../model/controls.ts'
import type { RulePack } from '../../model/rules.ts'
import { OUTCOMES, RESULTS } from '../../model/vocabulary.ts'
import { type Candidate, cumOf, leavesChange, leavesOfCandidate, type Measures, measure } from './candidate.ts'
import { confirmedRows } from './confirmations.ts'
import type { Decision, EvaluatedRow } from './events.ts'
import { type Snapshot, snapshot } from './exposure.ts'
import { factsOf } from './facts.ts'
import { HELD_OUTCOME, mayWait } from './held.ts'
import { overriddenRows } from './overrides.ts'
import { B13, parentRefusal } from './parents.ts'
import { type Pricing, priceOf } from './pricing.ts'
import { type RowTest, rowTest } from './row-tests.ts'
import { B03, B05, controlOf, isWaived, matchingRows, PRICED_CONTROLS } from './rows.ts'
import { canExecute, crossingOrders } from './self-match.ts'
import type { OverriddenRow } from './state.ts'
import { instrumentAt, type Limit, type State, subjectAt } from './state.ts'
import { A01, A05, A06, missingLimit, structureRefusals, tradableFault } from './structure.ts'
import { MARKET, valueAt } from './value.ts'

const A07 = controlOf('A07')
const H01 = controlOf('H01')
const I00 = controlOf('I00')
const [NOT_APPLICABLE, PASS, FAIL, ALERT] = RESULTS.map((_, index) => index) as [number, number, number, number]
const REJECT = OUTCOMES.indexOf('REJECT')
const APPROVE = OUTCOMES.indexOf('APPROVE')
const SOFT_BLOCK = OUTCOMES.indexOf('SOFT_BLOCK')

/** A decision that judged nothing, or not much. */
export function bareDecision(orderSeq: number, reason: string, failed: readonly number[] = []): Decision {
  return {
    outcome: REJECT,
    reason: reasonNumber(reason),
    orderSeq,
    firstSeq: 0,
    results: Array.from({ length: CONTROLS_MAX }, (_, index) => (failed.includes(index) ? FAIL : NOT_APPLICABLE)),
    rows: [],
    qtyPassing: 0n,
    valuationPx: 0n,
    unitN: 0n,
    unitD: 0n,
    openValue: 0n,
    refPx: 0n,
    refSource: 0,
    refTimeUs: 0,
    protectionPx: 0n,
    tokenExpiryUs: 0,
    rule: -1,
    missing: -1,
    missingSubject: -1,
    crossing: [],
  }
}

/** Everything that does not depend on the quantity, and a function for what does. */
interface Judgement {
  readonly snap: Snapshot
  readonly candidate: Candidate
  readonly pricing: Pricing
  readonly tests: readonly LevelledTest[]
  /** Why each gate control refuses, null where it passes; a control that is not judged is not in it. */
  readonly gates: Map<number, string | null>
  readonly crossing: readonly number[]
  readonly missing: { readonly control: number; readonly subject: number } | null
}

/** A row's test, and the same test with its soft level for its hard one; null where that is not asked. */
interface LevelledTest {
  readonly hard: RowTest
  readonly soft: RowTest | null
  readonly isConfirmed: boolean
  /** Use after up to which people let the order pass it; null where they do not. */
  readonly most: bigint | null
}

interface Assessment {
  readonly results: number[]
  readonly rows: readonly EvaluatedRow[]
  /** First by precedence; null where everything passes. */
  readonly reason: string | null
  readonly rule: number
}

/** The decision, and the valuation that an approve freezes. */
export function judge(state: State, candidate: Candidate, pack: RulePack, orderSeq: number) {
  const snap = snapshot(state)
  const structure = structureRefusals(state, snap, candidate)
  if ([...structure.values()].some((reason) => reason !== null)) {
    const { results, reason } = assess(structure, [], -1)
    return { decision: { ...bareDecision(orderSeq, reason as string), results }, valued: null }
  }
  const judgement = judgeRest(state, snap, candidate, structure)
  const assessment = assessAt(state, judgement, pack, candidate.orderQty)
  const { pricing } = judgement
  const waits = mayWait(state, candidate, assessment.results, judgement.crossing)
  const isRefused = assessment.reason !== null && !waits
  const isSoft = !isRefused && assessment.rows.some(({ soft, waived }) => soft && !waived)
  const softly = candidate.order === null && !candidate.isHeld ? SOFT_BLOCK : REJECT
  const otherwise = waits ? HELD_OUTCOME : APPROVE
  const decision: Decision = {
    ...bareDecision(orderSeq, isSoft ? 'SOFT_LIMIT' : (assessment.reason ?? 'NONE')),
    outcome: isRefused ? REJECT : isSoft ? softly : otherwise,
    results: assessment.results,
    rows: assessment.rows,
    rule: assessment.rule,
    qtyPassing: isRefused && candidate.overrides === null ? largestPassing(state, judgement, pack) : 0n,
    ...pricesOf(pricing),
    // Nothing is reserved by a reject or a soft block.
    openValue: isRefused || isSoft ? 0n : openValueOf(state, candidate, pricing),
    missing: judgement.missing?.control ?? -1,
    missingSubject: judgement.missing?.subject ?? -1,
    crossing: judgement.crossing,
  }
  return { decision, valued: pricing.valued }
}

function judgeRest(
  state: State,
  snap: Snapshot,
  candidate: Candidate,
  structure: Map<number, string | null>,
): Judgement {
  const gates = new Map(structure)
  const strategy = subjectAt(state, 'STRATEGY', candidate.keys.strategy)
  if (strategy !== undefined && (strategy.flags & 1) === 1) {
    gates.set(A07, state.algos.get(strategy.id) === true ? null : 'ALGO_NOT_REGISTERED')
  }
  gates.set(A06, tradableFault(state, snap, candidate))
  const missing = missingLimit(state, candidate)
  gates.set(A05, missing === null ? null : 'LIMIT_MISSING')
  const matching = matchingRows(state, candidate.keys)
  const pricing = priceOf(
    state,
    candidate,
    matching.map(({ limit }) => limit),
  )
  const isMarket = candidate.ordType === MARKET
  if (isMarket) gates.set(B05, null)
  if (pricing.fault === 'REF_PRICE_UNAVAILABLE') {
    gates.set(B03, pricing.fault)
    if (isMarket) gates.set(B05, pricing.fault)
  }
  if (pricing.fault === 'MARKET_ORDER_PROTECTION') gates.set(B05, pricing.fault)
  if (pricing.fault === 'VALUE_OUT_OF_RANGE') gates.set(A01, pricing.fault)
  const crossing = pricing.valued !== null && canExecute(candidate.ordType) ? crossingOrders(state, candidate) : []
  if (pricing.valued !== null && canExecute(candidate.ordType)) {
    gates.set(H01, crossing.length > 0 ? 'SELF_MATCH' : null)
  }
  const confirmed = confirmedRows(state, candidate)
  const overridden = overriddenRows(state, candidate)
  const tests = matching
    .filter(({ limit }) => isEvaluated(limit.control, pricing))
    .flatMap(({ limit, subject }): LevelledTest[] => {
      const test = (row: Limit) => rowTest(state, snap, candidate, pricing, { limit: row, subject })
      const hard = test(limit)
      const hasSoft = limit.soft > 0n && !isWaived(limit) && candidate.restates === undefined
      const hardForReducing = limit.hardForReducing > limit.hard ? limit.hardForReducing : 0n
      const soft = hasSoft ? test({ ...limit, hard: limit.soft, hardForReducing }) : null
      return hard === null
        ? []
        : [{ hard, soft, isConfirmed: confirmed.includes(limit), most: mostOf(overridden, limit) }]
    })
  return { snap, candidate, pricing, tests, gates, crossing, missing }
}

function mostOf(overridden: readonly OverriddenRow[], limit: Limit): bigint | null {
  return overridden.find((row) => row.limit === limit)?.most ?? null
}

/** Rows in money need a value, collar rows a reference; the others need neither. */
function isEvaluated(control: number, pricing: Pricing): boolean {
  if (!PRICED_CONTROLS.includes(control) || pricing.valued !== null) return true
  return control === B03 && pricing.fault === 'VALUE_OUT_OF_RANGE'
}

function assessAt(state: State, judgement: Judgement, pack: RulePack, q: bigint): Assessment {
  const { candidate, pricing, tests, snap } = judgement
  const gates = new Map(judgement.gates)
  let rule = -1
  const moved = leavesChange(state, candidate, q)
  let m: Measures = { orderQty: q, value: 0n, leavesChange: moved, openValueChange: 0n }
  if (pricing.valued !== null) {
    m = measure(state, candidate, pricing.valued, q)
    const goingPx = pricing.protectionPx ?? candidate.price
    rule = pack.firstRefusal(factsOf(state, snap, candidate, goingPx, q))
    if (candidate.parent !== null) gates.set(B13, parentRefusal(state, candidate, m))
    gates.set(I00, rule >= 0 ? 'REGULATORY_RULE' : null)
  }
  return assess(
    gates,
    tests.map((test) => evaluate(test, m)),
    rule,
  )
}

type TestedRow = EvaluatedRow & { readonly reason: string }

function evaluate({ hard: test, soft: softer, isConfirmed, most }: LevelledTest, m: Measures): TestedRow {
  const { limit, before } = test
  const after = test.after(m)
  const failed = !test.passes(after, m)
  const reason = test.reason ?? controlAt(limit.control).code
  const soft = !failed && softer !== null && !softer.passes(softer.after(m), m)
  // What it is measured by must be known.
  const isOverridden = most !== null && after <= most && test.reason === undefined
  const waived = failed ? isWaived(limit) || isOverridden : soft && isConfirmed
  return { limit, before, after, failed, soft, waived, reason }
}

/** Results per control and the first reason, from what the gates and the rows say. */
function assess(gates: Map<number, string | null>, tested: readonly TestedRow[], rule: number): Assessment {
  const results: number[] = Array.from({ length: CONTROLS_MAX }, () => NOT_APPLICABLE)
  const reasons = new Map<number, string>()
  const fail = (control: number, reason: string) => {
    results[control] = FAIL
    if (!reasons.has(control)) reasons.set(control, reason)
  }
  for (const [control, reason] of gates) {
    if (reason === null) results[control] = PASS
    else fail(control, reason)
  }
  for (const { limit, failed, soft, waived, reason } of tested) {
    if (failed && !waived) fail(limit.control, reason)
    else if (results[limit.control] !== FAIL) {
      results[limit.control] = failed || soft || results[limit.control] === ALERT ? ALERT : PASS
    }
  }
  const byPrecedence = [...CONTROLS].sort((a, b) => a.precedence - b.precedence)
  const first = byPrecedence.find(({ index }) => reasons.has(index))
  const rows = tested.map(({ reason: _, ...row }) => row)
  return { results, rows, reason: first === undefined ? null : (reasons.get(first.index) as string), rule }
}

/**
 * The largest multiple of the lot below the quantity, of a replace above cum, at which everything passes. Every test
 * that fails at a quantity fails at a larger one, so a search by halves finds it.
 */
function largestPassing(state: State, judgement: Judgement, pack: RulePack): bigint {
  if (judgement.pricing.valued === null) return 0n
  const { candidate } = judgement
  const { lot } = instrumentAt(state, candidate.keys.instrument)
  const passes = (lots: bigint) => assessAt(state, judgement, pack, lots * lot).reason === null
  let low = cumOf(candidate) / lot + 1n
  let high = candidate.orderQty / lot - 1n
  if (low > high || !passes(low)) return 0n
  while (low < high) {
    const middle = (low + high + 1n) / 2n
    if (passes(middle)) low = middle
    else high = middle - 1n
  }
  return low * lot
}

function pricesOf({ ref, protectionPx, valued }: Pricing) {
  return {
    refPx: ref?.px ?? 0n,
    refSource: ref?.source ?? 0,
    refTimeUs: ref?.seenUs ?? 0,
    protectionPx: protectionPx ?? 0n,
    valuationPx: valued?.v ?? 0n,
    unitN: valued?.unit.n ?? 0n,
    unitD: valued?.unit.d ?? 0n,
  }
}

/** What the judged version alone reserves. */
function openValueOf(state: State, candidate: Candidate, { valued }: Pricing): bigint {
  if (valued === null) return 0n
  const leaves = leavesOfCandidate(candidate, candidate.orderQty)
  return valueAt(instrumentAt(state, candidate.keys.instrument), valued.v, leaves, valued.unit)
}
