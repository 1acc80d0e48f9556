/** An alert, and what is found on the tape before its words are made. */
import type { Severity } from './alert-codes.ts'
import type { Named } from './limit-words.ts'
import type { Keys } from './order-keys.ts'

export interface Alert extends Said {
  /** Command that it is about. */
  readonly seq: number
  readonly timeUs: number
  readonly code: string
  readonly severity: Severity
  /** Alerts of the same code about the same that were not told since the last one. */
  readonly untold: number
  readonly found: Found
}

/** What an alert says. */
export interface Said {
  readonly text: string
  /** Code of docs/reference/errors.md; of an alert whose own code says less. */
  readonly reason?: string
  readonly subject?: Named
  readonly object?: Named
  /** Code of the control, number and version of its limit row. */
  readonly control?: string
  readonly row?: number
  readonly version?: number
  readonly orderID?: string
  readonly clOrdID?: string
}

export interface Found {
  readonly code: string
  readonly seq: number
  readonly timeUs: number
  /** What it is about: of alerts of one code about the same, one is told a second. */
  readonly about: string
  /** Whose order or execution it is about. */
  readonly keys: Keys
  /** Session that sent what it is about: an execution, a quote; -1 if none. */
  readonly sender: number
  /** The subject whose limit, latch or statement it is; -1 if none. */
  readonly subject: number
  say(): Said
}
