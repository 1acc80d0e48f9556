/** RISK_ERROR: a control that fails to give a result refuses the order, changes nothing, and stops no one else. */
import assert from 'node:assert/strict'
import { factIndex, type RulePack } from '../model/rules.ts'
import { openScenario, scenario } from '../simulator/scenario.ts'

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
