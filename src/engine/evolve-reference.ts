/** Applies reference data: Applied events whose facts stand in their command. */
import { MAX } from '../model/numbers.ts'
import { parameterIndex } from '../model/parameters.ts'
import {
  ADV,
  BINDING,
  CAPITAL,
  GENESIS,
  HIERARCHY,
  INSTRUMENT,
  LIST,
  LOCATE,
  PARAMETER,
  POSITION,
} from '../model/records/commands.ts'
import { decode } from '../model/records/schema.ts'
import { type Tape, typeAt, versionAt } from '../model/records/tape.ts'
import { DUTIES, type Duty, FIRST_OFFICER_DUTIES, OFFICER_DUTIES } from '../model/vocabulary.ts'
import { unitsOf } from './decide-market.ts'
import type { Shift } from './exposure.ts'
import type { Profit } from './profit.ts'
import { Cell } from './state/cells.ts'
import { Has, InstrumentFlag, valueRatio } from './state/instruments.ts'
import { Row } from './state/limit-row.ts'
import { D08 } from './state/limit-version.ts'
import { Bound, Kind } from './state/names.ts'
import type { State } from './state/state.ts'

/** Sector of instruments that have none; defined by genesis as id 0. */
export const UNCLASSIFIED = 'UNCLASSIFIED'
const PRINCIPAL_DUTY = 6
const bitsOf = (duties: readonly Duty[]) => duties.reduce((bits, duty) => bits | (1 << DUTIES.indexOf(duty)), 0)
const OFFICER_BITS = bitsOf(OFFICER_DUTIES)
/** A firm that is there keeps the officers that it began with: no new build gives them more. */
const FIRST_OFFICER_BITS = bitsOf(FIRST_OFFICER_DUTIES)
const REARM = parameterIndex('warnRearmBps')
const STATEMENTS_REQUIRED = parameterIndex('statementsRequired')
const PRODUCTION = 1

export class ReferenceEvolver {
  readonly #state: State
  readonly #shift: Shift
  readonly #profit: Profit
  readonly #subjects = new Int32Array(8)

  constructor(state: State, shift: Shift, profit: Profit) {
    this.#state = state
    this.#shift = shift
    this.#profit = profit
  }

  /** Applies the command at `offset`, which defined the name, instrument or locate `id`, if anything. */
  applied(tape: Tape, offset: number, id: number): void {
    switch (typeAt(tape, offset)) {
      case GENESIS.type:
        return this.genesis(tape, offset)
      case HIERARCHY.type:
        return this.hierarchy(tape, offset, id)
      case BINDING.type:
        return this.binding(tape, offset)
      case INSTRUMENT.type:
        return this.instrument(tape, offset, id)
      case LIST.type:
        return this.list(tape, offset)
      case LOCATE.type:
        return this.locate(tape, offset, id)
      case CAPITAL.type:
        return this.capital(tape, offset)
      case ADV.type:
        return this.adv(tape, offset)
      case PARAMETER.type:
        return this.parameter(tape, offset)
      default:
        throw new Error(`nothing applies command type ${typeAt(tape, offset)}`)
    }
  }

  genesis(tape: Tape, offset: number): void {
    const state = this.#state
    const command = decode(tape, offset, GENESIS)
    state.profile = command.profile
    if (command.profile === PRODUCTION) state.parameters[STATEMENTS_REQUIRED] = 1
    state.ledgerDecimals = command.ledgerDecimals
    state.tradeDate = command.tradeDate
    state.firm = command.firm
    state.baseCurrency = command.baseCurrency
    state.names.define(Kind.FIRM, command.firm)
    state.names.define(Kind.SECTOR, UNCLASSIFIED)
    state.names.define(Kind.CURRENCY, command.baseCurrency)
    state.rates.set(0, { rate: 1, decimals: 0, haircutBps: 0 }, true, state.timeUs)
    const duties = versionAt(tape, offset) < 3 ? FIRST_OFFICER_BITS : OFFICER_BITS
    for (const officer of [command.officer1, command.officer2]) {
      if (officer === '') continue
      const id = state.names.count(Kind.PRINCIPAL)
      state.names.define(Kind.PRINCIPAL, officer)
      state.names.isPerson[id] = 1
      state.names.duties[id] = duties
    }
  }

  hierarchy(tape: Tape, offset: number, id: number): void {
    const { names, cells } = this.#state
    const command = decode(tape, offset, HIERARCHY)
    this.#state.referenceVersion++
    const { kind } = command
    if (kind === Kind.VENUE) names.venueNonAtomic[id] = command.flags & 1
    if (kind === Kind.OWNER) this.#owner(id, command.flags)
    if (kind === Kind.STRATEGY) this.#state.algos.flag(id, command.flags & 1)
    if (kind === Kind.PRINCIPAL) names.isPerson[id] = command.flags & 1
    if (names.idOf(kind, command.name) >= 0) return
    names.define(kind, command.name)
    if (kind === Kind.TRADER) names.deskOf[id] = command.desk
    if (kind === Kind.STRATEGY) names.traderOf[id] = command.trader
    if (kind !== Kind.ACCOUNT) return
    names.entityOf[id] = command.entity
    names.clientOf[id] = command.client
    names.deskOf[id] = command.desk
    names.ownerOf[id] = command.owner
    for (const subject of [0, command.entity, command.client, command.desk, id]) names.joinEntity(subject, id)
    names.bind(Bound.OWN_ACCOUNT, id, id, (cells.addOwner(0, id, id) + 1) * 2 + 1)
    this.#ensureDesk(command.desk, id)
  }

