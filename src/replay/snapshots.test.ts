/** Snapshots: what is saved beside a living journal is loaded, what does not fit is ignored and said so. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { createEngine } from '../engine/engine.ts'
import { JournalReader, JournalTooNew } from '../journal/journal-reader.ts'
import { type SegmentFacts, segmentName } from '../journal/segment-header.ts'
import { KILL, NEW_ORDER, TICK } from '../model/records/commands.ts'
import { encode } from '../model/records/schema.ts'
import { ENGINE_VERSION } from '../model/version.ts'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'
import { encodeCommand } from '../simulator/commands/command.ts'
import { play, throwsOf } from '../simulator/commands/sequence.ts'
import { CountingEngine } from '../simulator/counting-engine.ts'
import { openSmallJournal, SMALL_FACTS, type WriteCommand } from '../simulator/small-journal.ts'
import { recover } from './recover.ts'
import { readSnapshotHeader, type SnapshotHeader, writeSnapshotHeader } from './snapshot-header.ts'
import { loadNewest, snapshotsOf } from './snapshots.ts'
import { SnapshotTaker } from './take-snapshots.ts'

const order: WriteCommand = (tape) => encode(tape, NEW_ORDER, { clOrdID: 'a' })
const kill: WriteCommand = (tape) => encode(tape, KILL, {})
const tick: WriteCommand = (tape) => encode(tape, TICK, {})
const CODE = 'cd'.repeat(32)
const { sizes, hashSeed, engineVersion } = SMALL_FACTS
const FACTS = { engineVersion, codeHash: CODE, sizes, hashSeed }

function takerOf(
  directory: string,
  said: string[] = [],
  own: Partial<{ codeHash: string; engineVersion: number }> = {},
) {
  const makeEngine = () => new CountingEngine()
  return new SnapshotTaker({
    ...{ directory, engineVersion, codeHash: CODE, makeEngine, say: (line: string) => said.push(line) },
    ...own,
  })
}

/** Applies all that is published and saves it. */
function take(taker: SnapshotTaker): SnapshotHeader | undefined {
  while (taker.advance(2));
  return taker.save()
}

/** Loads, reads on to the journal's end, and says what came of it. */
function recovered(directory: string, facts = FACTS, makeEngine = () => new CountingEngine()) {
  const said: string[] = []
  const loaded = loadNewest(directory, facts, makeEngine, (line) => said.push(line))
  const engine = loaded?.engine ?? makeEngine()
  const reader = new JournalReader(directory)
  const found = recover(engine, reader, loaded?.position.seq)
  return { said, loaded, hash: engine.stateHash(), entries: found.entries, lastSeq: found.lastSeq }
}

test('a start from a snapshot ends where one from the first block does, and reads only what is behind it', async (t) => {
  const directory = folder(t)
  const small = await openSmallJournal(directory, { segmentBytes: 2048, publishMs: 0 })
  const taker = takerOf(directory)
  assert.equal(take(taker), undefined, 'nothing has happened yet')
  for (let block = 1; block <= 12; block++) {
    await small.block([order, kill, tick], block % 2 === 0)
    const before = recovered(directory)
    assert.equal(before.hash, small.engine.stateHash())
    assert.equal(before.lastSeq, block * 3)
    if (block % 3 !== 0) continue
    while (taker.advance(2));
    assert.equal(taker.behind, 9)
    const header = take(taker)
    assert.deepEqual([header?.position.seq, header?.stateHash], [block * 3, small.engine.stateHash()])
    assert.equal(take(taker), undefined, 'nothing has come since')
    const after = recovered(directory)
    assert.deepEqual([after.said, after.entries, after.hash], [[], 0, small.engine.stateHash()])
  }
  assert.deepEqual(snapshotsOf(directory), ['0000000000000036.state', '0000000000000027.state'])
  await small.close()
  // Another process goes on from what this one saved.
  const again = await openSmallJournal(directory, { publishMs: 0 })
  await again.block([order])
  const said: string[] = []
  const other = takerOf(directory, said)
  assert.equal(take(other)?.stateHash, again.engine.stateHash())
  assert.deepEqual(said, [])
  await again.close()
})

