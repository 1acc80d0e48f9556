/** Reads of what the market has told, and has not: orders of unknown fate, and whose reports of an account are booked. */
import { dutyBit } from '../../auth/duties.ts'
import type { ExecutionSourceView, OrderView } from '../../model/engine-port.ts'
import { RequestError } from '../../model/errors.ts'
import { formatMoney } from '../../model/explain/amounts.ts'
import { formatDecimal } from '../../model/numbers.ts'
import { EXAMPLE } from '../../model/parse/example-names.ts'
import { formatOrderID } from '../../model/parse/execution.ts'
import { form, mayName, type WordsOf } from '../../model/parse/form.ts'
import { Reading } from '../../model/parse/reading.ts'
import { formatTimeUs } from '../../model/parse/timestamps.ts'
import { SIDES } from '../../model/vocabulary.ts'
import type { Caller } from '../caller.ts'
import type { Gate } from '../gate.ts'
import { seesAll } from '../visibility.ts'
import type { Exchange } from './exchange.ts'
import type { Route } from './route.ts'

/** Orders that one answer lists; the count is of all. */
const LISTED_MAX = 200
const SETS_SOURCES = dutyBit('reference:write')

const SOURCES_FORM = form(
  'ExecutionSourcesQuery',
  'Which sources.',
  [
    mayName('account', 'Only those of this account.', EXAMPLE.account),
    mayName('venue', 'With an account: only the one that counts for it at this venue.', EXAMPLE.venue),
  ],
  ['account'],
)

export function fateRoutes(gate: Gate): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/unknown-orders',
      duties: ['orders:write', 'risk:read', 'release:request', 'release:approve'],
      tag: 'Executions',
      summary: 'Orders of unknown fate',
      description: `How many there are, since when, and the ${LISTED_MAX} oldest. A client gets its own, people and overseers all.`,
      answer: 'UnknownOrders',
      answerDescription: 'Orders, oldest first.',
      sequenced: false,
      handle: (call) => showUnknown(gate, call),
    },
    {
      method: 'GET',
      url: '/execution-sources',
      duties: ['risk:read', 'executions:write', 'reference:write', 'audit:read'],
      tag: 'Reference data',
      summary: 'Whose execution reports are booked',
      description:
        'Where no source stands, those of any client. A client gets what it is the source of, or is compared in; who sets them, people and overseers get all.',
      form: SOURCES_FORM,
      answer: 'ExecutionSources',
      answerDescription: 'Sources, in order of setting.',
      errors: ['UNKNOWN_NAME', 'MISSING_FIELD'],
      sequenced: false,
      handle: (call, rows) => showSources(gate, call, rows[0] as WordsOf<typeof SOURCES_FORM>),
    },
  ]
}

function showUnknown(gate: Gate, call: Exchange): void {
  const { view } = gate
  const { caller } = call
  const isOfAll = seesAll(caller)
  // Who has no session has no orders: -1 would stand for all.
  const isOfNone = !isOfAll && caller.session < 0
  const found = isOfNone
    ? { count: 0, oldestUs: 0, orders: [] }
    : view.unknownOrders(LISTED_MAX, isOfAll ? -1 : caller.session)
  send(gate, call, {
    count: found.count,
    oldest: found.count === 0 ? undefined : formatTimeUs(found.oldestUs),
    orders: found.orders.map((order) => unknownJson(gate, order)),
  })
}

function unknownJson({ directory, view }: Gate, order: OrderView): object {
  const units = directory.instrument(order.instrument)
  return {
    orderID: formatOrderID(order.orderSeq, order.slot),
    clOrdID: order.clOrdID,
    client: directory.nameOf('SESSION', order.session),
    account: directory.nameOf('ACCOUNT', order.account),
    symbol: units?.symbol ?? '',
    venue: order.venue < 0 ? undefined : directory.nameOf('VENUE', order.venue),
    side: SIDES[order.side],
    leavesQty: formatDecimal(order.leavesQty, units?.qtyDecimals ?? 0),
    openValue: formatMoney(order.openValue, directory.ledgerDecimals),
    approved: formatTimeUs(order.timeUs),
    ageUs: view.timeUs - order.timeUs,
  }
}

function showSources(gate: Gate, call: Exchange, words: WordsOf<typeof SOURCES_FORM>): void {
  const seesEach = seesAll(call.caller) || call.caller.holds(SETS_SOURCES)
  const read = new Reading(gate.directory)
  const account = read.name('ACCOUNT', 'account', words.account)
  const venue = read.name('VENUE', 'venue', words.venue)
  // To a client a name that is not there is one of which it has nothing.
  const isUnknown = read.fault?.code === 'UNKNOWN_NAME' && !seesEach
  if (read.fault !== undefined && !isUnknown) return call.refuse(read.fault)
  if (words.venue !== undefined && words.account === undefined) {
    return call.refuse(new RequestError('MISSING_FIELD', 'account', 'A venue alone names no source.'))
  }
  const all = isUnknown
    ? []
    : [...gate.view.executionSources()].filter((pair) => account < 0 || pair.account === account)
  const asked = venue < 0 ? all : countingAt(all, venue)
  const sources = asked.filter((pair) => seesEach || concerns(pair, call.caller))
  send(gate, call, { sources: sources.map((pair) => sourceJson(gate, pair)) })
}

/** Of one account's pairs the one that counts at a venue: its own, else that of all venues without one. */
function countingAt(pairs: readonly ExecutionSourceView[], venue: number): readonly ExecutionSourceView[] {
  const counting = pairs.find((pair) => pair.venue === venue) ?? pairs.find((pair) => pair.venue < 0)
  return counting === undefined ? [] : [counting]
}

function concerns({ source, compare }: ExecutionSourceView, { session }: Caller): boolean {
  return session >= 0 && (source === session || compare === session)
}

function sourceJson(
  { directory }: Gate,
  { account, venue, source, compare, differences }: ExecutionSourceView,
): object {
  return {
    account: directory.nameOf('ACCOUNT', account),
    venue: venue < 0 ? undefined : directory.nameOf('VENUE', venue),
    source: source < 0 ? undefined : directory.nameOf('SESSION', source),
    compare: compare < 0 ? undefined : directory.nameOf('SESSION', compare),
    differences,
  }
}

/** Sends a read with the command that it is as of. */
function send(gate: Gate, call: Exchange, body: object): void {
  const profile = gate.directory.profile === 'demo' ? 'demo' : undefined
  call.send(200, JSON.stringify({ ...body, seq: gate.view.seq, profile }))
}
