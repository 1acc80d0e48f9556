/**
 * The embedded issuer over HTTP: client credentials for tokens (RFC 6749 §4.4), keys (RFC 7517) and metadata (RFC 8414).
 * Nothing of a request or an answer here is ever logged.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ClientStore } from '../../auth/client-store.ts'
import { scopeOf } from '../../auth/duties.ts'
import type { Issuer } from '../../auth/issuer.ts'
import { DUTIES } from '../../model/vocabulary.ts'
import type { Metrics } from '../metrics.ts'
import type { Schema } from './openapi.ts'

export interface OauthServices {
  readonly issuer: Issuer
  readonly clients: ClientStore
  readonly metrics: Metrics
}

const FORM_TYPE = 'application/x-www-form-urlencoded'
const BODY_BYTES = 4096

/** Codes of RFC 6749 §5.2. */
type OauthError = 'invalid_request' | 'invalid_client' | 'unsupported_grant_type' | 'invalid_scope'

const STATUS: Readonly<Record<OauthError, number>> = {
  invalid_request: 400,
  invalid_client: 401,
  unsupported_grant_type: 400,
  invalid_scope: 400,
}

const TOKEN_SCHEMA = {
  operationId: 'postOauthToken',
  tags: ['Access'],
  summary: 'An access token by client credentials',
  description:
    'Credentials by HTTP Basic, each half form-encoded first, or in the form as client_id and client_secret. `scope` asks for fewer duties than the client has.',
  security: [],
  consumes: [FORM_TYPE],
  body: {
    content: {
      [FORM_TYPE]: {
        schema: {
          type: 'object',
          required: ['grant_type'],
          properties: {
            grant_type: { type: 'string', enum: ['client_credentials'], description: 'The only grant.' },
            scope: { type: 'string', description: 'Duties between blanks; all of the client where not given.' },
            client_id: { type: 'string', description: 'Where HTTP Basic is not used.' },
            client_secret: { type: 'string', description: 'Where HTTP Basic is not used.' },
          },
        },
      },
    },
  },
  response: {
    200: { description: 'The token.', content: { 'application/json': { schema: schemaOf('Token') } } },
    400: oauthResponse('invalid_request, unsupported_grant_type or invalid_scope.'),
    401: oauthResponse('invalid_client: id or secret is wrong.'),
    413: { description: 'BODY_TOO_LARGE.', content: { 'application/json': { schema: schemaOf('Error') } } },
    415: { description: 'UNSUPPORTED_MEDIA_TYPE.', content: { 'application/json': { schema: schemaOf('Error') } } },
  },
}

function schemaOf(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}

function oauthResponse(description: string): Schema {
  const schema = {
    type: 'object',
    required: ['error'],
    properties: {
      error: { type: 'string', description: 'Code of RFC 6749.' },
      error_description: { type: 'string', description: 'In words.' },
    },
  }
  return { description, content: { 'application/json': { schema } } }
}

export function mountOauth(app: FastifyInstance, services: OauthServices): void {
  const { issuer } = services
  app.route({
    method: 'POST',
    url: '/oauth/token',
    schema: TOKEN_SCHEMA,
    bodyLimit: BODY_BYTES,
    handler: async (request, reply) => grantToken(services, request, reply),
  })
  const open = (url: string, name: string, summary: string, answer: () => object) =>
    app.route({
      method: 'GET',
      url,
      schema: {
        operationId: `get${name}`,
        tags: ['Access'],
        summary,
        description: `${summary}. Public.`,
        security: [],
        response: {
          200: { description: summary, content: { 'application/json': { schema: schemaOf(name) } } },
          503: { description: 'NOT_READY.', content: { 'application/json': { schema: schemaOf('Error') } } },
        },
      },
      handler: async (_request, reply) => reply.header('cache-control', 'public, max-age=300').send(answer()),
    })
  open('/.well-known/jwks.json', 'Keys', 'Public keys of the issuer', () => issuer.jwks)
  open('/.well-known/oauth-authorization-server', 'Issuer', 'Metadata of the issuer', () => ({
    issuer: issuer.issuer,
    token_endpoint: `${issuer.issuer}/oauth/token`,
    jwks_uri: `${issuer.issuer}/.well-known/jwks.json`,
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    scopes_supported: DUTIES,
  }))
}

