/** The README against the product: each of its commands answers what it says, while the floor of `npm start` trades. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { readSecrets } from '../floor/client/credentials.ts'
import { GateClient } from '../floor/client/gate-client.ts'
import { DEMO_LISTINGS } from '../floor/demo/listings.ts'
import { SCENARIOS } from '../floor/demo/scenarios.ts'
import { DEMO_MARKET, demoWorld } from '../floor/world/demo-world.ts'
import { YOUR_SEAT } from '../floor/world/your-seat.ts'
import { CONTROLS, type ControlRow } from '../model/controls.ts'
import { beginDemo, DEMO_OFFICERS, floorSecretsFile, YOUR_CLIENTS } from './demo-genesis.ts'
import { type OpenGate, openGate } from './open-gate.ts'
import { isAnswered, readmeCommands, readmeSteps } from './readme-steps.ts'
import { tradeDateOf } from './trade-date.ts'

const ROOT = projectRoot()
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
/** What npx finds in this folder, as it was built. */
const PORTCULLIS = `${process.execPath} ${fileURLToPath(new URL('./portcullis.js', import.meta.url))}`
const ADDRESS = 'http://127.0.0.1:8080'
const SESSION = 'floor-ems'
const FLOOR = fileURLToPath(new URL('../floor/main.js', import.meta.url))
/** Enough for all kinds of orders. */
const ORDERS = 50
const steps = readmeSteps(README)
const silent = { info: () => {}, warn: () => {}, error: () => {} }
const isPosix = process.platform !== 'win32'

function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder)
  return folder
}

describe('the README, while the floor trades', { skip: !isPosix, timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'readme-'))
  const data = join(folder, 'data', 'demo')
  let gate: OpenGate
  let client: GateClient
  let floor: ChildProcess
  let said = ''

  before(async () => {
    const session = { host: '127.0.0.1', port: 0 }
    const settings = {
      directory: data,
      durability: 'os',
      host: '127.0.0.1',
      port: 0,
      clock: 'system',
      session,
    } as const
    gate = await openGate({ ...settings, logger: silent, onFatal: (cause) => assert.fail(String(cause)) })
    await beginDemo(gate, { firm: 'DEMO', baseCurrency: 'USD', tradeDate: tradeDateOf(new Date()) })
    const wait = async (ms: number) => void (await pause(ms))
    const secrets = readSecrets(floorSecretsFile(data))
    client = new GateClient({ url: new URL(gate.url), secrets, feed: DEMO_MARKET.feed, nowMs: Date.now, wait })
    const place = ['--url', gate.url, '--session', gate.sessionAddress ?? '', '--data', data]
    floor = fork(FLOOR, [...place, '--secrets', floorSecretsFile(data)], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    floor.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    while ((await decided()) < ORDERS) await pause(50)
  })
  after(async () => {
    const ended = once(floor, 'exit')
    floor.disconnect()
    await ended
    client.close()
    await gate.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function decided(): Promise<number> {
    const text = await (await fetch(`${gate.url}/metrics`)).text()
    return [...text.matchAll(/orders_total\{[^}]*\} (\d+)$/gm)].reduce((sum, match) => sum + Number(match[1]), 0)
  }

  /** The floor's venue has canceled what the gate wanted canceled. */
  async function yoursCanceled(): Promise<void> {
    const name = `TRADER:${YOUR_SEAT.trader}`
    const open = async () =>
      (await client.exposures()).exposures.find(({ subject }) => subject === name)?.openOrders !== 0
    while (await open()) await pause(50)
  }

  /** Runs the commands of a step behind those of the first, which defines what the others use. Lines of the output. */
  async function run(index: number): Promise<string[]> {
    const [first] = steps
    const functions = (first?.commands ?? '').split('\n').filter((line) => !/^(post|get) /.test(line))
    const commands = index === 0 ? steps[0]?.commands : [...functions, steps[index]?.commands].join('\n')
    const ours = (commands ?? '').replaceAll(ADDRESS, gate.url).replaceAll('npx portcullis', PORTCULLIS)
    return (await shell(ours)).split('\n').filter((line) => line !== '')
  }

  function shell(commands: string): Promise<string> {
    return new Promise((settle, fail) => {
      execFile('sh', ['-e', '-c', commands], { cwd: folder }, (error, stdout, stderr) =>
        error === null ? settle(stdout) : fail(new Error(`${stderr}\n${commands}`, { cause: error })),
      )
    })
  }

  test('the floor trades, and every request was understood', () => {
    assert.doesNotMatch(said, /the gate refuses/)
  })

  for (const [index, { answers, commands }] of steps.entries()) {
    const [title = ''] = commands.split('\n').filter((line) => /^(post|get) /.test(line))
    test(`step ${index + 1}, ${title}`, async () => {
      if (commands.includes('FIRST-4')) await yoursCanceled()
      const lines = await run(index)
      const wanted = index === 0 ? [answers.join(' ')] : answers
      assert.ok(wanted.length > 0, 'a step without an answer')
      assert.equal(lines.length, wanted.length, lines.join('\n'))
      for (const [at, expected] of wanted.entries()) {
        assert.ok(isAnswered(lines[at] ?? '', expected), `${expected}\nis not in\n${lines[at]}`)
      }
    })
  }

  test('the client of the floor that the README names reads limits, exposure and latches', async () => {
    assert.equal((await client.limits()).length, demoWorld('DEMO', SESSION).limits.length)
    assert.ok((await client.exposures()).exposures.length > 30)
    const secret = readSecrets(floorSecretsFile(data))['floor-risk']
    const login = { authorization: `Basic ${Buffer.from(`floor-risk:${secret}`).toString('base64')}` }
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    const token = await (await fetch(`${gate.url}/oauth/token`, { method: 'POST', headers: login, body })).json()
    const { access_token: bearer } = token as { access_token: string }
    const latches = await fetch(`${gate.url}/latches`, { headers: { authorization: `Bearer ${bearer}` } })
    assert.equal(latches.status, 200)
  })

  test('its journal is proved and shown by the commands of the README', async () => {
    const offline = readmeCommands(README).filter((command) => command.includes('npx portcullis journal'))
    assert.equal(offline.length, 2)
    for (const command of offline) {
      const output = await shell(command.replace('npx portcullis', PORTCULLIS).replace(/(show .*)$/, '$1 --to 3'))
      assert.match(
        output,
        command.includes('verify') ? /chain: whole[\s\S]*decided again to the same bytes/ : /Genesis/,
      )
    }
  })
})

