/** What a person sees of the floor: each refusal with its reason, and one line of counts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OrderAnswer } from '../client/answers.ts'
import { FloorLog } from './floor-log.ts'
import type { Ticket } from './ticket.ts'

const ticket: Ticket = {
  ...{ symbol: 'AAPL', side: 'Buy', ordType: 'Limit', timeInForce: 'Day', qty: 100, px: 22_900 },
  ...{ account: 'ACC-1', trader: 'TRADER-1', strategy: 'STRAT-1' },
}
const approve: OrderAnswer = {
  ...{ approved: true, duplicate: false, orderID: '1-0', reason: '', text: '', failed: [] },
  ...{ protectionPx: undefined, timeUs: 0 },
}
const reject: OrderAnswer = {
  ...approve,
  approved: false,
  reason: 'PRICE_COLLAR',
  text: 'PRICE_COLLAR: actual=1977 bps',
}

/** Answers ten times a second for twenty seconds, every tenth a refusal. */
function watch(isTTY: boolean): string[] {
  const written: string[] = []
  let nowMs = 0
  const log = new FloorLog({ isTTY, write: (text) => written.push(text) }, () => nowMs)
  for (let at = 0; at < 200; at++, nowMs += 100) log.answered(ticket, at % 10 === 0 ? reject : approve, 'wrong price')
  return written
}

test('a log has a line for each refusal and counts every ten seconds', () => {
  const lines = watch(false)
  assert.equal(
    lines[0],
    'floor: refused Buy 100 AAPL of TRADER-1 on ACC-1 (wrong price): PRICE_COLLAR: actual=1977 bps\n',
  )
  assert.deepEqual(
    lines.filter((line) => !line.includes('refused')),
    ['floor: 101 orders decided, 90 approved, 10.1 a second\n'],
  )
})

test('a terminal has a line that redraws itself, and refusals above it', () => {
  const written = watch(true)
  assert.ok(written.every((text) => text.startsWith('\r\x1b[K')))
  assert.ok(written.filter((text) => text.endsWith('a second')).length > 50)
  assert.equal(written.filter((text) => text.endsWith('\n')).length, 20)
})
