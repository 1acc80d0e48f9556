/** Nothing is approved behind a kill that covers it, by the worst state over the latches that stand in the journal. */
import { TRADING_STATES } from '../../model/vocabulary.ts'
import { type Command, inWords } from '../commands/command.ts'
import type { RecordedEvent } from '../commands/recorded-events.ts'
import { covers } from '../twin/latches.ts'
import type { Latch, State } from '../twin/state.ts'

const APPROVE = 1
const HELD = 3
const RELEASE_APPROVED = 1
const [ACTIVE, , BLOCKED, KILLED] = TRADING_STATES.map((_, index) => index) as [number, number, number, number]

export class KillCheck {
  readonly #latches = new Map<number, Latch>()

  /** @param state the twin's, in which the entry was carried out @throws Error where a latch was passed */
  entry(given: Command, recorded: readonly RecordedEvent[], state: State): void {
    for (const { name, values } of recorded) {
      const isReserved = values.outcome === APPROVE || values.outcome === HELD
      if (name === 'OrderDecided' && isReserved) this.#check(given, values.orderSeq as number, state)
      else if (name === 'LatchSet') this.#set(values.latch as number, values.state as number, values)
      else if (name === 'ControlLatched') this.#latched(values.latch as number, state)
      else if (name === 'Applied' && given.name === 'Kill')
        this.#set(values.id as number, given.values.state, given.values)
      else if (name === 'Applied' && given.name === 'Release' && given.values.step === RELEASE_APPROVED) {
        this.#release(given.values.latch, given.values.state)
      }
    }
  }

  #check(given: Command, orderSeq: number, state: State): void {
    if (given.name !== 'NewOrder' && given.name !== 'ReplaceOrder' && given.name !== 'HoldDecide') return
    const order = state.orders.get(orderSeq)
    if (order === undefined) throw new Error(`nobody knows order ${orderSeq}: ${inWords(given)}`)
    // A replace may retreat behind a block, and behind a kill nothing may.
    const refusing = given.name === 'ReplaceOrder' ? KILLED : BLOCKED
    for (const latch of this.#latches.values()) {
      if (latch.state >= refusing && covers(state, latch, order.keys, order.side)) {
        throw new Error(`approved behind latch ${latch.id}: ${inWords(given)}`)
      }
    }
  }

  #set(id: number, state: number, values: Readonly<Record<string, number | string>>): void {
    const keys = Object.fromEntries(Object.entries(values).filter(([, value]) => typeof value === 'number'))
    const latch = { id, state, cause: 0, keys: keys as Record<string, number>, requestedBy: -1, requestedState: -1 }
    this.#latches.set(id, { ...latch, swept: false, explained: false, ended: 0, filled: 0 })
  }

  /** A row has latched its subject: whose keys those are, the twin knows. */
  #latched(id: number, state: State): void {
    const latch = state.latches.get(id)
    if (latch === undefined) throw new Error(`latch ${id} was set and does not stand`)
    this.#latches.set(id, { ...latch })
  }

  #release(id: number, state: number): void {
    const latch = this.#latches.get(id)
    if (latch === undefined) throw new Error(`latch ${id} was released and never set`)
    latch.state = state
    if (state === ACTIVE) this.#latches.delete(id)
  }
}
