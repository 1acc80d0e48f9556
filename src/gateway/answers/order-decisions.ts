/**
 * What became of orders and replaces, for every wire to put into its own bytes: the decision as it was recorded, the
 * order as it was checked, the approval token. A repeat gets the first decision again.
 */
import type { ApprovalKeys } from '../../auth/approval-keys.ts'
import { mintApproval, termsOf } from '../../auth/approval-token.ts'
import { reasonAt } from '../../model/codes.ts'
import type { InstrumentUnits } from '../../model/directory.ts'
import type { StandingView } from '../../model/engine-port.ts'
import { formatMoney } from '../../model/explain/amounts.ts'
import { type Explanation, explain, type Sources } from '../../model/explain/explanation.ts'
import { formatDecimal } from '../../model/numbers.ts'
import { formatOrderID } from '../../model/parse/execution.ts'
import { NEW_ORDER, REPLACE_ORDER } from '../../model/records/commands.ts'
import { ORDER_DECIDED, REFUSED } from '../../model/records/events.ts'
import { HOLD_ENDED } from '../../model/records/fate-events.ts'
import { decode } from '../../model/records/schema.ts'
import { lengthAt, type Tape, typeAt } from '../../model/records/tape.ts'
import { REF_SOURCES } from '../../model/vocabulary.ts'
import type { Gate } from '../gate.ts'
import { DecisionMemory, decisionIn, isRepeatable, type Remembered } from './decision-memory.ts'
import { HeldOrders, heldOrderOf } from './held-orders.ts'
import { type Echo, type EchoSource, echoOrder, echoReplace } from './order-echo.ts'
import { OUTCOME_WORDS, type OutcomeWord } from './outcome-words.ts'

const E = ORDER_DECIDED.at
const REJECT = 0
const APPROVE = 1
const DUPLICATE = 2
const HELD = 3
const N = NEW_ORDER.at
const R = REPLACE_ORDER.at

/** The price that an order was measured against. */
export interface ReferenceUsed {
  readonly px: string
  readonly source: string
  readonly timeUs: number
  readonly ageUs: number
}

/** What an approve says beside the order. */
export interface Approval {
  readonly orderID: string
  /** Empty where none may be handed out any more. */
  readonly token: string
  readonly tokenExpiryUs: number
  /** Empty where the order is not a market order. */
  readonly protectionPx: string
  readonly openValue: string
  readonly rowsEvaluated: number
  readonly reference: ReferenceUsed | undefined
  readonly versions: Explanation['versions']
}

/** A decision as its sender is told of it. */
export interface Decided {
  readonly outcome: OutcomeWord
  readonly duplicate: boolean
  readonly clOrdID: string
  readonly seq: number
  /** 0 where only the journal still knows. */
  readonly timeUs: number
  /** The order as it was checked; undefined where only the journal still has it. */
  readonly echo: Echo | undefined
  /** Of a duplicate, and of an order that ended before its first answer was written: what has become of it since. */
  readonly standing: StandingView | undefined
  readonly approval: Approval | undefined
  /** Of a refusal that was judged. */
  readonly why: Explanation | undefined
  /** Of a refusal that was not judged, or of a hold that ended without a second decision. */
  readonly refusal: { readonly code: string; readonly control: string; readonly text: string } | undefined
}

/** A decision as onlookers see it, and the command of its order. */
export interface Seen {
  readonly decided: Decided
  readonly tape: Tape
  readonly command: number
}

/** What becomes of a call whose order is held. */
export interface Later {
  decided(decided: Decided): void
  /** The gate ends while the order is held. */
  gaveUp(): void
}

export class OrderDecisions {
  readonly #gate: Gate
  readonly #held: HeldOrders
  readonly #keys: ApprovalKeys
  readonly #memory: DecisionMemory
  readonly #sources: Sources

  constructor(gate: Gate, keys: ApprovalKeys, memory = new DecisionMemory()) {
    this.#gate = gate
    this.#keys = keys
    this.#memory = memory
    this.#sources = sourcesOf(gate)
    this.#held = new HeldOrders(gate.view.heldOrders())
  }

  /** Keeps a recovered decision, so that a repeat of it gets its first answer after a restart. */
  remember(tape: Tape, entryOffset: number, entryEnd: number): void {
    this.#held.published(tape, entryOffset, entryEnd)
    if (!isRepeatable(tape, entryOffset)) return
    const decision = decisionIn(tape, entryOffset, entryEnd)
    if (decision < 0) return
    const instrument = this.#instrumentOf(tape, entryOffset, decision)
    this.#memory.remember(tape, entryOffset, decision, instrument)
    if (outcomeAt(tape, decision) === HELD) this.#held.keep(seqAt(tape, entryOffset), tape, entryOffset, instrument)
  }

