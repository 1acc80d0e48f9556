/** `portcullis journal verify` and `portcullis journal show`: the journal, offline, for a person. */
import { type Command, InvalidArgumentError } from 'commander'
import { createEngine } from '../engine/engine.ts'
import { JournalDamage } from '../journal/journal-reader.ts'
import { COMMANDS } from '../model/records/commands.ts'
import { EVENTS } from '../model/records/events.ts'
import { type ShowOptions, show } from '../replay/show.ts'
import { DAMAGE_EXIT, VERIFY_EXIT, type VerifyReport, verify } from '../replay/verify.ts'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'
import { EXIT, UsageError } from './exit-codes.ts'
import { checkJournalFolder } from './journal-folder.ts'

const FOLDER = 'folder of the journal, such as data/demo/journal'
const OTHER_CODES = `${EXIT.noJournal} no journal in the folder, ${EXIT.usage} wrong words, ${EXIT.failed} anything else`
const TYPES = [...COMMANDS, ...EVENTS].map(({ name }) => name)

export function register(program: Command): void {
  const journal = program.command('journal').description('read a journal offline')
  journal
    .command('verify')
    .description('prove the hash chain and decide every command again to the same bytes')
    .argument('<directory>', FOLDER)
    .addHelpText(
      'after',
      `
Exit code: 0 same, 1 decided otherwise, 2 damaged, 3 chain holds but needs another engine,
           ${OTHER_CODES}.`,
    )
    .action((directory: string) => guarded(directory, () => runVerify(directory)))
  journal
    .command('show')
    .description('print records for a person')
    .argument('<directory>', FOLDER)
    .option('--from <seq>', 'first sequence number', wholeNumber)
    .option('--to <seq>', 'last sequence number', wholeNumber)
    .option('--type <name>', 'records of this type only, such as OrderDecided', recordType)
    .option('--terse', 'one record a line, numbers as the integers that are stored')
    .addHelpText(
      'after',
      `
Prices, quantities and money have the decimals of their instrument and of the ledger. Fields that are empty, zero or
none are left out; slots and hashes, which only programs need, stand in --terse. Behind a decision stand its controls and,
one a line, the limit rows that it looked at: use before, use after, limit. Types:
${wrapped(TYPES)}

Exit code: 0 shown, 2 damaged,
           ${OTHER_CODES}.`,
    )
    .action((directory: string, options: ShowOptions) => guarded(directory, () => runShow(directory, options)))
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
  const { from, to } = options
  if (from !== undefined && to !== undefined && from > to) throw new UsageError(`--from ${from} is behind --to ${to}`)
  let shown = 0
  for (const line of show(directory, options)) {
    console.log(line)
    shown++
  }
  if (shown === 0) console.error('portcullis: the journal is whole so far, and no record in it is asked for')
}

/** Damage is an answer, not a fault of the program. */
function guarded(directory: string, run: () => void): void {
  checkJournalFolder(directory)
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
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('A sequence number: 1, 2, ...')
  return value
}

function recordType(text: string): string {
  if (!TYPES.includes(text)) throw new InvalidArgumentError(`No such type; types are ${TYPES.join(', ')}.`)
  return text
}

/** Names in lines of a terminal's width. */
function wrapped(names: readonly string[]): string {
  const lines: string[] = ['']
  for (const name of names) {
    const last = lines.length - 1
    const longer = `${lines[last]}${lines[last] === '' ? '  ' : ', '}${name}`
    if (longer.length <= 100) lines[last] = longer
    else lines.push(`  ${name}`)
  }
  return lines.join(',\n')
}
