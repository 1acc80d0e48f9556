/**
 * Health, metrics and the document itself: open to everyone who reaches the port, and so of the gate as a whole, never of
 * a client, an account or an order.
 */

import type { UnknownOrdersView } from '../../model/engine-port.ts'
import { formatTimeUs } from '../../model/parse/timestamps.ts'
import type { Gate } from '../gate.ts'
import type { Metrics } from '../metrics.ts'
import { readinessOf } from '../readiness.ts'
import { profileTail } from './decision-json.ts'
import type { Route } from './route.ts'

export interface HealthServices {
  readonly gate: Gate
  readonly metrics: Metrics
  readonly state: { readonly closing: boolean }
  /** The OpenAPI document. */
  readonly document: () => object
}

const NOT_READY = 503
/** How long a count of the orders of unknown fate is good. */
const COUNTED_US = 1_000_000

export function healthRoutes({ gate, metrics, state, document }: HealthServices): readonly Route[] {
  const open = (row: Pick<Route, 'url' | 'summary' | 'description' | 'answer' | 'handle'>): Route => ({
    ...row,
    method: 'GET',
    duties: [],
    tag: 'Operation',
    answerDescription: row.summary,
    sequenced: false,
  })
  let served: string | undefined
  const unknown = unknownCounter(gate)
  return [
    open({
      url: '/healthz',
      summary: 'The process answers',
      description: 'Public. Says nothing of whether orders are decided: see /readyz.',
      answer: 'Health',
      handle: (exchange) => exchange.send(200, '{"status":"alive"}'),
    }),
    open({
      url: '/readyz',
      summary: 'The gate decides orders',
      description: 'Public. 503 with the same body while it starts, stops, or takes no orders for its journal.',
      answer: 'Health',
      handle: (exchange) => {
        const status = state.closing ? 'stopping' : readinessOf(gate)
        const body = JSON.stringify({
          status,
          disk: gate.diskRoom,
          firm: gate.directory.firm,
          tradeDate: gate.directory.tradeDate,
          seq: gate.view.seq,
          durableSeq: gate.durableSeq,
          time: formatTimeUs(gate.view.timeUs),
          openOrders: gate.view.openOrders,
        })
        exchange.send(status === 'ready' ? 200 : NOT_READY, `${body.slice(0, -1)}${profileTail(gate)}}`)
      },
    }),
    open({
      url: '/metrics',
      summary: 'Counts and latencies',
      description: 'Public. Prometheus text format; counts by closed sets, no names.',
      answer: 'Text',
      handle: (exchange) => {
        const text = metrics.text({
          seq: gate.view.seq,
          durable_seq: gate.durableSeq,
          open_orders: gate.view.openOrders,
          ...unknownGauges(gate, unknown()),
          journal_down: gate.isDown ? 1 : 0,
          journal_disk_low: gate.diskRoom === 'enough' ? 0 : 1,
          journal_disk_full: gate.diskRoom === 'full' ? 1 : 0,
        })
        exchange.sendPlain('text/plain; version=0.0.4; charset=utf-8', text)
      },
    }),
    open({
      url: '/openapi.json',
      summary: 'This document',
      description: 'Public. OpenAPI 3.1, made from the same tables that the gate checks requests by.',
      answer: 'Document',
      handle: (exchange) => {
        const { profile, tradeDate } = gate.directory
        const text = served ?? JSON.stringify(profile === 'demo' ? ofDemo(document()) : document())
        // Which profile it is stands in the genesis record.
        if (tradeDate > 0) served = text
        exchange.send(200, text)
      },
    }),
  ]
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

function unknownGauges({ view }: Gate, { count, oldestUs }: UnknownOrdersView) {
  const seconds = count === 0 ? 0 : (view.timeUs - oldestUs) / 1e6
  return { unknown_orders: count, unknown_orders_oldest_seconds: seconds }
}

/** The document of a demo says so in its title. */
function ofDemo(document: object): object {
  const { info } = document as { readonly info: { readonly title: string } }
  return { ...document, info: { ...info, title: `${info.title} (DEMO)` } }
}
