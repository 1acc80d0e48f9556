/** MARKET_ACCESS: a session acts only for what it is bound to, by default for nothing. */
import assert from 'node:assert/strict'
import type { BindingKind } from '../../model/vocabulary.ts'
import { boundaryTable, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'

const forbidden =
  (kind: BindingKind, a: string, b: string): Step =>
  (s) =>
    s.bind(kind, a, b, 0)
const again: Step = (s) => s.bind('SESSION_ACCOUNT', 'X1', 'A1')

boundaryTable('MARKET_ACCESS', [
  ['bound to account, trader and venue', () => {}, { venue: 'V1' }, 'PASS'],
  ['not bound to the account', forbidden('SESSION_ACCOUNT', 'X1', 'A1'), {}, 'NOT_PERMITTED'],
  ['not bound to the trader', forbidden('SESSION_TRADER', 'X1', 'T1'), {}, 'NOT_PERMITTED'],
  ['not bound to the venue', forbidden('SESSION_VENUE', 'X1', 'V1'), { venue: 'V1' }, 'NOT_PERMITTED'],
  ['and the order names none', forbidden('SESSION_VENUE', 'X1', 'V1'), {}, 'PASS'],
  ['and the order names another', forbidden('SESSION_VENUE', 'X1', 'V1'), { venue: 'V2' }, 'PASS'],
  ['another session is not bound', forbidden('SESSION_ACCOUNT', 'X2', 'A1'), {}, 'PASS'],
  ['another account is not bound', forbidden('SESSION_ACCOUNT', 'X1', 'A2'), {}, 'PASS'],
  ['permitted again', [forbidden('SESSION_ACCOUNT', 'X1', 'A1'), again], {}, 'PASS'],
  ['a session that was never bound', () => {}, { session: 'EX' }, 'NOT_PERMITTED'],
  ['a session that does not exist', () => {}, { session: '?' }, 'NOT_PERMITTED'],
])

scenario('MARKET_ACCESS: the state comes before it, the structure behind it; nothing below is judged', (s) => {
  s.bind('SESSION_ACCOUNT', 'X1', 'A1', 0)
  const refused = s.order({ orderQty: 0 })
  assert.deepEqual(refused.results, {
    TRADING_STATE: 'PASS',
    MARKET_ACCESS: 'FAIL',
    ORDER_STRUCTURE: 'FAIL',
    INSTRUMENT_PERMISSION: 'PASS',
  })
  assert.equal(`${refused.reason} ${refused.rows.length}`, 'NOT_PERMITTED 0')
  s.kill('KILLED')
  assert.equal(s.order({}).reason, 'KILLED')
})

scenario('MARKET_ACCESS: what is forbidden stops a replace too, and no cancel', (s) => {
  const id = s.working({})
  s.bind('SESSION_TRADER', 'X1', 'T1', 0)
  assert.equal(s.replace(id, { orderQty: 50 }).reason, 'NOT_PERMITTED')
  assert.equal(s.cancel(id)?.reason, 'NONE')
})

scenario("MARKET_ACCESS: a session cannot replace another's order by its id", (s) => {
  const id = s.working({ session: 'X2' })
  assert.equal(s.replace(id, { session: 'X1' }).reason, 'UNKNOWN_ORDER')
  assert.equal(s.cancel(id, 'X1')?.reason, 'UNKNOWN_ORDER')
  assert.equal(s.cancel(id, 'X2', 'X1')?.reason, 'NONE', 'a cancel agent names the owner')
})

scenario('MARKET_ACCESS: who is not bound uses up no rate of those that it names, killed or not', (s) => {
  for (const subject of ['A1', 'T1', 'S1', 'D1', 'FIRM']) s.limit('MESSAGE_RATE', subject, 1)
  assert.equal(s.order({ session: 'EX' }).reason, 'NOT_PERMITTED')
  s.kill('KILLED', { account: 'A1', side: 1 })
  assert.equal(s.order({ session: 'EX', side: 'Sell' }).reason, 'KILLED')
  assert.equal(s.order({}).outcome, 'APPROVE')
  assert.equal(s.order({}).reason, 'MESSAGE_RATE', 'its own messages count')
})
