/**
 * Wires a gate together: locks its folder, recovers the engine from the journal, opens a segment, puts sequencer and REST
 * server in front, and closes all of it in the reverse order.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientStore } from '../auth/client-store.ts'
import { DENY_READ_MS } from '../auth/deny-list.ts'
import { ExternalIssuer, type ExternalIssuerSettings } from '../auth/external-issuer.ts'
import { type Auth, openAuth } from '../auth/open-auth.ts'
import type { People } from '../auth/person-keys.ts'
import { SecretFiles } from '../auth/secret-files.ts'
import { createEngine, type Engine } from '../engine/engine.ts'
import { systemDelays } from '../gateway/delays.ts'
import type { Gate } from '../gateway/gate.ts'
import { listenGrpc } from '../gateway/grpc/grpc-listener.ts'
import { KillFolder } from '../gateway/kill-folder.ts'
import { tell } from '../gateway/log-events.ts'
import type { Logger } from '../gateway/logger.ts'
import { Metrics } from '../gateway/metrics.ts'
import type { SpanSink } from '../gateway/observe/trace.ts'
import type { RateSettings } from '../gateway/ratelimit/rate.ts'
import { createRestServer, type RestServer } from '../gateway/rest/server.ts'
import { RevokedClients } from '../gateway/revoked-clients.ts'
import { listenLean } from '../gateway/session/lean-listener.ts'
import { Sessions } from '../gateway/session/sessions.ts'
import type { SocketAddress } from '../gateway/socket-listener.ts'
import { SpillFile } from '../gateway/spill-file.ts'
import { tellSpilledCancels } from '../gateway/spilled-cancels.ts'
import type { TlsFiles } from '../gateway/tls.ts'
import { type DirectoryLock, lockDirectory } from '../journal/directory-lock.ts'
import { FileJournal } from '../journal/file-journal.ts'
import { systemLockWorld } from '../journal/lock-world.ts'
import { type Durability, readSegmentHeader, type SegmentHeader, segmentName } from '../journal/segment-header.ts'
import { DEMO_SIZES, type EngineSizes } from '../model/bounds.ts'
import type { Directory } from '../model/directory.ts'
import { encode, type RecordLayout, type ValuesOf } from '../model/records/schema.ts'
import { ENGINE_VERSION } from '../model/version.ts'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'
import type { Clock, Notice } from '../sequencer/ports.ts'
import { ReplayClock } from '../sequencer/replay-clock.ts'
import { Sequencer } from '../sequencer/sequencer.ts'
import { systemClock, systemTimer } from '../sequencer/system-clock.ts'
import { codeHash } from './code-hash.ts'
import { CONTROL_ADDRESS_FILE, KILL_FOLDER } from './data-folder.ts'
import { gateFacts, packageVersion } from './gate-facts.ts'
import { type RecoveredFrom, recoverEngine } from './recover-engine.ts'

export interface GateSettings {
  /** Data folder: `journal` and `secrets` are in it. */
  readonly directory: string
  readonly durability: Durability
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  /** Of the control listener, which is on loopback whatever `host` is unless `controlHost` says otherwise; 0 for any. */
  readonly controlPort?: number
  readonly controlHost?: string
  /** Where order sessions are served; nowhere where it is left out. */
  readonly session?: SocketAddress
  /** Where gRPC is served; nowhere where it is left out. */
  readonly grpc?: { readonly host: string; readonly port: number }
  /** Origins of pages of other hosts that may read the live feed; none where it is left out. */
  readonly feedOrigins?: readonly string[]
  /** Of the journal, which must be of no other; `demo` where it is left out. */
  readonly profile?: 'demo' | 'production'
  /** Of the engine's tables, for a journal that begins. One that is there keeps its own: others are refused. */
  readonly sizes?: EngineSizes
  /** Certificate and key in PEM, where the listener has TLS. */
  readonly tls?: TlsFiles
  /** What each may send, and how long an order may wait to be decided; what every gate has where they are left out. */
  readonly rates?: RateSettings
  readonly orderAgeMaxMs?: number
  /** `iss` of the tokens of the embedded issuer: its address. */
  readonly issuer?: string
  /** Issuers whose tokens are taken beside those of the embedded one. */
  readonly external?: readonly ExternalIssuerSettings[]
  /** Looks at what was recovered before anything is served; throws what keeps the start. */
  readonly check?: (directory: Directory) => void
  /** `replay`: requests move the clock. Demo profile only (docs/decisions/0010-replay-clock.md). */
  readonly clock: 'system' | 'replay'
  readonly logger: Logger
  /** Where the spans of traced commands go. */
  readonly spans?: SpanSink
  /** Told what keeps the start, for a person at a terminal. */
  readonly say?: (line: string) => void
  /** The journal failed, or the engine: nothing is decided any more and the process must end. */
  readonly onFatal: (cause: unknown) => void
}

