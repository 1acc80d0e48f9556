/**
 * The reader: every kind of line as its typed event, and every kind of damage as an error that names the line.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { DayEvent } from './day-event.ts'
import { DayFileError } from './day-event.ts'
import { loadEvents, parseEvents } from './read-events.ts'

const HEADER = 'biz_index,appl_seq,time_hhmmsscc,event,order_no,bid_order_no,ask_order_no,side,price_1e3,qty_1e3'
const ADD = '10,1,9150000,ADD,30,,,S,1818880,100000'
const CANCEL = '11,2,9150001,CANCEL,30,,,S,1818880,100000'
const TRADE = '12,3,15000050,TRADE,,40,41,N,1797000,82000'
const MORNING_US = (9 * 3600 + 15 * 60) * 1_000_000

async function parse(...lines: string[]): Promise<DayEvent[]> {
  return collect([[HEADER, ...lines, ''].join('\n')])
}

async function collect(pieces: string[]): Promise<DayEvent[]> {
  const events: DayEvent[] = []
  for await (const event of parseEvents(pieces)) events.push(event)
  return events
}

test('each kind of line becomes its event', async () => {
  assert.deepEqual(await parse(ADD, CANCEL, TRADE), [
    { kind: 'add', bizIndex: 10, timeUs: MORNING_US, orderNo: 30, side: 'Sell', px: 1818880, qty: 100000 },
    { kind: 'cancel', bizIndex: 11, timeUs: MORNING_US + 10_000, orderNo: 30, side: 'Sell', px: 1818880, qty: 100000 },
    {
      kind: 'trade',
      bizIndex: 12,
      timeUs: 15 * 3_600_000_000 + 500_000,
      bidOrderNo: 40,
      askOrderNo: 41,
      aggressor: 'None',
      px: 1797000,
      qty: 82000,
    },
  ])
})

test('the sides of orders and trades', async () => {
  const events = await parse(
    '1,1,9300000,ADD,1,,,B,10,1',
    '2,2,9300000,TRADE,,1,2,S,10,1',
    '3,3,9300000,TRADE,,3,4,B,10,1',
  )
  assert.deepEqual(
    events.map((event) => (event.kind === 'trade' ? event.aggressor : event.side)),
    ['Buy', 'Sell', 'Buy'],
  )
})

test('the pieces of a text may break anywhere, lines end with LF or CR LF, the last one needs no end', async () => {
  for (const lineEnd of ['\n', '\r\n']) {
    const text = [HEADER, ADD, CANCEL, TRADE].join(lineEnd)
    assert.deepEqual(await collect([...text]), await parse(ADD, CANCEL, TRADE))
    assert.deepEqual(await collect([text + lineEnd]), await parse(ADD, CANCEL, TRADE))
  }
})

const damages: readonly (readonly [string, string, RegExp])[] = [
  ['a field too few', '10,1,9150000,ADD,30,,,S,1818880', /^line 3: 9 fields instead of 10$/],
  ['a field too many', `${CANCEL},`, /^line 3: 11 fields instead of 10$/],
  ['a blank line', '', /^line 3: 1 fields/],
  ['an unknown event', '11,2,9150001,AMEND,30,,,S,1,1', /^line 3: event must be ADD, CANCEL or TRADE, not "AMEND"$/],
  ['a lower-case event', '11,2,9150001,add,31,,,S,1,1', /^line 3: event must be/],
  [
    'a fraction',
    '11,2,9150001,ADD,31,,,S,1.5,1',
    /^line 3: price_1e3 must be a whole number up to 2\^53-1, not "1.5"$/,
  ],
  ['an exponent', '11,2,9150001,ADD,31,,,S,1e3,1', /^line 3: price_1e3 must be a whole number/],
  ['hexadecimal', '11,2,9150001,ADD,31,,,S,1,0x10', /^line 3: qty_1e3 must be a whole number/],
  ['a minus', '11,2,9150001,ADD,31,,,S,1,-1', /^line 3: qty_1e3 must be a whole number/],
  ['a leading zero', '11,2,9150001,ADD,031,,,S,1,1', /^line 3: order_no must be a whole number/],
  ['a blank', '11,2,9150001,ADD,31,,,S, 1,1', /^line 3: price_1e3 must be a whole number/],
  ['2^53', '11,2,9150001,ADD,31,,,S,1,9007199254740992', /^line 3: qty_1e3 must be a whole number/],
  ['no price', '11,2,9150001,ADD,31,,,S,,1', /^line 3: price_1e3 must be a whole number/],
  ['zero quantity', '11,2,9150001,ADD,31,,,S,1,0', /^line 3: qty_1e3 must be above zero$/],
  ['zero price', '11,2,9150001,ADD,31,,,S,0,1', /^line 3: price_1e3 must be above zero$/],
  ['a broken appl_seq', '11,x,9150001,ADD,31,,,S,1,1', /^line 3: appl_seq must be a whole number/],
  ['an order on both sides', '11,2,9150001,ADD,31,,,N,1,1', /^line 3: side must be B or S, not "N"$/],
  [
    'a trade without aggressor mark',
    '11,2,9150001,TRADE,,1,2,,1,1',
    /^line 3: side of a trade must be B, S or N, not ""$/,
  ],
  [
    'a trade with an order_no',
    '11,2,9150001,TRADE,9,1,2,N,1,1',
    /^line 3: order_no must be empty on this event, not "9"$/,
  ],
  ['a trade without seller', '11,2,9150001,TRADE,,1,,N,1,1', /^line 3: ask_order_no must be a whole number/],
  [
    'an add with a buyer',
    '11,2,9150001,ADD,31,7,,S,1,1',
    /^line 3: bid_order_no must be empty on this event, not "7"$/,
  ],
  ['minute 60', '11,2,9600000,ADD,31,,,S,1,1', /^line 3: time_hhmmsscc must be a time of day, not "9600000"$/],
  ['hour 24', '11,2,24000000,ADD,31,,,S,1,1', /^line 3: time_hhmmsscc must be a time of day/],
  ['time backwards', '11,2,9145999,ADD,31,,,S,1,1', /^line 3: time_hhmmsscc runs backwards$/],
  ['a biz_index twice', '10,2,9150001,ADD,31,,,S,1,1', /^line 3: biz_index 10 does not follow 10$/],
  ['a second carriage return', `${CANCEL}\r\r`, /^line 3: qty_1e3 must be a whole number/],
]
for (const [name, line, message] of damages) {
  test(`refused with the line number: ${name}`, async () => {
    await assert.rejects(
      parse(ADD, line, TRADE),
      (error) => error instanceof DayFileError && message.test(error.message),
    )
  })
}

test('refused: another header, no header, an endless line', async () => {
  await assert.rejects(collect([`${HEADER},extra\n${ADD}\n`]), /^DayFileError: line 1: the header must be biz_index,/)
  await assert.rejects(collect([]), /^DayFileError: the file is empty$/)
  await assert.rejects(collect([`${HEADER}\n`, '1'.repeat(2_000), '2']), /^DayFileError: line 2: 1 fields/)
})

test('a gzipped file is read; a cut one and a missing one are errors', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'day-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const bytes = gzipSync([HEADER, ADD, CANCEL, TRADE, ''].join('\n'))
  const whole = join(folder, 'whole.gz')
  const cut = join(folder, 'cut.gz')
  writeFileSync(whole, bytes)
  writeFileSync(cut, bytes.subarray(0, -12))
  assert.deepEqual(await loadEvents(whole), await parse(ADD, CANCEL, TRADE))
  await assert.rejects(loadEvents(cut), /unexpected end of file/)
  await assert.rejects(loadEvents(join(folder, 'none.gz')), /^DayFileError: there is no such file$/)
  await assert.rejects(loadEvents(folder), /^DayFileError: this is a folder/)
  const plain = join(folder, 'plain.csv')
  writeFileSync(plain, HEADER)
  await assert.rejects(loadEvents(plain), /^DayFileError: no whole gzip file .*gzipped CSV that begins with biz_index,/)
})
