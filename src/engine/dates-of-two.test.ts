/**
 * When a trade date begins is nobody's own to say in production (S§13): calendars, their days, what is told of a zone and
 * the roll by hand take two people; the timer's roll comes by itself. Who zeroes the day's flow ends the day's limits.
 */
import assert from 'node:assert/strict'
import { mock } from 'node:test'
import { dutyBits } from '../auth/duties.ts'
import { ZONE_NOTICE_US } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import { BINDING_KINDS, NAME_KINDS, TRADING_STATES } from '../model/vocabulary.ts'
import type { CommandName } from '../simulator/commands/command.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { type Given, START_US } from '../simulator/scenario-given.ts'
import { agreed, approve, inWords, propose } from '../simulator/scenario-people.ts'
import { CalendarDecider } from './decide-calendars.ts'

const OFFICERS = { officer1: 'OFFICER-A', officer2: 'OFFICER-B' } as const
const DEMO = { genesis: OFFICERS } as const
const PRODUCTION = { genesis: { ...OFFICERS, profile: 1 } } as const
const TWO = 'TWO_PEOPLE_NEEDED'
const ZONE = 'Etc/Test'
const HOUR_US = 3_600_000_000
const DAY_US = 24 * HOUR_US

/** What is told of the zone: days from the start, and the offset in hours. */
const told = (fromDays: number, untilDays: number, hours = 0): Given<'ZoneTransitions'> => ({
  ...{ zone: ZONE, offsetSeconds: hours * 3600 },
  ...{ fromUs: START_US + fromDays * DAY_US, untilUs: START_US + untilDays * DAY_US },
})
/** Begins each date at midnight by the zone's clock: nine hours from the start. */
const daily = (more: Given<'Calendar'> = {}): Given<'Calendar'> => ({
  ...{ entity: -1, venue: -1, zone: ZONE, rollSeconds: 0, evening: 0, weekend: 0, closeSeconds: -1, ...more },
})
const holiday: Given<'CalendarDay'> = { entity: -1, venue: -1, date: 20270116, kind: 1, closeSeconds: -1 }
const roll = (tradeDate: number, calendar = -1): Given<'DayRoll'> => ({ calendar, tradeDate })
const dateOf = (s: Scenario) => s.engine.directory.tradeDate

function robot(s: Scenario): void {
  s.name('PRINCIPAL', 'ROBOT')
  const b = dutyBits(['reference:write', 'day:roll', 'limits:approve', 'admin'])
  s.applied('Binding', { kind: BINDING_KINDS.indexOf('PRINCIPAL_DUTY'), a: s.id('ROBOT'), b, allow: 1 })
}

function direct<N extends CommandName>(s: Scenario, who: string, name: N, given: Given<N>): string {
  return inWords(s.send(name, { ...given, principal: s.id(who) }))
}

/** Nobody alone, whoever it is: a machine with every duty, either officer, or the gate unasked. */
function nobodyAlone<N extends CommandName>(s: Scenario, name: N, given: Given<N>): void {
  for (const who of ['ROBOT', 'OFFICER-A', 'OFFICER-B'])
    assert.equal(direct(s, who, name, given), TWO, `${name}: ${who}`)
  assert.equal(inWords(s.send(name, given)), TWO, `${name}: the gate itself`)
}

scenario(
  'in production nobody alone sets a calendar, from the first one on, nor its days, nor rolls by hand',
  (s) => {
    robot(s)
    s.release(1)
    s.parameter('statementsRequired', 0)
    s.fill(s.working(), 40)
    const { executed } = s.exposure('FIRM')
    assert.ok(executed > 0)
    nobodyAlone(s, 'ZoneTransitions', told(-1, 400))
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'ZoneTransitions', told(-1, 400))
    nobodyAlone(s, 'Calendar', daily())
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'Calendar', daily())
    nobodyAlone(s, 'Calendar', daily({ rollSeconds: 15 * 3600 + 1 }))
    nobodyAlone(s, 'CalendarDay', holiday)
    agreed(s, ['OFFICER-B', 'OFFICER-A'], 'CalendarDay', holiday)
    nobodyAlone(s, 'CalendarDay', { ...holiday, kind: 0 })
    nobodyAlone(s, 'DayRoll', roll(20270117))
    assert.equal(s.exposure('FIRM').executed, executed)
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'DayRoll', roll(20270117))
    assert.deepEqual([dateOf(s), s.exposure('FIRM').executed], [20270117, 0])
  },
  PRODUCTION,
)

scenario(
  "in production the timer's roll comes by itself, and no other command of nobody passes for it",
  (s) => {
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'ZoneTransitions', told(-1, 400))
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'Calendar', daily())
    s.wait(9 * HOUR_US - 1)
    s.tick()
    assert.equal(inWords(s.send('DayRoll', roll(20270116))), TWO, 'a microsecond early')
    assert.equal(dateOf(s), 20270115)
    s.wait(1)
    s.tick()
    assert.equal(dateOf(s), 20270116)
    assert.equal(inWords(s.send('DayRoll', roll(20270117))), TWO, 'the next one is not due')
  },
  PRODUCTION,
)

scenario(
  'a roll that is due is the one of its date: another date in its place takes two people',
  (s) => {
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'ZoneTransitions', told(-1, 400))
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'Calendar', daily())
    s.wait(9 * HOUR_US)
    const due = s.engine.due(s.timeUs)
    assert.ok(due !== null)
    for (const [given, said] of [
      [roll(20270117), TWO],
      [roll(20270116, s.id('E1')), TWO],
      [roll(20270116), 'Applied'],
    ] as const) {
      assert.equal(inWords(s.sendUnasked('DayRoll', given)), said, JSON.stringify(given))
    }
  },
  PRODUCTION,
)

