/** Rates over real sockets, the same on every wire: what refuses, how long it says to wait, what is never refused. */
import assert from 'node:assert/strict'
import { after, before, describe, mock, test } from 'node:test'
import { HandDelays } from '../../simulator/made-up-world.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { tellSmallFirm } from '../../simulator/small-firm.ts'
import { openWires, type Wire, type WireClient, type Wires } from '../../simulator/wires.ts'
import { parseRate, type Rate, type RateSettings } from './rate.ts'

const rate = (words: string) => parseRate(words) as Rate
const RATES: RateSettings = {
  each: { client: rate('100 in 1 s'), session: rate('50 in 1 s'), strategy: rate('30 in 1 s') },
  named: new Map([
    ['account ACC-7', rate('5 in 1 s, 3 in 250 ms')],
    ['instrument 600519.SH', rate('4 in 1 s')],
  ]),
}

describe('rates', () => {
  const delays = new HandDelays()
  let gate: RestGate
  let wires: Wires
  let ids = 0
  const nextID = () => `R-${++ids}`
  const orders = async (client: WireClient, count: number) => {
    const words: string[] = []
    for (let sent = 0; sent < count; sent++) words.push((await client.order(nextID(), { orderQty: '100' })).word)
    return words
  }
  const onEach = (title: string, run: (wire: Wire, client: WireClient) => Promise<void>) =>
    test(title, async () => {
      for (const wire of wires.all) {
        delays.pass(60_000)
        const client = await wire.connect('ems-1')
        await run(wire, client)
        await client.close()
      }
    })

  before(async () => {
    gate = await RestGate.start({ delays, rates: RATES })
    await tellSmallFirm(gate)
    wires = await openWires(gate, delays)
  })
  after(async () => {
    await wires.close()
    await gate.close()
  })

  onEach('an account over its burst is refused by its name, in words and in the protocol', async (wire, client) => {
    assert.deepEqual(await orders(client, 3), ['APPROVED', 'APPROVED', 'APPROVED'], wire.name)
    delays.pass(50)
    const seq = gate.sequencer.durableSeq
    const said = await client.order(nextID())
    const { word, field, text, retryAfterMs, retryAfterS = '1' } = said
    assert.deepEqual([word, field, retryAfterMs, retryAfterS], ['RATE_LIMITED', 'account', 200, '1'], wire.name)
    assert.equal(text, 'account ACC-7: 3 in 250 ms; try again in 0.2 s')
    assert.equal(gate.sequencer.durableSeq, seq, 'nothing of it reaches the journal')
    delays.pass(retryAfterMs as number)
    assert.deepEqual(await orders(client, 2), ['APPROVED', 'RATE_LIMITED'], 'the instrument is next')
  })

  onEach('cancels and replaces count, and only the replace is refused', async (wire, client) => {
    const [first, second] = [nextID(), nextID()]
    for (const clOrdID of [first, second]) {
      assert.equal((await client.order(clOrdID, { orderQty: '100' })).word, 'APPROVED')
    }
    assert.equal((await client.order(nextID(), { origClOrdID: first })).word, 'APPROVED', wire.name)
    for (let sent = 0; sent < 20; sent++) assert.equal((await client.cancel(nextID(), second)).word, 'PASS')
    assert.equal((await client.order(nextID(), { origClOrdID: first })).word, 'RATE_LIMITED', wire.name)
    delays.pass(999)
    assert.equal((await client.order(nextID(), { origClOrdID: first })).word, 'RATE_LIMITED', 'not before the edge')
    delays.pass(1)
    assert.notEqual((await client.order(nextID(), { origClOrdID: first })).word, 'RATE_LIMITED', 'and at it')
  })

  onEach('a refused order is counted nowhere', async (_wire, client) => {
    assert.deepEqual(await orders(client, 4), ['APPROVED', 'APPROVED', 'APPROVED', 'RATE_LIMITED'])
    for (let sent = 0; sent < 40; sent++) assert.equal((await client.order(nextID())).field, 'account')
    const { word, field } = await client.order(nextID(), { symbol: 'NONE' })
    assert.deepEqual([word, field], ['REJECTED', undefined], 'client, session and strategy still have room')
  })

  test('wires share what a client, a session and an account may send', async () => {
    delays.pass(60_000)
    const clients = await Promise.all(wires.all.map((wire) => wire.connect('ems-1')))
    for (const client of clients) assert.deepEqual(await orders(client, 1), ['APPROVED'])
    const [first, second] = clients as [WireClient, WireClient]
    assert.deepEqual([...(await orders(first, 1)), ...(await orders(second, 1))], ['APPROVED', 'RATE_LIMITED'])
    for (const client of clients) await client.close()
  })

  onEach('a clock of the machine that is set opens no window and freezes none', async (wire, client) => {
    assert.deepEqual(await orders(client, 4), ['APPROVED', 'APPROVED', 'APPROVED', 'RATE_LIMITED'])
    const now = Date.now()
    const clock = mock.method(Date, 'now', () => now + 3_600_000)
    try {
      assert.deepEqual(await orders(client, 1), ['RATE_LIMITED'], wire.name)
      clock.mock.mockImplementation(() => now - 3_600_000)
      assert.deepEqual(await orders(client, 1), ['RATE_LIMITED'], wire.name)
      delays.pass(1_000)
      assert.deepEqual(await orders(client, 1), ['APPROVED'], wire.name)
    } finally {
      clock.mock.restore()
    }
  })

  onEach('a session that closes and comes again has the rate that it had', async (wire, client) => {
    assert.deepEqual(await orders(client, 3), ['APPROVED', 'APPROVED', 'APPROVED'])
    await client.close()
    const again = await wire.connect('ems-1')
    assert.deepEqual(await orders(again, 1), ['RATE_LIMITED'], wire.name)
    await again.close()
  })

  test('a flood of what cannot be read is counted for its client all the same', async () => {
    delays.pass(60_000)
    const codes: string[] = []
    for (let sent = 0; sent < 101; sent++)
      codes.push((await gate.send('ems-2', 'POST', '/orders', '{')).body.error.code)
    assert.deepEqual(codes, [...new Array(100).fill('MALFORMED_JSON'), 'RATE_LIMITED'])
    const metrics = await (await fetch(`${gate.url}/metrics`)).text()
    assert.match(metrics, /rate_limited_total\{scope="client"\} 1\n/)
  })
})
