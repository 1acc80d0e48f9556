/** The token endpoint: client credentials for machines, code and refresh token for people who have signed in. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { scopeOf } from '../../auth/duties.ts'
import type { Refreshed, SignIn } from '../../auth/sign-ins.ts'
import { machineOf, publicClientOf } from './oauth-clients.ts'
import { dutiesAsked, formOf, OauthRefusal, type OauthServices, refuseForm } from './oauth-form.ts'

/** An answer of RFC 6749 §5.1. */
interface Granted {
  readonly access_token: string
  readonly expires_in: number
  readonly scope: string
  readonly refresh_token?: string
}

type Form = ReadonlyMap<string, string>

/** Every reason why a code or a refresh token is not good is told as the same: whoever guesses learns nothing. */
const NOT_GOOD = new OauthRefusal('invalid_grant', 'The code or token is not good, or not of this client.', true)
const BAD_SCOPE = new OauthRefusal('invalid_scope', 'The scope holds a word that is no duty of this client or sign-in.')
const NO_ROOM = new OauthRefusal('temporarily_unavailable', 'Too many people are signed in.')

const GRANTS: Readonly<
  Record<string, (services: OauthServices, request: FastifyRequest, form: Form) => Promise<Granted | OauthRefusal>>
> = {
  client_credentials: forMachine,
  authorization_code: byCode,
  refresh_token: byRefreshToken,
}
export const GRANT_TYPES = Object.keys(GRANTS)

export async function grantToken(services: OauthServices, request: FastifyRequest, reply: FastifyReply) {
  const granted = await askedFor(services, request)
  if (granted instanceof OauthRefusal) return refuseForm(services, request, reply, granted)
  services.metrics.count('tokens_granted_total')
  return reply
    .header('cache-control', 'no-store')
    .header('pragma', 'no-cache')
    .send({ token_type: 'Bearer', ...granted })
}

async function askedFor(services: OauthServices, request: FastifyRequest): Promise<Granted | OauthRefusal> {
  const form = formOf(request.body)
  if (form === undefined) return new OauthRefusal('invalid_request', 'A field is missing its value, or stands twice.')
  const grantType = form.get('grant_type')
  if (grantType === undefined) return new OauthRefusal('invalid_request', 'grant_type is missing.')
  const grant = Object.hasOwn(GRANTS, grantType) ? GRANTS[grantType] : undefined
  if (grant === undefined) return new OauthRefusal('unsupported_grant_type', `Only ${GRANT_TYPES.join(', ')}.`)
  return grant(services, request, form)
}

async function forMachine(
  services: OauthServices,
  request: FastifyRequest,
  form: Form,
): Promise<Granted | OauthRefusal> {
  const machine = machineOf(services, request, form)
  if (machine instanceof OauthRefusal) return machine
  const { client, certificate } = machine
  const duties = dutiesAsked(form.get('scope'), client.duties)
  if (duties === undefined) return BAD_SCOPE
  const { issuer } = services
  return {
    access_token: await issuer.issue(client, duties, certificate),
    ...{ expires_in: issuer.lifeSeconds, scope: scopeOf(duties) },
  }
}

async function byCode(services: OauthServices, request: FastifyRequest, form: Form): Promise<Granted | OauthRefusal> {
  const { codes, signIns } = services.desk
  const client = publicClientOf(services, request, form)
  if (client instanceof OauthRefusal) return client
  const fields = ['code', 'redirect_uri', 'code_verifier'].map((name) => form.get(name))
  const [code, redirectURI, verifier] = fields
  if (code === undefined || redirectURI === undefined || verifier === undefined) {
    return new OauthRefusal('invalid_request', 'code, redirect_uri and code_verifier are needed.')
  }
  const found = codes.take(code, client.clientID, redirectURI, verifier)
  if (found === undefined) {
    // A code that comes again is in two hands: what the first one got is taken back.
    const begun = signIns.begunBy(code)
    if (begun !== undefined) await signIns.end(begun.id)
    return NOT_GOOD
  }
  if (isBarred(services, found)) return NOT_GOOD
  const { clientID, person, keyID, duties } = found
  const begun = await signIns.begin({ clientID, person, keyID, duties }, code)
  return begun === undefined ? NO_ROOM : signedIn(services, begun, duties)
}

async function byRefreshToken(
  services: OauthServices,
  request: FastifyRequest,
  form: Form,
): Promise<Granted | OauthRefusal> {
  const { signIns } = services.desk
  const client = publicClientOf(services, request, form)
  if (client instanceof OauthRefusal) return client
  const token = form.get('refresh_token')
  if (token === undefined) return new OauthRefusal('invalid_request', 'refresh_token is missing.')
  const known = signIns.of(token)
  const duties = dutiesAsked(form.get('scope'), known?.duties ?? 0)
  if (known !== undefined && known.clientID === client.clientID && duties === undefined) return BAD_SCOPE
  if (known !== undefined && isBarred(services, known)) {
    await signIns.end(known.id)
    return NOT_GOOD
  }
  const refreshed = await signIns.refresh(token, client.clientID)
  return refreshed === undefined || duties === undefined ? NOT_GOOD : signedIn(services, refreshed, duties)
}

/** True where the person has another key by now, or is denied. */
function isBarred(
  { desk, deny }: OauthServices,
  { person, clientID, keyID }: Pick<SignIn, 'person' | 'clientID' | 'keyID'>,
): boolean {
  if (desk.people.named(person)?.kid !== keyID) return true
  return deny.isDenied({ subject: person, clientID: person, via: clientID })
}

async function signedIn(
  { issuer }: OauthServices,
  { signIn, refreshToken }: Refreshed,
  duties: number,
): Promise<Granted> {
  const { id, clientID, person, endsMs } = signIn
  const of = { subject: person, clientID, kind: 'person', duties, signIn: id, untilMs: endsMs } as const
  return {
    access_token: await issuer.issueTo(of),
    ...{ expires_in: issuer.lifeOf(endsMs), scope: scopeOf(duties), refresh_token: refreshToken },
  }
}
