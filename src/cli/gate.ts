/**
 * `portcullis gate`: a production gate from its configuration, as a process of its own. It starts with nothing that could
 * let an order pass, blocked until two officers open it, and says on standard output where it is.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import type { Command } from 'commander'
import { People } from '../auth/person-keys.ts'
import { SecretFiles } from '../auth/secret-files.ts'
import { tell } from '../gateway/log-events.ts'
import type { TlsFiles } from '../gateway/tls.ts'
import type { Directory } from '../model/directory.ts'
import { GENESIS } from '../model/records/commands.ts'
import { endInOrder } from './end-in-order.ts'
import { EXIT, UsageError } from './exit-codes.ts'
import { type GateConfig, readGateConfig } from './gate-config.ts'
import { gateLog } from './gate-log.ts'
import { type GateSettings, type OpenGate, openGate, WrongJournal } from './open-gate.ts'
import { recoveredInWords } from './recover-engine.ts'
import { spanExport } from './span-export.ts'
import { startFault } from './start-fault.ts'
import { endIfOrphaned } from './supervisor.ts'
import { tradeDateOf } from './trade-date.ts'

/** What the process that started it is told by IPC, where there is one. */
export interface GateReady {
  readonly url: string
  /** Of the control listener. */
  readonly controlUrl: string
}

const PRODUCTION = 1

export function register(program: Command): void {
  program
    .command('gate')
    .description('run a production gate')
    .requiredOption('--config <file>', 'its configuration (docs/reference/configuration.md)')
    .option('--check', 'look at configuration, keys and certificate, and start nothing')
    .addHelpText(
      'after',
      `
SIGTERM and Ctrl-C end it in order. LOG_LEVEL (default warn) sets what goes to standard error as JSON lines.

Exit code: 0 ended in order, 1 it has failed: start it again, it goes on from its journal,
           ${EXIT.usage} wrong words or configuration, ${EXIT.failed} anything else that starting again would only repeat.`,
    )
    .action(async ({ config, check }: { readonly config: string; readonly check?: true }) => {
      const read = readGateConfig(config)
      const tls = readTls(read)
      await checkOfficers(read)
      if (check === true) console.log(`portcullis: ${config} can be started with`)
      else await run(read, tls)
    })
}

async function run(config: GateConfig, tls: TlsFiles | undefined): Promise<void> {
  const logger = gateLog(process.env.LOG_LEVEL)
  // While it opens there is nothing to end in order: a journal may be left at any moment.
  let stop = (): void => process.exit(0)
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(event, () => stop())
  endIfOrphaned()
  const gate = await open(config, {
    logger,
    ...(await spanExport(process.env)),
    ...(tls === undefined ? {} : { tls }),
    onFatal: (cause) => {
      tell(logger, 'gate.failed', { err: cause })
      process.exit(1)
    },
  })
  stop = endInOrder(gate, logger)
  const { url, controlUrl, sessionAddress, grpcAddress } = gate
  console.log(
    `portcullis: the gate of ${config.firm} decides at ${url} (durability ${config.durability}), kill at ${controlUrl}${
      sessionAddress === undefined ? '' : `, order sessions at ${sessionAddress}`
    }${grpcAddress === undefined ? '' : `, gRPC at ${grpcAddress}`}`,
  )
  if (gate.hasGenesis) console.log(`portcullis: the gate ${recoveredInWords(gate.from)}`)
  const ready: GateReady = { url, controlUrl }
  process.send?.(ready)
}

/** Opens the gate and, where the journal is new, writes its first record. */
export async function openProduction(
  config: GateConfig,
  more: Pick<GateSettings, 'logger' | 'onFatal' | 'tls' | 'say' | 'spans'>,
): Promise<OpenGate> {
  const {
    data,
    durability,
    host,
    port,
    control,
    session,
    grpc,
    feedOrigins,
    sizes,
    issuer,
    external,
    firm,
    baseCurrency,
    ledgerDecimals,
    officers,
    rates,
    orderAgeMaxMs,
  } = config
  const gate = await openGate({
    ...more,
    ...({
      directory: data,
      durability,
      host,
      port,
      sizes,
      issuer,
      external,
      profile: 'production',
      clock: 'system',
    } as const),
    ...{ feedOrigins, controlHost: control.host, controlPort: control.port, rates, orderAgeMaxMs },
    ...(session === undefined ? {} : { session }),
    ...(grpc === undefined ? {} : { grpc }),
    check: (directory) => checkFirm(config, directory),
  })
  if (gate.hasGenesis) return gate
  const [officer1, officer2] = officers
  await gate.command(GENESIS, {
    ...{ profile: PRODUCTION, ledgerDecimals, tradeDate: tradeDateOf(new Date()), firm, baseCurrency },
    ...{ officer1, officer2 },
  })
  return gate
}

async function open(
  config: GateConfig,
  more: Pick<GateSettings, 'logger' | 'onFatal' | 'tls' | 'spans'>,
): Promise<OpenGate> {
  try {
    return await openProduction(config, { ...more, say: (line) => console.error(`portcullis: ${line}`) })
  } catch (cause) {
    const fault = startFault(cause, config.port, 'production')
    throw fault === undefined ? cause : new Error(fault, { cause })
  }
}

/** @throws WrongJournal where the configuration speaks of another firm than the first record of the journal */
function checkFirm({ firm, baseCurrency, officers }: GateConfig, directory: Directory): void {
  const begun = [0, 1].map((id) => directory.nameOf('PRINCIPAL', id))
  const rows = [
    ['firm.id', firm, directory.firm],
    ['firm.baseCurrency', baseCurrency, directory.nameOf('CURRENCY', 0)],
    ['officers', officers.join(', '), begun.join(', ')],
  ] as const
  for (const [field, said, stands] of rows) {
    if (said !== stands) {
      throw new WrongJournal(`${field}: the configuration says ${said}, the first record of the journal ${stands}`)
    }
  }
}

/** @throws UsageError where an officer could not prove who they are */
async function checkOfficers({ data, officers }: GateConfig): Promise<void> {
  const people = await People.open(new SecretFiles(join(data, 'secrets')))
  for (const officer of officers) {
    if (people.has(officer)) continue
    throw new UsageError(
      `officers: ${officer} has no key at this gate. On a machine of their own: ` +
        `portcullis person key ${officer} --key FILE > ${officer}.pub; ` +
        `then here: portcullis person add ${officer} --data ${data} --public ${officer}.pub`,
    )
  }
}

/** @throws UsageError where a file cannot be read, or certificate and key do not fit each other */
function readTls({ tls }: GateConfig): TlsFiles | undefined {
  if (tls === undefined) return undefined
  const read = (field: 'cert' | 'key' | 'clientCa') => {
    try {
      return readFileSync(tls[field] ?? '', 'utf8')
    } catch (error) {
      throw new UsageError(`listen.tls.${field}: ${(error as Error).message}`)
    }
  }
  const ca = tls.clientCa === undefined ? undefined : read('clientCa')
  const files = { cert: read('cert'), key: read('key'), ...(ca === undefined ? {} : { clientCa: ca }) }
  try {
    createSecureContext({ ...files, ...(ca === undefined ? {} : { ca }) })
  } catch (error) {
    throw new UsageError(`listen.tls: ${(error as Error).message}`)
  }
  return files
}