/** The journal cannot be gone on with as this start asks; the message says what to do. */
export class WrongJournal extends Error {
  override readonly name = 'WrongJournal'
}

export interface OpenGate {
  readonly url: string
  /** The control listener: kill, release, their state, and the kill page. */
  readonly controlUrl: string
  /** host:port or path of the order session; undefined where there is none. */
  readonly sessionAddress: string | undefined
  /** host:port of gRPC; undefined where there is none. */
  readonly grpcAddress: string | undefined
  /** False for a folder without a journal: somebody must send the genesis record. */
  readonly hasGenesis: boolean
  readonly from: RecoveredFrom
  readonly durability: Durability
  readonly directory: Directory
  readonly clients: ClientStore
  readonly people: People
  readonly secrets: SecretFiles
  /** Sequences a command of the gate itself. */
  command<L extends RecordLayout>(
    layout: L,
    values: Partial<L extends RecordLayout<infer F> ? ValuesOf<F> : never>,
  ): Promise<void>
  /** Takes no more requests, answers those that wait, and closes the journal. */
  close(): Promise<void>
}

/** Where the replay clock stands before the first request moves it: past zero, which means "none" in some fields. */
const REPLAY_START_US = 1_000_000
const LOOPBACK = '127.0.0.1'
const MS_US = 1_000

/** @throws DirectoryLocked, JournalDamage, JournalNoRoom, or the system's error where the port is taken */
export async function openGate(settings: GateSettings): Promise<OpenGate> {
  const lock = await lockDirectory(join(settings.directory, 'journal'), systemLockWorld(settings.say))
  const opened: (() => Promise<void>)[] = [() => lock.release()]
  try {
    return await openLocked(settings, lock, opened)
  } catch (cause) {
    // Closed in order, so that the next start need not watch whether this one lives.
    for (const close of opened.reverse()) await close().catch(() => {})
    throw cause
  }
}

