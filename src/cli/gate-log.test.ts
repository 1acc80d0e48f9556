/**
 * The log of a whole gate as its own process at LOG_LEVEL=trace, while every wire is given secrets that can be found again: none of them is in it, nor any
 * that the gate made; and each event of its life is one line.
 */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readSecrets } from '../floor/client/credentials.ts'
import { GateClient } from '../floor/client/gate-client.ts'
import { DEMO_MARKET, demoWorld } from '../floor/world/demo-world.ts'
import { setUpWorld } from '../floor/world/set-up-world.ts'
import { bearer, CHECK_ORDER, GrpcChannel } from '../simulator/grpc-client.ts'
import { LeanClient } from '../simulator/lean-client.ts'
import type { LooseJson } from '../simulator/loose-json.ts'
import { CheckOrderRequest } from '../wire/portcullis/v1/gate_service.gen.ts'
import type { DemoGateReady } from './demo-gate-ready.ts'
import { gateLog, LOG_LEVELS } from './gate-log.ts'

const DEMO_GATE = fileURLToPath(new URL('./demo-gate.js', import.meta.url))
const MARK = 'MARKED-SECRET'
const ORDER = {
  ...{ clOrdID: 'L-1', symbol: 'AAPL', account: 'ACC-1', trader: 'TRADER-1', strategy: 'STRAT-1', venue: 'XSIM' },
  ...{ side: 'Buy', orderQty: '100', ordType: 'Limit', timeInForce: 'Day', price: '229' },
} as const
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

