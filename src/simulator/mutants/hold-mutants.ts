/** One-line mistakes about held orders: when they are decided, what they count, who is told. */
import type { Mutant } from './mutant.ts'

const DECIDE = 'engine/decide-holds.ts'
const EVOLVE = 'engine/evolve-holds.ts'
const CROSSINGS = 'engine/crossings.ts'
const BY = ['engine/holds.test', 'engine/hold-ends.test']

export const HOLD_MUTANTS: readonly Mutant[] = [
  {
    name: 'a held order is decided while an order that it crosses lives',
    file: DECIDE,
    from: 'if (!hold.isReady) return writeRefused(tape, ORDER_UNKNOWN_STATE)',
    to: '',
    by: BY,
  },
  {
    name: 'a held order may be approved behind its deadline',
    file: DECIDE,
    from: 'if (hold.deadlineUs <= timeUs) return this.#expire(tape, hold)',
    to: '',
    by: BY,
  },
  {
    name: 'the end of one crossing order ends the wait for all',
    file: 'engine/state/holds.ts',
    from: 'if (hold.waitsFor.length > 0) continue',
    to: '',
    by: BY,
  },
  {
    name: 'a held order stands in its own way when it is decided again',
    file: EVOLVE,
    from: 'if (to === HELD) return life.withdraw(slot)',
    to: 'if (to === HELD) return',
    by: BY,
  },
  {
    name: 'a held order that was refused stays reserved',
    file: EVOLVE,
    from: 'life.withdraw(slot)\n    life.close(slot, to)',
    to: 'life.close(slot, to)',
    by: BY,
  },
  {
    name: 'a held order that is approved is reserved no more',
    file: 'engine/order-life.ts',
    from: 'rest(oi, slot, f[of + Order.PX]!)\n    reserve(slot, 0, 1)',
    to: 'rest(oi, slot, f[of + Order.PX]!)',
    by: BY,
  },
  {
    name: 'a held order that is approved does not rest for self-match',
    file: 'engine/order-life.ts',
    from: 'rest(oi, slot, f[of + Order.PX]!)\n    reserve(slot, 0, 1)',
    to: 'reserve(slot, 0, 1)',
    by: BY,
  },
  {
    name: 'two held orders may cross each other',
    file: CROSSINGS,
    from: 'return found.length > 0 && !isHeld',
    to: 'return found.length > 0',
    by: BY,
  },
  {
    name: 'an order that something else refuses too has resting orders canceled',
    file: CROSSINGS,
    from: 'if (names.ownerCancelsFirst[j.owner] === 0 || !isAlone()) return false',
    to: 'if (names.ownerCancelsFirst[j.owner] === 0) return false',
    by: BY,
  },
  {
    name: 'of a crossing order the accepted price alone counts',
    file: CROSSINGS,
    from: 'if (meets(slot, vf[version * Version.NUMS + Version.PX]!)) return true',
    to: '',
    by: BY,
  },
  {
    name: 'an order is held and nothing is asked to be canceled',
    file: CROSSINGS,
    from: 'if (f[crossing * Order.NUMS + Order.CANCEL_SEQ] !== 0) continue',
    to: 'continue',
    by: BY,
  },
  {
    name: 'the decision on a held order waits until others were decided',
    file: 'engine/next-work.ts',
    from: 'if (timer === undefined || timer.dueUs > timeUs) return nextHold()',
    to: 'if (timer === undefined || timer.dueUs > timeUs) return null',
    by: BY,
  },
  {
    name: 'a kill leaves what is held to be decided',
    file: 'engine/decide-governance.ts',
    from: 'if (orders.i[oi + Order.STATE] === HELD) writeHoldEnded(tape, orderSeq, slot, CANCELED, KILLED)\n      else',
    to: '',
    by: BY,
  },
  {
    name: 'a cancel leaves what is held to be decided',
    file: 'engine/decide-report.ts',
    from: 'if (isHeld(slot)) endHold(tape, slot, CANCELED_STATE)',
    to: '',
    by: BY,
  },
  {
    name: 'what the market has is decided again as if it had never been sent',
    file: 'engine/decide-report.ts',
    from: 'if (isHeld(slot)) endHold(tape, slot, WORKING)\n    writeMoved(',
    to: 'writeMoved(',
    by: BY,
  },
  {
    name: 'what executed is decided again as if it had never been sent',
    file: 'engine/decide-report.ts',
    from: 'if (isHeld(slot)) endHold(tape, slot, WORKING)\n    }',
    to: '}',
    by: BY,
  },
  {
    name: 'an override lets an order wait and pass what is there then',
    file: 'engine/decide-order.ts',
    from: 'return j.overrideSeq === 0 && crossings.mayBeAwaited()',
    to: 'return crossings.mayBeAwaited()',
    by: ['engine/hold-ends.test', 'engine/overrides.test'],
  },
  {
    name: 'an enforced limit asks the market to cancel what is held',
    file: 'engine/enforcement.ts',
    from: 'if (i[oi + Order.STATE] === HELD) writeHoldEnded',
    to: 'if (i[oi + Order.STATE] === -1) writeHoldEnded',
    by: BY,
  },
  {
    name: 'a machine alone lets resting orders be canceled for new ones',
    file: 'engine/two-people.ts',
    from: '(flags & CANCELS_FIRST) !== 0 && !wasFirst',
    to: '(flags & CANCELS_FIRST) !== 0 && known < -1',
    by: ['engine/two-people.test'],
  },
  {
    name: 'work of the gate itself goes before what is due',
    file: 'sequencer/sequencer.ts',
    from: 'this.#sequenceOwn(this.#engine.due(timeUs) ?? work, timeUs)',
    to: 'this.#sequenceOwn(work, timeUs)',
    by: ['sequencer/sequencer.test'],
  },
  {
    name: 'a held order is answered before it is decided',
    file: 'gateway/answers/held-orders.ts',
    from: 'return tape.i32[(event >> 2) + HOLD_ENDED.at.state] !== HELD',
    to: 'return true',
    by: ['gateway/rest/held-orders.test'],
  },
]
