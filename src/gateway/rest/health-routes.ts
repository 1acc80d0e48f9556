/**
 * Health, metrics and the document itself: open to everyone who reaches the port, and so of the gate as a whole, never of
 * a client, an account or an order.
 */

import { formatTimeUs } from '../../model/parse/timestamps.ts'
import type { Gate } from '../gate.ts'
import type { Metrics } from '../metrics.ts'
import { gateGauges } from '../observe/gate-gauges.ts'
import type { Health } from '../readiness.ts'
import { profileTail } from './decision-json.ts'
import type { Route } from './route.ts'

export interface HealthServices {
  readonly gate: Gate
  readonly metrics: Metrics
  readonly health: Health
  /** The OpenAPI document. */
  readonly document: () => object
}

const NOT_READY = 503

export function healthRoutes({ gate, metrics, health, document }: HealthServices): readonly Route[] {
  const open = (row: Pick<Route, 'url' | 'summary' | 'description' | 'answer' | 'handle'>): Route => ({
    ...row,
    method: 'GET',
    duties: [],
    tag: 'Operation',
    answerDescription: row.summary,
    sequenced: false,
  })
  let served: string | undefined
  metrics.gauges(gateGauges(gate, health))
  return [
    open({
      url: '/healthz',
      summary: 'The process answers',
      description: 'Public. Says nothing of whether orders are decided: see /readyz.',
      answer: 'Health',
      handle: (exchange) => exchange.send(200, '{"status":"alive"}'),
    }),
    open({
      url: '/livez',
      summary: 'The decision loop turns',
      description:
        'Public. 503 where no block was durable for ten seconds, or the journal is down: only a new start helps. A tick goes through engine and journal ten times a second.',
      answer: 'Health',
      handle: (exchange) => {
        const status = health.liveness
        const { beatAgeUs } = gate.pulse
        exchange.send(status === 'alive' ? 200 : NOT_READY, JSON.stringify({ status, beatAgeUs }))
      },
    }),
    open({
      url: '/readyz',
      summary: 'The gate decides orders',
      description:
        'Public. 503 with the same body while it starts, stops, or takes no orders for its journal, its disk, its keys or a loop that does not turn; `checks` names each.',
      answer: 'Health',
      handle: (exchange) => {
        const status = health.readiness
        const body = JSON.stringify({
          status,
          checks: health.checks,
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
        exchange.sendPlain('text/plain; version=0.0.4; charset=utf-8', metrics.text())
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

/** The document of a demo says so in its title. */
function ofDemo(document: object): object {
  const { info } = document as { readonly info: { readonly title: string } }
  return { ...document, info: { ...info, title: `${info.title} (DEMO)` } }
}
