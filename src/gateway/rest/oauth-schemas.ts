/** The issuer's endpoints in the served document. */
import { FORM_TYPE } from './oauth-form.ts'
import { GRANT_TYPES } from './oauth-token.ts'
import type { Schema } from './openapi.ts'

const said = (description: string) => ({ type: 'string', description })
const CREDENTIALS = {
  client_id: said('Where HTTP Basic is not used.'),
  client_secret: said('Where HTTP Basic is not used. Neither for a certificate or a public client.'),
}
const TOO_LARGE = { 413: error('BODY_TOO_LARGE.'), 415: error('UNSUPPORTED_MEDIA_TYPE.') }

export const TOKEN_SCHEMA = {
  operationId: 'postOauthToken',
  tags: ['Access'],
  summary: 'An access token',
  description:
    'client_credentials for machines, authorization_code and refresh_token for people who have signed in. Credentials by HTTP Basic, each half form-encoded first, or in the form as client_id and client_secret, or by the certificate of the connection, with client_id in the form. `scope` asks for fewer duties than there are. A refresh token is good once: the answer has the next one.',
  security: [],
  consumes: [FORM_TYPE],
  body: form(['grant_type'], {
    grant_type: { type: 'string', enum: GRANT_TYPES, description: 'The grant.' },
    scope: said('Duties between blanks; all where not given.'),
    ...CREDENTIALS,
    code: said('Of authorization_code.'),
    redirect_uri: said('Of authorization_code, as in its request.'),
    code_verifier: said('Of authorization_code (RFC 7636).'),
    refresh_token: said('Of refresh_token.'),
  }),
  response: {
    200: { description: 'The token.', content: json(schemaOf('Token')) },
    400: refusal('invalid_request, invalid_grant, unauthorized_client, unsupported_grant_type or invalid_scope.'),
    401: refusal('invalid_client: id or secret is wrong, or the certificate is another.'),
    ...TOO_LARGE,
    503: refusal('temporarily_unavailable: too many people are signed in.'),
  },
}

export const REVOKE_SCHEMA = {
  operationId: 'postOauthRevoke',
  tags: ['Access'],
  summary: 'Give a token back',
  description:
    'RFC 7009, by the client that the token was given to: an access token, or a refresh token, with which the whole sign-in ends. A token that is not good any more is answered the same.',
  security: [],
  consumes: [FORM_TYPE],
  body: form(['token'], { token: said('The token.'), token_type_hint: said('Not needed.'), ...CREDENTIALS }),
  response: {
    200: { description: 'It is refused from now on.', content: json({ type: 'object' }) },
    400: refusal('invalid_request or unauthorized_client.'),
    401: refusal('invalid_client: id or secret is wrong.'),
    ...TOO_LARGE,
    503: refusal('temporarily_unavailable: the client has given too many back; this one runs out by itself.'),
  },
}

const PARAMETERS = {
  type: 'object',
  properties: {
    response_type: said('code.'),
    client_id: said('A public client.'),
    redirect_uri: said('One that it is registered with, to the letter.'),
    scope: said('Duties between blanks; all of the client where not given.'),
    state: said('Comes back as it is.'),
    code_challenge: said('SHA-256 of the verifier, base64url.'),
    code_challenge_method: said('S256.'),
  },
}

export const SIGN_IN_PAGE_SCHEMA = {
  operationId: 'getOauthAuthorize',
  tags: ['Access'],
  summary: 'Where people sign in',
  description:
    'The authorization endpoint of RFC 6749, with PKCE (RFC 7636): a page where a person signs a challenge with their own key. What is wrong in a request of a known client goes back to it, by 303.',
  security: [],
  querystring: PARAMETERS,
  response: {
    200: { description: 'HTML.', content: { 'text/html': { schema: { type: 'string', description: 'The page.' } } } },
    400: refusal('invalid_request: client or redirect_uri is not known, or a word stands twice.'),
  },
}

export const SIGN_IN_SCHEMA = {
  operationId: 'postOauthAuthorize',
  tags: ['Access'],
  summary: 'What the sign-in page sends',
  description:
    'With the query of the page. Not for programs: asked by the page alone, which then goes to the address in the answer.',
  security: [],
  consumes: [FORM_TYPE],
  querystring: PARAMETERS,
  body: form(['challenge', 'proof'], { challenge: said('Of the page.'), proof: said('The challenge, signed.') }),
  response: {
    200: {
      description: 'Where to go.',
      content: json({
        type: 'object',
        required: ['redirect'],
        properties: { redirect: said('redirect_uri with code, state and iss.') },
      }),
    },
    400: refusal('invalid_request.'),
    403: refusal('access_denied: not signed by a person whom the gate knows, or not asked by the page.'),
    ...TOO_LARGE,
    503: refusal('temporarily_unavailable.'),
  },
}

export function schemaOf(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}

export function error(description: string): Schema {
  return { description, content: json(schemaOf('Error')) }
}

function json(schema: Schema): Schema {
  return { 'application/json': { schema } }
}

function form(required: readonly string[], properties: Schema): Schema {
  return { content: { [FORM_TYPE]: { schema: { type: 'object', required, properties } } } }
}

function refusal(description: string): Schema {
  const properties = { error: said('Code of RFC 6749.'), error_description: said('In words.') }
  return { description, content: json({ type: 'object', required: ['error'], properties }) }
}
