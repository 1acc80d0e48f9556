/**
 * The wires of one gate as tests see them: each logs a client on, sends one command at a time and says what came of it in the
 * same words. A test that goes over this table holds for every wire, and for one that is added by its row.
 */
import { connect, type Socket } from 'node:net'
import type { Delays } from '../gateway/delays.ts'
import { frameOf } from '../gateway/session/frames.ts'
import { type LeanListener, listenLean } from '../gateway/session/lean-listener.ts'
import { Sessions } from '../gateway/session/sessions.ts'
import { Outcome } from '../wire/portcullis/v1/decisions.gen.ts'
import { OrderSessionRequest } from '../wire/portcullis/v1/gate_service.gen.ts'
import type { ServerMessage } from '../wire/portcullis/v1/session.gen.ts'
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
  /** Bytes that begin a message and do not end it. */
  readonly unfinished: Buffer
  /** Bytes that are an order of a client, as they go over a new connection: what comes before, and the order. */
  orderBytes(client: string, clOrdID: string): Buffer
}

export interface Wires {
  readonly all: readonly Wire[]
  close(): Promise<void>
}

/** Opens what a {@link RestGate} does not serve by itself. */
export async function openWires(gate: RestGate, delays: Delays): Promise<Wires> {
  const sessions = new Sessions(gate.server.services, delays)
  gate.listeners.push((block) => sessions.published(block))
  const lean = await listenLean(sessions, { port: 0, host: '127.0.0.1' })
  return {
    all: [restWire(gate), leanWire(gate, lean)],
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
    unfinished: Buffer.from('POST /orders HTTP/1.1\r\nhost: a\r\ncontent-length: 99999\r\n\r\n{"clOrdID":'),
    orderBytes: (client, clOrdID) => {
      const body = JSON.stringify({ ...GOOD_ORDER, clOrdID })
      const head = `POST /orders HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${gate.tokens.get(client)}\r\n`
      const type = `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
      return Buffer.from(head + type + body)
    },
  }
}

function leanWire(gate: RestGate, { address }: LeanListener): Wire {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? []
  const token = (client: string) => gate.tokens.get(client) as string
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
    unfinished: Buffer.from([0xff, 0xff, 0, 0, 0x0a]),
    orderBytes: (client, clOrdID) => {
      const logon = { version: 1, accessToken: token(client), epoch: 0, lastSeenSeq: 0, heartbeatMs: 60_000, window: 0 }
      const messages = [
        { seq: 0, body: { $case: 'logon' as const, value: { ...logon, cancelOnDisconnect: false } } },
        { seq: 1, body: { $case: 'newOrder' as const, value: { ...GOOD_ORDER, clOrdID } } },
      ]
      return frameOf(OrderSessionRequest.encode({ messages }).finish())
    },
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
