/** The list of mutants keeps step with the sources: each applies, and the tests that should notice exist. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { MUTANTS } from './mutants.ts'

test('there are at least 40 mutants, of engine, exposure, journal, recovery, client and adapter', () => {
  assert.ok(MUTANTS.length >= 40)
  const folders = new Set(MUTANTS.map(({ file }) => file.split('/')[0]))
  assert.deepEqual([...folders].sort(), ['adapter', 'client', 'engine', 'gateway', 'journal', 'replay', 'sequencer'])
  assert.equal(new Set(MUTANTS.map(({ name }) => name)).size, MUTANTS.length)
})

for (const mutant of MUTANTS) {
  test(`mutant applies: ${mutant.name}`, () => {
    const source = readFileSync(join('src', mutant.file), 'utf8')
    assert.equal(source.split(mutant.from).length, 2, `${mutant.file} must have this once: ${mutant.from}`)
    assert.notEqual(mutant.from, mutant.to)
    for (const name of mutant.by) assert.ok(existsSync(join('src', `${name}.ts`)), name)
  })
}
