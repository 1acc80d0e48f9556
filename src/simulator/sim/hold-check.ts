/**
 * Every held order gets one answer, and in time: one decision once nothing that it waits for lives, or one end without a
 * decision; and no client's command comes behind its deadline while it is held.
 */
import { ORDER_STATES, OUTCOMES } from '../../model/vocabulary.ts'
import { type Command, inWords } from '../commands/command.ts'
import type { RecordedEvent } from '../commands/recorded-events.ts'
import { isLive, type Order, type State } from '../twin/state.ts'

const HELD = ORDER_STATES.indexOf('HELD')
const HELD_OUTCOME = OUTCOMES.indexOf('HELD')

interface Waiting {
  readonly deadlineUs: number
  readonly waitsFor: readonly number[]
  /** Taken out to be decided on: the decision follows in the same entry. */
  isInHand: boolean
}

export class HoldCheck {
  readonly #held = new Map<number, Waiting>()

  /** @param state the twin's, in which the entry was carried out @throws Error where an order is not answered once */
  entry(given: Command, recorded: readonly RecordedEvent[], state: State): void {
    this.#checkTime(given)
    for (const { name, values } of recorded) {
      const orderSeq = values.orderSeq as number
      if (name === 'HoldEnded' && values.state === HELD) this.#takeInHand(orderSeq, state, given)
      else if (name === 'HoldEnded') this.#end(orderSeq, false, given)
      else if (name === 'OrderDecided' && given.name === 'HoldDecide') this.#end(orderSeq, true, given)
      else if (name === 'OrderDecided' && given.name === 'NewOrder' && values.outcome === HELD_OUTCOME) {
        const { hold } = state.orders.get(orderSeq) as Order
        if (hold === null) throw new Error(`order ${orderSeq} is held and waits for nothing: ${inWords(given)}`)
        this.#held.set(orderSeq, { ...hold, isInHand: false })
      }
    }
    for (const [seq, { isInHand }] of this.#held)
      if (isInHand) throw new Error(`order ${seq} is in hand and not decided`)
  }

  #checkTime(given: Command): void {
    if (given.values.session === -1) return
    for (const [seq, { deadlineUs }] of this.#held) {
      if (given.values.timeUs >= deadlineUs) throw new Error(`order ${seq} is held too long: ${inWords(given)}`)
    }
  }

  #takeInHand(orderSeq: number, state: State, given: Command): void {
    const waiting = this.#held.get(orderSeq)
    if (waiting === undefined) throw new Error(`order ${orderSeq} is not held: ${inWords(given)}`)
    const open = waiting.waitsFor.find((seq) => isLive(state.orders.get(seq) as Order))
    if (open !== undefined) throw new Error(`order ${orderSeq} still waits for ${open}: ${inWords(given)}`)
    waiting.isInHand = true
  }

  #end(orderSeq: number, isDecided: boolean, given: Command): void {
    if (this.#held.get(orderSeq)?.isInHand !== isDecided)
      throw new Error(`order ${orderSeq} is answered: ${inWords(given)}`)
    this.#held.delete(orderSeq)
  }
}
