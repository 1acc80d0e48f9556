/**
 * An OpenID Connect issuer that is none of ours: npm's oidc-provider at a real socket, with machines by client credentials
 * and people who sign in at its pages. A test turns its keys, stops it, and signs with its keys what it would never issue.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose'

/** What is used of the package, which brings no types. */
interface Provider {
  callback(): RequestListener
  interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
  interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>
  readonly Grant: new (
    of: object,
  ) => {
    addResourceScope(resource: string, scope: string): void
    addOIDCScope(scope: string): void
    save(): Promise<string>
  }
}
interface Interaction {
  readonly prompt: {
    readonly name: string
    readonly details: {
      readonly missingOIDCScope?: string[]
      readonly missingResourceScopes?: Record<string, string[]>
    }
  }
  readonly params: { readonly client_id: string }
  readonly session?: { readonly accountId: string }
}

export const OIDC_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const
export type OidcAlgorithm = (typeof OIDC_ALGORITHMS)[number]

export const OIDC_AUDIENCE = 'https://gate.test/api'
const SECRET = 'a secret of a test'
const CALLBACK = 'https://console.test/back'
const SCOPES = 'kill risk:read orders:write quotes:write'

export class OidcIssuer {
  url = ''
  /** Requests that came, by path. */
  readonly requests: string[] = []
  /** In place of the issuer's own answer to a path. */
  readonly answers = new Map<string, RequestListener>()
  #keys: JWK[] = []
  #port = 0
  #listener: RequestListener = () => {}
  #server = createServer()

  static async start(): Promise<OidcIssuer> {
    const issuer = new OidcIssuer()
    await issuer.resume()
    issuer.url = `http://127.0.0.1:${issuer.#port}`
    await issuer.turnKeys()
    return issuer
  }

