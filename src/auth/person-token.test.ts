/** Tokens that people sign themselves: what the verifier takes of them, and every forgery that it refuses. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { importJWK, SignJWT } from 'jose'
import { DenyList } from './deny-list.ts'
import { dutyBits } from './duties.ts'
import { AUDIENCE, Issuer, TOKEN_TYPE } from './issuer.ts'
import {
  makePersonKey,
  PERSON_TYPE,
  People,
  type PersonKey,
  publicKeyOf,
  readPersonKey,
  readPublicKey,
  signPersonToken,
  writePersonKey,
} from './person-keys.ts'
import { SecretFiles } from './secret-files.ts'
import { type Grant, TokenVerifier } from './token-verifier.ts'

const START = Date.UTC(2026, 10, 21, 14, 30)
const NOW = START / 1000
const DUTIES = ['kill', 'release:request', 'risk:read'] as const

async function rig() {
  const files = new SecretFiles(mkdtempSync(join(tmpdir(), 'people-')))
  const clock = { ms: START }
  const nowMs = () => clock.ms
  const issuer = await Issuer.open(files, { issuer: 'https://gate.test', audience: AUDIENCE, nowMs })
  const deny = new DenyList(files, nowMs)
  const people = await People.open(files)
  const key = await makePersonKey('officer-a')
  await people.register('officer-a', publicKeyOf(key), DUTIES)
  const verifier = new TokenVerifier({
    ...{ issuer: issuer.issuer, audience: AUDIENCE, jwks: issuer.jwks, nowMs },
    denied: (grant) => deny.isDenied(grant),
    personWithKey: (kid) => people.withKey(kid),
  })
  const sign = (options: object = {}) => signPersonToken(key, { audience: AUDIENCE, nowMs: START, ...options })
  return { files, clock, issuer, deny, people, key, verifier, sign }
}

/** A token of the given claims and header, signed with the person's own key. */
async function signed({ kid, x, d }: PersonKey, claims: object, header: object = {}): Promise<string> {
  const own = {
    iss: 'person:officer-a',
    sub: 'officer-a',
    aud: AUDIENCE,
    jti: 'j-1',
    scope: 'kill',
    iat: NOW,
    exp: NOW + 60,
  }
  return new SignJWT({ ...own, ...claims })
    .setProtectedHeader({ alg: 'EdDSA', typ: PERSON_TYPE, kid, ...header })
    .sign(await importJWK({ kty: 'OKP', crv: 'Ed25519', x, d }, 'EdDSA'))
}

const isGrant = (found: unknown): found is Grant => typeof found === 'object'

test('a person is of kind person, with no more duties than the gate knows of and the token asks for', async () => {
  const { verifier, sign } = await rig()
  const whole = await verifier.verify(await sign())
  assert.ok(isGrant(whole), String(whole))
  assert.deepEqual([whole.subject, whole.clientID, whole.kind], ['officer-a', 'officer-a', 'person'])
  assert.equal(whole.scope, dutyBits(DUTIES))
  const part = await verifier.verify(await sign({ duties: dutyBits(['kill', 'admin']) }))
  assert.equal(isGrant(part) && part.scope, dutyBits(['kill']))
})

test('a token ends with its time, and lives 15 minutes at most', async () => {
  const { verifier, clock, key, sign } = await rig()
  const token = await sign({ lifeSeconds: 60 })
  assert.ok(isGrant(await verifier.verify(token)))
  clock.ms = START + 64_999
  assert.ok(isGrant(await verifier.verify(token)))
  clock.ms = START + 65_000
  assert.equal(await verifier.verify(token), 'expired')
  clock.ms = START
  assert.ok(isGrant(await verifier.verify(await signed(key, { exp: NOW + 900 }))))
  assert.equal(await verifier.verify(await signed(key, { exp: NOW + 901 })), 'longer than 15 minutes')
  assert.equal(await verifier.verify(await signed(key, { iat: NOW + 60, exp: NOW + 120 })), 'not yet valid')
  for (const lifeSeconds of [0, 901, Number.NaN]) await assert.rejects(sign({ lifeSeconds }), RangeError)
})

test('claims that do not fit are refused, well signed as they may be', async () => {
  const { verifier, key } = await rig()
  const rows: readonly (readonly [object, string])[] = [
    [{ aud: 'another gate' }, 'issuer or audience'],
    [{ aud: undefined }, 'issuer or audience'],
    [{ iss: 'person:officer-b' }, 'issuer or audience'],
    [{ iss: 'https://gate.test' }, 'issuer or audience'],
    [{ sub: 'officer-b' }, 'malformed'],
    [{ sub: undefined }, 'malformed'],
    [{ jti: undefined }, 'malformed'],
    [{ jti: 7 }, 'malformed'],
    [{ exp: undefined }, 'malformed'],
    [{ iat: undefined }, 'malformed'],
    [{ scope: undefined }, 'malformed'],
    [{ scope: ['kill'] }, 'malformed'],
    [{ exp: NOW - 6 }, 'expired'],
    [{ nbf: NOW + 60 }, 'not yet valid'],
  ]
  for (const [claims, fault] of rows)
    assert.equal(await verifier.verify(await signed(key, claims)), fault, JSON.stringify(claims))
})

