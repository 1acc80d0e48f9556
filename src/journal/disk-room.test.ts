/** A disk that fills up: watermarks to the byte, and a journal that goes on in its reserve. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { CANCEL_ORDER } from '../model/records/commands.ts'
import { encode } from '../model/records/schema.ts'
import { FaultyDisk } from '../simulator/faulty-disk.ts'
import { openSmallJournal, type SmallJournal, type WriteCommand } from '../simulator/small-journal.ts'
import { type DiskSize, DiskWatch, WATERMARKS } from './disk-room.ts'
import { JournalReader } from './journal-reader.ts'

const cancel: WriteCommand = (tape) => encode(tape, CANCEL_ORDER, { origClOrdID: 'a' })
const MARKS = { lowShare: 0.05, lowBytes: 40, fullShare: 0.02, fullBytes: 10 }

/** Free bytes of a disk, one look after another, and what is found each time. */
const CASES: readonly (readonly [total: number, ...steps: readonly (readonly [free: number, room: string])[]])[] = [
  // By shares: 5 % and 2 % of 10,000, and a tenth more to come back.
  [10_000, [500, 'enough'], [499, 'low'], [549, 'low'], [550, 'enough']],
  [10_000, [200, 'low'], [199, 'full'], [219, 'full'], [220, 'low'], [200, 'low'], [0, 'full'], [1000, 'enough']],
  // By bytes, where the disk is small.
  [100, [40, 'enough'], [39, 'low'], [10, 'low'], [9, 'full'], [10, 'full'], [11, 'low'], [44, 'enough']],
  // What is not known does not pass.
  [100, [Number.NaN, 'full'], [50, 'enough']],
  [Number.NaN, [50, 'full']],
]
for (const [totalBytes, ...steps] of CASES) {
  test(`of ${totalBytes} bytes: ${steps.map(([free, room]) => `${free} ${room}`).join(', ')}`, () => {
    let freeBytes = steps[0]?.[0] as number
    const watch = new DiskWatch(() => ({ freeBytes, totalBytes }), MARKS)
    for (const [free, room] of steps) {
      freeBytes = free
      watch.look()
      assert.equal(watch.room, room, `${free} bytes`)
    }
  })
}

test('each change is told once, and a disk that cannot be looked at is full', () => {
  let size: (() => DiskSize) | undefined
  const watch = new DiskWatch(() => {
    if (size === undefined) throw new Error('EACCES')
    return size()
  }, MARKS)
  const full = { code: 'DISK_ROOM', room: 'full', freeBytes: Number.NaN, totalBytes: Number.NaN }
  assert.deepEqual(watch.notice(), full)
  assert.equal(watch.notice(), undefined)
  size = () => ({ freeBytes: 60, totalBytes: 100 })
  assert.equal(watch.notice(), undefined)
  watch.look()
  assert.deepEqual(watch.notice(), { code: 'DISK_ROOM', room: 'enough', freeBytes: 60, totalBytes: 100 })
  assert.ok(WATERMARKS.fullBytes < WATERMARKS.lowBytes && WATERMARKS.fullShare < WATERMARKS.lowShare)
})

test('on a full disk the journal goes on in its reserve, and has a new one when there is room again', async (t) => {
  const directory = folder(t)
  const disk = new FaultyDisk()
  let isFull = false
  let isReserveTaken = false
  disk.isFailing = (operation, path) => {
    if (operation === 'rename' && path.endsWith('.reserve.pjl')) isReserveTaken = true
    // What is preallocated takes writes; nothing new fits.
    const isNew = isReserveTaken ? /(spare|reserve|fresh)\.pjl$/ : /(spare|fresh)\.pjl$/
    if (!isFull || operation !== 'write' || !isNew.test(path)) return false
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  }
  const diskSize = () => (isFull ? { freeBytes: 0, totalBytes: 1e9 } : { freeBytes: 9e8, totalBytes: 1e9 })
  const options = { files: disk, segmentBytes: 4096, diskSize, watermarks: MARKS }
  const small = await openSmallJournal(directory, options)
  await fill(small, 2)
  isFull = true
  assert.equal((small.journal.lookAtDisk() as { room: string }).room, 'full')
  // The spare may be whole by now: then the reserve is taken by the second roll.
  while (!isReserveTaken) await small.block([cancel])
  const { seq } = small.journal.durable
  assert.equal(small.journal.diskRoom, 'full')
  isFull = false
  small.journal.lookAtDisk()
  assert.equal(small.journal.diskRoom, 'enough')
  const reserve = () => readdirSync(directory).find((name) => name.endsWith('.reserve.pjl'))
  const isWhole = (name = reserve()) => name !== undefined && statSync(join(directory, name)).size === 4096
  while (!isWhole()) {
    await small.block([cancel])
    await turn()
  }
  await small.close()
  assert.ok(small.journal.durable.seq > seq)
  const reader = new JournalReader(directory)
  for (const block of reader.blocks()) assert.ok(block.lastSeq <= small.journal.durable.seq)
  assert.equal(reader.end.lastSeq, small.journal.durable.seq)
  assert.ok(readdirSync(directory).includes('reserve.pjl'))
})

test('a disk that is full when a gate starts takes what the last one left, and says so at once', async (t) => {
  const directory = folder(t)
  const first = await openSmallJournal(directory)
  await first.close()
  const diskSize = () => ({ freeBytes: 3e6, totalBytes: 1e9 })
  const second = await openSmallJournal(directory, { diskSize })
  assert.equal(second.journal.diskRoom, 'full')
  assert.deepEqual(second.journal.lookAtDisk(), { code: 'DISK_ROOM', room: 'full', freeBytes: 3e6, totalBytes: 1e9 })
  await second.block([cancel])
  await second.close()
})

/** Appends until a segment of this number is in use. */
async function fill(small: SmallJournal, segment: number): Promise<void> {
  while (small.journal.durable.segment < segment) await small.block([cancel])
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'portcullis-room-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
