/** The small firm of the tests, told over HTTP, with limits at every scope that let the load through: over 30 rows. */
import { dutyBits } from '../src/auth/duties.ts'
import type { Issuer } from '../src/auth/issuer.ts'
import type { Directory } from '../src/model/directory.ts'
import { BINDING, GENESIS, HIERARCHY } from '../src/model/records/commands.ts'
import { encode, type RecordLayout } from '../src/model/records/schema.ts'
import { BINDING_KINDS, type Duty, NAME_KINDS } from '../src/model/vocabulary.ts'
import type { Sequencer } from '../src/sequencer/sequencer.ts'

/** Clients that send orders. */
const SENDERS = ['ems-1', 'ems-2', 'ems-3', 'ems-4']
const NAMES = [
  { kind: 'ENTITY', name: 'HOLDING' },
  { kind: 'CLIENT', name: 'HOUSE' },
  { kind: 'DESK', name: 'CASH-EQ' },
  { kind: 'OWNER', name: 'HOUSE' },
  { kind: 'ACCOUNT', name: 'ACC-7', entity: 'HOLDING', client: 'HOUSE', desk: 'CASH-EQ', owner: 'HOUSE' },
  { kind: 'TRADER', name: 'T-3', desk: 'CASH-EQ' },
  { kind: 'STRATEGY', name: 'manual', trader: 'T-3' },
  { kind: 'VENUE', name: 'XSHG' },
  { kind: 'FEED', name: 'SSE-L2' },
  { kind: 'SECTOR', name: 'STAPLES' },
  { kind: 'ASSET_CLASS', name: 'EQUITY' },
]
const BOUND = [
  { kind: 'TRADER_ACCOUNT', trader: 'T-3', account: 'ACC-7', allow: true },
  { kind: 'STRATEGY_ACCOUNT', strategy: 'manual', account: 'ACC-7', allow: true },
  { kind: 'ACCOUNT_ASSET_CLASS', account: 'ACC-7', assetClass: 'EQUITY', allow: true },
  ...SENDERS.flatMap((session) => [
    { kind: 'SESSION_ACCOUNT', session, account: 'ACC-7', allow: true },
    { kind: 'SESSION_TRADER', session, trader: 'T-3', allow: true },
    { kind: 'SESSION_VENUE', session, venue: 'XSHG', allow: true },
  ]),
]
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
const SCOPES = ['ACCOUNT:ACC-7', 'TRADER:T-3', 'DESK:CASH-EQ', 'STRATEGY:manual', 'FIRM:ACME']
const MUCH = '10000000000000'
const LIMITS = [
  ...SCOPES.flatMap((subject) => [
    { control: 'MAX_ORDER_QTY', subject, hard: '100000' },
    { control: 'MAX_ORDER_NOTIONAL', subject, hard: MUCH },
    { control: 'DAILY_GROSS', subject, hard: MUCH },
    { control: 'PORTFOLIO_GROSS', subject, hard: MUCH },
    { control: 'INTRADAY_NET', subject, hard: MUCH },
    { control: 'OPEN_ORDER_NOTIONAL', subject, hard: MUCH },
    { control: 'MAX_OPEN_ORDERS', subject, hard: '100000000' },
  ]),
  { control: 'SECTOR_CONCENTRATION', subject: 'FIRM:ACME', object: 'SECTOR:*', hard: '10000' },
  ...SENDERS.map((name) => ({
    ...{ control: 'MESSAGE_RATE', subject: `SESSION:${name}`, hard: '500000', windowUs: '1000000' },
  })),
  { control: 'MESSAGE_RATE', subject: 'STRATEGY:manual', hard: '500000', windowUs: '1000000' },
  { control: 'PRICE_COLLAR', subject: 'FIRM:ACME', object: 'ASSET_CLASS:EQUITY', hard: '300', bandTicks: '5' },
]

/** Tells the gate of the firm, keeps its feed alive, and returns tokens of four clients that may send orders, and of one that may kill. */
export async function tellBenchFirm(
  url: string,
  sequencer: Sequencer,
  directory: Directory,
  issuer: Issuer,
): Promise<{ readonly senders: readonly string[]; readonly killer: string }> {
  const command = (layout: RecordLayout, values: object) =>
    new Promise<void>((settle, fail) => {
      sequencer.submit({
        write: (tape) => encode(tape, layout, { ...NOBODY, ...values } as never),
        onDurable: () => settle(),
        onFailure: (fault) => fail(new Error(fault)),
      })
    })
  const enroll = async (clientID: string, duties: readonly Duty[]) => {
    for (const kind of ['PRINCIPAL', 'SESSION'] as const)
      await command(HIERARCHY, { kind: NAME_KINDS.indexOf(kind), name: clientID })
    const bits = dutyBits(duties)
    const a = directory.idOf('PRINCIPAL', clientID)
    await command(BINDING, { kind: BINDING_KINDS.indexOf('PRINCIPAL_DUTY'), a, b: bits, allow: 1 })
    return issuer.issue({ clientID, duties: bits, disabled: false }, bits)
  }
  await command(GENESIS, { profile: 0, ledgerDecimals: 2, tradeDate: 20261121, firm: 'ACME', baseCurrency: 'CNY' })
  const ops = await enroll('ops-1', ['reference:write', 'limits:approve'])
  const feed = await enroll('feed-1', ['quotes:write'])
  const killer = await enroll('risk-1', ['kill'])
  const senders: string[] = []
  for (const name of SENDERS) senders.push(await enroll(name, ['orders:write']))
  const send = async (token: string, path: string, body: unknown) => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok || /"outcome":"REFUSED"|"error"/.test(text)) throw new Error(`${path}: ${text}`)
  }
  await send(ops, '/hierarchy', NAMES)
  await send(ops, '/bindings', BOUND)
  await send(ops, '/instruments', [SHARE])
  await send(ops, '/capital', { subject: 'FIRM:ACME', amount: MUCH, asOf: '2026-11-21T00:00:00Z' })
  await send(ops, '/limits', LIMITS)
  const beat = async () => {
    await send(feed, '/feeds/SSE-L2/heartbeat', {})
    await send(feed, '/quotes', { symbol: '600519.SH', feed: 'SSE-L2', bidPx: '1667.90', askPx: '1668.10' })
  }
  await beat()
  // An overloaded gate refuses a quote; the next one comes in a second.
  setInterval(() => void beat().catch((cause: Error) => console.error(cause.message)), 1000)
  return { senders, killer }
}

const NOBODY = { session: -1, principal: -1, entity: -1, client: -1, desk: -1, trader: -1, owner: -1 }
