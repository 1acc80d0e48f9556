/** Tighter alone, looser by two (C§6, C§15 #16): what one person, and what a machine, may change at once. */
import assert from 'node:assert/strict'
import { CONTROLS } from '../model/controls.ts'
import { PARAMETERS } from '../model/parameters.ts'
import { BINDING_KINDS, DUTIES, type Duty, LIST_KINDS, LIST_MODES, NAME_KINDS } from '../model/vocabulary.ts'
import type { CommandName } from '../simulator/commands/command.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import type { Given, ScenarioOptions } from '../simulator/scenario-given.ts'
import { agreed, inWords } from '../simulator/scenario-people.ts'

const QTY = CONTROLS.findIndex(({ code }) => code === 'MAX_ORDER_QTY')
const DUPLICATES = CONTROLS.findIndex(({ code }) => code === 'DUPLICATE_ORDER')
const COLLAR = CONTROLS.findIndex(({ code }) => code === 'PRICE_COLLAR')
const WINDOW = CONTROLS.findIndex(({ code }) => code === 'PRICE_COLLAR_WINDOW')
const STORM = CONTROLS.findIndex(({ code }) => code === 'REJECT_STORM')
const LOSS = CONTROLS.findIndex(({ code }) => code === 'DAILY_LOSS')
const DUTY = BINDING_KINDS.indexOf('PRINCIPAL_DUTY')
const OFFICERS = { officer1: 'OFFICER-A', officer2: 'OFFICER-B' } as const
const DEMO = { genesis: OFFICERS } as const
const PRODUCTION = { genesis: { ...OFFICERS, profile: 1 } } as const
const bits = (...duties: readonly Duty[]) => duties.reduce((sum, duty) => sum | (1 << DUTIES.indexOf(duty)), 0)

type Row = readonly [title: string, given: Given<'Limit'>, said: 'Applied' | 'TWO_PEOPLE_NEEDED']

/** What is said to the command when this principal sends it directly. */
function direct<N extends CommandName>(s: Scenario, who: string, name: N, given: Given<N>): string {
  return inWords(s.send(name, { ...given, principal: s.id(who) }))
}

/** Sets the row anew by two people, then sends each change to it alone. */
function limitTable(title: string, row: Given<'Limit'>, changes: readonly Row[]): void {
  scenario(
    title,
    (s) => {
      const set = { subject: s.id('A1'), objectKind: 0, object: -1, ...row }
      for (const [what, change, said] of changes) {
        agreed(s, ['OFFICER-A', 'OFFICER-B'], 'Limit', set)
        assert.equal(direct(s, 'OFFICER-A', 'Limit', { ...set, ...change }), said, what)
      }
    },
    DEMO,
  )
}

limitTable(
  'one person alone sets a limit that is tighter in every respect, and no other',
  { control: QTY, hard: 500, hardForReducing: 800, soft: 400, action: 0, mode: 0, warn1Bps: 5_000 },
  [
    ['the same', {}, 'Applied'],
    ['one less', { hard: 499 }, 'Applied'],
    ['one more', { hard: 501 }, 'TWO_PEOPLE_NEEDED'],
    ['nothing allowed', { hard: 0, hardForReducing: 0, soft: 0 + 1 }, 'Applied'],
    ['less for reducing', { hardForReducing: 799 }, 'Applied'],
    ['more for reducing', { hardForReducing: 801 }, 'TWO_PEOPLE_NEEDED'],
    ['for reducing as hard', { hardForReducing: 0 }, 'Applied'],
    ['a lower soft level', { soft: 399 }, 'Applied'],
    ['a higher soft level', { soft: 401 }, 'TWO_PEOPLE_NEEDED'],
    ['no soft level', { soft: 0 }, 'TWO_PEOPLE_NEEDED'],
    ['other warnings', { warn1Bps: 9_000 }, 'Applied'],
    ['alert only', { action: 1 }, 'TWO_PEOPLE_NEEDED'],
    ['alert and block', { action: 2 }, 'Applied'],
    ['shadow', { mode: 1 }, 'TWO_PEOPLE_NEEDED'],
    ['taken away', { flags: 1 }, 'TWO_PEOPLE_NEEDED'],
    ['tighter here and looser there', { hard: 400, action: 1 }, 'TWO_PEOPLE_NEEDED'],
    ['a row that is not there', { objectKind: 1, object: 0, hard: 1 }, 'TWO_PEOPLE_NEEDED'],
  ],
)

