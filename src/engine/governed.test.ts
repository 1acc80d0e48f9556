/**
 * Every command that two people govern, in production (S§14): what a machine with its duty may do alone, what one officer
 * may, and that two may do it. The table is held to the engine's own: a governed command without a row fails.
 */
import assert from 'node:assert/strict'
import { dutyBits } from '../auth/duties.ts'
import { controlIndex } from '../model/controls.ts'
import { parameterIndex } from '../model/parameters.ts'
import { COMMANDS } from '../model/records/commands.ts'
import { encode, type RecordLayout } from '../model/records/schema.ts'
import { Tape } from '../model/records/tape.ts'
import { BINDING_KINDS, type Duty, LIST_KINDS, LIST_MODES, NAME_KINDS } from '../model/vocabulary.ts'
import type { CommandName } from '../simulator/commands/command.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import type { Given } from '../simulator/scenario-given.ts'
import { agreed, approve, inWords, propose } from '../simulator/scenario-people.ts'
import { kindOf } from './command-duties.ts'

const PRODUCTION = { genesis: { officer1: 'OFFICER-A', officer2: 'OFFICER-B', profile: 1 } } as const
/** All that no sender of orders may hold. */
const DUTIES: readonly Duty[] = [
  'limits:approve',
  'reference:write',
  'lists:write',
  'positions:write',
  'quotes:write',
  'day:roll',
  'admin',
]
const NOBODY = { entity: -1, client: -1, desk: -1, trader: -1, owner: -1 }

type Said = 'Applied' | 'TWO_PEOPLE_NEEDED'
type Row = {
  [N in CommandName]: readonly [name: N, what: string, machine: Said, officer: Said, given: (s: Scenario) => Given<N>]
}[CommandName]

const ALONE = 'Applied'
const TWO = 'TWO_PEOPLE_NEEDED'
const limit = (s: Scenario) => ({
  control: controlIndex('MAX_ORDER_QTY'),
  subject: s.id('A1'),
  objectKind: 0,
  object: -1,
})
const list = (mode: 'OFF' | 'NO_TRADE') => ({
  ...{ list: LIST_KINDS.indexOf('RESTRICTED'), instrument: 0, subject: -1, mode: LIST_MODES.indexOf(mode) },
  ...{ fromUs: 0, untilUs: 0 },
})
const tie = (s: Scenario, allow: number) => ({
  ...{ kind: BINDING_KINDS.indexOf('TRADER_ACCOUNT'), a: s.id('T1'), b: s.id('A1'), allow },
})
const algo = (s: Scenario, approved: number) => ({
  ...{ strategy: s.id('manual'), environment: 1, owner: s.id('OFFICER-A'), approved },
  ...{ algoId: 'A', version: '1', parameterHash: 'ab' },
})
const state = (more: Given<'InstrumentState'>) => ({ instrument: 0, halted: 0, rule201: 0, active: 0, ...more })
const life = parameterIndex('tokenLifeUs')

/** In this order: a row may rest on what the ones before it left. */
const ROWS: readonly Row[] = [
  ['Limit', 'more', TWO, TWO, (s) => ({ ...limit(s), hard: 501 })],
  ['Limit', 'less', ALONE, ALONE, (s) => ({ ...limit(s), hard: 499 })],
  ['Limit', 'none', TWO, TWO, (s) => ({ ...limit(s), flags: 1 })],
  ['Parameter', 'looser', TWO, TWO, () => ({ parameter: life, value: 3_000_000 })],
  ['Parameter', 'tighter', ALONE, ALONE, () => ({ parameter: life, value: 1_000_000 })],
  ['List', 'forbids', ALONE, ALONE, () => list('NO_TRADE')],
  ['List', 'lets go', TWO, TWO, () => list('OFF')],
  ['Binding', 'forbids', ALONE, ALONE, (s) => tie(s, 0)],
  ['Binding', 'permits', TWO, TWO, (s) => tie(s, 1)],
  ['Algo', 'takes back', ALONE, ALONE, (s) => algo(s, 0)],
  ['Algo', 'approves', TWO, TWO, (s) => algo(s, 1)],
  ['InstrumentState', 'halts', ALONE, ALONE, () => state({ flags: 4, halted: 1 })],
  ['InstrumentState', 'goes on', ALONE, TWO, () => state({ flags: 4, halted: 0 })],
  ['Hierarchy', 'a name', ALONE, TWO, () => ({ ...NOBODY, kind: NAME_KINDS.indexOf('VENUE'), name: 'V9' })],
  ['Instrument', 'an instrument', ALONE, TWO, (s) => instrument(s)],
  [
    'Locate',
    'shares',
    ALONE,
    TWO,
    (s) => ({ locateID: 'L', account: s.id('A1'), instrument: 0, qty: 1, untilUs: s.timeUs + 1e9, source: 'P' }),
  ],
  ['Fx', 'a rate', ALONE, TWO, (s) => ({ currency: s.id('EUR'), rate: 11, decimals: 1, haircutBps: 0 })],
  ['Capital', 'a base', ALONE, TWO, (s) => ({ subject: 0, amount: 2e12, floor: 0, asOfUs: s.timeUs })],
  ['Adv', 'a volume', ALONE, TWO, () => ({ instrument: 0, qty: 10, days: 20 })],
  [
    'Position',
    'a position',
    ALONE,
    TWO,
    (s) => ({ account: s.id('A1'), instrument: 0, trader: -1, strategy: -1, qty: 5 }),
  ],
  ['ZoneTransitions', 'a zone', TWO, TWO, (s) => zone(s, 0)],
  ['ZoneTransitions', 'the same again', ALONE, ALONE, (s) => zone(s, 0)],
  ['ZoneTransitions', 'otherwise', TWO, TWO, (s) => zone(s, 3600)],
  [
    'Calendar',
    'a calendar',
    TWO,
    TWO,
    () => ({ entity: -1, venue: -1, zone: 'UTC', rollSeconds: 0, evening: 0, weekend: 0, closeSeconds: -1 }),
  ],
  ['CalendarDay', 'a holiday', TWO, TWO, () => ({ entity: -1, venue: -1, date: 20270116, kind: 1, closeSeconds: -1 })],
  ['DayRoll', 'a roll', TWO, TWO, () => ({ calendar: -1, tradeDate: 20270117 })],
]
const DAY_US = 86_400_000_000

