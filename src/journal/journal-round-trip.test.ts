/** What goes into a journal comes out of it: blocks of any size, in any mode, over rolls and restarts. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { DEMO_SIZES } from '../model/bounds.ts'
import { NEW_ORDER, TICK } from '../model/records/commands.ts'
import { decode, encode } from '../model/records/schema.ts'
import { JOURNAL_FORMAT } from '../model/version.ts'
import { CountingEngine } from '../simulator/counting-engine.ts'
import { openSmallJournal, SMALL_FACTS, type WriteCommand } from '../simulator/small-journal.ts'
import { JournalReader, JournalTooNew } from './journal-reader.ts'
import {
  DURABILITIES,
  readSegmentHeader,
  type SegmentHeader,
  segmentName,
  segmentNumber,
  writeSegmentHeader,
} from './segment-header.ts'

/** `SEED=` varies what the properties try. */
const SEED = Number(process.env.SEED ?? 1)

const order =
  (clOrdID: string, orderQty = 1): WriteCommand =>
  (tape) =>
    encode(tape, NEW_ORDER, { clOrdID, orderQty })
const tick: WriteCommand = (tape) => encode(tape, TICK, {})

test('blocks of any sizes come back byte for byte, over rolls and restarts', async (t) => {
  const runs = fc.array(
    fc.record({
      durability: fc.constantFrom(...DURABILITIES),
      blocks: fc.array(
        fc.record({
          ids: fc.array(fc.string({ maxLength: 40, unit: 'binary-ascii' }), { minLength: 1, maxLength: 40 }),
          mayBlock: fc.boolean(),
        }),
        { maxLength: 6 },
      ),
      segmentBytes: fc.constantFrom(600, 4096, 65_536),
    }),
    { minLength: 1, maxLength: 4 },
  )
  const directory = folder(t)
  await fc.assert(
    fc.asyncProperty(runs, async (list) => {
      rmSync(directory, { recursive: true })
      const sent: string[] = []
      let hash = new CountingEngine({ rows: 20 }).stateHash()
      for (const { durability, blocks, segmentBytes } of list) {
        const facts = { ...SMALL_FACTS, durability }
        const engine = new CountingEngine({ rows: 20 })
        const small = await openSmallJournal(directory, { facts, segmentBytes, engine })
        assert.equal(engine.stateHash(), hash, 'recovery ends where the last run did')
        for (const { ids, mayBlock } of blocks) {
          await small.block(
            ids.map((id) => order(id)),
            mayBlock,
          )
          sent.push(...ids)
        }
        assert.equal(small.journal.durable.seq, sent.length)
        await small.close()
        hash = engine.stateHash()
      }
      assert.deepEqual(
        clOrdIDs(directory),
        sent.map((id) => id.split('\0')[0]),
      )
    }),
    { numRuns: 60, seed: SEED },
  )
})

test('a journal grows by whole segments, each made ready before it is needed', async (t) => {
  const directory = folder(t)
  const small = await openSmallJournal(directory, { segmentBytes: 8192 })
  for (let i = 0; i < 100; i++) await small.block([order(`o${i}`)], i % 2 === 0)
  const names = readdirSync(directory).filter((name) => segmentNumber(name) !== undefined)
  assert.ok(names.length > 4)
  for (const name of names.slice(0, -1)) assert.ok(statSync(join(directory, name)).size <= 8192, 'zeros are cut off')
  assert.equal(statSync(join(directory, names.at(-1) ?? '')).size, 8192, 'the last segment is filled with zeros')
  await small.close()
  assert.equal(clOrdIDs(directory).length, 100)
})

test('a block that is larger than a segment has one of its own', async (t) => {
  const directory = folder(t)
  const small = await openSmallJournal(directory, { segmentBytes: 1024 })
  const many = [...Array(100).keys()].map((i) => order(`o${i}`))
  await small.block(many)
  await small.block(many)
  await small.close()
  assert.equal(clOrdIDs(directory).length, 200)
})

