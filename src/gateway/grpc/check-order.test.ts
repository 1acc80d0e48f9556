/** The unary check against the real engine: what REST answers, exact to the last digit, statuses, deadlines, held orders. */
import assert from 'node:assert/strict'
import type { ClientHttp2Session } from 'node:http2'
import { after, before, describe, test } from 'node:test'
import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { bearer, CHECK_ORDER, type GrpcChannel } from '../../simulator/grpc-client.ts'
import { GrpcGate } from '../../simulator/grpc-gate.ts'
import { framed, http2To, RawGrpcCall } from '../../simulator/raw-grpc-call.ts'
import { GOOD_ORDER } from '../../simulator/small-firm.ts'
import { Outcome } from '../../wire/portcullis/v1/decisions.gen.ts'
import { CheckOrderRequest, CheckOrderResponse } from '../../wire/portcullis/v1/gate_service.gen.ts'
import { CODE_TRAILER, FIELD_TRAILER, PROFILE_TRAILER, RETRY_TRAILER } from './call-status.ts'

const RATE = 200

describe('gRPC unary check', () => {
  let world: GrpcGate
  let channel: GrpcChannel
  let http2: ClientHttp2Session

  before(async () => {
    world = await GrpcGate.start({ requestsPerSecondMax: RATE })
    channel = world.channel()
    http2 = http2To(world.grpc.address)
  })
  after(async () => {
    http2.destroy()
    await world.close()
  })

  const request = (order: object) => Buffer.from(CheckOrderRequest.encode({ order }).finish())
  const refusal = (bytes: Buffer, metadata = bearer(world.token('ems-1'))) =>
    channel.refusal(CHECK_ORDER, bytes, metadata)
  const told = ({ code, metadata }: ServiceError) => [
    code,
    metadata.get(CODE_TRAILER)[0],
    metadata.get(FIELD_TRAILER)[0] ?? '',
  ]

  test('answers an order with what REST answers', async () => {
    const order = world.order()
    const { decision } = await channel.checkOrder(world.token('ems-1'), order)
    assert.equal(decision?.outcome, Outcome.OUTCOME_APPROVED)
    const { body } = await world.gate.send('ems-1', 'POST', '/orders', order)
    assert.deepEqual(
      [body.duplicate, body.seq, body.token, body.orderID],
      [true, decision.seq, decision.token, decision.orderID],
    )
    const rejected = world.order({ orderQty: '800' })
    const refused = (await channel.checkOrder(world.token('ems-1'), rejected)).decision
    assert.deepEqual([refused?.outcome, refused?.reason?.code], [Outcome.OUTCOME_REJECTED, 'MAX_ORDER_NOTIONAL'])
    assert.equal(refused?.token, undefined, 'a rejected order is an answer, not an error')
  })

  test('digits arrive as they were sent, and nothing is rounded', async () => {
    const COIN = {
      ...{ symbol: 'XBT-1', priceDecimals: 9, qtyDecimals: 0, tick: '0.000000001', lot: '1', qtyMax: '1000000' },
      ...{ currency: 'CNY', sector: 'STAPLES', assetClass: 'EQUITY', feed: 'SSE-L2', priorClose: '0.3' },
    }
    assert.equal((await world.gate.send('ops-1', 'POST', '/instruments', COIN)).body.outcome, 'APPLIED')
    const quote = { symbol: 'XBT-1', feed: 'SSE-L2', bidPx: '0.3', askPx: '0.300000001' }
    assert.equal((await world.gate.send('feed-1', 'POST', '/quotes', quote)).body.outcome, 'APPLIED')
    // 0.1 + 0.2 as doubles is not 0.3; a double has no 0.300000001 either.
    for (const [price, echoed] of [
      ['0.300000001', '0.300000001'],
      ['0.3', '0.3'],
      ['0.299999999', '0.299999999'],
      ['0.300000000', '0.3'],
    ]) {
      const order = world.order({ symbol: 'XBT-1', price, orderQty: '7' })
      const { decision } = await channel.checkOrder(world.token('ems-1'), order)
      assert.deepEqual(
        [decision?.outcome, decision?.order?.price],
        [Outcome.OUTCOME_APPROVED, echoed],
        decision?.reason?.text,
      )
    }
    for (const [field, text, code] of [
      ['price', '0.3000000001', 'TOO_MANY_DECIMALS'],
      ['price', '0.30000000000000004', 'TOO_MANY_DECIMALS'],
      ['price', '1e-1', 'NOT_A_DECIMAL'],
      ['orderQty', '9007199254740993', 'OUT_OF_RANGE'],
    ] as const) {
      const error = await refusal(request(world.order({ symbol: 'XBT-1', price: '0.3', [field]: text })))
      assert.deepEqual(told(error), [status.INVALID_ARGUMENT, code, field], text)
    }
  })

  test('what is no command ends with a status, and the code, the field and the words of the gate', async () => {
    const order = request(world.order())
    const asNobody = new Metadata()
    const rows: readonly (readonly [string, Buffer, Metadata | undefined, readonly unknown[]])[] = [
      ['no token', order, asNobody, [status.UNAUTHENTICATED, 'UNAUTHENTICATED', 'authorization']],
      ['a bad token', order, bearer('x.y.z'), [status.UNAUTHENTICATED, 'UNAUTHENTICATED', 'authorization']],
      ['no duty', order, bearer(world.token('venue-1')), [status.PERMISSION_DENIED, 'FORBIDDEN', '']],
      ['a person', order, bearer(world.token('alice')), [status.PERMISSION_DENIED, 'FORBIDDEN', '']],
      ['nothing', Buffer.alloc(0), undefined, [status.INVALID_ARGUMENT, 'MISSING_FIELD', 'order']],
      ['two orders', Buffer.concat([order, order]), undefined, [status.INVALID_ARGUMENT, 'DUPLICATE_KEY', 'order']],
      [
        'a field of the future',
        Buffer.concat([order, Buffer.from([16, 1])]),
        undefined,
        [status.INVALID_ARGUMENT, 'UNKNOWN_FIELD', 'CheckOrderRequest.2'],
      ],
      [
        'half an order',
        order.subarray(0, 9),
        undefined,
        [status.INVALID_ARGUMENT, 'MALFORMED_MESSAGE', 'CheckOrderRequest'],
      ],
      ['no symbol', request({ clOrdID: 'X' }), undefined, [status.INVALID_ARGUMENT, 'MISSING_FIELD', 'symbol']],
      [
        'no price',
        request(world.order({ price: 'much' })),
        undefined,
        [status.INVALID_ARGUMENT, 'NOT_A_DECIMAL', 'price'],
      ],
    ]
    const { seq } = world
    for (const [name, bytes, metadata, expected] of rows) {
      const error = await refusal(bytes, metadata).catch((cause) => assert.fail(`${name}: ${cause}`))
      assert.deepEqual(told(error), expected, name)
      assert.ok(error.details.length > 10, name)
      assert.deepEqual(error.metadata.get(PROFILE_TRAILER), ['DEMO'])
    }
    assert.equal(world.seq, seq, 'nothing of it was sequenced')
    assert.equal((await channel.refusal('/portcullis.v1.GateService/None', order)).code, status.UNIMPLEMENTED)
  })

  test('the rate of the client, whatever its wires, refuses and says how long', async () => {
    world.delays.pass(1_000)
    for (let sent = 0; sent < RATE - 1; sent++) await world.gate.send('ems-1', 'GET', '/orders/none')
    await channel.checkOrder(world.token('ems-1'), world.order())
    const error = await refusal(request(world.order()))
    assert.deepEqual(told(error), [status.RESOURCE_EXHAUSTED, 'RATE_LIMITED', 'client'])
    assert.deepEqual(error.metadata.get(RETRY_TRAILER), ['1000'])
    world.delays.pass(1_000)
    await channel.checkOrder(world.token('ems-1'), world.order())
  })

  test('a revoked token is good no more, also on a connection that has shown it', async () => {
    await world.gate.register('ems-9', 'client', ['orders:write'])
    const own = world.channel()
    const before = await own.checkOrder(world.token('ems-9'), world.order()).catch((error: ServiceError) => error)
    assert.ok(!(before instanceof Error) || before.code !== status.UNAUTHENTICATED)
    world.gate.deny.deny('client', 'ems-9')
    const error = await own.refusal(CHECK_ORDER, request(world.order()), bearer(world.token('ems-9')))
    assert.deepEqual(told(error), [status.UNAUTHENTICATED, 'UNAUTHENTICATED', 'authorization'])
  })

  test('a call that comes after its deadline is not decided', async () => {
    const { seq } = world
    const order = world.order()
    const headers = { authorization: `Bearer ${world.token('ems-1')}`, 'grpc-timeout': '1n' }
    const call = new RawGrpcCall(http2, CHECK_ORDER, headers).read()
    call.stream.end(framed(request(order)))
    await call.answered
    assert.equal(call.status, status.DEADLINE_EXCEEDED)
    assert.equal(world.seq, seq)
    const { decision } = await channel.checkOrder(world.token('ems-1'), order)
    assert.deepEqual([decision?.duplicate, decision?.outcome], [false, Outcome.OUTCOME_APPROVED])
  })

  test('whose deadline passes while it is decided asks again, and gets the first decision', async () => {
    world.gate.journal.hold()
    const order = world.order()
    const { seq } = world
    const late = channel.checkOrder(world.token('ems-1'), order, { deadline: Date.now() + 150 })
    await assert.rejects(late, { code: status.DEADLINE_EXCEEDED })
    assert.equal(world.seq, seq + 1, 'it is on its way to the disk')
    world.gate.journal.flow()
    const { decision } = await channel.checkOrder(world.token('ems-1'), order)
    assert.deepEqual([decision?.duplicate, decision?.seq], [true, seq + 1])
    assert.match(decision?.token ?? '', /^pa1\./, 'reserved once, and the order may go')
  })

  test('who cancels the call asks again likewise', async () => {
    world.gate.journal.hold()
    const order = world.order()
    const call = new RawGrpcCall(http2, CHECK_ORDER, { authorization: `Bearer ${world.token('ems-1')}` }).read()
    call.stream.end(framed(request(order)))
    while (!world.gate.journal.isHolding) await world.gate.send('ems-1', 'GET', '/healthz')
    call.stream.close()
    await call.closed
    world.gate.journal.flow()
    const { decision } = await channel.checkOrder(world.token('ems-1'), order)
    assert.equal(decision?.duplicate, true)
  })

  test('the answer of a call is one message that any reader of the contract reads', async () => {
    const call = new RawGrpcCall(http2, CHECK_ORDER, { authorization: `bearer ${world.token('ems-1')}` })
    const answers: CheckOrderResponse[] = []
    call.read((message) => void answers.push(CheckOrderResponse.decode(message)))
    call.stream.end(framed(request(world.order())))
    await call.answered
    assert.deepEqual([answers.length, call.status, call.said[PROFILE_TRAILER]], [1, status.OK, 'DEMO'])
  })

  test('is unavailable while the journal is down, and while the gate ends', async () => {
    world.gate.journal.failNext(new Error('EIO'))
    assert.deepEqual(told(await refusal(request(world.order()))), [status.UNAVAILABLE, 'OUTCOME_UNKNOWN', ''])
    assert.deepEqual(told(await refusal(request(world.order()))), [status.UNAVAILABLE, 'JOURNAL_UNAVAILABLE', ''])
  })
})

