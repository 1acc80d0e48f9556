/** Prints a journal for a person: one line per record, codes and ids in words, numbers as the integers that are stored. */
import { JournalReader } from '../journal/journal-reader.ts'
import { CONTROLS } from '../model/controls.ts'
import {
  APPLIED,
  isCommandAt,
  layoutOfType,
  ORDER_DECIDED,
  ROW_FAILED,
  ROW_ID_MASK,
  ROW_WAIVED,
} from '../model/records/events.ts'
import { decode, type RecordLayout } from '../model/records/schema.ts'
import { lengthAt, type Tape, typeAt } from '../model/records/tape.ts'
import { RESULTS } from '../model/vocabulary.ts'
import { rowWord, timeWord, type Values, wordOf } from './field-words.ts'
import { StreamNames } from './stream-names.ts'

export interface ShowOptions {
  /** First and last sequence number; all by default. */
  readonly from?: number
  readonly to?: number
  /** Only records of this name, for example OrderDecided; all by default. */
  readonly type?: string
}

/** Fields that are part of the line's head, or that stand in the line in another form. */
const NOT_LISTED = new Set(['seq', 'timeUs', 'rows', ...[...Array(10).keys()].map((i) => `results${i}`)])

/**
 * Yields `seq time Record field=value ...`, events with two blanks in front of their name. Fields that are 0, empty or
 * none are left out. Throws JournalDamage; before that, everything that is whole has been yielded.
 */
export function* show(directory: string, options: ShowOptions = {}): Generator<string, void> {
  const { from = 1, to = Number.POSITIVE_INFINITY, type } = options
  const names = new StreamNames()
  for (const { tape, start, end, firstSeq } of new JournalReader(directory).blocks()) {
    if (firstSeq > to) return
    let command = start
    for (let at = start; at < end; at += lengthAt(tape, at)) {
      if (isCommandAt(tape, at)) command = at
      // Names are learned from the first record on, wherever the printing begins.
      else if (typeAt(tape, at) === APPLIED.type) names.learn(tape, command, at)
      const seq = tape.f64[(command >> 3) + 1] as number
      if (seq < from || seq > to) continue
      if (type === undefined || layoutOfType(typeAt(tape, at))?.name === type) yield line(tape, command, at, names)
    }
  }
}

function line(tape: Tape, commandAt: number, at: number, names: StreamNames): string {
  const record = layoutOfType(typeAt(tape, at))
  const seq = tape.f64[(commandAt >> 3) + 1] as number
  const time = timeWord(tape.f64[(commandAt >> 3) + 2] as number)
  const head = `${seq} ${time} ${commandAt === at ? '' : '  '}`
  if (record === undefined) return `${head}type ${typeAt(tape, at)}, which this build does not know`
  const command = layoutOfType(typeAt(tape, commandAt)) ?? record
  const values: Values = decode(tape, at, record)
  const parts = [`${head}${record.name}`]
  for (const field of record.fields) {
    if (NOT_LISTED.has(field.name)) continue
    const word = wordOf(record, field, values, command, names)
    if (word !== undefined) parts.push(`${field.name}=${word}`)
  }
  if (record.type === ORDER_DECIDED.type) parts.push(...judgement(tape, at, values, record, names))
  return parts.join(' ')
}

/** Results of the controls, then the evaluated limit rows: use before, use after, limit. */
function judgement(tape: Tape, at: number, values: Values, record: RecordLayout, names: StreamNames): string[] {
  const parts: string[] = []
  for (const [result, word] of RESULTS.entries()) {
    const controls = CONTROLS.filter(({ index }) => resultOf(values, index) === result).map(({ id }) => id)
    if (result > 0 && controls.length > 0) parts.push(`${word}=${controls.join(',')}`)
  }
  const count = values.rows as number
  if (count === 0) return parts
  const ids = at + record.bytes
  const before = (ids >> 3) + ((count + 1) >> 1)
  const rows = [...Array(count).keys()].map((i) => {
    const id = tape.i32[(ids >> 2) + i] as number
    const hard = names.rowOf(id)?.hard
    const failed = (id & ROW_FAILED) === 0 ? '' : (id & ROW_WAIVED) === 0 ? ' FAIL' : ' ALERT'
    const use = `${tape.f64[before + i]}->${tape.f64[before + count + i]}`
    return `${rowWord(id & ROW_ID_MASK, names)} ${use}${hard === undefined ? '' : `/${hard}`}${failed}`
  })
  parts.push(`rows=[${rows.join('; ')}]`)
  return parts
}

/** Index in RESULTS of one control, two bits of the bitmap. */
function resultOf(values: Values, control: number): number {
  return ((values[`results${control >> 4}`] as number) >>> ((control & 15) * 2)) & 3
}
