/** What a line of the log may hold: secrets by name and by look are gone, and what remains is bounded. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LOG_EVENTS, type LogEvent, tell } from './log-events.ts'
import { REPEAT_MS, withoutRepeats } from './log-repeats.ts'
import { REDACTED, redacted } from './redaction.ts'

test('secrets are gone, by the name of their field and by their look, however deep', () => {
  const jwt = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJlbXMtMSJ9.c2lnbmF0dXJl'
  const inner = Object.assign(new Error(`sent Bearer ${jwt} to it`), { config: { headers: { Authorization: 'x1' } } })
  const found = redacted({
    event: 'request.failed',
    err: new TypeError('failed with pa1.3.99.1.MACMACMAC', { cause: inner }),
    headers: { authorization: 'x2', 'X-Api-Key': 'x3', cookie: 'x4', host: 'gate' },
    body: { client_secret: 'x5', accessToken: 'x6', clOrdID: 'A-1' },
    list: [`token ${jwt}`, { d: 'x7' }],
    pem: '-----BEGIN PRIVATE KEY-----\nx8\n-----END PRIVATE KEY-----',
    cut: '-----BEGIN EC PRIVATE KEY-----\nx9',
    basic: 'basic eDEwOngxMA==',
    bytes: Buffer.from('x11'),
  })
  const text = JSON.stringify(found)
  assert.doesNotMatch(text, /x\d|eyJ|pa1\.3|MACMAC|eDEw/)
  const { headers, body, err } = found as Record<string, Record<string, unknown>>
  assert.deepEqual([headers?.host, headers?.authorization, body?.clOrdID], ['gate', REDACTED, 'A-1'])
  assert.deepEqual([err?.type, err?.message], ['TypeError', `failed with ${REDACTED}`])
  assert.match(text, /sent \[redacted\] to it/)
})

test('a value without an end ends', () => {
  const round: Record<string, unknown> = { name: 'x'.repeat(100_000) }
  round.round = [round, round]
  round.many = Array.from({ length: 10_000 }, (_, at) => at)
  assert.ok(JSON.stringify(redacted(round)).length < 300_000)
})

test('what repeats is held back and counted, and what matters each time is not', () => {
  let now = 0
  const lines: (readonly [string, number | undefined])[] = []
  const write = (fields: object) => {
    const { event, repeated } = fields as { event: string; repeated?: number }
    lines.push([event, repeated])
  }
  const log = withoutRepeats({ info: write, warn: write, error: write }, () => now)
  const say = (event: LogEvent) => tell(log, event)
  say('clock.step')
  say('clock.step')
  say('answer.failed')
  now = REPEAT_MS - 1
  say('clock.step')
  now = REPEAT_MS
  say('clock.step')
  now = 2 * REPEAT_MS
  say('clock.step')
  for (const event of ['cancel.not-kept', 'session.begun'] as const) for (let i = 0; i < 3; i++) say(event)
  assert.deepEqual(lines, [
    ['clock.step', undefined],
    ['answer.failed', undefined],
    ['clock.step', 2],
    ['clock.step', undefined],
    ...Array(3).fill(['cancel.not-kept', undefined]),
    ...Array(3).fill(['session.begun', undefined]),
  ])
})

test('names of events are stable words', () => {
  for (const event of Object.keys(LOG_EVENTS)) assert.match(event, /^[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*$/)
})
