/**
 * Reads the words of one request into integers and ids. The first fault stands, later ones are not looked for: a caller
 * reads all fields, then asks for the fault once.
 */

import { ID_CHARS, NAME_CHARS, TEXT_CHARS } from '../bounds.ts'
import type { Directory } from '../directory.ts'
import { type ErrorCode, RequestError } from '../errors.ts'
import { MAX, parseDecimal } from '../numbers.ts'
import type { RecordLayout, ValuesOf } from '../records/schema.ts'
import { NAME_KINDS, type NameKind, SUBJECT_KINDS } from '../vocabulary.ts'
import { evidenceID } from './evidence.ts'
import { parseDate, parseTimeUs } from './timestamps.ts'

/** Who sends: ids of the SESSION subject and of the PRINCIPAL, -1 for none. */
export interface Sender {
  readonly session: number
  readonly principal: number
}

/** A checked command: `encode(tape, layout, values)` writes it. */
export interface Command<L extends RecordLayout = RecordLayout> {
  readonly layout: L
  readonly values: Partial<L extends RecordLayout<infer F> ? ValuesOf<F> : never>
  /** The command that it carries behind its fixed part. */
  readonly tail?: Command
}

const ASCII = /^[\x20-\x7e]*$/

type Maybe = string | undefined

export class Reading {
  readonly names: Directory
  fault: RequestError | undefined
  /** Names that an order gives and nobody knows, as the record keeps them. */
  unresolved = ''

  constructor(names: Directory) {
    this.names = names
  }

  fail(code: ErrorCode, field: string, text?: string): void {
    this.fault ??= new RequestError(code, field, text)
  }

  /** A text that the record holds: printable ASCII, not empty where it is given. */
  text(field: string, word: Maybe, most: number): string {
    if (word === undefined) return ''
    if (word === '') this.fail('MISSING_FIELD', field)
    else if (word.length > most) this.fail('TEXT_TOO_LONG', field, `At most ${most} characters.`)
    else if (!ASCII.test(word)) this.fail('BAD_CHARACTERS', field)
    return word
  }

  id(field: string, word: Maybe): string {
    return this.text(field, word, ID_CHARS)
  }

  /** The id that an order is to have: one that a URL can name, so that the order can be canceled by it. */
  newID(field: string, word: Maybe): string {
    if (word === '.' || word === '..') this.fail('BAD_CHARACTERS', field, 'Not . or ..: no URL could name the order.')
    return this.id(field, word)
  }

  /** An id that another system made, in a form that the record can hold: only an empty one is a fault. */
  foreignID(field: string, word: Maybe): string {
    return this.id(field, word === undefined ? word : evidenceID(word))
  }

  /** Id of a name; -1 where it is not given. An unknown name is a fault. */
  name(kind: NameKind, field: string, word: Maybe): number {
    if (word === undefined) return -1
    const id = this.names.idOf(kind, this.text(field, word, NAME_CHARS))
    if (id < 0) this.fail('UNKNOWN_NAME', field, `No ${kind} has the name ${word}.`)
    return id
  }

  /** Id of a name in an order; -1 where nobody knows it, which the engine refuses on record. */
  orderName(kind: NameKind, field: string, word: Maybe): number {
    if (word === undefined) return -1
    const id = this.names.idOf(kind, this.text(field, word, NAME_CHARS))
    if (id < 0) this.noteUnresolved(field, word)
    return id
  }

  /** As {@link orderName}, of what has happened already: a name that no record can hold is one that nobody knows. */
  reportedName(kind: NameKind, field: string, word: Maybe): number {
    if (word === undefined) return -1
    const id = this.names.idOf(kind, word)
    if (id < 0) this.noteUnresolved(field, word)
    return id
  }

  noteUnresolved(field: string, word: string): void {
    const pair = `${field}=${word}`
    this.unresolved = (this.unresolved === '' ? pair : `${this.unresolved} ${pair}`).slice(0, TEXT_CHARS)
  }

  /** Units of a named instrument; undefined and a fault where there is none. */
  instrument(field: string, word: Maybe) {
    const id = this.name('INSTRUMENT', field, word)
    return id < 0 ? undefined : this.names.instrument(id)
  }

  /** Kind and id of `KIND:name`; undefined where it is not given or at fault. */
  scope(field: string, word: Maybe, kinds: readonly string[]): { kind: NameKind; id: number } | undefined {
    if (word === undefined) return undefined
    const colon = word.indexOf(':')
    const kind = word.slice(0, Math.max(colon, 0))
    if (!kinds.includes(kind)) {
      this.fail('NOT_IN_SET', field, `Write KIND:name, where KIND is one of ${kinds.join(', ')}.`)
      return undefined
    }
    const id = this.name(kind as NameKind, field, word.slice(colon + 1))
    return id < 0 ? undefined : { kind: kind as NameKind, id }
  }

  /** Id of a subject, as `ACCOUNT:ACC-7`; -1 where it is not given. */
  subject(field: string, word: Maybe): number {
    return this.scope(field, word, SUBJECTS)?.id ?? -1
  }

  /** A decimal as an integer in 10^-decimals; 0 where it is not given. */
  decimal(field: string, word: Maybe, decimals: number): number {
    if (word === undefined) return 0
    const value = parseDecimal(word, decimals)
    if (typeof value === 'number') return value
    if (value === 'TOO_MANY_DECIMALS') this.fail(value, field, `At most ${decimals} decimals; nothing is rounded.`)
    else this.fail(value, field)
    return 0
  }

  /** A decimal that may not be below zero. */
  amount(field: string, word: Maybe, decimals: number): number {
    const value = this.decimal(field, word, decimals)
    if (value < 0) this.fail('OUT_OF_RANGE', field, 'The number may not be below zero.')
    return value
  }

  integer(field: string, word: Maybe, min: number, max: number = MAX): number {
    const value = this.decimal(field, word, 0)
    if (word !== undefined && (value < min || value > max)) {
      this.fail('OUT_OF_RANGE', field, max === MAX ? `An integer of at least ${min}.` : `An integer, ${min} to ${max}.`)
    }
    return value
  }

  timeUs(field: string, word: Maybe): number {
    if (word === undefined) return 0
    const value = parseTimeUs(word)
    if (value < 0) this.fail('NOT_A_TIME', field)
    return value
  }

  date(field: string, word: Maybe): number {
    const value = parseDate(word ?? '')
    if (value < 0) this.fail('NOT_A_DATE', field)
    return value
  }

  /** Index of a value in its set; -1 where it is not given. Another value is a fault. */
  code(field: string, word: Maybe, set: readonly string[]): number {
    if (word === undefined) return -1
    const at = set.indexOf(word)
    if (at < 0) this.fail('NOT_IN_SET', field, `One of ${set.join(', ')}.`)
    return at
  }

  /** Index of a value in its set; -1 for another value, which the engine refuses on record. */
  orderCode(field: string, word: Maybe, set: readonly string[]): number {
    if (word === undefined) return -1
    const at = set.indexOf(word)
    if (at < 0) this.noteUnresolved(field, this.text(field, word, NAME_CHARS))
    return at
  }
}

/** The kinds that carry limits. */
export const SUBJECTS: readonly NameKind[] = NAME_KINDS.slice(0, SUBJECT_KINDS)
