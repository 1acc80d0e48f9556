/**
 * A gate reduced to what a crash can hurt, as a program for tests that kill or stop it: it recovers the journal of a folder,
 * then answers orders as fast as it can, one line with the sequence number for each, and
 * says by IPC which was the last where nobody reads them. Ends with code 3 where the folder
 * is another's, with code 4 where its journal fails.
 *
 *   node simulator/answering-gate.js DIR
 */
import { DirectoryLocked } from '../journal/name-lock.ts'
import { NEW_ORDER } from '../model/records/commands.ts'
import { encode } from '../model/records/schema.ts'
import { Sequencer } from '../sequencer/sequencer.ts'
import { systemClock, systemTimer } from '../sequencer/system-clock.ts'
import { CountingEngine } from './counting-engine.ts'
import { openSmallJournal } from './small-journal.ts'

/** Orders that wait at once: small and large blocks, both ways to the disk. */
const WAITING = 40

const engine = new CountingEngine({ rows: 30 })
const { journal } = await openSmallJournal(process.argv[2] as string, { engine, segmentBytes: 1 << 20 }).catch(
  (cause: Error) => end(cause, cause instanceof DirectoryLocked ? 3 : 4),
)
process.send?.('ready')
const sequencer = new Sequencer({
  ...{ engine, journal, clock: systemClock, timer: systemTimer, lastSeq: engine.commands, lastTimeUs: 0 },
  report: () => {},
  onFatal: (cause) => end(cause as Error, 4),
})
/** Orders that wait for the reader of the lines: one listener for all of them. */
let unread = 0
process.stdout.on('drain', () => {
  for (; unread > 0; unread--) order()
})
// A few at first, so that lone blocks are killed too.
order()
for (let i = 1; i < WAITING; i++) setTimeout(order, i)

function order(): void {
  sequencer.submit({
    write: (tape) => encode(tape, NEW_ORDER, { clOrdID: 'a' }),
    onDurable: (tape, offset) => {
      const seq = tape.f64[(offset >> 3) + NEW_ORDER.at.seq] as number
      if (process.stdout.write(`${seq}\n`)) order()
      else if (++unread === WAITING) process.send?.(seq)
    },
    onFailure: () => {},
  })
}

function end(cause: Error, code: number): never {
  console.error(cause.message)
  process.exit(code)
}
