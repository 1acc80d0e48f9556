/**
 * From words to the sequencer and back: constructs the command when its turn has come, answers when it is durable. A
 * row is constructed after the rows before it took effect, so that one request may define a name and use it.
 */
import { RequestError } from '../../model/errors.ts'
import type { Words } from '../../model/parse/form.ts'
import type { Command } from '../../model/parse/reading.ts'
import { encode } from '../../model/records/schema.ts'
import type { Tape } from '../../model/records/tape.ts'
import { parseReplayTime, REPLAY_TIME_HEADER, type ReplayClock } from '../../sequencer/replay-clock.ts'
import { type CommandAnswer, commandAnswer } from '../answers/command-answer.ts'
import { faultError, offsetOf, writeCommand } from '../commands/write-command.ts'
import type { Gate } from '../gate.ts'
import type { Metrics } from '../metrics.ts'
import { type Exchange, errorText } from './exchange.ts'

/** Makes a command of one row's words; called when its turn has come. */
export type Construct = (words: Words, exchange: Exchange) => Command | RequestError

/** One command of a request. `write` returns what is wrong with its words, or the offset of the record. */
export interface Sequenced {
  readonly write: (tape: Tape) => number | RequestError
  /** Undefined where it comes later, with another command. */
  readonly answer: (tape: Tape, command: number, end: number) => string | undefined
  readonly neverRefused?: boolean
  readonly mayGoStale?: boolean
  readonly first?: boolean
  readonly onJournalDown?: () => void
}

/** How a command is let through where others wait. */
export interface Urgency {
  /** A full queue does not refuse it. */
  readonly neverRefused?: boolean
  /** It goes before everything that waits. */
  readonly first?: boolean
}

export class Sequencing {
  readonly #gate: Gate
  readonly #metrics: Metrics
  /** Moved by requests while a recorded day is played; undefined where time is the machine's. */
  readonly #replayClock: ReplayClock | undefined

  constructor(gate: Gate, metrics: Metrics, replayClock: ReplayClock | undefined) {
    this.#gate = gate
    this.#metrics = metrics
    this.#replayClock = replayClock
  }

