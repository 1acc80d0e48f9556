/**
 * The embedded issuer over HTTP: tokens (RFC 6749), people's sign-in (RFC 7636), revocation (RFC 7009), keys (RFC 7517)
 * and metadata (RFC 8414). Nothing of a request or an answer here is ever logged.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DUTIES } from '../../model/vocabulary.ts'
import { tell } from '../log-events.ts'
import { FORM_BYTES, OauthRefusal, type OauthServices, refuseForm } from './oauth-form.ts'
import { revokeToken } from './oauth-revoke.ts'
import { error, REVOKE_SCHEMA, SIGN_IN_PAGE_SCHEMA, SIGN_IN_SCHEMA, schemaOf, TOKEN_SCHEMA } from './oauth-schemas.ts'
import { showSignIn, signIn } from './oauth-sign-in.ts'
import { GRANT_TYPES, grantToken } from './oauth-token.ts'
import type { Schema } from './openapi.ts'
import { readPage } from './page.ts'

/** Its paths, with the methods that they have. */
export const OAUTH_METHODS: readonly (readonly [url: string, methods: readonly string[]])[] = [
  ['/oauth/token', ['POST']],
  ['/oauth/revoke', ['POST']],
  ['/oauth/authorize', ['GET', 'POST']],
  ['/.well-known/jwks.json', ['GET']],
  ['/.well-known/oauth-authorization-server', ['GET']],
]

type Handler = (services: OauthServices, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

export function mountOauth(app: FastifyInstance, services: OauthServices): void {
  const { issuer } = services
  const page = readPage('sign-in-page.html')
  const post = (url: string, schema: Schema, answer: Handler) =>
    app.route({
      method: 'POST',
      url,
      schema,
      bodyLimit: FORM_BYTES,
      handler: (request, reply) =>
        answer(services, request, reply).catch((cause) => notKept(services, request, reply, cause)),
    })
  post('/oauth/token', TOKEN_SCHEMA, grantToken)
  post('/oauth/revoke', REVOKE_SCHEMA, revokeToken)
  post('/oauth/authorize', SIGN_IN_SCHEMA, signIn)
  app.route({
    method: 'GET',
    url: '/oauth/authorize',
    schema: SIGN_IN_PAGE_SCHEMA,
    handler: (request, reply) => showSignIn(services, page, request, reply),
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
          503: error('NOT_READY.'),
        },
      },
      handler: async (_request, reply) => reply.header('cache-control', 'public, max-age=300').send(answer()),
    })
  open('/.well-known/jwks.json', 'Keys', 'Public keys of the issuer', () => issuer.jwks)
  open('/.well-known/oauth-authorization-server', 'Issuer', 'Metadata of the issuer', () => metadata(issuer.issuer))
}

function metadata(issuer: string): object {
  const methods = ['client_secret_basic', 'client_secret_post', 'tls_client_auth', 'none']
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    grant_types_supported: GRANT_TYPES,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    tls_client_certificate_bound_access_tokens: true,
    token_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_methods_supported: methods,
    scopes_supported: DUTIES,
  }
}

/** Only a file that cannot be written gets here: nothing is given that a restart would not know of. */
function notKept(
  services: OauthServices,
  request: FastifyRequest,
  reply: FastifyReply,
  cause: unknown,
): Promise<FastifyReply> {
  tell(services.logger, 'sign-ins.not-kept', { err: cause })
  return refuseForm(
    services,
    request,
    reply,
    new OauthRefusal('temporarily_unavailable', 'The gate cannot keep this now.'),
  )
}
