/**
 * Tells the engine what a session's connection is, where its orders are to be canceled when it is lost: the engine keeps that
 * over a restart, waits for the client to come back, and cancels.
 */
import { SESSION_STATUS } from '../../model/records/connection-commands.ts'
import { encode } from '../../model/records/schema.ts'
import { MASS_CANCEL_ORDERS, SESSION_STATUSES, type SessionStatus } from '../../model/vocabulary.ts'
import { CancelOnDisconnect, type Logon } from '../../wire/portcullis/v1/session.gen.ts'
import type { Gate } from '../gate.ts'

const GRACE_MS = 5_000
const GRACE_MS_MAX = 3_600_000
const NONE = MASS_CANCEL_ORDERS.indexOf('NONE')

/** What a client asks for, and what it is told that holds. */
export interface Cover {
  readonly orders: CancelOnDisconnect
  readonly graceMs: number
}

export const UNCOVERED: Cover = { orders: CancelOnDisconnect.CANCEL_ON_DISCONNECT_UNSPECIFIED, graceMs: 0 }

/** What a logon asks for; undefined where it says what no version knows. */
export function coverOf({ cancelOnDisconnect: orders, cancelGraceMs = GRACE_MS }: Logon): Cover | undefined {
  if (orders === UNCOVERED.orders) return UNCOVERED
  if (MASS_CANCEL_ORDERS[orders] === undefined || cancelGraceMs > GRACE_MS_MAX) return undefined
  return { orders, graceMs: cancelGraceMs }
}

export class Covers {
  readonly #gate: Gate

  /** A gate that starts knows of no connection: whoever was covered has its time to come back from now on. */
  constructor(gate: Gate) {
    this.#gate = gate
    for (const session of gate.view.coveredSessions()) this.lost(session)
  }

  /** The session is on; resolves when what it asks for is durable, to what holds then. */
  on(session: number, cover: Cover): Promise<Cover> {
    if (cover === UNCOVERED && !this.#isCovered(session)) return Promise.resolve(UNCOVERED)
    return new Promise((settle) => {
      this.#tell('ON', session, cover, (isDurable) => settle(isDurable ? cover : UNCOVERED))
    })
  }

  lost(session: number): void {
    if (this.#isCovered(session)) this.#tell('LOST', session)
  }

  loggedOut(session: number): void {
    if (this.#isCovered(session)) this.#tell('LOGGED_OUT', session)
  }

  #isCovered(session: number): boolean {
    return this.#gate.view.coveredSessions().includes(session)
  }

  #tell(status: SessionStatus, owner: number, cover: Cover = UNCOVERED, done: (isDurable: boolean) => void = () => {}) {
    const { orders, graceMs } = cover
    const told = { status: SESSION_STATUSES.indexOf(status), orders: orders === 0 ? NONE : orders }
    this.#gate.submit({
      write: (tape) =>
        encode(tape, SESSION_STATUS, { session: -1, principal: -1, owner, ...told, graceUs: graceMs * 1000 }),
      onDurable: () => done(true),
      // What cannot be told is not covered, and a client that asked for it learns so.
      onFailure: () => done(false),
      neverRefused: true,
    })
  }
}
