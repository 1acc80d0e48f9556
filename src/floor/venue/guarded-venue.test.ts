/** The demo's venue behind its adapter, at the real gate: without a valid token, under a kill and while the gate is silent nothing leaves. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createAdapterGuard } from '../../adapter/guard.ts'
import { systemClock } from '../../client/clock.ts'
import { type Approved, type Gate, NotRouted, type Order } from '../../client/sdk.ts'
import { KillableGate } from '../../simulator/sdk/killable-gate.ts'
import { createRandom } from '../day/random.ts'
import { SimulatedVenue, type VenueReport } from './simulated-venue.ts'
import { VenueAdapter } from './venue-adapter.ts'

const SEAT = {
  ...{ symbol: 'AAPL', account: 'ACC-1', trader: 'TRADER-1', strategy: 'STRAT-1', venue: 'XSIM', price: '229.00' },
  ...({ side: 'Buy', ordType: 'Limit' } as const),
}

describe('the venue of the demo', { timeout: 120_000 }, () => {
  const reports: VenueReport[] = []
  let wake = () => {}
  let gate: KillableGate
  let ems: Gate
  let line: Gate
  let venue: SimulatedVenue
  let adapter: VenueAdapter
  let ids = 0

  before(async () => {
    gate = await KillableGate.start()
    line = await gate.connect('floor-line')
    ems = await gate.connect('floor-ems')
    const keyFile = join(gate.directory, 'secrets', 'approval-venue-XSIM.key')
    adapter = new VenueAdapter({
      ...{ gate: line, clock: systemClock, venueName: 'XSIM', session: 'floor-ems', runId: 'R' },
      guard: createAdapterGuard({ venue: 'XSIM', keyFile, killFeed: line.killFeed }),
      priceDecimalsOf: () => 2,
      onReport: (report) => {
        reports.push(report)
        wake()
      },
      say: (text) => assert.fail(text),
    })
    const report = adapter.reported.bind(adapter)
    venue = new SimulatedVenue({ clock: systemClock, random: createRandom(1, 1), rejects: 0, report })
    adapter.connect(venue)
    line.on('cancelRequested', (request) => adapter.cancelRequested(request))
  })
  after(async () => {
    adapter.close()
    await Promise.all([ems.close(0), line.close(0)])
    await gate.close()
  })

  /** Asks the gate, and sends what it approves by `route`. The order is each time another one. */
  async function submit(route: (approved: Approved) => void | Promise<void>) {
    await gate.quote()
    const clOrdID = `G-${++ids}`
    return ems.submit({ ...SEAT, clOrdID, orderQty: String(100 + ids) } satisfies Order, route)
  }

  async function heard(clOrdID: string, execType: string): Promise<void> {
    while (!reports.some((report) => report.clOrdID === clOrdID && report.execType === execType)) {
      await new Promise<void>((settle) => {
        wake = settle
      })
    }
  }

  /** Why it did not leave. */
  async function refusal(route: (approved: Approved) => void | Promise<void>): Promise<string> {
    const fate = await submit(route)
    assert.equal(fate.outcome === 'notSent' && fate.code, 'NOT_ROUTED', JSON.stringify(fate))
    return fate.outcome === 'notSent' ? fate.text : ''
  }

  test('an order with its token rests at the venue, and leaves once', async () => {
    const fate = await submit((approved) => {
      adapter.send(approved)
      assert.throws(() => adapter.send(approved), /was used before/)
    })
    assert.equal(fate.outcome, 'routed', JSON.stringify(fate))
    await heard('G-1', 'New')
    assert.equal(await gate.openOrders(), 1)
  })

  test('another quantity, or no token, is refused, and nothing stays reserved', async () => {
    const larger = (approved: Approved) => adapter.send({ ...approved, order: { ...approved.order, orderQty: '900' } })
    assert.match(await refusal(larger), /nobody with the key has made it/)
    assert.match(await refusal((approved) => adapter.send({ ...approved, token: '' })), /none that the gate writes/)
    await ems.settled()
    assert.equal(await gate.openOrders(), 1)
  })

  test('what is killed on its way to the venue does not leave, and what rests there is canceled', async () => {
    const killed = new Promise<unknown>((settle) => line.on('kill', settle))
    const text = await refusal(async (approved) => {
      await gate.killScope({ account: SEAT.account })
      await killed
      adapter.send(approved)
    })
    assert.match(text, /A latch that may cover the order/)
    await heard('G-1', 'Canceled')
    await ems.settled()
    assert.equal(await gate.openOrders(), 0)
    assert.deepEqual(venue.workingOrders, [])
  })

  test('nothing leaves when the gate is silent', async () => {
    const other = { account: 'ACC-2', trader: 'TRADER-2', strategy: 'STRAT-2', clOrdID: 'S-1', orderQty: '100' }
    await gate.quote()
    let approved: Approved | undefined
    await ems.submit({ ...SEAT, ...other }, (one) => {
      approved = one
      adapter.send(one)
    })
    assert.ok(approved !== undefined)
    await gate.stop()
    let text = ''
    while (!text.includes('was not heard for a second')) {
      try {
        adapter.send(approved)
      } catch (error) {
        assert.ok(error instanceof NotRouted)
        text = error.message
      }
      await new Promise((settle) => setTimeout(settle, 20))
    }
  })
})
