/** The names against the list that they were taken from, where that is there: real symbols, in their sectors. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { repositoryRoot } from '../../tidy/repository-root.ts'
import { NAMES } from './names.ts'

const FILE = resolve(repositoryRoot(), '../shared/data/reference/sp500-constituents-2026-08.csv')
const skip = existsSync(FILE) ? false : 'the list is not here: ../shared/data/reference/sp500-constituents-2026-08.csv'

test('every name stands in the list of August 2026, in its sector', { skip }, () => {
  const rows = readFileSync(FILE, 'utf8').split('\n')
  for (const { symbol, sector } of NAMES) {
    const row = rows.find((one) => one.startsWith(`${symbol},`))
    assert.ok(row?.includes(`,${sector},`), `${symbol} ${sector}: ${row}`)
  }
})
