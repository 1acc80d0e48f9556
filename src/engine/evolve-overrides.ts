/** Keeps refused orders that two people could let pass, and applies what became of overrides. */
import { REFUSAL_ROWS } from '../model/bounds.ts'
import { CONTROLS, controlIndex, hasControl } from '../model/controls.ts'
import { MAX } from '../model/numbers.ts'
import { parameterIndex } from '../model/parameters.ts'
import { NEW_ORDER } from '../model/records/commands.ts'
import { ORDER_DECIDED, ROW_FAILED, ROW_ID_MASK } from '../model/records/events.ts'
import { OVERRIDE } from '../model/records/people-commands.ts'
import { decode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { OVERRIDE_MOVED } from '../model/records/waiver-events.ts'
import { LIMIT_ACTIONS, LIMIT_MODES, TIMER_KINDS } from '../model/vocabulary.ts'
import type { Content } from './content.ts'
import { createCapitalAge } from './controls/sector-concentration.ts'
import { latchCovers } from './controls/trading-state.ts'
import type { Judgement } from './judgement.ts'
import { copyTerms, TERMS } from './order-terms.ts'
import { B08, D08, type RowVersion } from './state/limit-version.ts'
import { Kind } from './state/names.ts'
import { Refusal } from './state/refusals.ts'
import type { State } from './state/state.ts'
import { type Override, OverrideState } from './state/waivers.ts'

const B07 = controlIndex('MAX_ORDER_PCT_ADV')
const LIFE = parameterIndex('overrideLifeUs')
const TIMER = TIMER_KINDS.indexOf('OVERRIDE')
const ALERT = LIMIT_ACTIONS.indexOf('ALERT')
const SHADOW = LIMIT_MODES.indexOf('SHADOW')
const OVERRIDABLE = Int32Array.from(CONTROLS, ({ overridable }) => (overridable ? 1 : 0))
const ROWS_MAX: number = REFUSAL_ROWS
const MOST: number = MAX

const N = NEW_ORDER.at

export type OverrideEvolver = ReturnType<typeof createOverrideEvolver>

/** `j` is only for the scratch of the content hash. */
export function createOverrideEvolver(state: State, j: Judgement, { hashNewOrder }: Content) {
  const { overrides, refusals, timers, parameters, limits, latches, names } = state
  const { f, i, rowIds, rowUses } = refusals
  const isCapitalKnown = createCapitalAge(state)
  const subjects = new Int32Array(8)
  /** Overrides that a latch of the command under way covers; the engine ends them. */
  const stopped: number[] = []

  /** OrderDecided with REJECT and rows behind the NewOrder at `command`: kept where a row of it could be overridden. */
  function refused(tape: Tape, command: number, event: number): void {
    const place = refusals.next()
    const rows = keepRows(tape, event, place)
    if (rows === 0) return
    const { i32 } = tape
    const c = command >> 2
    const at = place * Refusal.INTS
    hashNewOrder(tape, command)
    f[place * Refusal.NUMS + Refusal.SEQ] = state.seq
    f[place * Refusal.NUMS + Refusal.TIME] = state.timeUs
    copyTerms(tape, command, f, place * Refusal.NUMS + Refusal.TERMS)
    i[at + Refusal.SESSION] = i32[c + N.session]!
    i[at + Refusal.CONTENT0] = j.order0
    i[at + Refusal.CONTENT1] = j.order1
    i[at + Refusal.ACCOUNT] = i32[c + N.account]!
    i[at + Refusal.TRADER] = i32[c + N.trader]!
    i[at + Refusal.STRATEGY] = i32[c + N.strategy]!
    i[at + Refusal.INSTRUMENT] = i32[c + N.instrument]!
    i[at + Refusal.VENUE] = i32[c + N.venue]!
    i[at + Refusal.SIDE] = i32[c + N.side]!
    i[at + Refusal.ROWS] = rows
    refusals.keep()
  }

  /** Rows over their limit, overridden now or not, with the use that they came to; returns how many. */
  function keepRows(tape: Tape, event: number, place: number): number {
    const { f64, i32 } = tape
    const count = i32[(event >> 2) + ORDER_DECIDED.at.rows]!
    const idAt = (event + ORDER_DECIDED.bytes) >> 2
    const afterAt = ((event + ORDER_DECIDED.bytes + (((count + 1) >> 1) << 3)) >> 3) + count
    let rows = 0
    for (let row = 0; row < count && rows < ROWS_MAX; row++) {
      const id = i32[idAt + row]!
      if ((id & ROW_FAILED) === 0) continue
      const version = limits.versions[id & ROW_ID_MASK]!
      const after = f64[afterAt + row]!
      if (OVERRIDABLE[version.control] === 0 || !isAmount(version, after)) continue
      rowIds[place * ROWS_MAX + rows] = version.row
      rowUses[place * ROWS_MAX + rows] = after
      rows++
    }
    return rows
  }

  /**
   * True where the row refused a use that is known and has an end. One that only alerts refused nothing; without volume
   * the use reads 0, without capital nothing is over a share of it, and MAX stands for any use.
   */
  function isAmount({ control, subject, action, mode }: RowVersion, after: number): boolean {
    if (action === ALERT || mode === SHADOW || after >= MOST) return false
    if (control === B07 || control === B08) return after > 0
    return control !== D08 || isCapitalKnown(subject, state.timeUs)
  }

  function moved(tape: Tape, command: number, event: number): void {
    const { overrideSeq, decisionSeq, override: id, state: to } = decode(tape, event, OVERRIDE_MOVED)
    if (to === OverrideState.PENDING) return request(tape, command, decisionSeq, id)
    if (to === OverrideState.APPROVED) {
      const given = overrides.get(overrideSeq)!
      const { principal, reason } = decode(tape, command, OVERRIDE)
      given.confirmer = principal
      given.reason = reason
      return
    }
    if (to === OverrideState.USED) refusals.drop(decisionSeq)
    overrides.end(overrideSeq)
    timers.clear(TIMER, id)
  }

  function request(tape: Tape, command: number, decisionSeq: number, id: number): void {
    const { controls0, controls1, principal, reason } = decode(tape, command, OVERRIDE)
    const place = refusals.find(decisionSeq)
    const at = place * Refusal.INTS
    const termsAt = place * Refusal.NUMS + Refusal.TERMS
    const rows: number[] = []
    const most: number[] = []
    refusals.rowsOf(place).forEach((row, index) => {
      if (!hasControl(controls0, controls1, limits.versions[row]!.control)) return
      rows.push(row)
      most.push(rowUses[place * ROWS_MAX + index]!)
    })
    const expiresUs = state.timeUs + parameters[LIFE]!
    overrides.add({
      ...{ id, seq: state.seq, decisionSeq, controls0, controls1, rows, most, expiresUs },
      session: i[at + Refusal.SESSION]!,
      content0: i[at + Refusal.CONTENT0]!,
      content1: i[at + Refusal.CONTENT1]!,
      terms: [...f.subarray(termsAt, termsAt + TERMS)],
      account: i[at + Refusal.ACCOUNT]!,
      trader: i[at + Refusal.TRADER]!,
      strategy: i[at + Refusal.STRATEGY]!,
      instrument: i[at + Refusal.INSTRUMENT]!,
      venue: i[at + Refusal.VENUE]!,
      side: i[at + Refusal.SIDE]!,
      ...{ requester: principal, requestReason: reason, confirmer: -1, reason: '' },
    })
    timers.set(TIMER, id, expiresUs)
  }

  /** The newest latch was set just now. */
  function latched(): void {
    if (overrides.isEmpty()) return
    const latch = latches.active[latches.active.length - 1]!
    for (const one of overrides.all()) {
      if (stopped.includes(one.seq)) continue
      fillSubjects(one)
      if (latchCovers(state, latch, subjects, 0, one.instrument, one.venue, one.side !== 0)) stopped.push(one.seq)
    }
  }

  function fillSubjects({ account, trader, strategy, session }: Override): void {
    subjects[Kind.FIRM] = 0
    subjects[Kind.ENTITY] = names.entityOf[account]!
    subjects[Kind.CLIENT] = names.clientOf[account]!
    subjects[Kind.DESK] = names.deskOf[trader]!
    subjects[Kind.TRADER] = trader
    subjects[Kind.ACCOUNT] = account
    subjects[Kind.STRATEGY] = strategy
    subjects[Kind.SESSION] = session
  }

  return { stopped, refused, moved, latched }
}
