/** Counts calls by method and status where they end. Methods that are not served are one, so that nobody makes up labels. */
import { type ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js'
import type { Metrics } from '../metrics.ts'
import { label } from '../observe/metric-table.ts'

export function callCounts(metrics: Metrics): ServerInterceptor {
  return ({ path }, call) => {
    const send = call.sendStatus.bind(call)
    // On the call itself: one around it would hide the HTTP/2 stream.
    call.sendStatus = (ended) => {
      const method = ended.code === status.UNIMPLEMENTED ? 'unknown' : path
      const word = status[ended.code] ?? 'UNKNOWN'
      metrics.count('grpc_calls_total', `${label('method', method)},${label('status', word)}`)
      send(ended)
    }
    return call as ServerInterceptingCall
  }
}
