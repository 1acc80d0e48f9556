/** Rules as they may come from a file: what is not well-formed is refused, with the place of every fault. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { compilePack } from './compiler.ts'
import type { Condition, Rule } from './rule.ts'
import { checkRules, RulePackError } from './rule-check.ts'
import { US_EQUITY_RULES } from './us-equity-pack.ts'

const RULE = {
  id: 'TEST',
  title: 'A rule of a test',
  citation: 'None',
  source: 'https://example.com/rule',
  jurisdiction: 'US',
  effectiveFrom: '2000-01-01',
  refusal: 'Refused.',
  appliesWhen: 'always',
  requires: { eq: ['halted', 0] },
} as const satisfies Rule

function faultsOf(rules: unknown): readonly string[] {
  try {
    checkRules(rules)
    return []
  } catch (error) {
    assert.ok(error instanceof RulePackError, String(error))
    return error.faults
  }
}

test('the first pack survives a trip through JSON', () => {
  const copy: unknown = JSON.parse(JSON.stringify(US_EQUITY_RULES))
  assert.deepEqual(checkRules(copy), US_EQUITY_RULES)
})

test('a rule may be written in YAML', () => {
  const rules: unknown = parse(`
- id: CLOSE_ONLY
  title: A sale may only close
  citation: Firm policy
  source: https://example.com/policy
  jurisdiction: FIRM
  effectiveFrom: "2026-01-01"
  effectiveUntil: "2026-12-31"
  refusal: Only sales that close pass.
  appliesWhen: { ne: [isBuy, 1] }
  requires:
    all:
      - le: [{ sum: [accountSellLeaves, quantity] }, accountPosition]
      - not: { gt: [quantity, 1000] }
`)
  assert.equal(compilePack(checkRules(rules)).rules.length, 1)
})

test('an unknown fact does not compile', () => {
  // @ts-expect-error There is no fact of this name.
  const requires: Condition = { le: ['quantty', 10] }
  assert.deepEqual(faultsOf([{ ...RULE, requires }]), ["rules[0].requires.le[0]: 'quantty' is no fact"])
})

test('a rule with a fault is refused, and the fault is named with its place', () => {
  const rows: [change: object, fault: string][] = [
    [{ id: 'lower' }, 'rules[0].id: capitals, digits and _, at most 32 characters'],
    [{ id: 'X'.repeat(33) }, 'rules[0].id: capitals, digits and _, at most 32 characters'],
    [{ title: '' }, 'rules[0].title: a text'],
    [{ title: 'x'.repeat(401) }, 'rules[0].title: at most 400 characters'],
    [{ citation: undefined }, 'rules[0].citation: a text'],
    [{ source: 'http://example.com' }, 'rules[0].source: an https address'],
    [{ jurisdiction: 'MARS' }, 'rules[0].jurisdiction: one of US, FIRM'],
    [{ effectiveFrom: '2026-02-30' }, 'rules[0].effectiveFrom: a day as yyyy-mm-dd in 1967 to 2199'],
    [{ effectiveFrom: 20_260_101 }, 'rules[0].effectiveFrom: a text'],
    [{ effectiveUntil: '1999-12-31' }, 'rules[0].effectiveUntil: not before effectiveFrom'],
    [{ effectiveUntil: null }, 'rules[0].effectiveUntil: a day as yyyy-mm-dd in 1967 to 2199'],
    [{ refusal: 7 }, 'rules[0].refusal: a text'],
    [{ notes: 'one' }, 'rules[0].notes: a list of texts'],
    [{ notes: [''] }, 'rules[0].notes[0]: a text'],
    [{ unverified: [] }, 'rules[0].unverified: a list of texts'],
    [{ severity: 'high' }, "rules[0]: 'severity' is no field of a rule"],
  ]
  for (const [change, fault] of rows) assert.deepEqual(faultsOf([{ ...RULE, ...change }]), [fault])
})

test('an expression with a fault is refused, and the fault is named with its place', () => {
  const keys = 'a condition has one key of lt, le, gt, ge, eq, ne, all, any, not'
  const rows: [requires: unknown, fault: string][] = [
    [undefined, `: ${keys}`],
    ['always', `: ${keys}`],
    [{}, `: ${keys}`],
    [{ eq: ['halted', 0], ne: ['halted', 1] }, `: ${keys}`],
    [{ equals: ['halted', 0] }, `: ${keys}`],
    [[{ eq: ['halted', 0] }], `: ${keys}`],
    [{ all: [] }, '.all: a list of 1 to 256'],
    [{ any: [] }, '.any: a list of 1 to 256'],
    [{ all: { eq: ['halted', 0] } }, '.all: a list of 1 to 256'],
    [{ not: true }, `.not: ${keys}`],
    [{ any: [{ eq: ['halted', 0] }, 1] }, `.any[1]: ${keys}`],
    [{ eq: ['halted'] }, '.eq: a list of two terms'],
    [{ eq: ['halted', 0, 1] }, '.eq: a list of two terms'],
    [{ eq: [1, 1] }, '.eq: compares no fact'],
    [{ eq: [{ sum: [1, 2] }, { negative: 3 }] }, '.eq: compares no fact'],
    [{ eq: ['halted', 0.5] }, '.eq[1]: a constant is a safe integer'],
    [{ eq: ['halted', Number.NaN] }, '.eq[1]: a constant is a safe integer'],
    [{ eq: ['halted', 2 ** 53] }, '.eq[1]: a constant is a safe integer'],
    [{ eq: ['halted', null] }, '.eq[1]: a term is a fact, a safe integer, { sum } or { negative }'],
    [{ eq: ['halted', '0'] }, ".eq[1]: '0' is no fact"],
    [{ eq: ['__proto__', 0] }, ".eq[0]: '__proto__' is no fact"],
    [{ eq: [{ sum: ['bid'] }, 0] }, '.eq[0].sum: a list of 2 to 256'],
    [{ eq: [{ product: ['bid', 'ask'] }, 0] }, '.eq[0]: a term is a fact, a safe integer, { sum } or { negative }'],
  ]
  for (const [requires, fault] of rows) {
    assert.deepEqual(faultsOf([{ ...RULE, requires }]), [`rules[0].requires${fault}`])
  }
})

test('nothing that nests without end is walked without end', () => {
  const knot: { all: unknown[] } = { all: [] }
  knot.all.push(...Array(30).fill(knot))
  assert.ok(faultsOf([{ ...RULE, requires: knot }]).length > 0)
  const loop: { negative?: unknown } = {}
  loop.negative = loop
  assert.ok(faultsOf([{ ...RULE, requires: { eq: ['halted', loop] } }]).length > 0)
  const wide = { all: Array(300).fill({ eq: ['halted', 0] }) }
  assert.deepEqual(faultsOf([{ ...RULE, requires: wide }]), ['rules[0].requires.all: a list of 1 to 256'])
  const deep = { all: Array(100).fill({ eq: ['halted', 0] }) }
  assert.match(faultsOf([{ ...RULE, requires: deep }]).join(), /more than 256 parts$/)
})

test('every fault is named, and an id is taken once', () => {
  assert.deepEqual(faultsOf([{ ...RULE, id: 'a' }, { ...RULE, title: ' ' }, 5]), [
    'rules[0].id: capitals, digits and _, at most 32 characters',
    'rules[1].title: a text',
    'rules[2]: a rule is an object',
  ])
  assert.deepEqual(faultsOf([RULE, RULE]), ["rules[1].id: 'TEST' is taken"])
  for (const rules of [undefined, null, {}, [], 'rules']) {
    assert.deepEqual(faultsOf(rules), ['rules: a list of 1 to 1000 rules'])
  }
})

test('a rule that a larger quantity could satisfy is refused', () => {
  const fault = 'a larger quantity could turn a refusal into a pass'
  const ok: Condition = { eq: ['halted', 0] }
  const rows: [appliesWhen: Condition | 'always', requires: Condition, place: string | null][] = [
    ['always', { le: ['quantity', 10] }, null],
    ['always', { ge: [10, 'quantity'] }, null],
    ['always', { gt: ['bid', { sum: ['quantity', 'price'] }] }, null],
    ['always', { ge: [{ negative: 'quantity' }, -10] }, null],
    ['always', { not: { gt: ['quantity', 10] } }, null],
    ['always', { any: [{ le: ['quantity', 10] }, { eq: ['halted', 0] }] }, null],
    [{ gt: ['quantity', 10] }, ok, null],
    [{ not: { lt: ['quantity', 10] } }, ok, null],
    ['always', { ge: ['quantity', 10] }, 'requires'],
    ['always', { eq: ['quantity', 10] }, 'requires'],
    ['always', { ne: ['quantity', 10] }, 'requires'],
    ['always', { not: { le: ['quantity', 10] } }, 'requires'],
    ['always', { any: [{ le: ['quantity', 10] }, { gt: ['quantity', 20] }] }, 'requires'],
    ['always', { le: [{ sum: ['bid', { negative: 'quantity' }] }, 'ask'] }, 'requires'],
    // Each place is rounded on its own: what cancels out in words need not in numbers.
    ['always', { le: ['quantity', { sum: ['quantity', 'bid'] }] }, 'requires'],
    [{ le: ['quantity', 10] }, ok, 'appliesWhen'],
    [{ not: { gt: ['quantity', 10] } }, ok, 'appliesWhen'],
    [{ all: [{ eq: ['quantity', 10] }, ok] }, ok, 'appliesWhen'],
  ]
  for (const [appliesWhen, requires, place] of rows) {
    const expected = place === null ? [] : [`TEST.${place}: ${fault}`]
    assert.deepEqual(faultsOf([{ ...RULE, appliesWhen, requires }]), expected, JSON.stringify([appliesWhen, requires]))
  }
})
