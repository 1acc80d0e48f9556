/**
 * New orders and what-ifs: idempotency, unknown names, judgement, and what an approve leaves behind.
 */

import { reasonNumber } from '../../model/codes.ts'
import { CONTROLS } from '../../model/controls.ts'
import type { RulePack } from '../../model/rules.ts'
import { ORDER_STATES, OUTCOMES, RESULTS } from '../../model/vocabulary.ts'
import type { Command, ValuesOfCommand } from '../commands/command.ts'
import type { Candidate } from './candidate.ts'
import { keepSoftBlock, orderContent, roomFault, useConfirmation } from './confirmations.ts'
import type { Decision, TwinEvent } from './events.ts'
import type { Ratio } from './exact.ts'
import { HELD_OUTCOME, hold } from './held.ts'
import { bareDecision, judge } from './judge.ts'
import { keepRefusal, useOverride } from './overrides.ts'
import { parentNamed, stopStray } from './parents.ts'
import { controlOf, countMessage, subjectsOf } from './rows.ts'
import {
  duration,
  idKey,
  isSetOf,
  type Keys,
  type Name,
  nameAt,
  type Order,
  type State,
  subjectAt,
  type Version,
} from './state.ts'
import { A01, A02 } from './structure.ts'
import { warn } from './warnings.ts'
import { countRefusal } from './watches.ts'

type OrderValues = ValuesOfCommand<'NewOrder'> | ValuesOfCommand<'Evaluate'>

const A03 = controlOf('A03')
const SOFT_BLOCK = OUTCOMES.indexOf('SOFT_BLOCK')
export const APPROVE = OUTCOMES.indexOf('APPROVE')
const DUPLICATE = OUTCOMES.indexOf('DUPLICATE')
export const APPROVED = ORDER_STATES.indexOf('APPROVED')

/** Fields in which a resent command may differ from the first one. */
const ENVELOPE = ['seq', 'timeUs', 'principal', 'transactTimeUs', 'receivedTimeUs']

export function newOrder(state: State, given: Command & { name: 'NewOrder' }, pack: RulePack): TwinEvent[] {
  const { values } = given
  const repeat = repeated(state, given)
  if (repeat !== null) return repeat
  const unknown = unknownName(state, values)
  if (unknown !== null) {
    const subjects = subjectsKnown(state, values)
    countMessage(state, subjects, values.timeUs)
    useId(state, given, 0)
    const decision = bareDecision(0, unknown, [A03])
    return [{ name: 'OrderDecided', decision }, ...countRefusal(state, subjects, values.timeUs)]
  }
  const candidate = candidateOf(state, values, orderContent(given))
  const judged = judgeSafely(state, candidate, pack, values.seq)
  const { valued } = judged
  const fault = judged.decision.outcome === SOFT_BLOCK ? roomFault(state, values.session) : null
  const decision = fault === null ? judged.decision : withoutRoom(judged.decision, fault)
  // Who is not bound to account and trader uses up no rate but its own.
  const isStranger = decision.results[A02] === RESULTS.indexOf('FAIL')
  const subjects = isStranger ? [values.session] : subjectIds(state, candidate.keys)
  countMessage(state, subjects, values.timeUs)
  if (decision.outcome === SOFT_BLOCK) {
    useId(state, given, 0)
    keepSoftBlock(state, given, decision)
    return [{ name: 'OrderDecided', decision: { ...decision, orderSeq: 0 } }, ...useConfirmation(state, candidate)]
  }
  if (decision.outcome === HELD_OUTCOME && valued !== null) {
    const order = open(state, candidate, values.seq, valued, 0)
    useId(state, given, values.seq)
    return [{ name: 'OrderDecided', decision }, ...hold(state, order, candidate, decision.crossing)]
  }
  if (decision.outcome !== APPROVE || valued === null) {
    useId(state, given, 0)
    // Nothing was opened: there is no order to name.
    const unopened: TwinEvent = { name: 'OrderDecided', decision: { ...decision, orderSeq: 0 } }
    keepRefusal(state, given, candidate, decision)
    const strayed = stopStray(state, candidate, decision)
    return [unopened, ...strayed, ...countRefusal(state, subjects, values.timeUs)]
  }
  const tokenExpiryUs = values.timeUs + duration(state, 'tokenLifeUs')
  const approved = { ...decision, tokenExpiryUs }
  open(state, candidate, values.seq, valued, tokenExpiryUs)
  state.approvals.push({ timeUs: values.timeUs, likeness: candidate.likeness as string })
  useId(state, given, values.seq)
  const used = [...useConfirmation(state, candidate), ...useOverride(state, candidate)]
  return [{ name: 'OrderDecided', decision: approved }, ...warn(state, decision.rows), ...used]
}

