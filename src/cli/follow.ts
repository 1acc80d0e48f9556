/** `portcullis follow`: saves the state of a production gate beside it, as a service of its own. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { JournalDamage } from '../journal/journal-reader.ts'
import { DAMAGE_EXIT } from '../replay/verify.ts'
import { endOfProcess } from './end-of-process.ts'
import { EXIT } from './exit-codes.ts'
import { followJournal } from './follow-journal.ts'
import { readGateConfig } from './gate-config.ts'
import { endIfOrphaned } from './supervisor.ts'

const HELP = `
Reads the journal in the data folder that the configuration names, up to what the gate has published as durable, and saves
the state as its "snapshots" say. The gate does not wait for it. It needs as much memory as the gate, and may be started
before it, stopped and killed at any time. A start of the gate loads the newest snapshot that fits.

SIGTERM and Ctrl-C end it.

Exit code: 0 ended, 2 the journal is damaged, ${EXIT.usage} wrong words or configuration,
           ${EXIT.failed} another program follows this journal, or anything else.`

export function register(program: Command): void {
  program
    .command('follow')
    .description('save the state of a production gate now and then, beside it')
    .requiredOption('--config <file>', 'the configuration of the gate (docs/reference/configuration.md)')
    .addHelpText('after', HELP)
    .action(async ({ config }: { readonly config: string }) => {
      const { data, snapshots } = readGateConfig(config)
      const journal = join(data, 'journal')
      const ending = endOfProcess()
      endIfOrphaned()
      try {
        await followJournal(journal, snapshots, (line) => console.log(`portcullis: ${line}`), ending)
      } catch (cause) {
        if (!(cause instanceof JournalDamage)) throw cause
        console.error(`portcullis: ${cause.message}`)
        process.exitCode = DAMAGE_EXIT
      }
    })
}
