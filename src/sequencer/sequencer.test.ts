/** The single writer in a made-up world: order, group commit, durability before answers, refusals, sweeps, ticks. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { CANCEL_ORDER, KILL, KILL_SWEEP, NEW_ORDER, TICK } from '../model/records/commands.ts'
import { isCommandAt } from '../model/records/events.ts'
import { encode } from '../model/records/schema.ts'
import { lengthAt, Tape, typeAt } from '../model/records/tape.ts'
import { CountingEngine, SWEEPS_PER_KILL } from '../simulator/counting-engine.ts'
import { HandClock, HandTimer, MemoryJournal, type TakenBlock } from '../simulator/made-up-world.ts'
import { BLOCK_BYTES_MAX, type DiskRoom, type Fault, type JournalPort, type Notice, type Submission } from './ports.ts'
import { Sequencer, type SequencerOptions } from './sequencer.ts'

test('commands of one turn are one block, answered in order, each with its own entry', async () => {
  const { sequencer, journal, send, answers } = rig()
  for (const id of ['a', 'b', 'c']) send(id)
  assert.equal(journal.blocks.length, 0, 'nothing is written inside submit')
  await turn()
  assert.deepEqual(answers, ['a 1', 'b 2', 'c 3'])
  assert.deepEqual(journal.blocks.map(seqs), ['1-3'])
  send('d')
  await turn()
  assert.deepEqual(journal.blocks.map(seqs), ['1-3', '4-4'])
  assert.equal(sequencer.durableSeq, 4)
  assert.equal(journal.blocks[1]?.mayBlock, true, 'a lone command may block')
})

test('nothing is answered before its block is durable; the next block is decided meanwhile', async () => {
  const { engine, journal, send, answers, sequencer } = rig()
  journal.hold()
  send('a')
  await turn()
  send('b')
  send('c')
  await turn()
  assert.deepEqual(answers, [])
  assert.equal(engine.commands, 3, 'b and c are decided while a is on its way')
  assert.equal(journal.blocks.length, 1, 'one block at a time')
  assert.equal(sequencer.waiting, 3)
  journal.release()
  await turn()
  assert.deepEqual(answers, ['a 1'])
  journal.release()
  await turn()
  assert.deepEqual(answers, ['a 1', 'b 2', 'c 3'])
  assert.deepEqual(journal.blocks.map(seqs), ['1-1', '2-3'])
  assert.equal(sequencer.waiting, 0)
})

test('the stream goes on behind what was recovered', async () => {
  const clock = new HandClock(1000)
  const { journal, send, answers } = rig({ lastSeq: 41, lastTimeUs: 5000, clock })
  send('a')
  await turn()
  assert.deepEqual(answers, ['a 42'])
  assert.equal(journal.blocks[0]?.lastTimeUs, 5000, 'time does not run backwards over a restart')
})

test('a command is stamped as it comes, a sweep not after what waits behind it, and time never decreases', async () => {
  const clock = new HandClock(1_000_000)
  const { sequencer, journal, send } = rig({ clock })
  const nobody = { onDurable: () => {}, onFailure: () => assert.fail() }
  sequencer.submit({ write: (tape) => encode(tape, KILL, {}), ...nobody })
  clock.pass(10)
  send('a')
  clock.pass(10)
  await turn()
  send('b')
  clock.pass(10)
  send('c')
  clock.pass(10)
  await turn()
  clock.pass(10)
  await turn()
  const times = journal.blocks.map((block) => stamps(block).map((timeUs) => timeUs - 1_000_000))
  assert.deepEqual(times.slice(0, 3), [[0, 10], [20, 20, 30], [50]])
})

test('a failed append: handed commands are unknown, the others refused, nothing is written again', async () => {
  const { journal, send, answers, fatal, sequencer, engine } = rig()
  journal.hold()
  send('handed')
  await turn()
  send('decided')
  await turn()
  send('queued')
  journal.release(new Error('EIO'))
  await turn()
  send('later')
  await turn()
  assert.deepEqual(answers, [
    'handed OUTCOME_UNKNOWN',
    'decided JOURNAL_UNAVAILABLE',
    'queued JOURNAL_UNAVAILABLE',
    'later JOURNAL_UNAVAILABLE',
  ])
  assert.equal(journal.blocks.length, 1)
  assert.equal(engine.commands, 2, 'nothing is decided any more')
  assert.deepEqual(fatal, ['EIO'])
  assert.ok(sequencer.isDown)
  assert.equal(sequencer.durableSeq, 0)
  await sequencer.close()
})

test('an append that throws at once is a failed append', async () => {
  const { journal, send, answers, fatal } = rig()
  send('a')
  await turn()
  journal.failNext(new Error('ENOSPC'))
  send('b')
  send('c')
  await turn()
  send('d')
  assert.deepEqual(answers, ['a 1', 'b OUTCOME_UNKNOWN', 'c OUTCOME_UNKNOWN', 'd JOURNAL_UNAVAILABLE'])
  assert.deepEqual(fatal, ['ENOSPC'])
})

test('while the next block is handed over, a failure does not take the answers of the durable one', async () => {
  const { journal, send, answers } = rig()
  journal.hold()
  send('a')
  await turn()
  send('b')
  await turn()
  journal.release()
  await turn()
  journal.release(new Error('EIO'))
  await turn()
  assert.deepEqual(answers, ['a 1', 'b OUTCOME_UNKNOWN'])
})

test('a cancel passes, not durable, while the journal is down', async () => {
  const { journal, sequencer, send } = rig()
  const passed: string[] = []
  const cancel = (id: string) =>
    sequencer.submit({
      write: (tape) => encode(tape, CANCEL_ORDER, { origClOrdID: id }),
      onDurable: () => assert.fail('the journal is down'),
      onFailure: () => assert.fail('a cancel is not refused'),
      onJournalDown: () => passed.push(id),
    })
  journal.failNext(new Error('EIO'))
  send('a')
  cancel('under way')
  await turn()
  cancel('later')
  assert.deepEqual(passed, ['under way', 'later'])
})

test('a full queue refuses new commands, never those that reduce risk', async () => {
  const { journal, send, answers } = rig({ queueMax: 2 })
  journal.hold()
  send('a')
  await turn()
  send('b')
  send('c')
  send('cancel', { neverRefused: true })
  assert.deepEqual(answers, ['c QUEUE_FULL'])
  await turn()
  journal.release()
  await turn()
  journal.release()
  await turn()
  assert.deepEqual(answers, ['c QUEUE_FULL', 'a 1', 'b 2', 'cancel 3'])
})

test('a full disk refuses new commands, never those that reduce risk, and is looked at once a second', async () => {
  const { journal, timer, send, answers, notices } = rig()
  let looks = 0
  const room: DiskRoom[] = ['full', 'low']
  const port: JournalPort = journal
  port.lookAtDisk = () => {
    looks++
    journal.diskRoom = room.shift() ?? 'enough'
    return { code: 'DISK_ROOM', room: journal.diskRoom, freeBytes: 1, totalBytes: 100 }
  }
  for (let tick = 0; tick < 10; tick++) timer.fire()
  assert.equal(looks, 1)
  send('a')
  send('cancel', { neverRefused: true })
  await turn()
  assert.deepEqual(answers, ['a DISK_FULL', 'cancel 1'])
  for (let tick = 0; tick < 10; tick++) timer.fire()
  send('b')
  await turn()
  assert.match(answers[2] ?? '', /^b \d+$/)
  assert.deepEqual(
    notices.map((notice) => 'room' in notice && notice.room),
    ['full', 'low'],
  )
})

test('a queue whose oldest command waits too long is full', async () => {
  let elapsed = 0
  const clock = new HandClock()
  const { journal, send, answers } = rig({ clock, elapsedUs: () => elapsed, queueAgeMaxUs: 1000 })
  journal.hold()
  send('a')
  await turn()
  elapsed = 1000
  clock.pass(3_600_000_000)
  send('b')
  await turn()
  elapsed = 1001
  send('c')
  assert.deepEqual(answers, ['c QUEUE_FULL'], "a played day's clock does not make the queue old")
  await turn()
  journal.release()
  await turn()
  journal.release()
})

test('ticks and sweeps do not make the queue old', async () => {
  let elapsed = 5_000_000
  const engine = new CountingEngine()
  const tape = Tape.ofBytes(4096)
  engine.execute(tape, encode(tape, KILL, { seq: 1 }))
  const { journal, timer, send, answers } = rig({ engine, lastSeq: 1, elapsedUs: () => elapsed })
  journal.hold()
  await turn()
  send('behind a sweep')
  for (let i = 0; i < SWEEPS_PER_KILL + 1; i++) {
    await turn()
    if (journal.isHolding) journal.release()
  }
  await turn()
  elapsed += 5_000_000
  timer.fire()
  timer.fire()
  await turn()
  send('behind a tick')
  journal.release()
  await turn()
  journal.release()
  await turn()
  assert.deepEqual(answers, ['behind a sweep 4', 'behind a tick 7'])
})

test('a command that cannot be written is refused alone', async () => {
  const { sequencer, send, answers, journal } = rig()
  const submit = (id: string, write: (tape: Tape) => number) =>
    sequencer.submit({
      write,
      onDurable: () => assert.fail(),
      onFailure: (fault) => answers.push(`${id} ${fault}`),
    })
  send('a')
  submit('throws', () => {
    throw new RangeError('no such name')
  })
  submit('throws late', (tape) => {
    encode(tape, NEW_ORDER, {})
    throw new RangeError('a text does not fit')
  })
  submit('writes nothing', (tape) => tape.end)
  submit('writes two', (tape) => {
    const offset = encode(tape, TICK, {})
    encode(tape, TICK, {})
    return offset
  })
  submit('writes an event', (tape) => encode(tape, { ...TICK, type: 134 }, {}))
  send('b')
  await turn()
  const names = ['throws', 'throws late', 'writes nothing', 'writes two', 'writes an event']
  assert.deepEqual(answers, [...names.map((name) => `${name} COMMAND_FAULT`), 'a 1', 'b 2'])
  assert.deepEqual(journal.blocks.map(seqs), ['1-2'])
})

test('an engine that throws ends the stream; what it decided on this tape is not written', async () => {
  const engine = new CountingEngine()
  const execute = engine.execute.bind(engine)
  engine.execute = (tape, offset) => {
    if (tape.f64[(offset >> 3) + TICK.at.seq] === 2) throw new Error('evolve failed')
    execute(tape, offset)
  }
  const { journal, send, answers, fatal } = rig({ engine })
  for (const id of ['a', 'b', 'c']) send(id)
  await turn()
  assert.deepEqual(
    answers,
    ['a', 'b', 'c'].map((id) => `${id} JOURNAL_UNAVAILABLE`),
  )
  assert.deepEqual(journal.blocks, [])
  assert.deepEqual(fatal, ['evolve failed'])
})

test('a block that is on its way when the engine throws is still answered', async () => {
  const engine = new CountingEngine()
  const execute = engine.execute.bind(engine)
  const { journal, send, answers, sequencer } = rig({ engine })
  journal.hold()
  send('a')
  await turn()
  engine.execute = () => {
    throw new Error('evolve failed')
  }
  send('b')
  await turn()
  engine.execute = execute
  const closed = sequencer.close()
  journal.release()
  await closed
  assert.deepEqual(answers, ['b JOURNAL_UNAVAILABLE', 'a 1'])
})

test('an answer that throws is reported and does not stop the others', async () => {
  const { sequencer, send, answers, notices } = rig()
  sequencer.submit({
    write: (tape) => encode(tape, TICK, {}),
    onDurable: () => {
      throw new Error('socket closed')
    },
    onFailure: () => assert.fail(),
  })
  send('b')
  await turn()
  assert.deepEqual(answers, ['b 2'])
  assert.deepEqual(
    notices.map((notice) => notice.code),
    ['ANSWER_FAULT'],
  )
})

test('sweeps of a kill and the orders of others take turns', async () => {
  const { sequencer, journal, send } = rig()
  sequencer.submit({
    write: (tape) => encode(tape, KILL, {}),
    onDurable: () => {},
    onFailure: () => assert.fail(),
    neverRefused: true,
  })
  send('a')
  await turn()
  send('b')
  await turn()
  send('c')
  await turn()
  await turn()
  const types = journal.blocks.map((block) => commandTypes(block))
  assert.equal(SWEEPS_PER_KILL, 3)
  const [order, sweep] = [NEW_ORDER.type, KILL_SWEEP.type]
  assert.deepEqual(types, [[KILL.type, order], [sweep, order], [sweep, order], [sweep]])
})

test('what is due by the time of a sweep comes before it', async () => {
  const { engine, sequencer, journal } = rig()
  const due: ((tape: Tape) => number)[] = []
  engine.due = () => due.pop() ?? null
  const onDurable = () => void due.push((tape) => encode(tape, TICK, {}))
  sequencer.submit({ write: (tape) => encode(tape, KILL, {}), onDurable, onFailure: () => assert.fail() })
  while (journal.blocks.length < 2 + SWEEPS_PER_KILL) await turn()
  assert.deepEqual(journal.blocks.flatMap(commandTypes).slice(0, 3), [KILL.type, TICK.type, KILL_SWEEP.type])
})

test('a sweep that was due when the last process ended is fed without anybody asking', async () => {
  const engine = new CountingEngine()
  const tape = Tape.ofBytes(4096)
  engine.execute(tape, encode(tape, KILL, { seq: 1 }))
  const { journal } = rig({ engine, lastSeq: 1 })
  for (let i = 0; i < SWEEPS_PER_KILL; i++) await turn()
  assert.deepEqual(journal.blocks.map(seqs), ['2-2', '3-3', '4-4'])
})

test('an idle stream is ticked, a busy one and one without a genesis record are not', async () => {
  const { timer, journal, send } = rig()
  timer.fire()
  await turn()
  assert.equal(journal.blocks.length, 0)
  send('a')
  timer.fire()
  await turn()
  assert.deepEqual(journal.blocks.map(commandTypes), [[NEW_ORDER.type]])
  timer.fire()
  await turn()
  timer.fire()
  await turn()
  assert.deepEqual(journal.blocks.map(commandTypes), [[NEW_ORDER.type], [TICK.type], [TICK.type]])
})

test('a block stays within its limit, and all are answered', async () => {
  const { journal, send, answers } = rig({ engine: new CountingEngine({ rows: 128 }) })
  for (let i = 0; i < 1000; i++) send(String(i))
  while (answers.length < 1000) await turn()
  assert.ok(journal.blocks.length > 1)
  for (const { bytes } of journal.blocks) assert.ok(bytes.length <= BLOCK_BYTES_MAX)
  assert.deepEqual(
    answers,
    [...Array(1000).keys()].map((i) => `${i} ${i + 1}`),
  )
})

test('a large batch is not appended blocking', async () => {
  const { journal, send } = rig({ blockingBytes: 500 })
  send('a')
  await turn()
  send('b')
  send('c')
  await turn()
  assert.deepEqual(
    journal.blocks.map((block) => block.mayBlock),
    [true, false],
  )
})

test('the publisher gets every durable block after its answers', async () => {
  const told: string[] = []
  const { send, answers } = rig({ publish: (block) => told.push(`${seqs(block)} after ${answers.length}`) })
  send('a')
  send('b')
  await turn()
  assert.deepEqual(told, ['1-2 after 2'])
})

test('close answers what waits, refuses what comes, and closes the journal', async () => {
  const { sequencer, journal, send, answers } = rig()
  journal.hold()
  send('a')
  const closed = sequencer.close()
  send('b')
  await turn()
  assert.equal(journal.isClosed, false)
  journal.release()
  await closed
  assert.deepEqual(answers, ['b NOT_READY', 'a 1'])
  assert.equal(journal.isClosed, true)
})

test('close does not wait for the end of a sweep: the next start goes on with it', async () => {
  const { sequencer, journal, send } = rig()
  journal.hold()
  sequencer.submit({ write: (tape) => encode(tape, KILL, {}), onDurable: () => {}, onFailure: () => assert.fail() })
  await turn()
  send('a')
  const closed = sequencer.close()
  journal.release()
  await turn()
  journal.release()
  await closed
  assert.deepEqual(journal.blocks.flatMap(commandTypes), [KILL.type, NEW_ORDER.type])
})

interface Sent {
  readonly neverRefused?: boolean
}

/** A sequencer with everything that it leans on, and the answers that it gave: `id seq`, or `id FAULT`. */
function rig(own: Partial<Omit<SequencerOptions, 'engine'>> & { readonly engine?: CountingEngine } = {}) {
  const journal = new MemoryJournal()
  const timer = new HandTimer()
  const answers: string[] = []
  const notices: Notice[] = []
  const fatal: string[] = []
  const engine = own.engine ?? new CountingEngine()
  const sequencer = new Sequencer({
    journal,
    timer,
    clock: new HandClock(),
    lastSeq: 0,
    lastTimeUs: 0,
    report: (notice) => notices.push(notice),
    onFatal: (cause) => fatal.push((cause as Error).message),
    ...own,
    engine,
  })
  const send = (id: string, sent: Sent = {}) => {
    const submission: Submission = {
      write: (tape) => encode(tape, NEW_ORDER, { clOrdID: id }),
      onDurable: (tape, offset, end) => {
        assert.equal(typeAt(tape, offset), NEW_ORDER.type)
        assert.ok(offset + lengthAt(tape, offset) < end, 'an entry has events')
        answers.push(`${id} ${tape.f64[(offset >> 3) + NEW_ORDER.at.seq]}`)
      },
      onFailure: (fault: Fault) => answers.push(`${id} ${fault}`),
      ...sent,
    }
    sequencer.submit(submission)
  }
  return { sequencer, journal, timer, engine, answers, notices, fatal, send }
}

function seqs(block: { readonly firstSeq: number; readonly lastSeq: number }): string {
  return `${block.firstSeq}-${block.lastSeq}`
}

function commandTypes(block: TakenBlock): number[] {
  return commands(block, typeAt)
}

function stamps(block: TakenBlock): number[] {
  return commands(block, (tape, at) => tape.f64[(at >> 3) + TICK.at.timeUs] as number)
}

function commands(block: TakenBlock, read: (tape: Tape, at: number) => number): number[] {
  const tape = new Tape(block.bytes.slice().buffer)
  const found: number[] = []
  for (let at = 0; at < block.bytes.length; at += lengthAt(tape, at)) {
    if (isCommandAt(tape, at)) found.push(read(tape, at))
  }
  return found
}