scenario(
  'a calendar that is stuck is rolled by two people as well',
  (s) => {
    robot(s)
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'Calendar', daily())
    assert.deepEqual(
      s.saidOf('CalendarStuck').map(({ reason }) => reason),
      ['ZONE_UNKNOWN'],
    )
    nobodyAlone(s, 'DayRoll', roll(20270116))
    const id = propose(s, 'OFFICER-A', 'DayRoll', roll(20270116))
    assert.equal(approve(s, 'OFFICER-A', id as number), 'MAKER_IS_CHECKER')
    assert.match(approve(s, 'OFFICER-B', id as number), /^ProposalMoved ProposalLineApplied Applied/)
    assert.equal(dateOf(s), 20270116)
  },
  PRODUCTION,
)

scenario(
  'a roll that two people agreed on and that fails with an error blocks the firm, as any other that fails',
  (s) => {
    const id = propose(s, 'OFFICER-A', 'DayRoll', roll(20270116)) as number
    const failing = mock.method(CalendarDecider.prototype, 'dayRoll', () => {
      throw new Error('the roll erred')
    })
    approve(s, 'OFFICER-B', id)
    failing.mock.restore()
    assert.deepEqual(s.riskErrors.map(String), ['Error: the roll erred'])
    s.riskErrors.length = 0
    assert.deepEqual(
      [...s.engine.view.latches()].map(({ cause, state }) => [cause, state]),
      [[reasonNumber('RISK_ERROR'), TRADING_STATES.indexOf('BLOCKED')]],
    )
    assert.equal(dateOf(s), 20270115)
  },
  DEMO,
)

scenario(
  'a machine says again what is known of a zone, and what begins a year from now; never what comes sooner, nor otherwise',
  (s) => {
    robot(s)
    const year = ZONE_NOTICE_US / DAY_US
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'ZoneTransitions', told(-10, 20, 1))
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'ZoneTransitions', told(20, year + 1, 2))
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'Calendar', daily())
    const due = s.engine.view.readiness(s.id('A1')).nextRoll
    for (const [title, given] of [
      ['the same', told(-10, 20, 1)],
      ['a part', told(-3, 4, 1)],
      ['the later part', told(30, 40, 2)],
    ] as const) {
      assert.equal(direct(s, 'ROBOT', 'ZoneTransitions', given), 'Applied', title)
      assert.deepEqual(s.engine.view.readiness(s.id('A1')).nextRoll, due, title)
    }
    for (const [title, given] of [
      ['another offset', told(-3, 4, 2)],
      ['over the change of the clock', told(10, 30, 1)],
      ['from before what is known', told(-11, 20, 1)],
      ['behind a gap', told(year + 2, year + 3, 2)],
      ['another offset that goes on', told(30, year + 9, 1)],
      ['another zone', { ...told(-10, 20, 1), zone: 'Etc/Other' }],
    ] as const) {
      for (const who of ['ROBOT', 'OFFICER-A']) assert.equal(direct(s, who, 'ZoneTransitions', given), TWO, title)
    }
    s.timeUs = START_US + DAY_US
    assert.equal(direct(s, 'ROBOT', 'ZoneTransitions', told(year + 1, year + 9, 5)), 'Applied', 'a year from now')
    s.wait(8 * DAY_US + 1)
    s.tick()
    assert.equal(direct(s, 'ROBOT', 'ZoneTransitions', told(year + 9, year + 99, 5)), TWO, 'a microsecond sooner')
  },
  PRODUCTION,
)

scenario(
  'a machine gives no desk an account of a second entity where that would change the calendar that it rolls with',
  (s) => {
    robot(s)
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'ZoneTransitions', told(-1, 400))
    const kind = NAME_KINDS.indexOf('ACCOUNT')
    const account = (name: string, entity: string, desk = 'D1', client = 'C1') => ({
      ...{ kind, name, flags: 0, trader: -1, entity: s.id(entity), desk: s.id(desk) },
      ...{ client: s.id(client), owner: s.id('O1') },
    })
    s.name('DESK', 'D9')
    s.name('CLIENT', 'C9')
    s.name('ENTITY', 'E3')
    assert.equal(direct(s, 'ROBOT', 'Hierarchy', account('A8', 'E2', 'D2', 'C2')), 'Applied', 'no entity rolls alone')
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'Calendar', daily({ entity: s.id('E1') }))
    for (const [title, given, said] of [
      ['a desk of another entity', account('A9', 'E3', 'D1', 'C9'), TWO],
      ['a client of another entity', account('A9', 'E3', 'D9', 'C1'), TWO],
      ['a desk and a client of nobody', account('A9', 'E3', 'D9', 'C9'), 'Applied'],
      ['the same again', account('A9', 'E3', 'D9', 'C9'), 'Applied'],
      ['one more of the same entity', account('A10', 'E3', 'D9', 'C9'), 'Applied'],
    ] as const) {
      assert.equal(direct(s, 'ROBOT', 'Hierarchy', given), said, title)
    }
  },
  { ...PRODUCTION, entities: 2 },
)

scenario(
  'a demo is set up by machines: they set its calendars and roll it',
  (s) => {
    robot(s)
    for (const [name, given] of [
      ['ZoneTransitions', told(-1, 400)],
      ['ZoneTransitions', told(100, 400, 3)],
      ['Calendar', daily()],
      ['CalendarDay', holiday],
      ['DayRoll', roll(20270117)],
    ] as const) {
      assert.equal(direct(s, 'ALICE', name, given as never), 'DUTY_MISSING', name)
      assert.equal(direct(s, 'OFFICER-A', name, given as never), TWO, name)
      assert.equal(direct(s, 'ROBOT', name, given as never), 'Applied', name)
    }
  },
  DEMO,
)
