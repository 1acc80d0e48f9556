/**
 * The follower of `npm start` as a process of its own: saves the state of the gate beside it. Ends when the process that
 * started it closes the channel or is gone, and on SIGTERM and SIGINT where nobody did.
 *
 *   node cli/follower.js --journal DIR --minutes MINUTES --commands COUNT --keep COUNT
 */
import { parseArgs } from 'node:util'
import { JournalDamage, JournalTooNew } from '../journal/journal-reader.ts'
import { DO_NOT_RESTART } from './demo-gate-ready.ts'
import { endOfProcess } from './end-of-process.ts'
import { CommandError } from './exit-codes.ts'
import { followJournal } from './follow-journal.ts'
import { endIfOrphaned } from './supervisor.ts'

const text = { type: 'string' } as const
const { values } = parseArgs({ options: { journal: text, minutes: text, commands: text, keep: text } })
const { journal } = values
const [minutes, commands, kept] = [values.minutes, values.commands, values.keep].map(Number) as [number, number, number]
const say = (line: string) => console.log(`follower: ${line}`)

const ending = endOfProcess()
endIfOrphaned()
if (journal === undefined || ![minutes, commands, kept].every((value) => value > 0)) {
  console.error('usage: cli/follower.js --journal DIR --minutes MINUTES --commands COUNT --keep COUNT')
  process.exit(DO_NOT_RESTART)
}
try {
  await followJournal(journal, { minutes, commands, kept }, say, ending)
} catch (cause) {
  const isFinal = [JournalDamage, JournalTooNew, CommandError].some((kind) => cause instanceof kind)
  if (!isFinal) throw cause
  say((cause as Error).message)
  process.exitCode = DO_NOT_RESTART
}
// The channel to the supervisor would keep it alive.
process.exit()
