/** A gate that ends and starts again while an order is held: the hold, its deadline and its answer outlive the process. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { NewOrderBody } from '../floor/client/bodies.ts'
import { readSecrets } from '../floor/client/credentials.ts'
import { GateClient } from '../floor/client/gate-client.ts'
import { DEMO_MARKET, demoWorld } from '../floor/world/demo-world.ts'
import { setUpWorld } from '../floor/world/set-up-world.ts'
import { HIERARCHY } from '../model/records/commands.ts'
import { NAME_KINDS } from '../model/vocabulary.ts'
import { beginDemo, floorSecretsFile } from './demo-genesis.ts'
import { type OpenGate, openGate } from './open-gate.ts'

const folder = mkdtempSync(join(tmpdir(), 'held-restart-'))
const logger = { info: () => {}, warn: () => {}, error: () => {} }
const settings = { directory: folder, durability: 'os', host: '127.0.0.1', port: 0, clock: 'system', logger } as const
const BUY: NewOrderBody = {
  ...{ clOrdID: 'BUY', symbol: 'AAPL', account: 'ACC-1', trader: 'TRADER-1', strategy: 'STRAT-1', venue: 'XSIM' },
  ...{ side: 'Buy', orderQty: '100', ordType: 'Limit', timeInForce: 'Day', price: '229' },
}
const NO_PARENTS = { entity: -1, client: -1, desk: -1, trader: -1, owner: -1 }

async function open(): Promise<{ gate: OpenGate; client: GateClient }> {
  const gate = await openGate({ ...settings, onFatal: (cause) => assert.fail(String(cause)) })
  await beginDemo(gate, { firm: 'DEMO', baseCurrency: 'USD', tradeDate: 20260101 })
  const secrets = readSecrets(floorSecretsFile(folder))
  const url = new URL(gate.url)
  const wait = async () => {}
  return { gate, client: new GateClient({ url, secrets, feed: DEMO_MARKET.feed, nowMs: () => Date.now(), wait }) }
}

/** A sell rests; the buy that crosses it is sent, and held once the cancel of the sell is asked for. */
async function hold(client: GateClient, id: string, holdUs: string) {
  const sell = { ...BUY, clOrdID: `SELL-${id}`, side: 'Sell' } as const
  assert.equal((await client.newOrder(sell)).approved, true)
  const buy = { ...BUY, clOrdID: `BUY-${id}`, holdUs }
  const call = client.newOrder(buy).catch((cause: unknown) => String(cause))
  const { requests } = await client.cancelRequests(0)
  assert.deepEqual(
    requests.map(({ clOrdID }) => clOrdID),
    [sell.clOrdID],
  )
  return { buy, call, sell: sell.clOrdID }
}

test('an order that is held is held after a restart, and decided; one whose deadline has passed is refused', async () => {
  after(() => rmSync(folder, { recursive: true, force: true }))
  const first = await open()
  const { firm, time } = await first.client.readiness()
  await setUpWorld(first.client, demoWorld(firm, 'floor-ems'), time)
  const owner = { kind: NAME_KINDS.indexOf('OWNER'), name: 'OWNER-1', flags: 2, ...NO_PARENTS }
  await first.gate.command(HIERARCHY, owner)
  await first.client.quotes([{ symbol: 'AAPL', bidPx: '228.98', askPx: '229.02' }])
  const { buy, call, sell } = await hold(first.client, '1', '30000000')
  await first.gate.close()
  assert.match(String(await call), /OUTCOME_UNKNOWN/)
  first.client.close()

  const second = await open()
  const again = second.client.newOrder(buy)
  const canceled = { symbol: 'AAPL', owner: 'floor-ems', clOrdID: sell, execType: 'Canceled', execID: 'E-1' }
  await second.client.quotes([{ symbol: 'AAPL', bidPx: '228.98', askPx: '229.02' }])
  const [report] = await second.client.executions([canceled as never])
  assert.equal(report?.applied, true, report?.text)
  const approved = await again
  assert.deepEqual([approved.approved, approved.duplicate], [true, true], approved.text)

  await second.client.executions([{ ...canceled, clOrdID: buy.clOrdID, execID: 'E-2' } as never])

  const short = await hold(second.client, '2', '1000')
  await second.gate.close()
  await short.call
  second.client.close()
  const third = await open()
  const { approved: passes, reason } = await third.client.newOrder(short.buy)
  assert.deepEqual([passes, reason], [false, 'WASH_HOLD_EXPIRED'])
  assert.deepEqual(await third.client.newOrder(buy), approved)
  third.client.close()
  await third.gate.close()
})
