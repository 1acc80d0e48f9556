/**
 * The disk of a simulated world. What is not synced is apart from what is: contents by file, sizes, and the names of a
 * folder. A loss of power keeps any of it or none; an operation can fail, take its time, or be the last one.
 */
import type { JournalFile, JournalFiles } from '../../journal/journal-files.ts'
import type { Dice } from '../commands/dice.ts'
import { SimFile, type SyncPoint } from './sim-file.ts'
import type { SimLoop } from './sim-loop.ts'
import type { SimProcess } from './sim-process.ts'

/** The machine is off, or the process is gone: no code of it runs on from here. */
export class Halted extends Error {
  constructor() {
    super('the simulated process has ended')
    this.name = 'Halted'
  }
}

type Names = Map<string, SimFile>

export class SimDisk {
  /** How many in a hundred operations fail. */
  failPercent = 0
  /** Longest time that an operation in the thread pool takes. */
  slowestUs = 2_000
  /** Operations until `onCut` is called and the one that comes is not done; Infinity for never. */
  cutIn = Number.POSITIVE_INFINITY
  onCut: () => void = () => {}
  readonly #dice: Dice
  readonly #loop: SimLoop
  #names: Names = new Map()
  #durableNames: Names = new Map()
  /** Changes of names since the folder was last synced, in their order. */
  #unsyncedNames: ((names: Names) => void)[] = []

  constructor(dice: Dice, loop: SimLoop) {
    this.#dice = dice
    this.#loop = loop
  }

  /** The disk as a process sees it. */
  filesFor(process: SimProcess): JournalFiles {
    return {
      list: (directory) => this.#list(directory),
      stat: (path) => this.#stat(path),
      read: (path, into, position) => {
        this.#operate(process)
        return this.#existing(path).read(into, position)
      },
      open: (path, create) => {
        this.#operate(process)
        return new OpenFile(this, process, create ? this.#created(path) : this.#existing(path))
      },
      rename: (from, to) => {
        this.#operate(process)
        const file = this.#existing(from)
        this.#change((names) => {
          names.delete(from)
          names.set(to, file)
        })
      },
      name: (from, to) => {
        this.#operate(process)
        const file = this.#existing(from)
        if (this.#names.has(to)) throw failure('EEXIST', to)
        this.#change((names) => names.set(to, file))
        this.#operate(process)
        this.#change((names) => names.delete(from))
      },
      remove: (path) => {
        this.#operate(process)
        this.#change((names) => names.delete(path))
      },
      syncFolder: () => {
        this.#operate(process)
        this.#durableNames = new Map(this.#names)
        this.#unsyncedNames = []
      },
    }
  }

  /** The power goes and comes back. */
  losePower(): void {
    const dice = this.#dice
    // A file system that keeps a log loses its end; one without loses any.
    const keptFirst = dice.below(this.#unsyncedNames.length + 1)
    const isLogged = dice.chance(70)
    const names = new Map(this.#durableNames)
    this.#unsyncedNames.forEach((change, i) => {
      if (isLogged ? i < keptFirst : dice.chance(50)) change(names)
    })
    const files = new Set([...this.#names.values(), ...this.#durableNames.values()])
    for (const file of files) file.losePower(dice)
    this.#names = names
    this.#durableNames = new Map(names)
    this.#unsyncedNames = []
  }

  /** True where the file has these bytes there whatever a loss of power now leaves. */
  holds(path: string, bytes: Uint8Array, position: number): boolean {
    const file = this.#durableNames.get(path)
    return file !== undefined && file === this.#names.get(path) && file.holds(bytes, position)
  }

  /** Counts, fails or cuts the operation that is about to happen. @throws Halted, or as the system does */
  check(process: SimProcess): void {
    this.#operate(process)
  }

  /** Does something when the thread pool comes to it, and then goes on in the process. */
  inPool(process: SimProcess, act: () => void): Promise<void> {
    return new Promise((settle, fail) => {
      this.#loop.in(this.#dice.between(20, this.slowestUs), () => {
        // A process is gone when the kernel has done what it was at, or has dropped it.
        if (!process.isAlive) return
        let failed: unknown
        try {
          this.#operate(process)
          act()
        } catch (cause) {
          failed = cause
        }
        process.in(0, () => (failed === undefined ? settle() : fail(failed)))
      })
    })
  }

  failSync(file: SimFile, point: SyncPoint): void {
    file.failSync(point, this.#dice)
  }

  #operate(process: SimProcess): void {
    if (!process.isAlive) throw new Halted()
    if (--this.cutIn < 0) {
      this.cutIn = Number.POSITIVE_INFINITY
      this.onCut()
      throw new Halted()
    }
    if (this.failPercent > 0 && this.#dice.chance(this.failPercent)) {
      throw failure(this.#dice.chance(75) ? 'EIO' : 'ENOSPC', 'made up')
    }
  }

  #list(directory: string): string[] {
    const head = `${directory}/`
    return [...this.#names.keys()].filter((path) => path.startsWith(head)).map((path) => path.slice(head.length))
  }

  #stat(path: string): { readonly size: number; readonly links: number } | undefined {
    const file = this.#names.get(path)
    if (file === undefined) return undefined
    return { size: file.size, links: [...this.#names.values()].filter((other) => other === file).length }
  }

  #existing(path: string): SimFile {
    const file = this.#names.get(path)
    if (file === undefined) throw failure('ENOENT', path)
    return file
  }

  #created(path: string): SimFile {
    if (this.#names.has(path)) throw failure('EEXIST', path)
    const file = new SimFile()
    this.#change((names) => names.set(path, file))
    return file
  }

  #change(change: (names: Names) => void): void {
    change(this.#names)
    this.#unsyncedNames.push(change)
  }
}

class OpenFile implements JournalFile {
  readonly #disk: SimDisk
  readonly #process: SimProcess
  readonly #file: SimFile

  constructor(disk: SimDisk, process: SimProcess, file: SimFile) {
    this.#disk = disk
    this.#process = process
    this.#file = file
  }

  write(bytes: Uint8Array, position: number): void {
    try {
      this.#disk.check(this.#process)
    } catch (cause) {
      // A write that fails, or is cut short, may have begun.
      this.#file.write(bytes.subarray(0, bytes.length >> 1), position)
      throw cause
    }
    this.#file.write(bytes, position)
  }

  writeLater(bytes: Uint8Array, position: number): Promise<void> {
    return this.#disk.inPool(this.#process, () => this.#file.write(bytes, position))
  }

  sync(): void {
    this.#sync(this.#file.beginSync())
  }

  syncLater(): Promise<void> {
    const point = this.#file.beginSync()
    return this.#disk
      .inPool(this.#process, () => this.#file.endSync(point))
      .catch((cause: unknown) => {
        this.#disk.failSync(this.#file, point)
        throw cause
      })
  }

  truncate(bytes: number): void {
    this.#disk.check(this.#process)
    this.#file.truncate(bytes)
  }

  endsAt(bytes: number): boolean {
    return this.#file.size === bytes
  }

  close(): void {}

  #sync(point: SyncPoint): void {
    try {
      this.#disk.check(this.#process)
    } catch (cause) {
      if (!(cause instanceof Halted)) this.#disk.failSync(this.#file, point)
      throw cause
    }
    this.#file.endSync(point)
  }
}

function failure(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code })
}
