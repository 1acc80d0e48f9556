/** Disks that fail and machines that lose power: nothing is answered that is not found again. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { NEW_ORDER, TICK } from '../model/records/commands.ts'
import { decode, encode } from '../model/records/schema.ts'
import { typeAt } from '../model/records/tape.ts'
import { Sequencer } from '../sequencer/sequencer.ts'
import { CountingEngine } from '../simulator/counting-engine.ts'
import { FaultyDisk, type Operation } from '../simulator/faulty-disk.ts'
import { HandClock, HandTimer } from '../simulator/made-up-world.ts'
import { openSmallJournal } from '../simulator/small-journal.ts'
import { JournalFailed } from './file-journal.ts'
import { JournalReader } from './journal-reader.ts'
import { segmentNumber } from './segment-header.ts'

/** `SEED=` varies what the properties try. */
const SEED = Number(process.env.SEED ?? 1)

test('after any failed operation nothing undurable is answered and that file is never written again', async (t) => {
  const directory = folder(t)
  const operation = fc.constantFrom<Operation>('write', 'sync', 'truncate', 'open', 'rename')
  const bursts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(operation, fc.nat(12), bursts, fc.array(fc.boolean()), async (failing, after, list, kept) => {
      emptied(directory)
      const disk = new FaultyDisk()
      const run = await start(directory, disk)
      let left = after
      let failedPath = ''
      disk.isFailing = (doing, path) => {
        assert.ok(path !== failedPath, `${doing} after a failure`)
        // The spare may fail: the journal makes the next segment itself.
        if (doing !== failing || path.endsWith('spare.pjl') || left-- > 0) return false
        failedPath = path
        return true
      }
      for (const count of list) await run.burst(count)
      await run.settled()
      assert.equal(run.fatal.length, failedPath === '' ? 0 : 1)
      if (failedPath !== '') {
        assert.ok(run.fatal[0] instanceof JournalFailed)
        assert.deepEqual(await run.burst(3), ['JOURNAL_UNAVAILABLE'])
      }
      disk.isFailing = () => false
      let i = 0
      disk.losePower(() => kept[i++ % Math.max(1, kept.length)] ?? false)
      await assertAllFound(run, directory)
      await run.release()
    }),
    { numRuns: 100, seed: SEED },
  )
})

test('when the power goes at any moment, with any sectors of the last block lost, the journal goes on', async (t) => {
  const directory = folder(t)
  const bursts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 })
  let torn = 0
  await fc.assert(
    fc.asyncProperty(bursts, fc.nat(3), fc.array(fc.boolean(), { minLength: 5 }), async (list, turns, kept) => {
      emptied(directory)
      const disk = new FaultyDisk()
      const run = await start(directory, disk)
      for (const count of list) await run.burst(count)
      const last = run.burst(list[0] as number)
      for (let i = 0; i < turns; i++) await turn()
      const answered = [...run.answered]
      const frozen = new Error('the power is gone')
      disk.isFailing = () => {
        throw frozen
      }
      let i = 0
      disk.losePower(() => kept[i++ % kept.length] as boolean)
      await last
      await run.settled()
      assert.deepEqual(run.answered, answered, 'nothing is answered without power')
      await assertAllFound(run, directory)
      await run.release()
      disk.isFailing = () => false
      const next = await openSmallJournal(directory, { files: disk })
      if (next.journal.movedTail !== undefined) torn++
      await next.block([(tape) => encode(tape, TICK, {})])
      await next.close()
      await assertAllFound(run, directory)
    }),
    { numRuns: 100, seed: SEED },
  )
  assert.ok(torn > 3, `${torn} torn tails in 100 rounds`)
})

test('a spare segment that cannot be made is reported, and the journal goes on without', async (t) => {
  const directory = folder(t)
  const disk = new FaultyDisk()
  const problems: unknown[] = []
  const small = await openSmallJournal(directory, {
    files: disk,
    segmentBytes: 4096,
    onProblem: (cause) => problems.push(cause),
  })
  disk.isFailing = (_operation, path) => path.endsWith('spare.pjl')
  for (let i = 0; i < 20; i++) await small.block([(tape) => encode(tape, NEW_ORDER, {})])
  assert.equal(problems.length, 1)
  assert.ok(small.journal.durable.segment > 2)
  disk.isFailing = () => false
  await small.close()
  assert.equal(answeredIDs(directory).length, 20)
})