limitTable(
  'what only alerts or shadows may be made to block by one person',
  { control: QTY, hard: 500, soft: 0, action: 1, mode: 1 },
  [
    ['block', { action: 0 }, 'Applied'],
    ['enforce', { mode: 0 }, 'Applied'],
    ['a soft level where there was none', { soft: 400 }, 'Applied'],
    ['block more', { action: 0, mode: 0, hard: 501 }, 'TWO_PEOPLE_NEEDED'],
  ],
)

limitTable('a longer window of the duplicate check is tighter', { control: DUPLICATES, hard: 2, param: 1_000_000 }, [
  ['longer', { param: 2_000_000 }, 'Applied'],
  ['shorter', { param: 999_999 }, 'TWO_PEOPLE_NEEDED'],
])

limitTable('a narrower band of the collar is tighter', { control: COLLAR, hard: 300, param: 5 }, [
  ['narrower', { param: 4 }, 'Applied'],
  ['wider', { param: 6 }, 'TWO_PEOPLE_NEEDED'],
])

limitTable('what a loss is answered with may become harder, not milder', { control: LOSS, hard: 1_000, param: 2 }, [
  ['the same', {}, 'Applied'],
  ['KILLED', { param: 3 }, 'Applied'],
  ['REDUCE_ONLY', { param: 1 }, 'TWO_PEOPLE_NEEDED'],
  ['nothing said, which is REDUCE_ONLY', { param: 0 }, 'TWO_PEOPLE_NEEDED'],
])

scenario(
  'other windows keep their length: a change would forget what they have counted',
  (s) => {
    const storm = { control: STORM, subject: s.id('X1'), objectKind: 0, object: -1, hard: 5, param: 1_000_000 }
    const collar = { ...storm, control: WINDOW, subject: s.id('A1'), objectKind: 1, object: s.id('ACME') }
    for (const row of [storm, collar]) {
      agreed(s, ['OFFICER-A', 'OFFICER-B'], 'Limit', row)
      assert.equal(direct(s, 'OFFICER-A', 'Limit', { ...row, param: 999_999 }), 'TWO_PEOPLE_NEEDED', 'shorter')
      assert.equal(direct(s, 'OFFICER-A', 'Limit', { ...row, param: 1_000_001 }), 'TWO_PEOPLE_NEEDED', 'longer')
      assert.equal(direct(s, 'OFFICER-A', 'Limit', { ...row, hard: 4 }), 'Applied', 'fewer')
    }
  },
  DEMO,
)

scenario(
  'each parameter says which way one person may move it',
  (s) => {
    for (const [parameter, row] of PARAMETERS.entries()) {
      const tighter = (row as { readonly tighter?: string }).tighter
      for (const [value, isTighter] of [
        [row.value + 1, tighter === 'higher'],
        [row.value - 1, tighter === 'lower'],
      ] as const) {
        if (value < row.min || value > row.max) continue
        const said = direct(s, 'OFFICER-A', 'Parameter', { parameter, value })
        assert.equal(said, isTighter ? 'Applied' : 'TWO_PEOPLE_NEEDED', `${row.name} ${value}`)
        s.applied('Parameter', { parameter, value: row.value })
      }
    }
  },
  DEMO,
)

