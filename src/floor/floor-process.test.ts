/**
 * The floor as a process against a real gate: it trades, ends in order and leaves nothing behind, continues with what the
 * gate knows, and clears up after one that was killed.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { beginDemo, floorSecretsFile } from '../cli/demo-genesis.ts'
import { type OpenGate, openGate } from '../cli/open-gate.ts'
import { connectGate } from '../client/sdk.ts'
import { readSecrets } from './client/credentials.ts'

const PROGRAM = fileURLToPath(new URL('./main.js', import.meta.url))
/** Enough for a few orders to be resting. */
const ORDERS = 15
const PATIENCE_MS = 60_000

const silent = { info: () => {}, warn: () => {}, error: () => {} }

describe('the floor as a process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'floor-process-'))
  const lines: string[] = []
  let gate: OpenGate
  let floor: ChildProcess | undefined

  before(async () => {
    const settings = {
      directory: folder,
      durability: 'os',
      host: '127.0.0.1',
      port: 0,
      clock: 'system',
      session: { host: '127.0.0.1', port: 0 },
    } as const
    gate = await openGate({ ...settings, logger: silent, onFatal: (cause) => assert.fail(String(cause)) })
    await beginDemo(gate, { firm: 'DEMO', baseCurrency: 'USD', tradeDate: 20260101 })
  })
  after(async () => {
    floor?.kill('SIGKILL')
    await gate.close()
    rmSync(folder, { recursive: true, force: true })
  })

  function start(...more: readonly string[]): ChildProcess {
    lines.length = 0
    const place = ['--url', gate.url, '--session', gate.sessionAddress ?? '', '--data', folder]
    floor = fork(PROGRAM, [...place, '--secrets', floorSecretsFile(folder), ...more], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    floor.stdout?.setEncoding('utf8').on('data', (text: string) => lines.push(...text.split('\n')))
    return floor
  }

  async function metric(pattern: RegExp): Promise<number> {
    const text = await (await fetch(`${gate.url}/metrics`)).text()
    return [...text.matchAll(new RegExp(pattern, 'gm'))].reduce((sum, match) => sum + Number(match[1]), 0)
  }

  const decided = () => metric(/orders_total\{[^}]*\} (\d+)$/)
  const openOrders = () => metric(/open_orders (\d+)$/)

  async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const endMs = Date.now() + PATIENCE_MS
    while (!(await isSo())) {
      assert.ok(Date.now() < endMs, `${what} within ${PATIENCE_MS} ms: ${lines.join('\n')}`)
      await new Promise((settle) => setTimeout(settle, 50))
    }
  }

  test('it trades, and on SIGTERM it ends with no order behind it', async () => {
    const child = start()
    await until('orders', async () => (await decided()) >= ORDERS && (await openOrders()) > 0)
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'exit'), [0, null])
    assert.equal(await openOrders(), 0)
    assert.ok(lines.some((line) => /the gate of DEMO knows the floor, \d{3,} rows were sent/.test(line)))
    assert.ok(lines.some((line) => /the trade date \d{8} begins/.test(line)))
    assert.ok(!lines.some((line) => /the gate refuses|does not begin/.test(line)), lines.join('\n'))
  })

  test('the next one finds its world, and ends when the process that started it is gone', async () => {
    const before = await decided()
    const child = start()
    await until('orders', async () => (await decided()) >= before + ORDERS)
    child.disconnect()
    assert.deepEqual(await once(child, 'exit'), [0, null])
    assert.equal(await openOrders(), 0)
    // Capital and phase, which age; nothing else.
    assert.ok(
      lines.some((line) => line.includes('knows the floor, 2 rows were sent')),
      lines.join('\n'),
    )
  })

  test('one that is killed leaves orders behind; the next one has them canceled', async () => {
    const before = await decided()
    const killed = start()
    await until('resting orders', async () => (await decided()) >= before + ORDERS && (await openOrders()) > 0)
    killed.kill('SIGKILL')
    await once(killed, 'exit')
    assert.ok((await openOrders()) > 0)
    const next = start()
    await until('a word', async () => lines.some((line) => / that the floor before this one left open are /.test(line)))
    next.kill('SIGTERM')
    assert.deepEqual(await once(next, 'exit'), [0, null])
    assert.equal(await openOrders(), 0)
  })

  test('one that is killed for good has the cancel of its orders asked for', async (t) => {
    const before = await decided()
    const killed = start()
    await until('resting orders', async () => (await decided()) >= before + ORDERS && (await openOrders()) > 0)
    killed.kill('SIGKILL')
    await once(killed, 'exit')
    const open = await openOrders()
    const secret = readSecrets(floorSecretsFile(folder))['floor-venue']
    const agent = await connectGate({
      endpoints: [`tcp://${gate.sessionAddress}`],
      credentials: { clientID: 'floor-venue', secret, tokenUrl: `${gate.url}/oauth/token` },
    })
    t.after(() => agent.close(0))
    const asked = new Set<string>()
    await new Promise<void>((settle) => {
      agent.on('cancelRequested', ({ orderID }) => {
        if (asked.add(orderID).size === open) settle()
      })
    })
  })
})
