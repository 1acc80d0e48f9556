/** Mounts routes: guards them, takes the words out of path, query and body, and hands them to the handler. */
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { RequestError } from '../../model/errors.ts'
import { emptyWords, type Form, type FormField, type Words } from '../../model/parse/form.ts'
import type { Observing } from '../observe/observing.ts'
import type { Access } from './access.ts'
import { Exchange } from './exchange.ts'
import { readObject, readRows } from './json-words.ts'
import { routeSchema } from './openapi.ts'
import { BODY_BYTES, bodyForm, pathFields, type Route } from './route.ts'

const EMPTY_BODY = '{}'
const JSON_TYPE = 'application/json'
const IDENTITY = 'identity'
/** Most that a fault says of what was sent. */
const FIELD_CHARS = 64

declare module 'fastify' {
  interface FastifyRequest {
    exchange: Exchange | null
  }
}

/** Mounts a route: documented, guarded, its words taken out of path, query and body. */
export function mount(app: FastifyInstance, access: Access, seen: Observing, route: Route): void {
  const guard = access.guard(route)
  const isGet = route.method === 'GET'
  const inPath = pathFields(route.url)
  const name = `${route.method} ${route.url}`
  const outer = bodyForm(route)
  app.route({
    method: route.method,
    url: route.url,
    schema: routeSchema(route, outer, inPath),
    bodyLimit: route.bodyBytesMax ?? BODY_BYTES,
    onRequest: (request, reply, next) => {
      const exchange = new Exchange(request.raw, reply.raw, seen, name)
      request.exchange = exchange
      const fault = route.lenient === true ? undefined : headFault(request.raw, isGet)
      // The framework reads no body of a type that it does not know.
      if (route.lenient === true) request.raw.headers['content-type'] = JSON_TYPE
      const admitted = fault === undefined ? next : () => exchange.refuse(fault)
      if (route.duties.length === 0) admitted()
      else guard(exchange, admitted)
    },
    handler: (request, reply) => {
      const exchange = request.exchange as Exchange
      // The exchange answers; the framework has nothing more to do.
      reply.hijack()
      if (request.body instanceof Buffer) exchange.body = request.body
      const rows = isGet ? queryWords(request.query, outer) : wordsOf(exchange.body, route, outer)
      if (rows instanceof RequestError) return access.refuseBody(exchange, route, rows)
      if (inPath.length > 0) {
        const params = request.params as Record<string, string>
        for (const words of rows) for (const field of inPath) words[field] = params[field]
      }
      route.handle(exchange, rows)
    },
  })
}

/** What is wrong with the head of a request, beside who asks: a query or an encoding that would be passed over. */
export function headFault({ url = '', headers }: IncomingMessage, isGet: boolean): RequestError | undefined {
  const encoding = headers['content-encoding'] ?? IDENTITY
  if (encoding.toLowerCase() !== IDENTITY) {
    return new RequestError('UNSUPPORTED_MEDIA_TYPE', 'content-encoding', 'Bodies are sent as they are: identity only.')
  }
  if (isGet || !/\?./.test(url)) return undefined
  return new RequestError(
    'UNKNOWN_FIELD',
    url.slice(url.indexOf('?') + 1).slice(0, FIELD_CHARS),
    'A POST takes no query.',
  )
}

function wordsOf(body: Buffer | undefined, route: Route, outer: Form | undefined): readonly Words[] | RequestError {
  if (route.lenient !== true || outer === undefined) return bodyWords(body, outer, route.rowsMax)
  return [knownWords(body, outer)]
}

/** The texts of a body that the form knows; none where it is no object of JSON. */
function knownWords(body: Buffer | undefined, of: Form): Words {
  const words = emptyWords(of)
  const given = objectIn(body?.toString('utf8') ?? '')
  for (const { name } of of.fields) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (typeof value === 'string') words[name] = value
  }
  return words
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

/** The words of a body: one object, or with `rowsMax` also an array of objects. */
export function bodyWords(
  body: Buffer | undefined,
  of: Form | undefined,
  rowsMax: number | undefined,
): readonly Words[] | RequestError {
  if (of === undefined) return []
  // Bytes that are no UTF-8 become U+FFFD, which no field takes.
  const text = body === undefined || body.length === 0 ? EMPTY_BODY : body.toString('utf8')
  if (rowsMax !== undefined) return readRows(text, of, rowsMax)
  const words = readObject(text, of)
  return words instanceof RequestError ? words : [words]
}

/** The fields of a query, as strict as a body: no unknown field, none twice. */
function queryWords(query: unknown, of: Form | undefined): readonly Words[] | RequestError {
  if (of === undefined) return []
  const words = emptyWords(of)
  for (const [key, value] of Object.entries(query as Record<string, string | string[]>)) {
    const field = of.fields[of.index.get(key) ?? -1]
    if (field === undefined) return new RequestError('UNKNOWN_FIELD', key.slice(0, FIELD_CHARS))
    if (typeof value !== 'string') return new RequestError('DUPLICATE_KEY', key)
    const word = queryWord(field, value)
    if (word instanceof RequestError) return word
    words[key] = word
  }
  const missing = of.fields.find((field) => field.required && words[field.name] === undefined)
  return missing === undefined ? [words] : new RequestError('MISSING_FIELD', missing.name)
}

function queryWord(field: FormField, value: string): string | boolean | RequestError {
  if (field.kind !== 'flag') return value
  if (value === 'true' || value === 'false') return value === 'true'
  return new RequestError('WRONG_TYPE', field.name, 'It must be true or false.')
}
