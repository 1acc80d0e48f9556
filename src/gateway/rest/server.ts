/**
 * The REST wire: the main listener with every route of the gate and its own OpenAPI document, and the control listener with
 * kill, release and their state alone. Wiring gives it a gate; everything else it holds itself.
 */

import type { FastifyInstance } from 'fastify'
import type { Auth } from '../../auth/open-auth.ts'
import type { Tape } from '../../model/records/tape.ts'
import type { Block } from '../../sequencer/ports.ts'
import type { ReplayClock } from '../../sequencer/replay-clock.ts'
import { Alerts } from '../alerts/alerts.ts'
import { OrderDecisions } from '../answers/order-decisions.ts'
import { Callers } from '../callers.ts'
import { carrierOf } from '../carriers.ts'
import { type Delays, systemDelays } from '../delays.ts'
import { Feed } from '../feed/feed.ts'
import { FeedAwareRequest, listenFeed } from '../feed/feed-listener.ts'
import type { Gate } from '../gate.ts'
import type { Logger } from '../logger.ts'
import { Metrics } from '../metrics.ts'
import { tellLatches } from '../observe/latch-log.ts'
import { label } from '../observe/metric-table.ts'
import { type SpanSink, Traces } from '../observe/trace.ts'
import { CONTROL_RATES, RATE_DEFAULTS, type RateSettings } from '../ratelimit/rate.ts'
import { RateLimits } from '../ratelimit/rate-limits.ts'
import { Health } from '../readiness.ts'
import type { GatewayServices } from '../services.ts'
import type { TlsFiles } from '../tls.ts'
import { Tries } from '../tries.ts'
import { Access } from './access.ts'
import { CancelRequestPolls } from './cancel-request-route.ts'
import { commandRoutes } from './command-routes.ts'
import { confirmationRoutes } from './confirmation-routes.ts'
import { CONTROL_PATHS, killPageRoute } from './control-routes.ts'
import { dayRoutes } from './day-routes.ts'
import { fateRoutes } from './fate-routes.ts'
import { feedRoute } from './feed-route.ts'
import { healthRoutes } from './health-routes.ts'
import { closeHttpApp, createHttpApp, mountRoutes, type Shortcut } from './http-app.ts'
import { intentRoutes } from './intent-routes.ts'
import { killRoutes } from './kill-routes.ts'
import { mountOauth } from './oauth-routes.ts'
import { orderBatchRoute } from './order-batch-route.ts'
import { OrderLane } from './order-lane.ts'
import { orderRoutes } from './order-routes.ts'
import { overrideRoutes } from './override-routes.ts'
import { proposalRoutes } from './proposal-routes.ts'
import { readRoutes } from './read-routes.ts'
import type { Route } from './route.ts'
import { Sequencing } from './sequencing.ts'
import { whatIfRoutes } from './what-if-routes.ts'

/** What says who asks. */
type RestAuth = Pick<Auth, 'issuer' | 'clients' | 'verifier' | 'approvalKeys' | 'deny' | 'revoked' | 'desk'>

export interface RestOptions extends RestAuth {
  readonly gate: Gate
  readonly logger?: Logger
  /** Moved by requests while a recorded day is played. */
  readonly replayClock?: ReplayClock
  /** How long polls wait, and what rates go by; the machine's time where not given. */
  readonly delays?: Delays
  /** HTTPS with this certificate; plain HTTP where it is left out. */
  readonly tls?: TlsFiles
  /** Origins of pages of other hosts that may read the live feed, as https://desk.example.com. */
  readonly feedOrigins?: readonly string[]
  /** How often clients and what their orders name may send; {@link RATE_DEFAULTS} where it is left out. */
  readonly rates?: RateSettings
  /** Keeps a cancel that passed while the journal was down. */
  readonly spillCancel?: (session: string, owner: string, origClOrdID: string, clOrdID: string) => void
  /** Which the sequencer tells too. */
  readonly metrics?: Metrics
  /** Where the spans of traced commands go. */
  readonly spans?: SpanSink
}

export interface RestServer {
  /** Told by the blocks that this server is told of. */
  readonly feed: Pick<Feed, 'size'>
  /** What the sessions share with this wire. */
  readonly services: GatewayServices
  readonly app: FastifyInstance
  /** What is not answered yet, on purpose. */
  readonly waiting: { readonly polls: number; readonly wrongTries: number }
  /** Starts to serve; returns the address, as http://127.0.0.1:8080. */
  listen(port: number, host: string): Promise<string>
  /** Starts the control listener; returns its address. */
  listenControl(port: number, host: string): Promise<string>
  /** To be told of every durable block: wakes long polls. */
  published(block: Pick<Block, 'tape' | 'start' | 'end'>): void
  /** To be told of every recovered entry: a repeat after a restart gets its first answer. */
  remember(tape: Tape, entryOffset: number, entryEnd: number): void
  /** To be told that nothing is decided any more: what waits for a held order is answered. */
  failed(): void
  /** Takes no more connections, answers what waits, and ends. */
  close(): Promise<void>
}

