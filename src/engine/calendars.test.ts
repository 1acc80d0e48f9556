/**
 * Calendars: trade dates that begin by a zone's clock, over weekends, holidays and changes of the clock; each roll once, at
 * its instant, by the timer, late, or by a person before it.
 */
import assert from 'node:assert/strict'
import { zoneIntervals } from '../gateway/zone-intervals.ts'
import { DAY_ROLL } from '../model/records/commands.ts'
import { decode } from '../model/records/schema.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { type Given, SECOND } from '../simulator/scenario-given.ts'

const HOUR = 3600
const EVENING = 21 * HOUR
const NEW_YORK = 'America/New_York'
const LONDON = 'Europe/London'
/** Saturday and Sunday. */
const WEEKEND = 0b100_0001
const us = (iso: string) => Date.parse(iso) * 1000
const FIRM = -1

function zone(s: Scenario, name: string, until = '2029-01-01T00:00:00Z', from = '2026-01-01T00:00:00Z'): void {
  for (const interval of zoneIntervals(name, Date.parse(from), Date.parse(until))) {
    s.applied('ZoneTransitions', { zone: name, ...interval })
  }
}

/** A trade date that begins at 21:00 of the evening before, five days a week, unless it is told otherwise. */
function calendar(s: Scenario, of: string, more: Given<'Calendar'> = {}): void {
  const evening = { rollSeconds: EVENING, evening: 1, weekend: WEEKEND, closeSeconds: -1, zone: NEW_YORK }
  s.applied('Calendar', { entity: of === 'FIRM' ? -1 : s.id(of), venue: -1, ...evening, ...more })
}

const holiday = (s: Scenario, date: number) =>
  s.applied('CalendarDay', { entity: -1, venue: -1, date, kind: 1, closeSeconds: -1 })

/** Lets time pass as the sequencer does: what is due comes first, stamped with the time at which it was asked. */
function until(s: Scenario, iso: string): readonly string[] {
  s.timeUs = us(iso)
  const rolled: string[] = []
  s.tick((tape) => {
    const { calendar, tradeDate } = decode(tape, 0, DAY_ROLL)
    assert.equal(s.refusal, undefined)
    rolled.push(`${calendar < 0 ? 'FIRM' : s.engine.directory.subjectOf(calendar)?.name} ${tradeDate}`)
    assert.ok(rolled.length < 500, 'it rolls without end')
  })
  return rolled
}

/** Rolls of a day's run, asked at the instant, and a microsecond before it. */
function rollsAt(s: Scenario, iso: string, rolled: readonly string[]): void {
  const before = new Date(Date.parse(iso) - 1).toISOString()
  assert.deepEqual(until(s, before), [], `before ${iso}`)
  assert.deepEqual(until(s, iso), rolled, iso)
  assert.deepEqual(until(s, iso), [], `again ${iso}`)
}

scenario('a trade date begins at 21:00 of the evening before, over a weekend and a holiday', (s) => {
  zone(s, NEW_YORK)
  holidayLater(s)
  s.fill(s.working({}), 40)
  // Friday 2027-01-15; Monday is Martin Luther King day: Tuesday begins on Monday evening.
  rollsAt(s, '2027-01-19T02:00:00Z', ['FIRM 20270119'])
  assert.equal(s.exposure('FIRM').executed, 0)
  rollsAt(s, '2027-01-20T02:00:00Z', ['FIRM 20270120'])
  rollsAt(s, '2027-01-21T02:00:00Z', ['FIRM 20270121'])
  rollsAt(s, '2027-01-22T02:00:00Z', ['FIRM 20270122'])
  // Monday begins on Sunday evening.
  rollsAt(s, '2027-01-25T02:00:00Z', ['FIRM 20270125'])
})

function holidayLater(s: Scenario): void {
  calendar(s, 'FIRM')
  holiday(s, 20270118)
}

