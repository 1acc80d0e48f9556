/**
 * What the gate keeps of a session between connections: how far it has taken the client's commands, and the newest
 * messages to it, so that a client that comes back misses nothing and repeats nothing.
 */
import type { LatchView } from '../../model/engine-port.ts'

/** Messages to a client that are kept for its return, and their bytes. */
const KEPT_MAX = 4_096
const KEPT_BYTES_MAX = 4 * 1024 * 1024

/** Where messages go while the client is connected. */
export interface Receiver {
  /** A numbered message, encoded. */
  receive(message: Buffer): void
  /** One command less waits for its answer. */
  answered(): void
}

export class SessionState {
  /** Number of the client's last command that was taken. */
  taken = 0
  /** Commands that wait for their answer. */
  waiting = 0
  receiver: Receiver | undefined
  /** Latches that the client was told of, by id: one that ends while it is away is told of when it is back. */
  readonly latches = new Map<number, LatchView>()
  #sent = 0
  /** The newest messages, the oldest first. */
  readonly #kept: Buffer[] = []
  #keptBytes = 0

  /** Numbers a message, keeps it, and hands it to the client where there is one. */
  send(encode: (seq: number) => Buffer): void {
    const message = encode(++this.#sent)
    this.#kept.push(message)
    this.#keptBytes += message.length
    while (this.#kept.length > KEPT_MAX || this.#keptBytes > KEPT_BYTES_MAX) {
      this.#keptBytes -= (this.#kept.shift() as Buffer).length
    }
    this.receiver?.receive(message)
  }

  /** The messages behind number `seen`; undefined where some of them are gone, or it was never given. */
  since(seen: number): readonly Buffer[] | undefined {
    const missed = this.#sent - seen
    if (missed < 0 || missed > this.#kept.length) return undefined
    return missed === 0 ? [] : this.#kept.slice(-missed)
  }
}
