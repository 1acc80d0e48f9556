/** Decides reference data: checks every value and id, then Applied or Refused with the field. Changes nothing. */
import { reasonNumber } from '../model/codes.ts'
import { PARAMETERS } from '../model/parameters.ts'
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
import { decode, type RecordOf } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { DUTIES, LASTING_DUTIES, LIST_KINDS, LIST_MODES, NAME_KINDS, TRADING_STATES } from '../model/vocabulary.ts'
import { writeApplied, writeLatchSet, writeRefused } from './events-out.ts'
import { areDecimals, InstrumentFlag, valueRatio } from './state/instruments.ts'
import { Bound, Kind } from './state/names.ts'
import type { State } from './state/state.ts'

const UNKNOWN_NAME = reasonNumber('UNKNOWN_NAME')
const HIERARCHY_MISMATCH = reasonNumber('HIERARCHY_MISMATCH')
const NAME_CONFLICT = reasonNumber('NAME_CONFLICT')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const CAPACITY = reasonNumber('CAPACITY')
const INSTRUMENT_IN_USE = reasonNumber('INSTRUMENT_IN_USE')
const GENESIS_REPEATED = reasonNumber('GENESIS_REPEATED')
const FIRM_NOT_OPENED = reasonNumber('FIRM_NOT_OPENED')
const PERSON_NOT_APPROVED = reasonNumber('PERSON_NOT_APPROVED')
const LAST_OFFICER = reasonNumber('LAST_OFFICER')

const PRODUCTION = 1
const BLOCKED = TRADING_STATES.indexOf('BLOCKED')

/** Kinds that a and b of each binding kind must be; -1 is a bit set. */
const BINDS: readonly (readonly [number, number])[] = [
  [Kind.TRADER, Kind.ACCOUNT],
  [Kind.STRATEGY, Kind.ACCOUNT],
  [Kind.SESSION, Kind.ACCOUNT],
  [Kind.SESSION, Kind.TRADER],
  [Kind.SESSION, Kind.VENUE],
  [Kind.ACCOUNT, Kind.ASSET_CLASS],
  [Kind.PRINCIPAL, -1],
]
/** The flags of a name, by its kind; of every other kind there is none. */
const FLAGS_OF: ReadonlyMap<number, number> = new Map([
  [Kind.VENUE, 1],
  [Kind.OWNER, 3],
  [Kind.PRINCIPAL, 1],
  [Kind.STRATEGY, 1],
])
/** May be negative, inverse, Reg SHO, prior close given. */
const INSTRUMENT_FLAGS = 15
const bit = (duty: (typeof DUTIES)[number]) => 1 << DUTIES.indexOf(duty)
const ORDERS_WRITE = bit('orders:write')
const LASTING = LASTING_DUTIES.map(bit)
/** No client that sends orders may also feed what they are judged by. */
const NOT_WITH_ORDERS = bit('quotes:write') | bit('positions:write') | bit('reference:write')

/** True for a command of the gate itself: its genesis, and what two people have approved. */
const isGateItself = ({ session, principal }: { readonly session: number; readonly principal: number }) =>
  session === -1 && principal === -1

const isWhole = (value: number, least: number) => Number.isSafeInteger(value) && value >= least

