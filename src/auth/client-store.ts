/**
 * Who may ask the embedded issuer for tokens: clients, each with an upper bound of duties and what they prove themselves by.
 * A machine has a secret, which is given once, by the call that makes it, and of which a digest is kept; or a certificate.
 * A public client is a program that people sign in through: it has nothing to prove itself by, and gets nothing but what
 * goes to one of its redirect URIs. People have none of these: they sign with a key.
 *
 * A secret is 256 bits of chance and never chosen by anyone, so one hash of it is as far from being guessed as many: a slow
 * hash would only let strangers use up the gate's time.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { NAME_CHARS } from '../model/bounds.ts'
import { type ClientCertificate, isRegistered, type RegisteredCertificate } from './client-certificate.ts'
import { dutyBits, exclusionOf, scopeBits, scopeOf } from './duties.ts'
import type { SecretFiles } from './secret-files.ts'

export interface ClientRow {
  readonly clientID: string
  /** Bit set of the duties that its tokens may carry. */
  readonly duties: number
  readonly disabled: boolean
}

/** A program that people sign in through. */
export interface PublicClient extends ClientRow {
  /** Where codes go, each compared as a whole. */
  readonly redirectURIs: readonly string[]
}

interface StoredClient {
  readonly clientID: string
  readonly scope: string
  readonly salt: string
  /** HMAC-SHA256 of the secret under the salt; of 256 bits that nobody has where there is no secret. */
  readonly digest: string
  readonly disabled: boolean
  /** Of a public client. */
  readonly redirectURIs?: readonly string[]
  /** In place of a secret. */
  readonly certificate?: RegisteredCertificate
}

const FILE = 'clients.json'
const SECRET_BYTES = 32
const DIGEST_BYTES = 32
const CLIENTS_MAX = 10_000
const NAME = /^[\x21-\x7e]+$/
const REDIRECT_URIS_MAX = 8
const REDIRECT_URI_CHARS = 512
const LOOPBACK_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

export class ClientStore {
  readonly #files: SecretFiles
  #clients: ReadonlyMap<string, StoredClient> = new Map()
  #text: string | undefined
  /** Compared with where the client is not known, so that the time of a refusal does not tell who is. */
  readonly #nobody: StoredClient

  /** @throws Error where a client holds duties that exclude each other: they were given by hand, or by an older gate */
  constructor(files: SecretFiles) {
    this.#files = files
    this.#nobody = { clientID: '', scope: '', ...nobodys(), disabled: true }
    this.read()
  }

  /** Takes up what the file says now. @throws Error where it cannot be read, or may not say that; what was known then stays */
  read(): void {
    const text = this.#files.read(FILE) ?? '[]'
    if (text === this.#text) return
    const stored = JSON.parse(text) as (StoredClient & { readonly kind?: string })[]
    // A client of an older form has no digest: it is not known until it is registered again. People had secrets once.
    const clients = stored.filter(({ digest, kind }) => digest && kind !== 'person')
    for (const { clientID, scope, redirectURIs } of clients) {
      if (redirectURIs === undefined) assertCompatible(clientID, scopeBits(scope))
    }
    this.#clients = new Map(clients.map((client) => [client.clientID, client]))
    this.#text = text
  }

  has(clientID: string): boolean {
    return this.#clients.has(clientID)
  }

  /** True of a machine that proves itself by a secret. */
  hasSecret(clientID: string): boolean {
    const { redirectURIs, certificate } = this.#clients.get(clientID) ?? {}
    return this.has(clientID) && redirectURIs === undefined && certificate === undefined
  }

  /** Duties that the client's tokens may carry at most; undefined where it is not known. */
  dutiesOf(clientID: string): readonly string[] | undefined {
    return this.#clients
      .get(clientID)
      ?.scope.split(' ')
      .filter((word) => word !== '')
  }

  /** Adds a client, or gives a known one a new secret and duties. Returns the secret: the only time it is seen. */
  register(clientID: string, duties: readonly string[]): string {
    const bits = this.#checked(clientID, duties)
    assertCompatible(clientID, bits)
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    this.#put({ clientID, scope: scopeOf(bits), ...digested(secret), disabled: false })
    return secret
  }

  /** Adds a client that proves itself by its certificate, and has no secret. */
  registerCertificate(clientID: string, duties: readonly string[], certificate: RegisteredCertificate): void {
    const bits = this.#checked(clientID, duties)
    assertCompatible(clientID, bits)
    this.#put({ clientID, scope: scopeOf(bits), ...nobodys(), disabled: false, certificate })
  }

  /** Adds a program that people sign in through. Its duties are those that their tokens may carry at most. */
  registerPublic(clientID: string, duties: readonly string[], redirectURIs: readonly string[]): void {
    const bits = this.#checked(clientID, duties)
    if (redirectURIs.length === 0 || redirectURIs.length > REDIRECT_URIS_MAX) {
      throw new RangeError(`a public client has 1 to ${REDIRECT_URIS_MAX} redirect URIs`)
    }
    for (const uri of redirectURIs) assertRedirectURI(uri)
    this.#put({ clientID, scope: scopeOf(bits), ...nobodys(), disabled: false, redirectURIs })
  }

  /** The program that people sign in through under this name; undefined where there is none. */
  publicClient(clientID: string): PublicClient | undefined {
    const { scope = '', disabled = true, redirectURIs } = this.#clients.get(clientID) ?? {}
    return disabled || redirectURIs === undefined
      ? undefined
      : { clientID, duties: scopeBits(scope), disabled, redirectURIs }
  }

  #checked(clientID: string, duties: readonly string[]): number {
    if (!NAME.test(clientID) || clientID.length > NAME_CHARS || clientID.includes(':')) {
      throw new RangeError(`a client is named by 1 to ${NAME_CHARS} printable ASCII characters without colon`)
    }
    if (this.#clients.size >= CLIENTS_MAX && !this.#clients.has(clientID)) throw new RangeError('too many clients')
    return dutyBits(duties)
  }

  #put(client: StoredClient): void {
    this.#save(client)
  }

