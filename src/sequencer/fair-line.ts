/**
 * First in, first out, for each sender and, as long as nobody sends much at once, for all together. A sender has a bounded
 * number of turns in the common line; what it sends beyond waits, and takes a turn at the line's end for each that has gone.
 * So whoever comes stands behind a few of every sender, and not behind the backlog of one.
 */
import { WaitingLine } from './waiting-line.ts'

/** Turns of one sender in the line at once: half a millisecond of decisions. */
export const SHARE = 64

interface Sender<T> {
  readonly from: number
  readonly items: WaitingLine<T>
  turns: number
}

export class FairLine<T> {
  readonly #turns = new WaitingLine<Sender<T>>()
  /** Those of whom something waits. */
  readonly #senders = new Map<number, Sender<T>>()
  #length = 0

  get length(): number {
    return this.#length
  }

  get first(): T | undefined {
    return this.#turns.first?.items.first
  }

  /** What waits of one sender. */
  lengthOf(from: number): number {
    return this.#senders.get(from)?.items.length ?? 0
  }

  firstOf(from: number): T | undefined {
    return this.#senders.get(from)?.items.first
  }

  /** Of each sender of whom something waits. */
  *firsts(): Iterable<T | undefined> {
    for (const { items } of this.#senders.values()) yield items.first
  }

  /** @param from any number that is the sender's own */
  push(item: T, from: number): void {
    let sender = this.#senders.get(from)
    if (sender === undefined) {
      sender = { from, items: new WaitingLine(), turns: 0 }
      this.#senders.set(from, sender)
    }
    sender.items.push(item)
    this.#length++
    if (sender.turns < SHARE) {
      sender.turns++
      this.#turns.push(sender)
    }
  }

  shift(): T | undefined {
    const sender = this.#turns.shift()
    if (sender === undefined) return undefined
    const item = sender.items.shift()
    this.#length--
    if (sender.items.length >= sender.turns) this.#turns.push(sender)
    else if (--sender.turns === 0) this.#senders.delete(sender.from)
    return item
  }
}