scenario(
  'one person restricts, two ease: lists',
  (s) => {
    const [restricted, easy] = [LIST_KINDS.indexOf('RESTRICTED'), LIST_KINDS.indexOf('EASY_TO_BORROW')]
    const entry = (mode: string, more: Given<'List'> = {}): Given<'List'> => ({
      ...{ list: restricted, instrument: 0, subject: -1, mode: LIST_MODES.indexOf(mode as 'OFF'), fromUs: 0 },
      ...{ untilUs: 0, ...more },
    })
    const rows: readonly (readonly [title: string, before: Given<'List'>, change: Given<'List'>, alone: boolean])[] = [
      ['a new restriction', entry('OFF'), entry('NO_BUY'), true],
      ['one that ends', entry('OFF'), entry('NO_BUY', { untilUs: s.timeUs + 1 }), true],
      ['the same', entry('NO_BUY'), entry('NO_BUY'), true],
      ['no trade instead', entry('NO_BUY'), entry('NO_TRADE'), true],
      ['the other side instead', entry('NO_BUY'), entry('NO_SELL'), false],
      ['closing only instead of nothing', entry('NO_TRADE'), entry('CLOSE_ONLY'), false],
      ['taken away', entry('NO_BUY'), entry('OFF'), false],
      ['an end that there was not', entry('NO_BUY'), entry('NO_BUY', { untilUs: s.timeUs + 1 }), false],
      ['a later end', entry('NO_BUY', { untilUs: s.timeUs + 9 }), entry('NO_BUY', { untilUs: s.timeUs + 10 }), true],
      ['an earlier end', entry('NO_BUY', { untilUs: s.timeUs + 9 }), entry('NO_BUY', { untilUs: s.timeUs + 8 }), false],
      ['a later begin', entry('NO_BUY'), entry('NO_BUY', { fromUs: s.timeUs + 1e9 }), false],
      ['borrowing made hard', entry('ON', { list: easy }), entry('OFF', { list: easy }), true],
      ['borrowing made easy', entry('OFF', { list: easy }), entry('ON', { list: easy }), false],
    ]
    for (const [title, before, change, alone] of rows) {
      s.applied('List', before)
      assert.equal(direct(s, 'OFFICER-B', 'List', change), alone ? 'Applied' : 'TWO_PEOPLE_NEEDED', title)
    }
  },
  DEMO,
)

scenario(
  'one person forbids, two permit: bindings and duties',
  (s) => {
    const tie = { kind: BINDING_KINDS.indexOf('TRADER_ACCOUNT'), a: s.id('T1'), b: s.id('A1') }
    assert.equal(direct(s, 'OFFICER-A', 'Binding', { ...tie, allow: 0 }), 'Applied')
    assert.equal(s.order().reason, 'HIERARCHY_MISMATCH')
    assert.equal(direct(s, 'OFFICER-A', 'Binding', { ...tie, allow: 1 }), 'TWO_PEOPLE_NEEDED')
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'Binding', { ...tie, allow: 1 })
    s.working()
    s.name('PRINCIPAL', 'ROBOT')
    s.applied('Binding', { kind: DUTY, a: s.id('ROBOT'), b: bits('risk:read', 'kill'), allow: 1 })
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'Binding', {
      kind: DUTY,
      a: s.id('ALICE'),
      b: bits('admin', 'kill'),
      allow: 1,
    })
    const duties = (sender: string, who: string, b: number, allow = 1) =>
      direct(s, sender, 'Binding', { kind: DUTY, a: s.id(who), b, allow })
    assert.equal(duties('OFFICER-A', 'ROBOT', bits('kill')), 'Applied', 'of a machine, fewer than before')
    assert.equal(duties('OFFICER-A', 'ROBOT', bits('kill', 'risk:read')), 'TWO_PEOPLE_NEEDED')
    assert.equal(duties('OFFICER-A', 'ROBOT', 0, 0), 'Applied')
    assert.equal(duties('OFFICER-A', 'OFFICER-A', bits('admin')), 'TWO_PEOPLE_NEEDED')
    assert.equal(duties('OFFICER-A', 'ALICE', bits('kill')), 'TWO_PEOPLE_NEEDED', 'of another person')
    assert.equal(duties('OFFICER-A', 'ALICE', 0, 0), 'TWO_PEOPLE_NEEDED')
    assert.equal(duties('ALICE', 'ALICE', bits('admin')), 'Applied', 'her own, fewer than before')
    assert.equal(duties('ALICE', 'ALICE', bits('admin', 'kill')), 'TWO_PEOPLE_NEEDED')
    assert.equal(duties('ALICE', 'ALICE', 0, 0), 'Applied')
    assert.equal(s.engine.directory.dutiesOf(s.id('ALICE')), 0)
  },
  DEMO,
)