const NO_LOG: Logger = { info: () => {}, warn: () => {}, error: () => {} }

export async function createRestServer(options: RestOptions): Promise<RestServer> {
  const { gate, issuer, clients, verifier, deny, revoked, desk } = options
  const logger = options.logger ?? NO_LOG
  const metrics = options.metrics ?? new Metrics()
  const traces = new Traces(metrics.stages, options.spans)
  const seen = { metrics, traces }
  const delays = options.delays ?? systemDelays
  const shortcut: Shortcut = {}
  const listening = { tls: options.tls, isDemo: () => gate.directory.profile === 'demo', seen }
  const main = await createHttpApp({ ...listening, request: FeedAwareRequest }, shortcut)
  const control = await createHttpApp(listening)
  const health = new Health(gate, () => issuer.jwks.keys.length)
  let isClosing = false
  const tries = new Tries(delays)
  const callers = new Callers(gate, verifier)
  const ratesOf = (settings: RateSettings) =>
    new RateLimits({
      ...{ directory: gate.directory, view: gate.view, nowMs: () => delays.nowMs(), settings },
      onRefused: (scope) => metrics.count('rate_limited_total', label('scope', scope)),
    })
  const accessOf = ({ connections }: typeof main, rates: RateLimits) =>
    new Access({
      ...{ callers, metrics, tries, rates },
      isClosing: () => isClosing,
      onIdentified: (socket) => connections.identified(carrierOf(socket)),
    })
  const rates = ratesOf(options.rates ?? RATE_DEFAULTS)
  const access = accessOf(main, rates)
  // Who has used up its rate with orders can still look, and whoever may can still kill.
  const controlAccess = accessOf(control, ratesOf(CONTROL_RATES))
  const decisions = new OrderDecisions(gate, options.approvalKeys)
  const sequencing = new Sequencing(gate, metrics, options.replayClock)
  const feed = new Feed({ gate, callers, decisions, rates, metrics, health }, delays)
  const alerts = new Alerts(gate, delays)
  alerts.listen(feed)
  const polls = new CancelRequestPolls(gate, metrics, delays, (caller) => callers.faultOf(caller))
  const spillCancel: GatewayServices['spillCancel'] = (...cancel) => {
    metrics.count('cancels_spilled_total')
    options.spillCancel?.(...cancel)
  }
  const services = { gate, decisions, sequencing, metrics, rates, spillCancel }
  const routes: readonly Route[] = [
    ...orderRoutes(services),
    orderBatchRoute(services),
    ...whatIfRoutes(services),
    polls.route,
    ...commandRoutes(gate, sequencing),
    ...proposalRoutes(gate, sequencing),
    ...confirmationRoutes(gate, decisions, sequencing),
    ...overrideRoutes(gate, decisions, sequencing),
    ...readRoutes(gate),
    ...dayRoutes(gate, sequencing),
    ...intentRoutes(gate),
    ...fateRoutes(gate),
    ...killRoutes(gate, polls.delivery),
    feedRoute(),
    ...healthRoutes({ gate, metrics, health, document: () => main.app.swagger() }),
  ]
  const blocking = routes.find(({ url, method }) => url === '/orders' && method === 'POST')
  if (blocking !== undefined) shortcut.lane = new OrderLane(blocking, access, seen)
  const controls = routes
    .filter(({ url }) => CONTROL_PATHS.includes(url))
    .map((route) => ({ ...route, unlimited: route.method === 'POST' }))
  for (const { app } of [main, control])
    mountOauth(app, { issuer, clients, verifier, deny, revoked, desk, metrics, tries, logger })
  await mountRoutes(main.app, access, routes, seen, logger)
  await mountRoutes(control.app, controlAccess, [killPageRoute(), ...controls], seen, logger)

  listenFeed(main.app.server, {
    ...{ feed, origins: options.feedOrigins ?? [], isClosing: () => isClosing },
    onIdentified: (socket) => main.connections.identified(carrierOf(socket)),
  })

  return {
    feed,
    app: main.app,
    get waiting() {
      return { polls: polls.waiting, wrongTries: tries.held }
    },
    services: {
      ...{ gate, callers, rates, decisions, delivery: polls.delivery, alerts, spillCancel },
      ...{ logger, metrics, traces, health },
    },
    listen: (port, host) => main.listen(port, host),
    listenControl: (port, host) => control.listen(port, host),
    published: (block) => {
      decisions.published(block.tape, block.start, block.end)
      if (metrics.blocks.published(block)) tellLatches(logger, block)
      polls.delivery.published(block.tape, block.start, block.end)
      polls.published()
      try {
        alerts.published(block)
        feed.published(block)
      } catch (cause) {
        feed.failed()
        throw cause
      }
    },
    failed: () => decisions.close(),
    remember: (tape, entryOffset, entryEnd) => decisions.remember(tape, entryOffset, entryEnd),
    close: async () => {
      isClosing = true
      health.stop()
      polls.close()
      decisions.close()
      alerts.close()
      feed.close()
      await Promise.all([main, control].map(closeHttpApp))
    },
  }
}
