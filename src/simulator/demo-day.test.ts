/**
 * Half an hour of the demo: lively, with some refusals for many reasons, and no limit of the day that a whole day would use up.
 */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { MISTAKES } from '../floor/demo/mistakes.ts'
import { type DemoDay, playDemoDay } from './demo-day.ts'

/** A day of the market. */
const HOURS = 0.5
const DAY_HOURS = 24
/** He may trade little on purpose, and slows down. */
const SMALL_ALLOWANCE = 'TRADER-8'

describe('half an hour of the demo', () => {
  let day: DemoDay
  before(async () => {
    day = await playDemoDay(HOURS, 2026)
  })

  test('3 to 8 % of the orders are refused, for many reasons of which none outweighs the others', () => {
    const { decided } = day.hour
    const refused = [...day.hour.refused]
    const total = refused.reduce((sum, [, count]) => sum + count, 0)
    const seen = refused.map(([reason, count]) => `${reason} ${count}`).join(', ')
    assert.ok(decided > 10_000, `${decided} orders are a sleepy floor`)
    const share = total / decided
    assert.ok(share >= 0.03 && share <= 0.08, `${share}: ${seen}`)
    assert.ok(refused.length >= 10, seen)
    for (const [reason, count] of refused) assert.ok(count < total / 2, `${reason}: ${seen}`)
    assert.ok(refused.some(([reason]) => reason === 'DAILY_GROSS'))
  })

  test('every mistake is made, everything a venue says is said, and no order is left behind', async () => {
    const { hour, gate, said } = day
    assert.deepEqual(hour.mistakes, new Set(MISTAKES.map(({ name }) => name)))
    const kinds = ['New', 'Fill', 'Canceled', 'Replaced', 'Rejected', 'CancelRejected']
    for (const kind of kinds) assert.ok(hour.reports.has(kind), kind)
    assert.deepEqual(
      said.filter((text) => !text.startsWith('the line to the venue')),
      [],
    )
    const firm = (await gate.exposures()).find(({ subject }) => subject === 'FIRM:DEMO')
    assert.equal(Number(firm?.openOrders), 0)
  })

  test('a whole day would leave room under every daily limit but one', () => {
    for (const { subject, share } of day.uses) {
      if (subject.name === SMALL_ALLOWANCE) assert.ok(share > 0.9 && share <= 1, `${subject.name} ${share}`)
      else
        assert.ok(
          (share * DAY_HOURS) / HOURS < 0.8,
          `${subject.name} would use ${(share * DAY_HOURS) / HOURS} of its day`,
        )
    }
  })

  test('the seat of the reader is untouched', () => {
    for (const name of ['DESK-5', 'TRADER-9', 'ACC-13']) {
      assert.equal(day.uses.find(({ subject }) => subject.name === name)?.share, 0, name)
    }
  })
})
