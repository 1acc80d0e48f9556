/** Worlds for the lock in which a test says where a gate runs, and what happens while it waits. */
import { type LockWorld, type Place, systemLockWorld } from '../journal/lock-world.ts'
import { HandClock, HandTimer } from './made-up-world.ts'

export interface MadeUpLockWorld extends LockWorld {
  readonly clock: HandClock
  readonly timer: HandTimer
  /** What the start said. */
  readonly said: string[]
  /** Every wait so far, in ms. */
  readonly waits: number[]
}

/**
 * A world in which every folder's name is free, as in a namespace of one's own.
 * @param whileWaiting called at each wait, which then is over
 */
export function madeUpLockWorld(place: Partial<Place>, whileWaiting: () => unknown = () => {}): MadeUpLockWorld {
  const clock = new HandClock()
  const said: string[] = []
  const waits: number[] = []
  return {
    ...{ clock, timer: new HandTimer(), said, waits, hasNamespaces: true },
    place: { process: 7, host: 'made-up', boot: 'boot-a', network: 'net-a', ...place },
    takeName: async () => ({ name: 'portcullis-1-2', release: async () => {} }),
    monotonicUs: () => clock.monotonicUs(),
    wait: async (ms) => {
      waits.push(ms)
      clock.pass(ms * 1000)
      await whileWaiting()
    },
    say: (line) => said.push(line),
  }
}

/** The real world of another container: the names of this one are not known there, and waits are over at once. */
export function otherNamespace(): LockWorld {
  const world = systemLockWorld()
  return {
    ...world,
    place: { ...world.place, network: 'net:[other]' },
    takeName: async () => ({ name: 'portcullis-1-2', release: async () => {} }),
    wait: async () => {},
  }
}
