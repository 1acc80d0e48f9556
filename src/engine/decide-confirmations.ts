/** Decides what people say of soft blocks, and that their time is over. */
import { reasonNumber } from '../model/codes.ts'
import { CONFIRM } from '../model/records/commands.ts'
import { decode, encode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { CONFIRMATION_MOVED } from '../model/records/waiver-events.ts'
import { DUTIES } from '../model/vocabulary.ts'
import { writeRefused } from './events-out.ts'
import { Kind } from './state/names.ts'
import type { State } from './state/state.ts'
import { type Confirmation, ConfirmationState } from './state/waivers.ts'

const DUTY_MISSING = reasonNumber('DUTY_MISSING')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const UNKNOWN_CONFIRMATION = reasonNumber('UNKNOWN_CONFIRMATION')
const AGREED_BEFORE = reasonNumber('AGREED_BEFORE')
const CONFIRM_DUTY = 1 << DUTIES.indexOf('orders:confirm')

export class ConfirmationDecider {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  confirm(tape: Tape, offset: number): void {
    const { names, confirmations, timeUs } = this.#state
    const { principal, confirmSeq, reason } = decode(tape, offset, CONFIRM)
    const isPerson = names.has(Kind.PRINCIPAL, principal) && names.isPerson[principal] !== 0
    if (!isPerson || (names.duties[principal]! & CONFIRM_DUTY) === 0) {
      return writeRefused(tape, DUTY_MISSING, CONFIRM.at.principal)
    }
    const given = confirmations.get(confirmSeq)
    if (given === undefined || given.expiresUs <= timeUs) return writeRefused(tape, UNKNOWN_CONFIRMATION)
    if (reason === '') return writeRefused(tape, INVALID_VALUE, CONFIRM.at.reason)
    if (given.confirmer >= 0) return writeRefused(tape, AGREED_BEFORE)
    writeConfirmationMoved(tape, given, ConfirmationState.CONFIRMED)
  }

  expire(tape: Tape, id: number): void {
    const given = this.#state.confirmations.withId(id)
    if (given === undefined) throw new RangeError(`no soft block has the timer ${id}`)
    writeConfirmationMoved(tape, given, ConfirmationState.EXPIRED)
  }
}

export function writeConfirmationMoved(tape: Tape, { seq, id }: Confirmation, state: ConfirmationState): void {
  encode(tape, CONFIRMATION_MOVED, { confirmSeq: seq, confirmation: id, state })
}
