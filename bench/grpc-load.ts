/** A process of load over gRPC: calls one behind another on some lanes, or batches on sessions. Told its plan and tells its result by message. */

import { createHistogram } from 'node:perf_hooks'
import { bearer, CHECK_ORDER, GrpcChannel, ORDER_SESSION } from '../src/simulator/grpc-client.ts'
import { OrderSessionRequest } from '../src/wire/portcullis/v1/gate_service.gen.ts'
import { CancelOnDisconnect } from '../src/wire/portcullis/v1/session.gen.ts'
import { messagesIn, nextBatch, nextCheck } from './grpc-batch.ts'

export interface GrpcPlan {
  readonly kind: 'unary' | 'session'
  readonly address: string
  readonly tokens: readonly string[]
  readonly seconds: number
  /** Of a session: orders of a message, and how many may wait for their answer. */
  readonly batch: number
  readonly window: number
  /** Of unary calls: calls at once of a client. */
  readonly lanes: number
}

export interface GrpcResult {
  readonly answered: number
  readonly perSecond: number
  readonly p50Us: number
  readonly p99Us: number
  /** Of a call's answer, or of one decision of a session. */
  readonly answerBytes: number
}

const latency = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 })
let answered = 0
let bytes = 0
let isStopping = false

process.once('message', (plan) => {
  run(plan as GrpcPlan).then(
    (result) => process.send?.(result, () => process.exit(0)),
    (error) => {
      console.error(error)
      process.exit(1)
    },
  )
})

async function run(plan: GrpcPlan): Promise<GrpcResult> {
  const started = performance.now()
  setTimeout(() => {
    isStopping = true
  }, plan.seconds * 1000)
  const client = plan.kind === 'unary' ? unary : session
  await Promise.all(plan.tokens.map((token) => client(plan, token)))
  const perSecond = answered / ((performance.now() - started) / 1000)
  const times = { p50Us: latency.percentile(50), p99Us: latency.percentile(99) }
  return { answered, perSecond, ...times, answerBytes: Math.round(bytes / answered) }
}

async function unary({ address, lanes }: GrpcPlan, token: string): Promise<void> {
  const channel = new GrpcChannel(address)
  const metadata = bearer(token)
  const lane = async () => {
    while (!isStopping) {
      const sentMs = performance.now()
      const answer = await channel.unary(CHECK_ORDER, nextCheck(), metadata)
      tookSince(sentMs)
      answered++
      bytes += answer.length
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  channel.close()
}

/** Sends the next batch as soon as the window has room for it; its latency is until its last answer. */
async function session({ address, batch, window }: GrpcPlan, accessToken: string): Promise<void> {
  const channel = new GrpcChannel(address)
  const call = channel.stream(ORDER_SESSION)
  const value = {
    version: 1,
    accessToken,
    epoch: 0,
    lastSeenSeq: 0,
    heartbeatMs: 60_000,
    window,
    cancelOnDisconnect: CancelOnDisconnect.CANCEL_ON_DISCONNECT_UNSPECIFIED,
  }
  call.write(
    Buffer.from(OrderSessionRequest.encode({ messages: [{ seq: 0, body: { $case: 'logon', value } }] }).finish()),
  )
  let sent = 0
  let got = -1
  const batches: number[] = []
  const fill = () => {
    while (!isStopping && sent - got + batch <= window) {
      batches.push(performance.now())
      call.write(nextBatch(sent + 1, batch))
      sent += batch
    }
    if (isStopping && got === sent) call.end()
  }
  call.on('data', (response: Buffer) => {
    const count = messagesIn(response)
    // The first is the answer to the logon; a session that has a word of its own ends the run.
    if (got >= 0) {
      answered += count
      bytes += response.length
    }
    const done = Math.floor((got + count) / batch) - Math.floor(Math.max(got, 0) / batch)
    got += count
    for (let at = 0; at < done; at++) tookSince(batches.shift() as number)
    fill()
  })
  await new Promise<void>((settle, fail) => {
    call.once('error', fail)
    call.once('end', settle)
  })
  channel.close()
}

function tookSince(sentMs: number): void {
  latency.record(Math.max(1, Math.round((performance.now() - sentMs) * 1000)))
}
