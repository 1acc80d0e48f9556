/**
 * A production gate as its own process, with TLS: it starts with keys of two officers and not without, refuses everything
 * until they open it, goes on from its journal, and never takes that of a demo, nor the demo its.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ChannelCredentials } from '@grpc/grpc-js'
import { AUDIENCE } from '../auth/issuer.ts'
import { readPersonKey, signPersonToken } from '../auth/person-keys.ts'
import { GrpcChannel } from '../simulator/grpc-client.ts'
import type { LooseJson } from '../simulator/loose-json.ts'
import { TEST_CERTIFICATE } from '../simulator/test-certificate.ts'
import { HealthCheckResponse } from '../wire/grpc/health/v1/health.gen.ts'
import { DO_NOT_RESTART } from './demo-gate-ready.ts'
import type { GateReady } from './gate.ts'

const PORTCULLIS = fileURLToPath(new URL('./portcullis.js', import.meta.url))
const DEMO_GATE = fileURLToPath(new URL('./demo-gate.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'production-'))
const CONFIG = join(folder, 'gate.yaml')
const SOURCE = `firm: { id: ACME, baseCurrency: USD }
officers: [officer-a, officer-b]
data: data
listen: { port: 0, tls: { cert: gate.crt, key: gate.key }, control: { host: 127.0.0.1, port: 0 }, grpc: { port: 0 } }
issuer: { url: "https://gate.test" }
journal: { durability: os }
sizes: { orders: 1024, idsPerDay: 4096, executionsPerDay: 4096, cellPages: 4096, books: 4096 }
`

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
  readonly body: LooseJson
}

/** Runs a command to its end. */
function portcullis(...args: readonly string[]) {
  return spawnSync(process.execPath, [PORTCULLIS, ...args], { encoding: 'utf8', cwd: folder })
}

class Running {
  readonly process: ChildProcess
  url = ''
  controlUrl = ''
  said = ''

  constructor(program: string, args: readonly string[]) {
    this.process = fork(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said += text
      })
    }
  }

  /** The address, once it decides. */
  async ready(): Promise<this> {
    const ended = once(this.process, 'exit').then(() => assert.fail(this.said))
    const [message] = (await Promise.race([once(this.process, 'message'), ended])) as [GateReady]
    this.url = message.url
    this.controlUrl = message.controlUrl
    return this
  }

  async end(): Promise<unknown> {
    const exit = once(this.process, 'exit')
    this.process.kill('SIGTERM')
    return (await exit)[0]
  }

  async send(as: string, method: string, path: string, body?: object, url = this.url): Promise<Answer> {
    const key = as === '' ? undefined : readPersonKey(join(folder, `${as}.json`))
    const token = key === undefined ? '' : await signPersonToken(key, { audience: AUDIENCE })
    return new Promise((settle, fail) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const sent = request(new URL(path, url), { method, headers, ca: TEST_CERTIFICATE.cert }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        response.on('end', () => {
          const { statusCode: status = 0, headers: got } = response
          settle({ status, headers: got, text, body: text.startsWith('{') ? JSON.parse(text) : text })
        })
      })
      sent.on('error', fail)
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }
}

const running = new Set<Running>()
async function start(): Promise<Running> {
  const gate = new Running(PORTCULLIS, ['gate', '--config', CONFIG])
  running.add(gate)
  return gate.ready()
}

