/** How answers leave: JSON texts that are made once, straight to the socket's response. */
import type { FastifyReply } from 'fastify'
import { errorRow, RequestError } from '../../model/errors.ts'
import type { Fault } from '../../sequencer/ports.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

/** Sends a JSON text. The framework's own serializer and hooks have nothing to do here. */
export function sendJson(reply: FastifyReply, status: number, text: string): void {
  const { raw } = reply
  reply.hijack()
  if (raw.destroyed) return
  const bytes = Buffer.byteLength(text)
  raw.writeHead(status, { 'content-type': JSON_TYPE, 'content-length': bytes })
  // A text of as many bytes as characters is ASCII: copied as it is.
  raw.end(text, bytes === text.length ? 'latin1' : 'utf8')
}

/** Sends a request error: `{"error":{"code","field","text"}}`. */
export function sendError(
  reply: FastifyReply,
  error: RequestError,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = errorText(error)
  const { raw } = reply
  reply.hijack()
  if (raw.destroyed) return
  raw.writeHead(errorRow(error.code).httpStatus, {
    'content-type': JSON_TYPE,
    'content-length': Buffer.byteLength(text),
    ...headers,
  })
  raw.end(text)
}

export function errorText({ code, field, text }: RequestError): string {
  return JSON.stringify({ error: { code, field, text } })
}

/** The request error that a fault of the sequencer is to its sender. */
export function faultError(fault: Fault, cause: unknown): RequestError {
  switch (fault) {
    case 'COMMAND_FAULT':
      // What the words turned out to be when the command's turn came.
      return cause instanceof RequestError ? cause : new RequestError('INTERNAL_ERROR')
    default:
      return new RequestError(fault)
  }
}
