/** Encodes what the gate tells a session. */
import type { RequestError } from '../../model/errors.ts'
import { parseTimeUs } from '../../model/parse/timestamps.ts'
import type { CommandResult } from '../../wire/portcullis/v1/decisions.gen.ts'
import { ServerMessage } from '../../wire/portcullis/v1/session.gen.ts'
import type { CommandAnswer } from '../answers/command-answer.ts'

export type Body = NonNullable<ServerMessage['body']>

/** @param refSeq the client's command that it answers, 0 for none */
export function encodeMessage(seq: number, refSeq: number, body: Body): Buffer {
  return Buffer.from(ServerMessage.encode({ seq, refSeq, body }).finish())
}

/** Tag of the repeated field `messages` of OrderSessionResponse. */
const MESSAGES_TAG = 0x0a

/** OrderSessionResponses of messages that are encoded already, each of `most` bytes or one message. */
export function* responsesOf(messages: readonly Buffer[], most: number): Generator<Buffer> {
  let from = 0
  let bytes = 0
  for (let to = 0; to < messages.length; to++) {
    const more = fieldBytes(messages[to] as Buffer)
    if (to > from && bytes + more > most) {
      yield responseOf(messages, from, to, bytes)
      from = to
      bytes = 0
    }
    bytes += more
  }
  if (from < messages.length) yield responseOf(messages, from, messages.length, bytes)
}

function responseOf(messages: readonly Buffer[], from: number, to: number, bytes: number): Buffer {
  const response = Buffer.allocUnsafe(bytes)
  let at = 0
  for (let place = from; place < to; place++) {
    const message = messages[place] as Buffer
    response[at++] = MESSAGES_TAG
    let length = message.length
    for (; length >= 0x80; length >>>= 7) response[at++] = (length & 0x7f) | 0x80
    response[at++] = length
    at += message.copy(response, at)
  }
  return response
}

/** Bytes of a message with its tag and its length. */
function fieldBytes({ length }: Buffer): number {
  return 1 + varintBytes(length) + length
}

function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest >= 0x80; rest >>>= 7) bytes++
  return bytes
}

export function refusedBody({ code, field, text, retryAfterMs }: RequestError): Body {
  return { $case: 'refused', value: { code, field, text, retryAfterMs } }
}

export function resultBody(answer: CommandAnswer): Body {
  const value: CommandResult = {
    applied: answer.outcome === 'APPLIED',
    seq: answer.seq,
    timeUs: parseTimeUs(answer.time),
    orderID: answer.orderID,
    state: answer.state,
    reason: answer.reason,
    alarm: answer.alarm,
    compared: answer.compared,
    parked: answer.parked === true,
    triggered: answer.triggered === true,
    triggerRefusal: answer.triggerRefusal,
    breach: answer.breach === true,
    quarantined: answer.quarantined === true,
  }
  return { $case: 'result', value }
}
