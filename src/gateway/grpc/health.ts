/**
 * grpc.health.v1: SERVING while the gate decides orders, for it as a whole and for its service. Public, as `/readyz`. Who watches is
 * told of each change.
 */
import { type handleServerStreamingCall, type handleUnaryCall, type ServerWritableStream, status } from '@grpc/grpc-js'
import {
  HealthCheckRequest,
  HealthCheckResponse,
  HealthListResponse,
  HealthCheckResponse_ServingStatus as Serving,
} from '../../wire/grpc/health/v1/health.gen.ts'
import type { Delays } from '../delays.ts'
import type { Health } from '../readiness.ts'

/** The gate as a whole, and what it serves. */
const SERVICES: readonly string[] = ['', 'portcullis.v1.GateService']
/** Readiness is looked at this often while somebody watches. */
const LOOK_MS = 250

type Watch = ServerWritableStream<Buffer, Buffer>

export class GateHealth {
  readonly #health: Health
  readonly #delays: Delays
  /** Who watches, and what it was told. */
  readonly #watches = new Map<Watch, Serving>()
  #isClosing = false
  #stopLooking: (() => void) | undefined

  constructor(health: Health, delays: Delays) {
    this.#health = health
    this.#delays = delays
  }

  readonly check: handleUnaryCall<Buffer, Buffer> = ({ request }, answer) => {
    const service = serviceIn(request)
    if (service === undefined) answer({ code: status.INVALID_ARGUMENT, details: 'No HealthCheckRequest.' })
    else if (!SERVICES.includes(service)) answer({ code: status.NOT_FOUND, details: 'No such service.' })
    else answer(null, responseOf(this.#status))
  }

  readonly list: handleUnaryCall<Buffer, Buffer> = (_call, answer) => {
    const statuses = Object.fromEntries(SERVICES.map((service) => [service, { status: this.#status }]))
    answer(null, Buffer.from(HealthListResponse.encode({ statuses }).finish()))
  }

  readonly watch: handleServerStreamingCall<Buffer, Buffer> = (call) => {
    const service = serviceIn(call.request)
    if (service === undefined) {
      call.emit('error', { code: status.INVALID_ARGUMENT, details: 'No HealthCheckRequest.' })
      return
    }
    if (!SERVICES.includes(service)) {
      // It stays open, as the protocol has it; what the gate serves does not change while it runs.
      call.write(responseOf(Serving.SERVICE_UNKNOWN))
      return
    }
    const told = this.#status
    call.write(responseOf(told))
    this.#watches.set(call, told)
    call.once('cancelled', () => this.#watches.delete(call))
    this.#keepLooking()
  }

  /** The gate ends: tells who watches, and ends their calls. */
  close(): void {
    this.#isClosing = true
    this.#stopLooking?.()
    this.#look()
    for (const call of this.#watches.keys()) call.end()
    this.#watches.clear()
  }

  get #status(): Serving {
    return !this.#isClosing && this.#health.readiness === 'ready' ? Serving.SERVING : Serving.NOT_SERVING
  }

  #keepLooking(): void {
    this.#stopLooking ??= this.#delays.after(LOOK_MS, () => {
      this.#stopLooking = undefined
      this.#look()
      if (this.#watches.size > 0) this.#keepLooking()
    })
  }

  #look(): void {
    const now = this.#status
    for (const [call, told] of this.#watches) {
      // Who has not read the last change is told what holds when it has.
      if (told === now || call.writableNeedDrain) continue
      call.write(responseOf(now))
      this.#watches.set(call, now)
    }
  }
}

function serviceIn(request: Buffer): string | undefined {
  try {
    return HealthCheckRequest.decode(request).service
  } catch {
    return undefined
  }
}

function responseOf(serving: Serving): Buffer {
  return Buffer.from(HealthCheckResponse.encode({ status: serving }).finish())
}