  /** To be told of every durable block: it may answer what is held. */
  published(tape: Tape, start: number, end: number): void {
    this.#held.published(tape, start, end)
  }

  /** Nothing is decided any more: tells who waits for a held order. */
  close(): void {
    this.#held.close()
  }

  /** What became of the new order or replace at `command`; undefined for an order that is held, of which `later` is told. */
  decided(tape: Tape, command: number, end: number, source: EchoSource | undefined, later: Later): Decided | undefined {
    const decision = decisionIn(tape, command, end)
    if (decision < 0) return this.#refused(tape, command, source)
    const outcome = outcomeAt(tape, decision)
    if (outcome === DUPLICATE) return this.#repeat(tape, command, decision, source, later)
    if (outcome === HELD) return this.#wait(seqAt(tape, command), tape, command, source, later, false)
    const instrument = source?.units?.id ?? -1
    this.#memory.remember(tape, command, decision, instrument)
    return this.#read({ tape, command, decision, instrument }, source, false)
  }

  /** The order at `command`, first sent or sent again, is held: its answer comes when it is decided. */
  #wait(
    orderSeq: number,
    tape: Tape,
    command: number,
    source: EchoSource | undefined,
    later: Later,
    duplicate: boolean,
  ): undefined {
    this.#held.keep(orderSeq, tape, command, tape.i32[(command >> 2) + N.instrument] as number)
    this.#held.wait(orderSeq, {
      tell: (decision) => later.decided(this.#read(decision, source, duplicate)),
      giveUp: () => later.gaveUp(),
    })
  }

  /**
   * What refused the order or replace that this client sent under the id; undefined where nothing durable did. Without
   * the reason where the decision is in the journal alone.
   */
  refusalOf(session: number, clOrdID: string): Decided | undefined {
    const { view, durableSeq } = this.#gate
    const seq = view.decidedSeqOf(session, clOrdID)
    const held = this.#held.decided(seq)
    if (held !== undefined && !isApproved(held)) return this.#read(held, undefined, true)
    // An id that an order came of keeps that order's instrument also after its end.
    if (seq === 0 || seq > durableSeq || view.instrumentOf(session, clOrdID) >= 0) return undefined
    return this.earlier(seq, true) ?? { ...FORGOTTEN, outcome: OUTCOME_WORDS[REJECT], clOrdID, seq }
  }

  /** The decision with this sequence number; undefined where it is not known any more. */
  earlier(seq: number, duplicate: boolean): Decided | undefined {
    const first = this.#held.decided(seq) ?? this.#memory.recall(seq)
    return first === undefined ? undefined : this.#read(first, undefined, duplicate)
  }

  /**
   * The decision that the event at `event` tells of, for those who look on: without a token. Undefined where it tells of none,
   * or of one again. To be asked of a durable block once `published` has had it.
   */
  seen(tape: Tape, command: number, event: number): Seen | undefined {
    const type = typeAt(tape, event)
    if (isRepeatable(tape, command)) {
      if (type === REFUSED.type) return { decided: this.#refused(tape, command, undefined), tape, command }
      if (type !== ORDER_DECIDED.type || outcomeAt(tape, event) === DUPLICATE) return undefined
      const instrument = this.#instrumentOf(tape, command, event)
      const at = { tape, command, decision: event, instrument }
      return { decided: this.#read(at, undefined, false, false), tape, command }
    }
    const orderSeq = heldOrderOf(tape, command, event)
    const held = orderSeq === 0 ? undefined : this.#held.decided(orderSeq)
    if (held === undefined) return undefined
    return { decided: this.#read(held, undefined, false, false), tape: held.tape, command: held.command }
  }

  #read(at: Remembered, source: EchoSource | undefined, duplicate: boolean, withToken = true): Decided {
    const { tape, command, decision, instrument } = at
    if (typeAt(tape, decision) === HOLD_ENDED.type) return this.#holdEnded(at, source, duplicate)
    const outcome = OUTCOME_WORDS[tape.i32[(decision >> 2) + E.outcome] as number] as OutcomeWord
    const echo = this.#echo(at, source)
    const isApproved = outcome === OUTCOME_WORDS[APPROVE]
    const isFirst = !duplicate && isApproved && this.#isOpen(tape, command, decision)
    const standing = isApproved && !isFirst ? this.#standing(tape, command, decision) : undefined
    return {
      outcome,
      duplicate,
      clOrdID: echo.clOrdID,
      seq: tape.f64[(command >> 3) + N.seq] as number,
      timeUs: tape.f64[(command >> 3) + N.timeUs] as number,
      echo,
      standing,
      approval: isApproved
        ? this.#approval(at, echo, withToken && (isFirst || (duplicate && this.#maySend(at, standing))))
        : undefined,
      why: isApproved ? undefined : explain(tape, command, decision, this.#sources, instrument),
      refusal: undefined,
    }
  }

  /** A limit that was set since could refuse the order now: its first answer was the only one to send it on. */
  #maySend({ tape, decision }: Remembered, standing: StandingView | undefined): boolean {
    const limitsVersion = tape.i32[(decision >> 2) + E.limitsVersion]
    return standing?.maySend === true && limitsVersion === this.#gate.view.limitsVersion
  }

  #approval(at: Remembered, echo: Echo, maySend: boolean): Approval {
    const { tape, command, decision } = at
    const f = decision >> 3
    const i = decision >> 2
    const seq = tape.f64[(command >> 3) + N.seq] as number
    const timeUs = tape.f64[(command >> 3) + N.timeUs] as number
    const protection = tape.f64[f + E.protectionPx] as number
    const protectionPx =
      echo.isMarket && echo.units !== undefined ? formatDecimal(protection, echo.units.priceDecimals) : ''
    const tokenExpiryUs = tape.f64[f + E.tokenExpiryUs] as number
    return {
      orderID: formatOrderID(tape.f64[f + E.orderSeq] as number, tape.i32[i + E.slot] as number),
      token: maySend ? this.#token(seq, timeUs, echo, protectionPx, tokenExpiryUs) : '',
      tokenExpiryUs,
      protectionPx,
      openValue: formatMoney(tape.f64[f + E.openValue] as number, this.#gate.directory.ledgerDecimals),
      rowsEvaluated: tape.i32[i + E.rows] as number,
      reference: referenceAt(tape, decision, timeUs, echo.units),
      versions: {
        limits: tape.i32[i + E.limitsVersion] as number,
        reference: tape.i32[i + E.referenceVersion] as number,
        fx: tape.i32[i + E.fxVersion] as number,
        parameters: tape.i32[i + E.parametersVersion] as number,
      },
    }
  }

  /** What has become of the approved order or replace since. */
  #standing(tape: Tape, command: number, decision: number): StandingView | undefined {
    const session = tape.i32[(command >> 2) + (typeAt(tape, command) === NEW_ORDER.type ? N : R).session] as number
    const slot = tape.i32[(decision >> 2) + E.slot] as number
    const orderSeq = tape.f64[(decision >> 3) + E.orderSeq] as number
    return this.#gate.view.standing(session, clOrdIDAt(tape, command), slot, orderSeq)
  }

  /** Its owner may have said that it was not sent before its first answer is written: then it may not be sent. */
  #isOpen(tape: Tape, command: number, decision: number): boolean {
    if (typeAt(tape, command) !== NEW_ORDER.type) return this.#standing(tape, command, decision)?.isLive === true
    const orderSeq = tape.f64[(decision >> 3) + E.orderSeq] as number
    return this.#gate.view.isOpen(tape.i32[(decision >> 2) + E.slot] as number, orderSeq)
  }

  /** Of an earlier run, or ended, a token is of no use to anyone. The key of its time, so that a decision has one token. */
  #token(seq: number, timeUs: number, echo: Echo, protectionPx: string, expiryUs: number): string {
    if (seq < this.#gate.firstSeq || expiryUs <= this.#gate.view.timeUs) return ''
    return mintApproval(this.#keys.keyOf(echo.venue, timeUs), {
      epoch: this.#gate.epoch,
      seq,
      session: echo.session,
      clOrdID: echo.clOrdID,
      venue: echo.venue,
      expiryUs,
      terms: termsOf(echo.terms, protectionPx),
    })
  }

  /** A hold that ended without a decision on its order, which may not go to the market. */
  #holdEnded(at: Remembered, source: EchoSource | undefined, duplicate: boolean): Decided {
    const { tape, command, decision } = at
    const echo = this.#echo(at, source)
    return {
      ...FORGOTTEN,
      outcome: OUTCOME_WORDS[REJECT],
      duplicate,
      clOrdID: echo.clOrdID,
      seq: seqAt(tape, command),
      timeUs: tape.f64[(command >> 3) + N.timeUs] as number,
      echo,
      refusal: refusalOf(tape.i32[(decision >> 2) + HOLD_ENDED.at.reason] as number),
    }
  }

  /** The first decision again, and what has become of its order since. It carries a token only where that still may go. */
  #repeat(
    tape: Tape,
    command: number,
    decision: number,
    source: EchoSource | undefined,
    later: Later,
  ): Decided | undefined {
    const seq = tape.f64[(decision >> 3) + E.firstSeq] as number
    if (this.#held.isHeld(seq)) return this.#wait(seq, tape, command, source, later, true)
    const first = this.#held.decided(seq) ?? this.#memory.recall(seq)
    // Of an order that was held, and is not any more, the first decision says nothing.
    if (first !== undefined && !isHeld(first))
      return this.#read(first, { units: undefined, words: source?.words }, true)
    return {
      ...FORGOTTEN,
      outcome: OUTCOME_WORDS[DUPLICATE],
      clOrdID: clOrdIDAt(tape, command),
      seq,
      standing: this.#standing(tape, command, decision),
    }
  }

  /** A command that no decision follows was refused as such. */
  #refused(tape: Tape, command: number, source: EchoSource | undefined): Decided {
    const event = command + lengthAt(tape, command)
    if (typeAt(tape, event) !== REFUSED.type) throw new Error('an order has neither a decision nor a refusal')
    const echo = this.#echo({ tape, command, decision: event, instrument: source?.units?.id ?? -1 }, source)
    return {
      ...FORGOTTEN,
      outcome: OUTCOME_WORDS[REJECT],
      duplicate: false,
      clOrdID: echo.clOrdID,
      seq: seqAt(tape, command),
      echo,
      refusal: refusalOf(decode(tape, event, REFUSED).reason),
    }
  }

  #echo({ tape, command, decision, instrument }: Remembered, source: EchoSource | undefined): Echo {
    const { directory, view } = this.#gate
    const units = source?.units ?? directory.instrument(instrument)
    if (typeAt(tape, command) === NEW_ORDER.type) {
      return echoOrder(source?.order ?? decode(tape, command, NEW_ORDER), units, directory, source?.words)
    }
    const replace = source?.replace ?? decode(tape, command, REPLACE_ORDER)
    const slot = tape.i32[(decision >> 2) + E.slot] as number
    const found = source?.view ?? view.order(slot, tape.f64[(decision >> 3) + E.orderSeq] as number)
    return echoReplace(replace, found, units, directory, source?.words)
  }

  #instrumentOf(tape: Tape, command: number, decision: number): number {
    if (typeAt(tape, command) === NEW_ORDER.type) return tape.i32[(command >> 2) + NEW_ORDER.at.instrument] as number
    const slot = tape.i32[(decision >> 2) + E.slot] as number
    return this.#gate.view.order(slot, tape.f64[(decision >> 3) + E.orderSeq] as number)?.instrument ?? -1
  }
}

