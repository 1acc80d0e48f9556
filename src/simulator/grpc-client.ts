/** Clients of the gRPC wire on grpc-js and the generated messages: for tests and benchmarks. */
import {
  type CallOptions,
  ChannelCredentials,
  Client,
  type ClientDuplexStream,
  Metadata,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js'
import { CheckOrderRequest, CheckOrderResponse } from '../wire/portcullis/v1/gate_service.gen.ts'
import type { NewOrderSingle } from '../wire/portcullis/v1/orders.gen.ts'
import { SessionClient } from './session-client.ts'

export const CHECK_ORDER = '/portcullis.v1.GateService/CheckOrder'
export const ORDER_SESSION = '/portcullis.v1.GateService/OrderSession'

/** Metadata with a bearer token. */
export function bearer(token: string): Metadata {
  const metadata = new Metadata()
  metadata.set('authorization', `Bearer ${token}`)
  return metadata
}

/** A channel to the gate; requests and answers are bytes. */
export class GrpcChannel {
  readonly client: Client

  /** @param at host:port */
  constructor(at: string, credentials = ChannelCredentials.createInsecure()) {
    // A channel of its own: grpc-js would share one connection among clients of the same address.
    this.client = new Client(at, credentials, { 'grpc.use_local_subchannel_pool': 1 })
  }

  /** @throws ServiceError where the call ended with another status than OK */
  async checkOrder(token: string, order: NewOrderSingle, options: CallOptions = {}): Promise<CheckOrderResponse> {
    const request = Buffer.from(CheckOrderRequest.encode({ order }).finish())
    return CheckOrderResponse.decode(await this.unary(CHECK_ORDER, request, bearer(token), options))
  }

  unary(path: string, request: Buffer, metadata = new Metadata(), options: CallOptions = {}): Promise<Buffer> {
    return new Promise((settle, fail) => {
      this.client.makeUnaryRequest(path, asIs, asIs, request, metadata, options, (error, answer) => {
        if (error !== null) fail(error)
        else settle(answer as Buffer)
      })
    })
  }

  /** The error that a call ends with. */
  async refusal(path: string, request: Buffer, metadata?: Metadata, options?: CallOptions): Promise<ServiceError> {
    const answer = await this.unary(path, request, metadata, options).catch((error: ServiceError) => error)
    if (answer instanceof Error) return answer as ServiceError
    throw new Error(`${path} was answered`)
  }

  stream(path: string, metadata = new Metadata(), options: CallOptions = {}): ClientDuplexStream<Buffer, Buffer> {
    return this.client.makeBidiStreamRequest(path, asIs, asIs, metadata, options)
  }

  session(metadata?: Metadata, options?: CallOptions): GrpcSession {
    return new GrpcSession(this.stream(ORDER_SESSION, metadata, options))
  }

  close(): void {
    this.client.close()
  }
}

/** One order session on a channel. */
export class GrpcSession extends SessionClient {
  readonly call: ClientDuplexStream<Buffer, Buffer>
  /** How the call ended. */
  override readonly closed: Promise<StatusObject>

  constructor(call: ClientDuplexStream<Buffer, Buffer>) {
    super()
    this.call = call
    call.on('data', (response: Buffer) => this.received(response))
    call.on('error', () => {})
    this.closed = new Promise((settle) =>
      call.once('status', (status: StatusObject) => {
        this.ended()
        settle(status)
      }),
    )
  }

  override write(request: Uint8Array): void {
    this.call.write(Buffer.from(request))
  }

  /** Sends no more, and reads on. */
  halfClose(): void {
    this.call.end()
  }

  override close(): void {
    this.call.cancel()
  }
}

function asIs(bytes: Buffer): Buffer {
  return bytes
}
