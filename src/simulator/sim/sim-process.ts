/** A process of a simulated world: what it has asked for comes late while it is stopped, and never once it is killed. */
import type { Timer } from '../../sequencer/ports.ts'
import type { SimLoop } from './sim-loop.ts'

/** A turn of the machine's loop takes up to this long, in which more may come. */
const TURN_US = 40

export class SimProcess implements Timer {
  isAlive = true
  readonly #loop: SimLoop
  #stoppedUntilUs = 0

  constructor(loop: SimLoop) {
    this.#loop = loop
  }

  /** Ends it as kill -9 does. */
  kill(): void {
    this.isAlive = false
  }

  /** Stops it as SIGSTOP does, and lets it go on after so long. */
  stop(us: number): void {
    this.#stoppedUntilUs = this.#loop.monotonicUs() + us
  }

  in(delayUs: number, run: () => void): void {
    this.#loop.in(delayUs, () => this.#run(run))
  }

  /** When the present turn is over. */
  readonly later = (run: () => void): void => this.in(TURN_US, run)

  every(periodMs: number, fire: () => void): () => void {
    let isOn = true
    const again = () => {
      if (!isOn) return
      fire()
      this.in(periodMs * 1000, again)
    }
    this.in(periodMs * 1000, again)
    return () => {
      isOn = false
    }
  }

  #run(run: () => void): void {
    if (!this.isAlive) return
    const waitUs = this.#stoppedUntilUs - this.#loop.monotonicUs()
    if (waitUs > 0) this.#loop.in(waitUs, () => this.#run(run))
    else run()
  }
}
