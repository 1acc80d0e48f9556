/**
 * The gate controls that need no price: trading state, access, structure, permission, tradability, mandatory limits.
 */
import { ORD_TYPES, SESSION_PHASES, SIDES, TIMES_IN_FORCE } from '../../model/vocabulary.ts'
import { type Candidate, cumOf, leavesChange, reducesAccount } from './candidate.ts'
import { confirmationFault } from './confirmations.ts'
import type { Snapshot } from './exposure.ts'
import { holdFault } from './held.ts'
import { latchRefusal } from './latches.ts'
import { isPermitted } from './names.ts'
import { overrideFault } from './overrides.ts'
import { B01, B02, B03, C01, controlOf, D02, D03, D05, D08 } from './rows.ts'
import { duration, type Instrument, instrumentAt, isBound, marketAt, type State, subjectAt } from './state.ts'
import { LIMIT, STOP, STOP_LIMIT } from './value.ts'

export const M04 = controlOf('M04')
export const A01 = controlOf('A01')
export const A02 = controlOf('A02')
export const A03 = controlOf('A03')
export const A05 = controlOf('A05')
export const A06 = controlOf('A06')

const CLOSED = SESSION_PHASES.indexOf('CLOSED')
const GTD = TIMES_IN_FORCE.indexOf('GTD')

/** Why each of the four first controls refuses; null where it passes. */
export function structureRefusals(state: State, snap: Snapshot, candidate: Candidate): Map<number, string | null> {
  return new Map([
    [M04, latchRefusal(state, snap, candidate)],
    [A02, hasAccess(state, candidate) ? null : 'NOT_PERMITTED'],
    [
      A01,
      structureFault(instrumentAt(state, candidate.keys.instrument), candidate) ??
        confirmationFault(state, candidate) ??
        overrideFault(state, candidate) ??
        holdFault(candidate),
    ],
    [A03, permissionFault(state, candidate)],
  ])
}

function hasAccess(state: State, { keys }: Candidate): boolean {
  const isOpenTo = (kind: string, id: number) => isBound(state, kind, keys.session, id)
  return (
    subjectAt(state, 'SESSION', keys.session) !== undefined &&
    isOpenTo('SESSION_ACCOUNT', keys.account) &&
    isOpenTo('SESSION_TRADER', keys.trader) &&
    (keys.venue < 0 || isOpenTo('SESSION_VENUE', keys.venue))
  )
}

function structureFault(instrument: Instrument, candidate: Candidate): string | null {
  const { side, ordType, timeInForce, price, stopPx, orderQty } = candidate
  if (SIDES[side] === undefined) return 'INVALID_SIDE'
  if (ORD_TYPES[ordType] === undefined || TIMES_IN_FORCE[timeInForce] === undefined) return 'UNSUPPORTED_ORDER_TYPE'
  const isLots = orderQty > 0n && orderQty % instrument.lot === 0n && orderQty <= instrument.qtyMax
  if (!isLots || orderQty <= cumOf(candidate)) return 'INVALID_QTY'
  if (!isPriceOk(instrument, price, ordType === LIMIT || ordType === STOP_LIMIT)) return 'INVALID_PRICE'
  if (!isPriceOk(instrument, stopPx, ordType === STOP || ordType === STOP_LIMIT)) return 'INVALID_STOP_PX'
  if (!isExpiryOk(candidate)) return 'INVALID_EXPIRY'
  return candidate.isUndefined ? 'INVALID_VALUE' : null
}

function isPriceOk(instrument: Instrument, price: bigint | null, wanted: boolean): boolean {
  if (price === null) return !wanted
  return wanted && price % instrument.tick === 0n && (price > 0n || instrument.mayBeNegative)
}

/** A replace keeps the expiry that its order was approved with. */
function isExpiryOk({ order, expireTimeUs, timeInForce, now }: Candidate): boolean {
  if (order !== null) return true
  return timeInForce === GTD ? expireTimeUs !== null && expireTimeUs > now : expireTimeUs === null
}

function permissionFault(state: State, { keys }: Candidate): string | null {
  if (!isPermitted(state, keys.trader, keys.strategy, keys.account)) return 'HIERARCHY_MISMATCH'
  const { assetClass } = instrumentAt(state, keys.instrument)
  return isBound(state, 'ACCOUNT_ASSET_CLASS', keys.account, assetClass) ? null : 'INSTRUMENT_NOT_PERMITTED'
}

/** Why the instrument cannot be traded now; null where it can. */
export function tradableFault(state: State, snap: Snapshot, candidate: Candidate): string | null {
  const { keys, now } = candidate
  if (!marketAt(state, keys.instrument).active || state.phases.get(keys.venue) === CLOSED) return 'INSTRUMENT_INACTIVE'
  const { currency } = instrumentAt(state, keys.instrument)
  const age = now - (state.currencies.get(currency)?.givenUs ?? Number.NEGATIVE_INFINITY)
  if (currency === 0 || age <= duration(state, 'fxMaxUs')) return null
  const change = leavesChange(state, candidate, candidate.orderQty)
  return reducesAccount(snap, candidate, change) ? null : 'FX_STALE'
}

/** The first mandatory limit that no row states; null where all are there. */
export function missingLimit(state: State, { keys }: Candidate): { control: number; subject: number } | null {
  const { sector, assetClass } = instrumentAt(state, keys.instrument)
  const limits = [...state.limits.values()]
  const has = (control: number, subject: number, kind: number, object: number) =>
    limits.some(
      (limit) =>
        limit.control === control &&
        limit.subject === subject &&
        limit.objectKind === kind &&
        limit.phase === 0 &&
        (kind === 0 || limit.object === object || limit.object === -1),
    )
  const firm = 0
  for (const control of [B01, B02, D03, D05, D02]) {
    for (const subject of [keys.account, keys.trader, keys.desk, firm]) {
      if (!has(control, subject, 0, -1)) return { control, subject }
    }
  }
  if (!has(D08, firm, SECTOR, sector)) return { control: D08, subject: firm }
  for (const subject of [keys.session, keys.strategy]) {
    if (!has(C01, subject, 0, -1)) return { control: C01, subject }
  }
  return has(B03, firm, ASSET_CLASS, assetClass) ? null : { control: B03, subject: firm }
}

const SECTOR = 3
const ASSET_CLASS = 4
