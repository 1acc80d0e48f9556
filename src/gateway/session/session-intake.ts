/** Takes the commands of sessions to the sequencer, and their answers back to the session's state. */
import { dutyBit } from '../../auth/duties.ts'
import { RequestError } from '../../model/errors.ts'
import type { Words, WordsOf } from '../../model/parse/form.ts'
import type { OrderWords } from '../../model/parse/new-order.ts'
import { type CANCEL_FORM, cancelOrder, type REPLACE_FORM } from '../../model/parse/order-change.ts'
import type { Tape } from '../../model/records/tape.ts'
import type { Submission } from '../../sequencer/ports.ts'
import type { ClientMessageRead } from '../../wire/client-message.ts'
import type { SessionCommand } from '../../wire/session-commands.ts'
import { cancelAnswer, commandAnswer } from '../answers/command-answer.ts'
import type { Decided } from '../answers/order-decisions.ts'
import type { Caller } from '../caller.ts'
import { type OrderCommand, orderCommand, replaceCommand } from '../commands/order-commands.ts'
import { faultError, offsetOf, writeCommand } from '../commands/write-command.ts'
import type { TraceContext } from '../observe/trace-context.ts'
import type { GatewayServices } from '../services.ts'
import { decisionMessage } from './decision-message.ts'
import { type Body, encodeMessage, refusedBody, resultBody } from './server-message.ts'
import { COMMAND_ROWS, type CommandRow } from './session-commands.ts'
import type { SessionState } from './session-state.ts'

type Told = Extract<ClientMessageRead, { readonly words: Words } | { readonly kind: 'fault' }>

const GATE_ENDS = 'The gate ends while the order is held: ask again with the same id.'
/** What a trace calls a command of a session. */
const COMMAND = 'OrderSession command'
const AGENT = dutyBit('cancels:execute')

export class SessionIntake {
  readonly #services: GatewayServices

  constructor(services: GatewayServices) {
    this.#services = services
  }

  of(state: SessionState, caller: Caller, traced?: TraceContext): Taking {
    return new Taking(this.#services, state, caller, traced)
  }
}

/** The commands of one connection. */
export class Taking {
  readonly #services: GatewayServices
  readonly #state: SessionState
  readonly #caller: Caller
  /** Of the connection. */
  readonly #traced: TraceContext | undefined
  /** Of the command that is being taken. */
  #receivedUs = 0

  constructor(services: GatewayServices, state: SessionState, caller: Caller, traced?: TraceContext) {
    this.#traced = traced
    this.#services = services
    this.#state = state
    this.#caller = caller
  }

  /**
   * Takes a command whose number is the next. It is answered exactly once. False where a rate refused it. `receivedUs`: elapsed
   * time when its frame came.
   */
  take(message: Told, receivedUs: number): boolean {
    this.#receivedUs = receivedUs
    const { seq } = message
    const kind = message.kind === 'fault' ? message.command : message.kind
    const row = kind === undefined ? undefined : COMMAND_ROWS[kind]
    const error = message.kind === 'fault' ? message.error : this.#forbidden(row as CommandRow)
    if (error !== undefined) {
      const limited = this.#request(row)
      this.#refuse(seq, limited ?? error)
      return limited === undefined
    }
    const { kind: command, words } = message as Exclude<Told, { readonly kind: 'fault' }>
    const limited = this.#limited(command, words)
    if (limited !== undefined) this.#refuse(seq, limited)
    else this.#submit(seq, command, words)
    return limited === undefined
  }

  #forbidden({ duties }: CommandRow): RequestError | undefined {
    return this.#caller.holds(duties) ? undefined : new RequestError('FORBIDDEN')
  }

