/**
 * Who may ask the embedded issuer for tokens: clients, each with an upper bound of duties and the digest of a secret. The
 * secret itself is given once, by the call that makes it, and kept nowhere. People have none: they sign with a key.
 *
 * A secret is 256 bits of chance and never chosen by anyone, so one hash of it is as far from being guessed as many: a slow
 * hash would only let strangers use up the gate's time.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { NAME_CHARS } from '../model/bounds.ts'
import { dutyBits, exclusionOf, scopeBits, scopeOf } from './duties.ts'
import type { SecretFiles } from './secret-files.ts'

export interface ClientRow {
  readonly clientID: string
  /** Bit set of the duties that its tokens may carry. */
  readonly duties: number
  readonly disabled: boolean
}

interface StoredClient {
  readonly clientID: string
  readonly scope: string
  readonly salt: string
  /** HMAC-SHA256 of the secret under the salt. */
  readonly digest: string
  readonly disabled: boolean
}

const FILE = 'clients.json'
const SECRET_BYTES = 32
const DIGEST_BYTES = 32
const CLIENTS_MAX = 10_000
const NAME = /^[\x21-\x7e]+$/

export class ClientStore {
  readonly #files: SecretFiles
  readonly #clients: Map<string, StoredClient>
  /** Compared with where the client is not known, so that the time of a refusal does not tell who is. */
  readonly #nobody: StoredClient

  /** @throws Error where a client holds duties that exclude each other: they were given by hand, or by an older gate */
  constructor(files: SecretFiles) {
    this.#files = files
    const stored = JSON.parse(files.read(FILE) ?? '[]') as (StoredClient & { readonly kind?: string })[]
    // A client of an older form has no digest: it is not known until it is registered again. People had secrets once.
    const clients = stored.filter(({ digest, kind }) => digest && kind !== 'person')
    this.#clients = new Map(clients.map((client) => [client.clientID, client]))
    for (const { clientID, scope } of this.#clients.values()) assertCompatible(clientID, scopeBits(scope))
    const random = () => randomBytes(DIGEST_BYTES).toString('base64url')
    this.#nobody = { clientID: '', scope: '', salt: random(), digest: random(), disabled: true }
  }

  has(clientID: string): boolean {
    return this.#clients.has(clientID)
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
    if (!NAME.test(clientID) || clientID.length > NAME_CHARS || clientID.includes(':')) {
      throw new RangeError(`a client is named by 1 to ${NAME_CHARS} printable ASCII characters without colon`)
    }
    const bits = dutyBits(duties)
    assertCompatible(clientID, bits)
    if (this.#clients.size >= CLIENTS_MAX && !this.#clients.has(clientID)) throw new RangeError('too many clients')
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    const salt = randomBytes(16).toString('base64url')
    const digest = digestOf(secret, salt).toString('base64url')
    this.#clients.set(clientID, { clientID, scope: scopeOf(bits), salt, digest, disabled: false })
    this.#save()
    return secret
  }

  /** Stops, or allows again, new tokens of a client. Tokens that it holds are the deny list's. */
  setDisabled(clientID: string, disabled: boolean): void {
    const client = this.#clients.get(clientID)
    if (client === undefined) throw new RangeError(`no client is called ${clientID}`)
    this.#clients.set(clientID, { ...client, disabled })
    this.#save()
  }

  /** The client whose id and secret these are; undefined where they are not. */
  authenticate(clientID: string, secret: string): ClientRow | undefined {
    const stored = this.#clients.get(clientID) ?? this.#nobody
    const isRight = timingSafeEqual(digestOf(secret, stored.salt), Buffer.from(stored.digest, 'base64url'))
    if (!isRight || stored.disabled) return undefined
    return { clientID, duties: scopeBits(stored.scope), disabled: stored.disabled }
  }

  #save(): void {
    this.#files.write(FILE, `${JSON.stringify([...this.#clients.values()], null, 2)}\n`)
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
