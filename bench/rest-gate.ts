/** The gate of the REST, gRPC and session benchmarks: the whole product, with larger tables, and a small firm whose limits let all pass. */
import { join } from 'node:path'
import { openAuth } from '../src/auth/open-auth.ts'
import { SecretFiles } from '../src/auth/secret-files.ts'
import { createEngine } from '../src/engine/engine.ts'
import { systemDelays } from '../src/gateway/delays.ts'
import { listenGrpc } from '../src/gateway/grpc/grpc-listener.ts'
import { parseRate, RATE_SCOPES, type Rate } from '../src/gateway/ratelimit/rate.ts'
import { createRestServer, type RestServer } from '../src/gateway/rest/server.ts'
import { listenLean } from '../src/gateway/session/lean-listener.ts'
import { Sessions } from '../src/gateway/session/sessions.ts'
import { lockDirectory } from '../src/journal/directory-lock.ts'
import { FileJournal } from '../src/journal/file-journal.ts'
import { JournalReader } from '../src/journal/journal-reader.ts'
import { DEMO_SIZES } from '../src/model/bounds.ts'
import { recover } from '../src/replay/recover.ts'
import { US_EQUITY_PACK } from '../src/rules/us-equity-pack.ts'
import { Sequencer } from '../src/sequencer/sequencer.ts'
import { systemClock, systemTimer } from '../src/sequencer/system-clock.ts'
import { tellBenchFirm } from './rest-firm.ts'

/** The load opens orders and never ends one. */
const sizes = { ...DEMO_SIZES, orders: 1 << 20, idsPerDay: 1 << 21 }
const folder = process.argv[2] ?? 'dist/rest-bench'
const hashSeed = 7
/** Asked for every order as in production, and never full. */
const most = parseRate('100000 in 1 s') as Rate
const UNLIMITED = { each: Object.fromEntries(RATE_SCOPES.map((scope) => [scope, most])), named: new Map() }
const lock = await lockDirectory(join(folder, 'journal'))
const engine = createEngine({ sizes, rules: US_EQUITY_PACK, hashSeed })
const reader = new JournalReader(lock.directory)
const { lastSeq, lastTimeUs } = recover(engine, reader)
const facts = {
  engineVersion: 1,
  codeHash: '0'.repeat(64),
  parametersVersion: 0,
  durability: process.env.DURABILITY === 'os' ? 'os' : 'fsync',
  sizes,
  hashSeed,
} as const
const journal = FileJournal.open({ lock, reader, facts, wallUs: () => systemClock.wallUs() })
let server: RestServer | undefined
let sessions: Sessions | undefined
const sequencer = new Sequencer({
  ...{ engine, journal, clock: systemClock, timer: systemTimer, lastSeq, lastTimeUs },
  publish: (block) => {
    server?.published(block)
    sessions?.published(block)
  },
  report: (notice) => console.error(notice),
  onFatal: (cause) => {
    console.error(cause)
    process.exit(1)
  },
})
const files = new SecretFiles(join(folder, 'secrets'))
const auth = await openAuth(files, { issuer: 'bench' })
server = await createRestServer({
  gate: {
    submit: (submission) => sequencer.submit(submission),
    ...{ directory: engine.directory, view: engine.view, rules: US_EQUITY_PACK.rules, epoch: 1, firstSeq: 1 },
    get durableSeq() {
      return sequencer.durableSeq
    },
    diskRoom: 'enough',
    get pulse() {
      return sequencer.pulse
    },
    get isDown() {
      return sequencer.isDown
    },
  },
  ...auth,
  rates: UNLIMITED,
})
const url = await server.listen(0, '127.0.0.1')
sessions = new Sessions(server.services, systemDelays)
const at = { host: '127.0.0.1', port: 0 }
const { address } = await listenGrpc(server.services, sessions, { at, tls: undefined, delays: systemDelays })
const lean = await listenLean(sessions, at)
const { senders: tokens, killer } = await tellBenchFirm(url, sequencer, engine.directory, auth.issuer)
process.send?.({ url, headers: { authorization: `Bearer ${tokens[0]}` }, address, lean: lean.address, tokens, killer })
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.once('SIGTERM', () => process.exit(0))
