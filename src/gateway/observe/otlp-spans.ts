/**
 * Spans of traced commands to an OpenTelemetry collector, over OTLP/HTTP with JSON. Loaded only where an endpoint is configured; the
 * exporter reads its address, headers and times from the OTEL_ variables (docs/reference/tracing.md).
 */
import {
  type Attributes,
  type Context,
  createTraceState,
  type HrTime,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace as traces,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AlwaysOnSampler, BatchSpanProcessor, RandomIdGenerator, TracerProvider } from '@opentelemetry/sdk-trace'
import type { SpanSink, Trace } from './trace.ts'

/** Spans that wait for the collector; what is over is dropped, and the gate does not wait. */
const QUEUE_MAX = 4_096
const BATCH_MAX = 512
/** How long an end waits for the collector. */
const CLOSE_MS = 2_000

export interface OtlpOptions {
  readonly service: string
  readonly version: string
  /** Of the collector, with its path; by the OTEL_ variables where it is left out. */
  readonly url?: string
  /** How long spans wait for others. */
  readonly delayMs?: number
}

/** Gives the next span the id that the client was told, and others one by chance. */
class GivenIds extends RandomIdGenerator {
  next = ''
  override generateSpanId = (): string => {
    const given = this.next
    this.next = ''
    return given === '' ? this.#random() : given
  }
  readonly #random = new RandomIdGenerator().generateSpanId
}

export function otlpSpans({ service, version, url, delayMs }: OtlpOptions): SpanSink {
  const ids = new GivenIds()
  const exporter = new OTLPTraceExporter(url === undefined ? {} : { url })
  const provider = new TracerProvider({
    // Who asked said what is sampled.
    sampler: new AlwaysOnSampler(),
    idGenerator: ids,
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': version }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: QUEUE_MAX,
        maxExportBatchSize: BATCH_MAX,
        ...(delayMs === undefined ? {} : { scheduledDelayMillis: delayMs }),
      }),
    ],
  })
  const tracer = provider.getTracer('portcullis', version)

  /** A span of which both ends are known. */
  function put(parent: Context, name: string, fromUs: number, toUs: number, attributes: Attributes): void {
    if (fromUs <= 0 || toUs < fromUs) return
    tracer.startSpan(name, { startTime: timeOf(fromUs), attributes }, parent).end(timeOf(toUs))
  }

  return {
    ended: (trace) => {
      const { context, seq, fault } = trace
      const attributes = { 'portcullis.wire': trace.wire, ...(seq === 0 ? {} : { 'portcullis.seq': seq }) }
      ids.next = trace.spanId
      const root = tracer.startSpan(
        trace.name,
        { kind: SpanKind.SERVER, startTime: timeOf(trace.startedUs), attributes },
        traces.setSpanContext(ROOT_CONTEXT, {
          traceId: context.traceId,
          spanId: context.parentId,
          traceFlags: TraceFlags.SAMPLED,
          isRemote: true,
          ...(context.state === '' ? {} : { traceState: createTraceState(context.state) }),
        }),
      )
      const inside = traces.setSpan(ROOT_CONTEXT, root)
      for (const [name, fromUs, toUs] of stepsOf(trace)) put(inside, name, fromUs, toUs, attributes)
      if (fault !== '') root.setStatus({ code: SpanStatusCode.ERROR, message: fault })
      root.end(timeOf(trace.endedUs))
    },
    close: async () => {
      let late: NodeJS.Timeout | undefined
      const waited = new Promise<void>((settle) => {
        late = setTimeout(settle, CLOSE_MS)
      })
      await Promise.race([provider.shutdown().catch(() => {}), waited])
      clearTimeout(late)
    },
  }
}

/** The steps between the times that were taken; what was not reached has none. */
function stepsOf(trace: Trace): readonly (readonly [string, number, number])[] {
  const { startedUs, submittedUs, turnUs, handedUs, durableUs, endedUs } = trace
  return [
    ['gateway receive', startedUs, submittedUs],
    ['sequencer wait', submittedUs, turnUs],
    ['decide', turnUs, handedUs],
    ['journal', handedUs, durableUs],
    ['answer', durableUs, endedUs],
  ]
}

/** Elapsed microseconds of this process as time since 1970. */
function timeOf(us: number): HrTime {
  const ms = performance.timeOrigin + us / 1_000
  const seconds = Math.floor(ms / 1_000)
  return [seconds, Math.round((ms - seconds * 1_000) * 1e6)]
}
