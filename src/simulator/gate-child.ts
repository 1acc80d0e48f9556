/** Starts the answering gate as a process that a test can kill or stop, in this network namespace or in one of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./answering-gate.js', import.meta.url))
/** Ways to a network namespace of one's own: for root, and for others where the system lets them. */
const WAYS = [['-n'], ['-rn']]

/** Where the child's lines go: a pipe, or a file that is open. */
export interface GateChildOptions {
  readonly stdout?: 'pipe' | number
  readonly stderr?: 'pipe' | 'inherit'
  /** What `namespaceWay` returned: the child then has no name in common with this process. */
  readonly unshare?: readonly string[]
}

export function startGateChild(directory: string, options: GateChildOptions = {}): ChildProcess {
  const { stdout = 'pipe', stderr = 'inherit', unshare } = options
  const line = [process.execPath, '--enable-source-maps', PROGRAM, directory]
  const [command, ...args] = unshare === undefined ? line : ['unshare', ...unshare, ...line]
  return spawn(command as string, args, {
    // The test runner's own variable would make the child speak its protocol.
    env: { ...process.env, NODE_TEST_CONTEXT: '' },
    stdio: ['ignore', stdout, stderr, 'ipc'],
  })
}

/** Options of unshare(1) for a network namespace; undefined where this machine gives none. */
export function namespaceWay(): readonly string[] | undefined {
  return WAYS.find((way) => spawnSync('unshare', [...way, 'true']).status === 0)
}
