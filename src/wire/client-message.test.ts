/** Messages of clients: what the contract's own code writes is read word for word, and everything else is a fault. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Form, Words } from '../model/parse/form.ts'
import { readClientMessage } from './client-message.ts'
import { fieldNumbers } from './contract.ts'
import { ClientMessage } from './portcullis/v1/session.gen.ts'
import { SESSION_COMMANDS, type SessionCommand } from './session-commands.ts'

const seed = Number(process.env.SEED ?? 1)
const COMMANDS = Object.keys(SESSION_COMMANDS) as SessionCommand[]

/** Every field of the form with its example. */
function exampleOf(form: Form): Words {
  return Object.fromEntries(form.fields.map(({ name, example }) => [name, example]))
}

function bytesOf(seq: number, kind: SessionCommand, words: Words): Buffer {
  const body = { $case: kind, value: words } as ClientMessage['body']
  return Buffer.from(ClientMessage.encode({ seq, body }).finish())
}

const read = (bytes: Buffer) => readClientMessage(bytes, 0, bytes.length)

/** What went wrong, as `CODE field`. */
function faultOf(bytes: Buffer): string {
  const message = read(bytes)
  return message.kind === 'fault' ? `${message.error.code} ${message.error.field}` : `read as ${message.kind}`
}

/** A field of the wire: tag, then a text or an integer below 128. */
function field(number: number, value: string | number | Buffer): Buffer {
  const bytes = typeof value === 'number' ? Buffer.from([value]) : Buffer.from(value)
  const tag = Buffer.from(varint(number * 8 + (typeof value === 'number' ? 0 : 2)))
  return typeof value === 'number'
    ? Buffer.concat([tag, bytes])
    : Buffer.concat([tag, Buffer.from(varint(bytes.length)), bytes])
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]
}

for (const kind of COMMANDS) {
  test(`${kind}: every field of the form travels as it is`, () => {
    const words = exampleOf(SESSION_COMMANDS[kind])
    const message = read(bytesOf(7, kind, words))
    assert.equal(message.seq, 7)
    assert.ok(message.kind === kind, message.kind)
    assert.deepEqual({ ...message.words }, words)
  })

  const form: Form = SESSION_COMMANDS[kind]
  const first = form.fields.find((one) => one.required)?.name
  // Of two fields of a trigger either is enough: its constructor says so.
  if (first === undefined) continue
  test(`${kind}: a missing required field is named`, () => {
    assert.equal(faultOf(bytesOf(1, kind, { ...exampleOf(form), [first]: undefined })), `MISSING_FIELD ${first}`)
  })
}

test('bytes that are no message, and messages that no two readers would read alike, are faults', () => {
  const numbers = fieldNumbers('ClientMessage')
  const quote = numbers.get('quote') as number
  const order = numbers.get('newOrder') as number
  const seq = field(1, 3)
  const heartbeat = field(numbers.get('heartbeat') as number, '')
  const quoteFields = (...parts: Buffer[]) => Buffer.concat([seq, field(quote, Buffer.concat(parts))])
  const symbol = field(1, 'AAPL')
  const feed = field(2, 'F')
  const cases: readonly (readonly [string, Buffer, string])[] = [
    ['nothing', Buffer.alloc(0), 'MISSING_FIELD body'],
    ['a number alone', seq, 'MISSING_FIELD body'],
    ['two bodies', Buffer.concat([seq, heartbeat, heartbeat]), 'DUPLICATE_KEY body'],
    ['two numbers', Buffer.concat([seq, seq, heartbeat]), 'DUPLICATE_KEY seq'],
    ['a field of no message', Buffer.concat([seq, field(2000, 'x')]), 'UNKNOWN_FIELD ClientMessage.2000'],
    ['a body that is a number', Buffer.concat([seq, field(quote, 1)]), `UNKNOWN_FIELD ClientMessage.${quote}`],
    ['a length beyond the end', Buffer.from([...varint(quote * 8 + 2), 100, 1]), 'MALFORMED_MESSAGE ClientMessage'],
    ['a number without end', Buffer.from([8, 0xff, 0xff]), 'MALFORMED_MESSAGE ClientMessage'],
    ['a number over 2^53', Buffer.from([8, ...Array(9).fill(0xff), 1]), 'MALFORMED_MESSAGE ClientMessage'],
    ['a tag over 32 bits', Buffer.from([0x88, 0x80, 0x80, 0x80, 0x10, 3]), 'MALFORMED_MESSAGE ClientMessage'],
    [
      'a field of a tag over 32 bits',
      quoteFields(symbol, Buffer.from([0x92, 0x80, 0x80, 0x80, 0x10, 1, 70])),
      'MALFORMED_MESSAGE Quote',
    ],
    ['a field twice', quoteFields(symbol, feed, symbol), 'DUPLICATE_KEY symbol'],
    ['an unknown field', quoteFields(symbol, feed, field(100, 'x')), 'UNKNOWN_FIELD Quote.100'],
    ['a text that is a number', quoteFields(field(1, 5), feed), 'WRONG_TYPE symbol'],
    ['a flag that is a text', quoteFields(symbol, feed, field(6, 'true')), 'WRONG_TYPE tradeOnly'],
    ['a flag that is 2', quoteFields(symbol, feed, field(6, 2)), 'WRONG_TYPE tradeOnly'],
    ['a text that is no UTF-8', quoteFields(field(1, Buffer.from([0xc3, 0x28])), feed), 'BAD_CHARACTERS symbol'],
    ['a group', quoteFields(Buffer.from([11])), 'MALFORMED_MESSAGE Quote'],
    ['a text cut short', quoteFields(Buffer.from([10, 5, 65])), 'MALFORMED_MESSAGE Quote'],
    ['a required field', quoteFields(symbol), 'MISSING_FIELD feed'],
    ['an order without fields', Buffer.concat([seq, field(order, '')]), 'MISSING_FIELD clOrdID'],
  ]
  for (const [name, bytes, fault] of cases) assert.equal(faultOf(bytes), fault, name)
})

