/**
 * Reads a day's published events from gzipped CSV, one at a time, and refuses the first line that is not exactly what
 * the format says.
 */
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Aggressor, DayEvent, DaySide } from './day-event.ts'
import { DayFileError } from './day-event.ts'

const HEADER = 'biz_index,appl_seq,time_hhmmsscc,event,order_no,bid_order_no,ask_order_no,side,price_1e3,qty_1e3'
const FIELD_COUNT = HEADER.split(',').length
/** No honest line comes near it; without a bound a file without line ends would be read into memory whole. */
const LINE_CHARS_MAX = 1_000

/** Yields the events of a gzipped file. @throws DayFileError, or the system's error where it cannot be read. */
export async function* readEvents(path: string): AsyncGenerator<DayEvent> {
  const text = createGunzip()
  // Not `pipe`: only a pipeline hands an error of the file on to the text, and the loop below throws it. The callback
  // has nothing left to do.
  pipeline(createReadStream(path), text, () => {})
  try {
    yield* parseEvents(text.setEncoding('latin1'))
  } catch (error) {
    throw inWords(error)
  }
}

/** The errors of a file that is not what it should be, by what a person can do about them. */
function inWords(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return new DayFileError('there is no such file')
  if (code === 'EISDIR') return new DayFileError('this is a folder; a day is one file, gzipped CSV')
  if (code === 'Z_BUF_ERROR') return new DayFileError(`the gzip file is cut off (${message})`)
  if (code?.startsWith('Z_') === true) {
    return new DayFileError(`no whole gzip file (${message}); a day is gzipped CSV that begins with ${HEADER}`)
  }
  return error
}

/** The whole day in memory, for whoever must look ahead. */
export async function loadEvents(path: string): Promise<DayEvent[]> {
  const events: DayEvent[] = []
  for await (const event of readEvents(path)) events.push(event)
  return events
}

/** Yields the events of a text that arrives in pieces of any length, the header line first. */
export async function* parseEvents(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<DayEvent> {
  let lineNumber = 0
  let previous: DayEvent | undefined
  for await (const line of splitLines(pieces)) {
    lineNumber++
    try {
      if (lineNumber === 1) {
        if (line !== HEADER) throw new DayFileError(`the header must be ${HEADER}`)
        continue
      }
      const event = parseEvent(line)
      checkOrder(previous, event)
      previous = event
      yield event
    } catch (error) {
      if (error instanceof DayFileError) throw new DayFileError(`line ${lineNumber}: ${error.message}`)
      throw error
    }
  }
  if (lineNumber === 0) throw new DayFileError('the file is empty')
}

/** A line ends with LF or, as the exchange's vendor writes it, with CR LF. */
async function* splitLines(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    // An overlong line goes on as it is: it cannot parse, and then the error has its number.
    if (rest.length > LINE_CHARS_MAX) lines.push(rest)
    for (const line of lines) yield withoutReturn(line)
  }
  if (rest !== '') yield withoutReturn(rest)
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

/** Everything downstream trusts that the list is chronological, so it is checked where the line is known. */
function checkOrder(previous: DayEvent | undefined, event: DayEvent): void {
  if (previous === undefined) return
  if (event.bizIndex <= previous.bizIndex) {
    throw new DayFileError(`biz_index ${event.bizIndex} does not follow ${previous.bizIndex}`)
  }
  if (event.timeUs < previous.timeUs) throw new DayFileError('time_hhmmsscc runs backwards')
}

function parseEvent(line: string): DayEvent {
  const fields = line.split(',')
  if (fields.length !== FIELD_COUNT) throw new DayFileError(`${fields.length} fields instead of ${FIELD_COUNT}`)
  const [bizIndex, applSeq, time, kind, orderNo, bidOrderNo, askOrderNo, side, px, qty] = fields
  // Of no use here (it counts per channel), but a line in which it is broken is a broken line.
  parseInteger('appl_seq', applSeq)
  const published = {
    bizIndex: parseInteger('biz_index', bizIndex),
    timeUs: parseTimeUs(time),
    px: parsePositive('price_1e3', px),
    qty: parsePositive('qty_1e3', qty),
  }
  if (kind === 'ADD' || kind === 'CANCEL') {
    parseAbsent('bid_order_no', bidOrderNo)
    parseAbsent('ask_order_no', askOrderNo)
    const resting = { orderNo: parsePositive('order_no', orderNo), side: parseSide(side), ...published }
    return kind === 'ADD' ? { kind: 'add', ...resting } : { kind: 'cancel', ...resting }
  }
  if (kind !== 'TRADE') throw new DayFileError(`event must be ADD, CANCEL or TRADE, not ${quote(kind)}`)
  parseAbsent('order_no', orderNo)
  return {
    kind: 'trade',
    bidOrderNo: parsePositive('bid_order_no', bidOrderNo),
    askOrderNo: parsePositive('ask_order_no', askOrderNo),
    aggressor: parseAggressor(side),
    ...published,
  }
}

function parseInteger(name: string, text: string | undefined): number {
  const value = Number(text)
  // Digits and nothing else: Number() alone would let 1e3, 0x10, a sign and blanks through.
  if (text === undefined || !/^(0|[1-9]\d*)$/.test(text) || !Number.isSafeInteger(value)) {
    throw new DayFileError(`${name} must be a whole number up to 2^53-1, not ${quote(text)}`)
  }
  return value
}

function parsePositive(name: string, text: string | undefined): number {
  const value = parseInteger(name, text)
  if (value === 0) throw new DayFileError(`${name} must be above zero`)
  return value
}

function parseAbsent(name: string, text: string | undefined): void {
  if (text !== '') throw new DayFileError(`${name} must be empty on this event, not ${quote(text)}`)
}

function parseSide(text: string | undefined): DaySide {
  if (text === 'B') return 'Buy'
  if (text === 'S') return 'Sell'
  throw new DayFileError(`side must be B or S, not ${quote(text)}`)
}

function parseAggressor(text: string | undefined): Aggressor {
  if (text === 'N') return 'None'
  if (text === 'B' || text === 'S') return parseSide(text)
  throw new DayFileError(`side of a trade must be B, S or N, not ${quote(text)}`)
}

/** hhmmsscc, written as a number and so without the leading zero of the morning. */
function parseTimeUs(text: string | undefined): number {
  const value = parseInteger('time_hhmmsscc', text)
  const centiseconds = value % 100
  const seconds = Math.floor(value / 100) % 100
  const minutes = Math.floor(value / 1_00_00) % 100
  const hours = Math.floor(value / 1_00_00_00)
  if (hours > 23 || minutes > 59 || seconds > 59) {
    throw new DayFileError(`time_hhmmsscc must be a time of day, not ${quote(text)}`)
  }
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + centiseconds * 10_000
}

function quote(text: string | undefined): string {
  return JSON.stringify((text ?? '').slice(0, 40))
}