scenario(
  'one person halts, two let go on, and two state a price, capital or a position',
  (s) => {
    const state = { instrument: s.id('ACME'), halted: 0, rule201: 0, active: 0 }
    const rows: readonly (readonly [given: Given<'InstrumentState'>, alone: boolean])[] = [
      [{ flags: 4, halted: 1 }, true],
      [{ flags: 4, halted: 0 }, false],
      [{ flags: 16, active: 0 }, true],
      [{ flags: 16, active: 1 }, false],
      [{ flags: 8, rule201: 1 }, true],
      [{ flags: 8, rule201: 0 }, false],
      [{ flags: 2, manualPx: 10_000, manualUntilUs: s.timeUs + 1_000_000 }, false],
      [{ flags: 2, manualUntilUs: 0 }, true],
      [{ flags: 1, priorClose: 10_000 }, false],
      [{ flags: 20, halted: 1, active: 1 }, false],
    ]
    for (const [given, alone] of rows) {
      const said = direct(s, 'OFFICER-A', 'InstrumentState', { ...state, ...given })
      assert.equal(said, alone ? 'Applied' : 'TWO_PEOPLE_NEEDED', JSON.stringify(given))
    }
    const capital = { subject: 0, amount: 1, floor: 0, asOfUs: s.timeUs }
    assert.equal(direct(s, 'OFFICER-A', 'Capital', capital), 'TWO_PEOPLE_NEEDED')
    const position = { account: s.id('A1'), instrument: 0, trader: -1, strategy: -1, qty: 5 }
    assert.equal(direct(s, 'OFFICER-A', 'Position', position), 'TWO_PEOPLE_NEEDED')
    assert.equal(direct(s, 'OFFICER-A', 'Fx', { currency: 0, rate: 1 }), 'TWO_PEOPLE_NEEDED')
    assert.equal(direct(s, 'OFFICER-A', 'Adv', { instrument: 0, qty: 1 }), 'TWO_PEOPLE_NEEDED')
    agreed(s, ['OFFICER-A', 'OFFICER-B'], 'Position', position)
    assert.equal(s.cell('A1').position, 5)
  },
  DEMO,
)

scenario(
  'a person without a duty tightens nothing, and the desk does not edit its own limits',
  (s) => {
    const given = { control: QTY, subject: s.id('A1'), objectKind: 0, object: -1, hard: 1 }
    assert.equal(direct(s, 'ALICE', 'Limit', given), 'DUTY_MISSING')
    assert.equal(inWords(s.send('Limit', { ...given, principal: 9_999 })), 'DUTY_MISSING')
  },
  DEMO,
)

