/**
 * Tokens that are refused before they run out: of a client, of a subject, or one by its jti. Looked at on every request,
 * so that a revocation holds from the next one on, and kept over a restart. What another process writes into the file holds
 * once it was read again, which a gate does twice a second.
 */

import type { Grant } from './grant.ts'
import type { SecretFiles } from './secret-files.ts'

export const DENY_KINDS = ['client', 'subject', 'jti'] as const
export type DenyKind = (typeof DENY_KINDS)[number]

interface Denied {
  readonly kind: DenyKind
  readonly value: string
  /** A jti is forgotten once its token has run out; 0 for never. */
  readonly untilMs: number
}

const FILE = 'denied.json'
const ENTRIES_MAX = 100_000
/** So that a revocation holds within a second. */
export const DENY_READ_MS = 500

export class DenyList {
  readonly #files: SecretFiles
  readonly #nowMs: () => number
  #entries = new Map<string, Denied>()
  #text: string | undefined

  constructor(files: SecretFiles, nowMs: () => number = Date.now) {
    this.#files = files
    this.#nowMs = nowMs
    this.read()
  }

  /** Takes up what the file says now. @throws Error where it cannot be read; what was known then stays */
  read(): void {
    const text = this.#files.read(FILE) ?? '[]'
    if (text === this.#text) return
    const entries = JSON.parse(text) as Denied[]
    this.#entries = new Map(entries.map((entry) => [`${entry.kind}:${entry.value}`, entry]))
    this.#text = text
  }

  /** Refuses from now on; `untilMs` is when the token of a jti ends. */
  deny(kind: DenyKind, value: string, untilMs = 0): void {
    this.read()
    this.#prune()
    if (this.#entries.size >= ENTRIES_MAX) throw new RangeError('the deny list is full: deny the client or the subject')
    this.#entries.set(`${kind}:${value}`, { kind, value, untilMs })
    this.#save()
  }

  allow(kind: DenyKind, value: string): void {
    this.read()
    if (this.#entries.delete(`${kind}:${value}`)) this.#save()
  }

  /** Clients that are refused whatever token they show. */
  clients(): readonly string[] {
    return [...this.#entries.values()].filter(({ kind }) => kind === 'client').map(({ value }) => value)
  }

  isDenied(grant: Pick<Grant, 'clientID' | 'subject' | 'via'> & Partial<Pick<Grant, 'jti'>>): boolean {
    if (this.#entries.size === 0) return false
    return (
      this.#entries.has(`client:${grant.clientID}`) ||
      (grant.via !== undefined && this.#entries.has(`client:${grant.via}`)) ||
      this.#entries.has(`subject:${grant.subject}`) ||
      this.#entries.has(`jti:${grant.jti}`)
    )
  }

  #prune(): void {
    const nowMs = this.#nowMs()
    for (const [key, { untilMs }] of this.#entries) if (untilMs !== 0 && untilMs < nowMs) this.#entries.delete(key)
  }

  #save(): void {
    this.#text = `${JSON.stringify([...this.#entries.values()], null, 2)}\n`
    this.#files.write(FILE, this.#text)
  }
}
