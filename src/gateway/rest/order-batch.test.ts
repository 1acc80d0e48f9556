/** Several orders in one request, and that REST has every command that a session has. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { HandDelays } from '../../simulator/made-up-world.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'
import { SESSION_COMMANDS, type SessionCommand } from '../../wire/session-commands.ts'
import { ORDERS_MAX } from './order-batch-route.ts'

/** The requests that carry what sessions carry. */
const ROUTES: Readonly<Record<SessionCommand, string>> = {
  newOrder: '/orders',
  replace: '/orders/{origClOrdID}/replace',
  cancel: '/orders/{origClOrdID}/cancel',
  notSent: '/orders/{clOrdID}/not-sent',
  parent: '/parents',
  massCancel: '/mass-cancels',
  execution: '/executions',
  orderStatus: '/order-statuses',
  orderTriggered: '/order-triggers',
  quote: '/quotes',
  feedHeartbeat: '/feeds/{feed}/heartbeat',
  instrumentState: '/instruments/{symbol}/state',
  sessionPhase: '/phases',
}

describe('orders in one request', () => {
  let gate: RestGate
  let ids = 0
  const delays = new HandDelays()
  const order = (change: object = {}) => ({ ...GOOD_ORDER, orderQty: '100', clOrdID: `B-${++ids}`, ...change })
  const place = (orders: unknown) => gate.send('ems-1', 'POST', '/order-batches', orders)

  before(async () => {
    gate = await RestGate.start({ delays, requestsPerSecondMax: 200 })
    await tellSmallFirm(gate)
  })
  after(() => gate.close())

  test('each is judged for itself, in their order, and answered as if it had come alone', async () => {
    const good = order()
    const { status, body } = await place([good, order({ orderQty: '800' }), order({ orderQty: '1e3' }), order()])
    assert.equal(status, 200)
    assert.deepEqual(
      body.rows.map((row: { outcome?: string; error?: { code: string; field: string } }) => row.outcome ?? row.error),
      [
        'APPROVED',
        'REJECTED',
        { code: 'NOT_A_DECIMAL', field: '[2].orderQty', text: body.rows[2].error?.text },
        'APPROVED',
      ],
    )
    assert.ok(body.rows[0].seq < body.rows[1].seq && body.rows[1].seq < body.rows[3].seq)
    assert.match(body.rows[0].token, /^pa1\./)
    const alone = await gate.send('ems-1', 'POST', '/orders', good)
    assert.deepEqual(
      [alone.body.duplicate, alone.body.seq, alone.body.token],
      [true, body.rows[0].seq, body.rows[0].token],
    )
    assert.equal((await place(order())).body.rows.length, 1, 'one order is a batch too')
  })

  test('a body that cannot be read is refused whole', async () => {
    const before = gate.engine.view.seq
    const refused = [
      [],
      [order(), 1],
      [order(), { ...order(), colour: 'red' }],
      Array.from({ length: ORDERS_MAX + 1 }, () => order()),
    ]
    for (const body of refused) assert.equal((await place(body)).status, 400)
    assert.equal((await gate.send('feed-1', 'POST', '/order-batches', [order()])).status, 403)
    assert.equal(gate.engine.view.seq, before)
  })

  test('each order counts against the rate', async () => {
    delays.pass(10_000)
    const answers = [await place(Array.from({ length: ORDERS_MAX }, () => order({ orderQty: '800' })))]
    answers.push(await place(Array.from({ length: ORDERS_MAX }, () => order({ orderQty: '800' }))))
    const outcomes = answers.flatMap(({ body }) => body.rows.map((row: { outcome?: string }) => row.outcome))
    assert.ok(outcomes.every((outcome) => outcome === 'REJECTED'))
    assert.equal((await place([order()])).status, 429)
    delays.pass(10_000)
    const half = await place([order()])
    assert.equal(half.status, 200)
    await place(Array.from({ length: ORDERS_MAX }, () => order({ orderQty: '800' })))
    const { body } = await place(Array.from({ length: ORDERS_MAX }, () => order({ orderQty: '800' })))
    const last = body.rows.at(-1)
    assert.deepEqual([last.error.code, last.error.field], ['RATE_LIMITED', `[${ORDERS_MAX - 1}].client`])
    assert.equal(body.rows[0].outcome, 'REJECTED')
  })

  test('REST has every command that a session has', async () => {
    const { paths } = (await gate.send('ems-1', 'GET', '/openapi.json')).body
    for (const command of Object.keys(SESSION_COMMANDS) as SessionCommand[]) {
      assert.ok(paths[ROUTES[command]]?.post !== undefined, command)
    }
  })
})
