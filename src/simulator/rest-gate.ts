/**
 * A whole gate behind a real socket: engine, sequencer, issuer and REST server, with a journal in memory and a clock that
 * a test moves. A small firm is told to it over REST.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApprovalKeys } from '../auth/approval-keys.ts'
import type { ClientStore } from '../auth/client-store.ts'
import type { DenyList } from '../auth/deny-list.ts'
import type { PrincipalKind } from '../auth/grant.ts'
import type { Issuer } from '../auth/issuer.ts'
import { type Auth, type AuthOptions, openAuth } from '../auth/open-auth.ts'
import { makePersonKey, type People, type PersonKey, publicKeyOf, signPersonToken } from '../auth/person-keys.ts'
import { SecretFiles } from '../auth/secret-files.ts'
import { createEngine, type Engine } from '../engine/engine.ts'
import type { Delays } from '../gateway/delays.ts'
import type { Gate } from '../gateway/gate.ts'
import type { Logger } from '../gateway/logger.ts'
import { Metrics } from '../gateway/metrics.ts'
import { Stages } from '../gateway/observe/stages.ts'
import type { SpanSink } from '../gateway/observe/trace.ts'
import type { RateSettings } from '../gateway/ratelimit/rate.ts'
import { createRestServer, type RestServer } from '../gateway/rest/server.ts'
import type { TlsFiles } from '../gateway/tls.ts'
import { DEMO_SIZES, type EngineSizes } from '../model/bounds.ts'
import { BINDING, GENESIS, HIERARCHY } from '../model/records/commands.ts'
import { encode, type RecordLayout, type ValuesOf } from '../model/records/schema.ts'
import { BINDING_KINDS, DUTIES, type Duty, NAME_KINDS } from '../model/vocabulary.ts'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'
import type { Block, JournalPort } from '../sequencer/ports.ts'
import type { ReplayClock } from '../sequencer/replay-clock.ts'
import { Sequencer } from '../sequencer/sequencer.ts'
import type { LooseJson } from './loose-json.ts'
import { HandClock, HandTimer, MemoryJournal } from './made-up-world.ts'

const SIZES = { ...DEMO_SIZES, orders: 1 << 12, idsPerDay: 1 << 14, executionsPerDay: 1 << 12 }

export interface RestGateOptions {
  /** Requests of one client in one second; no other rate then holds. */
  readonly requestsPerSecondMax?: number
  readonly rates?: RateSettings
  readonly replayClock?: ReplayClock
  readonly delays?: Delays
  readonly auth?: Partial<AuthOptions>
  readonly sizes?: EngineSizes
  readonly spans?: SpanSink
  /** Elapsed time of the machine; what the test sets where it is left out. */
  readonly elapsedUs?: () => number
  readonly logger?: Logger
  /** HTTPS; plain HTTP where it is left out. */
  readonly tls?: TlsFiles
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: LooseJson
}

export class RestGate {
  readonly clock = new HandClock()
  readonly timer = new HandTimer()
  readonly journal = new MemoryJournal()
  readonly engine: Engine
  readonly files = new SecretFiles(join(mkdtempSync(join(tmpdir(), 'gate-')), 'secrets'))
  readonly spilled: string[][] = []
  /** Told of every durable block, behind the REST server. */
  readonly listeners: ((block: Block) => void)[] = []
  readonly tokens = new Map<string, string>()
  readonly secrets = new Map<string, string>()
  /** Key of each person. */
  readonly personKeys = new Map<string, PersonKey>()
  fatal: unknown
  /** Elapsed time of the machine, as the sequencer sees it. */
  elapsedUs = 0
  readonly metrics: Metrics
  sequencer!: Sequencer
  auth!: Auth
  server!: RestServer
  url = ''

  private constructor(sizes: EngineSizes, elapsedUs?: () => number) {
    this.metrics = new Metrics(new Stages(elapsedUs ?? (() => this.elapsedUs)))
    this.engine = createEngine({ sizes, rules: US_EQUITY_PACK, hashSeed: 7 })
  }

  get issuer(): Issuer {
    return this.auth.issuer
  }

  get people(): People {
    return this.auth.people
  }

  get clients(): ClientStore {
    return this.auth.clients
  }

  get deny(): DenyList {
    return this.auth.deny
  }

  get keys(): ApprovalKeys {
    return this.auth.approvalKeys
  }