describe('what the README names', () => {
  const scripts = Object.keys(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts)
  const compiled = fileURLToPath(new URL('..', import.meta.url))

  test('is commands that exist, and tests that are there', () => {
    const commands = readmeCommands(README)
    for (const command of ['npm start', 'npm test', 'npm run crash', 'npm run bench'])
      assert.ok(commands.includes(command))
    for (const command of commands.filter((one) => one.startsWith('npm '))) {
      const [, script = '', pattern] = /^npm (?:run )?([a-z]+)(?: -- (.*))?$/.exec(command) ?? []
      assert.ok(scripts.includes(script), command)
      if (script !== 'test' || pattern === undefined) continue
      const [, parent = '', name = ''] = /^src\/(?:(.*)\/)?([^/]+)$/.exec(pattern) ?? []
      const found = readdirSync(join(compiled, parent)).some((file) => file.startsWith(name))
      assert.ok(found, command)
    }
  })

  test('is the seven what-ifs, the clients, and the instruments at their prices', () => {
    const paths = CONTROLS.flatMap((control: ControlRow) => control.path ?? [])
    assert.equal(paths.length, 7)
    for (const path of paths) assert.ok(README.includes(`\`${path}\``), path)
    for (const clientID of [...Object.keys(YOUR_CLIENTS), ...DEMO_OFFICERS])
      assert.ok(README.includes(`\`${clientID}\``), clientID)
    for (const name of [YOUR_SEAT.desk, YOUR_SEAT.trader, YOUR_SEAT.account, YOUR_SEAT.strategy]) {
      assert.ok(README.includes(`\`${name}\``), name)
    }
    const page = readFileSync(join(ROOT, 'docs', 'reference', 'demo.md'), 'utf8')
    for (const { symbol, startPx, priceDecimals } of DEMO_LISTINGS) {
      assert.ok(page.includes(`${symbol} ${startPx / 10 ** priceDecimals}`), symbol)
    }
    for (const name of SCENARIOS) assert.ok(page.includes(`| \`${name}\` |`), name)
  })
})
