/** The compiler against a slow three-valued twin, and its dates, order and contract by hand. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FACTS, type Fact, FLAG_FACTS, factIndex } from '../model/rules.ts'
import { compilePack } from './compiler.ts'
import type { Condition, Rule, Term } from './rule.ts'
import { RulePackError } from './rule-check.ts'

/** `SEED=` varies what the properties try. */
const SEED = Number(process.env.SEED ?? 1)

const RULE: Rule = {
  id: 'TEST',
  title: 'A rule of a test',
  citation: 'None',
  source: 'https://example.com/rule',
  jurisdiction: 'US',
  effectiveFrom: '2000-01-01',
  refusal: 'Refused.',
  appliesWhen: 'always',
  requires: { eq: ['halted', 0] },
}
const NOW_US = Date.UTC(2026, 10, 20) * 1000

function factsWith(values: Partial<Record<Fact, number>>): Float64Array {
  const facts = new Float64Array(FACTS.length)
  facts[factIndex('nowUs')] = NOW_US
  for (const [fact, value] of Object.entries(values)) facts[factIndex(fact as Fact)] = value
  return facts
}

/** Whether a condition holds, in Kleene's three values: null is not known. */
function twin(condition: Condition, facts: Float64Array): boolean | null {
  if ('not' in condition) {
    const inner = twin(condition.not, facts)
    return inner === null ? null : !inner
  }
  if ('all' in condition) {
    const parts = condition.all.map((part) => twin(part, facts))
    return parts.includes(false) ? false : parts.includes(null) ? null : true
  }
  if ('any' in condition) {
    const parts = condition.any.map((part) => twin(part, facts))
    return parts.includes(true) ? true : parts.includes(null) ? null : false
  }
  const [[name, [left, right]]] = Object.entries(condition) as [[string, [Term, Term]]]
  const l = twinTerm(left, facts)
  const r = twinTerm(right, facts)
  if (l === null || r === null) return null
  if (name === 'lt') return l < r
  if (name === 'le') return l <= r
  if (name === 'gt') return l > r
  if (name === 'ge') return l >= r
  return name === 'eq' ? l === r : l !== r
}

function twinTerm(term: Term, facts: Float64Array): bigint | null {
  if (typeof term === 'number') return BigInt(term)
  if (typeof term === 'string') {
    const value = facts[factIndex(term)] as number
    return Number.isNaN(value) ? null : BigInt(value)
  }
  if ('negative' in term) {
    const inner = twinTerm(term.negative, facts)
    return inner === null ? null : -inner
  }
  return term.sum.reduce((total: bigint | null, part) => {
    const value = twinTerm(part, facts)
    return total === null || value === null ? null : total + value
  }, 0n)
}

const fact = fc.constantFrom<Fact>('quantity', 'price', 'bid', 'halted', 'isBuy')
const { condition } = fc.letrec<{ term: Term; condition: Condition }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fact,
    fc.integer({ min: -2, max: 2 }),
    fc.record({ negative: tie('term') }),
    fc.record({ sum: fc.array(tie('term'), { minLength: 2, maxLength: 3 }) }),
  ),
  condition: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc
      .tuple(fc.constantFrom('lt', 'le', 'gt', 'ge', 'eq', 'ne'), tie('term'), tie('term'))
      .map(([name, left, right]) => ({ [name]: [left, right] }) as unknown as Condition),
    fc.record({ not: tie('condition') }),
    fc.record({ all: fc.array(tie('condition'), { minLength: 1, maxLength: 4 }) }),
    fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 4 }) }),
  ),
}))
const appliesWhen = fc.oneof(fc.constant('always' as const), condition)
const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN))
const someFacts = fc
  .record({ quantity: value, price: value, bid: value, halted: value, isBuy: value })
  .map((values) => factsWith(values))

/** The pack of one rule; undefined where its tree is refused: random ones often grow looser with the quantity. */
function packOf(rule: Rule) {
  try {
    return compilePack([rule])
  } catch (error) {
    assert.ok(error instanceof RulePackError)
    return undefined
  }
}

test('the compiled rule refuses where the twin knows that it applies, or does not know that it does not', () => {
  let compared = 0
  fc.assert(
    fc.property(
      appliesWhen,
      condition,
      fc.array(someFacts, { minLength: 8, maxLength: 8 }),
      (applies, requires, rows) => {
        const pack = packOf({ ...RULE, appliesWhen: applies, requires })
        if (pack === undefined) return
        for (const facts of rows) {
          const isRefused = (applies === 'always' || twin(applies, facts) !== false) && twin(requires, facts) !== true
          assert.equal(pack.firstRefusal(facts), isRefused ? 0 : -1)
          compared++
        }
      },
    ),
    { seed: SEED, numRuns: 3000 },
  )
  assert.ok(compared > 4000, `${compared} comparisons are too few`)
})

