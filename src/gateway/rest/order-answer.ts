/**
 * Answers to orders as JSON texts. An approve is written field by field, because every order in front of the market
 * waits for it; a reject is explained in full.
 */
import { type ApprovalKeys, mintApproval, termsOf } from '../../auth/approval-token.ts'
import { reasonAt } from '../../model/codes.ts'
import type { InstrumentUnits } from '../../model/directory.ts'
import type { StandingView } from '../../model/engine-port.ts'
import { formatMoney } from '../../model/explain/amounts.ts'
import { type Explanation, explain, type Sources } from '../../model/explain/explanation.ts'
import { formatDecimal } from '../../model/numbers.ts'
import { formatOrderID } from '../../model/parse/execution.ts'
import type { Words } from '../../model/parse/form.ts'
import { formatTimeUs } from '../../model/parse/timestamps.ts'
import { NEW_ORDER, REPLACE_ORDER } from '../../model/records/commands.ts'
import { ORDER_DECIDED, REFUSED } from '../../model/records/events.ts'
import { decode } from '../../model/records/schema.ts'
import { lengthAt, type Tape, typeAt } from '../../model/records/tape.ts'
import { ORDER_STATES, REF_SOURCES } from '../../model/vocabulary.ts'
import { DecisionMemory, decisionIn, isRepeatable, type Remembered } from '../decision-memory.ts'
import type { Gate } from '../gate.ts'
import { type Echo, type EchoSource, echoOrder, echoReplace } from './order-echo.ts'
import { OUTCOME_WORDS, type OutcomeWord } from './outcome-words.ts'
import { rowJson } from './row-json.ts'

const E = ORDER_DECIDED.at
const REJECT = 0
const APPROVE = 1
const DUPLICATE = 2
const N = NEW_ORDER.at
const R = REPLACE_ORDER.at
/** Said of an order that has ended, where how is no longer known. */
const ENDED = 'ENDED'

/** An answer and what it decided, which metrics count. */
export interface OrderAnswer {
  readonly text: string
  readonly outcome: OutcomeWord
}

export class OrderAnswers {
  readonly #gate: Gate
  readonly #keys: ApprovalKeys
  readonly #memory: DecisionMemory
  readonly #sources: Sources

  constructor(gate: Gate, keys: ApprovalKeys, memory = new DecisionMemory()) {
    this.#gate = gate
    this.#keys = keys
    this.#memory = memory
    this.#sources = sourcesOf(gate)
  }

  /** Closes every answer. The profile is not known before the genesis record. */
  get #tail(): string {
    return profileTail(this.#gate)
  }

  /** Keeps a recovered decision, so that a repeat of it gets its first answer after a restart. */
  remember(tape: Tape, entryOffset: number, entryEnd: number): void {
    if (!isRepeatable(tape, entryOffset)) return
    const decision = decisionIn(tape, entryOffset, entryEnd)
    if (decision < 0) return
    this.#memory.remember(tape, entryOffset, decision, this.#instrumentOf(tape, entryOffset, decision))
  }

  /** The answer to the new order or replace at `command`. */
  answer(tape: Tape, command: number, end: number, source: EchoSource | undefined): OrderAnswer {
    const decision = decisionIn(tape, command, end)
    if (decision < 0) return this.#refused(tape, command, source)
    const outcome = tape.i32[(decision >> 2) + E.outcome] as number
    if (outcome === DUPLICATE) return this.#repeat(tape, command, decision, source?.words)
    const instrument = source?.units?.id ?? -1
    this.#memory.remember(tape, command, decision, instrument)
    return this.#write({ tape, command, decision, instrument }, source, false)
  }

  /**
   * What refused the order or replace that this client sent under the id; undefined where nothing durable did. Without
   * the reason where the decision is in the journal alone.
   */
  refusalOf(session: number, clOrdID: string): string | undefined {
    const { view, durableSeq } = this.#gate
    const seq = view.decidedSeqOf(session, clOrdID)
    // An id that an order came of keeps that order's instrument also after its end.
    if (seq === 0 || seq > durableSeq || view.instrumentOf(session, clOrdID) >= 0) return undefined
    const first = this.#memory.recall(seq)
    if (first !== undefined) return this.#write(first, undefined, true).text
    const id = JSON.stringify(clOrdID)
    return `{"clOrdID":${id},"outcome":"REJECTED","duplicate":true,"seq":${seq}${this.#tail}}`
  }

