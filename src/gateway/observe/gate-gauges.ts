/** What is read of the gate and of its process when somebody asks for the metrics: anybody may, so nothing of it is dear. */
import type { UnknownOrdersView } from '../../model/engine-port.ts'
import { TRADING_STATES } from '../../model/vocabulary.ts'
import type { Gate } from '../gate.ts'
import type { Readings } from '../metrics.ts'
import type { Health } from '../readiness.ts'
import { label } from './metric-table.ts'

const SECOND_US = 1_000_000
/** How long a count that walks over all orders is good. */
const COUNTED_US = 1_000_000
const STARTED_SECONDS = performance.timeOrigin / 1_000

export function gateGauges(gate: Gate, health: Health): () => Readings {
  const unknown = unknownCounter(gate)
  return () => {
    const { view, pulse, diskRoom } = gate
    const { count, oldestUs } = unknown()
    return {
      ready: health.readiness === 'ready' ? 1 : 0,
      loop_beat_age_seconds: pulse.beatAgeUs / SECOND_US,
      queue_commands: pulse.waiting,
      queue_oldest_seconds: pulse.oldestUs / SECOND_US,
      queue_bytes: pulse.bytes,
      seq: view.seq,
      durable_seq: gate.durableSeq,
      open_orders: view.openOrders,
      unknown_orders: count,
      unknown_orders_oldest_seconds: count === 0 ? 0 : (view.timeUs - oldestUs) / SECOND_US,
      latches: latchesByState(gate),
      journal_down: gate.isDown ? 1 : 0,
      journal_disk_low: diskRoom === 'enough' ? 0 : 1,
      journal_disk_full: diskRoom === 'full' ? 1 : 0,
      memory_bytes: Object.entries(process.memoryUsage()).map(([kind, bytes]) => [label('kind', kind), bytes]),
      process_start_time_seconds: STARTED_SECONDS,
    }
  }
}

function latchesByState({ view }: Gate): readonly (readonly [string, number])[] {
  const counts = TRADING_STATES.map(() => 0)
  for (const { state } of view.latches()) counts[state] = (counts[state] ?? 0) + 1
  // The first state is that of a scope without a latch.
  return TRADING_STATES.slice(1).map((word, at) => [label('state', word), counts[at + 1] as number])
}

/** Anybody may ask, and to count is a walk over all orders: one a second of the gate's time. */
function unknownCounter({ view }: Gate): () => UnknownOrdersView {
  let counted: { readonly timeUs: number; readonly found: UnknownOrdersView } | undefined
  return () => {
    if (counted === undefined || view.timeUs - counted.timeUs >= COUNTED_US) {
      counted = { timeUs: view.timeUs, found: view.unknownOrders(0, -1) }
    }
    return counted.found
  }
}
