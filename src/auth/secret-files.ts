/**
 * Secrets on disk: one folder of mode 0700, files of mode 0600, written whole or not at all. A file or folder that others
 * may read is refused, not repaired: whoever could read it may have done so.
 */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'

const GROUP_AND_OTHERS = 0o077
const FILE_MODE = 0o600

export class SecretFiles {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    assertPrivate(folder)
  }

  /** The file's text, or undefined where there is none. */
  read(name: string): string | undefined {
    const path = join(this.folder, name)
    try {
      assertPrivate(path)
      return readFileSync(path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  /** Replaces the file. */
  write(name: string, text: string): void {
    renameSync(this.#writeNew(name, text), join(this.folder, name))
  }

  /** Replaces the file, beside other work. One caller a file: a second one would write into the first one's. */
  async replace(name: string, text: string): Promise<void> {
    const path = join(this.folder, `.${name}.${process.pid}.new`)
    const file = await open(path, 'w', FILE_MODE)
    try {
      await file.chmod(FILE_MODE)
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(path, join(this.folder, name))
  }

  /** The file's text; where there is none, what `make` gives is written first. Two processes get the same text. */
  readOrMake(name: string, make: () => string): string {
    const found = this.read(name)
    if (found !== undefined) return found
    const made = this.#writeNew(name, make())
    try {
      // Unlike a rename, a link does not replace what another process has put there meanwhile.
      linkSync(made, join(this.folder, name))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    } finally {
      unlinkSync(made)
    }
    return this.read(name) as string
  }

  #writeNew(name: string, text: string): string {
    const path = join(this.folder, `.${name}.${process.pid}.new`)
    const file = openSync(path, 'w', FILE_MODE)
    try {
      // The mode of openSync is cut by the umask and ignored for a file that a crash left behind.
      chmodSync(path, FILE_MODE)
      writeSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    return path
  }
}

/** @throws Error where others than its owner may read the file or folder */
export function assertPrivate(path: string): void {
  // Windows has no such bits; there the profile folder's own rights hold.
  if (process.platform === 'win32') return
  const mode = statSync(path).mode & 0o777
  if ((mode & GROUP_AND_OTHERS) !== 0) {
    throw new Error(`${path} has mode ${mode.toString(8)}: others may read the gate's secrets; make new ones`)
  }
}