test('the state of the real engine is saved beside a journal of random commands', async (t) => {
  const make = () => createEngine({ sizes, hashSeed, rules: US_EQUITY_PACK })
  const directory = folder(t)
  const engine = make()
  const small = await openSmallJournal(directory, { engine, publishMs: 0, segmentBytes: 1 << 18 })
  const commands = play(throwsOf(11, 400), US_EQUITY_PACK).commands.map(
    (command): WriteCommand =>
      (tape) =>
        encodeCommand(tape, command),
  )
  const taker = new SnapshotTaker({
    ...{ directory, engineVersion, codeHash: CODE, makeEngine: make },
    say: (line) => assert.fail(line),
  })
  for (let at = 0; at < commands.length; at += 50) {
    await small.block(commands.slice(at, at + 50))
    if (at % 200 === 0) assert.equal(take(taker)?.stateHash, engine.stateHash())
  }
  await small.close()
  const said: string[] = []
  const loaded = loadNewest(directory, FACTS, make, (line) => said.push(line))
  assert.ok(loaded !== undefined)
  const { entries, lastSeq } = recover(loaded.engine, new JournalReader(directory), loaded.position.seq)
  assert.deepEqual([said, lastSeq], [[], commands.length])
  assert.ok(entries > 0 && entries < 250)
  assert.equal(loaded.engine.stateHash(), engine.stateHash())
})

test('a header comes back as it was written', () => {
  const hex = (bytes: number) =>
    fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((array) => Buffer.from(array).toString('hex'))
  const header = fc.record({
    ...{ engineVersion: fc.nat(), hashSeed: fc.integer(), codeHash: hex(32), stateHash: hex(8) },
    ...{ bodyBytes: fc.maxSafeNat(), bodyCrc: fc.nat(0xffff_ffff) },
    sizes: fc.record(Object.fromEntries(Object.keys(sizes).map((name) => [name, fc.nat()]))) as fc.Arbitrary<
      typeof sizes
    >,
    position: fc.record({
      ...{ segment: fc.nat(), blockOffset: fc.maxSafeNat(), offset: fc.maxSafeNat(), seq: fc.maxSafeNat() },
      ...{ timeUs: fc.maxSafeNat(), hash: hex(32) },
    }),
  })
  fc.assert(
    fc.property(header, (values) => {
      assert.deepEqual(readSnapshotHeader(Buffer.from(writeSnapshotHeader(values))), {
        ...values,
        sizes: { ...values.sizes },
        position: { ...values.position },
      })
    }),
    { seed: 1 },
  )
})

/** What is done to a good snapshot, and what is said of it. */
const UNFIT: readonly (readonly [string, RegExp, (bytes: Buffer) => Buffer])[] = [
  ['a bit of the header', /does not match its hash/, (bytes) => flipped(bytes, 50)],
  ['a bit of the state', /do not match their checksum/, (bytes) => flipped(bytes, 512 + 9)],
  ['a state that ends early', /do not match their checksum/, (bytes) => bytes.subarray(0, bytes.length - 4)],
  ['a state that goes on', /do not match their checksum/, (bytes) => Buffer.concat([bytes, Buffer.alloc(4)])],
  ['half a header', /shorter than its header/, (bytes) => bytes.subarray(0, 100)],
  ['something else', /does not open like a snapshot/, (bytes) => Buffer.alloc(bytes.length, 'x')],
  ['another engine', /saved by engine 99, this build has engine/, headed({ engineVersion: 99 })],
  ['another build', /another build/, headed({ codeHash: 'ee'.repeat(32) })],
  ['another seed', /another seed/, headed({ hashSeed: 1 })],
  ['other sizes', /tables of other sizes/, headed({ sizes: { ...sizes, orders: 1 } })],
  ['another state', /was loaded, abababababababab was saved/, headed({ stateHash: 'ab'.repeat(8) })],
  ['another chain', /does not hold the block/, positioned({ hash: 'ab'.repeat(32) })],
  ['another place', /does not hold the block/, positioned({ segment: 9 })],
]
for (const [what, words, change] of UNFIT) {
  test(`a snapshot with ${what} is ignored, said so, and the one before it is loaded`, async (t) => {
    const { directory, hash } = await twoSnapshots(t)
    const [newest, older] = snapshotsOf(directory).map((name) => join(directory, 'snapshots', name)) as [string, string]
    const bytes = readFileSync(newest)
    writeFileSync(newest, change(bytes))
    const after = recovered(directory)
    assert.equal(after.hash, hash)
    assert.equal(after.said.length, 1)
    assert.match(after.said[0] as string, words)
    assert.ok(after.said[0]?.startsWith(`snapshot ${newest} is ignored: `))
    assert.equal(after.loaded?.path, older)
    rmSync(older)
    const whole = recovered(directory)
    assert.deepEqual([whole.loaded, whole.hash, whole.entries], [undefined, hash, 8])
  })
}

