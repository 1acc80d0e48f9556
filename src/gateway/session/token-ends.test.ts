/** What runs on a token ends with it, within a second: sessions and long polls; and what a token still does behind its end. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Issuer } from '../../auth/issuer.ts'
import { LeanClient } from '../../simulator/lean-client.ts'
import { HandDelays } from '../../simulator/made-up-world.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { CONSOLE, post, REDIRECT_URI, SignInClient } from '../../simulator/sign-in.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'
import type { SocketListener } from '../socket-listener.ts'
import { listenLean } from './lean-listener.ts'
import { Sessions } from './sessions.ts'

/** Within this time of the gate's own clock what runs has ended. */
const SECOND_MS = 1_000
const MINUTE = 60_000

describe('the end of a token', () => {
  let gate: RestGate
  let sessions: Sessions
  let listener: SocketListener
  const delays = new HandDelays()
  const start = Math.ceil(Date.now() / 1000) * 1000
  const clock = { ms: start }
  before(async () => {
    gate = await RestGate.start({ delays, auth: { nowMs: () => clock.ms } })
    await tellSmallFirm(gate)
    sessions = new Sessions(gate.server.services, delays)
    gate.listeners.push((block) => sessions.published(block))
    listener = await listenLean(sessions, { port: 0, host: '127.0.0.1' })
  })
  beforeEach(() => {
    clock.ms = start
  })
  after(async () => {
    sessions.close()
    await listener.close()
    await gate.close()
  })
  const credentials = (name: string) => ({ client_id: name, client_secret: gate.secrets.get(name) ?? '' })
  const tokenOf = async (name: string): Promise<string> => {
    const form = { grant_type: 'client_credentials', ...credentials(name) }
    return (await post(`${gate.url}/oauth/token`, form)).body.access_token
  }
  const cancel = (token: string, id = 'none', body: object = {}) =>
    gate.send(token, 'POST', `/orders/${id}/cancel`, body)

  const ends: [string, (token: string) => Promise<void> | void, string][] = [
    [
      'its client gives it back',
      (token) => post(`${gate.url}/oauth/revoke`, { token, ...credentials('ems-1') }).then(() => {}),
      'revoked',
    ],
    ['its client is denied', () => gate.deny.deny('client', 'ems-1'), 'revoked'],
    [
      'its key is taken back',
      async () => {
        await Issuer.rotate(gate.files, true, clock.ms)
        await gate.issuer.read()
      },
      'revoked',
    ],
    [
      'it has run out',
      () => {
        clock.ms += 15 * MINUTE + 5_000
      },
      'expired',
    ],
  ]
  for (const [name, end, fault] of ends) {
    test(`a session and a long poll end when ${name}`, async (t) => {
      t.after(() => gate.deny.allow('client', 'ems-1'))
      const token = await tokenOf('ems-1')
      const client = await LeanClient.connect(listener.address)
      await client.logOn(token)
      const poll = gate.send(token, 'GET', '/cancel-requests?waitMs=60000')
      while (gate.server.waiting.polls === 0) await new Promise((settle) => setImmediate(settle))
      delays.pass(SECOND_MS)
      assert.equal(client.isClosed, false, 'while the token is good')
      await end(token)
      delays.pass(SECOND_MS)
      const { code, text } = await client.logout()
      assert.deepEqual([code, text.includes(fault)], ['UNAUTHENTICATED', true], text)
      const answer = await poll
      assert.deepEqual([answer.status, answer.body.error.code], [401, 'UNAUTHENTICATED'])
      const again = await LeanClient.connect(listener.address)
      await assert.rejects(again.logOn(token))
      again.close()
    })
  }

  test('for five minutes after its end a token cancels the orders of its own client, and does nothing else', async () => {
    const [token, agent] = [await tokenOf('ems-1'), await tokenOf('venue-1')]
    const order = { ...GOOD_ORDER, clOrdID: 'G-1', orderQty: '100' }
    assert.equal((await gate.send(token, 'POST', '/orders', order)).body.outcome, 'APPROVED')
    assert.equal((await cancel(agent, 'G-1', { owner: 'ems-1' })).status, 200, 'an agent, while its token is good')
    clock.ms = start + 15 * MINUTE + 4_999
    assert.equal((await gate.send(token, 'GET', '/latches')).status, 200)
    clock.ms = start + 15 * MINUTE + 5_000
    assert.deepEqual((await cancel(token, 'G-1')).body.outcome, 'PASS')
    for (const [method, path, body] of [
      ['POST', '/orders', order],
      ['POST', '/orders/G-1/replace', { clOrdID: 'G-2', orderQty: '50' }],
      ['POST', '/orders/G-1/not-sent', {}],
      ['GET', '/orders/G-1', undefined],
      ['GET', '/cancel-requests?waitMs=0', undefined],
    ] as const) {
      assert.equal((await gate.send(token, method, path, body)).status, 401, path)
    }
    const others = await cancel(agent, 'G-1', { owner: 'ems-1' })
    assert.deepEqual(
      [others.status, others.body.error?.code],
      [403, 'FORBIDDEN'],
      'the orders of others are not its own',
    )
    clock.ms = start + 20 * MINUTE + 4_999
    assert.equal((await cancel(token, 'G-1')).status, 200)
    clock.ms = start + 20 * MINUTE + 5_000
    assert.equal((await cancel(token, 'G-1')).status, 401)
  })

  test('a token that was never shown before does so too, and one that was revoked does not', async (t) => {
    t.after(() => gate.deny.allow('subject', 'ems-1'))
    const token = await tokenOf('ems-1')
    clock.ms = start + 16 * MINUTE
    assert.equal((await cancel(token)).body.outcome, 'PASS')
    const session = await LeanClient.connect(listener.address)
    await assert.rejects(session.logOn(token), /closed/)
    gate.deny.deny('subject', 'ems-1')
    assert.equal((await cancel(token)).status, 401)
    gate.deny.allow('subject', 'ems-1')
    clock.ms = start
    const given = await tokenOf('ems-1')
    await post(`${gate.url}/oauth/revoke`, { token: given, ...credentials('ems-1') })
    clock.ms = start + 16 * MINUTE
    assert.equal((await cancel(given)).status, 401)
  })

  test('the tokens of a sign-in end with it', async () => {
    await gate.register('olga', 'person', ['risk:read'])
    gate.clients.registerPublic(CONSOLE, ['risk:read'], [REDIRECT_URI])
    const key = gate.personKeys.get('olga')
    assert.ok(key)
    const through = new SignInClient(gate.url)
    const { body } = await through.exchange(await through.code(key))
    assert.equal((await gate.send(body.access_token, 'GET', '/latches')).status, 200)
    await through.revoke(body.refresh_token)
    assert.equal((await gate.send(body.access_token, 'GET', '/latches')).status, 401)
  })

  test('made-up tokens and secrets of an address are bounded, and keep no right one from it', async () => {
    const token = await tokenOf('ems-2')
    const made = (n: number) => fetch(`${gate.url}/latches`, { headers: { authorization: `Bearer a.b.${n}` } })
    const guessed = (n: number) =>
      post(`${gate.url}/oauth/token`, {
        grant_type: 'client_credentials',
        client_id: 'ems-2',
        client_secret: `guess ${n}`,
      })
    for (let n = 0; n < 15; n++) assert.equal((await made(n)).headers.get('connection'), 'keep-alive')
    for (let n = 0; n < 15; n++) assert.equal((await guessed(n)).headers.get('connection'), 'keep-alive')
    let answered = 0
    const late = [made(16), guessed(16)].map((answer) => answer.finally(() => answered++))
    while (gate.server.waiting.wrongTries < 2) await new Promise((settle) => setImmediate(settle))
    assert.equal(answered, 0, 'a wrong one more waits')
    assert.ok(await tokenOf('ems-2'), 'a right secret does not')
    assert.equal(
      (await gate.send(await tokenOf('ems-2'), 'GET', '/latches')).status,
      200,
      'nor a token that is new to the gate',
    )
    assert.equal((await gate.send(token, 'GET', '/latches')).status, 200)
    delays.pass(SECOND_MS)
    for (const answer of await Promise.all(late))
      assert.deepEqual([answer.status, answer.headers.get('connection')], [401, 'close'])
  })
})
