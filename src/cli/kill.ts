/** `portcullis kill`: stops a scope by the control listener, or by a file where that cannot be reached. */
import { existsSync, readFileSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { AUDIENCE } from '../auth/issuer.ts'
import { readPersonKey, signPersonToken } from '../auth/person-keys.ts'
import { writeKillFile } from '../gateway/kill-file.ts'
import { KILL_FORM } from '../model/parse/kill.ts'
import { TRADING_STATES } from '../model/vocabulary.ts'
import { CONTROL_ADDRESS_FILE, KILL_FOLDER } from './data-folder.ts'
import { CommandError, EXIT, UsageError } from './exit-codes.ts'
import { noAnswerText } from './no-answer.ts'

const ANSWER_MS = 3000
/** A gate that runs applies a file within a tenth of it. */
const APPLIED_MS = 1000
/** What every gate makes in its data folder. */
const JOURNAL = 'journal'
const KEYS: readonly string[] = KILL_FORM.fields
  .map(({ name }) => name)
  .filter((name) => !['firm', 'state', 'reason'].includes(name))
const STATES = TRADING_STATES.slice(1)
const TOKEN = 'PORTCULLIS_TOKEN'

interface KillOptions {
  readonly scope: readonly string[]
  readonly firm?: true
  readonly state: string
  readonly reason: string
  readonly data: string
  readonly url?: string
  readonly key?: string
  readonly file?: true
}

type Json = Readonly<Record<string, unknown>>

interface Reason {
  readonly code?: string
  readonly text?: string
}
/** Codes of refusals that say that the sender may not. */
const OF_DUTIES: readonly string[] = ['FORBIDDEN', 'DUTY_MISSING', 'UNAUTHENTICATED']

/** The control listener did not answer, or not as a gate does that decides. */
class NotReached extends Error {}

export function register(program: Command): void {
  program
    .command('kill')
    .description('stop everything in a scope: nothing but cancels passes, until two people release it')
    .option('--scope <key=name>', 'scope, again for each; an order that has all of them is stopped', collect, [])
    .option('--firm', 'everything; needed where no scope is named')
    .option('--state <state>', STATES.join(', '), 'KILLED')
    .requiredOption('--reason <text>', 'why')
    .option('--data <dir>', "the gate's data folder", 'data/demo')
    .option('--url <url>', "address of the control listener; the gate's own where it has said one in its folder")
    .option('--key <file>', `key of the person who kills; without one the access token in ${TOKEN}`)
    .option('--file', 'write the kill file and ask nobody')
    .addHelpText(
      'after',
      `
Scopes: ${KEYS.join(', ')}.
Where the control listener cannot be reached, or there is no token, the kill is written into the data folder: a gate that
runs applies it within 100 ms, one that starts before it serves. Who can write there needs no duty. A name that the gate
does not know, or a file that it cannot read, stops the whole firm.

  portcullis kill --scope desk=DESK-5 --reason 'runaway strategy' --key data/demo/keys/officer-1.json

Exit code: 0 the kill is durable, ${EXIT.usage} wrong words, ${EXIT.failed} it was refused or could not be kept: the reason says why.`,
    )
    .action(run)
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

async function run(options: KillOptions): Promise<void> {
  const body = bodyOf(options)
  if (options.file !== true) {
    try {
      return await ask(options, body)
    } catch (cause) {
      if (!(cause instanceof NotReached)) throw cause
      console.error(`portcullis: ${cause.message}; the kill goes into a file`)
    }
  }
  const by = `${userInfo().username}@${hostname()}`
  if (!existsSync(join(options.data, JOURNAL))) {
    throw new CommandError(
      EXIT.failed,
      `NOT STOPPED: ${options.data} is no gate's data folder. Name that by --data, or the control listener by --url`,
    )
  }
  const folder = join(options.data, KILL_FOLDER)
  const path = writeKillFile(folder, { body: JSON.stringify(body), by }, new Date())
  const isInForce = await isApplied(folder, path)
  console.log(
    isInForce
      ? `written, and a gate has applied it: ${path}.applied`
      : `written and synced: ${path}. No gate runs here now: the next start applies it before it serves`,
  )
}

/** True once a gate has renamed the file, false where none does. */
async function isApplied(folder: string, path: string): Promise<boolean> {
  const signal = AbortSignal.timeout(APPLIED_MS)
  try {
    const changes = watch(folder, { signal })
    if (!existsSync(path)) return true
    for await (const _ of changes) if (!existsSync(path)) return true
  } catch (cause) {
    if (!signal.aborted) throw cause
  }
  return !existsSync(path)
}

function bodyOf({ scope, firm, state, reason }: KillOptions): Json {
  const scopes = new Map<string, string>()
  for (const word of scope) {
    const [key = '', ...rest] = word.split('=')
    const name = rest.join('=')
    if (!KEYS.includes(key)) throw new UsageError(`--scope ${word}: scopes are ${KEYS.join(', ')}`)
    if (name === '') throw new UsageError(`--scope ${word}: the name is missing, as in ${key}=NAME`)
    if (scopes.has(key)) throw new UsageError(`--scope ${word}: ${key} is named twice; give each kill its own command`)
    scopes.set(key, name)
  }
  if (firm !== true && scopes.size === 0) throw new UsageError('name a --scope, or say --firm')
  if (firm === true && scopes.size > 0) throw new UsageError('--firm stands alone: it is everything')
  if (!STATES.includes(state as (typeof STATES)[number])) throw new UsageError(`--state: one of ${STATES.join(', ')}`)
  if (reason === '') throw new UsageError('--reason: say why')
  const side = scopes.get('side')
  if (side !== undefined && side !== 'Buy' && side !== 'Sell') throw new UsageError('--scope side: Buy or Sell')
  return { ...(firm === true ? { firm } : Object.fromEntries(scopes)), state, reason }
}

/** @throws NotReached, or CommandError where the gate refused */
async function ask(options: KillOptions, body: Json): Promise<void> {
  const authorization = `Bearer ${await tokenOf(options.key)}`
  const url = options.url ?? addressIn(options.data)
  const headers = { authorization, 'content-type': 'application/json' }
  const { id } = await send(url, '/kill', { method: 'POST', headers, body: JSON.stringify(body) })
  console.log(`latch ${id} is set and durable`)
  try {
    const { status, open, undeliverable } = await send(url, `/kills/${id}`, { headers: { authorization } })
    console.log(`${status}: ${open} orders open, ${undeliverable} of them with nobody who listens for their cancel`)
  } catch {
    console.log(`how far it has come: ${url}/`)
  }
}

async function send(url: string, path: string, request: RequestInit): Promise<Json> {
  let response: Response
  let answer: Json
  try {
    response = await fetch(new URL(path, url), { ...request, signal: AbortSignal.timeout(ANSWER_MS) })
    answer = (await response.json()) as Json
  } catch (cause) {
    throw new NotReached(`the control listener at ${url} does not answer (${noAnswerText(cause as Error)})`)
  }
  if (response.status >= 500) throw new NotReached(`the control listener at ${url} answers ${response.status}`)
  const reason = (answer.reason ?? answer.error) as Reason | string | undefined
  if (response.ok && answer.outcome !== 'REFUSED') return answer
  const { code = '', text = `${response.status}` } = typeof reason === 'string' ? { text: reason } : (reason ?? {})
  const advice = OF_DUTIES.includes(code) ? '. With --file the kill needs no duty' : ''
  throw new CommandError(EXIT.failed, `refused: ${text.replace(/\.$/, '')}${advice}`)
}

function addressIn(data: string): string {
  try {
    return readFileSync(join(data, CONTROL_ADDRESS_FILE), 'utf8').trim()
  } catch {
    throw new NotReached(`no gate has said its control listener's address in ${data}`)
  }
}

/** The kill must not wait for a key that is mislaid: it goes into a file then. */
async function tokenOf(key: string | undefined): Promise<string> {
  const given = process.env[TOKEN]
  if (key === undefined && given !== undefined) return given
  if (key === undefined) throw new NotReached(`neither --key nor ${TOKEN} says who kills`)
  try {
    return await signPersonToken(readPersonKey(key), { audience: AUDIENCE })
  } catch (cause) {
    throw new NotReached((cause as Error).message)
  }
}
