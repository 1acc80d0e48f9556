/** `portcullis snapshot`: saves the engine's state behind a block of the journal, so that a start has less to read. */
import { setTimeout as wait } from 'node:timers/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { createEngine } from '../engine/engine.ts'
import { readDurablePosition } from '../journal/durable-position.ts'
import { JournalDamage } from '../journal/journal-reader.ts'
import { ENGINE_VERSION } from '../model/version.ts'
import type { SnapshotHeader } from '../replay/snapshot-header.ts'
import { SnapshotTaker } from '../replay/take-snapshots.ts'
import { DAMAGE_EXIT } from '../replay/verify.ts'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'
import { codeHash } from './code-hash.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import { checkJournalFolder } from './journal-folder.ts'

interface SnapshotArguments {
  readonly follow: boolean
  readonly commands: number
  readonly minutes: number
}

/** What is applied at once, before a signal is heard. */
const SLICE_COMMANDS = 100_000
const POLL_MS = 1000
const MINUTE_MS = 60_000

const HELP = `
The gate may be running: this reads the journal up to what the gate has published as durable, in a process of its own,
and the gate does not wait for it. It needs as much memory as the gate. Two snapshots are kept, in the folder "snapshots" of
the journal; each can be removed at any time. One process makes snapshots of a journal, not two.

A start loads the newest snapshot of the same build, sizes and journal, and reads the journal behind it. One that does not
fit is ignored, and said so; the whole journal is read instead.

Exit code: 0 saved, or nothing new to save, 2 the journal is damaged, ${EXIT.noJournal} no journal in the folder,
           ${EXIT.usage} wrong words, ${EXIT.failed} anything else.`

export function register(program: Command): void {
  program
    .command('snapshot')
    .description("save the engine's state, so that the next start reads less of the journal")
    .argument('<directory>', 'folder of the journal, such as data/demo/journal')
    .option('--follow', 'go on, and save again and again', false)
    .option('--commands <number>', 'with --follow: save after so many commands', positive, 5_000_000)
    .option('--minutes <number>', 'with --follow: and after so many minutes with any', positive, 15)
    .addHelpText('after', HELP)
    .action(snapshot)
}

async function snapshot(directory: string, options: SnapshotArguments): Promise<void> {
  checkJournalFolder(directory)
  const taker = new SnapshotTaker({
    ...{ directory, engineVersion: ENGINE_VERSION, codeHash: codeHash() },
    makeEngine: ({ sizes, hashSeed }) => createEngine({ sizes, hashSeed, rules: US_EQUITY_PACK }),
    say: (line) => console.error(`portcullis: ${line}`),
  })
  try {
    if (options.follow) await follow(taker, options)
    else {
      if (readDurablePosition(directory) === undefined) {
        throw new CommandError(
          EXIT.failed,
          `no gate has published how far ${directory} is durable: start one on it first`,
        )
      }
      while (taker.advance(SLICE_COMMANDS));
      tell(taker.save())
    }
  } catch (cause) {
    if (!(cause instanceof JournalDamage)) throw cause
    console.error(`portcullis: ${cause.message}`)
    process.exitCode = DAMAGE_EXIT
  }
}

async function follow(taker: SnapshotTaker, { commands, minutes }: SnapshotArguments): Promise<void> {
  const ending = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort())
  let savedMs = performance.now()
  while (!ending.signal.aborted) {
    const isBehind = taker.advance(SLICE_COMMANDS)
    if (taker.behind >= commands || (!isBehind && performance.now() - savedMs >= minutes * MINUTE_MS)) {
      const saved = taker.save()
      if (saved !== undefined) tell(saved)
      savedMs = performance.now()
    }
    await wait(isBehind ? 0 : POLL_MS, undefined, { signal: ending.signal }).catch(() => {})
  }
}

function tell(header: SnapshotHeader | undefined): void {
  if (header === undefined) return console.log('nothing has come since the last snapshot')
  const { position, stateHash, bodyBytes } = header
  const mb = (bodyBytes / 1e6).toFixed(1)
  console.log(`saved behind command ${position.seq}: ${mb} MB, state ${stateHash}, block ${position.hash}`)
}

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('A number above 0.')
  return value
}
