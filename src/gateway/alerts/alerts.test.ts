/** Alerts of a real gate, as sessions are told of them on both wires: words, whose they are, how often, and what is kept. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { GrpcGate } from '../../simulator/grpc-gate.ts'
import { LeanClient } from '../../simulator/lean-client.ts'
import type { ClientBody, SessionClient } from '../../simulator/session-client.ts'
import { GOOD_ORDER } from '../../simulator/small-firm.ts'
import { QUIET_MS } from './alerts.ts'

const SYMBOL = GOOD_ORDER.symbol

describe('alerts', () => {
  let world: GrpcGate
  const order = (change: object = {}): ClientBody => ({ $case: 'newOrder', value: world.order(change) })
  const lean = async (name: string, more = {}) => {
    const client = await LeanClient.connect(world.lean.address)
    const loggedOn = await client.logOn(world.token(name), more)
    return { client, loggedOn }
  }
  const alertsOf = ({ messages }: SessionClient) =>
    messages.flatMap(({ body }) => (body?.$case === 'alert' ? [body.value] : []))
  const limit = async (control: string, hard: string, more: object = {}) => {
    const row = { control, subject: 'ACCOUNT:ACC-7', hard, ...more }
    const { body } = await world.gate.send('ops-1', 'POST', '/limits', row)
    assert.equal(body.outcome ?? body.applied, body.outcome === undefined ? 1 : 'APPLIED', JSON.stringify(body))
  }

  before(async () => {
    world = await GrpcGate.start()
  })
  after(() => world.close())

  for (const wire of ['lean', 'gRPC'] as const) {
    test(`a session is told over ${wire} that its order has brought a limit to a warning level`, async () => {
      const client = wire === 'lean' ? (await lean('ems-1')).client : await world.session('ems-1')
      const { client: other } = await lean('ems-2')
      await limit('DAILY_GROSS', '1000000', { warnBps: ['1000', '9000'] })
      const { value } = await client.ask('decision', order())
      assert.equal(value.reason, undefined)
      const { seq, refSeq, value: alert } = await client.next('alert')
      assert.ok(seq > 0, 'numbered as every message is')
      assert.equal(refSeq, 0)
      assert.equal(alert.seq, value.seq)
      assert.equal(alert.timeUs, value.timeUs)
      assert.equal(alert.code, 'LIMIT_WARNING')
      assert.equal(alert.severity, 'WARNING')
      assert.match(
        alert.text,
        /^account ACC-7 has used \d+\.\d % of its daily gross limit: [\d,]+\.00 of 1,000,000\.00 CNY$/,
      )
      assert.equal(alert.subject, 'ACCOUNT:ACC-7')
      assert.equal(alert.control, 'DAILY_GROSS')
      assert.ok((alert.row ?? -1) >= 0)
      assert.ok((alert.version ?? 0) > 0)
      assert.equal(alert.untold, 0)
      await other.ask('decision', order())
      assert.deepEqual(alertsOf(other), [], "another's order is none of its business")
      client.close()
      other.close()
      await limit('DAILY_GROSS', '50000000')
      world.delays.pass(2 * QUIET_MS)
    })
  }

  test('of many alerts about the same one is told a second, and the next says how many were not', async () => {
    const { client } = await lean('ems-1')
    await limit('DAILY_GROSS', '1000')
    for (let sent = 0; sent < 10; sent++) client.send(order())
    await client.next('decision', ({ refSeq }) => refSeq === 10)
    const [first, ...more] = alertsOf(client)
    assert.deepEqual(more, [])
    assert.equal(first?.code, 'ORDER_OVER_LIMIT')
    assert.match(
      first?.text ?? '',
      /^order \S+ of ems-1, over the daily gross limit of account ACC-7, was refused: [\d,.]+ of 1,000\.00 CNY$/,
    )
    world.delays.pass(QUIET_MS)
    const next = await client.next('alert', ({ body }) => body?.$case === 'alert' && body.value.untold > 0)
    assert.equal(next.value.untold, 8, 'ten orders, two alerts')
    world.delays.pass(10 * QUIET_MS)
    await client.ask('decision', order())
    assert.deepEqual(
      alertsOf(client).map(({ untold }) => untold),
      [0, 8, 0],
    )
    client.close()
    await limit('DAILY_GROSS', '50000000')
  })

  test('a client that was away is told on its return', async () => {
    const { client, loggedOn } = await lean('ems-1')
    const { value } = await client.ask('decision', order())
    client.close()
    await client.closed
    const { client: venue } = await lean('venue-1')
    const fill = { execID: 'OVER', execType: 'Fill', symbol: SYMBOL, owner: 'ems-1', lastQty: '900', lastPx: '1668' }
    await venue.ask('result', { $case: 'execution', value: { ...fill, clOrdID: value.clOrdID } })
    const told = await venue.next('alert')
    assert.equal(told.value.code, 'OVERFILL')
    assert.equal(told.value.severity, 'CRITICAL')
    assert.match(told.value.text, /ACC-7.*600519\.SH.*order .*: .*900 at 1668.*execID OVER/)
    const { client: back, loggedOn: again } = await lean('ems-1', { epoch: loggedOn.epoch, lastSeenSeq: 1 })
    assert.equal(again.resumed, true)
    assert.equal((await back.next('alert')).value.code, 'OVERFILL', 'the owner of the order is told too')
    back.close()
    venue.close()
  })

  test('a feed is told that its quote jumped too far', async () => {
    const { client } = await lean('feed-1')
    const quote = { symbol: SYMBOL, feed: 'SSE-L2', bidPx: '2600.00', askPx: '2600.10' }
    await client.ask('result', { $case: 'quote', value: quote })
    const { value } = await client.next('alert')
    assert.equal(value.code, 'QUOTE_QUARANTINED')
    assert.equal(value.object, `INSTRUMENT:${SYMBOL}`)
    client.close()
  })
})
