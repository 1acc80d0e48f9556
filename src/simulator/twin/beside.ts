/**
 * Execution sources: whose reports are booked, and what the reports of the session beside a source come to.
 */
import { COMPARISONS, EXEC_TYPES } from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import { applied, refused, type TwinEvent } from './events.ts'
import { stopLosers } from './losses.ts'
import { hasDuty, named } from './names.ts'
import { type Booking, nameAt, type State, subjectAt } from './state.ts'

type Report = ValuesOfCommand<'ExecutionReport'>

const resultNamed = (name: (typeof COMPARISONS)[number]) => COMPARISONS.indexOf(name)
const MISSING = resultNamed('MISSING')
const AGREES = resultNamed('AGREES')

function pairOf(state: State, account: number, venue: number) {
  return state.sources.get(`${account}|${venue}`) ?? state.sources.get(`${account}|-1`)
}

export function isOnlyCompared(state: State, session: number): boolean {
  const pairs = [...state.sources.values()]
  return pairs.some(({ compare }) => compare === session) && !pairs.some(({ source }) => source === session)
}

/** True where what this session reports of the account at the venue changes state. */
export function isSourceOf(state: State, session: number, account: number, venue: number): boolean {
  const pair = pairOf(state, account, venue)
  if (pair === undefined) return !isOnlyCompared(state, session)
  return pair.source === -1 || pair.source === session
}

/** Null where the report's session is the source of the account, and it is to be booked. */
export function comparedReport(state: State, report: Report, account: number, ownVenue: number): TwinEvent[] | null {
  const at = report.venue >= 0 ? report.venue : ownVenue
  if (isSourceOf(state, report.session, account, at)) return null
  const pair = pairOf(state, account, at)
  if (pair !== undefined && pair.compare !== report.session) return refused('NOT_EXECUTION_SOURCE')
  const { execID, venue } = report
  const source = pair?.source ?? -1
  const isTrade = ['Fill', 'TradeCorrect'].includes(EXEC_TYPES[report.execType] ?? '')
  const said = { account, source, venue, execID, qty: BigInt(report.lastQty), px: BigInt(report.lastPx) }
  if (!isTrade) {
    const result = resultNamed('NOT_COMPARED')
    return [{ name: 'ReportCompared', ...said, sourceQty: 0n, sourcePx: 0n, result, kept: 0 }]
  }
  const keys = [state.tradeDate, state.lastDate].map((date) => `${source}|${venue}|${date}|${execID}`)
  const found = keys.map((key) => state.executions.get(key)).find((booking) => booking !== undefined)
  return [settle(state, said, found?.reversed === false ? found : undefined)]
}

interface Said {
  readonly account: number
  readonly source: number
  readonly venue: number
  readonly execID: string
  readonly qty: bigint
  readonly px: bigint
}

function settle(state: State, said: Said, booking: Pick<Booking, 'qty' | 'px'> | undefined): TwinEvent {
  const { account, source, venue, execID, qty, px } = said
  const sourceQty = booking === undefined ? 0n : booking.qty < 0n ? -booking.qty : booking.qty
  const sourcePx = booking?.px ?? 0n
  const differs = qty !== sourceQty ? 'QTY_DIFFERS' : px !== sourcePx ? 'PX_DIFFERS' : 'AGREES'
  const result = booking === undefined ? MISSING : resultNamed(differs)
  const key = `${source}|${venue}|${execID}`
  if (result === AGREES) state.differences.delete(key)
  else state.differences.set(key, { ...said, result, rolls: 0 })
  const kept = result === AGREES ? 0 : 1
  return { name: 'ReportCompared', account, source, venue, execID, qty, px, sourceQty, sourcePx, result, kept }
}

/** The source's own report was booked: what the other had said of it before is compared now. */
export function comparedLate(state: State, report: Report): TwinEvent[] {
  const said = state.differences.get(`${report.session}|${report.venue}|${report.execID}`)
  if (said === undefined) return []
  return [settle(state, said, { qty: BigInt(report.lastQty), px: BigInt(report.lastPx) })]
}

export function executionSource(state: State, values: ValuesOfCommand<'ExecutionSource'>): TwinEvent[] {
  const { account, venue, source, compare } = values
  if (subjectAt(state, 'ACCOUNT', account) === undefined) return refused('UNKNOWN_NAME')
  if (venue !== -1 && nameAt(state, 'VENUE', venue) === undefined) return refused('UNKNOWN_NAME')
  for (const session of [source, compare]) {
    if (session !== -1 && subjectAt(state, 'SESSION', session) === undefined) return refused('UNKNOWN_NAME')
  }
  if (compare !== -1 && (source === -1 || source === compare)) return refused('INVALID_VALUE')
  state.sources.set(`${account}|${venue}`, { source, compare })
  return applied()
}

/** A person says what the executions behind a latch were, and perhaps whose. */
export function explainExecution(
  state: State,
  values: ValuesOfCommand<'ExplainExecution'>,
  cause: number,
): TwinEvent[] {
  const latch = state.latches.get(values.latch)
  if (latch === undefined) return refused('UNKNOWN_LATCH')
  if (latch.cause !== cause) return refused('INVALID_VALUE')
  if (!hasDuty(state, values.principal, 'release:request')) return refused('DUTY_MISSING')
  const suspense = named(state, 'ACCOUNT', 'SUSPENSE')?.id
  if (values.account !== -1) {
    if (subjectAt(state, 'ACCOUNT', values.account) === undefined) return refused('UNKNOWN_NAME')
    if (latch.keys.account !== suspense || values.account === suspense) return refused('INVALID_VALUE')
  }
  latch.explained = true
  const { account, instrument } = latch.keys
  const events = applied(latch.id)
  for (const booking of state.executions.values()) {
    if (!booking.unexplained || booking.keys.account !== account || booking.keys.instrument !== instrument) continue
    booking.unexplained = false
    if (values.account === -1 || booking.reversed) continue
    const left = booking.keys
    moveTo(state, booking, values.account)
    events.push(...stopLosers(state, booking.keys), ...stopLosers(state, left))
  }
  return events
}

function moveTo(state: State, booking: Booking, id: number): void {
  const account = subjectAt(state, 'ACCOUNT', id)
  if (account === undefined) throw new RangeError(`no account ${id}`)
  const { entity, client } = account
  booking.keys = { ...booking.keys, entity, client, account: id, desk: -1, trader: -1, strategy: -1 }
}
