/**
 * Follows a gate's journal in a process of its own and saves the state now and then, so that the gate has little to read when
 * it starts again. The gate waits for nothing here: what it has published as durable is read, no lock of its is taken, and
 * the processor is left to it.
 */
import { mkdirSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { createEngine } from '../engine/engine.ts'
import { WATERMARKS } from '../journal/disk-room.ts'
import { diskSizeOf, isRoomMissing } from '../journal/journal-room.ts'
import { DirectoryLocked, type NameLock, takeName } from '../journal/name-lock.ts'
import { ENGINE_VERSION } from '../model/version.ts'
import type { SnapshotHeader } from '../replay/snapshot-header.ts'
import { removeUnfinished, snapshotFolder } from '../replay/snapshots.ts'
import { SnapshotTaker } from '../replay/take-snapshots.ts'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'
import { codeHash } from './code-hash.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import type { SnapshotPlan } from './snapshot-plan.ts'

/** What is applied at once, before a signal is heard. */
const SLICE_COMMANDS = 100_000
const POLL_MS = 1000
const MINUTE_MS = 60_000
/** Of the journal's disk: where the gate alarms (docs/reference/journal.md). */
const { lowShare: ROOM_SHARE, lowBytes: ROOM_BYTES } = WATERMARKS

export function takerOf(journal: string, kept: number, say: (line: string) => void): SnapshotTaker {
  return new SnapshotTaker({
    ...{ directory: journal, engineVersion: ENGINE_VERSION, codeHash: codeHash(), kept, say },
    makeEngine: ({ sizes, hashSeed }) => createEngine({ sizes, hashSeed, rules: US_EQUITY_PACK }),
  })
}

/**
 * Keeps a second process of this machine from making snapshots of the same journal. Two would only be in each other's way.
 * @throws CommandError that names the other one
 */
export async function lockSnapshots(journal: string): Promise<NameLock> {
  const folder = snapshotFolder(journal)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    const lock = await takeName(folder)
    removeUnfinished(journal)
    return lock
  } catch (cause) {
    if (!(cause instanceof DirectoryLocked)) throw cause
    throw new CommandError(EXIT.failed, `another program makes snapshots of ${journal}: ${cause.holder}`)
  }
}

/** Follows until `ending` is aborted. Throws JournalDamage, JournalTooNew. */
export async function followJournal(
  journal: string,
  plan: SnapshotPlan,
  say: (line: string) => void,
  ending: AbortSignal,
): Promise<void> {
  const lock = await lockSnapshots(journal)
  try {
    leaveTheProcessor()
    say(`follows ${journal}`)
    await new Following(journal, plan, say).until(ending)
  } finally {
    await lock.release()
  }
}

class Following {
  readonly #journal: string
  readonly #plan: SnapshotPlan
  readonly #say: (line: string) => void
  readonly #taker: SnapshotTaker
  #savedMs = performance.now()
  #toldMs = performance.now()
  #lastBytes = 0

  constructor(journal: string, plan: SnapshotPlan, say: (line: string) => void) {
    this.#journal = journal
    this.#plan = plan
    this.#say = say
    this.#taker = takerOf(journal, plan.kept, say)
  }

  async until(ending: AbortSignal): Promise<void> {
    const { commands, minutes } = this.#plan
    while (!ending.aborted) {
      const isBehind = this.#taker.advance(Math.min(SLICE_COMMANDS, commands))
      const isDue = !isBehind && performance.now() - this.#savedMs >= minutes * MINUTE_MS
      if (this.#taker.behind >= commands || isDue) this.#save()
      if (isBehind) this.#tellLag()
      await wait(isBehind ? 0 : Math.min(POLL_MS, minutes * MINUTE_MS), undefined, { signal: ending }).catch(() => {})
    }
  }

  #save(): void {
    const fromMs = performance.now()
    this.#savedMs = fromMs
    const { freeBytes, totalBytes } = diskSizeOf(this.#journal)
    // The journal's room is the journal's: a snapshot only makes a start shorter.
    if (freeBytes - this.#lastBytes < Math.max(totalBytes * ROOM_SHARE, ROOM_BYTES)) {
      return this.#say(`no snapshot: ${Math.floor(freeBytes / 1e6)} MB are free on the disk of ${this.#journal}`)
    }
    try {
      const header = this.#taker.save()
      if (header === undefined) return
      this.#lastBytes = header.bodyBytes
      const tookMs = performance.now() - fromMs
      this.#say(`${inWords(header)}, in ${tookMs.toFixed(0)} ms, ${behindInWords(this.#taker.lag)}`)
    } catch (cause) {
      if (!isRoomMissing(cause)) throw cause
      this.#say(`no snapshot: ${(cause as Error).message}`)
    }
  }

  /** Once a minute, while it does not keep up. */
  #tellLag(): void {
    if (performance.now() - this.#toldMs < MINUTE_MS) return
    this.#toldMs = performance.now()
    this.#say(behindInWords(this.#taker.lag))
  }
}

/** Where the gate and this want the same core, the gate has it. */
function leaveTheProcessor(): void {
  setPriority(constants.priority.PRIORITY_LOW)
}

export function inWords({ position, stateHash, bodyBytes }: SnapshotHeader): string {
  const mb = (bodyBytes / 1e6).toFixed(1)
  return `saved behind command ${position.seq}: ${mb} MB, state ${stateHash}, block ${position.hash}`
}

function behindInWords(commands: number): string {
  return `${commands} commands behind the gate`
}
