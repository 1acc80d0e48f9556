/** What bounds a session: its window, what its client does not read, its rate, frames, what is kept for its return. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { HandDelays } from '../../simulator/made-up-world.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'
import { FRAME_BYTES_MAX, FrameCutter, frameOf } from '../../wire/frames.ts'
import { OrderSessionRequest, OrderSessionResponse } from '../../wire/portcullis/v1/gate_service.gen.ts'
import type { ClientMessage, ServerMessage } from '../../wire/portcullis/v1/session.gen.ts'
import type { OrderSession } from './order-session.ts'
import { SessionState } from './session-state.ts'
import { Sessions } from './sessions.ts'

const RATE = 64
const KB = 1024
const MB = 1024 * KB

const delays = new HandDelays()
let gate: RestGate
let sessions: Sessions
let ids = 0

before(async () => {
  gate = await RestGate.start({ delays, requestsPerSecondMax: RATE })
  await tellSmallFirm(gate)
  sessions = new Sessions(gate.server.services, delays)
})
after(async () => {
  sessions.close()
  await gate.close()
})

/** A connection whose other end is the test. */
class Connection {
  readonly told: ServerMessage[] = []
  readonly session: OrderSession
  unread = 0
  isPaused = false
  isEnded = false
  #seq = 0

  constructor() {
    const connection = this
    this.session = sessions.connect({
      send: (response) => void this.told.push(...OrderSessionResponse.decode(response).messages),
      get unread() {
        return connection.unread
      },
      pause: () => {
        this.isPaused = true
      },
      resume: () => {
        this.isPaused = false
      },
      end: () => {
        this.isEnded = true
      },
      identified: () => {},
    })
  }

  static async of(client: string, window = 0): Promise<Connection> {
    const connection = new Connection()
    const accessToken = gate.tokens.get(client) as string
    connection.#take({
      seq: 0,
      body: {
        $case: 'logon',
        value: { version: 1, accessToken, epoch: 0, lastSeenSeq: 0, heartbeatMs: 0, window, cancelOnDisconnect: 0 },
      },
    })
    while (connection.told.length === 0) await turn()
    assert.equal(connection.told[0]?.body?.$case, 'loggedOn')
    return connection
  }

  send(body: ClientMessage['body']): void {
    this.#take({ seq: ++this.#seq, body })
  }

  order(): void {
    this.send({ $case: 'newOrder', value: { ...GOOD_ORDER, orderQty: '100', clOrdID: `B-${++ids}` } })
  }

  cancel(): void {
    this.send({ $case: 'cancel', value: { clOrdID: `B-${++ids}`, origClOrdID: 'none' } })
  }

  #take(message: ClientMessage): void {
    this.session.take(Buffer.from(OrderSessionRequest.encode({ messages: [message] }).finish()))
  }

  /** What came behind the answer to the logon: kinds, and the codes of refusals and of the end. */
  async said(): Promise<readonly string[]> {
    await turn()
    return this.told.slice(1).map(({ body }) => {
      const isCoded = body?.$case === 'refused' || body?.$case === 'logout'
      return isCoded ? body.value.code : (body?.$case ?? '')
    })
  }
}

test('who does not read its answers is not read, and ended where too much piles up', async () => {
  const client = await Connection.of('ems-1')
  client.unread = 256 * KB
  client.order()
  assert.deepEqual([client.isPaused, await client.said()], [false, ['decision']])
  client.unread++
  client.order()
  assert.deepEqual([client.isPaused, await client.said()], [true, ['decision', 'decision']])
  client.unread = 0
  delays.pass(250)
  assert.equal(client.isPaused, false, 'a reader that has caught up is read again')
  client.unread = 8 * MB + 1
  client.order()
  assert.deepEqual([(await client.said()).at(-1), client.isEnded], ['SLOW_READER', true])
})

test('the rate refuses orders and says how long; cancels count, and pass', async () => {
  delays.pass(1_000)
  const client = await Connection.of('ems-1')
  for (let sent = 0; sent < RATE - 1; sent++) client.order()
  client.cancel()
  client.order()
  client.cancel()
  const said = await client.said()
  const count = (one: string) => said.filter((other) => other === one).length
  assert.deepEqual([count('decision'), count('cancel'), count('RATE_LIMITED')], [RATE - 1, 2, 1])
  const refused = client.told.find(({ body }) => body?.$case === 'refused')
  assert.deepEqual(
    [refused?.refSeq, refused?.body?.$case === 'refused' && refused.body.value.retryAfterMs],
    [65, 1_000],
  )
  client.session.over(undefined)
})

