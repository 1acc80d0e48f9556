/** What a person reads of a journal: every code and every known id in words. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { reasonNumber } from '../model/codes.ts'
import { CONTROLS, controlIndex } from '../model/controls.ts'
import {
  BINDING,
  COMMANDS,
  GENESIS,
  HIERARCHY,
  INSTRUMENT,
  KILL,
  LIMIT,
  NEW_ORDER,
  REPLACE_ORDER,
} from '../model/records/commands.ts'
import { APPLIED, EVENTS, ORDER_DECIDED, REFUSED, ROW_FAILED, ROW_WAIVED, rowsBytes } from '../model/records/events.ts'
import { encode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { BINDING_KINDS, DUTIES, NAME_KINDS } from '../model/vocabulary.ts'
import { CountingEngine } from '../simulator/counting-engine.ts'
import { openSmallJournal } from '../simulator/small-journal.ts'
import { hasWords, timeWord } from './field-words.ts'
import { type ShowOptions, show } from './show.ts'

const applied = (id: number) => (tape: Tape) => encode(tape, APPLIED, { id, slot: -1, previous: -1 })
const own = { session: -1, principal: -1 }
const noOrder = { parentClOrdID: '', venue: -1, locate: -1 }

/** Commands, each with the events that an engine would record behind it. */
const STREAM: readonly (readonly [(tape: Tape) => number, (tape: Tape) => unknown])[] = [
  [(tape) => encode(tape, GENESIS, { ...own, firm: 'Acme', baseCurrency: 'USD', ledgerDecimals: 2 }), applied(-1)],
  [(tape) => hierarchy(tape, 'ACCOUNT', 'ACC-1'), applied(4)],
  [(tape) => hierarchy(tape, 'PRINCIPAL', 'jane'), applied(0)],
  [(tape) => encode(tape, INSTRUMENT, { ...own, symbol: 'IBM', sector: -1, underlying: -1 }), applied(9)],
  [
    (tape) =>
      encode(tape, LIMIT, {
        session: -1,
        principal: 0,
        control: controlIndex('MAX_ORDER_QTY'),
        subject: 4,
        objectKind: 1,
        object: 9,
        hard: 50,
        reason: 'first',
      }),
    applied(7),
  ],
  [
    (tape) => encode(tape, NEW_ORDER, { ...order, clOrdID: 'o-1', orderQty: 100 }),
    (tape) => {
      const failed = 2 << (2 * 6)
      const at = encode(tape, ORDER_DECIDED, {
        outcome: 0,
        reason: reasonNumber('MAX_ORDER_QTY'),
        slot: -1,
        versionSlot: -1,
        idSlot: -1,
        rule: -1,
        crossing: -1,
        missing: -1,
        missingSubject: -1,
        qtyPassing: 50,
        results0: failed | 0b0101,
        rows: 2,
      })
      const ids = tape.end
      tape.end += rowsBytes(2)
      tape.i32[(at >> 2) + 1] = tape.end - at
      tape.i32.set([7 | ROW_FAILED, 8], ids >> 2)
      tape.f64.set([0, 10, 100, 20], (ids >> 3) + 1)
    },
  ],
  [
    (tape) => encode(tape, KILL, { ...own, ...nobody, account: 4, side: 0, state: 3 }),
    (tape) => encode(tape, REFUSED, { reason: reasonNumber('INVALID_VALUE'), field: 4 }),
  ],
  [
    (tape) =>
      encode(tape, BINDING, {
        ...own,
        kind: BINDING_KINDS.indexOf('PRINCIPAL_DUTY'),
        a: 0,
        b: (1 << DUTIES.indexOf('kill')) | 1,
        allow: 1,
      }),
    applied(-1),
  ],
]

test('terse, a stream reads as one line a record, codes and ids in words', async (t) => {
  const directory = await journal(t)
  assert.deepEqual(
    [...show(directory, { terse: true })].map((line) =>
      line.replace(/^(\d+) 2027-01-15T08:00:0(\d)\.000000Z/, '$1 +$2'),
    ),
    [
      '1 +1 Genesis profile=demo ledgerDecimals=2 firm="Acme" baseCurrency="USD"',
      '1 +1   Applied',
      '2 +2 Hierarchy kind=ACCOUNT name="ACC-1"',
      '2 +2   Applied id=4',
      '3 +3 Hierarchy kind=PRINCIPAL name="jane"',
      '3 +3   Applied id=0',
      '4 +4 Instrument currency=USD assetClass=#0 feed=#0 symbol="IBM"',
      '4 +4   Applied id=9',
      '5 +5 Limit principal=jane hard=50 control=B01 subject=ACC-1 objectKind=INSTRUMENT object=IBM action=BLOCK mode=ENFORCE reason="first"',
      '5 +5   Applied id=7',
      '6 +6 NewOrder principal=jane orderQty=100 price=25 instrument=IBM account=ACC-1 trader=#5 side=Sell ordType=Limit timeInForce=Day flags=1 clOrdID="o-1"',
      '6 +6   OrderDecided qtyPassing=50 outcome=REJECT reason=MAX_ORDER_QTY refSource=NONE PASS=M04,A02 FAIL=B01 rows=[B01 ACC-1 IBM 0->100/50 FAIL; row#8 10->20]',
      '7 +7 Kill account=ACC-1 side=buys state=KILLED',
      '7 +7   Refused reason=INVALID_VALUE field=entity',
      '8 +8 Binding kind=PRINCIPAL_DUTY a=jane b=orders:write,kill allow=1',
      '8 +8   Applied',
    ],
  )
})

