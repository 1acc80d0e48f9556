/** A clock, a timer and a journal that a test moves by hand: the sequencer's ports in a made-up world. */
import type { Delays } from '../gateway/delays.ts'
import type { Block, Clock, DiskRoom, JournalPort, Timer } from '../sequencer/ports.ts'

export class HandClock implements Clock {
  #wallUs: number
  #monotonicUs = 0

  constructor(wallUs = 1_800_000_000_000_000) {
    this.#wallUs = wallUs
  }

  wallUs(): number {
    return this.#wallUs
  }

  monotonicUs(): number {
    return this.#monotonicUs
  }

  /** Time passes. */
  pass(us: number): void {
    this.#wallUs += us
    this.#monotonicUs += us
  }

  /** Somebody sets the wall clock. */
  step(us: number): void {
    this.#wallUs += us
  }
}

export class HandTimer implements Timer {
  #fire: (() => void)[] = []

  every(_periodMs: number, fire: () => void): () => void {
    this.#fire.push(fire)
    return () => {
      this.#fire = this.#fire.filter((other) => other !== fire)
    }
  }

  fire(): void {
    for (const fire of this.#fire) fire()
  }
}

/** Waiting that a test ends by letting time pass. */
export class HandDelays implements Delays {
  #nowMs = 1
  #waiting: { readonly dueMs: number; readonly fire: () => void }[] = []

  nowMs(): number {
    return this.#nowMs
  }

  after(ms: number, fire: () => void): () => void {
    const waiting = { dueMs: this.#nowMs + ms, fire }
    this.#waiting.push(waiting)
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting)
    }
  }

  /** Time passes, and what falls due by its end is called in its order. */
  pass(ms: number): void {
    const endMs = this.#nowMs + ms
    for (;;) {
      const [first] = this.#waiting.filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)
      if (first === undefined) break
      this.#waiting = this.#waiting.filter((other) => other !== first)
      this.#nowMs = Math.max(this.#nowMs, first.dueMs)
      first.fire()
    }
    this.#nowMs = endMs
  }
}

/** A block as a MemoryJournal took it. */
export interface TakenBlock {
  readonly firstSeq: number
  readonly lastSeq: number
  readonly lastTimeUs: number
  readonly bytes: Uint8Array
  readonly mayBlock: boolean
}

/**
 * Keeps blocks in memory. `durable` at once by default; after `hold()` each block waits for its `release()`, and after
 * `failNext()` the next block fails.
 */
export class MemoryJournal implements JournalPort {
  readonly headBytes = 96
  readonly tailBytes = 8
  readonly blocks: TakenBlock[] = []
  isClosed = false
  diskRoom: DiskRoom = 'enough'
  #isHolding = false
  #failure: Error | undefined
  #held: { readonly settle: () => void; readonly fail: (cause: Error) => void } | undefined

  append(block: Block, mayBlock: boolean): Promise<void> | undefined {
    if (this.#held !== undefined) throw new Error('a block is on its way')
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined && !this.#isHolding) throw failure
    const { tape, start, end, firstSeq, lastSeq, lastTimeUs } = block
    this.blocks.push({ firstSeq, lastSeq, lastTimeUs, bytes: tape.u8.slice(start, end), mayBlock })
    if (!this.#isHolding) return undefined
    return new Promise((settle, fail) => {
      this.#held = { settle, fail }
    })
  }

  async close(): Promise<void> {
    this.isClosed = true
  }

  /** From now on a block is durable when it is released. */
  hold(): void {
    this.#isHolding = true
  }

  /** Ends what `hold` began: the block on its way is durable, and those that come. */
  flow(): void {
    this.#isHolding = false
    if (this.#held !== undefined) this.release()
  }

  get isHolding(): boolean {
    return this.#held !== undefined
  }

  /** The block on its way is durable, or is not: then with the reason. */
  release(failure?: Error): void {
    const held = this.#held
    if (held === undefined) throw new Error('no block is on its way')
    this.#held = undefined
    if (failure === undefined) held.settle()
    else held.fail(failure)
  }

  failNext(failure: Error): void {
    this.#failure = failure
  }
}
