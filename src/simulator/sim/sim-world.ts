/**
 * A simulated world: the real engine, sequencer, journal and recovery on a made-up disk, with made-up clients, network and
 * clocks. Everything that happens follows from the seed.
 */

import { JournalFailed } from '../../journal/file-journal.ts'
import type { JournalFiles } from '../../journal/journal-files.ts'
import { JournalReader } from '../../journal/journal-reader.ts'
import { JournalNoRoom } from '../../journal/journal-room.ts'
import { OwnershipLost, type Predecessor } from '../../journal/owner-file.ts'
import { ENGINE_VERSION } from '../../model/version.ts'
import { recover } from '../../replay/recover.ts'
import { describe, verify } from '../../replay/verify.ts'
import { US_EQUITY_PACK } from '../../rules/us-equity-pack.ts'
import { type Command, inWords } from '../commands/command.ts'
import { Dice } from '../commands/dice.ts'
import { Script } from '../commands/script.ts'
import { STEPS } from '../commands/sequence.ts'
import { setWideLimits } from '../commands/small-limits.ts'
import { defineWorld, type World } from '../commands/small-world.ts'
import { LiveScript, NotKnownYet } from './live-script.ts'
import { SimClient } from './sim-client.ts'
import { Halted, SimDisk } from './sim-disk.ts'
import { DIRECTORY, SimGate, simEngine, simFacts } from './sim-gate.ts'
import { SimLoop } from './sim-loop.ts'
import { SimProcess } from './sim-process.ts'
import { Trace } from './trace.ts'
import { Witness } from './witness.ts'

export interface SimOptions {
  readonly seed: number
  /** Steps of the random sequences: each sends one command or a few. */
  readonly steps?: number
  /** Stands between the gate and the disk: a test puts a disk there that lies. */
  readonly filesOf?: (files: JournalFiles) => JournalFiles
  /** False for a world in which only a later start shows that an answer was not durable. */
  readonly asksDisk?: boolean
}

export interface SimResult {
  readonly seed: number
  /** Hash of everything that happened. */
  readonly trace: string
  readonly commands: number
  readonly starts: number
  /** How often what happened. */
  readonly counts: Readonly<Record<string, number>>
  /** What was wrong, and the step during which it showed; undefined where nothing was. */
  readonly failure: { readonly step: number; readonly cause: unknown } | undefined
}

export const STEPS_OF_A_WORLD = 40
const STEP_US = 15_000
const SECOND = 1_000_000
/** Of the world's time, after the last step. Everything is answered by then, or something is stuck. */
const PATIENCE_US = 120 * SECOND
/** Steps that a client cannot take: the gate sweeps by itself, and time is the world's. */
const NOT_A_CLIENTS = ['sweep', 'silence', 'decideHeld']
const WEIGHTS = STEPS.filter(([, name]) => !NOT_A_CLIENTS.includes(name)).map(
  ([weight, name, step]) => [weight, [name, step] as const] as const,
)

/** What every world begins with; the ids that the gate will give. */
interface Beginning {
  readonly commands: readonly Command[]
  readonly world: World
  readonly startUs: number
}

let beginning: Beginning | undefined
function theBeginning(): Beginning {
  if (beginning === undefined) {
    const script = new Script(US_EQUITY_PACK)
    const startUs = script.timeUs
    const world = defineWorld(script)
    setWideLimits(script, world)
    beginning = { commands: script.commands, world, startUs }
  }
  return beginning
}

/** Lives through a world to its end, or to the first thing that is wrong. */
export function simulate(options: SimOptions): Promise<SimResult> {
  return new SimWorld(options).live()
}

class SimWorld {
  readonly #options: SimOptions
  readonly #beginning = theBeginning()
  readonly #loop: SimLoop
  readonly #disk: SimDisk
  readonly #trace = new Trace()
  readonly #script: LiveScript
  readonly #witness: Witness
  /** Chance of the faults, and of what clients do; disk and links have dice of their own. */
  readonly #dice: Dice
  readonly #stepDice: Dice
  /** Two order sessions, the executions, the feed, the risk officer. */
  readonly #clients: readonly SimClient[]
  readonly #ownership = { owner: '' }
  readonly #hashSeed: number
  readonly #segmentBytes: number
  readonly #processes: SimProcess[] = []
  #gate: SimGate | undefined
  #isStarting = false
  #isCalm = false
  #starts = 0
  #step = 0
  #stepsTaken = false

