/**
 * A process of load over the lean session. Told its plan and tells its result by message.
 * one: a single order in flight. batches: as many as the window takes. open: arrivals that are fixed beforehand, and latency
 * from when an order was due, whether it could be sent then or not.
 */
import { connect, type Socket } from 'node:net'
import { createHistogram } from 'node:perf_hooks'
import { FrameCutter, frameOf } from '../src/wire/frames.ts'
import { OrderSessionRequest } from '../src/wire/portcullis/v1/gate_service.gen.ts'
import { CancelOnDisconnect } from '../src/wire/portcullis/v1/session.gen.ts'
import { messagesIn, nextBatch } from './grpc-batch.ts'

export interface LeanPlan {
  readonly kind: 'one' | 'batches' | 'open'
  readonly address: string
  readonly tokens: readonly string[]
  readonly seconds: number
  /** Of batches: orders of a frame, and how many may wait for their answer. */
  readonly batch: number
  readonly window: number
  /** Of open: orders a second, all clients together. */
  readonly rate: number
}

export interface LeanResult {
  readonly answered: number
  readonly perSecond: number
  /** Microseconds: of an order (one, open), of a whole frame (batches). */
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly p9999: number
  readonly answerBytes: number
}

const latency = createHistogram({ lowest: 1, highest: 600_000_000, figures: 3 })
let answered = 0
let bytes = 0
let isStopping = false

process.once('message', (plan) => {
  run(plan as LeanPlan).then(
    (result) => process.send?.(result, () => process.exit(0)),
    (error) => {
      console.error(error)
      process.exit(1)
    },
  )
})

async function run(plan: LeanPlan): Promise<LeanResult> {
  const tokens = plan.kind === 'one' ? plan.tokens.slice(0, 1) : plan.tokens
  const lines = await Promise.all(tokens.map((token) => Line.open(plan, token)))
  const started = performance.now()
  setTimeout(() => {
    isStopping = true
  }, plan.seconds * 1000)
  await Promise.all(lines.map((line, place) => line.run(plan, place, lines.length)))
  const perSecond = answered / ((performance.now() - started) / 1000)
  const [p50, p99, p999, p9999] = [50, 99, 99.9, 99.99].map((share) => latency.percentile(share)) as number[]
  return { answered, perSecond, p50, p99, p999, p9999, answerBytes: bytes / answered } as LeanResult
}

/** One connection with its session. */
class Line {
  readonly #socket: Socket
  readonly #cutter = new FrameCutter()
  #sent = 0
  #got = 0
  #heard: (count: number) => void = () => {}

  private constructor(socket: Socket) {
    this.#socket = socket
  }

  static async open({ address, window }: LeanPlan, accessToken: string): Promise<Line> {
    const [host, port] = address.split(':')
    const socket = connect({ host: host as string, port: Number(port), noDelay: true })
    const line = new Line(socket)
    const logon = { version: 1, accessToken, epoch: 0, lastSeenSeq: 0, heartbeatMs: 60_000, window }
    const cancelOnDisconnect = CancelOnDisconnect.CANCEL_ON_DISCONNECT_UNSPECIFIED
    const body = { $case: 'logon', value: { ...logon, cancelOnDisconnect } } as const
    const loggedOn = new Promise<void>((settle, fail) => {
      line.#heard = () => settle()
      socket.once('error', fail)
    })
    socket.on('data', (chunk: Buffer) => line.#cutter.cut(chunk, (frame) => line.#take(frame)))
    socket.write(frameOf(OrderSessionRequest.encode({ messages: [{ seq: 0, body }] }).finish()))
    await loggedOn
    return line
  }

  #take(frame: Buffer): void {
    bytes += frame.length
    this.#heard(messagesIn(frame))
  }

  #send(count: number): void {
    this.#socket.write(frameOf(nextBatch(this.#sent + 1, count)))
    this.#sent += count
  }

  async run({ kind, batch, window, rate, seconds }: LeanPlan, place: number, lines: number): Promise<void> {
    bytes = 0
    if (kind === 'open') return this.#open(rate / lines, seconds, place)
    const size = kind === 'one' ? 1 : batch
    const most = kind === 'one' ? 1 : window
    const frames: number[] = []
    await new Promise<void>((settle) => {
      const fill = () => {
        while (!isStopping && this.#sent - this.#got + size <= most) {
          frames.push(performance.now())
          this.#send(size)
        }
        if (isStopping && this.#got === this.#sent) settle()
      }
      this.#heard = (count) => {
        const done = Math.floor((this.#got + count) / size) - Math.floor(this.#got / size)
        answered += count
        this.#got += count
        for (let at = 0; at < done; at++) took(performance.now() - (frames.shift() as number))
        fill()
      }
      fill()
    })
    this.#socket.destroy()
  }

  /** Orders come at even distances, the lines' between each other's; those that are due together go in one frame. */
  async #open(rate: number, seconds: number, place: number): Promise<void> {
    const distanceMs = 1000 / rate
    const total = Math.floor(rate * seconds)
    const beganMs = performance.now() + 20 + (distanceMs * place) / 4
    const dueMs = (order: number) => beganMs + order * distanceMs
    await new Promise<void>((settle) => {
      this.#heard = (count) => {
        const nowMs = performance.now()
        for (let at = 0; at < count; at++) took(nowMs - dueMs(this.#got++))
        answered += count
        if (this.#got === total) settle()
      }
      const send = () => {
        const due = Math.min(total, Math.floor((performance.now() - beganMs) / distanceMs) + 1) - this.#sent
        for (let left = due; left > 0; left -= 256) this.#send(Math.min(left, 256))
        // A timer of a millisecond is too coarse for what is due within it.
        if (this.#sent < total) setImmediate(send)
      }
      send()
    })
    this.#socket.destroy()
  }
}

function took(ms: number): void {
  latency.record(Math.max(1, Math.round(ms * 1000)))
}
