/** The generated pages are current and whole, and the reader of control headers takes exactly their form. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ALERTS } from '../../gateway/alerts/alert-codes.ts'
import { REASONS } from '../../model/codes.ts'
import { CONTROLS } from '../../model/controls.ts'
import { REQUEST_ERRORS } from '../../model/errors.ts'
import { repositoryRoot } from '../repository-root.ts'
import { isFault, readControlHeader } from './control-header.ts'
import { table } from './markdown.ts'
import { OWN_WORDS } from './own-words.ts'
import { collectHeaders, makeReference } from './reference-pages.ts'
import { closedSets } from './vocabulary-page.ts'

const root = repositoryRoot()
const { pages, findings } = makeReference(root)

for (const { path, text } of pages) {
  test(`${path} is current`, () => {
    const written = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : ''
    // Not assert.equal: its diff of two pages says less than what to do.
    if (written !== text) assert.fail(`${path} is not what the code says: run \`npm run reference\``)
  })
}

test('every control has its specification, and every file of the folder is a control', () => {
  if (findings.length > 0) assert.fail(findings.map(({ path, message }) => `${path}: ${message}`).join('\n'))
})

test('no code is missing on the pages', () => {
  const textOf = (name: string) => pages.find(({ path }) => path.endsWith(`/${name}.md`))?.text ?? ''
  for (const { code } of CONTROLS) assert.ok(textOf('controls').includes(`\n## \`${code}\`\n`), code)
  for (const { code, number } of REASONS) assert.ok(number === 0 || textOf('errors').includes(`| \`${code}\` |`), code)
  for (const { code } of ALERTS) assert.ok(textOf('alerts').includes(`| \`${code}\` |`), code)
  for (const { code } of REQUEST_ERRORS) assert.ok(textOf('errors').includes(`| \`${code}\` |`), code)
})

const HEADER = `/**
 * MAX_ORDER_QTY: one order may not be larger
 * than the limit.
 *
 * Rule      orderQty <= limit,
 *           also of a replace.
 * Units     Quantity.
 * Reads     Nothing.
 * On breach ordRejReason 99.
 * Source    None.
 */
export {}
`

test('a control header is read to its last line', () => {
  const header = readControlHeader({ path: 'a.ts', text: HEADER })
  assert.deepEqual(header, {
    code: 'MAX_ORDER_QTY',
    purpose: 'one order may not be larger than the limit.',
    lines: {
      Rule: 'orderQty <= limit, also of a replace.',
      Units: 'Quantity.',
      Reads: 'Nothing.',
      'On breach': 'ordRejReason 99.',
      Source: 'None.',
    },
  })
})

test('a control header in another form is a finding', () => {
  const bad = [
    '// MAX_ORDER_QTY: no header\n',
    HEADER.replace('MAX_ORDER_QTY: ', ''),
    HEADER.replace(' *\n', ''),
    HEADER.replace(' * Units     Quantity.\n', ''),
    HEADER.replace('Units ', 'Unit '),
    HEADER.replace(' * Source    None.\n', ' * Source    None.\n * Source    Again.\n'),
    HEADER.replace(' * Source    None.\n', ' * Source    None.\n *\n * More.\n'),
  ]
  for (const text of bad) assert.ok(isFault(readControlHeader({ path: 'a.ts', text })), text)
})

test('a control that is missing, unknown or specified twice is a finding', () => {
  const messages = (texts: readonly string[]) =>
    collectHeaders(texts.map((text, i) => ({ path: `${i}.ts`, text }))).findings.map(({ message }) => message)
  assert.deepEqual(messages([]), [])
  assert.equal(messages([HEADER]).length, CONTROLS.length - 1)
  assert.equal(messages([HEADER, HEADER])[0], 'MAX_ORDER_QTY has its specification elsewhere')
  assert.equal(messages([HEADER.replace('MAX_ORDER_QTY', 'NO_SUCH')])[0], 'NO_SUCH is no control')
})

test('every closed set of the model is on the page, and says what it is', () => {
  const path = 'src/model/vocabulary.ts'
  const text = readFileSync(join(root, path), 'utf8')
  const sets = closedSets({ path, text })
  assert.equal(sets.length, text.match(/^export const [A-Z_]+ = \[/gm)?.length)
  assert.deepEqual(sets.find(({ name }) => name === 'SIDES')?.values, ['Buy', 'Sell', 'SellShort', 'SellShortExempt'])
})

test('our own words stand in alphabetical order, each once', () => {
  const words = OWN_WORDS.map(({ word }) => word)
  assert.deepEqual(
    words,
    [...new Set(words)].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
  )
})

test('a stroke in a cell does not end it', () => {
  assert.equal(table(['A'], [['|x|']]), '| A |\n| --- |\n| \\|x\\| |')
})
