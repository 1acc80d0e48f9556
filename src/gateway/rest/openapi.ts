/** The OpenAPI document: each route's schema from its form, its answer and every error that it can give. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { type ErrorCode, errorRow, REQUEST_ERRORS } from '../../model/errors.ts'
import type { Form, FormField } from '../../model/parse/form.ts'
import { DUTIES, type Duty } from '../../model/vocabulary.ts'
import { SCHEMAS } from './openapi-schemas.ts'
import type { Route } from './route.ts'

const DUTY_TEXTS: Readonly<Record<Duty, string>> = {
  'orders:write': 'Send, replace and cancel orders; ask what-ifs.',
  'orders:confirm': 'Confirm soft blocks.',
  'executions:write': 'Report what the market did.',
  'quotes:write': 'Send quotes, heartbeats, phases and instrument states.',
  'reference:write': 'Define names, instruments, bindings, rates and capital.',
  'positions:write': 'Send position statements.',
  'lists:write': 'Keep the restricted and easy-to-borrow lists and the locates.',
  'limits:propose': 'Propose limits.',
  'limits:approve': 'Set limits and parameters.',
  kill: 'Stop any scope.',
  'release:request': 'Ask for the release of a latch.',
  'release:approve': 'Approve a release that another person asked for.',
  'override:request': 'Ask for the override of one refused order.',
  'override:approve': 'Approve an override that another person asked for.',
  'cancels:execute': 'Carry out cancel requests for orders of every client.',
  'day:roll': 'Begin a trade date.',
  'risk:read': 'Read limits, exposure and latches.',
  'audit:read': 'Read everything.',
  'reports:sign': 'Sign reports.',
  admin: 'Define principals and bind duties.',
}

/** A JSON Schema, or a part of the document. */
export type Schema = Readonly<Record<string, unknown>>

/** Scopes of tokens, and what each lets its holder do. */
const DUTY_WORDS = DUTIES.map((duty) => [duty, DUTY_TEXTS[duty]] as const)

/** What the document says of the whole. */
export const DOCUMENT: NonNullable<FastifyDynamicSwaggerOptions['openapi']> = {
  openapi: '3.1.0',
  info: {
    title: 'Portcullis',
    version: '0.1.0',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    description: [
      'Pre-trade risk gate. Every order asks here before it goes to a market; what is approved carries a token that the',
      "venue's adapter checks.",
      '',
      'Numbers are exact: send decimals as strings, or as JSON numbers in plain notation. Nothing is rounded; what cannot',
      'be held exactly is refused. Answers carry prices, quantities and money as decimal strings, counts and ids as JSON',
      'numbers; only `value` of a what-if has the type of its parameter, which Verdict says. Times are UTC with microseconds.',
      '',
      'A refused order is an answer (200 with outcome REJECTED): a decision was made and is on record. A 4xx or 5xx is a',
      'request error: nothing was decided, or, for OUTCOME_UNKNOWN, ask again with the same id. Ids are idempotency keys:',
      'the same request again gets the first decision with `duplicate: true`.',
      '',
      'Bodies are strict: unknown fields, duplicate keys and wrong types are refused, but for a cancel, which always passes.',
      '`null` means "not given". A POST takes no query, and no content-encoding but identity. Bytes that',
      'are no HTTP request get MALFORMED_REQUEST (400), HEADERS_TOO_LARGE (431) or REQUEST_TIMEOUT (408); a path that is',
      'none NOT_FOUND (404), a method that the path does not have METHOD_NOT_ALLOWED (405) with an Allow header.',
    ].join('\n'),
  },
  servers: [{ url: '/', description: 'This gate.' }],
  tags: [
    { name: 'Orders', description: 'The blocking call in front of the market, and what follows an order.' },
    { name: 'What-if', description: 'The seven parameters, each asked about one proposed order. Reserves nothing.' },
    { name: 'Executions', description: 'What the market did.' },
    { name: 'Market data', description: 'Prices that orders are judged by.' },
    { name: 'Reference data', description: 'Names, instruments, bindings and lists that decisions rest on.' },
    { name: 'Limits', description: 'Limit rows and their use.' },
    { name: 'Proposals', description: 'What loosens takes two people: one proposes it, another approves.' },
    { name: 'Exposure', description: 'What the firm is exposed to now.' },
    { name: 'Trade date', description: 'Statements that begin it, readiness of accounts, calendars that roll it.' },
    { name: 'Kill', description: 'Stopping, and starting again.' },
    { name: 'Access', description: 'Tokens by OAuth 2.0.' },
    { name: 'Operation', description: 'Health and metrics.' },
  ],
  components: {
    securitySchemes: {
      oauth: {
        type: 'oauth2',
        description:
          'Client credentials for machines, code with PKCE for people; the scopes are duties, and the duties bound to the principal must hold too.',
        flows: {
          clientCredentials: { tokenUrl: '/oauth/token', scopes: Object.fromEntries(DUTY_WORDS) },
          authorizationCode: {
            authorizationUrl: '/oauth/authorize',
            tokenUrl: '/oauth/token',
            refreshUrl: '/oauth/token',
            scopes: Object.fromEntries(DUTY_WORDS),
          },
        },
      },
    },
    schemas: SCHEMAS as Readonly<Record<string, object>>,
  },
}

