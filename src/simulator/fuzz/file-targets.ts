/** Bytes on the disk: a journal, the header of a segment, a snapshot with the state in it. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { createEngine } from '../../engine/engine.ts'
import { JournalDamage, JournalReader, JournalTooNew } from '../../journal/journal-reader.ts'
import { readSegmentHeader, segmentName } from '../../journal/segment-header.ts'
import { DEMO_SIZES, type EngineSizes } from '../../model/bounds.ts'
import { NEW_ORDER } from '../../model/records/commands.ts'
import { isCommandAt } from '../../model/records/events.ts'
import { encode } from '../../model/records/schema.ts'
import { lengthAt } from '../../model/records/tape.ts'
import { readSnapshotHeader, SNAPSHOT_HEADER_BYTES, writeSnapshotHeader } from '../../replay/snapshot-header.ts'
import { US_EQUITY_PACK } from '../../rules/us-equity-pack.ts'
import type { Dice } from '../commands/dice.ts'
import { openSmallJournal, SMALL_FACTS } from '../small-journal.ts'
import { FuzzFinding, type FuzzTarget } from './fuzz-target.ts'
import { mutateBytes } from './mutate.ts'

const SEGMENT_BYTES = 512
/** Of a block's header, docs/reference/journal.md. */
const BLOCK = { bytes: 96, crc: 4, checkedFrom: 8, payloadBytes: 8, payloadCrc: 12, trailer: 8 } as const
const FOLDER = '/journal'
/** A state is loaded for one input in so many: it takes a thousand times a header. */
const LOADS_ONE_IN = 200

export async function journalTarget(): Promise<FuzzTarget> {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'))
  const small = await openSmallJournal(folder)
  for (let block = 0; block < 4; block++) {
    await small.block([0, 1, 2].map((at) => (tape) => encode(tape, NEW_ORDER, { clOrdID: `J-${block}-${at}` })))
  }
  await small.close()
  const whole = readFileSync(join(folder, segmentName(1)))
  rmSync(folder, { recursive: true })
  return {
    ...{ name: 'journal', weight: 5 },
    parsers: ['journal/journal-reader', 'journal/block-frame', 'journal/segment-header', 'journal/torn-tail'],
    valid: () => whole,
    framed: (dice) => repairedBlock(dice, whole),
    run: (input) => {
      const files = {
        list: () => [segmentName(1)],
        stat: () => ({ size: input.length, links: 1 }),
        read: (_path: string, into: Uint8Array, position: number) => input.copy(into, 0, position),
      }
      const reader = new JournalReader(FOLDER, () => {}, files)
      let commands = 0
      try {
        for (const { tape, start, end } of reader.blocks()) {
          for (let at = start; at < end; at += lengthAt(tape, at)) if (isCommandAt(tape, at)) commands++
        }
      } catch (error) {
        if (error instanceof JournalDamage) return error.why.replace(/\d+/g, 'N')
        if (error instanceof JournalTooNew) return 'too new'
        throw error
      }
      return `${commands} commands${reader.end.tornUntil === undefined ? '' : ', torn'}`
    },
  }
}

/** Records, or the header of a block, are changed and the checksums around them are right. */
function repairedBlock(dice: Dice, whole: Buffer): Buffer {
  const blocks: number[] = []
  for (let at = SEGMENT_BYTES; at + BLOCK.bytes < whole.length; ) {
    const bytes = whole.readUInt32LE(at + BLOCK.payloadBytes)
    if (bytes === 0) break
    blocks.push(at)
    at += BLOCK.bytes + bytes + BLOCK.trailer
  }
  const input = Buffer.from(whole)
  const at = dice.of(blocks)
  const start = at + BLOCK.bytes
  const end = start + whole.readUInt32LE(at + BLOCK.payloadBytes)
  const [from, to] = dice.chance(70) ? [start, end] : [at + BLOCK.payloadCrc + 4, start]
  const changed = mutateBytes(dice, input.subarray(from, to), whole).subarray(0, to - from)
  changed.copy(input, from)
  if (from === start) input.writeUInt32LE(crc32(input.subarray(start, end)), at + BLOCK.payloadCrc)
  input.writeUInt32LE(crc32(input.subarray(at + BLOCK.checkedFrom, start)), at + BLOCK.crc)
  return input
}

