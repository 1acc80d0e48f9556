/** `portcullis import` against a gate: what a file would change there, and the one proposal that it becomes. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readSecrets } from '../floor/client/credentials.ts'
import { GateClient } from '../floor/client/gate-client.ts'
import { DEMO_MARKET, demoWorld } from '../floor/world/demo-world.ts'
import { setUpWorld } from '../floor/world/set-up-world.ts'
import { beginDemo, floorSecretsFile, officerKeyFile } from './demo-genesis.ts'
import type { ImportRow } from './import/import-file.ts'
import { propose } from './import/propose.ts'
import { type OpenGate, openGate } from './open-gate.ts'

const PORTCULLIS = fileURLToPath(new URL('./portcullis.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'import-'))
const logger = { info: () => {}, warn: () => {}, error: () => {} }

function portcullis(...args: readonly string[]) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((settle) => {
    execFile(process.execPath, [PORTCULLIS, 'import', ...args], { cwd: folder }, (error, stdout, stderr) =>
      settle({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

describe('an import', { timeout: 60_000 }, () => {
  let gate: OpenGate
  let asked: readonly string[]
  before(async () => {
    const directory = join(folder, 'data')
    const settings = { directory, durability: 'os', host: '127.0.0.1', port: 0, clock: 'system', logger } as const
    gate = await openGate({ ...settings, onFatal: (cause) => assert.fail(String(cause)) })
    await beginDemo(gate, { firm: 'DEMO', baseCurrency: 'USD', tradeDate: 20261123 })
    const client = new GateClient({
      ...{ url: new URL(gate.url), secrets: readSecrets(floorSecretsFile(directory)), feed: DEMO_MARKET.feed },
      ...{ nowMs: Date.now, wait: async () => assert.fail('the gate slows the floor down') },
    })
    const { firm, time } = await client.readiness()
    await setUpWorld(client, demoWorld(firm, 'floor-ems'), time)
    client.close()
    asked = ['--url', gate.url, '--key', officerKeyFile(directory, 'officer-1')]
  })
  after(async () => {
    await gate.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('of limits shows what is new, changed, taken away and the same', async () => {
    writeFileSync(
      join(folder, 'limits.csv'),
      `control,subject,object,hard,windowUs,remove
MESSAGE_RATE,STRATEGY:STRAT-1,,25,1000000,
MESSAGE_RATE,STRATEGY:STRAT-2,,30,1000000,
MESSAGE_RATE,STRATEGY:STRAT-2,,400,60000000,
MESSAGE_RATE,STRATEGY:STRAT-3,,,1000000,true
MAX_OPEN_ORDERS,TRADER:TRADER-1,,,,true
`,
    )
    const { code, stdout, stderr } = await portcullis('limits', 'limits.csv', ...asked)
    assert.equal(code, 0, stderr)
    assert.equal(
      stdout,
      `limits.csv: 5 rows: 5 /limits
~ MESSAGE_RATE STRATEGY:STRAT-2 in 1000000 us: hard 25 -> hard 30
+ MESSAGE_RATE STRATEGY:STRAT-2 in 60000000 us: hard 400
- MESSAGE_RATE STRATEGY:STRAT-3 in 1000000 us: hard 25
1 new, 1 changed, 1 taken away, 2 as they are
nothing was sent; --propose proposes it
`,
    )
  })

  test('of all limits that stand changes none', async () => {
    const { limits } = demoWorld('DEMO', 'floor-ems')
    const money = limits.filter(({ control }) => control === 'B02')
    assert.ok(money.length > 10)
    const rows = money.map(({ subject, hard }) => `MAX_ORDER_NOTIONAL,${subject.kind}:${subject.name},${hard}`)
    writeFileSync(join(folder, 'all.csv'), ['control,subject,hard', ...rows].join('\n'))
    const { stdout, stderr } = await portcullis('limits', 'all.csv', ...asked)
    assert.match(stdout, new RegExp(`0 new, 0 changed, 0 taken away, ${money.length} as they are`), stderr)
  })

  test('of positions compares them with the accounts', async () => {
    writeFileSync(
      join(folder, 'positions.yaml'),
      `positions:
  - { account: ACC-1, symbol: AAPL, qty: 2000.0 }
  - { account: ACC-2, symbol: AAPL, qty: -5 }
  - { account: ACC-13, symbol: GME, qty: 7 }
`,
    )
    const { stdout, stderr } = await portcullis('positions', 'positions.yaml', ...asked)
    assert.match(stdout, /~ ACC-2 AAPL: 2000 -> -5\n\+ ACC-13 GME: 7\n1 new, 1 changed, 0 taken away, 1 as/, stderr)
  })

  test('of reference data is counted, and of a file alone only looked at', async () => {
    const file = 'hierarchy:\n  - { kind: DESK, name: DESK-9 }\nfx:\n  - { currency: EUR, rate: "1.08" }\n'
    writeFileSync(join(folder, 'reference.yml'), file)
    const alone = await portcullis('reference', 'reference.yml')
    assert.match(alone.stdout, /^reference\.yml: 2 rows: 1 \/hierarchy, 1 \/fx\nnothing was sent; --url and --key/)
    const beside = await portcullis('reference', 'reference.yml', ...asked)
    assert.match(beside.stdout, /2 rows: parameters and reference data are not compared/)
  })

  test('with a fault goes nowhere, and says where the fault is', async () => {
    writeFileSync(join(folder, 'bad.csv'), 'account,symbol,qty\nACC-1,AAPL,many\nACC-1,AAPL\n')
    const { code, stdout, stderr } = await portcullis('positions', 'bad.csv', ...asked, '--propose', 'no')
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(
      stderr,
      /^bad\.csv:2: qty: .*\nbad\.csv:3: 2 cells.*\nbad\.csv: 2 fault\(s\); nothing of it is imported\n$/,
    )
    writeFileSync(join(folder, 'latin.csv'), Buffer.from('account,symbol,qty\nM\xfcller,A,1\n', 'latin1'))
    assert.match((await portcullis('positions', 'latin.csv')).stderr, /latin\.csv: this is not UTF-8/)
  })

  test('needs words that fit', async () => {
    for (const [words, fault] of [
      [['positions', 'none.csv'], /none\.csv: there is no such file/],
      [['positions', 'a.json'], /a name that ends with \.csv, \.yaml or \.yml/],
      [['dreams', 'a.csv'], /Allowed choices are limits, reference, positions/],
      [['positions', 'positions.yaml', '--url', 'http://127.0.0.1:1'], /--url and --key need each other/],
      [['positions', 'positions.yaml', '--propose', 'x'], /--propose needs --url and --key/],
    ] as const) {
      const { code, stderr } = await portcullis(...words)
      assert.match(stderr, fault)
      assert.equal(code, 64)
    }
  })
})

test('a file becomes one proposal: opened, filled in order, submitted with its hash', async () => {
  const sent: [string, string, unknown][] = []
  const client = {
    send: async (method: 'GET' | 'POST', path: string, body?: object) => {
      sent.push([method, path, body])
      const answer = { outcome: 'APPLIED', id: 7, state: 'DRAFT' }
      return Array.isArray(body) ? { rows: body.map(({ line }) => ({ ...answer, contentHash: `h${line}` })) } : answer
    },
  }
  const rows: ImportRow[] = Array.from({ length: 1_001 }, (_, at) => ({
    ...{ path: '/positions', line: at + 2 },
    body: { account: 'A', symbol: `S-${at}`, qty: '1' },
  }))
  assert.deepEqual(await propose(client, rows, 'quarter'), { id: 7, contentHash: 'h1000' })
  assert.deepEqual(
    sent.map(([method, path]) => `${method} ${path}`),
    ['POST /proposals', ...Array.from({ length: 3 }, () => 'POST /proposals/7/lines'), 'POST /proposals/7/submit'],
  )
  const [, , { key, ...opening }] = sent[0] as [string, string, { readonly key: string }]
  assert.match(key, /^[0-9a-f]{32}$/)
  assert.deepEqual(opening, { title: 'quarter', draft: true })
  assert.deepEqual(sent.at(-1)?.[2], { lines: 1_001, contentHash: 'h1000' })
  const lines = sent.slice(1, -1).flatMap(([, , body]) => body as object[])
  assert.deepEqual(
    lines,
    rows.map(({ path, body }, line) => ({ line, path, body })),
  )
})

test('what the gate refuses is said with its line, and nothing is submitted', async () => {
  const paths: string[] = []
  const client = {
    send: async (_: 'GET' | 'POST', path: string, body?: object) => {
      paths.push(path)
      const answer = { outcome: 'APPLIED', id: 7, state: 'DRAFT', contentHash: 'h' }
      if (!Array.isArray(body)) return answer
      return { rows: [answer, { outcome: 'REFUSED', reason: { text: 'NOT_PROPOSABLE: no' } }] }
    },
  }
  const rows: ImportRow[] = [2, 5].map((line) => ({ path: '/adv', line, body: { symbol: `S-${line}` } }))
  await assert.rejects(propose(client, rows, 'x'), /^RequestFailed: line 5 of the file: NOT_PROPOSABLE: no$/)
  assert.ok(!paths.includes('/proposals/7/submit'))
})
