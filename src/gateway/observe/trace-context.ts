/**
 * W3C trace context (https://www.w3.org/TR/trace-context/): `traceparent` and `tracestate` as a client sends them. What is not well-formed is as
 * if it were not there: tracing never makes a request wrong.
 */

export interface TraceContext {
  /** 32 hex digits, 16 of the client's span. */
  readonly traceId: string
  readonly parentId: string
  /** The client records this trace. */
  readonly isSampled: boolean
  /** Handed on as it came; empty where there is none that could be. */
  readonly state: string
}

const PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
/** Version 255 is none, and an id of zeros names nothing. */
const NO_VERSION = 'ff'
const ZEROS = /^0+$/
const SAMPLED = 1
/** More than any version that is known has. */
const PARENT_CHARS_MAX = 256
const STATE_CHARS_MAX = 512
const STATE_MEMBERS_MAX = 32
const MEMBER =
  /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/** Undefined where there is no traceparent, or one that is none. */
export function readTraceContext(parent: unknown, state: unknown): TraceContext | undefined {
  if (typeof parent !== 'string' || parent.length > PARENT_CHARS_MAX) return undefined
  const [, version, traceId = '', parentId = '', flags = '', rest] = PARENT.exec(parent) ?? []
  if (version === undefined || version === NO_VERSION || ZEROS.test(traceId) || ZEROS.test(parentId)) return undefined
  // Later versions may have more behind these four.
  if (version === '00' && rest !== undefined) return undefined
  const isSampled = (Number.parseInt(flags, 16) & SAMPLED) !== 0
  return { traceId, parentId, isSampled, state: stateIn(state) }
}

function stateIn(state: unknown): string {
  if (typeof state !== 'string' || state.length > STATE_CHARS_MAX) return ''
  const members = state.split(',').map((member) => member.trim())
  const named = members.filter((member) => member !== '')
  const keys = new Set(named.map((member) => member.slice(0, member.indexOf('='))))
  const isGood =
    named.length <= STATE_MEMBERS_MAX && keys.size === named.length && named.every((one) => MEMBER.test(one))
  return isGood ? named.join() : ''
}
