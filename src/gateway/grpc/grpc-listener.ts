/**
 * The gRPC wire: the gate's service, health and reflection on one port. The gate accepts and counts the connections itself, and hands
 * them to grpc-js; messages go through as bytes.
 */
import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServerOptions,
} from '@grpc/grpc-js'
import { FRAME_BYTES_MAX } from '../../wire/frames.ts'
import { type ConnectionBounds, Connections } from '../connections.ts'
import type { Delays } from '../delays.ts'
import type { Metrics } from '../metrics.ts'
import type { GatewayServices } from '../services.ts'
import { END_MS } from '../session/lean-listener.ts'
import type { Sessions } from '../session/sessions.ts'
import { listenSockets } from '../socket-listener.ts'
import type { TlsFiles } from '../tls.ts'
import { CallAccess } from './call-access.ts'
import { callBounds } from './call-bounds.ts'
import { callCounts } from './call-counts.ts'
import { checkOrder } from './check-order.ts'
import { GateHealth } from './health.ts'
import { Peers } from './peers.ts'
import { serverReflection } from './reflection.ts'
import { orderSession } from './session-stream.ts'

/** Fewer that have shown no token than on the other wires: each may have many calls at once. */
export const GRPC_CONNECTION_BOUNDS: ConnectionBounds = { knownMax: 8_000, unknownMax: 500, unknownOfAddressMax: 64 }
/** Calls at once of one connection. */
const CALLS_MAX = 128
/** A connection without a call ends after this. */
const IDLE_MS = 300_000
/** One whose other end may be gone is asked after this, and has so long to answer. */
const KEEPALIVE_MS = 30_000
const KEEPALIVE_ANSWER_MS = 10_000

type Handle =
  | handleUnaryCall<Buffer, Buffer>
  | handleServerStreamingCall<Buffer, Buffer>
  | handleBidiStreamingCall<Buffer, Buffer>

export interface GrpcSettings {
  readonly at: { readonly host: string; readonly port: number }
  readonly tls: TlsFiles | undefined
  readonly delays: Delays
}

export interface GrpcListener {
  /** host:port. */
  readonly address: string
  /** Takes no more connections and calls; what runs has a second to end. Sessions end by {@link Sessions.close}. */
  close(): Promise<void>
}

export async function listenGrpc(
  services: GatewayServices,
  sessions: Sessions,
  { at, tls, delays }: GrpcSettings,
): Promise<GrpcListener> {
  const connections = new Connections(GRPC_CONNECTION_BOUNDS)
  const peers = new Peers(connections)
  const health = new GateHealth(services.health, delays)
  const { callers, metrics, rates } = services
  const access = new CallAccess({ callers, peers, metrics, rates })
  let isClosing = false
  const server = new Server(optionsOf(peers, metrics))
  const methods: readonly (readonly [string, string, Handle])[] = [
    ['portcullis.v1.GateService/CheckOrder', 'unary', checkOrder(services, access, () => isClosing)],
    ['portcullis.v1.GateService/OrderSession', 'bidi', orderSession(sessions, peers)],
    ['grpc.health.v1.Health/Check', 'unary', health.check],
    ['grpc.health.v1.Health/List', 'unary', health.list],
    ['grpc.health.v1.Health/Watch', 'serverStream', health.watch],
    ['grpc.reflection.v1.ServerReflection/ServerReflectionInfo', 'bidi', serverReflection()],
    ['grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo', 'bidi', serverReflection()],
  ]
  for (const [path, type, handle] of methods) server.register(`/${path}`, handle, asIs, asIs, type)
  // TLS is ours: what is handed over are bytes in the clear.
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  const listener = await listenSockets(
    (socket) => {
      peers.opened(socket)
      injector.injectConnection(socket)
    },
    at,
    { connections, tls, protocols: ['h2'] },
  )
  return {
    address: listener.address,
    close: async () => {
      isClosing = true
      health.close()
      injector.drain(END_MS)
      // What has not finished its handshake is no session that could be drained.
      const late = setTimeout(() => connections.closeUnknown(), END_MS)
      await listener.close()
      clearTimeout(late)
      injector.destroy()
    },
  }
}

/** Messages are read and written where they are understood. */
function asIs(bytes: Buffer): Buffer {
  return bytes
}

function optionsOf(peers: Peers, metrics: Metrics): ServerOptions {
  return {
    interceptors: [callBounds(peers), callCounts(metrics)],
    'grpc.enable_channelz': 0,
    'grpc.max_receive_message_length': FRAME_BYTES_MAX,
    'grpc.max_concurrent_streams': CALLS_MAX,
    'grpc.max_connection_idle_ms': IDLE_MS,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_ANSWER_MS,
  }
}
