/** Decides and applies the Parent command. */
import { reasonNumber } from '../model/codes.ts'
import { PARENT } from '../model/records/control-commands.ts'
import { decode, type RecordOf } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { BINDING_KINDS } from '../model/vocabulary.ts'
import { writeApplied, writeRefused } from './events-out.ts'
import { Kind } from './state/names.ts'
import { keyOf, type Parent } from './state/parents.ts'
import type { State } from './state/state.ts'

const UNKNOWN_NAME = reasonNumber('UNKNOWN_NAME')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const NAME_CONFLICT = reasonNumber('NAME_CONFLICT')
const NOT_PERMITTED = reasonNumber('NOT_PERMITTED')
const CAPACITY = reasonNumber('CAPACITY')
const PARENTS_OF_SESSION = reasonNumber('PARENTS_OF_SESSION')
const SESSION_ACCOUNT = BINDING_KINDS.indexOf('SESSION_ACCOUNT')
const P = PARENT.at
/** Fields that a repeat must have alike. */
const TERMS = ['account', 'strategy', 'instrument', 'side', 'qty', 'notional', 'lines', 'expireUs'] as const

export function decideParent(state: State, tape: Tape, offset: number): void {
  const command = decode(tape, offset, PARENT)
  const fault = faultOf(state, command)
  if (fault !== null) return writeRefused(tape, fault[0], fault[1])
  const known = state.parents.idOf(command.session, command.parentClOrdID)
  if (known >= 0) {
    const [was, is] = [state.parents.get(known)!, parentOf(state, command)]
    if (TERMS.some((field) => was[field] !== is[field])) return writeRefused(tape, NAME_CONFLICT, P.parentClOrdID)
    return writeApplied(tape, known)
  }
  if (state.parents.hasEnough(command.session)) return writeRefused(tape, PARENTS_OF_SESSION)
  if (state.parents.isFull()) return writeRefused(tape, CAPACITY)
  writeApplied(tape, state.parents.made)
}

function faultOf({ names, instruments }: State, command: RecordOf<typeof PARENT>): readonly [number, number] | null {
  const { session, account, strategy, instrument, side, orderQty, notional, lines } = command
  if (!names.has(Kind.SESSION, session)) return [UNKNOWN_NAME, P.session]
  if (!names.has(Kind.STRATEGY, strategy)) return [UNKNOWN_NAME, P.strategy]
  if (account !== -1 && !names.has(Kind.ACCOUNT, account)) return [UNKNOWN_NAME, P.account]
  if (account !== -1 && !names.isPermitted(SESSION_ACCOUNT, session, account)) return [NOT_PERMITTED, P.account]
  if (command.parentClOrdID === '') return [INVALID_VALUE, P.parentClOrdID]
  if (!isWhole(command.expireTimeUs)) return [INVALID_VALUE, P.expireTimeUs]
  const isBasket = instrument === -1
  if (!isBasket && !(instrument >= 0 && instrument < instruments.count)) return [UNKNOWN_NAME, P.instrument]
  if (isBasket ? side !== -1 : !(side >= 0 && side <= 3)) return [INVALID_VALUE, P.side]
  if (!isWhole(orderQty) || orderQty > 0 === isBasket) return [INVALID_VALUE, P.orderQty]
  if (!isWhole(notional) || notional > 0 !== isBasket) return [INVALID_VALUE, P.notional]
  return lines >= 0 && lines > 0 === isBasket ? null : [INVALID_VALUE, P.lines]
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

export function evolveParent(state: State, tape: Tape, offset: number, id: number): void {
  if (id === state.parents.made) state.parents.add(parentOf(state, decode(tape, offset, PARENT)))
}

function parentOf(state: State, command: RecordOf<typeof PARENT>): Parent {
  const { account, strategy, instrument, side, orderQty, notional, lines, expireTimeUs } = command
  return {
    key: keyOf(command.session, command.parentClOrdID),
    ...{
      session: command.session,
      account,
      strategy,
      instrument,
      side,
      qty: orderQty,
      notional,
      lines,
      expireUs: expireTimeUs,
    },
    ...{ tradeDate: state.tradeDate, used: 0, value: 0, slices: 0, open: 0 },
  }
}
