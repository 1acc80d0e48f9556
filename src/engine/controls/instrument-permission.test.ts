/** INSTRUMENT_PERMISSION: every name is known, and account, trader, strategy and asset class are permitted together. */
import assert from 'node:assert/strict'
import { boundaryTable, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'

const unbound =
  (kind: 'TRADER_ACCOUNT' | 'STRATEGY_ACCOUNT' | 'ACCOUNT_ASSET_CLASS', a: string, b: string): Step =>
  (s) =>
    s.bind(kind, a, b, 0)
const coin: Step = (s) => {
  s.name('ASSET_CLASS', 'CRYPTO')
  s.instrument('COIN', { assetClass: s.id('CRYPTO') })
  s.quote('COIN', 9_999, 10_001)
}
const mayCoin: Step = (s) => s.bind('ACCOUNT_ASSET_CLASS', 'A1', 'CRYPTO')
const unknown = { instrument: '?', account: '?', trader: '?', strategy: '?', venue: '?' } as const

boundaryTable('INSTRUMENT_PERMISSION', [
  ['all is permitted', () => {}, {}, 'PASS'],
  ['an unknown instrument', () => {}, { instrument: '?' }, 'UNKNOWN_INSTRUMENT'],
  ['an unknown account', () => {}, { account: '?' }, 'UNKNOWN_ACCOUNT'],
  ['an unknown trader', () => {}, { trader: '?' }, 'UNKNOWN_TRADER'],
  ['an unknown strategy', () => {}, { strategy: '?' }, 'UNKNOWN_STRATEGY'],
  ['an unknown venue', () => {}, { venue: '?' }, 'UNKNOWN_VENUE'],
  ['no strategy at all', () => {}, { strategy: '' }, 'UNKNOWN_STRATEGY'],
  ['the name of another kind is no account', () => {}, { account: 'T1' }, 'UNKNOWN_ACCOUNT'],
  ['nor is an account a trader', () => {}, { trader: 'A1' }, 'UNKNOWN_TRADER'],
  ['of all that is not known the instrument', () => {}, unknown, 'UNKNOWN_INSTRUMENT'],
  ['then the account', () => {}, { ...unknown, instrument: 'ACME' }, 'UNKNOWN_ACCOUNT'],
  ['then the trader', () => {}, { ...unknown, instrument: 'ACME', account: 'A1' }, 'UNKNOWN_TRADER'],
  ['then the strategy', () => {}, { strategy: '?', venue: '?' }, 'UNKNOWN_STRATEGY'],
  ['the trader may not on this account', unbound('TRADER_ACCOUNT', 'T1', 'A1'), {}, 'HIERARCHY_MISMATCH'],
  ['but on another', unbound('TRADER_ACCOUNT', 'T1', 'A1'), { account: 'A2' }, 'PASS'],
  ['the strategy may not', unbound('STRATEGY_ACCOUNT', 'S1', 'A1'), {}, 'HIERARCHY_MISMATCH'],
  ['another strategy may', unbound('STRATEGY_ACCOUNT', 'S1', 'A1'), { strategy: 'manual' }, 'PASS'],
  ['the account may not trade the asset class', coin, { instrument: 'COIN' }, 'INSTRUMENT_NOT_PERMITTED'],
  ['permitted', [coin, mayCoin], { instrument: 'COIN' }, 'PASS'],
  ['permitted to another account', [coin, mayCoin], { instrument: 'COIN', account: 'A2' }, 'INSTRUMENT_NOT_PERMITTED'],
  ['taken back', unbound('ACCOUNT_ASSET_CLASS', 'A1', 'EQUITY'), {}, 'INSTRUMENT_NOT_PERMITTED'],
  [
    'the hierarchy before the asset class',
    [coin, unbound('TRADER_ACCOUNT', 'T1', 'A1')],
    { instrument: 'COIN' },
    'HIERARCHY_MISMATCH',
  ],
])

scenario('INSTRUMENT_PERMISSION: of an order with a name that is not known nothing else is judged', (s) => {
  s.kill('KILLED')
  const { results, reason, qtyPassing } = s.order({ instrument: '?', orderQty: 0 })
  assert.deepEqual(results, { INSTRUMENT_PERMISSION: 'FAIL' })
  assert.equal(`${reason} ${qtyPassing}`, 'UNKNOWN_INSTRUMENT 0')
})

scenario(
  'INSTRUMENT_PERMISSION: a binding that is taken back keeps what was traded under it, and stops replaces',
  (s) => {
    const id = s.working({})
    s.fill(id, 40)
    s.bind('TRADER_ACCOUNT', 'T1', 'A1', 0)
    assert.equal(s.replace(id, { orderQty: 50 }).reason, 'HIERARCHY_MISMATCH')
    s.fill(id, 10)
    assert.deepEqual(s.cell('A1', 'ACME', 'T1'), { position: 50, buyLeaves: 50, sellLeaves: 0 })
    s.report('Canceled', id)
    s.bind('TRADER_ACCOUNT', 'T1', 'A1')
    s.working({})
    assert.deepEqual(s.cell('A1', 'ACME', 'T1'), { position: 50, buyLeaves: 100, sellLeaves: 0 })
  },
)
