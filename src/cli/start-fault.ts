/** Why a gate cannot start, in the words of somebody who can mend it. */
import { JournalDamage, JournalTooNew } from '../journal/journal-reader.ts'
import { JournalNoRoom } from '../journal/journal-room.ts'
import { DirectoryLocked } from '../journal/name-lock.ts'
import { WrongJournal } from './open-gate.ts'

/** What a person may do about it, by how the gate is started. */
const WAYS = {
  demo: {
    folder: '; for one of its own: npm start -- --data DIR --port 0',
    taken: '; for any that is free: npm start -- --port 0',
    rights: ': npm start -- --port 8080',
  },
  production: { folder: '', taken: '; listen.port names it', rights: '; listen.port names it' },
} as const

/** Returns a sentence for a fault that starting again would only repeat, undefined for any other. */
export function startFault(cause: unknown, port: number, profile: keyof typeof WAYS = 'demo'): string | undefined {
  const ways = WAYS[profile]
  if (cause instanceof DirectoryLocked) return `${cause.message}${ways.folder}`
  if ([JournalDamage, JournalTooNew, JournalNoRoom, WrongJournal].some((kind) => cause instanceof kind))
    return (cause as Error).message
  if (!(cause instanceof Error)) return undefined
  const { code, syscall, port: taken = port } = cause as NodeJS.ErrnoException & { readonly port?: number }
  if (code === 'EADDRINUSE') return `port ${taken} is taken${ways.taken}`
  if (code === 'EACCES' && syscall === 'listen') return `port ${taken} needs more rights${ways.rights}`
  return code === 'EACCES' ? cause.message : undefined
}
