/**
 * Kill of ten thousand resting orders of four clients, who go on sending: how long until each order's cancel request is on
 * its session's wire, and whether anything was approved behind the kill. Durable; the gate is a process of its own.
 * RECORD=1 writes bench/results/kill.md. ORDERS and ROUNDS change the run; BENCH_DIR names a folder on the disk to be measured.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLargePages } from '../src/cli/large-pages.ts'
import { LeanClient } from '../src/simulator/lean-client.ts'
import { Outcome } from '../src/wire/portcullis/v1/decisions.gen.ts'
import { nextBatch } from './grpc-batch.ts'
import { commit, machine } from './machine.ts'

interface Serving {
  readonly url: string
  readonly lean: string
  readonly tokens: readonly string[]
  readonly killer: string
}

const ORDERS = Number(process.env.ORDERS ?? 10_000)
const ROUNDS = Number(process.env.ROUNDS ?? 3)
const BATCH = 100
const loadBefore = loadavg()[0] as number
const rows: string[] = []

for (let round = 0; round < ROUNDS; round++) rows.push(await killOnce())
const lines = [
  `# Kill of ${ORDERS} resting orders`,
  '',
  `Machine: ${machine()}. Commit ${commit()}. Load average before the run: ${loadBefore.toFixed(1)}.`,
  'Four clients over the lean session, who go on sending while they are killed; from the request on the control wire.',
  '',
  '| Kill durable after | Last of the cancel requests on the wire after | Approved behind the kill | Refused as KILLED meanwhile |',
  '| --- | --- | --- | --- |',
  ...rows,
  '',
  'Aims: none approved behind it; every cancel request within one second.',
]
const text = lines.join('\n')
console.log(text)
if (process.env.RECORD === '1') writeFileSync('bench/results/kill.md', `${text}\n`)

async function killOnce(): Promise<string> {
  const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'kill-bench-'))
  const gate = fork(fileURLToPath(new URL('rest-gate.js', import.meta.url)), [folder], {
    env: withLargePages(process.env),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  try {
    const serving = await new Promise<Serving>((settle, fail) => {
      gate.once('message', (told) => settle(told as Serving))
      gate.once('exit', (code) => fail(new Error(`the gate ended with ${code}`)))
    })
    return await kill(serving)
  } finally {
    gate.kill('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
}

async function kill({ url, lean, tokens, killer }: Serving): Promise<string> {
  const clients = await Promise.all(
    tokens.map(async (token) => {
      const client = await LeanClient.connect(lean)
      await client.logOn(token)
      return client
    }),
  )
  const each = ORDERS / clients.length
  for (const client of clients) for (let sent = 0; sent < each; sent += BATCH) send(client)
  await Promise.all(clients.map((client) => client.answerTo(client.seq)))
  const before = clients.map((client) => client.messages.length)
  let isOver = false
  const goOn = (client: LeanClient) => {
    if (isOver) return
    send(client)
    client.answerTo(client.seq).then(
      () => goOn(client),
      () => {},
    )
  }
  for (const client of clients) goOn(client)
  const beganMs = performance.now()
  const answer = await fetch(`${url}/kill`, {
    method: 'POST',
    headers: { authorization: `Bearer ${killer}`, 'content-type': 'application/json' },
    body: JSON.stringify({ desk: 'CASH-EQ', reason: 'measured' }),
  })
  const { seq: killSeq, outcome } = (await answer.json()) as { seq: number; outcome: string }
  if (outcome !== 'APPLIED') throw new Error(`the kill was ${outcome}`)
  const durableMs = performance.now() - beganMs
  const resting = new Set<string>()
  for (const client of clients) {
    for (const { body } of client.messages) {
      if (body?.$case === 'decision' && body.value.seq < killSeq && body.value.orderID) resting.add(body.value.orderID)
    }
  }
  await allAsked(clients, resting)
  const askedMs = performance.now() - beganMs
  isOver = true
  let behind = 0
  let refused = 0
  clients.forEach((client, place) => {
    for (const { body } of client.messages.slice(before[place])) {
      if (body?.$case !== 'decision') continue
      if (body.value.outcome === Outcome.OUTCOME_APPROVED && body.value.seq > killSeq) behind++
      if (body.value.reason?.code === 'KILLED') refused++
    }
    client.close()
  })
  return `| ${durableMs.toFixed(1)} ms | ${askedMs.toFixed(0)} ms of ${resting.size} orders | ${behind} | ${refused} |`
}

function send(client: LeanClient): void {
  client.sendBytes(nextBatch(client.seq + 1, BATCH))
  client.seq += BATCH
}

/** Resolves when the cancel of each order was asked for on some session. */
function allAsked(clients: readonly LeanClient[], orders: ReadonlySet<string>): Promise<unknown> {
  const open = new Set(orders)
  const seen = clients.map(() => 0)
  return new Promise<void>((settle) => {
    const look = () => {
      clients.forEach((client, place) => {
        for (; (seen[place] as number) < client.messages.length; seen[place] = (seen[place] as number) + 1) {
          const body = client.messages[seen[place] as number]?.body
          if (body?.$case === 'cancelRequested') open.delete(body.value.orderID)
        }
      })
      if (open.size === 0) settle()
      else setImmediate(look)
    }
    look()
  })
}
