/**
 * The gate of `npm start` as a process of its own: demo profile, loopback only. Says by IPC where it is; ends in order when
 * the process that started it closes the channel or is gone, and on SIGTERM and SIGINT where nobody did.
 *
 *   node cli/demo-gate.js --data DIR --durability fsync|os --port PORT --control-port PORT
 *     --session-port PORT --grpc-port PORT
 */
import { parseArgs } from 'node:util'
import { tell } from '../gateway/log-events.ts'
import { DURABILITIES, type Durability } from '../journal/segment-header.ts'
import { type DemoGateReady, DO_NOT_RESTART } from './demo-gate-ready.ts'
import { beginDemo, floorSecretsFile } from './demo-genesis.ts'
import { endInOrder } from './end-in-order.ts'
import { gateLog } from './gate-log.ts'
import { openGate } from './open-gate.ts'
import { recoveredInWords } from './recover-engine.ts'
import { spanExport } from './span-export.ts'
import { startFault } from './start-fault.ts'
import { endIfOrphaned } from './supervisor.ts'
import { tradeDateOf } from './trade-date.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    durability: { type: 'string', default: 'fsync' },
    port: { type: 'string', default: '8080' },
    'control-port': { type: 'string', default: '0' },
    'session-port': { type: 'string', default: '0' },
    'grpc-port': { type: 'string', default: '0' },
  },
})
await main()

async function main(): Promise<void> {
  const { data, durability } = values
  const port = Number(values.port)
  const controlPort = Number(values['control-port'])
  const sessionPort = Number(values['session-port'])
  const grpcPort = Number(values['grpc-port'])
  if (data === undefined || !isDurability(durability) || ![port, controlPort, sessionPort, grpcPort].every(isPort)) {
    console.error(
      'usage: cli/demo-gate.js --data DIR [--durability fsync|os] [--port PORT] [--control-port PORT] [--session-port PORT] [--grpc-port PORT]',
    )
    process.exit(DO_NOT_RESTART)
  }
  const logger = gateLog(process.env.LOG_LEVEL)
  // While it opens there is nothing to end in order: a journal may be left at any moment.
  let stop = (): void => process.exit(0)
  process.on('disconnect', () => stop())
  endIfOrphaned()
  const say = (line: string) => console.error(`gate: ${line}`)
  const settings = {
    directory: data,
    durability,
    host: '127.0.0.1',
    port,
    controlPort,
    session: { host: '127.0.0.1', port: sessionPort },
    grpc: { host: '127.0.0.1', port: grpcPort },
    // People's sign-in names its issuer: an address, which is known where the port is.
    ...(port === 0 ? {} : { issuer: `http://127.0.0.1:${port}` }),
    clock: 'system',
    logger,
    say,
    ...(await spanExport(process.env)),
  } as const
  try {
    const gate = await openGate({
      ...settings,
      onFatal: (cause) => {
        tell(logger, 'gate.failed', { err: cause })
        process.exit(1)
      },
    })
    stop = endInOrder(gate, logger)
    // A signal to the whole group (Ctrl-C, `timeout`, a service manager) reaches this process too. Who started it stops the
    // floor first, which needs the gate to end its orders, and then closes the channel.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (!process.connected) stop()
      })
    }
    const continues = gate.hasGenesis
    const tradeDate = tradeDateOf(new Date())
    await beginDemo(gate, { firm: 'DEMO', baseCurrency: 'USD', tradeDate })
    const ready: DemoGateReady = {
      url: gate.url,
      controlUrl: gate.controlUrl,
      sessionAddress: gate.sessionAddress ?? '',
      grpcAddress: gate.grpcAddress ?? '',
      secretsFile: floorSecretsFile(data),
      durability,
      continues,
      from: continues ? recoveredInWords(gate.from) : undefined,
    }
    process.send?.(ready)
  } catch (cause) {
    const fault = startFault(cause, port)
    if (fault === undefined) throw cause
    say(fault)
    process.exit(DO_NOT_RESTART)
  }
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port < 65_536
}

function isDurability(text: string): text is Durability {
  return (DURABILITIES as readonly string[]).includes(text)
}