/** Every day of the week, so that each change of the clock has its roll: what the clock shows, and when. */
const CLOCKS: readonly (readonly [
  title: string,
  zone: string,
  rollSeconds: number,
  evening: 0 | 1,
  from: number,
  begins: readonly string[],
])[] = [
  [
    'New York in spring at 21:00: a day of 23 hours',
    NEW_YORK,
    EVENING,
    1,
    20270313,
    ['2027-03-14T02:00:00Z', '2027-03-15T01:00:00Z', '2027-03-16T01:00:00Z'],
  ],
  [
    'New York in autumn at 21:00: a day of 25 hours',
    NEW_YORK,
    EVENING,
    1,
    20271106,
    ['2027-11-07T01:00:00Z', '2027-11-08T02:00:00Z', '2027-11-09T02:00:00Z'],
  ],
  [
    'New York in spring at 02:30, which that night leaves out',
    NEW_YORK,
    2.5 * HOUR,
    0,
    20270312,
    ['2027-03-13T07:30:00Z', '2027-03-14T07:00:00Z', '2027-03-15T06:30:00Z'],
  ],
  [
    'New York in autumn at 01:30, which that night has twice',
    NEW_YORK,
    1.5 * HOUR,
    0,
    20271105,
    ['2027-11-06T05:30:00Z', '2027-11-07T05:30:00Z', '2027-11-08T06:30:00Z'],
  ],
  [
    'London in spring at midnight: a day of 23 hours',
    LONDON,
    0,
    0,
    20270326,
    ['2027-03-27T00:00:00Z', '2027-03-28T00:00:00Z', '2027-03-28T23:00:00Z'],
  ],
  [
    'London in autumn at midnight: a day of 25 hours',
    LONDON,
    0,
    0,
    20271029,
    ['2027-10-29T23:00:00Z', '2027-10-30T23:00:00Z', '2027-11-01T00:00:00Z'],
  ],
  [
    'London in spring at 01:30, which that night leaves out',
    LONDON,
    1.5 * HOUR,
    0,
    20270326,
    ['2027-03-27T01:30:00Z', '2027-03-28T01:00:00Z', '2027-03-29T00:30:00Z'],
  ],
  [
    'London in autumn at 01:30, which that night has twice',
    LONDON,
    1.5 * HOUR,
    0,
    20271029,
    ['2027-10-30T00:30:00Z', '2027-10-31T00:30:00Z', '2027-11-01T01:30:00Z'],
  ],
]
for (const [title, name, rollSeconds, evening, from, begins] of CLOCKS) {
  scenario(`it rolls once a day at its instant: ${title}`, (s) => {
    zone(s, name)
    calendar(s, 'FIRM', { zone: name, rollSeconds, evening, weekend: 0 })
    until(s, new Date(Date.parse(begins[0]!) - 1).toISOString())
    assert.equal(s.engine.directory.tradeDate, from)
    for (const instant of begins) {
      rollsAt(s, instant, [`FIRM ${next(s.engine.directory.tradeDate)}`])
    }
  })
}

/** The day after a date. */
function next(date: number): number {
  const [year, month, day] = [Math.floor(date / 10_000), Math.floor(date / 100) % 100, date % 100]
  return Number(new Date(Date.UTC(year, month - 1, day + 1)).toISOString().slice(0, 10).replaceAll('-', ''))
}

const twoEntities = (title: string, play: (s: Scenario) => void) => scenario(title, play, { entities: 2 })

