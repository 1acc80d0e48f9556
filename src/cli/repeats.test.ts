/**
 * What was sent once and is sent again, over two trade dates and over starts from the journal and from a snapshot: the first
 * decision, said to be a repeat, and never a second reservation; other content under the same key never passes for it.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readSecrets } from '../floor/client/credentials.ts'
import { GateClient } from '../floor/client/gate-client.ts'
import { RestClient } from '../floor/client/rest-client.ts'
import { DEMO_MARKET, demoWorld } from '../floor/world/demo-world.ts'
import { setUpWorld } from '../floor/world/set-up-world.ts'
import { beginDemo, floorSecretsFile } from './demo-genesis.ts'
import { type OpenGate, openGate } from './open-gate.ts'

const PROGRAM = fileURLToPath(new URL('./portcullis.js', import.meta.url))
const OWNER = 'floor-ems'
const wait = (ms: number) => new Promise<void>((settle) => setTimeout(settle, ms))
const ORDER = {
  ...{ symbol: 'AAPL', account: 'ACC-1', trader: 'TRADER-1', strategy: 'STRAT-1', venue: 'XSIM' },
  ...{ side: 'Buy', orderQty: '100', ordType: 'Limit', timeInForce: 'GTC', price: '229' },
}

interface Answer {
  readonly outcome: string
  readonly duplicate: boolean
  readonly seq: number
  readonly time: string
  readonly orderID?: string
  readonly token?: string
  readonly state?: string
  readonly reason?: { readonly code: string }
}

/** An order or replace that was decided, and what may not pass for it. */
interface Sent {
  readonly path: string
  readonly body: object
  readonly other: object
  readonly first: Answer
}

/** A gate on a folder that is closed and opened again, with the clock of a replay: it moves for nobody. */
class Restarting {
  readonly #folder = mkdtempSync(join(tmpdir(), 'repeats-'))
  readonly recoveries: { readonly entries: number; readonly snapshot?: string }[] = []
  #gate!: OpenGate
  #orders!: RestClient
  floor!: GateClient

