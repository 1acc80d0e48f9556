/**
 * Who may ask the embedded issuer for tokens: clients and people, each with an upper bound of duties and the scrypt hash
 * of a secret. The secret itself is given once, by the call that makes it, and kept nowhere.
 */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { NAME_CHARS } from '../model/bounds.ts'
import { areIncompatible, dutyBits, scopeBits, scopeOf } from './duties.ts'
import type { SecretFiles } from './secret-files.ts'

/** A machine, or a person who may make or check. */
export type PrincipalKind = 'client' | 'person'

export interface ClientRow {
  readonly clientID: string
  readonly kind: PrincipalKind
  /** Bit set of the duties that its tokens may carry. */
  readonly duties: number
  readonly disabled: boolean
}

interface StoredClient {
  readonly clientID: string
  readonly kind: PrincipalKind
  readonly scope: string
  readonly salt: string
  readonly hash: string
  readonly disabled: boolean
}

const FILE = 'clients.json'
const SECRET_BYTES = 32
const HASH_BYTES = 32
const COST: ScryptOptions = { N: 16_384, r: 8, p: 1 }
/** A hash takes 16 MB and tens of milliseconds: only so many at a time, and only so many that wait. */
const HASHES_AT_ONCE = 2
const WAITING_MAX = 64
const CLIENTS_MAX = 10_000
const NAME = /^[\x21-\x7e]+$/

/** Too many secrets are being checked already. */
export class TooBusy extends Error {}

export class ClientStore {
  readonly #files: SecretFiles
  readonly #clients: Map<string, StoredClient>
  /** Hashed where the client is not known, so that the time of a refusal does not tell who is. */
  readonly #nobody: StoredClient
  #hashing = 0
  readonly #waiting: (() => void)[] = []

  constructor(files: SecretFiles) {
    this.#files = files
    const stored = JSON.parse(files.read(FILE) ?? '[]') as StoredClient[]
    this.#clients = new Map(stored.map((client) => [client.clientID, client]))
    const random = () => randomBytes(HASH_BYTES).toString('base64url')
    this.#nobody = { clientID: '', kind: 'client', scope: '', salt: random(), hash: random(), disabled: true }
  }

  has(clientID: string): boolean {
    return this.#clients.has(clientID)
  }

  /** Adds a client, or gives a known one a new secret, kind and duties. Returns the secret: the only time it is seen. */
  async register(clientID: string, kind: PrincipalKind, duties: readonly string[]): Promise<string> {
    if (!NAME.test(clientID) || clientID.length > NAME_CHARS || clientID.includes(':')) {
      throw new RangeError(`a client is named by 1 to ${NAME_CHARS} printable ASCII characters without colon`)
    }
    const bits = dutyBits(duties)
    if (kind === 'client' && areIncompatible(bits)) {
      throw new RangeError(`${clientID}: orders:write goes with none of quotes:write, positions:write, reference:write`)
    }
    if (this.#clients.size >= CLIENTS_MAX && !this.#clients.has(clientID)) throw new RangeError('too many clients')
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    const salt = randomBytes(16).toString('base64url')
    const hash = (await hashOf(secret, salt)).toString('base64url')
    this.#clients.set(clientID, { clientID, kind, scope: scopeOf(bits), salt, hash, disabled: false })
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

  /**
   * The client whose id and secret these are; undefined where they are not.
   * @throws TooBusy where too many checks wait.
   */
  async authenticate(clientID: string, secret: string): Promise<ClientRow | undefined> {
    const stored = this.#clients.get(clientID) ?? this.#nobody
    await this.#enter()
    try {
      const hash = await hashOf(secret, stored.salt)
      const isRight = timingSafeEqual(hash, Buffer.from(stored.hash, 'base64url'))
      if (!isRight || stored.disabled) return undefined
    } finally {
      this.#leave()
    }
    return { clientID, kind: stored.kind, duties: scopeBits(stored.scope), disabled: stored.disabled }
  }

  async #enter(): Promise<void> {
    if (this.#hashing < HASHES_AT_ONCE) {
      this.#hashing++
      return
    }
    if (this.#waiting.length >= WAITING_MAX) throw new TooBusy('too many secrets are being checked')
    await new Promise<void>((settle) => this.#waiting.push(settle))
  }

  /** Hands the place on to the one who waits longest. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#hashing--
    else next()
  }

  #save(): void {
    this.#files.write(FILE, `${JSON.stringify([...this.#clients.values()], null, 2)}\n`)
  }
}

function hashOf(secret: string, salt: string): Promise<Buffer> {
  return new Promise((settle, fail) => {
    scrypt(secret, Buffer.from(salt, 'base64url'), HASH_BYTES, COST, (error, hash) => {
      if (error === null) settle(hash)
      else fail(error)
    })
  })
}
