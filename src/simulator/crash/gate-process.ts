/**
 * The gate of `npm start` as a child that is killed: the compiled program, fsync, any free port, a folder that stays.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { DemoGateReady } from '../../cli/demo-gate-ready.ts'

const PROGRAM = fileURLToPath(new URL('../../cli/demo-gate.js', import.meta.url))

export class GateProcess {
  /** Where it decides orders. Fails where it ends before that. */
  readonly ready: Promise<DemoGateReady>
  /** How it ended: a signal's name, or `code 1`. */
  readonly ended: Promise<string>
  readonly #child: ChildProcess

  constructor(directory: string) {
    this.#child = fork(PROGRAM, ['--data', directory, '--durability', 'fsync', '--port', '0'], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // The test runner's own variable would make the child speak its protocol.
      env: { ...process.env, NODE_TEST_CONTEXT: '', LOG_LEVEL: 'error' },
    })
    this.ended = new Promise((settle) => {
      this.#child.once('exit', (code, signal) => settle(signal ?? `code ${code}`))
    })
    this.ready = new Promise((settle, fail) => {
      this.#child.once('message', (message) => settle(message as DemoGateReady))
      this.ended.then((how) => fail(new Error(`the gate ended with ${how} before it decided orders`)))
    })
    // Whoever kills it while it starts does not wait for it to be ready.
    this.ready.catch(() => {})
  }

  /** kill -9, at once. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }
}
