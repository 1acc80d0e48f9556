/** The generated code is what the contract says; that it is well formed says `npm run proto -- --check`. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CONTRACT_HASH } from './contract.gen.ts'
import { contractFiles, fieldNumbers } from './contract.ts'
import { SESSION_COMMANDS } from './session-commands.ts'

const root = join(import.meta.dirname, '../../..')

test('the generated code is that of the contract: npm run proto', () => {
  const folder = join(root, 'proto')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.proto'))
  const hash = createHash('sha256')
  for (const name of names.sort()) hash.update(name).update(readFileSync(join(folder, name)))
  assert.equal(CONTRACT_HASH, hash.digest('hex'))
})

test('every form of a session is a message with the same fields', () => {
  for (const form of Object.values(SESSION_COMMANDS)) {
    assert.deepEqual([...fieldNumbers(form.name).keys()].sort(), form.fields.map(({ name }) => name).sort(), form.name)
  }
})

test('a file stands behind those that it imports', () => {
  const names = contractFiles().map(({ name }) => name)
  for (const [at, { dependency }] of contractFiles().entries()) {
    for (const needed of dependency) assert.ok(names.slice(0, at).includes(needed), needed)
  }
})
