/** A gate that starts again from its folder: the same firm, the same orders, and the first answer to a repeated one. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { NewOrderBody } from '../floor/client/bodies.ts'
import { readSecrets } from '../floor/client/credentials.ts'
import { GateClient } from '../floor/client/gate-client.ts'
import { DEMO_MARKET, demoWorld } from '../floor/world/demo-world.ts'
import { setUpWorld } from '../floor/world/set-up-world.ts'
import { SpillFile } from '../gateway/spill-file.ts'
import { DirectoryLocked } from '../journal/name-lock.ts'
import { GrpcChannel } from '../simulator/grpc-client.ts'
import { readPrometheus } from '../simulator/prometheus-text.ts'
import { HealthCheckResponse } from '../wire/grpc/health/v1/health.gen.ts'
import { beginDemo, floorSecretsFile } from './demo-genesis.ts'
import { packageVersion } from './gate-facts.ts'
import { type OpenGate, openGate } from './open-gate.ts'

const folder = mkdtempSync(join(tmpdir(), 'open-gate-'))
const PROGRAM = fileURLToPath(new URL('./portcullis.js', import.meta.url))
/** What each start said of its recovery. */
const recoveries: { readonly entries: number; readonly snapshot: string }[] = []
const info = (fields: object) => 'entries' in fields && recoveries.push(fields as (typeof recoveries)[number])
const logger = { info, warn: () => {}, error: () => {} }
const settings = { directory: folder, durability: 'os', host: '127.0.0.1', port: 0, clock: 'system', logger } as const
const ORDER: NewOrderBody = {
  ...{ clOrdID: 'A-1', symbol: 'AAPL', account: 'ACC-1', trader: 'TRADER-1', strategy: 'STRAT-1', venue: 'XSIM' },
  ...{ side: 'Buy', orderQty: '100', ordType: 'Limit', timeInForce: 'Day', price: '229' },
}

async function open(say: (line: string) => void = () => {}): Promise<{ gate: OpenGate; client: GateClient }> {
  const gate = await openGate({ ...settings, say, onFatal: (cause) => assert.fail(String(cause)) })
  await beginDemo(gate, { firm: 'DEMO', baseCurrency: 'USD', tradeDate: 20260101 })
  const wait = (ms: number) => new Promise<void>((settle) => setTimeout(settle, ms))
  const secrets = readSecrets(floorSecretsFile(folder))
  const client = new GateClient({
    url: new URL(gate.url),
    secrets,
    feed: DEMO_MARKET.feed,
    nowMs: () => Date.now(),
    wait,
  })
  return { gate, client }
}