test('a held order waits for its decision; the end of the gate gives it up, in bounded time', async () => {
  const world = await GrpcGate.start()
  const mode = { kind: 'OWNER', name: 'HOUSE', cancelRestingFirst: true }
  assert.equal((await world.gate.send('ops-1', 'POST', '/hierarchy', mode)).body.outcome, 'APPLIED')
  const channel = world.channel()
  const check = (change: object) => channel.checkOrder(world.token('ems-1'), world.order(change))
  const resting = (await check({ side: 'SellShort' })).decision
  const waits = check({ holdUs: '30000000' })
  const { decision: other } = await check({ price: '1660.00' })
  assert.equal(other?.outcome, Outcome.OUTCOME_APPROVED, 'others are answered meanwhile')
  const report = { execType: 'Canceled', symbol: GOOD_ORDER.symbol, owner: 'ems-1', clOrdID: resting?.clOrdID }
  const applied = await world.gate.send('venue-1', 'POST', '/executions', { ...report, execID: 'E-1' })
  assert.equal(applied.body.outcome, 'APPLIED')
  assert.equal((await waits).decision?.outcome, Outcome.OUTCOME_APPROVED)
  const { decision: bought } = await check({ price: '1660.00' })
  const given = check({ side: 'SellShort', price: '1660.00', holdUs: '30000000' }).catch((error: ServiceError) => error)
  await check({ price: '1650.00' })
  await world.close()
  const error = await given
  assert.ok(error instanceof Error, `${bought?.clOrdID} rests, and who would trade with it is held`)
  assert.deepEqual([error.code, error.metadata.get(CODE_TRAILER)], [status.UNAVAILABLE, ['OUTCOME_UNKNOWN']])
})
