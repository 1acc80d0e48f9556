/** Limit commands: which rows may be set and taken away, and how a row is told from another. */
import assert from 'node:assert/strict'
import { CONTROLS, controlIndex } from '../model/controls.ts'
import { MAX } from '../model/numbers.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { type ControlCode, SECOND } from '../simulator/scenario-given.ts'

const NONE = 0
const INSTRUMENT = 1
const SECTOR = 3
const VENUE = 5

/** A Limit command of A1; returns why it was refused. */
function set(s: Scenario, control: ControlCode, given: Readonly<Record<string, number | string>>): string {
  const row = { control: controlIndex(control), subject: s.id('A1'), objectKind: NONE, object: -1, hard: 100 }
  s.send('Limit', { ...row, ...given })
  return s.refusal ?? 'APPLIED'
}

type Row = readonly [title: string, control: ControlCode, given: Readonly<Record<string, number>>, said: string]
const ROWS: readonly Row[] = [
  ['zero', 'MAX_ORDER_QTY', { hard: 0 }, 'APPLIED'],
  ['unlimited', 'MAX_ORDER_QTY', { hard: MAX }, 'APPLIED'],
  ['over what can be held', 'MAX_ORDER_QTY', { hard: MAX + 1 }, 'INVALID_VALUE'],
  ['below zero', 'MAX_ORDER_QTY', { hard: -1 }, 'INVALID_VALUE'],
  ['not a number', 'MAX_ORDER_QTY', { hard: Number.NaN }, 'INVALID_VALUE'],
  ['a fraction', 'MAX_ORDER_QTY', { hard: 0.5 }, 'INVALID_VALUE'],
  ['an unknown subject', 'MAX_ORDER_QTY', { subject: 63 }, 'UNKNOWN_NAME'],
  ['no subject', 'MAX_ORDER_QTY', { subject: -1 }, 'UNKNOWN_NAME'],
  ['an unknown control', 'MAX_ORDER_QTY', { control: CONTROLS.length }, 'INVALID_VALUE'],
  ['a gate, which has no rows', 'SELF_MATCH', {}, 'INVALID_VALUE'],
  ['an unknown kind of object', 'MAX_ORDER_QTY', { objectKind: 6 }, 'INVALID_VALUE'],
  ['an unknown instrument', 'MAX_ORDER_QTY', { objectKind: INSTRUMENT, object: 9 }, 'UNKNOWN_NAME'],
  ['an unknown venue', 'MAX_ORDER_QTY', { objectKind: VENUE, object: 9 }, 'UNKNOWN_NAME'],
  ['a wider limit for reducing', 'DAILY_GROSS', { hardForReducing: 101 }, 'APPLIED'],
  ['a narrower one for reducing', 'DAILY_GROSS', { hardForReducing: 99 }, 'INVALID_VALUE'],
  ['a soft level, which is kept', 'DAILY_GROSS', { soft: 90 }, 'APPLIED'],
  ['a soft level below zero', 'DAILY_GROSS', { soft: -1 }, 'INVALID_VALUE'],
  ['effective at a time below zero', 'DAILY_GROSS', { effectiveUs: -1 }, 'INVALID_VALUE'],
  ['that has expired', 'DAILY_GROSS', { expiresUs: 1 }, 'INVALID_VALUE'],
  ['an unknown action', 'DAILY_GROSS', { action: 3 }, 'INVALID_VALUE'],
  ['an unknown mode', 'DAILY_GROSS', { mode: 2 }, 'INVALID_VALUE'],
  ['a parameter that the control does not have', 'DAILY_GROSS', { param: 1 }, 'INVALID_VALUE'],
  ['warning levels that rise', 'DAILY_GROSS', { warn1Bps: 1, warn2Bps: 9_999, warn3Bps: 10_000 }, 'APPLIED'],
  ['a warning level over the limit', 'DAILY_GROSS', { warn1Bps: 10_001 }, 'INVALID_VALUE'],
  ['a message rate without a window', 'MESSAGE_RATE', { param: 0 }, 'INVALID_VALUE'],
  ['a message rate', 'MESSAGE_RATE', { param: SECOND }, 'APPLIED'],
  ['the largest message rate that is logged', 'MESSAGE_RATE', { param: SECOND, hard: 1_000_000 }, 'APPLIED'],
  ['a larger one', 'MESSAGE_RATE', { param: SECOND, hard: 1_000_001 }, 'INVALID_VALUE'],
  ['a message rate of an instrument', 'MESSAGE_RATE', { param: SECOND, objectKind: INSTRUMENT }, 'INVALID_VALUE'],
  ['duplicates without a window', 'DUPLICATE_ORDER', { param: 0 }, 'INVALID_VALUE'],
  ['duplicates of a sector', 'DUPLICATE_ORDER', { param: SECOND, objectKind: SECTOR }, 'INVALID_VALUE'],
  ['a collar with ticks', 'PRICE_COLLAR', { param: 5 }, 'APPLIED'],
  ['concentration without a sector', 'SECTOR_CONCENTRATION', {}, 'INVALID_VALUE'],
  ['concentration of an instrument', 'SECTOR_CONCENTRATION', { objectKind: INSTRUMENT }, 'INVALID_VALUE'],
  ['concentration of each sector', 'SECTOR_CONCENTRATION', { objectKind: SECTOR }, 'APPLIED'],
  ['net of a venue, where no position is', 'INTRADAY_NET', { objectKind: VENUE }, 'INVALID_VALUE'],
  ['gross of a venue', 'PORTFOLIO_GROSS', { objectKind: VENUE }, 'INVALID_VALUE'],
  ['flow of a venue', 'DAILY_GROSS', { objectKind: VENUE }, 'APPLIED'],
]
for (const [title, control, given, said] of ROWS) {
  scenario(`a limit ${title}: ${control} ${said}`, (s) => {
    const before = s.standing()
    assert.equal(set(s, control, given), said)
    if (said !== 'APPLIED') assert.equal(s.standing(), before)
  })
}

