/** Reads one message of a client: its number, and a command as words or what the session itself needs. */
import { RequestError } from '../model/errors.ts'
import type { Words } from '../model/parse/form.ts'
import { CANCEL_FORM } from '../model/parse/order-change.ts'
import { fieldNumbers } from './contract.ts'
import { Cursor, type FormMessage, formMessage } from './form-message.ts'
import { Logon, Logout } from './portcullis/v1/session.gen.ts'
import { SESSION_COMMANDS, type SessionCommand } from './session-commands.ts'

/** `seq` is 0 where the message has none, or none that can be read. */
export type ClientMessageRead = { readonly seq: number } & (
  | { readonly kind: SessionCommand; readonly words: Words }
  | { readonly kind: 'logon'; readonly logon: Logon }
  | { readonly kind: 'logout'; readonly logout: Logout }
  | { readonly kind: 'heartbeat' }
  /** `command`: which it would have been, where that is known: some commands no rate refuses, however wrong. */
  | { readonly kind: 'fault'; readonly error: RequestError; readonly command: SessionCommand | undefined }
)

const LENGTH_DELIMITED = 2
const NUMBERS = fieldNumbers('ClientMessage')
const SEQ = NUMBERS.get('seq')
const LOGON = NUMBERS.get('logon')
const LOGOUT = NUMBERS.get('logout')
const HEARTBEAT = NUMBERS.get('heartbeat')
/** The command of each field number. */
const COMMANDS: (readonly [SessionCommand, FormMessage] | undefined)[] = []
for (const [name, form] of Object.entries(SESSION_COMMANDS)) {
  const number = NUMBERS.get(name)
  if (number === undefined) throw new Error(`the contract's ClientMessage has no ${name}`)
  COMMANDS[number] = [name as SessionCommand, formMessage(form, form === CANCEL_FORM)]
}

const outer = new Cursor()

/** Reads the message in [from, end) of the bytes: exactly one body, each field once. */
export function readClientMessage(bytes: Buffer, from: number, end: number): ClientMessageRead {
  outer.start(bytes, from, end)
  let seq = 0
  let body = 0
  let bodyFrom = 0
  let bodyEnd = 0
  let error: RequestError | undefined
  while (outer.at < end && error === undefined) {
    const tag = outer.tag()
    const number = tag >>> 3
    if (number === SEQ && (tag & 7) === 0) {
      if (seq !== 0) error = new RequestError('DUPLICATE_KEY', 'seq')
      seq = outer.varint()
    } else if ((tag & 7) === LENGTH_DELIMITED && isBody(number)) {
      if (body !== 0) error = new RequestError('DUPLICATE_KEY', 'body', 'A message has one body.')
      body = number
      bodyEnd = outer.span()
      bodyFrom = outer.at
      outer.at = bodyEnd
    } else error = new RequestError('UNKNOWN_FIELD', `ClientMessage.${number}`)
    if (outer.isBroken) error = new RequestError('MALFORMED_MESSAGE', 'ClientMessage')
  }
  if (error === undefined && body === 0) error = new RequestError('MISSING_FIELD', 'body')
  if (error !== undefined) return { seq, kind: 'fault', error, command: COMMANDS[body]?.[0] }
  return readBody(bytes, seq, body, bodyFrom, bodyEnd)
}

function isBody(number: number): boolean {
  return COMMANDS[number] !== undefined || number === LOGON || number === LOGOUT || number === HEARTBEAT
}

function readBody(bytes: Buffer, seq: number, body: number, from: number, end: number): ClientMessageRead {
  const command = COMMANDS[body]
  if (command !== undefined) {
    const [kind, message] = command
    const words = message.read(bytes, from, end)
    return words instanceof RequestError ? { seq, kind: 'fault', error: words, command: kind } : { seq, kind, words }
  }
  if (body === HEARTBEAT) return { seq, kind: 'heartbeat' }
  try {
    const part = bytes.subarray(from, end)
    if (body === LOGON) return { seq, kind: 'logon', logon: Logon.decode(part) }
    return { seq, kind: 'logout', logout: Logout.decode(part) }
  } catch {
    return { seq, kind: 'fault', error: new RequestError('MALFORMED_MESSAGE', 'ClientMessage'), command: undefined }
  }
}
