/** A demo whose first start was cut off, or was of an earlier build: the next start finishes what is missing. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { FLOOR_CLIENTS } from '../floor/client/credentials.ts'
import { GENESIS } from '../model/records/commands.ts'
import { beginDemo, floorSecretsFile, YOUR_CLIENTS, yourSecretsFile } from './demo-genesis.ts'
import { type OpenGate, openGate } from './open-gate.ts'

const DEMO = { firm: 'DEMO', baseCurrency: 'USD', tradeDate: 20260101 } as const
const logger = { info: () => {}, warn: () => {}, error: () => {} }

test('a gate killed behind its genesis record still gets its clients', async (t) => {
  const directory = folder(t)
  const first = await open(directory)
  await first.command(GENESIS, { profile: 0, ledgerDecimals: 2, ...DEMO })
  await first.close()

  const second = await open(directory)
  await beginDemo(second, DEMO)
  await assertClients(second, directory)
  await second.close()
})

test('clients that were registered, and whose secrets were not yet written, get new ones', async (t) => {
  const directory = folder(t)
  const first = await open(directory)
  await beginDemo(first, DEMO)
  await first.close()
  rmSync(floorSecretsFile(directory))

  const second = await open(directory)
  await beginDemo(second, DEMO)
  await assertClients(second, directory)
  await second.close()
})

test('clients whose secrets were kept in an older form get new ones', async (t) => {
  const directory = folder(t)
  const first = await open(directory)
  await beginDemo(first, DEMO)
  const rows = JSON.parse(first.secrets.read('clients.json') ?? '') as { digest: string }[]
  first.secrets.write('clients.json', JSON.stringify(rows.map(({ digest, ...row }) => ({ ...row, hash: digest }))))
  await first.close()

  const second = await open(directory)
  await beginDemo(second, DEMO)
  await assertClients(second, directory)
  await second.close()
})

test('a folder of a build that knew no clients of yours gets them, and the floor keeps its secrets', async (t) => {
  const directory = folder(t)
  const first = await open(directory)
  await beginDemo(first, DEMO)
  await first.close()
  const kept = secretsIn(floorSecretsFile(directory))
  rmSync(yourSecretsFile(directory))

  const second = await open(directory)
  await beginDemo(second, DEMO)
  await assertClients(second, directory)
  assert.deepEqual(secretsIn(floorSecretsFile(directory)), kept)
  await second.close()
})

test('two officers may kill and release, and no file of the floor holds their secrets', async (t) => {
  const directory = folder(t)
  const gate = await open(directory)
  await beginDemo(gate, DEMO)
  const officers = Object.entries(YOUR_CLIENTS).filter(([, { duties }]) => duties.includes('kill'))
  assert.equal(officers.length, 2)
  for (const [name, { kind, duties }] of officers) {
    assert.equal(kind, 'person', 'the engine lets no machine release')
    for (const duty of ['release:request', 'release:approve', 'audit:read'] as const) assert.ok(duties.includes(duty))
    assert.equal(secretsIn(floorSecretsFile(directory))[name], undefined)
  }
  await gate.close()
})

function secretsIn(file: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(file, 'utf8'))
}

async function assertClients(gate: OpenGate, directory: string): Promise<void> {
  const secrets = { ...secretsIn(floorSecretsFile(directory)), ...secretsIn(yourSecretsFile(directory)) }
  for (const clientID of [...Object.keys(FLOOR_CLIENTS), ...Object.keys(YOUR_CLIENTS)]) {
    const client = gate.clients.authenticate(clientID, secrets[clientID] as string)
    assert.equal(client?.clientID, clientID)
    const principal = gate.directory.idOf('PRINCIPAL', clientID)
    assert.equal(gate.directory.dutiesOf(principal), client?.duties)
  }
}

function open(directory: string): Promise<OpenGate> {
  return openGate({
    ...({ directory, durability: 'os', host: '127.0.0.1', port: 0, clock: 'system', logger } as const),
    onFatal: (cause) => assert.fail(String(cause)),
  })
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'demo-genesis-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