/** No more soft blocks can be kept. */
function withoutRoom(decision: Decision, fault: string): Decision {
  const results = decision.results.map((result, control) => (control === A01 ? RESULTS.indexOf('FAIL') : result))
  return { ...decision, outcome: OUTCOMES.indexOf('REJECT'), reason: reasonNumber(fault), results }
}

/** A what-if: judged like a new order, leaves nothing behind. */
export function evaluate(state: State, values: ValuesOfCommand<'Evaluate'>, pack: RulePack): TwinEvent[] {
  const unknown = unknownName(state, values)
  if (unknown !== null) return [{ name: 'OrderDecided', decision: bareDecision(0, unknown, [A03]) }]
  const { decision } = judgeSafely(state, candidateOf(state, values, ''), pack, 0)
  return [{ name: 'OrderDecided', decision }]
}

/** A rule that errs refuses the order. */
export function judgeSafely(
  state: State,
  candidate: Candidate,
  pack: RulePack,
  orderSeq: number,
): ReturnType<typeof judge> {
  const guarded: RulePack = {
    ...pack,
    firstRefusal: (facts) => {
      try {
        return pack.firstRefusal(facts)
      } catch (error) {
        throw new RuleFailed(String(error))
      }
    },
  }
  try {
    return judge(state, candidate, guarded, orderSeq)
  } catch (error) {
    if (!(error instanceof RuleFailed)) throw error
    return { decision: bareDecision(orderSeq, 'RISK_ERROR'), valued: null }
  }
}

class RuleFailed extends Error {}

/** The answer to an id that was used before; null for a new one. */
export function repeated(state: State, given: Command & { name: 'NewOrder' | 'ReplaceOrder' }): TwinEvent[] | null {
  const { session, clOrdID, timeUs } = given.values
  const used = state.ids.get(idKey(session, clOrdID))
  if (used === undefined) return null
  countMessage(state, [session], timeUs)
  const isSame = used.content === contentOf(given)
  const decision = isSame
    ? { ...bareDecision(used.orderSeq, 'NONE'), outcome: DUPLICATE, firstSeq: used.seq }
    : bareDecision(0, 'CLORDID_CONFLICT')
  const refusal = isSame ? [] : countRefusal(state, [session], timeUs)
  return [{ name: 'OrderDecided', decision }, ...refusal]
}

function contentOf(given: Command): string {
  const fields = Object.entries(given.values).filter(([field]) => !ENVELOPE.includes(field))
  return `${given.name} ${JSON.stringify(fields.sort())}`
}

export function useId(state: State, given: Command & { name: 'NewOrder' | 'ReplaceOrder' }, orderSeq: number): void {
  const { session, clOrdID, seq } = given.values
  state.ids.set(idKey(session, clOrdID), { content: contentOf(given), seq, tradeDate: state.tradeDate, orderSeq })
}

function unknownName(state: State, values: OrderValues): string | null {
  if (state.instruments[values.instrument] === undefined) return 'UNKNOWN_INSTRUMENT'
  if (subjectAt(state, 'ACCOUNT', values.account) === undefined) return 'UNKNOWN_ACCOUNT'
  if (subjectAt(state, 'TRADER', values.trader) === undefined) return 'UNKNOWN_TRADER'
  if (subjectAt(state, 'STRATEGY', values.strategy) === undefined) return 'UNKNOWN_STRATEGY'
  return values.venue === -1 || nameAt(state, 'VENUE', values.venue) !== undefined ? null : 'UNKNOWN_VENUE'
}

