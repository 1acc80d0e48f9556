/**
 * What a flood of one client does to another: p50 and p99 of a quiet client's orders by the lean session, one at a time, with
 * and without a client that sends as fast as it can beside it, alternating in one run. Gate, flood and quiet client are
 * processes of their own on this machine's cores; the journal is memory, rates are those of every gate.
 * RECORD=1 writes bench/results/flood.md; ORDERS and ROUNDS change the load.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { systemDelays } from '../src/gateway/delays.ts'
import { LeanClient } from '../src/simulator/lean-client.ts'
import { RestGate } from '../src/simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../src/simulator/small-firm.ts'
import { openWires } from '../src/simulator/wires.ts'
import { commit, machine, quantiles } from './machine.ts'

/** Where the gate serves order sessions, and the tokens of its two clients. */
interface Serving {
  readonly address: string
  readonly flood: string
  readonly quiet: string
}

const ORDERS = Number(process.env.ORDERS ?? 2_000)
const ROUNDS = Number(process.env.ROUNDS ?? 5)
/** Orders of the flood in one frame, and frames on their way at most: what it could not write waits for the socket. */
const FRAME_ORDERS = 256
const AIM = 2
const [role, serving] = process.argv.slice(2)

if (role === 'gate') await gate()
else if (role === 'flood') await flood(JSON.parse(serving as string) as Serving)
else await measure()

async function gate(): Promise<void> {
  const rest = await RestGate.start()
  await tellSmallFirm(rest)
  const { leanAddress } = await openWires(rest, systemDelays)
  rest.listeners.push(() => {
    rest.journal.blocks.length = 0
  })
  const token = (name: string) => rest.tokens.get(name) as string
  process.send?.({ address: leanAddress, flood: token('ems-1'), quiet: token('ems-2') } satisfies Serving)
}

/** Sends orders without waiting for any answer; counts them. */
async function flood({ address, flood: token }: Serving): Promise<void> {
  const client = await LeanClient.connect(address)
  await client.logOn(token, { window: 65_536 })
  client.socket.on('data', () => {
    client.messages.length = 0
  })
  let ids = Date.now() * 1_000
  const send = () => {
    do {
      const value = () => ({ ...GOOD_ORDER, orderQty: '100', clOrdID: `F-${++ids}` })
      client.send(...Array.from({ length: FRAME_ORDERS }, () => ({ $case: 'newOrder' as const, value: value() })))
    } while (!client.socket.writableNeedDrain)
    client.socket.once('drain', send)
  }
  send()
  process.send?.('flooding')
}

async function measure(): Promise<void> {
  const children: ChildProcess[] = []
  const child = async <T>(...args: string[]): Promise<T> => {
    const started = fork(fileURLToPath(import.meta.url), args)
    children.push(started)
    return new Promise((settle, fail) => {
      started.once('message', (message) => settle(message as T))
      started.once('exit', (code) => fail(new Error(`${args[0]} ended with ${code}`)))
    })
  }
  try {
    const loadBefore = loadavg()[0] as number
    const at = await child<Serving>('gate')
    const quiet = await LeanClient.connect(at.address)
    await quiet.logOn(at.quiet)
    await answerTimes(quiet)
    const rounds: { readonly alone: Times; readonly beside: Times }[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const alone = quantiles(await answerTimes(quiet))
      await child('flood', JSON.stringify(at))
      const beside = quantiles(await answerTimes(quiet))
      children.pop()?.kill('SIGKILL')
      rounds.push({ alone, beside })
    }
    quiet.close()
    report(rounds, loadBefore)
  } finally {
    for (const one of children) one.kill('SIGKILL')
  }
}

type Times = ReturnType<typeof quantiles>

/** Microseconds from an order to its answer, one at a time. */
async function answerTimes(client: LeanClient): Promise<number[]> {
  const times: number[] = []
  for (let sent = 0; sent < ORDERS; sent++) {
    const value = { ...GOOD_ORDER, orderQty: '100', clOrdID: `Q-${client.seq + 1}` }
    const startedMs = performance.now()
    await client.answerTo(client.send({ $case: 'newOrder', value }))
    times.push(Math.round((performance.now() - startedMs) * 1_000))
    client.messages.length = 0
  }
  return times
}

function report(rounds: readonly { readonly alone: Times; readonly beside: Times }[], loadBefore: number): void {
  const ratios = rounds.map(({ alone, beside }) => beside.p99 / alone.p99).sort((a, b) => a - b)
  const lines = [
    '# A flood of one client beside another',
    '',
    `Machine: ${machine()}. Commit ${commit()}. Load average before the run: ${loadBefore.toFixed(1)}.`,
    `${ORDERS} orders of the quiet client a round, one at a time over the lean session; the flood sends frames of ${FRAME_ORDERS} orders`,
    'as fast as its socket takes them. Gate, flood and quiet client share the cores.',
    '',
    '| Round | alone p50 µs | alone p99 µs | beside p50 µs | beside p99 µs | ratio of p99 |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rounds.map(({ alone, beside }, at) => {
      const ratio = (beside.p99 / alone.p99).toFixed(2)
      return `| ${at + 1} | ${alone.p50} | ${alone.p99} | ${beside.p50} | ${beside.p99} | ${ratio} |`
    }),
    '',
    `Ratio of the p99, median of the rounds: ${(ratios[ratios.length >> 1] as number).toFixed(2)} (aim: ${AIM.toFixed(1)}).`,
  ]
  const text = lines.join('\n')
  console.log(text)
  if (process.env.RECORD === '1') writeFileSync('bench/results/flood.md', `${text}\n`)
}