test('no other key, algorithm or type is taken', async () => {
  const { verifier, issuer, key, sign } = await rig()
  const good = await sign()
  const [head = '', body = '', signature = ''] = good.split('.')
  const stranger = await makePersonKey('officer-a')
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>
  const hmac = (header: string, secret: string | Buffer) =>
    `${header}.${body}.${createHmac('sha256', secret).update(`${header}.${body}`).digest('base64url')}`
  const confused = encode({ alg: 'HS256', typ: PERSON_TYPE, kid: key.kid })
  const asClient = { clientID: 'officer-a', duties: dutyBits(['kill']), disabled: false }
  const [, ofIssuer = ''] = (await issuer.issue(asClient, asClient.duties)).split('.')
  const kidOfIssuer = issuer.jwks.keys[0]?.kid
  const rows: readonly (readonly [string, string, string])[] = [
    ['alg none', `${encode({ alg: 'none', typ: PERSON_TYPE, kid: key.kid })}.${body}.`, 'signature'],
    ['no signature', `${head}.${body}.`, 'signature'],
    ['other claims, same signature', `${head}.${encode({ ...claims, sub: 'officer-b' })}.${signature}`, 'signature'],
    ['HS256 keyed with the public key', hmac(confused, Buffer.from(key.x, 'base64url')), 'signature'],
    ['HS256 keyed with its text', hmac(confused, key.x), 'signature'],
    ['a key that nobody registered', await signed(stranger, {}), 'signature'],
    ['the kid of another', await signed(stranger, {}, { kid: key.kid }), 'signature'],
    ['no kid', await signed(key, {}, { kid: undefined }), 'signature'],
    ['a key in the header', await signed(stranger, {}, { kid: key.kid, jwk: publicKeyOf(stranger) }), 'signature'],
    ["as a token of the issuer's", await signed(key, {}, { typ: TOKEN_TYPE }), 'signature'],
    ["with the issuer's kid", await signed(key, {}, { typ: TOKEN_TYPE, kid: kidOfIssuer }), 'signature'],
    ['without a type', await signed(key, {}, { typ: undefined }), 'signature'],
    ["the issuer's claims under a person's header", `${head}.${ofIssuer}.${signature}`, 'signature'],
    ['nothing', '..', 'malformed'],
  ]
  for (const [name, token, fault] of rows) assert.equal(await verifier.verify(token), fault, name)
  assert.ok(isGrant(await verifier.verify(good)))
})

test('a client with the name of a person is no person', async () => {
  const { verifier, issuer } = await rig()
  const officer = { clientID: 'officer-a', duties: dutyBits(['kill']), disabled: false }
  const grant = await verifier.verify(await issuer.issue(officer, officer.duties))
  assert.equal(isGrant(grant) && grant.kind, 'client')
})

test('a person, or one token of a person, is revoked at once and over a restart', async () => {
  const { files, deny, verifier, sign } = await rig()
  const token = await sign()
  const grant = await verifier.verify(token)
  assert.ok(isGrant(grant))
  for (const [kind, value] of [['subject', 'officer-a'] as const, ['jti', grant.jti] as const]) {
    deny.deny(kind, value)
    assert.equal(verifier.faultOf(grant), 'revoked')
    assert.equal(await verifier.verify(token), 'revoked')
    assert.ok(new DenyList(files).isDenied(grant))
    deny.allow(kind, value)
    assert.equal(await verifier.verify(token), grant)
  }
})

test('a new key ends the old one, also over a restart; one key is of one person', async () => {
  const { files, people, key } = await rig()
  const next = await makePersonKey('officer-a')
  await people.register('officer-a', publicKeyOf(next), ['kill'])
  for (const known of [people, await People.open(files)]) {
    assert.equal(known.withKey(key.kid), undefined)
    assert.deepEqual(
      [known.withKey(next.kid)?.name, known.withKey(next.kid)?.duties],
      ['officer-a', dutyBits(['kill'])],
    )
  }
  await assert.rejects(people.register('officer-b', publicKeyOf(next), ['kill']), /this key is that of officer-a/)
  await assert.rejects(people.register('officer-b', { kid: key.kid, x: next.x }, ['kill']), /thumbprint/)
  await assert.rejects(people.register('officer-b', publicKeyOf(key), ['everything']), RangeError)
  for (const name of ['', 'a:b', 'a b', 'x'.repeat(33)]) await assert.rejects(makePersonKey(name), RangeError)
})

test('a key file is for its owner alone, is not overwritten, and is read whole or not at all', async () => {
  const { files, key } = await rig()
  const file = join(files.folder, 'officer-a.json')
  writePersonKey(file, key)
  assert.deepEqual(readPersonKey(file), key)
  assert.throws(() => writePersonKey(file, key), /is not overwritten/)
  assert.ok(!readFileSync(join(files.folder, 'people.json'), 'utf8').includes(key.d))
  const open = join(files.folder, 'open.json')
  for (const [text, fault] of [
    ['{', /is no JSON/],
    ['null', /no public key/],
    [JSON.stringify({ ...publicKeyOf(key), kid: 'A'.repeat(43) }), /no public key/],
    [JSON.stringify({ kid: key.kid }), /no public key/],
  ] as const) {
    writeFileSync(open, text)
    await assert.rejects(readPublicKey(open), fault)
  }
  writeFileSync(open, JSON.stringify(publicKeyOf(key)))
  chmodSync(open, 0o600)
  assert.deepEqual(await readPublicKey(open), publicKeyOf(key))
  assert.throws(() => readPersonKey(open), /holds no key of a person/)
  assert.throws(() => readPersonKey(join(files.folder, 'nobody.json')), /there is no such file/)
  if (process.platform === 'win32') return
  assert.equal(statSync(file).mode & 0o777, 0o600)
  chmodSync(file, 0o644)
  assert.throws(() => readPersonKey(file), /mode 644/)
})
