/**
 * The REST wire: the main listener with every route of the gate and its own OpenAPI document, and the control listener with
 * kill, release and their state alone. Wiring gives it a gate; everything else it holds itself.
 */
import type { FastifyInstance } from 'fastify'
import type { ApprovalKeys } from '../../auth/approval-token.ts'
import type { ClientStore } from '../../auth/client-store.ts'
import type { Issuer } from '../../auth/issuer.ts'
import type { TokenVerifier } from '../../auth/token-verifier.ts'
import type { Tape } from '../../model/records/tape.ts'
import type { Block } from '../../sequencer/ports.ts'
import type { ReplayClock } from '../../sequencer/replay-clock.ts'
import { OrderDecisions } from '../answers/order-decisions.ts'
import { Callers } from '../callers.ts'
import { carrierOf } from '../carriers.ts'
import { type Delays, systemDelays } from '../delays.ts'
import type { Gate } from '../gate.ts'
import type { Logger } from '../logger.ts'
import { Metrics } from '../metrics.ts'
import { tellLatches } from '../observe/latch-log.ts'
import { type SpanSink, Traces } from '../observe/trace.ts'
import { Health } from '../readiness.ts'
import type { GatewayServices } from '../services.ts'
import type { TlsFiles } from '../tls.ts'
import { Access } from './access.ts'
import { CancelRequestPolls } from './cancel-request-route.ts'
import { commandRoutes } from './command-routes.ts'
import { confirmationRoutes } from './confirmation-routes.ts'
import { CONTROL_PATHS, killPageRoute } from './control-routes.ts'
import { dayRoutes } from './day-routes.ts'
import { fateRoutes } from './fate-routes.ts'
import { healthRoutes } from './health-routes.ts'
import { closeHttpApp, createHttpApp, mountRoutes, type Shortcut } from './http-app.ts'
import { intentRoutes } from './intent-routes.ts'
import { killRoutes } from './kill-routes.ts'
import { mountOauth } from './oauth-routes.ts'
import { OrderLane } from './order-lane.ts'
import { orderRoutes } from './order-routes.ts'
import { overrideRoutes } from './override-routes.ts'
import { proposalRoutes } from './proposal-routes.ts'
import { readRoutes } from './read-routes.ts'
import type { Route } from './route.ts'
import { Sequencing } from './sequencing.ts'
import { whatIfRoutes } from './what-if-routes.ts'

export interface RestOptions {
  readonly gate: Gate
  readonly issuer: Issuer
  readonly clients: ClientStore
  readonly verifier: TokenVerifier
  readonly approvalKeys: ApprovalKeys
  readonly logger?: Logger
  /** Moved by requests while a recorded day is played. */
  readonly replayClock?: ReplayClock
  /** How long polls wait, and what rates go by; the machine's time where not given. */
  readonly delays?: Delays
  /** HTTPS with this certificate; plain HTTP where it is left out. */
  readonly tls?: TlsFiles
  /** Requests of one client in one second before 429. */
  readonly requestsPerSecondMax?: number
  /** Keeps a cancel that passed while the journal was down. */
  readonly spillCancel?: (session: string, owner: string, origClOrdID: string, clOrdID: string) => void
  /** Which the sequencer tells too. */
  readonly metrics?: Metrics
  /** Where the spans of traced commands go. */
  readonly spans?: SpanSink
}

export interface RestServer {
  /** What the sessions share with this wire. */
  readonly services: GatewayServices
  readonly app: FastifyInstance
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
const REQUESTS_PER_SECOND_MAX = 50_000
/** Reads of one client at the control listener: many kill pages, and no more walks over all orders than the gate can do. */
const CONTROL_READS_PER_SECOND_MAX = 50

export async function createRestServer(options: RestOptions): Promise<RestServer> {
  const { gate, issuer, clients } = options
  const logger = options.logger ?? NO_LOG
  const metrics = options.metrics ?? new Metrics()
  const traces = new Traces(metrics.stages, options.spans)
  const seen = { metrics, traces }
  const delays = options.delays ?? systemDelays
  const shortcut: Shortcut = {}
  const listening = { tls: options.tls, isDemo: () => gate.directory.profile === 'demo', seen }
  const main = await createHttpApp(listening, shortcut)
  const control = await createHttpApp(listening)
  const health = new Health(gate, () => issuer.jwks.keys.length)
  let isClosing = false
  const accessOf = ({ connections }: typeof main, callers: Callers) =>
    new Access({
      ...{ callers, metrics, nowMs: () => delays.nowMs() },
      isClosing: () => isClosing,
      onIdentified: (socket) => connections.identified(carrierOf(socket)),
    })
  const callers = new Callers(gate, options.verifier, options.requestsPerSecondMax ?? REQUESTS_PER_SECOND_MAX)
  const access = accessOf(main, callers)
  // Who has used up its rate with orders can still look, and whoever may can still kill.
  const controlAccess = accessOf(control, new Callers(gate, options.verifier, CONTROL_READS_PER_SECOND_MAX))
  const decisions = new OrderDecisions(gate, options.approvalKeys)
  const sequencing = new Sequencing(gate, metrics, options.replayClock)
  const polls = new CancelRequestPolls(gate, metrics, delays)
  const spillCancel: GatewayServices['spillCancel'] = (...cancel) => {
    metrics.count('cancels_spilled_total')
    options.spillCancel?.(...cancel)
  }
  const services = { gate, decisions, sequencing, metrics, spillCancel }
  const routes: readonly Route[] = [
    ...orderRoutes(services),
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
    ...healthRoutes({ gate, metrics, health, document: () => main.app.swagger() }),
  ]
  const blocking = routes.find(({ url, method }) => url === '/orders' && method === 'POST')
  if (blocking !== undefined) shortcut.lane = new OrderLane(blocking, access, seen)
  const controls = routes
    .filter(({ url }) => CONTROL_PATHS.includes(url))
    .map((route) => ({ ...route, unlimited: route.method === 'POST' }))
  for (const { app } of [main, control]) mountOauth(app, { issuer, clients, metrics })
  await mountRoutes(main.app, access, routes, seen, logger)
  await mountRoutes(control.app, controlAccess, [killPageRoute(), ...controls], seen, logger)

  return {
    app: main.app,
    services: { gate, callers, decisions, delivery: polls.delivery, logger, metrics, traces, health, spillCancel },
    listen: (port, host) => main.listen(port, host),
    listenControl: (port, host) => control.listen(port, host),
    published: (block) => {
      decisions.published(block.tape, block.start, block.end)
      polls.published(block)
      if (metrics.blocks.published(block)) tellLatches(logger, block)
    },
    failed: () => decisions.close(),
    remember: (tape, entryOffset, entryEnd) => decisions.remember(tape, entryOffset, entryEnd),
    close: async () => {
      isClosing = true
      health.stop()
      polls.close()
      decisions.close()
      await Promise.all([main, control].map(closeHttpApp))
    },
  }
}
