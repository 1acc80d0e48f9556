/**
 * Wires a gate together: locks its folder, recovers the engine from the journal, opens a segment, puts sequencer and REST
 * server in front, and closes all of it in the reverse order.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ApprovalKeys } from '../auth/approval-token.ts'
import { ClientStore } from '../auth/client-store.ts'
import { DenyList } from '../auth/deny-list.ts'
import { Issuer } from '../auth/issuer.ts'
import { SecretFiles } from '../auth/secret-files.ts'
import { TokenVerifier } from '../auth/token-verifier.ts'
import { createEngine, type Engine } from '../engine/engine.ts'
import type { Gate } from '../gateway/gate.ts'
import { createRestServer, type Logger, type RestServer } from '../gateway/rest/server.ts'
import { SpillFile } from '../gateway/spill-file.ts'
import { type DirectoryLock, lockDirectory } from '../journal/directory-lock.ts'
import { FileJournal } from '../journal/file-journal.ts'
import { JournalReader } from '../journal/journal-reader.ts'
import { systemLockWorld } from '../journal/lock-world.ts'
import { type Durability, readSegmentHeader, segmentName } from '../journal/segment-header.ts'
import { DEMO_SIZES } from '../model/bounds.ts'
import type { Directory } from '../model/directory.ts'
import { encode, type RecordLayout, type ValuesOf } from '../model/records/schema.ts'
import { ENGINE_VERSION } from '../model/version.ts'
import { recover } from '../replay/recover.ts'
import { loadNewest } from '../replay/snapshots.ts'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'
import type { Clock, Notice } from '../sequencer/ports.ts'
import { ReplayClock } from '../sequencer/replay-clock.ts'
import { Sequencer } from '../sequencer/sequencer.ts'
import { systemClock, systemTimer } from '../sequencer/system-clock.ts'
import { codeHash } from './code-hash.ts'
import { RecentBlocks } from './recent-blocks.ts'

export interface GateSettings {
  /** Data folder: `journal` and `secrets` are in it. */
  readonly directory: string
  readonly durability: Durability
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  /** `replay`: requests move the clock. Demo profile only (docs/decisions/0010-replay-clock.md). */
  readonly clock: 'system' | 'replay'
  readonly logger: Logger
  /** Told what keeps the start, for a person at a terminal. */
  readonly say?: (line: string) => void
  /** The journal failed, or the engine: nothing is decided any more and the process must end. */
  readonly onFatal: (cause: unknown) => void
}

export interface OpenGate {
  readonly url: string
  /** False for a folder without a journal: somebody must send the genesis record. */
  readonly hasGenesis: boolean
  readonly durability: Durability
  readonly directory: Directory
  readonly clients: ClientStore
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
const AUDIENCE = 'portcullis'

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
  const hashSeed = seedOf(folder)
  const makeEngine = () =>
    createEngine({
      ...{ sizes: DEMO_SIZES, rules: US_EQUITY_PACK, hashSeed },
      onRiskError: (error, seq) => logger.error({ err: error, seq }, 'a control failed; the order is refused'),
    })
  const facts = { engineVersion: ENGINE_VERSION, codeHash: codeHash(), hashSeed, sizes: DEMO_SIZES }
  const loaded = loadNewest(folder, facts, makeEngine, (line) => logger.warn({}, line))
  lock.renew()
  const engine = loaded?.engine ?? makeEngine()
  const reader = new JournalReader(folder, () => lock.renew())
  const recent = new RecentBlocks(reader, loaded?.position)
  const { lastSeq, lastTimeUs, entries } = recover(engine, recent, loaded?.position.seq)
  logger.info({ entries, snapshot: loaded?.path }, 'recovered from the journal')
  if (settings.clock === 'replay' && lastSeq > 0 && engine.directory.profile === 'production') {
    throw new Error(`${folder} is a production journal: only a demo gate takes its time from requests`)
  }
  const replayClock = settings.clock === 'replay' ? new ReplayClock(REPLAY_START_US) : undefined
  const clock: Clock = replayClock ?? systemClock
  const journal = FileJournal.open({
    ...{ lock, reader, wallUs: () => systemClock.wallUs() },
    facts: { ...facts, parametersVersion: 0, durability },
    onProblem: (cause) => logger.warn({ err: cause }, 'no spare segment'),
  })
  let server: RestServer | undefined
  const sequencer = new Sequencer({
    ...{ engine, journal, clock, timer: systemTimer, lastSeq, lastTimeUs, onFatal: settings.onFatal },
    publish: (block) => server?.published(block),
    report: (notice) => logger.warn(noticeFields(notice), notice.code),
  })
  opened.push(() => sequencer.close())
  const auth = await openAuth(settings.directory)
  const gate = gateOf(engine, sequencer, journal.durable.segment, lastSeq)
  const spill = new SpillFile(join(settings.directory, 'cancels-without-journal.jsonl'))
  server = await createRestServer({
    ...{ gate, ...auth, logger, ...(replayClock === undefined ? {} : { replayClock }) },
    spillCancel: (...cancel) => {
      if (!spill.add(...cancel)) logger.error({ cancel }, 'a cancel passed without journal and could not be kept')
    },
  })
  const rest = server
  recent.drain((tape, entryOffset, entryEnd) => rest.remember(tape, entryOffset, entryEnd))
  const url = await rest.listen(settings.port, settings.host)
  const { secrets } = auth
  return {
    ...{ url, hasGenesis: lastSeq > 0, durability, directory: engine.directory, clients: auth.clients, secrets },
    command: (layout, values) => sequence(sequencer, layout, values),
    close: async () => {
      await rest.close()
      await sequencer.close()
      spill.close()
      await lock.release()
    },
  }
}

/** The seed that the journal was written with: with another one the recorded slots would not fit. */
function seedOf(folder: string): number {
  const first = join(folder, segmentName(1))
  if (!existsSync(first)) return randomBytes(4).readInt32LE()
  const header = readSegmentHeader(readFileSync(first))
  // What is no header is the reader's to refuse, with the offset.
  return typeof header === 'string' ? 0 : header.hashSeed
}

async function openAuth(directory: string) {
  const secrets = new SecretFiles(join(directory, 'secrets'))
  const deny = new DenyList(secrets)
  const issuer = await Issuer.open(secrets, { issuer: 'portcullis', audience: AUDIENCE })
  const verifier = new TokenVerifier({
    ...{ issuer: issuer.issuer, audience: AUDIENCE, jwks: issuer.jwks },
    denied: (grant) => deny.isDenied(grant),
  })
  return { secrets, issuer, verifier, clients: new ClientStore(secrets), approvalKeys: new ApprovalKeys(secrets) }
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
  }
}

function sequence(sequencer: Sequencer, layout: RecordLayout, values: object): Promise<void> {
  return new Promise((settle, fail) => {
    sequencer.submit({
      write: (tape) => encode(tape, layout, { session: -1, principal: -1, ...values } as never),
      onDurable: () => settle(),
      onFailure: (fault, cause) => fail(new Error(`${layout.name}: ${fault}`, { cause })),
    })
  })
}

function noticeFields(notice: Notice): object {
  return notice.code === 'ANSWER_FAULT' ? { err: notice.cause } : { ...notice }
}
