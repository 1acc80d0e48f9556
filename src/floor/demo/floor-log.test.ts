/** What a person sees of the floor: a refusal with its reason once, how many followed, and one line of counts. */
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
  text: 'PRICE_COLLAR: actual=1977 bps, firm=DEMO',
}

/** Answers ten times a second, every tenth a refusal that `refusal` makes of its number. */
function watch(isTTY: boolean, seconds: number, refusal: (index: number) => OrderAnswer = () => reject): string[] {
  const written: string[] = []
  let nowMs = 0
  const log = new FloorLog({ isTTY, write: (text) => written.push(text) }, () => nowMs)
  for (let at = 0; at < 10 * seconds; at++, nowMs += 100) {
    log.answered(ticket, at % 10 === 0 ? refusal(at / 10) : approve, 'wrong price')
  }
  return written
}

test('a log has a line for a refusal and counts every ten seconds', () => {
  assert.deepEqual(watch(false, 20), [
    'floor: refused Buy 100 AAPL of TRADER-1 on ACC-1 (wrong price): PRICE_COLLAR: actual=1977 bps, firm=DEMO\n',
    'floor: 101 orders decided, 90 approved, 10.1 a second\n',
  ])
})

test('the same reason at the same scope is told once a minute, and how many followed', () => {
  const lines = watch(false, 121).filter((line) => !line.includes('decided'))
  assert.deepEqual(
    lines.map((line) => line.slice(0, 45)),
    [
      'floor: refused Buy 100 AAPL of TRADER-1 on AC',
      'floor: and 59 more in the last minute: PRICE_',
      'floor: refused Buy 100 AAPL of TRADER-1 on AC',
      'floor: and 59 more in the last minute: PRICE_',
      'floor: refused Buy 100 AAPL of TRADER-1 on AC',
    ],
  )
  assert.equal(lines[1], 'floor: and 59 more in the last minute: PRICE_COLLAR at firm DEMO\n')
})

test('another reason, and another scope of the same reason, are told at once', () => {
  const answers = ['firm=DEMO', 'trader=TRADER-1'].map((scope) => ({
    ...reject,
    text: `PRICE_COLLAR: actual=1, ${scope}`,
  }))
  const kinds = [...answers, { ...reject, reason: 'UNKNOWN_INSTRUMENT', text: 'Nobody knows it.' }]
  const lines = watch(false, 6, (index) => kinds[index % 3] ?? reject)
  assert.deepEqual(
    lines.map((line) => line.split('): ')[1]),
    ['PRICE_COLLAR: actual=1, firm=DEMO\n', 'PRICE_COLLAR: actual=1, trader=TRADER-1\n', 'Nobody knows it.\n'],
  )
})

test('a terminal has a line that redraws itself, and refusals above it', () => {
  const written = watch(true, 20)
  assert.ok(written.every((text) => text.startsWith('\r\x1b[K')))
  assert.ok(written.filter((text) => text.endsWith('a second')).length > 50)
  assert.equal(written.filter((text) => text.endsWith('\n')).length, 1)
})
