/**
 * The gate that `portcullis replay` starts for itself, as a process of its own: demo profile, replay clock, loopback, any
 * free port. Says by IPC where it is, and ends when the process that started it does.
 *
 *   node cli/replay-gate.js --data DIR --durability fsync|os
 */
import { parseArgs } from 'node:util'
import { FLOOR_CLIENTS } from '../floor/client/credentials.ts'
import { BASE_CURRENCY } from '../floor/world/day-world.ts'
import { tell } from '../gateway/log-events.ts'
import { DURABILITIES, type Durability } from '../journal/segment-header.ts'
import { beginDemo, floorSecretsFile } from './demo-genesis.ts'
import { gateLog } from './gate-log.ts'
import { openGate } from './open-gate.ts'

/** What the gate says once it decides orders. */
export interface ReplayGateReady {
  readonly url: string
  readonly secretsFile: string
}

/** Before any day that could be played: a trade date only goes forward. */
const FIRST_DATE = 19700102

if (process.send !== undefined) await main(process.send.bind(process))
else {
  console.error('portcullis replay starts this gate; it is not started by hand')
  process.exitCode = 2
}

async function main(send: (message: ReplayGateReady) => void): Promise<void> {
  const { values } = parseArgs({ options: { data: { type: 'string' }, durability: { type: 'string' } } })
  const { data, durability } = values
  if (data === undefined || !isDurability(durability)) throw new TypeError('--data DIR --durability fsync|os')
  const logger = gateLog('warn')
  const gate = await openGate({
    ...({ directory: data, durability, host: '127.0.0.1', port: 0, clock: 'replay', logger } as const),
    onFatal: (cause) => {
      tell(logger, 'gate.failed', { err: cause })
      process.exit(1)
    },
  })
  const stop = () => {
    gate.close().finally(() => process.exit())
  }
  for (const event of ['SIGTERM', 'disconnect'] as const) process.once(event, stop)
  // Ctrl-C reaches every process at the terminal; the player ends this gate once it has heard it.
  process.on('SIGINT', () => {})
  await beginDemo(
    gate,
    { firm: 'DEMO', baseCurrency: BASE_CURRENCY, tradeDate: FIRST_DATE },
    { floor: FLOOR_CLIENTS, yours: {} },
    [],
  )
  send({ url: gate.url, secretsFile: floorSecretsFile(data) })
}

function isDurability(text: string | undefined): text is Durability {
  return (DURABILITIES as readonly (string | undefined)[]).includes(text)
}
