/** What one client of the feed may see and wants to see. Clients with equal keys are sent the same bytes. */
import { dutyBits } from '../../auth/duties.ts'
import type { Alert } from '../alerts/alert.ts'
import { maySeeAlert } from '../alerts/alert-readers.ts'
import type { Keys } from '../alerts/order-keys.ts'
import type { OutcomeWord } from '../answers/outcome-words.ts'
import type { Caller } from '../caller.ts'
import type { Gate } from '../gate.ts'
import { seesAll } from '../visibility.ts'
import type { FeedRequest } from './feed-request.ts'

const READS_RISK = dutyBits(['risk:read', 'audit:read'])
const SENDS = dutyBits(['orders:write'])

/** A decision or an alert, made into JSON once for all who see it. */
export interface FeedEvent {
  readonly text: string
  readonly keys: Keys
  /** Of a decision. */
  readonly verdict: OutcomeWord | undefined
  readonly alert: Alert | undefined
}

/** Whether somebody may read the feed at all, and how much of it: `own` is what its session sends. */
export type Entitlement = 'all' | 'bound' | 'own' | undefined

export function entitlementOf(caller: Caller): Entitlement {
  const readsRisk = caller.holds(READS_RISK)
  if (readsRisk && seesAll(caller)) return 'all'
  if (caller.session < 0) return undefined
  return readsRisk ? 'bound' : caller.holds(SENDS) ? 'own' : undefined
}

export class FeedView {
  readonly #gate: Gate
  readonly #caller: Caller
  readonly #request: FeedRequest
  readonly entitlement: Exclude<Entitlement, undefined>
  readonly key: string
  /** Of what is not filtered: state. */
  readonly scope: string

  constructor(gate: Gate, caller: Caller, entitlement: Exclude<Entitlement, undefined>, request: FeedRequest) {
    this.#gate = gate
    this.#caller = caller
    this.#request = request
    this.entitlement = entitlement
    this.scope = entitlement === 'all' ? 'all' : `${entitlement} ${caller.session}`
    this.key = `${this.scope} ${request.key}`
  }

  takes({ keys, verdict, alert }: FeedEvent): boolean {
    const { verdicts } = this.#request
    if (verdict !== undefined && verdicts.length > 0 && !verdicts.includes(verdict)) return false
    return this.#isSeen(keys, alert) && this.#isWanted(keys, alert)
  }

  #isSeen(keys: Keys, alert: Alert | undefined): boolean {
    if (this.entitlement === 'all') return true
    if (alert === undefined) return keys.session === this.#caller.session
    return maySeeAlert(this.#gate, this.#caller, alert, this.entitlement === 'bound')
  }

  /** Everything that is named must fit; an alert also fits by the subject that it is about. */
  #isWanted(keys: Keys, alert: Alert | undefined): boolean {
    for (const [key, ids] of this.#request.ids) {
      const isSubject = key !== 'instrument' && alert !== undefined && ids.includes(alert.found.subject)
      if (!isSubject && !ids.includes(keys[key])) return false
    }
    return true
  }
}