test('a refused order is known to be one, by its number too', () => {
  const message = read(bytesOf(9, 'newOrder', { ...exampleOf(SESSION_COMMANDS.newOrder), symbol: undefined }))
  assert.ok(message.kind === 'fault')
  assert.equal(message.command, 'newOrder')
  assert.equal(message.seq, 9)
})

test('a cancel takes what it knows and passes over the rest', () => {
  const cancel = fieldNumbers('ClientMessage').get('cancel') as number
  const body = Buffer.concat([field(1, 'A'), field(77, 'x'), field(1, 'B'), field(3, 9)])
  const message = read(Buffer.concat([field(1, 1), field(cancel, body)]))
  assert.ok(message.kind === 'cancel', message.kind)
  assert.equal(message.words.origClOrdID, 'A')
})

/** Texts of all kinds, flags, and fields that are left out. */
const anyWords = (form: Form, unit: 'binary' | 'grapheme-ascii' = 'binary') =>
  fc.record(
    Object.fromEntries(
      form.fields.map(({ name, kind }) => [name, kind === 'flag' ? fc.boolean() : fc.string({ unit, maxLength: 70 })]),
    ),
    { requiredKeys: form.fields.filter((one) => one.required).map((one) => one.name) },
  )

const anyMessage = (unit: 'binary' | 'grapheme-ascii') =>
  fc
    .constantFrom(...COMMANDS)
    .chain((kind) => fc.record({ kind: fc.constant(kind), words: anyWords(SESSION_COMMANDS[kind], unit) }))

test('any words are read as they were written', () => {
  fc.assert(
    fc.property(anyMessage('binary'), ({ kind, words }) => {
      const message = read(bytesOf(1, kind, words as Words))
      assert.ok(message.kind === kind, message.kind)
      const given = Object.fromEntries(Object.entries(message.words).filter(([, word]) => word !== undefined))
      assert.deepEqual(given, { ...words })
    }),
    { seed, numRuns: 500 },
  )
})

/** A valid message with some bytes changed, dropped or doubled. */
const mutated = fc
  .tuple(
    anyMessage('grapheme-ascii'),
    fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.nat(3)), { minLength: 1, maxLength: 4 }),
  )
  .map(([{ kind, words }, changes]) => {
    let bytes = bytesOf(1, kind, words as Words)
    for (const [at, byte, what] of changes) {
      const place = at % bytes.length
      const before = bytes.subarray(0, place)
      const behind = bytes.subarray(place + 1)
      if (what === 0) bytes = Buffer.concat([before, behind])
      else if (what === 1) bytes = Buffer.concat([before, Buffer.from([byte]), bytes.subarray(place)])
      else bytes = Buffer.concat([before, Buffer.from([byte]), behind])
      if (bytes.length === 0) break
    }
    return bytes
  })

test('what is read of mutated bytes is what the generated reader reads, where that reads them at all', () => {
  let reads = 0
  fc.assert(
    fc.property(mutated, (bytes) => {
      const message = read(bytes)
      if (message.kind === 'fault' || message.kind === 'cancel' || !('words' in message)) return
      reads++
      const { body } = ClientMessage.decode(bytes)
      assert.ok(body !== undefined)
      assert.equal(body.$case, message.kind)
      const given = Object.entries(message.words).filter(([, word]) => word !== undefined)
      for (const [name, word] of given) assert.equal((body.value as unknown as Words)[name], word, name)
    }),
    { seed, numRuns: 3_000 },
  )
  assert.ok(reads > 100, `${reads} messages were still ones`)
})
