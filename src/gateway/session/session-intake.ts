/** Takes the commands of sessions to the sequencer, and their answers back to the session's state. */
import { dutyBit } from '../../auth/duties.ts'
import { RequestError } from '../../model/errors.ts'
import type { Words, WordsOf } from '../../model/parse/form.ts'
import type { OrderWords } from '../../model/parse/new-order.ts'
import { type CANCEL_FORM, cancelOrder, type REPLACE_FORM } from '../../model/parse/order-change.ts'
import type { Tape } from '../../model/records/tape.ts'
import type { Fault, Submission } from '../../sequencer/ports.ts'
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
/** A full queue is asked again after this. */
const QUEUE_RETRY_MS = 100

export class SessionIntake {
  readonly #services: GatewayServices
  readonly #nowMs: () => number

  constructor(services: GatewayServices, nowMs: () => number) {
    this.#services = services
    this.#nowMs = nowMs
  }

  of(state: SessionState, caller: Caller, trace?: TraceContext): Taking {
    return new Taking(this.#services, this.#nowMs, state, caller, trace)
  }
}

/** The commands of one connection. */
export class Taking {
  readonly #services: GatewayServices
  readonly #nowMs: () => number
  readonly #state: SessionState
  readonly #caller: Caller
  /** Of the connection. */
  readonly #traced: TraceContext | undefined
  /** Of the command that is being taken. */
  #receivedUs = 0

  constructor(
    services: GatewayServices,
    nowMs: () => number,
    state: SessionState,
    caller: Caller,
    traced?: TraceContext,
  ) {
    this.#traced = traced
    this.#services = services
    this.#nowMs = nowMs
    this.#state = state
    this.#caller = caller
  }

  /** Takes a command whose number is the next. It is answered exactly once. `receivedUs`: elapsed time when its frame came. */
  take(message: Told, receivedUs: number): void {
    this.#receivedUs = receivedUs
    const { seq } = message
    const kind = message.kind === 'fault' ? message.command : message.kind
    const waitMs = this.#rate(kind === undefined ? undefined : COMMAND_ROWS[kind])
    if (waitMs > 0) return this.#refuse(seq, new RequestError('RATE_LIMITED'), waitMs)
    if (message.kind === 'fault') return this.#refuse(seq, message.error)
    if (!this.#caller.holds(COMMAND_ROWS[message.kind].duties)) {
      return this.#refuse(seq, new RequestError('FORBIDDEN'))
    }
    this.#submit(seq, message.kind, message.words)
  }

  /** Milliseconds to wait where the client's rate refuses; what may not be refused takes the room of what comes later. */
  #rate(row: CommandRow | undefined): number {
    const nowUs = this.#nowMs() * 1000
    if (row?.neverRefused !== true) return Math.ceil(this.#caller.window.take(nowUs) / 1000)
    this.#caller.window.force(nowUs)
    return 0
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
        this.#refuse(seq, error, retryMs(fault))
        trace?.end(error.code)
      },
      neverRefused,
      ...(command.onJournalDown === undefined ? {} : { onJournalDown: command.onJournalDown }),
    }
    trace?.submitted()
    this.#services.gate.submit(submission)
  }

  #refuse(seq: number, error: RequestError, retryAfterMs?: number): void {
    this.#services.metrics.refused('session', error.code)
    this.#answer(seq, refusedBody(error, retryAfterMs))
  }

  #answer(refSeq: number, body: Body): void {
    this.#state.waiting--
    this.#state.send((seq) => encodeMessage(seq, refSeq, body))
    this.#state.receiver?.answered()
  }
}

function retryMs(fault: Fault): number | undefined {
  return fault === 'QUEUE_FULL' ? QUEUE_RETRY_MS : undefined
}