test('a part of the stream is shown with the names that were defined before it', async (t) => {
  const directory = await journal(t)
  const lines = (options: ShowOptions) =>
    [...show(directory, { ...options, terse: true })].map((line) => line.split(' ').slice(2).join(' '))
  assert.deepEqual(lines({ from: 7, to: 7 })[0], 'Kill account=ACC-1 side=buys state=KILLED')
  assert.equal(lines({ from: 6, to: 7 }).length, 4)
  assert.equal(lines({ from: 2, to: 6, type: 'Applied' }).length, 4)
  assert.deepEqual(lines({ type: 'NoSuchRecord' }), [])
})

test('for a person amounts have their decimals and units, and each evaluated row a line', async (t) => {
  const directory = await journal(t, TRADED_STREAM)
  const lines = [...show(directory)].map((line) => line.replace(/^(\d+) 2027-01-15T08:00:0\d\.000000Z/, '$1'))
  assert.deepEqual(lines.slice(lines.findIndex((line) => line.startsWith('3 Instrument'))), [
    '3 Instrument tick=0.01 USD priceUnitsPerCurrency=1 priceDecimals=2 qtyDecimals=1 currency=USD assetClass=#0 feed=#0 symbol="IBM"',
    '3   Applied id=9',
    '4 Limit hard=50 control=MAX_ORDER_QTY subject=ACCOUNT:ACC-1 objectKind=INSTRUMENT object=IBM action=BLOCK mode=ENFORCE',
    '4   Applied id=7',
    '5 Limit hard=UNLIMITED control=DAILY_GROSS subject=FIRM:Acme objectKind=NONE action=BLOCK mode=ENFORCE',
    '5   Applied id=8',
    '6 Limit hard=2500 bps control=SECTOR_CONCENTRATION subject=FIRM:Acme objectKind=NONE action=ALERT mode=ENFORCE',
    '6   Applied id=9',
    '7 NewOrder principal=#0 orderQty=10 price=500.00 USD instrument=IBM account=ACC-1 trader=#5 side=Sell ordType=Limit timeInForce=Day flags=1 clOrdID="o-1"',
    '7   OrderDecided orderSeq=7 openValue=5000.00 USD outcome=APPROVE refSource=NONE',
    '        PASS  TRADING_STATE, MARKET_ACCESS',
    '        FAIL  MAX_ORDER_QTY',
    '                    limit row             subject        object    before         after      limit',
    '        FAIL        MAX_ORDER_QTY         ACCOUNT:ACC-1  IBM            0           100         50',
    '        OVERRIDDEN  DAILY_GROSS           FIRM:Acme              0.10 USD   5000.10 USD  UNLIMITED',
    '        ALERT       SECTOR_CONCENTRATION  FIRM:Acme              0.00 USD  90000.00 USD   2500 bps',
    // A replace names no instrument: its order does.
    '8 ReplaceOrder orderQty=20 price=499.50 USD flags=1 clOrdID="o-2" origClOrdID="o-1"',
    '8   OrderDecided orderSeq=7 valuationPx=499.50 USD outcome=APPROVE refSource=NONE',
    // Nothing says what a replace of an unknown order counts in.
    '9 ReplaceOrder orderQty=200 (stored) price=49950 (stored) flags=1 clOrdID="x-2" origClOrdID="x-1"',
    '9   OrderDecided outcome=REJECT refSource=NONE',
  ])
})

test('every code of every record has its words', () => {
  for (const record of [...COMMANDS, ...EVENTS]) {
    for (const { name, unit } of record.fields) {
      if (unit === 'code') assert.ok(hasWords(record.name, name), `${record.name}.${name}: src/replay/field-words.ts`)
    }
  }
})

test('every control has a place in the printed bitmap', () => {
  assert.ok(CONTROLS.every(({ index }, i) => index === i && index < 160))
})

