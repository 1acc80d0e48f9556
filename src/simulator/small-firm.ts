/** A small firm told to a gate over REST: one desk, two accounts, one share, and every mandatory limit. */
import assert from 'node:assert/strict'
import type { RestGate } from './rest-gate.ts'

/** An order that the small firm may send. */
export const GOOD_ORDER = {
  clOrdID: 'A-1',
  symbol: '600519.SH',
  account: 'ACC-7',
  trader: 'T-3',
  strategy: 'manual',
  venue: 'XSHG',
  side: 'Buy',
  orderQty: '300',
  ordType: 'Limit',
  price: '1668.00',
}

const HIERARCHY = [
  { kind: 'ENTITY', name: 'HOLDING' },
  { kind: 'CLIENT', name: 'HOUSE' },
  { kind: 'DESK', name: 'CASH-EQ' },
  { kind: 'OWNER', name: 'HOUSE' },
  { kind: 'ACCOUNT', name: 'ACC-7', entity: 'HOLDING', client: 'HOUSE', desk: 'CASH-EQ', owner: 'HOUSE' },
  { kind: 'ACCOUNT', name: 'ACC-8', entity: 'HOLDING', client: 'HOUSE', desk: 'CASH-EQ', owner: 'HOUSE' },
  { kind: 'ACCOUNT', name: 'SUSPENSE', entity: 'HOLDING', client: 'HOUSE', desk: 'CASH-EQ', owner: 'HOUSE' },
  { kind: 'TRADER', name: 'T-3', desk: 'CASH-EQ' },
  { kind: 'STRATEGY', name: 'manual', trader: 'T-3' },
  { kind: 'VENUE', name: 'XSHG' },
  { kind: 'FEED', name: 'SSE-L2' },
  { kind: 'SECTOR', name: 'STAPLES' },
  { kind: 'ASSET_CLASS', name: 'EQUITY' },
]

const BINDINGS = ['ACC-7', 'ACC-8'].flatMap((account) => [
  { kind: 'TRADER_ACCOUNT', trader: 'T-3', account, allow: true },
  { kind: 'STRATEGY_ACCOUNT', strategy: 'manual', account, allow: true },
  { kind: 'ACCOUNT_ASSET_CLASS', account, assetClass: 'EQUITY', allow: true },
])

const SHARE = {
  symbol: '600519.SH',
  priceDecimals: 2,
  qtyDecimals: 0,
  tick: '0.01',
  lot: '100',
  qtyMax: '1000000',
  currency: 'CNY',
  sector: 'STAPLES',
  assetClass: 'EQUITY',
  feed: 'SSE-L2',
  priorClose: '1660.00',
}

const SCOPES = ['ACCOUNT:ACC-7', 'ACCOUNT:ACC-8', 'TRADER:T-3', 'DESK:CASH-EQ', 'FIRM:ACME']
const LIMITS = [
  ...SCOPES.flatMap((subject) => [
    { control: 'MAX_ORDER_QTY', subject, hard: '10000' },
    { control: 'MAX_ORDER_NOTIONAL', subject, hard: subject === 'ACCOUNT:ACC-7' ? '1000000.00' : '5000000.00' },
    { control: 'DAILY_GROSS', subject, hard: '50000000' },
    { control: 'PORTFOLIO_GROSS', subject, hard: '50000000' },
    { control: 'INTRADAY_NET', subject, hard: '50000000' },
  ]),
  { control: 'SECTOR_CONCENTRATION', subject: 'FIRM:ACME', object: 'SECTOR:*', hard: '2500' },
  { control: 'MESSAGE_RATE', subject: 'SESSION:ems-1', hard: '100000', windowUs: '1000000' },
  { control: 'MESSAGE_RATE', subject: 'STRATEGY:manual', hard: '100000', windowUs: '1000000' },
  { control: 'PRICE_COLLAR', subject: 'FIRM:ACME', object: 'ASSET_CLASS:EQUITY', hard: '300', bandTicks: '5' },
]

/** Registers the people and machines, and tells the gate of the firm. */
export async function tellSmallFirm(gate: RestGate): Promise<void> {
  await gate.register('ems-1', 'client', ['orders:write', 'risk:read'])
  await gate.register('ems-2', 'client', ['orders:write', 'risk:read'])
  await gate.register('venue-1', 'client', ['executions:write', 'cancels:execute'])
  await gate.register('feed-1', 'client', ['quotes:write'])
  await gate.register('ops-1', 'client', [
    'reference:write',
    'positions:write',
    'lists:write',
    'limits:approve',
    'day:roll',
  ])
  await gate.register('alice', 'person', ['kill', 'release:request', 'release:approve', 'risk:read'])
  await gate.register('bob', 'person', ['release:approve', 'risk:read'])
  const tell = async (as: string, path: string, body: unknown) => {
    const answer = await gate.send(as, 'POST', path, body)
    const applied = answer.body.applied ?? Number(answer.body.outcome === 'APPLIED')
    assert.equal(applied, Array.isArray(body) ? body.length : 1, `${path}: ${JSON.stringify(answer.body)}`)
  }
  await tell('ops-1', '/hierarchy', HIERARCHY)
  await tell('ops-1', '/bindings', [
    ...BINDINGS,
    { kind: 'SESSION_ACCOUNT', session: 'ems-1', account: 'ACC-7', allow: true },
    { kind: 'SESSION_TRADER', session: 'ems-1', trader: 'T-3', allow: true },
    { kind: 'SESSION_VENUE', session: 'ems-1', venue: 'XSHG', allow: true },
  ])
  await tell('ops-1', '/instruments', SHARE)
  await tell('ops-1', '/capital', { subject: 'FIRM:ACME', amount: '250000000', asOf: '2027-01-15T08:00:00Z' })
  await tell('ops-1', '/limits', LIMITS)
  await tell('feed-1', '/feeds/SSE-L2/heartbeat', {})
  await tell('feed-1', '/quotes', { symbol: '600519.SH', feed: 'SSE-L2', bidPx: '1667.90', askPx: '1668.10' })
}