function zone(s: Scenario, offsetSeconds: number): Given<'ZoneTransitions'> {
  const today = s.timeUs - (s.timeUs % DAY_US)
  return { zone: 'UTC', fromUs: today, untilUs: today + 9 * DAY_US, offsetSeconds }
}

function instrument(s: Scenario): Given<'Instrument'> {
  return {
    ...{ symbol: 'NEW', tick: 1, lot: 1, qtyMax: 1e12, multiplierN: 1, multiplierD: 1, priceUnitsPerCurrency: 1 },
    ...{ priceDecimals: 2, qtyDecimals: 0, currency: 0, sector: s.id('TECH'), assetClass: s.id('EQUITY') },
    ...{ underlying: -1, feed: s.id('FEED') },
  }
}

scenario(
  'in production each governed command says who may carry it out alone, and two people carry out each',
  (s) => {
    s.name('PRINCIPAL', 'ROBOT')
    s.name('PRINCIPAL', 'GUEST')
    s.name('CURRENCY', 'EUR')
    const kind = BINDING_KINDS.indexOf('PRINCIPAL_DUTY')
    s.applied('Binding', { kind, a: s.id('ROBOT'), b: dutyBits(DUTIES), allow: 1 })
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'Limit', { ...limit(s), hard: 500 })
    for (const [name, what, machine, officer, given] of ROWS) {
      const values = given(s) as never
      const alone = (who: string) => inWords(s.send(name, { ...given(s), principal: s.id(who) } as never)).split(' ')[0]
      assert.equal(alone('GUEST'), 'DUTY_MISSING', `${name} ${what}: a machine without duties`)
      assert.equal(inWords(s.send(name, values)), TWO, `${name} ${what}: the gate itself`)
      assert.equal(alone('OFFICER-A'), officer, `${name} ${what}: one officer`)
      assert.equal(alone('ROBOT'), machine, `${name} ${what}: a machine`)
      agreed(s, ['OFFICER-A', 'OFFICER-B'], name, values)
    }
  },
  PRODUCTION,
)

/** The set that the command alone is in a proposal's. */
function kindOfEmpty(layout: RecordLayout): number {
  const tape = new Tape(new ArrayBuffer(layout.bytes + 4096))
  return kindOf(tape, encode(tape, layout, {} as never))
}

scenario('no governed command is left out', () => {
  const rows: ReadonlySet<string> = new Set(ROWS.map(([name]) => name))
  for (const layout of COMMANDS) assert.equal(kindOfEmpty(layout) !== 0, rows.has(layout.name), layout.name)
})

scenario('each kind that a proposal may carry has a bit of its own', () => {
  let taken = 0
  for (const layout of COMMANDS) {
    const bit = kindOfEmpty(layout)
    assert.equal(bit & taken, 0, `${layout.name} shares its bit`)
    assert.equal(bit & (bit - 1), 0, `${layout.name} has one bit`)
    taken |= bit
  }
})

scenario(
  'the duty of one kind is none for another whose type has the same remainder by 32',
  (s) => {
    s.applied('Binding', {
      ...{ kind: BINDING_KINDS.indexOf('PRINCIPAL_DUTY'), a: s.id('ALICE'), allow: 1 },
      b: dutyBits(['reference:write']),
    })
    s.applied('Binding', {
      ...{ kind: BINDING_KINDS.indexOf('PRINCIPAL_DUTY'), a: s.id('BOB'), allow: 1 },
      b: dutyBits(['day:roll']),
    })
    const calendarDay = ROWS.find(([name]) => name === 'CalendarDay')?.[4](s) as Given<'CalendarDay'>
    assert.equal(propose(s, 'ALICE', 'DayRoll', { calendar: -1, tradeDate: 20270117 }), 'DUTY_MISSING')
    assert.equal(propose(s, 'BOB', 'CalendarDay', calendarDay), 'DUTY_MISSING')
    const id = propose(s, 'BOB', 'DayRoll', { calendar: -1, tradeDate: 20270117 })
    assert.equal(approve(s, 'ALICE', id as number), 'DUTY_MISSING')
  },
  PRODUCTION,
)
