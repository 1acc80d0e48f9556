/** What of the firm a caller may see: people and overseers all of it, a client what it is bound to. */
import { dutyBits } from '../auth/duties.ts'
import type { LatchView } from '../model/engine-port.ts'
import type { NameKind } from '../model/vocabulary.ts'
import type { Caller } from './caller.ts'
import type { Gate } from './gate.ts'

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

/** Kinds of the scopes of a latch whose ids are no subjects. */
const KEY_KINDS: Readonly<Record<string, NameKind>> = {
  instrument: 'INSTRUMENT',
  underlying: 'INSTRUMENT',
  assetClass: 'ASSET_CLASS',
  sector: 'SECTOR',
  venue: 'VENUE',
}
/** Scopes that a client is told of, and not by name: who else trades here, and how, is not its to know. */
const OTHERS: readonly string[] = ['client', 'strategy']
const SIDES = ['Buy', 'Sell']

/** Who refuses, or cancels, the orders of others must know of every latch, and by name. */
const ENFORCES = dutyBits(['cancels:execute'])

function seesLatches(caller: Caller): boolean {
  return seesAll(caller) || caller.holds(ENFORCES)
}

/** The latches in force that the caller may know of: one over somebody else's account or trader a sender may not. */
export function latchesFor(gate: Gate, caller: Caller): readonly LatchView[] {
  if (seesLatches(caller)) return [...gate.view.latches()]
  const isSeen = (subject: number | undefined) => subject === undefined || maySee(gate, caller, subject)
  return [...gate.view.latches()].filter(({ keys }) => [keys.account, keys.trader, keys.session].every(isSeen))
}

/** What a latch covers, by scope, as the caller may know it. */
export function latchScope({ directory }: Gate, caller: Caller, latch: LatchView): Record<string, string> {
  const scope: Record<string, string> = {}
  for (const [key, id] of Object.entries(latch.keys)) {
    const kind = KEY_KINDS[key]
    if (key === 'side') scope[key] = SIDES[id] ?? ''
    else if (OTHERS.includes(key) && !seesLatches(caller)) scope[key] = `#${id}`
    else scope[key] = kind === undefined ? (directory.subjectOf(id)?.name ?? `#${id}`) : directory.nameOf(kind, id)
  }
  return scope
}
