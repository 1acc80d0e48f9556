/** What goes first: kills and releases before everything that waits, in their own order, with time that never decreases. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { TICK } from '../model/records/commands.ts'
import { encode } from '../model/records/schema.ts'
import { CountingEngine } from '../simulator/counting-engine.ts'
import { HandClock, HandTimer, MemoryJournal } from '../simulator/made-up-world.ts'
import { Sequencer } from './sequencer.ts'

function rig(queueMax = 65_536) {
  const clock = new HandClock(1_000_000)
  const journal = new MemoryJournal()
  const sequencer = new Sequencer({
    ...{ engine: new CountingEngine(), journal, clock, timer: new HandTimer(), lastSeq: 0, lastTimeUs: 0, queueMax },
    report: () => assert.fail('nothing is to be reported'),
    onFatal: () => {},
  })
  const said: string[] = []
  const send = (name: string, first = false) =>
    sequencer.submit({
      first,
      neverRefused: first,
      write: (tape) => encode(tape, TICK, { session: -1, principal: -1 }),
      onDurable: (tape, at) => said.push(`${name} ${tape.f64[(at >> 3) + TICK.at.timeUs]! - 1_000_000}`),
      onFailure: (fault) => said.push(`${name} ${fault}`),
    })
  return { clock, journal, sequencer, said, send }
}

test('a kill that came last is decided first, stamped no later than what waited before it', async () => {
  const { clock, said, send } = rig()
  for (const name of ['a', 'b', 'kill 1', 'c', 'kill 2']) {
    send(name, name.startsWith('kill'))
    clock.pass(10)
  }
  await turn()
  assert.deepEqual(said, ['kill 1 0', 'kill 2 0', 'a 0', 'b 10', 'c 30'])
})

test('with nobody else waiting a kill has its own time, and what comes later is not before it', async () => {
  const { clock, said, send } = rig()
  clock.pass(5)
  send('kill', true)
  clock.pass(5)
  await turn()
  send('a')
  await turn()
  assert.deepEqual(said, ['kill 5', 'a 10'])
})

test('while a block is on its way the kill waits for its own block alone, ahead of the orders', async () => {
  const { journal, said, send } = rig()
  journal.hold()
  send('a')
  await turn()
  for (const name of ['b', 'c']) send(name)
  send('kill', true)
  await turn()
  journal.release()
  await turn()
  journal.release()
  await turn()
  assert.deepEqual(
    said.map((line) => line.split(' ')[0]),
    ['a', 'kill', 'b', 'c'],
  )
})

test('a full queue refuses orders and no kill; a journal that is down refuses both', async () => {
  const { journal, said, send } = rig(2)
  for (const name of ['a', 'b', 'c']) send(name)
  send('kill', true)
  assert.deepEqual(said, ['c QUEUE_FULL'])
  journal.failNext(new Error('EIO'))
  await turn()
  assert.deepEqual(said.slice(1).sort(), ['a OUTCOME_UNKNOWN', 'b OUTCOME_UNKNOWN', 'kill OUTCOME_UNKNOWN'])
  send('late', true)
  assert.equal(said.at(-1), 'late JOURNAL_UNAVAILABLE')
})

test('a sequencer that closes answers the kills that wait', async () => {
  const { sequencer, said, send } = rig()
  send('a')
  send('kill', true)
  await sequencer.close()
  assert.deepEqual(
    said.map((line) => line.split(' ')[0]),
    ['kill', 'a'],
  )
})
