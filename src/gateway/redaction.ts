/**
 * What may stand in a line of the log: fields whose name says that they are secret, and words that look like a token, do not. Nothing logs them on
 * purpose; this is for what an error of somebody else's code carries with it.
 */

export const REDACTED = '[redacted]'
const DEPTH_MAX = 6
const ENTRIES_MAX = 64
const CHARS_MAX = 4_096
const SECRET_NAME = /authorization|cookie|credential|passw|secret|token|api.?key|private|^(?:d|k|p|q|dp|dq|qi|key)$/i
/** Bearer and Basic credentials, JSON Web Tokens, approval tokens, private keys in PEM. */
const SECRET_WORDS =
  /\b(?:bearer|basic)\s+[A-Za-z0-9._~+/=-]+|\beyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)*|\bpa1\.[A-Za-z0-9._-]+|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gi

/** A copy of plain values, without secrets, bounded in depth, entries and characters. */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return withoutSecrets(value)
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function')
    return String(value).slice(0, CHARS_MAX)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= DEPTH_MAX) return '[deeper]'
  if (value instanceof Error) return errorOf(value, depth)
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
  if (Array.isArray(value)) return value.slice(0, ENTRIES_MAX).map((one) => redacted(one, depth + 1))
  return fieldsOf(value, depth)
}

function fieldsOf(value: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(value).slice(0, ENTRIES_MAX)
  return Object.fromEntries(
    entries.map(([name, field]) => [name, SECRET_NAME.test(name) ? REDACTED : redacted(field, depth + 1)]),
  )
}

/** An error says more than its own fields show. */
function errorOf(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack = '', cause } = error
  return {
    ...fieldsOf(error, depth),
    type: withoutSecrets(name),
    message: withoutSecrets(message),
    stack: withoutSecrets(stack),
    ...(cause === undefined ? {} : { cause: redacted(cause, depth + 1) }),
  }
}

function withoutSecrets(text: string): string {
  // Cut last: half a token is not found any more, and still is one.
  return text.replace(SECRET_WORDS, REDACTED).slice(0, CHARS_MAX)
}
