/** Says of a folder that holds no journal that it holds none, before a proof of nothing looks like a proof. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { segmentName } from '../journal/segment-header.ts'
import { CommandError, EXIT, UsageError } from './exit-codes.ts'

const SEGMENT = /^\d{8}\.pjl$/

/** @throws UsageError where there is no such folder, CommandError `noJournal` where no segment is in it */
export function checkJournalFolder(directory: string): void {
  const found = statSync(directory, { throwIfNoEntry: false })
  if (found === undefined) throw new UsageError(`there is no folder ${directory}`)
  if (!found.isDirectory()) throw new UsageError(`${directory} is a file; a journal is a folder of segments`)
  // A journal without its first segment is damaged, which is for the reader to say.
  if (readdirSync(directory).some((name) => SEGMENT.test(name))) return
  const inner = join(directory, 'journal')
  const hint = existsSync(join(inner, segmentName(1))) ? `; did you mean ${inner}?` : ''
  throw new CommandError(EXIT.noJournal, `${directory} holds no journal (no ${segmentName(1)})${hint}`)
}
