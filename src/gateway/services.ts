/** What every wire of one gate shares. */
import type { OrderDecisions } from './answers/order-decisions.ts'
import type { Callers } from './callers.ts'
import type { CancelDelivery } from './cancel-delivery.ts'
import type { Gate } from './gate.ts'
import type { Metrics } from './metrics.ts'
import type { Health } from './readiness.ts'

export interface GatewayServices {
  readonly gate: Gate
  readonly callers: Callers
  readonly decisions: OrderDecisions
  readonly delivery: CancelDelivery
  readonly metrics: Metrics
  readonly health: Health
  /** Keeps a cancel that passed while the journal was down. */
  readonly spillCancel: (session: string, owner: string, origClOrdID: string, clOrdID: string) => void
}
