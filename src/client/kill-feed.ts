/**
 * What the gate tells of latches, and whether it still tells: an order may leave only while this is known. A heartbeat comes
 * from the gate's decision loop behind every latch that was durable before it, so whoever has heard one knows them all.
 */
import type { LoggedOn } from '../wire/portcullis/v1/session.gen.ts'
import type { KillNotice } from './orders.ts'

/** The gate decides: heard when, and what it said. */
export interface Pulse {
  /** Of the client's own clock. */
  readonly heardMs: number
  /** The gate's time, and the newest command that was durable then. */
  readonly timeUs: number
  readonly seq: number
}

/** What an adapter follows. */
export interface KillFeed {
  /** Run of the gate; 0 before the first logon. */
  readonly epoch: number
  /** Undefined from a logon to the first heartbeat behind it: not every latch may have been told by then. */
  readonly pulse: Pulse | undefined
  /** Newest command that was durable when the gate was first heard; Infinity before that. */
  readonly firstSeq: number
  /** Latches in force. */
  readonly latches: Iterable<KillNotice>
}

const RELEASED = 'ACTIVE'

export class FollowedKills implements KillFeed {
  epoch = 0
  firstSeq = Number.POSITIVE_INFINITY
  pulse: Pulse | undefined
  readonly #latches = new Map<number, KillNotice>()

  get latches(): Iterable<KillNotice> {
    return this.#latches.values()
  }

  /** Where the session goes on, what was missed follows; else all latches are told anew. */
  loggedOn({ epoch, resumed }: LoggedOn): void {
    this.epoch = epoch
    this.pulse = undefined
    if (!resumed) this.#latches.clear()
  }

  heard(pulse: Pulse): void {
    this.pulse = pulse
    if (this.firstSeq === Number.POSITIVE_INFINITY) this.firstSeq = pulse.seq
  }

  told(notice: KillNotice): void {
    if (notice.state === RELEASED) this.#latches.delete(notice.latch)
    else this.#latches.set(notice.latch, notice)
  }
}
