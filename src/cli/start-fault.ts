/** Why a demo gate cannot start, in the words of somebody who can mend it. */
import { JournalDamage, JournalTooNew } from '../journal/journal-reader.ts'
import { JournalNoRoom } from '../journal/journal-room.ts'
import { DirectoryLocked } from '../journal/name-lock.ts'

/** Returns a sentence for a fault that starting again would only repeat, undefined for any other. */
export function startFault(cause: unknown, port: number): string | undefined {
  if (cause instanceof DirectoryLocked) return `${cause.message}; for one of its own: npm start -- --data DIR --port 0`
  if ([JournalDamage, JournalTooNew, JournalNoRoom].some((kind) => cause instanceof kind))
    return (cause as Error).message
  if (!(cause instanceof Error)) return undefined
  const { code, syscall, port: taken = port } = cause as NodeJS.ErrnoException & { readonly port?: number }
  if (code === 'EADDRINUSE') return `port ${taken} is taken; for any that is free: npm start -- --port 0`
  if (code === 'EACCES' && syscall === 'listen') return `port ${taken} needs more rights: npm start -- --port 8080`
  return code === 'EACCES' ? cause.message : undefined
}
