/** A journal that a second thread reads ahead is the journal: the same blocks, the same end, the same refusals. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { NEW_ORDER } from '../model/records/commands.ts'
import { encode } from '../model/records/schema.ts'
import { openSmallJournal, SMALL_FACTS, type WriteCommand } from '../simulator/small-journal.ts'
import { JournalDamage, type JournalEnd, JournalTooNew } from './journal-reader.ts'
import { AheadReader } from './read-ahead.ts'
import { SEGMENT_HEADER_BYTES, segmentName } from './segment-header.ts'

const order: WriteCommand = (tape) => encode(tape, NEW_ORDER, { clOrdID: 'a' })
const orders = (count: number) => Array.from({ length: count }, () => order)

/** What a reader gives out: every block with a copy of its bytes, and the end, or what it throws. */
interface Found {
  readonly blocks: readonly object[]
  readonly end?: JournalEnd
  readonly fault?: Error
}

async function readAll(directory: string, aheadBytes: number, fromSegment: number): Promise<Found> {
  let lived = 0
  const reader = new AheadReader(directory, { aheadBytes, onProgress: () => lived++ })
  const blocks: object[] = []
  try {
    for await (const segment of reader.segments(fromSegment)) {
      for (const { tape, start, end, firstSeq, lastSeq, lastTimeUs, segment: header, file } of segment) {
        assert.equal(tape.end, end, 'an engine finds the end of the last entry')
        const bytes = Buffer.from(tape.u8.subarray(start, end)).toString('hex')
        blocks.push({ bytes, start, end, firstSeq, lastSeq, lastTimeUs, header, file })
      }
    }
  } catch (cause) {
    assert.throws(() => reader.end, /not read to its end/)
    return { blocks, fault: cause as Error }
  }
  assert.equal(lived, blocks.length)
  return { blocks, end: reader.end }
}

/** Both ways of reading say the same. */
async function readBoth(directory: string, fromSegment = 1): Promise<Found> {
  const here = await readAll(directory, Number.POSITIVE_INFINITY, fromSegment)
  const ahead = await readAll(directory, 0, fromSegment)
  assert.deepEqual(ahead.end, here.end)
  assert.deepEqual([ahead.fault?.name, ahead.fault?.message], [here.fault?.name, here.fault?.message])
  // Of a segment that is not whole a thread gives out nothing.
  assert.deepEqual(ahead.blocks, here.blocks.slice(0, ahead.blocks.length))
  if (here.fault === undefined) assert.equal(ahead.blocks.length, here.blocks.length)
  return ahead
}

test('segments of all sizes, with one that has no block, are read to the same end from any of them', async (t) => {
  const directory = await journal(t)
  const small = await openSmallJournal(directory, { segmentBytes: 16_384 })
  await small.close()
  const again = await openSmallJournal(directory, { segmentBytes: 4096 })
  await again.block(orders(2))
  await again.close()
  const { blocks, end } = await readBoth(directory)
  assert.equal(end?.lastSeq, 92)
  assert.ok((end?.segment?.number ?? 0) > 8)
  const files = new Set(blocks.map((block) => (block as { file: string }).file))
  assert.equal(files.size, (end?.segment?.number ?? 0) - 1, 'one segment has no block')
  for (let segment = 2; segment <= (end?.segment?.number ?? 0); segment += 3) await readBoth(directory, segment)
})

test('an empty folder has no block and no end', async (t) => {
  const { blocks, end } = await readBoth(folder(t))
  assert.deepEqual([blocks, end?.segment, end?.lastSeq], [[], undefined, 0])
})

test('a torn tail is found where it is', async (t) => {
  const directory = await journal(t)
  const whole = (await readBoth(directory)).end as JournalEnd
  truncateSync(whole.file, whole.offset - 5)
  const { end } = await readBoth(directory)
  assert.equal(end?.offset, whole.lastBlock)
  assert.ok((end?.tornUntil ?? 0) > (end?.offset ?? 0) && (end?.tornUntil ?? 0) <= whole.offset - 5)
})

test('damage in the middle is refused with its file and byte, and nothing of its segment is given out', async (t) => {
  const directory = await journal(t)
  const { segment } = (await readBoth(directory)).end as JournalEnd
  const middle = join(directory, segmentName(4))
  const bytes = readFileSync(middle)
  bytes[bytes.length - 40] = (bytes[bytes.length - 40] as number) ^ 1
  writeFileSync(middle, bytes)
  const { fault, blocks } = await readBoth(directory)
  assert.ok(fault instanceof JournalDamage)
  assert.equal(fault.file, middle)
  assert.ok(fault.offset >= SEGMENT_HEADER_BYTES && fault.offset < bytes.length)
  assert.deepEqual(new Set(blocks.map((block) => (block as { file: string }).file)).size, 3)
  assert.ok((segment?.number ?? 0) > 4)
})

test('segments that change places, and one that is missing, are refused', async (t) => {
  const directory = await journal(t)
  const [second, third] = [2, 3].map((number) => join(directory, segmentName(number))) as [string, string]
  const kept = readFileSync(third)
  copyFileSync(second, third)
  assert.ok((await readBoth(directory)).fault instanceof JournalDamage)
  writeFileSync(third, kept)
  rmSync(second)
  const { fault } = await readAll(directory, 0, 1)
  assert.match(String(fault), /segment 2 is missing/)
})

test('a journal of a newer format is refused as that', async (t) => {
  const directory = await journal(t)
  const newer = join(directory, segmentName(1))
  const bytes = readFileSync(newer)
  bytes.writeUInt32LE(99, 8)
  writeFileSync(newer, rehashed(bytes))
  assert.ok((await readBoth(directory)).fault instanceof JournalTooNew)
})

test('a reader that is left ends its thread', async (t) => {
  const directory = await journal(t)
  for await (const blocks of new AheadReader(directory, { aheadBytes: 0 }).segments()) {
    assert.ok([...blocks].length > 0)
    break
  }
  assert.deepEqual(
    process.getActiveResourcesInfo().filter((name) => name === 'Worker' || name === 'MessagePort'),
    [],
  )
})

/** The header of a segment, its own hash made anew. */
function rehashed(bytes: Buffer): Buffer {
  const hash = createHash('sha256')
    .update(bytes.subarray(0, SEGMENT_HEADER_BYTES - 32))
    .digest()
  hash.copy(bytes, SEGMENT_HEADER_BYTES - 32)
  return bytes
}

/** 90 commands in blocks of 1 to 4, in segments of 2 KB. */
async function journal(t: TestContext): Promise<string> {
  const directory = folder(t)
  const small = await openSmallJournal(directory, { segmentBytes: 2048, facts: SMALL_FACTS })
  for (let left = 90, size = 1; left > 0; left -= size, size = Math.min(left, (size % 4) + 1)) {
    await small.block(orders(size))
  }
  await small.close()
  return directory
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'portcullis-ahead-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
