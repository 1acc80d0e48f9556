/**
 * Compiles a rule pack once to closures over the array of facts. No text is evaluated.
 *
 * A condition is compiled in two senses, "provably holds" and "provably fails". A comparison with NaN does neither, so
 * one rule gives the whole of failing closed: an order is refused unless the rule provably does not apply, or is
 * provably satisfied. Knowing less never lets an order pass that knowing more refuses.
 */
import { FACTS, type Fact, FLAG_FACTS, factIndex, type RulePack } from '../model/rules.ts'
import { newYorkDayStartUs, nextDay, parseDay, utcDayStartUs } from './calendar-days.ts'
import { type ComparisonName, type Condition, comparisonOf, type Pair, type Rule, type Term } from './rule.ts'
import { checkRules } from './rule-check.ts'

/** A compiled pack that still shows its rules. */
export interface CompiledPack extends RulePack {
  readonly rules: readonly Rule[]
}

type Test = (facts: Float64Array) => boolean

/** A comparison in the sense that lets an order pass: what it says provably holds. */
interface Proof {
  readonly name: ComparisonName
  readonly pair: Pair
}

/** Proofs, and how they go together. */
type Passage = Proof | { readonly every: readonly Passage[] } | { readonly some: readonly Passage[] }

const NOW_US = factIndex('nowUs')

/**
 * Compiles the rules in their order: the first that refuses is named. Its index is in the journal, so rules are appended,
 * and one that ended gets its last day.
 * @throws RulePackError for rules that are not well-formed, or whose refusal could turn into a pass at a larger quantity.
 */
export function compilePack(rules: readonly Rule[], version = 1): CompiledPack {
  if (!Number.isSafeInteger(version) || version < 1) throw new RangeError(`a pack's version counts from 1: ${version}`)
  const checked = checkRules(rules)
  const spans = checked.map(effectiveSpan)
  const fromUs = Float64Array.from(spans, (span) => span.fromUs)
  const untilUs = Float64Array.from(spans, (span) => span.untilUs ?? Number.POSITIVE_INFINITY)
  const ways = checked.map(waysThrough)
  // Flags stand in one table and are tried before any call is made: nearly every order passes nearly every rule by one.
  const { first, places, values } = flagTable(ways.map((rule) => rule.filter(isFlag)))
  const others = ways.map((rule) => compileSome(rule.filter((way) => !isFlag(way))))
  const passesByFlag = (facts: Float64Array, rule: number): boolean => {
    for (let k = first[rule] as number; k < (first[rule + 1] as number); k++) {
      if (facts[places[k] as number] === values[k]) return true
    }
    return false
  }
  const firstRefusal = (facts: Float64Array): number => {
    // A short array would read as undefined, which compares like an unknown fact: a programmer's error, not an order's.
    if (facts.length < FACTS.length) throw new RangeError(`${facts.length} facts of ${FACTS.length}`)
    const nowUs = facts[NOW_US] as number
    for (let i = 0; i < others.length; i++) {
      if (passesByFlag(facts, i)) continue
      // Neither comparison holds while the time is not known: then every rule is in effect.
      if (nowUs < (fromUs[i] as number) || nowUs >= (untilUs[i] as number)) continue
      if (!(others[i] as Test)(facts)) return i
    }
    return -1
  }
  let satisfied: Uint8Array | undefined
  return {
    version,
    rules: checked,
    get satisfiedBy() {
      satisfied ??= satisfiedByFlags(firstRefusal)
      return satisfied
    },
    firstRefusal,
  }
}

/** Asks with nothing known but the flags: what passes so passes whatever else is known, and on every day. */
function satisfiedByFlags(firstRefusal: (facts: Float64Array) => number): Uint8Array {
  const facts = new Float64Array(FACTS.length).fill(Number.NaN)
  const places = FLAG_FACTS.map(factIndex)
  return Uint8Array.from({ length: 1 << FLAG_FACTS.length }, (_, flags) => {
    for (const [bit, place] of places.entries()) facts[place] = (flags >> bit) & 1
    return firstRefusal(facts) < 0 ? 1 : 0
  })
}

/** The span in which a rule is in effect: from the start of its first day, up to and without the end of its last. */
export function effectiveSpan(rule: Rule): { readonly fromUs: number; readonly untilUs?: number } {
  const startUs = rule.jurisdiction === 'US' ? newYorkDayStartUs : utcDayStartUs
  const first = parseDay(rule.effectiveFrom)
  const last = rule.effectiveUntil === undefined ? undefined : parseDay(rule.effectiveUntil)
  if (first === null || last === null) throw new RangeError(`${rule.id}: not a day`)
  const fromUs = startUs(first)
  return last === undefined ? { fromUs } : { fromUs, untilUs: startUs(nextDay(last)) }
}

