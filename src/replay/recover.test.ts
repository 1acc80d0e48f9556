/** A recovery that misses blocks says so: what was applied must be all that the journal holds. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { JournalReader } from '../journal/journal-reader.ts'
import { TICK } from '../model/records/commands.ts'
import { encode } from '../model/records/schema.ts'
import { CountingEngine } from '../simulator/counting-engine.ts'
import { openSmallJournal, type WriteCommand } from '../simulator/small-journal.ts'
import { Recovery, recover } from './recover.ts'

const tick: WriteCommand = (tape) => encode(tape, TICK, {})

test('a block that was left out, and a snapshot that stands behind the end, are faults', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'portcullis-recover-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const small = await openSmallJournal(directory)
  for (const count of [2, 1, 3]) await small.block(Array.from({ length: count }, () => tick))
  await small.close()
  const reader = new JournalReader(directory)
  assert.equal(recover(new CountingEngine(), reader).entries, 6)
  for (const missing of [2, 3, 6]) {
    const recovery = new Recovery(new CountingEngine())
    for (const block of reader.blocks()) if (block.lastSeq !== missing) recovery.apply(block)
    assert.throws(() => recovery.finish(reader.end), /entries were applied behind 0, the journal holds 6/)
  }
  // What stands up to its block is in a snapshot, and no block is in it by half.
  for (const [fromSeq, entries] of [
    [2, 4],
    [3, 3],
    [6, 0],
  ] as const) {
    assert.equal(recover(new CountingEngine(), reader, fromSeq).entries, entries)
  }
  assert.throws(() => recover(new CountingEngine(), reader, 1), /6 entries were applied behind 1, the journal holds 6/)
  assert.throws(() => recover(new CountingEngine(), reader, 7), /0 entries were applied behind 7, the journal holds 6/)
})
