/**
 * The wires of one gate as tests see them: each logs a client on, sends one command at a time and says what came of it in the
 * same words. A test that goes over this table holds for every wire, and for one that is added by its row.
 */

import { connect, type Socket } from 'node:net'
import type { Delays } from '../gateway/delays.ts'
import { listenLean } from '../gateway/session/lean-listener.ts'
import { Sessions } from '../gateway/session/sessions.ts'
import type { SocketListener } from '../gateway/socket-listener.ts'
import { FrameCutter, frameOf } from '../wire/frames.ts'
import { Outcome } from '../wire/portcullis/v1/decisions.gen.ts'
import { OrderSessionRequest, OrderSessionResponse } from '../wire/portcullis/v1/gate_service.gen.ts'
import type { ClientMessage, ServerMessage } from '../wire/portcullis/v1/session.gen.ts'
import { CancelOnDisconnect } from '../wire/portcullis/v1/session.gen.ts'
import { LeanClient } from './lean-client.ts'
import type { RestGate } from './rest-gate.ts'
import { GOOD_ORDER } from './small-firm.ts'

const WORDS = new Map<number, string>(Object.entries(Outcome).map(([word, value]) => [value, word]))

/** What came of a command. */
export interface Said {
  /** `APPROVED`, `REJECTED`, `PASS`, or the code of an error. */
  readonly word: string
  readonly field?: string
  readonly text?: string
  readonly retryAfterMs?: number | undefined
  /** Of HTTP: the header. */
  readonly retryAfterS?: string | null
}

/** A client that is logged on by one wire. */
export interface WireClient {
  /** An order of the small firm with these changes, `origClOrdID` making it a replace. */
  order(clOrdID: string, change?: Readonly<Record<string, string>>): Promise<Said>
  cancel(clOrdID: string, origClOrdID: string): Promise<Said>
  close(): Promise<void>
}

export interface Wire {
  readonly name: string
  connect(client: string): Promise<WireClient>
  /** A bare connection. */
  dial(): Promise<Socket>
  /** Bytes that say who it is and no more. */
  hello(client: string): Buffer
  /** Orders of a client behind its hello, in one piece. */
  orders(clOrdIDs: readonly string[], client: string): Buffer
  /** How many answers to orders stand in what a connection was sent. */
  answersIn(sent: Buffer): number
  /** Bytes that begin a message and never end it. */
  readonly unfinished: Buffer
  /** Bytes that no message may be, with the code that they are answered with. */
  readonly refused: readonly (readonly [what: string, bytes: Buffer, code: string])[]
  /** Connections that the gate has open. */
  size(): Promise<number>
}

export interface Wires {
  readonly all: readonly Wire[]
  /** Where the lean session is served. */
  readonly leanAddress: string
  close(): Promise<void>
}

/** Opens what a {@link RestGate} does not serve by itself. */
export async function openWires(gate: RestGate, delays: Delays): Promise<Wires> {
  const sessions = new Sessions(gate.server.services, delays)
  gate.listeners.push((block) => sessions.published(block))
  const lean = await listenLean(sessions, { port: 0, host: '127.0.0.1' })
  return {
    all: [restWire(gate), leanWire(gate, sessions, lean)],
    leanAddress: lean.address,
    close: async () => {
      sessions.close()
      await lean.close()
    },
  }
}

