/** The floor's client against a small server on this machine: tokens, errors, cut-off answers, order of requests. */
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, test } from 'node:test'
import { GateError, GateUnreachable } from './gate-error.ts'
import { RestClient } from './rest-client.ts'

interface Seen {
  readonly path: string
  readonly authorization: string | undefined
  readonly body: string
}

describe('the REST client', () => {
  const seen: Seen[] = []
  let answer: (seen: Seen, response: ServerResponse) => void = () => {}
  let tokens = 0
  let nowMs = 0
  const waited: number[] = []
  let server: Server
  let client: RestClient

  const listener = async (incoming: IncomingMessage, response: ServerResponse) => {
    let body = ''
    for await (const piece of incoming) body += piece
    const one = { path: incoming.url ?? '', authorization: incoming.headers.authorization, body }
    seen.push(one)
    if (one.path === '/oauth/token') reply(response, 200, { access_token: `token-${++tokens}`, expires_in: 100 })
    else answer(one, response)
  }

  before(async () => {
    server = createServer((incoming, response) => void listener(incoming, response))
    await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle))
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  beforeEach(() => {
    client?.close()
    const { port } = server.address() as AddressInfo
    const credentials = { clientID: 'floor-ems', secret: 'se:cret' }
    client = new RestClient({
      ...{
        url: new URL(`http://127.0.0.1:${port}`),
        credentials,
        sockets: 1,
        nowMs: () => nowMs,
        wait: async (ms: number) => void waited.push(ms),
      },
    })
    seen.length = 0
    tokens = 0
    nowMs = 0
    answer = (_seen, response) => reply(response, 200, { ok: true })
  })
  after(() => client.close())

  const paths = () => seen.map(({ path, authorization }) => `${path} ${authorization}`)

  test('a token is fetched once with the credentials, used for all, and renewed before it ends', async () => {
    await Promise.all([client.get('/a'), client.get('/b')])
    nowMs = 71_000
    await client.get('/c')
    const basic = `Basic ${Buffer.from('floor-ems:se%3Acret').toString('base64')}`
    assert.deepEqual(paths(), [
      `/oauth/token ${basic}`,
      '/a Bearer token-1',
      '/b Bearer token-1',
      `/oauth/token ${basic}`,
      '/c Bearer token-2',
    ])
  })

  test('a token that is not accepted is replaced once', async () => {
    answer = ({ authorization }, response) => {
      if (authorization === 'Bearer token-2') reply(response, 200, { ok: true })
      else reply(response, 401, { error: { code: 'UNAUTHENTICATED', field: '', text: 'revoked' } })
    }
    assert.deepEqual(await client.get('/a'), { ok: true })
    answer = (_seen, response) =>
      reply(response, 401, { error: { code: 'UNAUTHENTICATED', field: '', text: 'revoked' } })
    await assert.rejects(client.get('/a'), (error) => error instanceof GateError && error.status === 401)
  })

  test('a client that asks too often steps back for as long as it is told, and asks again', async () => {
    let refusals = 2
    answer = (_seen, response) => {
      if (refusals-- === 0) reply(response, 200, { ok: true })
      else response.writeHead(429, { 'retry-after': '2' }).end('{"error":{"code":"RATE_LIMITED"}}')
    }
    assert.deepEqual(await client.get('/a'), { ok: true })
    assert.deepEqual(waited, [2_000, 2_000])
  })

  test('an error has its code, its field and its words', async () => {
    answer = (_seen, response) =>
      reply(response, 400, { error: { code: 'NOT_A_DECIMAL', field: 'orderQty', text: 'No exponent.' } })
    await assert.rejects(client.post('/orders', { orderQty: '1e3' }), (error) => {
      assert.ok(error instanceof GateError)
      assert.deepEqual([error.status, error.code, error.field], [400, 'NOT_A_DECIMAL', 'orderQty'])
      assert.equal(error.message, 'POST /orders: 400 NOT_A_DECIMAL at orderQty: No exponent.')
      return true
    })
  })

  test('what is no JSON is an error, not a crash', async () => {
    answer = (_seen, response) => response.writeHead(502).end('<html>')
    await assert.rejects(client.get('/a'), (error) => error instanceof GateError && error.code === 'NO_JSON')
  })

  test('a cut-off answer, a slow one and none at all are "unreachable"', async () => {
    const isUnreachable = (error: unknown) => error instanceof GateUnreachable
    answer = (_seen, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{')
      setImmediate(() => response.destroy())
    }
    await assert.rejects(client.get('/a'), isUnreachable)
    answer = () => {}
    await assert.rejects(client.get('/a', { timeoutMs: 20 }), isUnreachable)
    await assert.rejects(client.get('/a', { signal: AbortSignal.timeout(20) }), isUnreachable)
    answer = (_seen, response) => response.destroy()
    await assert.rejects(client.get('/a'), isUnreachable)
  })

  test('over one connection requests arrive in the order in which they were made', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, index) => client.post('/n', { index })))
    assert.deepEqual(
      seen.filter(({ path }) => path === '/n').map(({ body }) => body),
      Array.from({ length: 50 }, (_, index) => JSON.stringify({ index })),
    )
  })
})

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
