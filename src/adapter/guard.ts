/**
 * `portcullis/adapter`: what stands in the adapter of a venue, and nowhere else, before an order leaves. It lets an order out
 * once, with the token that the gate gave for exactly this order and venue, while the gate is heard and has set no latch over it
 * since. It knows the venue's key: a program that has it can make tokens, so an EMS must not.
 */
import { existsSync } from 'node:fs'
import { ApprovalKeyFile, KEY_LOOK_MS } from '../auth/approval-keys.ts'
import { readToken, verifyApproval } from '../auth/approval-token.ts'
import { type Clock, systemClock } from '../client/clock.ts'
import type { KillFeed } from '../client/kill-feed.ts'
import type { OrderAtVenue } from '../client/order-at-venue.ts'
import { mayCover } from './latch-cover.ts'
import { isWritten, termsAtVenue } from './order-at-venue.ts'
import { UsedTokens } from './used-tokens.ts'

export type { OrderAtVenue } from '../client/order-at-venue.ts'

export interface GuardOptions {
  /** Venue of the adapter; '' takes the orders that leave their venue open, for one router that sends them on. */
  readonly venue: string
  /**
   * Key file of the venue: `secrets/approval-venue-NAME.key` of the gate, or a copy of it that this program alone can read.
   * The gate makes it with its first approval for the venue; nothing leaves before it is there.
   */
  readonly keyFile: string
  /** `killFeed` of a gate that this adapter is connected to as a client with `cancels:execute`, with a heartbeat of 250 ms. */
  readonly killFeed: KillFeed
  /** Nothing leaves when the gate was not heard for so long (1,000). */
  readonly silentMs?: number
  /** Used tokens that are kept (65,536): the most orders in the life of a token. */
  readonly usedMax?: number
  readonly clock?: Clock
}

export const GUARD_FAULTS = {
  FEED_SILENT: 'The gate was not heard for a second: whether the order is killed is not known.',
  NO_KEY: 'The key file of the venue is not there yet.',
  MALFORMED: 'The token, or a field of the order, is none that the gate writes.',
  FORGED: 'The token is not for this order at this venue, or nobody with the key has made it.',
  EXPIRED: 'The token has run out.',
  OTHER_EPOCH: 'The token is of another run of the gate.',
  BEFORE_START: 'The order was approved before this adapter began: it may have left already.',
  KILLED: 'A latch that may cover the order was set since it was approved.',
  USED: 'The token was used before.',
  MEMORY_FULL: 'More tokens live than the adapter keeps.',
} as const
export type GuardFault = keyof typeof GUARD_FAULTS

export type Admission =
  /** The order may leave now. `seq`: of its decision. */
  | { readonly admitted: true; readonly seq: number }
  | { readonly admitted: false; readonly fault: GuardFault; readonly text: string }

export interface AdapterGuard {
  /** Asked once for each order, immediately before it leaves. An order that is refused may not leave with this token ever. */
  admit(order: OrderAtVenue, token: string): Admission
}

const SILENT_MS = 1_000
const USED_MAX = 65_536

/** @throws Error where the key file is there and cannot be read, or others can read it too */
export function createAdapterGuard(options: GuardOptions): AdapterGuard {
  const { venue, keyFile, killFeed, silentMs = SILENT_MS, usedMax = USED_MAX, clock = systemClock } = options
  let keys = keysIn(keyFile, clock)
  let lookAtMs = 0
  const used = new UsedTokens(usedMax)
  const startSeq = killFeed.pulse?.seq ?? 0
  let latestUs = 0

  function admit(order: OrderAtVenue, token: string): Admission {
    // A clock that is set back brings no token back to life.
    latestUs = Math.max(latestUs, clock.wallUs())
    const found = check(order, token, latestUs)
    return typeof found === 'number'
      ? { admitted: true, seq: found }
      : { admitted: false, fault: found, text: `${order.clOrdID} does not leave: ${GUARD_FAULTS[found]}` }
  }

  function check(order: OrderAtVenue, token: string, nowUs: number): number | GuardFault {
    if (isSilent(nowUs)) return 'FEED_SILENT'
    lookForKeys()
    if (keys === undefined) return 'NO_KEY'
    const head = readToken(token)
    if (head === undefined || !isWritten(order)) return 'MALFORMED'
    const { session, clOrdID } = order
    const approved = { epoch: killFeed.epoch, session, clOrdID, venue, terms: termsAtVenue(order) }
    let proved: ReturnType<typeof verifyApproval> = 'FORGED'
    for (const key of keys.takenAt(nowUs)) {
      proved = verifyApproval(key, token, approved, nowUs)
      if (proved !== 'FORGED') break
    }
    if (typeof proved !== 'number') return proved
    if (proved <= Math.max(startSeq, killFeed.firstSeq)) return 'BEFORE_START'
    for (const latch of killFeed.latches) if (mayCover(latch, order, venue, proved)) return 'KILLED'
    return used.use(head, nowUs) ?? proved
  }

  function lookForKeys(): void {
    const nowMs = clock.nowMs()
    if (keys !== undefined || nowMs < lookAtMs) return
    lookAtMs = nowMs + KEY_LOOK_MS
    try {
      keys = keysIn(keyFile, clock)
    } catch {
      // Half copied, or not yet for this program alone: looked at again.
    }
  }

  /** By when the gate was heard, and by its own time too: a line that is a second behind tells of kills a second late. */
  function isSilent(nowUs: number): boolean {
    const { pulse } = killFeed
    return pulse === undefined || clock.nowMs() - pulse.heardMs > silentMs || nowUs - pulse.timeUs > silentMs * 1_000
  }

  return { admit }
}

/** Undefined where the file is not there. */
function keysIn(path: string, clock: Clock): ApprovalKeyFile | undefined {
  return existsSync(path) ? new ApprovalKeyFile(path, () => clock.nowMs()) : undefined
}
