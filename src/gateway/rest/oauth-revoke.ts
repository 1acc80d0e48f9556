/**
 * The revocation endpoint (RFC 7009): whoever holds a token gives it back. Of a refresh token the whole sign-in ends, its
 * access tokens with it; streams that run on what was given back end within a second.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { machineOf, publicClientOf } from './oauth-clients.ts'
import { formOf, OauthRefusal, type OauthServices, refuseForm } from './oauth-form.ts'

/** Longer than a token is looked at behind its end, for a cancel. */
const LATE_MS = 10 * 60_000

export async function revokeToken(services: OauthServices, request: FastifyRequest, reply: FastifyReply) {
  const refusal = await revoked(services, request)
  if (refusal !== undefined) return refuseForm(services, request, reply, refusal)
  services.metrics.count('tokens_revoked_total')
  return reply.header('cache-control', 'no-store').send({})
}

async function revoked(services: OauthServices, request: FastifyRequest): Promise<OauthRefusal | undefined> {
  const form = formOf(request.body)
  if (form === undefined) return new OauthRefusal('invalid_request', 'A field is missing its value, or stands twice.')
  const token = form.get('token')
  if (token === undefined) return new OauthRefusal('invalid_request', 'token is missing.')
  const holder = holderOf(services, request, form)
  if (holder instanceof OauthRefusal) return holder
  const { signIns } = services.desk
  const signIn = signIns.of(token)
  if (signIn !== undefined) {
    if (signIn.clientID === holder) await signIns.end(signIn.id)
    return undefined
  }
  const grant = await services.verifier.verify(token)
  // RFC 7009 §2.2: a token that is not good is as good as revoked, and another client's is no business of this one.
  if (typeof grant === 'string' || (grant.via ?? grant.clientID) !== holder) return undefined
  const isKept = await services.revoked.revoke(grant, grant.expiresMs + LATE_MS)
  return isKept
    ? undefined
    : new OauthRefusal('temporarily_unavailable', 'Too many tokens were given back: this one runs out by itself.')
}

/** The client that asks: it has proved itself, or is one that cannot. */
function holderOf(
  services: OauthServices,
  request: FastifyRequest,
  form: ReadonlyMap<string, string>,
): string | OauthRefusal {
  if (services.clients.publicClient(form.get('client_id') ?? '') !== undefined) {
    const client = publicClientOf(services, request, form)
    return client instanceof OauthRefusal ? client : client.clientID
  }
  const machine = machineOf(services, request, form)
  return machine instanceof OauthRefusal ? machine : machine.client.clientID
}
