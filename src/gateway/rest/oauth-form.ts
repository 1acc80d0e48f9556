/** Forms and answers of the issuer's endpoints, as RFC 6749 has them. Nothing of either is ever logged. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ClientStore } from '../../auth/client-store.ts'
import type { DenyList } from '../../auth/deny-list.ts'
import type { Issuer } from '../../auth/issuer.ts'
import type { SignInDesk } from '../../auth/open-auth.ts'
import type { RevokedTokens } from '../../auth/revoked-tokens.ts'
import type { TokenVerifier } from '../../auth/token-verifier.ts'
import { DUTIES } from '../../model/vocabulary.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import { label } from '../observe/metric-table.ts'
import type { Tries } from '../tries.ts'

export interface OauthServices {
  readonly issuer: Issuer
  readonly clients: ClientStore
  readonly verifier: TokenVerifier
  readonly deny: DenyList
  readonly revoked: RevokedTokens
  readonly desk: SignInDesk
  readonly metrics: Metrics
  readonly tries: Tries
  readonly logger: Logger
}

export const FORM_TYPE = 'application/x-www-form-urlencoded'
export const FORM_BYTES = 8_192

/** Paths that take a form; each is mounted on both listeners. */
export const FORM_PATHS: readonly string[] = ['/oauth/token', '/oauth/revoke', '/oauth/authorize']

/** Codes of RFC 6749 §5.2, RFC 7009 §2.2 and of the sign-in page. */
export type OauthError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'access_denied'
  | 'temporarily_unavailable'

const STATUS: Readonly<Record<OauthError, number>> = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  access_denied: 403,
  temporarily_unavailable: 503,
}

const RETRY_SECONDS = '5'

/** Why an endpoint of the issuer does not give what it was asked for. */
export class OauthRefusal {
  readonly error: OauthError
  readonly description: string
  /** Something that was guessed, or stolen: counted against the address. */
  readonly isWrong: boolean

  constructor(error: OauthError, description: string, isWrong = false) {
    this.error = error
    this.description = description
    this.isWrong = isWrong
  }
}

/** Answers with an error; what was guessed may wait for it, and end its connection. */
export async function refuseForm(
  { metrics, tries }: OauthServices,
  request: FastifyRequest,
  reply: FastifyReply,
  { error, description, isWrong }: OauthRefusal,
): Promise<FastifyReply> {
  metrics.count('tokens_refused_total', label('error', error))
  if (isWrong && (await tries.wrong(request.socket.remoteAddress))) reply.header('connection', 'close')
  if (error === 'invalid_client') reply.header('www-authenticate', 'Basic realm="portcullis", charset="UTF-8"')
  if (error === 'temporarily_unavailable') reply.header('retry-after', RETRY_SECONDS)
  return reply.code(STATUS[error]).header('cache-control', 'no-store').send({ error, error_description: description })
}

/** Fields of a form, each once; undefined where one stands twice (RFC 6749 §3.2). */
export function formOf(body: unknown): Map<string, string> | undefined {
  return body instanceof Buffer ? fieldsOf(body.toString('utf8')) : new Map()
}

export function fieldsOf(text: string): Map<string, string> | undefined {
  const fields = new Map<string, string>()
  for (const [key, value] of new URLSearchParams(text)) {
    if (fields.has(key)) return undefined
    // An empty value is as if the field were not there.
    if (value !== '') fields.set(key, value)
  }
  return fields
}

/** Bits of the duties that are asked for, all where none are; undefined where not all of them may be had. */
export function dutiesAsked(scope: string | undefined, held: number): number | undefined {
  if (scope === undefined) return held
  let bits = 0
  for (const word of scope.split(' ').filter((part) => part !== '')) {
    const at = (DUTIES as readonly string[]).indexOf(word)
    if (at < 0 || (held & (1 << at)) === 0) return undefined
    bits |= 1 << at
  }
  return bits
}
