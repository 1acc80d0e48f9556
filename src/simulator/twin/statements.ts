/**
 * Position statements: what the account was carried into the date with, against what the back office says.
 */
import { STATEMENT_DIFFERENCES, STATEMENT_ROWS } from '../../model/bounds.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import { applied, refused, type TwinEvent } from './events.ts'
import { sum } from './exact.ts'
import { type Snapshot, snapshot } from './exposure.ts'
import type { Statement } from './kept.ts'
import { hasDuty } from './names.ts'
import type { Booking, CellKind, Keys, Name, State } from './state.ts'
import * as states from './state.ts'

type StatementValues = ValuesOfCommand<'PositionStatement'>
type Difference = Omit<TwinEvent & { name: 'StatementDiffers' }, 'name'>

export function positionStatement(state: State, values: StatementValues): TwinEvent[] {
  const { account, tradeDate, rows, step } = values
  if (step !== 0 && step !== 1) return refused('INVALID_VALUE')
  if (states.subjectAt(state, 'ACCOUNT', account) === undefined) return refused('UNKNOWN_NAME')
  if (tradeDate !== states.dateOf(state, account)) return refused('STATEMENT_OF_OTHER_DATE')
  const told = { account, tradeDate, count: rows, hash: hashOf(values), sender: senderOf(values) }
  if (step === 1) return close(state, told)
  if (rows < 0 || rows > STATEMENT_ROWS) return refused('INVALID_VALUE')
  const last = state.settled.get(account)
  if (last?.tradeDate === tradeDate && last.count === rows && last.hash === told.hash) {
    return refused('STATEMENT_REPEATED')
  }
  state.opened.set(account, { ...told, principal: values.principal, rows: [] })
  return applied()
}

function close(state: State, told: Omit<Statement, 'rows' | 'principal'>): TwinEvent[] {
  const open = state.opened.get(told.account)
  if (open === undefined || open.sender !== told.sender) return refused('STATEMENT_NOT_OPEN')
  const isWhole = open.rows.length === open.count && hashOfRows(state, open) === open.hash
  const isSame = open.tradeDate === told.tradeDate && open.count === told.count && open.hash === told.hash
  if (!isWhole || !isSame) return refused('STATEMENT_MISMATCH')
  const differences = differencesOf(state, open)
  state.opened.delete(open.account)
  if (differences.length === 0) settle(state, open)
  else {
    state.differing.set(open.account, open)
    state.settled.delete(open.account)
  }
  const named = differences.slice(0, STATEMENT_DIFFERENCES)
  return [
    ...named.map((difference) => ({ name: 'StatementDiffers' as const, ...difference })),
    { name: 'StatementCompared', account: open.account, differences: differences.length },
  ]
}

function settle(state: State, statement: Statement): void {
  state.settled.set(statement.account, statement)
  state.differing.delete(statement.account)
}

/** A Position that is a row; its names are known and bound. */
export function statementRow(state: State, values: ValuesOfCommand<'Position'>): TwinEvent[] {
  const open = state.opened.get(values.account)
  if (open === undefined || open.sender !== senderOf(values)) return refused('STATEMENT_NOT_OPEN')
  if (open.rows.length === open.count) return refused('STATEMENT_MISMATCH')
  const { instrument, trader, strategy } = values
  open.rows.push({ instrument, trader, strategy, qty: BigInt(values.qty) })
  return applied()
}

export function adoptStatement(state: State, values: ValuesOfCommand<'AdoptStatement'>): TwinEvent[] {
  if (!hasDuty(state, values.principal, 'positions:write')) return refused('DUTY_MISSING')
  if (states.subjectAt(state, 'ACCOUNT', values.account) === undefined) return refused('UNKNOWN_NAME')
  const waits = state.differing.get(values.account)
  if (waits?.tradeDate !== values.tradeDate || waits.hash !== hashOf(values)) return refused('NOTHING_TO_ADOPT')
  if (waits.tradeDate !== states.dateOf(state, waits.account)) return refused('STATEMENT_OF_OTHER_DATE')
  if (waits.principal === values.principal) return refused('MAKER_IS_CHECKER')
  const instruments = new Set(differencesOf(state, waits).map(({ instrument }) => instrument))
  for (const instrument of instruments) restate(state, waits, instrument)
  settle(state, waits)
  return applied()
}

function senderOf({ session, principal }: { readonly session: number; readonly principal: number }): string {
  return `${session}:${principal}`
}

function hashOf({ hash0, hash1 }: { readonly hash0: number; readonly hash1: number }): string {
  return (BigInt.asUintN(32, BigInt(hash0)) + (BigInt.asUintN(32, BigInt(hash1)) << 32n)).toString()
}

/** FNV-1a of 64 bits over symbol, qty, trader and strategy, tabs between, a line feed behind each row. */
function hashOfRows(state: State, { rows }: Statement): string {
  const lines = rows.map(({ instrument, qty, trader, strategy }) => {
    const { symbol, qd } = states.instrumentAt(state, instrument)
    const name = (id: number) => (id < 0 ? '' : (state.subjects[id] as Name).name)
    return `${symbol}\t${plain(qty, qd)}\t${name(trader)}\t${name(strategy)}\n`
  })
  let hash = 14_695_981_039_346_656_037n
  for (const byte of Buffer.from(lines.join(''), 'latin1')) {
    hash = ((hash ^ BigInt(byte)) * 1_099_511_628_211n) % 2n ** 64n
  }
  return hash.toString()
}

