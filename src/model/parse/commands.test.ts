/** One row per bad word of every command that is no order, and what the good ones come to. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SampleDirectory } from '../../simulator/sample-directory.ts'
import { RequestError } from '../errors.ts'
import { MAX } from '../numbers.ts'
import { evidenceID } from './evidence.ts'
import { EXECUTION_FORM, executionReport } from './execution.ts'
import { emptyWords, type Form, type Words, type WordsOf } from './form.ts'
import { BINDING_FORM, binding, HIERARCHY_FORM, hierarchy } from './hierarchy.ts'
import { INSTRUMENT_FORM, instrument } from './instrument.ts'
import { DAY_ROLL_FORM, dayRoll, KILL_FORM, kill, RELEASE_FORM, release } from './kill.ts'
import { LIMIT_FORM, limit } from './limit.ts'
import { INSTRUMENT_STATE_FORM, instrumentState, PHASE_FORM, QUOTE_FORM, quote, sessionPhase } from './market.ts'
import { CANCEL_FORM, cancelOrder, REPLACE_FORM, replaceOrder } from './order-change.ts'
import type { Command } from './reading.ts'
import * as reference from './reference.ts'

const names = new SampleDirectory()
const sender = { session: names.idOf('SESSION', 'ems-1'), principal: 0 }
type Construct<F extends Form> = (words: WordsOf<F>, names: SampleDirectory, by: typeof sender) => unknown

/** A change of a good request, and the fault (code and field) or the values that it comes to. */
type Row = readonly [change: Words, expected: readonly [code: string, field: string] | Record<string, unknown>]

function check<F extends Form>(of: F, construct: Construct<F>, good: Words, rows: readonly Row[]): void {
  for (const [change, expected] of rows) {
    const made = construct({ ...emptyWords(of), ...good, ...change } as WordsOf<F>, names, sender)
    const label = JSON.stringify(change).slice(0, 100)
    if (Array.isArray(expected)) {
      assert.ok(made instanceof RequestError, `${label} was taken`)
      assert.deepEqual([made.code, made.field], expected, label)
    } else {
      assert.ok(!(made instanceof RequestError), `${label}: ${made instanceof RequestError ? made.text : ''}`)
      const { values } = made as Command
      for (const [field, value] of Object.entries(expected)) {
        assert.deepEqual((values as Record<string, unknown>)[field], value, `${label} ${field}`)
      }
    }
  }
}

