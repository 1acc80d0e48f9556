/**
 * Orders and replaces between a wire and the sequencer: constructed when their turn has come, and read back once their
 * decision is durable. Every wire goes this way, so that none can say of an order what another does not.
 */
import { RequestError } from '../../model/errors.ts'
import type { WordsOf } from '../../model/parse/form.ts'
import { newOrder, type OrderWords } from '../../model/parse/new-order.ts'
import { type REPLACE_FORM, replaceOrder } from '../../model/parse/order-change.ts'
import type { Sender } from '../../model/parse/reading.ts'
import { NEW_ORDER, REPLACE_ORDER } from '../../model/records/commands.ts'
import { encode, type RecordOf } from '../../model/records/schema.ts'
import type { Tape } from '../../model/records/tape.ts'
import type { Decided, Later, OrderDecisions } from '../answers/order-decisions.ts'
import type { EchoSource } from '../answers/order-echo.ts'
import type { Gate } from '../gate.ts'

/** One order or replace on its way. */
export interface OrderCommand {
  /** Writes the record; what is wrong with the words otherwise. */
  write(tape: Tape): number | RequestError
  /** What became of it; undefined for an order that is held, of which `later` is told. */
  decided(tape: Tape, command: number, end: number, later: Later): Decided | undefined
}

/** @param receivedUs wall clock when its bytes came, evidence */
export function orderCommand(
  gate: Gate,
  decisions: OrderDecisions,
  words: OrderWords,
  sender: Sender,
  receivedUs: number,
): OrderCommand {
  let source: EchoSource | undefined
  return {
    write: (tape) => {
      const order = newOrder(words, gate.directory, sender, receivedUs)
      if (order instanceof RequestError) return order
      source = { units: order.units, order: order.values, words }
      return encode(tape, NEW_ORDER, order.values)
    },
    decided: (tape, command, end, later) => decisions.decided(tape, command, end, source, later),
  }
}

export function replaceCommand(
  gate: Gate,
  decisions: OrderDecisions,
  words: WordsOf<typeof REPLACE_FORM>,
  sender: Sender,
  receivedUs: number,
): OrderCommand {
  let source: EchoSource | undefined
  return {
    write: (tape) => {
      // The order that it names is looked up now, when all commands before it have taken effect.
      const origClOrdID = words.origClOrdID ?? ''
      const view = gate.view.orderOf(sender.session, origClOrdID)
      // Also of an order that has ended: a repeat must be read in the units that the first was read in.
      const units = gate.directory.instrument(gate.view.instrumentOf(sender.session, origClOrdID))
      const made = replaceOrder(words, gate.directory, units, sender, receivedUs)
      if (made instanceof RequestError) return made
      source = { units, view, replace: made.values as RecordOf<typeof REPLACE_ORDER>, words }
      return encode(tape, REPLACE_ORDER, made.values)
    },
    decided: (tape, command, end, later) => decisions.decided(tape, command, end, source, later),
  }
}