test('a snapshot whose block the journal has lost is ignored', async (t) => {
  const { directory } = await twoSnapshots(t)
  // As a power failure in mode `os` leaves it: the last segment is gone.
  rmSync(join(directory, segmentName(2)))
  const after = recovered(directory)
  assert.match(after.said[0] as string, /does not hold the block that it stands behind, which ends with command 8$/)
  assert.deepEqual([after.loaded?.position.seq, after.lastSeq], [4, 4])
  const taker = takerOf(directory)
  const small = await openSmallJournal(directory, { publishMs: 0 })
  await small.block([tick, tick])
  assert.equal(take(taker)?.position.seq, 6)
  assert.deepEqual(snapshotsOf(directory), ['0000000000000006.state', '0000000000000004.state'])
  await small.close()
})

test('what a follower left that was killed is removed by the next one', async (t) => {
  const { directory } = await twoSnapshots(t)
  const left = join(directory, 'snapshots', '0000000000000008.state.1.fresh')
  writeFileSync(left, 'half')
  const small = await openSmallJournal(directory, { publishMs: 0 })
  await small.block([tick])
  assert.equal(take(takerOf(directory))?.position.seq, 9)
  assert.deepEqual(readdirSync(join(directory, 'snapshots')), ['0000000000000008.state', '0000000000000009.state'])
  await small.close()
})

test('a gate that comes back with other sizes is followed by an engine of those', async (t) => {
  const directory = folder(t)
  const made: SegmentFacts['sizes'][] = []
  const taker = new SnapshotTaker({
    ...{ directory, engineVersion, codeHash: CODE, say: (line: string) => assert.fail(line) },
    makeEngine: (facts) => {
      made.push(facts.sizes)
      return new CountingEngine()
    },
  })
  const larger = { ...sizes, orders: sizes.orders * 2 }
  for (const own of [sizes, larger]) {
    const small = await openSmallJournal(directory, { facts: { ...SMALL_FACTS, sizes: own }, publishMs: 0 })
    await small.block([order, order])
    const header = take(taker)
    assert.deepEqual([header?.sizes, header?.stateHash], [own, small.engine.stateHash()])
    await small.close()
    rmSync(join(directory, 'snapshots'), { recursive: true })
  }
  assert.deepEqual(made, [sizes, larger])
})

test('a recovery that did not apply each command of the journal, once, is none', async (t) => {
  const directory = folder(t)
  const small = await openSmallJournal(directory)
  for (let block = 0; block < 2; block++) await small.block([order, tick])
  await small.close()
  const from = (seq: number) => () => recover(new CountingEngine(), new JournalReader(directory), seq)
  assert.equal(from(0)().entries, 4)
  assert.equal(from(2)().entries, 2)
  assert.throws(from(1), /4 entries were applied behind 1, the journal holds 4/, 'in the middle of a block')
  assert.throws(from(9), /0 entries were applied behind 9, the journal holds 4/, 'behind its end')
})

test('an older build follows and recovers no newer journal', async (t) => {
  const directory = folder(t)
  const small = await openSmallJournal(directory, { facts: { ...SMALL_FACTS, engineVersion: ENGINE_VERSION + 1 } })
  await small.block([order])
  await small.close()
  const words = new RegExp(`was written by engine ${ENGINE_VERSION + 1}; this build has ${ENGINE_VERSION}$`)
  const isTooNew = (error: Error) => error instanceof JournalTooNew && words.test(error.message)
  assert.throws(() => take(takerOf(directory)), isTooNew)
  assert.throws(() => recover(new CountingEngine(), new JournalReader(directory)), isTooNew)
})

/** A journal of two segments and a snapshot behind each: 4 and 8 commands. */
async function twoSnapshots(t: TestContext): Promise<{ directory: string; hash: string }> {
  const directory = folder(t)
  let hash = ''
  for (let run = 0; run < 2; run++) {
    const small = await openSmallJournal(directory, { publishMs: 0 })
    await small.block([order, kill])
    await small.block([tick, order])
    hash = small.engine.stateHash()
    assert.equal(take(takerOf(directory))?.stateHash, hash)
    await small.close()
  }
  return { directory, hash }
}

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes)
  changed[at] = (changed[at] as number) ^ 1
  return changed
}

/** The same snapshot under a header that says something else, and is whole. */
function headed(other: Partial<SnapshotHeader>): (bytes: Buffer) => Buffer {
  return (bytes) => {
    const header = readSnapshotHeader(bytes) as SnapshotHeader
    return Buffer.concat([writeSnapshotHeader({ ...header, ...other }), bytes.subarray(512)])
  }
}

function positioned(other: Partial<SnapshotHeader['position']>): (bytes: Buffer) => Buffer {
  return (bytes) => {
    const { position } = readSnapshotHeader(bytes) as SnapshotHeader
    return headed({ position: { ...position, ...other } })(bytes)
  }
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'portcullis-snapshots-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
