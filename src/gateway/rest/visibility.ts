/** What of the firm a caller may see: people and overseers all of it, a client what it is bound to. */
import { dutyBits } from '../../auth/duties.ts'
import type { Caller } from '../caller.ts'
import type { Gate } from '../gate.ts'

/** Who sees the whole firm without being a person. */
const SEES_ALL = dutyBits(['audit:read', 'admin', 'limits:approve', 'reports:sign'])

export function seesAll(caller: Caller): boolean {
  return caller.isPerson || caller.holds(SEES_ALL)
}

/** True where the caller may see a subject: persons and overseers all, a client what it is bound to. */
export function maySee(gate: Gate, caller: Caller, subject: number): boolean {
  if (seesAll(caller)) return true
  if (subject === caller.session) return true
  const kind = gate.directory.subjectOf(subject)?.kind
  if (kind === 'ACCOUNT') return gate.directory.isBound('SESSION_ACCOUNT', caller.session, subject)
  return kind === 'TRADER' && gate.directory.isBound('SESSION_TRADER', caller.session, subject)
}
