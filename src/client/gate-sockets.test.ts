/** The SDK against the real gate over real sockets: each wire, OAuth, refusals in words, kills, and lines that are cut. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createRandom } from '../floor/day/random.ts'
import { CuttingProxy } from '../simulator/sdk/cutting-proxy.ts'
import { SessionRig } from '../simulator/sdk/session-rig.ts'
import { GOOD_ORDER } from '../simulator/small-firm.ts'
import { TEST_CERTIFICATE } from '../simulator/test-certificate.ts'
import type { Gate } from './gate.ts'
import type { CancelRequested, Fate, KillNotice, Order } from './orders.ts'

const SEED = Number(process.env.SEED ?? 1)

describe('SDK over sockets', { timeout: 120_000 }, () => {
  let rig: SessionRig
  let endpoint: string
  let ids = 0
  const order = (change: Partial<Order> = {}): Order => ({
    ...(GOOD_ORDER as Order),
    ...{ orderQty: '100', clOrdID: `S-${++ids}` },
    ...change,
  })
  const settledOrders = async (gate: Gate) => {
    await gate.settled()
    return rig.openOrders()
  }

  before(async () => {
    rig = await SessionRig.start()
    endpoint = `tcp://${await rig.listen()}`
  })
  after(() => rig.close())

  test('TCP, TLS and a Unix socket; the token comes by client credentials', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sdk-'))
    const tls = (await rig.listen({ host: '127.0.0.1', port: 0 }, TEST_CERTIFICATE)).replace('127.0.0.1', 'localhost')
    await rig.listen({ path: join(folder, 'gate.sock') })
    for (const place of [endpoint, `tls://${tls}`, `unix:${join(folder, 'gate.sock')}`]) {
      const gate = await rig.connect('ems-1', place, { tls: { ca: TEST_CERTIFICATE.cert } })
      const fate = await gate.submit(order(), ({ order: { price } }) => price)
      assert.equal(fate.outcome === 'routed' && fate.result, '1668', place)
      assert.equal(gate.state.endpoint, place)
      await gate.close()
    }
    await assert.rejects(
      rig.connect('ems-1', `tls://${tls}`, { connectMs: 500 }),
      /GATE_UNREACHABLE: tls.*self-signed/,
      'a certificate that nobody vouches for',
    )
    const wrong = { ...rig.credentials('ems-1'), secret: 'wrong' }
    await assert.rejects(rig.connect('ems-1', endpoint, { credentials: wrong, connectMs: 500 }), /no access token.*401/)
    rmSync(folder, { recursive: true })
  })

  test('where the first endpoint is dead the next one is taken', async () => {
    const gate = await rig.connect('ems-1', endpoint, { endpoints: ['tcp://127.0.0.1:1', endpoint] })
    assert.equal((await gate.submit(order(), () => 1)).outcome, 'routed')
    await gate.close()
  })

  test('a refusal says why and how much room is left; replace, cancel and reports go the same way', async () => {
    await rig.quote()
    const ems = await rig.connect('ems-1', endpoint)
    const venue = await rig.connect('venue-1', endpoint)
    const big = await ems.submit(order({ orderQty: '800' }), () => assert.fail())
    assert.equal(big.outcome, 'refused')
    if (big.outcome !== 'refused') return
    assert.match(big.refusal.text, /^MAX_ORDER_NOTIONAL: .*1000000\.00 CNY.*\. Up to \d+ would have passed\.$/)
    assert.equal(big.refusal.breaches[0]?.subject?.name, 'ACC-7')
    const malformed = await ems.submit(order({ orderQty: '1e3' }), () => assert.fail())
    assert.equal(malformed.outcome === 'refused' && malformed.refusal.field, 'orderQty')
    const first = order()
    assert.equal((await ems.submit(first, () => 1)).outcome, 'routed')
    const { clOrdID } = first
    const report = { execID: `E-${clOrdID}`, execType: 'New', symbol: first.symbol, owner: 'ems-1', clOrdID }
    assert.equal((await venue.report(report)).applied, true)
    const fill = { ...report, execID: `F-${clOrdID}`, execType: 'Fill', lastQty: '40', lastPx: '1668.00' }
    assert.equal((await venue.report(fill)).applied, true)
    assert.equal((await venue.report(fill)).reason?.code, 'EXEC_DUPLICATE')
    const status = { symbol: first.symbol, status: 'WORKING', cumQty: '40', owner: 'ems-1', clOrdID }
    assert.equal((await venue.orderStatus(status)).applied, true)
    const newer = { origClOrdID: clOrdID, clOrdID: `${clOrdID}-2`, orderQty: '200', price: '1667.00' }
    const replaced = await ems.replace(newer, ({ order: { orderQty }, origClOrdID }) => `${origClOrdID} ${orderQty}`)
    assert.equal(replaced.outcome === 'routed' && replaced.result, `${clOrdID} 200`)
    const canceled = await ems.cancel({ origClOrdID: clOrdID }, () => 'at the market')
    assert.equal(canceled.result, 'at the market')
    assert.equal((await canceled.told).durable, true)
    const parent = {
      parentClOrdID: `P-${clOrdID}`,
      strategy: 'manual',
      symbol: first.symbol,
      side: 'Buy',
      orderQty: '300',
    }
    assert.equal((await ems.parent(parent)).applied, true)
    assert.equal((await ems.submit(order({ parentClOrdID: parent.parentClOrdID }), () => 1)).outcome, 'routed')
    await assert.rejects(ems.report(report), /FORBIDDEN/)
    await Promise.all([ems.close(), venue.close()])
  })

  test('lines that are cut: every order has its fate, and the gate reserves what was routed and nothing else', async () => {
    await rig.quote()
    const proxy = await CuttingProxy.start(endpoint.replace('tcp://', ''))
    const random = createRandom(SEED, 33)
    const gate = await rig.connect('ems-1', proxy.endpoint)
    const before = await rig.openOrders()
    // The connection that there is was made before; a new one is cut soon.
    proxy.nextCut = () => (proxy.cuts < 25 ? 600 + Math.floor(random() * 6_000) : undefined)
    await gate.close()
    const cut = await rig.connect('ems-1', proxy.endpoint, { breaker: { failuresMax: 100 }, timeoutMs: 1_500 })
    const routed = new Map<string, number>()
    const fates: Fate<unknown>[] = []
    let reports = 0
    while (proxy.cuts < 25) {
      const burst = Array.from({ length: 1 + Math.floor(random() * 6) }, () => {
        const one = order({ orderQty: random() < 0.2 ? '800' : '100' })
        return cut.submit(one, ({ clOrdID }) => void routed.set(clOrdID, (routed.get(clOrdID) ?? 0) + 1))
      })
      fates.push(...(await Promise.all(burst)))
      if (++reports % 10 === 0) await rig.quote()
    }
    const open = await settledOrders(cut)
    assert.equal(open - before, routed.size)
    assert.ok([...routed.values()].every((count) => count === 1))
    assert.equal(fates.filter(({ outcome }) => outcome === 'routed').length, routed.size)
    assert.ok(routed.size > 0, `${routed.size} routed over ${proxy.cuts} cuts`)
    await cut.close()
    await proxy.close()
  })

  test('a kill is told, and its orders are asked for until they have ended', async () => {
    await rig.quote()
    const gate = await rig.connect('ems-1', endpoint)
    const mine = order()
    assert.equal((await gate.submit(mine, () => 1)).outcome, 'routed')
    const told = new Promise<KillNotice>((settle) => gate.on('kill', settle))
    const asked = new Promise<CancelRequested>((settle) =>
      gate.on('cancelRequested', (request) => void (request.clOrdID === mine.clOrdID && settle(request))),
    )
    await rig.rest.send('alice', 'POST', '/kill', { account: 'ACC-7', reason: 'test' })
    assert.deepEqual((await told).scope, [{ kind: 'account', name: 'ACC-7' }])
    assert.equal((await asked).owner, 'ems-1')
    const killed = await gate.submit(order(), () => assert.fail())
    assert.equal(killed.outcome === 'refused' && killed.refusal.code, 'KILLED')
    await gate.close()
  })
})
