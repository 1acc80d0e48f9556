/** The pages that say which test shows what are true and whole, and their reader sees what is missing. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { test } from 'node:test'
import { proofRows, proofsHold, titlesOf } from './proof-rules.ts'
import { repositoryRoot } from './repository-root.ts'

const root = repositoryRoot()
const read = (path: string) => ({ path, text: readFileSync(join(root, path), 'utf8') })
const tests = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .map((path) => read(`src/${path.split(sep).join('/')}`))
const FAILURES = read('docs/reference/failures.md')
const WRONG_GATES = read('docs/reference/wrong-gates.md')
const INVARIANTS = read('docs/reference/invariants.md')

/** What can fail: each has its row. */
const FAILURE_ROWS = [
  ...['Gate process down', 'Split brain', 'Limit store unreachable', 'Reference data missing', 'Price stale'],
  ...['FX stale', 'Drop copy lost', 'Venue session lost', 'Audit sink lost', 'Clock beyond tolerance'],
  ...['Model service down', 'Surveillance or GUI down', 'Evaluation error'],
]
const ENFORCEMENT_ROWS = [
  ...['Knight 2012', 'Goldman 2013', 'Merrill 2012-14', 'Citi 2022', 'Latour', 'FINRA themes', 'FINRA 2023'],
]
const numbers = (count: number) => Array.from({ length: count }, (_, at) => `${at + 1}`)

for (const page of [FAILURES, WRONG_GATES, INVARIANTS]) {
  test(`${page.path}: each row names tests that are there, or says why it has none`, () => {
    const findings = proofsHold(page, tests)
    assert.deepEqual(
      findings.map(({ path, line, message }) => `${path}:${line}: ${message}`),
      [],
    )
  })
}

test('each failure, each way to go wrong, each case of enforcement and each invariant has its row', () => {
  const first = (page: typeof FAILURES) => proofRows(page).map(({ cells }) => cells[0])
  assert.deepEqual(first(FAILURES), FAILURE_ROWS)
  assert.deepEqual(first(WRONG_GATES), [...numbers(20), ...ENFORCEMENT_ROWS])
  assert.deepEqual(first(INVARIANTS), numbers(10))
})

test('each way to go wrong, and each invariant, has a test of its number', () => {
  for (const { cells, tests: named } of proofRows(WRONG_GATES).slice(0, 20)) {
    assert.ok(
      named.some(({ title }) => title.startsWith(`where home-made gates go wrong #${cells[0]}: `)),
      cells[0],
    )
  }
  for (const { cells, tests: named } of proofRows(INVARIANTS)) {
    const own = new RegExp(`^invariants? (\\d+,? (and )?)*${cells[0]}\\b`)
    assert.ok(
      named.some(({ title }) => own.test(title)),
      cells[0],
    )
  }
})

test('each failure says what becomes of new orders, of reducing ones and of cancels', () => {
  for (const { cells } of proofRows(FAILURES)) {
    assert.equal(cells.length, 5, cells[0])
    for (const cell of cells) assert.notEqual(cell, '', cells[0])
  }
})

const TESTS = {
  path: 'src/a.test.ts',
  text: [
    "test('one', () => {})",
    "  wrong(\n  3,\n  'it\\'s \\'two\\'', f)",
    "failure('x: y', f)",
    "assert('no')",
    'for (const a of b) test(`c`)',
    '  test(`v $' + '{1} w`)',
  ].join('\n'),
}
const page = (...rows: readonly string[]) => ({
  path: 'docs/reference/p.md',
  text: ['| What | Shown by |', '| --- | --- |', ...rows.map((row) => `| what | ${row} |`)].join('\n'),
})

test('titles are read from the calls that open tests, with their numbers, escapes and gaps', () => {
  assert.deepEqual(titlesOf(TESTS), [
    'one',
    "where home-made gates go wrong #3: it's 'two'",
    'failure matrix: x: y',
    'v ... w',
  ])
})

test('a test that is not there, a link without a title, and a row without test and reason are findings', () => {
  const A = '[a](../../src/a.test.ts)'
  const messages = (row: string) => proofsHold(page(row), [TESTS]).map(({ line, message }) => `${line} ${message}`)
  for (const sound of [`${A} "one"`, `${A} "one"<br>${A} "failure matrix: x: y"`, 'Not built: nobody wrote it yet']) {
    assert.deepEqual(messages(sound), [], sound)
  }
  assert.deepEqual(messages(`${A} "two"`), ['3 src/a.test.ts has no test "two"'])
  assert.deepEqual(messages('[b](../../src/b.test.ts) "one"'), ['3 src/b.test.ts has no test "one"'])
  assert.equal(messages(`${A} one`).length, 2)
  assert.equal(messages('').length, 1)
  assert.equal(messages('Not built: yet').length, 1)
})

test('other tables are left alone', () => {
  assert.deepEqual(proofsHold({ path: 'p.md', text: '| What | Why |\n| --- | --- |\n| a | |\n' }, [TESTS]), [])
})
