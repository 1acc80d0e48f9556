/**
 * Another gRPC stack, with no code of ours: it asks reflection what is served, makes messages of the descriptors that it is told, and
 * trades by them, unary and in a session.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  create,
  createFileRegistry,
  type DescMessage,
  type DescService,
  fromBinary,
  fromJson,
  type JsonValue,
  type Message,
} from '@bufbuild/protobuf'
import { type FileDescriptorProto, FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect'
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node'
import { GrpcGate } from '../../simulator/grpc-gate.ts'
import { contractFiles } from '../../wire/contract.ts'

/** A message of a type that is known at run time alone. */
type Loose = Message & Record<string, unknown>
type Unary = (request: object, options?: object) => Promise<Loose>
type Streaming = (requests: AsyncIterable<object>, options?: object) => AsyncIterable<Loose>

const SERVICES = ['grpc.health.v1.Health', 'grpc.reflection.v1.ServerReflection', 'portcullis.v1.GateService']

describe('a client of another stack, from reflection alone', () => {
  let world: GrpcGate
  let connection: Http2SessionManager
  let transport: Transport

  before(async () => {
    world = await GrpcGate.start()
    const baseUrl = `http://${world.grpc.address}`
    connection = new Http2SessionManager(baseUrl)
    transport = createGrpcTransport({ baseUrl, sessionManager: connection })
  })
  after(async () => {
    connection.abort()
    await world.close()
  })

  const methodsOf = (service: DescService) =>
    createClient(service, transport) as unknown as Readonly<Record<string, Unary & Streaming>>
  const headers = () => ({ headers: { authorization: `Bearer ${world.token('ems-1')}` } })

  /** Asks reflection, as a tool does that brings its own descriptor of it. */
  async function ask(...requests: readonly object[]): Promise<readonly Loose[]> {
    const own = createFileRegistry(set(contractFiles().filter(({ package: name }) => name === 'grpc.reflection.v1')))
    const { serverReflectionInfo } = methodsOf(own.getService('grpc.reflection.v1.ServerReflection') as DescService)
    const told: Loose[] = []
    for await (const response of (serverReflectionInfo as Streaming)(each(requests))) told.push(response)
    return told
  }

  const caseOf = (response: Loose | undefined) => response?.messageResponse as { case: string; value: Loose }

  /** The service, and its messages from JSON, in the names that JSON has for them. */
  async function gateService() {
    const [response] = await ask({
      messageRequest: { case: 'fileContainingSymbol', value: 'portcullis.v1.GateService' },
    })
    const files = (caseOf(response).value.fileDescriptorProto as Uint8Array[]).map((bytes) =>
      fromBinary(FileDescriptorProtoSchema, bytes),
    )
    const registry = createFileRegistry(set(files.reverse()))
    const message = (name: string, json: JsonValue) =>
      fromJson(registry.getMessage(`portcullis.v1.${name}`) as DescMessage, json)
    const { checkOrder, orderSession } = methodsOf(registry.getService('portcullis.v1.GateService') as DescService)
    return { checkOrder: checkOrder as Unary, orderSession: orderSession as Streaming, message }
  }

  test('reflection lists the services, and gives each file once with what it needs', async () => {
    const [listed, byName, method, none, extension, extensions] = await ask(
      { messageRequest: { case: 'listServices', value: '' } },
      { messageRequest: { case: 'fileByFilename', value: 'portcullis/v1/session.proto' } },
      { messageRequest: { case: 'fileContainingSymbol', value: 'portcullis.v1.GateService.CheckOrder' } },
      { messageRequest: { case: 'fileContainingSymbol', value: 'portcullis.v1.None' } },
      { messageRequest: { case: 'fileContainingExtension', value: { containingType: 'portcullis.v1.Alert' } } },
      { messageRequest: { case: 'allExtensionNumbersOfType', value: 'portcullis.v1.Alert' } },
    )
    const services = (caseOf(listed).value.service as Loose[]).map(({ name }) => name)
    assert.deepEqual(services, SERVICES)
    const names = (response: Loose | undefined) =>
      (caseOf(response).value.fileDescriptorProto as Uint8Array[]).map(
        (bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name,
      )
    assert.equal(names(byName)[0], 'portcullis/v1/session.proto')
    assert.deepEqual(
      names(method).sort(),
      ['decisions', 'gate_service', 'orders', 'session'].map((name) => `portcullis/v1/${name}.proto`),
    )
    for (const missing of [none, extension]) {
      assert.deepEqual([caseOf(missing).case, caseOf(missing).value.errorCode], ['errorResponse', Code.NotFound])
    }
    assert.deepEqual(caseOf(extensions).value.extensionNumber, [])
  })

  test('older tools ask v1alpha, and are told the same', async () => {
    const files = contractFiles().filter(({ package: name }) => name === 'grpc.reflection.v1')
    const alpha = files.map((file) => {
      const text = JSON.stringify(file, (_key, value) => (typeof value === 'bigint' ? Number(value) : value))
      const renamed = JSON.parse(text.replaceAll('grpc.reflection.v1', 'grpc.reflection.v1alpha'))
      return create(FileDescriptorProtoSchema, renamed)
    })
    const service = createFileRegistry(set(alpha)).getService('grpc.reflection.v1alpha.ServerReflection') as DescService
    const { serverReflectionInfo } = methodsOf(service)
    const request = { messageRequest: { case: 'listServices', value: '' } }
    for await (const response of (serverReflectionInfo as Streaming)(each([request]))) {
      assert.deepEqual((caseOf(response).value.service as Loose[]).length, SERVICES.length)
    }
  })

  test('a unary check by messages made at run time: the decision, and errors with code and field', async () => {
    const { checkOrder, message } = await gateService()
    const check = (change: object, options?: object) =>
      checkOrder(message('CheckOrderRequest', { order: world.order(change) }), options)
    const { decision } = await check({ price: '1668.10' }, headers())
    const { outcome, order, token } = decision as Record<string, unknown>
    assert.equal(outcome, 1)
    assert.equal((order as Record<string, unknown>).price, '1668.1')
    assert.match(token as string, /^pa1\./)
    const wrong = await check({ price: '1e3' }, headers()).catch(ConnectError.from)
    assert.ok(wrong instanceof ConnectError)
    assert.equal(wrong.code, Code.InvalidArgument)
    assert.deepEqual(
      [wrong.metadata.get('portcullis-code'), wrong.metadata.get('portcullis-field')],
      ['NOT_A_DECIMAL', 'price'],
    )
    await assert.rejects(check({}), { code: Code.Unauthenticated })
  })

  test('an order session by messages made at run time, in batches both ways', async () => {
    const { orderSession, message } = await gateService()
    const orders = ['1', '2', '3'].map((seq) => ({ seq, newOrder: world.order() }))
    const cancel = { seq: '4', cancel: { origClOrdID: 'none' } }
    const requests = [[{ logon: { version: 1 } }], [...orders, cancel]].map((messages) =>
      message('OrderSessionRequest', { messages }),
    )
    const told: string[] = []
    for await (const { messages } of orderSession(each(requests), headers())) {
      for (const { refSeq, body } of messages as { refSeq: bigint; body: { case: string } }[]) {
        told.push(`${refSeq} ${body.case}`)
      }
    }
    assert.deepEqual(told, ['0 loggedOn', '1 decision', '2 decision', '3 decision', '4 cancel', '0 logout'])
  })
})

function set(file: FileDescriptorProto[]) {
  return create(FileDescriptorSetSchema, { file })
}

async function* each<T>(values: readonly T[]): AsyncIterable<T> {
  yield* values
}