  /** Answers again, at the same address. */
  async resume(): Promise<void> {
    this.#server = createServer((request, response) => {
      const path = (request.url ?? '').split('?')[0] as string
      this.requests.push(path)
      const own = this.answers.get(path) ?? this.#listener
      own(request, response)
    })
    await new Promise<void>((settle) => this.#server.listen(this.#port, '127.0.0.1', settle))
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** Is not there. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((settle) => this.#server.close(() => settle()))
    this.#server.closeAllConnections()
    await closed
  }

  /** New keys in place of the old ones, one of each algorithm. */
  async turnKeys(): Promise<void> {
    this.#keys = await Promise.all(
      OIDC_ALGORITHMS.map(async (alg) => {
        const { privateKey } = await generateKeyPair(alg, { extractable: true })
        const kid = `${alg}-${randomBytes(4).toString('hex')}`
        return { ...(await exportJWK(privateKey)), kid, alg, use: 'sig' }
      }),
    )
    await this.#provide()
  }

  keyOf(algorithm: OidcAlgorithm): JWK {
    return this.#keys.find(({ alg }) => alg === algorithm) as JWK
  }

  /** A token of a machine, by client credentials. */
  async machineToken(algorithm: OidcAlgorithm, scope: string): Promise<string> {
    const form = { grant_type: 'client_credentials', client_id: 'ems-1', client_secret: SECRET, scope }
    return this.#token({ ...form, resource: resourceOf(algorithm) })
  }

  /** A token of a person who signs in at the issuer's pages, step by step as a browser does. */
  async personToken(algorithm: OidcAlgorithm, person: string, scope: string): Promise<string> {
    const verifier = randomBytes(32).toString('base64url')
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const cookies = new Map<string, string>()
    const query = new URLSearchParams({
      ...{ client_id: 'console', response_type: 'code', redirect_uri: CALLBACK, scope: `openid ${scope}` },
      ...{ code_challenge: challenge, code_challenge_method: 'S256', resource: resourceOf(algorithm) },
    })
    let at = `${this.url}/auth?${query}`
    while (!at.startsWith(CALLBACK)) {
      const isForm = at.includes('/interaction/')
      const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
      const body = isForm ? { method: 'POST', body: new URLSearchParams({ person }) } : {}
      const answer = await fetch(at, { ...body, headers, redirect: 'manual' })
      for (const cookie of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
        cookies.set(name, value)
      }
      const location = answer.headers.get('location')
      if (location === null) throw new Error(`${at} answers ${answer.status}: ${await answer.text()}`)
      at = new URL(location, this.url).href
    }
    const code = new URL(at).searchParams.get('code')
    if (code === null) throw new Error(`the issuer refused: ${at}`)
    const form = { grant_type: 'authorization_code', client_id: 'console', code, redirect_uri: CALLBACK }
    return this.#token({ ...form, code_verifier: verifier, resource: resourceOf(algorithm) })
  }

  /** Signs whatever it is told with the issuer's own key. */
  async sign(claims: JWTPayload, header: object = {}, algorithm: OidcAlgorithm = 'ES256'): Promise<string> {
    const key = this.keyOf(algorithm)
    return new SignJWT(claims)
      .setProtectedHeader({ alg: algorithm, typ: 'at+jwt', kid: key.kid as string, ...header })
      .sign(await importJWK(key, algorithm))
  }

  async #token(form: Record<string, string>): Promise<string> {
    const answer = await fetch(`${this.url}/token`, { method: 'POST', body: new URLSearchParams(form) })
    const body = (await answer.json()) as { readonly access_token?: string }
    if (body.access_token === undefined) throw new Error(JSON.stringify(body))
    return body.access_token
  }

  async #provide(): Promise<void> {
    // The package says at its import that it wants a newer Node than the gate; what is used of it runs on this one.
    const warn = console.warn
    console.warn = () => {}
    const { Provider } = (await import('oidc-provider' as string)) as {
      Provider: new (url: string, of: object) => Provider
    }
    const provider = new Provider(this.url, {
      jwks: { keys: this.#keys },
      clients: [
        {
          ...{ client_id: 'ems-1', client_secret: SECRET, token_endpoint_auth_method: 'client_secret_post' },
          ...{ grant_types: ['client_credentials'], redirect_uris: [], response_types: [], scope: SCOPES },
        },
        {
          ...{ client_id: 'console', token_endpoint_auth_method: 'none', redirect_uris: [CALLBACK] },
          ...{ grant_types: ['authorization_code'], response_types: ['code'], scope: `openid ${SCOPES}` },
        },
      ],
      scopes: ['openid', ...SCOPES.split(' ')],
      ttl: { AccessToken: 600, ClientCredentials: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
      cookies: { keys: [randomBytes(16).toString('hex')] },
      findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub }) }),
      interactions: { url: (_: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_: unknown, resource: string) => ({
            ...{ scope: SCOPES, audience: OIDC_AUDIENCE, accessTokenFormat: 'jwt', accessTokenTTL: 600 },
            jwt: { sign: { alg: resource.split('/').at(-1) } },
          }),
        },
      },
    })
    console.warn = warn
    const callback = provider.callback()
    this.#listener = (request, response) => {
      if (!request.url?.startsWith('/interaction/')) return callback(request, response)
      answerPage(provider, request, response).catch((error: Error) => response.writeHead(500).end(error.message))
    }
  }
}

/** What a person does at the issuer's pages: says who they are, and then yes to what is asked for. */
async function answerPage(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  const person = new URLSearchParams(Buffer.concat(pieces).toString()).get('person') ?? ''
  const { prompt, params, session } = await provider.interactionDetails(request, response)
  if (prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: person } })
  }
  const grant = new provider.Grant({ accountId: session?.accountId, clientId: params.client_id })
  grant.addOIDCScope((prompt.details.missingOIDCScope ?? []).join(' '))
  for (const [resource, scopes] of Object.entries(prompt.details.missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, scopes.join(' '))
  }
  await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
}

function resourceOf(algorithm: OidcAlgorithm): string {
  return `https://gate.test/api/${algorithm}`
}
