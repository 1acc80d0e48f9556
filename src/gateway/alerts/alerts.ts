/**
 * The alerts of a gate: found once in each durable block, for whoever listens. Of alerts of one code about the same, one is
 * told a second; the next one, or after that second one more, says how many were not.
 */
import type { Block } from '../../sequencer/ports.ts'
import type { Delays } from '../delays.ts'
import type { Gate } from '../gate.ts'
import type { Alert, Found } from './alert.ts'
import { alertRow } from './alert-codes.ts'
import { findAlerts } from './alert-finder.ts'

export const QUIET_MS = 1_000
/** Things that alerts are counted of at once; of more those of one code count as one. */
const KINDS_MAX = 4_096

/** What wants to be told. */
export interface AlertListener {
  /** Asked before a block is looked at: nobody is told where nobody wants to be. */
  readonly wantsAlerts: boolean
  tellAlerts(alerts: readonly Alert[]): void
}

/** Alerts of one code about the same, since one was told. */
interface Quiet {
  readonly sinceMs: number
  /** The first that was not told, which is when the second is over; and how many came behind it. */
  next: Alert | undefined
  behind: number
}

export class Alerts {
  readonly #gate: Gate
  readonly #delays: Delays
  readonly #listeners: AlertListener[] = []
  readonly #quiet = new Map<string, Quiet>()
  #stopTimer: (() => void) | undefined
  #isClosed = false

  constructor(gate: Gate, delays: Delays) {
    this.#gate = gate
    this.#delays = delays
  }

  listen(listener: AlertListener): void {
    this.#listeners.push(listener)
  }

  /** To be told of every durable block. */
  published({ tape, start, end }: Pick<Block, 'tape' | 'start' | 'end'>): void {
    if (this.#isClosed || !this.#listeners.some(({ wantsAlerts }) => wantsAlerts)) return
    const alerts: Alert[] = []
    findAlerts(this.#gate, tape, start, end, (found) => {
      const alert = this.#admit(found)
      if (alert !== undefined) alerts.push(alert)
    })
    this.#tell(alerts)
  }

  close(): void {
    this.#isClosed = true
    this.#stopTimer?.()
    this.#quiet.clear()
  }

  #admit(found: Found): Alert | undefined {
    const full = `${found.code} ${found.about}`
    const key = this.#quiet.has(full) || this.#quiet.size < KINDS_MAX ? full : found.code
    const quiet = this.#quiet.get(key)
    if (quiet !== undefined) {
      if (quiet.next === undefined) quiet.next = alertOf(found)
      else quiet.behind++
      return undefined
    }
    this.#quiet.set(key, { sinceMs: this.#delays.nowMs(), next: undefined, behind: 0 })
    this.#stopTimer ??= this.#delays.after(QUIET_MS, () => this.#sweep())
    return alertOf(found)
  }

  /** Says what was not told of what has been quiet long enough. */
  #sweep(): void {
    this.#stopTimer = undefined
    const nowMs = this.#delays.nowMs()
    const alerts: Alert[] = []
    for (const [key, quiet] of this.#quiet) {
      if (nowMs - quiet.sinceMs < QUIET_MS) continue
      this.#quiet.delete(key)
      if (quiet.next === undefined) continue
      alerts.push({ ...quiet.next, untold: quiet.behind })
      this.#quiet.set(key, { sinceMs: nowMs, next: undefined, behind: 0 })
    }
    if (this.#quiet.size > 0) this.#stopTimer = this.#delays.after(QUIET_MS / 4, () => this.#sweep())
    this.#tell(alerts)
  }

  #tell(alerts: readonly Alert[]): void {
    if (alerts.length === 0) return
    for (const listener of this.#listeners) if (listener.wantsAlerts) listener.tellAlerts(alerts)
  }
}

/** The words are made at once: the tape that they are read from is used again. */
function alertOf(found: Found): Alert {
  const { code, seq, timeUs } = found
  return { seq, timeUs, code, severity: alertRow(code).severity, ...found.say(), untold: 0, found }
}