export function segmentHeaderTarget(journal: FuzzTarget): FuzzTarget {
  return {
    ...{ name: 'segment header', weight: 2, parsers: ['journal/segment-header'] },
    valid: (dice) => journal.valid(dice).subarray(0, SEGMENT_BYTES),
    framed: (dice) => rehashed(mutateBytes(dice, journal.valid(dice).subarray(0, SEGMENT_BYTES), Buffer.alloc(64))),
    run: (input) => {
      const read = readSegmentHeader(input)
      return typeof read === 'string' ? read.replace(/\d+/g, 'N').slice(0, 60) : `segment ${read.number > 0}`
    },
  }
}

/** A header of 512 bytes whose last 32 are the hash of what is before them. */
function rehashed(bytes: Buffer): Buffer {
  const header = Buffer.alloc(SEGMENT_BYTES)
  bytes.copy(header, 0, 0, SEGMENT_BYTES)
  createHash('sha256')
    .update(header.subarray(0, SEGMENT_BYTES - 32))
    .digest()
    .copy(header, SEGMENT_BYTES - 32)
  return header
}

const TINY = Object.fromEntries(Object.keys(DEMO_SIZES).map((name) => [name, 16])) as unknown as EngineSizes

export function snapshotTarget(): FuzzTarget {
  const engine = () => createEngine({ sizes: TINY, rules: US_EQUITY_PACK, hashSeed: 7 })
  const parts: Uint8Array[] = []
  const saved = engine()
  saved.save((bytes) => void parts.push(bytes.slice()))
  const body = Buffer.concat(parts)
  const position = { segment: 1, blockOffset: 512, offset: 1_024, seq: 3, timeUs: 1, hash: '0'.repeat(64) }
  const { engineVersion, codeHash } = SMALL_FACTS
  const header = writeSnapshotHeader({
    ...{ engineVersion, codeHash, hashSeed: 7, sizes: TINY, position, stateHash: saved.stateHash() },
    ...{ bodyBytes: body.length, bodyCrc: crc32(body) },
  })
  const whole = Buffer.concat([header, body])
  return {
    ...{ name: 'snapshot', weight: 2, parsers: ['replay/snapshot-header', 'engine/state/state-loader'] },
    valid: () => whole,
    framed: (dice) => {
      const changed = rehashed(mutateBytes(dice, Buffer.from(header), body))
      if (dice.chance(50)) return Buffer.concat([changed, body])
      return Buffer.concat([header, mutateBytes(dice, body, body)])
    },
    run: (input, dice) => {
      const read = readSnapshotHeader(input.subarray(0, SNAPSHOT_HEADER_BYTES))
      if (typeof read === 'string') return read.replace(/\d+/g, 'N').slice(0, 60)
      if (dice.below(LOADS_ONE_IN) > 0) return 'header'
      return loaded(input.subarray(SNAPSHOT_HEADER_BYTES), body)
    },
  }

  /** A state whose bytes do not fit is refused; one that was loaded is told by its hash. */
  function loaded(bytes: Buffer, original: Buffer): string {
    const into = engine()
    let at = 0
    try {
      into.load((part) => {
        const taken = bytes.copy(part, 0, at)
        at += taken
        return taken
      })
    } catch (error) {
      return `not loaded: ${(error as Error).name}`
    }
    const isSame = into.stateHash() === saved.stateHash()
    if (isSame && !bytes.equals(original) && bytes.length !== original.length)
      throw new FuzzFinding('bytes are passed over')
    return isSame ? 'the same state' : 'another state, which its hash refuses'
  }
}
