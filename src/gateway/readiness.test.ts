/** What `/livez`, `/readyz` and gRPC health say of a gate that decides, stands still, has lost its journal or disk, or ends: the same. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, beforeEach, describe, test } from 'node:test'
import type { GrpcChannel } from '../simulator/grpc-client.ts'
import { GrpcGate } from '../simulator/grpc-gate.ts'
import { GOOD_ORDER } from '../simulator/small-firm.ts'
import { HealthCheckResponse, HealthCheckResponse_ServingStatus as Serving } from '../wire/grpc/health/v1/health.gen.ts'
import { DEAD_US, Health, STALLED_US } from './readiness.ts'

describe('health', () => {
  let world: GrpcGate
  let channel: GrpcChannel
  const open: GrpcGate[] = []
  beforeEach(async () => {
    world = await GrpcGate.start()
    open.push(world)
    channel = world.channel()
  })
  after(() => Promise.all(open.map((one) => one.close())))

  const get = async (path: string) => {
    const answer = await fetch(`${world.gate.url}${path}`)
    return { code: answer.status, body: (await answer.json()) as { status: string; checks: Record<string, unknown> } }
  }

  /** Liveness, readiness, and the one check that is wrong; the wires must agree. */
  async function said(): Promise<readonly string[]> {
    const [live, ready] = [await get('/livez'), await get('/readyz')]
    assert.equal(live.code, live.body.status === 'alive' ? 200 : 503)
    assert.equal(ready.code, ready.body.status === 'ready' ? 200 : 503)
    const answer = await channel.unary('/grpc.health.v1.Health/Check', Buffer.alloc(0))
    const { status } = HealthCheckResponse.decode(answer)
    assert.equal(status, ready.code === 200 ? Serving.SERVING : Serving.NOT_SERVING)
    const metrics = await (await fetch(`${world.gate.url}/metrics`)).text()
    assert.match(metrics, new RegExp(`^portcullis_ready ${ready.code === 200 ? 1 : 0}$`, 'm'))
    const { beatAgeUs: _age, ...checks } = ready.body.checks
    const wrong = Object.entries(checks).filter(([key, value]) => value !== (GOOD as Record<string, unknown>)[key])
    return [live.body.status, ready.body.status, ...wrong.map(([key, value]) => `${key} ${value}`)]
  }
  const GOOD = { recovered: true, journal: 'up', loop: 'turning', disk: 'enough', issuerKeys: 1 }

  /** Sends an order whose block is on its way to a disk that does not answer. */
  async function blocked(): Promise<void> {
    world.gate.journal.hold()
    void world.gate.send('ems-1', 'POST', '/orders', { ...GOOD_ORDER, orderQty: '100', clOrdID: 'B-1' })
    while (!world.gate.journal.isHolding) await fetch(`${world.gate.url}/healthz`)
  }

  test('a gate that decides is alive and ready', async () => {
    assert.deepEqual(await said(), ['alive', 'ready'])
  })

  test('a disk that does not answer: not ready after a second, not alive after ten, and both again when it does', async () => {
    await blocked()
    world.gate.elapsedUs += STALLED_US
    assert.deepEqual(await said(), ['alive', 'ready'], 'a second is still allowed')
    world.gate.elapsedUs += 1
    assert.deepEqual(await said(), ['alive', 'loop stalled', 'loop stalled'])
    world.gate.elapsedUs += DEAD_US - STALLED_US
    assert.deepEqual(await said(), ['loop stalled', 'loop stalled', 'loop stalled'])
    world.gate.journal.flow()
    await world.gate.send('ems-1', 'POST', '/orders', { ...GOOD_ORDER, orderQty: '100', clOrdID: 'B-2' })
    assert.deepEqual(await said(), ['alive', 'ready'])
  })

  test('the tick of an idle gate is its heartbeat, and one that does not get through is none', async () => {
    world.gate.elapsedUs += STALLED_US + 1
    assert.deepEqual(await said(), ['alive', 'loop stalled', 'loop stalled'], 'nothing has turned')
    const ticked = async () => {
      const { seq } = world
      while (world.seq === seq) {
        world.gate.timer.fire()
        await fetch(`${world.gate.url}/healthz`)
      }
    }
    await ticked()
    assert.deepEqual(await said(), ['alive', 'ready'])
    world.gate.journal.hold()
    await ticked()
    world.gate.elapsedUs += STALLED_US + 1
    world.gate.timer.fire()
    assert.deepEqual(await said(), ['alive', 'loop stalled', 'loop stalled'], 'decided, and not durable')
    world.gate.journal.flow()
  })

  test('a disk that is full takes no orders, and no new start would help', async () => {
    world.gate.journal.diskRoom = 'full'
    assert.deepEqual(await said(), ['alive', 'disk full', 'disk full'])
    world.gate.journal.diskRoom = 'low'
    assert.deepEqual(await said(), ['alive', 'ready', 'disk low'], 'an alarm')
  })

  test('a journal that has failed is repaired by a new start alone', async () => {
    world.gate.journal.failNext(new Error('EIO'))
    await assert.rejects(channel.checkOrder(world.token('ems-1'), world.order()))
    assert.deepEqual(await said(), ['journal down', 'journal down', 'journal down'])
  })

  test('a gate that ends says so to who is still connected', async () => {
    const { gate } = world
    await blocked()
    const socket = connect(Number(new URL(gate.url).port), '127.0.0.1')
    const ask = (path: string, token = '') =>
      socket.write(`POST ${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\ncontent-length: 0\r\n\r\n`)
    // A connection that waits for an answer stays until it has it.
    ask('/orders/B-1/cancel', world.token('ems-1'))
    while (gate.sequencer.pulse.waiting < 2) await fetch(`${gate.url}/healthz`)
    const closed = gate.server.close()
    const heard = once(gate.server.app.server, 'request')
    socket.write('GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n')
    await heard
    let text = ''
    socket.on('data', (data) => {
      text += data
    })
    gate.journal.flow()
    await once(socket, 'close')
    await closed
    assert.match(text, /PASS.*HTTP\/1\.1 503.*"status":"stopping"/s)
  })
})

test('without a key of the issuer no token can be checked', () => {
  const gate = { pulse: { beatAgeUs: 0 }, isDown: false, diskRoom: 'enough', directory: { tradeDate: 20261121 } }
  assert.equal(new Health(gate as never, () => 0).readiness, 'no issuer keys')
  assert.equal(new Health(gate as never, () => 1).readiness, 'ready')
})
