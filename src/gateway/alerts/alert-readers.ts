/** Who is told of an alert: the sessions that it is about, and of those that read the feed whoever may see its subject. */
import type { Caller } from '../caller.ts'
import type { Gate } from '../gate.ts'
import { maySee } from '../visibility.ts'
import type { Alert } from './alert.ts'
import { alertRow } from './alert-codes.ts'

/** Sessions whose order, execution or market data it is about. */
export function sessionsOf({ code, found }: Alert): readonly number[] {
  const { keys, sender } = found
  if (!alertRow(code).toSession) return []
  return [...new Set([keys.session, sender])].filter((session) => session >= 0)
}

/** True where a client may see the alert. `readsRisk`: it may also see what is about the subjects that it is bound to. */
export function maySeeAlert(gate: Gate, caller: Caller, alert: Alert, readsRisk: boolean): boolean {
  if (caller.session >= 0 && sessionsOf(alert).includes(caller.session)) return true
  return readsRisk && alert.found.subject >= 0 && maySee(gate, caller, alert.found.subject)
}
