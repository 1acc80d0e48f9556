/** RISK_ERROR: a control that fails to give a result refuses the order, changes nothing, and stops no one else. */
import assert from 'node:assert/strict'
import { ROWS_PER_DECISION } from '../model/bounds.ts'
import { factIndex, type RulePack } from '../model/rules.ts'
import { openScenario, scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'

const QUANTITY = factIndex('quantity')
/** Errs on an order of 666, refuses one of 777. */
const FAULTY: RulePack = {
  version: 1,
  rules: [],
  firstRefusal: (facts) => {
    if (facts[QUANTITY] === 666) throw new Error('the rule erred')
    return facts[QUANTITY] === 777 ? 0 : -1
  },
}
const faulty = { rules: FAULTY }

scenario(
  'a rule that throws refuses the order with RISK_ERROR, offers nothing and is told of',
  (s) => {
    const { outcome, reason, results, rows, qtyPassing, slot, tokenExpiryUs } = s.order({ orderQty: 666 })
    assert.equal(`${outcome} ${reason}`, 'REJECT RISK_ERROR')
    assert.deepEqual([results, rows, qtyPassing, slot, tokenExpiryUs], [{}, [], 0, -1, 0])
    assert.deepEqual(s.riskErrors.map(String), ['Error: the rule erred'])
  },
  faulty,
)

scenario(
  'the next order is judged as if nothing had been',
  (s) => {
    const before = s.evaluate({})
    s.order({ orderQty: 666 })
    const after = s.order({})
    assert.deepEqual(
      { ...after, orderSeq: 0, slot: -1, tokenExpiryUs: 0 },
      { ...before, orderSeq: 0, tokenExpiryUs: 0 },
    )
    assert.equal(s.order({ orderQty: 777 }).reason, 'REGULATORY_RULE')
  },
  faulty,
)

scenario(
  'the message is a message: it counts, and its id is used up',
  (s) => {
    s.limit('MESSAGE_RATE', 'X1', 1)
    s.order({ clOrdID: 'o', orderQty: 666 })
    const again = s.order({ clOrdID: 'o', orderQty: 666 })
    assert.equal(again.outcome, 'DUPLICATE')
    assert.equal(s.order({}).reason, 'MESSAGE_RATE')
  },
  faulty,
)

scenario(
  'a replace that errs leaves its order working; a cancel of it passes',
  (s) => {
    const id = s.working({ orderQty: 100 })
    assert.equal(s.replace(id, { orderQty: 666 }).reason, 'RISK_ERROR')
    assert.deepEqual([s.live(id)?.orderQty, s.live(id)?.pendingReplaces, s.cell('A1').buyLeaves], [100, 0, 100])
    s.replaced(id, { orderQty: 200 })
    assert.equal(s.cancel(id)?.reason, 'NONE')
  },
  faulty,
)

scenario(
  'a what-if that errs says so',
  (s) => {
    assert.equal(s.evaluate({ orderQty: 666 }).reason, 'RISK_ERROR')
    assert.equal(s.riskErrors.length, 1)
  },
  faulty,
)

/** Refuses 777, and errs on whatever smaller order it is then asked about. */
const ERRS_BELOW: RulePack = {
  ...FAULTY,
  firstRefusal: (facts) => {
    if (facts[QUANTITY] === 777) return 0
    throw new Error('the rule erred')
  },
}
scenario(
  'an error in the search for a smaller order refuses it all the same',
  (s) => {
    const { outcome, reason, qtyPassing } = s.order({ orderQty: 777 })
    assert.equal(`${outcome} ${reason} ${qtyPassing}`, 'REJECT RISK_ERROR 0')
  },
  { rules: ERRS_BELOW },
)

scenario(
  'a what-if that errs leaves the state as a tick does',
  (s) => {
    const other = openScenario(faulty)
    s.evaluate({ orderQty: 666 })
    other.send('Tick', {})
    assert.equal(s.engine.stateHash(), other.engine.stateHash())
  },
  faulty,
)

scenario(
  'an order that errs leaves the state as one that the rule refuses does: its message and its id',
  (s) => {
    const other = openScenario({ rules: { ...FAULTY, firstRefusal: () => 0 } })
    for (const each of [s, other]) {
      for (const subject of ['X1', 'A1']) each.limit('MESSAGE_RATE', subject, 100)
      assert.equal(each.order({ clOrdID: 'o', orderQty: 666 }).outcome, 'REJECT')
    }
    assert.equal(s.engine.stateHash(), other.engine.stateHash())
  },
  faulty,
)

scenario('an order that 128 rows are judged for is decided; with one more it is refused, and others go on', (s) => {
  for (const row of rowsBeyond()) {
    if (s.evaluate({}).rows.length === ROWS_PER_DECISION) break
    s.limit(...row)
  }
  // One that matches and is not judged of an order without a basket costs no place.
  s.limit('BASKET_TOTAL', 'T1', 1)
  const { outcome, rows } = s.order({})
  assert.deepEqual([outcome, rows.length], ['APPROVE', ROWS_PER_DECISION])
  const counts = rows.filter(({ control }) => control === 'MAX_OPEN_ORDERS')
  assert.ok(counts.length > 8 && counts.every(({ before, after }) => before === 0 && after === 1))
  s.limit('MESSAGE_RATE', 'S1', 1_000, { param: 7_000_000 })
  assert.equal(s.order({}).reason, 'RISK_ERROR')
  assert.deepEqual(s.riskErrors.map(String), ['Error: more limit rows match than a decision can record'])
  s.unlimit('MESSAGE_RATE', 'S1', { param: 7_000_000 })
  assert.equal(s.order({}).outcome, 'APPROVE')
})

/** Rows that an order meets and fits, more than a decision takes. */
function* rowsBeyond(): Generator<Parameters<Scenario['limit']>> {
  for (const on of ['ASSET_CLASS:EQUITY', 'SECTOR:TECH', 'INSTRUMENT:AAA']) {
    for (const control of ['MAX_OPEN_ORDERS', 'DAILY_GROSS', 'OPEN_ORDER_NOTIONAL'] as const) {
      for (const subject of ['FIRM', 'E1', 'C1', 'D1', 'T1', 'A1', 'S1', 'X1']) yield [control, subject, 1e12, { on }]
    }
  }
  for (const subject of ['FIRM', 'E1', 'C1', 'D1', 'T1', 'A1', 'S1', 'X1']) yield ['MAX_OPEN_ORDERS', subject, 1e6]
  for (let windowS = 2; ; windowS++) yield ['MESSAGE_RATE', 'X1', 1_000, { param: windowS * 1_000_000 }]
}
