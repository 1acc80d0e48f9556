/**
 * People prove who they are with an Ed25519 key of their own until they sign in at an issuer. The private key is in one
 * file on the person's side; the gate keeps the public one with the duties that its tokens may carry at most, and so holds
 * nothing that could act for a person.
 */

import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import { NAME_CHARS } from '../model/bounds.ts'
import { dutyBits, scopeBits, scopeOf } from './duties.ts'
import { assertPrivate, type SecretFiles } from './secret-files.ts'

/** The one algorithm of these tokens; the issuer's own has another. */
export const PERSON_ALGORITHM = 'EdDSA'
/** `typ` of these tokens: neither can be taken for the other. */
export const PERSON_TYPE = 'person+jwt'
/** Longest life of a token that a person signs. */
export const PERSON_LIFE_SECONDS = 900

/** The public half, as a person hands it over: nothing in it is secret. */
export interface PublicKey {
  readonly kid: string
  /** RFC 8037: the public key, base64url. */
  readonly x: string
}

/** What a person's file holds. */
export interface PersonKey extends PublicKey {
  readonly name: string
  /** The private key, base64url. */
  readonly d: string
}

/** A person as the gate knows it. */
export interface KnownPerson {
  readonly name: string
  /** Bit set of the duties that its tokens may carry at most. */
  readonly duties: number
  readonly kid: string
  readonly key: CryptoKey
}

interface StoredPerson extends PublicKey {
  readonly name: string
  readonly scope: string
}

const FILE = 'people.json'
const PEOPLE_MAX = 10_000
const NAME = /^[\x21-\x7e]+$/
const KEY_TEXT = /^[A-Za-z0-9_-]{43}$/

/** Makes a key pair. */
export async function makePersonKey(name: string): Promise<PersonKey> {
  checkPersonName(name)
  const { privateKey } = await generateKeyPair(PERSON_ALGORITHM, { extractable: true })
  const { x = '', d = '' } = await exportJWK(privateKey)
  return { name, kid: await kidOf(x), x, d }
}

/** Writes a new file that its owner alone can read. @throws Error where there is one already: a key is not overwritten */
export function writePersonKey(path: string, key: PersonKey): void {
  const made = `${path}.${process.pid}.new`
  writeFileSync(made, `${JSON.stringify(key, null, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true })
  try {
    linkSync(made, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new Error(`${path} exists: a key is not overwritten`)
  } finally {
    unlinkSync(made)
  }
}

/** @throws Error that names the file, and never what it holds */
export function readPersonKey(path: string): PersonKey {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) throw new Error(`${path}: there is no such file`)
  assertPrivate(path)
  const { name, kid, x, d } = parsedKey(path) as Partial<PersonKey>
  const isWhole = [kid, x, d].every((part) => typeof part === 'string' && KEY_TEXT.test(part))
  if (!isWhole || typeof name !== 'string') throw new Error(`${path} holds no key of a person`)
  return { name, kid, x, d } as PersonKey
}

/** The public key in a file that a person handed over. @throws Error that names the file */
export async function readPublicKey(path: string): Promise<PublicKey> {
  const { kid, x } = parsedKey(path) as Partial<PublicKey>
  if (typeof x !== 'string' || !KEY_TEXT.test(x) || kid !== (await kidOf(x))) {
    throw new Error(`${path} holds no public key of a person`)
  }
  return { kid, x }
}

function parsedKey(path: string): object {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as object | null) ?? {}
  } catch (error) {
    // The error of JSON.parse quotes what it read.
    throw error instanceof SyntaxError ? new Error(`${path} is no JSON`) : error
  }
}

/** What is said of a key where others may see it. */
export function publicKeyOf({ kid, x }: PublicKey): PublicKey {
  return { kid, x }
}

export interface PersonTokenOptions {
  readonly audience: string
  /** At most {@link PERSON_LIFE_SECONDS}, the default. */
  readonly lifeSeconds?: number
  /** Bit set; all duties where it is left out, of which the gate lets through those that it knows the person to have. */
  readonly duties?: number
  readonly nowMs?: number
}

const ALL_DUTIES = -1

/** Signs an access token for the person whose key it is. */
export async function signPersonToken(key: PersonKey, options: PersonTokenOptions): Promise<string> {
  const { audience, lifeSeconds = PERSON_LIFE_SECONDS, duties = ALL_DUTIES, nowMs = Date.now() } = options
  if (!(lifeSeconds >= 1 && lifeSeconds <= PERSON_LIFE_SECONDS)) {
    throw new RangeError(`a person's token lives 1 to ${PERSON_LIFE_SECONDS} seconds`)
  }
  const { kid, x, d, name } = key
  const nowSeconds = Math.floor(nowMs / 1000)
  return new SignJWT({ scope: scopeOf(duties) })
    .setProtectedHeader({ alg: PERSON_ALGORITHM, typ: PERSON_TYPE, kid })
    .setIssuer(issuerOf(name))
    .setAudience(audience)
    .setSubject(name)
    .setJti(randomUUID())
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + lifeSeconds)
    .sign(await importJWK({ kty: 'OKP', crv: 'Ed25519', x, d }, PERSON_ALGORITHM))
}

