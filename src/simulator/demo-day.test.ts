/**
 * An hour of the demo: lively, with some refusals for many reasons, and no limit of the day that a whole day would use up.
 */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { type DemoDay, playDemoDay } from './demo-day.ts'

const DAY_HOURS = 24
/** He may trade little on purpose, and slows down. */
const SMALL_ALLOWANCE = 'TRADER-8'

describe('an hour of the demo', () => {
  let day: DemoDay
  before(async () => {
    day = await playDemoDay(1, 2026)
  })

  test('3 to 8 % of the orders are refused, for many reasons of which none outweighs the others', () => {
    const [hour] = day.hours
    const refused = [...(hour?.refused ?? [])]
    const total = refused.reduce((sum, [, count]) => sum + count, 0)
    const seen = refused.map(([reason, count]) => `${reason} ${count}`).join(', ')
    assert.ok((hour?.decided ?? 0) > 20_000, `${hour?.decided} orders are a sleepy floor`)
    const share = total / (hour?.decided ?? 0)
    assert.ok(share >= 0.03 && share <= 0.08, `${share}: ${seen}`)
    assert.ok(refused.length >= 10, seen)
    for (const [reason, count] of refused) assert.ok(count < total / 2, `${reason}: ${seen}`)
    assert.ok(refused.some(([reason]) => reason === 'DAILY_GROSS'))
  })

  test('a whole day would leave room under every daily limit but one', () => {
    for (const { subject, share } of day.uses) {
      if (subject.name === SMALL_ALLOWANCE) assert.ok(share > 0.9 && share <= 1, `${subject.name} ${share}`)
      else assert.ok(share * DAY_HOURS < 0.8, `${subject.name} would use ${share * DAY_HOURS} of its day`)
    }
  })

  test('the seat of the reader is untouched', () => {
    for (const name of ['DESK-5', 'TRADER-9', 'ACC-13']) {
      assert.equal(day.uses.find(({ subject }) => subject.name === name)?.share, 0, name)
    }
  })
})
