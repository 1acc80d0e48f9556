/** `portcullis replay FILE`: plays a recorded trading day through a running gate and proves what came of it. */
import { writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { readSecrets } from '../floor/client/credentials.ts'
import { GateClient } from '../floor/client/gate-client.ts'
import type { DayOutcome } from '../floor/player/day-outcome.ts'
import { faultsOf } from '../floor/player/day-outcome.ts'
import { dayPace } from '../floor/player/pace.ts'
import { prepareReplay } from '../floor/player/prepare-replay.ts'
import { Progress } from '../floor/player/progress.ts'
import { recordedDay } from '../floor/player/recorded-day.ts'
import { clockText, replayDay } from '../floor/player/replay-day.ts'
import { reportText } from '../floor/player/report-text.ts'
import { DAY_MARKET } from '../floor/world/day-world.ts'
import { DURABILITIES, type Durability } from '../journal/segment-header.ts'
import { startOwnGate } from './own-gate.ts'

export interface ReplayArguments {
  readonly date: string
  readonly durability: Durability
  /** A running gate; without it one is started. */
  readonly url?: URL
  /** Of a running gate: the file with the floor's secrets. */
  readonly secrets?: string
  /** Multiple of real time; without it as fast as the gate answers. */
  readonly speed?: number
  /** Microseconds since midnight up to which the day is played. */
  readonly until?: number
  readonly json?: string
  /** Data folder of the gate that is started; without it a temporary one. */
  readonly data?: string
}

const FAILED = 1
const INTERRUPTED = 130

export function register(program: Command): void {
  program
    .command('replay')
    .description('play a recorded trading day through a gate and prove its exposure')
    .argument('<file>', 'events.csv.gz of one stock in Shanghai')
    .option('--date <date>', 'trade date of the file', '2023-02-07')
    .option('--speed <times>', 'multiple of real time; without it as fast as the gate answers', parseSpeed)
    .option('--until <HH:MM>', 'play up to this time of the day only', parseUntil)
    .option('--json <file>', 'write the report as JSON too')
    .option('--data <dir>', 'keep journal and secrets of the gate that is started in this new folder')
    .option('--url <url>', 'play to a running gate that holds nothing, not to one of its own', parseUrl)
    .option('--secrets <file>', "with --url: the file with the secrets of the floor's clients")
    .addOption(new Option('--durability <mode>', 'of the gate that is started').choices(DURABILITIES).default('fsync'))
    .action(async (file: string, options: ReplayArguments) => {
      const outcome = await replay(file, options)
      process.stdout.write(reportText(outcome))
      if (options.json !== undefined) writeFileSync(options.json, reportJson(outcome))
      if (faultsOf(outcome).length > 0) process.exitCode = FAILED
    })
}

/** Plays the day, to the gate that is named or to one of its own. */
export async function replay(file: string, options: ReplayArguments): Promise<DayOutcome> {
  // Before a gate is started: a file that is no day needs none.
  const day = await recordedDay(file, options.until)
  if (options.url !== undefined) {
    if (options.secrets === undefined) throw new InvalidArgumentError('--url needs --secrets')
    return play(file, day, options.url, options.secrets, options)
  }
  const gate = await startOwnGate(options.durability, options.data)
  const interrupted = () => {
    // 130 is what a shell expects of a program that Ctrl-C ended.
    gate.close().finally(() => process.exit(INTERRUPTED))
  }
  process.once('SIGINT', interrupted)
  process.once('SIGTERM', interrupted)
  try {
    return await play(file, day, new URL(gate.url), gate.secretsFile, options)
  } finally {
    process.off('SIGINT', interrupted)
    process.off('SIGTERM', interrupted)
    await gate.close()
  }
}

async function play(
  file: string,
  day: Awaited<ReturnType<typeof recordedDay>>,
  url: URL,
  secretsFile: string,
  options: ReplayArguments,
): Promise<DayOutcome> {
  const nowMs = () => performance.now()
  const wait = (ms: number) => new Promise<void>((settle) => setTimeout(settle, ms))
  const client = new GateClient({ url, secrets: readSecrets(secretsFile), feed: DAY_MARKET.feed, nowMs, wait })
  const progress = new Progress(process.stdout, day.messages.length, nowMs)
  try {
    const prepared = await prepareReplay(client, day, options.date)
    if (!prepared.isReplayClock) {
      console.warn("portcullis replay: this gate goes by the machine's clock; the counts depend on the speed")
    }
    return await replayDay({
      ...prepared,
      ...{ file: basename(file), nowMs },
      pace: dayPace(options.speed, nowMs, wait),
      onProgress: (sent, timeUs, tally) =>
        progress.update(sent, () => {
          const { decidedSoFar, approvedSoFar } = tally
          return `${clockText(timeUs)}  ${decidedSoFar} orders decided, ${approvedSoFar} approved`
        }),
    })
  } finally {
    progress.finish()
    client.close()
  }
}

/** Money as decimal texts would lose nothing either, but integers in ledger units compare as they are. */
export function reportJson(outcome: DayOutcome): string {
  const withText = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)
  return `${JSON.stringify({ profile: 'demo', ...outcome, faults: faultsOf(outcome) }, withText, 2)}\n`
}

function parseSpeed(text: string): number {
  const speed = Number(text)
  if (!(speed > 0) || !Number.isFinite(speed)) throw new InvalidArgumentError('a number above zero')
  return speed
}

function parseUntil(text: string): number {
  const [, hours = '', minutes = ''] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  if (hours === '') throw new InvalidArgumentError('a time of day such as 10:30')
  return (Number(hours) * 60 + Number(minutes)) * 60_000_000
}

function parseUrl(text: string): URL {
  if (!URL.canParse(text) || new URL(text).protocol !== 'http:') throw new InvalidArgumentError('an http URL')
  return new URL(text)
}
