/**
 * How long each step of a command takes, one histogram a step: on its wire, in the waiting line, in the engine, in the journal, and back to its
 * wire. The clock is elapsed time of the machine, the sequencer's own.
 */
import type { Observer } from '../../sequencer/ports.ts'
import { systemClock } from '../../sequencer/system-clock.ts'
import { Histogram } from './histogram.ts'

export const WIRES = ['rest', 'session', 'grpc'] as const
export type Wire = (typeof WIRES)[number]

/** The two steps of a command that its own wire sees. */
class WireStages {
  /** From the head of the request, or the frame, until the command is given to the sequencer. */
  readonly parse = new Histogram()
  /** From there to its answer. */
  readonly whole = new Histogram()
}

export class Stages implements Observer {
  /** Microseconds from an arbitrary point. */
  readonly nowUs: () => number
  readonly wait = new Histogram()
  readonly decide = new Histogram()
  readonly journal = new Histogram()
  readonly answer = new Histogram()
  readonly wires: Readonly<Record<Wire, WireStages>> = {
    rest: new WireStages(),
    session: new WireStages(),
    grpc: new WireStages(),
  }
  /** Of the block that is being answered: when it was given to the journal, and when it was durable. */
  handedUs = 0
  durableUs = 0

  constructor(nowUs: () => number = systemClock.monotonicUs) {
    this.nowUs = nowUs
  }

  waited(us: number): void {
    this.wait.record(us)
  }

  decided(us: number): void {
    this.decide.record(us)
  }

  durable(handedUs: number, durableUs: number): void {
    this.handedUs = handedUs
    this.durableUs = durableUs
    this.journal.record(durableUs - handedUs)
  }

  answered(): void {
    this.answer.record(this.nowUs() - this.durableUs)
  }

  parsed(wire: Wire, sinceUs: number): void {
    this.wires[wire].parse.record(this.nowUs() - sinceUs)
  }

  told(wire: Wire, sinceUs: number): void {
    this.wires[wire].whole.record(this.nowUs() - sinceUs)
  }

  /** Every histogram with its labels as Prometheus writes them. */
  *all(): Iterable<readonly [string, Histogram]> {
    for (const wire of WIRES) yield [`stage="parse",wire="${wire}"`, this.wires[wire].parse]
    yield ['stage="wait"', this.wait]
    yield ['stage="decide"', this.decide]
    yield ['stage="journal"', this.journal]
    yield ['stage="answer"', this.answer]
    for (const wire of WIRES) yield [`stage="whole",wire="${wire}"`, this.wires[wire].whole]
  }
}