test('a time reads as ISO 8601 with microseconds; a time that is none as its number', () => {
  assert.equal(timeWord(1_800_000_000_000_001), '2027-01-15T08:00:00.000001Z')
  assert.equal(timeWord(-1), '1969-12-31T23:59:59.999999Z')
  assert.equal(timeWord(Number.MAX_SAFE_INTEGER * 1024), String(Number.MAX_SAFE_INTEGER * 1024))
  assert.equal(timeWord(Number.NaN), 'NaN')
})

const order = {
  ...noOrder,
  session: -1,
  principal: 0,
  price: 25,
  flags: 1,
  instrument: 9,
  account: 4,
  trader: 5,
  strategy: -1,
  side: 1,
  ordType: 1,
}
const nobody = {
  entity: -1,
  client: -1,
  desk: -1,
  trader: -1,
  strategy: -1,
  sessionScope: -1,
  instrument: -1,
  underlying: -1,
  assetClass: -1,
  sector: -1,
  venue: -1,
}

function hierarchy(tape: Tape, kind: (typeof NAME_KINDS)[number], name: string): number {
  const none = { entity: -1, client: -1, desk: -1, trader: -1, owner: -1 }
  return encode(tape, HIERARCHY, { ...own, ...none, kind: NAME_KINDS.indexOf(kind), name })
}

const decision = { slot: -1, versionSlot: -1, idSlot: -1, rule: -1, crossing: -1, missing: -1, missingSubject: -1 }
const limitRow = { ...own, subject: 0, object: -1 }
const change = { ...own, flags: 1, orderQty: 200, price: 49_950 }

/** With an instrument of two price decimals and one quantity decimal. */
const TRADED_STREAM: typeof STREAM = [
  ...STREAM.slice(0, 2),
  [
    (tape) => {
      const scale = { tick: 1, priceDecimals: 2, qtyDecimals: 1, priceUnitsPerCurrency: 1 }
      return encode(tape, INSTRUMENT, { ...own, ...scale, symbol: 'IBM', sector: -1, underlying: -1 })
    },
    applied(9),
  ],
  [
    (tape) => {
      const row = { control: controlIndex('MAX_ORDER_QTY'), subject: 4, objectKind: 1, object: 9, hard: 500 }
      return encode(tape, LIMIT, { ...own, ...row })
    },
    applied(7),
  ],
  [
    (tape) => encode(tape, LIMIT, { ...limitRow, control: controlIndex('DAILY_GROSS'), hard: Number.MAX_SAFE_INTEGER }),
    applied(8),
  ],
  [
    (tape) =>
      encode(tape, LIMIT, { ...limitRow, control: controlIndex('SECTOR_CONCENTRATION'), hard: 2_500, action: 1 }),
    applied(9),
  ],
  [
    (tape) => encode(tape, NEW_ORDER, { ...order, clOrdID: 'o-1', orderQty: 100, price: 50_000 }),
    (tape) => {
      const results0 = (2 << (2 * 6)) | 0b0101
      const money = { orderSeq: 7, openValue: 500_000 }
      const at = encode(tape, ORDER_DECIDED, { ...decision, ...money, outcome: 1, results0, rows: 3 })
      const ids = tape.end
      tape.end += rowsBytes(3)
      tape.i32[(at >> 2) + 1] = tape.end - at
      tape.i32.set([7 | ROW_FAILED, 8 | ROW_FAILED | ROW_WAIVED, 9 | ROW_FAILED | ROW_WAIVED], ids >> 2)
      tape.f64.set([0, 10, 0, 1_000, 500_010, 9_000_000], (ids >> 3) + 2)
    },
  ],
  [
    (tape) => encode(tape, REPLACE_ORDER, { ...change, clOrdID: 'o-2', origClOrdID: 'o-1' }),
    (tape) => encode(tape, ORDER_DECIDED, { ...decision, orderSeq: 7, outcome: 1, valuationPx: 49_950 }),
  ],
  [
    (tape) => encode(tape, REPLACE_ORDER, { ...change, clOrdID: 'x-2', origClOrdID: 'x-1' }),
    (tape) => encode(tape, ORDER_DECIDED, { ...decision, outcome: 0 }),
  ],
]

/** The stream in a journal, two blocks. */
async function journal(t: TestContext, stream = STREAM): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'portcullis-show-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  let decided = 0
  const engine = new CountingEngine()
  engine.execute = (tape) => {
    stream[decided++]?.[1](tape)
  }
  const small = await openSmallJournal(directory, { engine })
  const commands = stream.map(([write]) => write)
  await small.block(commands.slice(0, 3))
  await small.block(commands.slice(3))
  await small.close()
  return directory
}
