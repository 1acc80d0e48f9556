/** `portcullis journal verify` and `portcullis journal show`: the journal, offline, for a person. */
import type { Command } from 'commander'
import { createEngine } from '../engine/engine.ts'
import { JournalDamage } from '../journal/journal-reader.ts'
import { type ShowOptions, show } from '../replay/show.ts'
import { DAMAGE_EXIT, VERIFY_EXIT, type VerifyReport, verify } from '../replay/verify.ts'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'

const FOLDER = 'folder of the journal, such as data/demo/journal'

export function register(program: Command): void {
  const journal = program.command('journal').description('read a journal offline')
  journal
    .command('verify')
    .description('prove the hash chain and decide every command again to the same bytes')
    .argument('<directory>', FOLDER)
    .addHelpText(
      'after',
      '\nExit code: 0 same, 1 decided otherwise, 2 damaged, 3 chain holds but needs another engine.',
    )
    .action((directory: string) => guarded(() => runVerify(directory)))
  journal
    .command('show')
    .description('print records, one a line')
    .argument('<directory>', FOLDER)
    .option('--from <seq>', 'first sequence number', wholeNumber)
    .option('--to <seq>', 'last sequence number', wholeNumber)
    .option('--type <name>', 'records of this type only, such as OrderDecided')
    .action((directory: string, options: ShowOptions) => guarded(() => runShow(directory, options)))
}

function runVerify(directory: string): void {
  const report = verify(directory, ({ sizes, hashSeed }) => createEngine({ sizes, hashSeed, rules: US_EQUITY_PACK }))
  for (const line of linesOf(report)) console.log(line)
  process.exitCode = VERIFY_EXIT[report.outcome]
}

function linesOf(report: VerifyReport): string[] {
  const { segments, blocks, entries, decided, hash, tornBytes, difference, otherEngines } = report
  const lines = [`chain: whole, ${segments} segment(s), ${blocks} blocks, ${entries} commands, last hash ${hash}`]
  if (tornBytes > 0) lines.push(`torn tail: ${tornBytes} bytes, never answered; the next gate moves them aside`)
  if (difference !== undefined) {
    const { seq, record, byte, field, file } = difference
    lines.push(
      `decisions: DIFFERENT at seq ${seq}, ${record} byte ${byte}${field === '' ? '' : ` (${field})`}, ${file}`,
    )
  } else lines.push(`decisions: ${decided} commands decided again to the same bytes`)
  if (otherEngines.length > 0) lines.push(`decisions need engine ${otherEngines.join(', ')} in some segments`)
  return lines
}

function runShow(directory: string, options: ShowOptions): void {
  for (const line of show(directory, options)) console.log(line)
}

/** Damage is an answer, not a fault of the program. */
function guarded(run: () => void): void {
  try {
    run()
  } catch (cause) {
    if (!(cause instanceof JournalDamage)) throw cause
    console.error(`portcullis: ${cause.message}`)
    process.exitCode = DAMAGE_EXIT
  }
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`${text} is no sequence number`)
  return value
}
