/**
 * Traces over every wire: the gate's answer names its span in the client's trace, and a collector gets the steps of an order with its sequence number, where
 * the client samples and somebody collects; else nothing is made and nothing is loaded.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { bearer, CHECK_ORDER, GrpcSession, ORDER_SESSION } from '../../simulator/grpc-client.ts'
import { GrpcGate } from '../../simulator/grpc-gate.ts'
import { OtlpCollector } from '../../simulator/otlp-collector.ts'
import { GOOD_ORDER } from '../../simulator/small-firm.ts'
import { CheckOrderRequest } from '../../wire/portcullis/v1/gate_service.gen.ts'
import { otlpSpans } from './otlp-spans.ts'
import type { SpanSink } from './trace.ts'

const PARENT = '00f067aa0ba902b7'
const STEPS = ['gateway receive', 'sequencer wait', 'decide', 'journal', 'answer']
const ORDERS = ['POST /orders', 'portcullis.v1.GateService/CheckOrder', 'OrderSession command']
let traces = 0
const traceOf = () => `4bf92f3577b34da6a3ce929d0e0e${String(++traces).padStart(4, '0')}`
const parentOf = (trace: string, flags = '01') => `00-${trace}-${PARENT}-${flags}`

describe('traces', () => {
  let collector: OtlpCollector
  let world: GrpcGate
  let spans: SpanSink
  let elapsedUs = 1
  let ids = 0
  before(async () => {
    collector = await OtlpCollector.start()
    spans = otlpSpans({ service: 'gate-7', version: '1', url: `${collector.url}/v1/traces`, delayMs: 60_000 })
    // Each look at the clock is a millisecond after the one before it.
    world = await GrpcGate.start({ spans, elapsedUs: () => (elapsedUs += 1_000) })
  })
  after(async () => {
    await world.close()
    await collector.close()
  })

  const order = (change: object = {}) => ({ ...GOOD_ORDER, orderQty: '100', clOrdID: `T-${++ids}`, ...change })
  const place = (headers: object, body: object = order()) => world.gate.send('ems-1', 'POST', '/orders', body, headers)

  test('over REST the answer names the gate in the trace, and what is none is passed over', async () => {
    const trace = traceOf()
    const answer = await place({ traceparent: parentOf(trace) })
    assert.match(answer.headers.get('traceresponse') ?? '', new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`))
    const unsampled = await place({ traceparent: parentOf(trace, '00') })
    assert.match(unsampled.headers.get('traceresponse') ?? '', /-00$/, 'the gate records nothing of it')
    for (const bad of ['', 'x', parentOf('0'.repeat(32)), `${parentOf(trace)},${parentOf(trace)}`]) {
      const passed = await place({ traceparent: bad })
      assert.deepEqual([passed.body.outcome, passed.headers.get('traceresponse')], ['APPROVED', null], bad)
    }
    assert.equal((await place({})).headers.get('traceresponse'), null)
  })

  test('over gRPC the trailers say the same, also of a refusal', async () => {
    const trace = traceOf()
    const request = Buffer.from(CheckOrderRequest.encode({ order: world.order() }).finish())
    const metadata = bearer(world.token('ems-1'))
    metadata.set('traceparent', parentOf(trace))
    const refused = bearer('no token')
    refused.set('traceparent', parentOf(trace))
    const call = await new Promise<string>((settle) => {
      const { client } = world.channel()
      const asIs = (bytes: Buffer) => bytes
      client
        .makeUnaryRequest(CHECK_ORDER, asIs, asIs, request, metadata, () => {})
        .on('status', (status) => settle(String(status.metadata.get('traceresponse'))))
    })
    assert.match(call, new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`))
    const { metadata: trailers } = await world.channel().refusal(CHECK_ORDER, request, refused)
    assert.match(String(trailers.get('traceresponse')), new RegExp(`^00-${trace}-`))
  })

  test('a collector gets the steps of each order, one behind the other, with its number', async () => {
    const [rest, grpc, session, refused, silent] = [traceOf(), traceOf(), traceOf(), traceOf(), traceOf()]
    const answer = await place({ traceparent: parentOf(rest), tracestate: 'vendor=1' })
    await place({ traceparent: parentOf(silent, '00') })
    await place({ traceparent: parentOf(refused) }, order({ orderQty: 'many' }))
    const metadata = bearer(world.token('ems-1'))
    metadata.set('traceparent', parentOf(grpc))
    const request = Buffer.from(CheckOrderRequest.encode({ order: world.order() }).finish())
    await world.channel().unary(CHECK_ORDER, request, metadata)
    const call = bearer(world.token('ems-1'))
    call.set('traceparent', parentOf(session))
    const client = new GrpcSession(world.channel().stream(ORDER_SESSION, call))
    await client.logOn('')
    const { seq } = (await client.ask('decision', { $case: 'newOrder', value: world.order() })).value
    client.close()
    await spans.close()

    const of = (trace: string) => collector.spans.filter(({ traceId }) => traceId === trace)
    const numbers = [answer.body.seq, undefined, seq]
    for (const [at, trace] of [rest, grpc, session].entries()) {
      const found = of(trace)
      const root = found.find(({ parentSpanId }) => parentSpanId === PARENT)
      assert.ok(root !== undefined, `${found.length} spans, none below the client's`)
      assert.deepEqual([root.name, root.service], [ORDERS[at], 'gate-7'])
      const steps = found.filter(({ parentSpanId }) => parentSpanId === root.spanId)
      assert.deepEqual([steps.length, found.length], [STEPS.length, STEPS.length + 1])
      const inTime = steps.sort((a, b) => Number(a.startNs - b.startNs))
      assert.deepEqual(
        inTime.map(({ name }) => name),
        STEPS,
      )
      for (const [step, { startNs, endNs, attributes }] of inTime.entries()) {
        assert.ok(startNs < endNs && (step === 0 || startNs === inTime[step - 1]?.endNs), `${STEPS[step]} follows`)
        assert.equal(attributes['portcullis.seq'], root.attributes['portcullis.seq'])
      }
      assert.deepEqual([root.startNs, root.endNs], [inTime[0]?.startNs, inTime.at(-1)?.endNs])
      if (numbers[at] !== undefined) assert.equal(root.attributes['portcullis.seq'], Number(numbers[at]))
    }
    const [root] = of(rest).filter(({ parentSpanId }) => parentSpanId === PARENT)
    assert.equal(
      answer.headers.get('traceresponse'),
      `00-${rest}-${root?.spanId}-01`,
      'the span that the client was told',
    )
    assert.equal(root?.traceState, 'vendor=1')
    assert.deepEqual(of(silent), [], 'who does not sample is not recorded')
    assert.ok(of(refused).some(({ error }) => error === 'NOT_A_DECIMAL'))
    assert.equal(collector.headers[0]?.['content-type'], 'application/json')
  })
})

test('where nobody collects no span is made, and the context is answered all the same', async () => {
  const world = await GrpcGate.start()
  const trace = traceOf()
  const answer = await world.gate.send('ems-1', 'GET', '/healthz', undefined, { traceparent: parentOf(trace) })
  assert.match(answer.headers.get('traceresponse') ?? '', new RegExp(`^00-${trace}-[0-9a-f]{16}-00$`))
  const { traces: made } = world.gate.server.services
  const context = { traceId: trace, parentId: PARENT, isSampled: true, state: '' }
  assert.equal(made.recorded(context, 'session', 'x', 1), undefined)
  await world.close()
})

test('nothing of OpenTelemetry is loaded unless an endpoint is configured', async () => {
  const cli = fileURLToPath(new URL('../../cli/', import.meta.url))
  const program = `
    const { spanExport } = await import('${cli}span-export.js')
    await import('${cli}open-gate.js')
    const { spans } = await spanExport(process.env)
    const { createRequire } = await import('node:module')
    console.log(spans !== undefined, Object.keys(createRequire('${cli}x.js').cache).some((path) => path.includes('opentelemetry')))
    await spans?.close()`
  const loaded = async (environment: object) => {
    const args = ['--input-type=module', '-e', program]
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: { PATH: '', ...environment } })
    return stdout.trim()
  }
  assert.equal(await loaded({}), 'false false')
  assert.equal(await loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }), 'true true')
  assert.equal(
    await loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' }),
    'false false',
  )
})
