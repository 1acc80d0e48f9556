#!/usr/bin/env node
/** The command line: one file per command beside this one, each registering itself. */
import { Command } from 'commander'
import { register as registerJournal } from './journal.ts'
import { register as registerReplay } from './replay.ts'

const program = new Command('portcullis').description('pre-trade risk gate').showHelpAfterError()
for (const register of [registerJournal, registerReplay]) register(program)

try {
  await program.parseAsync()
} catch (error) {
  // A message says what is wrong; where in the program that came up is for DEBUG=1.
  console.error(process.env.DEBUG === '1' ? error : `portcullis: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}
