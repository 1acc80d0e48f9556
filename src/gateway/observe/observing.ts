/** What every wire tells of what it does: numbers, and traces of those who ask for them. */
import type { Metrics } from '../metrics.ts'
import type { Traces } from './trace.ts'

export interface Observing {
  readonly metrics: Metrics
  readonly traces: Traces
}
