/**
 * A record as a person reads it: amounts with decimals and units, controls by their codes, one evaluated limit row a line.
 * What only a program needs (slots, hashes, frozen units) is left to the terse form.
 */
import { CONTROLS } from '../model/controls.ts'
import { formatDecimal } from '../model/numbers.ts'
import { FX, INSTRUMENT, LIMIT } from '../model/records/commands.ts'
import { layoutOfType, ORDER_DECIDED, ROW_FAILED, ROW_ID_MASK, ROW_SOFT, ROW_WAIVED } from '../model/records/events.ts'
import { decode, type Field, type RecordLayout } from '../model/records/schema.ts'
import { type Tape, typeAt } from '../model/records/tape.ts'
import { RESULTS } from '../model/vocabulary.ts'
import { rowsAt } from './evaluated-rows.ts'
import { resultOf, type Values, wordOf } from './field-words.ts'
import { type Scale, type StreamAmounts, sayPrice } from './stream-amounts.ts'
import { type KnownRow, type StreamNames, waivedWord } from './stream-names.ts'

/** Fields of the head, of the rows, and of programs. */
const NOT_LISTED = new Set([
  ...['seq', 'timeUs', 'rows', ...[...Array(10).keys()].map((i) => `results${i}`)],
  ...['contentHash0', 'contentHash1', 'unitN', 'unitD', 'previous'],
  ...['slot', 'idSlot', 'versionSlot', 'execSlot', 'orderSlot'],
])
const LIMIT_LEVELS = ['hard', 'hardForReducing', 'soft']
const INDENT = '        '

export class PersonLines {
  readonly #names: StreamNames
  readonly #amounts: StreamAmounts

  constructor(names: StreamNames, amounts: StreamAmounts) {
    this.#names = names
    this.#amounts = amounts
  }

  /** @param head sequence number and time @param end of the block */
  of(head: string, tape: Tape, commandAt: number, at: number, end: number): string[] {
    const record = layoutOfType(typeAt(tape, at))
    if (record === undefined) return [`${head}type ${typeAt(tape, at)}, which this build does not know`]
    const command = layoutOfType(typeAt(tape, commandAt)) ?? record
    const values: Values = decode(tape, at, record)
    const scale =
      record.type === INSTRUMENT.type ? this.#amounts.scaleOf(values) : this.#amounts.scaleAt(tape, commandAt, at, end)
    const parts = [`${head}${record.name}`]
    for (const field of record.fields) {
      if (NOT_LISTED.has(field.name)) continue
      const word = this.#amount(record, field, values, scale) ?? wordOf(record, field, values, command, this.#names)
      if (word !== undefined) parts.push(`${field.name}=${word}`)
    }
    const lines = [parts.join(' ')]
    if (record.type === ORDER_DECIDED.type) lines.push(...results(values), ...this.#rows(tape, at))
    return lines
  }

  /** Undefined where the field is no amount, or says nothing. */
  #amount(record: RecordLayout, field: Field, values: Values, scale: Scale | undefined): string | undefined {
    const value = values[field.name]
    if (typeof value !== 'number') return undefined
    if (field.unit === 'code' && (field.name === 'control' || field.name === 'missing')) return CONTROLS[value]?.code
    if (field.name === 'subject' || field.name === 'missingSubject') {
      return value < 0 ? undefined : this.#names.subjectOf(value)
    }
    if (field.name === 'row') return this.#rowName(value)
    if (value === 0) return undefined
    if (field.unit === 'money') return this.#amounts.money(value)
    // Without its instrument a number is left as it is stored, and says so.
    if (field.unit === 'price') return scale === undefined ? `${value} (stored)` : sayPrice(value, scale)
    if (field.name === 'cumQty' && value === -1) return undefined
    if (field.unit === 'qty') return scale === undefined ? `${value} (stored)` : formatDecimal(value, scale.qtyDecimals)
    if (record.type === FX.type && field.name === 'rate') return formatDecimal(value, values.decimals as number)
    if (field.name === 'use') return this.#useOf(values.row as number, value)
    return record.type === LIMIT.type ? this.#levelOf(field.name, values, value) : undefined
  }

  #levelOf(name: string, values: Values, value: number): string | undefined {
    const { control, objectKind, object } = values
    if (CONTROLS[control as number] === undefined) return undefined
    const row = { controlIndex: control as number, objectKind: objectKind as number, objectId: object as number }
    if (LIMIT_LEVELS.includes(name)) return this.#amounts.level(row, value)
    return name === 'param' ? windowOf(row.controlIndex, value) : undefined
  }

  #useOf(id: number, value: number): string | undefined {
    const row = this.#names.rowOf(id)
    return row === undefined ? undefined : this.#amounts.use(row, value)
  }

  #rowName(id: number): string | undefined {
    const row = this.#names.rowOf(id)
    return row === undefined ? undefined : [codeOf(row), row.subjectInFull, row.object].filter(Boolean).join(' ')
  }

  #rows(tape: Tape, at: number): string[] {
    const rows = rowsAt(tape, at).map(({ id, before, after }) => {
      const row = this.#names.rowOf(id)
      const isWaived = (id & ROW_WAIVED) !== 0
      const soft = (id & ROW_SOFT) === 0 ? 'pass' : isWaived ? 'CONFIRMED' : 'SOFT'
      const verdict = (id & ROW_FAILED) === 0 ? soft : isWaived ? waivedWord(row) : 'FAIL'
      if (row === undefined) return [verdict, `row#${id & ROW_ID_MASK}`, '', '', String(before), String(after), '']
      const { use } = this.#amounts
      const uses = [before, after].map((value) => use.call(this.#amounts, row, value))
      return [verdict, codeOf(row), row.subjectInFull, row.object, ...uses, this.#limitOf(row)]
    })
    if (rows.length === 0) return []
    return table([['', 'limit row', 'subject', 'object', 'before', 'after', 'limit'], ...rows])
  }

  #limitOf(row: KnownRow): string {
    const { hard, hardForReducing, controlIndex, param } = row
    const window = windowOf(controlIndex, param)
    const reducing =
      hardForReducing === 0 || hardForReducing === hard
        ? ''
        : ` (${this.#amounts.level(row, hardForReducing)} if reducing)`
    return this.#amounts.level(row, hard) + reducing + (window === undefined ? '' : ` in ${window}`)
  }
}

/** The window of a control that has one. */
function windowOf(control: number, param: number): string | undefined {
  const { code } = CONTROLS[control] ?? {}
  return (code === 'MESSAGE_RATE' || code === 'DUPLICATE_ORDER') && param > 0 ? `${param / 1_000_000} s` : undefined
}

function codeOf({ controlIndex, control }: KnownRow): string {
  return CONTROLS[controlIndex]?.code ?? control
}

/** Controls by their result; those that were not judged are not named. */
function results(values: Values): string[] {
  return RESULTS.flatMap((word, result) => {
    const codes = CONTROLS.filter(({ index }) => resultOf(values, index) === result).map(({ code }) => code)
    return result === 0 || codes.length === 0 ? [] : [`${INDENT}${word.padEnd(5)} ${codes.join(', ')}`]
  })
}

/** The first four columns left, numbers right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0
      return column < 4 ? cell.padEnd(width) : cell.padStart(width)
    })
    return `${INDENT}${cells.join('  ')}`.trimEnd()
  })
}
