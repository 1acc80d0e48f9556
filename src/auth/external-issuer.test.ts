/** Tokens of an external issuer, npm's oidc-provider: its three algorithms, its keys as they turn, its outage, and forgeries. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  type CryptoKey,
  decodeJwt,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JWTPayload,
  SignJWT,
} from 'jose'
import { OIDC_ALGORITHMS, OIDC_AUDIENCE, OidcIssuer } from '../simulator/oidc-issuer.ts'
import { dutyBits } from './duties.ts'
import { ExternalIssuer, type ExternalIssuerSettings } from './external-issuer.ts'
import type { Grant } from './grant.ts'
import { TokenVerifier } from './token-verifier.ts'

const isGrant = (found: unknown): found is Grant => typeof found === 'object'
const MINUTE = 60_000
type Claims = Readonly<Record<string, unknown>>

describe('an external issuer', () => {
  let oidc: OidcIssuer
  const clock = { ms: 0 }
  const nowMs = () => Date.now() + clock.ms
  const problems: Error[] = []
  const denied = new Set<string>()
  before(async () => {
    oidc = await OidcIssuer.start()
  })
  beforeEach(() => {
    clock.ms = 0
    problems.length = 0
  })
  after(() => oidc.stop())

  function trust(change: Partial<ExternalIssuerSettings> = {}) {
    const settings = { url: oidc.url, audience: OIDC_AUDIENCE, subjects: 'both', ...change } as const
    const external = new ExternalIssuer(settings, { nowMs, onProblem: (problem) => problems.push(problem) })
    return new TokenVerifier({
      ...{ issuer: 'https://gate.test', audience: 'portcullis', jwks: { keys: [] }, others: [external], nowMs },
      denied: ({ subject }) => denied.has(subject),
    })
  }
  const claims = (change: Claims = {}): JWTPayload => {
    const now = Math.floor(nowMs() / 1000)
    const own = { iss: oidc.url, aud: OIDC_AUDIENCE, sub: 'olga', client_id: 'console', jti: 'j', scope: 'kill' }
    return { ...own, iat: now, exp: now + 300, ...change }
  }
  const serve = (path: string, text: string, headers: Record<string, string> = {}) =>
    oidc.answers.set(path, (_request, response: ServerResponse) => response.writeHead(200, headers).end(text))
  const pages = () => oidc.requests.filter((path) => path === '/jwks').length

  test('machines by client credentials and people who sign in there, with each algorithm', async () => {
    const verifier = trust()
    for (const algorithm of OIDC_ALGORITHMS) {
      const machine = await verifier.verify(await oidc.machineToken(algorithm, 'kill risk:read'))
      assert.ok(isGrant(machine), String(machine))
      assert.deepEqual([machine.kind, machine.subject, machine.clientID], ['client', 'ems-1', 'ems-1'])
      assert.equal(machine.scope, dutyBits(['kill', 'risk:read']))
      const person = await verifier.verify(await oidc.personToken(algorithm, 'olga', 'kill'))
      assert.ok(isGrant(person), String(person))
      assert.deepEqual(
        [person.kind, person.subject, person.clientID, person.via],
        ['person', 'olga', 'olga', 'console'],
      )
      assert.equal(person.scope, dutyBits(['kill']))
    }
    assert.deepEqual(problems, [])
  })

  test('an issuer is trusted with people or with machines, and a machine never is the person of its name', async () => {
    const machine = await oidc.machineToken('ES256', 'kill')
    const person = await oidc.personToken('ES256', 'ems-1', 'kill')
    assert.equal(await trust({ subjects: 'people' }).verify(machine), 'malformed')
    assert.equal(await trust({ subjects: 'machines' }).verify(person), 'malformed')
    assert.ok(isGrant(await trust({ subjects: 'people' }).verify(person)))
    assert.ok(isGrant(await trust({ subjects: 'machines' }).verify(machine)))
    const both = await trust().verify(machine)
    assert.equal(isGrant(both) && both.kind, 'client')
  })

  test('names and duties come from the claims that the configuration says', async () => {
    const mapped = { 'risk-desk': ['kill', 'risk:read'], looks: ['risk:read'] }
    const verifier = trust({ nameClaim: 'email', dutiesClaim: 'groups', duties: mapped })
    const token = await oidc.sign(
      claims({ email: 'olga@acme.test', groups: ['risk-desk', 'other', 'admin', '__proto__'] }),
    )
    const grant = await verifier.verify(token)
    assert.ok(isGrant(grant))
    assert.deepEqual([grant.subject, grant.scope], ['olga@acme.test', dutyBits(['kill', 'risk:read'])])
    const rows: Claims[] = [
      { groups: ['risk-desk'] },
      { email: 'a b', groups: [] },
      { email: 'a:b', groups: [] },
      { email: 'x'.repeat(33), groups: [] },
      { email: 'olga' },
      { email: 'olga', groups: { 'risk-desk': true } },
      { email: 'olga', groups: [1] },
      { email: 'olga', groups: new Array(300).fill('x') },
    ]
    for (const change of rows) {
      assert.equal(
        await verifier.verify(await oidc.sign(claims(change))),
        'malformed',
        JSON.stringify(change).slice(0, 80),
      )
    }
    assert.throws(() => trust({ duties: { x: ['dream'] } }), RangeError)
    const machine = claims({ sub: 'ems-1', client_id: 'ems-1', scope: 'orders:write quotes:write' })
    assert.equal(
      await trust().verify(await oidc.sign(machine)),
      'malformed',
      'duties that one machine may not hold together',
    )
  })

  test('audience, issuer, times and type: to the second', async () => {
    const verifier = trust()
    const now = Math.floor(Date.now() / 1000)
    const rows: [Claims, string | undefined, object?][] = [
      [{}, undefined],
      [{ aud: ['x', OIDC_AUDIENCE] }, undefined],
      [{ aud: 'portcullis' }, 'issuer or audience'],
      [{ aud: undefined }, 'issuer or audience'],
      [{ iss: 'https://gate.test' }, 'signature'],
      [{ iss: `${oidc.url}/` }, 'signature'],
      [{ iss: undefined }, 'signature'],
      [{ exp: now - 10 }, 'expired'],
      [{ exp: undefined }, 'malformed'],
      [{ iat: undefined }, 'malformed'],
      [{ iat: now + 30 }, 'not yet valid'],
      [{ nbf: now + 30 }, 'not yet valid'],
      [{ iat: now - 910, exp: now + 3600 }, 'expired'],
      [{ jti: undefined }, 'malformed'],
      [{ sub: undefined }, 'malformed'],
      [{ cnf: { jkt: 'x' } }, 'malformed'],
      [{}, 'malformed', { typ: 'JWT' }],
      [{}, 'malformed', { typ: undefined }],
    ]
    for (const [change, fault, header] of rows) {
      const found = await verifier.verify(await oidc.sign(claims(change), header))
      assert.equal(isGrant(found) ? undefined : found, fault, JSON.stringify([change, header]))
    }
    assert.ok(isGrant(await trust({ tokenType: 'JWT' }).verify(await oidc.sign(claims(), { typ: 'JWT' }))))
  })

  test('clocks may differ by five seconds, and a token is taken for 15 minutes whatever it says', async () => {
    const verifier = trust()
    const whole = Math.ceil(nowMs() / 1000)
    const still = { ms: whole * 1000 }
    const external = new ExternalIssuer({ url: oidc.url, audience: OIDC_AUDIENCE, subjects: 'both' })
    const stopped = new TokenVerifier({
      ...{ issuer: 'https://gate.test', audience: 'portcullis', jwks: { keys: [] }, others: [external] },
      ...{ denied: () => false, nowMs: () => still.ms },
    })
    const at = async (change: Claims) => {
      const found = await stopped.verify(await oidc.sign(claims({ iat: whole, exp: whole + 300, ...change })))
      return isGrant(found) ? 'good' : found
    }
    assert.deepEqual([await at({ iat: whole + 5 }), await at({ iat: whole + 6 })], ['good', 'not yet valid'])
    assert.deepEqual([await at({ nbf: whole + 5 }), await at({ nbf: whole + 6 })], ['good', 'not yet valid'])
    assert.deepEqual([await at({ exp: whole - 4 }), await at({ exp: whole - 5 })], ['good', 'expired'])
    assert.deepEqual(
      [await at({ iat: whole - 904, exp: whole + 9 }), await at({ iat: whole - 905, exp: whole + 9 })],
      ['good', 'expired'],
    )
    const day = await verifier.verify(await oidc.sign(claims({ exp: whole + 86_400 })))
    assert.ok(isGrant(day))
    clock.ms = 15 * MINUTE + 6_000
    assert.equal(verifier.faultOf(day), 'expired')
  })

  test('forgeries', async () => {
    const verifier = trust()
    const good = await oidc.sign(claims())
    const [head = '', body = '', signature = ''] = good.split('.')
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const { kid = '' } = oidc.keyOf('RS256')
    const publicKey = await importJWK(
      {
        ...oidc.keyOf('RS256'),
        d: undefined,
        p: undefined,
        q: undefined,
        dp: undefined,
        dq: undefined,
        qi: undefined,
      } as never,
      'RS256',
      { extractable: true },
    )
    const spki = await exportSPKI(publicKey as CryptoKey)
    const hmac = (key: string, alg = 'HS256') => {
      const signed = `${encode({ alg, typ: 'at+jwt', kid })}.${body}`
      return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
    }
    const stranger = await generateKeyPair('ES256', { extractable: true })
    const jwk = await exportJWK(stranger.publicKey)
    const es256 = oidc.keyOf('ES256').kid as string
    const signed = (header: object) =>
      new SignJWT(claims())
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: es256, ...header })
        .sign(stranger.privateKey)
    const rows: [string, string][] = [
      ['alg none', `${encode({ alg: 'none', typ: 'at+jwt', kid })}.${body}.`],
      ['HS256 keyed with the public key', hmac(spki)],
      ['HS256 keyed with the public JWK', hmac(JSON.stringify(await exportJWK(publicKey as CryptoKey)))],
      ['RS256 said of an HMAC', hmac(spki, 'RS256')],
      ['the kid of another algorithm', await oidc.sign(claims(), { kid })],
      ['no kid', await oidc.sign(claims(), { kid: undefined })],
      ['a stranger key', await signed({})],
      ['its key in the header', await signed({ jwk })],
      ['a key to be fetched', await signed({ jku: `${oidc.url}/stranger`, kid: 'stranger' })],
      ['a certificate to be fetched', await signed({ x5u: `${oidc.url}/stranger` })],
      ['a certificate in the header', await signed({ x5c: ['AAAA'] })],
      ['other claims', `${head}.${encode(claims({ sub: 'other' }))}.${signature}`],
      ['no signature', `${head}.${body}.`],
    ]
    for (const [name, token] of rows) assert.equal(await verifier.verify(token), 'signature', name)
    assert.ok(!oidc.requests.includes('/stranger'), 'nothing is fetched that a token names')
    assert.ok(isGrant(await verifier.verify(good)))
  })

  test('a key that is for something else, too short, or whose id is another key too, is none', async (t) => {
    t.after(() => oidc.answers.clear())
    const [one, other] = [
      await generateKeyPair('ES256', { extractable: true }),
      await generateKeyPair('ES256', { extractable: true }),
    ]
    const jwk = { ...(await exportJWK(one.publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }
    const second = { ...(await exportJWK(other.publicKey)), kid: 'k' }
    const token = (key = one.privateKey) =>
      new SignJWT(claims()).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k' }).sign(key)
    const beside = { kty: 'OKP', crv: 'Ed25519', kid: 'beside', x: Buffer.alloc(32, 1).toString('base64url') }
    const rows: [string, object[], boolean][] = [
      ['as it is', [jwk], true],
      ['without its words', [{ ...jwk, alg: undefined, use: undefined }], true],
      ['use: enc', [{ ...jwk, use: 'enc' }, beside], false],
      ['key_ops: encrypt', [{ ...jwk, key_ops: ['encrypt'] }, beside], false],
      ['alg of another kind', [{ ...jwk, alg: 'ES384' }, beside], false],
      ['no kid', [{ ...jwk, kid: undefined }, beside], false],
      ['a kid twice', [jwk, second, beside], false],
      ['a shared key', [{ kty: 'oct', k: 'AAAA', kid: 'k' }, beside], false],
      ['what is no key', [null as never, { kty: 'EC', crv: 'P-256', x: 'A', y: 'A', kid: 'k' }, beside], false],
    ]
    for (const [name, keys, isGood] of rows) {
      serve('/jwks', JSON.stringify({ keys }))
      const found = await trust().verify(await token())
      assert.equal(isGrant(found) || found, isGood || 'signature', name)
    }
  })

  test('keys that turn are found by their id, not more often than every ten seconds', async () => {
    const verifier = trust()
    assert.ok(isGrant(await verifier.verify(await oidc.machineToken('RS256', 'kill'))))
    await oidc.turnKeys()
    const next = await oidc.machineToken('RS256', 'kill')
    const before = pages()
    assert.equal(await verifier.verify(next), 'signature', 'too soon')
    assert.equal(pages(), before)
    clock.ms += 10_000
    assert.ok(isGrant(await verifier.verify(next)))
    const unknown = await oidc.sign(claims(), { kid: 'unknown' })
    for (let n = 0; n < 20; n++) assert.equal(await verifier.verify(unknown), 'signature')
    assert.equal(pages(), before + 1)
    clock.ms += 10_000
    await Promise.all(Array.from({ length: 20 }, () => verifier.verify(unknown)))
    assert.equal(pages(), before + 2, 'of many who ask at once one fetches')
  })

  test('keys are fetched again when their time is over, and one that the issuer took back is gone', async (t) => {
    t.after(() => oidc.answers.clear())
    const jwks = await (await fetch(`${oidc.url}/jwks`)).text()
    for (const [said, minutes] of [
      ['max-age=120', 2],
      ['public, max-age=600, immutable', 10],
      ['', 5],
      ['max-age=0', 0.5],
      ['max-age=999999', 60],
    ] as const) {
      clock.ms = 0
      serve('/jwks', jwks, said === '' ? {} : { 'cache-control': said })
      const verifier = trust()
      const sign = (n: number) => oidc.sign(claims({ jti: `${said} ${n}` }))
      assert.ok(isGrant(await verifier.verify(await sign(1))))
      serve(
        '/jwks',
        JSON.stringify({
          keys: [{ kty: 'OKP', crv: 'Ed25519', kid: 'x', x: Buffer.alloc(32, 1).toString('base64url') }],
        }),
      )
      clock.ms = minutes * MINUTE - 2_000
      assert.ok(isGrant(await verifier.verify(await sign(2))), said)
      clock.ms = minutes * MINUTE + 1_000
      assert.equal(await verifier.verify(await sign(3)), 'signature', said)
    }
  })

  test('an outage of the issuer is survived for its stated time, and then nothing of it passes', async (t) => {
    const verifier = trust({ outageMinutes: 30 })
    const sign = (n: number) => oidc.sign(claims({ jti: `outage ${n}` }))
    const first = await verifier.verify(await sign(1))
    assert.ok(isGrant(first))
    await oidc.stop()
    let isThere = false
    t.after(() => (isThere ? undefined : oidc.resume()))
    clock.ms = 6 * MINUTE
    assert.ok(isGrant(await verifier.verify(await sign(2))), 'the keys are over, and the issuer does not answer')
    assert.equal(problems.length, 1)
    clock.ms = 34 * MINUTE
    assert.ok(isGrant(await verifier.verify(await sign(3))))
    clock.ms = 36 * MINUTE
    assert.equal(await verifier.verify(await sign(4)), 'its issuer cannot be asked for keys')
    await oidc.resume()
    isThere = true
    clock.ms += 10_000
    assert.ok(isGrant(await verifier.verify(await sign(5))), 'and it comes back by itself')
    const never = new ExternalIssuer({ url: 'http://127.0.0.1:9', audience: 'x', subjects: 'both' }, { nowMs })
    assert.equal(await never.keys.find('k'), 'unreachable')
  })

  test('what the issuer serves is believed within bounds', async (t) => {
    t.after(() => oidc.answers.clear())
    const found = '/.well-known/openid-configuration'
    const document = (await (await fetch(`${oidc.url}${found}`)).json()) as Record<string, unknown>
    const jwks = await (await fetch(`${oidc.url}/jwks`)).text()
    const rows: [string, RegExp, () => void][] = [
      [
        'another issuer',
        /of another issuer/,
        () => serve(found, JSON.stringify({ ...document, issuer: 'https://evil.test' })),
      ],
      [
        'a slash more',
        /of another issuer/,
        () => serve(found, JSON.stringify({ ...document, issuer: `${oidc.url}/` })),
      ],
      [
        'keys in the clear',
        /no safe address/,
        () => serve(found, JSON.stringify({ ...document, jwks_uri: 'http://evil.test/jwks' })),
      ],
      [
        'keys in a file',
        /no safe address/,
        () => serve(found, JSON.stringify({ ...document, jwks_uri: 'file:///etc/passwd' })),
      ],
      ['no address', /no safe address/, () => serve(found, JSON.stringify({ ...document, jwks_uri: undefined }))],
      ['no JSON', /JSON/, () => serve(found, '<html>')],
      ['no object', /no object/, () => serve(found, 'null')],
      ['too large', /more than 262144 bytes/, () => serve('/jwks', `${jwks}${' '.repeat(300_000)}`)],
      ['too many', /more than 64 keys/, () => serve('/jwks', JSON.stringify({ keys: new Array(65).fill({}) }))],
      ['no keys', /no key that tokens/, () => serve('/jwks', '{"keys":[]}')],
      [
        'a redirect',
        /fetch failed|redirect/,
        () => oidc.answers.set('/jwks', (_, response) => response.writeHead(302, { location: '/other' }).end()),
      ],
      ['an error', /answers 500/, () => oidc.answers.set('/jwks', (_, response) => response.writeHead(500).end())],
    ]
    for (const [name, problem, arrange] of rows) {
      oidc.answers.clear()
      problems.length = 0
      arrange()
      assert.equal(await trust().verify(await oidc.sign(claims())), 'its issuer cannot be asked for keys', name)
      assert.match(String(problems[0]), problem, name)
    }
  })

  test('the deny list holds for its tokens, and a token of nobody that is trusted is none', async () => {
    const verifier = trust()
    const token = await oidc.machineToken('EdDSA', 'kill')
    const grant = await verifier.verify(token)
    assert.ok(isGrant(grant))
    denied.add('ems-1')
    assert.deepEqual([verifier.faultOf(grant), await verifier.verify(token)], ['revoked', 'revoked'])
    denied.clear()
    const untold = new TokenVerifier({
      issuer: 'https://gate.test',
      audience: 'portcullis',
      jwks: { keys: [] },
      denied: () => false,
    })
    assert.equal(await untold.verify(token), 'signature')
    assert.equal(decodeJwt(token).iss, oidc.url)
  })
})