/** What a machine with all duties of data and limits may do alone. */
function machineTable(title: string, options: ScenarioOptions, loosens: string, gate: string): void {
  scenario(
    title,
    (s) => {
      s.name('PRINCIPAL', 'ROBOT')
      s.name('PRINCIPAL', 'GUEST')
      const duties = bits('limits:approve', 'reference:write', 'lists:write', 'positions:write')
      s.applied('Binding', { kind: DUTY, a: s.id('ROBOT'), b: duties, allow: 1 })
      const limit = { control: QTY, subject: s.id('A1'), objectKind: 0, object: -1 }
      s.applied('Limit', { ...limit, hard: 500 })
      const list = { list: 0, instrument: 0, subject: -1, fromUs: 0, untilUs: 0 }
      const tie = { kind: BINDING_KINDS.indexOf('TRADER_ACCOUNT'), a: s.id('T1'), b: s.id('A1') }
      const nobody = { entity: -1, client: -1, desk: -1, trader: -1, owner: -1 }
      const life = PARAMETERS.findIndex(({ name }) => name === 'tokenLifeUs')
      const rows: readonly (readonly [name: CommandName, given: object, said: string])[] = [
        ['Limit', { ...limit, hard: 500 }, 'Applied'],
        ['Limit', { ...limit, hard: 501 }, loosens],
        ['Limit', { ...limit, flags: 1 }, loosens],
        ['Parameter', { parameter: life, value: 1_000_000 }, 'Applied'],
        ['Parameter', { parameter: life, value: 3_000_000 }, loosens],
        ['List', { ...list, mode: 1 }, 'Applied'],
        ['List', { ...list, mode: 0 }, loosens],
        ['Binding', { ...tie, allow: 0 }, 'Applied'],
        ['Binding', { ...tie, allow: 1 }, loosens],
        ['Hierarchy', { ...nobody, kind: NAME_KINDS.indexOf('VENUE'), name: 'V9' }, 'Applied'],
        ['Hierarchy', { ...nobody, kind: NAME_KINDS.indexOf('VENUE'), name: 'V9', flags: 1 }, 'Applied'],
        ['Hierarchy', { ...nobody, kind: NAME_KINDS.indexOf('VENUE'), name: 'V9', flags: 0 }, loosens],
        ['Hierarchy', { ...nobody, kind: NAME_KINDS.indexOf('OWNER'), name: 'O9', flags: 1 }, 'Applied'],
        ['Hierarchy', { ...nobody, kind: NAME_KINDS.indexOf('OWNER'), name: 'O9', flags: 0 }, loosens],
        // Bit 1: resting orders are canceled first. To begin with it takes two, for a new owner too; to end it takes one.
        ['Hierarchy', { ...nobody, kind: NAME_KINDS.indexOf('OWNER'), name: 'O9', flags: 3 }, loosens],
        ['Hierarchy', { ...nobody, kind: NAME_KINDS.indexOf('OWNER'), name: 'O8', flags: 2 }, loosens],
        ['Hierarchy', { ...nobody, kind: NAME_KINDS.indexOf('OWNER'), name: 'O9', flags: 1 }, 'Applied'],
        [
          'Hierarchy',
          { ...nobody, kind: NAME_KINDS.indexOf('STRATEGY'), name: 'S9', trader: s.id('T1'), flags: 1 },
          'Applied',
        ],
        [
          'Hierarchy',
          { ...nobody, kind: NAME_KINDS.indexOf('STRATEGY'), name: 'S9', trader: s.id('T1'), flags: 0 },
          loosens,
        ],
        ['InstrumentState', { instrument: 0, flags: 2, manualPx: 100, manualUntilUs: s.timeUs + 1 }, loosens],
        ['InstrumentState', { instrument: 0, flags: 2, manualPx: 100, manualUntilUs: 0 }, 'Applied'],
        ['InstrumentState', { instrument: 0, flags: 4, halted: 0 }, 'Applied'],
        ['Capital', { subject: 0, amount: 2e12, floor: 0, asOfUs: s.timeUs }, 'Applied'],
        ['Adv', { instrument: 0, qty: 10, days: 20 }, 'Applied'],
        ['Position', { account: s.id('A1'), instrument: 0, trader: -1, strategy: -1, qty: 5 }, 'Applied'],
      ]
      for (const [name, given, said] of rows) {
        assert.equal(direct(s, 'GUEST', name, given as never), 'DUTY_MISSING', `${name} without a duty`)
        assert.equal(direct(s, 'ROBOT', name, given as never), said, `${name} ${JSON.stringify(given)}`)
      }
      assert.equal(inWords(s.send('Limit', { ...limit, hard: 400 })), gate, 'the gate itself')
    },
    options,
  )
}

machineTable('in a demo a machine sets what its duties say', DEMO, 'Applied', 'Applied')
machineTable(
  'in production no machine loosens a limit, a parameter, a list or a binding',
  PRODUCTION,
  'TWO_PEOPLE_NEEDED',
  'TWO_PEOPLE_NEEDED',
)
