/**
 * The failure matrix where two gates have one journal: the one that lost it decides nothing more that anybody is told, lets
 * every cancel pass, and what it was answered for is in the journal of the one that goes on.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { CANCEL_ORDER, NEW_ORDER } from '../model/records/commands.ts'
import { encode, type RecordLayout } from '../model/records/schema.ts'
import type { Fault } from '../sequencer/ports.ts'
import { Sequencer } from '../sequencer/sequencer.ts'
import { HandClock, HandTimer } from '../simulator/made-up-world.ts'
import { openSmallJournal } from '../simulator/small-journal.ts'
import type { DirectoryLock } from './directory-lock.ts'
import { JournalReader } from './journal-reader.ts'
import { fenceLastSegment } from './segment-fence.ts'

test('failure matrix: split brain: the gate that lost the journal answers no order, and lets cancels pass', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'portcullis-split-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const loser = await start(directory, 'aa')
  assert.equal(await loser.order(), 'durable 1')
  const winner = await start(directory, 'bb')
  assert.equal(await winner.order(), 'durable 2')
  assert.equal(await loser.order(), 'OUTCOME_UNKNOWN')
  assert.equal(await loser.order(), 'JOURNAL_UNAVAILABLE')
  assert.equal(await loser.cancel(), 'PASS, not durable')
  assert.match(loser.fatal.join(), /./, 'it is told to end')
  assert.equal(await winner.order(), 'durable 3')
  assert.equal(await winner.cancel(), 'durable 4')
  await winner.sequencer.close()
  await loser.sequencer.close().catch(() => {})
  const blocks = [...new JournalReader(directory).blocks()]
  assert.deepEqual(
    blocks.map(({ lastSeq }) => lastSeq),
    [1, 2, 3, 4],
  )
  assert.deepEqual(winner.fatal, [])
})

/** A gate whose lock lets everybody in: what is left to keep two apart is the mark on the segment. */
async function start(directory: string, owner: string) {
  const nothing = () => {}
  const lock: DirectoryLock = {
    ...{ directory, owner, predecessor: 'silent', isLost: false, assertHeld: nothing, renew: nothing },
    release: async () => {},
  }
  fenceLastSegment(directory)
  const lastSeq = lastSeqOf(directory)
  const { journal, engine } = await openSmallJournal(directory, { lock })
  const fatal: string[] = []
  const sequencer = new Sequencer({
    ...{ engine, journal, lastSeq, lastTimeUs: 0, clock: new HandClock(), timer: new HandTimer() },
    report: nothing,
    onFatal: (cause) => fatal.push(String(cause)),
  })
  const send = (layout: RecordLayout) =>
    new Promise<string>((settle) => {
      sequencer.submit({
        write: (tape) => encode(tape, layout, {} as never),
        onDurable: (tape, offset) => settle(`durable ${tape.f64[(offset >> 3) + NEW_ORDER.at.seq]}`),
        onFailure: (fault: Fault) => settle(fault),
        ...(layout === CANCEL_ORDER ? { neverRefused: true, onJournalDown: () => settle('PASS, not durable') } : {}),
      })
    })
  return { sequencer, fatal, order: () => send(NEW_ORDER), cancel: () => send(CANCEL_ORDER) }
}

function lastSeqOf(directory: string): number {
  const reader = new JournalReader(directory)
  for (const _ of reader.blocks());
  return reader.end.lastSeq
}
