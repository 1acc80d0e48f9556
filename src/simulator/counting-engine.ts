/**
 * The smallest engine there can be: counts, hashes what it has seen, and records an event or two per command. Tests and
 * benchmarks of sequencer, journal and replay drive it, so that what they show does not hang on the real engine.
 */
import type { Directory } from '../model/directory.ts'
import type { DecisionEngine, EngineView, WriteCommand } from '../model/engine-port.ts'
import { KILL, KILL_SWEEP, NEW_ORDER } from '../model/records/commands.ts'
import { APPLIED, isCommandAt, ORDER_DECIDED, rowsBytes, SWEPT } from '../model/records/events.ts'
import { encode } from '../model/records/schema.ts'
import { lengthAt, type Tape, typeAt } from '../model/records/tape.ts'

/** Sweeps that each kill asks for. */
export const SWEEPS_PER_KILL = 3

export interface CountingOptions {
  /** Evaluated limit rows in each decision: they make the entry as long as a real one. */
  readonly rows?: number
  /** Makes the events of one command other than they should be, for tests of `verify`. */
  readonly wrongAt?: number
}

export class CountingEngine implements DecisionEngine {
  readonly #rows: number
  readonly #wrongAt: number
  #commands = 0
  #hash = 0
  #seq = 0
  #timeUs = 0
  #latches = 0
  #sweepsLeft = 0

  constructor(options: CountingOptions = {}) {
    this.#rows = options.rows ?? 0
    this.#wrongAt = options.wrongAt ?? -1
  }

  get commands(): number {
    return this.#commands
  }

  get directory(): Directory {
    throw new Error('the counting engine knows no names')
  }

  get view(): EngineView {
    throw new Error('the counting engine knows no orders')
  }

  execute(tape: Tape, offset: number): void {
    const type = typeAt(tape, offset)
    const seq = tape.f64[(offset >> 3) + NEW_ORDER.at.seq] as number
    const count = seq === this.#wrongAt ? -1 : this.#commands + 1
    if (type === NEW_ORDER.type) this.#decide(tape, seq, count)
    else if (type === KILL_SWEEP.type) encode(tape, SWEPT, { latch: this.#latches, nextSlot: this.#sweepsLeft - 2 })
    else encode(tape, APPLIED, { id: count, slot: -1, previous: -1 })
    this.apply(tape, offset)
  }

  apply(tape: Tape, offset: number): number {
    const type = typeAt(tape, offset)
    this.#commands++
    this.#seq = tape.f64[(offset >> 3) + NEW_ORDER.at.seq] as number
    this.#timeUs = tape.f64[(offset >> 3) + NEW_ORDER.at.timeUs] as number
    if (type === KILL.type) {
      this.#latches++
      this.#sweepsLeft += SWEEPS_PER_KILL
    }
    if (type === KILL_SWEEP.type) this.#sweepsLeft--
    let at = offset
    do {
      const bytes = lengthAt(tape, at)
      this.#hash = (Math.imul(this.#hash, 31) + bytes + (tape.i32[(at >> 2) + 2] as number)) | 0
      at += bytes
    } while (at < tape.end && !isCommandAt(tape, at))
    return at
  }

  nextWork(): WriteCommand | null {
    if (this.#sweepsLeft === 0) return null
    const sweep = { latch: this.#latches, fromSlot: SWEEPS_PER_KILL - this.#sweepsLeft }
    return (tape) => encode(tape, KILL_SWEEP, { session: -1, principal: -1, ...sweep })
  }

  due(): WriteCommand | null {
    return null
  }

  stateHash(): string {
    const hash = (this.#hash ^ this.#seq ^ this.#timeUs ^ this.#sweepsLeft) >>> 0
    return hash.toString(16).padStart(8, '0') + this.#commands.toString(16).padStart(8, '0')
  }

  save(write: (bytes: Uint8Array) => void): void {
    const numbers = [this.#commands, this.#hash, this.#seq, this.#timeUs, this.#latches, this.#sweepsLeft]
    write(new Uint8Array(Float64Array.from(numbers).buffer))
  }

  load(read: (into: Uint8Array) => number): void {
    const numbers = new Float64Array(6)
    const length = read(new Uint8Array(numbers.buffer))
    if (length !== numbers.byteLength) throw new RangeError(`${length} bytes are no counting engine`)
    const [commands, hash, seq, timeUs, latches, sweepsLeft] = numbers as unknown as number[]
    this.#commands = commands as number
    this.#hash = hash as number
    this.#seq = seq as number
    this.#timeUs = timeUs as number
    this.#latches = latches as number
    this.#sweepsLeft = sweepsLeft as number
  }

  #decide(tape: Tape, seq: number, count: number): void {
    const rows = this.#rows
    const at = tape.end
    encode(tape, ORDER_DECIDED, { orderSeq: seq, outcome: 1, slot: count, versionSlot: -1, rows })
    const from = tape.end
    tape.end += rowsBytes(rows)
    tape.i32[(at >> 2) + 1] = tape.end - at
    tape.f64.fill(count, from >> 3, tape.end >> 3)
  }
}
