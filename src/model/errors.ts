/**
 * Request errors: what is wrong with a request that was never sequenced, in one table for every wire. A decided refusal
 * is no request error: it has a reason of `codes.ts` and stands in the journal. Codes are for ever; never reuse one.
 */

export interface ErrorRow {
  readonly code: string
  /** Status that the REST wire gives it; 0 for what only a session can do wrong. */
  readonly httpStatus: number
  readonly text: string
}

const row = <const C extends string>(code: C, httpStatus: number, text: string) => ({ code, httpStatus, text })

export const REQUEST_ERRORS = [
  // The bytes.
  row('MALFORMED_JSON', 400, 'The body is not one JSON value as RFC 8259 defines it.'),
  row('DUPLICATE_KEY', 400, 'An object names the same key twice; readers would disagree on which one counts.'),
  row('TOO_MANY_ROWS', 400, 'The array is empty or holds more rows than one request may.'),
  row('BODY_TOO_LARGE', 413, 'The body is larger than this route takes.'),
  row('HEADERS_TOO_LARGE', 431, 'The request line and headers are larger than the gate takes.'),
  row('MALFORMED_REQUEST', 400, 'The bytes are not an HTTP request.'),
  row('REQUEST_TIMEOUT', 408, 'The request did not arrive in full in time.'),
  row('UNSUPPORTED_MEDIA_TYPE', 415, 'The body must be application/json, at /oauth/token a form, and not encoded.'),
  // The shape.
  row('UNKNOWN_FIELD', 400, 'The request has a field that it may not have.'),
  row('MISSING_FIELD', 400, 'A required field is missing or empty.'),
  row('WRONG_TYPE', 400, 'A field has another JSON type than it must have.'),
  // The values.
  row('NOT_A_DECIMAL', 400, 'Plain decimal notation only: no exponent, no plus, no blanks, no leading zeros, no NaN.'),
  row('TOO_MANY_DECIMALS', 400, 'More decimals than the instrument, or the unit, has; nothing is rounded.'),
  row('OUT_OF_RANGE', 400, 'The number is outside the range that can be held exactly, or outside its bounds.'),
  row('NOT_IN_SET', 400, 'The field takes one of a closed set of values.'),
  row('NOT_A_TIME', 400, 'Times are UTC as 2026-11-21T14:30:00.123456Z, at most microseconds.'),
  row('NOT_A_DATE', 400, 'Dates are yyyymmdd.'),
  row('TEXT_TOO_LONG', 400, 'The text is longer than its field takes.'),
  row('BAD_CHARACTERS', 400, 'Ids and names hold printable ASCII.'),
  row('UNKNOWN_NAME', 404, 'A name in the request is not known.'),
  row('FIELD_CONFLICT', 400, 'Two fields of the request do not go together.'),
  // Who asks.
  row('UNAUTHENTICATED', 401, 'The bearer token is missing, malformed, expired, revoked or not of this gate.'),
  row('FORBIDDEN', 403, 'The token, or the principal it names, does not hold the duty that this route needs.'),
  row('NOT_BOUND', 403, 'The client has no session at the gate, or is not bound to what the request names.'),
  // Where to.
  row('NOT_FOUND', 404, 'There is nothing here.'),
  row('METHOD_NOT_ALLOWED', 405, 'The path exists, this method of it does not.'),
  row('UPGRADE_REQUIRED', 426, 'The live feed is a WebSocket: RFC 6455, version 13.'),
  row(
    'UNKNOWN_ORDER',
    404,
    'No live order of this client has this clOrdID; what was refused or has ended is in the journal.',
  ),
  // The order session.
  row('MALFORMED_MESSAGE', 0, 'The bytes are not a message of the contract in proto/portcullis/v1.'),
  row('LOGON_EXPECTED', 0, 'The first message of a connection is a Logon, within a few seconds, and no later one is.'),
  row('SEQUENCE_GAP', 0, 'A message before this one is missing: log on again, which says from where on to send.'),
  row('SESSION_REPLACED', 0, 'A newer connection of the same client has taken the session over.'),
  row('HEARTBEAT_MISSED', 0, 'Nothing came from the client for longer than it said.'),
  row('SLOW_READER', 0, 'The client does not read what the gate sends it, and more than the gate keeps has come up.'),
  // The gate itself.
  row('RATE_LIMITED', 429, 'Too many requests in the window; cancels are never refused for it.'),
  row(
    'STALE_ORDER',
    503,
    'The order waited longer to be decided than the gate lets one wait. Nothing was sequenced: it may be sent anew.',
  ),
  row('QUEUE_FULL', 503, 'Too many requests wait for the sequencer. Nothing was sequenced.'),
  row(
    'DISK_FULL',
    503,
    "The journal's disk is nearly full: only cancels, executions and kills pass. Nothing was sequenced.",
  ),
  row(
    'JOURNAL_UNAVAILABLE',
    503,
    'The journal cannot be written. Nothing was sequenced; the gate refuses everything new.',
  ),
  row('OUTCOME_UNKNOWN', 503, 'The journal failed while the command was written: ask again with the same id.'),
  row('NOT_READY', 503, 'The gate starts or stops.'),
  row('INTERNAL_ERROR', 500, 'A fault of the gate. Treat the request as refused.'),
] as const satisfies readonly ErrorRow[]

export type ErrorCode = (typeof REQUEST_ERRORS)[number]['code']

const BY_CODE = new Map<string, ErrorRow>(REQUEST_ERRORS.map((error) => [error.code, error]))

/** The row of a code. */
export function errorRow(code: ErrorCode): ErrorRow {
  return BY_CODE.get(code) as ErrorRow
}

/** A refused request as a value. `field` is the path of the field at fault, empty where none is. */
export class RequestError {
  readonly code: ErrorCode
  readonly field: string
  readonly text: string
  /** The same request may pass after so long; undefined where time alone does not help. */
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, field = '', text: string = errorRow(code).text, retryAfterMs?: number) {
    this.code = code
    this.field = field
    this.text = text
    this.retryAfterMs = retryAfterMs
  }
}