twoEntities('two entities in two zones begin their days apart, and the firm at its own time', (s) => {
  zone(s, NEW_YORK)
  zone(s, LONDON)
  calendar(s, 'E1', { zone: LONDON, rollSeconds: 0, evening: 0 })
  calendar(s, 'E2', { rollSeconds: 0, evening: 0 })
  calendar(s, 'FIRM')
  s.applied('Hierarchy', { kind: 2, name: 'C3', flags: 0, entity: -1, client: -1, desk: -1, trader: -1, owner: -1 })
  s.fill(s.working({ account: 'A1' }), 40)
  s.fill(s.working({ account: 'B1' }), 50)
  const executed = () =>
    ['FIRM', 'E1', 'E2', 'C1', 'C2', 'A1', 'B1', 'T1', 'D1', 'S1', 'X1'].map((of) => s.exposure(of).executed / 10_000)
  assert.deepEqual(executed(), [90, 40, 50, 40, 50, 40, 50, 90, 90, 90, 90])
  rollsAt(s, '2027-01-18T00:00:00Z', ['E1 20270118'])
  assert.deepEqual(executed(), [90, 0, 50, 0, 50, 0, 50, 90, 90, 90, 90], 'trader, desk, strategy are of both')
  rollsAt(s, '2027-01-18T02:00:00Z', ['FIRM 20270118'])
  assert.deepEqual(executed(), [0, 0, 50, 0, 50, 0, 50, 0, 0, 0, 0])
  rollsAt(s, '2027-01-18T05:00:00Z', ['E2 20270118'])
  assert.deepEqual(executed(), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  const dates = ['A1', 'B1'].map((account) => s.engine.view.readiness(s.id(account)).tradeDate)
  assert.deepEqual(dates, [20270118, 20270118])
})

twoEntities('a bust takes back flow where it still counts, and nowhere else', (s) => {
  zone(s, NEW_YORK)
  calendar(s, 'E1', { rollSeconds: 0, evening: 0 })
  s.limit('DAILY_GROSS', 'A1', 1e12, { on: 'SECTOR:*' })
  const id = s.working({})
  s.fill(id, 40, undefined, { execID: 'E' })
  assert.deepEqual(until(s, '2027-01-18T05:00:00Z'), ['E1 20270118'])
  // A row that is set now counts what its subject has executed since its day began, not since the firm's.
  s.limit('DAILY_GROSS', 'A1', 1e12, { on: 'INSTRUMENT:ACME' })
  s.limit('DAILY_GROSS', 'FIRM', 1e12, { on: 'INSTRUMENT:ACME' })
  const uses = () =>
    [...s.engine.view.limits()].filter(({ hard, object }) => hard === 1e12 && object >= 0).map(({ use }) => use)
  assert.deepEqual(uses(), [600_000, 1_000_000])
  s.report('TradeCancel', id, { execRefID: 'E' })
  assert.deepEqual(uses(), [600_000, 600_000])
  assert.deepEqual(
    ['FIRM', 'E1', 'A1', 'X1'].map((of) => s.exposure(of).executed),
    [0, 0, 0, 0],
  )
})

twoEntities('a row that is set again keeps what was executed in a day that outlasts the executions', (s) => {
  zone(s, LONDON, '2026-12-01T00:00:00Z')
  calendar(s, 'E1', { zone: LONDON, rollSeconds: 0, evening: 0 })
  s.limit('DAILY_GROSS', 'A1', 1e12, { on: 'INSTRUMENT:*' })
  s.fill(s.working({}), 40)
  const use = () => [...s.engine.view.limits()].find(({ hard, object }) => hard === 1e12 && object >= 0)?.use
  s.limit('DAILY_GROSS', 'A1', 1e12, { on: 'INSTRUMENT:ACME' })
  assert.ok(use() === 1_000_000, 'of 100 shares 40 are executed, 60 open')
  let date = s.engine.view.readiness(s.id('B1')).tradeDate
  for (let rolls = 0; rolls < 2; rolls++) {
    date = next(date)
    s.roll(date)
  }
  s.limit('DAILY_GROSS', 'A1', 1e12, { on: 'INSTRUMENT:*' })
  s.limit('DAILY_GROSS', 'A1', 1e12, { on: 'INSTRUMENT:ACME' })
  assert.equal(use(), 1_000_000)
})

scenario('a calendar that is rolled by a person before its time does not roll again at it', (s) => {
  zone(s, NEW_YORK)
  calendar(s, 'FIRM')
  until(s, '2027-01-18T01:30:00Z')
  s.roll(20270118)
  rollsAt(s, '2027-01-19T02:00:00Z', ['FIRM 20270119'])
})

scenario('a roll is given once: the same date again is refused and changes nothing', (s) => {
  zone(s, NEW_YORK)
  calendar(s, 'FIRM')
  until(s, '2027-01-18T02:00:00Z')
  s.heartbeat()
  s.fill(s.working({}), 40)
  const before = s.standing()
  s.send('DayRoll', { calendar: FIRM, tradeDate: 20270118 })
  assert.equal(s.refusal, 'DAY_ROLLED')
  assert.equal(s.standing(), before)
})

scenario('a gate that was down over its rolls makes up for each at its first command', (s) => {
  zone(s, NEW_YORK)
  calendar(s, 'FIRM')
  s.fill(s.working({}), 40)
  assert.deepEqual(until(s, '2027-01-20T14:00:00Z'), ['FIRM 20270118', 'FIRM 20270119', 'FIRM 20270120'])
  assert.equal(s.exposure('FIRM').executed, 0)
})

scenario('orders in flight over the roll are carried, filled and canceled in the new date', (s) => {
  zone(s, NEW_YORK)
  calendar(s, 'FIRM')
  const id = s.working({})
  s.fill(id, 40)
  until(s, '2027-01-18T02:00:00Z')
  s.fill(id, 10)
  assert.deepEqual(s.cell('A1'), { position: 50, buyLeaves: 50, sellLeaves: 0 })
  assert.deepEqual([s.exposure('A1').executed, s.exposure('A1').open], [100_000, 500_000])
  s.report('Canceled', id)
  assert.equal(s.exposure('A1').open, 0)
})

scenario('windows, duplicates, latches and the memory of ids stay over the roll', (s) => {
  zone(s, NEW_YORK)
  calendar(s, 'FIRM')
  s.timeUs = us('2027-01-18T01:59:59.999Z')
  s.limit('MESSAGE_RATE', 'X1', 3)
  s.limit('DUPLICATE_ORDER', 'FIRM', 1)
  s.kill('BLOCKED', { account: 'A2' })
  s.quote('ACME', 9_999, 10_001)
  s.order({ clOrdID: 'o' })
  until(s, '2027-01-18T02:00:00Z')
  assert.equal(s.order({ clOrdID: 'o' }).outcome, 'DUPLICATE')
  assert.equal(s.order({}).reason, 'DUPLICATE_ORDER')
  assert.equal(s.order({ orderQty: 5 }).reason, 'MESSAGE_RATE')
  assert.equal(s.order({ account: 'A2', session: 'X2', orderQty: 5 }).reason, 'BLOCKED')
})

scenario('a calendar of a zone that nobody told of does not roll, and says so', (s) => {
  calendar(s, 'FIRM')
  assert.deepEqual(
    s.saidOf('CalendarStuck').map(({ calendar: whose, tradeDate, reason }) => [whose, tradeDate, reason]),
    [[-1, 20270118, 'ZONE_UNKNOWN']],
  )
  assert.deepEqual(until(s, '2027-03-01T00:00:00Z'), [])
  s.roll(20270118)
  assert.equal(s.saidOf('CalendarStuck').length, 1)
})

scenario('what is known of a zone ends: the last roll before it says that the next one is not known', (s) => {
  zone(s, NEW_YORK, '2027-01-19T02:00:00Z')
  calendar(s, 'FIRM')
  assert.deepEqual(until(s, '2027-01-25T00:00:00Z'), ['FIRM 20270118'])
  assert.equal(s.saidOf('CalendarStuck').length, 1)
  zone(s, NEW_YORK)
  assert.equal(s.saidOf('CalendarStuck').length, 0)
  until(s, '2027-01-25T00:00:00Z')
  assert.equal(s.engine.directory.tradeDate, 20270122, 'the four that were missed')
})

scenario('what is known of a zone begins later than the roll: nothing is guessed', (s) => {
  zone(s, NEW_YORK, '2029-01-01T00:00:00Z', '2027-01-18T03:00:00Z')
  calendar(s, 'FIRM')
  assert.equal(s.saidOf('CalendarStuck').length, 1)
  assert.deepEqual(until(s, '2027-01-25T00:00:00Z'), [])
})

scenario('a half day is a business day on whatever day of the week; a holiday that is taken away is one again', (s) => {
  zone(s, NEW_YORK)
  calendar(s, 'FIRM')
  const day = (date: number, kind: number, closeSeconds = -1) =>
    s.applied('CalendarDay', { entity: -1, venue: -1, date, kind, closeSeconds })
  day(20270116, 2, 13 * HOUR)
  day(20270118, 1)
  day(20270118, 0)
  assert.deepEqual(until(s, '2027-01-18T02:00:00Z'), ['FIRM 20270116', 'FIRM 20270118'])
})

scenario('capital is good for the date in force and the business day before it', (s) => {
  zone(s, NEW_YORK)
  holidayLater(s)
  const stated = (iso: string) => {
    const now = s.timeUs
    s.timeUs = us(iso)
    s.capital('FIRM', 1e12)
    s.timeUs = now
  }
  const decides = () => {
    s.heartbeat()
    return s.order({ clOrdID: `o${s.seq}` }).reason
  }
  until(s, '2027-01-19T15:00:00Z')
  // Friday began on Thursday evening in New York.
  stated('2027-01-15T02:00:00Z')
  assert.equal(decides(), 'NONE')
  stated('2027-01-15T01:59:59.999Z')
  assert.equal(decides(), 'CAPITAL_UNAVAILABLE')
  stated('2027-01-19T14:00:00Z')
  until(s, '2027-01-20T15:00:00Z')
  assert.equal(decides(), 'NONE')
  until(s, '2027-01-21T15:00:00Z')
  assert.equal(decides(), 'CAPITAL_UNAVAILABLE')
})

type Command = 'Calendar' | 'CalendarDay' | 'ZoneTransitions' | 'DayRoll'
const WELL: { readonly [N in Command]: Given<N> } = {
  Calendar: { entity: -1, venue: -1, zone: NEW_YORK, rollSeconds: 0, evening: 0, weekend: WEEKEND, closeSeconds: -1 },
  CalendarDay: { entity: -1, venue: -1, date: 20270118, kind: 1, closeSeconds: -1 },
  ZoneTransitions: { zone: NEW_YORK, fromUs: 0, untilUs: 10 * SECOND, offsetSeconds: 0 },
  DayRoll: { calendar: -1, tradeDate: 20270118 },
}
/** What is wrong with a command, and why it is refused. */
const REFUSED: readonly (readonly [name: Command, more: object, reason: string])[] = [
  ['Calendar', { entity: 99 }, 'UNKNOWN_NAME'],
  ['Calendar', { venue: 99 }, 'UNKNOWN_NAME'],
  ['Calendar', { entity: 1, venue: 0 }, 'UNKNOWN_NAME'],
  ['Calendar', { zone: '' }, 'INVALID_VALUE'],
  ['Calendar', { zone: 'New York' }, 'INVALID_VALUE'],
  ['Calendar', { rollSeconds: -1 }, 'INVALID_VALUE'],
  ['Calendar', { rollSeconds: 86_400 }, 'INVALID_VALUE'],
  ['Calendar', { closeSeconds: 86_400 }, 'INVALID_VALUE'],
  ['Calendar', { weekend: 127 }, 'INVALID_VALUE'],
  ['Calendar', { evening: 2 }, 'INVALID_VALUE'],
  ['CalendarDay', { date: 20270230 }, 'INVALID_VALUE'],
  ['CalendarDay', { kind: 3 }, 'INVALID_VALUE'],
  ['CalendarDay', { kind: 2 }, 'INVALID_VALUE'],
  ['CalendarDay', { closeSeconds: 5 }, 'INVALID_VALUE'],
  ['CalendarDay', { entity: 1 }, 'CALENDAR_MISSING'],
  ['CalendarDay', { venue: 0 }, 'CALENDAR_MISSING'],
  ['ZoneTransitions', { zone: '' }, 'INVALID_VALUE'],
  ['ZoneTransitions', { untilUs: 0 }, 'INVALID_VALUE'],
  ['ZoneTransitions', { fromUs: Number.NaN }, 'INVALID_VALUE'],
  ['ZoneTransitions', { offsetSeconds: 64_801 }, 'INVALID_VALUE'],
  ['ZoneTransitions', { fromUs: 11 * SECOND, untilUs: 12 * SECOND }, 'INVALID_VALUE'],
  ['DayRoll', { calendar: 1 }, 'INVALID_VALUE'],
  ['DayRoll', { calendar: 99 }, 'INVALID_VALUE'],
  ['DayRoll', { tradeDate: 20270230 }, 'INVALID_VALUE'],
]
for (const [name, more, reason] of REFUSED) {
  scenario(`${name} with ${JSON.stringify(more)}: ${reason}`, (s) => {
    s.applied('Calendar', WELL.Calendar)
    s.applied('ZoneTransitions', WELL.ZoneTransitions)
    s.send(name, { ...WELL[name], ...more } as never)
    assert.equal(s.refusal, reason)
    assert.equal(s.engine.directory.tradeDate, 20270115)
  })
}