/** `iss` of a token that a person signs. */
export function issuerOf(name: string): string {
  return `person:${name}`
}

/** The people that the gate knows, by the key that each of them has now. */
export class People {
  readonly #files: SecretFiles
  #text: string | undefined
  #stored: ReadonlyMap<string, StoredPerson> = new Map()
  #known: ReadonlyMap<string, KnownPerson> = new Map()

  private constructor(files: SecretFiles) {
    this.#files = files
  }

  static async open(files: SecretFiles): Promise<People> {
    const people = new People(files)
    await people.read()
    return people
  }

  /** Takes up what the file says now. @throws Error where it cannot be read; who was known then stays */
  async read(): Promise<void> {
    const text = this.#files.read(FILE) ?? '[]'
    if (text === this.#text) return
    await this.#take(JSON.parse(text) as StoredPerson[], text)
  }

  /** True where the name has a key. */
  has(name: string): boolean {
    return this.#stored.has(name)
  }

  /** The person whose key has this id. */
  withKey(kid: string): KnownPerson | undefined {
    return this.#known.get(kid)
  }

  /** The person of this name, with the key that it has now. */
  named(name: string): KnownPerson | undefined {
    return this.#known.get(this.#stored.get(name)?.kid ?? '')
  }

  /** Adds a person, or gives a known one another key and other duties. What was signed before runs out within its 15 minutes. */
  async register(name: string, key: PublicKey, duties: readonly string[]): Promise<void> {
    checkPersonName(name)
    const scope = scopeOf(dutyBits(duties))
    if (this.#stored.size >= PEOPLE_MAX && !this.has(name)) throw new RangeError('too many people')
    if ((await kidOf(key.x)) !== key.kid) throw new RangeError('the id of a key is its thumbprint')
    const owner = this.#known.get(key.kid)
    if (owner !== undefined && owner.name !== name) throw new RangeError(`this key is that of ${owner.name}`)
    const people = [...new Map(this.#stored).set(name, { name, scope, ...publicKeyOf(key) }).values()]
    const text = `${JSON.stringify(people, null, 2)}\n`
    await this.#take(people, text)
    this.#files.write(FILE, text)
  }

  async #take(people: readonly StoredPerson[], text: string): Promise<void> {
    const known = await Promise.all(people.map(knownPerson))
    this.#stored = new Map(people.map((person) => [person.name, person]))
    this.#known = new Map(known.map((person) => [person.kid, person]))
    this.#text = text
  }
}

async function knownPerson({ name, scope, kid, x }: StoredPerson): Promise<KnownPerson> {
  const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x }, PERSON_ALGORITHM)
  if (key instanceof Uint8Array) throw new Error(`${FILE} holds a key that is no public Ed25519 key`)
  return { name, duties: scopeBits(scope), kid, key }
}

function checkPersonName(name: string): void {
  if (!NAME.test(name) || name.length > NAME_CHARS || name.includes(':')) {
    throw new RangeError(`a person is named by 1 to ${NAME_CHARS} printable ASCII characters without colon`)
  }
}

function kidOf(x: string): Promise<string> {
  return calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x } as JWK)
}