test('a client that goes on over its rate is not read for a while, and then is', async () => {
  delays.pass(1_000)
  const client = await Connection.of('ems-1')
  for (let sent = 0; sent < RATE + 63; sent++) client.order()
  client.cancel()
  assert.equal(client.isPaused, false)
  client.order()
  client.cancel()
  assert.equal(client.isPaused, true)
  delays.pass(49)
  assert.equal(client.isPaused, true)
  delays.pass(1)
  assert.equal(client.isPaused, false)
  const said = await client.said()
  const count = (one: string) => said.filter((other) => other === one).length
  assert.deepEqual([count('decision'), count('cancel'), count('RATE_LIMITED')], [RATE, 2, 64])
  client.session.over(undefined)
})

test('a client comes back to its newest 4,096 messages, up to 4 MB of them', () => {
  const state = new SessionState()
  const tell = (times: number, bytes: number) => {
    for (let at = 0; at < times; at++) state.send((seq) => Buffer.alloc(bytes, seq))
  }
  assert.deepEqual(state.since(0), [])
  assert.equal(state.since(1), undefined, 'a number that was never given')
  tell(4_096, 1)
  assert.equal(state.since(0)?.length, 4_096)
  tell(1, 1)
  assert.equal(state.since(0), undefined)
  assert.deepEqual([state.since(1)?.length, state.since(4_096)], [4_096, [Buffer.alloc(1, 4_097)]])
  tell(4, MB)
  assert.equal(state.since(4_096), undefined)
  assert.equal(state.since(4_097)?.length, 4)
  tell(1, 1)
  assert.deepEqual([state.since(4_097), state.since(4_098)?.length], [undefined, 4])
})

test('frames of 1 to 262,144 bytes are cut from whatever chunks they come in', () => {
  const sizes = [1, 7, FRAME_BYTES_MAX]
  assert.equal(FRAME_BYTES_MAX, 262_144)
  const bytes = Buffer.concat(sizes.map((size) => frameOf(Buffer.alloc(size, size))))
  for (const chunk of [5_000, 100_000, bytes.length]) {
    const cutter = new FrameCutter()
    const found: number[] = []
    for (let at = 0; at < bytes.length; at += chunk) {
      assert.ok(cutter.cut(bytes.subarray(at, at + chunk), (frame) => found.push(frame.length)))
    }
    assert.deepEqual(found, sizes, `${chunk}`)
  }
  for (const size of [0, FRAME_BYTES_MAX + 1]) {
    const head = Buffer.alloc(4)
    head.writeUInt32LE(size)
    assert.equal(
      new FrameCutter().cut(head, () => assert.fail()),
      false,
      `${size}`,
    )
  }
})

test('a full window is read no more, until half of it is answered', async () => {
  delays.pass(1_000)
  const client = await Connection.of('ems-1', 4)
  gate.journal.hold()
  client.order()
  await turn()
  // The first is on its way to the disk; the others go behind it, in a block of their own.
  for (let sent = 1; sent < 4; sent++) {
    assert.equal(client.isPaused, false)
    client.order()
  }
  assert.equal(client.isPaused, true)
  gate.journal.release()
  assert.deepEqual([await client.said(), client.isPaused], [['decision'], true], 'three of four wait')
  gate.journal.release()
  assert.deepEqual((await client.said()).length, 4)
  assert.equal(client.isPaused, false)
  client.session.over(undefined)
})

test('a cancel passes while the journal is down, and is kept beside it', async () => {
  delays.pass(1_000)
  const client = await Connection.of('ems-1')
  client.order()
  await turn()
  gate.journal.release(new Error('EIO'))
  await turn()
  client.order()
  client.send({ $case: 'cancel', value: { clOrdID: 'B-C', origClOrdID: 'B-1' } })
  assert.deepEqual(await client.said(), ['OUTCOME_UNKNOWN', 'JOURNAL_UNAVAILABLE', 'cancel'])
  const { body } = client.told.at(-1) as ServerMessage
  assert.ok(body?.$case === 'cancel' && !body.value.durable)
  assert.deepEqual(gate.spilled, [['ems-1', 'ems-1', 'B-1', 'B-C']])
})
