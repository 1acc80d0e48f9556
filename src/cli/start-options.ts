/** The options of `npm start`, checked before any process starts. */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { SCENARIOS, type Scenario } from '../floor/demo/scenarios.ts'
import { DURABILITIES, type Durability } from '../journal/segment-header.ts'
import { SNAPSHOT_PLAN } from './snapshot-plan.ts'

export const START_USAGE = `usage: npm start -- [options]

  --data DIR         where journal and secrets are kept    (default: data/demo)
  --port PORT        port of the gate on 127.0.0.1         (default: 8080; 0 for any that is free)
  --control-port PORT
                     port of the control listener, which kills when all else is busy or down
                                                           (default: the one behind --port)
  --session-port PORT
                     port of the order session             (default: the one behind --control-port)
  --grpc-port PORT   port of gRPC                          (default: the one behind --session-port)
  --durability MODE  fsync: every answer is on the disk before it is given; os: handed to the system only
                                                           (default: fsync)
  --snapshot-minutes MINUTES
                     how often the state is saved, so that a start reads less of the journal
                                                           (default: 15; 0 for never)
  --gate-only        no trading floor
  --scenario NAME    injected once the floor trades: runaway, fat-finger, stale-feed, disconnect;
                     while it runs: npx portcullis floor scenario NAME
  --help             this text

Exit code: 0 stopped, 1 the gate stayed down, 2 wrong options.`

/** Exit code of a start that was not meant so. */
export const WRONG_OPTIONS = 2

export interface StartOptions {
  /** Absolute. */
  readonly data: string
  readonly port: number
  readonly controlPort: number
  readonly sessionPort: number
  readonly grpcPort: number
  readonly durability: Durability
  /** 0 for never. */
  readonly snapshotMinutes: number
  readonly gateOnly: boolean
  /** What the floor is to go through; undefined for an ordinary day. */
  readonly scenario: Scenario | undefined
}

export class WrongOption extends Error {
  override readonly name = 'WrongOption'
}

/** @throws WrongOption */
export function readStartOptions(args: readonly string[]): StartOptions | 'help' {
  const options = parse(args)
  const { data, durability, 'gate-only': gateOnly } = options
  if (options.help) return 'help'
  const port = checkedPort('--port', options.port)
  const controlPort = portOr(portBehind(port), '--control-port', options['control-port'])
  if (port !== 0 && port === controlPort) throw new WrongOption(`--control-port: ${port} is the port of the gate`)
  const sessionPort = portOr(portBehind(controlPort), '--session-port', options['session-port'])
  if (sessionPort !== 0 && [port, controlPort].includes(sessionPort)) {
    throw new WrongOption(`--session-port: ${sessionPort} is another listener's port`)
  }
  const grpcPort = portOr(portBehind(sessionPort), '--grpc-port', options['grpc-port'])
  if (grpcPort !== 0 && [port, controlPort, sessionPort].includes(grpcPort)) {
    throw new WrongOption(`--grpc-port: ${grpcPort} is another listener's port`)
  }
  const ports = { port, controlPort, sessionPort, grpcPort }
  const snapshotMinutes = checkedMinutes(options['snapshot-minutes'])
  const scenario = checkedScenario(options.scenario, gateOnly)
  return {
    ...{ data: checkedFolder(data), ...ports, durability: checkedDurability(durability), snapshotMinutes, gateOnly },
    scenario,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        data: { type: 'string', default: 'data/demo' },
        port: { type: 'string', default: '8080' },
        'control-port': { type: 'string' },
        'session-port': { type: 'string' },
        'grpc-port': { type: 'string' },
        durability: { type: 'string', default: 'fsync' },
        'snapshot-minutes': { type: 'string', default: String(SNAPSHOT_PLAN.minutes) },
        'gate-only': { type: 'boolean', default: false },
        scenario: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (cause) {
    throw new WrongOption((cause as Error).message)
  }
}

function checkedFolder(text: string): string {
  if (text === '') throw new WrongOption('--data: the name of a folder is missing')
  const folder = resolve(text)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new WrongOption(`--data: ${text} is a file, and a folder is needed`)
  }
  return folder
}

/** Any that is free where the gate takes any; of the last port there is none behind. */
function portBehind(port: number): number {
  return port === 0 || port === 65_535 ? 0 : port + 1
}

function portOr(otherwise: number, option: string, text: string | undefined): number {
  return text === undefined ? otherwise : checkedPort(option, text)
}

function checkedPort(option: string, text: string): number {
  // Digits and nothing else: Number() alone would take an empty text for 0.
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new WrongOption(`${option}: ${text === '' ? 'nothing' : text} is no port (0 to 65535)`)
  }
  return Number(text)
}

function checkedMinutes(text: string): number {
  if (!/^\d{1,4}(\.\d+)?$/.test(text)) throw new WrongOption(`--snapshot-minutes: ${text} is no number of minutes`)
  return Number(text)
}

function checkedDurability(text: string): Durability {
  const mode = DURABILITIES.find((one) => one === text)
  if (mode === undefined) throw new WrongOption(`--durability: ${text} is no mode (${DURABILITIES.join(', ')})`)
  return mode
}

function checkedScenario(text: string | undefined, gateOnly: boolean): Scenario | undefined {
  const scenario = SCENARIOS.find((one) => one === text)
  if (text !== undefined && scenario === undefined) {
    throw new WrongOption(`--scenario: ${text} is none (${SCENARIOS.join(', ')})`)
  }
  if (scenario !== undefined && gateOnly) throw new WrongOption('--scenario: there is no floor with --gate-only')
  return scenario
}