/** @param opened gets what must be closed again, newest last */
async function openLocked(
  settings: GateSettings,
  lock: DirectoryLock,
  opened: (() => Promise<void>)[],
): Promise<OpenGate> {
  const { logger, durability } = settings
  const folder = lock.directory
  const { hashSeed, sizes } = beginningOf(folder, settings.sizes)
  const facts = { engineVersion: ENGINE_VERSION, codeHash: codeHash(), hashSeed, sizes }
  const makeEngine = () =>
    createEngine({
      ...{ sizes, rules: US_EQUITY_PACK, hashSeed },
      onRiskError: (error, seq) => tell(logger, 'control.failed', { err: error, seq }),
    })
  const { engine, reader, recent, lastSeq, lastTimeUs, from } = await recoverEngine(lock, facts, makeEngine, logger)
  const { profile = 'demo' } = settings
  if (profile === 'production' && settings.clock === 'replay')
    throw new Error('a production gate has a clock of its own')
  if (lastSeq > 0) {
    if (engine.directory.profile !== profile) throw new WrongJournal(otherProfile(settings.directory, profile))
    settings.check?.(engine.directory)
  }
  const replayClock = settings.clock === 'replay' ? new ReplayClock(REPLAY_START_US) : undefined
  const clock: Clock = replayClock ?? systemClock
  const journal = FileJournal.open({
    ...{ lock, reader, wallUs: () => systemClock.wallUs() },
    facts: { ...facts, parametersVersion: 0, durability },
    onProblem: (cause) => tell(logger, 'journal.no-spare', { err: cause }),
  })
  const metrics = new Metrics()
  metrics.gauges(gateFacts(folder))
  let server: RestServer | undefined
  let sessions: Sessions | undefined
  const sequencer = new Sequencer({
    ...{ engine, journal, clock, timer: systemTimer, lastSeq, lastTimeUs, observer: metrics.stages },
    ...(settings.orderAgeMaxMs === undefined ? {} : { orderAgeMaxUs: settings.orderAgeMaxMs * MS_US }),
    onFatal: (cause) => {
      server?.failed()
      settings.onFatal(cause)
    },
    publish: (block) => {
      // What those who look on are told, or cannot be, keeps no kill and no cancel request from the sessions.
      try {
        server?.published(block)
      } finally {
        sessions?.published(block)
      }
    },
    report: (notice) => tellNotice(logger, notice),
  })
  opened.push(() => sequencer.close())
  const secrets = new SecretFiles(join(settings.directory, 'secrets'))
  const others = externalIssuers(settings.external ?? [], logger)
  const auth = await openAuth(secrets, { issuer: settings.issuer ?? 'portcullis', others })
  const gate = gateOf(engine, sequencer, journal.durable.segment, lastSeq)
  const revoked = new RevokedClients(gate, auth.deny)
  const denials = setInterval(secretsReader(auth, revoked, logger), DENY_READ_MS).unref()
  opened.push(async () => clearInterval(denials))
  const spillPath = join(settings.directory, 'cancels-without-journal.jsonl')
  const spill = new SpillFile(spillPath)
  server = await createRestServer({
    ...{
      gate,
      ...auth,
      logger,
      metrics,
      ...(settings.spans === undefined ? {} : { spans: settings.spans }),
      ...(replayClock === undefined ? {} : { replayClock }),
    },
    ...(settings.tls === undefined ? {} : { tls: settings.tls }),
    ...(settings.feedOrigins === undefined ? {} : { feedOrigins: settings.feedOrigins }),
    ...(settings.rates === undefined ? {} : { rates: settings.rates }),
    spillCancel: (...cancel) => {
      if (!spill.add(...cancel)) tell(logger, 'cancel.not-kept', { cancel })
    },
  })
  const rest = server
  sessions = new Sessions(rest.services, systemDelays)
  const orderSessions = sessions
  opened.push(async () => orderSessions.close())
  recent.drain((tape, entryOffset, entryEnd) => rest.remember(tape, entryOffset, entryEnd))
  const kills = new KillFolder({
    ...{ folder: join(settings.directory, KILL_FOLDER), gate, timer: systemTimer, logger },
  })
  opened.push(async () => kills.close())
  // What was to be stopped while the gate was away is stopped before anybody can ask for anything.
  await kills.open()
  const told = await tellSpilledCancels(spillPath, gate)
  if (told !== undefined) {
    tell(logger, 'cancels.told', told)
    settings.say?.(`${told.cancels} cancels passed while the journal was down; they are in it now: ${told.movedTo}`)
  }
  const controlUrl = await rest.listenControl(settings.controlPort ?? 0, settings.controlHost ?? LOOPBACK)
  opened.push(() => rest.close())
  const url = await rest.listen(settings.port, settings.host)
  const lean =
    settings.session === undefined ? undefined : await listenLean(orderSessions, settings.session, settings.tls)
  if (lean !== undefined) opened.push(() => lean.close())
  const grpc =
    settings.grpc === undefined
      ? undefined
      : await listenGrpc(rest.services, orderSessions, { at: settings.grpc, tls: settings.tls, delays: systemDelays })
  writeFileSync(join(settings.directory, CONTROL_ADDRESS_FILE), `${controlUrl}\n`)
  tell(logger, 'gate.ready', {
    ...{ version: packageVersion(), engine: ENGINE_VERSION, epoch: gate.epoch, seq: lastSeq },
    ...{ url, controlUrl, session: lean?.address, grpc: grpc?.address },
  })
  return {
    ...{
      url,
      controlUrl,
      sessionAddress: lean?.address,
      grpcAddress: grpc?.address,
      hasGenesis: lastSeq > 0,
      from,
      durability,
      directory: engine.directory,
      clients: auth.clients,
      people: auth.people,
      secrets,
    },
    command: (layout, values) => sequence(sequencer, layout, values),
    close: async () => {
      tell(logger, 'gate.stopping', { waiting: sequencer.pulse.waiting })
      kills.close()
      clearInterval(denials)
      orderSessions.close()
      // A unary call that waits for a held order is answered as the same call over REST is: when nothing more is decided.
      await Promise.all([lean?.close(), grpc?.close(), rest.close()])
      await sequencer.close()
      spill.close()
      await settings.spans?.close()
      await lock.release()
      tell(logger, 'gate.stopped', { seq: sequencer.durableSeq })
    },
  }
}

