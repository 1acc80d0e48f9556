/** Each rule of tidy fails on a bad snippet and passes its good neighbour. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linksResolve, oneTitle } from './document-rules.ts'
import { importsBelow, noCycles } from './floors.ts'
import { noClockOrChance, noIdleTests, notTooLong, opensWithHeader, wellNamed } from './source-rules.ts'
import { codeOnly, type Finding, importsOf, type SourceFile } from './source-text.ts'

const at = (path: string, text = ''): SourceFile => ({ path, text })
const linesOf = (findings: readonly Finding[]) => findings.map((finding) => finding.line)

test('codeOnly blanks comments, strings, templates and regular expressions and keeps every place', () => {
  const rows: [string, string][] = [
    ['a // b', 'a     '],
    ['a /* b\n c */ d', 'a     \n      d'],
    ["a('b\\'c')", "a('    ')"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the row is source text.
    ['a = `b${c({ d: `e` })}f`', 'a = ` ${c({ d: ` ` })} `'],
    ['a = /[/"]/ + b', 'a =        + b'],
    ['a / b / c', 'a / b / c'],
    ['`', '`'],
    ["'", "'"],
    ['/* a', '    '],
  ]
  for (const [text, code] of rows) assert.equal(codeOnly(text), code)
})

test('importsOf sees imports, exports, types and dynamic imports, and none in a string', () => {
  const text = [
    "import { a } from './a.ts'",
    "export type { b } from '../b.ts'",
    "import './c.ts'",
    "const d = await import('./d.ts')",
    "// import './no.ts'",
    "const e = `import './no.ts'`",
    'import {\n  f,\n} from "f"',
  ].join('\n')
  assert.deepEqual(
    importsOf(at('src/model/x.ts', text)).map(({ specifier }) => specifier),
    ['./a.ts', '../b.ts', './c.ts', './d.ts', 'f'],
  )
})

test('a floor imports only the floors of its row', () => {
  const rows: [string, string, number][] = [
    ['src/model/a.ts', './b.ts', 0],
    ['src/model/records/a.ts', '../b.ts', 0],
    ['src/model/a.ts', '../engine/b.ts', 1],
    ['src/engine/a.ts', '../model/b.ts', 0],
    ['src/engine/controls/a.ts', '../../rules/b.ts', 1],
    ['src/gateway/rest/a.ts', '../../engine/b.ts', 1],
    ['src/journal/a.ts', '../../bench/b.ts', 1],
    ['src/engine/a.test.ts', '../gateway/b.ts', 0],
    ['src/engine/a.ts', '../model/b.test.ts', 1],
    ['src/simulator/a.ts', '../engine/b.ts', 0],
    ['src/main.ts', './engine/b.ts', 0],
    ['bench/a.bench.ts', '../src/engine/b.ts', 0],
  ]
  for (const [path, specifier, count] of rows) {
    assert.equal(importsBelow(at(path, `import { b } from '${specifier}'`)).length, count, `${path} ${specifier}`)
  }
})

test('a pure floor imports no package', () => {
  const text = "import { parse } from 'yaml'\nimport fs from 'node:fs'"
  assert.deepEqual(linesOf(importsBelow(at('src/rules/a.ts', text))), [1, 2])
  assert.deepEqual(importsBelow(at('src/journal/a.ts', text)), [])
})

test('a folder of src has a row in the table', () => {
  assert.equal(importsBelow(at('src/misc/a.ts')).length, 1)
  assert.equal(importsBelow(at('src/other.ts')).length, 1)
  assert.equal(importsBelow(at('src/constructor/a.ts')).length, 1)
})

test('files do not import each other in a circle', () => {
  const circle = [
    at('src/model/a.ts', "import './b.ts'"),
    at('src/model/b.ts', "import type { C } from './records/c.ts'"),
    at('src/model/records/c.ts', "export * from '../a.ts'"),
  ]
  const found = noCycles(circle)
  assert.equal(found.length, 1)
  assert.match(found[0]?.message ?? '', /a\.ts -> .*b\.ts -> .*c\.ts -> .*a\.ts$/)
  assert.deepEqual(noCycles(circle.slice(0, 2)), [])
})

