/**
 * The firm that fuzzed commands are judged by, in two states: open, and stopped by a kill, where nothing may be approved. What
 * the open one approves must be what was sent, by a second reading of the same bytes.
 */
import { createEngine, type Engine } from '../../engine/engine.ts'
import { orderCommand, replaceCommand } from '../../gateway/commands/order-commands.ts'
import { writeCommand } from '../../gateway/commands/write-command.ts'
import type { Gate } from '../../gateway/gate.ts'
import { COMMAND_ROWS } from '../../gateway/session/session-commands.ts'
import { DEMO_SIZES, type EngineSizes } from '../../model/bounds.ts'
import { reasonAt } from '../../model/codes.ts'
import { ENTRY_BYTES_MAX, type WriteCommand } from '../../model/engine-port.ts'
import { RequestError } from '../../model/errors.ts'
import type { Words } from '../../model/parse/form.ts'
import { cancelOrder } from '../../model/parse/order-change.ts'
import { NEW_ORDER, REPLACE_ORDER } from '../../model/records/commands.ts'
import { ORDER_DECIDED } from '../../model/records/events.ts'
import { decode } from '../../model/records/schema.ts'
import { lengthAt, Tape, typeAt } from '../../model/records/tape.ts'
import { OUTCOMES, SIDES } from '../../model/vocabulary.ts'
import { US_EQUITY_PACK } from '../../rules/us-equity-pack.ts'
import type { SessionCommand } from '../../wire/session-commands.ts'
import { RestGate } from '../rest-gate.ts'
import { tellSmallFirm } from '../small-firm.ts'
import { FuzzFinding } from './fuzz-target.ts'

/** Tables of a firm that is small enough to begin anew again and again. */
export const SIZES: EngineSizes = {
  ...{ ...DEMO_SIZES, orders: 1 << 12, idsPerDay: 1 << 14, executionsPerDay: 1 << 12, instruments: 64, scopes: 256 },
  ...{ cellPages: 4_096, books: 256, limitRows: 512, locates: 64, duplicates: 1 << 12 },
}
const APPROVED = OUTCOMES.indexOf('APPROVE')
/** An engine begins anew after so many commands: by then something has halted its market, or used up a limit. */
const COMMANDS_OF_AN_ENGINE = 1_000
const STEP_US = 50
const NO_DECISIONS = undefined as never

/** Fields of an order as another reader has them. */
export type Reread = Readonly<Record<string, unknown>>

interface State {
  readonly bytes: readonly Uint8Array[]
  readonly seq: number
  readonly timeUs: number
  readonly isKilled: boolean
}

interface Running {
  readonly engine: Engine
  seq: number
  timeUs: number
  left: number
}

export class FuzzFirm {
  readonly #states: readonly State[]
  readonly #engines: Running[] = []
  readonly #tape = Tape.ofBytes(8_192 + 4 * ENTRY_BYTES_MAX)
  approved = 0
  judged = 0

  private constructor(states: readonly State[]) {
    this.#states = states
  }

  static async open(): Promise<FuzzFirm> {
    const gate = await RestGate.start({ sizes: SIZES })
    await tellSmallFirm(gate)
    const open = stateOf(gate, false)
    const { body } = await gate.send('alice', 'POST', '/kill', { firm: true, reason: 'fuzz' })
    if (body.outcome !== 'APPLIED') throw new Error(`the firm is not stopped: ${JSON.stringify(body)}`)
    const stopped = stateOf(gate, true)
    await gate.close()
    return new FuzzFirm([open, stopped])
  }

  /** Judges a command by both states; returns what came of it. */
  judge(kind: SessionCommand, words: Words, reread: Reread | undefined): string {
    return this.#states.map((state, at) => this.#judge(state, at, kind, words, reread)).join(' ')
  }

