/** Stored integers to amounts with decimals and units, as the stream itself defines instruments and the ledger. */
import { controlAt } from '../model/controls.ts'
import { formatMoney } from '../model/explain/amounts.ts'
import { formatDecimal, MAX } from '../model/numbers.ts'
import { UNLIMITED } from '../model/parse/limit.ts'
import { GENESIS, INSTRUMENT } from '../model/records/commands.ts'
import { isCommandAt, layoutOfType, ORDER_DECIDED } from '../model/records/events.ts'
import { decode } from '../model/records/schema.ts'
import { lengthAt, type Tape, typeAt } from '../model/records/tape.ts'
import { OBJECT_KINDS, OUTCOMES } from '../model/vocabulary.ts'
import type { Values } from './field-words.ts'
import type { KnownRow, StreamNames } from './stream-names.ts'

/** What an instrument's integers count. */
export interface Scale {
  readonly priceDecimals: number
  readonly qtyDecimals: number
  /** Behind a price: ` USD`, or ` 1/100 GBP` where the price is in a minor unit. */
  readonly priceUnit: string
}

type Limited = Pick<KnownRow, 'controlIndex' | 'objectKind' | 'objectId'>

const APPROVE = OUTCOMES.indexOf('APPROVE')
const BY_INSTRUMENT = OBJECT_KINDS.indexOf('INSTRUMENT')

export class StreamAmounts {
  readonly #names: StreamNames
  readonly #scales = new Map<number, Scale>()
  /** Instrument of every approved order, by its sequence number: replaces and reports do not name it. */
  readonly #instruments = new Map<number, number>()
  #ledgerDecimals = 0
  #currency = ''

  constructor(names: StreamNames) {
    this.#names = names
  }

  /** Learns from a command and the Applied event behind it, after the names have. */
  learn(tape: Tape, command: number, appliedID: number): void {
    const type = typeAt(tape, command)
    if (type === GENESIS.type) {
      const { ledgerDecimals, baseCurrency } = decode(tape, command, GENESIS)
      this.#ledgerDecimals = ledgerDecimals
      this.#currency = ` ${baseCurrency}`
    } else if (type === INSTRUMENT.type) this.#scales.set(appliedID, this.scaleOf(decode(tape, command, INSTRUMENT)))
  }

  /** Learns which instrument an approved order is in. */
  learnOrder(tape: Tape, command: number, decided: number): void {
    const { outcome, orderSeq } = decode(tape, decided, ORDER_DECIDED)
    const instrument = valuesAt(tape, command).instrument
    const isNamed = typeof instrument === 'number' && instrument >= 0
    if (outcome === APPROVE && isNamed) this.#instruments.set(orderSeq, instrument)
  }

  /** Of an Instrument command, which brings its own. */
  scaleOf(values: Values): Scale {
    const { priceDecimals, qtyDecimals, currency, priceUnitsPerCurrency } = values
    const name = this.#names.nameOf('CURRENCY', currency as number)
    const priceUnit = priceUnitsPerCurrency === 1 ? ` ${name}` : ` 1/${priceUnitsPerCurrency} ${name}`
    return { priceDecimals: priceDecimals as number, qtyDecimals: qtyDecimals as number, priceUnit }
  }

  /** Scale of the instrument that a record is about: its own, else its order's, else that of its command's events. @param end of the block */
  scaleAt(tape: Tape, command: number, at: number, end: number): Scale | undefined {
    const own = this.#instrumentOf(valuesAt(tape, at))
    if (own !== undefined) return this.#scales.get(own)
    for (let next = command; next < end && (next === command || !isCommandAt(tape, next)); ) {
      const instrument = this.#instrumentOf(valuesAt(tape, next))
      if (instrument !== undefined) return this.#scales.get(instrument)
      next += lengthAt(tape, next)
    }
    return undefined
  }

  #instrumentOf({ instrument, orderSeq }: Values): number | undefined {
    if (typeof instrument === 'number' && instrument >= 0) return instrument
    return typeof orderSeq === 'number' ? this.#instruments.get(orderSeq) : undefined
  }

  money(value: number): string {
    return formatMoney(value, this.#ledgerDecimals) + this.#currency
  }

  /** A level of a limit row, in the unit of its control. */
  level(row: Limited, value: number): string {
    return value === MAX ? UNLIMITED : this.#inUnit(row, value)
  }

  /** A use of a limit row; that of a share of capital is money. */
  use(row: Limited, value: number): string {
    return controlAt(row.controlIndex).code === 'SECTOR_CONCENTRATION' ? this.money(value) : this.#inUnit(row, value)
  }

  #inUnit({ controlIndex, objectKind, objectId }: Limited, value: number): string {
    const { unit } = controlAt(controlIndex)
    if (unit === 'money') return this.money(value)
    if (unit === 'bps') return `${value} bps`
    if (unit !== 'qty') return String(value)
    // A quantity limit about one instrument is in its units; about anything else it is in whole units.
    const scale = objectKind === BY_INSTRUMENT ? this.#scales.get(objectId) : undefined
    return formatDecimal(value, scale?.qtyDecimals ?? 0)
  }
}

export function sayPrice(value: number, { priceDecimals, priceUnit }: Scale): string {
  return formatMoney(value, priceDecimals) + priceUnit
}

function valuesAt(tape: Tape, at: number): Values {
  const record = layoutOfType(typeAt(tape, at))
  return record === undefined ? {} : decode(tape, at, record)
}
