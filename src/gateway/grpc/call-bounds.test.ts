/** What a call may take: of who does not read, who sends halves, who shows no token, and who never begins. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientHttp2Session, constants } from 'node:http2'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { ChannelCredentials, status } from '@grpc/grpc-js'
import { CHECK_ORDER, GrpcChannel, ORDER_SESSION } from '../../simulator/grpc-client.ts'
import { GrpcGate } from '../../simulator/grpc-gate.ts'
import { framed, http2To, RawGrpcCall } from '../../simulator/raw-grpc-call.ts'
import { TEST_CERTIFICATE } from '../../simulator/test-certificate.ts'
import { FRAME_BYTES_MAX } from '../../wire/frames.ts'
import { OrderSessionRequest, OrderSessionResponse } from '../../wire/portcullis/v1/gate_service.gen.ts'
import { CancelOnDisconnect, type ClientMessage, type ServerMessage } from '../../wire/portcullis/v1/session.gen.ts'
import type { Carrier } from '../session/order-session.ts'
import { PIECES_MAX } from './call-bounds.ts'
import { GRPC_CONNECTION_BOUNDS, listenGrpc } from './grpc-listener.ts'

const KB = 1024

describe('gRPC bounds', () => {
  let world: GrpcGate
  const opened: ClientHttp2Session[] = []
  const http2 = () => {
    const session = http2To(world.grpc.address)
    opened.push(session)
    return session
  }

  before(async () => {
    world = await GrpcGate.start()
  })
  after(async () => {
    for (const session of opened) session.destroy()
    await world.close()
  })

  /** A session that reads nothing until it is told to. */
  function deaf(): { readonly call: RawGrpcCall; readonly send: (...orders: object[]) => void } {
    const call = new RawGrpcCall(http2(), ORDER_SESSION)
    let seq = 0
    const send = (messages: ClientMessage[]) => call.send(OrderSessionRequest.encode({ messages }).finish())
    const logon = { version: 1, accessToken: world.token('ems-1'), epoch: 0, lastSeenSeq: 0, heartbeatMs: 60_000 }
    const value = { ...logon, window: 65_536, cancelOnDisconnect: CancelOnDisconnect.CANCEL_ON_DISCONNECT_UNSPECIFIED }
    send([{ seq: 0, body: { $case: 'logon', value } }])
    return {
      call,
      send: (...orders) => send(orders.map((value) => ({ seq: ++seq, body: { $case: 'newOrder', value } }))),
    }
  }

  /** Orders whose answers are long: breaches with their numbers. */
  const breaching = (count: number) => Array.from({ length: count }, () => world.order({ orderQty: '800' }))

  test('who does not read is not read: what waits for it stays bounded, and comes once it reads', async () => {
    const watched = watchNextCarrier(world)
    const { call, send } = deaf()
    const batches = 120
    for (let batch = 0; batch < batches; batch++) send(...breaching(100))
    const carrier = await watched
    await carrier.paused
    assert.ok(carrier.unread > 256 * KB, `${carrier.unread} unread`)
    const { seq } = world
    for (let round = 0; round < 20; round++) await world.gate.send('ems-1', 'GET', '/healthz')
    world.delays.pass(500)
    // The sequencer takes turns: what had been read may wait for its own.
    assert.ok(world.seq - seq < 6_000, 'of what is sent only what had been read is decided')
    const told: ServerMessage[] = []
    call.read((message) => void told.push(...OrderSessionResponse.decode(message).messages))
    while (told.at(-1)?.refSeq !== batches * 100) {
      await once(call.stream, 'data')
      world.delays.pass(250)
    }
    assert.ok(carrier.mostUnread < 2_048 * KB, `${carrier.mostUnread} unread`)
    const refs = told.flatMap(({ refSeq }) => (refSeq === 0 ? [] : [refSeq]))
    assert.deepEqual(
      refs,
      Array.from({ length: batches * 100 }, (_, at) => at + 1),
    )
    call.stream.close()
    await call.closed
  })

  test('who does not read its end is cut off', async () => {
    const watched = watchNextCarrier(world)
    const { call, send } = deaf()
    for (let batch = 0; batch < 20; batch++) send(...breaching(100))
    const carrier = await watched
    await carrier.paused
    carrier.end()
    assert.equal(await call.closed, constants.NGHTTP2_CANCEL)
    assert.ok(Number.isNaN(call.status), 'its end stood behind what it did not read')
  })

  /** Shows a good token on the connection. */
  async function show(session: ClientHttp2Session): Promise<void> {
    const call = new RawGrpcCall(session, CHECK_ORDER, { authorization: `Bearer ${world.token('ems-1')}` }).read()
    call.stream.end(framed(Buffer.alloc(0)))
    await call.answered
  }

  test('a message in too many pieces is not waited for', async () => {
    const session = http2()
    await show(session)
    const call = new RawGrpcCall(session, ORDER_SESSION).read()
    const head = framed(Buffer.alloc(PIECES_MAX * 2))
    call.stream.write(head.subarray(0, 5))
    for (let piece = 0; piece <= PIECES_MAX && !call.stream.closed; piece++) {
      await new Promise((settle) => call.stream.write(Buffer.alloc(1), settle))
    }
    assert.equal(await call.closed, constants.NGHTTP2_ENHANCE_YOUR_CALM)
  })

  test('a message over the bound is refused before it is read', async () => {
    const call = new RawGrpcCall(http2(), CHECK_ORDER).read()
    const head = Buffer.alloc(5)
    head.writeUInt32BE(FRAME_BYTES_MAX + 1, 1)
    call.stream.write(head)
    await call.answered
    assert.equal(call.status, status.RESOURCE_EXHAUSTED)
  })

  test('a message that is small until it is unpacked is refused, too', async () => {
    const call = new RawGrpcCall(http2(), CHECK_ORDER, { 'grpc-encoding': 'gzip' }).read()
    const message = framed(gzipSync(Buffer.alloc(FRAME_BYTES_MAX + 1)))
    message[0] = 1
    call.stream.end(message)
    await call.answered
    assert.equal(call.status, status.RESOURCE_EXHAUSTED)
  })

  /** A call that has sent so many bytes of a longer message. */
  const begun = async (session: ClientHttp2Session, bytes: number) => {
    const call = new RawGrpcCall(session, CHECK_ORDER).read()
    call.stream.write(framed(Buffer.alloc(FRAME_BYTES_MAX)).subarray(0, bytes))
    // A call behind it on the same connection is answered when its bytes have been seen.
    const check = new RawGrpcCall(session, '/grpc.health.v1.Health/Check').read()
    check.stream.end(framed(Buffer.alloc(0)))
    await check.answered
    return call
  }

  test('calls of a connection without a token have a megabyte together, and give it back', async () => {
    const session = http2()
    const calls: RawGrpcCall[] = []
    // The window of a stream holds 65,535 bytes, that of the connection is opened as they are read.
    while (calls.length < 40 && !calls.some(({ stream }) => stream.closed)) calls.push(await begun(session, 60 * KB))
    const over = calls.find(({ stream }) => stream.closed)
    assert.equal(await over?.closed, constants.NGHTTP2_ENHANCE_YOUR_CALM)
    assert.ok(calls.length >= 14 && calls.length <= 18, `${calls.length} calls of 60 kB`)
    for (const { stream } of calls) stream.close()
    await Promise.all(calls.map(({ closed }) => closed))
    const later = await begun(session, 60 * KB)
    assert.equal(later.stream.closed, false)
  })

  test('calls of a connection that has shown a token are bounded by their number alone', async () => {
    const session = http2()
    await show(session)
    assert.equal(session.remoteSettings.maxConcurrentStreams, 128)
    const calls: RawGrpcCall[] = []
    for (let at = 0; at < 24; at++) calls.push(await begun(session, 60 * KB))
    assert.ok(calls.every(({ stream }) => !stream.closed))
  })

  test('a client may begin with a burst of calls', async () => {
    const channel = world.channel()
    const orders = Array.from({ length: 200 }, () => world.order())
    const answers = await Promise.all(orders.map((order) => channel.checkOrder(world.token('ems-1'), order)))
    assert.equal(new Set(answers.map(({ decision }) => decision?.seq)).size, orders.length)
  })

  test('connections that never begin a call give way to a client that does', async (t) => {
    const { host, port } = portOf(world.grpc.address)
    const silent = Array.from({ length: GRPC_CONNECTION_BOUNDS.unknownOfAddressMax }, () => connect(port, host))
    t.after(() => {
      for (const socket of silent) socket.destroy()
    })
    await Promise.all(silent.map((socket) => once(socket.resume(), 'connect')))
    const channel = world.channel()
    await channel.checkOrder(world.token('ems-1'), world.order())
    const gone = silent.filter(({ readableEnded, destroyed }) => readableEnded || destroyed)
    assert.ok(gone.length >= 1 && gone.length <= opened.length + 1, `${gone.length} gave way`)
  })

  test('speaks TLS with the certificate of the gate, counted before the handshake, and nothing else', async (t) => {
    const { gate, sessions, delays } = world
    const settings = { at: { host: '127.0.0.1', port: 0 }, tls: TEST_CERTIFICATE, delays }
    const secure = await listenGrpc(gate.server.services, sessions, settings)
    const { host, port } = portOf(secure.address)
    const silent = Array.from({ length: GRPC_CONNECTION_BOUNDS.unknownOfAddressMax }, () => connect(port, host))
    const trusted = ChannelCredentials.createSsl(Buffer.from(TEST_CERTIFICATE.cert))
    const channel = new GrpcChannel(`localhost:${port}`, trusted)
    t.after(async () => {
      channel.close()
      for (const socket of silent) socket.destroy()
      await secure.close()
    })
    await Promise.all(silent.map((socket) => once(socket.resume(), 'connect')))
    const answer = await channel.checkOrder(world.token('ems-1'), world.order())
    assert.match(answer.decision?.token ?? '', /^pa1\./)
    const session = channel.session()
    assert.equal((await session.logOn(world.token('ems-1'))).session, 'ems-1')
    session.close()
    const plain = new GrpcChannel(secure.address)
    await assert.rejects(plain.checkOrder(world.token('ems-1'), world.order()), { code: status.UNAVAILABLE })
    plain.close()
  })
})

