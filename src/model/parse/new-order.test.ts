/** One row per bad word of an order: what is a request error, and what is sequenced to be refused on record. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SampleDirectory } from '../../simulator/sample-directory.ts'
import { RequestError } from '../errors.ts'
import { NEW_ORDER } from '../records/commands.ts'
import { decode, encode } from '../records/schema.ts'
import { Tape } from '../records/tape.ts'
import { emptyWords, type Words } from './form.ts'
import { newOrder, ORDER_FORM, type OrderWords } from './new-order.ts'

const names = new SampleDirectory()
const sender = { session: names.idOf('SESSION', 'ems-1'), principal: names.idOf('PRINCIPAL', 'ems-1') }
const GOOD: Words = {
  ...emptyWords(ORDER_FORM),
  clOrdID: 'A-1',
  symbol: '600519.SH',
  account: 'ACC-7',
  trader: 'T-3',
  strategy: 'manual',
  side: 'Buy',
  orderQty: '300',
  ordType: 'Limit',
  price: '1668.52',
}
const parse = (change: Words) => newOrder({ ...GOOD, ...change } as OrderWords, names, sender, 5)

test('a bad word is a request error with its code and field', () => {
  const rows: [Words, string, string][] = [
    [{ orderQty: 'NaN' }, 'NOT_A_DECIMAL', 'orderQty'],
    [{ orderQty: 'Infinity' }, 'NOT_A_DECIMAL', 'orderQty'],
    [{ orderQty: '1e400' }, 'NOT_A_DECIMAL', 'orderQty'],
    [{ orderQty: '1e3' }, 'NOT_A_DECIMAL', 'orderQty'],
    [{ orderQty: '0x10' }, 'NOT_A_DECIMAL', 'orderQty'],
    [{ orderQty: '+1' }, 'NOT_A_DECIMAL', 'orderQty'],
    [{ orderQty: '--1' }, 'NOT_A_DECIMAL', 'orderQty'],
    [{ orderQty: ' 1' }, 'NOT_A_DECIMAL', 'orderQty'],
    [{ orderQty: '1 ' }, 'NOT_A_DECIMAL', 'orderQty'],
    [{ orderQty: '' }, 'NOT_A_DECIMAL', 'orderQty'],
    [{ orderQty: '1,000' }, 'NOT_A_DECIMAL', 'orderQty'],
    [{ orderQty: '007' }, 'NOT_A_DECIMAL', 'orderQty'],
    [{ orderQty: '1.' }, 'NOT_A_DECIMAL', 'orderQty'],
    [{ orderQty: '.5' }, 'NOT_A_DECIMAL', 'orderQty'],
    [{ orderQty: '\u0661' }, 'NOT_A_DECIMAL', 'orderQty'],
    [{ orderQty: '1\n' }, 'NOT_A_DECIMAL', 'orderQty'],
    [{ orderQty: '1'.repeat(100_000) }, 'NOT_A_DECIMAL', 'orderQty'],
    [{ orderQty: '100.5' }, 'TOO_MANY_DECIMALS', 'orderQty'],
    [{ orderQty: '9007199254740993' }, 'OUT_OF_RANGE', 'orderQty'],
    [{ price: '1668.525' }, 'TOO_MANY_DECIMALS', 'price'],
    [{ price: '90071992547409.93' }, 'OUT_OF_RANGE', 'price'],
    [{ stopPx: 'x' }, 'NOT_A_DECIMAL', 'stopPx'],
    [{ clOrdID: '' }, 'MISSING_FIELD', 'clOrdID'],
    [{ clOrdID: 'a'.repeat(41) }, 'TEXT_TOO_LONG', 'clOrdID'],
    [{ clOrdID: 'a\u0000' }, 'BAD_CHARACTERS', 'clOrdID'],
    [{ clOrdID: 'a\nb' }, 'BAD_CHARACTERS', 'clOrdID'],
    [{ clOrdID: '\u00e9' }, 'BAD_CHARACTERS', 'clOrdID'],
    [{ clOrdID: '\ufffd' }, 'BAD_CHARACTERS', 'clOrdID'],
    [{ account: 'a'.repeat(33) }, 'TEXT_TOO_LONG', 'account'],
    [{ side: 'B\u0000y' }, 'BAD_CHARACTERS', 'side'],
    [{ expireTime: 'tomorrow' }, 'NOT_A_TIME', 'expireTime'],
    [{ expireTime: '2026-02-29T00:00:00Z' }, 'NOT_A_TIME', 'expireTime'],
    [{ expireTime: '2026-02-28T24:00:00Z' }, 'NOT_A_TIME', 'expireTime'],
    [{ expireTime: '2026-02-28T00:00:00' }, 'NOT_A_TIME', 'expireTime'],
    [{ expireTime: '2026-02-28T00:00:00+01:00' }, 'NOT_A_TIME', 'expireTime'],
    [{ transactTime: '2026-02-28T00:00:00.0000001Z' }, 'NOT_A_TIME', 'transactTime'],
    [{ symbol: 'NONE', price: '1e3' }, 'NOT_A_DECIMAL', 'price'],
  ]
  for (const [change, code, field] of rows) {
    const fault = parse(change)
    assert.ok(fault instanceof RequestError, JSON.stringify(change).slice(0, 80))
    assert.deepEqual([fault.code, fault.field], [code, field], JSON.stringify(change).slice(0, 80))
  }
})

test('an unknown name or code is no request error: the engine refuses it on record', () => {
  const rows: [Words, Partial<Record<string, number | string>>][] = [
    [{ symbol: 'NONE' }, { instrument: -1, orderQty: 0, price: 0, unresolved: 'symbol=NONE' }],
    [{ account: 'X' }, { account: -1, unresolved: 'account=X' }],
    [{ trader: 'X' }, { trader: -1, unresolved: 'trader=X' }],
    [{ strategy: 'X' }, { strategy: -1, unresolved: 'strategy=X' }],
    [{ venue: 'X' }, { venue: -2, unresolved: 'venue=X' }],
    [{ locateID: 'X' }, { locate: -2, unresolved: 'locateID=X' }],
    [{ side: 'Foo' }, { side: -1, unresolved: 'side=Foo' }],
    [{ ordType: 'Pegged' }, { ordType: -1, unresolved: 'ordType=Pegged' }],
    [{ timeInForce: 'GTX' }, { timeInForce: -1, unresolved: 'timeInForce=GTX' }],
    [{ account: 'X', trader: 'Y' }, { unresolved: 'account=X trader=Y' }],
    [{}, { venue: -1, locate: -1, timeInForce: 0, flags: 1, unresolved: '' }],
    [{ orderQty: '0' }, { orderQty: 0 }],
    [{ orderQty: '-0' }, { orderQty: 0 }],
    [{ orderQty: '-300' }, { orderQty: -300 }],
    [{ orderQty: '300.00' }, { orderQty: 300 }],
    [{ price: '-1.5' }, { price: -150 }],
    [{ price: undefined }, { price: 0, flags: 0 }],
    [{ stopPx: '1' }, { stopPx: 100, flags: 3 }],
    [{ expireTime: '1970-01-01T00:00:01.5Z' }, { expireTimeUs: 1_500_000, flags: 5 }],
    [
      { symbol: 'BTC-USD', orderQty: '0.00000001' },
      { instrument: 1, orderQty: 1 },
    ],
  ]
  for (const [change, expected] of rows) {
    const order = parse(change)
    assert.ok(!(order instanceof RequestError), JSON.stringify(change))
    for (const [field, value] of Object.entries(expected)) {
      assert.ok(
        Object.is((order.values as Record<string, unknown>)[field], value),
        `${JSON.stringify(change)} ${field}`,
      )
    }
  }
})

test('what is unresolved fits its record, however long the names', () => {
  const long = (of: string) => of.repeat(32)
  const order = parse({
    symbol: long('s'),
    account: long('a'),
    trader: long('t'),
    strategy: long('g'),
    venue: long('v'),
  })
  assert.ok(!(order instanceof RequestError))
  const tape = Tape.ofBytes(4096)
  const at = encode(tape, NEW_ORDER, order.values)
  assert.equal(
    decode(tape, at, NEW_ORDER).unresolved,
    `symbol=${long('s')} account=${long('a')} trader=${long('t')}`.slice(0, 120),
  )
})

test('the record holds what was read', () => {
  const order = parse({ venue: 'XSHG', parentClOrdID: 'P-1', transactTime: '2026-11-21T14:30:00.123456Z' })
  assert.ok(!(order instanceof RequestError))
  const tape = Tape.ofBytes(4096)
  assert.deepEqual(decode(tape, encode(tape, NEW_ORDER, order.values), NEW_ORDER), order.values)
  assert.equal(order.values.transactTimeUs, Date.UTC(2026, 10, 21, 14, 30) * 1000 + 123_456)
})
