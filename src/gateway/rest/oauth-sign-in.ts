/**
 * The authorization endpoint (RFC 6749 §4.1, RFC 9700): a page where a person signs a challenge with their own key, and a
 * code for the program that sent them there. Nothing is remembered in the browser: no cookie, so nothing that another site
 * could use without the person.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { PublicClient } from '../../auth/client-store.ts'
import { scopeOf } from '../../auth/duties.ts'
import { verifyProof } from '../../auth/sign-in-proof.ts'
import { dutiesAsked, fieldsOf, formOf, OauthRefusal, type OauthServices, refuseForm } from './oauth-form.ts'
import { escaped, HTML_TYPE, type Page } from './page.ts'

/** A request of a program for a code, checked. */
interface Wanted {
  readonly client: PublicClient
  readonly redirectURI: string
  readonly state: string | undefined
  /** Bit set: what the program asks for and may have; the person may have less. */
  readonly duties: number
  readonly challenge: string
}

/** Why the person is sent back, as RFC 6749 §4.1.2.1 names it. */
interface SentBack {
  readonly client: PublicClient
  readonly redirectURI: string
  readonly state: string | undefined
  readonly error: string
  readonly description: string
}

const STATE_CHARS = 512
/** SHA-256, base64url. */
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/
const KNOWN = ['client_id', 'redirect_uri', 'state', 'scope', 'code_challenge'] as const

/** GET: the page; or back to the program with what is wrong; or, where it is not known whose request it is, nowhere. */
export function showSignIn(services: OauthServices, page: Page, request: FastifyRequest, reply: FastifyReply) {
  const query = queryOf(request)
  const wanted = wantedOf(services, query)
  if (wanted instanceof OauthRefusal) return refuseForm(services, request, reply, wanted)
  if ('error' in wanted) {
    const { error, description } = wanted
    const to = backTo(services, wanted, { error, error_description: description })
    return reply.code(303).header('location', to).header('cache-control', 'no-store').send({ error })
  }
  const { client, duties, redirectURI } = wanted
  const texts: Readonly<Record<string, string>> = {
    client: client.clientID,
    host: new URL(redirectURI).host,
    duties: scopeOf(duties),
    challenge: services.desk.challenges.make(canonical(query as Map<string, string>)),
  }
  const text = page.text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => escaped(texts[name] ?? ''))
  return reply.headers(page.headers).type(HTML_TYPE).send(text)
}

/** POST of the page: the person's proof against a code, told as the address to go to. */
export async function signIn(services: OauthServices, request: FastifyRequest, reply: FastifyReply) {
  const to = await signedIn(services, request)
  if (to instanceof OauthRefusal) return refuseForm(services, request, reply, to)
  services.metrics.count('sign_ins_total')
  return reply.header('cache-control', 'no-store').send({ redirect: to })
}

async function signedIn(services: OauthServices, request: FastifyRequest): Promise<string | OauthRefusal> {
  if (!isOwnPage(request)) return new OauthRefusal('access_denied', 'This is asked by the sign-in page alone.')
  const form = formOf(request.body)
  const proof = form?.get('proof')
  const challenge = form?.get('challenge')
  if (form === undefined || proof === undefined || challenge === undefined) {
    return new OauthRefusal('invalid_request', 'proof and challenge are needed, each once.')
  }
  const query = queryOf(request)
  const wanted = wantedOf(services, query)
  if (wanted instanceof OauthRefusal) return wanted
  if ('error' in wanted) return new OauthRefusal('invalid_request', wanted.description)
  const { challenges, people, codes } = services.desk
  const fault = challenges.faultOf(challenge, canonical(query as Map<string, string>))
  if (fault !== undefined) return new OauthRefusal('invalid_request', `${fault}: load the page again.`)
  const person = await verifyProof(proof, challenge, (kid) => people.withKey(kid))
  if (person === undefined) {
    return new OauthRefusal(
      'access_denied',
      'This is not signed, for this page, with the key of a person whom the gate knows.',
      true,
    )
  }
  const { client, redirectURI, challenge: pkce } = wanted
  // Of two that show the same proof at once the second one finds it used.
  if (!challenges.use(challenge, person.name)) {
    return new OauthRefusal('temporarily_unavailable', 'The proof was used, or this person has signed in too often.')
  }
  const denied = { subject: person.name, clientID: person.name, via: client.clientID }
  const duties = wanted.duties & person.duties
  if (services.deny.isDenied(denied) || duties === 0) {
    const description = 'The person may do nothing of this here.'
    return backTo(services, wanted, { error: 'access_denied', error_description: description })
  }
  const { clientID } = client
  const code = codes.make({ clientID, redirectURI, challenge: pkce, person: person.name, keyID: person.kid, duties })
  if (code === undefined) return new OauthRefusal('temporarily_unavailable', 'Too many people sign in.')
  return backTo(services, wanted, { code })
}

