/**
 * Two hundred orders, good and bad, as fields in their order: what every wire must decide, or refuse, alike. Each is the good
 * order with something changed. A field may stand twice, and may be one that no contract knows.
 */
import { GOOD_ORDER } from './small-firm.ts'

export type Fields = readonly (readonly [name: string, text: string])[]

/** What is changed: `undefined` leaves the field out. */
type Change = Readonly<Record<string, string | undefined>>

const NUMBERS = [
  ...['0', '-0', '-1', '+1', '1e3', '1E3', '0x10', '1_000', '1,000', ' 1', '1 ', '1.', '.5', '--1', '1-', '1.2.3'],
  ...['NaN', 'Infinity', '-Infinity', 'null', 'true', '', 'one', '٣', '１', '½', '1\n', '1\u0000', '1'.repeat(400)],
  ...['100.00', '100.001', '100.0000000001', '00100', '9007199254740991', '9007199254740992', '99999999999999999999'],
]
const NAMES = [
  '',
  ' ',
  '.',
  'no such',
  'NOSUCH',
  'nosuch\u0000',
  'é',
  '名',
  '\u202e',
  'x'.repeat(32),
  'x'.repeat(33),
  'a"b\\c',
]
const IDS = [
  '',
  ' ',
  '.',
  '..',
  'a b',
  'é',
  'a\tb',
  'x'.repeat(40),
  'x'.repeat(41),
  'x'.repeat(10_000),
  '/',
  '%2e',
  "'--",
]
const CODES = ['', 'BUY', 'buy', 'Buy ', '1', 'Undisclosed', 'é']
const TIMES = [
  '',
  'now',
  '2026-13-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2020-01-01T00:00:00Z',
  '2099-01-01T00:00:00Z',
]

const each = (field: string, texts: readonly string[]): Change[] => texts.map((text) => ({ [field]: text }))

const CHANGES: readonly Change[] = [
  // Let pass, each of them.
  ...['100', '200', '100.0', '300'].map((orderQty) => ({ orderQty })),
  ...['1667', '1668.00', '1660.50'].map((price) => ({ price, orderQty: '100' })),
  { venue: undefined, orderQty: '100' },
  { account: 'ACC-8', orderQty: '100' },
  { timeInForce: 'IOC', orderQty: '100' },
  { ordType: 'Market', price: undefined, orderQty: '100' },
  { ordType: 'StopLimit', stopPx: '1669.00', price: '1670.00', orderQty: '100' },
  // Over a limit, or what the engine refuses.
  ...['400000', '800', '10100', '50', '101', '1'].map((orderQty) => ({ orderQty })),
  ...['2600.00', '900.00', '1668.005', '0.01', '99999999.99'].map((price) => ({ price })),
  ...['Sell', 'SellShort'].map((side) => ({ side })),
  { ordType: 'Market' },
  { ordType: 'Stop', price: undefined },
  { ordType: 'Limit', stopPx: '1669.00' },
  { timeInForce: 'GTD' },
  { timeInForce: 'GTD', expireTime: '2020-01-01T00:00:00Z' },
  { expireTime: '2099-01-01T00:00:00Z' },
  { locateID: 'LOC-1' },
  { parentClOrdID: 'P-1' },
  { confirmId: '4711' },
  { overrideId: '4712' },
  { holdUs: '-1' },
  // No orders.
  ...Object.keys(GOOD_ORDER).map((field) => ({ [field]: undefined })),
  ...each('orderQty', NUMBERS),
  ...each('price', NUMBERS),
  ...each('clOrdID', IDS),
  ...['symbol', 'account', 'trader', 'venue'].flatMap((field) => each(field, NAMES)),
  ...each('side', CODES),
  ...each('timeInForce', CODES.slice(0, 3)),
  ...each('expireTime', TIMES),
]

const orderOf = (change: Change, place: number): Fields =>
  Object.entries({ ...GOOD_ORDER, clOrdID: `T-${place}`, ...change }).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, text] as const],
  )

const good = (place: number) => orderOf({}, place)

/** Beside them what is wrong with the message itself. */
const MESSAGES: readonly Fields[] = [
  [...good(901), ['orderQty', '1']],
  [...good(902), ['symbol', '600519.SH']],
  [...good(903), ['orderQuantity', '1']],
  [...good(904), ['maxFloor', '']],
  [],
]

export const ORDER_TABLE: readonly Fields[] = [...CHANGES.map(orderOf), ...MESSAGES]
