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

/** An OrderSessionResponse of messages that are encoded already. */
export function responseOf(messages: readonly Buffer[]): Buffer {
  const bytes = messages.reduce((sum, { length }) => sum + 1 + varintBytes(length) + length, 0)
  const response = Buffer.allocUnsafe(bytes)
  let at = 0
  for (const message of messages) {
    response[at++] = MESSAGES_TAG
    let length = message.length
    for (; length >= 0x80; length >>>= 7) response[at++] = (length & 0x7f) | 0x80
    response[at++] = length
    at += message.copy(response, at)
  }
  return response
}

function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest >= 0x80; rest >>>= 7) bytes++
  return bytes
}

export function refusedBody({ code, field, text }: RequestError, retryAfterMs?: number): Body {
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
  }
  return { $case: 'result', value }
}