  constructor(options: SimOptions) {
    this.#options = options
    const dice = new Dice(options.seed)
    const own = () => new Dice(dice.next())
    this.#dice = own()
    this.#stepDice = own()
    this.#loop = new SimLoop(this.#beginning.startUs)
    this.#disk = new SimDisk(own(), this.#loop)
    this.#disk.onCut = () => this.#crash()
    this.#disk.slowestUs = dice.of([200, 2_000, 20_000])
    this.#hashSeed = dice.next() | 0
    this.#segmentBytes = dice.of([4, 16, 64]) * 1024
    this.#script = new LiveScript(US_EQUITY_PACK, (command, delayUs) => this.#clientOf(command).send(command, delayUs))
    this.#witness = new Witness(this.#script.twin, this.#trace, options.asksDisk ?? true)
    const isRough = dice.chance(60)
    this.#clients = Array.from({ length: 5 }, () => {
      const troubles = {
        slowestUs: dice.of([200, 3_000, 30_000]),
        doubledPercent: isRough ? dice.below(20) : 0,
        lostPercent: isRough ? dice.below(10) : 0,
      }
      return new SimClient(
        this.#loop,
        own(),
        troubles,
        () => this.#gate,
        (cause) => this.#witness.fail(cause),
      )
    })
  }

  async live(): Promise<SimResult> {
    let failure: SimResult['failure']
    try {
      await this.#begin()
      this.#plan()
      await this.#until(() => this.#stepsTaken, 'the steps are not taken')
      this.#calmDown()
      await this.#until(() => this.#gate !== undefined, 'no gate starts')
      await this.#until(() => this.#clients.every(({ waiting }) => waiting === 0), 'a client is never answered')
      await this.#end()
    } catch (cause) {
      failure = { step: this.#step, cause: this.#witness.failure ?? cause }
    }
    for (const process of this.#processes) process.kill()
    const { seed } = this.#options
    const { counts } = this.#trace
    return { seed, trace: this.#trace.end(), commands: this.#witness.lastSeq, starts: this.#starts, counts, failure }
  }

  /** Runs the world until something holds. @throws the first thing that is wrong */
  async #until(holds: () => boolean, otherwise: string): Promise<void> {
    const deadlineUs = this.#loop.monotonicUs() + PATIENCE_US
    while (!holds()) {
      if (this.#loop.monotonicUs() > deadlineUs) throw new Error(otherwise)
      await this.#loop.next()
      if (this.#witness.failure !== undefined) throw this.#witness.failure
    }
  }

  /** The firm is told to the first gate in order, before anything goes wrong. */
  async #begin(): Promise<void> {
    this.#start()
    let told = 0
    for (const command of this.#beginning.commands) this.#gate?.submit(command, () => told++)
    await this.#until(() => told === this.#beginning.commands.length, 'the firm is not defined')
  }

  #plan(): void {
    const { steps = STEPS_OF_A_WORLD } = this.#options
    const dice = this.#dice
    const spanUs = steps * STEP_US
    const some = (most: number, happens: () => void) => {
      for (let left = dice.below(most + 1); left > 0; left--) this.#loop.in(dice.below(spanUs), () => happens())
    }
    for (let step = 1; step <= steps; step++) this.#loop.in(dice.below(spanUs), () => this.#takeStep())
    this.#loop.in(spanUs, () => {
      this.#stepsTaken = true
    })
    some(3, () => this.#crash())
    some(2, () => this.#armCut())
    some(1, () => this.#takeOver())
    some(2, () => this.#stepClock())
    some(3, () => this.#cutLink())
    some(2, () => this.#spoilDisk())
  }

  #takeStep(): void {
    this.#step++
    const dice = new Dice(this.#stepDice.next())
    const [name, step] = dice.weighted(WEIGHTS)
    this.#event(`step ${name}`)
    this.#script.begin(this.#loop.wallUs())
    try {
      step(this.#script, this.#beginning.world, dice)
    } catch (cause) {
      if (!(cause instanceof NotKnownYet)) throw cause
    }
  }

  #clientOf(command: Command): SimClient {
    this.#event(inWords(command))
    const { sessions } = this.#beginning.world
    const place = () => {
      switch (command.name) {
        case 'NewOrder':
        case 'ReplaceOrder':
        case 'CancelOrder':
        case 'NotSent':
        case 'Evaluate':
          return command.values.session === sessions[0] ? 0 : 1
        case 'ExecutionReport':
          return 2
        case 'Quote':
        case 'FeedHeartbeat':
        case 'InstrumentState':
        case 'SessionPhase':
        case 'Fx':
          return 3
        default:
          return 4
      }
    }
    return this.#clients[place()] as SimClient
  }

  #start(): void {
    const isAlone = this.#processes.every(({ isAlive }) => !isAlive)
    const predecessor: Predecessor = this.#starts === 0 ? 'nobody' : isAlone ? 'dead' : 'silent'
    this.#starts++
    const dice = this.#dice
    const process = new SimProcess(this.#loop)
    this.#processes.push(process)
    // One start in five meets the next crash.
    if (this.#starts > 1 && !this.#isCalm && dice.chance(20)) this.#disk.cutIn = dice.between(0, 40)
    const files = this.#disk.filesFor(process)
    this.#event(`start ${this.#starts} after ${predecessor}`)
    try {
      const gate: SimGate = new SimGate({
        ...{ process, predecessor, disk: this.#disk, loop: this.#loop, witness: this.#witness },
        ...{ ownership: this.#ownership, hashSeed: this.#hashSeed, segmentBytes: this.#segmentBytes },
        files: this.#options.filesOf?.(files) ?? files,
        owner: this.#starts.toString(16).padStart(16, '0'),
        // The first is told the firm in one go.
        queueMax: this.#starts === 1 ? 65_536 : dice.of([4, 65_536]),
        blockingBytes: dice.of([0, 1_500, 32 * 1024]),
        onFatal: (cause) => this.#exited(process, gate, cause),
      })
      this.#gate = gate
      this.#trace.count('start')
      if (gate.movedTail !== undefined) this.#trace.count('torn tail')
    } catch (cause) {
      this.#trace.count(process.isAlive ? 'failed start' : 'crash in a start')
      if (!process.isAlive) return
      process.kill()
      if (isOfDisk(cause)) this.#startSoon()
      else this.#witness.fail(cause)
    }
  }

  /** A gate has ended by itself, since it cannot write. */
  #exited(process: SimProcess, gate: SimGate, cause: unknown): void {
    this.#event('exit')
    const isOther = cause instanceof JournalFailed && cause.cause instanceof OwnershipLost
    this.#trace.count(isOther ? 'end by another gate' : 'end by the disk')
    process.kill()
    if (this.#gate !== gate) return
    this.#gate = undefined
    this.#startSoon()
  }

  #startSoon(): void {
    if (this.#isStarting) return
    this.#isStarting = true
    this.#loop.in(this.#dice.between(1_000, 300_000), () => {
      this.#isStarting = false
      this.#start()
    })
  }

  /** The newest gate is killed, or the whole machine loses its power; then it starts again. */
  #crash(): void {
    const isPower = this.#dice.chance(70)
    this.#event(isPower ? 'power' : 'kill')
    this.#trace.count(isPower ? 'loss of power' : 'kill of the process')
    this.#disk.cutIn = Number.POSITIVE_INFINITY
    if (isPower) {
      for (const process of this.#processes) process.kill()
      // What is half done at this moment is done with before the power goes.
      this.#loop.in(0, () => this.#disk.losePower())
    } else this.#processes.at(-1)?.kill()
    this.#gate = undefined
    this.#startSoon()
  }

  #armCut(): void {
    if (!this.#isCalm) this.#disk.cutIn = this.#dice.below(30)
  }

  /** The gate stops for a while; another takes it for gone and begins. Some clients stay with the first. */
  #takeOver(): void {
    const old = this.#gate
    if (old === undefined || this.#isStarting) return
    this.#event('take over')
    old.process.stop(this.#dice.between(1_000, 400_000))
    for (const client of this.#clients) if (this.#dice.chance(50)) client.pinned = old
    this.#start()
  }

  #stepClock(): void {
    const us = this.#dice.weighted([
      [60, this.#dice.between(-2 * SECOND, 2 * SECOND)],
      [30, this.#dice.between(-60 * SECOND, 60 * SECOND)],
      [10, this.#dice.between(-3_600 * SECOND, 3_600 * SECOND)],
    ] as const)
    this.#event(`clock ${us}`)
    this.#loop.stepWall(us)
  }

  #cutLink(): void {
    this.#event('cut')
    this.#dice.of(this.#clients).cut(this.#dice.between(1_000, 500_000))
  }

  #spoilDisk(): void {
    this.#event('bad disk')
    this.#disk.failPercent = this.#dice.of([1, 5, 20])
    this.#loop.in(this.#dice.between(10_000, 200_000), () => {
      this.#disk.failPercent = 0
    })
  }

  /** Nothing more goes wrong. */
  #calmDown(): void {
    this.#event('calm')
    this.#isCalm = true
    this.#disk.failPercent = 0
    this.#disk.cutIn = Number.POSITIVE_INFINITY
    for (const client of this.#clients) client.heal()
    if (this.#gate === undefined) this.#startSoon()
  }

  /** The last gate ends in order or loses its power; then everything must be there. */
  async #end(): Promise<void> {
    if (this.#dice.chance(50)) {
      let isClosed = false
      this.#gate?.close().then(
        () => {
          isClosed = true
        },
        (cause) => this.#witness.fail(cause),
      )
      await this.#until(() => isClosed, 'the gate does not close')
    } else {
      for (const process of this.#processes) process.kill()
      this.#disk.losePower()
    }
    const files = this.#disk.filesFor(new SimProcess(this.#loop))
    const engine = simEngine(simFacts(this.#hashSeed))
    const reader = new JournalReader(DIRECTORY, undefined, files)
    recover(engine, this.#witness.watching(reader, engine))
    this.#witness.started(engine)
    this.#witness.compareStanding(engine)
    const report = verify(DIRECTORY, simEngine, ENGINE_VERSION, files)
    if (report.outcome !== 'same') throw new Error(describe(report))
    this.#event(engine.stateHash())
  }

  #event(what: string): void {
    this.#trace.event(this.#loop.monotonicUs(), what)
  }
}

/** What a start may fail with where the disk is to blame, or another gate: it is started again. */
function isOfDisk(cause: unknown): boolean {
  if (cause instanceof JournalNoRoom || cause instanceof OwnershipLost || cause instanceof Halted) return true
  const { code } = (cause instanceof JournalFailed ? cause.cause : cause) as { code?: string }
  return code === 'EIO' || code === 'ENOSPC'
}
