/**
 * Worlds by seed: lines that are slow and are cut, a gate that restarts, stalls and refuses, callers that give up. However it
 * goes, every order has one fate, is routed at most once and never without a token that lives, and what the gate reserves in
 * the end is what went to the market.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { HandTime, MadeUpGate } from '../simulator/sdk/made-up-gate.ts'
import { connectGate } from './connect-gate.ts'
import { type Fate, NotRouted, type Order } from './orders.ts'

const ORDER: Omit<Order, 'clOrdID' | 'orderQty'> = {
  ...{ symbol: 'AAPL', account: 'ACC-1', trader: 'T-1', strategy: 'S-1', venue: 'XSIM' },
  side: 'Buy',
  ordType: 'Limit',
  price: '1',
}
const SEED = Number(process.env.SEED ?? 1)

const world = fc.array(
  fc.oneof(
    fc.record({
      step: fc.constant('submit' as const),
      count: fc.integer({ min: 1, max: 8 }),
      timeoutMs: fc.constantFrom(20, 100, 1_000, 2_000),
      route: fc.constantFrom('well', 'well', 'well', 'not', 'throws'),
      qty: fc.constantFrom('100', '100', '5000'),
    }),
    fc.record({ step: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 400 }) }),
    fc.record({ step: fc.constantFrom('cut' as const, 'restart' as const, 'stall' as const) }),
    fc.record({ step: fc.constant('lag' as const), ms: fc.integer({ min: 1, max: 60 }) }),
    fc.record({
      step: fc.constant('refuse' as const),
      code: fc.constantFrom('RATE_LIMITED', 'OUTCOME_UNKNOWN', 'QUEUE_FULL', 'JOURNAL_UNAVAILABLE'),
    }),
  ),
  { minLength: 5, maxLength: 40 },
)

test('however lines and gates fail, every order has one fate and nothing is reserved that is not at the market', async () => {
  let routedEver = 0
  let askedAgain = 0
  await fc.assert(
    fc.asyncProperty(world, async (steps) => {
      const time = new HandTime()
      const made = new MadeUpGate(time)
      const connecting = connectGate({
        ...{ endpoints: ['tcp://127.0.0.1:1'], clock: time, dial: made.dial },
        credentials: async () => ({ accessToken: 'token', expiresInMs: 3_000 }),
      })
      await time.go(250)
      const gate = await connecting
      const fates = new Map<string, Fate<string>>()
      const routed = new Map<string, number>()
      const left = new Set<string>()
      const waiting: Promise<void>[] = []
      const submit = (clOrdID: string, qty: string, how: string, timeoutMs: number) => {
        const fate = gate.submit(
          { ...ORDER, clOrdID, orderQty: qty },
          (approved) => {
            routed.set(clOrdID, (routed.get(clOrdID) ?? 0) + 1)
            const { tokenExpiryUs = 0 } = approved.decision
            assert.ok(time.wallUs() < tokenExpiryUs, 'the token lives')
            if (how === 'not') throw new NotRouted('closed')
            left.add(clOrdID)
            if (how === 'throws') throw new Error('who knows')
            return clOrdID
          },
          { timeoutMs },
        )
        waiting.push(
          fate.then((found) => {
            assert.ok(!fates.has(clOrdID))
            fates.set(clOrdID, found)
          }),
        )
      }
      let ids = 0
      for (const one of steps) {
        if (one.step === 'submit') {
          for (let at = 0; at < one.count; at++) submit(`A-${++ids}`, one.qty, one.route, one.timeoutMs)
        } else if (one.step === 'pass') await time.go(one.ms)
        else if (one.step === 'lag') made.lagMs = one.ms
        else if (one.step === 'cut') made.cut()
        else if (one.step === 'restart') made.restart()
        else if (one.step === 'refuse') made.refuseNext.push(one.code)
        else made.isUp = !made.isUp
      }
      made.isUp = true
      made.refuseNext = []
      made.lagMs = 1
      await time.go(1_000)
      await time.go(14_000, 50)
      assert.equal(gate.unanswered, 0)
      await Promise.all(waiting)
      assert.equal(fates.size, ids)
      for (const [clOrdID, fate] of fates) {
        assert.equal(routed.get(clOrdID) ?? 0, left.has(clOrdID) || isRefusedByRoute(fate) ? 1 : 0, clOrdID)
        assert.equal(fate.outcome === 'routed' || fate.outcome === 'unknown', left.has(clOrdID), clOrdID)
      }
      assert.deepEqual(made.reserved.sort(), [...left].sort())
      routedEver += left.size
      askedAgain += made.heard.filter(({ body }) => body?.$case === 'newOrder').length - made.orders.size
      await gate.close(0)
    }),
    { seed: SEED, numRuns: 150 },
  )
  // The worlds were not empty.
  assert.ok(routedEver > 200 && askedAgain > 20, `${routedEver} routed, ${askedAgain} asked again`)
})

function isRefusedByRoute(fate: Fate<unknown>): boolean {
  return fate.outcome === 'notSent' && fate.code === 'NOT_ROUTED'
}
