/**
 * One request or command of a client that traces it: the gate's own span in the client's trace, and the times of its steps. It is made only
 * where a trace context came, and takes times only where spans are exported and the client records the trace.
 */
import { randomBytes } from 'node:crypto'
import { NEW_ORDER } from '../../model/records/commands.ts'
import type { Tape } from '../../model/records/tape.ts'
import type { Stages, Wire } from './stages.ts'
import { readTraceContext, type TraceContext } from './trace-context.ts'

const SPAN_ID_BYTES = 8
/** Every command has its sequence number at the same place. */
const SEQ_AT = NEW_ORDER.at.seq

/** Where spans go; undefined where they go nowhere. */
export interface SpanSink {
  /** Told once of each trace that is over. It must not throw. */
  ended(trace: Trace): void
  /** Sends what waits, for a bounded time. */
  close(): Promise<void>
}

export class Traces {
  readonly #stages: Stages
  readonly #sink: SpanSink | undefined

  constructor(stages: Stages, sink?: SpanSink) {
    this.#stages = stages
    this.#sink = sink
  }

  /** @param sinceUs elapsed time when the request came */
  begin(wire: Wire, name: string, parent: unknown, state: unknown, sinceUs: number): Trace | undefined {
    if (parent === undefined) return undefined
    const context = readTraceContext(parent, state)
    return context === undefined ? undefined : this.in(context, wire, name, sinceUs)
  }

  /** In a context that was read before, as that of a session; only where its spans are exported. */
  recorded(context: TraceContext | undefined, wire: Wire, name: string, sinceUs: number): Trace | undefined {
    if (context?.isSampled !== true || this.#sink === undefined) return undefined
    return this.in(context, wire, name, sinceUs)
  }

  in(context: TraceContext, wire: Wire, name: string, sinceUs: number): Trace {
    return new Trace(context, wire, name, sinceUs, this.#stages, context.isSampled ? this.#sink : undefined)
  }
}

/** Times are elapsed microseconds, 0 for a step that was not reached. */
export class Trace {
  readonly context: TraceContext
  readonly wire: Wire
  readonly name: string
  /** The gate's span: 16 hex digits. */
  readonly spanId = randomBytes(SPAN_ID_BYTES).toString('hex')
  readonly startedUs: number
  submittedUs = 0
  turnUs = 0
  handedUs = 0
  durableUs = 0
  endedUs = 0
  /** Of the command; 0 where none was sequenced. */
  seq = 0
  /** Empty where it was answered as it was meant; else the code of the error. */
  fault = ''
  readonly #stages: Stages
  #sink: SpanSink | undefined

  constructor(
    context: TraceContext,
    wire: Wire,
    name: string,
    startedUs: number,
    stages: Stages,
    sink: SpanSink | undefined,
  ) {
    this.context = context
    this.wire = wire
    this.name = name
    this.startedUs = startedUs
    this.#stages = stages
    this.#sink = sink
  }

  /** As `traceresponse` says it: the trace, the gate's span in it, and whether that is recorded. */
  get response(): string {
    return `00-${this.context.traceId}-${this.spanId}-${this.#sink === undefined ? '00' : '01'}`
  }

  /** What a line of the log says of it. */
  get fields(): { readonly trace_id: string; readonly span_id: string } {
    return { trace_id: this.context.traceId, span_id: this.spanId }
  }

  /** It is given to the sequencer. */
  submitted(): void {
    if (this.#sink !== undefined) this.submittedUs = this.#stages.nowUs()
  }

  /** Its turn has come. */
  turn(): void {
    if (this.#sink !== undefined) this.turnUs = this.#stages.nowUs()
  }

  /** The block with the command at `at` is durable, and is being answered. */
  durable(tape: Tape, at: number): void {
    if (this.#sink === undefined) return
    this.seq = tape.f64[(at >> 3) + SEQ_AT] as number
    this.handedUs = this.#stages.handedUs
    this.durableUs = this.#stages.durableUs
  }

  /** It is answered, once. */
  end(fault = ''): void {
    const sink = this.#sink
    if (sink === undefined) return
    this.#sink = undefined
    this.fault = fault
    this.endedUs = this.#stages.nowUs()
    sink.ended(this)
  }
}