/** The ways in which an order passes a rule, each enough by itself. */
function waysThrough({ appliesWhen, requires }: Rule): readonly Passage[] {
  const satisfied = proofOf(requires, true)
  const ways = appliesWhen === 'always' ? [satisfied] : [proofOf(appliesWhen, false), satisfied]
  return ways.flatMap((way) => ('some' in way ? way.some : [way]))
}

/** What must provably hold for the condition to hold, or with `holds` false to fail. */
function proofOf(condition: Condition, holds: boolean): Passage {
  const comparison = comparisonOf(condition)
  if (comparison !== undefined) {
    return holds ? comparison : { name: OPPOSITE[comparison.name], pair: comparison.pair }
  }
  if ('not' in condition) return proofOf(condition.not, !holds)
  const isAll = 'all' in condition
  const parts = isAll ? condition.all : 'any' in condition ? condition.any : []
  const proofs = parts.map((part) => proofOf(part, holds))
  // That all fails is that one of its parts fails, and the other way round.
  return isAll === holds ? { every: proofs } : { some: proofs }
}

const OPPOSITE = { lt: 'ge', le: 'gt', gt: 'le', ge: 'lt', eq: 'ne', ne: 'eq' } as const satisfies Record<
  ComparisonName,
  ComparisonName
>

/** A fact that equals a constant. */
function isFlag(way: Passage): way is Proof & { readonly pair: readonly [Fact, number] } {
  return 'name' in way && way.name === 'eq' && typeof way.pair[0] === 'string' && typeof way.pair[1] === 'number'
}

/** The flags of rule i stand from first[i] to first[i + 1]. */
function flagTable(rules: readonly (readonly { readonly pair: readonly [Fact, number] }[])[]) {
  const flags = rules.flat()
  const first = new Int32Array(rules.length + 1)
  for (const [i, own] of rules.entries()) first[i + 1] = (first[i] as number) + own.length
  return {
    first,
    places: Int32Array.from(flags, ({ pair }) => factIndex(pair[0])),
    values: Float64Array.from(flags, ({ pair }) => pair[1]),
  }
}

function compile(way: Passage): Test {
  if ('every' in way) return compileEvery(way.every)
  if ('some' in way) return compileSome(way.some)
  return compileComparison(way.name, sideOf(way.pair[0]), sideOf(way.pair[1]))
}

function compileEvery(ways: readonly Passage[]): Test {
  const tests = ways.map(compile)
  if (tests.length === 1) return tests[0] as Test
  return (facts) => {
    for (let i = 0; i < tests.length; i++) if (!(tests[i] as Test)(facts)) return false
    return true
  }
}

function compileSome(ways: readonly Passage[]): Test {
  const tests = ways.map(compile)
  if (tests.length === 1) return tests[0] as Test
  return (facts) => {
    for (let i = 0; i < tests.length; i++) if ((tests[i] as Test)(facts)) return true
    return false
  }
}

function compileComparison(name: ComparisonName, left: Side, right: Side): Test {
  switch (name) {
    case 'lt':
      return (facts) => read(left, facts) < read(right, facts)
    case 'le':
      return (facts) => read(left, facts) <= read(right, facts)
    case 'gt':
      return (facts) => read(left, facts) > read(right, facts)
    case 'ge':
      return (facts) => read(left, facts) >= read(right, facts)
    case 'eq':
      return (facts) => read(left, facts) === read(right, facts)
    case 'ne':
      // Not `!==`, which NaN satisfies.
      return (facts) => read(left, facts) < read(right, facts) || read(left, facts) > read(right, facts)
  }
}

/** A term as a constant and facts with their signs: terms are linear. */
interface Side {
  readonly constant: number
  readonly places: Int32Array
  readonly signs: Float64Array
}

function sideOf(term: Term): Side {
  let constant = 0
  const places: number[] = []
  const signs: number[] = []
  const collect = (part: Term, sign: number): void => {
    if (typeof part === 'number') constant += sign * part
    else if (typeof part === 'string') {
      places.push(factIndex(part))
      signs.push(sign)
    } else if ('negative' in part) collect(part.negative, -sign)
    else for (const inner of part.sum) collect(inner, sign)
  }
  collect(term, 1)
  return { constant, places: Int32Array.from(places), signs: Float64Array.from(signs) }
}

/**
 * Facts are safe integers, so a sum of two is exact while it is one, and beyond that still on the same side of every safe
 * integer: the comparison stays right. Of more than two every partial sum must be a safe integer. Rounding is monotone,
 * so no sum makes a rule less strict at a larger quantity.
 */
function read(side: Side, facts: Float64Array): number {
  let total = side.constant
  for (let k = 0; k < side.places.length; k++) {
    total += (side.signs[k] as number) * (facts[side.places[k] as number] as number)
  }
  return total
}
