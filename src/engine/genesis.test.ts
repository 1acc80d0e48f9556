/** The first record of a journal: who the officers are, that production opens blocked, and that no machine makes a person. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonNumber } from '../model/codes.ts'
import { GENESIS } from '../model/records/commands.ts'
import { encode } from '../model/records/schema.ts'
import { Tape } from '../model/records/tape.ts'
import {
  BINDING_KINDS,
  DUTIES,
  FIRST_OFFICER_DUTIES,
  NAME_KINDS,
  OFFICER_DUTIES,
  TRADING_STATES,
} from '../model/vocabulary.ts'
import { scenario } from '../simulator/scenario.ts'
import { Scenario } from '../simulator/scenario-engine.ts'
import { SMALL_FACTS } from '../simulator/small-journal.ts'
import { createEngine } from './engine.ts'

const FIRM = { profile: 1, ledgerDecimals: 2, tradeDate: 20270115, firm: 'FIRM', baseCurrency: 'USD' } as const
const OFFICERS = { officer1: 'OFFICER-A', officer2: 'OFFICER-B' } as const
const PRODUCTION = { genesis: { profile: 1, ...OFFICERS } } as const
const BLOCKED = TRADING_STATES.indexOf('BLOCKED')
const PRINCIPAL = NAME_KINDS.indexOf('PRINCIPAL')
const DUTY = BINDING_KINDS.indexOf('PRINCIPAL_DUTY')
const bits = (duties: readonly (typeof DUTIES)[number][]) =>
  duties.reduce((sum, duty) => sum | (1 << DUTIES.indexOf(duty)), 0)

test('production needs two officers, a demo two or none', () => {
  const rows: readonly (readonly [object, string])[] = [
    [{}, 'INVALID_VALUE'],
    [{ officer1: 'OFFICER-A' }, 'INVALID_VALUE'],
    [{ officer2: 'OFFICER-B' }, 'INVALID_VALUE'],
    [{ officer1: 'OFFICER-A', officer2: 'OFFICER-A' }, 'INVALID_VALUE'],
    [OFFICERS, 'Applied LatchSet'],
    [{ profile: 0 }, 'Applied'],
    [{ profile: 0, officer1: 'OFFICER-A' }, 'INVALID_VALUE'],
    [{ profile: 0, officer2: 'OFFICER-B' }, 'INVALID_VALUE'],
    [{ profile: 0, officer1: 'OFFICER-A', officer2: 'OFFICER-A' }, 'INVALID_VALUE'],
    [{ profile: 0, ...OFFICERS }, 'Applied'],
    [{ profile: 2, ...OFFICERS }, 'INVALID_VALUE'],
    [{ profile: -1, ...OFFICERS }, 'INVALID_VALUE'],
  ]
  for (const [given, expected] of rows) {
    const said = new Scenario().send('Genesis', { ...FIRM, ...given })
    const words = said.map(({ event, reason }) => (event === 'Refused' ? reason : event)).join(' ')
    assert.equal(words, expected, JSON.stringify(given))
  }
})

scenario(
  'a production firm is blocked until one officer asks for its release and the other approves it',
  (s) => {
    assert.equal(s.order().reason, 'BLOCKED')
    const [latch] = [...s.engine.view.latches()]
    assert.deepEqual([latch?.latch, latch?.state, latch?.cause], [1, BLOCKED, reasonNumber('FIRM_NOT_OPENED')])
    const to = { latch: 1, state: 0 }
    const release = (step: number, who: string) => s.send('Release', { ...to, step, principal: s.id(who) })[0]
    assert.equal(release(1, 'OFFICER-B')?.reason, 'NOT_REQUESTED')
    assert.equal(release(0, 'OFFICER-A')?.event, 'Applied')
    assert.equal(release(1, 'OFFICER-A')?.reason, 'MAKER_IS_CHECKER')
    assert.equal(s.order().reason, 'BLOCKED', 'asked for is not released')
    assert.equal(release(1, 'OFFICER-B')?.event, 'Applied')
    assert.equal(s.order().reason, 'ACCOUNT_NOT_READY', 'no statement has come')
    s.parameter('statementsRequired', 0)
    s.working()
  },
  PRODUCTION,
)

scenario(
  'the officers are people with the duties of officers',
  (s) => {
    for (const name of Object.values(OFFICERS)) {
      assert.equal(s.engine.directory.dutiesOf(s.id(name)), bits(OFFICER_DUTIES), name)
    }
  },
  PRODUCTION,
)

test('the officers of a firm that began with an earlier build get no duty by a newer one', () => {
  for (const [version, duties] of [
    [2, FIRST_OFFICER_DUTIES],
    [3, OFFICER_DUTIES],
  ] as const) {
    const { sizes, hashSeed } = SMALL_FACTS
    const engine = createEngine({ sizes, hashSeed, rules: { version: 1, rules: [], firstRefusal: () => -1 } })
    const tape = Tape.ofBytes(4096)
    const firm = { profile: 1, ledgerDecimals: 2, tradeDate: 20270115, firm: 'FIRM', baseCurrency: 'USD' }
    const stamp = { seq: 1, timeUs: 1, session: -1, principal: -1 }
    engine.execute(tape, encode(tape, { ...GENESIS, version }, { ...stamp, ...firm, ...OFFICERS }))
    assert.deepEqual(
      [0, 1].map((officer) => engine.directory.dutiesOf(officer)),
      [bits(duties), bits(duties)],
    )
  }
})

scenario('a demo is open at once', (s) => {
  assert.deepEqual([...s.engine.view.latches()], [])
  s.working()
})

scenario('only the gate itself makes a person, or changes what one may do', (s) => {
  s.name('PRINCIPAL', 'OPS')
  s.name('PRINCIPAL', 'GUEST')
  s.applied('Binding', { kind: DUTY, a: s.id('OPS'), b: bits(['admin']), allow: 1 })
  const nobody = { entity: -1, client: -1, desk: -1, trader: -1, owner: -1 }
  const define = (name: string, flags: number, sender: object) =>
    s.send('Hierarchy', { ...nobody, kind: PRINCIPAL, name, flags, ...sender })[0]
  const rows: readonly (readonly [title: string, name: string, flags: number, refused: boolean])[] = [
    ['a new person', 'EVE', 1, true],
    ['itself a person', 'OPS', 1, true],
    ['another machine a person', 'GUEST', 1, true],
    ['a person a machine', 'ALICE', 0, true],
    ['a person again', 'ALICE', 1, false],
    ['a new machine', 'ROBOT', 0, false],
    ['a machine again', 'GUEST', 0, false],
  ]
  for (const [title, name, flags, refused] of rows) {
    for (const sender of [{ principal: s.id('OPS') }, { session: s.id('X1') }]) {
      const said = define(name, flags, sender)
      assert.equal(said?.event === 'Refused' ? said.reason : 'taken', refused ? 'PERSON_NOT_APPROVED' : 'taken', title)
    }
  }
  const bind = (name: string, sender: object) =>
    s.send('Binding', { kind: DUTY, a: s.id(name), b: bits(['kill']), allow: 1, ...sender })[0]
  assert.equal(bind('ALICE', { principal: s.id('OPS') })?.reason, 'PERSON_NOT_APPROVED')
  assert.equal(bind('ALICE', { principal: s.id('BOB') })?.reason, 'DUTY_MISSING', 'nor does a person alone')
  assert.equal(bind('GUEST', { principal: s.id('OPS') })?.event, 'Applied')
  assert.equal(define('EVE', 1, {})?.event, 'Applied', 'what two people approved comes from the gate itself')
  assert.equal(bind('EVE', {})?.event, 'Applied')
  assert.equal(s.engine.directory.dutiesOf(s.id('EVE')), bits(['kill']))
})
