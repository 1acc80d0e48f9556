#!/usr/bin/env node
/** The command line: one file per command beside this one, each registering itself. */
import { Command, CommanderError } from 'commander'
import { ENGINE_VERSION, JOURNAL_FORMAT } from '../model/version.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import { register as registerFloor } from './floor.ts'
import { register as registerFollow } from './follow.ts'
import { register as registerGate } from './gate.ts'
import { packageVersion } from './gate-facts.ts'
import { register as registerImport } from './import.ts'
import { register as registerJournal } from './journal.ts'
import { register as registerKill } from './kill.ts'
import { register as registerPerson } from './person.ts'
import { register as registerProposal } from './proposal.ts'
import { register as registerReplay } from './replay.ts'
import { register as registerSecrets } from './secrets.ts'
import { register as registerSnapshot } from './snapshot.ts'

const program = new Command('portcullis')
  .description('pre-trade risk gate')
  .version(versionText(), '-V, --version', 'versions of the product, the engine and the journal format')
  // Commands inherit it: what is wrong with the words must not end with the code of an answer.
  .exitOverride()
const REGISTERS = [
  ...[
    registerGate,
    registerFloor,
    registerFollow,
    registerImport,
    registerJournal,
    registerKill,
    registerPerson,
    registerProposal,
    registerReplay,
  ],
  ...[registerSecrets, registerSnapshot],
]
for (const register of REGISTERS) register(program)
pointToHelp(program)

// A reader such as head may have had enough: that is no fault.
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code !== 'EPIPE') throw cause
  process.exit()
})

try {
  checkCommandNames(program, process.argv.slice(2))
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}

/** Says what is wrong where nobody has yet; where in the program that came up is for DEBUG=1. */
function exitCodeOf(error: unknown): number {
  // Commander has printed its reason.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage
  console.error(process.env.DEBUG === '1' ? error : `portcullis: ${error instanceof Error ? error.message : error}`)
  return error instanceof CommandError ? error.exitCode : EXIT.failed
}

/** After an error one line, not the whole help: the reason must stay in sight. */
function pointToHelp(command: Command, parents: readonly string[] = []): void {
  const path = [...parents, command.name()]
  command.showHelpAfterError(`see ${path.join(' ')} --help`)
  for (const child of command.commands) pointToHelp(child, path)
}

/** Commander answers a command that it does not know with the main help where --help stands behind it. */
function checkCommandNames(start: Command, words: readonly string[]): void {
  let command = start
  for (const word of words) {
    if (command.commands.length === 0 || word.startsWith('-') || word === 'help') return
    const next = command.commands.find((one) => one.name() === word)
    if (next === undefined) {
      const known = command.commands.map((one) => one.name()).join(', ')
      command.error(`error: unknown command '${word}'; commands are ${known}`)
    }
    command = next as Command
  }
}

function versionText(): string {
  return `portcullis ${packageVersion()}, engine ${ENGINE_VERSION}, journal format ${JOURNAL_FORMAT}`
}