test('a block of the largest size takes the way through the thread pool and comes back', async (t) => {
  const directory = folder(t)
  const small = await openSmallJournal(directory, { segmentBytes: 4 << 20 })
  const many = [...Array(1400).keys()].map((i) => order(`o${i}`))
  for (let i = 0; i < 5; i++) await small.block(many, false)
  await small.block([tick])
  await small.close()
  assert.equal(clOrdIDs(directory).length, 7000)
})

test('an empty folder reads as an empty journal', (t) => {
  const reader = new JournalReader(folder(t))
  assert.deepEqual([...reader.blocks()], [])
  assert.equal(reader.end.lastSeq, 0)
})

test('the end of a journal is not known before it was read', async (t) => {
  const directory = folder(t)
  const small = await openSmallJournal(directory)
  await small.block([tick])
  await small.block([tick])
  await small.close()
  const reader = new JournalReader(directory)
  assert.throws(() => reader.end, /not read to its end/)
  for (const _ of reader.blocks()) break
  assert.throws(() => reader.end, /not read to its end/)
})

test('a segment header comes back as it was', () => {
  const size = fc.nat(1 << 24)
  const hex = (bytes: number) =>
    fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => Buffer.from(b).toString('hex'))
  const header = fc.record({
    formatVersion: fc.nat(9),
    number: fc.integer({ min: 1, max: 99_999_999 }),
    firstSeq: fc.maxSafeNat(),
    createdUs: fc.maxSafeNat(),
    nonce: hex(16),
    previousHash: hex(32),
    codeHash: hex(32),
    engineVersion: fc.nat(),
    parametersVersion: fc.nat(),
    durability: fc.constantFrom(...DURABILITIES),
    hashSeed: fc.integer(),
    sizes: fc.record(Object.fromEntries(Object.keys(DEMO_SIZES).map((name) => [name, size]))) as fc.Arbitrary<
      typeof DEMO_SIZES
    >,
  })
  fc.assert(
    fc.property(header, (values) => {
      const { hash, ...read } = readSegmentHeader(writeSegmentHeader(values)) as SegmentHeader
      assert.deepEqual(read, { ...values, sizes: { ...values.sizes } })
      assert.match(hash, /^[0-9a-f]{64}$/)
    }),
    { seed: SEED },
  )
})

test('the last header is read without the blocks', async (t) => {
  const directory = folder(t)
  assert.equal(new JournalReader(directory).lastHeader(), undefined)
  for (const hashSeed of [5, -6]) {
    const small = await openSmallJournal(directory, { facts: { ...SMALL_FACTS, hashSeed } })
    await small.close()
    assert.equal(new JournalReader(directory).lastHeader()?.hashSeed, hashSeed)
  }
  writeFileSync(join(directory, segmentName(3)), 'PCULLIS')
  assert.throws(() => new JournalReader(directory).lastHeader(), /00000003\.pjl is damaged at byte 0/)
})

test('an older build refuses a newer journal', async (t) => {
  const directory = folder(t)
  const facts = { ...SMALL_FACTS, engineVersion: SMALL_FACTS.engineVersion + 1 }
  const small = await openSmallJournal(directory, { facts })
  await small.close()
  await assert.rejects(openSmallJournal(directory), /was written by engine \d+; this build has \d+/)
  const newer = writeSegmentHeader({
    ...SMALL_FACTS,
    formatVersion: JOURNAL_FORMAT + 1,
    number: 1,
    firstSeq: 1,
    createdUs: 0,
    nonce: '00'.repeat(16),
    previousHash: '00'.repeat(32),
  })
  writeFileSync(join(directory, segmentName(1)), newer)
  assert.throws(() => [...new JournalReader(directory).blocks()], JournalTooNew)
})

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'portcullis-journal-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function clOrdIDs(directory: string): string[] {
  const ids: string[] = []
  const engine = new CountingEngine()
  for (const { tape, start, end } of new JournalReader(directory).blocks()) {
    for (let at = start; at < end; ) {
      if ((tape.i32[at >> 2] as number) % 65_536 === NEW_ORDER.type) ids.push(decode(tape, at, NEW_ORDER).clOrdID)
      at = engine.apply(tape, at)
    }
  }
  return ids
}
