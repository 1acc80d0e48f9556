/** Holds docs/reference/journal.md to the code: the record tables, and the sizes and places that it states. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { REASONS } from '../model/codes.ts'
import { CONTROLS } from '../model/controls.ts'
import { PARAMETERS } from '../model/parameters.ts'
import { COMMANDS } from '../model/records/commands.ts'
import { EVENTS, FIRST_EVENT } from '../model/records/events.ts'
import type { RecordLayout } from '../model/records/schema.ts'
import { JOURNAL_FORMAT } from '../model/version.ts'
import * as vocabulary from '../model/vocabulary.ts'
import { BLOCK_HEADER_BYTES, BLOCK_TRAILER_BYTES } from './block-frame.ts'
import { SEGMENT_HEADER_BYTES } from './segment-header.ts'

const OPEN = '<!-- generated from src/model/records: UPDATE=1 npm test -- src/journal/journal-page -->'
const CLOSE = '<!-- end -->'
const page = join(repositoryRoot(), 'docs/reference/journal.md')

test('the record tables are those of the code', () => {
  const text = readFileSync(page, 'utf8')
  const from = text.indexOf(OPEN)
  const to = text.indexOf(CLOSE)
  assert.ok(from > 0 && to > from, 'the page has its marks')
  const current = `${text.slice(0, from)}${OPEN}\n\n${tables()}\n${text.slice(to)}`
  if (process.env.UPDATE === '1') writeFileSync(page, current)
  else assert.equal(text, current, 'UPDATE=1 npm test -- src/journal/journal-page')
})

test('the page states the sizes of the code', () => {
  const text = readFileSync(page, 'utf8')
  const stated = [
    `| 8 | u32 | Format version, ${JOURNAL_FORMAT} |`,
    `| 12 | u32 | Bytes of this header, ${SEGMENT_HEADER_BYTES} |`,
    `a header of ${BLOCK_HEADER_BYTES} bytes, records, a trailer of ${BLOCK_TRAILER_BYTES} bytes`,
    `Type: below ${FIRST_EVENT} a command`,
  ]
  for (const words of stated) assert.ok(text.includes(words), words)
})

test('fields stand where their type allows, none over another', () => {
  for (const record of [...COMMANDS, ...EVENTS]) {
    let end = 8
    for (const { name, byte, width } of places(record)) {
      assert.ok(byte >= end, `${record.name}.${name}`)
      assert.equal(byte % (width === 4 ? 4 : 8), 0, `${record.name}.${name}`)
      end = byte + width
    }
    assert.ok(record.bytes >= end && record.bytes % 8 === 0, record.name)
  }
})

function tables(): string {
  const groups: [string, readonly RecordLayout[]][] = [
    ['Commands', COMMANDS],
    ['Events', EVENTS],
  ]
  const records = groups.map(([title, list]) => `### ${title}\n\n${list.map(table).join('\n')}`)
  return [...records, closedSets()].join('\n')
}

/** What the numbers of fields with the unit `code` mean. */
function closedSets(): string {
  const sets: [string, readonly string[]][] = [
    ...Object.entries(vocabulary).flatMap(([name, set]): [string, readonly string[]][] =>
      typeof set === 'object' ? [[name, set]] : [],
    ),
    ['CONTROLS', CONTROLS.map(({ id }) => id)],
    ['PARAMETERS', PARAMETERS.map(({ name }) => name)],
  ]
  const rows = sets.map(([name, values]) => `| ${name} | ${values.map((value, i) => `${i} ${value}`).join(', ')} |`)
  const reasons = REASONS.map(({ number, code }) => `${number} ${code}`).join(', ')
  return `### Codes\n\n| Set | Values |\n| --- | --- |\n${rows.join('\n')}\n| Reason numbers | ${reasons} |\n`
}

function table(record: RecordLayout): string {
  const head = `#### ${record.type} ${record.name}, version ${record.version}, ${record.bytes} bytes\n\n${record.doc}\n`
  if (record.fields.length === 0) return head
  const rows = places(record).map(
    ({ name, kind, byte, width, unit, doc, isNote }) =>
      `| ${byte} | ${kind === 'text' ? `${width} bytes` : kind} | ${name} | ${unit} | ` +
      `${doc.replaceAll('|', '\\|')}${isNote === true ? ' Left off where empty.' : ''} |`,
  )
  return `${head}\n| Byte | Type | Field | Unit | Meaning |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`
}

/** The fields with their places in bytes from the record's start. */
function places(record: RecordLayout) {
  return record.fields.map((field) => {
    const place = record.at[field.name] as number
    return { ...field, byte: field.kind === 'text' ? place : place * field.width }
  })
}

function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}
