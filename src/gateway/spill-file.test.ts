/** The spill file keeps each cancel as a line, and stops none where it cannot. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { CANCEL_ORDER } from '../model/records/commands.ts'
import { CANCEL_FIELDS, SPILLED_CANCEL } from '../model/records/journal-commands.ts'
import { SpillFile } from './spill-file.ts'

test('cancels are lines in their order, kept over a restart', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'spill-')), 'cancels.jsonl')
  for (const id of ['a', 'b']) {
    const file = new SpillFile(path)
    assert.ok(file.add('ems-1', 'ems-1', id, ''))
    file.close()
  }
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).origClOrdID),
    ['a', 'b'],
  )
  if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('a folder that is not there stops no cancel', () => {
  assert.equal(new SpillFile('/nowhere/at/all/cancels.jsonl').add('s', 's', 'a', ''), false)
})

test('a cancel of either record stands in the same places', () => {
  for (const { name } of CANCEL_FIELDS) assert.equal(SPILLED_CANCEL.at[name], CANCEL_ORDER.at[name], name)
})
