/**
 * The first day of a firm in production: everything is loaded and nothing passes, two officers open the firm, orders pass
 * until one of them stops it, and a restart remembers all of it. Names and duties come from the gate itself, as what two
 * people have approved does.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { dutyBits } from '../auth/duties.ts'
import { AUDIENCE } from '../auth/issuer.ts'
import { makePersonKey, People, type PersonKey, publicKeyOf, signPersonToken } from '../auth/person-keys.ts'
import { SecretFiles } from '../auth/secret-files.ts'
import type { NewOrderBody } from '../floor/client/bodies.ts'
import { FLOOR_CLIENTS, type FloorSecrets } from '../floor/client/credentials.ts'
import { GateClient } from '../floor/client/gate-client.ts'
import { DEMO_MARKET, demoWorld } from '../floor/world/demo-world.ts'
import { setUpWorld } from '../floor/world/set-up-world.ts'
import { YOUR_SEAT } from '../floor/world/your-seat.ts'
import { BINDING, HIERARCHY } from '../model/records/commands.ts'
import { BINDING_KINDS, NAME_KINDS, OFFICER_DUTIES } from '../model/vocabulary.ts'
import { openProduction } from './gate.ts'
import { parseGateConfig } from './gate-config.ts'
import { PersonClient } from './import/person-client.ts'
import type { OpenGate } from './open-gate.ts'

const folder = mkdtempSync(join(tmpdir(), 'production-day-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const CONFIG = parseGateConfig(
  `firm: { id: ACME, baseCurrency: USD }
officers: [ruth, omar]
data: data
listen: { port: 0 }
issuer: { url: "https://gate.test" }
journal: { durability: os }
`,
  join(folder, 'gate.yaml'),
)
const logger = { info: () => {}, warn: () => {}, error: () => {} }
const NO_PARENTS = { entity: -1, client: -1, desk: -1, trader: -1, owner: -1 }

const orderCalled = (clOrdID: string): NewOrderBody => ({
  ...{ clOrdID, symbol: 'AAPL', account: 'ACC-1', trader: 'TRADER-1', strategy: 'STRAT-1', venue: 'XSIM' },
  ...{ side: 'Buy', orderQty: '100', ordType: 'Limit', timeInForce: 'Day', price: '229' },
})

function open(): Promise<OpenGate> {
  return openProduction(CONFIG, { logger, onFatal: (cause) => assert.fail(String(cause)) })
}

/** What an approved proposal does: defines clients, with what they may do. */
async function admit(gate: OpenGate): Promise<FloorSecrets> {
  const secrets: Record<string, string> = {}
  const seats = { ...FLOOR_CLIENTS, [YOUR_SEAT.session]: ['orders:write'] as const }
  for (const [name, duties] of Object.entries(seats)) {
    secrets[name] = gate.clients.register(name, duties)
    for (const kind of ['SESSION', 'PRINCIPAL'] as const) {
      await gate.command(HIERARCHY, { kind: NAME_KINDS.indexOf(kind), name, ...NO_PARENTS })
    }
    const a = gate.directory.idOf('PRINCIPAL', name)
    await gate.command(BINDING, { kind: BINDING_KINDS.indexOf('PRINCIPAL_DUTY'), a, b: dutyBits(duties), allow: 1 })
  }
  return secrets as FloorSecrets
}

function connect(gate: OpenGate, secrets: FloorSecrets): GateClient {
  const wait = async () => assert.fail('the gate slows the client down')
  return new GateClient({ url: new URL(gate.url), secrets, feed: DEMO_MARKET.feed, nowMs: Date.now, wait })
}

interface Outcome {
  readonly outcome: string
  readonly reason?: { readonly code: string }
}

/** A person at a gate. */
class Officer {
  readonly #client: PersonClient

  constructor(gate: OpenGate, key: PersonKey) {
    this.#client = new PersonClient(gate.url, () => signPersonToken(key, { audience: AUDIENCE }))
  }

  async latches(): Promise<readonly { readonly latch: number; readonly cause?: { readonly code: string } }[]> {
    return ((await this.#client.send('GET', '/latches')) as { readonly latches: [] }).latches
  }

  async release(latch: number, step: 'request' | 'approve'): Promise<string> {
    const answer = await this.#client.send('POST', `/latches/${latch}/release`, { step, reason: 'first day' })
    const { outcome, reason } = answer as Outcome
    return reason?.code ?? outcome
  }

  async stopFirm(): Promise<string> {
    return ((await this.#client.send('POST', '/kill', { firm: true, reason: 'enough' })) as Outcome).outcome
  }
}

test('a firm is blocked until two officers open it, and stays as they left it', { timeout: 60_000 }, async () => {
  const keys = { ruth: await makePersonKey('ruth'), omar: await makePersonKey('omar') }
  const people = await People.open(new SecretFiles(join(CONFIG.data, 'secrets')))
  for (const [name, key] of Object.entries(keys)) await people.register(name, publicKeyOf(key), OFFICER_DUTIES)

  const first = await open()
  const secrets = await admit(first)
  const client = connect(first, secrets)
  const { firm, time } = await client.readiness()
  assert.equal(firm, 'ACME')
  const nothing = await client.newOrder(orderCalled('A-0'))
  assert.deepEqual([nothing.approved, nothing.reason], [false, 'UNKNOWN_INSTRUMENT'], 'before anything is known')
  await setUpWorld(client, demoWorld(firm, 'floor-ems'), time)
  await client.quotes([{ symbol: 'AAPL', bidPx: '228.98', askPx: '229.02' }])
  assert.equal((await client.newOrder(orderCalled('A-1'))).reason, 'BLOCKED', 'and once everything is')

  const ruth = new Officer(first, keys.ruth)
  const omar = new Officer(first, keys.omar)
  const [latch] = await ruth.latches()
  assert.equal(latch?.cause?.code, 'FIRM_NOT_OPENED')
  const id = latch?.latch as number
  assert.equal(await ruth.release(id, 'request'), 'APPLIED')
  assert.equal(await ruth.release(id, 'approve'), 'MAKER_IS_CHECKER')
  assert.equal((await client.newOrder(orderCalled('A-2'))).reason, 'BLOCKED', 'one officer opens nothing')
  assert.equal(await omar.release(id, 'approve'), 'APPLIED')
  const passed = await client.newOrder(orderCalled('A-3'))
  assert.equal(passed.approved, true, passed.text)
  client.close()
  await first.close()

  const second = await open()
  const again = connect(second, secrets)
  assert.deepEqual(await new Officer(second, keys.omar).latches(), [], 'a restart keeps the firm open')
  const repeated = await again.newOrder(orderCalled('A-3'))
  assert.deepEqual([repeated.approved, repeated.duplicate], [true, true])
  assert.equal(await new Officer(second, keys.omar).stopFirm(), 'APPLIED', 'one officer stops everything')
  assert.equal((await again.newOrder(orderCalled('A-4'))).reason, 'KILLED')
  again.close()
  await second.close()

  const third = await open()
  const last = connect(third, secrets)
  assert.equal((await last.newOrder(orderCalled('A-5'))).reason, 'KILLED', 'over a restart too')
  last.close()
  await third.close()
})
