/** The words of recorded decisions: made-up events, every kind of reason. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SampleDirectory } from '../../simulator/sample-directory.ts'
import { reasonNumber } from '../codes.ts'
import { controlIndex } from '../controls.ts'
import type { LimitView } from '../engine-port.ts'
import { MAX } from '../numbers.ts'
import { NEW_ORDER } from '../records/commands.ts'
import { ORDER_DECIDED, ROW_FAILED, ROW_WAIVED, rowsBytes } from '../records/events.ts'
import { encode } from '../records/schema.ts'
import { Tape } from '../records/tape.ts'
import { OBJECT_KINDS } from '../vocabulary.ts'
import { formatMoney, shareOf } from './amounts.ts'
import { explain, resultAt } from './explanation.ts'

const names = new SampleDirectory()
const RULE = {
  id: 'R1',
  title: 'A rule',
  citation: '17 CFR 1',
  source: 'https://example.test',
  effectiveFrom: '2026-01-01',
  refusal: 'It is forbidden.',
}
const ACCOUNT = names.idOf('ACCOUNT', 'ACC-7')
const FIRM = names.idOf('FIRM', 'ACME')

type Code = Parameters<typeof controlIndex>[0]
function row(control: Code, subject: number, change: Partial<LimitView> = {}): LimitView {
  return {
    ...{ row: 0, version: 0, control: controlIndex(control), subject, objectKind: 0, object: -1, hard: 0 },
    ...{ hardForReducing: 0, soft: 0, param: 0, warnBps: [], action: 0, mode: 0, phase: 0, use: Number.NaN },
    ...change,
  }
}

interface Made {
  readonly reason?: string
  readonly control?: Code
  readonly values?: object
  readonly rows?: readonly {
    readonly limit: LimitView
    readonly before: number
    readonly after: number
    readonly id: number
  }[]
  readonly order?: object
  /** Of the firm, in money; none where it is not known any more. */
  readonly capital?: number
}

/** Records a decision as the engine would and explains it. */
function explained({ reason, control, values = {}, rows = [], order = {}, capital }: Made) {
  const tape = Tape.ofBytes(8192)
  const command = encode(tape, NEW_ORDER, { seq: 7, timeUs: 5_000_000, instrument: 0, ...order })
  const event = encode(tape, ORDER_DECIDED, {
    reason: reason === undefined ? 0 : reasonNumber(reason),
    outcome: reason === undefined ? 1 : 0,
    ...{ rule: -1, crossing: -1, missing: -1, missingSubject: -1, rows: rows.length },
    ...values,
  })
  if (control !== undefined) {
    const at = controlIndex(control)
    const word = (event >> 2) + ORDER_DECIDED.at.results0 + (at >> 4)
    tape.i32[word] = 2 << ((at & 15) * 2)
  }
  const bytes = rowsBytes(rows.length)
  const ids = tape.end >> 2
  const before = (tape.end + (((rows.length + 1) >> 1) << 3)) >> 3
  for (const [place, { id, before: from, after }] of rows.entries()) {
    tape.i32[ids + place] = id | (place + 1)
    tape.f64[before + place] = from
    tape.f64[before + rows.length + place] = after
  }
  tape.i32[(event >> 2) + 1] = ORDER_DECIDED.bytes + bytes
  tape.end += bytes
  const limitVersion = (version: number) => rows[version - 1]?.limit
  const sources = { names, limitVersion, rules: [RULE], capitalOf: () => capital, sectorOf: () => 1 }
  return { ...explain(tape, command, event, sources, 0), tape, event }
}

