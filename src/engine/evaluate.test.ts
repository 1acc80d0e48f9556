/** What-ifs: judged as the order would be, to the last number, and nothing is left behind. */
import assert from 'node:assert/strict'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'
import { openScenario, scenario } from '../simulator/scenario.ts'
import type { OrderGiven } from '../simulator/scenario-given.ts'

const ORDERS: readonly OrderGiven[] = [
  {},
  { orderQty: 101 },
  { orderQty: 0 },
  { side: 'Sell', price: 9_000 },
  { side: 'SellShort', instrument: 'SHO', orderQty: 5 },
  { side: 'Sell', instrument: 'SHO', orderQty: 61 },
  { ordType: 'Market' },
  { ordType: 'Stop', stopPx: 12_000 },
  { ordType: 'StopLimit', stopPx: 12_000, price: 19_000 },
  { price: 15_001 },
  { account: 'A2', trader: 'T2' },
  { account: 'A3', venue: 'V1' },
  { instrument: '?' },
  { venue: '?' },
  { session: 'EX' },
  { orderQty: 900_719_925_475 },
]

for (const order of ORDERS) {
  scenario(
    `a what-if says what the order is told: ${JSON.stringify(order)}`,
    (s) => {
      s.instrument('SHO', { flags: 4 })
      s.quote('SHO', 9_999, 10_001)
      s.position('A1', 'SHO', 60)
      s.limit('DAILY_GROSS', 'A1', 1_000_000, { warn: [1_000] })
      s.limit('MESSAGE_RATE', 'X1', 5)
      s.limit('DUPLICATE_ORDER', 'FIRM', 3)
      s.kill('BLOCKED', { account: 'A3' })
      const { orderSeq: _, slot: __, tokenExpiryUs: ___, ...whatIf } = s.evaluate(order)
      const { orderSeq, slot, tokenExpiryUs, ...decided } = s.order(order)
      assert.deepEqual(whatIf, decided)
    },
    { rules: US_EQUITY_PACK },
  )
}

scenario('a what-if reserves nothing, counts nothing, and leaves the state of a tick', (s) => {
  const other = openScenario()
  for (const each of [s, other]) {
    each.limit('MESSAGE_RATE', 'X1', 9)
    each.limit('DUPLICATE_ORDER', 'A1', 9)
    each.limit('DAILY_GROSS', 'A1', 1_000_000, { warn: [1_000] })
  }
  assert.equal(s.evaluate({}).outcome, 'APPROVE')
  other.send('Tick', {})
  assert.equal(s.engine.stateHash(), other.engine.stateHash())
  assert.deepEqual(s.saidOf('LimitWarned'), [])
})

scenario('a what-if opens no order: its sequence number and slot are none', (s) => {
  const { orderSeq, slot, tokenExpiryUs } = s.evaluate({})
  assert.deepEqual([orderSeq, slot], [0, -1])
  assert.ok(tokenExpiryUs === 0 || tokenExpiryUs === s.timeUs + 2_000_000)
})

scenario('the one control that is asked for changes nothing', (s) => {
  s.limit('MAX_ORDER_QTY', 'A1', 50)
  const all = s.evaluate({})
  const { reason, results } = s.evaluate({}, 9)
  assert.deepEqual([reason, results], [all.reason, all.results])
})