test('a spare segment whose sync failed becomes no segment, in this run or another', async (t) => {
  const directory = folder(t)
  const disk = new FaultyDisk()
  let failures = 0
  const small = await openSmallJournal(directory, { files: disk, segmentBytes: 4096, onProblem: () => {} })
  disk.isFailing = (operation, path) => operation === 'sync' && path.endsWith('.spare.pjl') && ++failures > 0
  for (let i = 0; i < 20; i++) await small.block([(tape) => encode(tape, NEW_ORDER, {})])
  await small.close()
  assert.equal(failures, 1)
  assert.deepEqual(
    readdirSync(directory).filter((name) => name.endsWith('spare.pjl')),
    [],
  )
  assert.equal(answeredIDs(directory).length, 20)
})

test('the last block of a run that failed is written again before anything builds on it', async (t) => {
  const directory = folder(t)
  const disk = new FaultyDisk()
  const first = await openSmallJournal(directory, { files: disk })
  await first.block([(tape) => encode(tape, TICK, {})])
  disk.isFailing = (operation) => operation === 'sync'
  await assert.rejects(first.block([(tape) => encode(tape, TICK, {})]), JournalFailed)
  // The failed file is only closed, whoever comes with another block.
  disk.isFailing = () => false
  const before = disk.log.length
  for (const mayBlock of [true, false]) {
    await assert.rejects(first.block([(tape) => encode(tape, TICK, {})], mayBlock), JournalFailed)
  }
  await first.close()
  assert.deepEqual(
    disk.log.slice(before).filter((line) => line.endsWith(' 00000001.pjl')),
    [],
  )
  disk.log.length = 0
  const second = await openSmallJournal(directory, { files: disk })
  assert.deepEqual(
    disk.log.filter((line) => line.endsWith(' 00000001.pjl')),
    ['open 00000001.pjl', 'write 00000001.pjl', 'sync 00000001.pjl', 'truncate 00000001.pjl', 'sync 00000001.pjl'],
  )
  await second.close()
  const reader = new JournalReader(directory)
  assert.deepEqual(
    [...reader.blocks()].map((block) => block.lastSeq),
    [1, 2],
  )
})

/** A sequencer over a file journal on the given disk, driven in bursts. */
async function start(directory: string, disk: FaultyDisk) {
  const engine = new CountingEngine({ rows: 40 })
  const small = await openSmallJournal(directory, { files: disk, segmentBytes: 16_384, engine })
  const answered: string[] = []
  const fatal: unknown[] = []
  const sequencer = new Sequencer({
    engine,
    journal: small.journal,
    clock: new HandClock(),
    timer: new HandTimer(),
    lastSeq: 0,
    lastTimeUs: 0,
    report: (notice) => assert.fail(notice.code),
    onFatal: (cause) => fatal.push(cause),
  })
  let sent = 0
  let open = 0
  /** Sends that many orders in one turn; returns the faults once all have their answer. */
  const burst = async (count: number): Promise<string[]> => {
    const faults = new Set<string>()
    await new Promise<void>((settle) => {
      let left = count
      const done = () => {
        open--
        if (--left === 0) settle()
      }
      for (let i = 0; i < count; i++) {
        const clOrdID = `o${sent++}`
        open++
        sequencer.submit({
          write: (tape) => encode(tape, NEW_ORDER, { clOrdID }),
          onDurable: () => {
            answered.push(clOrdID)
            done()
          },
          onFailure: (fault) => {
            faults.add(fault)
            done()
          },
        })
      }
    })
    return [...faults]
  }
  const settled = async () => {
    while (open > 0) await turn()
  }
  return { answered, fatal, burst, settled, release: () => small.close().catch(() => {}) }
}

/** Reads the journal as the next process would. */
async function assertAllFound(run: { readonly answered: readonly string[] }, directory: string): Promise<void> {
  const found = answeredIDs(directory)
  assert.deepEqual(found.slice(0, run.answered.length), run.answered)
}

function answeredIDs(directory: string): string[] {
  const ids: string[] = []
  const engine = new CountingEngine()
  for (const { tape, start, end } of new JournalReader(directory).blocks()) {
    for (let at = start; at < end; at = engine.apply(tape, at)) {
      if (typeAt(tape, at) === NEW_ORDER.type) ids.push(decode(tape, at, NEW_ORDER).clOrdID)
    }
  }
  return ids
}

function emptied(directory: string): void {
  for (const name of readdirSync(directory)) rmSync(join(directory, name))
  assert.ok(readdirSync(directory).every((name) => segmentNumber(name) === undefined))
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'portcullis-faults-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
