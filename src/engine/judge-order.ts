/**
 * Judges an order against every control (docs/reference/decision.md §4 to §7): resolves what hangs on its names, values
 * it, asks each control, and finds the largest quantity that would have passed. Changes nothing but the scratch.
 */
import { HOLD_MAX_US } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import { controlIndex } from '../model/controls.ts'
import { rests } from './controls/self-match.ts'
import type { Controls } from './controls.ts'
import { createProjection } from './exposure.ts'
import { type Judgement, Verdict, X } from './judgement.ts'
import { Ref } from './market.ts'
import { createRows } from './rows.ts'
import { Has } from './state/instruments.ts'
import { Bound, Kind } from './state/names.ts'
import type { State } from './state/state.ts'
import { createWaiverJudge } from './waivers.ts'

const M04 = controlIndex('TRADING_STATE')
const A02 = controlIndex('MARKET_ACCESS')
const A01 = controlIndex('ORDER_STRUCTURE')
const A03 = controlIndex('INSTRUMENT_PERMISSION')
const A06 = controlIndex('INSTRUMENT_TRADABLE')
const A05 = controlIndex('LIMITS_PRESENT')
const B03 = controlIndex('PRICE_COLLAR')
const B05 = controlIndex('MARKET_ORDER_PROTECTION')
const B09 = controlIndex('DUPLICATE_ORDER')
const C01 = controlIndex('MESSAGE_RATE')
const C05 = controlIndex('MAX_OPEN_ORDERS')
const A07 = controlIndex('ALGO_REGISTERED')
const B13 = controlIndex('PARENT_CHILD')
const H01 = controlIndex('SELF_MATCH')
const I00 = controlIndex('REGULATORY_COMPLIANCE')
/** A smaller order meets these just the same. */
const FIXED_CONTROLS = Int32Array.of(M04, A02, A01, A03, A07, A06, A05, B03, B05, B09, C01, C05, H01)

const CAPITAL_UNAVAILABLE = reasonNumber('CAPITAL_UNAVAILABLE')
const REF_PRICE_UNAVAILABLE = reasonNumber('REF_PRICE_UNAVAILABLE')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const VALUE_OUT_OF_RANGE = reasonNumber('VALUE_OUT_OF_RANGE')

const MARKET = 0
const STOP_TYPE = 2

export type OrderJudge = ReturnType<typeof createOrderJudge>

