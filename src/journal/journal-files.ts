/** The file operations that a journal is written and read with, so that a test can let any of them fail. */
import {
  closeSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  write,
  writeSync,
} from 'node:fs'

export interface JournalFile {
  /** Writes all of `bytes` at `position`, or throws. */
  write(bytes: Uint8Array, position: number): void
  writeLater(bytes: Uint8Array, position: number): Promise<void>
  /** Returns when data, and what is needed to read it back, is on the disk. */
  sync(): void
  syncLater(): Promise<void>
  /** Cuts the file, or makes it longer by zeros that take no room. */
  truncate(bytes: number): void
  /** True where the file's size is exactly `bytes`, as every process sees it now. */
  endsAt(bytes: number): boolean
  close(): void
}

/** What a reader needs. */
export interface JournalReads {
  /** Names of the files in a folder, in no order. */
  list(directory: string): string[]
  /** Size and number of names; undefined where there is no file. */
  stat(path: string): { readonly size: number; readonly links: number } | undefined
  /** Fills `into` from byte `position` on; returns how much of it the file had. */
  read(path: string, into: Uint8Array, position: number): number
}

export interface JournalFiles extends JournalReads {
  /** Opens for reading and writing; `create` makes a new file and throws where there is one. */
  open(path: string, create: boolean): JournalFile
  /** Takes the place of what `to` is, if anything. */
  rename(from: string, to: string): void
  /** Gives the file a name that nothing has yet; throws EEXIST where something has it. */
  name(from: string, to: string): void
  /** Takes the name away, if anything has it. */
  remove(path: string): void
  /** Makes the names in a folder durable. */
  syncFolder(path: string): void
}

const LAST_AND_NEXT = new Uint8Array(2)

class DiskFile implements JournalFile {
  readonly #fd: number

  constructor(fd: number) {
    this.#fd = fd
  }

  write(bytes: Uint8Array, position: number): void {
    let done = 0
    while (done < bytes.length) done += writeSync(this.#fd, bytes, done, bytes.length - done, position + done)
  }

  async writeLater(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0
    while (done < bytes.length) {
      done += await new Promise<number>((settle, fail) => {
        write(this.#fd, bytes, done, bytes.length - done, position + done, (error, written) =>
          error === null ? settle(written) : fail(error),
        )
      })
    }
  }

  sync(): void {
    fdatasyncSync(this.#fd)
  }

  syncLater(): Promise<void> {
    return new Promise((settle, fail) => {
      fdatasync(this.#fd, (error) => (error === null ? settle() : fail(error)))
    })
  }

  truncate(bytes: number): void {
    ftruncateSync(this.#fd, bytes)
  }

  /** Reads over the end: after fstat Linux gives the next write a time of its own, which costs its sync tens of us. */
  endsAt(bytes: number): boolean {
    return readSync(this.#fd, LAST_AND_NEXT, 0, LAST_AND_NEXT.length, bytes - 1) === 1
  }

  close(): void {
    closeSync(this.#fd)
  }
}

export const diskFiles: JournalFiles = {
  list: (directory) => readdirSync(directory),
  stat: (path) => {
    const found = statSync(path, { throwIfNoEntry: false })
    return found === undefined ? undefined : { size: found.size, links: found.nlink }
  },
  read: readFrom,
  open: (path, create) => new DiskFile(openSync(path, create ? 'wx+' : 'r+', 0o600)),
  rename: renameSync,
  name: nameExclusively,
  remove: (path) => rmSync(path, { force: true }),
  syncFolder: (path) => {
    // Windows cannot sync a folder; its file system journals names by itself.
    if (process.platform === 'win32') return
    const fd = openSync(path, 'r')
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  },
}

function readFrom(path: string, into: Uint8Array, position: number): number {
  const fd = openSync(path, 'r')
  try {
    let done = 0
    while (done < into.length) {
      const read = readSync(fd, into, done, into.length - done, position + done)
      if (read === 0) break
      done += read
    }
    return done
  } finally {
    closeSync(fd)
  }
}

/** What file systems without hard links answer: FAT, and some that live in user space. */
const NO_LINKS: readonly (string | undefined)[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']

function nameExclusively(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (cause) {
    if (!NO_LINKS.includes((cause as NodeJS.ErrnoException).code)) throw cause
    if (existsSync(to)) throw Object.assign(new Error(`EEXIST: ${to}`), { code: 'EEXIST' })
    renameSync(from, to)
    return
  }
  unlinkSync(from)
}
