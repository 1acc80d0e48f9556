/** What a person sees of the floor: a refusal with its reason once, how many followed, and one line of counts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fate, Refusal } from '../../client/sdk.ts'
import { FloorLog } from './floor-log.ts'
import type { Ticket } from './ticket.ts'

const ticket: Ticket = {
  ...{ symbol: 'AAPL', side: 'Buy', ordType: 'Limit', timeInForce: 'Day', qty: 100, px: 22_900 },
  ...{ account: 'ACC-1', trader: 'TRADER-1', strategy: 'STRAT-1' },
}
const approve = { outcome: 'routed', result: undefined, approved: {} } as Fate<void>

function refusal(code: string, text: string): Fate<void> {
  const none = { field: '', breaches: [], qtyPassing: undefined, confirmId: undefined, decision: undefined }
  return { outcome: 'refused', refusal: { code, text, ...none } satisfies Refusal }
}

const reject = refusal('PRICE_COLLAR', 'PRICE_COLLAR: actual=1977 bps, firm=DEMO. No quantity would have passed.')

/** Answers ten times a second, every tenth a refusal that `fate` makes of its number. */
function watch(isTTY: boolean, seconds: number, fate: (index: number) => Fate<void> = () => reject): string[] {
  const written: string[] = []
  let nowMs = 0
  const log = new FloorLog({ isTTY, write: (text) => written.push(text) }, () => nowMs)
  for (let at = 0; at < 10 * seconds; at++, nowMs += 100) {
    log.answered(ticket, at % 10 === 0 ? fate(at / 10) : approve, 'wrong price')
  }
  return written
}

test('a log has a line for a refusal and counts every ten seconds', () => {
  assert.deepEqual(watch(false, 20), [
    'floor: refused Buy 100 AAPL of TRADER-1 on ACC-1 (wrong price): PRICE_COLLAR: actual=1977 bps, firm=DEMO. No quantity would have passed.\n',
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
  const answers = ['firm=DEMO', 'trader=TRADER-1'].map((scope) =>
    refusal('PRICE_COLLAR', `PRICE_COLLAR: actual=1, ${scope}`),
  )
  const kinds = [...answers, refusal('UNKNOWN_INSTRUMENT', 'Nobody knows it.')]
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

test('an order that was not sent is told with its reason, and is no decision', () => {
  const lines = watch(false, 11, () => ({ outcome: 'notSent', code: 'NOT_ROUTED', text: 'the line is down' }))
  assert.deepEqual(lines, [
    'floor: not sent Buy 100 AAPL of TRADER-1 on ACC-1 (wrong price): the line is down\n',
    'floor: 90 orders decided, 90 approved, 9.0 a second\n',
  ])
})
