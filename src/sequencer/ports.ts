/**
 * What the sequencer needs from the world, and what it offers to those who send commands: clock, timer, journal,
 * submission. Everything that can differ in a test or on another machine is behind one of these.
 */
import type { Tape } from '../model/records/tape.ts'

export interface Clock {
  /** Wall clock, microseconds since the epoch. May step either way. */
  wallUs(): number
  /** Microseconds from an arbitrary point; never decreases and never steps. */
  monotonicUs(): number
}

export interface Timer {
  /** Calls `fire` every `periodMs` until the returned function is called. Does not keep the process alive. */
  every(periodMs: number, fire: () => void): () => void
}

/** Entries that become durable together: the records in [start, end) of the tape. */
export interface Block {
  readonly tape: Tape
  readonly start: number
  readonly end: number
  readonly firstSeq: number
  readonly lastSeq: number
  readonly lastTimeUs: number
}

/** Most bytes of records in one block. */
export const BLOCK_BYTES_MAX = 1024 * 1024
/** Most bytes of one command record. */
export const COMMAND_BYTES_MAX = 4096

/** Whether the journal's disk takes more: `low` is an alarm, `full` refuses what may be refused. */
export type DiskRoom = 'enough' | 'low' | 'full'

/** Where blocks go. One append at a time. */
export interface JournalPort {
  /** Bytes that the journal may write over in front of a block's first record and behind its last; multiples of 8. */
  readonly headBytes: number
  readonly tailBytes: number
  /**
   * Makes a block durable. Returns undefined where it is durable on return; else a promise that resolves when it is.
   * Throws, or rejects, where the block is not known to be durable; the journal is then never written again.
   * `mayBlock` says that nobody waits for anything else: blocking is then quicker than handing the work over.
   */
  append(block: Block, mayBlock: boolean): Promise<void> | undefined
  /** As it was last looked at; undefined for a journal that stands on no disk. */
  readonly diskRoom?: DiskRoom
  /** Looks at the disk; returns what an operator should know. Called once a second. */
  lookAtDisk?(): Notice | undefined
  close(): Promise<void>
}

/** Told how long each step took, in microseconds of elapsed time. It must not throw, and changes nothing. */
export interface Observer {
  /** The turn of a command has come after so long. */
  waited(us: number): void
  /** A round of decisions took so long. */
  decided(us: number): void
  /** A block that was given to the journal at the one time is durable at the other. Its answers follow. */
  durable(handedUs: number, durableUs: number): void
  /** The answers of that block are given. */
  answered(): void
}

/** How it stands with the loop that decides. Times in microseconds, 0 where nothing waits. */
export interface Pulse {
  /** Since a block was durable, or, before the first command, a tick found nothing to do. */
  readonly beatAgeUs: number
  /** Commands that wait for their turn or for their block. */
  readonly waiting: number
  readonly oldestUs: number
  /** Records that are decided and not durable. */
  readonly bytes: number
}

/** Why a command was not answered with its decision. */
export type Fault =
  /** Too much is waiting. Nothing was decided. */
  | 'QUEUE_FULL'
  /** It waited longer than an order may before it is decided. Nothing was decided. */
  | 'STALE_ORDER'
  /** The journal's disk is nearly full. Nothing was decided. */
  | 'DISK_FULL'
  /** The journal cannot be written. Nothing was decided that will be found after a restart. */
  | 'JOURNAL_UNAVAILABLE'
  /** The block may be found after a restart, or may not. */
  | 'OUTCOME_UNKNOWN'
  /** The gate is closing. Nothing was decided. */
  | 'NOT_READY'
  /** The function that writes the command threw, or wrote something else. Nothing was decided. */
  | 'COMMAND_FAULT'

/** A command on its way into the stream. Exactly one of the three answers is called, exactly once. */
export interface Submission {
  /** Writes the one command record at `tape.end` and returns its offset. Called when the command's turn has come. */
  write(tape: Tape): number
  /** The entry, command and events, is durable. The tape may be read during the call only. */
  onDurable(tape: Tape, entryOffset: number, entryEnd: number): void
  onFailure(fault: Fault, cause?: unknown): void
  /** Whose it is: each sender has its turn. The gate's own where it is left out. */
  readonly from?: number
  /** Orders and replaces: refused once they have waited too long, and never decided late. */
  readonly mayGoStale?: boolean
  /** Cancels, executions and kills: neither a full queue nor a full disk refuses them. */
  readonly neverRefused?: boolean
  /** Kills and releases: sequenced before everything that waits, first in, first out among themselves. */
  readonly first?: boolean
  /**
   * Called in place of onFailure where the journal is down: a cancel passes all the same, not durable,
   * and its sender spills it to a second file.
   */
  onJournalDown?(): void
}

/** Something that an operator should know and that changes no decision. */
export type Notice =
  /** The wall clock moved against sequencer time; `offsetUs` is where it stands now. Sequencer time went on evenly. */
  | { readonly code: 'CLOCK_STEP'; readonly offsetUs: number }
  /** An answer, or the publisher, threw; the stream goes on. */
  | { readonly code: 'ANSWER_FAULT'; readonly cause: unknown }
  /** The journal's disk has passed a watermark, either way; NaN where it could not be looked at. */
  | { readonly code: 'DISK_ROOM'; readonly room: DiskRoom; readonly freeBytes: number; readonly totalBytes: number }