async function grantToken({ issuer, clients, metrics }: OauthServices, request: FastifyRequest, reply: FastifyReply) {
  const refuse = (error: OauthError, description: string) => {
    metrics.count('tokens_refused_total', `error="${error}"`)
    if (error === 'invalid_client') reply.header('www-authenticate', 'Basic realm="portcullis", charset="UTF-8"')
    return reply.code(STATUS[error]).header('cache-control', 'no-store').send({ error, error_description: description })
  }
  const form = formOf(request.body)
  if (form === undefined) return refuse('invalid_request', 'A field is missing its value, or stands twice.')
  const credentials = credentialsOf(request.headers.authorization, form)
  if (typeof credentials === 'string') return refuse('invalid_request', credentials)
  const grantType = form.get('grant_type')
  if (grantType === undefined) return refuse('invalid_request', 'grant_type is missing.')
  if (grantType !== 'client_credentials') return refuse('unsupported_grant_type', 'Only client_credentials.')
  const client = clients.authenticate(credentials.id, credentials.secret)
  if (client === undefined) return refuse('invalid_client', 'Client or secret is wrong.')
  const duties = dutiesAsked(form.get('scope'), client.duties)
  if (duties === undefined) return refuse('invalid_scope', 'The scope holds a word that is no duty of this client.')
  metrics.count('tokens_granted_total')
  const token = await issuer.issue(client, duties)
  return reply
    .header('cache-control', 'no-store')
    .header('pragma', 'no-cache')
    .send({
      access_token: token,
      token_type: 'Bearer',
      expires_in: issuer.lifeSeconds,
      scope: scopeOf(duties),
    })
}

/** Fields of a form, each once; undefined where one stands twice (RFC 6749 §3.2). */
function formOf(body: unknown): Map<string, string> | undefined {
  const fields = new Map<string, string>()
  if (!(body instanceof Buffer)) return fields
  for (const [key, value] of new URLSearchParams(body.toString('utf8'))) {
    if (fields.has(key)) return undefined
    // An empty value is as if the field were not there.
    if (value !== '') fields.set(key, value)
  }
  return fields
}

/** Id and secret, by one way only; else what is wrong. */
function credentialsOf(
  header: string | undefined,
  form: ReadonlyMap<string, string>,
): { readonly id: string; readonly secret: string } | string {
  const id = form.get('client_id')
  const secret = form.get('client_secret')
  if (header === undefined) {
    return id === undefined || secret === undefined ? 'Credentials are missing.' : { id, secret }
  }
  if (secret !== undefined) return 'Credentials stand in header and form.'
  const basic = /^basic ([A-Za-z0-9+/]+=*)$/i.exec(header)?.[1]
  const [, first, second] = /^([^:]*):(.*)$/s.exec(Buffer.from(basic ?? '', 'base64').toString('utf8')) ?? []
  if (first === undefined || second === undefined) return 'The authorization header is no Basic credentials.'
  const decoded = { id: formDecoded(first), secret: formDecoded(second) }
  return id !== undefined && id !== decoded.id ? 'client_id is another than that of the header.' : decoded
}

/** RFC 6749 §2.3.1: each half is form-encoded before they are joined. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/** Bits of the duties that are asked for; undefined where the client does not have them all. */
function dutiesAsked(scope: string | undefined, held: number): number | undefined {
  if (scope === undefined) return held
  let bits = 0
  for (const word of scope.split(' ').filter((part) => part !== '')) {
    const at = (DUTIES as readonly string[]).indexOf(word)
    if (at < 0 || (held & (1 << at)) === 0) return undefined
    bits |= 1 << at
  }
  return bits
}