for (const control of ['INTRADAY_NET', 'PORTFOLIO_GROSS', 'SECTOR_CONCENTRATION'] as const) {
  scenario(`a session has no position: ${control} INVALID_VALUE`, (s) => {
    const objectKind = control === 'SECTOR_CONCENTRATION' ? SECTOR : NONE
    assert.equal(set(s, control, { subject: s.id('X1'), objectKind }), 'INVALID_VALUE')
  })
}

scenario('a row that is set again takes the place of the first; a version says which one judged', (s) => {
  s.limit('MAX_ORDER_QTY', 'A1', 100)
  const first = s.said[0]
  s.limit('MAX_ORDER_QTY', 'A1', 200)
  const second = s.said[0]
  assert.deepEqual([second?.slot, second?.previous], [first?.slot, first?.id])
  assert.notEqual(second?.id, first?.id)
  assert.equal(s.engine.view.limitVersion(first?.id as number)?.hard, 100, 'what it was can still be told')
  assert.equal(s.engine.view.limitVersion(second?.id as number)?.hard, 200)
  s.working({ orderQty: 200 })
})

scenario('a row that is taken away judges no more; what is not there cannot be taken away', (s) => {
  s.limit('MAX_ORDER_QTY', 'S1', 10)
  assert.equal(s.order({}).reason, 'MAX_ORDER_QTY')
  s.unlimit('MAX_ORDER_QTY', 'S1')
  s.working({})
  assert.notEqual(set(s, 'MAX_ORDER_QTY', { subject: s.id('S1'), flags: 1 }), 'APPLIED')
})

scenario('message rates of two windows are two rows, and are taken away one by one', (s) => {
  s.limit('MESSAGE_RATE', 'A1', 1, { param: SECOND })
  s.limit('MESSAGE_RATE', 'A1', 2, { param: 10 * SECOND })
  s.order({})
  assert.equal(s.order({}).reason, 'MESSAGE_RATE')
  s.unlimit('MESSAGE_RATE', 'A1', { param: SECOND })
  assert.equal(s.order({}).reason, 'MESSAGE_RATE', 'the wide one has seen both')
  s.unlimit('MESSAGE_RATE', 'A1', { param: 10 * SECOND })
  s.working({})
})

scenario('rows on each object keep sums of objects that nobody has named', (s) => {
  s.instrument('BETA', {})
  s.quote('BETA', 9_999, 10_001)
  s.working({ orderQty: 60 })
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000, { on: 'INSTRUMENT:*' })
  s.working({ instrument: 'BETA', orderQty: 100 })
  assert.equal(s.order({ orderQty: 41 }).reason, 'PORTFOLIO_GROSS')
  s.working({ orderQty: 40 })
})