export class ReferenceDecider {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  genesis(tape: Tape, offset: number): void {
    const command = decode(tape, offset, GENESIS)
    if (this.#state.profile >= 0) return writeRefused(tape, GENESIS_REPEATED)
    const { profile, ledgerDecimals, tradeDate, firm, baseCurrency, officer1, officer2 } = command
    if (profile !== 0 && profile !== PRODUCTION) return writeRefused(tape, INVALID_VALUE, GENESIS.at.profile)
    if (!areDecimals(ledgerDecimals)) return writeRefused(tape, INVALID_VALUE, GENESIS.at.ledgerDecimals)
    if (!isDate(tradeDate)) return writeRefused(tape, INVALID_VALUE, GENESIS.at.tradeDate)
    if (firm === '' || baseCurrency === '') return writeRefused(tape, INVALID_VALUE)
    // Two, who are not the same; none only in a demo.
    const isWithout = officer1 === '' && officer2 === '' && profile !== PRODUCTION
    if (!isWithout && officer1 === '') return writeRefused(tape, INVALID_VALUE, GENESIS.at.officer1)
    if (!isWithout && (officer2 === '' || officer2 === officer1)) {
      return writeRefused(tape, INVALID_VALUE, GENESIS.at.officer2)
    }
    writeApplied(tape)
    if (profile === PRODUCTION) writeLatchSet(tape, this.#state.latches.next, -1, -1, BLOCKED, FIRM_NOT_OPENED)
  }

  hierarchy(tape: Tape, offset: number): void {
    const { names } = this.#state
    const command = decode(tape, offset, HIERARCHY)
    const { kind, name } = command
    if (kind <= Kind.FIRM || kind >= Kind.INSTRUMENT || NAME_KINDS[kind] === undefined) {
      return writeRefused(tape, INVALID_VALUE, HIERARCHY.at.kind)
    }
    if (name === '') return writeRefused(tape, INVALID_VALUE, HIERARCHY.at.name)
    if ((command.flags & ~(FLAGS_OF.get(kind) ?? 0)) !== 0) return writeRefused(tape, INVALID_VALUE, HIERARCHY.at.flags)
    const parents = this.#parentsOf(command)
    for (const [parent, id, field] of parents) {
      if (!names.has(parent, id)) return writeRefused(tape, UNKNOWN_NAME, field)
    }
    const known = names.idOf(kind, name)
    if (kind === Kind.PRINCIPAL && !isGateItself(command)) {
      const isPerson = known < 0 ? 0 : names.isPerson[known]!
      if ((command.flags & 1) !== isPerson) return writeRefused(tape, PERSON_NOT_APPROVED, HIERARCHY.at.flags)
    }
    if (known >= 0) {
      if (!this.#sameParents(known, command)) return writeRefused(tape, NAME_CONFLICT)
      if (kind === Kind.PRINCIPAL && command.flags === 0 && this.#isLast(known, 0)) {
        return writeRefused(tape, LAST_OFFICER, HIERARCHY.at.flags)
      }
      return writeApplied(tape, known)
    }
    if (names.isFull(kind) || (kind === Kind.ACCOUNT && this.#state.cells.ownersAreFull()))
      return writeRefused(tape, CAPACITY)
    writeApplied(tape, names.count(kind))
  }

  #parentsOf(command: RecordOf<typeof HIERARCHY>): readonly (readonly [number, number, number])[] {
    const at = HIERARCHY.at
    if (command.kind === Kind.TRADER) return [[Kind.DESK, command.desk, at.desk]]
    if (command.kind === Kind.STRATEGY) return [[Kind.TRADER, command.trader, at.trader]]
    if (command.kind !== Kind.ACCOUNT) return []
    return [
      [Kind.ENTITY, command.entity, at.entity],
      [Kind.CLIENT, command.client, at.client],
      [Kind.DESK, command.desk, at.desk],
      [Kind.OWNER, command.owner, at.owner],
    ]
  }

  #sameParents(id: number, command: RecordOf<typeof HIERARCHY>): boolean {
    const { names } = this.#state
    if (command.kind === Kind.TRADER) return names.deskOf[id] === command.desk
    if (command.kind === Kind.STRATEGY) return names.traderOf[id] === command.trader
    if (command.kind !== Kind.ACCOUNT) return true
    return (
      names.entityOf[id] === command.entity &&
      names.clientOf[id] === command.client &&
      names.deskOf[id] === command.desk &&
      names.ownerOf[id] === command.owner
    )
  }

  binding(tape: Tape, offset: number): void {
    const { names, cells } = this.#state
    const command = decode(tape, offset, BINDING)
    const { kind, a, b } = command
    const kinds = BINDS[kind]
    if (kinds === undefined) return writeRefused(tape, INVALID_VALUE, BINDING.at.kind)
    if (command.allow !== 0 && command.allow !== 1) return writeRefused(tape, INVALID_VALUE, BINDING.at.allow)
    if (!names.has(kinds[0], a)) return writeRefused(tape, UNKNOWN_NAME, BINDING.at.a)
    if (kinds[1] >= 0) {
      if (!names.has(kinds[1], b)) return writeRefused(tape, UNKNOWN_NAME, BINDING.at.b)
    } else {
      if (b < 0 || b >= 1 << DUTIES.length) return writeRefused(tape, INVALID_VALUE, BINDING.at.b)
      const isClient = names.isPerson[a] === 0
      if (!isClient && !isGateItself(command) && !this.#isNarrowing(command))
        return writeRefused(tape, PERSON_NOT_APPROVED, BINDING.at.a)
      if (this.#isLast(a, command.allow === 0 ? 0 : b)) return writeRefused(tape, LAST_OFFICER, BINDING.at.b)
      if (isClient && (b & ORDERS_WRITE) !== 0 && (b & NOT_WITH_ORDERS) !== 0) {
        return writeRefused(tape, INVALID_VALUE, BINDING.at.b)
      }
    }
    // Only a binding that never stood makes an owner: taking one back needs no room.
    const ownsCells = kind === Bound.TRADER_ACCOUNT || kind === Bound.STRATEGY_ACCOUNT
    if (ownsCells && names.binding(kind, a, b) <= 0 && cells.ownersAreFull()) return writeRefused(tape, CAPACITY)
    writeApplied(tape)
  }

  /** True where the person would lose a duty that only one other would then have. A demo is set up by its machines. */
  #isLast(person: number, duties: number): boolean {
    const { names, profile } = this.#state
    if (profile !== PRODUCTION || names.isPerson[person] === 0) return false
    return LASTING.some((duty) => {
      if ((names.duties[person]! & ~duties & duty) === 0) return false
      let people = 0
      for (let id = 0; id < names.count(Kind.PRINCIPAL); id++) {
        if (names.isPerson[id] !== 0 && (names.duties[id]! & duty) !== 0) people++
      }
      return people === 2
    })
  }

  /** A person may lay duties down alone. */
  #isNarrowing({ principal, a, b, allow }: RecordOf<typeof BINDING>): boolean {
    return a === principal && (allow === 0 || (b & ~this.#state.names.duties[a]!) === 0)
  }

  instrument(tape: Tape, offset: number): void {
    const { instruments, names, rates } = this.#state
    const command = decode(tape, offset, INSTRUMENT)
    const at = INSTRUMENT.at
    if (command.symbol === '') return writeRefused(tape, INVALID_VALUE, at.symbol)
    if (!areDecimals(command.priceDecimals)) return writeRefused(tape, INVALID_VALUE, at.priceDecimals)
    if (!areDecimals(command.qtyDecimals)) return writeRefused(tape, INVALID_VALUE, at.qtyDecimals)
    for (const field of ['tick', 'lot', 'qtyMax', 'multiplierN', 'multiplierD', 'priceUnitsPerCurrency'] as const) {
      if (!isWhole(command[field], 1)) return writeRefused(tape, INVALID_VALUE, at[field])
    }
    if (!names.has(Kind.CURRENCY, command.currency)) return writeRefused(tape, UNKNOWN_NAME, at.currency)
    if (!names.has(Kind.ASSET_CLASS, command.assetClass)) return writeRefused(tape, UNKNOWN_NAME, at.assetClass)
    if (!names.has(Kind.FEED, command.feed)) return writeRefused(tape, UNKNOWN_NAME, at.feed)
    if (command.sector !== -1 && !names.has(Kind.SECTOR, command.sector))
      return writeRefused(tape, UNKNOWN_NAME, at.sector)
    if (command.underlying !== -1 && !(command.underlying >= 0 && command.underlying < instruments.count)) {
      return writeRefused(tape, UNKNOWN_NAME, at.underlying)
    }
    const negative = (command.flags & InstrumentFlag.NEGATIVE_PRICE) !== 0
    const inverse = (command.flags & InstrumentFlag.INVERSE) !== 0
    if ((negative && inverse) || (command.flags & ~INSTRUMENT_FLAGS) !== 0)
      return writeRefused(tape, INVALID_VALUE, at.flags)
    if ((command.flags & 8) !== 0 && !isPrice(command.priorClose, negative)) {
      return writeRefused(tape, INVALID_VALUE, at.priorClose)
    }
    const fx = rates.current(command.currency)
    const frozen = rates.frozen(command.currency)
    const newest = rates.newest(command.currency)
    if (fx === undefined || frozen === undefined || newest === undefined)
      return writeRefused(tape, INVALID_VALUE, at.currency)
    const units = { ...command, priceUnits: command.priceUnitsPerCurrency, inverse }
    const decimals = this.#state.ledgerDecimals
    const valued =
      valueRatio(units, fx, decimals, 'high') !== null &&
      valueRatio(units, fx, decimals, 'low') !== null &&
      valueRatio(units, frozen, decimals, 'high') !== null &&
      // The roll takes it for flow and positions alike.
      valueRatio(units, newest, decimals, 'high') !== null &&
      valueRatio(units, newest, decimals, 'low') !== null
    if (!valued) return writeRefused(tape, INVALID_VALUE, at.multiplierN)
    const known = names.idOf(Kind.INSTRUMENT, command.symbol)
    if (known >= 0) {
      if (this.#state.cells.firstPage[known]! >= 0 && !this.#sameUnits(known, command)) {
        return writeRefused(tape, INSTRUMENT_IN_USE)
      }
      return writeApplied(tape, known)
    }
    if (instruments.count >= instruments.size) return writeRefused(tape, CAPACITY)
    writeApplied(tape, instruments.count)
  }

  #sameUnits(id: number, command: RecordOf<typeof INSTRUMENT>): boolean {
    const { instruments } = this.#state
    const units = InstrumentFlag.NEGATIVE_PRICE | InstrumentFlag.INVERSE | InstrumentFlag.REG_SHO
    return (
      instruments.priceDecimals[id] === command.priceDecimals &&
      instruments.qtyDecimals[id] === command.qtyDecimals &&
      instruments.multiplierN[id] === command.multiplierN &&
      instruments.multiplierD[id] === command.multiplierD &&
      instruments.priceUnits[id] === command.priceUnitsPerCurrency &&
      instruments.currency[id] === command.currency &&
      instruments.sector[id] === (command.sector === -1 ? 0 : command.sector) &&
      instruments.assetClass[id] === command.assetClass &&
      instruments.underlying[id] === command.underlying &&
      instruments.flags[id] === (command.flags & units)
    )
  }

  list(tape: Tape, offset: number): void {
    const { instruments, names } = this.#state
    const command = decode(tape, offset, LIST)
    const at = LIST.at
    if (LIST_KINDS[command.list] === undefined) return writeRefused(tape, INVALID_VALUE, at.list)
    if (LIST_MODES[command.mode] === undefined) return writeRefused(tape, INVALID_VALUE, at.mode)
    const isOn = LIST_MODES[command.mode] === 'ON'
    if (command.mode !== 0 && isOn !== (LIST_KINDS[command.list] === 'EASY_TO_BORROW')) {
      return writeRefused(tape, INVALID_VALUE, at.mode)
    }
    if (!(command.instrument >= 0 && command.instrument < instruments.count)) {
      return writeRefused(tape, UNKNOWN_NAME, at.instrument)
    }
    if (command.subject !== -1 && !(command.subject >= 0 && command.subject < names.count(0))) {
      return writeRefused(tape, UNKNOWN_NAME, at.subject)
    }
    if (!isWhole(command.fromUs, 0)) return writeRefused(tape, INVALID_VALUE, at.fromUs)
    if (!isWhole(command.untilUs, 0)) return writeRefused(tape, INVALID_VALUE, at.untilUs)
    writeApplied(tape)
  }

  locate(tape: Tape, offset: number): void {
    const { instruments, names, locates } = this.#state
    const command = decode(tape, offset, LOCATE)
    const at = LOCATE.at
    if (command.locateID === '') return writeRefused(tape, INVALID_VALUE, at.locateID)
    if (!names.has(Kind.ACCOUNT, command.account)) return writeRefused(tape, UNKNOWN_NAME, at.account)
    if (!(command.instrument >= 0 && command.instrument < instruments.count)) {
      return writeRefused(tape, UNKNOWN_NAME, at.instrument)
    }
    if (!isWhole(command.qty, 0)) return writeRefused(tape, INVALID_VALUE, at.qty)
    if (!isWhole(command.untilUs, 0)) return writeRefused(tape, INVALID_VALUE, at.untilUs)
    const known = locates.idOf(command.locateID)
    if (known >= 0) {
      const same = locates.account[known] === command.account && locates.instrument[known] === command.instrument
      return same ? writeApplied(tape, known) : writeRefused(tape, NAME_CONFLICT)
    }
    if (locates.count() >= locates.max) return writeRefused(tape, CAPACITY)
    writeApplied(tape, locates.count())
  }

  capital(tape: Tape, offset: number): void {
    const { names, timeUs } = this.#state
    const command = decode(tape, offset, CAPITAL)
    const at = CAPITAL.at
    if (!(command.subject >= 0 && command.subject < names.count(0))) return writeRefused(tape, UNKNOWN_NAME, at.subject)
    if (!isWhole(command.amount, 0)) return writeRefused(tape, INVALID_VALUE, at.amount)
    if (!isWhole(command.floor, 0)) return writeRefused(tape, INVALID_VALUE, at.floor)
    if (!isWhole(command.asOfUs, 1) || command.asOfUs > timeUs) return writeRefused(tape, INVALID_VALUE, at.asOfUs)
    writeApplied(tape)
  }

  adv(tape: Tape, offset: number): void {
    const command = decode(tape, offset, ADV)
    if (!(command.instrument >= 0 && command.instrument < this.#state.instruments.count)) {
      return writeRefused(tape, UNKNOWN_NAME, ADV.at.instrument)
    }
    if (!isWhole(command.qty, 0)) return writeRefused(tape, INVALID_VALUE, ADV.at.qty)
    writeApplied(tape)
  }

  parameter(tape: Tape, offset: number): void {
    const command = decode(tape, offset, PARAMETER)
    const row = PARAMETERS[command.parameter]
    if (row === undefined) return writeRefused(tape, INVALID_VALUE, PARAMETER.at.parameter)
    if (!Number.isSafeInteger(command.value) || command.value < row.min || command.value > row.max) {
      return writeRefused(tape, INVALID_VALUE, PARAMETER.at.value)
    }
    writeApplied(tape)
  }

  /** `takesRow` goes on with a row of a statement, which has no effect of its own. */
  position(tape: Tape, offset: number, takesRow: (tape: Tape, offset: number) => void): void {
    const { names, instruments, cells } = this.#state
    const command = decode(tape, offset, POSITION)
    const at = POSITION.at
    if (!names.has(Kind.ACCOUNT, command.account)) return writeRefused(tape, UNKNOWN_NAME, at.account)
    if (!(command.instrument >= 0 && command.instrument < instruments.count)) {
      return writeRefused(tape, UNKNOWN_NAME, at.instrument)
    }
    if (command.trader !== -1 && !names.isPermitted(Bound.TRADER_ACCOUNT, command.trader, command.account)) {
      return writeRefused(tape, HIERARCHY_MISMATCH, at.trader)
    }
    if (command.strategy !== -1 && !names.isPermitted(Bound.STRATEGY_ACCOUNT, command.strategy, command.account)) {
      return writeRefused(tape, HIERARCHY_MISMATCH, at.strategy)
    }
    if (!Number.isSafeInteger(command.qty)) return writeRefused(tape, INVALID_VALUE, at.qty)
    if (command.statement !== 0 && command.statement !== 1) return writeRefused(tape, INVALID_VALUE, at.statement)
    if (command.statement !== 0) return takesRow(tape, offset)
    if (cells.pages() + 64 > cells.pagesMax || this.#state.books.isFull()) return writeRefused(tape, CAPACITY)
    writeApplied(tape)
  }
}

/** A price that the instrument may have. */
export function isPrice(px: number, mayBeNegative: boolean): boolean {
  return Number.isSafeInteger(px) && (mayBeNegative || px > 0)
}

/** yyyymmdd of a possible date. */
export function isDate(date: number): boolean {
  const month = Math.floor(date / 100) % 100
  const day = date % 100
  return date >= 19_000_101 && date <= 99_991_231 && month >= 1 && month <= 12 && day >= 1 && day <= 31
}
