/** People sign in: the authorization endpoint, its codes, refresh tokens and revocation, over HTTP at a whole gate. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { decodeJwt, SignJWT } from 'jose'
import { makePersonKey, signPersonToken } from '../../auth/person-keys.ts'
import { signProof } from '../../auth/sign-in-proof.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { CONSOLE, REDIRECT_URI, SignInClient } from '../../simulator/sign-in.ts'
import { tellSmallFirm } from '../../simulator/small-firm.ts'

const START = Date.now()
const DUTIES = ['kill', 'risk:read', 'limits:propose'] as const
const kill = (reason: string) => ({ symbol: '600519.SH', state: 'BLOCKED', reason })

describe('people sign in', () => {
  let gate: RestGate
  const clock = { ms: START }
  before(async () => {
    gate = await RestGate.start({ auth: { nowMs: () => clock.ms } })
    await tellSmallFirm(gate)
    await gate.register('olga', 'person', DUTIES)
    gate.clients.registerPublic(
      CONSOLE,
      ['kill', 'risk:read', 'release:request'],
      [REDIRECT_URI, 'https://console.test/b?x=1'],
    )
    gate.clients.registerPublic('other', ['risk:read'], [REDIRECT_URI])
  })
  after(() => gate.close())
  const key = () => {
    const found = gate.personKeys.get('olga')
    assert.ok(found)
    return found
  }
  const client = () => new SignInClient(gate.url)
  const reads = async (token: string) => (await gate.send(token, 'GET', '/latches')).status

  test('a code becomes tokens that act as the person, with no more duties than person and client have', async () => {
    const through = client()
    const { query, challenge, html } = await through.open()
    assert.match(html, /Sign in to console/)
    assert.match(html, /kill release:request risk:read/)
    const { body } = await through.send({ query, challenge }, await signProof(key(), challenge))
    const back = new URL(body.redirect)
    assert.equal(`${back.origin}${back.pathname}`, REDIRECT_URI)
    assert.deepEqual(
      [back.searchParams.get('state'), back.searchParams.get('iss')],
      [through.state, 'http://gate.test'],
    )
    const answer = await through.exchange(back.searchParams.get('code') ?? '')
    assert.deepEqual([answer.status, answer.body.token_type, answer.body.expires_in], [200, 'Bearer', 900])
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    assert.equal(answer.body.scope, 'kill risk:read')
    const { sub, client_id, principal_kind, scope } = decodeJwt(answer.body.access_token)
    assert.deepEqual([sub, client_id, principal_kind, scope], ['olga', CONSOLE, 'person', 'kill risk:read'])
    const stopped = await gate.send(answer.body.access_token, 'POST', '/kill', kill('signed in'))
    assert.equal(stopped.status, 200, JSON.stringify(stopped.body))
    const { latches } = (await gate.send(answer.body.access_token, 'GET', '/latches')).body
    assert.equal(latches.at(-1).principal, 'olga')
  })

  test('a scope asks for less, also at a refresh, and never for more', async () => {
    const through = client()
    const { body } = await through.exchange(await through.code(key(), { scope: 'risk:read kill' }))
    assert.equal(body.scope, 'kill risk:read')
    const less = await through.refresh(body.refresh_token, { scope: 'risk:read' })
    assert.equal(less.body.scope, 'risk:read')
    const more = await through.refresh(less.body.refresh_token, { scope: 'limits:propose' })
    assert.deepEqual([more.status, more.body.error], [400, 'invalid_scope'])
    assert.equal((await through.refresh(less.body.refresh_token)).body.scope, 'kill risk:read', 'the sign-in has both')
  })

  test('a machine that is called like the person is not the person', async () => {
    const twin = gate.clients.register('olga', ['kill'])
    const answer = await fetch(`${gate.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'olga', client_secret: twin }),
    })
    const { access_token: token } = (await answer.json()) as { readonly access_token: string }
    assert.equal((await gate.send(token, 'POST', '/kill', kill('machine'))).status, 403)
  })

  test('a request of which it is not known whose it is goes nowhere; else what is wrong goes back to its program', async () => {
    const through = client()
    const nowhere: Record<string, string | undefined>[] = [
      { client_id: undefined },
      { client_id: 'ems-1' },
      { client_id: 'nobody' },
      { redirect_uri: undefined },
      { redirect_uri: `${REDIRECT_URI}/` },
      { redirect_uri: `${REDIRECT_URI}?a=b` },
      { redirect_uri: 'https://console.test/BACK' },
      { redirect_uri: 'https://evil.test/back' },
      { state: 's'.repeat(513) },
    ]
    for (const change of nowhere) {
      const answer = await through.show(through.query(change))
      assert.deepEqual([answer.status, answer.headers.get('location')], [400, null], JSON.stringify(change))
    }
    assert.equal(
      (await through.show(`${through.query()}&client_id=${CONSOLE}`)).status,
      400,
      'a word that stands twice',
    )
    const back: [Record<string, string | undefined>, string][] = [
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ response_type: undefined }, 'unsupported_response_type'],
      [{ response_mode: 'fragment' }, 'invalid_request'],
      [{ code_challenge: undefined }, 'invalid_request'],
      [{ code_challenge: 'short' }, 'invalid_request'],
      [{ code_challenge_method: 'plain' }, 'invalid_request'],
      [{ code_challenge_method: undefined }, 'invalid_request'],
      [{ scope: 'kill admin' }, 'invalid_scope'],
      [{ scope: 'nonsense' }, 'invalid_scope'],
      [{ request: 'x' }, 'request_not_supported'],
      [{ request_uri: 'https://console.test/r' }, 'request_uri_not_supported'],
    ]
    for (const [change, error] of back) {
      const answer = await through.show(through.query(change))
      const { searchParams, origin } = new URL(answer.headers.get('location') ?? '')
      const said = [answer.status, origin, ...['error', 'state', 'iss'].map((name) => searchParams.get(name))]
      assert.deepEqual(
        said,
        [303, 'https://console.test', error, through.state, 'http://gate.test'],
        JSON.stringify(change),
      )
    }
    const kept = await through.show(through.query({ redirect_uri: 'https://console.test/b?x=1', scope: 'nonsense' }))
    assert.match(kept.headers.get('location') ?? '', /^https:\/\/console\.test\/b\?x=1&error=invalid_scope&/)
  })

  test('the page cannot be framed, runs its own script alone, and shows what it is given as text', async () => {
    gate.clients.registerPublic('<img/src=x>', ['risk:read'], [REDIRECT_URI])
    const answer = await client().show(client().query({ client_id: '<img/src=x>' }))
    const policy = answer.headers.get('content-security-policy') ?? ''
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'"]) {
      assert.ok(policy.includes(part), policy)
    }
    assert.doesNotMatch(policy, /unsafe|\*/)
    assert.equal(answer.headers.get('x-frame-options'), 'DENY')
    assert.deepEqual(
      ['cache-control', 'referrer-policy'].map((name) => answer.headers.get(name)),
      ['no-store', 'no-referrer'],
    )
    assert.equal(answer.headers.get('set-cookie'), null, 'there is nothing that a forged request could use')
    assert.doesNotMatch(await answer.text(), /<img/)
  })

  test('a proof is of this page, once, in time, by a key that the gate knows, and asked by the page itself', async () => {
    const through = client()
    const page = await through.open()
    const other = await through.open({ scope: 'kill' })
    const stranger = await makePersonKey('olga')
    const good = await signProof(key(), page.challenge)
    const [head = '', body = ''] = good.split('.')
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'sign-in+jwt', kid: key().kid })).toString('base64url')
    const hmac = new SignJWT({ nonce: page.challenge })
      .setProtectedHeader({ alg: 'HS256', typ: 'sign-in+jwt', kid: key().kid })
      .setIssuer('person:olga')
      .setSubject('olga')
      .setAudience('portcullis:sign-in')
      .sign(Buffer.from(key().x, 'base64url'))
    const denied: [string, string][] = [
      ['nothing', 'x'],
      ['another key', await signProof(stranger, page.challenge)],
      ['another page', await signProof(key(), other.challenge)],
      ['a token of the person', await signPersonToken(key(), { audience: 'portcullis' })],
      ['no signature', `${head}.${body}.`],
      ['alg none', `${none}.${body}.`],
      ['HS256 keyed with the public key', await hmac],
      ['too long', `${good}${'A'.repeat(3000)}`],
    ]
    for (const [name, proof] of denied) {
      const answer = await through.send(page, proof)
      assert.deepEqual([answer.status, answer.body.error], [403, 'access_denied'], name)
    }
    for (const headers of [{ origin: 'https://evil.test' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
      assert.equal((await through.send(page, good, headers)).status, 403, JSON.stringify(headers))
    }
    const mixed = await through.send({ query: other.query, challenge: page.challenge }, good)
    assert.match(mixed.body.error_description, /of another request/)
    const changed = await through.send({ ...page, query: through.query({ state: 'other' }) }, good)
    assert.match(changed.body.error_description, /of another request/)
    assert.equal((await through.send(page, good)).status, 200)
    assert.match((await through.send(page, good)).body.error_description, /used before/)
    const late = await through.open()
    clock.ms += 5 * 60_000
    assert.match(
      (await through.send(late, await signProof(key(), late.challenge))).body.error_description,
      /open too long/,
    )
    clock.ms = START
    await assert.rejects(signProof(key(), 'eyJhbGciOiJFZERTQSJ9.e30.e30'), RangeError)
  })

  test('a code is for one client, one address and one verifier, once, within a minute', async () => {
    const through = client()
    const wrong: Record<string, string>[] = [
      { client_id: 'other' },
      { redirect_uri: 'https://console.test/b?x=1' },
      { code_verifier: 'x'.repeat(43) },
      { code_verifier: 'short' },
      { code: 'x'.repeat(43) },
    ]
    for (const change of wrong) {
      const code = await through.code(key())
      const answer = await through.exchange(code, change)
      assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_grant'], JSON.stringify(change))
      if (change.code !== undefined) continue
      assert.equal((await through.exchange(code)).body.error, 'invalid_grant', 'and is used up')
    }
    clock.ms += 10 * 60_000
    const late = await through.code(key())
    clock.ms += 60_000
    assert.equal((await through.exchange(late)).body.error, 'invalid_grant')
    const code = await through.code(key())
    clock.ms += 59_999
    assert.equal((await through.exchange(code)).status, 200)
    const [confidential, missing] = [{ client_secret: 'x' }, { code_verifier: '' }]
    assert.equal((await through.exchange(code, confidential)).body.error, 'unauthorized_client')
    assert.equal((await through.exchange(code, missing)).body.error, 'invalid_request')
    clock.ms = START
  })

  test('a code that comes again takes back what it gave', async () => {
    const through = client()
    const code = await through.code(key())
    const { body } = await through.exchange(code)
    assert.equal(await reads(body.access_token), 200)
    assert.equal((await through.exchange(code)).body.error, 'invalid_grant')
    assert.equal(await reads(body.access_token), 401)
    assert.equal((await through.refresh(body.refresh_token)).body.error, 'invalid_grant')
  })

  test('a refresh token turns at each use, and an old one ends the sign-in', async () => {
    const through = client()
    const first = (await through.exchange(await through.code(key()))).body
    const second = (await through.refresh(first.refresh_token)).body
    assert.notEqual(second.refresh_token, first.refresh_token)
    assert.deepEqual([await reads(first.access_token), await reads(second.access_token)], [200, 200])
    assert.equal((await through.refresh(second.refresh_token, { client_id: 'other' })).body.error, 'invalid_grant')
    assert.equal(await reads(second.access_token), 200, 'another client ends nothing')
    assert.equal((await through.refresh(first.refresh_token)).body.error, 'invalid_grant')
    assert.deepEqual([await reads(first.access_token), await reads(second.access_token)], [401, 401])
    assert.equal((await through.refresh(second.refresh_token)).body.error, 'invalid_grant')
  })

  test('a sign-in ends after twelve hours, however often it was refreshed', async () => {
    const through = client()
    let { refresh_token: token } = (await through.exchange(await through.code(key()))).body
    for (let hour = 1; hour < 12; hour++) {
      clock.ms = START + hour * 3_600_000
      token = (await through.refresh(token)).body.refresh_token
    }
    clock.ms = START + 12 * 3_600_000 - 60_000
    const last = (await through.refresh(token)).body
    assert.equal(last.expires_in, 60, 'an access token ends with the sign-in')
    clock.ms = START + 12 * 3_600_000
    assert.equal((await through.refresh(last.refresh_token)).body.error, 'invalid_grant')
    assert.equal(await reads(last.access_token), 401)
    clock.ms = START
  })

  test('a denied person, or one with another key, is signed in no more', async () => {
    const through = client()
    const { body } = await through.exchange(await through.code(key()))
    gate.deny.deny('client', CONSOLE)
    assert.equal(await reads(body.access_token), 401)
    gate.deny.allow('client', CONSOLE)
    gate.deny.deny('subject', 'olga')
    assert.equal(await reads(body.access_token), 401)
    const page = await through.open()
    const refused = await through.send(page, await signProof(key(), page.challenge))
    assert.equal(new URL(refused.body.redirect).searchParams.get('error'), 'access_denied')
    assert.equal((await through.refresh(body.refresh_token)).body.error, 'invalid_grant')
    gate.deny.allow('subject', 'olga')
    const again = (await through.exchange(await through.code(key()))).body
    const next = await makePersonKey('olga')
    await gate.people.register('olga', { kid: next.kid, x: next.x }, DUTIES)
    assert.equal(await reads(again.access_token), 401)
    assert.equal((await through.refresh(again.refresh_token)).body.error, 'invalid_grant')
    await gate.people.register('olga', { kid: key().kid, x: key().x }, DUTIES)
  })

  test('a token is given back by its own client, and a refresh token takes its sign-in along', async () => {
    const through = client()
    const { body } = await through.exchange(await through.code(key()))
    assert.equal((await through.revoke(body.access_token, { client_id: 'other' })).status, 200)
    assert.equal(await reads(body.access_token), 200, 'another client gives nothing back')
    assert.equal((await through.revoke(body.access_token)).status, 200)
    assert.equal(await reads(body.access_token), 401)
    const next = (await through.refresh(body.refresh_token)).body
    assert.equal(await reads(next.access_token), 200)
    assert.equal((await through.revoke(next.refresh_token, { client_id: 'other' })).status, 200)
    assert.equal(await reads(next.access_token), 200)
    assert.equal((await through.revoke(next.refresh_token)).status, 200)
    assert.equal(await reads(next.access_token), 401)
    assert.equal((await through.refresh(next.refresh_token)).body.error, 'invalid_grant')
    assert.equal((await through.revoke('nonsense')).status, 200)
    assert.equal((await through.revoke('')).body.error, 'invalid_request')
    assert.equal((await through.revoke('x', { client_id: 'nobody' })).body.error, 'invalid_request')

    const secret = gate.secrets.get('ems-1') ?? ''
    const form = { grant_type: 'client_credentials', client_id: 'ems-1', client_secret: secret }
    const own = (await (
      await fetch(`${gate.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) })
    ).json()) as {
      readonly access_token: string
    }
    assert.equal((await through.revoke(own.access_token, { client_id: 'ems-1', client_secret: 'wrong' })).status, 401)
    assert.equal(await reads(own.access_token), 200)
    assert.equal((await through.revoke(own.access_token, { client_id: 'ems-1', client_secret: secret })).status, 200)
    assert.equal(await reads(own.access_token), 401)
  })

  test('many sign-ins of one person are bounded, and take no room of another', async () => {
    await gate.register('rolf', 'person', ['risk:read'])
    const rolf = gate.personKeys.get('rolf')
    assert.ok(rolf)
    clock.ms = START + 30 * 3_600_000
    const through = client()
    const kept = (await through.exchange(await through.code(rolf))).body
    clock.ms += 6 * 60_000
    const first = (await through.exchange(await through.code(key()))).body
    for (let n = 0; n < 16; n++) await through.exchange(await through.code(key()))
    assert.equal((await through.refresh(first.refresh_token)).body.error, 'invalid_grant', 'the oldest gave way')
    assert.equal((await through.refresh(kept.refresh_token)).status, 200)
    for (let n = 0; n < 3; n++) await through.code(key())
    const page = await through.open()
    assert.equal((await through.send(page, await signProof(key(), page.challenge))).status, 503)
    await through.code(rolf)
    clock.ms = START
  })
})