test('limits', () => {
  const good = { control: 'MAX_ORDER_NOTIONAL', subject: 'ACCOUNT:ACC-7', hard: '1000000.00' }
  const account = names.idOf('ACCOUNT', 'ACC-7')
  check(LIMIT_FORM, limit, good, [
    [{}, { control: 9, subject: account, hard: 100_000_000, objectKind: 0, object: -1, action: 0, mode: 0, flags: 0 }],
    [{ hard: 'UNLIMITED' }, { hard: MAX }],
    [{ hard: '0' }, { hard: 0 }],
    [{ hard: 'NaN' }, ['NOT_A_DECIMAL', 'hard']],
    [{ hard: 'lots' }, ['NOT_A_DECIMAL', 'hard']],
    [{ hard: 'unlimited' }, ['NOT_A_DECIMAL', 'hard']],
    [{ hard: '1e6' }, ['NOT_A_DECIMAL', 'hard']],
    [{ hard: '-1' }, ['OUT_OF_RANGE', 'hard']],
    [{ hard: '90071992547409.92' }, ['OUT_OF_RANGE', 'hard']],
    [{ hard: '1.001' }, ['TOO_MANY_DECIMALS', 'hard']],
    [{ hard: undefined }, ['MISSING_FIELD', 'hard']],
    [{ hard: undefined, remove: true }, { flags: 1 }],
    [{ soft: 'UNLIMITED' }, ['NOT_A_DECIMAL', 'soft']],
    [{ hardForReducing: '999999' }, ['OUT_OF_RANGE', 'hardForReducing']],
    [{ control: 'B02' }, ['NOT_IN_SET', 'control']],
    [{ control: 'TRADING_STATE' }, ['NOT_IN_SET', 'control']],
    [{ subject: 'ACC-7' }, ['NOT_IN_SET', 'subject']],
    [{ subject: 'VENUE:XSHG' }, ['NOT_IN_SET', 'subject']],
    [{ subject: 'ACCOUNT:' }, ['MISSING_FIELD', 'subject']],
    [{ subject: 'ACCOUNT:NONE' }, ['UNKNOWN_NAME', 'subject']],
    [{ object: 'SECTOR:STAPLES' }, { objectKind: 3, object: 0 }],
    [{ object: 'SECTOR:*' }, { objectKind: 3, object: -1 }],
    [{ object: 'UNDERLYING:600519.SH' }, { objectKind: 2, object: 0 }],
    [{ object: 'NONE:*' }, ['NOT_IN_SET', 'object']],
    [{ object: 'SECTOR' }, ['NOT_IN_SET', 'object']],
    [{ object: 'SECTOR:NONE' }, ['UNKNOWN_NAME', 'object']],
    [{ action: 'block' }, ['NOT_IN_SET', 'action']],
    [{ mode: 'OFF' }, ['NOT_IN_SET', 'mode']],
    [{ warnBps: ['8000', '9500'] }, { warn1Bps: 8000, warn2Bps: 9500, warn3Bps: 0 }],
    [{ warnBps: ['9500', '8000'] }, ['OUT_OF_RANGE', 'warnBps']],
    [{ warnBps: ['10001'] }, ['OUT_OF_RANGE', 'warnBps']],
    [{ warnBps: ['80.5'] }, ['TOO_MANY_DECIMALS', 'warnBps']],
    [{ windowUs: '1000000' }, ['FIELD_CONFLICT', 'windowUs']],
    [{ bandTicks: '1' }, ['FIELD_CONFLICT', 'bandTicks']],
    [{ control: 'MESSAGE_RATE', hard: '50' }, ['MISSING_FIELD', 'windowUs']],
    [{ control: 'MESSAGE_RATE', hard: '50', windowUs: '0' }, ['OUT_OF_RANGE', 'windowUs']],
    [{ control: 'MESSAGE_RATE', hard: '50.5', windowUs: '1' }, ['TOO_MANY_DECIMALS', 'hard']],
    [
      { control: 'MESSAGE_RATE', hard: '50', windowUs: '1000000' },
      { hard: 50, param: 1_000_000 },
    ],
    [
      { control: 'PRICE_COLLAR', hard: '300', bandTicks: '5' },
      { hard: 300, param: 5 },
    ],
    [{ control: 'MAX_ORDER_QTY', hard: '1.5', object: 'INSTRUMENT:BTC-USD' }, { hard: 150_000_000 }],
    [{ control: 'MAX_ORDER_QTY', hard: '1.5' }, ['TOO_MANY_DECIMALS', 'hard']],
    [{ enforceOnResting: true }, { flags: 2 }],
    [{ enforceOnResting: true, dropScheduled: true }, { flags: 10 }],
    [{ enforceOnResting: false }, { flags: 0 }],
    [{ reason: 'x'.repeat(120) }, { reason: 'x'.repeat(120) }],
    [{ reason: 'x'.repeat(121) }, { reason: `${'x'.repeat(117)}...` }],
    [{ reason: '5 \u20ac \u{1f4a5}\n' }, { reason: '5 ? ??' }],
    [{ reason: 'd\u00e9j\u00e0 vu' }, { reason: 'd\u00e9j\u00e0 vu' }],
  ])
})

