/** Writes a journal of the engine's mixed flow with the venue's reports, as a gate that is never idle does. */
import { lockDirectory } from '../src/journal/directory-lock.ts'
import { FileJournal } from '../src/journal/file-journal.ts'
import { JournalReader } from '../src/journal/journal-reader.ts'
import { lengthAt, Tape } from '../src/model/records/tape.ts'
import { ENGINE_VERSION } from '../src/model/version.ts'
import { US_EQUITY_PACK } from '../src/rules/us-equity-pack.ts'
import { Flow } from './engine-flow.ts'
import { buildWorld } from './engine-world.ts'

/** What stands in its segments as the hash of the build. */
export const CODE = 'be'.repeat(32)
const OPEN = 10_000
const BATCH = 4096
const BLOCK_BYTES = 512 * 1024

/** `commands`, or a few more: the venue's reports come in one go. */
export async function writeJournal(directory: string, commandCount: number): Promise<void> {
  const sizes = {
    ...{ orders: 1 << 18, idsPerDay: commandCount + (1 << 20), instruments: 1 << 13, scopes: 1 << 11 },
    ...{ cellPages: 1 << 20, books: 1 << 20, limitRows: 1 << 17, locates: 64, duplicates: 1 << 16 },
    executionsPerDay: commandCount,
  }
  const lock = await lockDirectory(directory)
  const reader = new JournalReader(directory)
  for (const _ of reader.blocks()) throw new Error(`${directory} holds a journal`)
  const facts = { engineVersion: ENGINE_VERSION, codeHash: CODE, parametersVersion: 0, sizes, hashSeed: 12345 }
  const journal = FileJournal.open({ lock, reader, facts: { ...facts, durability: 'os' }, wallUs: () => 0 })
  const block = Tape.ofBytes(journal.headBytes + 2 * BLOCK_BYTES + journal.tailBytes)
  block.end = journal.headBytes
  let firstSeq = 1
  let lastSeq = 0
  const flush = () => {
    if (block.end === journal.headBytes) return
    const [start, end] = [journal.headBytes, block.end]
    const lastTimeUs = 1
    if (journal.append({ tape: block, start, end, firstSeq, lastSeq, lastTimeUs }, true) !== undefined) {
      throw new Error('a blocking append has not blocked')
    }
    firstSeq = lastSeq + 1
    block.end = journal.headBytes
  }
  const keep = (tape: Tape, offset: number) => {
    block.u8.set(tape.u8.subarray(offset, tape.end), block.end)
    block.end += tape.end - offset
    lastSeq++
    if (block.end - journal.headBytes >= BLOCK_BYTES) flush()
  }
  const world = buildWorld({
    ...{ accounts: 200, traders: 50, desks: 10, instruments: 5_000, extraLimitRows: 0 },
    ...{ sizes, rules: US_EQUITY_PACK, onEntry: keep },
  })
  const flow = new Flow(world, 7)
  const commands = Tape.ofBytes(64 << 20)
  const work = Tape.ofBytes(1 << 20)
  const play = (offsets: readonly number[]) => {
    for (const from of offsets) {
      const bytes = lengthAt(commands, from)
      work.u8.set(commands.u8.subarray(from, from + bytes))
      work.end = bytes
      world.timeUs += 1
      work.f64[1] = ++world.seq
      work.f64[2] = world.timeUs
      world.engine.execute(work, 0)
      keep(work, 0)
    }
  }
  const batch = (count: number, one: () => number) => {
    commands.end = 0
    play(Array.from({ length: count }, one))
  }
  batch(OPEN, () => flow.writeNew(commands, 0))
  while (lastSeq < commandCount) {
    batch(BATCH, () => flow.writeMixed(commands))
    commands.end = 0
    play(flow.writeSettlement(commands, OPEN))
  }
  flush()
  await journal.close()
  await lock.release()
}
