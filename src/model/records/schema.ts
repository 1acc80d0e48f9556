/**
 * One table of fields per record gives its layout, encoder, decoder, `journal show` and the auditor's page.
 * Layouts are fixed, little-endian, every field aligned to its size; a later version only appends fields.
 */
import { TEXT_CHARS } from '../bounds.ts'
import { beginRecord, HEADER_BYTES, lengthAt, readText, type Tape, versionAt, writeText } from './tape.ts'

/** What the integer in a field counts; the reader of a journal needs it to print the value. */
export type Unit =
  | 'price'
  | 'qty'
  | 'money'
  | 'timeUs'
  | 'durationUs'
  | 'bps'
  | 'count'
  | 'seq'
  | 'id'
  | 'code'
  | 'flags'
  | 'date'
  | 'number'
  | 'text'

/** One field: a float64 that holds a safe integer, an int32, or a zero-padded Latin-1 text of `width` bytes. */
export interface Field<N extends string = string, K extends 'f64' | 'i32' | 'text' = 'f64' | 'i32' | 'text'> {
  readonly name: N
  readonly kind: K
  readonly unit: Unit
  readonly width: number
  readonly doc: string
  /** A free text at a record's end: left off the record where it is empty. Nothing reads its bytes unasked. */
  readonly isNote?: true
  /** Left off, like a note, where it and all that stands behind it are empty. */
  readonly isOptional?: true
}

export const f64 = <const N extends string>(name: N, unit: Unit, doc: string): Field<N, 'f64'> => ({
  name,
  kind: 'f64',
  unit,
  width: 8,
  doc,
})
export const i32 = <const N extends string>(name: N, unit: Unit, doc: string): Field<N, 'i32'> => ({
  name,
  kind: 'i32',
  unit,
  width: 4,
  doc,
})
export const text = <const N extends string>(name: N, width: number, doc: string): Field<N, 'text'> => ({
  name,
  kind: 'text',
  unit: 'text',
  width,
  doc,
})

/** Free text at the end of a record. */
export const note = <const N extends string>(name: N, doc: string): Field<N, 'text'> => ({
  name,
  kind: 'text',
  unit: 'text',
  width: TEXT_CHARS,
  doc,
  isNote: true,
})

/** A field at a record's end that few records have. */
export const optional = <const F extends Field>(field: F): F => ({ ...field, isOptional: true })

/** The values of a record by field name. */
export type ValuesOf<F extends readonly Field[]> = {
  [E in F[number] as E['name']]: E['kind'] extends 'text' ? string : number
}

/** A record's layout. `at.x` is the index of field x in the view of its kind, for a record at offset 0. */
export interface RecordLayout<F extends readonly Field[] = readonly Field[]> {
  readonly type: number
  readonly version: number
  readonly name: string
  readonly doc: string
  readonly fields: F
  /** Bytes of the fixed part, header included; a multiple of 8. */
  readonly bytes: number
  /** Bytes without the note and the optional fields at the end: left off where all are empty, as if the record were older. */
  readonly shortBytes: number
  /** How many fields those bytes hold. */
  readonly shortFields: number
  readonly at: { readonly [E in F[number] as E['name']]: number }
}

/** The values that a record of layout L holds. */
export type RecordOf<L> = L extends RecordLayout<infer F> ? ValuesOf<F> : never

/** Lays the fields out in their order, each aligned to its size (texts to 8), the whole padded to 8. */
export function layout<const F extends readonly Field[]>(
  type: number,
  version: number,
  name: string,
  doc: string,
  fields: F,
): RecordLayout<F> {
  const at: Record<string, number> = {}
  let offset = HEADER_BYTES
  for (const field of fields) {
    const align = field.kind === 'i32' ? 4 : 8
    offset = Math.ceil(offset / align) * align
    if (at[field.name] !== undefined) throw new Error(`${name}.${field.name} is declared twice`)
    at[field.name] = field.kind === 'text' ? offset : offset / align
    offset += field.width
  }
  const bytes = Math.ceil(offset / 8) * 8
  const shortFields = fields.findLastIndex((field) => !field.isNote && !field.isOptional) + 1
  const first = fields[shortFields]
  const shortBytes =
    first === undefined ? bytes : (at[first.name] as number) * (first.kind === 'text' ? 1 : first.width)
  // An object built by computed keys is a hash table to V8, and every `at.x` a look-up; a parsed one has fixed fields.
  const fixed = JSON.parse(JSON.stringify(at)) as RecordLayout<F>['at']
  return { type, version, name, doc, fields, bytes, shortBytes, shortFields, at: fixed }
}

/** Appends a zeroed record of a layout; the caller writes its fields through `at`. Returns its offset. */
export function begin(tape: Tape, record: RecordLayout): number {
  return beginRecord(tape, record.type, record.version, record.bytes)
}

/** Makes what was appended behind the record at `offset` its tail: other records, whole, behind its fixed part. */
export function enclose(tape: Tape, offset: number): void {
  tape.i32[(offset >> 2) + 1] = tape.end - offset
}

/** Where the tail of the record at `offset` begins; -1 where it has none. A record with a tail has no note. */
export function tailAt(tape: Tape, offset: number, record: RecordLayout): number {
  return lengthAt(tape, offset) > record.bytes ? offset + record.bytes : -1
}

/** Appends a record with the given values; fields that are left out are 0 or ''. Returns its offset. */
export function encode<F extends readonly Field[]>(
  tape: Tape,
  record: RecordLayout<F>,
  values: Partial<ValuesOf<F>>,
): number {
  const given = values as Record<string, number | string | undefined>
  const { fields, shortFields } = record
  let count = fields.length
  while (count > shortFields && isEmpty(given[(fields[count - 1] as Field).name])) count--
  const isShort = count === shortFields && count < fields.length
  const offset = beginRecord(tape, record.type, record.version, isShort ? record.shortBytes : record.bytes)
  const at = record.at as Record<string, number>
  for (let place = 0; place < count; place++) {
    const field = fields[place] as Field
    const value = given[field.name]
    if (value === undefined) continue
    const index = at[field.name] as number
    if (field.kind === 'f64') tape.f64[(offset >> 3) + index] = value as number
    else if (field.kind === 'i32') tape.i32[(offset >> 2) + index] = value as number
    else writeText(tape, offset + index, field.width, value as string)
  }
  return offset
}

function isEmpty(value: number | string | undefined): boolean {
  return value === undefined || value === '' || value === 0
}

/** Reads the record at `offset` by its layout. Fields that an older version did not have read as 0 or ''. */
export function decode<F extends readonly Field[]>(tape: Tape, offset: number, record: RecordLayout<F>): ValuesOf<F> {
  if (versionAt(tape, offset) > record.version) throw new Error(`${record.name}: version is newer than this build`)
  const values: Record<string, number | string> = {}
  const at = record.at as Record<string, number>
  const end = lengthAt(tape, offset)
  for (const field of record.fields) {
    const index = at[field.name] as number
    const byte = field.kind === 'f64' ? index * 8 : field.kind === 'i32' ? index * 4 : index
    if (byte + field.width > end) values[field.name] = field.kind === 'text' ? '' : 0
    else if (field.kind === 'f64') values[field.name] = tape.f64[(offset >> 3) + index] as number
    else if (field.kind === 'i32') values[field.name] = tape.i32[(offset >> 2) + index] as number
    else values[field.name] = readText(tape, offset + index, field.width)
  }
  return values as ValuesOf<F>
}
