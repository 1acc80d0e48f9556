/**
 * The gate of `npm start` as a process of its own: demo profile, loopback only. Says by IPC where it is; ends in order on
 * SIGTERM, SIGINT, and when the process that started it is gone.
 *
 *   node cli/demo-gate.js --data DIR --durability fsync|os --port PORT
 */
import { parseArgs } from 'node:util'
import pino from 'pino'
import { DURABILITIES, type Durability } from '../journal/segment-header.ts'
import { type DemoGateReady, DO_NOT_RESTART } from './demo-gate-ready.ts'
import { beginDemo, floorSecretsFile } from './demo-genesis.ts'
import { openGate } from './open-gate.ts'
import { startFault } from './start-fault.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    durability: { type: 'string', default: 'fsync' },
    port: { type: 'string', default: '8080' },
  },
})
await main()

async function main(): Promise<void> {
  const { data, durability } = values
  const port = Number(values.port)
  if (data === undefined || !isDurability(durability) || !(Number.isInteger(port) && port >= 0 && port < 65_536)) {
    console.error('usage: cli/demo-gate.js --data DIR [--durability fsync|os] [--port PORT]')
    process.exit(DO_NOT_RESTART)
  }
  const logger = pino({ level: process.env.LOG_LEVEL ?? 'warn' }, pino.destination(2))
  const settings = { directory: data, durability, host: '127.0.0.1', port, clock: 'system', logger } as const
  try {
    const gate = await openGate({
      ...settings,
      onFatal: (cause) => {
        logger.fatal({ err: cause }, 'the gate has failed; nothing more is decided')
        process.exit(1)
      },
    })
    let stopping = false
    const stop = () => {
      if (stopping) return
      stopping = true
      gate.close().then(
        () => process.exit(0),
        (cause) => {
          logger.error({ err: cause }, 'the gate did not close in order')
          process.exit(1)
        },
      )
    }
    for (const event of ['SIGTERM', 'disconnect'] as const) process.on(event, stop)
    // Ctrl-C reaches every process at the terminal; the supervisor stops the floor first, and then says so.
    process.on('SIGINT', () => {
      if (!process.connected) stop()
    })
    const continues = gate.hasGenesis
    const tradeDate = dateOf(new Date())
    await beginDemo(gate, { firm: 'DEMO', baseCurrency: 'USD', tradeDate })
    const ready: DemoGateReady = { url: gate.url, secretsFile: floorSecretsFile(data), durability, continues }
    process.send?.(ready)
  } catch (cause) {
    const fault = startFault(cause, port)
    if (fault === undefined) throw cause
    console.error(`portcullis: ${fault}`)
    process.exit(DO_NOT_RESTART)
  }
}

/** yyyymmdd in UTC. */
function dateOf(date: Date): number {
  return date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate()
}

function isDurability(text: string): text is Durability {
  return (DURABILITIES as readonly string[]).includes(text)
}