const WITH_BODY: readonly ErrorCode[] = ['MALFORMED_JSON', 'DUPLICATE_KEY', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE']
const WITH_FORM: readonly ErrorCode[] = [
  'UNKNOWN_FIELD',
  'MISSING_FIELD',
  'WRONG_TYPE',
  'TEXT_TOO_LONG',
  'BAD_CHARACTERS',
]
const WITH_NUMBERS: readonly ErrorCode[] = ['NOT_A_DECIMAL', 'TOO_MANY_DECIMALS', 'OUT_OF_RANGE']
const SEQUENCED: readonly ErrorCode[] = ['QUEUE_FULL', 'DISK_FULL', 'JOURNAL_UNAVAILABLE', 'OUTCOME_UNKNOWN']

/** Every error code that a route can answer with. */
export function errorsOf(route: Route, outer: Form | undefined): readonly ErrorCode[] {
  const fields = route.form?.fields ?? []
  const codes = new Set<ErrorCode>(['NOT_READY', 'INTERNAL_ERROR', ...(route.errors ?? [])])
  const add = (more: readonly ErrorCode[]) => {
    for (const code of more) codes.add(code)
  }
  if (route.duties.length > 0) add(['UNAUTHENTICATED', 'FORBIDDEN'])
  if (route.duties.length > 0 && route.unlimited !== true) add(['RATE_LIMITED'])
  if (route.method === 'POST' && route.lenient !== true) add(['UNKNOWN_FIELD', 'UNSUPPORTED_MEDIA_TYPE'])
  if (route.lenient === true) add(['BODY_TOO_LARGE'])
  if (outer !== undefined && route.lenient !== true) add(WITH_FORM)
  if (outer !== undefined && route.method === 'POST' && route.lenient !== true) add(WITH_BODY)
  if (outer !== undefined && route.method === 'GET') add(['DUPLICATE_KEY'])
  if (route.rowsMax !== undefined || fields.some(({ kind }) => kind === 'numbers')) add(['TOO_MANY_ROWS'])
  if (fields.some(({ kind }) => kind === 'number' || kind === 'numbers')) add(WITH_NUMBERS)
  if (fields.some(({ unit }) => unit?.startsWith('UTC'))) add(['NOT_A_TIME'])
  if (fields.some(({ values, unit }) => values !== undefined || unit === 'KIND:name')) add(['NOT_IN_SET'])
  if (route.sequenced) add(SEQUENCED)
  return REQUEST_ERRORS.map(({ code }) => code).filter((code) => codes.has(code))
}

/** Schema of a route, as the swagger plugin takes it. */
export function routeSchema(route: Route, outer: Form | undefined, inPath: readonly string[]): Schema {
  const fields = new Map((route.form?.fields ?? []).map((field) => [field.name, field]))
  const params = inPath.map((name) => [name, fieldSchema(fields.get(name) as FormField)] as const)
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    description: route.description,
    // Alternatives: any one of the duties is enough.
    security: route.duties.map((duty) => ({ oauth: [duty] })),
    ...(params.length === 0
      ? {}
      : { params: { type: 'object', required: inPath, properties: Object.fromEntries(params) } }),
    ...(outer === undefined || route.method === 'POST' ? {} : { querystring: formSchema(outer) }),
    ...(outer === undefined || route.method === 'GET' ? {} : { body: bodySchema(route, outer) }),
    response: { 200: okResponse(route), ...errorResponses(errorsOf(route, outer)) },
  }
}