/** Seed and sizes that the journal was begun with: with others the recorded slots would not fit. */
function beginningOf(folder: string, wanted: EngineSizes | undefined): Pick<SegmentHeader, 'hashSeed' | 'sizes'> {
  const first = join(folder, segmentName(1))
  if (!existsSync(first)) return { hashSeed: randomBytes(4).readInt32LE(), sizes: wanted ?? DEMO_SIZES }
  const header = readSegmentHeader(readFileSync(first))
  // What is no header is the reader's to refuse, with the offset.
  if (typeof header === 'string') return { hashSeed: 0, sizes: DEMO_SIZES }
  const { hashSeed, sizes } = header
  for (const [name, size] of Object.entries(wanted ?? sizes)) {
    const begun = sizes[name as keyof EngineSizes]
    if (begun !== size)
      throw new WrongJournal(`sizes.${name}: ${folder} was begun with ${begun}, not ${size}: state that`)
  }
  return { hashSeed, sizes }
}

function otherProfile(directory: string, profile: 'demo' | 'production'): string {
  return profile === 'demo'
    ? `${directory} holds the journal of a production firm: portcullis gate --config FILE starts it. ` +
        'For a demo name another folder: npm start -- --data DIR'
    : `${directory} holds the journal of a demo, which no firm goes on with: name another folder under data. ` +
        'npm start -- --data DIR starts the demo'
}

/** Their keys are fetched beside the start, which does not wait for them: until they are there, their tokens are refused. */
function externalIssuers(settings: readonly ExternalIssuerSettings[], logger: Logger): readonly ExternalIssuer[] {
  return settings.map((one) => {
    const issuer = new ExternalIssuer(one, {
      onProblem: (problem) => tell(logger, 'issuer-keys.unavailable', { err: problem, issuer: one.url }),
    })
    void issuer.keys.refresh()
    return issuer
  })
}

/** What commands have written holds within a second; a file that cannot be read changes nothing, and is told once. */
function secretsReader({ deny, clients, people, issuer }: Auth, revoked: RevokedClients, logger: Logger): () => void {
  const files: readonly (readonly [what: string, read: () => void | Promise<void>])[] = [
    ['denied tokens', () => deny.read()],
    ['clients', () => clients.read()],
    ['people', () => people.read()],
    ['keys of the issuer', () => issuer.read()],
  ]
  const told = new Set<string>()
  const readOne = async (what: string, read: () => void | Promise<void>) => {
    try {
      await read()
      told.delete(what)
    } catch (error) {
      if (told.has(what)) return
      told.add(what)
      tell(logger, 'secrets.unreadable', { err: error, what })
    }
  }
  return () => {
    for (const [what, read] of files) void readOne(what, read)
    revoked.look()
  }
}

/** @param epoch number of the run's first segment: every start opens one */
function gateOf(engine: Engine, sequencer: Sequencer, epoch: number, lastSeq: number): Gate {
  return {
    submit: (submission) => sequencer.submit(submission),
    ...{ directory: engine.directory, view: engine.view, rules: US_EQUITY_PACK.rules, epoch, firstSeq: lastSeq + 1 },
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
  }
}

function sequence(sequencer: Sequencer, layout: RecordLayout, values: object): Promise<void> {
  return new Promise((settle, fail) => {
    sequencer.submit({
      write: (tape) => encode(tape, layout, { session: -1, principal: -1, ...values } as never),
      onDurable: () => settle(),
      neverRefused: true,
      onFailure: (fault, cause) => fail(new Error(`${layout.name}: ${fault}`, { cause })),
    })
  })
}

function tellNotice(logger: Logger, { code, ...notice }: Notice): void {
  if ('cause' in notice) tell(logger, 'answer.failed', { err: notice.cause })
  else tell(logger, code === 'CLOCK_STEP' ? 'clock.step' : 'journal.disk-room', notice)
}
