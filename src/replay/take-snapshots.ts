/**
 * Makes snapshots of a journal beside the gate that writes it: an engine of its own applies what is published as durable,
 * and is saved where enough has been applied since the last time. The gate never waits for it.
 */
import { isDeepStrictEqual } from 'node:util'
import { readDurablePosition } from '../journal/durable-position.ts'
import { JournalFollower } from '../journal/journal-follower.ts'
import { JournalReader, JournalTooNew } from '../journal/journal-reader.ts'
import type { SegmentFacts, SegmentHeader } from '../journal/segment-header.ts'
import type { DecisionEngine } from '../model/engine-port.ts'
import type { SnapshotFacts, SnapshotHeader } from './snapshot-header.ts'
import { loadNewest, saveSnapshot } from './snapshots.ts'

export interface TakerOptions {
  /** Folder of the journal. */
  readonly directory: string
  readonly engineVersion: number
  readonly codeHash: string
  readonly makeEngine: (facts: Pick<SegmentFacts, 'sizes' | 'hashSeed'>) => DecisionEngine
  /** Told what a person may want to know, a line each. */
  readonly say: (line: string) => void
  /** How many snapshots are kept; two where it is left out. */
  readonly kept?: number
}

export class SnapshotTaker {
  readonly #options: TakerOptions
  #engine: DecisionEngine | undefined
  #facts: SnapshotFacts | undefined
  #follower: JournalFollower
  /** Number of the last segment when the engine was made. */
  #newest = 0
  /** The block of the last snapshot. */
  #savedSeq = 0

  constructor(options: TakerOptions) {
    this.#options = options
    this.#follower = new JournalFollower(options.directory)
  }

  /** Commands that were applied since the last snapshot. */
  get behind(): number {
    return (this.#follower.position?.seq ?? 0) - this.#savedSeq
  }

  /** Commands that the gate has published as durable and that are not applied yet. */
  get lag(): number {
    const durable = readDurablePosition(this.#options.directory)?.seq ?? 0
    return Math.max(0, durable - (this.#follower.position?.seq ?? 0))
  }

  /**
   * Applies what has become durable, and stops after `mostCommands` or little more; true where more may be there. Begins from the newest snapshot that fits. Throws JournalDamage, JournalTooNew.
   */
  advance(mostCommands: number): boolean {
    this.#begin()
    let applied = 0
    for (const { tape, start, end, segment, file, firstSeq, lastSeq } of this.#follower.blocks()) {
      this.#checkVersion(segment, file)
      // A gate that was started with other sizes has applied the journal to an engine of those: so must this.
      if (this.#engine === undefined || this.#isOfOtherMake(segment)) {
        this.#engine = undefined
        return true
      }
      for (let at = start; at < end; ) at = this.#engine.apply(tape, at)
      applied += lastSeq - firstSeq + 1
      if (applied >= mostCommands) return true
    }
    return false
  }

  /** Saves the state behind the last block that was applied; undefined where nothing has come since the last snapshot. */
  save(): SnapshotHeader | undefined {
    const { position } = this.#follower
    if (position === undefined || this.#engine === undefined || this.#facts === undefined || this.behind === 0) return
    const header = saveSnapshot(this.#options.directory, this.#engine, this.#facts, position, this.#options.kept)
    this.#savedSeq = position.seq
    return header
  }

  #begin(): void {
    if (this.#engine !== undefined) return
    const { directory, engineVersion, codeHash, makeEngine, say } = this.#options
    const newest = new JournalReader(directory).lastHeader()
    if (newest === undefined) return
    this.#checkVersion(newest, directory)
    const { sizes, hashSeed } = newest
    this.#newest = newest.number
    this.#facts = { engineVersion, codeHash, sizes, hashSeed }
    const loaded = loadNewest(directory, this.#facts, () => makeEngine({ sizes, hashSeed }), say)
    this.#engine = loaded?.engine ?? makeEngine({ sizes, hashSeed })
    this.#follower = new JournalFollower(directory, loaded?.position)
    this.#savedSeq = loaded?.position.seq ?? 0
  }

  #checkVersion({ engineVersion }: SegmentHeader, file: string): void {
    const own = this.#options.engineVersion
    if (engineVersion > own)
      throw new JournalTooNew(`${file} was written by engine ${engineVersion}; this build has ${own}`)
  }

  #isOfOtherMake({ number, sizes, hashSeed }: SegmentHeader): boolean {
    if (number <= this.#newest) return false
    return hashSeed !== this.#facts?.hashSeed || !isDeepStrictEqual(sizes, this.#facts.sizes)
  }
}
