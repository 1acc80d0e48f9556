/** The live feed with real WebSockets against the real engine: who sees what, going on, gaps, slow readers, ends. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { after, before, describe, mock, test } from 'node:test'
import type { Block } from '../../sequencer/ports.ts'
import { FeedClient, FeedRefused } from '../../simulator/feed-client.ts'
import type { LooseJson } from '../../simulator/loose-json.ts'
import { HandDelays } from '../../simulator/made-up-world.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'
import { TEST_CERTIFICATE } from '../../simulator/test-certificate.ts'
import { LINGER_MS, TICK_MS } from './feed.ts'
import { STUCK_MS } from './subscriber.ts'

const WHY = { reason: 'test' }
const EVERYTHING = { subscribe: ['decisions', 'alerts', 'state'] }

describe('live feed', () => {
  let gate: RestGate
  const delays = new HandDelays()
  let ids = 0
  const token = (name: string) => gate.tokens.get(name) as string
  const connect = (name: string, options = {}) => FeedClient.connect(gate.url, token(name), options)
  const subscribed = async (name: string, message: object = EVERYTHING) => {
    const client = await connect(name)
    const answer = await client.subscribe(message)
    return { client, answer }
  }
  const order = async (as = 'ems-1', change: object = {}): Promise<LooseJson> => {
    const { body } = await gate.send(as, 'POST', '/orders', {
      ...GOOD_ORDER,
      orderQty: '100',
      clOrdID: `F-${++ids}`,
      ...change,
    })
    assert.ok(body.outcome, JSON.stringify(body))
    return body
  }
  const clOrdIDs = (client: FeedClient) => client.all('decisions').map(({ clOrdID }) => clOrdID)
  const refused = async (attempt: Promise<unknown>): Promise<FeedRefused> => {
    try {
      await attempt
    } catch (error) {
      if (error instanceof FeedRefused) return error
      throw error
    }
    throw new Error('it was let in')
  }

  before(async () => {
    gate = await RestGate.start({ delays })
    await tellSmallFirm(gate)
    await gate.register('desk-ui', 'client', ['risk:read', 'audit:read'])
    await gate.register('clerk', 'person', ['limits:propose'])
  })
  after(() => gate.close())

  test('says what holds, then tells decisions and state, and no token', async () => {
    const { client, answer } = await subscribed('alice')
    assert.deepEqual(
      { ...answer, number: 0 },
      {
        type: 'subscribed',
        version: 'portcullis.v1',
        firm: 'ACME',
        profile: 'demo',
        sees: 'all',
        subscribe: ['decisions', 'alerts', 'state'],
        run: 1,
        number: 0,
      },
    )
    const state = await client.next('state')
    assert.equal(state.readiness, 'ready')
    assert.deepEqual(state.latches, [])
    assert.equal(state.journal.durableSeq, gate.engine.view.seq)
    const sent = await order()
    const { number, decisions } = await client.next('decisions')
    assert.ok(number > answer.number)
    assert.equal(decisions.length, 1)
    const [decision] = decisions
    assert.equal(decision.session, 'ems-1')
    assert.equal(decision.desk, 'CASH-EQ')
    assert.equal(decision.clOrdID, sent.clOrdID)
    assert.equal(decision.seq, sent.seq)
    assert.equal(decision.outcome, 'APPROVED')
    assert.equal(decision.orderID, sent.orderID)
    assert.deepEqual(decision.order, sent.order)
    assert.ok(typeof sent.token === 'string')
    assert.ok(!JSON.stringify(decision).includes(sent.token), 'who looks on cannot send the order')
    assert.equal(decision.token, undefined)
    await client.close()
  })

  test('a refusal is told in full, a repeat not again', async () => {
    const { client } = await subscribed('alice')
    const sent = await order('ems-1', { orderQty: '800' })
    await order('ems-1', { orderQty: '800', clOrdID: sent.clOrdID })
    await order('ems-1', { symbol: 'NOBODY' })
    await client.next('decisions', ({ decisions }) => decisions[0].reason?.code === 'UNKNOWN_INSTRUMENT')
    assert.deepEqual(
      client.all('decisions').map(({ outcome, reason }) => [outcome, reason.code]),
      [
        ['REJECTED', 'MAX_ORDER_NOTIONAL'],
        ['REJECTED', 'UNKNOWN_INSTRUMENT'],
      ],
    )
    const [{ breaches }] = client.all('decisions')
    assert.deepEqual(breaches, sent.breaches)
    await client.close()
  })

  test('filters: everything that is named must fit', async () => {
    const filters: [object, (one: { readonly id: string }) => boolean][] = [
      [{ account: 'ACC-7' }, ({ id }) => id !== 'other account'],
      [{ account: ['ACC-8'] }, ({ id }) => id === 'other account'],
      [{ verdict: 'REJECTED' }, ({ id }) => id !== 'good'],
      [{ account: 'ACC-7', verdict: 'APPROVED' }, ({ id }) => id === 'good'],
      [{ desk: 'CASH-EQ', trader: 'T-3', strategy: 'manual', instrument: '600519.SH' }, () => true],
    ]
    const clients = await Promise.all(
      filters.map(async ([filter]) => (await subscribed('alice', { subscribe: ['decisions'], filter })).client),
    )
    const sent = [
      { id: 'good', clOrdID: (await order()).clOrdID },
      { id: 'too large', clOrdID: (await order('ems-1', { orderQty: '800' })).clOrdID },
      { id: 'other account', clOrdID: (await order('ems-1', { account: 'ACC-8' })).clOrdID },
    ]
    for (const [at, client] of clients.entries()) {
      await client.settled()
      const wanted = sent.filter((filters[at] as (typeof filters)[0])[1]).map(({ clOrdID }) => clOrdID)
      assert.deepEqual(clOrdIDs(client), wanted, JSON.stringify(filters[at]))
      await client.close()
    }
    const client = await connect('alice')
    client.send({ subscribe: ['decisions'], filter: { account: 'NOBODY' } })
    assert.deepEqual(await client.closed, { code: 1008, reason: 'UNKNOWN_NAME: account' })
  })

  test("a client sees its own session's decisions and alerts, people and overseers all", async () => {
    const { client: own, answer } = await subscribed('ems-1')
    const { client: other } = await subscribed('ems-2')
    const { client: all } = await subscribed('desk-ui')
    assert.equal(answer.sees, 'bound')
    const mine = await order('ems-1', { orderQty: '800' })
    const theirs = await order('ems-2')
    for (const client of [own, other, all]) await client.settled()
    assert.deepEqual(clOrdIDs(own), [mine.clOrdID])
    assert.deepEqual(clOrdIDs(other), [theirs.clOrdID])
    assert.deepEqual(clOrdIDs(all), [mine.clOrdID, theirs.clOrdID])
    const quote = { symbol: GOOD_ORDER.symbol, feed: 'SSE-L2', bidPx: '2600.00', askPx: '2600.10' }
    await gate.send('feed-1', 'POST', '/quotes', quote)
    await all.next('alerts', ({ alerts }) => alerts[0].code === 'QUOTE_QUARANTINED')
    for (const client of [own, other]) {
      await client.settled()
      assert.deepEqual(client.all('alerts'), [], 'the quotes of another session are none of its business')
    }
    const over = await gate.send('ops-1', 'POST', '/limits', {
      control: 'DAILY_GROSS',
      subject: 'ACCOUNT:ACC-7',
      hard: '1000',
    })
    assert.equal(over.status, 200)
    await order('ems-1')
    const { alerts } = await own.next('alerts', (message) => message.alerts[0].code === 'ORDER_OVER_LIMIT')
    assert.deepEqual(alerts[0].subject, { kind: 'ACCOUNT', name: 'ACC-7' })
    assert.match(alerts[0].text, /daily gross limit of account ACC-7, was refused/)
    await other.settled()
    assert.deepEqual(other.all('alerts'), [])
    await gate.send('ops-1', 'POST', '/limits', { control: 'DAILY_GROSS', subject: 'ACCOUNT:ACC-7', hard: '50000000' })
    for (const client of [own, other, all]) await client.close()
  })

  test('who may see none of it is not let in, and is told why', async () => {
    const cases: [() => Promise<unknown>, number, string][] = [
      [() => connect('feed-1'), 403, 'FORBIDDEN'],
      [() => connect('clerk'), 403, 'FORBIDDEN'],
      [() => FeedClient.connect(gate.url, 'nonsense'), 401, 'UNAUTHENTICATED'],
      [() => FeedClient.open(gate.url, [], {}), 401, 'UNAUTHENTICATED'],
      [() => FeedClient.open(gate.url, ['other.v1'], {}), 400, 'NOT_IN_SET'],
      [() => connect('alice', { headers: { origin: 'https://evil.example.com' } }), 403, 'FORBIDDEN'],
    ]
    for (const [attempt, status, code] of cases) {
      const { status: given, body } = await refused(attempt())
      assert.deepEqual([given, body.error.code], [status, code])
    }
    const counted = (name: 'requests_refused_total' | 'auth_failures_total', labels: string) =>
      gate.metrics.counter(name, `${labels},wire="feed"`).value
    assert.deepEqual(
      ['code="FORBIDDEN"', 'code="UNAUTHENTICATED"'].map((labels) => counted('requests_refused_total', labels)),
      [3, 2],
    )
    assert.deepEqual(
      ['kind="malformed"', 'kind="no token"'].map((labels) => counted('auth_failures_total', labels)),
      [1, 1],
    )
    const plain = await gate.send('alice', 'GET', '/feed')
    assert.deepEqual([plain.status, plain.body.error.code], [426, 'UPGRADE_REQUIRED'])
  })

  test('a page of the gate itself connects with the token beside the subprotocol', async () => {
    const origin = gate.url
    const client = await FeedClient.open(gate.url, ['portcullis.v1', `bearer.${token('alice')}`], { origin })
    assert.equal(client.socket.protocol, 'portcullis.v1')
    assert.equal((await client.subscribe(EVERYTHING)).sees, 'all')
    await client.close()
  })

  test('only the feed is upgraded: other requests that ask for it are answered as they are', async () => {
    const { hostname, port } = new URL(gate.url)
    const body = JSON.stringify({ origClOrdID: 'nobody' })
    const headers = {
      ...{ authorization: `Bearer ${token('ems-1')}`, 'content-type': 'application/json' },
      ...{ connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': '', 'content-length': body.length },
    }
    const asked = request({ hostname, port, method: 'POST', path: '/orders/nobody/cancel', headers })
    asked.end(body)
    const [response] = await once(asked, 'response')
    assert.notEqual(response.statusCode, 101)
    const plain = await gate.send('ems-1', 'POST', '/orders/nobody/cancel', { origClOrdID: 'nobody' })
    assert.equal(response.statusCode, plain.status, 'as without the header')
    response.resume()
  })

  test('a first message that is none ends the connection with a reason', async () => {
    const cases: [string, number, RegExp][] = [
      ['{', 1007, /not JSON/],
      ['[]', 1008, /WRONG_TYPE/],
      ['{}', 1008, /MISSING_FIELD: subscribe/],
      ['{"subscribe":[]}', 1008, /TOO_MANY_ROWS/],
      ['{"subscribe":["everything"]}', 1008, /NOT_IN_SET/],
      ['{"subscribe":["state"],"filters":{}}', 1008, /UNKNOWN_FIELD: filters/],
      ['{"subscribe":["state"],"filter":{"verdict":"MAYBE"}}', 1008, /NOT_IN_SET: verdict/],
      ['{"subscribe":["state"],"from":1}', 1008, /from and run/],
      ['{"subscribe":["state"],"from":"1","run":1}', 1008, /WRONG_TYPE: from/],
      [`{"subscribe":["${'x'.repeat(9_000)}"]}`, 1009, /^$/],
    ]
    for (const [text, code, reason] of cases) {
      const client = await connect('alice')
      client.socket.send(text)
      const end = await client.closed
      assert.equal(end.code, code, text.slice(0, 80))
      assert.match(end.reason, reason)
    }
    const binary = await connect('alice')
    binary.socket.send(Buffer.from(JSON.stringify(EVERYTHING)))
    assert.equal((await binary.closed).code, 1003)
    const silent = await connect('alice')
    delays.pass(5_500)
    assert.equal((await silent.closed).code, 1008)
    const { client: twice } = await subscribed('alice')
    twice.send(EVERYTHING)
    assert.equal((await twice.closed).code, 1008)
  })

  test('a client that was cut off goes on where it was', async () => {
    const { client, answer } = await subscribed('alice', { subscribe: ['decisions'] })
    await order()
    const { number } = await client.next('decisions')
    client.socket.terminate()
    await client.closed
    const missed = [await order(), await order()].map(({ clOrdID }) => clOrdID)
    const again = { subscribe: ['decisions'], from: number + 1, run: answer.run }
    const { client: back, answer: welcome } = await subscribed('alice', again)
    assert.equal(welcome.resumed, true)
    const next = await order()
    await back.next('decisions', ({ decisions }) => decisions[0].clOrdID === next.clOrdID)
    assert.deepEqual(clOrdIDs(back), [...missed, next.clOrdID])
    await back.close()
  })

  test('what is not kept any more is a gap, with the state as it is now', async () => {
    const { client, answer } = await subscribed('alice', { subscribe: ['decisions'] })
    await order()
    const { number } = await client.next('decisions')
    await client.close()
    delays.pass(LINGER_MS + TICK_MS)
    await order()
    const again = { subscribe: ['decisions'], from: number + 1, run: answer.run }
    const { client: back, answer: welcome } = await subscribed('alice', again)
    assert.equal(welcome.resumed, false)
    const gap = await back.next('gap')
    assert.deepEqual([gap.gap, gap.from], [true, number + 1])
    assert.equal((await back.next('state')).journal.durableSeq, gate.engine.view.seq)
    await back.close()
    const { client: later, answer: other } = await subscribed('alice', { ...again, run: 99 })
    assert.equal(other.resumed, false, 'another run of the gate')
    assert.equal((await later.next('gap')).run, 99)
    await later.close()
  })

  test('what cannot be told ends the connection, and is a gap for who comes back', async () => {
    const { client, answer } = await subscribed('alice', { subscribe: ['decisions'] })
    let block: Block | undefined
    gate.listeners.push((one) => {
      block ??= copyOf(one)
    })
    await order()
    const { number } = await client.next('decisions')
    const { decisions } = gate.server.services
    const seen = mock.method(decisions, 'seen', () => {
      throw new Error('broken')
    })
    assert.throws(() => gate.server.published(block as Block), /broken/)
    seen.mock.restore()
    assert.equal((await client.closed).code, 1011)
    const again = { subscribe: ['decisions'], from: number + 1, run: answer.run }
    const { client: back, answer: welcome } = await subscribed('alice', again)
    assert.equal(welcome.resumed, false)
    await back.next('gap')
    await back.close()
  })

  test('a kill is told as state, and its release', async () => {
    const { client } = await subscribed('alice', { subscribe: ['state'] })
    const { client: own } = await subscribed('ems-1', { subscribe: ['state'] })
    const kill = { account: 'ACC-7', state: 'BLOCKED', reason: 'test' }
    const set = await gate.send('alice', 'POST', '/kill', kill)
    assert.equal(set.status, 200, JSON.stringify(set.body))
    delays.pass(TICK_MS)
    for (const one of [client, own]) {
      const { latches } = await one.next('state', (state) => state.latches.length > 0)
      assert.equal(latches[0].state, 'BLOCKED')
      assert.deepEqual(latches[0].scope, { account: 'ACC-7' })
    }
    const [{ latch }] = (await client.next('state', (state) => state.latches.length > 0)).latches
    const steps = { alice: { step: 'request', rootCause: 'test', ...WHY }, bob: { step: 'approve', ...WHY } }
    for (const [who, step] of Object.entries(steps)) {
      const { status, body } = await gate.send(who, 'POST', `/latches/${latch}/release`, step)
      assert.equal(status, 200, JSON.stringify(body))
    }
    delays.pass(TICK_MS)
    await client.next('state', (state) => state === client.messages.at(-1) && state.latches.length === 0)
    await client.close()
    await own.close()
  })

  test('state is told at most four times a second', async () => {
    const { client } = await subscribed('alice', { subscribe: ['state'] })
    await client.next('state')
    // What earlier tests decided is over.
    delays.pass(8 * TICK_MS)
    await client.settled()
    const before = client.messages.length
    for (let sent = 0; sent < 20; sent++) await order()
    await client.settled()
    assert.ok(client.messages.length - before <= 1, 'no time has passed')
    delays.pass(TICK_MS)
    const isNew = (state: LooseJson) => client.messages.indexOf(state) >= before
    const told = await client.next('state', (state) => isNew(state) && state.decisionsPerSecond > 0)
    assert.equal(told.decisionsPerSecond, 20)
    delays.pass(8 * TICK_MS)
    await client.next('state', (state) => state === client.messages.at(-1) && state.decisionsPerSecond === 0)
    await client.close()
  })

  test('who does not read is told what was dropped, and who reads nothing at all is closed', async () => {
    let block: Block | undefined
    gate.listeners.push((one) => {
      block ??= copyOf(one)
    })
    const { client, answer } = await subscribed('alice', { subscribe: ['decisions'] })
    await order('ems-1', { orderQty: '800' })
    await client.next('decisions')
    assert.ok(block !== undefined)
    // More in one turn than is sent ahead of a reader.
    for (let told = 0; told < 20_000; told++) gate.server.published(block)
    const dropped = await spin(client, 'dropped')
    assert.ok(dropped.dropped > 0)
    const next = await order()
    await client.next('decisions', ({ decisions }) => decisions[0].clOrdID === next.clOrdID)
    let number = answer.number
    for (const message of client.messages.filter(({ type }) => type === 'decisions' || type === 'dropped')) {
      assert.equal(message.number ?? message.from, number + 1, 'nothing is missing that is not said')
      number = message.number ?? message.to
      if (message.type === 'dropped') assert.equal(message.dropped, message.to - message.from + 1)
    }

    client.socket.pause()
    for (let told = 0; told < 20_000; told++) gate.server.published(block)
    // Whatever the machine still takes out of the sockets counts as read.
    for (let ms = 0; gate.server.feed.size > 0; ms += TICK_MS) {
      delays.pass(TICK_MS)
      await new Promise((settle) => setImmediate(settle))
      assert.ok(ms < 100 * STUCK_MS, 'it is closed')
    }
    client.socket.resume()
    assert.ok([1006, 1013].includes((await client.closed).code))
  })

  /** The next message of a type, while time passes. */
  async function spin(client: FeedClient, type: string): Promise<LooseJson> {
    for (;;) {
      const found = client.messages.find((message) => message.type === type)
      if (found !== undefined) return found
      delays.pass(TICK_MS)
      await new Promise((settle) => setImmediate(settle))
    }
  }

  test('a token that is revoked, and duties that are withdrawn, end it within a second', async () => {
    await gate.register('ems-9', 'client', ['orders:write'])
    const { client, answer } = await subscribed('ems-9')
    assert.equal(answer.sees, 'own')
    gate.deny.deny('client', 'ems-9')
    delays.pass(TICK_MS)
    assert.equal((await client.closed).code, 4401)
    await gate.register('ems-10', 'client', ['orders:write'])
    const { client: other } = await subscribed('ems-10')
    await gate.register('ems-10', 'client', [])
    delays.pass(TICK_MS)
    assert.equal((await other.closed).code, 4403)
  })

  test('one client has a bounded number of connections', async () => {
    const open = await Promise.all(Array.from({ length: 16 }, () => connect('bob')))
    const { status, body } = await refused(connect('bob'))
    assert.deepEqual([status, body.error.code], [429, 'RATE_LIMITED'])
    for (const client of open) await client.close()
    await (await connect('bob')).close()
  })

  test('who answers no ping is cut off, and who does stays', async () => {
    const { client: dead } = await subscribed('bob', { subscribe: ['alerts'] })
    const { client: alive } = await subscribed('alice', { subscribe: ['alerts'] })
    dead.socket.pause()
    for (let ms = 0; ms < 60_000; ms += TICK_MS) {
      delays.pass(TICK_MS)
      if (ms % 5_000 === 0) await alive.settled()
    }
    dead.socket.resume()
    assert.equal((await dead.closed).code, 1008)
    await alive.settled()
    await alive.close()
  })
})

