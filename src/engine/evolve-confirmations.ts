/** Applies what became of soft blocks. */
import { parameterIndex } from '../model/parameters.ts'
import { CONFIRM } from '../model/records/commands.ts'
import { ORDER_DECIDED, ROW_ID_MASK, ROW_SOFT } from '../model/records/events.ts'
import { decode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { CONFIRMATION_MOVED } from '../model/records/waiver-events.ts'
import { TIMER_KINDS } from '../model/vocabulary.ts'
import type { Content } from './content.ts'
import type { Judgement } from './judgement.ts'
import { copyTerms } from './order-terms.ts'
import type { State } from './state/state.ts'
import { ConfirmationState } from './state/waivers.ts'

const LIFE = parameterIndex('confirmLifeUs')
const TIMER = TIMER_KINDS.indexOf('CONFIRM')

export type ConfirmationEvolver = ReturnType<typeof createConfirmationEvolver>

/** `j` is only for the scratch of the content hash. */
export function createConfirmationEvolver(state: State, j: Judgement, { hashNewOrder }: Content) {
  const { confirmations, timers, parameters } = state

  /** OrderDecided with SOFT_BLOCK behind the NewOrder at `command`. */
  function blocked(tape: Tape, command: number, event: number, session: number): void {
    hashNewOrder(tape, command)
    const { seq, timeUs } = state
    const id = confirmations.next
    const expiresUs = timeUs + parameters[LIFE]!
    const terms: number[] = []
    copyTerms(tape, command, terms, 0)
    const content = { content0: j.order0, content1: j.order1, terms }
    confirmations.add({
      id,
      seq,
      session,
      ...content,
      rows: softRows(tape, event),
      expiresUs,
      confirmer: -1,
      reason: '',
    })
    timers.set(TIMER, id, expiresUs)
  }

  function moved(tape: Tape, command: number, event: number): void {
    const { confirmSeq, confirmation, state: to } = decode(tape, event, CONFIRMATION_MOVED)
    if (to === ConfirmationState.CONFIRMED) {
      const { principal, reason } = decode(tape, command, CONFIRM)
      const given = confirmations.get(confirmSeq)!
      given.confirmer = principal
      given.reason = reason
      return
    }
    confirmations.end(confirmSeq)
    timers.clear(TIMER, confirmation)
  }

  return { blocked, moved }
}

/** Versioned ids of the rows over their soft levels, confirmed before or not. */
function softRows(tape: Tape, event: number): number[] {
  const { i32 } = tape
  const rows: number[] = []
  const count = i32[(event >> 2) + ORDER_DECIDED.at.rows]!
  const at = (event + ORDER_DECIDED.bytes) >> 2
  for (let row = at; row < at + count; row++) if ((i32[row]! & ROW_SOFT) !== 0) rows.push(i32[row]! & ROW_ID_MASK)
  return rows
}
