/**
 * The folder of kill files: each becomes a Kill command once, within a tick of its name being there, and is then moved aside.
 * What cannot be read stops the whole firm: somebody wanted something stopped, and it is not known what.
 */
import { type FSWatcher, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, watch } from 'node:fs'
import { join } from 'node:path'
import { RequestError } from '../model/errors.ts'
import { evidenceText } from '../model/parse/evidence.ts'
import { KILL_FORM, kill } from '../model/parse/kill.ts'
import { KILL } from '../model/records/commands.ts'
import { APPLIED } from '../model/records/events.ts'
import { encode, type RecordOf } from '../model/records/schema.ts'
import { lengthAt, type Tape, typeAt } from '../model/records/tape.ts'
import { TRADING_STATES } from '../model/vocabulary.ts'
import type { Fault, Timer } from '../sequencer/ports.ts'
import type { Gate } from './gate.ts'
import { KILL_SUFFIX, readKillFile } from './kill-file.ts'
import { tell } from './log-events.ts'
import type { Logger } from './logger.ts'
import { readObject } from './rest/json-words.ts'

/** The sequencer's tick: a kill file is seen within it where the system does not tell of it. */
const LOOK_EVERY_MS = 100
const NOBODY = { session: -1, principal: -1 }
const ANY = {
  ...{ entity: -1, client: -1, desk: -1, trader: -1, account: -1, strategy: -1, sessionScope: -1, instrument: -1 },
  ...{ underlying: -1, assetClass: -1, sector: -1, venue: -1, side: -1 },
}
/** Many times what a kill file can have. */
const FILE_BYTES_MAX = 64 * 1024
/** In place of a name where the folder itself cannot be read. */
const FOLDER_ITSELF = ''

type KillValues = Partial<RecordOf<typeof KILL>>

export interface KillFolderOptions {
  readonly folder: string
  readonly gate: Pick<Gate, 'submit' | 'directory'>
  readonly timer: Timer
  readonly logger: Pick<Logger, 'warn' | 'error'>
}

export class KillFolder {
  readonly #options: KillFolderOptions
  /** Files that are being applied, or were and could not be moved aside. */
  readonly #taken = new Set<string>()
  #watcher: FSWatcher | undefined
  #stopTimer = () => {}

  constructor(options: KillFolderOptions) {
    this.#options = options
  }

  /** Applies what is there, then watches. @throws Error where a kill that is there could not be applied */
  async open(): Promise<void> {
    const { folder, timer } = this.#options
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    await this.look()
    const again = () => {
      // What could not be applied is tried again, and the journal says why it could not.
      this.look().catch(() => {})
    }
    this.#stopTimer = timer.every(LOOK_EVERY_MS, again)
    try {
      this.#watcher = watch(folder, again)
      this.#watcher.on('error', () => this.#watcher?.close())
      this.#watcher.unref()
    } catch (cause) {
      tell(this.#options.logger, 'kill-file.unwatched', { err: cause })
    }
  }

  /** Applies every kill file that is not applied yet; settles once they are durable. */
  async look(): Promise<void> {
    // Before its genesis record the gate decides nothing, and refuses every order.
    if (this.#options.gate.directory.tradeDate === 0) return
    const waiting = this.#names().filter((name) => !this.#taken.has(name))
    await Promise.all(waiting.map((name) => this.#apply(name)))
  }

  close(): void {
    this.#stopTimer()
    this.#watcher?.close()
  }

  #names(): readonly string[] {
    try {
      const names = readdirSync(this.#options.folder).filter((name) => name.endsWith(KILL_SUFFIX))
      this.#taken.delete(FOLDER_ITSELF)
      return names.sort()
    } catch (cause) {
      // A folder that is not there holds no kill.
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
      return [FOLDER_ITSELF]
    }
  }

  #apply(name: string): Promise<void> {
    this.#taken.add(name)
    const text = this.#read(name)
    return new Promise((settle, fail) => {
      const submit = (valuesOf: () => KillValues | undefined) => {
        let read = true
        this.#options.gate.submit({
          first: true,
          neverRefused: true,
          write: (tape) => {
            const values = valuesOf()
            read = values !== undefined
            return encode(tape, KILL, { ...NOBODY, ...(values ?? wholeFirm(name)) })
          },
          onDurable: (tape, at) => {
            // A refused kill stops nothing: then everything is stopped.
            if (!wasApplied(tape, at) && read) return submit(() => undefined)
            this.#moveAside(name, read)
            settle()
          },
          onFailure: (fault: Fault) => {
            this.#taken.delete(name)
            fail(new Error(`the kill file ${name} could not be applied: ${fault}`))
          },
        })
      }
      submit(() => (text === undefined ? undefined : this.#values(name, text)))
    })
  }

  #read(name: string): string | undefined {
    if (name === FOLDER_ITSELF) return undefined
    const path = join(this.#options.folder, name)
    try {
      // What is no plain file might never end, or be somebody else's: a pipe would hold the gate up, and with it its kills.
      const found = lstatSync(path)
      if (!found.isFile() || found.size > FILE_BYTES_MAX) return undefined
      return readFileSync(path, 'utf8')
    } catch {
      return undefined
    }
  }

  /** The command that a file asks for, by the names that are known now; undefined where it is not clear. */
  #values(name: string, text: string): KillValues | undefined {
    const file = readKillFile(text)
    if (file === undefined) return undefined
    const words = readObject(file.body, KILL_FORM)
    if (words instanceof RequestError) return undefined
    const made = kill(words, this.#options.gate.directory, NOBODY)
    if (made instanceof RequestError) return undefined
    return { ...made.values, reason: evidenceText(`${reasonOf(name)} by ${file.by}: ${made.values.reason}`) }
  }

  /** A file that stays would be applied again by the next start: safe, and one latch more to release. */
  #moveAside(name: string, read: boolean): void {
    const { folder, logger } = this.#options
    if (!read) tell(logger, 'kill-file.unreadable', { name })
    if (name === FOLDER_ITSELF) return
    const path = join(folder, name)
    try {
      renameSync(path, `${path.slice(0, -KILL_SUFFIX.length)}.${read ? 'applied' : 'unreadable'}`)
      this.#taken.delete(name)
      if (read) tell(logger, 'kill-file.applied', { name })
    } catch (cause) {
      tell(logger, 'kill-file.stays', { err: cause, name })
    }
  }
}

function wholeFirm(name: string): KillValues {
  return { ...ANY, state: TRADING_STATES.indexOf('KILLED'), reason: evidenceText(`${reasonOf(name)} cannot be read`) }
}

function reasonOf(name: string): string {
  return name === FOLDER_ITSELF ? 'the folder of kill files' : `kill file ${name}`
}

function wasApplied(tape: Tape, command: number): boolean {
  return typeAt(tape, command + lengthAt(tape, command)) === APPLIED.type
}
