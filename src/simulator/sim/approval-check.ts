/** However often an order is sent, it is approved once while its id is kept: for two trade dates. */
import { type Command, inWords } from '../commands/command.ts'
import type { RecordedEvent } from '../commands/recorded-events.ts'
import type { Order, State } from '../twin/state.ts'

const APPROVE = 1
const DATES_KEPT = 2

/** Session and id that the approved order or version was sent under. */
function keyOf(given: Command & { name: 'NewOrder' | 'ReplaceOrder' | 'HoldDecide' }, state: State): string {
  if (given.name !== 'HoldDecide') return `${given.values.session} ${given.values.clOrdID}`
  const { keys, ids } = state.orders.get(given.values.orderSeq) as Order
  return `${keys.session} ${ids[0]}`
}

export class ApprovalCheck {
  /** Rolls that there were when an id was approved. */
  readonly #approved = new Map<string, number>()
  #rolls = 0

  /** @param state the twin's @throws Error where an id is approved again */
  entry(given: Command, recorded: readonly RecordedEvent[], state: State): void {
    if (given.name === 'DayRoll' && recorded.some(({ name }) => name === 'Applied')) this.#rolls++
    if (given.name !== 'NewOrder' && given.name !== 'ReplaceOrder' && given.name !== 'HoldDecide') return
    if (!recorded.some(({ name, values }) => name === 'OrderDecided' && values.outcome === APPROVE)) return
    const key = keyOf(given, state)
    const before = this.#approved.get(key)
    if (before !== undefined && this.#rolls - before < DATES_KEPT) throw new Error(`approved twice: ${inWords(given)}`)
    this.#approved.set(key, this.#rolls)
  }
}
