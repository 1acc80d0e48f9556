/**
 * INSTRUMENT_PERMISSION: account, trader, strategy and instrument are known and permitted together; the default is no.
 *
 * Rule      every name is known; (trader, account), (strategy, account) and (account, asset class) are bound.
 * Units     None.
 * Reads     Hierarchy and bindings. Changes nothing.
 * On breach ordRejReason: UnknownSymbol 1, UnknownAccount 15, Other 99.
 * Source    MiFID II RTS 6 Art. 15(5); SEC 17 CFR 240.15c3-5(c)(2)(iii).
 */
import { reasonNumber } from '../../model/codes.ts'
import { BINDING_KINDS } from '../../model/vocabulary.ts'
import type { Judgement } from '../judgement.ts'
import { Kind } from '../state/names.ts'
import type { State } from '../state/state.ts'

const UNKNOWN_INSTRUMENT = reasonNumber('UNKNOWN_INSTRUMENT')
const UNKNOWN_ACCOUNT = reasonNumber('UNKNOWN_ACCOUNT')
const UNKNOWN_TRADER = reasonNumber('UNKNOWN_TRADER')
const UNKNOWN_STRATEGY = reasonNumber('UNKNOWN_STRATEGY')
const UNKNOWN_VENUE = reasonNumber('UNKNOWN_VENUE')
const HIERARCHY_MISMATCH = reasonNumber('HIERARCHY_MISMATCH')
const INSTRUMENT_NOT_PERMITTED = reasonNumber('INSTRUMENT_NOT_PERMITTED')
const ACCOUNT_ASSET_CLASS = BINDING_KINDS.indexOf('ACCOUNT_ASSET_CLASS')
const NO_VENUE = -1

export function createInstrumentPermission(state: State, j: Judgement) {
  const { subjects, owners } = j
  const { names, instruments } = state
  const { assetClass } = instruments

  /** Reason of the first name that is not known; -1 in a command means that the gateway found no id. */
  function judgeNames(instrument: number, account: number, trader: number, strategy: number, venue: number): number {
    if (instrument < 0 || instrument >= instruments.count) return UNKNOWN_INSTRUMENT
    if (!names.has(Kind.ACCOUNT, account)) return UNKNOWN_ACCOUNT
    if (!names.has(Kind.TRADER, trader)) return UNKNOWN_TRADER
    if (!names.has(Kind.STRATEGY, strategy)) return UNKNOWN_STRATEGY
    if (venue !== NO_VENUE && !names.has(Kind.VENUE, venue)) return UNKNOWN_VENUE
    return 0
  }

  /** `j.owners` holds the owner codes of the bindings; a missing one is -1. */
  function judgeInstrumentPermission(): number {
    if ((owners[2]! | owners[3]!) < 0) return HIERARCHY_MISMATCH
    const permitted = names.isPermitted(ACCOUNT_ASSET_CLASS, subjects[Kind.ACCOUNT]!, assetClass[j.instrument]!)
    return permitted ? 0 : INSTRUMENT_NOT_PERMITTED
  }

  return { judgeNames, judgeInstrumentPermission }
}