test('executions: what happened is kept, whatever its texts are like', () => {
  const good = { execID: 'E-1', execType: 'Fill', symbol: '600519.SH', clOrdID: 'A-1', lastQty: '100', lastPx: '1668' }
  const long = `${'E'.repeat(23)}-${'9'.repeat(30)}`
  check(EXECUTION_FORM, executionReport, good, [
    [{}, { execID: 'E-1', text: '' }],
    [{ execID: 'x'.repeat(40) }, { execID: 'x'.repeat(40) }],
    [{ execID: long }, { execID: evidenceID(long) }],
    [{ execID: '' }, ['MISSING_FIELD', 'execID']],
    [{ execRefID: long, execType: 'TradeCancel' }, { execRefID: evidenceID(long) }],
    [{ clOrdID: '\u7532' }, { clOrdID: evidenceID('\u7532') }],
    [{ text: '\u2013'.repeat(200) }, { text: `${'?'.repeat(117)}...` }],
    [{ venue: '\u4ea4'.repeat(40) }, { venue: -1, text: `venue=${'?'.repeat(40)}` }],
    [
      { account: 'NONE', text: 'a' },
      { account: -1, text: 'a account=NONE' },
    ],
  ])
})

test('an id that no record can hold has one form, which fits and tells it from others', () => {
  assert.equal(evidenceID('x'.repeat(40)), 'x'.repeat(40))
  assert.equal(evidenceID('x'.repeat(41)), `${'x'.repeat(23)}~bd130de57bec24e5`)
  assert.notEqual(evidenceID(`${'x'.repeat(60)}1`), evidenceID(`${'x'.repeat(60)}2`))
  assert.notEqual(evidenceID('\u00e9'), evidenceID('\u00e8'))
  assert.match(evidenceID('\u00e9'), /^\?~[0-9a-f]{16}$/)
})

test('instruments', () => {
  const good = {
    symbol: 'NEW',
    priceDecimals: '2',
    qtyDecimals: '0',
    tick: '0.01',
    lot: '100',
    qtyMax: '1000000',
    currency: 'CNY',
    assetClass: 'EQUITY',
    feed: 'SSE-L2',
  }
  check(INSTRUMENT_FORM, instrument, good, [
    [
      {},
      {
        tick: 1,
        lot: 100,
        multiplierN: 1,
        multiplierD: 1,
        priceUnitsPerCurrency: 1,
        sector: -1,
        underlying: -1,
        flags: 0,
      },
    ],
    [{ multiplier: '0.5' }, { multiplierN: 1, multiplierD: 2 }],
    [{ multiplier: '0' }, ['OUT_OF_RANGE', 'multiplier']],
    [{ multiplier: '-1' }, ['OUT_OF_RANGE', 'multiplier']],
    [{ priceDecimals: '11' }, ['OUT_OF_RANGE', 'priceDecimals']],
    [{ priceDecimals: '-1' }, ['OUT_OF_RANGE', 'priceDecimals']],
    [{ tick: '0.001' }, ['TOO_MANY_DECIMALS', 'tick']],
    [{ tick: '0' }, ['OUT_OF_RANGE', 'tick']],
    [{ lot: '-100' }, ['OUT_OF_RANGE', 'lot']],
    [{ currency: 'XXX' }, ['UNKNOWN_NAME', 'currency']],
    [{ sector: 'TECH' }, { sector: 1 }],
    [{ underlying: 'NEW' }, { underlying: -1 }],
    [{ underlying: 'BTC-USD' }, { underlying: 1 }],
    [{ underlying: 'NONE' }, ['UNKNOWN_NAME', 'underlying']],
    [
      { priceMayBeNegative: true, inverse: true, regSho: true, priorClose: '-1' },
      { flags: 15, priorClose: -100 },
    ],
    [{ symbol: 'x'.repeat(33) }, ['TEXT_TOO_LONG', 'symbol']],
  ])
})