  async open(): Promise<void> {
    const info = (fields: object) => {
      if ('entries' in fields) this.recoveries.push(fields as (typeof this.recoveries)[number])
    }
    this.#gate = await openGate({
      ...({ directory: this.#folder, durability: 'os', host: '127.0.0.1', port: 0, clock: 'replay' } as const),
      logger: { info, warn: () => {}, error: () => {} },
      onFatal: (cause) => assert.fail(String(cause)),
    })
    await beginDemo(this.#gate, { firm: 'DEMO', baseCurrency: 'USD', tradeDate: 20260105 })
    const secrets = readSecrets(floorSecretsFile(this.#folder))
    const at = { url: new URL(this.#gate.url), nowMs: Date.now, wait }
    this.floor = new GateClient({ ...at, secrets, feed: DEMO_MARKET.feed })
    this.#orders = new RestClient({ ...at, credentials: { clientID: OWNER, secret: secrets[OWNER] }, sockets: 1 })
  }

  /** The firm, its limits, and a market. */
  async tellWorld(): Promise<void> {
    const { firm, time } = await this.floor.readiness()
    await setUpWorld(this.floor, demoWorld(firm, OWNER), time)
    await this.floor.heartbeat()
    await this.floor.quotes([{ symbol: 'AAPL', bidPx: '228.98', askPx: '229.02' }])
  }

  async post(path: string, body: object): Promise<Answer> {
    return (await this.#orders.post(path, body)) as Answer
  }

  async restart(): Promise<void> {
    await this.close()
    await this.open()
  }

  /** A start from a snapshot: all that was before it is not applied again. */
  async restartFromSnapshot(): Promise<void> {
    await this.close()
    assert.equal(this.#run('snapshot').status, 0)
    await this.open()
    const { snapshot, entries } = this.recoveries.at(-1) as (typeof this.recoveries)[number]
    assert.equal(entries, 0)
    assert.match(snapshot as string, /\.state$/)
  }

  async close(): Promise<void> {
    this.floor.close()
    this.#orders.close()
    await this.#gate.close()
  }

  verify(): void {
    const { status, stdout } = this.#run('journal', 'verify')
    assert.equal(status, 0, stdout)
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #run(...words: string[]) {
    return spawnSync(process.execPath, [PROGRAM, ...words, join(this.#folder, 'journal')], { encoding: 'utf8' })
  }
}

const said = ({ outcome, seq, time, orderID, reason }: Answer) => ({ outcome, seq, time, orderID, reason })

describe('what is sent again, over two trade dates and restarts', () => {
  const gate = new Restarting()
  after(() => gate.remove())
  const sent = new Map<string, Sent>()

  async function send(name: string, path: string, body: object, other: object, outcome: string): Promise<Answer> {
    const first = await gate.post(path, body)
    assert.deepEqual([first.outcome, first.duplicate], [outcome, false], JSON.stringify(first))
    sent.set(name, { path, body, other: { ...body, ...other }, first })
    return first
  }

  const report = async (execID: string, clOrdID: string, execType: string, more: object = {}) => {
    const body = { execID, execType, symbol: 'AAPL', owner: OWNER, venue: 'XSIM', clOrdID, ...more }
    const [row] = await gate.floor.executions([body as Parameters<GateClient['executions']>[0][number]])
    return row?.applied === true ? 'APPLIED' : row?.code
  }
  const fill = (execID: string, lastQty: string) =>
    report(execID, 'FILLED', 'Fill', { lastQty, lastPx: '229', account: 'ACC-1' })

  async function openOrders(): Promise<number | undefined> {
    const { exposures } = await gate.floor.exposures()
    return exposures.find(({ subject }) => subject === 'TRADER:TRADER-1')?.openOrders
  }

  /** Each of them again, and with other content. */
  async function assertRepeated(names: Iterable<string> = sent.keys()): Promise<void> {
    const before = await openOrders()
    for (const name of names) {
      const { path, body, other, first } = sent.get(name) as Sent
      for (let time = 0; time < 2; time++) {
        const again = await gate.post(path, body)
        assert.equal(again.duplicate, true, name)
        assert.deepEqual(said(again), said(first), name)
        if (again.token !== undefined) assert.equal(again.token, first.token, `${name}: never a new token`)
        const conflict = await gate.post(path, other)
        assert.deepEqual([conflict.outcome, conflict.reason?.code], ['REJECTED', 'CLORDID_CONFLICT'], name)
        assert.equal(conflict.token, undefined)
      }
    }
    assert.equal(await openOrders(), before, 'nothing is reserved for it')
  }

  test('on the same date: the first decision, and the first token', async () => {
    await gate.open()
    await gate.tellWorld()
    const order = (clOrdID: string, more: object = {}) => ({ ...ORDER, clOrdID, ...more })
    const live = await send('live', '/orders', order('LIVE'), { orderQty: '101' }, 'APPROVED')
    await send('filled', '/orders', order('FILLED', { orderQty: '200' }), { price: '228.99' }, 'APPROVED')
    await send('canceled', '/orders', order('CANCELED', { orderQty: '300' }), { strategy: 'manual' }, 'APPROVED')
    await send('refused', '/orders', order('REFUSED', { orderQty: '200000' }), { orderQty: '100' }, 'REJECTED')
    assert.ok(live.token)
    const again = await gate.post('/orders', sent.get('live')?.body as object)
    assert.deepEqual(again, { ...live, duplicate: true, state: 'APPROVED', live: true })

    const replace = (clOrdID: string, orderQty: string) => ({ clOrdID, orderQty, price: '229' })
    const path = '/orders/LIVE/replace'
    const replaced = await send('replace', path, replace('LIVE-2', '150'), { price: '228' }, 'APPROVED')
    assert.deepEqual((await gate.post(path, replace('LIVE-2', '150'))).token, replaced.token)
    await send(
      'refused replace',
      '/orders/LIVE-2/replace',
      replace('LIVE-3', '200000'),
      { orderQty: '160' },
      'REJECTED',
    )
    assert.equal(await report('N-1', 'LIVE-2', 'Replaced'), 'APPLIED')
    assert.equal(await fill('E-1', '200'), 'APPLIED')
    assert.equal((await gate.post('/orders/CANCELED/cancel', {})).outcome, 'PASS')
    assert.equal(
      (await gate.post('/orders/CANCELED/cancel', {})).outcome,
      'PASS',
      'a cancel passes as often as it comes',
    )
    assert.equal(await report('C-1', 'CANCELED', 'Canceled'), 'APPLIED')
    assert.equal(await fill('E-1', '200'), 'EXEC_DUPLICATE')
    assert.equal(await openOrders(), 1)
    await assertRepeated()
  })

  const restarts = [
    ['a restart', () => gate.restart()],
    ['a restart from a snapshot', () => gate.restartFromSnapshot()],
  ] as const
  for (const [how, restart] of restarts) {
    test(`on the same date, after ${how}: without a token, which is of another run`, async () => {
      await restart()
      await assertRepeated()
      for (const { path, body } of sent.values()) assert.equal((await gate.post(path, body)).token, undefined)
      assert.equal(await fill('E-1', '200'), 'EXEC_DUPLICATE')
      assert.equal((await gate.post('/orders/CANCELED/cancel', {})).outcome, 'PASS')
      assert.equal(await openOrders(), 1)
    })
  }

  test('on the next trade date, before and behind restarts: the same', async () => {
    assert.equal((await gate.floor.rollDay('20260106')).applied, true)
    await assertRepeated()
    for (const [, restart] of restarts) {
      await restart()
      await assertRepeated()
    }
    assert.equal(await openOrders(), 1)
  })

  test('on the one after it what has ended is free again, and what lives is kept', async () => {
    assert.equal((await gate.floor.rollDay('20260107')).applied, true)
    await gate.restart()
    await assertRepeated(['live', 'replace'])
    await gate.restartFromSnapshot()
    await assertRepeated(['live', 'replace'])
    await gate.tellWorld()
    for (const name of ['filled', 'canceled', 'refused', 'refused replace']) {
      const { path, other } = sent.get(name) as Sent
      const anew = await gate.post(path, other)
      assert.deepEqual([anew.outcome, anew.duplicate], ['APPROVED', false], `${name}: ${JSON.stringify(anew)}`)
    }
    assert.equal(await openOrders(), 4)
    assert.equal(await fill('E-9', '200'), 'APPLIED')
    await gate.restart()
    assert.equal(await openOrders(), 3)
    await gate.restartFromSnapshot()
    assert.equal(await fill('E-9', '200'), 'EXEC_DUPLICATE')
    assert.equal(await fill('E-9', '199'), 'EXEC_CONFLICT')
    const { path, body } = sent.get('filled') as Sent
    assert.equal((await gate.post(path, body)).reason?.code, 'CLORDID_CONFLICT', 'the first content is the other now')
    await gate.close()
    gate.verify()
  })
})
