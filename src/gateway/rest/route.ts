/**
 * Routes as data: method, path, duty, form, answer and errors in one place. The same row is mounted, guarded and
 * documented, so that the served OpenAPI cannot say something else than the code does.
 */
import type { ErrorCode } from '../../model/errors.ts'
import { type Form, form, type Words } from '../../model/parse/form.ts'
import type { Duty } from '../../model/vocabulary.ts'
import type { Exchange } from './exchange.ts'

export interface Route {
  readonly method: 'GET' | 'POST'
  /** With `:name` for the parts of the path that are fields of the form. */
  readonly url: string
  /** Any one of these is enough; none: everyone may. */
  readonly duties: readonly Duty[]
  readonly tag: string
  readonly summary: string
  readonly description: string
  /** Fields of the body, of the query of a GET, and of the path. */
  readonly form?: Form
  /** The body may be an array of at most so many rows. */
  readonly rowsMax?: number
  /** Schema of the answer, by its name in `openapi-schemas.ts`. */
  readonly answer: string
  readonly answerDescription: string
  /** Error codes beside those that its form, duties and commands bring. */
  readonly errors?: readonly ErrorCode[]
  /** Its commands go through the sequencer. */
  readonly sequenced: boolean
  /** `order`: its handler counts it in everything that an order counts in. All others are counted for their client. */
  readonly counts?: 'order'
  /** Never refused for a rate: cancels. */
  readonly unlimited?: boolean
  /** Takes from a body of whatever type the texts that it knows, and passes over the rest: cancels. */
  readonly lenient?: boolean
  /** A token does for five minutes after its end: cancels. The handler sees to what such a caller may do. */
  readonly late?: boolean
  readonly bodyBytesMax?: number
  /** Answers the request, whose caller holds the duty. */
  handle(exchange: Exchange, rows: readonly Words[]): void
}

/** Who may alone do a part of what two people govern, or propose it: the engine says which, and names the way. */
export const PEOPLE: readonly Duty[] = ['limits:propose', 'limits:approve']

export const BODY_BYTES = 64 * 1024
/** Bulk reference data. */
export const BULK_BYTES = 1024 * 1024

/** Names of the fields that stand in the path. */
export function pathFields(url: string): readonly string[] {
  return [...url.matchAll(/:([A-Za-z]+)/g)].map((match) => match[1] as string)
}

/** The form without the fields that stand in the path. */
export function bodyForm(route: Pick<Route, 'url' | 'form'>): Form | undefined {
  const inPath = pathFields(route.url)
  if (route.form === undefined || inPath.length === 0) return route.form
  const { name, doc, fields, shown } = route.form
  return form(
    `${name}Body`,
    doc,
    fields.filter((field) => !inPath.includes(field.name)),
    shown.filter((field) => !inPath.includes(field)),
  )
}
