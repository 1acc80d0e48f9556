/** Recovery and verification of small journals: the same state, the same bytes, and the first byte that is not. */
import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { JournalReader } from '../journal/journal-reader.ts'
import { type SegmentFacts, segmentName } from '../journal/segment-header.ts'
import { KILL, NEW_ORDER, TICK } from '../model/records/commands.ts'
import { encode } from '../model/records/schema.ts'
import { CountingEngine } from '../simulator/counting-engine.ts'
import { openSmallJournal, SMALL_FACTS, type WriteCommand } from '../simulator/small-journal.ts'
import { recover } from './recover.ts'
import { describe, VERIFY_EXIT, verify } from './verify.ts'

const order: WriteCommand = (tape) => encode(tape, NEW_ORDER, { clOrdID: 'a' })
const kill: WriteCommand = (tape) => encode(tape, KILL, {})
const tick: WriteCommand = (tape) => encode(tape, TICK, {})

test('recovery ends in the state that the live engine had', async (t) => {
  const { directory, engine } = await journal(t)
  const recovered = new CountingEngine({ rows: 3 })
  const found = recover(recovered, new JournalReader(directory))
  assert.deepEqual(found, { lastSeq: 6, lastTimeUs: 1_800_000_006_000_000, entries: 6 })
  assert.equal(recovered.stateHash(), engine.stateHash())
})

test('an engine of the same version decides every command to the same bytes', async (t) => {
  const { directory } = await journal(t)
  const report = verify(directory, () => new CountingEngine({ rows: 3 }))
  assert.equal(report.outcome, 'same')
  assert.deepEqual([report.segments, report.blocks, report.entries, report.decided], [2, 3, 6, 6])
  assert.equal(VERIFY_EXIT[report.outcome], 0)
  assert.match(describe(report), /^chain holds: 2 segments, 3 blocks, 6 commands, last hash [0-9a-f]{64}\n6 commands/)
})

test('the first byte that is decided otherwise is named', async (t) => {
  const { directory } = await journal(t)
  const other = verify(directory, () => new CountingEngine({ rows: 3, wrongAt: 4 }))
  assert.equal(other.outcome, 'different')
  assert.equal(other.decided, 2, 'the block with the difference does not count')
  assert.equal(other.difference?.seq, 4)
  assert.equal(other.difference?.record, 'Applied')
  assert.equal(other.difference?.index, 1)
  assert.equal(other.difference?.byte, 8)
  assert.equal(other.difference?.field, 'id')
  assert.match(describe(other), /decided otherwise: command 4, record 1 Applied, byte 8 \(id\), in .*00000001\.pjl/)
  assert.equal(VERIFY_EXIT[other.outcome], 1)
})

test('events that are longer, shorter, missing or one too many are differences too', async (t) => {
  const { directory } = await journal(t)
  const longer = verify(directory, () => new CountingEngine({ rows: 4 }))
  assert.deepEqual([longer.difference?.record, longer.difference?.byte], ['OrderDecided', 4], 'its length')
  const more = new CountingEngine({ rows: 3 })
  const execute = more.execute.bind(more)
  more.execute = (tape, offset) => {
    execute(tape, offset)
    encode(tape, { ...TICK, type: 134, name: 'Applied' }, {})
  }
  const added = verify(directory, () => more).difference
  assert.deepEqual([added?.seq, added?.record, added?.index, added?.byte], [1, 'Applied', 2, 0])
  const fewer = new CountingEngine({ rows: 3 })
  fewer.execute = () => {}
  const missing = verify(directory, () => fewer).difference
  assert.deepEqual([missing?.seq, missing?.record, missing?.index, missing?.byte], [1, 'OrderDecided', 1, 0])
})

test('what another engine decided is not decided again, what this one decided after it is', async (t) => {
  const directory = folder(t)
  const old = { ...SMALL_FACTS, engineVersion: 1 }
  const first = await openSmallJournal(directory, { facts: old })
  await first.block([order, kill])
  await first.close()
  const engine = new CountingEngine()
  const second = await openSmallJournal(directory, { facts: { ...old, engineVersion: 2 }, engine })
  await second.block([order, tick, tick])
  await second.close()
  const report = verify(directory, () => new CountingEngine({ wrongAt: 2 }), 2)
  assert.equal(report.outcome, 'chain only')
  assert.equal(VERIFY_EXIT[report.outcome], 3)
  assert.equal(report.decided, 3)
  assert.match(describe(report), /decisions need engine 1/)
})

test('where sizes or seed change an engine of the new make is brought to the same place', async (t) => {
  const directory = folder(t)
  const seeds = [1, 1, 2]
  for (const hashSeed of seeds) {
    const small = await openSmallJournal(directory, { facts: { ...SMALL_FACTS, hashSeed } })
    await small.block([order, order])
    await small.close()
  }
  const made: SegmentFacts[] = []
  const report = verify(directory, (facts) => {
    made.push(facts)
    return new CountingEngine()
  })
  assert.deepEqual([report.outcome, report.decided], ['same', 6])
  assert.deepEqual(
    made.map((facts) => facts.hashSeed),
    [1, 2],
  )
  assert.deepEqual(made[0]?.sizes, SMALL_FACTS.sizes)
})

test('a torn tail is told and not touched', async (t) => {
  const { directory } = await journal(t)
  appendFileSync(join(directory, segmentName(2)), 'PBK1 begun')
  for (let i = 0; i < 2; i++) {
    const report = verify(directory, () => new CountingEngine({ rows: 3 }))
    assert.deepEqual([report.outcome, report.tornBytes], ['same', 10])
    assert.match(describe(report), /torn tail of 10 bytes/)
  }
})

/** Two segments, three blocks, six commands. */
async function journal(t: TestContext) {
  const directory = folder(t)
  const first = await openSmallJournal(directory, { engine: new CountingEngine({ rows: 3 }) })
  await first.block([order, kill])
  await first.block([order, tick])
  await first.close()
  const engine = new CountingEngine({ rows: 3 })
  const second = await openSmallJournal(directory, { engine })
  await second.block([tick, order])
  await second.close()
  return { directory, engine }
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'portcullis-replay-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
