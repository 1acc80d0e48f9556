/** Limits with a time (C§6, C§15 #16): later, for a while, and back to what stood before without anyone doing it. */
import assert from 'node:assert/strict'
import { CONTROLS } from '../model/controls.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import type { Given } from '../simulator/scenario-given.ts'
import { agreed, inWords, propose } from '../simulator/scenario-people.ts'

const QTY = CONTROLS.findIndex(({ code }) => code === 'MAX_ORDER_QTY')
const OFFICERS = { genesis: { officer1: 'OFFICER-A', officer2: 'OFFICER-B' } } as const
const PAIR = ['OFFICER-A', 'OFFICER-B'] as const
const HOUR = 3_600_000_000
const TEMPORARY = 4
const DROPS = 8

const row = (s: Scenario, hard: number, more: Given<'Limit'> = {}): Given<'Limit'> => ({
  ...{ control: QTY, subject: s.id('A1'), objectKind: 0, object: -1, hard, ...more },
})
const set = (s: Scenario, hard: number, more: Given<'Limit'> = {}) => agreed(s, PAIR, 'Limit', row(s, hard, more))
const alone = (s: Scenario, hard: number, more: Given<'Limit'> = {}) =>
  inWords(s.send('Limit', { ...row(s, hard, more), principal: s.id('OFFICER-A') }))
const hardNow = (s: Scenario) =>
  [...s.engine.view.limits()].find(({ control, subject }) => control === QTY && subject === s.id('A1'))?.hard

function passes(s: Scenario, us: number): string {
  s.wait(us)
  s.tick()
  return inWords(s.said)
}

function terms(title: string, play: (s: Scenario) => void): void {
  scenario(
    title,
    (s) => {
      set(s, 500)
      play(s)
    },
    OFFICERS,
  )
}

terms('a temporary increase goes back by itself, and says so', (s) => {
  set(s, 1_000, { expiresUs: s.timeUs + HOUR, flags: TEMPORARY })
  s.working({ orderQty: 1_000 })
  passes(s, HOUR - 1)
  assert.equal(hardNow(s), 1_000)
  assert.equal(passes(s, 1), 'LimitReverted Applied TimerFired')
  assert.equal(hardNow(s), 500)
  assert.equal(s.order({ orderQty: 501 }).reason, 'MAX_ORDER_QTY')
})

terms('what is flagged temporary must say when it ends', (s) => {
  const rows: readonly (readonly [title: string, given: Given<'Limit'>])[] = [
    ['no end', { flags: TEMPORARY }],
    ['an end that is now', { flags: TEMPORARY, expiresUs: s.timeUs }],
    ['an end that is over', { expiresUs: s.timeUs - 1 }],
    ['an end before the beginning', { effectiveUs: s.timeUs + HOUR, expiresUs: s.timeUs + HOUR }],
    ['the end of a row that is taken away', { flags: 1, expiresUs: s.timeUs + HOUR }],
    ['a flag that means nothing', { flags: 16 }],
    ['a time below zero', { effectiveUs: -1 }],
    ['no number', { expiresUs: Number.NaN }],
  ]
  for (const [title, given] of rows) {
    assert.equal(propose(s, 'OFFICER-A', 'Limit', row(s, 1_000, given)), 'INVALID_VALUE', title)
  }
})

terms('an increase whose base was lowered meanwhile goes back to the lower one', (s) => {
  set(s, 1_000, { expiresUs: s.timeUs + HOUR, flags: TEMPORARY })
  assert.equal(alone(s, 300), 'Applied')
  assert.equal(hardNow(s), 300)
  passes(s, HOUR)
  assert.equal(inWords(s.said), 'Applied', 'nothing fires')
  assert.equal(hardNow(s), 300)
})

terms('a temporary limit that one person lowers still ends', (s) => {
  set(s, 1_000, { expiresUs: s.timeUs + HOUR })
  assert.equal(alone(s, 800), 'Applied')
  assert.equal(hardNow(s), 800)
  passes(s, HOUR)
  assert.equal(hardNow(s), 500)
})

terms('nobody alone makes a temporary limit last longer', (s) => {
  set(s, 1_000, { expiresUs: s.timeUs + HOUR })
  assert.equal(alone(s, 1_000, { expiresUs: s.timeUs + HOUR + 1 }), 'TWO_PEOPLE_NEEDED')
  assert.equal(alone(s, 1_000, { expiresUs: s.timeUs + HOUR - 1 }), 'Applied')
  set(s, 2_000, { expiresUs: s.timeUs + 2 * HOUR })
  passes(s, HOUR)
  assert.equal(hardNow(s), 2_000)
  passes(s, HOUR)
  assert.equal(hardNow(s), 500, 'back to what stood before the first of them')
})

terms('a limit that two people set for good while a temporary one runs stays', (s) => {
  set(s, 1_000, { expiresUs: s.timeUs + HOUR })
  set(s, 1_500)
  passes(s, HOUR)
  assert.equal(hardNow(s), 1_500)
})

terms('a scheduled limit begins at its time, not before', (s) => {
  set(s, 1_000, { effectiveUs: s.timeUs + HOUR })
  assert.equal(hardNow(s), 500)
  passes(s, HOUR - 1)
  assert.equal(hardNow(s), 500)
  assert.equal(passes(s, 1), 'LimitEffective Applied TimerFired')
  assert.equal(hardNow(s), 1_000)
})

terms('a scheduled decrease below the use is a breach when it begins', (s) => {
  s.limit('OPEN_ORDER_NOTIONAL', 'A1', 2_000_000)
  s.report('New', s.working({ orderQty: 100 }))
  const control = CONTROLS.findIndex(({ code }) => code === 'OPEN_ORDER_NOTIONAL')
  agreed(s, PAIR, 'Limit', { ...row(s, 500_000), control, effectiveUs: s.timeUs + HOUR })
  s.quote('ACME', 9_999, 10_001)
  assert.equal(passes(s, HOUR), 'LimitEffective Applied TimerFired LimitBreached')
})

terms('a scheduled and temporary limit does both', (s) => {
  set(s, 1_000, { effectiveUs: s.timeUs + HOUR, expiresUs: s.timeUs + 2 * HOUR })
  passes(s, HOUR)
  assert.equal(hardNow(s), 1_000)
  passes(s, HOUR)
  assert.equal(hardNow(s), 500)
})

terms('what waits to begin can be dropped, by two', (s) => {
  set(s, 1_000, { effectiveUs: s.timeUs + HOUR })
  assert.equal(alone(s, 500, { flags: DROPS }), 'TWO_PEOPLE_NEEDED')
  set(s, 500, { flags: DROPS })
  passes(s, HOUR)
  assert.equal(hardNow(s), 500)
})

scenario(
  'a temporary row where there was none is gone when it ends, and takes its slot with it',
  (s) => {
    const given = { ...row(s, 7), objectKind: 1, object: s.id('ACME') }
    agreed(s, PAIR, 'Limit', { ...given, expiresUs: s.timeUs + HOUR })
    assert.equal(s.order({ orderQty: 8 }).reason, 'MAX_ORDER_QTY')
    passes(s, HOUR)
    s.heartbeat()
    s.working({ orderQty: 8 })
  },
  OFFICERS,
)
