/**
 * `npm start`: the gate in its demo profile and a simulated trading floor that sends it orders over the network, each a
 * process of its own under one supervisor; beside them one that saves the gate's state. Ctrl-C stops the floor, then the
 * gate; the next start goes on from the journal.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DemoGateReady, DO_NOT_RESTART } from './cli/demo-gate-ready.ts'
import { SNAPSHOT_PLAN } from './cli/snapshot-plan.ts'
import { readStartOptions, START_USAGE, type StartOptions, WRONG_OPTIONS, WrongOption } from './cli/start-options.ts'
import { Child } from './cli/supervisor.ts'

const program = (name: string) => fileURLToPath(new URL(`./${name}.js`, import.meta.url))
/** On a terminal the floor keeps a line of counts at the bottom: it is cleared away first. */
const say = (line: string) => console.log(`${process.stdout.isTTY ? '\r\x1b[K' : ''}portcullis: ${line}`)

const options = readOptions()
let floor: Child | undefined
let follower: Child | undefined
let ready: DemoGateReady | undefined
let stopping = false
let scenarioPlayed = false

const gate = new Child(
  {
    name: 'gate',
    program: program('cli/demo-gate'),
    // Where any port would do, a gate that comes back takes those that it had: the floor looks for it there.
    args: () => {
      const portOf = (url: string | undefined, asked: number) => (url === undefined ? String(asked) : new URL(url).port)
      const ports = [
        '--port',
        portOf(ready?.url, options.port),
        '--control-port',
        portOf(ready?.controlUrl, options.controlPort),
        '--session-port',
        portOf(ready && `tcp://${ready.sessionAddress}`, options.sessionPort),
        '--grpc-port',
        portOf(ready && `tcp://${ready.grpcAddress}`, options.grpcPort),
      ]
      return ['--data', options.data, '--durability', options.durability, ...ports]
    },
    startsPerMinute: 3,
    finalCode: DO_NOT_RESTART,
    onMessage: (message) => onReady(message as DemoGateReady),
    onDown: (why) => {
      console.error(`portcullis: ${why}. No order passes until that is mended and the gate started again.`)
      void stop(1)
    },
  },
  say,
)

say('DEMO: made-up firm, loopback only, nothing here reaches a market')
gate.start()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0))

function onReady(message: DemoGateReady): void {
  const isFirst = ready === undefined
  ready = message
  say(`the gate decides at ${message.url} (durability ${message.durability}${message.continues ? ', continued' : ''})`)
  if (message.from !== undefined) say(`the gate ${message.from}`)
  if (!isFirst) return
  say(`look at ${message.url}/openapi.json, ${message.url}/metrics`)
  say(`order sessions at ${message.sessionAddress} (docs/reference/session.md)`)
  say(`gRPC at ${message.grpcAddress} (docs/reference/grpc.md)`)
  say(`stop trading at ${message.controlUrl}/, or by npx portcullis kill`)
  say(
    `journal and secrets are in ${options.data}; to begin anew, stop and delete that folder, or start with --data DIR`,
  )
  say('Ctrl-C stops everything; the next start goes on from the journal')
  if (options.snapshotMinutes > 0) startFollower()
  if (options.gateOnly) return
  floor = new Child(
    {
      name: 'floor',
      program: program('floor/main'),
      args: () => [
        ...['--url', ready?.url ?? '', '--secrets', ready?.secretsFile ?? ''],
        ...['--session', ready?.sessionAddress ?? '', '--data', options.data, ...scenarioOnce()],
      ],
      startsPerMinute: 5,
      onDown: (why) => say(`${why}; the gate goes on without the floor`),
    },
    say,
  )
  floor.start()
}

/** Of the first start alone: a floor that comes back after a fault does not do it again. */
function scenarioOnce(): readonly string[] {
  const { scenario } = options
  const isFirst = !scenarioPlayed
  scenarioPlayed = true
  return scenario !== undefined && isFirst ? ['--scenario', scenario] : []
}

/** It reads what the gate has published, and is not asked by the gate for anything: it may start again as often as it likes. */
function startFollower(): void {
  const { commands, kept } = SNAPSHOT_PLAN
  follower = new Child(
    {
      name: 'follower',
      program: program('cli/follower'),
      args: () => [
        ...['--journal', join(options.data, 'journal'), '--minutes', String(options.snapshotMinutes)],
        ...['--commands', String(commands), '--keep', String(kept)],
      ],
      startsPerMinute: 5,
      finalCode: DO_NOT_RESTART,
      onDown: (why) => say(`${why}; the gate goes on, and the next start reads more of the journal`),
    },
    say,
  )
  follower.start()
}

/** Floor first, so that nothing is sent to a gate that is closing. */
async function stop(code: number): Promise<void> {
  if (stopping) return
  stopping = true
  say('stopping')
  await Promise.all([floor?.stop(), follower?.stop()])
  await gate.stop()
  process.exit(code)
}

function readOptions(): StartOptions {
  try {
    const read = readStartOptions(process.argv.slice(2))
    if (read !== 'help') return read
    console.log(START_USAGE)
    process.exit(0)
  } catch (cause) {
    if (!(cause instanceof WrongOption)) throw cause
    console.error(`portcullis: ${cause.message}\nsee npm start -- --help`)
    process.exit(WRONG_OPTIONS)
  }
}
