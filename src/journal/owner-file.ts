/**
 * Who owns a journal's folder, as a file in it: what keeps gates apart that the kernel's names do not, such as two
 * containers with one volume. The owner renews the file while it lives and removes it when it ends in order. Whoever finds
 * one watches it, unless it is proved that its writer is gone, and takes it over where nothing renews it.
 *
 * The file alone excludes nobody for ever: a process that was stopped may wake up when another has taken over. Its owner
 * looks whenever it renews it; before each answer the journal looks at the segment, which is exact (segment-fence.ts).
 */
import { randomBytes } from 'node:crypto'
import { closeSync, fstatSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { LockWorld, Place } from './lock-world.ts'
import { DirectoryLocked } from './name-lock.ts'

/** Another gate has begun on the folder, or somebody removed the lock: this process may not decide any more. */
export class OwnershipLost extends Error {
  constructor(what: string) {
    super(`${what}: another gate has taken this journal over, or its files were changed. This one decides nothing more`)
    this.name = 'OwnershipLost'
  }
}

/** Who had the folder before: nobody, or one that ended in order; a process that is gone for sure; one that is silent. */
export type Predecessor = 'nobody' | 'dead' | 'silent'

export const OWNER_FILE = 'owner'
/** The owner shows that often that it lives. */
export const RENEWED_EVERY_MS = 500
/** So long a file must stay as it is before it is taken over: three renewals in a row failed to come. */
export const SILENCE_MS = 2000
const LOOK_EVERY_MS = 100
/** Nine thousand years of renewals. */
const COUNT_DIGITS = 12

/** The first line of the file. */
interface Owner extends Place {
  readonly owner: string
  /** What takeName gave it. */
  readonly name: string
}

export class OwnerFile {
  /** 16 hex digits that no other owner has. */
  readonly id: string
  readonly predecessor: Predecessor
  readonly #path: string
  readonly #fd: number
  readonly #inode: number
  readonly #device: number
  readonly #countAt: number
  readonly #world: LockWorld
  readonly #stop: () => void
  #isLost = false
  #count = 0
  #renewedUs: number

  /** @throws DirectoryLocked where the folder's owner lives */
  static async take(directory: string, name: string, world: LockWorld): Promise<OwnerFile> {
    const path = join(directory, OWNER_FILE)
    const owner: Owner = { owner: randomBytes(8).toString('hex'), ...world.place, name }
    for (;;) {
      const found = contentOf(path)
      if (found === undefined) {
        const fd = created(path)
        if (fd !== undefined) return new OwnerFile(path, fd, owner, 'nobody', world)
      } else {
        const isDead = isGone(ownerIn(found), owner)
        if (!isDead && !(await staysSilent(directory, path, found, world))) continue
        const fd = replaced(path, found, owner.owner)
        if (fd !== undefined) return new OwnerFile(path, fd, owner, isDead ? 'dead' : 'silent', world)
      }
    }
  }

  private constructor(path: string, fd: number, owner: Owner, predecessor: Predecessor, world: LockWorld) {
    this.id = owner.owner
    this.predecessor = predecessor
    this.#path = path
    this.#fd = fd
    // While the file is open nobody else gets its inode.
    const { ino, dev } = fstatSync(fd)
    this.#inode = ino
    this.#device = dev
    this.#world = world
    this.#renewedUs = world.monotonicUs()
    const line = Buffer.from(`${JSON.stringify(owner)}\n`)
    this.#countAt = line.length
    try {
      writeSync(fd, line, 0, line.length, 0)
      this.#write()
    } catch (cause) {
      rmSync(path, { force: true })
      closeSync(fd)
      throw cause
    }
    this.#stop = world.timer.every(RENEWED_EVERY_MS, () => this.#renewNow())
  }

  /** Shows that the owner lives, if it is time to. For work that keeps the timer from coming round. */
  renew(): void {
    if (this.#world.monotonicUs() - this.#renewedUs >= RENEWED_EVERY_MS * 1000) this.#renewNow()
  }

  /** What the last renewal found. Costs nothing. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** Looks now. @throws OwnershipLost */
  assertHeld(): void {
    if (!this.#isOwn()) throw new OwnershipLost(this.#path)
  }

  /** Removes the file, so that the next start need not watch it. */
  release(): void {
    this.#stop()
    if (this.#isOwn()) rmSync(this.#path, { force: true })
    closeSync(this.#fd)
  }

  #isOwn(): boolean {
    const there = statSync(this.#path, { throwIfNoEntry: false })
    return there !== undefined && there.ino === this.#inode && there.dev === this.#device
  }

  #renewNow(): void {
    this.#isLost = !this.#isOwn()
    try {
      this.#write()
    } catch {
      // Whoever then takes the folder over is seen before the next answer; until then nothing is wrong.
    }
  }

  /** Writes into its own inode: what has taken its place is not touched. */
  #write(): void {
    this.#renewedUs = this.#world.monotonicUs()
    writeSync(this.#fd, `renewed ${String(++this.#count).padStart(COUNT_DIGITS, '0')}\n`, this.#countAt)
  }
}

/**
 * True where the file's writer cannot live: it held the folder's name in the namespace in which this process holds it now.
 * A living process keeps its namespace, and its file system, so that the numbers of neither are given away again.
 */
function isGone(found: Partial<Owner>, self: Owner): boolean {
  const isKnown = self.boot !== '' && self.network !== ''
  return isKnown && found.boot === self.boot && found.network === self.network && found.name === self.name
}

/** Watches the file. False where it went away; throws DirectoryLocked where it is renewed. */
async function staysSilent(directory: string, path: string, found: Buffer, world: LockWorld): Promise<boolean> {
  const { process, host } = ownerIn(found)
  const who = process === undefined ? 'one that does not say who it is' : `process ${process} on ${host}`
  world.say(
    `the last gate on ${directory} (${who}) did not end in order, or runs in another container; ` +
      `watching for ${SILENCE_MS / 1000} s whether it lives`,
  )
  for (let waitedMs = 0; waitedMs < SILENCE_MS; waitedMs += LOOK_EVERY_MS) {
    await world.wait(LOOK_EVERY_MS)
    const now = contentOf(path)
    if (now === undefined) return false
    if (!now.equals(found)) throw new DirectoryLocked(directory, `${who}, which lives`)
  }
  return true
}

/** Puts a new file in the place of the one that was judged. Undefined where that one is there no more. */
function replaced(path: string, judged: Buffer, id: string): number | undefined {
  const fresh = `${path}.${id}`
  const fd = openSync(fresh, 'wx+', 0o600)
  if (contentOf(path)?.equals(judged) === true) {
    // Should two come to this line at once, the later one has it, and the other sees so before it writes.
    renameSync(fresh, path)
    return fd
  }
  closeSync(fd)
  rmSync(fresh, { force: true })
  return undefined
}

function created(path: string): number | undefined {
  try {
    return openSync(path, 'wx+', 0o600)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    throw cause
  }
}

function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cause
  }
}

/** What the file says of its writer; nothing where a crash left it unfinished. */
function ownerIn(content: Buffer): Partial<Owner> {
  try {
    const said: unknown = JSON.parse(content.toString('utf8').split('\n', 1)[0] ?? '')
    return typeof said === 'object' && said !== null ? said : {}
  } catch {
    return {}
  }
}
