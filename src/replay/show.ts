/**
 * Prints a journal, codes and ids in words: for a person with amounts in their units and decisions as tables, or terse,
 * one line a record with the integers that are stored.
 */
import { JournalReader } from '../journal/journal-reader.ts'
import { CONTROLS } from '../model/controls.ts'
import {
  APPLIED,
  carriedBy,
  commandOf,
  isCommandAt,
  layoutOfType,
  ORDER_DECIDED,
  ROW_FAILED,
  ROW_ID_MASK,
  ROW_SOFT,
  ROW_WAIVED,
} from '../model/records/events.ts'
import { decode } from '../model/records/schema.ts'
import { lengthAt, type Tape, typeAt } from '../model/records/tape.ts'
import { RESULTS } from '../model/vocabulary.ts'
import { rowsAt } from './evaluated-rows.ts'
import { resultOf, rowWord, timeWord, type Values, wordOf } from './field-words.ts'
import { PersonLines } from './person-lines.ts'
import { StreamAmounts } from './stream-amounts.ts'
import { StreamNames, waivedWord } from './stream-names.ts'

export interface ShowOptions {
  /** First and last sequence number; all by default. */
  readonly from?: number
  readonly to?: number
  /** Only records of this name, for example OrderDecided; all by default. */
  readonly type?: string
  /** One line a record, numbers as they are stored. */
  readonly terse?: boolean
}

/** Fields that are part of the line's head, or that stand in the line in another form. */
const NOT_LISTED = new Set(['seq', 'timeUs', 'rows', ...[...Array(10).keys()].map((i) => `results${i}`)])

/**
 * Yields `seq time Record field=value ...`, events with two blanks in front of their name; what stands behind a
 * decision is on lines of its own, unless terse. Fields that are 0, empty or none are left out. Throws JournalDamage; before that, everything that is whole has been yielded.
 */
export function* show(directory: string, options: ShowOptions = {}): Generator<string, void> {
  const { from = 1, to = Number.POSITIVE_INFINITY, type, terse = false } = options
  const names = new StreamNames()
  const amounts = new StreamAmounts(names)
  const person = new PersonLines(names, amounts)
  for (const { tape, start, end, firstSeq } of new JournalReader(directory).blocks()) {
    if (firstSeq > to) return
    let command = start
    let about = start
    for (let at = start; at < end; at += lengthAt(tape, at)) {
      if (isCommandAt(tape, at)) command = about = at
      else about = commandOf(tape, command, about, at)
      // Names are learned from the first record on, wherever the printing begins.
      if (typeAt(tape, at) === APPLIED.type) {
        names.learn(tape, about, at)
        amounts.learn(tape, about, decode(tape, at, APPLIED).id)
      } else if (typeAt(tape, at) === ORDER_DECIDED.type) amounts.learnOrder(tape, command, at)
      const seq = tape.f64[(command >> 3) + 1] as number
      if (seq < from || seq > to) continue
      if (type !== undefined && layoutOfType(typeAt(tape, at))?.name !== type) continue
      const head = headOf(tape, command, at)
      const carried = carriedBy(tape, at)
      if (terse) yield line(head, tape, about, at, names)
      else yield* person.of(head, tape, about, at, end)
      if (carried < 0) continue
      if (terse) yield line(`${head}  > `, tape, carried, carried, names)
      else yield* person.of(`${head}  > `, tape, carried, carried, end)
    }
  }
}

/** Sequence number and time of the command; events stand two blanks further in. */
function headOf(tape: Tape, commandAt: number, at: number): string {
  const seq = tape.f64[(commandAt >> 3) + 1] as number
  const time = timeWord(tape.f64[(commandAt >> 3) + 2] as number)
  return `${seq} ${time} ${commandAt === at ? '' : '  '}`
}

function line(head: string, tape: Tape, commandAt: number, at: number, names: StreamNames): string {
  const record = layoutOfType(typeAt(tape, at))
  if (record === undefined) return `${head}type ${typeAt(tape, at)}, which this build does not know`
  const command = layoutOfType(typeAt(tape, commandAt)) ?? record
  const values: Values = decode(tape, at, record)
  const parts = [`${head}${record.name}`]
  for (const field of record.fields) {
    if (NOT_LISTED.has(field.name)) continue
    const word = wordOf(record, field, values, command, names)
    if (word !== undefined) parts.push(`${field.name}=${word}`)
  }
  if (record.type === ORDER_DECIDED.type) parts.push(...judgement(tape, at, values, names))
  return parts.join(' ')
}

/** Results of the controls, then the evaluated limit rows: use before, use after, limit. */
function judgement(tape: Tape, at: number, values: Values, names: StreamNames): string[] {
  const parts: string[] = []
  for (const [result, word] of RESULTS.entries()) {
    const controls = CONTROLS.filter(({ index }) => resultOf(values, index) === result).map(({ id }) => id)
    if (result > 0 && controls.length > 0) parts.push(`${word}=${controls.join(',')}`)
  }
  const rows = rowsAt(tape, at).map(({ id, before, after }) => {
    const row = names.rowOf(id)
    const hard = row?.hard
    const isWaived = (id & ROW_WAIVED) !== 0
    const soft = (id & ROW_SOFT) === 0 ? '' : isWaived ? ' CONFIRMED' : ' SOFT'
    const failed = (id & ROW_FAILED) === 0 ? soft : isWaived ? ` ${waivedWord(row)}` : ' FAIL'
    return `${rowWord(id & ROW_ID_MASK, names)} ${before}->${after}${hard === undefined ? '' : `/${hard}`}${failed}`
  })
  if (rows.length > 0) parts.push(`rows=[${rows.join('; ')}]`)
  return parts
}