/** What stands before a row on an object is set: 50 shares executed or held, 50 open. The row then leaves room for 20. */
const STANDING: readonly (readonly [title: string, control: ControlCode, on: string, tell: (s: Scenario) => void])[] = [
  ['executed and open flow of a sector', 'DAILY_GROSS', 'SECTOR:TECH', half],
  ['of each instrument', 'DAILY_GROSS', 'INSTRUMENT:*', half],
  ['of a venue', 'DAILY_GROSS', 'VENUE:V1', half],
  ['a position and what is open', 'PORTFOLIO_GROSS', 'INSTRUMENT:ACME', half],
  ['of each sector', 'PORTFOLIO_GROSS', 'SECTOR:*', half],
  ['net of an underlying', 'INTRADAY_NET', 'UNDERLYING:ACME', half],
  ['with a fill that was busted', 'DAILY_GROSS', 'SECTOR:TECH', busted],
  ['after the row was there, and was taken away', 'PORTFOLIO_GROSS', 'INSTRUMENT:ACME', again],
]
for (const [title, control, on, tell] of STANDING) {
  scenario(`a row on an object finds what stands: ${title}`, (s) => {
    tell(s)
    for (const subject of ['A1', 'T1', 'D1', 'S1', 'C1', 'E1', 'FIRM']) {
      s.limit(control, subject, 1_200_000, { on })
      const { reason, qtyPassing } = s.evaluate({ venue: 'V1', orderQty: 21 })
      assert.equal(`${reason} ${qtyPassing}`, `${control} 20`, subject)
      s.unlimit(control, subject, { on })
    }
  })
}

function half(s: Scenario): void {
  s.fill(s.working({ venue: 'V1', orderQty: 100 }), 50)
}

function busted(s: Scenario): void {
  const id = s.working({ venue: 'V1', orderQty: 130 })
  s.fill(id, 30, 10_000, { execID: 'E' })
  s.fill(id, 50)
  s.report('TradeCancel', id, { execRefID: 'E' })
}

function again(s: Scenario): void {
  for (const subject of ['A1', 'FIRM']) {
    s.limit('PORTFOLIO_GROSS', subject, 5, { on: 'INSTRUMENT:ACME' })
    s.unlimit('PORTFOLIO_GROSS', subject, { on: 'INSTRUMENT:ACME' })
  }
  half(s)
}

scenario('the vector holds every row that matches, by subject, then object, then control, then window', (s) => {
  s.limit('MESSAGE_RATE', 'A1', 9, { param: 5 * SECOND })
  s.limit('MESSAGE_RATE', 'A1', 9, { param: SECOND })
  s.limit('DAILY_GROSS', 'A1', MAX, { on: 'VENUE:V1' })
  s.limit('DAILY_GROSS', 'A1', MAX, { on: 'SECTOR:*' })
  s.limit('MAX_ORDER_QTY', 'A1', MAX, { on: 'INSTRUMENT:*' })
  const rows = s.order({ venue: 'V1' }).rows.filter(({ subject }) => subject === 'A1' || subject === 'X1')
  assert.deepEqual(
    rows.map(({ control, object }) => `${control}${object === '' ? '' : ` ${object}`}`),
    [
      'MAX_ORDER_QTY',
      'MAX_ORDER_NOTIONAL',
      'MESSAGE_RATE',
      'MESSAGE_RATE',
      'DAILY_GROSS',
      'PORTFOLIO_GROSS',
      'INTRADAY_NET',
      'MAX_ORDER_QTY INSTRUMENT:*',
      'DAILY_GROSS SECTOR:*',
      'DAILY_GROSS VENUE:V1',
      'MESSAGE_RATE',
    ],
  )
  const subjects = s.order({}).rows.map(({ subject }) => subject)
  const places = ['FIRM', 'E1', 'C1', 'D1', 'T1', 'A1', 'S1', 'X1']
  assert.deepEqual(
    subjects,
    subjects.toSorted((a, b) => places.indexOf(a) - places.indexOf(b)),
  )
})

scenario('of several refusals the first by precedence is the reason; all of them are recorded', (s) => {
  for (const control of ['MAX_ORDER_QTY', 'MAX_ORDER_NOTIONAL', 'DAILY_GROSS', 'PORTFOLIO_GROSS'] as const) {
    s.limit(control, 'A1', 1)
  }
  s.limit('OPEN_ORDER_NOTIONAL', 'A1', 1)
  const refused = () => {
    const { reason, results } = s.order({})
    return `${reason}: ${Object.keys(results).filter((control) => results[control] === 'FAIL')}`
  }
  const all = 'MAX_ORDER_QTY,MAX_ORDER_NOTIONAL,DAILY_GROSS,PORTFOLIO_GROSS,OPEN_ORDER_NOTIONAL'
  assert.equal(refused(), `MAX_ORDER_QTY: ${all}`)
  s.limit('MAX_ORDER_QTY', 'A1', MAX)
  s.limit('MAX_ORDER_NOTIONAL', 'A1', MAX)
  assert.equal(refused(), 'OPEN_ORDER_NOTIONAL: DAILY_GROSS,PORTFOLIO_GROSS,OPEN_ORDER_NOTIONAL', '155 is before 160')
})
