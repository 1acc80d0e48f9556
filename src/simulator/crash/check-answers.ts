/** Compares what the gate has answered with what its journal holds: the same content at the same place. */
import assert from 'node:assert/strict'
import { demoListing } from '../../floor/demo/listings.ts'
import { reasonAt } from '../../model/codes.ts'
import { parseDecimal } from '../../model/numbers.ts'
import { formatOrderID } from '../../model/parse/execution.ts'
import { formatTimeUs } from '../../model/parse/timestamps.ts'
import { EXEC_TYPES, OUTCOMES } from '../../model/vocabulary.ts'
import { answeredRows, type DecisionAnswer, type Exchange, type Json, type RowOutcome } from './exchange.ts'
import { type Entry, eventNamed } from './recorded-journal.ts'

/** The word of an answer for each of OUTCOMES. */
const WORDS: Readonly<Record<string, string>> = { APPROVE: 'APPROVED', REJECT: 'REJECTED' }
const RECORDS: Readonly<Partial<Record<Exchange['kind'], string>>> = {
  executions: 'ExecutionReport',
  quotes: 'Quote',
  limits: 'Limit',
  kill: 'Kill',
}

/** Throws at the first answer that the journal does not hold. */
export function checkAnswer(exchange: Exchange, entries: readonly Entry[]): void {
  const { kind, answer } = exchange
  if (answer === undefined) return
  if (kind === 'order' || kind === 'replace') checkDecision(exchange, answer as DecisionAnswer, entries)
  else if (kind === 'cancel') checkCancel(exchange, answer as RowOutcome, entries)
  else for (const { sent, said } of answeredRows(exchange)) checkRow(RECORDS[kind] as string, sent, said, entries)
}

/** The entry that an answer speaks of, and a name of it for whoever reads the failure. */
function entryOf(answer: { readonly seq: number; readonly time?: string }, entries: readonly Entry[]) {
  const entry = entries[answer.seq - 1]
  const words = JSON.stringify(answer)
  assert.ok(entry !== undefined, `answered and lost, the journal ends at ${entries.length}: ${words}`)
  if (answer.time !== undefined) assert.equal(formatTimeUs(entry.command.values.timeUs), answer.time, words)
  return { entry, words }
}

function checkDecision({ kind, body, path }: Exchange, answer: DecisionAnswer, entries: readonly Entry[]): void {
  const { entry, words } = entryOf(answer, entries)
  const { name } = entry.command
  const values = entry.command.values as unknown as Readonly<Record<string, unknown>>
  const sent = body as Readonly<Record<string, string>>
  assert.equal(name, kind === 'order' ? 'NewOrder' : 'ReplaceOrder', words)
  assert.equal(values.clOrdID, sent.clOrdID, words)
  assert.equal(values.orderQty, Number(sent.orderQty), words)
  if (kind === 'replace') assert.equal(`/orders/${values.origClOrdID}/replace`, path, words)
  else assert.equal(values.price, parseDecimal(sent.price as string, decimalsOf(sent)), words)
  const decided = eventNamed(entry, 'OrderDecided')
  const refused = eventNamed(entry, 'Refused')
  const outcome = decided === undefined ? 'REJECTED' : WORDS[OUTCOMES[decided.values.outcome as number] as string]
  assert.equal(outcome, answer.outcome, words)
  const reason = reasonAt((decided ?? refused)?.values.reason as number).code
  assert.equal(answer.reason?.code ?? 'NONE', reason, words)
  if (answer.outcome === 'APPROVED') assert.equal(orderIDOf(decided?.values), answer.orderID, words)
}

function checkCancel({ path }: Exchange, answer: RowOutcome, entries: readonly Entry[]): void {
  const { entry, words } = entryOf(answer, entries)
  const { command } = entry
  assert.ok(command.name === 'CancelOrder', words)
  assert.equal(`/orders/${command.values.origClOrdID}/cancel`, path, words)
  const decided = eventNamed(entry, 'CancelDecided')
  assert.equal(reasonAt(decided?.values.reason as number).code, answer.reason?.code ?? 'NONE', words)
  if (answer.orderID !== undefined) assert.equal(orderIDOf(decided?.values), answer.orderID, words)
}

function checkRow(record: string, sent: Json, said: RowOutcome, entries: readonly Entry[]): void {
  const { entry, words } = entryOf(said, entries)
  assert.equal(entry.command.name, record, words)
  const refused = eventNamed(entry, 'Refused')
  assert.equal(refused === undefined ? 'APPLIED' : 'REFUSED', said.outcome, words)
  if (refused !== undefined) assert.equal(reasonAt(refused.values.reason as number).code, said.reason?.code, words)
  if (said.id !== undefined) assert.equal(eventNamed(entry, 'Applied')?.values.id, said.id, words)
  if (entry.command.name === 'ExecutionReport') checkExecution(entry, sent, said, words)
}

function checkExecution(entry: Entry, sent: Json, said: RowOutcome, words: string): void {
  const report = entry.command.values as unknown as Readonly<Record<string, unknown>>
  assert.equal(report.execID, sent.execID, words)
  assert.equal(EXEC_TYPES[report.execType as number], sent.execType, words)
  if (sent.execType !== 'Fill' || said.outcome !== 'APPLIED') return
  const booked = eventNamed(entry, 'ExecutionBooked')
  assert.equal(booked?.values.execID, sent.execID, `answered and not booked: ${words}`)
  assert.equal(booked?.values.qty, Number(sent.lastQty), words)
  assert.equal(booked?.values.px, parseDecimal(sent.lastPx as string, decimalsOf(sent)), words)
}

function decimalsOf({ symbol }: Json): number {
  return demoListing(symbol as string)?.priceDecimals ?? 0
}

function orderIDOf(values: Readonly<Record<string, number | string>> | undefined): string {
  return formatOrderID(values?.orderSeq as number, values?.slot as number)
}

/** Throws where an id was decided twice or an execution booked twice. */
export function checkOnce(entries: readonly Entry[]): void {
  const decided = new Set<string>()
  const booked = new Set<string>()
  const once = (seen: Set<string>, id: string, what: string) => {
    assert.ok(!seen.has(id), `${id} is ${what} twice`)
    seen.add(id)
  }
  for (const entry of entries) {
    const { command } = entry
    if (command.name === 'NewOrder' || command.name === 'ReplaceOrder') {
      const outcome = OUTCOMES[eventNamed(entry, 'OrderDecided')?.values.outcome as number] ?? ''
      if (outcome in WORDS) once(decided, command.values.clOrdID, 'decided')
    }
    const execution = eventNamed(entry, 'ExecutionBooked')
    if (execution !== undefined) once(booked, execution.values.execID as string, 'booked')
  }
}
