/** What a session's commands need: the duty, the constructor, and how urgent they are. */
import { dutyBit } from '../../auth/duties.ts'
import type { Directory } from '../../model/directory.ts'
import type { RequestError } from '../../model/errors.ts'
import { executionReport } from '../../model/parse/execution.ts'
import { orderStatus, orderTriggered } from '../../model/parse/fate.ts'
import type { Words } from '../../model/parse/form.ts'
import { feedHeartbeat, instrumentState, quote, sessionPhase } from '../../model/parse/market.ts'
import { massCancel, notSent } from '../../model/parse/order-change.ts'
import { parent } from '../../model/parse/parent.ts'
import type { Command, Sender } from '../../model/parse/reading.ts'
import type { Duty } from '../../model/vocabulary.ts'
import type { SessionCommand } from '../../wire/session-commands.ts'

export interface CommandRow {
  /** Any one of these is enough. */
  readonly duties: number
  /** Neither the client's rate nor a full queue refuses it. */
  readonly neverRefused: boolean
  /** Undefined where the session makes the command itself. */
  readonly construct: ((words: Words, names: Directory, sender: Sender) => Command | RequestError) | undefined
}

const bits = (...duties: readonly Duty[]) => duties.reduce((sum, duty) => sum | dutyBit(duty), 0)

/** A constructor takes the words of its own form, which is the one that the message was read by. */
type Construct = (words: never, names: Directory, sender: Sender) => Command | RequestError

const row = (duties: number, construct: Construct | undefined, neverRefused = false): CommandRow => ({
  duties,
  construct: construct as CommandRow['construct'],
  neverRefused,
})

const ORDERS = bits('orders:write')
const EXECUTIONS = bits('executions:write')
const QUOTES = bits('quotes:write')
const MARKET = bits('quotes:write', 'reference:write')

export const COMMAND_ROWS: Readonly<Record<SessionCommand, CommandRow>> = {
  newOrder: row(ORDERS, undefined),
  replace: row(ORDERS, undefined),
  cancel: row(bits('orders:write', 'cancels:execute'), undefined, true),
  notSent: row(ORDERS, notSent, true),
  parent: row(ORDERS, parent),
  massCancel: row(ORDERS, massCancel, true),
  execution: row(EXECUTIONS, executionReport, true),
  orderStatus: row(EXECUTIONS, orderStatus, true),
  orderTriggered: row(EXECUTIONS, orderTriggered, true),
  quote: row(QUOTES, quote),
  feedHeartbeat: row(QUOTES, feedHeartbeat),
  instrumentState: row(MARKET, instrumentState),
  sessionPhase: row(MARKET, sessionPhase),
}
