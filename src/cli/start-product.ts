/** `npm start` as processes, for tests: what it says, and which processes it has started. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const PROGRAM = fileURLToPath(new URL('../main.js', import.meta.url))
export const PATIENCE_MS = 60_000

/** Processes that this one has started, by name of their program. Linux only. */
function childrenOf(pid: number): ReadonlyMap<string, number> {
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  return new Map(
    pids.map((child) => {
      const words = readFileSync(`/proc/${child}/cmdline`, 'utf8').split('\0')
      return [words.find((word) => word.endsWith('.js')) ?? '', child] as const
    }),
  )
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // What has ended and was not waited for is still in the table.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** `npm start` with what it has said so far. */
export class Product {
  readonly process: ChildProcess
  readonly #closed: Promise<unknown>
  said = ''

  constructor(folder: string, ...more: readonly string[]) {
    const args = ['--data', folder, '--port', '0', '--durability', 'os', ...more]
    this.process = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#closed = once(this.process, 'close')
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said += text
        this.process.emit('said')
      })
    }
  }

  /** Waits for words that it says, so many times. */
  async says(words: RegExp, times = 1): Promise<void> {
    const all = new RegExp(words, 'g')
    while ((this.said.match(all) ?? []).length < times) {
      await Promise.race([once(this.process, 'said'), this.#closed.then(() => assert.fail(this.said))])
    }
  }

  get gate(): number {
    return childNamed(this.process, 'demo-gate.js')
  }

  get floor(): number {
    return childNamed(this.process, 'main.js')
  }

  get follower(): number {
    return childNamed(this.process, 'follower.js')
  }
}

function childNamed({ pid }: ChildProcess, name: string): number {
  const found = [...childrenOf(pid as number)].find(([program]) => program.endsWith(`/${name}`))
  assert.ok(found !== undefined, `no ${name} runs`)
  return found[1]
}
