/** What every wire of one gate shares. */
import type { Alerts } from './alerts/alerts.ts'
import type { OrderDecisions } from './answers/order-decisions.ts'
import type { Callers } from './callers.ts'
import type { CancelDelivery } from './cancel-delivery.ts'
import type { Gate } from './gate.ts'
import type { Logger } from './logger.ts'
import type { Observing } from './observe/observing.ts'
import type { RateLimits } from './ratelimit/rate-limits.ts'
import type { Health } from './readiness.ts'

export interface GatewayServices extends Observing {
  readonly gate: Gate
  readonly callers: Callers
  /** Asked for every message before it is sequenced. */
  readonly rates: RateLimits
  readonly decisions: OrderDecisions
  readonly delivery: CancelDelivery
  readonly alerts: Alerts
  readonly health: Health
  readonly logger: Logger
  /** Keeps a cancel that passed while the journal was down. */
  readonly spillCancel: (session: string, owner: string, origClOrdID: string, clOrdID: string) => void
}
