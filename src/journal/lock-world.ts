/** What the lock needs from the machine: where this process runs, time, and the kernel's name. A test puts others in. */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { Timer } from '../sequencer/ports.ts'
import { systemClock, systemTimer } from '../sequencer/system-clock.ts'
import { type NameLock, takeName } from './name-lock.ts'

/** Where a gate runs. Two gates with equal, known `boot` and `network` ask the same kernel for the same names. */
export interface Place {
  readonly process: number
  /** For the message; proves nothing. */
  readonly host: string
  /** Drawn at every boot of a kernel, and the same in all of its namespaces; '' where it is not known. */
  readonly boot: string
  /** The network namespace, unique among those that live; '' where it is not known. */
  readonly network: string
}

export interface LockWorld {
  readonly place: Place
  /** Whether names reach only as far as a namespace, so that the folder needs its owner file. */
  readonly hasNamespaces: boolean
  readonly takeName: (directory: string) => Promise<NameLock>
  readonly monotonicUs: () => number
  readonly timer: Timer
  readonly wait: (ms: number) => Promise<unknown>
  /** Told why the start takes longer. */
  readonly say: (line: string) => void
}

export function systemLockWorld(say: (line: string) => void = () => {}): LockWorld {
  const boot = known(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim())
  const network = known(() => readlinkSync('/proc/self/ns/net'))
  return {
    place: { process: process.pid, host: hostname(), boot, network },
    hasNamespaces: process.platform === 'linux',
    takeName,
    monotonicUs: systemClock.monotonicUs,
    timer: systemTimer,
    wait: (ms) => pause(ms),
    say,
  }
}

/** Without /proc nothing is known, and nothing is taken as proved by it. */
function known(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