export function createOrderJudge(state: State, j: Judgement, controls: Controls) {
  const { judgeConfirmation, judgeOverride } = createWaiverJudge(state, j)
  const { names, instruments, cells } = state
  const { entityOf, clientOf, deskOf, ownerOf, entityOrdinal } = names
  const { has, flowN, flowD, lot } = instruments
  const { x, subjects, owners } = j
  const jCells = j.cells
  const { project, projectLeaves } = createProjection(state, j)
  const { collectRows, evaluateRows, refusedRowsFit } = createRows(state, j, controls)
  const { refSource, refPrice, refTime } = state.market
  const { valuationPrice } = state.value
  const { judgeTradingState, judgeMarketAccess, judgeOrderStructure, judgeInstrumentPermission } = controls
  const { judgeInstrumentTradable, judgeLimitsPresent, judgeSelfMatch, protect, deviate } = controls
  const { gatherFacts, judgeRegulation, judgeParentChild } = controls
  const { isAlgo, judgeAlgoRegistered } = controls

  /** Fills in what hangs on account and trader: subjects, entity, owner, the four cells. */
  function resolve(account: number): void {
    const trader = subjects[Kind.TRADER]!
    const strategy = subjects[Kind.STRATEGY]!
    const entity = entityOf[account]!
    const desk = deskOf[trader]!
    subjects[Kind.FIRM] = 0
    subjects[Kind.ENTITY] = entity
    subjects[Kind.CLIENT] = clientOf[account]!
    subjects[Kind.DESK] = desk
    subjects[Kind.ACCOUNT] = account
    j.entity = entityOrdinal[entity]!
    j.owner = ownerOf[account]!
    owners[0] = names.ownerCode(Bound.OWN_ACCOUNT, account, account)
    owners[1] = names.ownerCode(Bound.DESK_ACCOUNT, desk, account)
    // A binding that was taken back keeps its cell: what stands there still counts.
    const trades = names.binding(Bound.TRADER_ACCOUNT, trader, account)
    const runs = names.binding(Bound.STRATEGY_ACCOUNT, strategy, account)
    owners[2] = stands(trades) ? (trades >> 1) - 1 : -1
    owners[3] = stands(runs) ? (runs >> 1) - 1 : -1
    jCells[0] = cellOf(owners[0]!)
    jCells[1] = cellOf(owners[1]!)
    jCells[2] = cellOf((trades >> 1) - 1)
    jCells[3] = cellOf((runs >> 1) - 1)
  }

  /** The lowest bit of a binding's value says whether it stands. */
  function stands(binding: number): boolean {
    return binding > 0 && (binding & 1) !== 0
  }

  function cellOf(owner: number): number {
    return owner < 0 ? -1 : cells.find(owner, j.instrument)
  }

  /** Judges everything; returns the reason number, 0 to approve. */
  function judge(flags: number, lowers: boolean): number {
    projectLeaves()
    j.verdict(M04, judgeTradingState(lowers))
    j.verdict(A02, judgeMarketAccess())
    j.verdict(A01, judgeOrderStructure(flags))
    if (j.confirmSeq !== 0) j.verdict(A01, judgeConfirmation())
    if (j.overrideSeq !== 0) j.verdict(A01, judgeOverride())
    if (j.holdUs !== 0) j.verdict(A01, judgeHoldTime())
    j.verdict(A03, judgeInstrumentPermission())
    const early = j.firstReason()
    if (early !== 0) return early
    if (isAlgo()) j.verdict(A07, judgeAlgoRegistered())
    j.verdict(A06, judgeInstrumentTradable())
    collectRows()
    j.verdict(A05, judgeLimitsPresent())
    value()
    evaluateRows()
    if (j.valued) {
      if (rests(j.ordType)) j.verdict(H01, judgeSelfMatch())
      if (j.parent !== -1) j.verdict(B13, judgeParentChild())
      gatherFacts()
      j.verdict(I00, judgeRegulation())
    }
    const first = j.firstReason()
    // What people let pass is one order: at another quantity it is another.
    if (first !== 0 && j.overrideSeq === 0) x[X.QTY_PASSING] = qtyPassing()
    return first
  }

  function judgeHoldTime(): number {
    return Number.isSafeInteger(j.holdUs) && j.holdUs > 0 && j.holdUs <= HOLD_MAX_US ? 0 : INVALID_VALUE
  }

  /** Finds the reference, protects a market order, values the order. `j.valued` says whether money rows can be judged. */
  function value(): void {
    const instrument = j.instrument
    const source = refSource(instrument, x[X.NOW]!, false)
    j.refSource = source
    if (source === Ref.NONE || (has[instrument]! & Has.MARK) === 0) return lackReference()
    x[X.REF] = refPrice(instrument, source)
    x[X.REF_US] = refTime(instrument, source)
    let px = x[X.PX]!
    if (j.ordType === MARKET) {
      const refusal = protect()
      j.verdict(B05, refusal)
      if (refusal !== 0) return
      px = x[X.PROTECTION]!
    }
    x[X.V] = valuationPrice(instrument, j.buys, j.ordType === STOP_TYPE, px, x[X.STOP]!, x[X.REF]!)
    x[X.N] = flowN[instrument]!
    x[X.D] = flowD[instrument]!
    if (!project()) return j.verdict(A01, VALUE_OUT_OF_RANGE)
    deviate()
    j.valued = true
  }

  function lackReference(): void {
    j.refSource = Ref.NONE
    j.verdict(B03, REF_PRICE_UNAVAILABLE)
    if (j.ordType === MARKET) j.verdict(B05, REF_PRICE_UNAVAILABLE)
  }

  /** The largest quantity at which everything that refused would let the order pass; 0 for none. */
  function qtyPassing(): number {
    for (let at = 0; at < FIXED_CONTROLS.length; at++) {
      if (j.resultOf(FIXED_CONTROLS[at]!) === Verdict.FAIL) return 0
    }
    if (j.failsFor(CAPITAL_UNAVAILABLE)) return 0
    const rule = j.rule
    const unit = lot[j.instrument]!
    let low = Math.floor(x[X.CUM]! / unit)
    let high = x[X.QTY]! / unit
    // Nothing fits at `high`; what fits at `low` is no order (0, or what a replace has executed), unless it moves up.
    const least = low
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      x[X.QTY] = middle * unit
      if (fits(rule)) low = middle
      else high = middle
    }
    j.rule = rule
    return low === least ? 0 : low * unit
  }

  function fits(rule: number): boolean {
    if (!project() || !refusedRowsFit()) return false
    if (j.resultOf(B13) === Verdict.FAIL && judgeParentChild() !== 0) return false
    return rule < 0 || judgeRegulation() === 0
  }

  return { resolve, judge }
}
