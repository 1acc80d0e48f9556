/** Load shedding: an order that has waited too long is refused and never decided late; what reduces risk is not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { CANCEL_ORDER, NEW_ORDER, TICK } from '../model/records/commands.ts'
import { encode } from '../model/records/schema.ts'
import { CountingEngine } from '../simulator/counting-engine.ts'
import { HandClock, HandTimer, MemoryJournal } from '../simulator/made-up-world.ts'
import { ORDER_AGE_MAX_US, Sequencer, type SequencerOptions } from './sequencer.ts'

function rig(options: Partial<SequencerOptions> = {}) {
  const world = { elapsedUs: 0 }
  const journal = new MemoryJournal()
  const timer = new HandTimer()
  const engine = new CountingEngine()
  const clock = new HandClock()
  const sequencer = new Sequencer({
    ...{ engine, journal, clock, timer, lastSeq: 0, lastTimeUs: 0, elapsedUs: () => world.elapsedUs },
    report: () => assert.fail('nothing is to be reported'),
    onFatal: (cause) => assert.fail(String(cause)),
    ...options,
  })
  const said: string[] = []
  const send = (name: string, from = 0) =>
    sequencer.submit({
      ...(name.startsWith('cancel') ? { neverRefused: true } : { mayGoStale: true }),
      from,
      write: (tape) =>
        name.startsWith('cancel')
          ? encode(tape, CANCEL_ORDER, { origClOrdID: name })
          : encode(tape, NEW_ORDER, { clOrdID: name }),
      onDurable: (tape, at) => said.push(`${name} ${tape.f64[(at >> 3) + TICK.at.seq]}`),
      onFailure: (fault) => said.push(`${name} ${fault}`),
    })
  const pass = async (us: number) => {
    world.elapsedUs += us
    timer.fire()
    await turn()
  }
  return { sequencer, journal, engine, clock, timer, world, said, send, pass }
}

test('an order is decided up to its age and refused behind it, at the microsecond', async () => {
  for (const [ageUs, said] of [
    [ORDER_AGE_MAX_US, 'a 1'],
    [ORDER_AGE_MAX_US + 1, 'a STALE_ORDER'],
  ] as const) {
    const late: (() => void)[] = []
    const { world, said: answers, send, engine } = rig({ later: (run) => late.push(run) })
    send('a')
    world.elapsedUs = ageUs
    late[0]?.()
    await turn()
    assert.deepEqual([answers, engine.commands], [[said], said === 'a 1' ? 1 : 0])
  }
})

test('behind a disk that is late orders wait undecided, and are refused when they are too old', async () => {
  const { journal, engine, said, send, pass } = rig()
  journal.hold()
  send('on its way')
  await turn()
  await pass(ORDER_AGE_MAX_US)
  send('decided beside it')
  await turn()
  assert.equal(engine.commands, 2)
  await pass(1)
  send('waits')
  send('cancel')
  await turn()
  assert.equal(engine.commands, 2, 'nothing is decided that would be answered nobody knows when')
  await pass(ORDER_AGE_MAX_US)
  assert.deepEqual(said, [])
  await pass(1)
  assert.deepEqual(said, ['waits STALE_ORDER'], 'refused while the disk still stands')
  assert.equal(engine.commands, 3, 'the cancel has had its turn')
  journal.flow()
  await turn()
  assert.deepEqual(said.slice(1), ['on its way 1', 'decided beside it 2', 'cancel 3'])
})

test('an order that waited for the disk and is not too old is decided', async () => {
  const { journal, said, send, pass } = rig()
  journal.hold()
  send('a')
  await turn()
  await pass(ORDER_AGE_MAX_US + 1)
  send('b')
  await pass(ORDER_AGE_MAX_US)
  journal.flow()
  await turn()
  await turn()
  assert.deepEqual(said, ['a 1', 'b 2'])
})

test('a clock of the machine that is set makes no order old', async () => {
  const { journal, clock, said, send } = rig({ report: () => {} })
  journal.hold()
  send('a')
  await turn()
  clock.step(3_600_000_000)
  send('b')
  await turn()
  clock.step(-7_200_000_000)
  journal.flow()
  await turn()
  assert.deepEqual(said, ['a 1', 'b 2'])
})

test('one sender fills no queue for others: at most half of it, and of the rest as much as is left', async () => {
  const { journal, said, send } = rig({ queueMax: 100 })
  journal.hold()
  for (let n = 0; n < 60; n++) send(`a${n}`, 1)
  assert.deepEqual(
    said,
    [...Array(9).keys()].map((n) => `a${n + 51} QUEUE_FULL`),
  )
  for (let n = 0; n < 30; n++) send(`b${n}`, 2)
  assert.equal(said.length, 14, '25 of the second')
  send('c', 3)
  assert.equal(said.length, 14)
})

test('a backlog of one sender leaves an order of another a few turns away, and time never decreases', async () => {
  const { journal, clock, said, send } = rig()
  const stamps: number[] = []
  journal.hold()
  send('first')
  await turn()
  for (let n = 0; n < 5_000; n++) {
    send(`flood ${n}`, 1)
    clock.pass(1)
  }
  send('quiet', 2)
  await turn()
  while (journal.isHolding) {
    journal.release()
    await turn()
  }
  assert.equal(said.indexOf('quiet 66'), 65)
  assert.equal(said.length, 5_002)
  for (const { lastTimeUs } of journal.blocks) stamps.push(lastTimeUs)
  assert.deepEqual(
    stamps,
    stamps.toSorted((a, b) => a - b),
  )
})