describe('a gate in a folder', () => {
  after(() => rmSync(folder, { recursive: true, force: true }))

  test('a new gate is starting until its first record, and one that recovers is heard of by nobody', async () => {
    const own = mkdtempSync(join(tmpdir(), 'open-gate-'))
    const onFatal = (cause: unknown) => assert.fail(String(cause))
    const gate = await openGate({ ...settings, directory: own, onFatal })
    const said = async (path: string) => {
      const answer = await fetch(`${gate.url}${path}`)
      return [answer.status, ((await answer.json()) as { status: string }).status]
    }
    assert.deepEqual(
      [await said('/livez'), await said('/readyz')],
      [
        [200, 'alive'],
        [503, 'starting'],
      ],
    )
    await beginDemo(gate, { firm: 'DEMO', baseCurrency: 'USD', tradeDate: 20260101 })
    assert.deepEqual(await said('/readyz'), [200, 'ready'])
    const metrics = readPrometheus(await (await fetch(`${gate.url}/metrics`)).text())
    const [build] = metrics.get('portcullis_build_info')?.samples ?? []
    assert.deepEqual([build?.labels.version, build?.value], [packageVersion(), 1])
    assert.equal(metrics.has('portcullis_snapshot_age_seconds'), false, 'there is none')
    await gate.close()
    const port = Number(new URL(gate.url).port)
    const probe = `require('net').connect(${port}).on('error', () => process.exit(7)).on('connect', () => process.exit(0))`
    let heard: number | null | undefined
    const check = () => {
      heard = spawnSync(process.execPath, ['-e', probe]).status
    }
    const again = await openGate({ ...settings, directory: own, port, check, onFatal })
    assert.equal(heard, 7, 'the connection is refused while it recovers')
    await again.close()
    rmSync(own, { recursive: true })
  })

  test('gives a repeated order its first answer, also after a restart', async () => {
    const first = await open()
    const { firm, time } = await first.client.readiness()
    await setUpWorld(first.client, demoWorld(firm, 'floor-ems'), time)
    await first.client.quotes([{ symbol: 'AAPL', bidPx: '228.98', askPx: '229.02' }])
    const answer = await first.client.newOrder(ORDER)
    assert.equal(answer.approved, true, answer.text)
    const refused = await first.client.newOrder({ ...ORDER, clOrdID: 'A-2', orderQty: '200000' })
    assert.equal(refused.reason, 'MAX_ORDER_QTY')
    first.client.close()
    await first.gate.close()

    const second = await open()
    assert.equal(second.gate.hasGenesis, true)
    assert.deepEqual(await second.client.newOrder(ORDER), { ...answer, duplicate: true })
    const again = await second.client.newOrder({ ...ORDER, clOrdID: 'A-2', orderQty: '200000' })
    assert.deepEqual(again, { ...refused, duplicate: true })
    const { exposures } = await second.client.exposures()
    assert.equal(exposures.find(({ subject }) => subject === 'TRADER:TRADER-1')?.openOrders, 1)
    second.client.close()
    await second.gate.close()

    const { status, stdout } = spawnSync(process.execPath, [PROGRAM, 'snapshot', join(folder, 'journal')], {
      encoding: 'utf8',
    })
    assert.equal(status, 0)
    assert.match(stdout, /^saved behind command \d+: \d+\.\d MB, state [0-9a-f]{16}, block [0-9a-f]{64}\n$/)
    recoveries.length = 0
    const third = await open()
    const [{ entries, snapshot } = { entries: -1, snapshot: '' }] = recoveries
    assert.equal(entries, 0)
    assert.match(snapshot, /snapshots.\d{16}\.state$/)
    assert.deepEqual(await third.client.newOrder(ORDER), { ...answer, duplicate: true })
    assert.equal((await third.client.newOrder({ ...ORDER, clOrdID: 'A-3' })).approved, true)
    const after = (await third.client.exposures()).exposures
    assert.equal(after.find(({ subject }) => subject === 'TRADER:TRADER-1')?.openOrders, 2)
    third.client.close()
    await third.gate.close()
    const verified = spawnSync(process.execPath, [PROGRAM, 'journal', 'verify', join(folder, 'journal')])
    assert.equal(verified.status, 0, String(verified.stdout))
  })

  test('brings cancels to the journal that passed while it was down', async () => {
    const spilled = join(folder, 'cancels-without-journal.jsonl')
    const spill = new SpillFile(spilled)
    assert.ok(spill.add('floor-ems', 'floor-ems', 'A-1', 'C-1'))
    assert.ok(spill.add('nobody', 'floor-ems', 'never sent', ''))
    spill.close()
    appendFileSync(spilled, '{"time":"2026-11-2')
    const said: string[] = []
    const { gate, client } = await open((line) => said.push(line))
    assert.equal(said.length, 1)
    assert.match(said[0] as string, /^2 cancels passed while the journal was down; .*jsonl\.told-\d+$/)
    assert.ok(!existsSync(spilled))
    client.close()
    await gate.close()
    const show = (type: string) =>
      spawnSync(process.execPath, [PROGRAM, 'journal', 'show', join(folder, 'journal'), '--type', type], {
        encoding: 'utf8',
      }).stdout
    assert.match(show('SpilledCancel'), /SpilledCancel .*origClOrdID="A-1" sender="floor-ems"/)
    assert.match(show('SpilledCancel'), /SpilledCancel .*sender="nobody"/)
    const decided = show('CancelDecided').trimEnd().split('\n')
    assert.equal(decided.length, 2)
    assert.match(decided[0] as string, /orderSeq=\d+/)
    assert.match(decided[1] as string, /UNKNOWN_ORDER/)
    const again = await open((line) => assert.fail(line))
    again.client.close()
    await again.gate.close()
  })

  test('serves gRPC where it is told to, and ends while somebody watches its health', async () => {
    const at = { host: '127.0.0.1', port: 0 }
    const gate = await openGate({ ...settings, grpc: at, onFatal: (cause) => assert.fail(String(cause)) })
    const channel = new GrpcChannel(gate.grpcAddress as string)
    const watch = channel.stream('/grpc.health.v1.Health/Watch')
    const ended = new Promise<number>((settle) => watch.once('status', ({ code }) => settle(code)))
    const told: number[] = []
    watch.on('data', (message: Buffer) => told.push(HealthCheckResponse.decode(message).status))
    watch.end(Buffer.alloc(0))
    await once(watch, 'data')
    const secret = readSecrets(floorSecretsFile(folder))['floor-ems']
    const answer = await fetch(`${gate.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`floor-ems:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    const { access_token: token } = (await answer.json()) as { readonly access_token: string }
    const { decision } = await channel.checkOrder(token, { ...ORDER, clOrdID: 'A-3' })
    assert.deepEqual([decision?.duplicate, decision?.outcome], [true, 1], 'the order of REST, after a restart')
    await gate.close()
    assert.deepEqual([told, await ended], [[1, 2], 0])
    channel.close()
  })

  test('is not opened twice', async () => {
    const { gate, client } = await open()
    await assert.rejects(open(), DirectoryLocked)
    client.close()
    await gate.close()
  })
})
