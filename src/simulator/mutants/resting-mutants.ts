/** One-line mistakes about what rests: stops that trigger, and limits that are enforced on resting orders. */
import type { Mutant } from './mutant.ts'

const LIFE = 'engine/order-life.ts'
const ORDER = 'engine/decide-order.ts'
const REPORT = 'engine/decide-report.ts'

export const STOP_MUTANTS: readonly Mutant[] = [
  {
    name: 'a stop that has triggered stands in no book',
    file: LIFE,
    from: '| OrderMark.TRIGGERED\n    f[slot * Order.NUMS + Order.V] = bound(f[slot * Order.NUMS + Order.V]!)\n    rest(oi, slot, f[slot * Order.NUMS + Order.PX]!)',
    to: '| OrderMark.TRIGGERED\n    f[slot * Order.NUMS + Order.V] = bound(f[slot * Order.NUMS + Order.V]!)',
    by: ['engine/trigger.test'],
  },
  {
    name: 'a trigger at a worse price reserves no more',
    file: LIFE,
    from: 'inverse ? Math.min(v, least) : Math.max(v, least)',
    to: 'v',
    by: ['engine/trigger.test'],
  },
  {
    name: 'a triggered stop that would not pass is left alone',
    file: 'engine/trigger.ts',
    from: 'if (reason === 0) return\n',
    to: 'if (reason >= 0) return\n',
    by: ['engine/trigger.test'],
  },
  {
    name: 'a test that errs takes the trigger back',
    file: 'engine/trigger.ts',
    from: 'onError(error)\n      return RISK_ERROR',
    to: 'throw error',
    by: ['engine/trigger.test'],
  },
  {
    name: 'a fill of a stop that waits leaves it waiting',
    file: REPORT,
    from: 'if (slot >= 0 && trigger.isWaiting(slot)) trigger.write(',
    to: 'if (slot >= 0 && trigger.isWaiting(-1)) trigger.write(',
    by: ['engine/trigger.test'],
  },
  {
    name: 'of a triggered stop only the accepted price is tested',
    file: ORDER,
    from: 'x[X.PX] = j.buys ? Math.max(x[X.PX]!, px) : Math.min(x[X.PX]!, px)',
    to: 'x[X.PX] = j.buys ? Math.min(x[X.PX]!, px) : Math.max(x[X.PX]!, px)',
    by: ['engine/trigger.test'],
  },
]

export const ENFORCEMENT_MUTANTS: readonly Mutant[] = [
  {
    name: 'what is being cancelled is not counted as gone',
    file: 'engine/enforcement.ts',
    from: 'if (relief.counts(slot)) relief.lift(slot)\n',
    to: '\n',
    by: ['engine/enforce-on-resting.test'],
  },
  {
    name: 'an order that is asked for goes on holding up the use',
    file: 'engine/enforcement.ts',
    from: 'relief.lift(slot)\n      asked++',
    to: 'asked++',
    by: ['engine/enforce-on-resting.test'],
  },
  {
    name: 'the oldest orders are cancelled first',
    file: 'engine/newest.ts',
    from: 'seqOf(b) - seqOf(a)',
    to: 'seqOf(a) - seqOf(b)',
    by: ['engine/enforce-on-resting.test'],
  },
  {
    name: 'a row for each asks where a row of the very object stands',
    file: 'engine/row-relief.ts',
    from: 'kind, object, 0, 0)) < 0 ? object : -1',
    to: 'kind, object, 0, 0)) < 0 ? object : object',
    by: ['engine/enforce-on-resting.test'],
  },
  {
    name: 'orders on the smaller end of a cell are cancelled too',
    file: 'engine/row-relief.ts',
    from: 'return endOf(cell, instrument, sells) >= endOf(cell, instrument, !sells)',
    to: 'return cell >= 0',
    by: ['engine/enforce-on-resting.test'],
  },
  {
    name: 'a pass that asked for cancels is the last one',
    file: 'engine/enforcement.ts',
    from: 'done: asked > 0 ? 0 : 1',
    to: 'done: 1',
    by: ['engine/enforce-on-resting.test'],
  },
  {
    name: 'a row that is set anew goes on being enforced as it was',
    file: 'engine/evolve-governance.ts',
    from: 'state.enforcements.end(slot)\n',
    to: '\n',
    by: ['engine/enforce-on-resting.test'],
  },
]
