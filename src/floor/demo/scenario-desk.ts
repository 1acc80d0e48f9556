/** Plays scenarios on the running floor, one at a time, as they are asked for by a file or at the start. */
import type { Clock } from '../../client/sdk.ts'
import { type FloorSessions, GRACE_MS } from './floor-sessions.ts'
import { takeScenario } from './scenario-file.ts'
import { playScenario, SCENARIOS, type Scenario, type Stage } from './scenarios.ts'
import { ALGORITHM_SEAT, MANUAL_SEATS } from './seats.ts'
import { latchOver } from './stopped.ts'
import { pause, type TradingFloor } from './trading-floor.ts'

export interface ScenarioDeskOptions {
  readonly floor: TradingFloor
  readonly sessions: Pick<FloorSessions, 'ems' | 'line' | 'cutDesk'>
  /** The gate's data folder. */
  readonly directory: string
  readonly clock: Clock
  readonly stop: AbortSignal
  readonly say: (text: string) => void
}

/** Of a start with a scenario: orders should rest by then. */
const FIRST_BEAT = 20

export class ScenarioDesk {
  readonly #options: ScenarioDeskOptions
  readonly #planned: Scenario[] = []
  #playing: Promise<void> | undefined
  #beats = 0

  constructor(options: ScenarioDeskOptions) {
    this.#options = options
  }

  /** Plays it once the floor trades. */
  plan(name: Scenario): void {
    this.#planned.push(name)
  }

  /** Called with every beat. */
  look(): void {
    this.#beats++
    const { directory, say } = this.#options
    const asked = takeScenario(directory)
    if (typeof asked === 'object') say(`"${asked.unknown}" is no scenario; there are ${SCENARIOS.join(', ')}`)
    else if (asked !== undefined && this.#planned.length < SCENARIOS.length) this.#planned.push(asked)
    if (this.#playing !== undefined || this.#beats < FIRST_BEAT) return
    const name = this.#planned.shift()
    if (name === undefined) return
    this.#playing = playScenario(name, this.#stage()).finally(() => {
      this.#playing = undefined
    })
  }

  /** Settles when none is being played. */
  async ended(): Promise<void> {
    await this.#playing
  }

  #stage(): Stage {
    const { floor, sessions, clock, stop, say } = this.#options
    const [trader] = MANUAL_SEATS
    if (trader === undefined) throw new Error('nobody trades by hand')
    return {
      ...{ view: floor.view, algorithm: ALGORITHM_SEAT, trader, graceMs: GRACE_MS, say },
      act: (action, why) => floor.act(action, why),
      latchOf: (strategy) => latchOver(sessions.line.killFeed.latches, { strategy, trader: ALGORITHM_SEAT.trader }),
      liveOrders: () => floor.desk.live.all(),
      isConnected: () => sessions.ems.state.connection === 'up',
      silenceFeed: (ms) => floor.silenceFeed(ms),
      cutDesk: (ms) => sessions.cutDesk(ms),
      wait: (ms) => pause(clock, ms, stop),
    }
  }
}