/** A decision that only the journal still has. */
const FORGOTTEN = {
  duplicate: true,
  timeUs: 0,
  echo: undefined,
  standing: undefined,
  approval: undefined,
  why: undefined,
  refusal: undefined,
} as const satisfies Partial<Decided>

function referenceAt(
  tape: Tape,
  decision: number,
  timeUs: number,
  units: InstrumentUnits | undefined,
): ReferenceUsed | undefined {
  const source = tape.i32[(decision >> 2) + E.refSource] as number
  if (source === 0 || units === undefined) return undefined
  const seenUs = tape.f64[(decision >> 3) + E.refTimeUs] as number
  return {
    px: formatDecimal(tape.f64[(decision >> 3) + E.refPx] as number, units.priceDecimals),
    source: REF_SOURCES[source] as string,
    timeUs: seenUs,
    ageUs: timeUs - seenUs,
  }
}

/** What the words of decisions come from. */
export function sourcesOf(gate: Gate): Sources {
  const { directory, rules, view } = gate
  return {
    ...{ names: directory, rules },
    limitVersion: (row) => view.limitVersion(row),
    capitalOf: (subject, limitsVersion) => view.capitalOf(subject, limitsVersion),
    sectorOf: (instrument) => view.sectorOf(instrument),
  }
}

function seqAt(tape: Tape, command: number): number {
  return tape.f64[(command >> 3) + N.seq] as number
}

function outcomeAt(tape: Tape, decision: number): number {
  return tape.i32[(decision >> 2) + E.outcome] as number
}

function isApproved({ tape, decision }: Remembered): boolean {
  return typeAt(tape, decision) === ORDER_DECIDED.type && outcomeAt(tape, decision) === APPROVE
}

/** True of an order that was held and whose second decision is in the journal alone. */
function isHeld({ tape, decision }: Remembered): boolean {
  return typeAt(tape, decision) === ORDER_DECIDED.type && outcomeAt(tape, decision) === HELD
}

function refusalOf(number: number): NonNullable<Decided['refusal']> {
  const { code, control, text } = reasonAt(number)
  return { code, control, text: `${code}: ${text}` }
}

function clOrdIDAt(tape: Tape, command: number): string {
  const isNew = typeAt(tape, command) === NEW_ORDER.type
  return isNew ? decode(tape, command, NEW_ORDER).clOrdID : decode(tape, command, REPLACE_ORDER).clOrdID
}
