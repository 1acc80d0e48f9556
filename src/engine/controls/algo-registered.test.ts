/** ALGO_REGISTERED: what the hierarchy calls an algorithm needs a registration that is approved for this gate. */
import assert from 'node:assert/strict'
import { boundaryTable, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import type { Scenario } from '../../simulator/scenario-engine.ts'

const isAlgo =
  (flag = 1): Step =>
  (s) => {
    s.name('STRATEGY', 'S1', { trader: 'T1' }, flag)
  }
const OWN = { environment: 0, approved: 1, algoId: 'TWAP', version: '3', parameterHash: '9f' }
const named = (s: Scenario) => ({ strategy: s.id('S1'), owner: s.id('ALICE') })
const registered =
  (given: Partial<typeof OWN> = {}): Step =>
  (s) => {
    s.applied('Algo', { ...named(s), ...OWN, ...given })
  }

boundaryTable('ALGO_REGISTERED', [
  ['no algorithm', [], {}, 'N/A'],
  ['an algorithm without a registration', isAlgo(), {}, 'ALGO_NOT_REGISTERED 0'],
  ['a registered one', [isAlgo(), registered()], {}, 'PASS'],
  ['registered before it was called one', [registered(), isAlgo()], {}, 'PASS'],
  ['not approved', [isAlgo(), registered({ approved: 0 })], {}, 'ALGO_NOT_REGISTERED 0'],
  ['approved for another environment', [isAlgo(), registered({ environment: 1 })], {}, 'ALGO_NOT_REGISTERED 0'],
  ['the approval taken back', [isAlgo(), registered(), registered({ approved: 0 })], {}, 'ALGO_NOT_REGISTERED 0'],
  ['none any more', [isAlgo(), isAlgo(0)], {}, 'N/A'],
  ['another strategy', isAlgo(), { strategy: 'manual', trader: 'T2' }, 'N/A'],
])

scenario('a registration names everything that it is asked for', (s) => {
  for (const missing of [{ algoId: '' }, { version: '' }, { parameterHash: '' }, { approved: 2 }, { environment: 2 }]) {
    s.send('Algo', { ...named(s), ...OWN, ...missing })
    assert.equal(s.refusal, 'INVALID_VALUE')
  }
  s.send('Algo', { ...named(s), ...OWN, owner: s.id('X1') })
  assert.equal(s.refusal, 'UNKNOWN_NAME')
})
