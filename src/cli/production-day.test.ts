/**
 * The first day of a firm in production, by the commands that its people have: one officer imports names, limits and
 * positions, the other approves; nothing passes until both open the firm and the statements of the day have come; then
 * orders pass until one of them stops it, and a restart remembers all of it.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { AUDIENCE } from '../auth/issuer.ts'
import {
  makePersonKey,
  People,
  publicKeyOf,
  readPersonKey,
  signPersonToken,
  writePersonKey,
} from '../auth/person-keys.ts'
import { SecretFiles } from '../auth/secret-files.ts'
import type { NewOrderBody } from '../floor/client/bodies.ts'
import { FLOOR_CLIENTS, type FloorSecrets } from '../floor/client/credentials.ts'
import { GateClient } from '../floor/client/gate-client.ts'
import { DEMO_MARKET, demoWorld } from '../floor/world/demo-world.ts'
import type { World } from '../floor/world/world.ts'
import { agingRequests, type Body, type WorldRequest, worldRequests } from '../floor/world/world-bodies.ts'
import { YOUR_SEAT } from '../floor/world/your-seat.ts'
import { hashText, hashWords, NO_ROWS_HASH, rowLine, withRow } from '../model/statement-hash.ts'
import { OFFICER_DUTIES } from '../model/vocabulary.ts'
import type { LooseJson } from '../simulator/loose-json.ts'
import { openProduction } from './gate.ts'
import { parseGateConfig } from './gate-config.ts'
import { PersonClient } from './import/person-client.ts'
import type { OpenGate } from './open-gate.ts'

const PORTCULLIS = fileURLToPath(new URL('./portcullis.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'production-day-'))
const CONFIG = parseGateConfig(
  `firm: { id: ACME, baseCurrency: USD }
officers: [officer-a, officer-b]
data: data
listen: { port: 0 }
issuer: { url: "https://gate.test" }
journal: { durability: os }
`,
  join(folder, 'gate.yaml'),
)
const logger = { info: () => {}, warn: () => {}, error: () => {} }
const CLIENTS = { ...FLOOR_CLIENTS, [YOUR_SEAT.session]: ['orders:write'] as const }
/** What of a world is reference data, and what limits; the rest is market data, which its feed sends. */
const REFERENCE = ['/hierarchy', '/bindings', '/fx', '/instruments', '/lists', '/capital']
const LIMITS = ['/parameters', '/limits']

const orderCalled = (clOrdID: string): NewOrderBody => ({
  ...{ clOrdID, symbol: 'AAPL', account: 'ACC-1', trader: 'TRADER-1', strategy: 'STRAT-1', venue: 'XSIM' },
  ...{ side: 'Buy', orderQty: '100', ordType: 'Limit', timeInForce: 'Day', price: '229' },
})

