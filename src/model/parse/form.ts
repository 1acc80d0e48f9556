/**
 * Forms: the fields of each request as one table, shared by every wire. A wire turns its bytes into words (texts and
 * booleans by field name, numbers as the text that was sent) by the form; the constructors beside this file turn words
 * into the values of a record. The same table gives the REST wire its JSON shape and its OpenAPI schema.
 */

/**
 * How a field arrives. `text`: a string. `number`: a string or a number, kept as its text. `flag`: a boolean.
 * `texts`, `numbers`: a list of those. `json`: an object, kept as its text until it is known what it is.
 */
export type WordKind = 'text' | 'number' | 'flag' | 'texts' | 'numbers' | 'json'

export interface FormField<N extends string = string, K extends WordKind = WordKind, R extends boolean = boolean> {
  readonly name: N
  readonly kind: K
  readonly required: R
  readonly doc: string
  readonly example: string | boolean | readonly string[]
  /** Closed set of a text, where there is one. */
  readonly values?: readonly string[]
  /** Longest text, or most entries of a list. */
  readonly most?: number
  /** What a number counts, or how a text is written. */
  readonly unit?: string
}

export interface Form<F extends readonly FormField[] = readonly FormField[]> {
  readonly name: string
  readonly doc: string
  readonly fields: F
  /** Place of each field by name. */
  readonly index: ReadonlyMap<string, number>
  /** Bit i: field i is required. */
  readonly requiredMask: number
  /** Fields of the form's example: the required ones, and what makes it one that a gate takes. */
  readonly shown: readonly string[]
  /** Every field, undefined: copied for each request, so that all requests of the form have one hidden class. */
  readonly empty: Words
}

/** Most fields of a form: a reader keeps one bit for each in a small integer. */
const FIELDS_MAX = 30

type Word<K extends WordKind> = K extends 'flag' ? boolean : K extends 'texts' | 'numbers' ? readonly string[] : string

/** The words of a form's fields; a field that was not given is undefined. A wire has checked required fields. */
export type WordsOf<F extends Form> =
  F extends Form<infer L> ? { [E in L[number] as E['name']]: Word<E['kind']> | undefined } : never

/** Words of a form that is not known at compile time. */
export type Words = Record<string, string | boolean | readonly string[] | undefined>

/** Lays out a form. @param shown optional fields that its example has beside the required ones */
export function form<const F extends readonly FormField[]>(
  name: string,
  doc: string,
  fields: F,
  shown: readonly NoInfer<F[number]['name']>[] = [],
): Form<F> {
  const index = new Map(fields.map((field, place) => [field.name, place] as const))
  if (index.size !== fields.length) throw new Error(`${name} declares a field twice`)
  if (fields.length > FIELDS_MAX) throw new Error(`${name} has more than ${FIELDS_MAX} fields`)
  const requiredMask = fields.reduce((mask, field, place) => (field.required ? mask | (1 << place) : mask), 0)
  const empty: Words = {}
  for (const { name: key } of fields) empty[key] = undefined
  const inExample = fields.filter((field) => field.required || shown.includes(field.name)).map((field) => field.name)
  return { name, doc, fields, index, requiredMask, shown: inExample, empty }
}

/** An object with every field of the form, undefined. */
export function emptyWords(of: Form): Words {
  return { ...of.empty }
}

type Options = Pick<FormField, 'values' | 'most' | 'unit'>

function field<const N extends string, K extends WordKind, R extends boolean>(
  name: N,
  kind: K,
  required: R,
  doc: string,
  example: FormField['example'],
  options: Options = {},
): FormField<N, K, R> {
  return { name, kind, required, doc, example, ...options }
}

const ID = { most: 40, unit: 'printable ASCII' }
const FOREIGN_ID = {
  unit: 'text; over 40 characters or not printable ASCII it is kept as its first 23, ~ and 16 hex digits of its hash',
}
const NAME = { most: 32, unit: 'printable ASCII' }
const FREE_TEXT = { unit: 'printable Latin-1; ? is kept for other characters, and what is over 120 characters is cut' }
const TIME = { unit: 'UTC, as 2026-11-21T14:30:00.123456Z, at most microseconds' }

/** An id that the sender makes: clOrdID, execID. */
export const needId = <const N extends string>(name: N, doc: string, example: string) =>
  field(name, 'text', true, doc, example, ID)
export const mayId = <const N extends string>(name: N, doc: string, example: string) =>
  field(name, 'text', false, doc, example, ID)
/** An id that another system made; one that the record cannot hold is kept in a shorter form. */
export const needForeignId = <const N extends string>(name: N, doc: string, example: string) =>
  field(name, 'text', true, doc, example, FOREIGN_ID)
export const mayForeignId = <const N extends string>(name: N, doc: string, example: string) =>
  field(name, 'text', false, doc, example, FOREIGN_ID)
/** A name that reference data defines. */
export const needName = <const N extends string>(name: N, doc: string, example: string) =>
  field(name, 'text', true, doc, example, NAME)
export const mayName = <const N extends string>(name: N, doc: string, example: string) =>
  field(name, 'text', false, doc, example, NAME)
/** A kind and a name, as `ACCOUNT:ACC-7`. */
export const needScope = <const N extends string>(name: N, doc: string, example: string) =>
  field(name, 'text', true, doc, example, { most: 48, unit: 'KIND:name' })
export const mayScope = <const N extends string>(name: N, doc: string, example: string) =>
  field(name, 'text', false, doc, example, { most: 48, unit: 'KIND:name' })
/** One of a closed set. */
export const needCode = <const N extends string>(name: N, values: readonly string[], doc: string, example: string) =>
  field(name, 'text', true, doc, example, { values, most: 32 })
export const mayCode = <const N extends string>(name: N, values: readonly string[], doc: string, example: string) =>
  field(name, 'text', false, doc, example, { values, most: 32 })
/** A decimal or an integer; `unit` says what it counts. */
export const needNumber = <const N extends string>(name: N, unit: string, doc: string, example: string) =>
  field(name, 'number', true, doc, example, { unit })
export const mayNumber = <const N extends string>(name: N, unit: string, doc: string, example: string) =>
  field(name, 'number', false, doc, example, { unit })
export const needTime = <const N extends string>(name: N, doc: string, example: string) =>
  field(name, 'text', true, doc, example, TIME)
export const mayTime = <const N extends string>(name: N, doc: string, example: string) =>
  field(name, 'text', false, doc, example, TIME)
export const needFlag = <const N extends string>(name: N, doc: string, example: boolean) =>
  field(name, 'flag', true, doc, example)
export const mayFlag = <const N extends string>(name: N, doc: string, example: boolean) =>
  field(name, 'flag', false, doc, example)
/** The body of another request, as an object. */
export const mayBody = <const N extends string>(name: N, doc: string, example: string) =>
  field(name, 'json', false, doc, example)
export const needBody = <const N extends string>(name: N, doc: string, example: string) =>
  field(name, 'json', true, doc, example)
/** Free text, why: evidence, which refuses nothing. */
export const mayText = <const N extends string>(name: N, doc: string, example: string) =>
  field(name, 'text', false, doc, example, FREE_TEXT)
export const needText = <const N extends string>(name: N, doc: string, example: string) =>
  field(name, 'text', true, doc, example, FREE_TEXT)
