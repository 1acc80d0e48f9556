/**
 * Up to where a journal is durable, published for those who follow it in processes of their own: one line of a file beside
 * the segments, written over in place and never synced. After a power failure it may say too little, or nothing that can
 * be read; the next start of the gate publishes anew.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { DirectoryLock } from './directory-lock.ts'
import type { JournalFile, JournalFiles } from './journal-files.ts'

/** Up to where everything is durable. */
export interface DurablePosition {
  readonly segment: number
  /** Byte behind the last durable block of the segment. */
  readonly offset: number
  readonly seq: number
}

const NAME = 'durable'
const UNFINISHED = /^[0-9a-f]+\.durable$/
/** Numbers padded to a fixed width: a line takes the place of the one before it in one write. */
const LINE = /^(\d{8}) (\d{16}) (\d{16}) ([0-9a-f]{8})\n$/
/** A line that is being written over while it is read is read again. */
const READS = 100

export class PublishedPosition {
  readonly #file: JournalFile
  readonly #everyMs: number
  readonly #onProblem: (cause: unknown) => void
  #position: DurablePosition
  #timer: NodeJS.Timeout | undefined

  /**
   * Puts a file of its own in the place of what an earlier gate published: that one, should it live, writes to a file
   * without a name from here on. `everyMs` 0 publishes at once, in the middle of what waits for an answer.
   */
  constructor(
    files: JournalFiles,
    lock: DirectoryLock,
    position: DurablePosition,
    everyMs: number,
    onProblem: (cause: unknown) => void,
  ) {
    const { directory, owner } = lock
    for (const name of files.list(directory)) if (UNFINISHED.test(name)) files.remove(join(directory, name))
    const fresh = join(directory, `${owner}.${NAME}`)
    this.#file = files.open(fresh, true)
    this.#position = position
    this.#everyMs = everyMs
    this.#onProblem = onProblem
    this.#write()
    files.rename(fresh, join(directory, NAME))
  }

  /** Publishes the position, soon. */
  advance(position: DurablePosition): void {
    this.#position = position
    if (this.#everyMs === 0) this.#write()
    else this.#timer ??= setTimeout(() => this.#write(), this.#everyMs).unref()
  }

  close(): void {
    this.#write()
    this.#file.close()
  }

  #write(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    try {
      this.#file.write(Buffer.from(lineOf(this.#position), 'latin1'), 0)
    } catch (cause) {
      // Followers wait; nobody else does.
      this.#onProblem(cause)
    }
  }
}

/** What the gate has published of the folder's journal; undefined where none has, or nothing that can be read. */
export function readDurablePosition(directory: string): DurablePosition | undefined {
  for (let read = 0; read < READS; read++) {
    let text: string
    try {
      text = readFileSync(join(directory, NAME), 'latin1')
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw cause
    }
    const position = positionIn(text)
    if (position !== undefined) return position
  }
  return undefined
}

function lineOf({ segment, offset, seq }: DurablePosition): string {
  const numbers = [digits(segment, 8), digits(offset, 16), digits(seq, 16)].join(' ')
  return `${numbers} ${checkOf(numbers)}\n`
}

function positionIn(text: string): DurablePosition | undefined {
  const match = LINE.exec(text)
  if (match === null) return undefined
  const [, segment, offset, seq, check] = match
  if (checkOf(`${segment} ${offset} ${seq}`) !== check) return undefined
  return { segment: Number(segment), offset: Number(offset), seq: Number(seq) }
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

function checkOf(numbers: string): string {
  return crc32(numbers).toString(16).padStart(8, '0')
}
