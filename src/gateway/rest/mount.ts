/** Mounts routes: guards them, takes the words out of path, query and body, and hands them to the handler. */
import type { FastifyInstance } from 'fastify'
import { RequestError } from '../../model/errors.ts'
import { emptyWords, type Form, type FormField, type Words } from '../../model/parse/form.ts'
import type { Access, Caller } from './access.ts'
import { readObject, readRows } from './json-words.ts'
import { routeSchema } from './openapi.ts'
import { BODY_BYTES, bodyForm, pathFields, type Route } from './route.ts'
import { sendError } from './sending.ts'

const EMPTY_BODY = '{}'

/** Mounts a route, and a 405 for the other methods of its path once all routes of the path are known. */
export function mount(app: FastifyInstance, access: Access, route: Route): void {
  const guard = access.guard(route.duties, route.unlimited === true)
  const isGet = route.method === 'GET'
  const inPath = pathFields(route.url)
  const outer = bodyForm(route)
  app.route({
    method: route.method,
    url: route.url,
    schema: routeSchema(route, outer, inPath),
    bodyLimit: route.bodyBytesMax ?? BODY_BYTES,
    ...(route.duties.length === 0 ? {} : { onRequest: guard }),
    handler: (request, reply) => {
      const rows =
        outer === undefined
          ? []
          : isGet
            ? queryWords(request.query, outer)
            : bodyWords(request.body, outer, route.rowsMax)
      if (rows instanceof RequestError) return sendError(reply, rows)
      if (inPath.length > 0) {
        const params = request.params as Record<string, string>
        for (const words of rows) for (const field of inPath) words[field] = params[field]
      }
      // A route without duties has no caller, and asks for none.
      route.handle({ request, reply, caller: request.caller as Caller }, rows)
    },
  })
}

function bodyWords(body: unknown, of: Form, rowsMax: number | undefined): readonly Words[] | RequestError {
  // Bytes that are no UTF-8 become U+FFFD, which no field takes.
  const text = body instanceof Buffer && body.length > 0 ? body.toString('utf8') : EMPTY_BODY
  if (rowsMax !== undefined) return readRows(text, of, rowsMax)
  const words = readObject(text, of)
  return words instanceof RequestError ? words : [words]
}

/** The fields of a query, as strict as a body: no unknown field, none twice. */
function queryWords(query: unknown, of: Form): readonly Words[] | RequestError {
  const words = emptyWords(of)
  for (const [key, value] of Object.entries(query as Record<string, string | string[]>)) {
    const field = of.fields[of.index.get(key) ?? -1]
    if (field === undefined) return new RequestError('UNKNOWN_FIELD', key.slice(0, 64))
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