  #owner(id: number, flags: number): void {
    const { names, ownerOrders } = this.#state
    const was = names.ownerCancelsFirst[id]
    names.ownerCrossVenue[id] = flags & 1
    names.ownerCancelsFirst[id] = (flags >> 1) & 1
    if (names.ownerCancelsFirst[id] !== was) ownerOrders.gather()
  }

  /** A cell of (desk, account): where the desk's traders, or the account's home desk, hold its positions. */
  #ensureDesk(desk: number, account: number): void {
    const { names, cells } = this.#state
    if (names.binding(Bound.DESK_ACCOUNT, desk, account) > 0) return
    names.bind(Bound.DESK_ACCOUNT, desk, account, (cells.addOwner(1, desk, account) + 1) * 2 + 1)
    names.joinEntity(desk, account)
  }

  binding(tape: Tape, offset: number): void {
    const { names, cells } = this.#state
    const { kind, a, b, allow } = decode(tape, offset, BINDING)
    this.#state.referenceVersion++
    if (kind === PRINCIPAL_DUTY) {
      names.duties[a] = allow !== 0 ? b : 0
      return
    }
    const standing = names.binding(kind, a, b)
    if (allow === 0 && standing > 0) this.#state.statements.keepDemanded(kind, a, b)
    if (kind !== Bound.TRADER_ACCOUNT && kind !== Bound.STRATEGY_ACCOUNT) {
      names.bind(kind, a, b, allow !== 0 ? 1 : 0)
      return
    }
    // A binding that is taken back keeps its owner code: its cell stays.
    if (standing > 0) {
      names.bind(kind, a, b, (standing & ~1) | (allow !== 0 ? 1 : 0))
      return
    }
    if (allow === 0) return
    names.bind(kind, a, b, (cells.addOwner(kind === Bound.TRADER_ACCOUNT ? 2 : 3, a, b) + 1) * 2 + 1)
    names.joinEntity(a, b)
    if (kind === Bound.TRADER_ACCOUNT) this.#ensureDesk(names.deskOf[a]!, b)
  }

  instrument(tape: Tape, offset: number, id: number): void {
    const { instruments, names } = this.#state
    const command = decode(tape, offset, INSTRUMENT)
    this.#state.referenceVersion++
    if (id === instruments.count) {
      names.define(Kind.INSTRUMENT, command.symbol)
      instruments.count++
      instruments.active[id] = 1
    }
    instruments.tick[id] = command.tick
    instruments.lot[id] = command.lot
    instruments.qtyMax[id] = command.qtyMax
    instruments.multiplierN[id] = command.multiplierN
    instruments.multiplierD[id] = command.multiplierD
    instruments.priceUnits[id] = command.priceUnitsPerCurrency
    instruments.priceDecimals[id] = command.priceDecimals
    instruments.qtyDecimals[id] = command.qtyDecimals
    instruments.qtyUnit[id] = 10 ** command.qtyDecimals
    instruments.currency[id] = command.currency
    instruments.sector[id] = command.sector === -1 ? 0 : command.sector
    instruments.assetClass[id] = command.assetClass
    instruments.underlying[id] = command.underlying
    instruments.feed[id] = command.feed
    instruments.flags[id] =
      command.flags & (InstrumentFlag.NEGATIVE_PRICE | InstrumentFlag.INVERSE | InstrumentFlag.REG_SHO)
    if ((command.flags & 8) !== 0) {
      instruments.priorClose[id] = command.priorClose
      instruments.priorCloseUs[id] = this.#state.timeUs
      instruments.has[id] = instruments.has[id]! | Has.PRIOR_CLOSE
    }
    this.setRatios(id)
  }

  /** Computes the instrument's ratios again from its units and the rates in force. */
  setRatios(id: number): void {
    const { instruments, rates, ledgerDecimals } = this.#state
    const units = unitsOf(this.#state, id)
    const currency = instruments.currency[id]!
    const flow = valueRatio(units, rates.frozen(currency)!, ledgerDecimals, 'high')
    const high = valueRatio(units, rates.current(currency)!, ledgerDecimals, 'high')
    const low = valueRatio(units, rates.current(currency)!, ledgerDecimals, 'low')
    if (flow === null || high === null || low === null) throw new Error('an instrument without an exact ratio')
    instruments.flowN[id] = flow.n
    instruments.flowD[id] = flow.d
    instruments.highN[id] = high.n
    instruments.highD[id] = high.d
    instruments.lowN[id] = low.n
    instruments.lowD[id] = low.d
  }

  list(tape: Tape, offset: number): void {
    const state = this.#state
    const command = decode(tape, offset, LIST)
    state.referenceVersion++
    const a = command.list * state.instruments.size + command.instrument
    const b = command.subject + 1
    const { mode, fromUs, untilUs } = command
    const known = state.lists.get(a, b)
    if (known >= 0) state.listEntries[known] = { mode, fromUs, untilUs }
    else {
      state.lists.set(a, b, state.listEntries.length)
      state.listEntries.push({ mode, fromUs, untilUs })
    }
    state.instruments.listed[command.instrument] = 1
  }

  locate(tape: Tape, offset: number, id: number): void {
    const { locates } = this.#state
    const command = decode(tape, offset, LOCATE)
    this.#state.referenceVersion++
    if (id === locates.count()) locates.define(command.locateID)
    locates.qty[id] = command.qty
    locates.untilUs[id] = command.untilUs
    locates.account[id] = command.account
    locates.instrument[id] = command.instrument
  }

  capital(tape: Tape, offset: number): void {
    const state = this.#state
    const command = decode(tape, offset, CAPITAL)
    state.limitsVersion++
    state.capital[command.subject] = Math.max(command.amount, command.floor)
    state.capitalUs[command.subject] = command.asOfUs
    for (const slot of state.limits.inForce()) {
      const i = slot * Row.INTS
      if (state.limits.i[i + Row.CONTROL] === D08 && state.limits.i[i + Row.SUBJECT] === command.subject) {
        shareOfCapital(state, slot)
      }
    }
  }

  adv(tape: Tape, offset: number): void {
    const command = decode(tape, offset, ADV)
    this.#state.referenceVersion++
    this.#state.instruments.adv[command.instrument] = command.qty
    this.#state.instruments.advUs[command.instrument] = this.#state.timeUs
  }

  parameter(tape: Tape, offset: number): void {
    const command = decode(tape, offset, PARAMETER)
    this.#state.parametersVersion++
    this.#state.parameters[command.parameter] = command.value
    if (command.parameter !== REARM) return
    // The use at which a standing warning falls follows the margin.
    const { limits } = this.#state
    for (const slot of limits.inForce()) limits.setLevel(slot, limits.i[slot * Row.INTS + Row.LEVEL]!, command.value)
  }

  /** The position is stated, not added: the cells named hold `qty` from here on. */
  position(tape: Tape, offset: number): void {
    const { names, books } = this.#state
    const { account, instrument, trader, strategy, qty } = decode(tape, offset, POSITION)
    const subjects = this.#subjects
    const desk = trader >= 0 ? names.deskOf[trader]! : names.deskOf[account]!
    subjects.set([0, names.entityOf[account]!, names.clientOf[account]!, desk, trader, account, strategy, -1])
    const bindings = [
      names.binding(Bound.OWN_ACCOUNT, account, account),
      names.binding(Bound.DESK_ACCOUNT, desk, account),
      trader < 0 ? -1 : names.binding(Bound.TRADER_ACCOUNT, trader, account),
      strategy < 0 ? -1 : names.binding(Bound.STRATEGY_ACCOUNT, strategy, account),
    ]
    const entity = names.entityOrdinal[names.entityOf[account]!]!
    for (let kind = 0; kind < 4; kind++) {
      if (bindings[kind]! <= 0) continue
      const cell = this.#state.cells.open((bindings[kind]! >> 1) - 1, instrument)
      const dP = qty - this.#state.cells.f[cell + Cell.P]!
      this.#state.cells.f[cell + Cell.START] = this.#state.cells.f[cell + Cell.START]! + dP
      if (kind === 0) books.addPosition(books.openHead(names.ownerOf[account]!, instrument), dP)
      this.#shift.cell(kind, cell, instrument, entity, dP, subjects, 0)
      this.#profit.stated(kind, cell, instrument, dP, subjects, 0)
    }
  }
}

/** The money that a D08 row allows, hard and soft: floor(bps x base / 10000), at most MAX. */
export function shareOfCapital(state: State, slot: number): void {
  const { limits } = state
  const base = state.capital[limits.i[slot * Row.INTS + Row.SUBJECT]!]!
  const inMoney = (bps: number) => {
    const money = (BigInt(bps) * BigInt(base)) / 10_000n
    return money > BigInt(MAX) ? MAX : Number(money)
  }
  limits.f[slot * Row.NUMS + Row.MONEY] = inMoney(limits.f[slot * Row.NUMS + Row.HARD]!)
  limits.f[slot * Row.NUMS + Row.SOFT] = inMoney(limits.versions[limits.i[slot * Row.INTS + Row.ID]!]!.soft)
  // What was warned of stays warned of: new capital moves the uses at which levels stand, and no more.
  limits.setLevel(slot, limits.i[slot * Row.INTS + Row.LEVEL]!, state.parameters[REARM]!)
}