describe('a production gate', { timeout: 120_000 }, () => {
  after(() => {
    for (const { process: child } of running) if (child.exitCode === null) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  test('does not start without configuration, issuer, certificate, and keys of both officers', () => {
    assert.match(portcullis('gate').stderr, /required option '--config <file>' not specified/)
    assert.match(portcullis('gate', '--config', 'none.yaml').stderr, /none\.yaml: there is no such file/)
    writeFileSync(CONFIG, SOURCE.replace(/issuer.*\n/, ''))
    const without = portcullis('gate', '--config', CONFIG)
    assert.equal(without.status, 64)
    assert.match(without.stderr, /issuer\.url is missing/)
    writeFileSync(CONFIG, SOURCE)
    assert.match(portcullis('gate', '--config', CONFIG).stderr, /listen\.tls\.cert: .*gate\.crt/)
    writeFileSync(join(folder, 'gate.crt'), TEST_CERTIFICATE.cert)
    writeFileSync(join(folder, 'gate.key'), 'no key')
    assert.match(portcullis('gate', '--config', CONFIG).stderr, /listen\.tls: /)
    writeFileSync(join(folder, 'gate.key'), TEST_CERTIFICATE.key)
    const alone = portcullis('gate', '--config', CONFIG)
    assert.equal(alone.status, 64)
    assert.match(alone.stderr, /officers: officer-a has no key at this gate.*portcullis person add officer-a/)
    assert.equal(portcullis('person', 'add', 'officer-a', '--data', 'data', '--key', 'officer-a.json').status, 0)
    assert.match(portcullis('gate', '--config', CONFIG).stderr, /officers: officer-b has no key at this gate/)
    assert.equal(portcullis('person', 'add', 'officer-b', '--data', 'data', '--key', 'officer-b.json').status, 0)
    const checked = portcullis('gate', '--config', CONFIG, '--check')
    assert.deepEqual([checked.status, checked.stderr], [0, ''])
    assert.ok(!existsSync(join(folder, 'data', 'journal')), 'nothing was started')
  })

  test('opens when both officers say so, and nowhere says that it is a demo', async () => {
    const gate = await start()
    const answers: Answer[] = []
    const send = async (...of: Parameters<Running['send']>) => {
      const answer = await gate.send(...of)
      answers.push(answer)
      return answer
    }
    assert.match(gate.url, /^https:/)
    const { status, body } = await send('', 'GET', '/readyz')
    assert.deepEqual([status, body.status, body.firm], [200, 'ready', 'ACME'])
    assert.equal((await send('', 'GET', '/latches')).status, 401)
    const [latch, ...others] = (await send('officer-a', 'GET', '/latches')).body.latches
    assert.deepEqual(others, [])
    assert.deepEqual([latch.state, latch.cause.code], ['BLOCKED', 'FIRM_NOT_OPENED'])
    const path = `/latches/${latch.latch}/release`
    const order = { clOrdID: 'A-1', symbol: 'X', side: 'Buy', ordType: 'Limit', price: '1', orderQty: '1' }
    assert.equal((await send('officer-a', 'POST', '/orders', order)).status, 403, 'an officer sends no orders')
    const step = async (who: string, name: string) =>
      (
        await send(who, 'POST', path, {
          step: name,
          reason: 'open',
          ...(name === 'request' ? { rootCause: 'genesis' } : {}),
        })
      ).body
    assert.equal((await step('officer-b', 'approve')).reason.code, 'NOT_REQUESTED')
    assert.equal((await step('officer-a', 'request')).outcome, 'APPLIED')
    assert.equal((await step('officer-a', 'approve')).reason.code, 'MAKER_IS_CHECKER')
    assert.equal((await step('officer-b', 'approve')).outcome, 'APPLIED')
    assert.deepEqual((await send('officer-b', 'GET', '/latches')).body.latches, [])
    assert.deepEqual(
      (await send('officer-b', 'GET', '/limits')).body.limits,
      [],
      'there is no limit, and so no order passes',
    )
    for (const open of ['/healthz', '/metrics', '/openapi.json']) await send('', 'GET', open)
    assert.equal(JSON.parse(answers.at(-1)?.text ?? '').info.title, 'Portcullis')
    for (const { headers, text } of answers.slice(0, -1)) {
      assert.equal(headers['portcullis-profile'], undefined)
      assert.doesNotMatch(text, /demo/i)
    }
    assert.equal(await gate.end(), 0)
    assert.match(
      gate.said,
      /^portcullis: the gate of ACME decides at https:.*\(durability os\), kill at https:\S+, gRPC at 127.*\n$/,
    )
    assert.doesNotMatch(gate.said, /demo/i)
  })

  test('keeps its secrets in one folder, for its owner alone', { skip: process.platform === 'win32' }, () => {
    const secrets = join(folder, 'data', 'secrets')
    assert.equal(statSync(secrets).mode & 0o777, 0o700)
    const files = readdirSync(secrets)
    assert.ok(files.includes('token-keys.json') && files.includes('people.json'), files.join())
    for (const file of files) assert.equal(statSync(join(secrets, file)).mode & 0o777, 0o600, file)
  })

  test('goes on open from its journal, and is one of a kind', async () => {
    const gate = await start()
    assert.deepEqual((await gate.send('officer-a', 'GET', '/latches')).body.latches, [])
    const second = portcullis('gate', '--config', CONFIG)
    assert.equal(second.status, 70)
    assert.match(second.stderr, /data.journal/)
    assert.equal(await gate.end(), 0)
  })

  test('serves kill, release and their state at the control listener, with TLS, and nothing else', async () => {
    const gate = await start()
    const { controlUrl } = gate
    assert.match(controlUrl, /^https:/)
    assert.notEqual(controlUrl, gate.url)
    assert.equal(readFileSync(join(folder, 'data', 'control-url'), 'utf8').trim(), controlUrl)
    const control = (as: string, method: string, path: string, body?: object) =>
      gate.send(as, method, path, body, controlUrl)
    assert.equal((await control('', 'GET', '/readyz')).body.firm, 'ACME')
    assert.equal((await control('officer-a', 'GET', '/limits')).status, 404)
    assert.equal((await control('', 'GET', '/latches')).status, 401)
    await assert.rejects(fetch(controlUrl.replace('https', 'http')), 'in the clear nothing is served')
    assert.deepEqual((await control('officer-a', 'GET', '/latches')).body.latches, [])
    assert.equal(await gate.end(), 0)
  })

  test('serves gRPC with its certificate, and is healthy there', async () => {
    const gate = await start()
    const printed = () => /gRPC at 127\.0\.0\.1:(\d+)/.exec(gate.said)?.[1]
    while (printed() === undefined) await once(gate.process.stdout as NodeJS.EventEmitter, 'data')
    const trusted = ChannelCredentials.createSsl(Buffer.from(TEST_CERTIFICATE.cert))
    const channel = new GrpcChannel(`localhost:${printed()}`, trusted)
    const answer = await channel.unary('/grpc.health.v1.Health/Check', Buffer.alloc(0))
    assert.equal(HealthCheckResponse.decode(answer).status, 1)
    channel.close()
    assert.equal(await gate.end(), 0)
  })

  test('goes on as no other firm, with no other officers and no other sizes', () => {
    for (const [from, to, fault] of [
      ['id: ACME', 'id: BETA', /firm\.id: the configuration says BETA, the first record of the journal ACME/],
      ['USD', 'EUR', /firm\.baseCurrency: the configuration says EUR, the first record of the journal USD/],
      [
        '[officer-a, officer-b]',
        '[officer-b, officer-a]',
        /officers: the configuration says officer-b, officer-a, the first record .* officer-a, officer-b/,
      ],
      ['orders: 1024', 'orders: 2048', /sizes\.orders: .* was begun with 1024, not 2048/],
    ] as const) {
      writeFileSync(CONFIG, SOURCE.replace(from, to))
      const { status, stderr } = portcullis('gate', '--config', CONFIG)
      assert.equal(status, 70)
      assert.match(stderr, fault)
    }
    writeFileSync(CONFIG, SOURCE)
  })

  test('a demo does not go on with its journal', async () => {
    const demo = new Running(DEMO_GATE, ['--data', join(folder, 'data'), '--port', '0', '--durability', 'os'])
    running.add(demo)
    assert.equal((await once(demo.process, 'close'))[0], DO_NOT_RESTART)
    assert.match(demo.said, /holds the journal of a production firm: portcullis gate --config FILE starts it/)
  })

  test('does not go on with the journal of a demo', async () => {
    const args = ['--data', join(folder, 'demo'), '--port', '0', '--durability', 'os']
    const demo = new Running(DEMO_GATE, args)
    running.add(demo)
    await demo.ready()
    assert.equal((await fetch(`${demo.url}/readyz`)).headers.get('portcullis-profile'), 'DEMO')
    const document = (await (await fetch(`${demo.url}/openapi.json`)).json()) as { info: { title: string } }
    assert.equal(document.info.title, 'Portcullis (DEMO)')
    assert.equal((await fetch(`${demo.url}/nowhere`)).headers.get('portcullis-profile'), 'DEMO', 'in refusals too')
    const ended = once(demo.process, 'exit')
    demo.process.disconnect()
    assert.deepEqual(await ended, [0, null])
    writeFileSync(CONFIG, SOURCE.replace('data: data', 'data: demo').replace(/sizes.*\n/, ''))
    for (const name of ['officer-a', 'officer-b']) {
      assert.equal(portcullis('person', 'add', name, '--data', 'demo', '--key', `${name}-2.json`).status, 0)
    }
    const { status, stderr } = portcullis('gate', '--config', CONFIG)
    assert.equal(status, 70)
    assert.match(stderr, /holds the journal of a demo, which no firm goes on with: name another folder under data/)
  })
})