  /** Counts a command in everything that it counts in, or says what refuses it. */
  #limited(kind: SessionCommand, words: Words): RequestError | undefined {
    const caller = this.#caller
    const { rates } = this.#services
    switch (kind) {
      case 'newOrder':
        return rates.newOrder(caller, words as OrderWords)
      case 'replace':
        return rates.replace(caller, (words as WordsOf<typeof REPLACE_FORM>).origClOrdID)
      case 'cancel': {
        const { owner = caller.grant.clientID, origClOrdID } = words as WordsOf<typeof CANCEL_FORM>
        rates.cancel(caller, owner, origClOrdID)
        return undefined
      }
      default:
        return this.#request(COMMAND_ROWS[kind])
    }
  }

  /** Counts what is no order, or was none, for the client alone. */
  #request(row: CommandRow | undefined): RequestError | undefined {
    if (row?.neverRefused !== true) return this.#services.rates.request(this.#caller)
    this.#services.rates.count(this.#caller)
    return undefined
  }

  #submit(seq: number, kind: SessionCommand, words: Words): void {
    switch (kind) {
      case 'newOrder':
      case 'replace':
        return this.#order(seq, this.#orderCommand(kind, words))
      case 'cancel':
        return this.#cancel(seq, words as WordsOf<typeof CANCEL_FORM>)
      default: {
        const { construct, neverRefused } = COMMAND_ROWS[kind]
        if (construct === undefined) throw new Error(`no constructor for ${kind}`)
        const { gate } = this.#services
        return this.#sequence(seq, neverRefused, {
          write: (tape) => writeCommand(tape, construct(words, gate.directory, this.#caller)),
          body: (tape, command, end) => resultBody(commandAnswer(tape, command, end)),
        })
      }
    }
  }

  #orderCommand(kind: 'newOrder' | 'replace', words: Words): OrderCommand {
    const { gate, decisions } = this.#services
    const receivedUs = Date.now() * 1000
    return kind === 'newOrder'
      ? orderCommand(gate, decisions, words as OrderWords, this.#caller, receivedUs)
      : replaceCommand(gate, decisions, words as WordsOf<typeof REPLACE_FORM>, this.#caller, receivedUs)
  }

  #order(seq: number, order: OrderCommand): void {
    this.#sequence(seq, false, {
      mayGoStale: true,
      write: order.write,
      body: (tape, command, end) => {
        const told = (decided: Decided): Body => ({ $case: 'decision', value: decisionMessage(decided) })
        const decided = order.decided(tape, command, end, {
          decided: (later) => this.#answer(seq, told(later)),
          gaveUp: () => this.#answer(seq, refusedBody(new RequestError('OUTCOME_UNKNOWN', '', GATE_ENDS))),
        })
        return decided === undefined ? undefined : told(decided)
      },
    })
  }

  #cancel(seq: number, words: WordsOf<typeof CANCEL_FORM>): void {
    const { gate, spillCancel } = this.#services
    const caller = this.#caller
    const own = caller.grant.clientID
    const owner = words.owner ?? own
    if (owner !== own && !caller.holds(AGENT)) {
      const text = "Only a cancel agent cancels another client's orders."
      return this.#refuse(seq, new RequestError('FORBIDDEN', 'owner', text))
    }
    const receivedUs = Date.now() * 1000
    this.#sequence(seq, true, {
      write: (tape) => writeCommand(tape, cancelOrder(words, gate.directory, caller, receivedUs)),
      body: (tape, command, end) => ({ $case: 'cancel', value: cancelAnswer(tape, command, end) }),
      onJournalDown: () => {
        spillCancel(own, owner, words.origClOrdID ?? '', words.clOrdID ?? '')
        this.#answer(seq, { $case: 'cancel', value: { durable: false } })
      },
    })
  }

  #sequence(
    seq: number,
    neverRefused: boolean,
    command: {
      readonly write: (tape: Tape) => number | RequestError
      /** Undefined where the answer comes later, with another command. */
      readonly body: (tape: Tape, command: number, end: number) => Body | undefined
      readonly mayGoStale?: boolean
      readonly onJournalDown?: () => void
    },
  ): void {
    const receivedUs = this.#receivedUs
    const { metrics, traces } = this.#services
    const { stages } = metrics
    const trace = traces.recorded(this.#traced, 'session', COMMAND, receivedUs)
    const submission: Submission = {
      write: (tape) => {
        trace?.turn()
        return offsetOf(command.write(tape))
      },
      onDurable: (tape, at, end) => {
        trace?.durable(tape, at)
        const body = command.body(tape, at, end)
        // What is held is answered later, and its time is not the gate's.
        if (body === undefined) return
        this.#answer(seq, body)
        stages.told('session', receivedUs)
        trace?.end()
      },
      onFailure: (fault, cause) => {
        const error = faultError(fault, cause)
        this.#refuse(seq, error)
        trace?.end(error.code)
      },
      from: this.#caller.turn,
      neverRefused,
      mayGoStale: command.mayGoStale === true,
      ...(command.onJournalDown === undefined ? {} : { onJournalDown: command.onJournalDown }),
    }
    trace?.submitted()
    this.#services.gate.submit(submission)
  }

  #refuse(seq: number, error: RequestError): void {
    this.#services.metrics.refused('session', error.code)
    this.#answer(seq, refusedBody(error))
  }

  #answer(refSeq: number, body: Body): void {
    this.#state.waiting--
    this.#state.send((seq) => encodeMessage(seq, refSeq, body))
    this.#state.receiver?.answered()
  }
}