test('no secret is in the log, whatever a wire is given, and the life of the gate is', {
  timeout: 60_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gate-log-'))
  const args = ['--data', folder, '--durability', 'os', '--port', '0']
  const env = { ...process.env, LOG_LEVEL: 'trace', NODE_TEST_CONTEXT: '' }
  const gate = fork(DEMO_GATE, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env })
  let log = ''
  const streams = [gate.stdout, gate.stderr] as Readable[]
  for (const stream of streams) {
    stream.on('data', (data) => {
      log += data
    })
  }
  const ended = Promise.all(streams.map((stream) => once(stream, 'end')))
  const [ready] = (await once(gate, 'message')) as [DemoGateReady]
  const { url, sessionAddress, grpcAddress } = ready
  const secrets = readSecrets(ready.secretsFile) as Readonly<Record<string, string>>
  const made: string[] = Object.values(secrets)
  const tokenOf = async (client: string, secret: string) => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: client, client_secret: secret })
    const answer = await fetch(`${url}/oauth/token`, { method: 'POST', body })
    return ((await answer.json()) as LooseJson).access_token
  }
  const client = new GateClient({
    ...{ url: new URL(url), secrets: readSecrets(ready.secretsFile), feed: DEMO_MARKET.feed, nowMs: () => Date.now() },
    wait: () => Promise.reject(new Error('the gate lets everything in')),
  })
  const { firm, time } = await client.readiness()
  await setUpWorld(client, demoWorld(firm, 'floor-ems'), time)
  await client.quotes([{ symbol: 'AAPL', bidPx: '228.98', askPx: '229.02' }])
  const ems = await tokenOf('floor-ems', secrets['floor-ems'] as string)
  made.push(ems)
  assert.equal(await tokenOf('floor-ems', MARK), undefined)
  const order = ORDER

  // REST: good and bad credentials, a body that is none, a marked body, headers and query.
  const approvals: string[] = []
  const heads = [`Bearer ${ems}`, `Bearer ${MARK}`, `Basic ${MARK}`, `Bearer ${ems}${MARK}`]
  for (const authorization of heads) {
    const headers = {
      authorization,
      'content-type': 'application/json',
      cookie: MARK,
      traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
    }
    for (const body of [JSON.stringify(order), `{"secret":"${MARK}"`, JSON.stringify({ ...order, token: MARK })]) {
      await (await fetch(`${url}/orders?access_token=${MARK}`, { method: 'POST', headers, body })).text()
      const answer = await (await fetch(`${url}/orders`, { method: 'POST', headers, body })).text()
      approvals.push(...(answer.match(/pa1\.[^"]+/g) ?? []))
    }
  }
  // gRPC: a call by each token, and one with bytes that are no message.
  const channel = new GrpcChannel(grpcAddress)
  const request = Buffer.from(CheckOrderRequest.encode({ order: { ...order, clOrdID: 'L-2' } }).finish())
  for (const token of [ems, MARK, `${ems}x`]) {
    for (const bytes of [request, Buffer.from(MARK)]) {
      await channel.unary(CHECK_ORDER, bytes, bearer(token)).catch(() => {})
    }
  }
  const traced = bearer(ems)
  traced.set('traceparent', `00-${TRACE}-00f067aa0ba902b7-01`)
  const stream = channel.session(traced)
  await stream.logOn('')
  stream.close()
  await stream.closed
  // The lean session: refused, and on.
  const refused = await LeanClient.connect(sessionAddress)
  await refused.logOn(MARK).catch(() => {})
  await refused.closed
  const session = await LeanClient.connect(sessionAddress)
  await session.logOn(ems)
  session.send({ $case: 'newOrder', value: { ...order, clOrdID: 'L-3', text: MARK } as never })
  await session.next('decision')
  session.close()
  await session.closed
  channel.close()
  while (!log.includes('"LOST"')) await fetch(`${url}/healthz`)
  gate.disconnect()
  const [[code]] = await Promise.all([once(gate, 'exit'), ended])
  assert.equal(code, 0, log)

  for (const name of readdirSync(join(folder, 'secrets'))) {
    const text = readFileSync(join(folder, 'secrets', name), 'utf8')
    made.push(...(text.match(/[A-Za-z0-9_+/-]{24,}/g) ?? []))
  }
  assert.ok(made.length > 8, `${made.length} secrets are looked for`)
  assert.ok(approvals.length > 0, 'an order was approved')
  for (const secret of [MARK, ...made, ...approvals])
    assert.ok(!log.includes(secret), `the log holds ${secret.slice(0, 8)}...`)
  rmSync(folder, { recursive: true })

  const lines = log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LooseJson)
  const events = lines.map(({ event }) => event)
  for (const event of ['gate.recovered', 'gate.ready', 'gate.stopping', 'gate.stopped']) {
    assert.equal(events.filter((one) => one === event).length, 1, `${event} in ${events.join()}`)
  }
  const sessions = lines.filter(({ event }) => String(event).startsWith('session.'))
  assert.deepEqual(
    sessions.map(({ event, client, code: why, trace_id }) => [event, client, why, trace_id]),
    [
      ['session.begun', 'floor-ems', undefined, TRACE],
      ['session.ended', 'floor-ems', 'LOGOUT', TRACE],
      ['session.begun', 'floor-ems', undefined, undefined],
      ['session.ended', 'floor-ems', 'LOST', undefined],
    ],
  )
})

test('an error is cleared of secrets on its way to the line, and a level that is none is warn', () => {
  const lines: LooseJson[] = []
  const write = (line: string) => lines.push(JSON.parse(line))
  const log = gateLog('trace', { write })
  log.error({ event: 'request.failed', err: new Error(`Bearer ${MARK}`), token: MARK }, 'a request failed')
  assert.deepEqual([lines.length, lines[0].level, lines[0].err.type, lines[0].token], [1, 50, 'Error', '[redacted]'])
  assert.ok(!JSON.stringify(lines).includes(MARK))
  const levels = [...LOG_LEVELS, 'loud', '', undefined].map((level) => {
    const written: string[] = []
    const at = gateLog(level, { write: (line) => written.push(line) })
    for (const say of ['info', 'warn', 'error'] as const) at[say]({}, say)
    return written.length
  })
  assert.deepEqual(levels, [3, 3, 3, 2, 1, 0, 0, 2, 2, 2])
})
