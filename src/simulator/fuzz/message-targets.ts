/**
 * Commands as protobuf and as JSON. A second reader that others wrote reads the same bytes: what ours takes, that takes too, and
 * both say the same of each field. What can be read is judged by an engine.
 */

import { IMPORT_PATHS } from '../../cli/import/import-kinds.ts'
import { readObject, readRows } from '../../gateway/rest/json-words.ts'
import { RequestError } from '../../model/errors.ts'
import type { Form, FormField, Words } from '../../model/parse/form.ts'
import { KILL_FORM } from '../../model/parse/kill.ts'
import { readClientMessage } from '../../wire/client-message.ts'
import { ClientMessage } from '../../wire/portcullis/v1/session.gen.ts'
import { SESSION_COMMANDS, type SessionCommand } from '../../wire/session-commands.ts'
import type { Dice } from '../commands/dice.ts'
import { GOOD_ORDER } from '../small-firm.ts'
import type { FuzzFirm } from './fuzz-firm.ts'
import { FuzzFinding, type FuzzTarget } from './fuzz-target.ts'
import { mutateBytes, mutateFields, NASTY, textField, varint } from './mutate.ts'

const KINDS = Object.keys(SESSION_COMMANDS) as readonly SessionCommand[]
/** Orders are what may be approved. */
const OFTEN: readonly (readonly [number, SessionCommand])[] = KINDS.map((kind) => [kind === 'newOrder' ? 20 : 2, kind])
const BOM = /^\ufeff/
const ROWS_MAX = 100

/** Names of the firm for every form. */
const { clOrdID: _, ...GOOD } = { ...GOOD_ORDER, clOrdID: '', orderQty: '100' }

type Values = Record<string, string | boolean | readonly string[]>

/** Words of a form that a gate takes or nearly takes: what is required, some of the rest, and something nasty now and then. */
function valuesOf(dice: Dice, form: Form, isNasty: boolean): Values {
  let values: Values = {}
  for (const field of form.fields) {
    if (!field.required && !form.shown.includes(field.name) && !dice.chance(15)) continue
    values[field.name] = (GOOD as Values)[field.name] ?? (field.example as string)
  }
  // What the firm takes, most of the time: an order that names more than it needs is refused for that.
  if (form === SESSION_COMMANDS.newOrder && dice.chance(80)) values = { ...GOOD, clOrdID: '' }
  if ('price' in values) values.price = `${1660 + dice.below(20)}.${10 + dice.below(90)}`
  if ('clOrdID' in values) values.clOrdID = `F-${dice.chance(5) ? dice.below(50) : dice.next()}`
  for (let times = isNasty ? dice.below(3) : 0; times > 0; times--) spoil(dice, dice.of(form.fields), values)
  return values
}

function spoil(dice: Dice, { name, kind, values: known }: FormField, values: Values): void {
  if (kind === 'flag') values[name] = dice.chance(50)
  else if (kind.endsWith('s')) values[name] = Array.from({ length: dice.below(5) }, () => dice.of(NASTY))
  else values[name] = known !== undefined && dice.chance(60) ? dice.of(known) : dice.of(NASTY)
}

export function protobufTarget(firm: FuzzFirm): FuzzTarget {
  const message = (dice: Dice, isNasty: boolean) => {
    const kind = dice.weighted(OFTEN)
    const value = valuesOf(dice, SESSION_COMMANDS[kind], isNasty)
    const body = { $case: kind, value } as unknown as NonNullable<ClientMessage['body']>
    return Buffer.from(ClientMessage.encode({ seq: 1 + dice.below(1_000), body }).finish())
  }
  return {
    ...{ name: 'client message', weight: 40 },
    parsers: ['wire/client-message', 'wire/form-message', 'model/parse/reading', 'model/parse/new-order'],
    valid: (dice) => message(dice, false),
    framed: (dice) => {
      const whole = message(dice, true)
      const { number, seq, body } = parted(whole)
      const changed = dice.weighted([
        [5, () => body],
        [3, () => mutateFields(dice, body)],
        [3, () => mutateBytes(dice, body, whole)],
      ] as const)()
      return Buffer.concat([Buffer.from([8]), varint(seq), textField(number, changed)])
    },
    run: (input) => {
      const read = readClientMessage(input, 0, input.length)
      if (read.kind === 'fault') return `${read.error.code} ${read.error.field.slice(0, 32)}`
      if (read.kind === 'logon' || read.kind === 'logout' || read.kind === 'heartbeat') return read.kind
      // A cancel passes over what it does not know, also where others would give up.
      if (read.kind === 'cancel') return `cancel ${firm.judge('cancel', read.words, undefined)}`
      const { body } = ClientMessage.decode(input)
      if (body?.$case !== read.kind) throw new FuzzFinding(`read as ${read.kind}, and by others as ${body?.$case}`)
      const value = body.value as unknown as Readonly<Record<string, unknown>>
      compare(SESSION_COMMANDS[read.kind], read.words, value, false)
      return `${read.kind} ${firm.judge(read.kind, read.words, value)}`
    },
  }
}

