/** Why a call to the gate gave no answer that can be used. A refused order is an answer and no error. */

/** The gate answered, and what it says is that the request is wrong, not allowed, or cannot be served now. */
export class GateError extends Error {
  override readonly name = 'GateError'
  readonly status: number
  /** The stable code of the gate's error table. */
  readonly code: string
  /** Path of the field at fault; empty where none is. */
  readonly field: string

  constructor(request: string, status: number, { code, field, text }: { code: string; field: string; text: string }) {
    super(`${request}: ${status} ${code}${field === '' ? '' : ` at ${field}`}: ${text}`)
    this.status = status
    this.code = code
    this.field = field
  }
}

/** No answer came. Whether the gate has decided is not known: ask again with the same id. */
export class GateUnreachable extends Error {
  override readonly name = 'GateUnreachable'

  constructor(request: string, cause: unknown) {
    super(`${request}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
