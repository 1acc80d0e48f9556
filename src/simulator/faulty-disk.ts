/**
 * A disk that fails and loses power: real files, but what was not synced can be taken back, sector by sector, and any
 * operation can be made to fail.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { diskFiles, type JournalFile, type JournalFiles } from '../journal/journal-files.ts'

const SECTOR_BYTES = 512

/** What an operation that is about to happen is called. */
export type Operation = 'write' | 'sync' | 'truncate' | 'open' | 'rename'

export class FaultyDisk implements JournalFiles {
  /** Operations so far, as `write 00000001.pjl`. */
  readonly log: string[] = []
  /** Asked before each operation: true makes it fail, a write after half of its bytes. */
  isFailing: (operation: Operation, path: string) => boolean = () => false
  readonly #files = new Set<FaultyFile>()

  open(path: string, create: boolean): JournalFile {
    this.check('open', path)
    const file = new FaultyFile(this, path, diskFiles.open(path, create))
    this.#files.add(file)
    return file
  }

  list(directory: string): string[] {
    return diskFiles.list(directory)
  }

  stat(path: string): ReturnType<JournalFiles['stat']> {
    return diskFiles.stat(path)
  }

  read(path: string, into: Uint8Array, position: number): number {
    return diskFiles.read(path, into, position)
  }

  remove(path: string): void {
    diskFiles.remove(path)
  }

  rename(from: string, to: string): void {
    this.check('rename', from)
    diskFiles.rename(from, to)
    this.#moved(from, to)
  }

  name(from: string, to: string): void {
    this.check('rename', from)
    diskFiles.name(from, to)
    this.#moved(from, to)
  }

  syncFolder(): void {}

  #moved(from: string, to: string): void {
    for (const file of this.#files) if (file.path === from) file.path = to
  }

  /** The power goes: of each sector that was written and not synced, either the new or the old bytes remain. */
  losePower(keeps: () => boolean): void {
    for (const file of this.#files) file.losePower(keeps)
  }

  check(operation: Operation, path: string): void {
    this.log.push(`${operation} ${path.slice(path.lastIndexOf('/') + 1)}`)
    if (this.isFailing(operation, path)) throw Object.assign(new Error(`EIO: ${operation}`), { code: 'EIO' })
  }
}

class FaultyFile implements JournalFile {
  path: string
  readonly #disk: FaultyDisk
  readonly #file: JournalFile
  #unsynced: { readonly position: number; readonly before: Uint8Array }[] = []

  constructor(disk: FaultyDisk, path: string, file: JournalFile) {
    this.#disk = disk
    this.path = path
    this.#file = file
  }

  write(bytes: Uint8Array, position: number): void {
    this.#remember(bytes.length, position)
    try {
      this.#disk.check('write', this.path)
    } catch (cause) {
      this.#file.write(bytes.subarray(0, bytes.length >> 1), position)
      throw cause
    }
    this.#file.write(bytes, position)
  }

  async writeLater(bytes: Uint8Array, position: number): Promise<void> {
    this.write(bytes, position)
  }

  /** A sync that fails leaves open what of the data is on the disk. */
  sync(): void {
    this.#disk.check('sync', this.path)
    this.#unsynced = []
  }

  async syncLater(): Promise<void> {
    const under = this.#unsynced.length
    await new Promise<void>((settle) => setImmediate(settle))
    this.#disk.check('sync', this.path)
    this.#unsynced = this.#unsynced.slice(under)
  }

  truncate(bytes: number): void {
    this.#disk.check('truncate', this.path)
    this.#file.truncate(bytes)
  }

  endsAt(bytes: number): boolean {
    return this.#file.endsAt(bytes)
  }

  close(): void {
    this.#file.close()
  }

  losePower(keeps: () => boolean): void {
    if (this.#unsynced.length === 0) return
    const fd = openSync(this.path, 'r+')
    for (const { position, before } of this.#unsynced.reverse()) {
      for (let at = 0; at < before.length; ) {
        const end = Math.min(before.length, at + SECTOR_BYTES - ((position + at) % SECTOR_BYTES))
        if (!keeps()) writeSync(fd, before, at, end - at, position + at)
        at = end
      }
    }
    closeSync(fd)
    this.#unsynced = []
  }

  #remember(length: number, position: number): void {
    const before = new Uint8Array(length)
    const fd = openSync(this.path, 'r')
    readSync(fd, before, 0, length, position)
    closeSync(fd)
    this.#unsynced.push({ position, before })
  }
}
