/** A whole gate with its gRPC wire on a real socket, its lean wire beside it, and a small firm told to it. */
import { type GrpcListener, listenGrpc } from '../gateway/grpc/grpc-listener.ts'
import { listenLean } from '../gateway/session/lean-listener.ts'
import { Sessions } from '../gateway/session/sessions.ts'
import type { SocketListener } from '../gateway/socket-listener.ts'
import type { TlsFiles } from '../gateway/tls.ts'
import { GrpcChannel, type GrpcSession } from './grpc-client.ts'
import { HandDelays } from './made-up-world.ts'
import { RestGate, type RestGateOptions } from './rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from './small-firm.ts'

const LOOPBACK = { host: '127.0.0.1', port: 0 }

export class GrpcGate {
  readonly delays: HandDelays
  readonly gate: RestGate
  readonly sessions: Sessions
  readonly grpc: GrpcListener
  readonly lean: SocketListener
  readonly #channels: GrpcChannel[] = []
  #ids = 0
  #isClosed = false

  private constructor(
    delays: HandDelays,
    gate: RestGate,
    sessions: Sessions,
    grpc: GrpcListener,
    lean: SocketListener,
  ) {
    this.delays = delays
    this.gate = gate
    this.sessions = sessions
    this.grpc = grpc
    this.lean = lean
  }

  static async start(options: RestGateOptions = {}, tls?: TlsFiles): Promise<GrpcGate> {
    const delays = new HandDelays()
    const gate = await RestGate.start({ ...options, delays })
    await tellSmallFirm(gate)
    const sessions = new Sessions(gate.server.services, delays)
    gate.listeners.push((block) => sessions.published(block))
    const grpc = await listenGrpc(gate.server.services, sessions, { at: LOOPBACK, tls, delays })
    return new GrpcGate(delays, gate, sessions, grpc, await listenLean(sessions, LOOPBACK))
  }

  token(name: string): string {
    const token = this.gate.tokens.get(name)
    if (token === undefined) throw new Error(`nobody is called ${name}`)
    return token
  }

  /** A new connection. */
  channel(): GrpcChannel {
    const channel = new GrpcChannel(this.grpc.address)
    this.#channels.push(channel)
    return channel
  }

  /** A session on a connection of its own. */
  async session(name: string, more: object = {}): Promise<GrpcSession> {
    const session = this.channel().session()
    await session.logOn(this.token(name), more)
    return session
  }

  /** An order that passes, with an id of its own. */
  order(change: object = {}) {
    return { ...GOOD_ORDER, orderQty: '100', clOrdID: `G-${++this.#ids}`, ...change }
  }

  /** Number of the newest command. */
  get seq(): number {
    return this.gate.engine.view.seq
  }

  /** Ends it in the order in which a gate does. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.sessions.close()
    await Promise.all([this.grpc.close(), this.lean.close(), this.gate.close()])
    for (const channel of this.#channels) channel.close()
  }
}
