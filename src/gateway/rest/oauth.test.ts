/** The token endpoint: RFC 6749 to the letter where a client could notice. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { RestGate } from '../../simulator/rest-gate.ts'

describe('the token endpoint', () => {
  let gate: RestGate
  let secret = ''
  before(async () => {
    gate = await RestGate.start()
    await gate.register('ems-1', 'client', ['orders:write', 'risk:read'])
    secret = gate.secrets.get('ems-1') ?? ''
  })
  after(() => gate.close())

  const ask = async (form: string, authorization?: string) => {
    const response = await fetch(`${gate.url}/oauth/token`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(authorization === undefined ? {} : { authorization }),
      },
      body: form,
    })
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, string>,
    }
  }
  const basic = (id: string, password: string) => `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}`
  const GRANT = 'grant_type=client_credentials'

  test('credentials by header or in the form give a token that works and that anyone can check', async () => {
    const inForm = `${GRANT}&client_id=ems-1&client_secret=${secret}`
    for (const answer of [await ask(GRANT, basic('ems-1', secret)), await ask(inForm)]) {
      assert.equal(answer.status, 200)
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      assert.deepEqual([answer.body.token_type, answer.body.scope], ['Bearer', 'orders:write risk:read'])
      const read = await gate.send(answer.body.access_token ?? '', 'GET', '/latches')
      assert.equal(read.status, 200)
      const keys = createRemoteJWKSet(new URL(`${gate.url}/.well-known/jwks.json`))
      const { payload } = await jwtVerify(answer.body.access_token ?? '', keys, { audience: 'portcullis' })
      assert.deepEqual([payload.sub, payload.client_id, payload.principal_kind], ['ems-1', 'ems-1', 'client'])
    }
  })

  test('a scope asks for fewer duties', async () => {
    const { body } = await ask(`${GRANT}&scope=risk:read`, basic('ems-1', secret))
    assert.equal(body.scope, 'risk:read')
    const denied = await gate.send(body.access_token ?? '', 'POST', '/orders', {})
    assert.equal(denied.body.error.code, 'FORBIDDEN')
  })

  test('errors are those of the RFC', async () => {
    const good = basic('ems-1', secret)
    const rows: [string, string | undefined, number, string][] = [
      ['', good, 400, 'invalid_request'],
      [`${GRANT}&${GRANT}`, good, 400, 'invalid_request'],
      [GRANT, undefined, 400, 'invalid_request'],
      [`${GRANT}&client_id=ems-1`, undefined, 400, 'invalid_request'],
      [`${GRANT}&client_secret=${secret}`, good, 400, 'invalid_request'],
      [`${GRANT}&client_id=other`, good, 400, 'invalid_request'],
      [GRANT, 'Basic', 400, 'invalid_request'],
      [GRANT, 'Basic !!!', 400, 'invalid_request'],
      ['grant_type=password&username=a&password=b', good, 400, 'unsupported_grant_type'],
      ['grant_type=authorization_code', good, 400, 'unauthorized_client'],
      [`${GRANT}&scope=kill`, good, 400, 'invalid_scope'],
      [`${GRANT}&scope=nonsense`, good, 400, 'invalid_scope'],
      [GRANT, basic('ems-1', 'wrong'), 401, 'invalid_client'],
      [GRANT, basic('nobody', secret), 401, 'invalid_client'],
      [GRANT, basic('', ''), 401, 'invalid_client'],
    ]
    for (const [form, authorization, status, error] of rows) {
      const answer = await ask(form, authorization)
      assert.deepEqual([answer.status, answer.body.error], [status, error], `${form} ${authorization}`)
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      if (status === 401) assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic /)
    }
    const large = await fetch(`${gate.url}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `${GRANT}&x=${'y'.repeat(9000)}`,
    })
    assert.equal(large.status, 413)
  })

  test('wrong secrets of a stranger, however many, keep nobody from a token', async () => {
    const wrong = Array.from({ length: 200 }, (_, at) => ask(GRANT, basic(at % 2 === 0 ? 'nobody' : 'ems-1', 'wrong')))
    const good = await Promise.all(Array.from({ length: 5 }, () => ask(GRANT, basic('ems-1', secret))))
    assert.deepEqual(new Set(good.map(({ status }) => status)), new Set([200]))
    assert.deepEqual(new Set((await Promise.all(wrong)).map(({ status }) => status)), new Set([401]))
  })

  test('keys and metadata are served', async () => {
    const get = async (path: string) =>
      (await (await fetch(`${gate.url}${path}`)).json()) as { keys: Record<string, string>[]; token_endpoint: string }
    const { keys } = await get('/.well-known/jwks.json')
    assert.deepEqual([keys.length, keys[0]?.alg, keys[0]?.d], [1, 'ES256', undefined])
    const metadata = await get('/.well-known/oauth-authorization-server')
    assert.equal(metadata.token_endpoint, 'http://gate.test/oauth/token')
  })
})
