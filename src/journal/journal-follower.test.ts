/** A follower reads every block once, in order, up to what is published and never past it. */
import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { NEW_ORDER } from '../model/records/commands.ts'
import { encode } from '../model/records/schema.ts'
import { openSmallJournal, type SmallJournal, type WriteCommand } from '../simulator/small-journal.ts'
import { readDurablePosition } from './durable-position.ts'
import { holdsBlock, JournalFollower, type JournalPosition } from './journal-follower.ts'
import { JournalDamage, JournalReader } from './journal-reader.ts'

/** `SEED=` varies what the properties try. */
const SEED = Number(process.env.SEED ?? 1)
const order: WriteCommand = (tape) => encode(tape, NEW_ORDER, { clOrdID: 'a' })
const orders = (count: number) => Array.from({ length: count }, () => order)

/** What is read of each block. */
function read(follower: JournalFollower): [seq: number, hash: string][] {
  return [...follower.blocks()].map(({ lastSeq, hash }) => [lastSeq, hash])
}

function readWhole(directory: string): [number, string][] {
  return [...new JournalReader(directory).blocks()].map(({ lastSeq, hash }) => [lastSeq, hash])
}

test('what followers read in pieces is what the journal holds, over rolls and restarts', async (t) => {
  const steps = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ write: fc.integer({ min: 1, max: 30 }), mayBlock: fc.boolean() }) },
      { weight: 3, arbitrary: fc.constant('follow' as const) },
      { weight: 1, arbitrary: fc.constant('restart' as const) },
      { weight: 1, arbitrary: fc.constant('another' as const) },
    ),
    { minLength: 1, maxLength: 30 },
  )
  const directory = folder(t)
  const followed = async (list: typeof steps extends fc.Arbitrary<infer T> ? T : never) => {
    rmSync(directory, { recursive: true })
    const open = () => openSmallJournal(directory, { segmentBytes: 8192, publishMs: 0 })
    let small: SmallJournal = await open()
    let follower = new JournalFollower(directory)
    const seen: [number, string][] = []
    for (const step of list) {
      if (step === 'follow') seen.push(...read(follower))
      else if (step === 'restart') {
        await small.close()
        small = await open()
      } else if (step === 'another') follower = new JournalFollower(directory, follower.position)
      else await small.block(orders(step.write), step.mayBlock)
    }
    seen.push(...read(follower))
    assert.deepEqual(read(follower), [])
    assert.deepEqual(seen, readWhole(directory))
    await small.close()
    assert.deepEqual(seen, readWhole(directory))
  }
  await fc.assert(fc.asyncProperty(steps, followed), { numRuns: 40, seed: SEED })
})

test('nothing is read past what is published', async (t) => {
  const directory = folder(t)
  const small = await openSmallJournal(directory, { publishMs: 0 })
  const follower = new JournalFollower(directory)
  await small.block([order])
  const published = readFileSync(join(directory, 'durable'))
  await small.block([order])
  writeFileSync(join(directory, 'durable'), published)
  assert.deepEqual(
    read(follower).map(([seq]) => seq),
    [1],
  )
  // A line that is half written, or was lost with the power, publishes nothing.
  writeFileSync(join(directory, 'durable'), published.subarray(0, 20))
  assert.equal(readDurablePosition(directory), undefined)
  assert.deepEqual(read(follower), [])
  const forged = published.toString('latin1').replace('00000001 ', '00000002 ')
  writeFileSync(join(directory, 'durable'), forged)
  assert.equal(readDurablePosition(directory), undefined)
  await small.close()
})

test('a journal that nobody has published anything of is not followed', async (t) => {
  const directory = folder(t)
  assert.deepEqual(read(new JournalFollower(directory)), [])
  const small = await openSmallJournal(directory)
  assert.deepEqual(readDurablePosition(directory), { segment: 1, offset: 512, seq: 0 })
  assert.deepEqual(read(new JournalFollower(directory)), [])
  assert.equal(new JournalFollower(directory).position, undefined)
  await small.close()
})

test('a gate publishes at its close what it had not published yet', async (t) => {
  const directory = folder(t)
  const small = await openSmallJournal(directory, { publishMs: 3_600_000 })
  await small.block(orders(3))
  assert.equal(readDurablePosition(directory)?.seq, 0)
  await small.close()
  assert.deepEqual(readDurablePosition(directory), { ...small.journal.durable })
  assert.ok(!existsSync(join(directory, `${'0'.repeat(16)}.durable`)))
})

test('what a gate that lost its folder still publishes goes nowhere', async (t) => {
  const directory = folder(t)
  const first = await openSmallJournal(directory, { publishMs: 3_600_000 })
  await first.block([order])
  const lockFree = { directory, owner: 'f'.repeat(16), predecessor: 'none', isLost: false } as const
  const held = { ...lockFree, assertHeld: () => {}, renew: () => {}, release: async () => {} }
  const second = await openSmallJournal(directory, { lock: held as never, publishMs: 0 })
  await second.block([order])
  await assert.rejects(first.close())
  assert.equal(readDurablePosition(directory)?.seq, 2)
  await second.close()
})

test('damage in what is published is damage, and behind it is nobody there', async (t) => {
  const directory = folder(t)
  const small = await openSmallJournal(directory, { publishMs: 0 })
  await small.block([order])
  await small.block([order])
  await small.close()
  const path = join(directory, '00000001.pjl')
  const bytes = readFileSync(path)
  const end = small.journal.durable.offset
  const changed = Buffer.from(bytes)
  changed[end - 200] = (changed[end - 200] as number) ^ 1
  writeFileSync(path, changed)
  assert.throws(() => read(new JournalFollower(directory)), JournalDamage)
  writeFileSync(path, bytes)
  appendFileSync(path, 'PBK1 begun')
  assert.equal(read(new JournalFollower(directory)).length, 2)
})

test('a block is known by its place, its numbers and its hash', async (t) => {
  const directory = folder(t)
  const small = await openSmallJournal(directory, { publishMs: 0 })
  await small.block([order])
  await small.block([order])
  const follower = new JournalFollower(directory)
  read(follower)
  const position = follower.position as JournalPosition
  assert.ok(holdsBlock(directory, position))
  const others: Partial<JournalPosition>[] = [
    { hash: 'ab'.repeat(32) },
    { seq: 1 },
    { timeUs: 1 },
    { offset: position.offset + 8 },
    { blockOffset: position.blockOffset - 8 },
    { blockOffset: position.offset },
    { blockOffset: 0 },
    { offset: 1e12 },
    { segment: 2 },
  ]
  for (const other of others) assert.ok(!holdsBlock(directory, { ...position, ...other }), JSON.stringify(other))
  await small.close()
})

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'portcullis-follower-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