/** Number, sequence number and body of a message as the encoder writes it: seq first. */
function parted(message: Buffer): { number: number; seq: number; body: Buffer } {
  let at = 1
  const read = () => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at++] as number
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }
  const seq = read()
  const number = Math.floor(read() / 8)
  const length = read()
  return { number, seq, body: message.subarray(at, at + length) }
}

const ORDER = SESSION_COMMANDS.newOrder
/** Every other form of a body: a name for what stands in the path, and forms of lists, flags and objects. */
const FORMS: readonly Form[] = [
  ...Object.values(SESSION_COMMANDS),
  KILL_FORM,
  ...Object.values(IMPORT_PATHS).flatMap((paths) => paths.map(({ form }) => form)),
]

export function jsonTarget(firm: FuzzFirm): FuzzTarget {
  const text = (dice: Dice, isNasty: boolean) => {
    const at = dice.chance(60) ? 0 : dice.below(FORMS.length)
    const form = FORMS[at] as Form
    const rows = dice.chance(85)
      ? undefined
      : Array.from({ length: dice.between(1, 4) }, () => valuesOf(dice, form, isNasty))
    return `${String.fromCharCode(48 + at)}${JSON.stringify(rows ?? valuesOf(dice, form, isNasty))}`
  }
  const formOf = (input: Buffer) => FORMS[(input[0] ?? 48) - 48] ?? ORDER
  return {
    ...{ name: 'JSON body', weight: 40, parsers: ['rest/json-words', 'model/parse/form', 'model/numbers'] },
    valid: (dice) => Buffer.from(text(dice, false)),
    framed: (dice) => {
      const whole = Buffer.from(text(dice, true))
      if (dice.chance(40)) return whole
      return Buffer.concat([whole.subarray(0, 1), mutateBytes(dice, whole.subarray(1), whole)])
    },
    run: (input) => {
      const form = formOf(input)
      const body = input.toString('utf8', 1)
      const isRows = body.trimStart().startsWith('[')
      const words = isRows ? readRows(body, form, ROWS_MAX) : readObject(body, form)
      if (words instanceof RequestError) return `${words.code} ${words.field.slice(0, 32)}`
      const parsed: unknown = JSON.parse(body)
      const rows = (isRows ? words : [words]) as readonly Words[]
      const reread = (isRows ? parsed : [parsed]) as readonly Readonly<Record<string, unknown>>[]
      if (rows.length !== reread.length) throw new FuzzFinding(`${rows.length} rows, and by others ${reread.length}`)
      const kind = KINDS[FORMS.indexOf(form)]
      const said = rows.map((row, at) => {
        const value = reread[at] as Readonly<Record<string, unknown>>
        compare(form, row, value, true)
        return kind === undefined ? 'words' : firm.judge(kind, row, value)
      })
      return `${form.name} ${said[0]}`
    },
  }
}

/** Both readers have the same of every field; what ours has not, the other has not either. */
function compare(form: Form, words: Words, value: Readonly<Record<string, unknown>>, isJson: boolean): void {
  for (const { name, kind } of form.fields) {
    if (kind === 'json') continue
    const mine = words[name]
    const other = Object.hasOwn(value, name) ? value[name] : undefined
    const isSame = Array.isArray(mine)
      ? Array.isArray(other) &&
        mine.length === other.length &&
        mine.every((one, at) => isSameWord(one, other[at], isJson))
      : isSameWord(mine, other, isJson)
    if (!isSame)
      throw new FuzzFinding(`${form.name}.${name}: ${JSON.stringify(mine)}, by others ${JSON.stringify(other)}`)
  }
}

function isSameWord(mine: unknown, other: unknown, isJson: boolean): boolean {
  if (isJson && typeof other === 'number') return typeof mine === 'string' && Number(mine) === other
  // Protobuf has no word for "not given" in a required text, nor in a list; its decoder drops a byte order mark.
  const text = (value: unknown) => (typeof value === 'string' ? value.replace(BOM, '') : value)
  const isNothing = (value: unknown) => value === undefined || (!isJson && (value === '' || value === false))
  if (!isJson && Array.isArray(other) && other.length === 0) return mine === undefined
  return text(mine) === text(other) || (isNothing(mine) && isNothing(other))
}