describe('live feed at the end of the gate', () => {
  test('says so to its clients', async () => {
    const gate = await RestGate.start({})
    await tellSmallFirm(gate)
    const client = await FeedClient.connect(gate.url, gate.tokens.get('alice') as string)
    await client.subscribe(EVERYTHING)
    await Promise.all([gate.close(), client.closed])
    assert.deepEqual(await client.closed, { code: 1001, reason: 'the gate ends' })
  })
})

describe('live feed with TLS', () => {
  test('goes over the certificate of the listener, and counts as a connection that has shown who it is', async () => {
    const gate = await RestGate.start({ tls: TEST_CERTIFICATE })
    try {
      await gate.register('watch', 'client', ['risk:read', 'audit:read'])
      const url = gate.url.replace('127.0.0.1', 'localhost')
      const options = { ca: TEST_CERTIFICATE.cert, origin: url }
      const client = await FeedClient.connect(url, gate.tokens.get('watch') as string, options)
      assert.equal((await client.subscribe({ subscribe: ['state'] })).sees, 'all')
      assert.equal((await client.next('state')).readiness, 'ready')
      const plain = { ...options, origin: url.replace('https', 'http') }
      await assert.rejects(FeedClient.connect(url, gate.tokens.get('watch') as string, plain), { status: 403 })
      await client.close()
    } finally {
      await gate.close()
    }
  })
})

/** A block whose tape nobody writes over. */
function copyOf({ tape, start, end, ...rest }: Block): Block {
  const copy = new (tape.constructor as new (buffer: ArrayBuffer) => typeof tape)(tape.buffer.slice(0))
  copy.end = tape.end
  return { ...rest, tape: copy, start, end }
}
