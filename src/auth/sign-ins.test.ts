/** What a gate keeps of sign-ins, given-back tokens and keys: over a restart, in one folder, and never a token itself. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { dutyBits } from './duties.ts'
import type { Grant } from './grant.ts'
import { Issuer } from './issuer.ts'
import { KeptFile } from './kept-file.ts'
import { openAuth } from './open-auth.ts'
import { makePersonKey, publicKeyOf } from './person-keys.ts'
import { RevokedTokens } from './revoked-tokens.ts'
import { SecretFiles } from './secret-files.ts'
import { SignIns } from './sign-ins.ts'

const START = Date.UTC(2026, 10, 21, 14, 30)
const OLGA = { clientID: 'console', person: 'olga', keyID: 'k', duties: dutyBits(['kill']) }
const filesIn = () => new SecretFiles(join(mkdtempSync(join(tmpdir(), 'sign-ins-')), 'secrets'))
const isGrant = (found: unknown): found is Grant => typeof found === 'object'

test('sign-ins outlive a restart, and their files hold no token', async () => {
  const files = filesIn()
  const before = new SignIns(files)
  const begun = await before.begin(OLGA, 'code-1')
  assert.ok(begun)
  const text = readFileSync(join(files.folder, 'sign-ins.json'), 'utf8')
  const secret = Buffer.from(begun.refreshToken, 'base64url').subarray(16)
  for (const encoding of ['base64url', 'base64', 'hex'] as const) assert.ok(!text.includes(secret.toString(encoding)))
  assert.ok(!text.includes('code-1'))
  if (process.platform !== 'win32') assert.equal(statSync(join(files.folder, 'sign-ins.json')).mode & 0o777, 0o600)

  const after = new SignIns(files)
  assert.ok(after.isAlive(begun.signIn.id))
  assert.equal(after.begunBy('code-1')?.id, begun.signIn.id, 'a code that comes again is still known')
  const next = await after.refresh(begun.refreshToken, 'console')
  assert.ok(next)
  const third = new SignIns(files)
  assert.equal(await third.refresh(begun.refreshToken, 'console'), undefined, 'the old one is known as old')
  assert.equal(third.isAlive(begun.signIn.id), false)
  assert.equal(new SignIns(files).size, 0)
})

test('two uses of one refresh token at once end the sign-in', async () => {
  const signIns = new SignIns(filesIn())
  const begun = await signIns.begin(OLGA, 'c')
  assert.ok(begun)
  await Promise.all([1, 2].map(() => signIns.refresh(begun.refreshToken, 'console')))
  assert.equal(signIns.isAlive(begun.signIn.id), false)
})

test('what cannot be kept is not given, and its sign-in ends', async () => {
  const files = filesIn()
  const signIns = new SignIns(files)
  const begun = await signIns.begin(OLGA, 'c')
  assert.ok(begun)
  rmSync(files.folder, { recursive: true })
  await assert.rejects(signIns.refresh(begun.refreshToken, 'console'), /ENOENT/)
  assert.equal(signIns.isAlive(begun.signIn.id), false)
})

test('a file that many change is written one at a time, and the last state is on the disk', async () => {
  const files = filesIn()
  let state = 0
  const kept = new KeptFile(files, 'many', () => String(state))
  const saves = Array.from({ length: 100 }, () => {
    state++
    return kept.save()
  })
  await saves[0]
  await Promise.all(saves)
  assert.equal(kept.read(), '100')
  assert.deepEqual(readdirSync(files.folder), ['many'])
  state = 7
  await kept.save()
  assert.equal(kept.read(), '7')
})

test('a token that was given back stays so over a restart, until it has run out, within a bound for each client', async () => {
  const files = filesIn()
  const clock = { ms: START }
  const revoked = new RevokedTokens(files, () => clock.ms)
  const of = (jti: string, clientID = 'a') => revoked.revoke({ jti, clientID }, START + 1000)
  assert.equal(await of('j'), true)
  assert.ok(new RevokedTokens(files, () => clock.ms).has('j'))
  for (let n = 1; n < 100; n++) assert.equal(await of(`a-${n}`), true)
  assert.equal(await of('a-100'), false)
  assert.equal(await of('b-1', 'b'), true)
  assert.equal(await of('j'), true, 'which was given back before')
  clock.ms = START + 1000
  assert.equal(await of('a-100'), true)
  assert.equal(revoked.has('a-1'), false)
})

test('a new key signs at once, the old one verifies until its tokens have run out, and both are shown', async () => {
  const files = filesIn()
  const clock = { ms: START }
  const auth = await openAuth(files, { issuer: 'https://gate.test', nowMs: () => clock.ms })
  const { issuer, verifier } = auth
  const ems = { clientID: 'ems-1', duties: dutyBits(['kill']), disabled: false }
  const old = await issuer.issue(ems, ems.duties)
  const [oldKey] = issuer.jwks.keys
  await Issuer.rotate(files, false, clock.ms)
  const between = await issuer.issue(ems, ems.duties)
  await issuer.read()
  const fresh = await issuer.issue(ems, ems.duties)
  const kidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
  assert.deepEqual([kidOf(between), issuer.jwks.keys.length], [oldKey?.kid, 2])
  assert.deepEqual([kidOf(fresh), issuer.jwks.keys[1]], [issuer.jwks.keys[0]?.kid, oldKey])
  assert.notEqual(kidOf(fresh), kidOf(old))
  for (const token of [old, between, fresh]) assert.ok(isGrant(await verifier.verify(token)))
  clock.ms = START + 904_000
  await issuer.read()
  assert.ok(isGrant(await verifier.verify(old)), 'to its end')
  clock.ms = START + 960_000
  await issuer.read()
  assert.equal(issuer.jwks.keys.length, 1)
  const later = await Issuer.open(files, { issuer: 'https://gate.test', audience: 'portcullis', nowMs: () => clock.ms })
  assert.deepEqual(later.jwks, issuer.jwks)
})

test('a key that somebody has seen ends at once, and with it each token of it that was checked before', async () => {
  const files = filesIn()
  const { issuer, verifier } = await openAuth(files, { issuer: 'https://gate.test' })
  const ems = { clientID: 'ems-1', duties: dutyBits(['kill']), disabled: false }
  const token = await issuer.issue(ems, ems.duties)
  const grant = await verifier.verify(token)
  assert.ok(isGrant(grant))
  await Issuer.rotate(files, true)
  await issuer.read()
  assert.equal(verifier.faultOf(grant), 'revoked')
  assert.equal(await verifier.verify(token), 'revoked')
  assert.equal(issuer.jwks.keys.length, 1)
})

test('keys cannot be turned without end, and a file that is no keys changes nothing', async () => {
  const files = filesIn()
  const issuer = await Issuer.open(files, { issuer: 'https://gate.test', audience: 'portcullis' })
  for (let n = 0; n < 15; n++) await Issuer.rotate(files)
  await assert.rejects(Issuer.rotate(files), /16 keys still verify/)
  await issuer.read()
  assert.equal(issuer.jwks.keys.length, 16)
  const { jwks } = issuer
  for (const text of ['', '[]', '{', '[{"kty":"oct","k":"AAAA"}]']) {
    files.write('token-keys.json', text)
    await assert.rejects(issuer.read())
    assert.equal(issuer.jwks, jwks)
  }
})

test('a person that the gate no longer knows has no token of a sign-in, and fewer duties hold at once', async () => {
  const files = filesIn()
  const { issuer, verifier, people, desk } = await openAuth(files, { issuer: 'https://gate.test' })
  const key = await makePersonKey('olga')
  await people.register('olga', publicKeyOf(key), ['kill', 'risk:read'])
  const begun = await desk.signIns.begin({ ...OLGA, keyID: key.kid }, 'c')
  assert.ok(begun)
  const of = { subject: 'olga', clientID: 'console', kind: 'person', duties: dutyBits(['kill', 'admin']) } as const
  const grant = await verifier.verify(await issuer.issueTo({ ...of, signIn: begun.signIn.id }))
  assert.ok(isGrant(grant))
  assert.deepEqual([grant.kind, grant.subject, grant.clientID, grant.via], ['person', 'olga', 'olga', 'console'])
  assert.equal(grant.scope, dutyBits(['kill']))
  const nobody = await issuer.issueTo({ ...of, subject: 'nobody', signIn: begun.signIn.id })
  assert.equal(await verifier.verify(nobody), 'revoked')
  assert.equal(await verifier.verify(await issuer.issueTo(of)), 'malformed', 'a person signs in')
  assert.equal(await verifier.verify(await issuer.issueTo({ ...of, signIn: 'other' })), 'revoked')
})
