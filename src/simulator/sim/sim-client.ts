/**
 * A client of the simulated gate: an order session, an execution source, a feed or a risk officer. It sends over a link that
 * delays, doubles, reorders and loses, remembers what it was told, and sends again, with the same ids, what was not answered.
 */
import { ORDER_DECIDED } from '../../model/records/events.ts'
import { decode } from '../../model/records/schema.ts'
import { lengthAt, Tape, typeAt } from '../../model/records/tape.ts'
import { type Command, inWords } from '../commands/command.ts'
import type { Dice } from '../commands/dice.ts'
import type { Answer, SimGate } from './sim-gate.ts'
import type { SimLoop } from './sim-loop.ts'

const [APPROVE, DUPLICATE] = [1, 2]
const FIRST_WAIT_US = 150_000
const LONGEST_WAIT_US = 1_500_000

/** What happens to messages, in both directions. */
export interface LinkTroubles {
  readonly slowestUs: number
  readonly doubledPercent: number
  readonly lostPercent: number
}

interface Request {
  readonly command: Command
  isAnswered: boolean
  /** Sequence number under which an order of it was approved. */
  approvedSeq: number
}

export class SimClient {
  /** The gate that it is connected to while that lives; else the newest. */
  pinned: SimGate | undefined
  readonly #loop: SimLoop
  readonly #dice: Dice
  readonly #newest: () => SimGate | undefined
  readonly #onProblem: (cause: unknown) => void
  #troubles: LinkTroubles
  #cuts = 0
  #cutUntilUs = 0
  #open = 0

  constructor(
    loop: SimLoop,
    dice: Dice,
    troubles: LinkTroubles,
    newest: () => SimGate | undefined,
    onProblem: (cause: unknown) => void,
  ) {
    this.#loop = loop
    this.#dice = dice
    this.#troubles = troubles
    this.#newest = newest
    this.#onProblem = onProblem
  }

  /** Requests that are not answered yet. */
  get waiting(): number {
    return this.#open
  }

  send(command: Command, delayUs: number): void {
    this.#open++
    const request = { command, isAnswered: false, approvedSeq: 0 }
    this.#loop.in(delayUs, () => this.#try(request, FIRST_WAIT_US))
  }

  /** The link is down for so long: what is under way is lost. */
  cut(us: number): void {
    this.#cuts++
    this.#cutUntilUs = this.#loop.monotonicUs() + us
  }

  /** From now on the link carries everything. */
  heal(): void {
    this.#cutUntilUs = 0
    this.#troubles = { ...this.#troubles, doubledPercent: 0, lostPercent: 0 }
  }

  #try(request: Request, waitUs: number): void {
    if (request.isAnswered) return
    this.#carry(() => {
      const gate = this.pinned?.process.isAlive === true ? this.pinned : this.#newest()
      gate?.submit(request.command, (answer) => this.#carry(() => this.#hear(request, answer)))
    })
    this.#loop.in(waitUs, () => this.#try(request, Math.min(waitUs * 2, LONGEST_WAIT_US)))
  }

  #carry(deliver: () => void): void {
    const { slowestUs, doubledPercent, lostPercent } = this.#troubles
    const dice = this.#dice
    const copies = dice.chance(lostPercent) ? 0 : dice.chance(doubledPercent) ? 2 : 1
    for (let left = copies; left > 0; left--) {
      const cuts = this.#cuts
      const isCut = this.#loop.monotonicUs() < this.#cutUntilUs
      this.#loop.in(dice.between(20, slowestUs), () => {
        if (!isCut && cuts === this.#cuts) deliver()
      })
    }
  }

  #hear(request: Request, answer: Answer): void {
    if (answer !== 'passed' && 'fault' in answer) return
    if (!request.isAnswered) this.#open--
    request.isAnswered = true
    if (answer !== 'passed') this.#remember(request, answer.seq, answer.entry)
  }

  /** Of one order there is one approve; whatever else is said of it names that one. */
  #remember(request: Request, seq: number, entry: Uint8Array): void {
    const { name } = request.command
    if (name !== 'NewOrder' && name !== 'ReplaceOrder') return
    const tape = Tape.ofBytes(entry.length)
    tape.u8.set(entry)
    const at = lengthAt(tape, 0)
    if (typeAt(tape, at) !== ORDER_DECIDED.type) return
    const { outcome, firstSeq } = decode(tape, at, ORDER_DECIDED)
    if (outcome === APPROVE) request.approvedSeq ||= seq
    const first = outcome === APPROVE ? seq : outcome === DUPLICATE ? firstSeq : 0
    if (first !== 0 && request.approvedSeq !== 0 && first !== request.approvedSeq) {
      this.#onProblem(new Error(`approved as ${request.approvedSeq}, then ${first}: ${inWords(request.command)}`))
    }
  }
}
