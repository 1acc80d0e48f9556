/** A disk that is too full for a start: refused before anything is changed, in words that say what to do. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { TICK } from '../model/records/commands.ts'
import { encode } from '../model/records/schema.ts'
import { FaultyDisk } from '../simulator/faulty-disk.ts'
import { openSmallJournal } from '../simulator/small-journal.ts'
import { JournalNoRoom } from './journal-room.ts'

const MB = 1024 * 1024
const WORDS = /needs 130 MB on the disk of .*, and 12 MB are free\. Make room there, or move/

test('a start without room for a segment says what is missing and changes nothing', async (t) => {
  const directory = folder(t)
  const small = await openSmallJournal(directory)
  await small.block([(tape) => encode(tape, TICK, {})])
  await small.close()
  const before = readFileSync(join(directory, '00000001.pjl'))
  rmSync(join(directory, 'spare.pjl'))
  rmSync(join(directory, 'reserve.pjl'))
  await assert.rejects(
    openSmallJournal(directory, {
      diskSize: () => ({ freeBytes: 12.5 * MB, totalBytes: 1e12 }),
      segmentBytes: 64 * MB,
    }),
    (error: Error) => error instanceof JournalNoRoom && WORDS.test(error.message),
  )
  assert.deepEqual(readdirSync(directory), ['00000001.pjl', 'durable'])
  const after = readFileSync(join(directory, '00000001.pjl'))
  assert.ok(after.subarray(0, before.length).equals(before), 'nothing but zeros was added')
  const again = await openSmallJournal(directory)
  await again.close()
})

test('a quota that ends in the middle says the same, and its half of a segment is removed', async (t) => {
  const directory = folder(t)
  const disk = new FaultyDisk()
  let writes = 0
  disk.isFailing = (operation, path) => {
    if (operation !== 'write' || !path.endsWith('spare.pjl') || ++writes < 3) return false
    throw Object.assign(new Error('EDQUOT: disk quota exceeded, write'), { code: 'EDQUOT' })
  }
  await assert.rejects(openSmallJournal(directory, { files: disk, segmentBytes: 4 * MB }), JournalNoRoom)
  assert.deepEqual(readdirSync(directory), [])
})

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'portcullis-room-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
