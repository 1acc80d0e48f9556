/** Where the spans of traced commands go: to the collector that the environment names, or nowhere, and then nothing of it is loaded. */
import type { SpanSink } from '../gateway/observe/trace.ts'
import { packageVersion } from './gate-facts.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** @param environment OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT says where; OTEL_SERVICE_NAME who */
export async function spanExport(environment: Environment): Promise<{ readonly spans?: SpanSink }> {
  const isAsked = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some(
    (name) => (environment[name] ?? '') !== '',
  )
  if (!isAsked || environment.OTEL_SDK_DISABLED === 'true') return {}
  const { otlpSpans } = await import('../gateway/observe/otlp-spans.ts')
  const service = environment.OTEL_SERVICE_NAME || 'portcullis'
  return { spans: otlpSpans({ service, version: packageVersion() }) }
}
