/**
 * Checks rules when they are loaded, whatever they were read from: types do not reach into JSON and YAML. A pack with
 * one fault is refused as a whole, with all its faults named.
 */
import { NAME_CHARS } from '../model/bounds.ts'
import { FACTS } from '../model/rules.ts'
import { parseDay, YEAR_MAX, YEAR_MIN } from './calendar-days.ts'
import { reportRisingWithQuantity } from './quantity-direction.ts'
import { COMPARISONS, JURISDICTIONS, type Rule } from './rule.ts'

/** Longest text, most rules, and most nested levels and parts of one condition: enough for any law, and bounded. */
const CHARS_MAX = 400
const RULES_MAX = 1_000
const DEPTH_MAX = 16
const PARTS_MAX = 256

const REQUIRED = ['id', 'title', 'citation', 'source', 'jurisdiction', 'effectiveFrom', 'refusal'] as const
const KNOWN: readonly string[] = [...REQUIRED, 'effectiveUntil', 'appliesWhen', 'requires', 'notes', 'unverified']

/** Rules that cannot be loaded; `faults` names every place. */
export class RulePackError extends Error {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(`the rule pack has ${faults.length} fault(s):\n${faults.join('\n')}`)
    this.name = 'RulePackError'
    this.faults = faults
  }
}

type Report = (at: string, fault: string) => void
type Fields = Readonly<Record<string, unknown>>

/** One walk through a condition. Its parts are counted: an alias in YAML can hold the same part any number of times. */
interface Walk {
  readonly report: Report
  partsLeft: number
}

/**
 * Returns the rules as they were given.
 * @throws RulePackError where they are not well-formed.
 */
export function checkRules(input: unknown): readonly Rule[] {
  const faults: string[] = []
  const report: Report = (at, fault) => faults.push(`${at}: ${fault}`)
  if (!Array.isArray(input) || input.length === 0 || input.length > RULES_MAX) {
    throw new RulePackError([`rules: a list of 1 to ${RULES_MAX} rules`])
  }
  for (const [place, rule] of input.entries()) checkRule(rule, `rules[${place}]`, report)
  reportDuplicates(input, report)
  if (faults.length > 0) throw new RulePackError(faults)
  const rules = input as readonly Rule[]
  // Only trees that are known to be well-formed can be walked.
  for (const rule of rules) reportRisingWithQuantity(rule, report)
  if (faults.length > 0) throw new RulePackError(faults)
  return rules
}

function checkRule(input: unknown, at: string, report: Report): void {
  if (!isFields(input)) {
    report(at, 'a rule is an object')
    return
  }
  for (const key of Object.keys(input)) if (!KNOWN.includes(key)) report(at, `'${key}' is no field of a rule`)
  for (const key of REQUIRED) checkText(input[key], `${at}.${key}`, report)
  checkIdentity(input, at, report)
  checkDates(input, at, report)
  for (const key of ['notes', 'unverified'] as const) checkTexts(input[key], `${at}.${key}`, report)
  for (const key of ['appliesWhen', 'requires'] as const) {
    if (key === 'appliesWhen' && input[key] === 'always') continue
    checkCondition(input[key], `${at}.${key}`, 1, { report, partsLeft: PARTS_MAX })
  }
}

function checkIdentity(rule: Fields, at: string, report: Report): void {
  const { id, jurisdiction, source } = rule
  if (typeof id === 'string' && (!/^[A-Z][A-Z0-9_]*$/.test(id) || id.length > NAME_CHARS)) {
    report(`${at}.id`, `capitals, digits and _, at most ${NAME_CHARS} characters`)
  }
  if (!JURISDICTIONS.some((known) => known === jurisdiction)) {
    report(`${at}.jurisdiction`, `one of ${JURISDICTIONS.join(', ')}`)
  }
  if (typeof source === 'string' && !/^https:\/\/[^\s]+$/.test(source)) report(`${at}.source`, 'an https address')
}

function checkDates(rule: Fields, at: string, report: Report): void {
  const { effectiveFrom: from, effectiveUntil: until } = rule
  const day = `a day as yyyy-mm-dd in ${YEAR_MIN} to ${YEAR_MAX}`
  if (typeof from === 'string' && parseDay(from) === null) report(`${at}.effectiveFrom`, day)
  if (until === undefined) return
  if (typeof until !== 'string' || parseDay(until) === null) report(`${at}.effectiveUntil`, day)
  // ISO dates sort as texts.
  else if (typeof from === 'string' && until < from) report(`${at}.effectiveUntil`, 'not before effectiveFrom')
}

