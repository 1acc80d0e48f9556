/**
 * A kill as a file, for when the gate cannot be asked: four lines, the last one over the first three. Written whole under
 * another name, synced, and then named, so that whoever sees the name sees a whole file (docs/reference/kill.md).
 */
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export const KILL_SUFFIX = '.kill'
const OPENING = 'portcullis-kill 1'
/** Owner alone: whoever can write here can stop the firm. */
const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

/** What `POST /kill` takes, as text, and who wrote it. */
export interface KillFile {
  readonly body: string
  readonly by: string
}

export function killFileText({ body, by }: KillFile, time: string): string {
  const lines = `${OPENING}\n${body}\n${JSON.stringify({ by, time })}\n`
  return `${lines}sha256 ${sha256(lines)}\n`
}

/** The kill in a file's text; undefined where it is not whole and right to the last byte. */
export function readKillFile(text: string): KillFile | undefined {
  const [opening, body, evidence, sum, end, ...more] = text.split('\n')
  if (opening !== OPENING || body === undefined || evidence === undefined || end !== '' || more.length > 0)
    return undefined
  if (sum !== `sha256 ${sha256(`${opening}\n${body}\n${evidence}\n`)}`) return undefined
  const by = writerOf(evidence)
  return by === undefined ? undefined : { body, by }
}

function writerOf(evidence: string): string | undefined {
  try {
    const { by } = JSON.parse(evidence) as { readonly by?: unknown }
    return typeof by === 'string' ? by : undefined
  } catch {
    return undefined
  }
}

/** Writes the kill into the folder, durable when it returns; returns its path. @throws the system's error */
export function writeKillFile(folder: string, kill: KillFile, time: Date): string {
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE })
  const stamp = time.toISOString().replace(/[-:]/g, '').replace('.', '-')
  const path = join(folder, `${stamp}-${randomBytes(4).toString('hex')}`)
  const file = openSync(path, 'wx', FILE_MODE)
  try {
    writeSync(file, killFileText(kill, time.toISOString()))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(path, path + KILL_SUFFIX)
  syncFolder(folder)
  return path + KILL_SUFFIX
}

/** Makes a rename in the folder durable, where the system can open one. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