  /** The answer that the order with this sequence number got; undefined where it is not known any more. */
  answerOf(seq: number): string | undefined {
    const first = this.#memory.recall(seq)
    return first === undefined ? undefined : this.#write(first, undefined, false).text
  }

  #write(at: Remembered, source: EchoSource | undefined, duplicate: boolean): OrderAnswer {
    const outcome = at.tape.i32[(at.decision >> 2) + E.outcome] as number
    const echo = this.#echo(at, source)
    const text = outcome === APPROVE ? this.#approved(at, echo, duplicate) : this.#rejected(at, echo, duplicate)
    return { text, outcome: OUTCOME_WORDS[outcome] as OutcomeWord }
  }

  #approved({ tape, command, decision }: Remembered, echo: Echo, duplicate: boolean): string {
    const { directory } = this.#gate
    const f = decision >> 3
    const i = decision >> 2
    const seq = tape.f64[(command >> 3) + NEW_ORDER.at.seq] as number
    const timeUs = tape.f64[(command >> 3) + NEW_ORDER.at.timeUs] as number
    const orderID = formatOrderID(tape.f64[f + E.orderSeq] as number, tape.i32[i + E.slot] as number)
    const protection = tape.f64[f + E.protectionPx] as number
    const protectionPx =
      echo.isMarket && echo.units !== undefined ? formatDecimal(protection, echo.units.priceDecimals) : ''
    const expiryUs = tape.f64[f + E.tokenExpiryUs] as number
    const standing = duplicate ? this.#standing(tape, command, decision) : undefined
    const maySend = !duplicate || (standing?.maySend === true && this.#limitsStand(tape, decision))
    const token = maySend ? this.#token(seq, echo, protectionPx, expiryUs) : ''
    const money = formatMoney(tape.f64[f + E.openValue] as number, directory.ledgerDecimals)
    return (
      `{${echo.ids},"outcome":"APPROVED","duplicate":${duplicate}${standingJson(standing)},"seq":${seq},"time":"${formatTimeUs(timeUs)}"` +
      `,"orderID":"${orderID}"${token}${protectionPx === '' ? '' : `,"protectionPx":"${protectionPx}"`}` +
      `,"order":${echo.json},"decision":{"rowsEvaluated":${tape.i32[i + E.rows]},"openValue":"${money}"` +
      `${this.#reference(tape, decision, timeUs, echo.units)},"versions":{"limits":${tape.i32[i + E.limitsVersion]}` +
      `,"reference":${tape.i32[i + E.referenceVersion]},"fx":${tape.i32[i + E.fxVersion]}` +
      `,"parameters":${tape.i32[i + E.parametersVersion]}}}${this.#tail}}`
    )
  }

  #reference(tape: Tape, decision: number, timeUs: number, units: InstrumentUnits | undefined): string {
    const source = tape.i32[(decision >> 2) + E.refSource] as number
    if (source === 0 || units === undefined) return ''
    const seenUs = tape.f64[(decision >> 3) + E.refTimeUs] as number
    const px = formatDecimal(tape.f64[(decision >> 3) + E.refPx] as number, units.priceDecimals)
    return `,"reference":{"px":"${px}","source":"${REF_SOURCES[source]}","time":"${formatTimeUs(seenUs)}","ageUs":${timeUs - seenUs}}`
  }

  /** What has become of the approved order or replace since. */
  #standing(tape: Tape, command: number, decision: number): StandingView | undefined {
    const session = tape.i32[(command >> 2) + (typeAt(tape, command) === NEW_ORDER.type ? N : R).session] as number
    const slot = tape.i32[(decision >> 2) + E.slot] as number
    const orderSeq = tape.f64[(decision >> 3) + E.orderSeq] as number
    return this.#gate.view.standing(session, clOrdIDAt(tape, command), slot, orderSeq)
  }

  /** A limit that was set since could refuse the order now: its first answer was the only one to send it on. */
  #limitsStand(tape: Tape, decision: number): boolean {
    return tape.i32[(decision >> 2) + E.limitsVersion] === this.#gate.view.limitsVersion
  }

  /** Token and expiry. A token of an earlier run, or one that has ended, is of no use to anyone. */
  #token(seq: number, echo: Echo, protectionPx: string, expiryUs: number): string {
    if (seq < this.#gate.firstSeq || expiryUs <= this.#gate.view.timeUs) return ''
    const token = mintApproval(this.#keys.keyOf(echo.venue), {
      epoch: this.#gate.epoch,
      seq,
      session: echo.session,
      clOrdID: echo.clOrdID,
      venue: echo.venue,
      expiryUs,
      terms: termsOf(echo.terms, protectionPx),
    })
    return `,"token":"${token}","tokenExpiry":"${formatTimeUs(expiryUs)}"`
  }

  #rejected({ tape, command, decision, instrument }: Remembered, echo: Echo, duplicate: boolean): string {
    const why = explain(tape, command, decision, this.#sources, instrument)
    const outcome = OUTCOME_WORDS[tape.i32[(decision >> 2) + E.outcome] as number]
    const confirmId = outcome === 'SOFT_BLOCKED' ? why.seq : undefined
    const head = { outcome, duplicate, seq: why.seq, time: formatTimeUs(why.timeUs), confirmId }
    const text = JSON.stringify({ ...head, ...rejectionJson(why) })
    return `{${echo.ids},${text.slice(1, -1)},"order":${echo.json}${this.#tail}}`
  }

  /** The first decision again, and what has become of its order since. It carries a token only where that still may go. */
  #repeat(tape: Tape, command: number, decision: number, words: Words | undefined): OrderAnswer {
    const firstSeq = tape.f64[(decision >> 3) + E.firstSeq] as number
    const first = this.#memory.recall(firstSeq)
    if (first !== undefined) return this.#write(first, { units: undefined, words }, true)
    const clOrdID = JSON.stringify(clOrdIDAt(tape, command))
    const standing = standingJson(this.#standing(tape, command, decision))
    const text = `{"clOrdID":${clOrdID},"outcome":"DECIDED_EARLIER","duplicate":true${standing},"seq":${firstSeq}${this.#tail}}`
    return { text, outcome: 'DECIDED_EARLIER' }
  }

  /** A command that no decision follows was refused as such. */
  #refused(tape: Tape, command: number, source: EchoSource | undefined): OrderAnswer {
    const event = command + lengthAt(tape, command)
    if (typeAt(tape, event) !== REFUSED.type) throw new Error('an order has neither a decision nor a refusal')
    const { code, control, text } = reasonAt(decode(tape, event, REFUSED).reason)
    const echo = this.#echo({ tape, command, decision: event, instrument: source?.units?.id ?? -1 }, source)
    const seq = tape.f64[(command >> 3) + NEW_ORDER.at.seq] as number
    const reason = JSON.stringify({ code, control, text: `${code}: ${text}` })
    return {
      text: `{${echo.ids},"outcome":"REJECTED","duplicate":false,"seq":${seq},"reason":${reason},"failed":[],"breaches":[],"order":${echo.json}${this.#tail}}`,
      outcome: OUTCOME_WORDS[REJECT],
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

function standingJson(standing: StandingView | undefined): string {
  return standing === undefined ? '' : `,"state":"${ORDER_STATES[standing.state] ?? ENDED}","live":${standing.isLive}`
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

/** `,"profile":"demo"` in the demo profile, which says so in every answer. */
export function profileTail(gate: Gate): string {
  return gate.directory.profile === 'demo' ? ',"profile":"demo"' : ''
}

/** The part of a reject that says why. */
function rejectionJson(why: Explanation): object {
  return {
    reason: why.reason,
    failed: why.failed,
    breaches: why.rows.filter((row) => !row.waived).map(rowJson),
    qtyPassing: why.qtyPassing,
    rule: why.rule === undefined ? undefined : ruleJson(why.rule),
    decision: {
      rowsEvaluated: why.rowsEvaluated,
      reference: why.reference,
      versions: why.versions,
      results: why.results,
    },
  }
}

export function ruleJson({ id, title, citation, source, refusal }: NonNullable<Explanation['rule']>): object {
  return { id, title, citation, source, refusal }
}

function clOrdIDAt(tape: Tape, command: number): string {
  const isNew = typeAt(tape, command) === NEW_ORDER.type
  return isNew ? decode(tape, command, NEW_ORDER).clOrdID : decode(tape, command, REPLACE_ORDER).clOrdID
}
