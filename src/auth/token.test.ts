/** Tokens of the embedded issuer: what the verifier takes, and every forgery that it refuses. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { ClientRow } from './client-store.ts'
import { DenyList } from './deny-list.ts'
import { dutyBits } from './duties.ts'
import { Issuer } from './issuer.ts'
import { SecretFiles } from './secret-files.ts'
import { type Grant, TokenVerifier } from './token-verifier.ts'

const ISSUER = 'https://gate.test'
const AUDIENCE = 'portcullis'
const ems: ClientRow = { clientID: 'ems-1', duties: dutyBits(['orders:write']), disabled: false }
const START = Date.UTC(2026, 10, 21, 14, 30)

async function rig(cacheMax = 100) {
  const files = new SecretFiles(mkdtempSync(join(tmpdir(), 'auth-')))
  const clock = { ms: START }
  const nowMs = () => clock.ms
  const issuer = await Issuer.open(files, { issuer: ISSUER, audience: AUDIENCE, nowMs })
  const deny = new DenyList(files, nowMs)
  const verifier = new TokenVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks: issuer.jwks,
    denied: (grant) => deny.isDenied(grant),
    cacheMax,
    nowMs,
  })
  return { files, clock, issuer, deny, verifier }
}

const isGrant = (found: unknown): found is Grant => typeof found === 'object'

test('a token gives its subject, kind and duties, and is checked once', async () => {
  const { issuer, verifier } = await rig()
  const token = await issuer.issue(ems, dutyBits(['kill', 'risk:read']))
  assert.equal(verifier.known(token), undefined)
  const grant = await verifier.verify(token)
  assert.ok(isGrant(grant))
  assert.deepEqual([grant.subject, grant.clientID, grant.kind], ['ems-1', 'ems-1', 'client'])
  assert.equal(grant.scope, dutyBits(['kill', 'risk:read']))
  assert.equal(verifier.known(token), grant)
  assert.equal(await verifier.verify(token), grant)
})

test('a token ends at its time plus the skew, also when it is cached', async () => {
  const { issuer, verifier, clock } = await rig()
  const token = await issuer.issue(ems, ems.duties)
  const grant = await verifier.verify(token)
  assert.ok(isGrant(grant))
  clock.ms = START + 904_999
  assert.equal(verifier.faultOf(grant), undefined)
  assert.equal(await verifier.verify(token), grant)
  clock.ms = START + 905_000
  assert.equal(verifier.faultOf(grant), 'expired')
  assert.equal(await verifier.verify(token), 'expired')
  assert.equal(await verifier.verify(token), 'expired', 'and is no longer in the cache')
})

test('a token from the future is refused beyond the skew', async () => {
  const { issuer, verifier, clock } = await rig()
  clock.ms = START + 5_000
  const near = await issuer.issue(ems, ems.duties)
  clock.ms = START + 7_000
  const far = await issuer.issue(ems, ems.duties)
  clock.ms = START
  assert.ok(isGrant(await verifier.verify(near)))
  assert.equal(await verifier.verify(far), 'not yet valid')
})

test('forgeries', async () => {
  const { issuer, verifier } = await rig()
  const good = await issuer.issue(ems, ems.duties)
  const [head = '', body = '', signature = ''] = good.split('.')
  const kid = issuer.jwks.keys[0]?.kid ?? ''
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>
  const hmac = (header: string, payload: string, key: string | Buffer) =>
    `${header}.${payload}.${createHmac('sha256', key).update(`${header}.${payload}`).digest('base64url')}`
  const confused = encode({ alg: 'HS256', typ: 'at+jwt', kid })
  const publicKey = JSON.stringify(issuer.jwks.keys[0])
  const stranger = await generateKeyPair('ES256')
  const signed = (header: Record<string, unknown>, change: Record<string, unknown>, key = stranger.privateKey) =>
    new SignJWT({ ...claims, ...change }).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header }).sign(key)
  const rows: [string, string, string][] = [
    ['no token', '', 'malformed'],
    ['one part', 'abc', 'malformed'],
    ['too long', `${head}.${'A'.repeat(5000)}.${signature}`, 'malformed'],
    ['alg none', `${encode({ alg: 'none', typ: 'at+jwt' })}.${body}.`, 'signature'],
    ['alg None', `${encode({ alg: 'None', typ: 'at+jwt' })}.${body}.`, 'signature'],
    ['no signature', `${head}.${body}.`, 'signature'],
    ['HS256 keyed with the public key', hmac(confused, body, publicKey), 'signature'],
    ['HS256 keyed with nothing', hmac(confused, body, Buffer.alloc(1)), 'signature'],
    ['other claims, same signature', `${head}.${encode({ ...claims, scope: 'admin' })}.${signature}`, 'signature'],
    ['a stranger key', await signed({}, {}), 'signature'],
    ['a stranger kid', await signed({ kid: 'x' }, {}), 'signature'],
    ['a key in the header', await signed({ jwk: await exportJWK(stranger.publicKey) }, {}), 'signature'],
    ['a key to be fetched', await signed({ jku: 'http://127.0.0.1:1/keys' }, {}), 'signature'],
    ['an extension that must be understood', await signed({ crit: ['b64'], b64: true }, {}), 'signature'],
  ]
  for (const [name, token, fault] of rows) assert.equal(await verifier.verify(token), fault, name)
})

test('a well signed token with claims that do not fit is refused', async () => {
  const { files, verifier } = await rig()
  const [jwk] = JSON.parse(files.read('token-keys.json') ?? '') as [Record<string, string>]
  const { importJWK } = await import('jose')
  const key = await importJWK(jwk, 'ES256')
  const now = START / 1000
  const claims = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'ems-1',
    jti: 'j',
    scope: 'kill',
    iat: now,
    exp: now + 60,
    principal_kind: 'client',
  }
  const sign = (change: Record<string, unknown>, typ = 'at+jwt') =>
    new SignJWT({ ...claims, ...change }).setProtectedHeader({ alg: 'ES256', typ, kid: jwk.kid ?? '' }).sign(key)
  assert.ok(isGrant(await verifier.verify(await sign({}))))
  const rows: [Record<string, unknown>, string][] = [
    [{ iss: 'https://other.test' }, 'issuer or audience'],
    [{ aud: 'other' }, 'issuer or audience'],
    [{ iss: undefined }, 'issuer or audience'],
    [{ aud: undefined }, 'issuer or audience'],
    [{ exp: undefined }, 'malformed'],
    [{ sub: undefined }, 'malformed'],
    [{ jti: undefined }, 'malformed'],
    [{ scope: undefined }, 'malformed'],
    [{ scope: ['kill'] }, 'malformed'],
    [{ principal_kind: 'god' }, 'malformed'],
    [{ exp: now - 6 }, 'expired'],
    [{ nbf: now + 60 }, 'not yet valid'],
  ]
  for (const [change, fault] of rows)
    assert.equal(await verifier.verify(await sign(change)), fault, JSON.stringify(change))
  assert.equal(await verifier.verify(await sign({}, 'JWT')), 'malformed', 'an identity token is no access token')
})

test('a revocation holds at once and over a restart', async () => {
  const { files, issuer, deny, verifier } = await rig()
  const token = await issuer.issue(ems, ems.duties)
  const grant = await verifier.verify(token)
  assert.ok(isGrant(grant))
  for (const [kind, value] of [
    ['jti', grant.jti],
    ['subject', 'ems-1'],
    ['client', 'ems-1'],
  ] as const) {
    deny.deny(kind, value)
    assert.equal(verifier.faultOf(grant), 'revoked')
    assert.equal(await verifier.verify(token), 'revoked')
    assert.ok(new DenyList(files).isDenied(grant))
    deny.allow(kind, value)
    assert.equal(verifier.faultOf(grant), undefined)
  }
})

test('the cache is bounded and forgets the longest unused', async () => {
  const { issuer, verifier } = await rig(2)
  const tokens = await Promise.all([1, 2, 3].map(() => issuer.issue(ems, ems.duties)))
  const [a = '', b = '', c = ''] = tokens
  await verifier.verify(a)
  await verifier.verify(b)
  assert.ok(verifier.known(a))
  await verifier.verify(c)
  assert.equal(verifier.cached, 2)
  assert.ok(verifier.known(a))
  assert.equal(verifier.known(b), undefined)
})

test('the key stays over a restart, and a rotated one serves beside the old', async () => {
  const { files, issuer } = await rig()
  const again = await Issuer.open(files, { issuer: ISSUER, audience: AUDIENCE })
  assert.deepEqual(again.jwks, issuer.jwks)
  assert.equal('d' in (issuer.jwks.keys[0] ?? {}), false, 'the private part is not served')
  await Issuer.rotate(files)
  const rotated = await Issuer.open(files, { issuer: ISSUER, audience: AUDIENCE })
  assert.equal(rotated.jwks.keys.length, 2)
  assert.deepEqual(rotated.jwks.keys[1], issuer.jwks.keys[0])
})

test('a token is one text: the unused bits of its last character, or padding, make it another', async () => {
  const { issuer, verifier } = await rig()
  const token = await issuer.issue(ems, ems.duties)
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = letters.indexOf(token.slice(-1))
  for (let bits = 1; bits < 16; bits++) {
    const other = token.slice(0, -1) + letters.charAt(last ^ bits)
    assert.deepEqual(Buffer.from(other, 'base64url'), Buffer.from(token, 'base64url'), 'the same bytes')
    assert.equal(await verifier.verify(other), 'malformed')
  }
  for (const other of [`${token}==`, `${token}.`, token.replace('.', '=.'), `${token} `]) {
    assert.equal(await verifier.verify(other), 'malformed', other)
  }
  assert.ok(isGrant(await verifier.verify(token)))
})