function operationId(route: Route): string {
  const words = route.url
    .replace(/:/g, 'by/')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
  return route.method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

function bodySchema(route: Route, outer: Form): Schema {
  const one = { ...formSchema(outer), ...(route.lenient === true ? { additionalProperties: true } : {}) }
  const schema =
    route.rowsMax === undefined
      ? one
      : { oneOf: [one, { type: 'array', minItems: 1, maxItems: route.rowsMax, items: one }] }
  return { content: { 'application/json': { schema } } }
}

function okResponse(route: Route): Schema {
  const schema = { $ref: `#/components/schemas/${route.answer}` }
  const media = route.answer === 'Text' ? 'text/plain' : 'application/json'
  return { description: route.answerDescription, content: { [media]: { schema } } }
}

/** Errors of one status share a response; each has its example. */
export function errorResponses(codes: readonly ErrorCode[]): Record<string, Schema> {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of codes) {
    const { httpStatus } = errorRow(code)
    byStatus.set(httpStatus, [...(byStatus.get(httpStatus) ?? []), code])
  }
  const responses: Record<string, Schema> = {}
  for (const [status, of] of byStatus) {
    responses[status] = {
      description: of.map((code) => `${code}: ${errorRow(code).text}`).join(' '),
      ...(of.some((code) => WAITING.includes(code)) ? { headers: { 'Retry-After': RETRY_AFTER } } : {}),
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/Error' },
          examples: Object.fromEntries(
            of.map((code) => [code, { value: { error: { code, field: '', text: errorRow(code).text } } }]),
          ),
        },
      },
    }
  }
  return responses
}

/** Errors that say how long to wait. */
const WAITING: readonly ErrorCode[] = ['RATE_LIMITED', 'QUEUE_FULL']
const RETRY_AFTER = {
  description: 'Seconds after which the request may pass.',
  schema: { type: 'integer', minimum: 1 },
}

/** The JSON shape of a form. */
export function formSchema(of: Form): Schema {
  const required = of.fields.filter((field) => field.required).map((field) => field.name)
  return {
    type: 'object',
    title: of.name,
    description: of.doc,
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(of.fields.map((field) => [field.name, fieldSchema(field)])),
    examples: [exampleOf(of)],
  }
}

const DECIMAL = '^-?(0|[1-9][0-9]{0,18})(\\.[0-9]{1,20})?$'

function fieldSchema(field: FormField): Schema {
  const { unit, most, values } = field
  const description = unit === undefined ? field.doc : `${field.doc} Unit: ${unit}.`
  const examples = [field.example]
  const text = { type: 'string', minLength: 1, ...(most === undefined ? {} : { maxLength: most }) }
  switch (field.kind) {
    case 'flag':
      return { type: 'boolean', description, examples }
    case 'number':
      return {
        type: ['string', 'number'],
        ...(unit?.includes('UNLIMITED') ? {} : { pattern: DECIMAL }),
        description,
        examples,
      }
    case 'texts':
      return { type: 'array', maxItems: most, items: { type: 'string', enum: values }, description, examples }
    case 'json':
      return { type: 'object', description, examples: [JSON.parse(field.example as string)] }
    case 'numbers':
      return { type: 'array', maxItems: most, items: { type: ['string', 'number'] }, description, examples }
    default:
      return { ...text, ...(values === undefined ? {} : { enum: values }), description, examples }
  }
}

function exampleOf(of: Form): Schema {
  return Object.fromEntries(
    of.fields
      .filter(({ name }) => of.shown.includes(name))
      .map(({ name, kind, example }) => [name, kind === 'json' ? JSON.parse(example as string) : example]),
  )
}
