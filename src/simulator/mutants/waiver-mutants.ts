/** One-line mistakes in what lets one order pass rows that it would not: soft blocks that are confirmed, overrides. */
import type { Mutant } from './mutant.ts'

const ROWS = 'engine/rows.ts'
const WAIVERS = 'engine/waivers.ts'
const OVERRIDES = 'engine/decide-overrides.ts'
const EVOLVE = 'engine/evolve-overrides.ts'

export const WAIVER_MUTANTS: readonly Mutant[] = [
  {
    name: 'a confirmation passes rows that nobody has confirmed',
    file: ROWS,
    from: 'if (j.confirmed.includes(li[slot * Row.INTS + Row.ID]!)) return SOFT | WAIVED',
    to: 'if (j.confirmed.length > 0) return SOFT | WAIVED',
    by: ['engine/soft-blocks.test'],
  },
  {
    name: 'what was agreed on for one order is good for another whose hash meets it',
    file: WAIVERS,
    from: 'return hasTerms(j, given.terms) ? 0 : mismatch',
    to: 'return 0',
    by: ['engine/overrides.test'],
  },
  {
    name: 'an override of one client is good for another',
    file: WAIVERS,
    from: 'if (given.session !== j.subjects[Kind.SESSION]) return unknown',
    to: 'if (given.session < 0) return unknown',
    by: ['engine/soft-blocks.test', 'engine/overrides.test'],
  },
  {
    name: 'an override is used before anybody has approved it',
    file: WAIVERS,
    from: 'if (given.confirmer < 0) return NOT_CONFIRMED',
    to: 'if (given.confirmer < -1) return NOT_CONFIRMED',
    by: ['engine/soft-blocks.test', 'engine/overrides.test'],
  },
  {
    name: 'an override lets any use pass',
    file: ROWS,
    from: 'if (at < 0 || !(x[X.AFTER]! <= j.overriddenMost[at]!)) return false',
    to: 'if (at < 0) return false',
    by: ['engine/overrides.test'],
  },
  {
    name: 'an override passes rows that were not asked for',
    file: ROWS,
    from: 'if (at < 0 || !(x[X.AFTER]! <= j.overriddenMost[at]!)) return false',
    to: 'if (j.overridden.length === 0) return false',
    by: ['engine/overrides.test'],
  },
  {
    name: 'an override passes a row without what it is measured by',
    file: ROWS,
    from: 'return reasonOf(slot, control, list) === REASON_OF[control]',
    to: 'return reasonOf(slot, control, list) !== 0',
    by: ['engine/overrides.test'],
  },
  {
    name: 'an override stays after its order',
    file: 'engine/decide-order.ts',
    from: 'if (j.overrideSeq !== 0) writeOverrideMoved(',
    to: 'if (j.overrideSeq < 0) writeOverrideMoved(',
    by: ['engine/overrides.test'],
  },
  {
    name: 'one person asks for an override and approves it',
    file: OVERRIDES,
    from: 'if (principal === given.requester) return MAKER_IS_CHECKER',
    to: 'if (principal < 0) return MAKER_IS_CHECKER',
    by: ['engine/overrides.test'],
  },
  {
    name: 'an approval of other controls than were asked for',
    file: OVERRIDES,
    from: 'if (decisionSeq !== given.decisionSeq || controls0 !== given.controls0 || controls1 !== given.controls1) {',
    to: 'if (decisionSeq !== given.decisionSeq) {',
    by: ['engine/overrides.test'],
  },
  {
    name: 'a machine asks for an override',
    file: OVERRIDES,
    from: 'if (!names.has(Kind.PRINCIPAL, principal) || names.isPerson[principal] === 0) return false',
    to: 'if (!names.has(Kind.PRINCIPAL, principal)) return false',
    by: ['engine/overrides.test'],
  },
  {
    name: 'a control that is not overridable is overridden',
    file: EVOLVE,
    from: 'if (OVERRIDABLE[version.control] === 0 || !isAmount(version, after)) continue',
    to: 'if (!isAmount(version, after)) continue',
    by: ['engine/overrides.test'],
  },
  {
    name: 'an override up to a use without an end',
    file: EVOLVE,
    from: 'if (action === ALERT || mode === SHADOW || after >= MOST) return false',
    to: 'if (action === ALERT || mode === SHADOW) return false',
    by: ['engine/overrides.test'],
  },
  {
    name: 'a kill leaves overrides',
    file: 'engine/evolve-event.ts',
    from: 'evolveGovernance.kill(tape, command, event)\n        return evolveOverrides.latched()',
    to: 'return evolveGovernance.kill(tape, command, event)',
    by: ['engine/overrides.test'],
  },
  {
    name: 'a refusal is let pass twice',
    file: EVOLVE,
    from: 'if (to === OverrideState.USED) refusals.drop(decisionSeq)',
    to: '',
    by: ['engine/overrides.test'],
  },
]
