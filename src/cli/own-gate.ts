/** Starts a gate of the player's own, in a temporary folder where no other is named, and takes both away again. */
import { type ChildProcess, fork } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Durability } from '../journal/segment-header.ts'
import { UsageError } from './exit-codes.ts'
import { withLargePages } from './large-pages.ts'
import type { ReplayGateReady } from './replay-gate.ts'

export interface OwnGate extends ReplayGateReady {
  /** Ends the gate in order. */
  close(): Promise<void>
}

const PROGRAM = fileURLToPath(new URL('./replay-gate.js', import.meta.url))
const STOP_MS = 10_000

/** @throws UsageError where a data folder was used before: a day is played to a gate that holds nothing */
export function checkUnused(directory: string): void {
  const found = statSync(directory, { throwIfNoEntry: false })
  if (found !== undefined && !found.isDirectory()) throw new UsageError(`--data ${directory}: this is a file`)
  if (!existsSync(join(directory, 'journal'))) return
  throw new UsageError(`--data ${directory}: it holds a journal, and a day needs a gate that holds nothing`)
}

/** @param kept a data folder that stays, and that no gate has used before @throws Error where the gate ends before it decides orders; what it had to say is on stderr */
export async function startOwnGate(durability: Durability, kept?: string): Promise<OwnGate> {
  if (kept !== undefined) checkUnused(kept)
  const directory = kept ?? mkdtempSync(join(tmpdir(), 'portcullis-replay-'))
  const args = ['--data', directory, '--durability', durability]
  const env = withLargePages(process.env)
  const { execArgv } = process
  const child = fork(PROGRAM, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv, env })
  const close = async () => {
    await end(child)
    if (kept === undefined) rmSync(directory, { recursive: true, force: true })
  }
  try {
    return { ...(await ready(child)), close }
  } catch (error) {
    await close()
    throw error
  }
}

function ready(child: ChildProcess): Promise<ReplayGateReady> {
  return new Promise((settle, fail) => {
    child.once('message', (message) => settle(message as ReplayGateReady))
    child.once('error', fail)
    child.once('exit', (code, signal) => fail(new Error(`the gate ended at start with ${signal ?? code}`)))
  })
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((settle) => {
    if (child.exitCode !== null || child.signalCode !== null) return settle()
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    child.once('exit', () => {
      clearTimeout(timer)
      settle()
    })
    child.kill('SIGTERM')
  })
}
