/** Slots of orders in commands: which one the engine gives an order is known only to who plays the sequence. */
import type { Command } from './command.ts'

/** Stands for the slot that the engine gave the order: who plays the sequence puts the real one. */
export const SLOT_OF_ORDER = 7_777
/** No order has this slot. */
export const WRONG_SLOT = 999_999

/** The command with the slot that the engine gave its order, by sequence number, in place of the stand-in. */
export function withSlot(given: Command, slots: ReadonlyMap<number, number>): Command {
  if (given.name === 'HoldDecide') return ofHeld(given, slots)
  if (!('orderSlot' in given.values) || given.values.orderSlot !== SLOT_OF_ORDER) return given
  const orderSlot = slots.get(given.values.orderSeq) ?? SLOT_OF_ORDER
  return { ...given, values: { ...given.values, orderSlot } } as Command
}

/** The same of a HoldDecide alone: a twin that plays by itself knows other commands by the stand-in. */
export function withHeldSlot(given: Command, slots: ReadonlyMap<number, number>): Command {
  return given.name === 'HoldDecide' ? ofHeld(given, slots) : given
}

function ofHeld(given: Command & { name: 'HoldDecide' }, slots: ReadonlyMap<number, number>): Command {
  return { ...given, values: { ...given.values, slot: slots.get(given.values.orderSeq) ?? SLOT_OF_ORDER } }
}
