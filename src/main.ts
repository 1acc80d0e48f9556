/**
 * `npm start`: the gate in its demo profile and a simulated trading floor that sends it orders over the network, each a
 * process of its own under one supervisor. Ctrl-C stops the floor, then the gate; the next start goes on from the journal.
 */
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type DemoGateReady, DO_NOT_RESTART } from './cli/demo-gate-ready.ts'
import { Child } from './cli/supervisor.ts'

const USAGE = `usage: npm start -- [options]

  --data DIR         where journal and secrets are kept    (default: data/demo)
  --port PORT        port of the gate on 127.0.0.1         (default: 8080; 0 for any that is free)
  --durability MODE  fsync: every answer is on the disk before it is given; os: handed to the system only
                                                           (default: fsync)
  --gate-only        no trading floor
  --help             this text`

const program = (name: string) => fileURLToPath(new URL(`./${name}.js`, import.meta.url))
/** On a terminal the floor keeps a line of counts at the bottom: it is cleared away first. */
const say = (line: string) => console.log(`${process.stdout.isTTY ? '\r\x1b[K' : ''}portcullis: ${line}`)

const options = readOptions()
let floor: Child | undefined
let ready: DemoGateReady | undefined
let stopping = false

const gate = new Child(
  {
    name: 'gate',
    program: program('cli/demo-gate'),
    args: () => ['--data', options.data, '--port', options.port, '--durability', options.durability],
    startsPerMinute: 3,
    finalCode: DO_NOT_RESTART,
    onMessage: (message) => onReady(message as DemoGateReady),
    onDown: (why) => {
      console.error(`portcullis: ${why}. The gate stays down: no order passes. Start again when the cause is mended.`)
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
  if (!isFirst) return
  say(`look at ${message.url}/openapi.json, ${message.url}/metrics`)
  say(
    `journal and secrets are in ${options.data}; to begin anew, stop and delete that folder, or start with --data DIR`,
  )
  say('Ctrl-C stops everything; the next start goes on from the journal')
  if (options.gateOnly) return
  floor = new Child(
    {
      name: 'floor',
      program: program('floor/main'),
      args: () => [
        ...['--url', ready?.url ?? '', '--secrets', ready?.secretsFile ?? ''],
        ...['--memory', join(options.data, 'floor-orders.json')],
      ],
      startsPerMinute: 5,
      onDown: (why) => say(`${why}; the gate goes on without the floor`),
    },
    say,
  )
  floor.start()
}

/** Floor first, so that nothing is sent to a gate that is closing. */
async function stop(code: number): Promise<void> {
  if (stopping) return
  stopping = true
  say('stopping')
  await floor?.stop()
  await gate.stop()
  process.exit(code)
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        data: { type: 'string', default: 'data/demo' },
        port: { type: 'string', default: '8080' },
        durability: { type: 'string', default: 'fsync' },
        'gate-only': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(USAGE)
      process.exit(0)
    }
    return {
      data: resolve(values.data),
      port: values.port,
      durability: values.durability,
      gateOnly: values['gate-only'],
    }
  } catch (cause) {
    console.error(`portcullis: ${cause instanceof Error ? cause.message : cause}\n\n${USAGE}`)
    process.exit(2)
  }
}