function restWire(gate: RestGate): Wire {
  const said = async (client: string, path: string, body: object): Promise<Said> => {
    const { body: answer, headers } = await gate.send(client, 'POST', path, body)
    if (answer.error === undefined) return { word: answer.outcome }
    const { code, field, text, retryAfterMs } = answer.error
    return { word: code, field, text, retryAfterMs, retryAfterS: headers.get('retry-after') }
  }
  const { hostname, port } = new URL(gate.url)
  const head = (client: string) => `host: a\r\nauthorization: Bearer ${gate.tokens.get(client)}\r\n`
  const post = (client: string, body: string) =>
    `POST /orders HTTP/1.1\r\n${head(client)}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  return {
    name: 'REST',
    connect: async (client) => ({
      order: (clOrdID, change = {}) => {
        const { origClOrdID, ...other } = change
        if (origClOrdID === undefined) return said(client, '/orders', { ...GOOD_ORDER, clOrdID, ...other })
        return said(client, `/orders/${origClOrdID}/replace`, { clOrdID, orderQty: '200', price: '1668.00', ...other })
      },
      cancel: (clOrdID, origClOrdID) => said(client, `/orders/${origClOrdID}/cancel`, { clOrdID }),
      close: async () => {},
    }),
    dial: () => dial(hostname, Number(port)),
    hello: (client) => Buffer.from(`GET /orders/none HTTP/1.1\r\n${head(client)}\r\n`),
    orders: (clOrdIDs, client) =>
      Buffer.from(clOrdIDs.map((clOrdID) => post(client, JSON.stringify({ ...GOOD_ORDER, clOrdID }))).join('')),
    answersIn: (sent) => sent.toString('latin1').split('"outcome":').length - 1,
    unfinished: Buffer.from('POST /orders HTTP/1.1\r\nhost: a\r\nx-slow: and no en'),
    refused: [
      ['a body over its bound', Buffer.from(post('ems-1', `{"clOrdID":"${'x'.repeat(70_000)}"}`)), 'BODY_TOO_LARGE'],
      ['lists in lists', Buffer.from(post('ems-1', '['.repeat(60_000))), 'WRONG_TYPE'],
      ['objects in objects', Buffer.from(post('ems-1', '{"a":'.repeat(12_000))), 'UNKNOWN_FIELD'],
      ['a known field in itself', Buffer.from(post('ems-1', '{"symbol":'.repeat(6_000))), 'WRONG_TYPE'],
      ['headers over their bound', Buffer.from(`GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}`), 'HEADERS_TOO_LARGE'],
      [
        'two lengths',
        Buffer.from('POST /orders HTTP/1.1\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n'),
        'MALFORMED',
      ],
      ['bytes of chance', Buffer.from([0, 1, 2, 0xff, 0x16, 3, 1]), 'MALFORMED_REQUEST'],
    ],
    size: () => new Promise((settle) => gate.server.app.server.getConnections((_error, count) => settle(count))),
  }
}

function leanWire(gate: RestGate, sessions: Sessions, { address }: SocketListener): Wire {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? []
  const token = (client: string) => gate.tokens.get(client) as string
  const framed = (messages: ClientMessage[]) => frameOf(OrderSessionRequest.encode({ messages }).finish())
  const logon = (client: string): ClientMessage => {
    const value = { version: 1, accessToken: token(client), epoch: 0, lastSeenSeq: 0, heartbeatMs: 60_000, window: 0 }
    return {
      seq: 0,
      body: {
        $case: 'logon',
        value: { ...value, cancelOnDisconnect: CancelOnDisconnect.CANCEL_ON_DISCONNECT_UNSPECIFIED },
      },
    }
  }
  return {
    name: 'lean session',
    connect: async (name) => {
      const client = await LeanClient.connect(address)
      await client.logOn(token(name))
      const answer = async (seq: number) => saidBy(await client.answerTo(seq))
      return {
        order: (clOrdID, change = {}) => {
          const { origClOrdID, ...other } = change
          const value = { ...GOOD_ORDER, clOrdID, ...other }
          const changed = { clOrdID, orderQty: '200', price: '1668.00', ...other, origClOrdID: origClOrdID ?? '' }
          return answer(
            origClOrdID === undefined
              ? client.send({ $case: 'newOrder', value })
              : client.send({ $case: 'replace', value: changed }),
          )
        },
        cancel: (clOrdID, origClOrdID) => answer(client.send({ $case: 'cancel', value: { clOrdID, origClOrdID } })),
        close: async () => {
          client.tell({ $case: 'logout', value: { code: '', text: '' } as never })
          client.close()
          await client.closed
        },
      }
    },
    dial: () => dial(host, Number(port)),
    hello: (client) => framed([logon(client)]),
    orders: (clOrdIDs, client) =>
      Buffer.concat([
        framed([logon(client)]),
        ...clOrdIDs.map((clOrdID, at) =>
          framed([{ seq: at + 1, body: { $case: 'newOrder', value: { ...GOOD_ORDER, clOrdID } } }]),
        ),
      ]),
    answersIn: (sent) => {
      let answers = 0
      new FrameCutter().cut(sent, (frame) => {
        for (const { body } of OrderSessionResponse.decode(frame).messages) if (body?.$case === 'decision') answers++
      })
      return answers
    },
    unfinished: Buffer.from([0xff, 0xff, 3, 0, 0x0a]),
    refused: [
      ['a frame over its bound', Buffer.from([1, 0, 4, 0]), 'MALFORMED_MESSAGE'],
      ['a frame of nothing', Buffer.from([0, 0, 0, 0]), 'MALFORMED_MESSAGE'],
      [
        'messages in messages',
        Buffer.concat([Buffer.from([0, 0, 2, 0]), Buffer.alloc(131_072, 0x0a)]),
        'LOGON_EXPECTED',
      ],
      ['no message', frameOf(Buffer.from([0x0a, 0xff, 0xff])), 'MALFORMED_MESSAGE'],
      [
        'an order before the logon',
        framed([{ seq: 1, body: { $case: 'heartbeat', value: { durableSeq: 0, timeUs: 0 } } }]),
        'LOGON_EXPECTED',
      ],
      ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'MALFORMED_MESSAGE'],
    ],
    size: async () => sessions.size,
  }
}

function saidBy({ body }: ServerMessage): Said {
  switch (body?.$case) {
    case 'decision':
      return { word: (WORDS.get(body.value.outcome) ?? '').replace('OUTCOME_', '') }
    case 'cancel':
      return { word: 'PASS' }
    case 'refused': {
      const { code, field, text, retryAfterMs } = body.value
      return { word: code, field, text, retryAfterMs }
    }
    default:
      return { word: body?.$case ?? 'nothing' }
  }
}

function dial(host: string, port: number): Promise<Socket> {
  return new Promise((settle, fail) => {
    const socket = connect({ host, port, noDelay: true, allowHalfOpen: true })
    socket.once('error', fail).once('connect', () => {
      socket.off('error', fail)
      // How a connection ends is what a test looks at.
      socket.on('error', () => {})
      settle(socket)
    })
  })
}
