/** Orders and limit rows of a scenario, given by names, as the values of their commands. */
import { CONTROLS } from '../model/controls.ts'
import type { Directory } from '../model/directory.ts'
import {
  LIMIT_ACTIONS,
  LIMIT_MODES,
  OBJECT_KINDS,
  type ObjectKind,
  ORD_TYPES,
  type OrdType,
  SESSION_PHASES,
  SIDES,
  type Side,
  TIMES_IN_FORCE,
  type TimeInForce,
} from '../model/vocabulary.ts'
import { nameKindOf } from './scenario-decision.ts'
import { type ControlCode, type Given, type LimitGiven, type OrderGiven, PX, SECOND } from './scenario-given.ts'

/** Id of a name of any kind; -1 for '' and for '?'. */
type IdOf = (name: string) => number

export function newOrderOf(idOf: IdOf, given: OrderGiven, clOrdID: string): Given<'NewOrder'> {
  const ordType = given.ordType ?? 'Limit'
  const price = given.price ?? (ordType === 'Limit' || ordType === 'StopLimit' ? PX : undefined)
  const flags =
    (price === undefined ? 0 : 1) | (given.stopPx === undefined ? 0 : 2) | (given.expireTimeUs === undefined ? 0 : 4)
  return {
    session: idOf(given.session ?? 'X1'),
    clOrdID: clOrdID,
    parentClOrdID: given.parentClOrdID ?? '',
    instrument: idOf(given.instrument ?? 'ACME'),
    account: idOf(given.account ?? 'A1'),
    trader: idOf(given.trader ?? 'T1'),
    strategy: idOf(given.strategy ?? 'S1'),
    venue: given.venue === '?' ? -2 : idOf(given.venue ?? ''),
    side: SIDES.indexOf((given.side ?? 'Buy') as Side),
    ordType: ORD_TYPES.indexOf(ordType as OrdType),
    timeInForce: TIMES_IN_FORCE.indexOf((given.timeInForce ?? 'Day') as TimeInForce),
    orderQty: given.orderQty ?? 100,
    price: price ?? 0,
    stopPx: given.stopPx ?? 0,
    expireTimeUs: given.expireTimeUs ?? 0,
    locate: given.locate ?? -1,
    confirmSeq: given.confirmSeq ?? 0,
    overrideSeq: given.overrideSeq ?? 0,
    holdUs: given.holdUs ?? 0,
    flags: given.flags ?? flags,
  }
}

export function limitRowOf(
  idOf: IdOf,
  directory: Directory,
  control: ControlCode,
  subject: string,
  given: LimitGiven,
): Given<'Limit'> {
  const [kind = 'NONE', name = ''] = (given.on ?? '').split(':')
  const [warn1Bps = 0, warn2Bps = 0, warn3Bps = 0, warn4Bps = 0] = given.warn ?? []
  const objectKind = given.on === undefined ? 0 : OBJECT_KINDS.indexOf(kind as ObjectKind)
  const isWindowed = control === 'MESSAGE_RATE' || control === 'DUPLICATE_ORDER'
  return {
    control: CONTROLS.findIndex((row) => row.code === control),
    subject: idOf(subject),
    objectKind,
    object: objectKind === 0 || name === '*' ? -1 : directory.idOf(nameKindOf(kind), name),
    param: given.param ?? (isWindowed ? SECOND : 0),
    phase: given.phase === undefined ? 0 : SESSION_PHASES.indexOf(given.phase) + 1,
    hardForReducing: given.hardForReducing ?? 0,
    soft: given.soft ?? 0,
    action: LIMIT_ACTIONS.indexOf(given.action ?? 'BLOCK'),
    mode: LIMIT_MODES.indexOf(given.mode ?? 'ENFORCE'),
    flags: given.enforce === true ? 2 : 0,
    warn1Bps,
    warn2Bps,
    warn3Bps,
    warn4Bps,
  }
}
