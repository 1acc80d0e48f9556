/**
 * Keys of approval tokens: one file a venue, which the gate mints by and the adapter of the venue checks by. Each line is a
 * key, and the time from which the gate mints with it; the adapter takes a key before that too, and for a minute after the
 * next one has begun. So a new key is given to both while they run, and no order is caught between. Who holds the
 * file reads it again when it has changed.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ApprovalKey, KEY_BYTES } from './approval-token.ts'
import { assertPrivate, type SecretFiles } from './secret-files.ts'

/** An adapter takes tokens of a key for so long after the next one has begun: twice what a token may live. */
export const KEY_OVERLAP_US = 60_000_000
/** A changed file is noticed within this. */
export const KEY_LOOK_MS = 250
const KEYS_MAX = 4
const FILE_BYTES_MAX = 1024
const LINE = /^([A-Za-z0-9_-]{43})(?: ([0-9]{1,16}))?$/

interface DatedKey {
  readonly text: string
  readonly key: ApprovalKey
  readonly fromUs: number
}

/** One venue's keys, as they are on disk now. */
export class ApprovalKeyFile {
  readonly #path: string
  readonly #nowMs: () => number
  #keys: readonly DatedKey[]
  #version: string
  #lookAtMs: number

  /** @throws Error where the file cannot be read, or others can read it too */
  constructor(path: string, nowMs: () => number = () => performance.now()) {
    this.#path = path
    this.#nowMs = nowMs
    this.#lookAtMs = nowMs() + KEY_LOOK_MS
    this.#version = versionOf(path)
    this.#keys = readKeys(path)
  }

  /** The key that tokens of this time are minted with. */
  mintingAt(timeUs: number): ApprovalKey {
    this.#look()
    const found = this.#keys.findLast(({ fromUs }) => fromUs <= timeUs) ?? this.#keys[0]
    return (found as DatedKey).key
  }

  /** The keys that tokens are taken of at this time. */
  takenAt(timeUs: number): readonly ApprovalKey[] {
    this.#look()
    return living(this.#keys, timeUs).map(({ key }) => key)
  }

  /** What cannot be read is passed over: tokens of the keys that were read are as good as before. */
  #look(): void {
    const nowMs = this.#nowMs()
    if (nowMs < this.#lookAtMs) return
    this.#lookAtMs = nowMs + KEY_LOOK_MS
    try {
      const version = versionOf(this.#path)
      if (version === this.#version) return
      this.#keys = readKeys(this.#path)
      this.#version = version
    } catch {}
  }
}

/** Keys of the gate, by venue, made when a venue is first met. */
export class ApprovalKeys {
  readonly #files: SecretFiles
  readonly #keys = new Map<string, ApprovalKeyFile>()

  constructor(files: SecretFiles) {
    this.#files = files
  }

  /**
   * Key of a venue's adapter; '' is the key for orders that leave the venue open. @param timeUs of the decision; the newest
   * key where it is not given
   */
  keyOf(venue: string, timeUs = Number.MAX_SAFE_INTEGER): ApprovalKey {
    let file = this.#keys.get(venue)
    if (file === undefined) {
      const name = approvalKeyFile(venue)
      this.#files.readOrMake(name, () => `${newKey()}\n`)
      file = new ApprovalKeyFile(join(this.#files.folder, name))
      this.#keys.set(venue, file)
    }
    return file.mintingAt(timeUs)
  }
}

/**
 * A new key for a venue's adapter. @param fromUs the gate mints with it from then on; undefined ends every other key at once
 * @throws RangeError where a new key is under way, or too many are not yet over
 */
export function rotateApprovalKey(files: SecretFiles, venue: string, nowUs: number, fromUs: number | undefined): void {
  const name = approvalKeyFile(venue)
  if (fromUs === undefined) return files.write(name, `${newKey()}\n`)
  const keys = living(keysIn(files.read(name) ?? ''), nowUs)
  const newest = keys.at(-1)
  if (newest !== undefined && newest.fromUs > nowUs)
    throw new RangeError(`${name} has a new key already, which has not begun`)
  if (keys.length >= KEYS_MAX) throw new RangeError(`${name} has ${keys.length} keys that are not over: wait a minute`)
  const lines = keys.map(({ text, fromUs: from }) => (from === 0 ? text : `${text} ${from}`))
  files.write(name, `${[...lines, `${newKey()} ${fromUs}`].join('\n')}\n`)
}

/** Name of the file that a venue's adapter reads its keys from. */
export function approvalKeyFile(venue: string): string {
  return `approval-${venue === '' ? 'any' : `venue-${encodeURIComponent(venue)}`}.key`
}

/** Without those that the next one has followed long enough. */
function living(keys: readonly DatedKey[], timeUs: number): readonly DatedKey[] {
  return keys.filter((_, at) => timeUs < (keys[at + 1]?.fromUs ?? Number.POSITIVE_INFINITY) + KEY_OVERLAP_US)
}

function readKeys(path: string): readonly DatedKey[] {
  assertPrivate(path)
  return keysIn(readFileSync(path, 'utf8'))
}

/** @throws Error that names no key */
function keysIn(text: string): readonly DatedKey[] {
  const lines = text.length > FILE_BYTES_MAX ? [] : text.trim().split('\n')
  const keys = lines.map((line) => {
    const match = LINE.exec(line)
    if (match === null) throw new Error('a file of approval keys has a line that is no key')
    const [, key = '', from = '0'] = match
    return { text: key, key: new ApprovalKey(Buffer.from(key, 'base64url')), fromUs: Number(from) }
  })
  const isSorted = keys.every(({ fromUs }, at) => at === 0 || fromUs > (keys[at - 1]?.fromUs ?? 0))
  if (keys.length === 0 || keys.length > KEYS_MAX || !isSorted) {
    throw new Error(`a file of approval keys has 1 to ${KEYS_MAX}, by the time from which each holds`)
  }
  return keys
}

function versionOf(path: string): string {
  const { ino, mtimeMs, size } = statSync(path)
  return `${ino} ${mtimeMs} ${size}`
}

function newKey(): string {
  return Buffer.from(randomBytes(KEY_BYTES).map((byte) => byte & 0x7f)).toString('base64url')
}