test('hierarchy and bindings', () => {
  check(HIERARCHY_FORM, hierarchy, { kind: 'DESK', name: 'D' }, [
    [{ kind: 'constructor' }, ['NOT_IN_SET', 'kind']],
    [{ kind: '__proto__', desk: 'CASH-EQ' }, ['NOT_IN_SET', 'kind']],
    [{}, { kind: 3, name: 'D', entity: -1, flags: 0 }],
    [{ kind: 'INSTRUMENT' }, ['NOT_IN_SET', 'kind']],
    [{ kind: 'FIRM' }, ['NOT_IN_SET', 'kind']],
    [{ kind: 'TRADER' }, ['MISSING_FIELD', 'desk']],
    [{ desk: 'CASH-EQ' }, ['FIELD_CONFLICT', 'desk']],
    [{ kind: 'TRADER', desk: 'NONE' }, ['UNKNOWN_NAME', 'desk']],
    [{ person: true }, ['FIELD_CONFLICT', 'person']],
    [{ kind: 'PRINCIPAL', person: true }, { flags: 1 }],
    [{ kind: 'VENUE', nonAtomicReplace: true }, { flags: 1 }],
    [{ kind: 'VENUE', nonAtomicReplace: false }, { flags: 0 }],
    [{ kind: 'OWNER', cancelRestingFirst: true }, { flags: 2 }],
    [{ kind: 'OWNER', cancelRestingFirst: true, crossVenue: true }, { flags: 3 }],
    [{ cancelRestingFirst: true }, ['FIELD_CONFLICT', 'cancelRestingFirst']],
    [{ name: '' }, ['MISSING_FIELD', 'name']],
  ])
  check(BINDING_FORM, binding, { kind: 'TRADER_ACCOUNT', trader: 'T-3', account: 'ACC-7', allow: true }, [
    [{}, { kind: 0, allow: 1 }],
    [{ allow: false }, { allow: 0 }],
    [{ kind: 'TRADER_DESK' }, ['NOT_IN_SET', 'kind']],
    [{ trader: undefined }, ['MISSING_FIELD', 'trader']],
    [{ venue: 'XSHG' }, ['FIELD_CONFLICT', 'venue']],
    [{ account: 'NONE' }, ['UNKNOWN_NAME', 'account']],
    [{ duties: ['kill'] }, ['FIELD_CONFLICT', 'duties']],
  ])
  check(BINDING_FORM, binding, { kind: 'PRINCIPAL_DUTY', principal: 'alice', allow: true }, [
    [{ duties: ['kill', 'admin'] }, { a: 3, b: (1 << 9) | (1 << 19) }],
    [{ duties: ['nothing'] }, ['NOT_IN_SET', 'duties']],
    [{ duties: [] }, ['MISSING_FIELD', 'duties']],
    [{}, ['MISSING_FIELD', 'duties']],
  ])
})

test('market data', () => {
  check(QUOTE_FORM, quote, { symbol: '600519.SH', feed: 'SSE-L2' }, [
    [
      { bidPx: '1667.90', askPx: '1668.10' },
      { bidPx: 166_790, askPx: 166_810, flags: 3 },
    ],
    [{}, { flags: 0 }],
    [{ lastPx: '1668', tradeOnly: true }, { flags: 12 }],
    [{ tradeOnly: true }, ['MISSING_FIELD', 'lastPx']],
    [{ tradeOnly: true, lastPx: '1', bidPx: '1' }, ['FIELD_CONFLICT', 'tradeOnly']],
    [{ bidPx: '1667.901' }, ['TOO_MANY_DECIMALS', 'bidPx']],
    [{ symbol: 'NONE', bidPx: '1' }, ['UNKNOWN_NAME', 'symbol']],
    [{ feed: 'NONE' }, ['UNKNOWN_NAME', 'feed']],
  ])
  check(INSTRUMENT_STATE_FORM, instrumentState, { symbol: '600519.SH' }, [
    [{ halted: true }, { halted: 1, flags: 4 }],
    [
      { halted: false, rule201: true, active: false },
      { halted: 0, rule201: 1, active: 0, flags: 28 },
    ],
    [{ manualPx: '1660' }, ['MISSING_FIELD', 'manualUntil']],
    [{ manualUntil: '2026-11-21T15:00:00Z' }, ['MISSING_FIELD', 'manualPx']],
    [
      { manualPx: '1660', manualUntil: '2026-11-21T15:00:00Z' },
      { manualPx: 166_000, flags: 2 },
    ],
    [{ manualOff: true }, { manualUntilUs: 0, flags: 2 }],
    [{}, ['MISSING_FIELD', '']],
  ])
  check(PHASE_FORM, sessionPhase, { venue: 'XSHG', phase: 'CLOSED' }, [
    [{}, { venue: 0, phase: 4 }],
    [{ phase: 'LUNCH' }, ['NOT_IN_SET', 'phase']],
    [{ venue: 'NONE' }, ['UNKNOWN_NAME', 'venue']],
  ])
})

