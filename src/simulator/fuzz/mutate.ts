/** Mutations of inputs: of bytes, of words, and of the fields of a protobuf message. */
import type { Dice } from '../commands/dice.ts'

/** What readers have been got wrong with. */
export const NASTY: readonly string[] = [
  ...[
    '',
    ' ',
    '0',
    '-0',
    '-1',
    '00',
    '1e9',
    '1E309',
    '+1',
    '.5',
    '5.',
    '0x10',
    'NaN',
    'Infinity',
    '١٢',
    '1_000',
    '1,000',
  ],
  ...['9007199254740991', '9007199254740993', '99999999999999999999', '0.0000000001', '1668.00', '100', 'true', 'null'],
  ...[
    '__proto__',
    'constructor',
    'toString',
    '..',
    '.',
    '*',
    'A\u0000B',
    '\u202e',
    '\ufeff',
    '\ud83d\ude00',
    'ÿ',
    '\n',
  ],
  ...['ACC-7', 'ems-1', '600519.SH', 'NONE', 'Buy', 'Sell', 'Market', 'Stop', 'GTC', 'FIRM:ACME', 'ACCOUNT:ACC-7'],
  ...[
    '2026-11-21T14:30:00.123456Z',
    '2026-02-30T00:00:00Z',
    '20261121',
    'A'.repeat(41),
    'x'.repeat(5_000),
    '"',
    "'",
    ',',
  ],
]

const TOKENS: readonly string[] = [
  ...['{', '}', '[', ']', ',', ':', '"', 'null', 'true', 'false', '{}', '[]', '1e999', '-', '\\u0000', '\\', '\\ud800'],
  ...[
    '"__proto__":1,',
    '"price":"1",',
    '/**/',
    '\t',
    '\ufeff',
    '{'.repeat(50),
    '['.repeat(500),
    '\r\n',
    '&a ',
    '*a',
    '- ',
    '|',
  ],
]

const BYTES = [0, 1, 7, 8, 9, 10, 0x22, 0x2c, 0x7f, 0x80, 0x81, 0xc0, 0xed, 0xf8, 0xfe, 0xff]

/** One to four changes. `donor`: another input, of which parts are taken. */
export function mutateBytes(dice: Dice, bytes: Buffer, donor: Buffer): Buffer {
  let out: Buffer = Buffer.from(bytes)
  for (let times = dice.between(1, 4); times > 0; times--) out = mutateOnce(dice, out, donor)
  return out
}

function mutateOnce(dice: Dice, bytes: Buffer, donor: Buffer): Buffer {
  const at = dice.below(bytes.length + 1)
  const to = Math.min(bytes.length, at + dice.between(1, 16))
  const changed = Buffer.from(bytes)
  switch (dice.below(8)) {
    case 0:
      if (at < bytes.length) changed[at] = (bytes[at] as number) ^ (1 << dice.below(8))
      return changed
    case 1:
      if (at < bytes.length) changed[at] = dice.of(BYTES)
      return changed
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)])
    case 3:
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)])
    case 4:
      return Buffer.concat([bytes.subarray(0, at), randomBytes(dice, dice.between(1, 8)), bytes.subarray(at)])
    case 5:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(dice.of(TOKENS)), bytes.subarray(at)])
    case 6: {
      const from = dice.below(donor.length + 1)
      return Buffer.concat([bytes.subarray(0, at), donor.subarray(from, from + dice.below(64)), bytes.subarray(to)])
    }
    default:
      return changed.subarray(0, at)
  }
}

export function randomBytes(dice: Dice, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; at++) bytes[at] = dice.below(256)
  return bytes
}

/** The fields of a protobuf message, each with its tag, as far as they can be told apart. */
function fieldsOf(message: Buffer): Buffer[] {
  const fields: Buffer[] = []
  let at = 0
  while (at < message.length) {
    const from = at
    while (at < message.length && (message[at] as number) >= 0x80) at++
    const type = (message[at++] ?? 0) & 7
    let length = 0
    let shift = 1
    if (type === 0 || type === 2) {
      for (let byte = 0x80; byte >= 0x80 && at < message.length; shift *= 128) {
        byte = message[at++] as number
        length += (byte & 0x7f) * shift
      }
    }
    if (type === 2) at += length
    fields.push(message.subarray(from, Math.min(at, message.length)))
  }
  return fields
}

/** Doubles, drops, moves and changes whole fields, which stay fields. */
export function mutateFields(dice: Dice, message: Buffer): Buffer {
  const fields = fieldsOf(message)
  for (let times = dice.between(1, 3); times > 0 && fields.length > 0; times--) {
    const at = dice.below(fields.length)
    const field = fields[at] as Buffer
    switch (dice.below(5)) {
      case 0:
        fields.splice(dice.below(fields.length + 1), 0, field)
        break
      case 1:
        fields.splice(at, 1)
        break
      case 2:
        fields.push(...fields.splice(at, 1))
        break
      case 3:
        fields[at] = textField(1 + dice.below(40), Buffer.from(dice.of(NASTY)))
        break
      default:
        fields.splice(at, 0, Buffer.concat([varint((1 + dice.below(40)) * 8 + dice.below(8)), varint(dice.next())]))
    }
  }
  return Buffer.concat(fields)
}

export function textField(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
}

export function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return Buffer.from([...bytes, rest])
}
