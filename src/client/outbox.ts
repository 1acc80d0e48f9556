/**
 * The commands of a client between the call and the answer: numbers them, sends as many at once as the gate takes, and
 * after a cut sends again what the gate may not have taken. An order that was cut off is asked again with the same clOrdID,
 * for which the gate reserves once, however often it is asked.
 */
import { ClientMessage, type LoggedOn } from '../wire/portcullis/v1/session.gen.ts'
import type { ServerBody } from './link.ts'

export type CommandBody = Exclude<
  NonNullable<ClientMessage['body']>,
  { readonly $case: 'logon' | 'heartbeat' | 'logout' }
>
export type AnswerBody = Extract<ServerBody, { readonly $case: 'decision' | 'cancel' | 'result' | 'refused' }>

/** A command that waits for its answer. */
export interface Command {
  readonly body: CommandBody
  /** Called when it is written to a connection, each time. */
  sent?(): void
  answered(body: AnswerBody): void
  /**
   * The connection is gone and the gate knows nothing of its numbers any more. Returns the command to ask now in place of
   * this one, itself as a rule; undefined where nothing is asked any more, and `answered` is not called then.
   */
  afresh(): Command | undefined
  /** The gate has surely never taken it. Returns as `afresh`, which is asked where this is not there. */
  untaken?(): Command | undefined
  /** Nothing is asked any more, ever. */
  dropped(): void
}

/** Bounds of an outbox. */
export interface OutboxBounds {
  /** Commands that may wait for their answer at the gate. */
  readonly window: number
  /** Commands that may wait for room in the window, or for a connection. */
  readonly backlogMax: number
}

/** Most bytes of one command: far more than any sound one has, and well under a frame. */
const COMMAND_BYTES_MAX = 64 * 1024
/** Places of the window that only cancels may take. */
const CANCEL_ROOM = 16

export type NotTaken = 'BACKLOG_FULL' | 'TOO_LARGE'

export class Outbox {
  readonly #bounds: OutboxBounds
  readonly #urgent: Command[] = []
  #waiting: Command[] = []
  /** Sent and not answered, by number. */
  readonly #sent = new Map<number, Command>()
  /** Answered with nothing that settles them, and asked again in a while: what stops that. */
  readonly #later = new Map<Command, () => void>()
  #lastSeq = 0
  #window: number
  #write: ((messages: readonly ClientMessage[]) => void) | undefined
  #isFlushing = false

  constructor(bounds: OutboxBounds) {
    this.#bounds = bounds
    this.#window = bounds.window
  }

  /** Commands without an answer. */
  get size(): number {
    return this.#sent.size + this.#waiting.length + this.#urgent.length + this.#later.size
  }

  /** Takes a command, or says why not. `urgent` ones go before all others. */
  add(command: Command, urgent = false): NotTaken | undefined {
    const queue = urgent ? this.#urgent : this.#waiting
    if (queue.length >= this.#bounds.backlogMax) return 'BACKLOG_FULL'
    if (bytesOf(command.body) > COMMAND_BYTES_MAX) return 'TOO_LARGE'
    queue.push(command)
    this.#flushSoon()
    return undefined
  }

  /** Asks again what was answered with nothing that settles it: whatever else waits, it has its place. */
  addAgain(command: Command): void {
    this.#later.delete(command)
    this.#waiting.push(command)
    this.#flushSoon()
  }

  /** A command that will be added again. @param stop keeps it from that */
  later(command: Command, stop: () => void): void {
    this.#later.set(command, stop)
  }

  /** Takes back a command that is not at the gate. False where it is, or is not here. */
  remove(command: Command): boolean {
    const stop = this.#later.get(command)
    if (stop !== undefined) {
      stop()
      return this.#later.delete(command)
    }
    for (const queue of [this.#waiting, this.#urgent]) {
      const at = queue.indexOf(command)
      if (at < 0) continue
      queue.splice(at, 1)
      return true
    }
    return false
  }

  /** A connection is there: what the gate has not taken goes first, in its order. */
  attached({ resumed, lastTakenSeq, window }: LoggedOn, write: (messages: readonly ClientMessage[]) => void): void {
    this.#window = Math.min(window, this.#bounds.window)
    const again: Command[] = []
    for (const [seq, command] of [...this.#sent]) {
      if (resumed && seq <= lastTakenSeq) continue
      this.#sent.delete(seq)
      const next = resumed && command.untaken !== undefined ? command.untaken() : command.afresh()
      if (next !== undefined) again.push(next)
    }
    this.#lastSeq = resumed ? lastTakenSeq : 0
    this.#waiting = [...again, ...this.#waiting]
    this.#write = write
    this.#flush()
  }

  detached(): void {
    this.#write = undefined
  }

  /** Gives everything up. */
  drop(): void {
    const all = [...this.#sent.values(), ...this.#urgent.splice(0), ...this.#waiting.splice(0), ...this.#later.keys()]
    for (const stop of this.#later.values()) stop()
    this.#later.clear()
    this.#sent.clear()
    for (const command of all) command.dropped()
  }

  /** An answer of the gate; what is not waited for is passed over. */
  answered(refSeq: number, body: AnswerBody): void {
    const command = this.#sent.get(refSeq)
    if (command === undefined) return
    this.#sent.delete(refSeq)
    command.answered(body)
    this.#flushSoon()
  }

  /** What is asked in one turn of the program goes out in one frame. */
  #flushSoon(): void {
    if (this.#isFlushing || this.#write === undefined) return
    this.#isFlushing = true
    queueMicrotask(() => {
      this.#isFlushing = false
      this.#flush()
    })
  }

  #flush(): void {
    const write = this.#write
    if (write === undefined) return
    const messages: ClientMessage[] = []
    const take = (queue: Command[], room: number) => {
      const count = Math.min(queue.length, Math.max(0, room - this.#sent.size))
      for (const command of queue.splice(0, count)) {
        const seq = ++this.#lastSeq
        this.#sent.set(seq, command)
        messages.push({ seq, body: command.body })
        command.sent?.()
      }
    }
    take(this.#urgent, this.#window)
    take(this.#waiting, Math.max(1, this.#window - CANCEL_ROOM))
    if (messages.length > 0) write(messages)
  }
}

function bytesOf(body: CommandBody): number {
  return ClientMessage.encode({ seq: 0, body }).finish().length
}
