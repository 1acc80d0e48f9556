/**
 * Keeps child processes running: each starts again after it has failed, with a growing pause, at most so many times a
 * minute; then it stays down and says so. Children end with their parent, and in order when their channel to it is closed:
 * a signal may reach all of them at once, and then only the supervisor knows who goes first.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { withLargePages } from './large-pages.ts'

export interface ChildPlan {
  readonly name: string
  readonly program: string
  args(): readonly string[]
  /** Starts in one minute after which it stays down. */
  readonly startsPerMinute: number
  /** How long it may take to end in order before it is killed. */
  readonly stopMs?: number
  /** Exit code that says: do not start again. */
  readonly finalCode?: number
  onMessage?(message: unknown): void
  /** It stays down; the supervisor does nothing more about it. */
  onDown(why: string): void
}

const MINUTE_MS = 60_000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 10_000
const STOP_MS = 15_000

export class Child {
  readonly #plan: ChildPlan
  readonly #say: (line: string) => void
  #process: ChildProcess | undefined
  #starts: number[] = []
  #timer: NodeJS.Timeout | undefined
  #stopping = false

  constructor(plan: ChildPlan, say: (line: string) => void) {
    this.#plan = plan
    this.#say = say
  }

  get isRunning(): boolean {
    return this.#process !== undefined
  }

  start(): void {
    const { program, name } = this.#plan
    this.#starts = [...this.#starts.filter((at) => Date.now() - at < MINUTE_MS), Date.now()]
    const env = withLargePages(process.env)
    const child = fork(program, [...this.#plan.args()], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env })
    this.#process = child
    child.on('message', (message) => this.#plan.onMessage?.(message))
    child.once('error', (cause) => this.#say(`${name}: ${cause.message}`))
    child.once('exit', (code, signal) => this.#ended(code, signal))
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.#process = undefined
    if (this.#stopping) return
    const { name, startsPerMinute, finalCode } = this.#plan
    const how = signal ?? `code ${code}`
    if (code !== null && code === finalCode)
      return this.#plan.onDown(`the ${name} cannot start; the reason stands above`)
    if (this.#starts.length >= startsPerMinute) {
      return this.#plan.onDown(`the ${name} ended ${this.#starts.length} times within a minute, last with ${how}`)
    }
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#starts.length - 1))
    this.#say(`${name} ended with ${how}; it starts again in ${pauseMs} ms`)
    this.#timer = setTimeout(() => this.start(), pauseMs)
  }

  /** Ends the child in order, and by force where it does not go. */
  stop(): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#timer)
    const child = this.#process
    if (child === undefined) return Promise.resolve()
    return new Promise((settle) => {
      const force = setTimeout(() => {
        this.#say(`${this.#plan.name} does not end; it is killed`)
        child.kill('SIGKILL')
      }, this.#plan.stopMs ?? STOP_MS)
      child.once('exit', () => {
        clearTimeout(force)
        settle()
      })
      // It may be ending already.
      if (child.connected) child.disconnect()
    })
  }
}

/**
 * For a child's first line: ends it where the process that started it is gone already. Its going is told once, and nobody
 * listened while the program was still being loaded.
 */
export function endIfOrphaned(): void {
  if (process.send !== undefined && !process.connected) process.exit(0)
}