test('a pure floor reads no clock, no chance and no locale', () => {
  const bad = [
    'Date.now()',
    'new Date()',
    'performance.now()',
    'Math.random()',
    'a.localeCompare(b)',
    'a.toLocaleString()',
    'new Intl.NumberFormat()',
  ]
  for (const text of bad) {
    assert.equal(noClockOrChance(at('src/engine/a.ts', text)).length, 1, text)
    assert.deepEqual(noClockOrChance(at('src/journal/a.ts', text)), [], text)
    assert.deepEqual(noClockOrChance(at('src/engine/a.test.ts', text)), [], text)
  }
  assert.deepEqual(noClockOrChance(at('src/engine/a.ts', "/** Never Date.now. */\nconst a = 'Math.random'")), [])
})

test('an excuse needs its reason and covers one line', () => {
  const find = (text: string) => linesOf(noClockOrChance(at('src/report/a.ts', text)))
  assert.deepEqual(find('new Date(0) // tidy-ok: a fixed date'), [])
  assert.deepEqual(find('// tidy-ok: a fixed date\nnew Date(0)'), [])
  assert.deepEqual(find('new Date(0) // tidy-ok:'), [1])
  assert.deepEqual(find('new Date(0) // tidy-ok: a fixed date\nnew Date(1)'), [2])
})

test('a test is not silenced without a message', () => {
  const find = (text: string) => noIdleTests(at('src/model/a.test.ts', text)).length
  const bad = ["test.only('a')", "it.skip('a')", "test('a', { only: true })", "test('a', { skip: true })", 't.skip()']
  for (const text of bad) assert.equal(find(text), 1, text)
  for (const text of ["test('a', { skip: 'why' })", "t.skip('why')", "say('.only')"]) assert.equal(find(text), 0, text)
  assert.deepEqual(noIdleTests(at('src/model/a.ts', 'list.skip()')), [])
})

test('a file opens with its header', () => {
  const find = (text: string) => opensWithHeader(at('src/model/a.ts', text)).length
  assert.equal(find('/** What it is for. */'), 0)
  assert.equal(find('#!/usr/bin/env node\n/**\n * What it is for.\n */'), 0)
  assert.equal(find('// What it is for.'), 1)
  assert.equal(find("import './b.ts'\n/** Too late. */"), 1)
  assert.equal(find('/** */\n'), 1)
})

test('a file has at most 500 lines unless it is generated', () => {
  assert.deepEqual(notTooLong(at('src/model/a.ts', 'a\n'.repeat(500))), [])
  assert.deepEqual(linesOf(notTooLong(at('src/model/a.ts', 'a\n'.repeat(501)))), [501])
  assert.deepEqual(notTooLong(at('src/model/a.gen.ts', 'a\n'.repeat(501))), [])
})

test('names are kebab-case, no barrels and no drawers', () => {
  const good = ['src/model/trading-state.ts', 'src/model/fix44.gen.ts', 'src/model/a.test.ts', 'src/main.ts']
  const bad = ['src/model/index.ts', 'src/model/TradingState.ts', 'src/model/trading_state.ts', 'src/model/utils.ts']
  for (const folder of ['utils', 'common', 'helpers', 'shared']) bad.push(`src/model/${folder}/a.ts`)
  for (const path of good) assert.deepEqual(wellNamed(at(path)), [])
  for (const path of bad) assert.equal(wellNamed(at(path)).length, 1, path)
})

test('a page has one title', () => {
  assert.deepEqual(oneTitle(at('docs/a.md', '# One\n## Two\n```sh\n# not a title\n```\n')), [])
  assert.deepEqual(linesOf(oneTitle(at('docs/a.md', '# One\n\n# Two\n'))), [3])
  assert.deepEqual(linesOf(oneTitle(at('docs/a.md', 'No title\n'))), [1])
})

test("a page's relative links resolve", () => {
  const here = new Set(['README.md', 'docs/b.md', 'docs/decisions'])
  const find = (text: string) => linksResolve(at('docs/a.md', text), (path) => here.has(path)).length
  for (const text of ['[b](b.md)', '[b](./b.md#part)', '[up](../README.md)', '[d](decisions)', '[root](/README.md)']) {
    assert.equal(find(text), 0, text)
  }
  for (const text of ['[web](https://example.com/x)', '[here](#part)', '`[code](no.md)`', '```\n[code](no.md)\n```']) {
    assert.equal(find(text), 0, text)
  }
  for (const text of ['[c](c.md)', '![picture](c.svg "Title")', '[c]: c.md', '[up](../docs/../c.md)']) {
    assert.equal(find(text), 1, text)
  }
})
