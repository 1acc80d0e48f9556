/** The plan of a made-up minute: what goes out together, what alone, and when. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FlowItem, LastTick, OwnFill, OwnOrder } from '../day/own-flow.ts'
import type { PlannedMessage } from './day-plan.ts'
import { planDay } from './day-plan.ts'

const SECOND = 1_000_000
const ownership = { account: 'ACC-1', trader: 'TRADER-1', desk: 'DESK-1', strategy: 'STRAT-1' }

function order(orderNo: number, timeUs: number): OwnOrder {
  return { kind: 'order', orderNo, side: 'Buy', px: 1_800_000, qty: 100_000, timeUs, ownership }
}

function fill(orderNo: number, timeUs: number): OwnFill {
  const trade = { px: 1_800_000, qty: 100_000, tradeNo: 1, isAggressor: false, ownContraOrderNo: undefined }
  return { kind: 'fill', orderNo, side: 'Buy', timeUs, ...trade }
}

function last(timeUs: number): LastTick {
  return { kind: 'last', px: 1_800_000, qty: 100_000, timeUs }
}

/** One word a message: its kind, how many entries it has, and its time in seconds. */
function words(flow: readonly FlowItem[]): string[] {
  return [...planDay(flow)].map((message) => `${message.kind}${entries(message)}@${message.timeUs / SECOND}`)
}

function entries(message: PlannedMessage): string {
  if (message.kind === 'reports') return `(${message.reports.map(({ kind }) => kind).join(' ')})`
  return message.kind === 'ticks' ? `(${message.ticks.length})` : ''
}

test('what lies between two own orders goes out together, stamped with its end', () => {
  const flow = [order(1, 10 * SECOND), fill(1, 10.25 * SECOND), last(10.25 * SECOND), last(10.5 * SECOND)]
  assert.deepEqual(words([...flow, order(2, 10.75 * SECOND)]), [
    'heartbeat@10',
    'order@10',
    'reports(ack fill)@10.5',
    'ticks(2)@10.5',
    'order@10.75',
    'reports(ack)@10.75',
  ])
})

test('a cancel is followed by its report', () => {
  const flow: FlowItem[] = [
    order(1, 0),
    { kind: 'cancel', orderNo: 1, qty: 100_000, timeUs: SECOND / 2 },
    order(2, SECOND),
  ]
  assert.deepEqual(words(flow), [
    'heartbeat@0',
    'order@0',
    'reports(ack)@0',
    'cancel@0.5',
    'reports(canceled)@0.5',
    'order@1',
    'reports(ack)@1',
  ])
})

test('nothing is held for longer than a second', () => {
  assert.deepEqual(words([last(SECOND), last(1.5 * SECOND), last(2 * SECOND), last(2.25 * SECOND)]), [
    'ticks(3)@2',
    'ticks(1)@2.25',
  ])
})

test('no message has more than 200 entries', () => {
  const ticks = Array.from({ length: 450 }, () => last(SECOND))
  assert.deepEqual(words(ticks), ['ticks(200)@1', 'ticks(200)@1', 'ticks(50)@1'])
})

test('before an order the gate hears of a feed that was quiet for two seconds', () => {
  assert.deepEqual(words([last(0), order(1, 1.9 * SECOND), order(2, 2.1 * SECOND), order(3, 2.2 * SECOND)]), [
    'ticks(1)@0',
    'order@1.9',
    'reports(ack)@1.9',
    'heartbeat@2.1',
    'order@2.1',
    'reports(ack)@2.1',
    'order@2.2',
    'reports(ack)@2.2',
  ])
})

test('a phase starts after everything before it', () => {
  assert.deepEqual(words([last(0), { kind: 'phase', phase: 'CLOSED', timeUs: SECOND }, last(SECOND)]), [
    'ticks(1)@0',
    'phase@1',
    'ticks(1)@1',
  ])
})
