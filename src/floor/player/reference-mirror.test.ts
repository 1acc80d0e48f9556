/** The player's own reference and mark, rule by rule. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MirroredQuote } from './reference-mirror.ts'
import { ReferenceMirror } from './reference-mirror.ts'

const SECOND = 1_000_000
const parameters = {
  revalueBps: 25,
  heartbeatMaxUs: 3 * SECOND,
  lastMaxUs: 300 * SECOND,
  spreadCapBps: 500,
  jumpBps: 1_000,
  quarantineUs: SECOND,
}

function mirror(...quotes: readonly (readonly [number, MirroredQuote])[]): ReferenceMirror {
  const made = new ReferenceMirror(10_000, parameters)
  for (const [timeUs, quote] of quotes) made.quote(quote, timeUs)
  return made
}

function sides(bidPx: number, askPx: number): MirroredQuote {
  return { bidPx, askPx, lastPx: undefined }
}

function trade(lastPx: number): MirroredQuote {
  return { bidPx: undefined, askPx: undefined, lastPx }
}

test('before the first quote the prior close is reference and mark', () => {
  assert.equal(mirror().at(0), 10_000)
  assert.equal(mirror().markPx, 10_000)
})

test('the mid, a half rounded away from zero', () => {
  assert.equal(mirror([0, sides(10_000, 10_003)]).at(0), 10_002)
})

test('a dead feed gives no mid, a heartbeat revives it', () => {
  const quoted = mirror([0, sides(10_000, 10_010)])
  assert.equal(quoted.at(3 * SECOND), 10_005)
  assert.equal(quoted.at(3 * SECOND + 1), 10_000)
  quoted.heartbeat(4 * SECOND)
  assert.equal(quoted.at(4 * SECOND), 10_005)
})

test('a spread at the cap gives a mid, a wider one the last trade while that is young', () => {
  assert.equal(mirror([0, sides(9_750, 10_250)]).at(0), 10_000)
  const wide = mirror([0, trade(10_040)], [0, sides(9_750, 10_252)])
  assert.equal(wide.at(300 * SECOND), 10_040)
  assert.equal(wide.at(300 * SECOND + 1), 10_000)
})

test('the mark stays until the reference is more than 25 bps away', () => {
  assert.equal(mirror([0, sides(10_024, 10_026)]).markPx, 10_000)
  assert.equal(mirror([0, sides(10_025, 10_027)]).markPx, 10_026)
})

test('a jump waits for a second quote a second later, or for a trade', () => {
  const before = [0, sides(9_999, 10_001)] as const
  const jump = sides(11_999, 12_001)
  assert.equal(mirror(before, [SECOND, jump]).at(SECOND), 10_000)
  assert.equal(mirror(before, [SECOND, jump], [1.5 * SECOND, jump]).at(1.5 * SECOND), 10_000)
  assert.equal(mirror(before, [SECOND, jump], [2 * SECOND, jump]).at(2 * SECOND), 12_000)
  assert.equal(mirror(before, [SECOND, jump], [SECOND, trade(12_000)], [SECOND, jump]).at(SECOND), 12_000)
})
