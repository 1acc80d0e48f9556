/**
 * The README's way into production: its commands and options are there, its requests are ones that the gate's document
 * describes, and its file of a zone and of calendars is taken.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { schemaFaults } from '../gateway/rest/schema-faults.ts'
import { hashText, hashWords, NO_ROWS_HASH } from '../model/statement-hash.ts'
import type { LooseJson } from '../simulator/loose-json.ts'
import { RestGate } from '../simulator/rest-gate.ts'
import { repositoryRoot } from '../tidy/repository-root.ts'
import { readImport } from './import/import-file.ts'

const PORTCULLIS = fileURLToPath(new URL('./portcullis.js', import.meta.url))
const README = readFileSync(join(repositoryRoot(), 'README.md'), 'utf8')
const SECTION = README.slice(README.indexOf('\n## Production\n'), README.indexOf("\n## One order's life\n"))
const BLOCKS = [...SECTION.matchAll(/^```bash\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
  block.trim().split('\n'),
)

interface Request {
  readonly as: string
  readonly path: string
  readonly body: LooseJson
}

const REQUESTS: readonly Request[] = BLOCKS.flatMap((line) => {
  const [, as = '', path = '', body = ''] = /^post (\S+) (\S+) '(.*)'$/.exec(line) ?? []
  return as === '' ? [] : [{ as, path, body: JSON.parse(body) as LooseJson }]
})

function help(words: readonly string[]): Promise<string> {
  return new Promise((settle, fail) => {
    execFile(process.execPath, [PORTCULLIS, ...words, '--help'], (error, stdout, stderr) =>
      error === null ? settle(stdout) : fail(new Error(`${words.join(' ')}: ${stderr}`, { cause: error })),
    )
  })
}

describe('the way into production in the README', { timeout: 60_000 }, () => {
  let gate: RestGate
  let document: LooseJson
  before(async () => {
    gate = await RestGate.start()
    await gate.register('ops-1', 'client', ['reference:write'])
    document = await (await fetch(`${gate.url}/openapi.json`)).json()
  })
  after(() => gate.close())

  test('is commands that there are, with options that they have', async () => {
    const inline = [...SECTION.matchAll(/`(npx portcullis [^`]+)`/g)].map(([, command = '']) => command)
    const commands = [...BLOCKS.filter((line) => line.startsWith('npx ')), ...inline]
    assert.ok(commands.length > 12)
    const helps = new Map<string, Promise<string>>()
    for (const command of commands) {
      const [words = ''] = command.replace(/^npx portcullis /, '').split(/(?= --| [A-Z])/, 2)
      const isOfTwo = /^(person|client|proposal|secrets)\b/.test(words)
      const name = words.split(' ').slice(0, isOfTwo ? 2 : 1)
      const key = name.join(' ')
      const known = helps.get(key) ?? help(name)
      helps.set(key, known)
      for (const [option] of command.matchAll(/--[a-z]+/g))
        assert.match(await known, new RegExp(`${option}\\b`), command)
    }
  })

  test('is requests that the document of the gate describes', () => {
    assert.ok(REQUESTS.length >= 8)
    for (const { path, body } of REQUESTS) {
      const template = Object.keys(document.paths).find((one) =>
        new RegExp(`^${one.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
      )
      assert.ok(template !== undefined, path)
      const { schema } = document.paths[template].post.requestBody.content['application/json']
      assert.deepEqual(schemaFaults(schema.oneOf?.[0] ?? schema, body, document), [], path)
    }
  })

  test('states the hash of a statement without rows', () => {
    const stated = REQUESTS.find(({ path }) => path.endsWith('/positions-statement'))
    const { hash0, hash1 } = hashWords(NO_ROWS_HASH)
    assert.equal(stated?.body.hash, hashText(hash0, hash1))
  })

  test('tells a zone and calendars that the gate takes', async () => {
    const venue = await gate.send('ops-1', 'POST', '/hierarchy', { kind: 'VENUE', name: 'XNYS' })
    assert.equal(venue.body.outcome, 'APPLIED')
    const [, yaml = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(SECTION) ?? []
    const { rows, faults } = readImport('reference', yaml, 'yaml')
    assert.deepEqual(faults, [])
    const count = (path: string) => rows.filter((row) => row.path === path).length
    assert.ok(count('/zones/transitions') > 20, 'two a year')
    assert.deepEqual([count('/calendars'), count('/calendars/days')], [2, 2])
    const told = REQUESTS.filter(({ path }) => path === '/zones')
    assert.equal(told.length, 1)
    for (const { path, body } of [...rows, ...told]) {
      const answer = await gate.send('ops-1', 'POST', path, body)
      assert.equal(answer.body.outcome, 'APPLIED', `${path}: ${JSON.stringify(answer.body)}`)
    }
    const proposed = REQUESTS.filter(({ path }) => path === '/proposals').map(({ body }) => body.path)
    assert.deepEqual(proposed, ['/hierarchy', '/calendars/days', '/day-roll'])
  })
})