/** A quantity in plain notation. */
function plain(qty: bigint, decimals: number): string {
  const digits = `${qty < 0n ? -qty : qty}`.padStart(decimals + 1, '0')
  const [whole, part] = [digits.slice(0, digits.length - decimals), digits.slice(digits.length - decimals)]
  const fraction = part.replace(/0+$/, '')
  return `${qty < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/** What was in the position when the date began: bookings of earlier dates, and what was stated by hand. */
function isCarried(state: State, { keys, execution, seq, reversed, reversedOn }: Booking): boolean {
  if (execution !== null && seq > (state.zeroed.get(keys.account) ?? 0)) return false
  return !reversed || reversedOn === states.dateOf(state, keys.account)
}

function ownerOf(keys: Keys, kind: CellKind): number {
  return { ACCOUNT: keys.account, DESK: keys.desk, TRADER: keys.trader, STRATEGY: keys.strategy }[kind]
}

function carriedIn(state: State, account: number, instrument: number, kind: CellKind, owner: number): bigint {
  const isOf = ({ keys, cells }: Booking) =>
    cells.includes(kind) && keys.account === account && keys.instrument === instrument && ownerOf(keys, kind) === owner
  return sum(state.bookings.filter((booking) => isOf(booking) && isCarried(state, booking)).map(({ qty }) => qty))
}

/** The account in every instrument that it holds or the statement names; traders and strategies that rows name. */
function differencesOf(state: State, { account, rows }: Statement): Difference[] {
  const found: Difference[] = []
  state.instruments.forEach((_, instrument) => {
    const own = rows.filter((row) => row.instrument === instrument)
    const compare = (kind: CellKind, owner: number, of: typeof own, trader = -1, strategy = -1) => {
      const stated = sum(of.map(({ qty }) => qty))
      const carried = carriedIn(state, account, instrument, kind, owner)
      if (stated !== carried) found.push({ account, instrument, trader, strategy, stated, carried })
    }
    const named = (ids: readonly number[]) => [...new Set(ids)].filter((id) => id >= 0).sort((a, b) => a - b)
    compare('ACCOUNT', account, own)
    for (const id of named(own.map(({ trader }) => trader))) {
      const of = own.filter(({ trader }) => trader === id)
      compare('TRADER', id, of, id)
    }
    for (const id of named(own.map(({ strategy }) => strategy))) {
      const of = own.filter(({ strategy }) => strategy === id)
      compare('STRATEGY', id, of, -1, id)
    }
  })
  return found
}

/** Every cell of the account in the instrument is carried as stated; what rows allocate to nobody is the home desk's. */
function restate(state: State, { account, rows }: Statement, instrument: number): void {
  const home = states.subjectAt(state, 'ACCOUNT', account) as Name
  const own = rows.filter((row) => row.instrument === instrument)
  const deskOf = (trader: number) => (trader < 0 ? home.desk : (state.subjects[trader] as Name).desk)
  const base = { entity: home.entity, client: home.client, account, session: -1, instrument, venue: -1 }
  const nobody = { desk: -1, trader: -1, strategy: -1 }
  const snap = snapshot(state)
  const set = (kind: CellKind, owner: number, isOf: (row: (typeof own)[number]) => boolean) => {
    const own1 = { ...nobody, ...(kind === 'ACCOUNT' ? {} : { [kind.toLowerCase()]: owner }) }
    const keys: Keys = { ...base, ...own1 }
    const stated = sum(own.filter(isOf).map(({ qty }) => qty))
    const qty = stated - carriedIn(state, account, instrument, kind, owner)
    if (qty !== 0n) state.bookings.push(byHand(state, keys, qty, kind))
  }
  set('ACCOUNT', account, () => true)
  const owners = (kind: CellKind, stated: readonly number[]) => new Set([...stated, ...ownersIn(snap, kind, base)])
  for (const id of owners(
    'DESK',
    own.map(({ trader }) => deskOf(trader)),
  )) {
    set('DESK', id, ({ trader }) => deskOf(trader) === id)
  }
  for (const id of owners(
    'TRADER',
    own.map(({ trader }) => trader),
  )) {
    if (id >= 0) set('TRADER', id, ({ trader }) => trader === id)
  }
  for (const id of owners(
    'STRATEGY',
    own.map(({ strategy }) => strategy),
  )) {
    if (id >= 0) set('STRATEGY', id, ({ strategy }) => strategy === id)
  }
}

function ownersIn(snap: Snapshot, kind: CellKind, { account, instrument }: Pick<Keys, 'account' | 'instrument'>) {
  const cells = [...snap.cells.values()].filter((cell) => cell.kind === kind)
  return cells
    .filter(({ keys }) => keys.account === account && keys.instrument === instrument)
    .map(({ keys }) => ownerOf(keys, kind))
}

function byHand(state: State, keys: Keys, qty: bigint, kind: CellKind): Booking {
  const { mark: basis } = states.marketAt(state, keys.instrument)
  const nothing = { amount: 0n, px: 0n, orderSeq: 0, execution: null, touched: 0, ...states.BOOKED_BY_HAND }
  return { keys, qty, cells: [kind], tradeDate: state.tradeDate, basis, ...nothing }
}

/** What an account was carried into the date with, of each instrument: for who makes statements up. */
export function carriedPositions(state: State, account: number): { instrument: number; qty: bigint }[] {
  return state.instruments
    .map((_, instrument) => ({ instrument, qty: carriedIn(state, account, instrument, 'ACCOUNT', account) }))
    .filter(({ qty }) => qty !== 0n)
}
