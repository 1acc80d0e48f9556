/** The order session over a gRPC stream: the same session, numbers and bounds as over the lean wire. */
import { constants } from 'node:http2'
import type { handleBidiStreamingCall, ServerDuplexStream } from '@grpc/grpc-js'
import { RequestError } from '../../model/errors.ts'
import { END_MS } from '../session/lean-listener.ts'
import type { Sessions } from '../session/sessions.ts'
import { certificateOf } from '../tls.ts'
import { bearerToken } from './call-access.ts'
import { callError, trailersOf } from './call-status.ts'
import { http2StreamOf } from './http2-call.ts'
import type { Peers } from './peers.ts'
import { traceContextOf } from './trace-metadata.ts'

type SessionCall = ServerDuplexStream<Buffer, Buffer>

export function orderSession(sessions: Sessions, peers: Peers): handleBidiStreamingCall<Buffer, Buffer> {
  return (call) => carry(sessions, peers, call)
}

function carry(sessions: Sessions, peers: Peers, call: SessionCall): void {
  const stream = http2StreamOf(call)
  const peer = peers.of(call.getPeer())
  const isDemo = () => sessions.gate.directory.profile === 'demo'
  let unread = 0
  const session = sessions.connect({
    accessToken: bearerToken(call.metadata),
    trace: traceContextOf(call.metadata),
    send: (response) => {
      if (call.destroyed || call.writableEnded) return
      unread += response.length
      call.write(response, () => {
        unread -= response.length
      })
    },
    get unread() {
      return unread
    },
    pause: () => call.pause(),
    resume: () => call.resume(),
    end: (code) => {
      // An error is what ends a call with another status than OK, behind what was sent.
      if (code === undefined) call.end(trailersOf(isDemo()))
      else call.emit('error', callError(new RequestError(code), isDemo()))
      // Who does not read does not keep what was sent in memory.
      const late = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), END_MS)
      stream.once('close', () => clearTimeout(late))
    },
    certificate: peer === undefined ? undefined : certificateOf(peer.socket)?.thumbprint,
    identified: () => {
      if (peer !== undefined) peers.identified(peer)
    },
  })
  call.on('data', (request: Buffer) => {
    if (request.length > 0) session.take(request)
    else session.over('MALFORMED_MESSAGE', 'OrderSessionRequest')
  })
  call.on('end', () => session.finish())
  call.on('cancelled', () => session.gone())
  stream.once('close', () => session.gone())
}
