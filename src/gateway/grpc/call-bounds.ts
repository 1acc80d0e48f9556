/**
 * What a call may take before anybody has read it: a connection that has not shown a good token has few calls at once, and no
 * message comes in more pieces than it is worth.
 */
import { constants } from 'node:http2'
import type { ServerInterceptingCall, ServerInterceptor } from '@grpc/grpc-js'
import { http2CallOf } from './http2-call.ts'
import type { Peer, Peers } from './peers.ts'

/** Calls at once of a connection that has not shown a good token: one by reflection, one of health, one to log on, one more. */
export const UNKNOWN_CALLS_MAX = 4
/** Pieces of a message that is not complete: grpc-js keeps each by itself, which costs more than a small one holds. */
export const PIECES_MAX = 4_096

/** Looks at each call when it begins, and lets it on as it is. */
export function callBounds(peers: Peers): ServerInterceptor {
  return (_method, call) => {
    const { stream, decoder } = http2CallOf(call)
    const peer = peers.of(call.getPeer())
    // Behind the decoder, which listens already; the stream is paused until somebody reads.
    stream.on('data', () => {
      if (decoder.readPartialMessage.length > PIECES_MAX) stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM)
    })
    if (peer === undefined || !mayBegin(peers, peer)) stream.close(constants.NGHTTP2_REFUSED_STREAM)
    else {
      peer.calls++
      stream.once('close', () => peer.calls--)
    }
    return call as ServerInterceptingCall
  }
}

function mayBegin(peers: Peers, peer: Peer): boolean {
  return peer.calls < UNKNOWN_CALLS_MAX || peers.isKnown(peer)
}
