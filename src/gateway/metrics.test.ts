/** The metrics of a whole gate, read as strictly as the format is written, and held to the table of metrics. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { GrpcSession } from '../simulator/grpc-client.ts'
import { GrpcGate } from '../simulator/grpc-gate.ts'
import { type Family, readPrometheus, sampleOf } from '../simulator/prometheus-text.ts'
import { GOOD_ORDER } from '../simulator/small-firm.ts'
import { Metrics } from './metrics.ts'
import { label, METRICS } from './observe/metric-table.ts'
import { Stages, WIRES } from './observe/stages.ts'

/** Names and labels are those of the table. */
function assertOfTable(families: ReadonlyMap<string, Family>): void {
  for (const [name, { type, help, samples }] of families) {
    const row = METRICS[name.replace(/^portcullis_/, '')]
    assert.ok(row !== undefined, `${name} is not in the table`)
    assert.deepEqual([type, help], [row.type, row.help])
    const extra = row.type === 'histogram' ? ['le'] : []
    for (const { labels } of samples) {
      for (const key of Object.keys(labels)) assert.ok([...row.labels, ...extra].includes(key), `${name}: ${key}`)
    }
  }
}

async function ended(session: GrpcSession): Promise<void> {
  session.send({ $case: 'logout', value: { code: '', text: '' } })
  await session.closed
}

describe('metrics of a gate', () => {
  let world: GrpcGate
  before(async () => {
    world = await GrpcGate.start()
  })
  after(() => world.close())

  const read = async () => {
    const answer = await fetch(`${world.gate.url}/metrics`)
    assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
    const families = readPrometheus(await answer.text())
    assertOfTable(families)
    return (name: string, labels?: Record<string, string>) => sampleOf(families, `portcullis_${name}`, labels) ?? 0
  }
  const post = (path: string, body: object) => world.gate.send('ems-1', 'POST', path, body)

  test('each decision counts once, whatever its wire and whoever asks again', async () => {
    const was = await read()
    const order = { ...GOOD_ORDER, orderQty: '100' }
    await post('/orders', { ...order, clOrdID: 'M-1' })
    await post('/orders', { ...order, clOrdID: 'M-1' })
    await post('/orders', { ...order, clOrdID: 'M-2', account: 'NOWHERE' })
    await world.channel().checkOrder(world.token('ems-1'), world.order())
    const session = await world.session('ems-1')
    const { clOrdID } = (await session.ask('decision', { $case: 'newOrder', value: world.order() })).value
    await session.ask('decision', {
      $case: 'replace',
      value: { origClOrdID: clOrdID, clOrdID: 'M-3', orderQty: '100', price: '1667' },
    })
    await session.ask('cancel', { $case: 'cancel', value: { origClOrdID: clOrdID } })
    await ended(session)
    const now = await read()
    const more = (name: string, labels: Record<string, string>) => now(name, labels) - was(name, labels)
    const refused = { command: 'NewOrder', control: 'INSTRUMENT_PERMISSION', reason: 'UNKNOWN_ACCOUNT' }
    assert.deepEqual(
      {
        approved: more('orders_total', { outcome: 'APPROVED' }),
        again: more('orders_total', { outcome: 'DECIDED_EARLIER' }),
        rejected: more('orders_total', { outcome: 'REJECTED' }),
        refused: more('refusals_total', refused),
        replaced: more('replaces_total', { outcome: 'APPROVED' }),
        orders: more('commands_total', { command: 'NewOrder' }),
        cancels: more('commands_total', { command: 'CancelOrder' }),
      },
      { approved: 3, again: 1, rejected: 1, refused: 1, replaced: 1, orders: 5, cancels: 1 },
    )
    assert.equal(now('journal_blocks_total'), world.gate.journal.blocks.length)
    const bytes = world.gate.journal.blocks.reduce((sum, block) => sum + block.bytes.length, 0)
    assert.equal(now('journal_bytes_total'), bytes)
  })

  test('what is decided on nothing counts by code and wire, tokens by what was wrong with them', async () => {
    const was = await read()
    await world.gate.send('nobody', 'POST', '/orders', {})
    await fetch(`${world.gate.url}/orders`, { method: 'POST' })
    await fetch(`${world.gate.url}/nowhere`)
    await assert.rejects(world.channel().checkOrder('x.y.z', world.order()))
    await assert.rejects(world.channel().checkOrder(world.token('feed-1'), world.order()))
    const session = await world.session('ems-1')
    await session.ask('refused', { $case: 'feedHeartbeat', value: { feed: 'SSE-L2' } })
    await ended(session)
    const now = await read()
    const more = (name: string, labels: Record<string, string>) => now(name, labels) - was(name, labels)
    assert.deepEqual(
      [
        more('requests_refused_total', { code: 'UNAUTHENTICATED', wire: 'rest' }),
        more('auth_failures_total', { kind: 'malformed', wire: 'rest' }),
        more('auth_failures_total', { kind: 'no token', wire: 'rest' }),
        more('requests_refused_total', { code: 'NOT_FOUND', wire: 'rest' }),
        more('auth_failures_total', { kind: 'malformed', wire: 'grpc' }),
        more('requests_refused_total', { code: 'FORBIDDEN', wire: 'grpc' }),
        more('requests_refused_total', { code: 'FORBIDDEN', wire: 'session' }),
      ],
      [2, 1, 1, 1, 1, 1, 1],
    )
    assert.equal(
      more('grpc_calls_total', { method: '/portcullis.v1.GateService/CheckOrder', status: 'UNAUTHENTICATED' }),
      1,
    )
  })

  test('sessions that are on, that begin, come back and end', async () => {
    const was = await read()
    const session = await world.session('ems-1')
    assert.equal((await read())('sessions'), 1)
    await ended(session)
    const now = await read()
    assert.equal(now('sessions'), 0)
    assert.equal(
      now('sessions_begun_total', { resumed: 'false' }) - was('sessions_begun_total', { resumed: 'false' }),
      1,
    )
    assert.equal(now('sessions_ended_total', { code: 'LOGOUT' }) - was('sessions_ended_total', { code: 'LOGOUT' }), 1)
  })

  test('the waiting line and its oldest, while a block is on its way', async () => {
    world.gate.journal.hold()
    const asked = post('/orders', { ...GOOD_ORDER, orderQty: '100', clOrdID: 'W-1' })
    while (!world.gate.journal.isHolding) await fetch(`${world.gate.url}/healthz`)
    world.gate.elapsedUs += 250_000
    const held = await read()
    assert.deepEqual(
      [held('queue_commands'), held('queue_oldest_seconds'), held('loop_beat_age_seconds')],
      [1, 0.25, 0.25],
    )
    assert.ok(held('queue_bytes') > 0)
    const before = held('stage_seconds_sum', { stage: 'journal' })
    world.gate.journal.flow()
    await asked
    const now = await read()
    assert.deepEqual([now('queue_commands'), now('queue_oldest_seconds'), now('queue_bytes')], [0, 0, 0])
    assert.ok(Math.abs(now('stage_seconds_sum', { stage: 'journal' }) - before - 0.25) < 1e-9, 'the journal took it')
  })

  test('every stage of every wire has samples', async () => {
    const now = await read()
    for (const stage of ['wait', 'decide', 'journal', 'answer']) {
      assert.ok(now('stage_seconds_count', { stage }) > 0, stage)
    }
    for (const wire of WIRES) {
      for (const stage of ['parse', 'whole'])
        assert.ok(now('stage_seconds_count', { stage, wire }) > 0, `${stage} ${wire}`)
    }
  })
})

