/** What the floor does beside trading, over REST: waits for its gate, clears up after an earlier floor, begins trade dates. */
import { GateError as SessionError } from '../../client/sdk.ts'
import type { LimitAnswer } from '../client/answers.ts'
import type { GateClient } from '../client/gate-client.ts'
import { GateError, GateUnreachable } from '../client/gate-error.ts'
import { rollDates } from '../world/roll-dates.ts'
import { setUpWorld } from '../world/set-up-world.ts'
import type { World } from '../world/world.ts'
import type { DailyUse } from './day-allowance.ts'
import { DESK_CLIENT } from './floor-sessions.ts'

const RETRY_MS = 500
/** The use of the daily limits is asked for every five seconds. */
const ALLOWANCE_BEATS = 20

type Say = (text: string) => void

/** Asks until it is answered: a gate that is away, starts or restarts is waited for. Undefined where we are to stop first. */
export async function patiently<T>(
  ask: () => Promise<T>,
  stop: AbortSignal,
  wait: (ms: number) => Promise<void>,
  say: Say,
): Promise<T | undefined> {
  for (let tries = 0; !stop.aborted; tries++) {
    try {
      return await ask()
    } catch (error) {
      if (!isPassing(error)) throw error
      if (tries === 0) say(`waiting for the gate: ${(error as Error).message}`)
    }
    await wait(RETRY_MS)
  }
  return undefined
}

export class FloorDay {
  readonly #rest: GateClient
  readonly #world: World
  readonly #say: Say
  #date: number

  /** @param tradeDate that the gate is in, as yyyymmdd */
  constructor(rest: GateClient, world: World, tradeDate: number, say: Say) {
    this.#rest = rest
    this.#world = world
    this.#date = tradeDate
    this.#say = say
  }

  /** The venue of an earlier floor is gone with it: the gate asks for the cancel of what it still holds, and hears of it. */
  async clearLeftOvers(wait: (ms: number) => Promise<void>, stop: AbortSignal): Promise<void> {
    const ask = <T>(question: () => Promise<T>) => patiently(question, stop, wait, this.#say)
    const left = (await ask(() => this.#openOrders())) ?? 0
    if (left === 0) return
    await ask(() => this.#rest.massCancel())
    while (((await ask(() => this.#openOrders())) ?? 0) > 0) await wait(RETRY_MS)
    if (!stop.aborted) this.#say(`${left} orders that the floor before this one left open are canceled`)
  }

  /** Before each beat: begins the date where it is another. Returns how far the daily limits are used, now and then. */
  async begin(beat: number): Promise<readonly DailyUse[] | undefined> {
    const today = Number(new Date().toISOString().slice(0, 10).replaceAll('-', ''))
    try {
      if (today > this.#date) await this.#beginDate(today)
      return beat % ALLOWANCE_BEATS === 0 ? dailyUsesIn(await this.#rest.limits()) : undefined
    } catch (error) {
      // The gate is away: the next beat asks again.
      if (!isPassing(error)) throw error
      return undefined
    }
  }

  /** Of the desk's client. */
  async #openOrders(): Promise<number> {
    const { exposures } = await this.#rest.exposures()
    return exposures.find(({ subject }) => subject === `SESSION:${DESK_CLIENT}`)?.openOrders ?? 0
  }

  /** Executed flow starts from zero, and what ages is said again. */
  async #beginDate(date: number): Promise<void> {
    for (const step of rollDates((await this.#rest.readiness()).tradeDate, date)) {
      const { applied, code, text } = await this.#rest.rollDay(String(step))
      if (!applied) this.#say(`the gate does not begin the trade date ${step}: ${code}: ${text}`)
    }
    await setUpWorld(this.#rest, this.#world, (await this.#rest.readiness()).time)
    this.#date = date
    this.#say(`the trade date ${date} begins`)
  }
}

/** Of all limits those over the day's flow. */
function dailyUsesIn(limits: readonly LimitAnswer[]): DailyUse[] {
  return limits.flatMap(({ control, subject, hard, use }) =>
    control === 'DAILY_GROSS' && use !== undefined
      ? [{ subject, share: Number(use.value) / Math.max(1, Number(hard.value)) }]
      : [],
  )
}

/** Away, busy or starting: it may be there in a moment. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof GateUnreachable ||
    (error instanceof SessionError && error.code === 'GATE_UNREACHABLE') ||
    (error instanceof GateError && (error.status >= 500 || error.status === 429))
  )
}
