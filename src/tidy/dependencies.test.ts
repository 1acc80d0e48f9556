/** Every runtime dependency is pinned and has its reason on record, and no reason stands for one that is gone. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { repositoryRoot } from './repository-root.ts'

const root = repositoryRoot()
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Readonly<Record<string, string>>
}

test('each runtime dependency has a row in the decision on dependencies', () => {
  const record = readFileSync(join(root, 'docs/decisions/0002-runtime-dependencies.md'), 'utf8')
  const rows = [...record.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1])
  assert.deepEqual(rows.sort(), Object.keys(dependencies).sort())
})

test('each runtime dependency is pinned to one version', () => {
  for (const [name, version] of Object.entries(dependencies)) assert.match(version, /^\d+\.\d+\.\d+$/, name)
})