test('a label is escaped as the format has it', () => {
  const metrics = new Metrics(new Stages(() => 0))
  const nasty = 'a"b\\c\nd'
  metrics.count('tokens_refused_total', label('error', nasty))
  assert.equal(sampleOf(readPrometheus(metrics.text()), 'portcullis_tokens_refused_total', { error: nasty }), 1)
})

test('the reader takes no text that breaks the format', () => {
  const head = '# HELP a_total x\n# TYPE a_total counter\n'
  const histogram = '# HELP h x\n# TYPE h histogram\n'
  readPrometheus(`${head}a_total 1\n`)
  readPrometheus(`${histogram}h_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2\n`)
  for (const bad of [
    `${head}a_total 1`,
    head,
    `${head}b_total 1\n`,
    `${head}a_total{x="1",x="2"} 1\n`,
    `${head}a_total{x="1"y="2"} 1\n`,
    `${head}a_total{x="\\q"} 1\n`,
    `${head}a_total -1\n`,
    `${head}a_total 1\na_total 1\n`,
    `${head}a_total 1\n${head}a_total 1\n`,
    '# TYPE a_total counter\na_total 1\n',
    `${histogram}h_bucket{le="1"} 1\nh_sum 3\nh_count 1\n`,
    `${histogram}h_bucket{le="1"} 3\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2\n`,
    `${histogram}h_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 3\n`,
    `${histogram}h_bucket{le="1"} 0\nh_bucket{le="+Inf"} 2\nh_sum 1\nh_count 2\n`,
    `${histogram}h_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_count 2\n`,
  ]) {
    assert.throws(() => readPrometheus(bad), assert.AssertionError, bad)
  }
})
