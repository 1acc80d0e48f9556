/** kill -9 of the real gate with orders of the SDK in flight: each has its fate, and nothing is reserved that was not routed. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { KillableGate } from '../simulator/sdk/killable-gate.ts'
import type { Fate, Order } from './orders.ts'

const ORDER: Omit<Order, 'clOrdID' | 'orderQty'> = {
  ...{ symbol: 'AAPL', account: 'ACC-1', trader: 'TRADER-1', strategy: 'STRAT-1', venue: 'XSIM' },
  side: 'Buy',
  ordType: 'Limit',
  price: '229.00',
}
const ROUNDS = 4
const IN_FLIGHT = 24

let killable: KillableGate
before(async () => {
  killable = await KillableGate.start()
})
after(() => killable.close())

test('gate killed mid-session: the SDK reconnects, resolves every order, and nothing is doubled', {
  timeout: 120_000,
}, async () => {
  const gate = await killable.connect('floor-ems', { timeoutMs: 2_000 })
  const routed = new Map<string, number>()
  const fates: Fate<void>[] = []
  let ids = 0
  const submit = async () => {
    const clOrdID = `K-${++ids}`
    // No two are alike: three in ten seconds would be a mistake.
    const fate = await gate.submit({ ...ORDER, clOrdID, orderQty: `${ids}` }, () => {
      routed.set(clOrdID, (routed.get(clOrdID) ?? 0) + 1)
    })
    fates.push(fate)
    return fate
  }
  for (let round = 1; round <= ROUNDS; round++) {
    await killable.quote()
    const calm = await submit()
    assert.equal(calm.outcome, 'routed', JSON.stringify(calm))
    const inFlight = Array.from({ length: IN_FLIGHT }, submit)
    // The kill is counted in answers, so that it comes at another place each round.
    if (round > 1) await Promise.race(inFlight.slice((round - 2) * 8))
    await killable.restart()
    await Promise.all(inFlight)
    while (gate.state.connection !== 'up' || gate.state.breaker !== 'closed') {
      await new Promise<void>((settle) => {
        const stop = gate.on('state', () => {
          stop()
          settle()
        })
      })
    }
    await gate.settled()
    assert.equal(await killable.openOrders(), routed.size, `round ${round}`)
  }
  assert.equal(fates.length, ids)
  assert.equal(fates.filter(({ outcome }) => outcome === 'routed').length, routed.size)
  assert.ok([...routed.values()].every((count) => count === 1))
  assert.ok(
    fates.some(({ outcome }) => outcome === 'notSent'),
    'some were in flight',
  )
  await gate.close()
})