test('flags that satisfy a pack satisfy it whatever the other facts are, and however few are known', () => {
  let satisfied = 0
  fc.assert(
    fc.property(
      appliesWhen,
      condition,
      fc.array(someFacts, { minLength: 8, maxLength: 8 }),
      fc.integer({ min: 0, max: (1 << FLAG_FACTS.length) - 1 }),
      (applies, requires, rows, flags) => {
        const pack = packOf({ ...RULE, appliesWhen: applies, requires })
        if (pack?.satisfiedBy?.[flags] !== 1) return
        for (const facts of rows) {
          for (const [bit, flag] of FLAG_FACTS.entries()) facts[factIndex(flag)] = (flags >> bit) & 1
          assert.equal(pack.firstRefusal(facts), -1)
          satisfied++
        }
      },
    ),
    { seed: SEED, numRuns: 2000 },
  )
  assert.ok(satisfied > 100, `${satisfied} satisfied packs are too few`)
})

test('a rule that loads refuses at every quantity above one that it refuses', () => {
  let risen = 0
  fc.assert(
    fc.property(appliesWhen, condition, someFacts, (applies, requires, facts) => {
      const pack = packOf({ ...RULE, appliesWhen: applies, requires })
      if (pack === undefined) return
      let refused = false
      for (let quantity = -6; quantity <= 6; quantity++) {
        facts[factIndex('quantity')] = quantity
        const now = pack.firstRefusal(facts) >= 0
        assert.ok(now || !refused, `passes again at ${quantity}`)
        if (now && !refused && quantity > -6) risen++
        refused = now
      }
    }),
    { seed: SEED, numRuns: 5000 },
  )
  assert.ok(risen > 20, `${risen} rules that turn are too few`)
})

test('a rule is in effect from the start of its first day to the end of its last', () => {
  // Daylight time begins on the first of these days and ends on the second: 23 and 25 hours.
  const rows: [jurisdiction: Rule['jurisdiction'], from: string, until: string, firstUtc: number, endUtc: number][] = [
    ['US', '2026-03-08', '2026-03-08', Date.UTC(2026, 2, 8, 5), Date.UTC(2026, 2, 9, 4)],
    ['US', '2026-11-01', '2026-11-01', Date.UTC(2026, 10, 1, 4), Date.UTC(2026, 10, 2, 5)],
    ['US', '2025-12-31', '2026-01-01', Date.UTC(2025, 11, 31, 5), Date.UTC(2026, 0, 2, 5)],
    ['FIRM', '2026-03-08', '2026-03-08', Date.UTC(2026, 2, 8), Date.UTC(2026, 2, 9)],
  ]
  for (const [jurisdiction, effectiveFrom, effectiveUntil, firstUtc, endUtc] of rows) {
    const pack = compilePack([{ ...RULE, jurisdiction, effectiveFrom, effectiveUntil }])
    const at = (nowUs: number) => pack.firstRefusal(factsWith({ halted: 1, nowUs }))
    assert.deepEqual(
      [at(firstUtc * 1000 - 1), at(firstUtc * 1000), at(endUtc * 1000 - 1), at(endUtc * 1000), at(Number.NaN)],
      [-1, 0, 0, -1, 0],
      `${jurisdiction} ${effectiveFrom}`,
    )
  }
})

test('the first rule that refuses is named, and the others are not asked', () => {
  const pack = compilePack([
    { ...RULE, id: 'A', requires: { eq: ['halted', 0] } },
    { ...RULE, id: 'B', requires: { le: ['quantity', 10] } },
    { ...RULE, id: 'C', effectiveUntil: '2001-01-01', requires: { le: ['quantity', 1] } },
    { ...RULE, id: 'D', requires: { le: ['quantity', 5] } },
  ])
  const at = (quantity: number, halted = 0) => pack.firstRefusal(factsWith({ quantity, halted }))
  assert.deepEqual([at(5), at(6), at(11), at(11, 1), at(5, 1)], [-1, 3, 1, 0, 0])
})

test('an array of facts that is too short is an error, not an order that passes', () => {
  const pack = compilePack([RULE])
  assert.throws(() => pack.firstRefusal(new Float64Array(FACTS.length - 1)), RangeError)
})

test('a pack has a version, and shows its rules', () => {
  assert.equal(compilePack([RULE], 7).version, 7)
  assert.deepEqual(compilePack([RULE]).rules, [RULE])
  for (const version of [0, -1, 1.5, Number.NaN]) assert.throws(() => compilePack([RULE], version), RangeError)
})
