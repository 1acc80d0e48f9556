/** Commands that are no orders: executions, market data, reference data, limits, kill, release, roll. */

import type { Directory } from '../../model/directory.ts'
import { type ErrorCode, RequestError } from '../../model/errors.ts'
import { ALGO_FORM, algo } from '../../model/parse/algo.ts'
import { EXECUTION_FORM, executionReport } from '../../model/parse/execution.ts'
import {
  EXPLAIN_FORM,
  executionSource,
  explainExecution,
  ORDER_STATUS_FORM,
  orderStatus,
  orderTriggered,
  RESOLVE_FORM,
  resolveOrder,
  SOURCE_FORM,
  TRIGGERED_FORM,
} from '../../model/parse/fate.ts'
import type { Form, WordsOf } from '../../model/parse/form.ts'
import { BINDING_FORM, binding, HIERARCHY_FORM, hierarchy } from '../../model/parse/hierarchy.ts'
import { INSTRUMENT_FORM, instrument } from '../../model/parse/instrument.ts'
import { DAY_ROLL_FORM, dayRoll, KILL_FORM, kill, RELEASE_FORM, release } from '../../model/parse/kill.ts'
import { LIMIT_FORM, limit } from '../../model/parse/limit.ts'
import {
  feedHeartbeat,
  HEARTBEAT_FORM,
  INSTRUMENT_STATE_FORM,
  instrumentState,
  PHASE_FORM,
  QUOTE_FORM,
  quote,
  sessionPhase,
} from '../../model/parse/market.ts'
import { PARENT_FORM, parent } from '../../model/parse/parent.ts'
import type { Command, Sender } from '../../model/parse/reading.ts'
import * as reference from '../../model/parse/reference.ts'
import type { Duty } from '../../model/vocabulary.ts'
import type { Gate } from '../gate.ts'
import { BULK_BYTES, PEOPLE, type Route } from './route.ts'
import type { Sequencing } from './sequencing.ts'

/** A constructor of model/parse. */
type Constructor<F extends Form> = (words: WordsOf<F>, names: Directory, sender: Sender) => Command | RequestError

interface Row {
  readonly url: string
  readonly tag: string
  readonly duties: readonly Duty[]
  readonly summary: string
  readonly description: string
  readonly errors?: readonly ErrorCode[]
  /** A full queue, and the client's rate, do not refuse it. */
  readonly neverRefused?: boolean
  /** Sequenced before everything that waits. */
  readonly first?: boolean
  /** The reporter must have a session. */
  readonly needsSession?: boolean
}

const ROWS_MAX = 1000
const BULK = `An object, or an array of up to ${ROWS_MAX}; rows are sequenced one by one, in order, and answered one by one.`

