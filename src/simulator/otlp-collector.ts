/** A collector of OpenTelemetry traces over OTLP/HTTP with JSON, on a socket of its own: reads what comes strictly, and keeps it. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LooseJson } from './loose-json.ts'

export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly traceState: string
  readonly name: string
  readonly startNs: bigint
  readonly endNs: bigint
  readonly error: string
  readonly attributes: Readonly<Record<string, string | number>>
  readonly service: string
}

export class OtlpCollector {
  readonly spans: CollectedSpan[] = []
  readonly headers: IncomingHttpHeaders[] = []
  readonly #server: Server
  url = ''

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(): Promise<OtlpCollector> {
    const server = createServer((request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece))
      request.on('end', () => {
        collector.headers.push(request.headers)
        collector.#take(`${request.method} ${request.url}`, Buffer.concat(pieces).toString('utf8'))
        response.setHeader('content-type', 'application/json').end('{}')
      })
    })
    const collector = new OtlpCollector(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    collector.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return collector
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #take(request: string, body: string): void {
    assert.equal(request, 'POST /v1/traces')
    const { resourceSpans } = JSON.parse(body) as LooseJson
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = String(attributesOf(resource.attributes)['service.name'])
      for (const { spans } of scopeSpans) for (const span of spans) this.spans.push(spanOf(span, service))
    }
  }
}

function spanOf(span: LooseJson, service: string): CollectedSpan {
  assert.match(span.traceId, /^[0-9a-f]{32}$/)
  assert.match(span.spanId, /^[0-9a-f]{16}$/)
  return {
    ...{ traceId: span.traceId, spanId: span.spanId, parentSpanId: span.parentSpanId ?? '', name: span.name, service },
    traceState: span.traceState ?? '',
    startNs: BigInt(span.startTimeUnixNano),
    endNs: BigInt(span.endTimeUnixNano),
    error: span.status?.code === 2 ? (span.status.message ?? '') : '',
    attributes: attributesOf(span.attributes ?? []),
  }
}

function attributesOf(list: LooseJson): Record<string, string | number> {
  return Object.fromEntries(
    list.map(({ key, value }: LooseJson) => [key, value.stringValue ?? Number(value.intValue ?? value.doubleValue)]),
  )
}