  #judge(state: State, at: number, kind: SessionCommand, words: Words, reread: Reread | undefined): string {
    const running = this.#running(state, at)
    const { engine } = running
    running.timeUs += STEP_US
    for (let due = engine.due(running.timeUs); due !== null; due = engine.due(running.timeUs)) this.#execute(at, due)
    const written = writer(engine, kind, words)
    const tape = this.#tape
    tape.end = 0
    const offset = written(tape)
    if (offset instanceof RequestError) return offset.code
    this.judged++
    this.#run(at, offset)
    const { outcome, reason } = decisionIn(tape, offset)
    if (outcome === APPROVED) this.#checkApproved(state, engine, offset, reread)
    for (let work = engine.nextWork(); work !== null; work = engine.nextWork()) this.#execute(at, work)
    if (outcome < 0) return 'command'
    return reason === 0 ? (OUTCOMES[outcome] as string) : reasonAt(reason).code
  }

  #checkApproved({ isKilled }: State, engine: Engine, offset: number, reread: Reread | undefined): void {
    if (isKilled) throw new FuzzFinding('a stopped firm has approved an order')
    this.approved++
    const type = typeAt(this.#tape, offset)
    if (reread === undefined || (type !== NEW_ORDER.type && type !== REPLACE_ORDER.type)) return
    const { directory } = engine
    const check = (name: string, judged: string) => {
      if (String(reread[name] ?? '') !== judged) {
        throw new FuzzFinding(`${name} was sent as ${String(reread[name])} and approved as ${judged}`)
      }
    }
    const checkDecimal = (name: string, units: number, decimals: number) => {
      const sent = String(reread[name] ?? '0')
      const [whole = '', part = ''] = sent.split('.')
      if (BigInt(whole + part.padEnd(decimals, '0')) !== BigInt(units)) {
        throw new FuzzFinding(`${name} was sent as ${sent} and approved as ${units} of ${decimals} decimals`)
      }
    }
    if (type === REPLACE_ORDER.type) {
      const order = decode(this.#tape, offset, REPLACE_ORDER)
      check('clOrdID', order.clOrdID)
      check('origClOrdID', order.origClOrdID)
      return
    }
    const order = decode(this.#tape, offset, NEW_ORDER)
    check('clOrdID', order.clOrdID)
    check('symbol', directory.nameOf('INSTRUMENT', order.instrument))
    check('account', directory.nameOf('ACCOUNT', order.account))
    check('trader', directory.nameOf('TRADER', order.trader))
    check('strategy', directory.nameOf('STRATEGY', order.strategy))
    check('side', SIDES[order.side] as string)
    const units = directory.instrument(order.instrument)
    checkDecimal('orderQty', order.orderQty, units?.qtyDecimals ?? 0)
    checkDecimal('price', order.price, units?.priceDecimals ?? 0)
  }

  #running(state: State, at: number): Running {
    const known = this.#engines[at]
    if (known !== undefined && known.left-- > 0) return known
    const engine = createEngine({ sizes: SIZES, rules: US_EQUITY_PACK, hashSeed: 7 })
    let [chunk, from] = [0, 0]
    engine.load((into) => {
      const bytes = state.bytes[chunk]
      if (bytes === undefined) return 0
      const part = bytes.subarray(from, from + into.length)
      into.set(part)
      from += part.length
      if (from === bytes.length) [chunk, from] = [chunk + 1, 0]
      return part.length
    })
    const { seq, timeUs } = state
    const running = { engine, seq, timeUs, left: COMMANDS_OF_AN_ENGINE }
    this.#engines[at] = running
    return running
  }

  /** A command of the engine's own. */
  #execute(at: number, write: WriteCommand): void {
    this.#tape.end = 0
    this.#run(at, write(this.#tape))
  }

  #run(at: number, offset: number): void {
    const running = this.#engines[at] as Running
    this.#tape.f64[(offset >> 3) + NEW_ORDER.at.seq] = ++running.seq
    this.#tape.f64[(offset >> 3) + NEW_ORDER.at.timeUs] = running.timeUs
    running.engine.execute(this.#tape, offset)
  }
}

function stateOf({ engine, sequencer, clock }: RestGate, isKilled: boolean): State {
  const bytes: Uint8Array[] = []
  engine.save((part) => void (part.length > 0 && bytes.push(part.slice())))
  return { bytes, seq: sequencer.durableSeq, timeUs: clock.wallUs(), isKilled }
}

/** Writes the command as a wire does. */
function writer(engine: Engine, kind: SessionCommand, words: Words): (tape: Tape) => number | RequestError {
  const { directory, view } = engine
  const sender = { session: directory.idOf('SESSION', 'ems-1'), principal: directory.idOf('PRINCIPAL', 'ems-1') }
  const gate = { directory, view } as Gate
  if (kind === 'newOrder') return orderCommand(gate, NO_DECISIONS, words as never, sender, 0).write
  if (kind === 'replace') return replaceCommand(gate, NO_DECISIONS, words as never, sender, 0).write
  const construct = COMMAND_ROWS[kind].construct ?? ((all: Words) => cancelOrder(all as never, directory, sender, 0))
  return (tape) => writeCommand(tape, construct(words, directory, sender))
}

const NO_DECISION = { outcome: -1, reason: 0 }

/** The decision behind the command. */
function decisionIn(tape: Tape, offset: number): { readonly outcome: number; readonly reason: number } {
  for (let at = offset; at < tape.end; at += lengthAt(tape, at)) {
    if (typeAt(tape, at) === ORDER_DECIDED.type) return decode(tape, at, ORDER_DECIDED)
  }
  return NO_DECISION
}
