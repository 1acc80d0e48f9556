/**
 * Plays a sequence of commands to an engine, the twin and the rational oracle, and throws at the first thing that differs.
 */
import type { DecisionEngine } from '../model/engine-port.ts'
import { ENTRY_BYTES_MAX } from '../model/engine-port.ts'
import { DAY_ROLL } from '../model/records/commands.ts'
import { HOLD_DECIDE } from '../model/records/fate-commands.ts'
import { decode } from '../model/records/schema.ts'
import { lengthAt, Tape, typeAt } from '../model/records/tape.ts'
import type { RulePack } from '../model/rules.ts'
import { OUTCOMES } from '../model/vocabulary.ts'
import { type Command, encodeCommand } from './commands/command.ts'
import { withSlot } from './commands/order-slots.ts'
import { type RecordedEvent, recordedEvents } from './commands/recorded-events.ts'
import { compareEvents, type Ledger } from './comparison/decisions.ts'
import { same } from './comparison/difference.ts'
import { compareStanding } from './comparison/standing.ts'
import { RationalOracle } from './rational/oracle.ts'
import type { TwinEvent } from './twin/events.ts'
import { NotMirrored } from './twin/live-orders.ts'
import { limitKey } from './twin/rows.ts'
import { dueInWords } from './twin/timers.ts'
import { Twin } from './twin/twin.ts'

export type EngineMaker = (pack: RulePack) => DecisionEngine

export interface CompareOptions {
  /** Commands between two comparisons of everything that stands; the end is always compared. */
  readonly standingEvery: number
}

/** A pack that keeps the facts of the first question after `ask` was emptied. */
class ListeningPack implements RulePack {
  readonly version: number
  readonly rules: RulePack['rules']
  readonly #pack: RulePack
  asked: Float64Array | null = null

  constructor(pack: RulePack) {
    this.#pack = pack
    this.version = pack.version
    this.rules = pack.rules
  }

  firstRefusal(facts: Float64Array): number {
    this.asked ??= facts.slice()
    return this.#pack.firstRefusal(facts)
  }
}

export function compare(
  commands: readonly Command[],
  makeEngine: EngineMaker,
  pack: RulePack,
  options: CompareOptions = { standingEvery: 25 },
): void {
  const theirPack = new ListeningPack(pack)
  const ourPack = new ListeningPack(pack)
  const engine = makeEngine(theirPack)
  const twin = new Twin(ourPack)
  const oracle = new RationalOracle(twin.state)
  const ledger: Ledger = { rows: new Map(), slots: twin.state.slots }
  const tape = Tape.ofBytes(ENTRY_BYTES_MAX + 8192)
  for (const [index, written] of commands.entries()) {
    const given = withSlot(written, ledger.slots)
    theirPack.asked = null
    ourPack.asked = null
    const check = oracle.watch(given)
    const due = dueInWords(twin.state, given.values.timeUs)
    const said = saidBy(twin, given)
    if (said === null) return
    oracle.note()
    same(given, 'due', dueOf(engine, tape, given), due)
    const recorded = run(engine, tape, given)
    learn(given, recorded, said, ledger)
    compareEvents(given, recorded, said, ledger)
    same(given, 'facts', shown(theirPack.asked), shown(ourPack.asked))
    for (const event of said) if (event.name === 'OrderDecided') check(event.decision)
    if (index % options.standingEvery === 0)
      compareStanding(given, engine.view, twin.state, ledger, given.values.timeUs)
  }
  compareStanding(undefined, engine.view, twin.state, ledger, commands.at(-1)?.values.timeUs ?? 0)
}

/** What the twin says; null where it cannot. */
function saidBy(twin: Twin, given: Command): TwinEvent[] | null {
  try {
    return twin.execute(given)
  } catch (error) {
    if (error instanceof NotMirrored) return null
    throw error
  }
}

function shown(facts: Float64Array | null): string {
  return facts === null ? 'not asked' : [...facts].join(' ')
}

/** The command that the engine asks for before this one, in words. */
function dueOf(engine: DecisionEngine, tape: Tape, given: Command): string {
  const write = engine.due(given.values.timeUs)
  if (write === null) return 'nothing'
  tape.end = 0
  const offset = write(tape)
  if (typeAt(tape, offset) === HOLD_DECIDE.type) return `HoldDecide ${decode(tape, offset, HOLD_DECIDE).orderSeq}`
  if (typeAt(tape, offset) !== DAY_ROLL.type) return 'Tick'
  const { calendar, tradeDate } = decode(tape, offset, DAY_ROLL)
  return `DayRoll ${calendar} ${tradeDate}`
}

function run(engine: DecisionEngine, tape: Tape, given: Command): RecordedEvent[] {
  tape.end = 0
  const offset = encodeCommand(tape, given)
  engine.execute(tape, offset)
  return recordedEvents(tape, offset + lengthAt(tape, offset))
}

const APPROVE = OUTCOMES.indexOf('APPROVE')
const HELD = OUTCOMES.indexOf('HELD')
/** Events with a command of their own, which those behind them are about. */
const CARRIERS: readonly string[] = ['ProposalLineApplied', 'LimitEffective', 'LimitReverted']

/** Takes over the names that the engine gives: slots of orders and versioned ids of rows. */
export function learn(
  given: Command,
  recorded: readonly RecordedEvent[],
  said: readonly TwinEvent[],
  ledger: Ledger,
): void {
  const lines = said.flatMap((event) => ('inner' in event ? [event.inner] : []))
  let command = given
  for (const { name, values } of recorded) {
    if (CARRIERS.includes(name)) command = lines.shift() ?? given
    if (name === 'OrderDecided' && given.name === 'NewOrder' && (values.slot as number) >= 0) {
      if (values.outcome === APPROVE || values.outcome === HELD)
        ledger.slots.set(given.values.seq, values.slot as number)
    }
    if (name === 'Applied' && command.name === 'Limit' && (values.slot as number) >= 0) {
      const { control, subject, objectKind, object, param, phase } = command.values
      const own = objectKind === 0 ? -1 : object
      const key = limitKey({ control, subject, objectKind, object: own, param: BigInt(param), phase })
      ledger.rows.set(values.id as number, key)
    }
  }
}
