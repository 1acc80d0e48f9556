/** What the gate tells sessions unasked: orders to cancel, latches that were set and released. */

import { reasonAt } from '../../model/codes.ts'
import type { CancelRequestView, LatchView } from '../../model/engine-port.ts'
import { formatOrderID } from '../../model/parse/execution.ts'
import { KILL, RELEASE } from '../../model/records/commands.ts'
import { CONTROL_LATCHED } from '../../model/records/control-events.ts'
import { LATCH_SET } from '../../model/records/events.ts'
import { lengthAt, type Tape, typeAt } from '../../model/records/tape.ts'
import { TRADING_STATES } from '../../model/vocabulary.ts'
import type { Alert } from '../alerts/alert.ts'
import type { Caller } from '../caller.ts'
import type { Gate } from '../gate.ts'
import { latchesFor, latchScope } from '../visibility.ts'
import type { Body } from './server-message.ts'

const RELEASED = TRADING_STATES[0]
const LATCH_TYPES: readonly number[] = [KILL.type, RELEASE.type, LATCH_SET.type, CONTROL_LATCHED.type]

/** True where a block holds what sets, changes or ends a latch. */
export function tellsLatches(tape: Tape, start: number, end: number): boolean {
  for (let at = start; at < end; at += lengthAt(tape, at)) if (LATCH_TYPES.includes(typeAt(tape, at))) return true
  return false
}

/** An alert to the sessions whose order, execution or market data it is about. */
export function alertBody(alert: Alert): Body {
  const { seq, timeUs, code, severity, text, reason, subject, object, control, row, version, orderID } = alert
  const named = (of: typeof subject) => (of === undefined ? undefined : `${of.kind}:${of.name}`)
  const value = {
    ...{ seq, timeUs, code, severity, text, reason, control, row, version, orderID, untold: alert.untold },
    ...{ subject: named(subject), object: named(object), clOrdID: alert.clOrdID },
  }
  return { $case: 'alert', value }
}

export function cancelRequestBody({ directory }: Gate, request: CancelRequestView): Body {
  const { seq, orderSeq, slot, clOrdID, session, instrument, venue, latch } = request
  return {
    $case: 'cancelRequested',
    value: {
      ...{ seq, clOrdID },
      orderID: formatOrderID(orderSeq, slot),
      owner: directory.nameOf('SESSION', session),
      symbol: directory.instrument(instrument)?.symbol ?? '',
      venue: venue < 0 ? undefined : directory.nameOf('VENUE', venue),
      latch: latch < 0 ? undefined : latch,
    },
  }
}

/** The latches that one session knows of. */
export class LatchNews {
  readonly #gate: Gate
  readonly #caller: Caller
  /** Latches that it was told of, by id. */
  readonly #known: Map<number, LatchView>

  /** @param known what it was told before, which is kept for its return */
  constructor(gate: Gate, caller: Caller, known: Map<number, LatchView>) {
    this.#gate = gate
    this.#caller = caller
    this.#known = known
  }

  /** What is durable now and the session was not told of: latches that are new, that changed, and that ended. */
  news(): readonly Body[] {
    const { durableSeq } = this.#gate
    const found = latchesFor(this.#gate, this.#caller).filter(({ setSeq }) => setSeq <= durableSeq)
    const inForce = new Set(found.map(({ latch }) => latch))
    const ended = [...this.#known.values()].filter(({ latch }) => !inForce.has(latch))
    const changed = found.filter((one) => this.#known.get(one.latch)?.state !== one.state)
    for (const { latch } of ended) this.#known.delete(latch)
    for (const one of changed) this.#known.set(one.latch, one)
    return [
      ...changed.map((one) => this.#body(one, TRADING_STATES[one.state] as string)),
      ...ended.map((one) => this.#body(one, RELEASED)),
    ]
  }

  #body(one: LatchView, state: string): Body {
    const scope = Object.entries(latchScope(this.#gate, this.#caller, one)).map(([kind, name]) => ({ kind, name }))
    const cause = one.cause === 0 ? '' : reasonAt(one.cause).code
    return { $case: 'kill', value: { seq: one.setSeq, latch: one.latch, state, scope, cause } }
  }
}
