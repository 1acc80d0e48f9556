/**
 * What calls may take before anybody has read them: those of a connection that has not shown a good token have few bytes
 * together, and no message comes in more pieces than it is worth.
 */
import { constants } from 'node:http2'
import type { ServerInterceptingCall, ServerInterceptor } from '@grpc/grpc-js'
import { http2CallOf } from './http2-call.ts'
import type { Peers } from './peers.ts'

/** Of the calls that run on a connection without a good token: a burst of small calls, or some large ones. */
export const UNKNOWN_COST_MAX = 1024 * 1024
/** Keeping a piece costs so much beside its bytes. */
export const PIECE_COST = 256
/** Pieces of a message that is not complete: grpc-js keeps each by itself. */
export const PIECES_MAX = 4_096

/** Looks at what comes of each call, and lets it on as it is. */
export function callBounds(peers: Peers): ServerInterceptor {
  return (_method, call) => {
    const { stream, decoder } = http2CallOf(call)
    const peer = peers.of(call.getPeer())
    if (peer === undefined) stream.close(constants.NGHTTP2_REFUSED_STREAM)
    else {
      let cost = 0
      // Behind the decoder, which listens already; the stream is paused until somebody reads.
      stream.on('data', ({ length }: Buffer) => {
        if (!peer.isKnown) {
          cost += length + PIECE_COST
          peer.cost += length + PIECE_COST
        }
        const isMuch = !peer.isKnown && peer.cost > UNKNOWN_COST_MAX
        if (isMuch || decoder.readPartialMessage.length > PIECES_MAX) stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM)
      })
      stream.once('close', () => {
        peer.cost -= cost
      })
    }
    return call as ServerInterceptingCall
  }
}
