/** One of the sequencer's two tapes: the entries that will be one block, and who waits for them. */
import { ENTRY_BYTES_MAX } from '../model/engine-port.ts'
import { Tape } from '../model/records/tape.ts'
import { BLOCK_BYTES_MAX, type Block, COMMAND_BYTES_MAX, type Submission } from './ports.ts'

/** A submission on its way, and where its entry lies once it is sequenced. */
export interface Pending {
  readonly submission: Submission
  /** Sequencer time when it came: its stamp. */
  readonly timeUs: number
  /** Elapsed time of the machine when it came. */
  readonly sinceUs: number
  offset: number
  end: number
}

export class Batch implements Block {
  readonly tape: Tape
  readonly start: number
  pending: Pending[] = []
  firstSeq = 0
  lastSeq = 0
  lastTimeUs = 0
  /** Elapsed time when it was given to the journal. */
  handedUs = 0

  /** `headBytes` and `tailBytes` around the records belong to the journal. */
  constructor(headBytes: number, tailBytes: number) {
    this.tape = Tape.ofBytes(headBytes + BLOCK_BYTES_MAX + tailBytes)
    this.start = headBytes
    this.tape.end = headBytes
  }

  get end(): number {
    return this.tape.end
  }

  get bytes(): number {
    return this.tape.end - this.start
  }

  get isEmpty(): boolean {
    return this.tape.end === this.start
  }

  /** True where any command and all its events still fit the block. */
  get hasRoom(): boolean {
    return this.bytes + COMMAND_BYTES_MAX + ENTRY_BYTES_MAX <= BLOCK_BYTES_MAX
  }

  add(pending: Pending, seq: number): void {
    if (this.pending.length === 0) this.firstSeq = seq
    this.lastSeq = seq
    this.lastTimeUs = pending.timeUs
    this.pending.push(pending)
  }

  clear(): void {
    this.tape.end = this.start
    this.pending = []
  }
}
