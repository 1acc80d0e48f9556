/**
 * Proves of a rule, from its tree alone, that a refusal at one quantity is a refusal at every larger one. The engine's
 * answer "the largest quantity that would have passed" is found by bisection and is right only then.
 */
import { type Condition, comparisonOf, type Rule, type Term } from './rule.ts'

/** Reports the places where a larger quantity could let an order pass that a smaller one does not. */
export function reportRisingWithQuantity(rule: Rule, report: (at: string, fault: string) => void): void {
  const fault = 'a larger quantity could turn a refusal into a pass'
  if (rule.appliesWhen !== 'always' && !canOnlyBecome(true, rule.appliesWhen)) report(`${rule.id}.appliesWhen`, fault)
  if (!canOnlyBecome(false, rule.requires)) report(`${rule.id}.requires`, fault)
}

/** True where the condition, as the quantity grows and nothing else moves, can only turn to `truth`. */
function canOnlyBecome(truth: boolean, condition: Condition): boolean {
  const comparison = comparisonOf(condition)
  if (comparison === undefined) {
    if ('not' in condition) return canOnlyBecome(!truth, condition.not)
    const parts = 'all' in condition ? condition.all : 'any' in condition ? condition.any : []
    return parts.every((part) => canOnlyBecome(truth, part))
  }
  const { name, pair } = comparison
  const counts = [signsOfQuantity(pair[0]), signsOfQuantity(pair[1]).map((sign) => -sign)].flat()
  const [slope] = counts
  if (slope === undefined) return true
  // An equality holds at one quantity alone: it turns both ways. And of two places each is rounded on its own.
  if (counts.length > 1 || name === 'eq' || name === 'ne') return false
  const turnsFalse = name === 'lt' || name === 'le' ? slope > 0 : slope < 0
  return turnsFalse !== truth
}

/** 1 for each place where the term adds the quantity, -1 for each where it takes it off: terms are linear. */
function signsOfQuantity(term: Term): readonly number[] {
  if (typeof term === 'string') return term === 'quantity' ? [1] : []
  if (typeof term === 'number') return []
  if ('negative' in term) return signsOfQuantity(term.negative).map((sign) => -sign)
  return term.sum.flatMap(signsOfQuantity)
}
