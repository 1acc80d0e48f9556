/**
 * No secret reaches a log: a production gate as its own process, that says as much as it can, is taken through every way to
 * a token, good and bad, and through a folder that it cannot write. What it said is then searched for what nobody may read.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readPersonKey, signPersonToken } from '../auth/person-keys.ts'
import { signProof } from '../auth/sign-in-proof.ts'
import { Authority } from '../simulator/certificates.ts'
import { OIDC_AUDIENCE, OidcIssuer } from '../simulator/oidc-issuer.ts'
import { CONSOLE, fetchWith, post, REDIRECT_URI, SignInClient } from '../simulator/sign-in.ts'
import type { GateReady } from './gate.ts'

const PORTCULLIS = fileURLToPath(new URL('./portcullis.js', import.meta.url))

describe('what a gate says while it gives tokens', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-in-logs-'))
  const authority = new Authority()
  const server = authority.issue({ subject: [['CN', 'gate']], ip: '127.0.0.1' })
  const machine = authority.issue({ subject: [['CN', 'ems-2']] })
  const plain = fetchWith({ ca: authority.cert })
  const withCertificate = fetchWith({ ca: authority.cert, ...machine })
  /** What may stand in no log, with what it is. */
  const secrets = new Map<string, string>()
  let oidc: OidcIssuer
  let child: ChildProcess
  let url = ''
  let said = ''

  function portcullis(words: string): string {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PORTCULLIS, ...words.split(' ')], {
      encoding: 'utf8',
      cwd: folder,
    })
    assert.equal(status, 0, stderr)
    said += stderr
    return stdout
  }
  const status = async (token: string) =>
    (await plain(`${url}/latches`, { headers: { authorization: `Bearer ${token}` } })).status
  const key = () => readPersonKey(join(folder, 'officer-a.json'))

  before(async () => {
    oidc = await OidcIssuer.start()
    const files = {
      'gate.crt': server.cert,
      'gate.key': server.key,
      'clients.crt': authority.cert,
      'ems-2.crt': machine.cert,
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const external = [
      { url: oidc.url, audience: OIDC_AUDIENCE, subjects: 'both' },
      { url: 'http://127.0.0.1:9', audience: OIDC_AUDIENCE, subjects: 'both' },
    ]
    writeFileSync(
      join(folder, 'gate.yaml'),
      `firm: { id: ACME, baseCurrency: USD }
officers: [officer-a, officer-b]
data: data
listen: { port: 0, tls: { cert: gate.crt, key: gate.key, clientCa: clients.crt } }
issuer: { url: "https://gate.test", external: ${JSON.stringify(external)} }
journal: { durability: os }
sizes: { orders: 1024, idsPerDay: 4096, executionsPerDay: 4096, cellPages: 4096, books: 4096 }
`,
    )
    for (const officer of ['officer-a', 'officer-b']) {
      said += portcullis(`person add ${officer} --data data --key ${officer}.json`)
    }
    said += portcullis('client add ems-1 --data data --secret ems-1.secret --duties risk:read')
    said += portcullis('client add ems-2 --data data --certificate ems-2.crt --duties risk:read')
    said += portcullis('client add ems-3 --data data --certificate-subject CN=ems-3 --duties risk:read')
    said += portcullis(
      `client add ${CONSOLE} --data data --public --redirect-uri ${REDIRECT_URI} --duties risk:read,kill`,
    )
    const env = { ...process.env, LOG_LEVEL: 'trace' }
    child = fork(PORTCULLIS, ['gate', '--config', 'gate.yaml'], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
    }
    const ended = once(child, 'exit').then(() => assert.fail(said))
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [GateReady]
    url = message.url
  })
  after(async () => {
    if (child?.exitCode === null) child.kill('SIGKILL')
    await oidc.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const token = (form: Record<string, string>, how = plain) =>
    post(`${url}/oauth/token`, { grant_type: 'client_credentials', ...form }, {}, how)

  test('machines: a secret, a certificate, wrong ones, and what an external issuer gives', async () => {
    const secret = readFileSync(join(folder, 'ems-1.secret'), 'utf8').trim()
    const bySecret = await token({ client_id: 'ems-1', client_secret: secret })
    const byCertificate = await token({ client_id: 'ems-2' }, withCertificate)
    assert.deepEqual([bySecret.status, byCertificate.status], [200, 200], JSON.stringify(byCertificate.body))
    assert.equal((await token({ client_id: 'ems-3' }, withCertificate)).status, 401)
    assert.equal((await token({ client_id: 'ems-1', client_secret: `${secret}x` })).status, 401)
    const external = await oidc.machineToken('ES256', 'risk:read')
    // Known as a machine, and bound to nothing in this journal.
    assert.equal(await status(external), 403)
    assert.equal(await status(`${external}x`), 401)
    secrets.set(secret, 'secret of a client').set(bySecret.body.access_token, 'token of a machine')
    secrets.set(byCertificate.body.access_token, 'token of a certificate').set(external, 'token of another issuer')
  })

  test('people: codes, verifiers, proofs, refresh tokens, and all of them used wrongly', async () => {
    const through = new SignInClient(url, plain)
    const page = await through.open()
    const proof = await signProof(key(), page.challenge)
    const back = (await through.send(page, proof)).body
    const code = new URL(back.redirect).searchParams.get('code') ?? ''
    const { body } = await through.exchange(code)
    assert.equal(await status(body.access_token), 200)
    const next = (await through.refresh(body.refresh_token)).body
    assert.equal((await through.revoke(next.access_token)).status, 200)
    assert.equal(await status(next.access_token), 401)
    assert.equal((await through.refresh(body.refresh_token)).body.error, 'invalid_grant')
    assert.equal((await through.exchange(code)).body.error, 'invalid_grant')
    assert.equal((await through.send(page, proof)).status, 400)
    const own = await signPersonToken(key(), { audience: 'portcullis' })
    assert.equal(await status(own), 200)
    for (const [name, text] of Object.entries({ code, verifier: through.verifier, proof, 'token of a person': own })) {
      secrets.set(text, name)
    }
    for (const { access_token: access, refresh_token: refresh } of [body, next]) {
      secrets.set(access, 'access token').set(refresh, 'refresh token')
    }
  })

  test('a new key of the issuer signs in the gate that runs, and a client of the old one goes on', async () => {
    const secret = readFileSync(join(folder, 'ems-1.secret'), 'utf8').trim()
    const kids = async () => {
      const answer = (await (await plain(`${url}/.well-known/jwks.json`)).json()) as {
        readonly keys: { readonly kid: string }[]
      }
      return answer.keys.map(({ kid }) => kid)
    }
    const ask = async () => (await token({ client_id: 'ems-1', client_secret: secret })).body.access_token as string
    const [old] = await kids()
    const before = await ask()
    portcullis('secrets rotate token-keys --data data')
    while ((await kids()).length !== 2);
    const after = await ask()
    assert.deepEqual((await kids())[1], old)
    assert.deepEqual([await status(before), await status(after)], [403, 403], 'both are tokens of the gate')
    portcullis('secrets rotate token-keys --data data --at-once')
    while ((await status(before)) !== 401);
    assert.equal(await status(after), 401)
    assert.equal(await status(await ask()), 403)
  })

  test('a folder that cannot be written gives no token, and says why without it', async () => {
    const through = new SignInClient(url, plain)
    const { body } = await through.exchange(await through.code(key()))
    const folderOfSecrets = join(folder, 'data', 'secrets')
    for (const name of readdirSync(folderOfSecrets)) {
      const text = readFileSync(join(folderOfSecrets, name), 'utf8')
      for (const [, part = ''] of text.matchAll(/"(?:d|digest|salt|family|code)": ?"([A-Za-z0-9_-]{16,})"/g))
        secrets.set(part, name)
      if (name.endsWith('.key')) secrets.set(text.trim(), name)
    }
    renameSync(folderOfSecrets, `${folderOfSecrets}-away`)
    const failed = await through.refresh(body.refresh_token)
    assert.deepEqual([failed.status, failed.body.error], [503, 'temporarily_unavailable'])
    while (!said.includes('cannot be kept')) await new Promise((settle) => setImmediate(settle))
    renameSync(`${folderOfSecrets}-away`, folderOfSecrets)
    secrets.set(body.refresh_token, 'refresh token').set(body.access_token, 'access token')
    const exit = once(child, 'close')
    child.kill('SIGTERM')
    await exit
  })

  test('nothing of it stands in what the gate and the commands have said', () => {
    assert.match(said, /what people are signed in to cannot be kept/)
    assert.match(said, /the keys of an external issuer cannot be had/)
    secrets.set(key().d, 'key of a person')
    for (const { key: pem } of [server, machine]) {
      for (const line of pem.split('\n').slice(1, -2)) secrets.set(line, 'key of a certificate')
    }
    assert.ok(secrets.size > 20, String(secrets.size))
    for (const [secret, what] of secrets) {
      assert.ok(secret.length >= 16, what)
      // A part of one is enough to be told.
      for (const part of [secret, secret.slice(-16), encodeURIComponent(secret)]) assert.ok(!said.includes(part), what)
    }
  })
})
