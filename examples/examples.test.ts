/** Each example as a program of its own, end to end against the gate of `npm start`. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { KillableGate } from '../src/simulator/sdk/killable-gate.ts'

// The test runner's own variable would make the programs speak its protocol.
const ENVIRONMENT = { ...process.env, NODE_TEST_CONTEXT: '' }
const programOf = (name: string) => join(import.meta.dirname, name, `${name}.js`)

describe('examples', { timeout: 120_000 }, () => {
  let gate: KillableGate
  const placeOf = () => ['--session', gate.proxy.endpoint, '--url', gate.ready.url, '--data', gate.directory]
  const run = async (name: string, ...words: readonly string[]): Promise<string> => {
    await gate.quote()
    return new Promise((settle, fail) => {
      const args = ['--enable-source-maps', programOf(name), ...placeOf(), ...words]
      execFile(process.execPath, args, { env: ENVIRONMENT }, (error, stdout, stderr) =>
        error === null ? settle(stdout) : fail(new Error(`${name}: ${stdout}${stderr}`)),
      )
    })
  }

  before(async () => {
    gate = await KillableGate.start()
  })
  after(() => gate.close())

  test('minimal EMS: a refusal in words, an order that is sent, a cancel', async () => {
    const said = await run('minimal-ems')
    assert.match(said, /^refused: PRICE_COLLAR: .*\. No quantity would have passed\.$/m)
    assert.match(said, /^sent: Buy 200 AAPL at 229$/m)
    assert.match(said, /^canceled EMS-\w+-2, told to the gate: on record$/m)
  })

  test('order router: children under a parent, no more than it, and the drop copy of them booked once', async () => {
    const before = await gate.openOrders()
    const said = await run('order-router', '1000')
    assert.match(said, /^child not sent: .* nothing is shown any more$/m)
    assert.match(said, /^sent 1000 of 1000$/m)
    const children = [...said.matchAll(/^child (SOR-\S+) (\d+) at XSIM (\S+)$/gm)].map(
      ([, id = '', qty = '', px = '']) => ({
        ...{ id, qty, px },
      }),
    )
    assert.deepEqual(
      children.map(({ qty }) => qty),
      ['300', '250', '450'],
    )
    assert.equal((await gate.openOrders()) - before, 3, 'what was not sent is not reserved')
    const file = join(gate.directory, 'drop-copy.jsonl')
    const lines = children.map(({ id, qty, px }) => {
      const order = { symbol: 'AAPL', owner: 'your-ems', clOrdID: id, venue: 'XSIM' }
      return JSON.stringify({ execID: `DC-${id}`, execType: 'Fill', ...order, lastQty: qty, lastPx: px })
    })
    writeFileSync(file, `${lines.join('\n')}\n`)
    assert.match(await run('drop-copy-feeder', file), /^booked 3, known before 0, refused 0$/m)
    assert.equal(await gate.openOrders(), before)
    assert.match(await run('drop-copy-feeder', file), /^booked 0, known before 3, refused 0$/m)
  })

  test('venue adapter: an approved order leaves, and one without a token of the gate does not', async (t) => {
    const args = ['--enable-source-maps', programOf('venue-adapter'), ...placeOf(), '0']
    const adapter: ChildProcess = spawn(process.execPath, args, {
      env: ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => void adapter.kill('SIGKILL'))
    assert.ok(adapter.stdout)
    const lines: string[] = []
    const said = createInterface({ input: adapter.stdout }).on('line', (line) => lines.push(line))
    const [ready] = await once(said, 'line')
    const address = /(127\.0\.0\.1:\d+)$/.exec(ready as string)?.[1] ?? ''
    const ems = await run('minimal-ems', address)
    assert.match(ems, /^sent: EMS-\w+-2 is at XSIM$/m)
    assert.match(ems, /^canceled EMS-\w+-2, told/m)
    const socket = connect(Number(address.split(':')[1]), '127.0.0.1')
    const answers = createInterface({ input: socket })
    const ask = async (line: string) => {
      socket.write(`${line}\n`)
      return JSON.parse((await once(answers, 'line'))[0] as string) as { accepted: boolean; text: string }
    }
    const order = {
      session: 'your-ems',
      clOrdID: 'X',
      symbol: 'AAPL',
      account: 'ACC-13',
      side: 'Buy',
      orderQty: '1',
      ordType: 'Limit',
      timeInForce: 'Day',
      price: '229.00',
    }
    const token = `pa1.1.999999.9999999999999999.${'A'.repeat(43)}`
    assert.match((await ask(JSON.stringify({ order, token }))).text, /nobody with the key has made it/)
    assert.equal((await ask('{')).accepted, false)
    socket.destroy()
    assert.ok(lines.some((line) => /^FORGED: X does not leave/.test(line)))
    const ended = once(adapter, 'exit')
    adapter.kill('SIGTERM')
    assert.deepEqual(await ended, [0, null])
  })
})