function checkText(input: unknown, at: string, report: Report): void {
  if (typeof input !== 'string' || input.trim() === '') report(at, 'a text')
  else if (input.length > CHARS_MAX) report(at, `at most ${CHARS_MAX} characters`)
}

function checkTexts(input: unknown, at: string, report: Report): void {
  if (input === undefined) return
  if (!Array.isArray(input) || input.length === 0) report(at, 'a list of texts')
  else for (const [place, text] of input.entries()) checkText(text, `${at}[${place}]`, report)
}

/** Refuses an empty list too: `all` of nothing holds, and what was meant is not known. */
function checkCondition(input: unknown, at: string, depth: number, walk: Walk): void {
  if (isTooLarge(at, depth, walk)) return
  const [key, value] = onlyEntry(input)
  if (key === 'not') checkCondition(value, `${at}.not`, depth + 1, walk)
  else if (key === 'all' || key === 'any') {
    for (const [part, place] of partsOf(value, `${at}.${key}`, 1, walk)) checkCondition(part, place, depth + 1, walk)
  } else if (COMPARISONS.some((name) => name === key)) {
    checkComparison(value, `${at}.${key}`, depth + 1, walk)
  } else walk.report(at, `a condition has one key of ${[...COMPARISONS, 'all', 'any', 'not'].join(', ')}`)
}

function checkComparison(pair: unknown, at: string, depth: number, walk: Walk): void {
  if (!Array.isArray(pair) || pair.length !== 2) {
    walk.report(at, 'a list of two terms')
    return
  }
  const reads = pair.map((term, place) => checkTerm(term, `${at}[${place}]`, depth, walk))
  if (!reads.some((reading) => reading)) walk.report(at, 'compares no fact')
}

/** Returns whether the term reads a fact, or would if it were well-formed. */
function checkTerm(input: unknown, at: string, depth: number, walk: Walk): boolean {
  if (isTooLarge(at, depth, walk)) return true
  if (typeof input === 'number') {
    if (!Number.isSafeInteger(input)) walk.report(at, 'a constant is a safe integer')
    return false
  }
  const [key, value] = onlyEntry(input)
  if (key === 'negative') return checkTerm(value, `${at}.negative`, depth + 1, walk)
  if (key === 'sum') {
    const parts = partsOf(value, `${at}.sum`, 2, walk).map(([part, place]) => checkTerm(part, place, depth + 1, walk))
    return parts.length === 0 || parts.some((reads) => reads)
  }
  if (typeof input !== 'string') walk.report(at, 'a term is a fact, a safe integer, { sum } or { negative }')
  else if (!FACTS.some((fact) => fact === input)) walk.report(at, `'${input}' is no fact`)
  return true
}

/** Reports once where a condition nests too deep or has too many parts; what lies below is not walked. */
function isTooLarge(at: string, depth: number, walk: Walk): boolean {
  walk.partsLeft--
  if (depth > DEPTH_MAX) walk.report(at, `nested deeper than ${DEPTH_MAX}`)
  if (walk.partsLeft === -1) walk.report(at, `more than ${PARTS_MAX} parts`)
  return depth > DEPTH_MAX || walk.partsLeft < 0
}

/** Key and value of an object with one key; no key for anything else. */
function onlyEntry(input: unknown): readonly [key: string | undefined, value?: unknown] {
  if (!isFields(input)) return [undefined]
  const entries = Object.entries(input)
  return entries.length === 1 ? (entries[0] as [string, unknown]) : [undefined]
}

/** The parts of a list with their places; none, and a fault, where it is no list or has too few. */
function partsOf(input: unknown, at: string, least: number, walk: Walk): readonly [unknown, string][] {
  if (Array.isArray(input) && input.length >= least && input.length <= PARTS_MAX) {
    return Array.from(input, (part: unknown, place): [unknown, string] => [part, `${at}[${place}]`])
  }
  walk.report(at, `a list of ${least} to ${PARTS_MAX}`)
  return []
}

function isFields(input: unknown): input is Fields {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
}

function reportDuplicates(rules: readonly unknown[], report: Report): void {
  const seen = new Set<unknown>()
  rules.forEach((rule, place) => {
    if (!isFields(rule) || typeof rule.id !== 'string') return
    if (seen.has(rule.id)) report(`rules[${place}].id`, `'${rule.id}' is taken`)
    seen.add(rule.id)
  })
}