describe('the first day of a firm in production', { timeout: 240_000 }, () => {
  let gate: OpenGate
  let client: GateClient
  let world: World
  const secrets: Record<string, string> = {}

  after(async () => {
    client?.close()
    await gate?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open(): Promise<void> {
    client?.close()
    await gate?.close()
    gate = await openProduction(CONFIG, { logger, onFatal: (cause) => assert.fail(String(cause)) })
    client = new GateClient({
      ...{ url: new URL(gate.url), secrets: secrets as FloorSecrets, feed: DEMO_MARKET.feed, nowMs: Date.now },
      wait: async () => assert.fail('the gate slows the client down'),
    })
  }

  function portcullis(...args: readonly string[]) {
    return new Promise<{ code: number; stdout: string; stderr: string }>((settle) => {
      execFile(process.execPath, [PORTCULLIS, ...args], { cwd: folder }, (error, stdout, stderr) =>
        settle({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      )
    })
  }

  const at = (who: string) => ['--url', gate.url, '--key', `${who}.json`]

  /** A request of one of the officers. */
  const person = async (who: string, method: 'GET' | 'POST', path: string, body?: object): Promise<LooseJson> => {
    const key = readPersonKey(join(folder, `${who}.json`))
    return new PersonClient(gate.url, () => signPersonToken(key, { audience: AUDIENCE })).send(method, path, body)
  }

  /** A request of a client. */
  async function machine(name: string, path: string, body: object): Promise<LooseJson> {
    const login = { authorization: `Basic ${Buffer.from(`${name}:${secrets[name]}`).toString('base64')}` }
    const granted = await fetch(`${gate.url}/oauth/token`, {
      ...{ method: 'POST', headers: login },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    const { access_token: token } = (await granted.json()) as LooseJson
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    return (await fetch(`${gate.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()
  }

  const told = (paths: readonly string[]): readonly WorldRequest[] =>
    [...worldRequests(world), ...agingRequests(world, new Date().toISOString())].filter(({ path }) =>
      paths.includes(path),
    )

  /** Writes an import, which in YAML is JSON, proposes it as officer-a and returns its id and hash. */
  async function imported(kind: string, requests: readonly WorldRequest[]): Promise<readonly [string, string]> {
    const lists = new Map<string, Body[]>()
    for (const { path, rows } of requests) lists.set(path, [...(lists.get(path) ?? []), ...rows])
    const file = Object.fromEntries([...lists].map(([path, rows]) => [path.slice(1), rows]))
    writeFileSync(join(folder, `${kind}.yaml`), JSON.stringify(file))
    const { code, stdout, stderr } = await portcullis(
      'import',
      kind,
      `${kind}.yaml`,
      ...at('officer-a'),
      '--propose',
      kind,
    )
    assert.equal(code, 0, stderr)
    const [, id = '', hash = ''] = /proposal (\d+) waits .* content hash ([0-9a-f]{16}):/.exec(stdout) ?? []
    assert.ok(id !== '', stdout)
    return [id, hash]
  }

  test('two officers with keys, and the secrets of the machines', async () => {
    const people = await People.open(new SecretFiles(join(CONFIG.data, 'secrets')))
    for (const name of CONFIG.officers) {
      const key = await makePersonKey(name)
      writePersonKey(join(folder, `${name}.json`), key)
      await people.register(name, publicKeyOf(key), OFFICER_DUTIES)
    }
    await open()
    for (const [name, duties] of Object.entries(CLIENTS)) secrets[name] = gate.clients.register(name, duties)
    await open()
    const [latch] = (await person('officer-a', 'GET', '/latches')).latches
    assert.equal(latch.cause.code, 'FIRM_NOT_OPENED')
    world = demoWorld('ACME', 'floor-ems')
    // The machines have no duties yet: to be registered with the issuer is not to be let in.
    assert.equal((await machine('floor-risk', '/hierarchy', { kind: 'VENUE', name: 'X' })).error.code, 'FORBIDDEN')
  })

  test('reference data comes by one officer, and is in force when the other has approved it', async () => {
    const seats: WorldRequest[] = [
      {
        path: '/hierarchy',
        rows: Object.keys(CLIENTS).flatMap((name) => [
          { kind: 'SESSION', name },
          { kind: 'PRINCIPAL', name },
        ]),
      },
      {
        path: '/bindings',
        rows: Object.entries(CLIENTS).map(([principal, duties]) => ({
          ...{ kind: 'PRINCIPAL_DUTY', principal, duties: [...duties], allow: true },
        })),
      },
    ]
    const [id, hash] = await imported('reference', [...told(REFERENCE), ...seats])
    const list = await portcullis('proposal', 'list', ...at('officer-b'))
    assert.match(list.stdout, new RegExp(`^proposal ${id} PENDING by officer-a: reference: \\d+ lines\n$`), list.stderr)
    const shown = await portcullis('proposal', 'show', id, ...at('officer-b'))
    assert.match(shown.stdout, new RegExp(`Instrument .*"symbol":"AAPL"[\\s\\S]*content hash ${hash}\n$`))
    const own = await portcullis('proposal', 'approve', id, '--hash', hash, ...at('officer-a'))
    assert.deepEqual([own.code, /MAKER_IS_CHECKER/.test(own.stderr)], [70, true], own.stderr)
    const other = await portcullis('proposal', 'approve', id, '--hash', '0123456789abcdef', ...at('officer-b'))
    assert.deepEqual([other.code, /CONTENT_MISMATCH/.test(other.stderr)], [70, true], other.stderr)
    const done = await portcullis('proposal', 'approve', id, '--hash', hash, ...at('officer-b'))
    assert.equal(done.code, 0, done.stderr)
    assert.match(done.stdout, / DONE by officer-a, officer-b: reference: .*, 0 were refused\n$/)
    assert.equal(gate.directory.dutiesOf(gate.directory.idOf('PRINCIPAL', 'floor-ems')), 1)
  })

  test('so do limits and positions', async () => {
    for (const [kind, paths] of [
      ['limits', LIMITS],
      ['positions', ['/positions']],
    ] as const) {
      const [id, hash] = await imported(kind, told(paths))
      const done = await portcullis('proposal', 'approve', id, '--hash', hash, ...at('officer-b'))
      assert.equal(done.code, 0, done.stderr)
    }
    assert.equal((await person('officer-b', 'GET', '/limits')).limits.length, world.limits.length)
    const again = await portcullis('import', 'limits', 'limits.yaml', ...at('officer-a'))
    assert.match(again.stdout, new RegExp(`0 new, 0 changed, 0 taken away, ${world.limits.length} as they are`))
    const twice = await portcullis('import', 'limits', 'limits.yaml', ...at('officer-a'), '--propose', 'limits')
    assert.match(twice.stderr, /proposal \d+ is this file with this reason, and it is DONE/)
  })

  test('calendars take two people, and a machine tells a zone again', async () => {
    const file = `zones: [{ zone: America/New_York }]
calendars: [{ zone: America/New_York, roll: "17:00", evening: true, weekend: [Saturday, Sunday] }]
calendars/days: [{ date: "20261225", kind: HOLIDAY }]
`
    writeFileSync(join(folder, 'calendars.yaml'), file)
    const made = await portcullis('import', 'reference', 'calendars.yaml', ...at('officer-a'), '--propose', 'calendars')
    const [, id = '', hash = ''] = /proposal (\d+) waits .* content hash ([0-9a-f]{16}):/.exec(made.stdout) ?? []
    const shown = await portcullis('proposal', 'show', id, ...at('officer-b'))
    assert.match(shown.stdout, /ZoneTransitions .*"fromUs":"\d{4}-03-\d\dT07:00:00/, made.stderr)
    const calendar = { zone: 'America/New_York', roll: '09:00', weekend: [] }
    const requests = [
      ['/calendars', calendar],
      ['/calendars/days', { date: '20261231', kind: 'HOLIDAY' }],
      ['/zones', { zone: 'America/New_York' }],
      ['/day-roll', { tradeDate: '20301224' }],
    ] as const
    const refusals = async () => {
      const said: string[] = []
      for (const [path, body] of requests) {
        for (const answer of [await machine('floor-risk', path, body), await person('officer-a', 'POST', path, body)]) {
          said.push(answer.reason?.code ?? answer.outcome)
        }
      }
      return said
    }
    assert.deepEqual(await refusals(), new Array(8).fill('TWO_PEOPLE_NEEDED'), 'of the first calendar')
    const done = await portcullis('proposal', 'approve', id, '--hash', hash, ...at('officer-b'))
    assert.match(done.stdout, / DONE by officer-a, officer-b: calendars: .*, 0 were refused\n$/, done.stderr)
    const [two, one] = ['TWO_PEOPLE_NEEDED', 'APPLIED']
    assert.deepEqual(await refusals(), [two, two, two, two, one, one, two, two], 'of what follows')
    const { calendar: next } = await person('officer-a', 'GET', '/accounts/ACC-1/readiness')
    assert.match(next.begins, /T2[12]:00:00/)
  })

  test('one officer alone is told to propose, a machine loosens no limit', async () => {
    const rows = told([...REFERENCE, '/limits', '/positions']).filter(({ path }) => path !== '/lists')
    for (const { path, rows: bodies } of rows) {
      const body = path === '/limits' ? { ...bodies[0], hard: 'UNLIMITED' } : bodies[0]
      const { outcome, reason } = await person('officer-b', 'POST', path, body as object)
      assert.deepEqual([outcome, reason?.code], ['REFUSED', 'TWO_PEOPLE_NEEDED'], path)
      assert.match(reason.text, /propose it/)
    }
    const limit = told(['/limits'])[0]?.rows[0]
    const robot = await machine('floor-risk', '/limits', { ...limit, hard: 'UNLIMITED' })
    assert.equal(robot.reason?.code, 'TWO_PEOPLE_NEEDED', JSON.stringify(robot))
  })

  test('nothing passes until two officers have opened the firm and the day has its statements', async () => {
    await client.define('/phases', told(['/phases'])[0]?.rows ?? [])
    await client.heartbeat()
    await client.quotes([{ symbol: 'AAPL', bidPx: '228.98', askPx: '229.02' }])
    assert.equal((await client.newOrder(orderCalled('A-1'))).reason, 'BLOCKED', 'everything is loaded')
    const { latches } = await person('officer-a', 'GET', '/latches')
    const path = `/latches/${latches[0].latch}/release`
    const release = async (who: string, step: string) => {
      const cause = step === 'request' ? { rootCause: 'a new firm' } : {}
      const { outcome, reason } = await person(who, 'POST', path, { step, reason: 'first day', ...cause })
      return reason?.code ?? outcome
    }
    assert.equal(await release('officer-a', 'request'), 'APPLIED')
    assert.equal(await release('officer-a', 'approve'), 'MAKER_IS_CHECKER')
    assert.equal((await client.newOrder(orderCalled('A-2'))).reason, 'BLOCKED', 'one officer opens nothing')
    assert.equal(await release('officer-b', 'approve'), 'APPLIED')
    assert.equal((await client.newOrder(orderCalled('A-3'))).reason, 'ACCOUNT_NOT_READY', 'no statement has come')

    const held = world.positions.filter(({ account }) => account === 'ACC-1')
    assert.ok(held.length > 0)
    const { tradeDate } = await person('officer-a', 'GET', '/readyz')
    const lines = held.map(({ symbol, qty, trader, strategy }) => rowLine(symbol, qty, trader, strategy))
    const { hash0, hash1 } = hashWords(lines.reduce(withRow, NO_ROWS_HASH))
    const positions = await machine('floor-risk', '/accounts/ACC-1/positions-statement', {
      ...{ tradeDate: String(tradeDate), count: lines.length, hash: hashText(hash0, hash1) },
      rows: lines.map((line) => line.trimEnd()),
    })
    assert.deepEqual([positions.outcome, positions.differences], ['APPLIED', 0], JSON.stringify(positions))
    assert.equal((await client.newOrder(orderCalled('A-4'))).reason, 'ACCOUNT_NOT_READY', 'nor a list of live orders')
    const live = await machine('floor-risk', '/accounts/ACC-1/live-orders/XSIM', {
      ...{ tradeDate: String(tradeDate), asOf: new Date(Date.now() - 1).toISOString(), count: 0, rows: [] },
      ...{ session: 'floor-ems', trader: 'TRADER-1', strategy: 'STRAT-1' },
    })
    assert.equal(live.outcome, 'APPLIED', JSON.stringify(live))
    const ready = await person('officer-a', 'GET', '/accounts/ACC-1/readiness')
    assert.equal(ready.ready, true, JSON.stringify(ready))
    await client.quotes([{ symbol: 'AAPL', bidPx: '228.98', askPx: '229.02' }])
    const passed = await client.newOrder(orderCalled('A-5'))
    assert.equal(passed.approved, true, passed.text)
  })

  test('a restart keeps the firm as its people left it, open or stopped', async () => {
    await open()
    assert.deepEqual((await person('officer-b', 'GET', '/latches')).latches, [])
    const repeated = await client.newOrder(orderCalled('A-5'))
    assert.deepEqual([repeated.approved, repeated.duplicate], [true, true])
    const kill = await person('officer-b', 'POST', '/kill', { firm: true, reason: 'enough' })
    assert.equal(kill.outcome, 'APPLIED', 'one officer stops everything')
    assert.equal((await client.newOrder(orderCalled('A-6'))).reason, 'KILLED')
    await open()
    assert.equal((await client.newOrder(orderCalled('A-7'))).reason, 'KILLED', 'over a restart too')
  })
})