export function commandRoutes(gate: Gate, sequencing: Sequencing): readonly Route[] {
  const names = gate.directory
  const route = <F extends Form>(form: F, construct: Constructor<F>, row: Row, rowsMax?: number): Route => ({
    method: 'POST',
    url: row.url,
    duties: row.duties,
    tag: row.tag,
    summary: row.summary,
    description: rowsMax === undefined ? row.description : `${row.description} ${BULK}`,
    form,
    ...(rowsMax === undefined ? {} : { rowsMax, bodyBytesMax: BULK_BYTES }),
    answer: rowsMax === undefined ? 'CommandAnswer' : 'CommandAnswers',
    answerDescription: 'What became of it.',
    errors: row.errors ?? ['UNKNOWN_NAME', 'FIELD_CONFLICT'],
    sequenced: true,
    unlimited: row.neverRefused === true,
    handle: (call, rows) => {
      if (row.needsSession === true && call.caller.session < 0) return call.refuse(new RequestError('NOT_BOUND'))
      sequencing.rows(call, rows, (words) => construct(words as WordsOf<F>, names, call.caller), row)
    },
  })
  const bulk = <F extends Form>(form: F, construct: Constructor<F>, row: Row) => route(form, construct, row, ROWS_MAX)
  return [
    route(PARENT_FORM, parent, {
      url: '/parents',
      tag: 'Orders',
      duties: ['orders:write'],
      summary: 'Tell of a parent order or a basket',
      description:
        'Before its slices: orders that name it by parentClOrdID may together not come to more. The same again changes nothing; other terms: NAME_CONFLICT.',
      errors: ['NOT_BOUND', 'FIELD_CONFLICT'],
      needsSession: true,
    }),
    bulk(EXECUTION_FORM, executionReport, {
      url: '/executions',
      tag: 'Executions',
      duties: ['executions:write'],
      summary: 'Report what the market did',
      description:
        'Acknowledgements, fills, cancels, replaces, busts and corrects. A fill of an unknown order is booked and alarmed; the same execID again is refused with EXEC_DUPLICATE and changes nothing.',
      errors: ['UNKNOWN_NAME', 'NOT_BOUND'],
      neverRefused: true,
      needsSession: true,
    }),
    bulk(ORDER_STATUS_FORM, orderStatus, {
      url: '/order-statuses',
      tag: 'Executions',
      duties: ['executions:write'],
      summary: 'What an order is now, as its execution source says',
      description:
        'Settles an order of unknown fate. Nothing is released where cumQty is not what is booked: the missing executions come first.',
      errors: ['UNKNOWN_NAME', 'NOT_BOUND'],
      neverRefused: true,
      needsSession: true,
    }),
    bulk(TRIGGERED_FORM, orderTriggered, {
      url: '/order-triggers',
      tag: 'Executions',
      duties: ['executions:write'],
      summary: 'A stop has become live at its price',
      description:
        'From then on it can execute, and it is tested again with every control. What would not pass now is alarmed and its cancel is asked for; it stays reserved until it ends. A fill of a stop says the same.',
      errors: ['UNKNOWN_NAME', 'NOT_BOUND'],
      neverRefused: true,
      needsSession: true,
    }),
    route(RESOLVE_FORM, resolveOrder, {
      url: '/unknown-orders/:orderID/resolve',
      tag: 'Executions',
      duties: ['release:request', 'release:approve'],
      summary: 'End an order of unknown fate: one requests, another approves',
      description: 'Two persons say how it ended, where neither the market nor its owner can.',
      errors: [],
    }),
    route(EXPLAIN_FORM, explainExecution, {
      url: '/latches/:latch/explain',
      tag: 'Kill',
      duties: ['release:request'],
      summary: 'Say what the executions of an unknown order were',
      description:
        'Without it the latch that they set cannot be released. With an account they go there from SUSPENSE, position and flow, in one step.',
      errors: ['UNKNOWN_NAME'],
    }),
    bulk(SOURCE_FORM, executionSource, {
      url: '/execution-sources',
      tag: 'Reference data',
      duties: ['reference:write', 'admin'],
      summary: 'Whose execution reports are booked',
      description:
        'One client of an account at a venue; the reports of another are compared with its, and book nothing.',
      errors: ['UNKNOWN_NAME'],
    }),
    bulk(QUOTE_FORM, quote, {
      url: '/quotes',
      tag: 'Market data',
      duties: ['quotes:write'],
      summary: 'Best bid and offer, last trade',
      description: 'Prices that orders are judged and valued by. A quote that jumps too far waits for a second one.',
    }),
    route(HEARTBEAT_FORM, feedHeartbeat, {
      url: '/feeds/:feed/heartbeat',
      tag: 'Market data',
      duties: ['quotes:write'],
      summary: 'A feed is alive',
      description:
        'Keeps the quotes of a quiet feed fresh: a quiet instrument is not stale while its feed is heard of.',
      errors: ['UNKNOWN_NAME'],
    }),
    bulk(PHASE_FORM, sessionPhase, {
      url: '/phases',
      tag: 'Market data',
      duties: ['quotes:write', 'reference:write'],
      summary: "A venue's phase of the day",
      description: 'From CONTINUOUS to CLOSED.',
      errors: ['UNKNOWN_NAME'],
    }),
    route(INSTRUMENT_STATE_FORM, instrumentState, {
      url: '/instruments/:symbol/state',
      tag: 'Market data',
      duties: ['quotes:write', 'reference:write', ...PEOPLE],
      summary: 'Halt, Rule 201, prior close, manual price',
      description: 'Only what is given changes.',
    }),
    bulk(INSTRUMENT_FORM, instrument, {
      url: '/instruments',
      tag: 'Reference data',
      duties: ['reference:write', ...PEOPLE],
      summary: 'Define instruments',
      description: 'Units of an instrument are fixed while it has orders or positions.',
    }),
    bulk(HIERARCHY_FORM, hierarchy, {
      url: '/hierarchy',
      tag: 'Reference data',
      duties: ['reference:write', 'admin', ...PEOPLE],
      summary: 'Define names',
      description:
        'Entities, clients, desks, traders, accounts, strategies, sessions, owners, venues, feeds and so on.',
    }),
    bulk(BINDING_FORM, binding, {
      url: '/bindings',
      tag: 'Reference data',
      duties: ['reference:write', 'admin', ...PEOPLE],
      summary: 'Permit what two names may do together',
      description: 'Traders and strategies on accounts, clients on accounts, traders and venues, duties of principals.',
    }),
    bulk(reference.LIST_FORM, reference.list, {
      url: '/lists',
      tag: 'Reference data',
      duties: ['lists:write', ...PEOPLE],
      summary: 'Restricted and easy-to-borrow lists',
      description: 'One entry stands for each list, instrument and subject.',
    }),
    bulk(reference.LOCATE_FORM, reference.locate, {
      url: '/locates',
      tag: 'Reference data',
      duties: ['lists:write', 'reference:write', ...PEOPLE],
      summary: 'Locates for short sales',
      description: 'A short sale names the locate that it stands on.',
    }),
    bulk(reference.FX_FORM, reference.fx, {
      url: '/fx',
      tag: 'Reference data',
      duties: ['reference:write', ...PEOPLE],
      summary: 'Rates to the base currency',
      description: 'A rate values positions at the roll, or at once where it moved far.',
    }),
    bulk(reference.CAPITAL_FORM, reference.capital, {
      url: '/capital',
      tag: 'Reference data',
      duties: ['reference:write', ...PEOPLE],
      summary: 'Capital that shares are shares of',
      description: 'Capital that is missing or too old blocks what depends on it.',
    }),
    bulk(reference.ADV_FORM, reference.adv, {
      url: '/adv',
      tag: 'Reference data',
      duties: ['reference:write', ...PEOPLE],
      summary: 'Average daily volumes',
      description: 'By instrument.',
    }),
    bulk(ALGO_FORM, algo, {
      url: '/algos',
      tag: 'Reference data',
      duties: ['reference:write', ...PEOPLE],
      summary: 'Register algorithms, or take their approval back',
      description:
        'A strategy that the hierarchy calls an algorithm trades only while its last registration is approved for the profile of this gate. In production an approval is proposed; taking one back needs one.',
      errors: ['UNKNOWN_NAME'],
    }),
    bulk(reference.POSITION_FORM, reference.position, {
      url: '/positions',
      tag: 'Reference data',
      duties: ['positions:write', ...PEOPLE],
      summary: 'Rows of a position statement',
      description: 'Adds the start-of-day position.',
    }),
    bulk(reference.PARAMETER_FORM, reference.parameter, {
      url: '/parameters',
      tag: 'Limits',
      duties: ['admin', ...PEOPLE],
      summary: 'Set parameters that can change a decision',
      description:
        'Windows, ages, buffers and bands; each with its own bounds. A person alone may only tighten: the rest is proposed.',
      errors: [],
    }),
    bulk(LIMIT_FORM, limit, {
      url: '/limits',
      tag: 'Limits',
      duties: PEOPLE,
      summary: 'Set limit rows, or take them away',
      description:
        'An order passes at equality; 0 allows nothing. A limit below the use is accepted at once, and what raises the use is refused from then on; with enforceOnResting the cancels of resting orders are asked for, newest first, until the use fits. A person alone may only tighten: TWO_PEOPLE_NEEDED says to propose it.',
    }),
    route(KILL_FORM, kill, {
      url: '/kill',
      tag: 'Kill',
      duties: ['kill'],
      summary: 'Stop everything in a scope',
      description:
        'Sets a latch over all orders that have every scope named, durable before it is answered; cancels of resting orders are requested right after. Nothing but cancels passes it.',
      neverRefused: true,
      first: true,
    }),
    route(RELEASE_FORM, release, {
      url: '/latches/:latch/release',
      tag: 'Kill',
      duties: ['release:request', 'release:approve'],
      summary: 'Release a latch: one requests, another approves',
      description:
        'Two persons: the engine refuses the approval of the one who requested with MAKER_IS_CHECKER, and the end of a latch while an order under its kill has not ended.',
      errors: [],
      first: true,
    }),
    route(DAY_ROLL_FORM, dayRoll, {
      url: '/day-roll',
      tag: 'Kill',
      duties: ['day:roll', ...PEOPLE],
      summary: 'Begin a trade date',
      description:
        'Zeroes executed flow and carries open orders at new marks. A date that is not later: DAY_ROLLED. In production nobody does it alone: it is proposed, or comes by the calendar.',
      errors: ['UNKNOWN_NAME', 'NOT_A_DATE'],
    }),
  ]
}
