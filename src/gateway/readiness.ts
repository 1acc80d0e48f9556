/** Whether the gate decides orders: what every wire says of its health. */
import type { Gate } from './gate.ts'

export type Readiness = 'ready' | 'starting' | 'journal down' | 'disk full'

export function readinessOf(gate: Gate): Readiness {
  if (gate.isDown) return 'journal down'
  // Before its genesis record the gate decides nothing.
  if (gate.directory.tradeDate === 0) return 'starting'
  return gate.diskRoom === 'full' ? 'disk full' : 'ready'
}