/** A page of another site cannot send this; nor can it be framed. */
function isOwnPage({ headers }: FastifyRequest): boolean {
  const { origin, host } = headers
  if (origin === undefined || !URL.canParse(origin) || new URL(origin).host !== host) return false
  const site = headers['sec-fetch-site']
  return site === undefined || site === 'same-origin'
}

function queryOf(request: FastifyRequest): Map<string, string> | undefined {
  const { url = '' } = request.raw
  const at = url.indexOf('?')
  return fieldsOf(at < 0 ? '' : url.slice(at + 1))
}

/** The words of a request that its challenge is for. */
function canonical(query: ReadonlyMap<string, string>): string {
  return JSON.stringify(KNOWN.map((name) => query.get(name) ?? ''))
}

/** What is asked for. Until client and redirect URI are known to belong together nobody is sent anywhere. */
function wantedOf(
  { clients }: OauthServices,
  query: Map<string, string> | undefined,
): Wanted | SentBack | OauthRefusal {
  if (query === undefined) return new OauthRefusal('invalid_request', 'A word stands twice.')
  const client = clients.publicClient(query.get('client_id') ?? '')
  if (client === undefined) return new OauthRefusal('invalid_request', 'People sign in through no client of this name.')
  const redirectURI = query.get('redirect_uri') ?? ''
  if (!client.redirectURIs.includes(redirectURI)) {
    return new OauthRefusal('invalid_request', 'redirect_uri is none of those that the client is registered with.')
  }
  const state = query.get('state')
  if ((state ?? '').length > STATE_CHARS)
    return new OauthRefusal('invalid_request', `state has at most ${STATE_CHARS} characters.`)
  const back = (error: string, description: string): SentBack => ({ client, redirectURI, state, error, description })
  for (const name of ['request', 'request_uri']) {
    if (query.has(name)) return back(`${name}_not_supported`, `${name} is not supported.`)
  }
  if (query.get('response_type') !== 'code') return back('unsupported_response_type', 'response_type is code.')
  if ((query.get('response_mode') ?? 'query') !== 'query') return back('invalid_request', 'response_mode is query.')
  const challenge = query.get('code_challenge') ?? ''
  if (query.get('code_challenge_method') !== 'S256' || !CHALLENGE.test(challenge)) {
    return back('invalid_request', 'PKCE is needed: code_challenge, with the code_challenge_method S256.')
  }
  const duties = dutiesAsked(query.get('scope'), client.duties)
  if (duties === undefined) return back('invalid_scope', 'The scope holds a word that is no duty of this client.')
  return { client, redirectURI, state, duties, challenge }
}

/** Where the browser goes next; `iss` says who answers (RFC 9207). */
function backTo(
  { issuer }: OauthServices,
  { redirectURI, state }: Wanted | SentBack,
  answer: Readonly<Record<string, string>>,
): string {
  const to = new URL(redirectURI)
  const words = { ...answer, ...(state === undefined ? {} : { state }), iss: issuer.issuer }
  for (const [name, value] of Object.entries(words)) to.searchParams.append(name, value)
  return to.href
}
