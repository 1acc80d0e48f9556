/**
 * Tokens that are refused before they run out: of a client, of a subject, or one by its jti. Looked at on every request,
 * so that a revocation holds from the next one on, and kept over a restart.
 */
import type { SecretFiles } from './secret-files.ts'
import type { Grant } from './token-verifier.ts'

export type DenyKind = 'client' | 'subject' | 'jti'

interface Denied {
  readonly kind: DenyKind
  readonly value: string
  /** A jti is forgotten once its token has run out; 0 for never. */
  readonly untilMs: number
}

const FILE = 'denied.json'
const ENTRIES_MAX = 100_000

export class DenyList {
  readonly #files: SecretFiles
  readonly #nowMs: () => number
  readonly #entries = new Map<string, Denied>()

  constructor(files: SecretFiles, nowMs: () => number = Date.now) {
    this.#files = files
    this.#nowMs = nowMs
    for (const entry of JSON.parse(files.read(FILE) ?? '[]') as Denied[]) {
      this.#entries.set(`${entry.kind}:${entry.value}`, entry)
    }
  }

  /** Refuses from now on; `untilMs` is when the token of a jti ends. */
  deny(kind: DenyKind, value: string, untilMs = 0): void {
    this.#prune()
    if (this.#entries.size >= ENTRIES_MAX) throw new RangeError('the deny list is full: deny the client or the subject')
    this.#entries.set(`${kind}:${value}`, { kind, value, untilMs })
    this.#save()
  }

  allow(kind: DenyKind, value: string): void {
    if (this.#entries.delete(`${kind}:${value}`)) this.#save()
  }

  isDenied(grant: Grant): boolean {
    if (this.#entries.size === 0) return false
    return (
      this.#entries.has(`client:${grant.clientID}`) ||
      this.#entries.has(`subject:${grant.subject}`) ||
      this.#entries.has(`jti:${grant.jti}`)
    )
  }

  #prune(): void {
    const nowMs = this.#nowMs()
    for (const [key, { untilMs }] of this.#entries) if (untilMs !== 0 && untilMs < nowMs) this.#entries.delete(key)
  }

  #save(): void {
    this.#files.write(FILE, `${JSON.stringify([...this.#entries.values()], null, 2)}\n`)
  }
}