test('reference data', () => {
  const list = { list: 'RESTRICTED', symbol: '600519.SH', mode: 'NO_TRADE' }
  check(reference.LIST_FORM, reference.list, list, [
    [{}, { list: 0, mode: 1, subject: -1, fromUs: 0, untilUs: 0 }],
    [{ mode: 'ON' }, ['FIELD_CONFLICT', 'mode']],
    [{ list: 'EASY_TO_BORROW' }, ['FIELD_CONFLICT', 'mode']],
    [
      { list: 'EASY_TO_BORROW', mode: 'ON' },
      { list: 1, mode: 5 },
    ],
    [{ from: '2026-11-21T00:00:00Z', until: '2026-11-21T00:00:00Z' }, ['OUT_OF_RANGE', 'until']],
  ])
  check(reference.FX_FORM, reference.fx, { currency: 'USD', rate: '7.0950' }, [
    [{}, { rate: 7095, decimals: 3, haircutBps: 0 }],
    [{ rate: '7' }, { rate: 7, decimals: 0 }],
    [{ rate: '0' }, ['OUT_OF_RANGE', 'rate']],
    [{ rate: '-7' }, ['OUT_OF_RANGE', 'rate']],
    [{ rate: '7.09512345678' }, ['TOO_MANY_DECIMALS', 'rate']],
    [{ rate: '7,1' }, ['NOT_A_DECIMAL', 'rate']],
    [{ haircutBps: '10001' }, ['OUT_OF_RANGE', 'haircutBps']],
  ])
  const capital = { subject: 'FIRM:ACME', amount: '250000000', asOf: '2026-11-20T16:00:00Z' }
  check(reference.CAPITAL_FORM, reference.capital, capital, [
    [{}, { amount: 25_000_000_000, floor: 0 }],
    [{ amount: '-1' }, ['OUT_OF_RANGE', 'amount']],
    [{ asOf: '2026-11-20' }, ['NOT_A_TIME', 'asOf']],
  ])
  check(reference.POSITION_FORM, reference.position, { account: 'ACC-7', symbol: '600519.SH', qty: '-1200' }, [
    [{}, { qty: -1200, trader: -1 }],
    [{ qty: '1.5' }, ['TOO_MANY_DECIMALS', 'qty']],
    [{ account: 'NONE' }, ['UNKNOWN_NAME', 'account']],
  ])
  check(reference.PARAMETER_FORM, reference.parameter, { parameter: 'tokenLifeUs', value: '2000000' }, [
    [{}, { value: 2_000_000, parameter: 2 }],
    [{ value: '1' }, ['OUT_OF_RANGE', 'value']],
    [{ value: '30000001' }, ['OUT_OF_RANGE', 'value']],
    [{ parameter: 'colour' }, ['NOT_IN_SET', 'parameter']],
  ])
  check(reference.ADV_FORM, reference.adv, { symbol: 'BTC-USD', qty: '1.5', days: '20' }, [
    [{}, { qty: 150_000_000, days: 20 }],
    [{ days: '0' }, ['OUT_OF_RANGE', 'days']],
  ])
  const locate = {
    locateID: 'L',
    account: 'ACC-7',
    symbol: '600519.SH',
    qty: '5000',
    until: '2026-11-21T20:00:00Z',
    source: 'P',
  }
  check(reference.LOCATE_FORM, reference.locate, locate, [
    [{}, { qty: 5000 }],
    [{ qty: '-1' }, ['OUT_OF_RANGE', 'qty']],
    [{ source: '' }, ['MISSING_FIELD', 'source']],
  ])
})

