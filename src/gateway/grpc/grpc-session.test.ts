/** The order session over gRPC against the real engine: the same session as over the lean wire, and what gRPC adds. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { status } from '@grpc/grpc-js'
import { bearer, type GrpcSession } from '../../simulator/grpc-client.ts'
import { GrpcGate } from '../../simulator/grpc-gate.ts'
import { LeanClient } from '../../simulator/lean-client.ts'
import type { ClientBody, SessionClient } from '../../simulator/session-client.ts'
import { GOOD_ORDER } from '../../simulator/small-firm.ts'
import { Outcome } from '../../wire/portcullis/v1/decisions.gen.ts'
import { CODE_TRAILER, PROFILE_TRAILER } from './call-status.ts'

describe('gRPC order session', () => {
  let world: GrpcGate
  const newOrder = (change: object = {}): ClientBody => ({ $case: 'newOrder', value: world.order(change) })
  const kinds = ({ messages }: SessionClient) => messages.map(({ refSeq, body }) => `${refSeq} ${body?.$case}`)

  before(async () => {
    world = await GrpcGate.start()
  })
  after(() => world.close())

  test('carries batches both ways: orders, replaces, cancels, executions, quotes; decisions and results', async () => {
    const client = await world.session('ems-1')
    const venue = await world.session('venue-1')
    const feed = await world.session('feed-1')
    const first = world.order()
    client.send({ $case: 'newOrder', value: first }, newOrder({ orderQty: '800' }), newOrder())
    await client.next('decision', ({ refSeq }) => refSeq === 3)
    const outcomes = client.messages.flatMap(({ body }) => (body?.$case === 'decision' ? [body.value.outcome] : []))
    assert.deepEqual(outcomes, [Outcome.OUTCOME_APPROVED, Outcome.OUTCOME_REJECTED, Outcome.OUTCOME_APPROVED])
    const report = { execType: 'New', symbol: GOOD_ORDER.symbol, owner: 'ems-1', clOrdID: first.clOrdID }
    venue.send(
      { $case: 'execution', value: { ...report, execID: 'E-1' } },
      { $case: 'execution', value: { ...report, execID: 'E-2', execType: 'Fill', lastQty: '100', lastPx: '1668' } },
    )
    await venue.next('result', ({ refSeq }) => refSeq === 2)
    assert.deepEqual(kinds(venue), ['0 loggedOn', '1 result', '2 result'])
    assert.ok(venue.messages.every(({ body }) => body?.$case !== 'result' || body.value.applied))
    const quote = { symbol: GOOD_ORDER.symbol, feed: 'SSE-L2', bidPx: '1667.90', askPx: '1668.10' }
    feed.send({ $case: 'quote', value: quote }, { $case: 'feedHeartbeat', value: { feed: 'SSE-L2' } })
    assert.equal((await feed.next('result', ({ refSeq }) => refSeq === 2)).value.applied, true)
    const third = world.order()
    const { clOrdID: origClOrdID } = third
    client.send(
      { $case: 'newOrder', value: third },
      { $case: 'replace', value: { origClOrdID, clOrdID: `${origClOrdID}-2`, orderQty: '200', price: '1667' } },
      { $case: 'cancel', value: { origClOrdID: 'none' } },
    )
    const cancelled = await client.next('cancel', ({ refSeq }) => refSeq === 6)
    assert.deepEqual([cancelled.value.durable, cancelled.value.reason?.code], [true, 'UNKNOWN_ORDER'])
    assert.deepEqual(kinds(client).slice(-3), ['4 decision', '5 decision', '6 cancel'])
    for (const one of [client, venue, feed]) one.close()
  })

  test('a client has one session, whichever wire it comes by, and resumes over the other', async () => {
    const lean = await LeanClient.connect(world.lean.address)
    const { epoch } = await lean.logOn(world.token('ems-1'))
    const sent = newOrder()
    const decided = await lean.ask('decision', sent)
    const grpc = world.channel().session()
    const resumed = await grpc.logOn(world.token('ems-1'), { epoch, lastSeenSeq: 0 })
    assert.equal((await lean.logout()).code, 'SESSION_REPLACED')
    assert.deepEqual([resumed.resumed, resumed.lastTakenSeq], [true, 1])
    assert.deepEqual((await grpc.next('decision')).value, decided.value)
    grpc.seq = resumed.lastTakenSeq
    await grpc.ask('decision', newOrder())
    const back = await LeanClient.connect(world.lean.address)
    const again = await back.logOn(world.token('ems-1'), { epoch, lastSeenSeq: 1 })
    const { code, metadata } = await grpc.closed
    assert.deepEqual([code, metadata.get(CODE_TRAILER)], [status.ABORTED, ['SESSION_REPLACED']])
    assert.equal((await grpc.next('logout')).value.code, 'SESSION_REPLACED')
    assert.deepEqual([again.resumed, again.lastTakenSeq], [true, 2])
    assert.equal((await back.next('decision')).seq, 2)
    back.close()
    await back.closed
  })

  test('the token may come in the metadata, where the logon has none', async () => {
    const client = world.channel().session(bearer(world.token('ems-1')))
    assert.equal((await client.logOn('')).session, 'ems-1')
    client.tell({ $case: 'logout', value: { code: '', text: '' } })
    const { code, metadata } = await client.closed
    assert.deepEqual([code, metadata.get(PROFILE_TRAILER)], [status.OK, ['DEMO']])
    const other = world.channel().session(bearer('x.y.z'))
    assert.equal((await other.logOn(world.token('ems-1'))).session, 'ems-1', 'the token of the logon counts')
    other.close()
    const none = world.channel().session()
    await assert.rejects(none.logOn(''))
    assert.equal((await none.closed).code, status.UNAUTHENTICATED)
  })

  const logOn = (token: () => string, more: object = {}) => {
    return (client: GrpcSession) => void client.logOn(token(), more).catch(() => {})
  }
  const ENDS: readonly (readonly [string, (client: GrpcSession) => void, string, status])[] = [
    ['a command before the logon', (client) => client.send(newOrder()), 'LOGON_EXPECTED', status.FAILED_PRECONDITION],
    [
      'bytes that are no request',
      (client) => client.write(Buffer.from([8, 1])),
      'MALFORMED_MESSAGE',
      status.INVALID_ARGUMENT,
    ],
    ['an empty request', (client) => client.write(Buffer.alloc(0)), 'MALFORMED_MESSAGE', status.INVALID_ARGUMENT],
    ['a token that is none', logOn(() => 'x.y.z'), 'UNAUTHENTICATED', status.UNAUTHENTICATED],
    ['a person', logOn(() => world.token('alice')), 'FORBIDDEN', status.PERMISSION_DENIED],
    ['a version of the future', logOn(() => 'x', { version: 2 }), 'LOGON_EXPECTED', status.FAILED_PRECONDITION],
  ]
  for (const [name, begin, said, expected] of ENDS) {
    test(`${name}: ${said}, and the call ends with ${status[expected]}`, async () => {
      const client = world.channel().session()
      begin(client)
      const { code, metadata } = await client.closed
      assert.equal((await client.next('logout')).value.code, said)
      assert.deepEqual([code, metadata.get(CODE_TRAILER)], [expected, [said]])
    })
  }

  test('a number that is missing ends the session, and nothing of it is taken', async () => {
    const client = await world.session('ems-1')
    const { seq } = world
    client.sendMessages([{ seq: 2, body: newOrder() }])
    const { code, metadata } = await client.closed
    assert.deepEqual([code, metadata.get(CODE_TRAILER)], [status.FAILED_PRECONDITION, ['SEQUENCE_GAP']])
    assert.equal(world.seq, seq)
  })

  test('who sends no more gets what it waits for, and the end', async () => {
    const client = world.channel().session()
    void client.logOn(world.token('ems-1'))
    client.send(newOrder(), newOrder())
    client.halfClose()
    assert.equal((await client.closed).code, status.OK)
    assert.deepEqual(kinds(client), ['0 loggedOn', '1 decision', '2 decision', '0 logout'])
  })

  test('silence ends a session; heartbeats come from the decision loop', async () => {
    const client = await world.session('ems-1', { heartbeatMs: 1_000 })
    world.delays.pass(1_000)
    world.gate.timer.fire()
    world.gate.timer.fire()
    assert.equal((await client.next('heartbeat')).value.durableSeq, world.gate.sequencer.durableSeq)
    world.delays.pass(2_500)
    world.delays.pass(250)
    const { code, metadata } = await client.closed
    assert.deepEqual([code, metadata.get(CODE_TRAILER)], [status.ABORTED, ['HEARTBEAT_MISSED']])
    assert.equal((await world.session('ems-1')).isClosed, false, 'it may come back')
  })

  test('a message over the bound of a frame ends the call, and nothing of it is taken', async () => {
    const client = await world.session('ems-1')
    const { seq } = world
    client.send(...Array.from({ length: 4_000 }, () => newOrder()))
    assert.equal((await client.closed).code, status.RESOURCE_EXHAUSTED)
    assert.equal(world.seq, seq)
  })

  test('a deadline of the call ends the session', async () => {
    const client = world.channel().session(undefined, { deadline: Date.now() + 200 })
    await client.logOn(world.token('ems-1'))
    assert.equal((await client.closed).code, status.DEADLINE_EXCEEDED)
  })

  test('a kill is told to all, and its orders are asked for until they have ended', async () => {
    const client = await world.session('ems-1')
    const venue = await world.session('venue-1')
    const { clOrdID } = (await client.ask('decision', newOrder())).value
    const kill = await world.gate.send('alice', 'POST', '/kill', { desk: 'CASH-EQ', reason: 'test' })
    assert.equal(kill.body.outcome, 'APPLIED')
    const ofOrder = ({ body }: { body?: { $case: string; value: object } | undefined }) =>
      body?.$case === 'cancelRequested' && (body.value as { clOrdID: string }).clOrdID === clOrdID
    for (const one of [client, venue]) {
      const { value } = await one.next('kill')
      assert.deepEqual([value.latch, value.state], [kill.body.id, 'KILLED'])
      assert.equal((await one.next('cancelRequested', ofOrder)).value.owner, 'ems-1')
    }
    const told = venue.messages.filter(ofOrder).length
    world.delays.pass(1_250)
    const execution = { execID: 'E-9', execType: 'Canceled', symbol: GOOD_ORDER.symbol, owner: 'ems-1', clOrdID }
    await venue.ask('result', { $case: 'execution', value: execution })
    assert.equal(venue.messages.filter(ofOrder).length, told + 1, 'asked for again after a second')
    client.close()
    venue.close()
  })

  test('the end of the gate ends sessions with their word', async () => {
    const client = await world.session('ems-1')
    await world.close()
    const { code, metadata } = await client.closed
    assert.deepEqual([code, metadata.get(CODE_TRAILER)], [status.UNAVAILABLE, ['NOT_READY']])
    assert.equal((await client.next('logout')).value.code, 'NOT_READY')
  })
})
