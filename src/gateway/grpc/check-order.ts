/**
 * The unary check: one order, answered once its decision is durable. A call that came too late, or that its client has given up,
 * is not submitted; the answer to one that is given up later is there for whoever asks again with the same clOrdID.
 */
import {
  type handleUnaryCall,
  type Metadata,
  type ServerErrorResponse,
  type ServerUnaryCall,
  status,
} from '@grpc/grpc-js'
import { dutyBit } from '../../auth/duties.ts'
import { RequestError } from '../../model/errors.ts'
import { readCheckOrder } from '../../wire/check-order.ts'
import { CheckOrderResponse } from '../../wire/portcullis/v1/gate_service.gen.ts'
import type { Decided } from '../answers/order-decisions.ts'
import { Caller } from '../caller.ts'
import { orderCommand } from '../commands/order-commands.ts'
import { faultError, offsetOf } from '../commands/write-command.ts'
import type { Trace } from '../observe/trace.ts'
import type { GatewayServices } from '../services.ts'
import { decisionMessage } from '../session/decision-message.ts'
import { type CallAccess, type CallRefusal, refusalOf } from './call-access.ts'
import { callError, trailersOf } from './call-status.ts'
import { traceContextOf } from './trace-metadata.ts'

const CHECK_ORDER = 'portcullis.v1.GateService/CheckOrder'
const ORDERS = dutyBit('orders:write')
const GATE_ENDS = 'The gate ends while the order is held: ask again with the same id.'
/** A full queue is asked again after this. */
const QUEUE_RETRY_MS = 100

/** The turn of a call has come when nobody waits for it any more. */
class TooLate extends Error {
  override readonly name = 'TooLate'
}

type UnaryCall = ServerUnaryCall<Buffer, Buffer>
type Answer = (error: Partial<ServerErrorResponse> | null, value?: Buffer, trailer?: Metadata) => void

export function checkOrder(services: GatewayServices, access: CallAccess, isClosing: () => boolean) {
  const handle: handleUnaryCall<Buffer, Buffer> = (call, answer) => {
    const check = new OrderCheck(services, call, answer)
    if (isClosing()) return check.refuse({ error: new RequestError('NOT_READY') })
    const admitted = access.admit(call.metadata, call.getPeer(), ORDERS)
    if (!(admitted instanceof Promise)) return check.run(admitted)
    admitted.then(
      (caller) => check.run(caller),
      () => check.refuse({ error: new RequestError('INTERNAL_ERROR') }),
    )
  }
  return handle
}

class OrderCheck {
  readonly #services: GatewayServices
  readonly #call: UnaryCall
  readonly #answer: Answer
  readonly #startedUs: number
  /** Of a client that traces the call. */
  readonly #trace: Trace | undefined
  readonly #deadlineMs: number

  constructor(services: GatewayServices, call: UnaryCall, answer: Answer) {
    this.#services = services
    this.#call = call
    this.#answer = answer
    this.#startedUs = services.metrics.stages.nowUs()
    const context = traceContextOf(call.metadata)
    if (context !== undefined) this.#trace = services.traces.in(context, 'grpc', CHECK_ORDER, this.#startedUs)
    // Infinity where the client gave none.
    this.#deadlineMs = Number(call.getDeadline())
  }

  run(caller: Caller | CallRefusal): void {
    if (!(caller instanceof Caller)) return this.refuse(caller)
    const words = readCheckOrder(this.#call.request)
    if (words instanceof RequestError) {
      this.#services.rates.count(caller)
      return this.refuse({ error: words })
    }
    const limited = this.#services.rates.newOrder(caller, words)
    if (limited !== undefined) return this.refuse(refusalOf(limited))
    if (this.#isLate) return this.#late()
    const { gate, decisions, metrics } = this.#services
    const { stages } = metrics
    const order = orderCommand(gate, decisions, words, caller, Date.now() * 1000)
    const trace = this.#trace
    stages.parsed('grpc', this.#startedUs)
    trace?.submitted()
    gate.submit({
      from: caller.turn,
      mayGoStale: true,
      write: (tape) => {
        // What waited for its turn too long is not decided either.
        if (this.#isLate) throw new TooLate()
        trace?.turn()
        return offsetOf(order.write(tape))
      },
      onDurable: (tape, command, end) => {
        trace?.durable(tape, command)
        const decided = order.decided(tape, command, end, {
          decided: (later) => this.#tell(later),
          gaveUp: () => this.refuse({ error: new RequestError('OUTCOME_UNKNOWN', '', GATE_ENDS) }),
        })
        // What is held is answered later, and its time is not the gate's.
        if (decided === undefined) return
        this.#tell(decided)
        stages.told('grpc', this.#startedUs)
      },
      onFailure: (fault, cause) => {
        if (cause instanceof TooLate) return this.#late()
        const error = faultError(fault, cause)
        this.refuse(fault === 'QUEUE_FULL' ? { error, retryAfterMs: QUEUE_RETRY_MS } : refusalOf(error))
      },
    })
  }

  refuse({ error, retryAfterMs }: CallRefusal): void {
    this.#services.metrics.refused('grpc', error.code)
    this.#answer(callError(error, this.#isDemo, retryAfterMs, this.#trace?.response))
    this.#trace?.end(error.code)
  }

  #tell(decided: Decided): void {
    const bytes = CheckOrderResponse.encode({ decision: decisionMessage(decided) }).finish()
    const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#answer(null, value, trailersOf(this.#isDemo, this.#trace?.response))
    this.#trace?.end()
  }

  get #isLate(): boolean {
    return this.#call.cancelled || Date.now() >= this.#deadlineMs
  }

  #late(): void {
    const details = 'Nothing was decided: the call came to its turn after its deadline.'
    const metadata = trailersOf(this.#isDemo, this.#trace?.response)
    this.#answer({ code: status.DEADLINE_EXCEEDED, details, metadata })
    this.#trace?.end('DEADLINE_EXCEEDED')
  }

  get #isDemo(): boolean {
    return this.#services.gate.directory.profile === 'demo'
  }
}
