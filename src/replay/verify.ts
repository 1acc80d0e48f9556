/**
 * Proves a journal offline: the chain from the first byte to the last, and that an engine of the same version decides
 * every command to the same bytes again.
 */
import { isDeepStrictEqual } from 'node:util'
import { diskFiles, type JournalReads } from '../journal/journal-files.ts'
import { JournalReader, type StoredBlock } from '../journal/journal-reader.ts'
import type { SegmentFacts, SegmentHeader } from '../journal/segment-header.ts'
import { type DecisionEngine, ENTRY_BYTES_MAX } from '../model/engine-port.ts'
import { isCommandAt, layoutOfType } from '../model/records/events.ts'
import { lengthAt, Tape, typeAt } from '../model/records/tape.ts'
import { ENGINE_VERSION } from '../model/version.ts'

/** The first place where the engine decided otherwise. */
export interface Difference {
  readonly seq: number
  /** Name of the record that differs, and its place among the records of the command: 0 is the command itself. */
  readonly record: string
  readonly index: number
  /** First byte that differs, from the record's start; where one of the two ends, that end. */
  readonly byte: number
  /** Field that the byte lies in; '' in the record's own header and behind its fixed part. */
  readonly field: string
  readonly file: string
}

export interface VerifyReport {
  /** `chain only`: the chain holds, but some decisions need another engine. */
  readonly outcome: 'same' | 'different' | 'chain only'
  readonly segments: number
  readonly blocks: number
  readonly entries: number
  /** Commands that were decided again, to the same bytes. */
  readonly decided: number
  /** Versions of the engines that the decisions of some segments need. */
  readonly otherEngines: readonly number[]
  readonly lastSeq: number
  /** Hash of the last block: whoever keeps it elsewhere can prove that nothing before it was changed. */
  readonly hash: string
  /** Bytes of a torn tail, which the next gate will move aside. */
  readonly tornBytes: number
  readonly difference: Difference | undefined
}

/** Exit codes of `portcullis journal verify`; JournalDamage is 2. */
export const VERIFY_EXIT = { same: 0, different: 1, 'chain only': 3 } as const
export const DAMAGE_EXIT = 2

/** Reads the whole journal. Throws JournalDamage where it is not whole. */
export function verify(
  directory: string,
  makeEngine: (facts: SegmentFacts) => DecisionEngine,
  engineVersion = ENGINE_VERSION,
  files: JournalReads = diskFiles,
): VerifyReport {
  const open = () => new JournalReader(directory, undefined, files)
  const reader = open()
  const again = new Again()
  const otherEngines = new Set<number>()
  let blocks = 0
  let decided = 0
  let segment: SegmentHeader | undefined
  let engine: DecisionEngine | undefined
  let difference: Difference | undefined
  for (const block of reader.blocks()) {
    if (block.segment !== segment) {
      if (segment === undefined || !isSameMake(segment, block.segment)) {
        engine = rebuilt(open(), makeEngine(block.segment), block.firstSeq)
      }
      segment = block.segment
    }
    blocks++
    if (segment.engineVersion !== engineVersion) otherEngines.add(segment.engineVersion)
    // After a difference the states differ too: only the chain is worth going on with. What a newer engine has recorded
    // this one cannot apply.
    if (segment.engineVersion > engineVersion) engine = undefined
    if (engine === undefined || difference !== undefined) continue
    if (segment.engineVersion === engineVersion) {
      difference = again.decide(engine, block)
      if (difference === undefined) decided += block.lastSeq - block.firstSeq + 1
    } else applyAll(engine, block)
  }
  const { segment: last, lastSeq, hash, offset, tornUntil } = reader.end
  const outcome = difference !== undefined ? 'different' : otherEngines.size > 0 ? 'chain only' : 'same'
  return {
    outcome,
    segments: last?.number ?? 0,
    blocks,
    entries: lastSeq,
    decided,
    otherEngines: [...otherEngines],
    lastSeq,
    hash,
    tornBytes: tornUntil === undefined ? 0 : tornUntil - offset,
    difference,
  }
}

