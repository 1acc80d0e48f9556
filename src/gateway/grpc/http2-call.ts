/**
 * What grpc-js keeps to itself of a call and the gate needs: its HTTP/2 stream, so that a client which reads nothing can be cut
 * off, and the pieces of a message that is not complete. docs/decisions/0031-grpc.md.
 */
import type { ServerHttp2Stream } from 'node:http2'

interface Http2Call {
  readonly stream: ServerHttp2Stream
  readonly decoder: { readonly readPartialMessage: readonly Buffer[] }
}

/** @param call as an interceptor gets it. @throws TypeError where grpc-js has become another */
export function http2CallOf(call: object): Http2Call {
  const { stream, decoder } = call as Partial<Http2Call>
  if (typeof stream?.close !== 'function' || !Array.isArray(decoder?.readPartialMessage)) {
    throw new TypeError('this grpc-js has no HTTP/2 stream or no decoder where the gate knows them')
  }
  return { stream, decoder }
}

/** The stream below a call as a handler gets it. */
export function http2StreamOf(call: object): ServerHttp2Stream {
  return http2CallOf((call as { readonly call: object }).call).stream
}
