/**
 * Whether the gate decides orders, and whether its loop turns at all: what every wire says of its health. Both are read of the sequencer, whose
 * tick goes through waiting line, engine and journal ten times a second as every command does.
 */
import type { DiskRoom } from '../sequencer/ports.ts'
import type { Gate } from './gate.ts'

/** The first that holds, in this order. */
export type Readiness =
  | 'stopping'
  | 'journal down'
  | 'starting'
  | 'no issuer keys'
  | 'loop stalled'
  | 'disk full'
  | 'ready'
export type Liveness = 'alive' | 'journal down' | 'loop stalled'

/** No block was durable for so long: by now the waiting line refuses too. */
export const STALLED_US = 1_000_000
/** A disk that is slow comes back; what has stood still for so long is started again. */
export const DEAD_US = 10_000_000

/** Each thing that readiness hangs on, by itself. */
export interface Checks {
  readonly recovered: boolean
  readonly journal: 'up' | 'down'
  readonly loop: 'turning' | 'stalled'
  /** Microseconds since a block was durable. */
  readonly beatAgeUs: number
  readonly disk: DiskRoom
  /** Public keys that access tokens are checked by. */
  readonly issuerKeys: number
}

export class Health {
  readonly #gate: Gate
  readonly #issuerKeys: () => number
  #isStopping = false

  constructor(gate: Gate, issuerKeys: () => number) {
    this.#gate = gate
    this.#issuerKeys = issuerKeys
  }

  /** The gate ends: it is not ready from now on, whatever else holds. */
  stop(): void {
    this.#isStopping = true
  }

  get checks(): Checks {
    const gate = this.#gate
    const { beatAgeUs } = gate.pulse
    return {
      // Before its genesis record the gate decides nothing.
      recovered: gate.directory.tradeDate !== 0,
      journal: gate.isDown ? 'down' : 'up',
      loop: beatAgeUs > STALLED_US ? 'stalled' : 'turning',
      beatAgeUs,
      disk: gate.diskRoom,
      issuerKeys: this.#issuerKeys(),
    }
  }

  get readiness(): Readiness {
    if (this.#isStopping) return 'stopping'
    const { recovered, journal, loop, disk, issuerKeys } = this.checks
    if (journal === 'down') return 'journal down'
    if (!recovered) return 'starting'
    if (issuerKeys === 0) return 'no issuer keys'
    if (loop === 'stalled') return 'loop stalled'
    return disk === 'full' ? 'disk full' : 'ready'
  }

  /** Anything but `alive` is repaired by a new start alone. */
  get liveness(): Liveness {
    if (this.#gate.isDown) return 'journal down'
    return this.#gate.pulse.beatAgeUs > DEAD_US ? 'loop stalled' : 'alive'
  }
}
