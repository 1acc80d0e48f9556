/** The day's own time, told to a gate whose clock requests may move; a gate with a clock of its own is not told. */
import { GateError } from '../client/gate-error.ts'
import type { RequestOptions } from '../client/rest-client.ts'
import type { DayTimeUs } from '../day/day-event.ts'

/** See docs/decisions: the replay clock. */
export const REPLAY_TIME_HEADER = 'x-portcullis-time-us'

const DAY_US = 86_400_000_000
/** China Standard Time is eight hours ahead, all year. */
const AHEAD_US = 8 * 3_600_000_000

/** Microseconds since the epoch at midnight in Shanghai. @param date as 2023-02-07 @throws RangeError */
export function shanghaiMidnightUs(date: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN
  // A parser may take 30 February for 2 March.
  const isDate = !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date)
  if (!isDate) throw new RangeError(`${date} is no date such as 2023-02-07`)
  return ms * 1_000 - AHEAD_US
}

export class DayClock {
  readonly #midnightUs: number
  /** True where the gate takes its time from us. */
  readonly isReplay: boolean

  constructor(midnightUs: number, isReplay: boolean) {
    this.#midnightUs = midnightUs
    this.isReplay = isReplay
  }

  /** Asks a gate, by a request that changes nothing, whether its clock can be moved; moves it to the start of the day. */
  static async of(midnightUs: number, probe: (options: RequestOptions) => Promise<unknown>): Promise<DayClock> {
    const clock = new DayClock(midnightUs, true)
    try {
      await probe(clock.at(0))
    } catch (error) {
      if (!(error instanceof GateError)) throw error
      if (error.field === REPLAY_TIME_HEADER) return new DayClock(midnightUs, false)
      // That the request means nothing to the gate does not matter: it has read the header.
    }
    return clock
  }

  /** What a request must carry to be stamped with this time of the day. */
  at(timeUs: DayTimeUs): RequestOptions {
    if (!this.isReplay) return {}
    if (timeUs < 0 || timeUs >= DAY_US) throw new RangeError(`${timeUs} is no time of a day`)
    return { headers: { [REPLAY_TIME_HEADER]: String(this.#midnightUs + timeUs) } }
  }
}
