/** A gRPC call on HTTP/2 alone, which may do what no gRPC library does: not read, send half a message, be late. For tests. */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2'

/** Bytes before a message: whether it is compressed, and its length. */
const HEAD_BYTES = 5

export class RawGrpcCall {
  readonly stream: ClientHttp2Stream
  /** Headers and trailers, as far as they came. */
  readonly said: IncomingHttpHeaders = {}
  /** Reason of the reset, 0 where there was none; settles when the call is over. */
  readonly closed: Promise<number>
  /** Settles when the gate has said all that it has to say; what is read must be read. */
  readonly answered: Promise<unknown>
  #bytes = Buffer.alloc(0)

  /** Nothing is read before {@link read}. */
  constructor(session: ClientHttp2Session, path: string, headers: Readonly<Record<string, string>> = {}) {
    const head = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' }
    this.stream = session.request({ ...head, ...headers })
    for (const event of ['response', 'trailers']) {
      this.stream.on(event, (lines: IncomingHttpHeaders) => void Object.assign(this.said, lines))
    }
    this.stream.on('error', () => {})
    this.answered = new Promise((settle) => this.stream.once('end', settle))
    this.closed = new Promise((settle) => this.stream.once('close', () => settle(this.stream.rstCode ?? 0)))
  }

  send(message: Uint8Array): void {
    this.stream.write(framed(message))
  }

  /** Reads from now on; `take` gets each message. */
  read(take: (message: Buffer) => void = () => {}): this {
    this.stream.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk])
      while (this.#bytes.length >= HEAD_BYTES) {
        const end = HEAD_BYTES + this.#bytes.readUInt32BE(1)
        if (this.#bytes.length < end) return
        take(this.#bytes.subarray(HEAD_BYTES, end))
        this.#bytes = this.#bytes.subarray(end)
      }
    })
    return this
  }

  /** Code of grpc-status, NaN where none came. */
  get status(): number {
    return Number(this.said['grpc-status'])
  }
}

/** @param at host:port */
export function http2To(at: string): ClientHttp2Session {
  const session = connect(`http://${at}`)
  session.on('error', () => {})
  return session
}

export function framed(message: Uint8Array): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES + message.length)
  bytes.writeUInt32BE(message.length, 1)
  bytes.set(message, HEAD_BYTES)
  return bytes
}