  /** Starts a gate with its genesis record and nobody in it. */
  static async start(options: RestGateOptions = {}): Promise<RestGate> {
    const gate = new RestGate(options.sizes ?? SIZES, options.elapsedUs)
    gate.sequencer = new Sequencer({
      engine: gate.engine,
      journal: gate.journal as JournalPort,
      clock: options.replayClock ?? gate.clock,
      timer: gate.timer,
      elapsedUs: gate.metrics.stages.nowUs,
      observer: gate.metrics.stages,
      lastSeq: 0,
      lastTimeUs: 0,
      orderAgeMaxUs: ORDER_AGE_MAX_US,
      publish: (block) => {
        gate.server.published(block)
        for (const told of gate.listeners) told(block)
      },
      report: (notice) => {
        if (notice.code === 'ANSWER_FAULT') throw notice.cause
      },
      onFatal: (cause) => {
        gate.fatal = cause
        gate.server.failed()
      },
    })
    gate.auth = await openAuth(gate.files, { issuer: 'http://gate.test', ...options.auth })
    gate.server = await gate.#serve(options)
    gate.url = await gate.server.listen(0, '127.0.0.1')
    await gate.command(GENESIS, {
      profile: 0,
      ledgerDecimals: 2,
      tradeDate: 20261121,
      firm: 'ACME',
      baseCurrency: 'CNY',
    })
    return gate
  }

  /** A REST server in front of the same engine that remembers no decision. The caller closes it. */
  async anotherServer(tls?: TlsFiles): Promise<{ readonly url: string; close(): Promise<void> }> {
    const server = await this.#serve(tls === undefined ? {} : { tls }, new Metrics())
    return { url: await server.listen(0, '127.0.0.1'), close: () => server.close() }
  }

  #serve(options: RestGateOptions, metrics = this.metrics): Promise<RestServer> {
    const { engine, sequencer } = this
    const gate: Gate = {
      submit: (submission) => sequencer.submit(submission),
      directory: engine.directory,
      view: engine.view,
      rules: US_EQUITY_PACK.rules,
      get durableSeq() {
        return sequencer.durableSeq
      },
      get isDown() {
        return sequencer.isDown
      },
      get diskRoom() {
        return sequencer.diskRoom
      },
      get pulse() {
        return sequencer.pulse
      },
      epoch: 1,
      firstSeq: 1,
    }
    return createRestServer({
      ...this.auth,
      gate,
      metrics,
      spillCancel: (...cancel) => this.spilled.push(cancel),
      ...(options.spans === undefined ? {} : { spans: options.spans }),
      ...(options.logger === undefined ? {} : { logger: options.logger }),
      ...(options.tls === undefined ? {} : { tls: options.tls }),
      ...(options.delays === undefined ? {} : { delays: options.delays }),
      ...(options.replayClock === undefined ? {} : { replayClock: options.replayClock }),
      ...ratesOf(options),
    })
  }

  /** Sequences a command of the gate itself. */
  command<L extends RecordLayout>(layout: L, values: Partial<L extends RecordLayout<infer F> ? ValuesOf<F> : never>) {
    return new Promise<void>((settle, fail) => {
      this.sequencer.submit({
        write: (tape) => encode(tape, layout as RecordLayout, { session: -1, principal: -1, ...values } as never),
        onDurable: () => settle(),
        onFailure: fail,
      })
    })
  }

  /** Registers a client or person and binds its duties at the engine. */
  async register(name: string, kind: PrincipalKind, duties: readonly Duty[]): Promise<void> {
    const bits = duties.reduce((sum, duty) => sum | (1 << DUTIES.indexOf(duty)), 0)
    const define = (of: string, flags: number) =>
      this.command(HIERARCHY, { kind: NAME_KINDS.indexOf(of as 'SESSION'), name, flags, ...NO_PARENTS })
    await define('PRINCIPAL', kind === 'person' ? 1 : 0)
    if (kind === 'client') await define('SESSION', 0)
    const a = this.engine.directory.idOf('PRINCIPAL', name)
    await this.command(BINDING, { kind: BINDING_KINDS.indexOf('PRINCIPAL_DUTY'), a, b: bits, allow: 1 })
    if (kind === 'person') {
      const key = await makePersonKey(name)
      await this.people.register(name, publicKeyOf(key), duties)
      this.personKeys.set(name, key)
      this.tokens.set(name, await signPersonToken(key, { audience: this.issuer.audience }))
    } else {
      this.secrets.set(name, this.clients.register(name, duties))
      this.tokens.set(name, await this.issuer.issue({ clientID: name, duties: bits, disabled: false }, bits))
    }
  }

  /** A request as one of the registered; a body that is no text is sent as JSON. */
  async send(as: string, method: string, path: string, body?: unknown, headers: object = {}): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.tokens.get(as) ?? as}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
  }

  async close(): Promise<void> {
    await this.server.close()
    await this.sequencer.close()
    rmSync(join(this.files.folder, '..'), { recursive: true, force: true })
  }
}

function ratesOf({ requestsPerSecondMax: max, rates }: RestGateOptions): { readonly rates?: RateSettings } {
  if (max === undefined) return rates === undefined ? {} : { rates }
  const client = { max, windowMs: 1_000, burst: max, burstMs: 1_000 }
  return { rates: { each: { client }, named: new Map() } }
}

/** A machine that is slow refuses no order of a test. */
const ORDER_AGE_MAX_US = 600_000_000
const NO_PARENTS = { entity: -1, client: -1, desk: -1, trader: -1, owner: -1 }
