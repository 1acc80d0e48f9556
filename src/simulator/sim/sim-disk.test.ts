/** The simulated disk: what is synced stays, what is not may stay, go, or stay in part, and never become anything else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DirectoryLock } from '../../journal/directory-lock.ts'
import { FileJournal } from '../../journal/file-journal.ts'
import type { JournalFiles } from '../../journal/journal-files.ts'
import { JournalReader } from '../../journal/journal-reader.ts'
import { SEGMENT_HEADER_BYTES, segmentName } from '../../journal/segment-header.ts'
import { Dice } from '../commands/dice.ts'
import { SMALL_FACTS } from '../small-journal.ts'
import { Halted, SimDisk } from './sim-disk.ts'
import { SECTOR_BYTES, SimFile } from './sim-file.ts'
import { SimLoop } from './sim-loop.ts'
import { SimProcess } from './sim-process.ts'

const TRIES = 200

function rig(seed: number) {
  const loop = new SimLoop(0)
  const disk = new SimDisk(new Dice(seed), loop)
  return { loop, disk, start: () => disk.filesFor(new SimProcess(loop)) }
}

function filled(byte: number, sectors: number): Uint8Array {
  return new Uint8Array(sectors * SECTOR_BYTES).fill(byte)
}

function contentOf(file: SimFile): Uint8Array {
  const bytes = new Uint8Array(file.size)
  file.read(bytes, 0)
  return bytes
}

test('of each sector one version since the last sync stays, or the one before; all mixtures occur', () => {
  const seen = new Set<string>()
  for (let seed = 0; seed < TRIES; seed++) {
    const file = new SimFile()
    file.write(filled(1, 3), 0)
    file.endSync(file.beginSync())
    file.write(filled(2, 3), 0)
    file.write(filled(3, 1), SECTOR_BYTES)
    file.losePower(new Dice(seed))
    const content = contentOf(file)
    const sectors = [0, 1, 2].map((sector) => content.subarray(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES))
    for (const sector of sectors) assert.ok(sector.every((byte) => byte === sector[0]))
    seen.add(sectors.map((sector) => sector[0]).join(''))
  }
  const mixtures = [1, 2].flatMap((a) => [1, 2, 3].flatMap((b) => [1, 2].map((c) => `${a}${b}${c}`)))
  assert.deepEqual([...seen].sort(), mixtures.sort())
})

test('what a sync has promised stays, also where it ends behind a later write', () => {
  for (let seed = 0; seed < TRIES; seed++) {
    const file = new SimFile()
    file.write(filled(1, 2), 0)
    const first = file.beginSync()
    file.write(filled(2, 1), 0)
    assert.ok(!file.holds(filled(1, 1), SECTOR_BYTES))
    file.endSync(first)
    assert.ok(file.holds(filled(1, 1), SECTOR_BYTES))
    assert.ok(!file.holds(filled(2, 1), 0))
    file.losePower(new Dice(seed))
    assert.equal(file.size, 2 * SECTOR_BYTES)
    assert.ok(contentOf(file)[SECTOR_BYTES] === 1 && contentOf(file)[0] !== 0)
  }
})

test('after a failed sync processes read what the disk may not hold', () => {
  const kept = new Set<number>()
  for (let seed = 0; seed < TRIES; seed++) {
    const dice = new Dice(seed)
    const file = new SimFile()
    file.truncate(SECTOR_BYTES)
    file.endSync(file.beginSync())
    file.write(filled(1, 1), 0)
    file.failSync(file.beginSync(), dice)
    // The system takes it for written: another sync writes nothing.
    file.endSync(file.beginSync())
    assert.equal(contentOf(file)[0], 1)
    file.losePower(dice)
    kept.add(contentOf(file)[0] as number)
  }
  assert.deepEqual([...kept].sort(), [0, 1])
})

test('names that are not synced may go, synced ones stay', () => {
  const left = new Set<string>()
  for (let seed = 0; seed < TRIES; seed++) {
    const { disk, start } = rig(seed)
    const files = start()
    files.open('/d/a', true)
    files.syncFolder('/d')
    files.open('/d/b', true)
    files.rename('/d/a', '/d/c')
    disk.losePower()
    left.add(start().list('/d').sort().join(''))
  }
  assert.deepEqual([...left].sort(), ['a', 'ab', 'bc', 'c'])
})

test('the operation at which the process ends is not done, and none after it', () => {
  const { disk, start } = rig(1)
  const process = new SimProcess(new SimLoop(0))
  const files = disk.filesFor(process)
  disk.cutIn = 1
  disk.onCut = () => process.kill()
  files.open('/d/a', true)
  assert.throws(() => files.open('/d/b', true), Halted)
  assert.throws(() => files.remove('/d/a'), Halted)
  assert.deepEqual(start().list('/d'), ['a'])
})

test('no segment is named before the name of the one that it follows is synced', async () => {
  const { disk, start } = rig(1)
  // The first start ends between the name of its segment and the sync of that name.
  assert.throws(() => open({ ...start(), syncFolder: () => assert.fail('the process ended') }), /the process ended/)
  const first = `/d/${segmentName(1)}`
  const header = new Uint8Array(SEGMENT_HEADER_BYTES)
  start().read(first, header, 0)
  assert.ok(!disk.holds(first, header, 0))
  const files = start()
  let named = 0
  const watching: JournalFiles = {
    ...files,
    name: (from, to) => {
      named++
      assert.ok(disk.holds(first, header, 0), `${to} is named`)
      files.name(from, to)
    },
  }
  open(watching)
  assert.equal(named, 1)
})

function open(files: JournalFiles): FileJournal {
  const reader = new JournalReader('/d', undefined, files)
  for (const _ of reader.blocks());
  const lock: DirectoryLock = {
    ...{ directory: '/d', owner: '0'.repeat(16), predecessor: 'dead', isLost: false },
    ...{ assertHeld: () => {}, renew: () => {}, release: async () => {} },
  }
  const made = { wallUs: () => 0, segmentBytes: 4096, diskSize: () => ({ freeBytes: 1e12, totalBytes: 1e12 }) }
  return FileJournal.open({ lock, reader, files, facts: SMALL_FACTS, ...made })
}
