/**
 * `npm run sim`: worlds by their seeds, on all cores, with how far it is and how fast. Seeds that fail are said and kept.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { keepSeed } from './kept-seeds.ts'
import type { WorldOrder, WorldReport } from './sim-worker.ts'
import { STEPS_OF_A_WORLD } from './sim-world.ts'

const SEEDS = 10_000
/** After so many failing seeds more of them say nothing new. */
const FAILURES_MAX = 10
const SAYS_EVERY_MS = process.stdout.isTTY ? 500 : 20_000

const usage = `usage: npm run sim -- [--seed N] [--seeds COUNT] [--steps STEPS] [--threads THREADS]

Lives through simulated worlds: the real engine, sequencer, journal and recovery on a disk that loses, tears and reorders
what is not synced, behind a network that delays, doubles, reorders and cuts, with clocks that step.

  --seed N         the first seed; alone, that one world and what happened in it (default: 1)
  --seeds COUNT    how many worlds (default: ${SEEDS}, or 1 with --seed)
  --steps STEPS    steps of each world (default: ${STEPS_OF_A_WORLD})
  --threads N      how many at once (default: one a core)

A seed that fails is said, with how to play it again, and kept in testdata/sim-seeds.txt, which npm test plays always.
Exit code: 0 nothing was wrong, 1 something was, 2 wrong words.`

interface Asked {
  readonly first: number
  readonly count: number
  readonly steps: number
  readonly threads: number
}

function asked(): Asked | undefined {
  const text = { type: 'string' } as const
  const options = {
    seed: text,
    seeds: text,
    steps: text,
    threads: text,
    help: { type: 'boolean', short: 'h' },
  } as const
  const { values } = parseArgs({ options })
  if (values.help) return undefined
  const whole = (name: 'seed' | 'seeds' | 'steps' | 'threads', otherwise: number, least: number) => {
    const value = values[name] === undefined ? otherwise : Number(values[name])
    if (!Number.isInteger(value) || value < least || value > 0xffffffff) throw new Error(`--${name} ${values[name]}?`)
    return value
  }
  const count = whole('seeds', values.seed === undefined ? SEEDS : 1, 1)
  const threads = Math.min(count, whole('threads', availableParallelism(), 1))
  return { first: whole('seed', 1, 0), count, steps: whole('steps', STEPS_OF_A_WORLD, 1), threads }
}

class Run {
  readonly #asked: Asked
  readonly #startedAt = performance.now()
  #given = 0
  #done = 0
  #commands = 0
  #starts = 0
  #failures = 0

  constructor(given: Asked) {
    this.#asked = given
  }

  async run(): Promise<boolean> {
    const saying = setInterval(() => this.#sayProgress(), SAYS_EVERY_MS)
    const { threads } = this.#asked
    await Promise.all(Array.from({ length: threads }, () => this.#thread())).finally(() => clearInterval(saying))
    this.#sayProgress()
    if (process.stdout.isTTY) process.stdout.write('\n')
    const said = this.#failures === 0 ? 'nothing was wrong' : `${this.#failures} failed`
    console.log(`sim: ${this.#done} worlds, ${this.#commands} commands, ${this.#starts} starts of the gate: ${said}`)
    return this.#failures === 0
  }

  #thread(): Promise<void> {
    const worker = new Worker(new URL('sim-worker.js', import.meta.url), {
      // Worlds leave a lot behind: a larger nursery is cleaned less often.
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    })
    return new Promise((settle, fail) => {
      const next = () => {
        const order = this.#next()
        if (order === undefined) worker.terminate().then(() => settle(), fail)
        else worker.postMessage(order)
      }
      worker.on('message', (report: WorldReport) => {
        this.#take(report)
        next()
      })
      worker.on('error', fail)
      next()
    })
  }

  #next(): WorldOrder | undefined {
    const { first, count, steps } = this.#asked
    if (this.#given >= count || this.#failures >= FAILURES_MAX) return undefined
    return { seed: first + this.#given++, steps }
  }

  #take({ seed, trace, commands, starts, failure }: WorldReport): void {
    const { count, steps } = this.#asked
    this.#done++
    this.#commands += commands
    this.#starts += starts
    if (count === 1) console.log(`sim: seed ${seed}, ${commands} commands, ${starts} starts, trace ${trace}`)
    if (failure === undefined) return
    this.#failures++
    const again = `npm run sim -- --seed ${seed}${steps === STEPS_OF_A_WORLD ? '' : ` --steps ${steps}`}`
    console.error(`\nsim: seed ${seed} failed in step ${failure.step}: ${failure.why}\nsim: again by ${again}`)
    keepSeed({ seed, steps }, failure.why)
  }

  #sayProgress(): void {
    const { count } = this.#asked
    const seconds = (performance.now() - this.#startedAt) / 1000
    const rate = this.#done / seconds
    const left = rate === 0 ? '' : `, ${Math.ceil((count - this.#done) / rate)} s left`
    const line = `sim: ${this.#done} of ${count} seeds, ${rate.toFixed(1)} a second${left}`
    if (!process.stdout.isTTY) return console.log(line)
    const filled = Math.floor((this.#done / count) * 30)
    process.stdout.write(`\r[${'#'.repeat(filled)}${'.'.repeat(30 - filled)}] ${line}\x1b[K`)
  }
}

async function main(): Promise<number> {
  try {
    const given = asked()
    if (given === undefined) {
      console.log(usage)
      return 0
    }
    return (await new Run(given).run()) ? 0 : 1
  } catch (cause) {
    console.error(`portcullis: ${cause instanceof Error ? cause.message : cause}; see npm run sim -- --help`)
    return 2
  }
}

process.exitCode = await main()
