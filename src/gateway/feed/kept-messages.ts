/** The newest messages of the feed, so that a client that was cut off goes on where it was. */
import type { FeedEvent } from './feed-view.ts'

export type EventChannel = 'decisions' | 'alerts'

/** What one block, or one moment, had to tell on a channel. */
export interface FeedMessage {
  readonly number: number
  readonly channel: EventChannel
  readonly events: readonly FeedEvent[]
}

const KEPT_MAX = 16_384
const KEPT_CHARS_MAX = 4 * 1024 * 1024

export class KeptMessages {
  readonly #messages: FeedMessage[] = []
  #chars = 0
  #last = 0
  /** Number of the newest that is not kept any more. */
  #gone = 0
  /** Number from which on everything of a channel was made; none while nobody wants it. */
  readonly #since: Record<EventChannel, number> = {
    decisions: Number.POSITIVE_INFINITY,
    alerts: Number.POSITIVE_INFINITY,
  }

  /** Number of the newest message. */
  get last(): number {
    return this.#last
  }

  isKept(channel: EventChannel): boolean {
    return this.#since[channel] <= this.#last + 1
  }

  /** From now on everything of the channel is made. */
  begin(channel: EventChannel): void {
    // A number that no message has: who asks from behind it on has missed what was not made.
    if (!this.isKept(channel)) this.#since[channel] = ++this.#last + 1
  }

  end(channel: EventChannel): void {
    this.#since[channel] = Number.POSITIVE_INFINITY
  }

  add(channel: EventChannel, events: readonly FeedEvent[]): FeedMessage {
    const message = { number: ++this.#last, channel, events }
    this.#messages.push(message)
    this.#chars += charsOf(message)
    while (this.#messages.length > KEPT_MAX || this.#chars > KEPT_CHARS_MAX) {
      const oldest = this.#messages.shift() as FeedMessage
      this.#chars -= charsOf(oldest)
      this.#gone = oldest.number
    }
    return message
  }

  /** The messages of these channels from a number on; undefined where some of them are gone, or were never made. */
  from(number: number, channels: readonly EventChannel[]): readonly FeedMessage[] | undefined {
    if (number > this.#last + 1 || number <= this.#gone) return undefined
    if (channels.some((channel) => number < this.#since[channel])) return undefined
    return this.#messages.filter((message) => message.number >= number && channels.includes(message.channel))
  }
}

function charsOf({ events }: FeedMessage): number {
  return events.reduce((sum, { text }) => sum + text.length, 0)
}
