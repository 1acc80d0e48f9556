/**
 * A state that was saved and loaded is the state: random sequences are cut anywhere, and from there on an engine that
 * loaded what stood decides the same bytes as the one that lived on. SNAPSHOT_SEED plays a run again, SNAPSHOT_RUNS more.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ENTRY_BYTES_MAX } from '../../model/engine-port.ts'
import { lengthAt, Tape } from '../../model/records/tape.ts'
import { US_EQUITY_PACK } from '../../rules/us-equity-pack.ts'
import { type Command, encodeCommand } from '../../simulator/commands/command.ts'
import { withSlot } from '../../simulator/commands/order-slots.ts'
import { recordedEvents } from '../../simulator/commands/recorded-events.ts'
import { play, sequences, type Throw } from '../../simulator/commands/sequence.ts'
import { SMALL_FACTS } from '../../simulator/small-journal.ts'
import { createEngine, type Engine } from '../engine.ts'

const SEED = Number(process.env.SNAPSHOT_SEED ?? 20261121)
const RUNS = Number(process.env.SNAPSHOT_RUNS ?? 3)

const freshEngine = () =>
  createEngine({ sizes: SMALL_FACTS.sizes, hashSeed: SMALL_FACTS.hashSeed, rules: US_EQUITY_PACK })

function saved(engine: Engine): Uint8Array {
  const chunks: Uint8Array[] = []
  engine.save((bytes) => chunks.push(bytes.slice()))
  return Buffer.concat(chunks)
}

/** Reads `most` bytes at a time at most: a file may give fewer than are asked for. */
function reader(bytes: Uint8Array, most: number): (into: Uint8Array) => number {
  let at = 0
  return (into) => {
    const part = bytes.subarray(at, at + Math.min(into.length, most))
    into.set(part)
    at += part.length
    return part.length
  }
}

function loaded(bytes: Uint8Array, most = 1 << 20): Engine {
  const engine = freshEngine()
  engine.load(reader(bytes, most))
  return engine
}

/** The entry that the engine makes of the command. */
function entryOf(engine: Engine, tape: Tape, given: Command, slots: Map<number, number>): Uint8Array {
  const { values } = given
  tape.end = 0
  const offset = encodeCommand(tape, withSlot(given, slots))
  engine.execute(tape, offset)
  for (const event of recordedEvents(tape, offset + lengthAt(tape, offset))) {
    if (event.name === 'OrderDecided' && given.name === 'NewOrder' && (event.values.slot as number) >= 0) {
      slots.set(values.seq, event.values.slot as number)
    }
  }
  return tape.u8.slice(0, tape.end)
}

function cutAndGoOn(throws: readonly Throw[], cuts: ReadonlySet<number>): void {
  const tape = Tape.ofBytes(ENTRY_BYTES_MAX + 8192)
  const lived = freshEngine()
  const replayed = freshEngine()
  let cut = freshEngine()
  const [slots, slotsOfCut] = [new Map<number, number>(), new Map<number, number>()]
  play(throws, US_EQUITY_PACK).commands.forEach((given, index) => {
    if (cuts.has(index)) {
      const bytes = saved(lived)
      assert.ok(Buffer.compare(bytes, saved(cut)) === 0, `before command ${index} another state is saved`)
      cut = loaded(bytes, 1 + (index % 5000))
      assert.equal(cut.stateHash(), lived.stateHash(), `before command ${index}`)
      assert.ok(Buffer.compare(bytes, saved(cut)) === 0, `before command ${index} another state is saved once loaded`)
    }
    const entry = entryOf(lived, tape, given, slots)
    assert.deepEqual(entryOf(cut, tape, given, slotsOfCut), entry, `command ${index} is decided otherwise`)
    tape.u8.set(entry)
    tape.end = entry.length
    replayed.apply(tape, 0)
  })
  assert.equal(cut.stateHash(), lived.stateHash())
  assert.equal(replayed.stateHash(), lived.stateHash())
  assert.ok(Buffer.compare(saved(replayed), saved(cut)) === 0, 'a replay saves another state')
}

test('an engine that loads what another saved goes on as that one does', (t) => {
  const cuts = fc.uniqueArray(fc.nat({ max: 900 }), { minLength: 3, maxLength: 6 })
  const goesOn = (throws: Throw[], at: readonly number[]) => cutAndGoOn(throws, new Set(at))
  const result = fc.check(fc.property(sequences(400, 700), cuts, goesOn), {
    seed: SEED,
    numRuns: RUNS,
    endOnFailure: true,
  })
  t.diagnostic(`SNAPSHOT_SEED=${SEED} SNAPSHOT_RUNS=${RUNS}: ${result.numRuns} sequences`)
  const why = () => `SNAPSHOT_SEED=${SEED}: ${result.errorInstance}\n${fc.defaultReportMessage(result)}`
  if (result.failed) assert.fail(why())
})

test('a state that ends too early, goes on, or is for other sizes is not loaded', () => {
  const tape = Tape.ofBytes(ENTRY_BYTES_MAX + 8192)
  const engine = freshEngine()
  const [throws] = fc.sample(sequences(60, 60), { seed: SEED, numRuns: 1 })
  const slots = new Map<number, number>()
  for (const given of play(throws as Throw[], US_EQUITY_PACK).commands) entryOf(engine, tape, given, slots)
  const bytes = saved(engine)
  assert.equal(loaded(bytes).stateHash(), engine.stateHash())
  assert.throws(() => loaded(bytes.subarray(0, bytes.length - 4)), RangeError)
  assert.throws(() => loaded(bytes.subarray(0, 2)), RangeError)
  assert.throws(() => loaded(new Uint8Array(0)), RangeError)
  assert.throws(() => loaded(Buffer.concat([bytes, new Uint8Array(4)])), RangeError)
  const sizes = { ...SMALL_FACTS.sizes, scopes: SMALL_FACTS.sizes.scopes / 2 }
  const smaller = createEngine({ sizes, hashSeed: SMALL_FACTS.hashSeed, rules: US_EQUITY_PACK })
  assert.throws(() => smaller.load(reader(bytes, 4096)), RangeError)
  assert.throws(() => engine.load(reader(bytes, 4096)), /before anything is executed/)
})