/** The subjects that a message counts at: all eight where those that carry positions are known. */
function subjectsKnown(state: State, values: OrderValues): number[] {
  const unknown = unknownName(state, values)
  return unknown === null || unknown === 'UNKNOWN_VENUE' ? subjectIds(state, keysOf(state, values)) : [values.session]
}

export function subjectIds(state: State, keys: Keys): number[] {
  return subjectsOf(state, keys).map(({ id }) => id)
}

function keysOf(state: State, values: OrderValues): Keys {
  const { entity, client } = subjectAt(state, 'ACCOUNT', values.account) as Name
  const { desk } = subjectAt(state, 'TRADER', values.trader) as Name
  const { account, trader, strategy, session, instrument, venue } = values
  return { entity, client, desk, trader, account, strategy, session, instrument, venue }
}

/** A what-if asks for one control, or with -1 for all. */
function isControl(control: number): boolean {
  return control === -1 || CONTROLS[control] !== undefined
}

function candidateOf(state: State, values: OrderValues, content: string): Candidate {
  const { flags, side, ordType, timeInForce, locate, clOrdID } = values
  return {
    now: values.timeUs,
    clOrdID,
    keys: keysOf(state, values),
    owner: (subjectAt(state, 'ACCOUNT', values.account) as Name).owner,
    side,
    ordType,
    timeInForce,
    price: flags & 1 ? BigInt(values.price) : null,
    stopPx: flags & 2 ? BigInt(values.stopPx) : null,
    expireTimeUs: flags & 4 ? values.expireTimeUs : null,
    locate,
    isUndefined: !isSetOf(flags, 3) || ('control' in values && !isControl(values.control)),
    orderQty: BigInt(values.orderQty),
    order: null,
    likeness: likenessOf(values),
    parent: parentNamed(state, values.session, values.parentClOrdID),
    holdUs: 'holdUs' in values ? values.holdUs : 0,
    confirms: 'confirmSeq' in values && values.confirmSeq !== 0 ? { seq: values.confirmSeq, content } : null,
    overrides: 'overrideSeq' in values && values.overrideSeq !== 0 ? { seq: values.overrideSeq, content } : null,
  }
}

function likenessOf(values: OrderValues): string {
  const { account, instrument, side, orderQty, price, stopPx, ordType, timeInForce, strategy, parentClOrdID } = values
  return [account, instrument, side, orderQty, price, stopPx, ordType, timeInForce, strategy, parentClOrdID].join('|')
}

function open(
  state: State,
  candidate: Candidate,
  seq: number,
  valued: { v: bigint; unit: Ratio },
  tokenExpiryUs: number,
): Order {
  const { clOrdID, keys, owner, side, ordType, timeInForce, locate } = candidate
  const parent = candidate.parent === 'UNKNOWN' ? null : candidate.parent
  if (parent !== null) parent.slices++
  const order: Order = {
    seq,
    keys,
    owner,
    side,
    ordType,
    triggered: false,
    timeInForce,
    // A locate that is not known when it is named is none, whatever is defined later.
    locate: state.locates[locate] === undefined ? -1 : locate,
    approvedUs: candidate.now,
    versions: [versionOf(candidate, valued)],
    cum: 0n,
    state: APPROVED,
    reported: false,
    cancelRequested: false,
    tokenExpiryUs,
    hold: null,
    requestedBy: 0,
    ids: [clOrdID],
    parent,
    sliceQty: 0n,
    sliceFlow: 0n,
  }
  state.orders.set(seq, order)
  state.slots.set(seq, state.slots.size)
  return order
}

export function versionOf(candidate: Candidate, { v, unit }: { v: bigint; unit: Ratio }): Version {
  const { clOrdID, orderQty, price, stopPx } = candidate
  return { clOrdID, orderQty, price, stopPx, v, unit }
}

/** A decision on something that was never judged. */
export function undecided(orderSeq: number, reason: string): TwinEvent[] {
  const decision: Decision = bareDecision(orderSeq, reason)
  return [{ name: 'OrderDecided', decision }]
}
