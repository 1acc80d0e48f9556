/**
 * Best bid and offer of the whole reconstructed book over the day, at most 20 times a second: the first change goes out
 * at once, what follows within 50 ms is held and only the latest of it goes out.
 */
import type { DayTimeUs } from './day-event.ts'
import type { BestPrices, BookLevel } from './order-book.ts'
import { isCrossed, OrderBook } from './order-book.ts'
import type { DayStep } from './rebuild-orders.ts'
import { isAuction, phaseAt } from './session-phase.ts'

export interface QuoteTick {
  readonly kind: 'quote'
  /** A side without orders is undefined. Never crossed, never locked. */
  readonly bid: BookLevel | undefined
  readonly ask: BookLevel | undefined
  readonly timeUs: DayTimeUs
}

/** A twentieth of a second, so that no window of one second holds more than 20. */
const QUOTE_SPACING_US = 50_000

/** Call `due` before a step, then `apply` with it, and `due(Infinity)` at the end. */
export class QuoteFeed {
  readonly #book = new OrderBook()
  #last: QuoteTick | undefined
  #held: BestPrices | undefined

  /** Returns the held quote when its time has come, stamped with that time, which is not after timeUs. */
  due(timeUs: DayTimeUs): QuoteTick | undefined {
    const dueUs = this.#nextUs()
    if (this.#held === undefined || dueUs > timeUs) return undefined
    return this.#publish(this.#held, dueUs)
  }

  /** Returns the quote that this step causes at once, if it causes one. */
  apply(step: DayStep): QuoteTick | undefined {
    this.#book.apply(step)
    // In an auction nothing matches yet, elsewhere a crossed book is a match of which only some trades were seen.
    if (isAuction(phaseAt(step.timeUs))) return undefined
    const best = this.#book.best()
    if (isCrossed(best)) return undefined
    if (this.#last !== undefined && isSameBest(this.#last, best)) {
      // The market is back where the last quote said it is.
      this.#held = undefined
      return undefined
    }
    if (step.timeUs >= this.#nextUs()) return this.#publish(best, step.timeUs)
    this.#held = best
    return undefined
  }

  #nextUs(): DayTimeUs {
    return this.#last === undefined ? 0 : this.#last.timeUs + QUOTE_SPACING_US
  }

  #publish({ bid, ask }: BestPrices, timeUs: DayTimeUs): QuoteTick {
    this.#held = undefined
    this.#last = { kind: 'quote', bid, ask, timeUs }
    return this.#last
  }
}

function isSameBest(one: BestPrices, other: BestPrices): boolean {
  return isSameLevel(one.bid, other.bid) && isSameLevel(one.ask, other.ask)
}

function isSameLevel(one: BookLevel | undefined, other: BookLevel | undefined): boolean {
  return one?.px === other?.px && one?.qty === other?.qty
}
