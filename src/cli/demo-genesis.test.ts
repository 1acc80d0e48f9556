/** A demo whose first start was cut off, or was of an earlier build: the next start finishes what is missing. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { dutyBits } from '../auth/duties.ts'
import { readPersonKey } from '../auth/person-keys.ts'
import { DEMO_CLIENTS } from '../floor/client/credentials.ts'
import { GENESIS } from '../model/records/commands.ts'
import { OFFICER_DUTIES } from '../model/vocabulary.ts'
import {
  beginDemo,
  DEMO_OFFICERS,
  floorSecretsFile,
  officerKeyFile,
  YOUR_CLIENTS,
  yourSecretsFile,
} from './demo-genesis.ts'
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

test('two officers hold keys of their own, and nothing that the gate keeps could act for them', async (t) => {
  const directory = folder(t)
  const gate = await open(directory)
  await beginDemo(gate, DEMO)
  assert.equal(DEMO_OFFICERS.length, 2)
  const keys = DEMO_OFFICERS.map((name) => readPersonKey(officerKeyFile(directory, name)))
  for (const [at, name] of DEMO_OFFICERS.entries()) {
    const { kid, d } = keys[at] as (typeof keys)[number]
    assert.equal(gate.people.withKey(kid)?.name, name)
    assert.equal(gate.directory.dutiesOf(gate.directory.idOf('PRINCIPAL', name)), dutyBits(OFFICER_DUTIES))
    assert.equal(gate.clients.has(name), false, 'a person has no client secret')
    for (const file of readdirSync(gate.secrets.folder)) {
      assert.ok(!readFileSync(join(gate.secrets.folder, file), 'utf8').includes(d), `${file} holds a private key`)
    }
  }
  await gate.close()

  const second = await open(directory)
  await beginDemo(second, DEMO)
  for (const [at, name] of DEMO_OFFICERS.entries()) {
    assert.deepEqual(readPersonKey(officerKeyFile(directory, name)), keys[at], 'a restart keeps the key')
  }
  rmSync(officerKeyFile(directory, 'officer-1'))
  await second.close()

  const third = await open(directory)
  await beginDemo(third, DEMO)
  const { kid } = readPersonKey(officerKeyFile(directory, 'officer-1'))
  assert.equal(third.people.withKey(kid)?.name, 'officer-1', 'a lost key is made anew')
  assert.equal(third.people.withKey(keys[0]?.kid ?? ''), undefined, 'and the lost one is no longer known')
  await third.close()
})

function secretsIn(file: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(file, 'utf8'))
}

async function assertClients(gate: OpenGate, directory: string): Promise<void> {
  const secrets = { ...secretsIn(floorSecretsFile(directory)), ...secretsIn(yourSecretsFile(directory)) }
  for (const clientID of [...Object.keys(DEMO_CLIENTS), ...Object.keys(YOUR_CLIENTS)]) {
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