test('each kind of reason in its words', () => {
  const failed = (limit: LimitView, after: number) => [{ limit, before: 0, after, id: ROW_FAILED }]
  const sector = OBJECT_KINDS.indexOf('SECTOR')
  const instrument = OBJECT_KINDS.indexOf('INSTRUMENT')
  const rows: [Made, string][] = [
    [
      {
        reason: 'MAX_ORDER_NOTIONAL',
        rows: failed(row('MAX_ORDER_NOTIONAL', ACCOUNT, { hard: 100_000_000 }), 120_000_000),
      },
      'MAX_ORDER_NOTIONAL: actual=1200000.00 CNY, limit=1000000.00 CNY, account=ACC-7',
    ],
    [
      { reason: 'MAX_ORDER_QTY', rows: failed(row('MAX_ORDER_QTY', FIRM, { hard: 200 }), 300) },
      'MAX_ORDER_QTY: actual=300 units, limit=200 units, firm=ACME',
    ],
    [
      {
        reason: 'MAX_ORDER_QTY',
        rows: failed(row('MAX_ORDER_QTY', FIRM, { hard: 200, objectKind: instrument, object: -1 }), 300),
      },
      'MAX_ORDER_QTY: actual=300 units, limit=200 units, firm=ACME, instrument=600519.SH',
    ],
    [
      { reason: 'PRICE_COLLAR', rows: failed(row('PRICE_COLLAR', FIRM, { hard: 300 }), 351) },
      'PRICE_COLLAR: actual=351 bps, limit=300 bps, firm=ACME',
    ],
    [
      { reason: 'MESSAGE_RATE', rows: failed(row('MESSAGE_RATE', ACCOUNT, { hard: 50, param: 1_500_000 }), 51) },
      'MESSAGE_RATE: actual=51 messages, limit=50 messages in 1.5 s, account=ACC-7',
    ],
    [
      { reason: 'DUPLICATE_ORDER', rows: failed(row('DUPLICATE_ORDER', FIRM, { hard: 3, param: 250_000 }), 4) },
      'DUPLICATE_ORDER: actual=4 orders, limit=3 orders in 250 ms, firm=ACME',
    ],
    [
      { reason: 'MAX_OPEN_ORDERS', rows: failed(row('MAX_OPEN_ORDERS', FIRM, { hard: 3 }), 4) },
      'MAX_OPEN_ORDERS: actual=4 orders, limit=3 orders, firm=ACME',
    ],
    [
      {
        reason: 'SECTOR_CONCENTRATION',
        rows: failed(row('SECTOR_CONCENTRATION', FIRM, { hard: 2500, objectKind: sector, object: -1 }), 5_000_001),
        capital: 20_000_000,
      },
      'SECTOR_CONCENTRATION: actual=2501 bps of capital (50000.01 CNY), limit=2500 bps of capital, firm=ACME, sector=TECH',
    ],
    [
      {
        reason: 'SECTOR_CONCENTRATION',
        rows: failed(row('SECTOR_CONCENTRATION', FIRM, { hard: 2500, objectKind: sector, object: 1 }), 5_000_000),
      },
      'SECTOR_CONCENTRATION: actual=50000.00 CNY, limit=2500 bps of capital, firm=ACME, sector=TECH',
    ],
    [
      { reason: 'LIMIT_MISSING', values: { missing: controlIndex('DAILY_GROSS'), missingSubject: ACCOUNT } },
      'LIMIT_MISSING: control=DAILY_GROSS, account=ACC-7',
    ],
    [{ reason: 'REGULATORY_RULE', values: { rule: 0 } }, 'REGULATORY_RULE: It is forbidden. (R1; 17 CFR 1)'],
    [{ reason: 'UNKNOWN_ACCOUNT', order: { unresolved: 'account=X' } }, 'UNKNOWN_ACCOUNT: account=X'],
    [
      { reason: 'CAPITAL_UNAVAILABLE', rows: failed(row('SECTOR_CONCENTRATION', FIRM), 1) },
      'CAPITAL_UNAVAILABLE: The capital that the sector limit is a share of is missing or too old.',
    ],
    [{ reason: 'KILLED' }, 'KILLED: A kill stands over a scope of this order. Only cancels pass.'],
  ]
  for (const [made, text] of rows) assert.equal(explained(made).reason?.text, text)
})

test('only rows that refuse give the reason; all that failed are shown, waived ones as such', () => {
  const alert = {
    limit: row('DAILY_GROSS', FIRM, { hard: 1, action: 1 }),
    before: 0,
    after: 5,
    id: ROW_FAILED | ROW_WAIVED,
  }
  const block = { limit: row('DAILY_GROSS', ACCOUNT, { hard: 2 }), before: 1, after: 6, id: ROW_FAILED }
  const passes = { limit: row('DAILY_GROSS', ACCOUNT, { hard: MAX }), before: 1, after: 6, id: 0 }
  const why = explained({ reason: 'DAILY_GROSS', control: 'DAILY_GROSS', rows: [alert, passes, block] })
  assert.equal(why.reason?.text, 'DAILY_GROSS: actual=0.06 CNY, limit=0.02 CNY, account=ACC-7')
  assert.deepEqual(
    why.rows.map(({ waived, action, subject }) => [waived, action, subject.name]),
    [
      [true, 'ALERT', 'ACME'],
      [false, 'BLOCK', 'ACC-7'],
    ],
  )
  assert.equal(why.rowsEvaluated, 3)
  assert.deepEqual(why.failed, ['DAILY_GROSS'])
  assert.equal(resultAt(why.tape, why.event, controlIndex('DAILY_GROSS')), 'FAIL')
  assert.equal(resultAt(why.tape, why.event, controlIndex('SELF_MATCH')), 'NOT_APPLICABLE')
})

test('reference, versions and the largest quantity are read as they are', () => {
  const values = { refPx: 166_800, refSource: 1, refTimeUs: 4_999_000, limitsVersion: 3, qtyPassing: 500 }
  const why = explained({ reason: 'MAX_ORDER_QTY', values })
  assert.deepEqual(why.reference, { px: '1668', source: 'MID', time: '1970-01-01T00:00:04.999000Z', ageUs: 1000 })
  assert.equal(why.versions.limits, 3)
  assert.equal(why.qtyPassing, '500')
  const approved = explained({})
  assert.deepEqual([approved.reason, approved.qtyPassing, approved.reference], [undefined, undefined, undefined])
})

test('money has all its decimals', () => {
  assert.deepEqual(
    [0, 5, -5, 100, 12_345].map((value) => formatMoney(value, 2)),
    ['0.00', '0.05', '-0.05', '1.00', '123.45'],
  )
  assert.equal(formatMoney(7, 0), '7')
})

test('a share of capital is rounded up, exactly', () => {
  const rows: [number, number, string][] = [
    [0, 1, '0'],
    [1, MAX, '1'],
    [2_500, 10_000, '2500'],
    [2_501, 10_001, '2501'],
    [MAX, MAX, '10000'],
    [MAX, 1, '90071992547409910000'],
    [-1, MAX, '0'],
  ]
  for (const [money, capital, text] of rows) assert.deepEqual(shareOf(money, capital), { text, unit: 'bps' }, text)
})