function portOf(address: string): { readonly host: string; readonly port: number } {
  const [host = '', port] = address.split(':')
  return { host, port: Number(port) }
}

interface Watched {
  readonly paused: Promise<void>
  readonly unread: number
  readonly mostUnread: number
  /** Ends it as a slow reader. */
  end(): void
}

/** What the next session does with what carries it. */
function watchNextCarrier({ sessions }: GrpcGate): Promise<Watched> {
  const connectSession = sessions.connect.bind(sessions)
  return new Promise((settle) => {
    sessions.connect = (carrier: Carrier) => {
      sessions.connect = connectSession
      let isOn = false
      let mostUnread = 0
      let pause = () => {}
      const paused = new Promise<void>((settle) => {
        pause = settle
      })
      const session = connectSession({
        accessToken: carrier.accessToken ?? '',
        send: (response) => {
          carrier.send(response)
          isOn = true
          mostUnread = Math.max(mostUnread, carrier.unread)
        },
        get unread() {
          return carrier.unread
        },
        pause: () => {
          carrier.pause()
          // The first is while the token is checked.
          if (isOn) pause()
        },
        resume: () => carrier.resume(),
        end: (code) => carrier.end(code),
        identified: () => carrier.identified(),
      })
      settle({
        paused,
        end: () => session.over('SLOW_READER'),
        get unread() {
          return carrier.unread
        },
        get mostUnread() {
          return mostUnread
        },
      })
      return session
    }
  })
}