  /** Sequences one command and sends its answer. */
  one(exchange: Exchange, command: Sequenced): void {
    const fault = this.#moveClock(exchange.request.headers[REPLAY_TIME_HEADER])
    if (fault !== undefined) return exchange.refuse(fault)
    const { stages } = this.#metrics
    const { trace } = exchange
    stages.parsed('rest', exchange.startedUs)
    trace?.submitted()
    this.#gate.submit({
      write: (tape) => {
        trace?.turn()
        return offsetOf(command.write(tape))
      },
      onDurable: (tape, at, end) => {
        trace?.durable(tape, at)
        const text = command.answer(tape, at, end)
        // What is held is answered later, and its time is not the gate's.
        if (text === undefined) return
        exchange.send(200, text)
        stages.told('rest', exchange.startedUs)
      },
      onFailure: (code, cause) => exchange.refuse(faultError(code, cause)),
      from: exchange.caller.turn,
      ...(command.neverRefused === true ? { neverRefused: true } : {}),
      ...(command.mayGoStale === true ? { mayGoStale: true } : {}),
      ...(command.first === true ? { first: true } : {}),
      ...(command.onJournalDown === undefined ? {} : { onJournalDown: command.onJournalDown }),
    })
  }

  /** Sequences a command for each row; an object gets its answer, an array those of its rows in their order. */
  rows(
    exchange: Exchange,
    rows: readonly Words[],
    construct: Construct,
    { neverRefused = false, first: goesFirst = false }: Urgency = {},
  ): void {
    const [first] = rows
    if (first !== undefined && rows.length === 1 && !isArray(exchange.body)) {
      return this.one(exchange, {
        write: (tape) => writeCommand(tape, construct(first, exchange)),
        answer: (tape, command, end) => JSON.stringify(this.#withProfile(commandAnswer(tape, command, end))),
        neverRefused,
        first: goesFirst,
      })
    }
    const fault = this.#moveClock(exchange.request.headers[REPLAY_TIME_HEADER])
    if (fault !== undefined) return exchange.refuse(fault)
    const answers = new RowAnswers(rows.length, (text) => exchange.send(200, text), this.#profile)
    for (const [at, words] of rows.entries()) {
      this.#gate.submit({
        write: (tape) => offsetOf(writeCommand(tape, construct(words, exchange))),
        onDurable: (tape, command, end) => answers.decided(at, commandAnswer(tape, command, end)),
        onFailure: (code, cause) => answers.failed(at, faultError(code, cause)),
        neverRefused,
        first: goesFirst,
        from: exchange.caller.turn,
      })
    }
  }

  /**
   * Sequences the commands of one thing that is told in parts: the first alone, and the others once that took effect. Its
   * answer is that of the first that was refused, else of the last.
   */
  series(exchange: Exchange, commands: readonly Command[]): void {
    const fault = this.#moveClock(exchange.request.headers[REPLAY_TIME_HEADER])
    if (fault !== undefined) return exchange.refuse(fault)
    let refused: CommandAnswer | undefined
    const submit = (command: Command, then: (answer: CommandAnswer) => void) =>
      this.#gate.submit({
        write: (tape) => encode(tape, command.layout, command.values),
        from: exchange.caller.turn,
        onDurable: (tape, at, end) => then(commandAnswer(tape, at, end)),
        onFailure: (code, cause) => exchange.refuse(faultError(code, cause)),
      })
    const finish = (answer: CommandAnswer) => exchange.send(200, JSON.stringify(this.#withProfile(refused ?? answer)))
    const [first, ...others] = commands
    if (first === undefined) return exchange.refuse(new RequestError('INTERNAL_ERROR'))
    submit(first, (opened) => {
      if (opened.outcome === 'REFUSED' || others.length === 0) return finish(opened)
      for (const [at, command] of others.entries()) {
        submit(command, (answer) => {
          if (answer.outcome === 'REFUSED') refused ??= answer
          if (at === others.length - 1) finish(answer)
        })
      }
    })
  }

  #withProfile(answer: CommandAnswer): CommandAnswer {
    if (this.#profile !== undefined) answer.profile = this.#profile
    return answer
  }

  get #profile(): string | undefined {
    return this.#gate.directory.profile === 'demo' ? 'demo' : undefined
  }

  /** Moves the replay clock to the time that a request carries. Where there is none, no request may think it did. */
  #moveClock(header: string | string[] | undefined): RequestError | undefined {
    if (header === undefined) return undefined
    if (this.#replayClock === undefined) {
      return new RequestError('UNKNOWN_FIELD', REPLAY_TIME_HEADER, "This gate's clock is the machine's.")
    }
    const timeUs = typeof header === 'string' ? parseReplayTime(header) : undefined
    if (timeUs === undefined) return new RequestError('OUT_OF_RANGE', REPLAY_TIME_HEADER, 'Whole microseconds.')
    this.#replayClock.advanceTo(timeUs)
    return undefined
  }
}

/** The body is still there as bytes: whether it was an array is its first character that is no blank. */
function isArray(body: Buffer | undefined): boolean {
  return body !== undefined && /^[ \t\r\n]*\[/.test(body.toString('latin1', 0, 256).trimStart())
}

/** Collects the answers of an array's rows. */
class RowAnswers {
  readonly #rows: string[]
  readonly #send: (text: string) => void
  readonly #profile: string | undefined
  #waiting: number
  #applied = 0
  #refused = 0
  #errors = 0

  constructor(count: number, send: (text: string) => void, profile: string | undefined) {
    this.#rows = new Array<string>(count).fill('')
    this.#waiting = count
    this.#send = send
    this.#profile = profile
  }

  decided(at: number, answer: CommandAnswer): void {
    if (answer.outcome === 'APPLIED') this.#applied++
    else this.#refused++
    this.#put(at, JSON.stringify(answer))
  }

  failed(at: number, error: RequestError): void {
    this.#errors++
    const field = error.field === '' ? `[${at}]` : `[${at}].${error.field}`
    this.#put(at, errorText(new RequestError(error.code, field, error.text)))
  }

  #put(at: number, text: string): void {
    this.#rows[at] = text
    if (--this.#waiting > 0) return
    const counts = `"applied":${this.#applied},"refused":${this.#refused},"errors":${this.#errors}`
    const profile = this.#profile === undefined ? '' : `,"profile":"${this.#profile}"`
    this.#send(`{"rows":[${this.#rows.join(',')}],${counts}${profile}}`)
  }
}