  /** Stops, or allows again, new tokens of a client. Tokens that it holds are the deny list's. */
  setDisabled(clientID: string, disabled: boolean): void {
    const client = this.#clients.get(clientID)
    if (client === undefined) throw new RangeError(`no client is called ${clientID}`)
    this.#save({ ...client, disabled })
  }

  /** The client whose id and secret these are; undefined where they are not. */
  authenticate(clientID: string, secret: string): ClientRow | undefined {
    const stored = this.#clients.get(clientID) ?? this.#nobody
    const isRight = timingSafeEqual(digestOf(secret, stored.salt), Buffer.from(stored.digest, 'base64url'))
    if (!isRight || stored.disabled) return undefined
    return { clientID, duties: scopeBits(stored.scope), disabled: stored.disabled }
  }

  /** The client that is registered with the certificate which its connection has shown; undefined where it is not. */
  authenticateCertificate(clientID: string, shown: ClientCertificate): ClientRow | undefined {
    const { scope = '', disabled = true, certificate } = this.#clients.get(clientID) ?? {}
    if (disabled || certificate === undefined || !isRegistered(shown, certificate)) return undefined
    return { clientID, duties: scopeBits(scope), disabled }
  }

  #save(client: StoredClient): void {
    this.#clients = new Map(this.#clients).set(client.clientID, client)
    this.#text = `${JSON.stringify([...this.#clients.values()], null, 2)}\n`
    this.#files.write(FILE, this.#text)
  }
}

function digested(secret: string): Pick<StoredClient, 'salt' | 'digest'> {
  const salt = randomBytes(16).toString('base64url')
  return { salt, digest: digestOf(secret, salt).toString('base64url') }
}

/** The digest of no secret. */
function nobodys(): Pick<StoredClient, 'salt' | 'digest'> {
  const random = () => randomBytes(DIGEST_BYTES).toString('base64url')
  return { salt: random(), digest: random() }
}

/** Written as it will be compared, and nowhere that somebody on the network could read the code. */
function assertRedirectURI(uri: string): void {
  const { href, protocol, hostname, hash, username, password } = URL.canParse(uri) ? new URL(uri) : ({} as Partial<URL>)
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK_HOST.test(hostname ?? ''))
  if (!isSafe || href !== uri || hash !== '' || username !== '' || password !== '' || uri.length > REDIRECT_URI_CHARS) {
    throw new RangeError(
      `${uri} is no redirect URI: https:// or, on this machine, http://, written out in full, without fragment or name`,
    )
  }
}

function digestOf(secret: string, salt: string): Buffer {
  return createHmac('sha256', salt).update(secret).digest()
}

function assertCompatible(clientID: string, bits: number): void {
  const exclusion = exclusionOf(bits)
  if (exclusion === undefined) return
  const { duty, excludes, reason } = exclusion
  throw new RangeError(`${clientID}: a client with ${duty} may not hold ${excludes}: ${reason}. Make it two clients.`)
}
