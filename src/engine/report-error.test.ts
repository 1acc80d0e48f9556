/** A report that cannot be judged to its end: wherever deciding it fails, what it names is blocked, or it was booked. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lengthAt, Tape } from '../model/records/tape.ts'
import { EXEC_TYPES } from '../model/vocabulary.ts'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'
import { command, encodeCommand } from '../simulator/commands/command.ts'
import { recordedEvents } from '../simulator/commands/recorded-events.ts'
import { play } from '../simulator/commands/sequence.ts'
import { SMALL_FACTS } from '../simulator/small-journal.ts'
import { createEngine } from './engine.ts'

const NOBODY = { account: -1, trader: -1, strategy: -1, instrument: -1, side: -1, venue: -1, owner: -1, orderSlot: -1 }
const { sizes, hashSeed } = SMALL_FACTS

/** Events of a fill in instrument 0 by a stranger, while the read of the tape's doubles number `fails` throws. */
function fillWhile(fails: number): { readonly names: readonly string[]; readonly errors: number } {
  let errors = 0
  const onRiskError = () => {
    errors++
  }
  const engine = createEngine({ sizes, hashSeed, rules: US_EQUITY_PACK, onRiskError })
  const tape = Tape.ofBytes(1 << 18)
  const world = play([], US_EQUITY_PACK).commands
  for (const given of world) {
    tape.end = 0
    engine.execute(tape, encodeCommand(tape, given))
  }
  const { seq, timeUs } = world.at(-1)?.values ?? { seq: 0, timeUs: 0 }
  const fill = { execType: EXEC_TYPES.indexOf('Fill'), instrument: 0, side: 0, lastQty: 1, lastPx: 1, cumQty: -1 }
  tape.end = 0
  const offset = encodeCommand(
    tape,
    command('ExecutionReport', { ...NOBODY, ...fill, execID: 'E', seq: seq + 1, timeUs: timeUs + 1 }),
  )
  const { f64 } = tape
  let reads = 0
  Object.defineProperty(tape, 'f64', {
    get: () => {
      if (++reads === fails) throw new Error('a read failed')
      return f64
    },
  })
  engine.execute(tape, offset)
  return { names: recordedEvents(tape, offset + lengthAt(tape, offset)).map(({ name }) => name), errors }
}

test('wherever a read fails while a fill is decided, the fill is refused and what it names is blocked', () => {
  assert.ok(fillWhile(0).names.includes('ExecutionBooked'))
  // The first two reads take the command's sequence number and time, before anything is decided.
  const { names, errors } = fillWhile(3)
  assert.equal(errors, 1)
  assert.deepEqual(names, ['Refused', 'LatchSet'])
})
