/** `portcullis snapshot`: saves the engine's state behind a block of the journal, so that a start has less to read. */
import { type Command, InvalidArgumentError } from 'commander'
import { readDurablePosition } from '../journal/durable-position.ts'
import { JournalDamage } from '../journal/journal-reader.ts'
import { DAMAGE_EXIT } from '../replay/verify.ts'
import { endOfProcess } from './end-of-process.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import { followJournal, inWords, lockSnapshots, takerOf } from './follow-journal.ts'
import { checkJournalFolder } from './journal-folder.ts'
import { SNAPSHOT_PLAN } from './snapshot-plan.ts'

interface SnapshotArguments {
  readonly follow: boolean
  readonly commands: number
  readonly minutes: number
  readonly keep: number
}

const SLICE_COMMANDS = 1_000_000

const HELP = `
The gate may be running: this reads the journal up to what the gate has published as durable, in a process of its own,
and the gate does not wait for it. It needs as much memory as the gate. The newest are kept, in the folder "snapshots" of
the journal; each can be removed at any time. One process makes snapshots of a journal, not two: npm start has its own, and
portcullis follow is one for a service.

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
    .option('--commands <number>', 'with --follow: save after so many commands', positive, SNAPSHOT_PLAN.commands)
    .option('--minutes <number>', 'with --follow: and after so many minutes with any', positive, SNAPSHOT_PLAN.minutes)
    .option('--keep <number>', 'how many snapshots stay', whole, SNAPSHOT_PLAN.kept)
    .addHelpText('after', HELP)
    .action(snapshot)
}

async function snapshot(directory: string, options: SnapshotArguments): Promise<void> {
  checkJournalFolder(directory)
  const { follow, commands, minutes, keep: kept } = options
  const say = (line: string) => console.error(`portcullis: ${line}`)
  try {
    if (follow) await followJournal(directory, { commands, minutes, kept }, (line) => console.log(line), endOfProcess())
    else await saveOnce(directory, kept, say)
  } catch (cause) {
    if (!(cause instanceof JournalDamage)) throw cause
    console.error(`portcullis: ${cause.message}`)
    process.exitCode = DAMAGE_EXIT
  }
}

async function saveOnce(directory: string, kept: number, say: (line: string) => void): Promise<void> {
  if (readDurablePosition(directory) === undefined) {
    throw new CommandError(EXIT.failed, `no gate has published how far ${directory} is durable: start one on it first`)
  }
  const lock = await lockSnapshots(directory)
  try {
    const taker = takerOf(directory, kept, say)
    while (taker.advance(SLICE_COMMANDS));
    const header = taker.save()
    console.log(header === undefined ? 'nothing has come since the last snapshot' : inWords(header))
  } finally {
    await lock.release()
  }
}

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('A number above 0.')
  return value
}

function whole(text: string): number {
  const value = Number(text)
  if (!(Number.isSafeInteger(value) && value > 0)) throw new InvalidArgumentError('A whole number above 0.')
  return value
}
