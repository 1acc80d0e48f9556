/** Mistakes in what keeps a flood of one sender from the others. */
import type { Mutant } from './mutant.ts'

const WINDOW = 'gateway/ratelimit/sliding-window.ts'
const LIMITS = 'gateway/ratelimit/rate-limits.ts'
const SEQUENCER = 'sequencer/sequencer.ts'
const OF_LIMITS = ['gateway/ratelimit/rate-limits.test']
const OF_AGE = ['sequencer/stale-orders.test']

export const FLOOD_MUTANTS: readonly Mutant[] = [
  {
    name: 'rates: one more than the rate passes in a window',
    file: WINDOW,
    from: 'if (this.#count < most) return 0',
    to: 'if (this.#count <= most) return 0',
    by: ['gateway/ratelimit/sliding-window.test'],
  },
  {
    name: 'rates: a burst is not looked at',
    file: WINDOW,
    from: 'return Math.max(this.#wait(max, windowMs, nowUs), this.burstWaitUs(nowUs))',
    to: 'return this.#wait(max, windowMs, nowUs)',
    by: ['gateway/ratelimit/sliding-window.test'],
  },
  {
    name: 'rates: what is refused is counted',
    file: LIMITS,
    from: 'if (refused === undefined) this.#countAll()',
    to: 'this.#countAll()',
    by: OF_LIMITS,
  },
  {
    name: 'rates: a stranger uses up the rate of an account by naming it',
    file: LIMITS,
    from: "if (!directory.isBound('SESSION_TRADER', session, traderID)) return",
    to: '',
    by: ['gateway/ratelimit/rates-on-wires.test', ...OF_LIMITS],
  },
  {
    name: 'rates: a clock that steps back opens a window',
    file: LIMITS,
    from: 'this.#nowUs = Math.max(this.#nowUs, this.#world.nowMs() * MS_US)',
    to: 'this.#nowUs = this.#world.nowMs() * MS_US',
    by: OF_LIMITS,
  },
  {
    name: 'an order is decided however long it has waited',
    file: SEQUENCER,
    from: 'if (this.#turnUs - next.sinceUs > this.#orderAgeMaxUs) {',
    to: 'if (this.#turnUs - next.sinceUs > this.#orderAgeMaxUs * 1e9) {',
    by: OF_AGE,
  },
  {
    name: 'orders are decided while the disk is late',
    file: SEQUENCER,
    from: 'if (this.#isDiskLate) return',
    to: '',
    by: OF_AGE,
  },
  {
    name: 'one sender fills the queue for all',
    file: SEQUENCER,
    from: ' || own > this.#queueMax - waiting) return true',
    to: ') return true',
    by: OF_AGE,
  },
]
