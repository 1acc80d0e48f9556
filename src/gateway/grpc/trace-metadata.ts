/** The trace context of a call, in its metadata. A key that stands twice is joined as HTTP joins it, and then is none. */
import type { Metadata } from '@grpc/grpc-js'
import { readTraceContext, type TraceContext } from '../observe/trace-context.ts'

/** Undefined where the key is not there. */
function wordsOf(metadata: Metadata, key: 'traceparent' | 'tracestate'): string | undefined {
  const values = metadata.get(key)
  return values.length === 0 ? undefined : values.map(String).join()
}

export function traceContextOf(metadata: Metadata): TraceContext | undefined {
  return readTraceContext(wordsOf(metadata, 'traceparent'), wordsOf(metadata, 'tracestate'))
}