/** Returns the report in words, for a person. */
export function describe(report: VerifyReport): string {
  const { difference, otherEngines } = report
  const lines = [
    `chain holds: ${report.segments} segments, ${report.blocks} blocks, ${report.entries} commands, last hash ${report.hash}`,
  ]
  if (report.tornBytes > 0) lines.push(`torn tail of ${report.tornBytes} bytes: the next start moves it aside`)
  if (difference !== undefined) {
    const place = difference.field === '' ? '' : ` (${difference.field})`
    lines.push(
      `decided otherwise: command ${difference.seq}, record ${difference.index} ${difference.record}, ` +
        `byte ${difference.byte}${place}, in ${difference.file}`,
    )
  }
  lines.push(`${report.decided} commands decided again to the same bytes`)
  for (const version of otherEngines) lines.push(`decisions need engine ${version}`)
  return lines.join('\n')
}

/** Decides recorded commands again on a tape of its own. */
class Again {
  #tape = Tape.ofBytes(2 * ENTRY_BYTES_MAX)

  decide(engine: DecisionEngine, block: StoredBlock): Difference | undefined {
    const tape = this.#tape
    for (let at = block.start; at < block.end; ) {
      const entryEnd = endOfEntry(block.tape, at)
      const command = lengthAt(block.tape, at)
      tape.u8.set(block.tape.u8.subarray(at, at + command))
      tape.end = command
      engine.execute(tape, 0)
      const byte = firstDifference(block.tape.u8.subarray(at, entryEnd), tape.u8.subarray(0, tape.end))
      if (byte !== undefined) return differenceAt(block, at, entryEnd, tape, byte)
      at = entryEnd
    }
    return undefined
  }
}

function endOfEntry(tape: Tape, offset: number): number {
  let at = offset
  do at += lengthAt(tape, at)
  while (at < tape.end && !isCommandAt(tape, at))
  return at
}

function firstDifference(recorded: Uint8Array, decided: Uint8Array): number | undefined {
  if (Buffer.compare(recorded, decided) === 0) return undefined
  const shared = Math.min(recorded.length, decided.length)
  let at = 0
  while (at < shared && recorded[at] === decided[at]) at++
  return at
}

/** Names the record and field in which byte `byte` of the entry lies. */
function differenceAt(block: StoredBlock, offset: number, entryEnd: number, decided: Tape, byte: number): Difference {
  const { tape } = block
  const seq = tape.f64[(offset >> 3) + 1] as number
  // Behind the end of what was recorded only the new decision can say what record it is.
  const isBehind = offset + byte >= entryEnd
  const source = isBehind ? decided : tape
  const from = isBehind ? 0 : offset
  const end = isBehind ? decided.end : entryEnd
  let at = from
  let index = 0
  while (at < end && at + lengthAt(source, at) <= from + byte) {
    at += lengthAt(source, at)
    index++
  }
  if (at >= end) return { seq, record: 'none', index, byte: 0, field: '', file: block.file }
  const within = from + byte - at
  const layout = layoutOfType(typeAt(source, at))
  const field = layout?.fields.find(({ name, kind, width }) => {
    const place = layout.at[name] as number
    const start = kind === 'text' ? place : place * width
    return within >= start && within < start + width
  })
  return { seq, record: layout?.name ?? 'unknown', index, byte: within, field: field?.name ?? '', file: block.file }
}

/** Only the same sizes and the same seed give the same slots, and so the same bytes. */
function isSameMake(a: SegmentFacts, b: SegmentFacts): boolean {
  return a.hashSeed === b.hashSeed && isDeepStrictEqual(a.sizes, b.sizes)
}

/** Brings an engine of another make to where the live one was when it came back from the journal. */
function rebuilt(reader: JournalReader, engine: DecisionEngine, untilSeq: number): DecisionEngine {
  if (untilSeq === 1) return engine
  for (const block of reader.blocks()) {
    if (block.firstSeq >= untilSeq) break
    applyAll(engine, block)
  }
  return engine
}

function applyAll(engine: DecisionEngine, block: StoredBlock): void {
  for (let at = block.start; at < block.end; ) at = engine.apply(block.tape, at)
}
