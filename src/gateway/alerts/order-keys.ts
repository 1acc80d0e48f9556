/** Whose an order, or what an entry is about, is: the ids that readers filter by. */
import { EVALUATE, NEW_ORDER, REPLACE_ORDER } from '../../model/records/commands.ts'
import { decode } from '../../model/records/schema.ts'
import { type Tape, typeAt } from '../../model/records/tape.ts'
import type { Gate } from '../gate.ts'

/** Ids; -1 where there is none, or it is not known. */
export interface Keys {
  readonly session: number
  readonly desk: number
  readonly account: number
  readonly trader: number
  readonly strategy: number
  readonly instrument: number
}

export const NO_KEYS: Keys = { session: -1, desk: -1, account: -1, trader: -1, strategy: -1, instrument: -1 }

const N = NEW_ORDER.at

/** Of the new order at `command`. */
export function keysOfNewOrder({ directory }: Gate, tape: Tape, command: number): Keys {
  const at = command >> 2
  const trader = tape.i32[at + N.trader] as number
  return {
    session: tape.i32[at + N.session] as number,
    desk: directory.deskOf(trader),
    account: tape.i32[at + N.account] as number,
    trader,
    strategy: tape.i32[at + N.strategy] as number,
    instrument: tape.i32[at + N.instrument] as number,
  }
}

/** Of the order that the new order or replace at `command` is about. */
export function keysOfCommand(gate: Gate, tape: Tape, command: number): Keys {
  if (typeAt(tape, command) !== REPLACE_ORDER.type) return keysOfNewOrder(gate, tape, command)
  const session = sessionAt(tape, command)
  const { clOrdID, origClOrdID } = decode(tape, command, REPLACE_ORDER)
  const order = gate.view.orderOf(session, clOrdID) ?? gate.view.orderOf(session, origClOrdID)
  return order ?? { ...NO_KEYS, session }
}

/** Of an order that lives; of one that has ended what the entry's own command says. */
export function keysOfOrder(gate: Gate, tape: Tape, command: number, slot: number, orderSeq: number): Keys {
  const type = typeAt(tape, command)
  if (type === NEW_ORDER.type || type === EVALUATE.type) return keysOfNewOrder(gate, tape, command)
  return gate.view.order(slot, orderSeq) ?? { ...NO_KEYS, session: sessionAt(tape, command) }
}

/** The session that sent the command. */
export function sessionAt(tape: Tape, command: number): number {
  return tape.i32[(command >> 2) + N.session] as number
}
