/** Which client asks the issuer: by its secret, by the certificate of its connection, or, where it has neither, by name. */
import type { FastifyRequest } from 'fastify'
import type { ClientRow, PublicClient } from '../../auth/client-store.ts'
import { certificateOf } from '../tls.ts'
import { OauthRefusal, type OauthServices } from './oauth-form.ts'

/** A machine that has proved itself. */
export interface Machine {
  readonly client: ClientRow
  /** Thumbprint that its tokens are bound to; undefined where it has proved itself by a secret. */
  readonly certificate: string | undefined
}

const WRONG = new OauthRefusal('invalid_client', 'Client or secret is wrong.', true)

/** The machine that asks, or why it is none. */
export function machineOf(
  { clients }: OauthServices,
  request: FastifyRequest,
  form: ReadonlyMap<string, string>,
): Machine | OauthRefusal {
  const { authorization } = request.headers
  const clientID = form.get('client_id')
  if (authorization === undefined && clientID !== undefined && !form.has('client_secret')) {
    const shown = certificateOf(request.socket)
    if (shown === undefined) return new OauthRefusal('invalid_request', 'Credentials are missing.')
    const client = clients.authenticateCertificate(clientID, shown)
    if (client !== undefined) return { client, certificate: shown.thumbprint }
    return new OauthRefusal('invalid_client', 'The client is not registered with this certificate.', true)
  }
  const credentials = credentialsOf(authorization, form)
  if (typeof credentials === 'string') return new OauthRefusal('invalid_request', credentials)
  const client = clients.authenticate(credentials.id, credentials.secret)
  return client === undefined ? WRONG : { client, certificate: undefined }
}

/** The program that a person signs in through, which proves nothing; or why it is none. */
export function publicClientOf(
  { clients }: OauthServices,
  request: FastifyRequest,
  form: ReadonlyMap<string, string>,
): PublicClient | OauthRefusal {
  if (request.headers.authorization !== undefined || form.has('client_secret')) {
    return new OauthRefusal(
      'unauthorized_client',
      'Only programs that people sign in through have this grant; they have no secret.',
    )
  }
  const clientID = form.get('client_id')
  if (clientID === undefined) return new OauthRefusal('invalid_request', 'client_id is missing.')
  const client = clients.publicClient(clientID)
  return client ?? new OauthRefusal('invalid_client', 'People sign in through no client of this name.', true)
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
