/** Two hundred orders over every wire, each wire on a gate of its own: the same decisions, or the same errors. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServiceError } from '@grpc/grpc-js'
import { bearer, CHECK_ORDER } from '../simulator/grpc-client.ts'
import { GrpcGate } from '../simulator/grpc-gate.ts'
import { LeanClient } from '../simulator/lean-client.ts'
import { type Fields, ORDER_TABLE } from '../simulator/order-table.ts'
import type { SessionClient } from '../simulator/session-client.ts'
import { fieldNumbers } from '../wire/contract.ts'
import { type Decision, Outcome } from '../wire/portcullis/v1/decisions.gen.ts'
import { CheckOrderResponse } from '../wire/portcullis/v1/gate_service.gen.ts'
import { CODE_TRAILER, FIELD_TRAILER } from './grpc/call-status.ts'

const CLIENT = 'ems-1'
/** A field that no message has. */
const UNKNOWN_NUMBER = 999
const NUMBERS = fieldNumbers('NewOrderSingle')
const NEW_ORDER = fieldNumbers('ClientMessage').get('newOrder') as number

/** What came of an order, in words that every wire has. */
interface Came {
  readonly error?: string
  readonly field?: string
  readonly decision?: object
}

type Wire = (world: GrpcGate) => Promise<(order: Fields) => Promise<Came>>

const WIRES: Readonly<Record<string, Wire>> = {
  REST: async (world) => async (order) => {
    // As text, because a field may stand twice.
    const text = `{${order.map((field) => field.map((word) => JSON.stringify(word)).join(':')).join()}}`
    const { status, body } = await world.gate.send(CLIENT, 'POST', '/orders', text)
    return status === 200 ? { decision: ofJson(body) } : { error: body.error.code, field: body.error.field ?? '' }
  },
  'lean session': async (world) => {
    const client = await LeanClient.connect(world.lean.address)
    await client.logOn(world.token(CLIENT))
    return bySession(client, (request) => client.sendBytes(request))
  },
  'gRPC session': async (world) => {
    const client = await world.session(CLIENT)
    return bySession(client, (request) => client.sendBytes(request))
  },
  'gRPC check': async (world) => {
    const channel = world.channel()
    return async (order) => {
      try {
        const answer = await channel.unary(CHECK_ORDER, nested(1, messageOf(order)), bearer(world.token(CLIENT)))
        return { decision: ofMessage(CheckOrderResponse.decode(answer).decision as Decision) }
      } catch (error) {
        const { metadata } = error as ServiceError
        return { error: String(metadata.get(CODE_TRAILER)[0]), field: String(metadata.get(FIELD_TRAILER)[0] ?? '') }
      }
    }
  },
}

function bySession(client: SessionClient, send: (request: Buffer) => void): (order: Fields) => Promise<Came> {
  return async (order) => {
    const seq = ++client.seq
    send(nested(1, Buffer.concat([Buffer.from([8, ...varint(seq)]), nested(NEW_ORDER, messageOf(order))])))
    const { body } = await client.answerTo(seq)
    if (body?.$case === 'refused') return { error: body.value.code, field: body.value.field }
    assert.ok(body?.$case === 'decision', body?.$case)
    return { decision: ofMessage(body.value) }
  }
}

/** A NewOrderSingle, field by field. */
function messageOf(order: Fields): Buffer {
  return Buffer.concat(order.map(([name, text]) => nested(NUMBERS.get(name) ?? UNKNOWN_NUMBER, Buffer.from(text))))
}

/** A field of bytes: tag, length, bytes. */
function nested(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(varint(number * 8 + 2)), Buffer.from(varint(bytes.length)), bytes])
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]
}

const OUTCOMES = new Map(Object.entries(Outcome).map(([name, number]) => [number, name.replace('OUTCOME_', '')]))

type Json = Record<string, unknown>

function ofJson(body: Json): object {
  const { outcome, duplicate, seq, orderID, protectionPx, reason, failed, breaches, qtyPassing } = body
  const { rowsEvaluated, openValue, versions } = (body.decision ?? {}) as Json
  return {
    ...{ outcome, duplicate, seq, orderID, protectionPx, qtyPassing, rowsEvaluated, openValue, versions },
    failed: failed ?? [],
    reason: (reason as Json | undefined)?.code,
    breaches: ((breaches ?? []) as Json[]).map(({ id, limit, before, after }) => ({ id, limit, before, after })),
    order: body.order,
  }
}

function ofMessage(said: Decision): object {
  const { duplicate, seq, orderID, protectionPx, qtyPassing, openValue, rowsEvaluated, versions, failed } = said
  return {
    ...{ outcome: OUTCOMES.get(said.outcome), duplicate, seq, orderID, protectionPx, qtyPassing },
    ...{ rowsEvaluated: said.versions === undefined ? undefined : rowsEvaluated, openValue, versions, failed },
    reason: said.reason?.code,
    breaches: said.breaches.map(({ id, limit, before, after }) => ({ id, limit, before, after })),
    order: said.order,
  }
}

/** Without what is not there. A field that is none has a name in JSON and a number in Protobuf. */
function plain({ field, ...came }: Came): Json {
  return JSON.parse(JSON.stringify(came.error === 'UNKNOWN_FIELD' ? came : { ...came, field })) as Json
}

async function playAll(wire: Wire): Promise<Json[]> {
  const world = await GrpcGate.start()
  try {
    const send = await wire(world)
    const all: Json[] = []
    for (const order of ORDER_TABLE) all.push(plain(await send(order)))
    return all
  } finally {
    await world.close()
  }
}

test('two hundred orders are decided, or refused as none, alike on every wire', async (t) => {
  const [rest = [], ...others] = await Promise.all(Object.values(WIRES).map(playAll))
  const names = Object.keys(WIRES).slice(1)
  others.forEach((came, wire) => {
    ORDER_TABLE.forEach((order, place) => {
      const words = `order ${place} over ${names[wire]}: ${JSON.stringify(order).slice(0, 300)}`
      assert.deepEqual(came[place], rest[place], words)
    })
  })
  const outcomes = rest.map(({ decision, error }) => (error as string) ?? (decision as Json).outcome)
  const count = (word: string) => outcomes.filter((outcome) => outcome === word).length
  const errors = outcomes.length - count('APPROVED') - count('REJECTED')
  t.diagnostic(
    `${count('APPROVED')} approved, ${count('REJECTED')} rejected, ${errors} no orders: ${[...new Set(outcomes)].join(' ')}`,
  )
  assert.equal(outcomes.length, 200)
  assert.ok(count('APPROVED') >= 10 && count('REJECTED') >= 40 && errors >= 40)
})
