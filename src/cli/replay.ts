/** `portcullis replay FILE`: plays a recorded trading day through a running gate and proves what came of it. */
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { readSecrets } from '../floor/client/credentials.ts'
import { GateClient } from '../floor/client/gate-client.ts'
import { DayFileError } from '../floor/day/day-event.ts'
import { shanghaiMidnightUs } from '../floor/player/day-clock.ts'
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
import { EXIT, UsageError } from './exit-codes.ts'
import { checkUnused, startOwnGate } from './own-gate.ts'

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

const HELP = `
The file is one day of one stock in Shanghai, every order and trade as the exchange publishes them, gzipped CSV. First
line: biz_index,appl_seq,time_hhmmsscc,event,order_no,bid_order_no,ask_order_no,side,price_1e3,qty_1e3

  biz_index         number of the event in the day, ever higher; lines stand in this order
  appl_seq          number of the event in its channel; not used
  time_hhmmsscc     time of day in hundredths of a second: 9150290 is 09:15:02.90
  event             ADD: an order comes to rest; CANCEL: what is left of it goes; TRADE
  order_no          of ADD and CANCEL: the order; else empty
  bid_order_no      of TRADE: the buying order; else empty
  ask_order_no      of TRADE: the selling order; else empty
  side              B or S; of TRADE the side that came second, N in an auction
  price_1e3         price in 0.001 CNY, a multiple of 0.01 CNY
  qty_1e3           quantity in 0.001 share, whole shares

Such a file is no part of Portcullis. It is the exchange's Level-2 feed of orders and trades, which vendors sell; the
public repository github.com/fpga2u/AXOrderBook holds 2023-02-07 of 600519 in the feed's own form, and its fields are
brought into these columns. Thirty of a hundred orders are given to the demo firm.

Exit code: 0 everything agrees, ${EXIT.disagrees} something disagrees, ${EXIT.usage} wrong words or no such day, ${EXIT.failed} anything else.`

/** Of the day that the defaults fit. */
const EXAMPLE_DATE = '2023-02-07'

export function register(program: Command): void {
  program
    .command('replay')
    .description('play a recorded trading day through a gate and prove its exposure')
    .argument('<file>', 'events.csv.gz of one stock in Shanghai')
    .option('--date <date>', 'trade date of the file', parseDate, EXAMPLE_DATE)
    .option('--speed <times>', 'multiple of real time; without it as fast as the gate answers', parseSpeed)
    .option('--until <HH:MM>', 'play up to this time of the day only', parseUntil)
    .option('--json <file>', 'write the report as JSON too')
    .addOption(
      new Option('--data <dir>', 'keep journal and secrets of the gate that is started in this new folder').conflicts(
        'url',
      ),
    )
    .option('--url <url>', 'play to a running gate that holds nothing, not to one of its own', parseUrl)
    .option('--secrets <file>', "with --url: the file with the secrets of the floor's clients")
    .addOption(
      new Option('--durability <mode>', 'of the gate that is started')
        .choices(DURABILITIES)
        .default('fsync')
        .conflicts('url'),
    )
    .addHelpText('after', HELP)
    .action(async (file: string, options: ReplayArguments) => {
      checkOptions(options)
      const outcome = await replay(file, options)
      process.stdout.write(reportText(outcome))
      if (options.json !== undefined) writeFileSync(options.json, reportJson(outcome))
      if (faultsOf(outcome).length > 0) process.exitCode = EXIT.disagrees
    })
}

/** Plays the day, to the gate that is named or to one of its own. */
export async function replay(file: string, options: ReplayArguments): Promise<DayOutcome> {
  // Before a gate is started: a file that is no day needs none.
  const day = await dayOf(file, options.until)
  // A proof of nothing must not look like one.
  if (day.messages.length === 0) throw new UsageError('--until: nothing of the day happens up to that time')
  if (options.url !== undefined) {
    if (options.secrets === undefined) throw new UsageError('--url needs --secrets')
    return play(file, day, options.url, options.secrets, options)
  }
  const gate = await startOwnGate(options.durability, options.data)
  const interrupted = () => {
    gate.close().finally(() => process.exit(EXIT.interrupted))
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

/** What would only be found after minutes of playing. @throws UsageError */
function checkOptions({ url, secrets, data, json }: ReplayArguments): void {
  if ((url === undefined) !== (secrets === undefined)) throw new UsageError('--url and --secrets need each other')
  if (secrets !== undefined && !existsSync(secrets)) throw new UsageError(`--secrets: there is no file ${secrets}`)
  if (data !== undefined) checkUnused(data)
  if (json === undefined) return
  if (!existsSync(dirname(json))) throw new UsageError(`--json: there is no folder ${dirname(json)}`)
  if (statSync(json, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`--json: ${json} is a folder`)
}

async function dayOf(file: string, until: number | undefined) {
  try {
    return await recordedDay(file, until)
  } catch (error) {
    throw error instanceof DayFileError ? new UsageError(error.message) : error
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
      ...{ file: basename(file), nowMs, until: options.until },
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
  if (!(speed > 0) || !Number.isFinite(speed)) throw new InvalidArgumentError('A number above zero.')
  return speed
}

function parseDate(text: string): string {
  try {
    shanghaiMidnightUs(text)
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`)
  }
  return text
}

function parseUntil(text: string): number {
  const [, hours = '', minutes = ''] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  if (hours === '') throw new InvalidArgumentError('A time of day such as 10:30.')
  return (Number(hours) * 60 + Number(minutes)) * 60_000_000
}

function parseUrl(text: string): URL {
  if (!URL.canParse(text) || new URL(text).protocol !== 'http:') throw new InvalidArgumentError('An http URL.')
  return new URL(text)
}
