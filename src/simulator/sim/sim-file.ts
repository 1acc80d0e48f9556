/**
 * A file of a simulated disk: what every process reads, and apart from it what the disk would still hold after the power
 * went. A disk writes sectors whole, in any order, and of several versions of one since the last sync may hold any.
 */
import type { Dice } from '../commands/dice.ts'

export const SECTOR_BYTES = 512

/** What a sync that is on its way has promised to make durable. */
export interface SyncPoint {
  readonly sectors: ReadonlyMap<number, Uint8Array>
  readonly size: number
}

export class SimFile {
  size = 0
  #seen = new Uint8Array(SECTOR_BYTES)
  #durable = new Uint8Array(SECTOR_BYTES)
  #durableSize = 0
  /** Contents of each sector since it was last synced, oldest first. */
  readonly #unsynced = new Map<number, Uint8Array[]>()
  #unsyncedSizes: number[] = []

  read(into: Uint8Array, position: number): number {
    const bytes = Math.max(0, Math.min(into.length, this.size - position))
    into.set(this.#seen.subarray(position, position + bytes))
    return bytes
  }

  write(bytes: Uint8Array, position: number): void {
    this.#reach(position + bytes.length)
    if (position + bytes.length > this.size) this.#resize(position + bytes.length)
    this.#seen.set(bytes, position)
    this.#touch(position, position + bytes.length)
  }

  truncate(size: number): void {
    this.#reach(size)
    if (size < this.size) {
      const until = this.size
      this.#seen.fill(0, size, until)
      this.#touch(size, until)
    }
    if (size !== this.size) this.#resize(size)
  }

  beginSync(): SyncPoint {
    const sectors = new Map<number, Uint8Array>()
    for (const [sector, versions] of this.#unsynced) sectors.set(sector, versions.at(-1) as Uint8Array)
    return { sectors, size: this.size }
  }

  endSync({ sectors, size }: SyncPoint): void {
    for (const [sector, content] of sectors) {
      const versions = this.#unsynced.get(sector) ?? []
      const place = versions.indexOf(content)
      // A later sync may have been quicker.
      if (place < 0) continue
      this.#durable.set(content, sector * SECTOR_BYTES)
      if (place + 1 === versions.length) this.#unsynced.delete(sector)
      else this.#unsynced.set(sector, versions.slice(place + 1))
    }
    const place = this.#unsyncedSizes.lastIndexOf(size)
    if (place < 0) return
    this.#durableSize = size
    this.#unsyncedSizes = this.#unsyncedSizes.slice(place + 1)
  }

  /** A sync that fails: some of it is on the disk, and the system takes all of it for written. */
  failSync({ sectors, size }: SyncPoint, dice: Dice): void {
    for (const [sector, content] of sectors) {
      if (dice.chance(50)) this.#durable.set(content, sector * SECTOR_BYTES)
      this.#unsynced.delete(sector)
    }
    if (dice.chance(50)) this.#durableSize = size
    this.#unsyncedSizes = []
  }

  /** The power goes: of each sector, and of the size, one of the versions since the last sync remains, or the one before. */
  losePower(dice: Dice): void {
    for (const [sector, versions] of this.#unsynced) {
      const kept = dice.below(versions.length + 1)
      if (kept > 0) this.#durable.set(versions[kept - 1] as Uint8Array, sector * SECTOR_BYTES)
    }
    this.size = dice.of([this.#durableSize, ...this.#unsyncedSizes])
    this.#durable.fill(0, this.size)
    this.#durableSize = this.size
    this.#unsynced.clear()
    this.#unsyncedSizes = []
    this.#seen = this.#durable.slice()
  }

  /** True where `bytes` stand at `position` whatever a loss of power now leaves. */
  holds(bytes: Uint8Array, position: number): boolean {
    const end = position + bytes.length
    if (Math.min(this.#durableSize, ...this.#unsyncedSizes) < end) return false
    if (Buffer.compare(this.#durable.subarray(position, end), bytes) !== 0) return false
    for (let sector = Math.floor(position / SECTOR_BYTES); sector * SECTOR_BYTES < end; sector++) {
      const start = sector * SECTOR_BYTES
      const [from, to] = [Math.max(position, start), Math.min(end, start + SECTOR_BYTES)]
      for (const version of this.#unsynced.get(sector) ?? []) {
        const own = version.subarray(from - start, to - start)
        if (Buffer.compare(own, bytes.subarray(from - position, to - position)) !== 0) return false
      }
    }
    return true
  }

  #resize(size: number): void {
    this.size = size
    this.#unsyncedSizes.push(size)
  }

  #touch(from: number, until: number): void {
    for (let sector = Math.floor(from / SECTOR_BYTES); sector * SECTOR_BYTES < until; sector++) {
      const content = this.#seen.slice(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES)
      const versions = this.#unsynced.get(sector)
      if (versions === undefined) this.#unsynced.set(sector, [content])
      else versions.push(content)
    }
  }

  #reach(size: number): void {
    if (size <= this.#seen.length) return
    const bytes = Math.max(Math.ceil(size / SECTOR_BYTES) * SECTOR_BYTES, this.#seen.length * 2)
    this.#seen = grown(this.#seen, bytes)
    this.#durable = grown(this.#durable, bytes)
  }
}

function grown(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(length)
  larger.set(bytes)
  return larger
}
