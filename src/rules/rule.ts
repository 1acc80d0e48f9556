/**
 * What a regulatory rule is: plain data, so that a pack can be read from JSON or YAML as well as from TypeScript. A rule
 * refuses an order that it applies to and whose facts do not provably satisfy it.
 */
import type { Fact, RuleInfo } from '../model/rules.ts'

/** A number: a fact of the order, a whole constant, a sum, or the negative of one of these. */
export type Term = Fact | number | { readonly sum: readonly Term[] } | { readonly negative: Term }

export type Pair = readonly [left: Term, right: Term]

/** left < right, <=, >, >=, = and <>. With an unknown fact on either side none of them holds, and none of them fails. */
export type Comparison =
  | { readonly lt: Pair }
  | { readonly le: Pair }
  | { readonly gt: Pair }
  | { readonly ge: Pair }
  | { readonly eq: Pair }
  | { readonly ne: Pair }

/**
 * Something that holds, fails, or is not known (Kleene): `all` fails by one part that fails, `any` holds by one that
 * holds, whatever is not known beside it.
 */
export type Condition =
  | Comparison
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }

/**
 * Whose rule it is, and so in which calendar its first and last day are reckoned: New York days for the United States,
 * UTC days for the firm's own rules.
 */
export const JURISDICTIONS = ['US', 'FIRM'] as const
export type Jurisdiction = (typeof JURISDICTIONS)[number]

export interface Rule extends RuleInfo {
  readonly jurisdiction: Jurisdiction
  /** Which orders it judges. Where that is not known it judges. */
  readonly appliesWhen: Condition | 'always'
  /** What such an order must satisfy. Where that is not known it is refused. */
  readonly requires: Condition
  /** How the text was read where it leaves a choice, and what is left out. */
  readonly notes?: readonly string[]
  /** What was not checked against a source: confirm it before it is quoted as law. */
  readonly unverified?: readonly string[]
}

export const COMPARISONS = ['lt', 'le', 'gt', 'ge', 'eq', 'ne'] as const
export type ComparisonName = (typeof COMPARISONS)[number]

/** The operator and the two sides of a comparison; undefined for any other condition. */
export function comparisonOf(condition: Condition): { readonly name: ComparisonName; readonly pair: Pair } | undefined {
  for (const name of COMPARISONS) {
    const pair = (condition as Partial<Record<ComparisonName, Pair>>)[name]
    if (pair !== undefined) return { name, pair }
  }
  return undefined
}

/** Calls `visit` with every fact that a condition reads, once for each place. */
export function visitFacts(condition: Condition | 'always', visit: (fact: Fact) => void): void {
  if (condition === 'always') return
  const comparison = comparisonOf(condition)
  if (comparison !== undefined) for (const term of comparison.pair) visitTermFacts(term, visit)
  else if ('not' in condition) visitFacts(condition.not, visit)
  else if ('all' in condition) for (const part of condition.all) visitFacts(part, visit)
  else if ('any' in condition) for (const part of condition.any) visitFacts(part, visit)
}

function visitTermFacts(term: Term, visit: (fact: Fact) => void): void {
  if (typeof term === 'string') visit(term)
  else if (typeof term === 'number') return
  else if ('sum' in term) for (const part of term.sum) visitTermFacts(part, visit)
  else visitTermFacts(term.negative, visit)
}

/** The facts that a condition reads, in the order of their first place. */
export function factsOf(condition: Condition | 'always'): readonly Fact[] {
  const facts = new Set<Fact>()
  visitFacts(condition, (fact) => facts.add(fact))
  return [...facts]
}
