/** MARKET_DATA: how long a feed may be silent, and what a crossed book does. */
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { SECOND } from '../../simulator/scenario-given.ts'

const { at, absent } = rowsOf('MARKET_DATA')
const silent =
  (us: number): Step =>
  (s) =>
    s.wait(us)
const heard: Step = (s) => s.heartbeat()
const crossed: Step = (s) => {
  s.lastTrade('ACME', 10_000)
  s.quote('ACME', 10_001, 10_001)
}

boundaryTable('MARKET_DATA', [
  ['one microsecond below the limit', [at('S1', SECOND), silent(SECOND - 1)], {}, 'PASS'],
  ['at the limit', [at('S1', SECOND), silent(SECOND)], {}, 'PASS'],
  ['one microsecond over', [at('S1', SECOND), silent(SECOND + 1)], {}, 'MARKET_DATA 0'],
  ['zero, at the moment of the quote', at('S1', 0), {}, 'PASS'],
  ['zero, a microsecond later', [at('S1', 0), silent(1)], {}, 'MARKET_DATA 0'],
  ['unlimited', [at('S1', MAX), silent(SECOND)], {}, 'PASS'],
  ['absent', [at('S1', 0), silent(SECOND), absent('S1')], {}, 'N/A'],
  ['a quiet instrument of a feed that is heard of', [at('S1', SECOND), silent(60 * SECOND), heard], {}, 'PASS'],
  ['a crossed book', [at('FIRM', SECOND), crossed], {}, 'MARKET_DATA 0'],
  ['an alert', [at('S1', 0, { action: 'ALERT' }), silent(1)], {}, 'ALERT'],
])
