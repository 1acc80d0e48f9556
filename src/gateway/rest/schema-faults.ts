/**
 * What is wrong with a value by a JSON Schema, as far as the served document uses the language: an unknown keyword is a
 * fault too, so that nothing in the document goes unchecked. For tests of the document.
 */

/** Keywords that say something to a reader and nothing about a value. */
const WORDS = ['description', 'examples', 'title', '$ref', 'format']

type Schema = Readonly<Record<string, unknown>>

/** Paths and faults; empty where the value fits. `document` holds what references name. */
export function schemaFaults(schema: Schema, value: unknown, document: unknown, at = '$'): readonly string[] {
  if (typeof schema.$ref === 'string') return schemaFaults(resolve(document, schema.$ref), value, document, at)
  return Object.entries(schema).flatMap(([keyword, rule]) => {
    const check = CHECKS[keyword]
    if (check !== undefined) return check({ rule, value, schema, document, at })
    return WORDS.includes(keyword) ? [] : [`${at}: the keyword ${keyword} is not known here`]
  })
}

interface Case {
  /** Of the shape that its keyword has: each check says which. */
  readonly rule: unknown
  readonly value: unknown
  readonly schema: Schema
  readonly document: unknown
  readonly at: string
}

const unless = (fits: boolean, at: string, text: string): readonly string[] => (fits ? [] : [`${at}: ${text}`])
const isObject = (value: unknown): value is Record<string, unknown> => typeOf(value) === 'object'

const CHECKS: Readonly<Record<string, (of: Case) => readonly string[]>> = {
  type: ({ rule, value, at }) => {
    const types = (Array.isArray(rule) ? rule : [rule]) as readonly string[]
    const type = typeOf(value)
    const fits = types.includes(type) || (type === 'integer' && types.includes('number'))
    return unless(fits, at, `${type} is not ${types.join(' or ')}`)
  },
  enum: ({ rule, value, at }) =>
    unless((rule as readonly unknown[]).includes(value), at, `${JSON.stringify(value)} is not of the set`),
  pattern: ({ rule, value, at }) =>
    unless(
      typeof value !== 'string' || new RegExp(rule as string, 'u').test(value),
      at,
      `${value} does not match ${rule}`,
    ),
  minLength: ({ rule, value, at }) =>
    unless(typeof value !== 'string' || value.length >= (rule as number), at, 'too short'),
  maxLength: ({ rule, value, at }) =>
    unless(typeof value !== 'string' || value.length <= (rule as number), at, 'too long'),
  minimum: ({ rule, value, at }) => unless(typeof value !== 'number' || value >= (rule as number), at, 'too small'),
  minItems: ({ rule, value, at }) => unless(!Array.isArray(value) || value.length >= (rule as number), at, 'too few'),
  maxItems: ({ rule, value, at }) => unless(!Array.isArray(value) || value.length <= (rule as number), at, 'too many'),
  items: ({ rule, value, document, at }) =>
    Array.isArray(value)
      ? value.flatMap((entry, index) => schemaFaults(rule as Schema, entry, document, `${at}[${index}]`))
      : [],
  required: ({ rule, value, at }) =>
    isObject(value) ? (rule as readonly string[]).flatMap((key) => unless(key in value, at, `${key} is missing`)) : [],
  properties: ({ rule, value, document, at }) =>
    isObject(value)
      ? Object.entries(value).flatMap(([key, part]) =>
          schemaFaults((rule as Readonly<Record<string, Schema>>)[key] ?? {}, part, document, `${at}.${key}`),
        )
      : [],
  additionalProperties: ({ rule, value, schema, document, at }) => {
    if (!isObject(value)) return []
    const known = (schema.properties ?? {}) as object
    const others = Object.entries(value).filter(([key]) => !Object.hasOwn(known, key))
    if (rule === false) return others.map(([key]) => `${at}: ${key} is not known`)
    return others.flatMap(([key, part]) => schemaFaults(rule as Schema, part, document, `${at}.${key}`))
  },
  oneOf: ({ rule, value, document, at }) => {
    const alternatives = rule as readonly Schema[]
    const fitting = alternatives.filter((one) => schemaFaults(one, value, document, at).length === 0)
    return unless(fitting.length === 1, at, `${fitting.length} of ${alternatives.length} alternatives fit`)
  },
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value
}

function resolve(document: unknown, reference: string): Schema {
  const found = reference
    .slice(2)
    .split('/')
    .reduce<unknown>((node, key) => (isObject(node) ? node[key] : undefined), document)
  if (!isObject(found)) throw new Error(`${reference} names nothing`)
  return found
}
