/** A firm in production can always be opened again: whoever takes duties away, two people keep each that it needs. */
import assert from 'node:assert/strict'
import { dutyBits } from '../auth/duties.ts'
import { reasonNumber } from '../model/codes.ts'
import { BINDING_KINDS, type Duty, LASTING_DUTIES, NAME_KINDS, OFFICER_DUTIES } from '../model/vocabulary.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import type { Given } from '../simulator/scenario-given.ts'
import { agreed, approve, inWords, propose, viewOf } from '../simulator/scenario-people.ts'

const PRODUCTION = { genesis: { officer1: 'OFFICER-A', officer2: 'OFFICER-B', profile: 1 } } as const
const TWO = 'TWO_PEOPLE_NEEDED'
const LAST = 'LAST_OFFICER'

const duties = (s: Scenario, who: string, held: readonly Duty[], allow = 1): Given<'Binding'> => ({
  ...{ kind: BINDING_KINDS.indexOf('PRINCIPAL_DUTY'), a: s.id(who), b: dutyBits(held), allow },
})
const without = (duty: Duty) => OFFICER_DUTIES.filter((held) => held !== duty)
const bind = (s: Scenario, sender: string, given: Given<'Binding'>) =>
  inWords(s.send('Binding', { ...given, principal: s.id(sender) }))

/** Leaves ALICE and BOB with nothing: only the officers are left. */
function officersAlone(s: Scenario): void {
  for (const who of ['ALICE', 'BOB']) s.applied('Binding', duties(s, who, [], 0))
}

for (const duty of LASTING_DUTIES) {
  scenario(
    `two people keep ${duty}, also where both agree otherwise`,
    (s) => {
      officersAlone(s)
      assert.equal(bind(s, 'OFFICER-A', duties(s, 'OFFICER-A', without(duty))), LAST)
      assert.equal(bind(s, 'OFFICER-A', duties(s, 'OFFICER-A', [], 0)), LAST)
      assert.equal(bind(s, 'OFFICER-A', duties(s, 'OFFICER-B', without(duty))), TWO, "another's take two people")
      assert.equal(propose(s, 'OFFICER-A', 'Binding', duties(s, 'OFFICER-B', without(duty))), LAST)
      // With a third one any of them may go, and then nobody else.
      agreed(s, ['OFFICER-A', 'OFFICER-B'], 'Binding', duties(s, 'ALICE', ['admin', duty]))
      const waits = propose(s, 'OFFICER-B', 'Binding', duties(s, 'ALICE', [], 0)) as number
      assert.equal(bind(s, 'OFFICER-A', duties(s, 'OFFICER-A', without(duty))), 'Applied')
      assert.equal(bind(s, 'ALICE', duties(s, 'ALICE', [], 0)), LAST)
      // Asked for while there were three, and carried out when there are two. Who still may approve, does.
      if (duty === 'limits:approve') assert.equal(approve(s, 'OFFICER-A', waits), 'DUTY_MISSING')
      else {
        approve(s, 'OFFICER-A', waits)
        assert.deepEqual(
          viewOf(s, waits).refusals.map(({ reason }) => reason),
          [reasonNumber(LAST)],
        )
      }
      assert.equal(s.engine.directory.dutiesOf(s.id('ALICE')), dutyBits(['admin', duty]))
    },
    PRODUCTION,
  )
}

scenario(
  'a duty that opens nothing may be laid down by whoever has it, and comes back by two',
  (s) => {
    officersAlone(s)
    assert.equal(bind(s, 'OFFICER-A', duties(s, 'OFFICER-A', without('kill'))), 'Applied')
    assert.equal(bind(s, 'OFFICER-A', duties(s, 'OFFICER-A', OFFICER_DUTIES)), TWO)
    agreed(s, ['OFFICER-B', 'OFFICER-A'], 'Binding', duties(s, 'OFFICER-A', OFFICER_DUTIES))
    for (const [step, who] of ['OFFICER-A', 'OFFICER-B'].entries()) {
      s.applied('Release', { latch: 1, state: 0, step, principal: s.id(who) })
    }
  },
  PRODUCTION,
)

scenario(
  'an officer is not made a machine while there are only two',
  (s) => {
    officersAlone(s)
    const name = (who: string, flags: number) => ({
      ...{ entity: -1, client: -1, desk: -1, trader: -1, owner: -1, kind: NAME_KINDS.indexOf('PRINCIPAL') },
      ...{ name: who, flags },
    })
    assert.equal(propose(s, 'OFFICER-A', 'Hierarchy', name('OFFICER-B', 0)), LAST)
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'Binding', duties(s, 'ALICE', OFFICER_DUTIES))
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'Hierarchy', name('OFFICER-B', 0))
    assert.equal(propose(s, 'OFFICER-A', 'Hierarchy', name('ALICE', 0)), LAST)
  },
  PRODUCTION,
)
