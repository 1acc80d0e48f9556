/** The lean session over a real socket against the real engine: logon, numbers, answers, resume, ends. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { CANCEL_ORDER } from '../../model/records/commands.ts'
import { type ClientBody, LeanClient } from '../../simulator/lean-client.ts'
import { HandDelays } from '../../simulator/made-up-world.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'
import { TEST_CERTIFICATE } from '../../simulator/test-certificate.ts'
import { Outcome } from '../../wire/portcullis/v1/decisions.gen.ts'
import { CONNECTION_BOUNDS } from '../connections.ts'
import type { SocketListener } from '../socket-listener.ts'
import { listenLean } from './lean-listener.ts'
import { Sessions } from './sessions.ts'

const isLatch = (body: { readonly $case: string; readonly value: object } | undefined, id: number) =>
  body?.$case === 'kill' && (body.value as { latch: number }).latch === id

describe('lean session', () => {
  let gate: RestGate
  let sessions: Sessions
  let listener: SocketListener
  const delays = new HandDelays()
  let ids = 0
  const order = (change: object = {}): ClientBody => ({
    $case: 'newOrder',
    value: { ...GOOD_ORDER, orderQty: '100', clOrdID: `L-${++ids}`, ...change },
  })
  const token = (name: string) => gate.tokens.get(name) as string
  const connected = async (name = 'ems-1', more = {}) => {
    const client = await LeanClient.connect(listener.address)
    const loggedOn = await client.logOn(token(name), more)
    return { client, loggedOn }
  }

  before(async () => {
    gate = await RestGate.start({ delays, rates: { each: {}, named: new Map() } })
    await tellSmallFirm(gate)
    sessions = new Sessions(gate.server.services, delays)
    gate.listeners.push((block) => sessions.published(block))
    listener = await listenLean(sessions, { port: 0, host: '127.0.0.1' })
  })
  after(async () => {
    sessions.close()
    await listener.close()
    await gate.close()
  })

  test('says who it is, and answers an order with what REST answers', async () => {
    const { client, loggedOn } = await connected()
    assert.equal(loggedOn.firm, 'ACME')
    assert.equal(loggedOn.session, 'ems-1')
    assert.equal(loggedOn.resumed, false)
    const { seq, refSeq, value } = await client.ask('decision', order())
    assert.equal(seq, 1)
    assert.equal(refSeq, 1)
    assert.equal(value.outcome, Outcome.OUTCOME_APPROVED, JSON.stringify(value))
    assert.equal(value.order?.price, '1668')
    assert.match(value.token ?? '', /^pa1\./)
    const again = await gate.send('ems-1', 'POST', '/orders', {
      ...GOOD_ORDER,
      orderQty: '100',
      clOrdID: value.clOrdID,
    })
    assert.equal(again.body.duplicate, true)
    assert.equal(again.body.token, value.token, 'the same token: it is one order')
    assert.equal(again.body.seq, value.seq)
    client.close()
  })

  test('a reject says what, by how much, and how much would have passed', async () => {
    const { client } = await connected()
    const { value } = await client.ask('decision', order({ orderQty: '800' }))
    assert.equal(value.outcome, Outcome.OUTCOME_REJECTED)
    assert.equal(value.reason?.code, 'MAX_ORDER_NOTIONAL')
    assert.equal(value.token, undefined)
    assert.deepEqual(value.breaches[0]?.limit, { value: '1000000.00', unit: 'CNY' })
    assert.deepEqual(value.breaches[0]?.subject, { kind: 'ACCOUNT', name: 'ACC-7' })
    assert.match(value.qtyPassing ?? '', /^\d+$/)
    client.close()
  })

  test('replace, cancel, not-sent and reports; answers come in the order of the commands', async () => {
    const { client } = await connected()
    const { client: venue } = await connected('venue-1')
    const first = await client.ask('decision', order())
    const clOrdID = first.value.clOrdID
    const ack: ClientBody = {
      $case: 'execution',
      value: { execID: 'E-1', execType: 'New', symbol: GOOD_ORDER.symbol, owner: 'ems-1', clOrdID },
    }
    assert.equal((await venue.ask('result', ack)).value.applied, true)
    client.send(
      { $case: 'replace', value: { origClOrdID: clOrdID, clOrdID: `${clOrdID}-2`, orderQty: '200', price: '1667.00' } },
      { $case: 'cancel', value: { origClOrdID: clOrdID } },
      { $case: 'notSent', value: { clOrdID } },
    )
    const refused = await client.next('result', ({ refSeq }) => refSeq === client.seq)
    assert.equal(refused.value.applied, false)
    assert.equal(refused.value.reason?.code, 'NOT_SENT_REFUSED')
    const kinds = client.messages.filter(({ seq }) => seq > 1).map(({ refSeq, body }) => `${refSeq} ${body?.$case}`)
    assert.deepEqual(kinds, ['2 decision', '3 cancel', '4 result'])
    client.close()
    venue.close()
  })

  test('what is wrong with a command is said of its number, and the session goes on', async () => {
    const { client } = await connected()
    const bad = await client.ask('refused', order({ orderQty: '1e3' }))
    assert.equal(bad.value.code, 'NOT_A_DECIMAL')
    assert.equal(bad.value.field, 'orderQty')
    const quote: ClientBody = { $case: 'quote', value: { symbol: 'X', feed: 'F' } }
    assert.equal((await client.ask('refused', quote)).value.code, 'FORBIDDEN')
    assert.equal((await client.ask('decision', order())).value.outcome, Outcome.OUTCOME_APPROVED)
    client.close()
  })

  test('what a session sends is counted with what REST sends', async () => {
    const { client } = await connected()
    const { metrics } = gate.server.services
    const counts = () => [
      metrics.blocks.orders('APPROVED'),
      metrics.blocks.replaces('APPROVED'),
      metrics.blocks.commands(CANCEL_ORDER.type),
      metrics.counter('requests_refused_total', 'code="FORBIDDEN",wire="session"').value,
    ]
    const before = counts()
    const { clOrdID } = (await client.ask('decision', order())).value
    const replaced = { origClOrdID: clOrdID, clOrdID: `L-${++ids}`, orderQty: '100', price: '1667' }
    await client.ask('decision', { $case: 'replace', value: replaced })
    await client.ask('cancel', { $case: 'cancel', value: { origClOrdID: clOrdID } })
    await client.ask('refused', { $case: 'feedHeartbeat', value: { feed: 'SSE-L2' } })
    assert.deepEqual(
      counts(),
      before.map((count) => count + 1),
    )
    client.close()
    await client.closed
  })

  test('who comes back is told what it missed, and what it sends again is not taken twice', async () => {
    const { client, loggedOn } = await connected()
    const { value } = await client.ask('decision', order())
    const second = order()
    client.send(second)
    await client.next('decision', ({ refSeq }) => refSeq === 2)
    client.close()
    await client.closed
    const back = await LeanClient.connect(listener.address)
    const resumed = await back.logOn(token('ems-1'), { epoch: loggedOn.epoch, lastSeenSeq: 1 })
    assert.equal(resumed.resumed, true)
    assert.equal(resumed.lastTakenSeq, 2)
    const missed = await back.next('decision')
    assert.equal(missed.seq, 2)
    assert.equal(missed.refSeq, 2)
    back.sendMessages([
      { seq: 2, body: second },
      { seq: 3, body: order() },
    ])
    const third = await back.next('decision', ({ refSeq }) => refSeq === 3)
    assert.equal(third.seq, 3, 'the second was not decided again')
    assert.notEqual(third.value.clOrdID, value.clOrdID)
    back.close()
  })

  test('who begins anew begins at 1, and asks for the fate of an order by sending it again', async () => {
    const { client } = await connected()
    const sent = order()
    const first = await client.ask('decision', sent)
    client.close()
    await client.closed
    const { client: anew, loggedOn } = await connected()
    assert.equal(loggedOn.resumed, false)
    assert.equal(loggedOn.lastTakenSeq, 0)
    const again = await anew.ask('decision', sent)
    assert.equal(again.value.duplicate, true)
    assert.equal(again.value.seq, first.value.seq)
    anew.close()
  })

  test('a newer connection of the client takes the session over', async () => {
    const { client } = await connected()
    const { client: newer } = await connected()
    assert.equal((await client.logout()).code, 'SESSION_REPLACED')
    assert.equal((await newer.ask('decision', order())).value.outcome, Outcome.OUTCOME_APPROVED)
    newer.close()
  })

  const ENDS: readonly (readonly [string, (client: LeanClient) => void, string])[] = [
    ['a command before the logon', (client) => client.send(order()), 'LOGON_EXPECTED'],
    ['bytes that are no frame', (client) => client.socket.write(Buffer.alloc(8, 0xff)), 'MALFORMED_MESSAGE'],
    ['an empty frame', (client) => client.socket.write(Buffer.alloc(4)), 'MALFORMED_MESSAGE'],
    [
      'a frame that is no request',
      (client) => client.socket.write(Buffer.from([2, 0, 0, 0, 8, 1])),
      'MALFORMED_MESSAGE',
    ],
    ['a token that is none', (client) => void client.logOn('x.y.z').catch(() => {}), 'UNAUTHENTICATED'],
    ['a version of the future', (client) => void client.logOn('x', { version: 2 }).catch(() => {}), 'LOGON_EXPECTED'],
  ]
  for (const [name, begin, code] of ENDS) {
    test(`${name}: ${code}, and the connection ends`, async () => {
      const client = await LeanClient.connect(listener.address)
      begin(client)
      assert.equal((await client.logout()).code, code)
    })
  }

  test('a number that is missing ends the session, and nothing of it is taken', async () => {
    const { client } = await connected()
    const before = gate.engine.view.seq
    client.sendMessages([{ seq: 2, body: order() }])
    assert.equal((await client.logout()).code, 'SEQUENCE_GAP')
    assert.equal(gate.engine.view.seq, before)
  })

  test('a person has no session, and a second logon ends one', async () => {
    const person = await LeanClient.connect(listener.address)
    person.logOn(token('alice')).catch(() => {})
    assert.equal((await person.logout()).code, 'FORBIDDEN')
    const { client } = await connected()
    client.logOn(token('ems-1')).catch(() => {})
    assert.equal((await client.logout()).code, 'LOGON_EXPECTED')
  })

  test('a revoked token ends a running session within a check', async () => {
    const { client } = await connected('ems-2')
    gate.deny.deny('client', 'ems-2')
    delays.pass(250)
    assert.equal((await client.logout()).code, 'UNAUTHENTICATED')
  })

  test('silence ends a session; heartbeats come from the decision loop', async () => {
    const { client } = await connected('ems-1', { heartbeatMs: 1_000 })
    delays.pass(1_000)
    // The first finds the stream busy a moment ago, the second finds it idle.
    gate.timer.fire()
    gate.timer.fire()
    const beat = await client.next('heartbeat')
    assert.equal(beat.value.durableSeq, gate.sequencer.durableSeq)
    client.tell({ $case: 'heartbeat', value: { durableSeq: 0, timeUs: 0 } })
    await client.ask('decision', order())
    delays.pass(2_250)
    await client.ask('decision', order())
    delays.pass(2_500)
    delays.pass(250)
    assert.equal((await client.logout()).code, 'HEARTBEAT_MISSED')
  })

  test('who does not log on is not waited for', async () => {
    const client = await LeanClient.connect(listener.address)
    await gate.send('ems-1', 'GET', '/health')
    delays.pass(5_250)
    assert.equal((await client.logout()).code, 'LOGON_EXPECTED')
  })

  test('connections that never finish a handshake give way to a client that does', async (t) => {
    const tls = await listenLean(sessions, { port: 0, host: '127.0.0.1' }, TEST_CERTIFICATE)
    const at = { host: '127.0.0.1', port: Number(tls.address.split(':').at(-1)) }
    const silent = Array.from({ length: CONNECTION_BOUNDS.unknownOfAddressMax }, () => connect(at))
    t.after(() => {
      for (const socket of silent) socket.destroy()
      return tls.close()
    })
    await Promise.all(silent.map((socket) => once(socket, 'connect')))
    const [oldest] = silent.map((socket) => socket.resume())
    const known = connectTls({ ...at, ca: TEST_CERTIFICATE.cert, servername: 'localhost' })
    t.after(() => void known.destroy())
    await once(known, 'secureConnect')
    known.write(Buffer.alloc(4))
    await once(known, 'data')
    assert.equal(oldest?.readableEnded, true, 'its end was sent before the answer to who came later')
    assert.equal(silent.filter(({ readableEnded }) => readableEnded).length, 1)
  })

  test('a Unix socket is for its owner alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lean-'))
    const path = join(folder, 'gate.sock')
    const unix = await listenLean(sessions, { path })
    assert.equal(statSync(path).mode & 0o777, 0o600)
    const client = await LeanClient.connect(path)
    await client.logOn(token('ems-1'))
    assert.equal((await client.ask('decision', order())).value.outcome, Outcome.OUTCOME_APPROVED)
    client.close()
    await client.closed
    await unix.close()
    rmSync(folder, { recursive: true })
  })

  test('what the gate has to say at once is cut into frames that a client can read', async () => {
    const { client, loggedOn } = await connected()
    const orders = Array.from({ length: 800 }, () => order({ orderQty: '800' }))
    client.send(...orders)
    await client.next('decision', ({ refSeq }) => refSeq === 800)
    client.close()
    await client.closed
    const back = await LeanClient.connect(listener.address)
    const resumed = await back.logOn(token('ems-1'), { epoch: loggedOn.epoch, lastSeenSeq: 0 })
    assert.equal(resumed.resumed, true)
    await back.next('decision', ({ refSeq }) => refSeq === 800)
    back.close()
  })

  test('a connection that was ended is gone, also where its client does not read what it was sent', async () => {
    const { client, loggedOn } = await connected()
    for (let round = 1; round <= 4; round++) {
      client.send(...Array.from({ length: 800 }, () => order({ orderQty: '800' })))
      await client.next('decision', ({ refSeq }) => refSeq === round * 800)
    }
    client.close()
    await client.closed
    const folder = mkdtempSync(join(tmpdir(), 'lean-'))
    const path = join(folder, 'gate.sock')
    const unix = await listenLean(sessions, { path })
    for (let deaf = 0; deaf < 3; deaf++) {
      const { socket } = await LeanClient.connect(path).then((one) => {
        one.socket.pause()
        one.logOn(token('ems-1'), { epoch: loggedOn.epoch, lastSeenSeq: 0 }).catch(() => {})
        return one
      })
      socket.once('end', () => {})
      await gate.send('ems-1', 'GET', '/health')
    }
    const { client: newest } = await connected()
    await newest.ask('decision', order())
    newest.close()
    await newest.closed
    // A listener is closed when its last connection is.
    await unix.close()
    rmSync(folder, { recursive: true })
  })

  test('no more is read than can be kept while the disk is slow, however large the commands are', async () => {
    const { client: venue } = await connected('venue-1', { window: 65_536 })
    gate.journal.hold()
    const text = 'x'.repeat(250_000)
    const sent = 200
    for (let at = 0; at < sent; at++) {
      const report = { execID: `T-${at}`, execType: 'New', symbol: GOOD_ORDER.symbol, owner: 'ems-1', clOrdID: 'q' }
      venue.send({ $case: 'execution', value: { ...report, text } })
    }
    await new Promise((settle) => setTimeout(settle, 300))
    const { waiting } = gate.sequencer
    gate.journal.flow()
    assert.ok(waiting < 50, `${waiting} wait`)
    await venue.next('result', ({ refSeq }) => refSeq === sent)
    venue.close()
  })

  test('a kill is told to all, and its orders are asked for until they have ended', async () => {
    const { client } = await connected()
    const { client: venue } = await connected('venue-1')
    const clOrdID = (await client.ask('decision', order())).value.clOrdID
    const kill = await gate.send('alice', 'POST', '/kill', { desk: 'CASH-EQ', reason: 'test' })
    assert.equal(kill.body.outcome, 'APPLIED')
    const ofOrder = ({ body }: { body?: { $case: string; value: object } | undefined }) =>
      body?.$case === 'cancelRequested' && (body.value as { clOrdID: string }).clOrdID === clOrdID
    for (const one of [client, venue]) {
      const { value } = await one.next('kill')
      assert.deepEqual(
        [value.latch, value.state, value.scope],
        [kill.body.id, 'KILLED', [{ kind: 'desk', name: 'CASH-EQ' }]],
      )
      const { value: request } = await one.next('cancelRequested', ofOrder)
      assert.deepEqual([request.owner, request.symbol, request.venue], ['ems-1', GOOD_ORDER.symbol, 'XSHG'])
    }
    assert.equal((await client.ask('decision', order())).value.reason?.code, 'KILLED')
    const told = venue.messages.filter(ofOrder).length
    delays.pass(1_250)
    await venue.ask('result', {
      $case: 'execution',
      value: { execID: 'E-9', execType: 'Canceled', symbol: GOOD_ORDER.symbol, owner: 'ems-1', clOrdID },
    })
    assert.equal(venue.messages.filter(ofOrder).length, told + 1, 'asked for again after a second')
    delays.pass(1_250)
    await venue.ask('result', {
      $case: 'execution',
      value: { execID: 'E-9', execType: 'Canceled', symbol: GOOD_ORDER.symbol, clOrdID: 'none' },
    })
    assert.equal(venue.messages.filter(ofOrder).length, told + 1, 'and no more once it has ended')
    client.close()
    await client.closed
    const { client: back } = await connected()
    assert.equal((await back.next('kill')).value.latch, kill.body.id, 'who comes back is told what is in force')
    back.close()
    venue.close()
  })

  test('who must refuse or cancel is told of every latch by name, and of one that ended while it was away', async () => {
    const { client: venue, loggedOn } = await connected('venue-1')
    const kill = await gate.send('alice', 'POST', '/kill', { account: 'ACC-8', strategy: 'manual', reason: 'test' })
    const { seq, value } = await venue.next('kill', ({ body }) => isLatch(body, kill.body.id))
    assert.deepEqual(value.scope, [
      { kind: 'account', name: 'ACC-8' },
      { kind: 'strategy', name: 'manual' },
    ])
    venue.close()
    await venue.closed
    const release = (as: string, step: object) =>
      gate.send(as, 'POST', `/latches/${kill.body.id}/release`, { reason: 'test', ...step })
    await release('alice', { step: 'request', rootCause: 'test' })
    assert.equal((await release('bob', { step: 'approve' })).body.outcome, 'APPLIED')
    const back = await LeanClient.connect(listener.address)
    const resumed = await back.logOn(token('venue-1'), { epoch: loggedOn.epoch, lastSeenSeq: seq })
    assert.equal(resumed.resumed, true)
    assert.equal((await back.next('kill', ({ body }) => isLatch(body, kill.body.id))).value.state, 'ACTIVE')
    back.close()
  })
})
