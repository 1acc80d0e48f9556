/** Clients, new secrets for old ones, and denials, as commands on the folder of a gate; none of them prints a secret. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ApprovalKeys, approvalKeyFile } from '../auth/approval-keys.ts'
import { ClientStore } from '../auth/client-store.ts'
import { dutyBits } from '../auth/duties.ts'
import { AUDIENCE, Issuer } from '../auth/issuer.ts'
import { readPersonKey, signPersonToken } from '../auth/person-keys.ts'
import { SecretFiles } from '../auth/secret-files.ts'
import { beginDemo, officerKeyFile, yourSecretsFile } from './demo-genesis.ts'
import { type OpenGate, openGate } from './open-gate.ts'

const PORTCULLIS = fileURLToPath(new URL('./portcullis.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'secrets-'))
const data = join(folder, 'data')
const logger = { info: () => {}, warn: () => {}, error: () => {} }

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end, while a gate of this process goes on. */
function portcullis(words: string): Promise<Ended> {
  const args = words.split(' ')
  return new Promise((settle) => {
    execFile(process.execPath, [PORTCULLIS, ...args], { cwd: folder }, (error, stdout, stderr) =>
      settle({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

async function done(words: string): Promise<string> {
  const { code, stdout, stderr } = await portcullis(words)
  assert.equal(code, 0, stderr)
  return stdout
}

describe('secrets of a gate', { timeout: 180_000 }, () => {
  let gate: OpenGate
  before(async () => {
    const settings = { directory: data, durability: 'os', host: '127.0.0.1', port: 0, clock: 'system', logger } as const
    gate = await openGate({ ...settings, onFatal: (cause) => assert.fail(String(cause)) })
    await beginDemo(gate, { firm: 'DEMO', baseCurrency: 'USD', tradeDate: 20261123 })
  })
  after(async () => {
    await gate.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const files = () => new SecretFiles(join(data, 'secrets'))
  const status = async (token: string) =>
    (await fetch(`${gate.url}/latches`, { headers: { authorization: `Bearer ${token}` } })).status

  test('a client gets its secret in a file of its own', async () => {
    const said = await done('client add ems-9 --data data --secret ems-9.secret --duties orders:write,risk:read')
    const secret = readFileSync(join(folder, 'ems-9.secret'), 'utf8').trim()
    assert.ok(!said.includes(secret))
    if (process.platform !== 'win32') assert.equal(statSync(join(folder, 'ems-9.secret')).mode & 0o777, 0o600)
    const duties = dutyBits(['orders:write', 'risk:read'])
    assert.equal(new ClientStore(files()).authenticate('ems-9', secret)?.duties, duties)

    await done('secrets rotate client ems-9 --data data --secret ems-9.new')
    const next = readFileSync(join(folder, 'ems-9.new'), 'utf8').trim()
    const clients = new ClientStore(files())
    assert.equal(clients.authenticate('ems-9', secret), undefined, 'the old secret has ended')
    assert.equal(clients.authenticate('ems-9', next)?.duties, duties, 'with the same duties')
  })

  test('a gate that runs knows new clients and people, and forgets an old secret, without another start', async () => {
    const ask = async (secretFile: string) => {
      const secret = readFileSync(join(folder, secretFile), 'utf8').trim()
      const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'ems-7', client_secret: secret })
      return (await fetch(`${gate.url}/oauth/token`, { method: 'POST', body })).status
    }
    await done('client add ems-7 --data data --secret ems-7.secret --duties risk:read')
    while ((await ask('ems-7.secret')) !== 200);
    await done('secrets rotate client ems-7 --data data --secret ems-7.new')
    while ((await ask('ems-7.secret')) !== 401);
    assert.equal(await ask('ems-7.new'), 200)
    await done('person add olga --data data --key olga.json --duties risk:read')
    const olga = await signPersonToken(readPersonKey(join(folder, 'olga.json')), { audience: AUDIENCE })
    // Known, and bound to nothing in the journal.
    while ((await status(olga)) !== 403);
    const whole = files().read('clients.json') ?? ''
    files().write('clients.json', '[{')
    await done('deny ems-7 --kind client --data data')
    await done('allow ems-7 --kind client --data data')
    assert.equal(await ask('ems-7.new'), 200, 'what the file said before holds')
    files().write('clients.json', whole.replaceAll('ems-7', 'ems-6'))
    while ((await ask('ems-7.new')) !== 401);
  })

  test('what cannot be meant changes nothing', async () => {
    const before = files().read('clients.json')
    for (const [words, fault] of [
      ['client add ems-9 --data data --secret x --duties kill', /ems-9 is known/],
      ['client add ems-8 --data data --secret ems-9.new --duties kill', /ems-9\.new exists/],
      ['client add ems-8 --data data --secret x --duties dream', /no duty is called dream/],
      ['client add ems-8 --data data --secret x --duties orders:write,admin', /Make it two clients/],
      ['client add ems-8 --data nowhere --secret x --duties kill', /there is no nowhere.secrets/],
      ['client add ems-8 --data data --duties kill', /say --secret, --certificate, --certificate-subject or --public/],
      ['client add ems-8 --data data --secret x --public --duties kill', /one of them/],
      ['client add ems-8 --data data --public --duties kill', /--public and --redirect-uri go together/],
      ['client add ems-8 --data data --secret x --redirect-uri https://a.test/ --duties kill', /go together/],
      ['client add ems-8 --data data --public --redirect-uri http://a.test/ --duties kill', /is no redirect URI/],
      ['client add ems-8 --data data --certificate none.pem --duties kill', /there is no such file/],
      ['client add ems-8 --data data --certificate ems-9.new --duties kill', /this is no certificate/],
      ['client add ems-8 --data data --certificate-subject ems-8 --duties kill', /a subject is written as/],
      ['secrets rotate client nobody --data data --secret x', /no client is called nobody/],
      ['secrets rotate approval --data data --venue XNOW', /the gate has met no such venue/],
      ['secrets rotate approval --data data --after soon', /it takes seconds/],
      ['deny ems-9 --data data --kind person', /Allowed choices are client, subject, jti/],
    ] as const) {
      const { code, stderr } = await portcullis(words)
      assert.match(stderr, fault)
      assert.equal(code, 64, words)
    }
    assert.equal(files().read('clients.json'), before)
    assert.throws(() => statSync(join(folder, 'x')), /ENOENT/)
  })

  test('a new key of the issuer stands before the old one, a new key of an adapter behind it', async () => {
    const options = { issuer: 'portcullis', audience: AUDIENCE }
    const [old] = (await Issuer.open(files(), options)).jwks.keys
    await done('secrets rotate token-keys --data data')
    const { keys } = (await Issuer.open(files(), options)).jwks
    assert.deepEqual([keys.length, keys[1]], [2, old])
    const before = new ApprovalKeys(files()).keyOf('XSIM').mac('order')
    const text = files().read(approvalKeyFile('XSIM')) ?? ''
    const said = await done('secrets rotate approval --data data --venue XSIM --after 60')
    const now = new ApprovalKeys(files())
    assert.notEqual(now.keyOf('XSIM').mac('order'), before)
    assert.equal(now.keyOf('XSIM', Date.now() * 1_000).mac('order'), before, 'until its time has come')
    const [first = '', second = ''] = (files().read(approvalKeyFile('XSIM')) ?? '').split('\n')
    assert.equal(first, text.trim())
    assert.ok(!said.includes(first) && !said.includes(second.split(' ')[0] ?? first))
    await done('secrets rotate approval --data data --venue XSIM --at-once')
    assert.doesNotMatch(files().read(approvalKeyFile('XSIM')) ?? '', new RegExp(first))
  })

  test('a person or a client that is denied is refused by the gate that runs, and let in again', async () => {
    const officer = await signPersonToken(readPersonKey(officerKeyFile(data, 'officer-1')), { audience: AUDIENCE })
    const secret = JSON.parse(readFileSync(yourSecretsFile(data), 'utf8'))['your-ems']
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'your-ems', client_secret: secret })
    const granted = await (await fetch(`${gate.url}/oauth/token`, { method: 'POST', body })).json()
    const { access_token: ems } = granted as { readonly access_token: string }
    const { jti } = JSON.parse(Buffer.from(officer.split('.')[1] ?? '', 'base64url').toString())
    for (const [words, token] of [
      ['officer-1', officer],
      [`${jti} --kind jti`, officer],
      ['your-ems --kind client', ems],
    ] as const) {
      assert.equal(await status(token), 200)
      await done(`deny ${words} --data data`)
      while ((await status(token)) !== 401);
      await done(`allow ${words} --data data`)
      while ((await status(token)) !== 200);
    }
  })
})
