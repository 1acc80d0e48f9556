/** grpc.health.v1 against the real engine: SERVING while the gate decides, and each change told to who watches. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { status } from '@grpc/grpc-js'
import type { GrpcChannel } from '../../simulator/grpc-client.ts'
import { GrpcGate } from '../../simulator/grpc-gate.ts'
import {
  HealthCheckRequest,
  HealthCheckResponse,
  HealthListResponse,
  HealthCheckResponse_ServingStatus as Serving,
} from '../../wire/grpc/health/v1/health.gen.ts'

const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = Serving
const GATE = 'portcullis.v1.GateService'

describe('gRPC health', () => {
  let world: GrpcGate
  let channel: GrpcChannel

  before(async () => {
    world = await GrpcGate.start()
    channel = world.channel()
  })
  after(() => world.close())

  const request = (service: string) => Buffer.from(HealthCheckRequest.encode({ service }).finish())
  const check = async (service: string) =>
    HealthCheckResponse.decode(await channel.unary('/grpc.health.v1.Health/Check', request(service))).status

  /** What a watch was told, one after another. */
  function watch(service: string) {
    const call = world.channel().stream('/grpc.health.v1.Health/Watch')
    call.on('error', () => {})
    call.write(request(service))
    call.end()
    const ended = new Promise<number>((settle) => call.once('status', ({ code }) => settle(code)))
    const next = async () => HealthCheckResponse.decode((await once(call, 'data'))[0]).status
    return { call, next, ended }
  }

  test('is open to everyone, and says whether the gate decides', async () => {
    assert.deepEqual([await check(''), await check(GATE)], [SERVING, SERVING])
    world.gate.journal.diskRoom = 'full'
    assert.deepEqual([await check(''), await check(GATE)], [NOT_SERVING, NOT_SERVING])
    assert.equal((await world.gate.send('ems-1', 'GET', '/readyz')).status, 503, 'as REST says')
    world.gate.journal.diskRoom = 'enough'
    assert.equal(await check(GATE), SERVING)
    const { statuses } = HealthListResponse.decode(await channel.unary('/grpc.health.v1.Health/List', Buffer.alloc(0)))
    assert.deepEqual(statuses, { '': { status: SERVING }, [GATE]: { status: SERVING } })
  })

  test('a service that is not served is not found, and a request that is none refused', async () => {
    const path = '/grpc.health.v1.Health/Check'
    assert.equal((await channel.refusal(path, request('x.y'))).code, status.NOT_FOUND)
    assert.equal((await channel.refusal(path, Buffer.from([0xff]))).code, status.INVALID_ARGUMENT)
    const { call, next } = watch('x.y')
    assert.equal(await next(), SERVICE_UNKNOWN)
    call.cancel()
  })

  test('who watches is told of each change, once', async () => {
    const { call, next } = watch(GATE)
    assert.equal(await next(), SERVING)
    const told: number[] = []
    call.on('data', (message: Buffer) => told.push(HealthCheckResponse.decode(message).status))
    for (const [room, expected] of [
      ['full', NOT_SERVING],
      ['enough', SERVING],
    ] as const) {
      const change = next()
      world.gate.journal.diskRoom = room
      for (let look = 0; look < 4; look++) world.delays.pass(250)
      assert.equal(await change, expected)
    }
    assert.deepEqual(told, [NOT_SERVING, SERVING])
    call.cancel()
  })

  test('the end of the gate is told, and ends the watch', async () => {
    const { next, ended } = watch('')
    assert.equal(await next(), SERVING)
    const last = next()
    await world.close()
    assert.equal(await last, NOT_SERVING)
    assert.equal(await ended, status.OK)
  })
})

test('is not serving once the journal has failed', async () => {
  const world = await GrpcGate.start()
  const channel = world.channel()
  world.gate.journal.failNext(new Error('EIO'))
  await assert.rejects(channel.checkOrder(world.token('ems-1'), world.order()), { code: status.UNAVAILABLE })
  const answer = await channel.unary('/grpc.health.v1.Health/Check', Buffer.alloc(0))
  assert.equal(HealthCheckResponse.decode(answer).status, NOT_SERVING)
  await world.close()
})
