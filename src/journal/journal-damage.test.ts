/**
 * What a crash leaves is cut and kept; what no crash can leave is refused, with file and byte. Every byte of a small
 * journal is cut, flipped and moved here.
 */
import assert from 'node:assert/strict'
import {
  closeSync,
  cpSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { NEW_ORDER } from '../model/records/commands.ts'
import { encode } from '../model/records/schema.ts'
import { batchFor, decide, openSmallJournal, type WriteCommand } from '../simulator/small-journal.ts'
import { BLOCK_HEADER_BYTES, FRAME_BYTES } from './block-frame.ts'
import { JournalDamage, type JournalEnd, JournalReader } from './journal-reader.ts'
import { SEGMENT_HEADER_BYTES, segmentName } from './segment-header.ts'

const order =
  (clOrdID: string): WriteCommand =>
  (tape) =>
    encode(tape, NEW_ORDER, { clOrdID, orderQty: 100, price: 1234 })

/** Zeros behind the last block of the journal under test. */
const ZEROS_BYTES = 2048

test('a last block that is cut at any byte is a torn tail: it is moved aside and the rest is whole', async (t) => {
  const { directory, file, bytes, last } = await journal(t)
  const fd = opened(t, file)
  for (let cut = bytes.length - ZEROS_BYTES - 1; cut >= last; cut--) {
    writeSync(fd, new Uint8Array(1), 0, 1, cut)
    assertTorn(read(directory), `zeros from ${cut}`, bytes.subarray(last, cut))
  }
  writeSync(fd, bytes)
  for (let cut = bytes.length - ZEROS_BYTES - 1; cut >= last; cut--) {
    ftruncateSync(fd, cut)
    assertTorn(read(directory), `cut at ${cut}`, bytes.subarray(last, cut))
  }
  function assertTorn(end: JournalEnd, name: string, rest: Uint8Array) {
    assert.equal(end.offset, last, name)
    assert.equal(end.lastSeq, 4, name)
    // A cut that leaves zeros only leaves nothing to move.
    assert.equal(
      end.tornUntil === undefined,
      rest.every((byte) => byte === 0),
      name,
    )
  }
})

test('a last block of which any sector is missing is a torn tail', async (t) => {
  const { directory, file, bytes, last } = await journal(t)
  const dataEnd = bytes.length - ZEROS_BYTES
  for (let sector = Math.floor(last / 512) * 512; sector < dataEnd; sector += 512) {
    const torn = Buffer.from(bytes)
    torn.fill(0, Math.max(sector, last), Math.min(sector + 512, dataEnd))
    writeFileSync(file, torn)
    const end = read(directory)
    assert.equal(end.offset, last)
    assert.ok(end.tornUntil !== undefined)
  }
})

test('a torn tail is kept in a file of its own and the journal goes on', async (t) => {
  const { directory, file, bytes, last } = await journal(t)
  const cut = last + 333
  writeFileSync(file, Buffer.concat([bytes.subarray(0, cut), Buffer.alloc(500)]))
  const small = await openSmallJournal(directory)
  const moved = small.journal.movedTail ?? ''
  assert.equal(basename(moved), `${basename(file)}.torn-${last}`)
  const kept = readFileSync(moved)
  assert.deepEqual(kept, bytes.subarray(last, last + kept.length))
  assert.ok(bytes.subarray(last + kept.length, cut).every((byte) => byte === 0))
  assert.deepEqual(readFileSync(file), bytes.subarray(0, last), 'the segment ends behind its last whole block')
  await small.block([order('after')])
  await small.close()
  assert.equal(read(directory).lastSeq, 5)
  assert.deepEqual(readFileSync(moved), kept)
})

test('a flipped byte anywhere is found and named, and nothing is cut', async (t) => {
  const { directory, file, bytes, blocks } = await journal(t)
  const dataEnd = bytes.length - ZEROS_BYTES
  const starts = [0, ...blocks]
  const fd = opened(t, file)
  const names = readdirSync(directory)
  for (const flip of [0x01, 0xff]) {
    for (let at = 0; at < dataEnd; at++) {
      writeSync(fd, Uint8Array.of((bytes[at] as number) ^ flip), 0, 1, at)
      const error = damage(directory, `byte ${at} ^ ${flip}`)
      writeSync(fd, bytes, at, 1, at)
      assert.equal(error.file, file)
      assert.equal(
        error.offset,
        starts.findLast((start) => start <= at),
        `byte ${at} is named by its block`,
      )
      assert.match(error.message, /00000002\.pjl is damaged at byte \d+: /)
    }
  }
  assert.deepEqual(readdirSync(directory), names)
})

test('a byte behind the last block that is not zero is seen, and no decision is lost', async (t) => {
  const { directory, file, bytes } = await journal(t)
  const dataEnd = bytes.length - ZEROS_BYTES
  for (const at of [dataEnd, dataEnd + 100, bytes.length - 1]) {
    const flipped = Buffer.from(bytes)
    flipped[at] = 1
    writeFileSync(file, flipped)
    const end = read(directory)
    assert.equal(end.lastSeq, 6)
    assert.equal(end.tornUntil, at + 1)
  }
})

test('a flipped byte in a segment that is not the last is damage, its end included', async (t) => {
  const { directory } = await journal(t)
  const file = join(directory, segmentName(1))
  const bytes = readFileSync(file)
  const fd = opened(t, file)
  for (let at = 0; at < bytes.length; at++) {
    writeSync(fd, Uint8Array.of((bytes[at] as number) ^ 0x10), 0, 1, at)
    assert.equal(damage(directory, `byte ${at}`).file, file)
    writeSync(fd, bytes, at, 1, at)
  }
  writeFileSync(file, bytes.subarray(0, bytes.length - 20))
  assert.match(damage(directory, 'cut').message, /another segment follows/)
})

test('a damaged block is refused when a valid one follows, even if it looks torn', async (t) => {
  const { directory, file, bytes, blocks, last } = await journal(t)
  const [first = 0] = blocks
  const holed = Buffer.from(bytes)
  holed.fill(0, first, last)
  writeFileSync(file, holed)
  const error = damage(directory, 'hole')
  assert.equal(error.offset, first)
  assert.match(error.message, new RegExp(`a block of this segment follows at byte ${last}`))
})

test('a block that is changed with its checksums breaks the chain behind it', async (t) => {
  const { directory, file, bytes, blocks } = await journal(t)
  const [first = 0, second = 0] = blocks
  writeFileSync(file, forged(bytes, first))
  const inside = damage(directory, 'inside a segment')
  assert.deepEqual([inside.file, inside.offset], [file, second])
  assert.match(inside.message, /the chain of hashes breaks/)
  writeFileSync(file, bytes)
  const before = join(directory, segmentName(1))
  writeFileSync(before, forged(readFileSync(before), SEGMENT_HEADER_BYTES))
  const across = damage(directory, 'before another segment')
  assert.deepEqual([across.file, across.offset], [file, 0])
  assert.match(across.message, /does not follow the last block/)
})

test('commands that a whole chain leaves out are missed', async (t) => {
  const directory = folder(t)
  const small = await openSmallJournal(directory)
  await small.block([order('a'), order('b')])
  const batch = batchFor(small.journal)
  decide(batch, small.engine, [order('d')], 3)
  small.journal.append(batch, true)
  await small.close()
  assert.match(damage(directory, 'a gap').message, /command 3 is missing/)
})

test('removed, repeated, inserted and reordered blocks are found', async (t) => {
  const { directory, file, bytes, blocks } = await journal(t)
  const [a = 0, b = 0, c = 0] = blocks
  const end = bytes.length - ZEROS_BYTES
  const head = bytes.subarray(0, a)
  const [one, two, three] = [bytes.subarray(a, b), bytes.subarray(b, c), bytes.subarray(c, end)]
  const zeros = Buffer.alloc(ZEROS_BYTES)
  const changed: Record<string, Buffer[]> = {
    'first removed': [head, two, three, zeros],
    'middle removed': [head, one, three, zeros],
    'first repeated': [head, one, one, two, three, zeros],
    'last repeated': [head, one, two, three, three, zeros],
    reordered: [head, two, one, three, zeros],
    'last two swapped': [head, one, three, two, zeros],
  }
  for (const [name, parts] of Object.entries(changed)) {
    writeFileSync(file, Buffer.concat(parts))
    assert.match(damage(directory, name).message, /the block belongs at byte \d+/, name)
  }
  const foreign = await journal(t)
  writeFileSync(file, Buffer.concat([head, one, foreign.bytes.subarray(b, c), three, zeros]))
  assert.equal(damage(directory, "another journal's block in its place").offset, b)
})

test('a missing, a foreign and a renamed segment are found', async (t) => {
  const { directory, file, bytes } = await journal(t)
  const first = join(directory, segmentName(1))
  const firstBytes = readFileSync(first)
  rmSync(first)
  assert.match(damage(directory, 'missing').message, /segment 1 is missing/)
  writeFileSync(first, bytes)
  assert.match(damage(directory, 'renamed').message, /says that it is segment 2/)
  const foreign = await journal(t)
  cpSync(join(foreign.directory, segmentName(1)), first)
  assert.match(damage(directory, 'foreign').message, /does not follow the last block/)
  writeFileSync(first, firstBytes)
  truncateSync(file, 100)
  assert.match(damage(directory, 'short').message, /the file has 100 bytes/)
})

test('text that a client sends cannot pass for a block', async (t) => {
  const directory = folder(t)
  const small = await openSmallJournal(directory)
  await small.block([order('a')])
  await small.close()
  const file = join(directory, segmentName(1))
  const block = readFileSync(file).subarray(SEGMENT_HEADER_BYTES)
  // The longest text there is holds a whole header of another segment, which is all that a sender could know.
  const forged = block.subarray(0, 96).toString('latin1')
  const again = await openSmallJournal(directory)
  await again.block([(tape) => encode(tape, NEW_ORDER, { clOrdID: 'b', unresolved: forged })])
  await again.close()
  const second = join(directory, segmentName(2))
  const bytes = readFileSync(second)
  writeFileSync(second, bytes.subarray(0, bytes.length - 4))
  assert.ok(read(directory).tornUntil !== undefined, 'it is still a torn tail')
})

/** Two segments; the second has three blocks of several orders each and zeros behind them. */
async function journal(t: TestContext) {
  const directory = folder(t)
  const before = await openSmallJournal(directory)
  await before.block([order('first')])
  await before.close()
  const small = await openSmallJournal(directory)
  const blocks: number[] = []
  for (const ids of [['a', 'b'], ['c'], ['d', 'e']]) {
    blocks.push(small.journal.durable.offset)
    await small.block(ids.map(order))
  }
  await small.close()
  const file = join(directory, segmentName(2))
  const bytes = Buffer.concat([readFileSync(file), Buffer.alloc(ZEROS_BYTES)])
  writeFileSync(file, bytes)
  const last = blocks.at(-1) as number
  assert.ok(last > SEGMENT_HEADER_BYTES + FRAME_BYTES)
  return { directory, file, bytes, blocks, last }
}

/** The segment with the price of the first order of the block at `at` changed, and the checksums made to fit. */
function forged(segment: Buffer, at: number): Buffer {
  const bytes = Buffer.from(segment)
  const start = at + BLOCK_HEADER_BYTES
  bytes.writeDoubleLE(999, start + NEW_ORDER.at.price * 8)
  bytes.writeUInt32LE(crc32(bytes.subarray(start, start + bytes.readUInt32LE(at + 8))), at + 12)
  bytes.writeUInt32LE(crc32(bytes.subarray(at + 8, start)), at + 4)
  return bytes
}

function read(directory: string): JournalEnd {
  const reader = new JournalReader(directory)
  for (const _ of reader.blocks());
  return reader.end
}

function damage(directory: string, name: string): JournalDamage {
  try {
    read(directory)
  } catch (error) {
    assert.ok(error instanceof JournalDamage, name)
    return error
  }
  return assert.fail(`${name}: not found`)
}

function opened(t: TestContext, file: string): number {
  const fd = openSync(file, 'r+')
  t.after(() => closeSync(fd))
  return fd
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'portcullis-damage-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
