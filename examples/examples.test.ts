/** Each example as a program of its own, end to end against the gate of `npm start`. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { type Approved, orderAtVenue } from 'portcullis/client'
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

  test('venue adapter: what is approved leaves once; nothing forged, nothing killed, and nothing when the gate is silent', async (t) => {
    const adapter = await Adapter.start(placeOf())
    t.after(() => adapter.close())
    const ems = await run('minimal-ems', adapter.address)
    assert.match(ems, /^sent: EMS-\w+-2 is at XSIM$/m)
    assert.match(ems, /^canceled EMS-\w+-2, told/m)

    const client = await gate.connect('your-ems')
    t.after(() => client.close(0))
    const approved = async (clOrdID: string) => {
      await gate.quote()
      const fate = await client.submit({ ...SEAT, clOrdID, orderQty: '7' }, (one) => one)
      assert.equal(fate.outcome, 'routed', JSON.stringify(fate))
      return (fate as { readonly result: Approved }).result
    }
    const one = await approved('V-1')
    const forged = { order: { ...orderAtVenue(one), orderQty: '8' }, token: one.token }
    assert.match(await adapter.ask(forged), /nobody with the key has made it/)
    const sent = { order: orderAtVenue(one), token: one.token }
    assert.equal(await adapter.ask(sent), 'V-1 is at XSIM')
    assert.match(await adapter.ask(sent), /was used before/)
    assert.match(await adapter.ask('{'), /no order/)

    const inFlight = await approved('V-2')
    await gate.killScope({ account: SEAT.account })
    await adapter.said(/^kill: KILLED account ACC-13$/)
    assert.match(await adapter.ask({ order: orderAtVenue(inFlight), token: inFlight.token }), /A latch/)

    await gate.stop()
    let text = ''
    while (!text.includes('not heard')) text = await adapter.ask(sent)
    assert.equal(await adapter.end(), 0)
  })
})

const SEAT = {
  ...{ symbol: 'AAPL', account: 'ACC-13', trader: 'TRADER-9', strategy: 'STRAT-7', venue: 'XSIM', price: '229.00' },
  side: 'Buy',
  ordType: 'Limit',
} as const

/** The venue-adapter example, and a line to it. */
class Adapter {
  readonly address: string
  readonly #process: ChildProcess
  readonly #lines: string[]
  readonly #output: Interface
  readonly #socket: Socket
  readonly #answers: Interface

  private constructor(process: ChildProcess, output: Interface, lines: string[], address: string) {
    this.#process = process
    this.#output = output
    this.#lines = lines
    this.address = address
    this.#socket = connect(Number(address.split(':')[1]), '127.0.0.1')
    this.#answers = createInterface({ input: this.#socket })
  }

  static async start(place: readonly string[]): Promise<Adapter> {
    const args = ['--enable-source-maps', programOf('venue-adapter'), ...place, '0']
    const child = spawn(process.execPath, args, { env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'inherit'] })
    const lines: string[] = []
    const output = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
    const [ready] = await once(output, 'line')
    return new Adapter(child, output, lines, /(127\.0\.0\.1:\d+)$/.exec(ready as string)?.[1] ?? '')
  }

  /** Sends a line, and gives the text of the answer. */
  async ask(line: object | string): Promise<string> {
    this.#socket.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`)
    return JSON.parse((await once(this.#answers, 'line'))[0] as string).text
  }

  async said(pattern: RegExp): Promise<void> {
    while (!this.#lines.some((line) => pattern.test(line))) await once(this.#output, 'line')
  }

  /** Its exit code after SIGTERM. */
  async end(): Promise<number> {
    const ended = once(this.#process, 'exit')
    this.#socket.destroy()
    this.#process.kill('SIGTERM')
    return (await ended)[0] as number
  }

  close(): void {
    this.#socket.destroy()
    this.#process.kill('SIGKILL')
  }
}
