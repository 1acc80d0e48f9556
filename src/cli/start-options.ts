/** The options of `npm start`, checked before any process starts. */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { DURABILITIES, type Durability } from '../journal/segment-header.ts'

export const START_USAGE = `usage: npm start -- [options]

  --data DIR         where journal and secrets are kept    (default: data/demo)
  --port PORT        port of the gate on 127.0.0.1         (default: 8080; 0 for any that is free)
  --control-port PORT
                     port of the control listener, which kills when all else is busy or down
                                                           (default: the one behind --port)
  --durability MODE  fsync: every answer is on the disk before it is given; os: handed to the system only
                                                           (default: fsync)
  --gate-only        no trading floor
  --help             this text

Exit code: 0 stopped, 1 the gate stayed down, 2 wrong options.`

/** Exit code of a start that was not meant so. */
export const WRONG_OPTIONS = 2

export interface StartOptions {
  /** Absolute. */
  readonly data: string
  readonly port: number
  readonly controlPort: number
  readonly durability: Durability
  readonly gateOnly: boolean
}

export class WrongOption extends Error {
  override readonly name = 'WrongOption'
}

/** @throws WrongOption */
export function readStartOptions(args: readonly string[]): StartOptions | 'help' {
  const { data, port: portText, 'control-port': controlText, durability, 'gate-only': gateOnly, help } = parse(args)
  if (help) return 'help'
  const port = checkedPort('--port', portText)
  const controlPort = controlText === undefined ? portBehind(port) : checkedPort('--control-port', controlText)
  if (port !== 0 && port === controlPort) throw new WrongOption(`--control-port: ${port} is the port of the gate`)
  return { data: checkedFolder(data), port, controlPort, durability: checkedDurability(durability), gateOnly }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        data: { type: 'string', default: 'data/demo' },
        port: { type: 'string', default: '8080' },
        'control-port': { type: 'string' },
        durability: { type: 'string', default: 'fsync' },
        'gate-only': { type: 'boolean', default: false },
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

function checkedPort(option: string, text: string): number {
  // Digits and nothing else: Number() alone would take an empty text for 0.
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new WrongOption(`${option}: ${text === '' ? 'nothing' : text} is no port (0 to 65535)`)
  }
  return Number(text)
}

function checkedDurability(text: string): Durability {
  const mode = DURABILITIES.find((one) => one === text)
  if (mode === undefined) throw new WrongOption(`--durability: ${text} is no mode (${DURABILITIES.join(', ')})`)
  return mode
}