test('kill, release, roll', () => {
  check(KILL_FORM, kill, { reason: 'x' }, [
    [{ firm: true }, { entity: -1, venue: -1, side: -1, state: 3 }],
    [{}, ['MISSING_FIELD', 'firm']],
    [{ firm: false }, ['MISSING_FIELD', 'firm']],
    [{ side: 'Sell' }, { side: 1 }],
    [
      { session: 'ems-2', state: 'REDUCE_ONLY' },
      { sessionScope: names.idOf('SESSION', 'ems-2'), state: 1 },
    ],
    [{ firm: true, desk: 'CASH-EQ' }, ['FIELD_CONFLICT', 'firm']],
    [{ desk: 'NONE' }, ['UNKNOWN_NAME', 'desk']],
  ])
  check(RELEASE_FORM, release, { latch: '3', step: 'request', reason: 'x', rootCause: 'y' }, [
    [{}, { latch: 3, step: 0, state: 0, rootCause: 'y' }],
    [{ rootCause: undefined }, ['MISSING_FIELD', 'rootCause']],
    [
      { rootCause: undefined, state: 'BLOCKED' },
      { state: 2, rootCause: '' },
    ],
    [
      { rootCause: undefined, step: 'approve' },
      { step: 1, rootCause: '' },
    ],
    [
      { step: 'approve', state: 'BLOCKED' },
      { step: 1, state: 2 },
    ],
    [{ step: 'both' }, ['NOT_IN_SET', 'step']],
    [{ latch: '3.5' }, ['TOO_MANY_DECIMALS', 'latch']],
    [{ latch: '4294967296' }, ['OUT_OF_RANGE', 'latch']],
  ])
  check(DAY_ROLL_FORM, dayRoll, { tradeDate: '20261124' }, [
    [{}, { tradeDate: 20261124, calendar: -1 }],
    [{ tradeDate: '2026-11-24' }, ['NOT_A_DATE', 'tradeDate']],
    [{ tradeDate: '20261131' }, ['NOT_A_DATE', 'tradeDate']],
    [{ entity: 'NONE' }, ['UNKNOWN_NAME', 'entity']],
  ])
})

test('replace and cancel', () => {
  const units = names.instrument(0)
  const good = { origClOrdID: 'A', clOrdID: 'B', orderQty: '200', price: '1668.00' }
  const construct: Construct<typeof REPLACE_FORM> = (words, directory, who) =>
    replaceOrder(words, directory, units, who, 1)
  check(REPLACE_FORM, construct, good, [
    [{}, { orderQty: 200, price: 166_800, flags: 1 }],
    [
      { price: undefined, stopPx: '1' },
      { price: 0, stopPx: 100, flags: 2 },
    ],
    [{ orderQty: '1.5' }, ['TOO_MANY_DECIMALS', 'orderQty']],
    [{ price: '1e3' }, ['NOT_A_DECIMAL', 'price']],
    [{ clOrdID: '' }, ['MISSING_FIELD', 'clOrdID']],
    [{ clOrdID: '..' }, ['BAD_CHARACTERS', 'clOrdID']],
  ])
  const unknown: Construct<typeof REPLACE_FORM> = (words, directory, who) =>
    replaceOrder(words, directory, undefined, who, 1)
  check(REPLACE_FORM, unknown, good, [
    [{}, { orderQty: 0, price: 0, flags: 1 }],
    [{ price: '1e3' }, ['NOT_A_DECIMAL', 'price']],
  ])
  const cancel: Construct<typeof CANCEL_FORM> = (words, directory, who) => cancelOrder(words, directory, who, 1)
  check(CANCEL_FORM, cancel, { origClOrdID: 'A' }, [
    [{}, { owner: sender.session, clOrdID: '', origClOrdID: 'A' }],
    [{ owner: 'ems-2' }, { owner: names.idOf('SESSION', 'ems-2') }],
    [{ owner: 'NONE' }, ['UNKNOWN_NAME', 'owner']],
    [{ owner: '\u4ea4'.repeat(200) }, ['UNKNOWN_NAME', 'owner']],
    [{ origClOrdID: 'x'.repeat(41) }, { origClOrdID: evidenceID('x'.repeat(41)) }],
    [
      { origClOrdID: '', clOrdID: '\u2013' },
      { origClOrdID: '', clOrdID: evidenceID('\u2013') },
    ],
  ])
})
