/** Request errors as gRPC says them: a status for every client, and beside it the gate's own code, field and text. */
import { Metadata, type ServerErrorResponse, status } from '@grpc/grpc-js'
import { type ErrorCode, errorRow, type RequestError } from '../../model/errors.ts'

/** Trailers of a call that ended with an error. */
export const CODE_TRAILER = 'portcullis-code'
export const FIELD_TRAILER = 'portcullis-field'
export const RETRY_TRAILER = 'retry-after-ms'
/** W3C trace context, as REST answers it. */
export const TRACE_TRAILER = 'traceresponse'
/** Says in every answer of a demo, errors too, that it is one. */
export const PROFILE_TRAILER = 'portcullis-profile'

/** By the status that REST gives the same error. */
const BY_HTTP: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  413: status.RESOURCE_EXHAUSTED,
  429: status.RESOURCE_EXHAUSTED,
  500: status.INTERNAL,
  503: status.UNAVAILABLE,
}

/** What only a session can do wrong. */
const OF_SESSIONS: Partial<Readonly<Record<ErrorCode, status>>> = {
  MALFORMED_MESSAGE: status.INVALID_ARGUMENT,
  LOGON_EXPECTED: status.FAILED_PRECONDITION,
  SEQUENCE_GAP: status.FAILED_PRECONDITION,
  SLOW_READER: status.RESOURCE_EXHAUSTED,
}

/** A session that was ended, and that may be begun anew: replaced, silent. */
const ENDED = status.ABORTED

export function statusOf(code: ErrorCode): status {
  return OF_SESSIONS[code] ?? BY_HTTP[errorRow(code).httpStatus] ?? ENDED
}

/** @param isDemo whether the gate is of a demo; `trace`: what the gate calls the call in its client's trace */
export function trailersOf(isDemo: boolean, trace?: string): Metadata {
  const trailers = new Metadata()
  if (trace !== undefined) trailers.set(TRACE_TRAILER, trace)
  if (isDemo) trailers.set(PROFILE_TRAILER, 'DEMO')
  return trailers
}

/** How a call ends that came to nothing. `retryAfterMs`: when to ask again, where that is known. */
export function callError(
  { code, field, text }: Pick<RequestError, 'code' | 'field' | 'text'>,
  isDemo: boolean,
  retryAfterMs?: number,
  trace?: string,
): Partial<ServerErrorResponse> & { readonly code: status; readonly details: string; readonly metadata: Metadata } {
  const metadata = trailersOf(isDemo, trace)
  metadata.set(CODE_TRAILER, code)
  if (field !== '') metadata.set(FIELD_TRAILER, field)
  if (retryAfterMs !== undefined) metadata.set(RETRY_TRAILER, String(retryAfterMs))
  return { code: statusOf(code), details: text, metadata }
}
