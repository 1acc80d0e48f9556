/** Schemas of the answers, by name. Decimals in answers are strings in plain notation. */
import {
  COMPARISONS,
  ORDER_STATES,
  OVERRIDE_STATES,
  PROPOSAL_STATES,
  REF_SOURCES,
  RESULTS,
  SESSION_PHASES,
} from '../../model/vocabulary.ts'
import { DAY_SCHEMAS } from './openapi-day-schemas.ts'
import { FATE_SCHEMAS } from './openapi-fate-schemas.ts'
import { INTENT_SCHEMAS } from './openapi-intent-schemas.ts'
import { KILL_SCHEMAS } from './openapi-kill-schemas.ts'
import { OVERRIDE_SCHEMAS } from './openapi-override-schemas.ts'
import { PROPOSAL_SCHEMAS } from './openapi-proposal-schemas.ts'
import {
  AMOUNT,
  decimal,
  flag,
  integer,
  list,
  NAME,
  object,
  PROFILE,
  REASON,
  ref,
  SEQ,
  some,
  TIME,
  text,
} from './openapi-words.ts'

const ROW = some(
  'A limit row that was evaluated.',
  {
    control: text('Code of the control.'),
    id: text('Id of the control in the catalogue.'),
    version: integer('Versioned id of the row.'),
    subject: NAME,
    object: NAME,
    limit: AMOUNT,
    limitForReducing: AMOUNT,
    before: AMOUNT,
    after: AMOUNT,
    afterShare: {
      ...AMOUNT,
      description:
        '`after` in bps of capital, rounded up. Only of a limit that is a share, while limits and capital are those of the decision.',
    },
    softLimit: { ...AMOUNT, description: 'The soft level, where the order is over it and not over the limit.' },
    failed: flag('Over the limit.'),
    waived: flag(
      'Over it, and let through: the row only alerts, is in shadow mode, a person has confirmed the order, or two have overridden it.',
    ),
    action: text('What a breach does.', { enum: ['BLOCK', 'ALERT', 'ALERT_AND_BLOCK'] }),
    mode: text('SHADOW records and lets pass.', { enum: ['ENFORCE', 'SHADOW'] }),
  },
  ['control', 'id', 'version', 'subject', 'limit', 'before', 'after', 'failed', 'waived', 'action', 'mode'],
)
const DECISION = some(
  'What the decision rests on.',
  {
    rowsEvaluated: integer('Limit rows that were evaluated; all stand in the journal.'),
    openValue: decimal('Money reserved for this version.'),
    reference: object('Reference price that the order was judged by.', {
      px: decimal('Price.'),
      source: text('Where it came from.', { enum: REF_SOURCES }),
      time: TIME,
      ageUs: integer('Its age in microseconds when the order was decided.'),
    }),
    versions: object('Versions in force.', {
      limits: integer('Limits.'),
      reference: integer('Instruments, hierarchy, bindings and lists.'),
      fx: integer('FX rates.'),
      parameters: integer('Parameters.'),
    }),
    results: { type: 'object', description: 'Result by control code.', additionalProperties: { enum: RESULTS } },
  },
  ['rowsEvaluated', 'versions'],
)
const RULE = object('The regulatory rule that refused.', {
  id: text('Rule id.'),
  title: text('What it asks.'),
  citation: text('Where it stands in law.'),
  source: text('Where to read it.'),
  refusal: text('Why this order was refused.'),
})
const ECHO = {
  type: 'object',
  description:
    'The order as it was checked: send this to the market, not what was sent here. In a refusal, what names or codes nobody knows stands as it was sent, where that is still known.',
  additionalProperties: { type: 'string' },
}
const OUTCOME_TEXT =
  'APPROVED: may go to the market now. REJECTED: may not. HELD: a later answer decides. SOFT_BLOCKED: may not, unless a person confirms it and it is sent again. DECIDED_EARLIER: a repeat whose first answer is only in the journal.'

export const SCHEMAS = {
  Error: object('A request error: nothing was decided.', {
    error: some(
      'What is wrong.',
      {
        code: text('Stable code.'),
        field: text('Path of the field at fault; empty where none is.'),
        text: text('In words.'),
        retryAfterMs: integer('Of RATE_LIMITED and QUEUE_FULL: the same request may pass after so long.'),
      },
      ['code', 'field', 'text'],
    ),
  }),
  OrderAnswer: some(
    'The decision on an order or a replace.',
    {
      clOrdID: text('ClOrdID (11).'),
      origClOrdID: text('OrigClOrdID (41) of a replace.'),
      outcome: text(OUTCOME_TEXT, { enum: ['APPROVED', 'REJECTED', 'HELD', 'SOFT_BLOCKED', 'DECIDED_EARLIER'] }),
      duplicate: flag('true: this id was decided before; this is the first decision again, and no new approve.'),
      state: text('Of a repeated approve: the state of its order now; ENDED where how it ended is no longer known.', {
        enum: [...ORDER_STATES, 'ENDED'],
      }),
      live: flag('Of a repeated approve: true while this version is the accepted one or pending.'),
      seq: integer('Sequence number of the decision.'),
      time: TIME,
      orderID: text('OrderID (37), of an approve.', { examples: ['4711-17'] }),
      token: text(
        "Approval token for the venue's adapter. Absent once it has ended; in a repeat also where the order may not go any more.",
      ),
      tokenExpiry: TIME,
      protectionPx: decimal('Price that a market order must be sent with, as a limit.'),
      confirmId: integer('Of SOFT_BLOCKED: what a person confirms the order by, and a second sending of it names.'),
      reason: REASON,
      failed: list(text('Control code.'), 'All controls that refused.'),
      breaches: list(ROW, 'The limit rows that the order does not fit.'),
      qtyPassing: decimal('The largest quantity that would have passed; 0 where none.'),
      rule: RULE,
      order: ECHO,
      decision: DECISION,
      profile: PROFILE,
    },
    ['clOrdID', 'outcome', 'duplicate', 'seq'],
  ),
  Confirmations: some(
    'Orders over a soft level.',
    {
      confirmations: list(
        some(
          'One of them.',
          {
            confirmId: integer('What it is confirmed by.'),
            client: text('Client that sent it.'),
            expires: TIME,
            confirmedBy: text('Person that has confirmed it.'),
            reason: text('Why.'),
            answer: ref('OrderAnswer'),
          },
          ['confirmId', 'client', 'expires'],
        ),
        'Oldest first.',
      ),
      seq: SEQ,
      profile: PROFILE,
    },
    ['confirmations', 'seq'],
  ),
  ...OVERRIDE_SCHEMAS,
  Order: some(
    'A live order.',
    {
      orderID: text('OrderID (37).'),
      clOrdID: text('ClOrdID (11) of the accepted version.'),
      state: text('Its state at the gate.', { enum: ORDER_STATES }),
      order: ECHO,
      cumQty: decimal('CumQty (14).'),
      leavesQty: decimal('Quantity that is reserved.'),
      openValue: decimal('Money that is reserved.'),
      pendingReplaces: integer('Replaces that no report has settled.'),
      cancelRequested: flag('The gate asks for its cancel.'),
      triggered: flag('It was a stop, and can execute: its order type is what it has become.'),
      profile: PROFILE,
    },
    ['orderID', 'clOrdID', 'state', 'order', 'cumQty', 'leavesQty', 'openValue'],
  ),
  OrderOrDecision: {
    description: 'A live order; of an order or replace that was refused the decision, again with `duplicate` true.',
    oneOf: [ref('Order'), ref('OrderAnswer')],
  },
  OrderAnswers: some(
    'One answer for each order, in their order.',
    {
      rows: list({ oneOf: [ref('OrderAnswer'), ref('Error')] }, 'One per order.'),
      profile: PROFILE,
    },
    ['rows'],
  ),
  CancelAnswer: some(
    'A cancel passes, whatever became of the order.',
    {
      outcome: text('Always PASS.', { enum: ['PASS'] }),
      durable: flag('false: the journal is down; the cancel passes on identity and id alone.'),
      seq: integer('Sequence number.'),
      orderID: text('The order that it found; absent where none.'),
      reason: REASON,
      profile: PROFILE,
    },
    ['outcome', 'durable'],
  ),
  CommandAnswer: some(
    'What became of a command.',
    {
      outcome: text('APPLIED took effect; REFUSED changed nothing.', { enum: ['APPLIED', 'REFUSED'] }),
      seq: integer('Sequence number.'),
      time: TIME,
      id: integer('Id of what it defined: a name, a limit row, a latch, an override.'),
      reason: REASON,
      alarm: REASON,
      quarantined: flag('The quote jumped too far and waits for a second one or a trade.'),
      orderID: text('Order that a report moved.'),
      state: text('State that the order, the proposal or the override moved to.', {
        enum: [...ORDER_STATES, ...PROPOSAL_STATES, ...OVERRIDE_STATES].filter(
          (state, at, all) => all.indexOf(state) === at,
        ),
      }),
      breach: flag('The new limit is below the use.'),
      differences: integer('Of a statement of positions: how many positions differ; 0 where it agrees.'),
      line: integer('Place of the line that a draft got.'),
      contentHash: text("Hash of the proposal's lines: who submits or approves says it.", {
        examples: ['9f86d081884c7d65'],
      }),
      linesApplied: integer('Lines of the proposal that took effect at once; the next ones follow by themselves.'),
      linesRefused: integer('Lines of the proposal that were refused when they were carried out.'),
      firstRefusal: REASON,
      duplicate: flag('It was said before, and changed nothing.'),
      compared: text("Of a report beside the execution source's: what the comparison came to.", {
        enum: [...COMPARISONS],
      }),
      triggered: flag('A stop has become an order that can execute.'),
      triggerRefusal: REASON,
      parked: flag('A bust or a correct that waits for its execution.'),
      profile: PROFILE,
    },
    ['outcome', 'seq', 'time'],
  ),
  CommandAnswers: {
    description: 'One answer for an object; for an array the answers of its rows, in their order.',
    oneOf: [
      ref('CommandAnswer'),
      some(
        'Answers of an array.',
        {
          rows: list({ oneOf: [ref('CommandAnswer'), ref('Error')] }, 'One per row, in order.'),
          applied: integer('Rows that took effect.'),
          refused: integer('Rows that changed nothing.'),
          errors: integer('Rows that were no valid requests, or were not decided.'),
          profile: PROFILE,
        },
        ['rows', 'applied', 'refused', 'errors'],
      ),
    ],
  },
  CancelRequests: some(
    'Orders whose cancel the gate asks for.',
    {
      requests: list(
        object('A request.', {
          seq: integer('Sequence number of the command that asked.'),
          orderID: text('OrderID (37).'),
          clOrdID: text('ClOrdID (11).'),
          session: text('Client that owns the order.'),
          symbol: text('Instrument (55): a report of the cancel names it.'),
          latch: integer('Latch that asks; -1 where none.'),
        }),
        'Oldest first.',
      ),
      next: integer('Ask again with after = this.'),
      profile: PROFILE,
    },
    ['requests', 'next'],
  ),
  Verdict: some(
    'What one parameter says of a proposed order. Nothing is reserved.',
    {
      parameter: text('Code of the control.'),
      verdict: text('NOT_EVALUATED: something before it refuses the order, see reason.', {
        enum: ['PASS', 'BLOCK', 'ALERT', 'NOT_EVALUATED'],
      }),
      value: {
        type: ['integer', 'string', 'number', 'boolean', 'object', 'null'],
        description:
          "The parameter's value for this order, in its own type. Limits: a whole quantity is an integer, a share of capital a number of percent (35 is 3500 bps), money and a fraction of a unit are decimal texts, and what is unlimited is the text UNLIMITED. Wash trade: true where the order could trade with a resting order of its owner. Regulation: whether it complies, and the rule that refuses. null where no row matches or nothing was evaluated.",
      },
      unit: text(
        'Unit of `value` where that is a limit: a currency, `units` or `percent`. Amounts in `rows` have their own.',
      ),
      text: text('The verdict in words.'),
      rows: list(ROW, 'Rows of the parameter that were evaluated.'),
      reason: REASON,
      qtyPassing: decimal('The largest quantity that would pass all controls.'),
      seq: integer('Sequence number of the what-if: it is on record.'),
      time: TIME,
      profile: PROFILE,
    },
    ['parameter', 'verdict', 'value', 'text', 'rows', 'seq', 'time'],
  ),
  Limits: some(
    'Limit rows in force with their use.',
    {
      limits: list(
        some(
          'A row.',
          {
            control: text('Code of the control.'),
            id: text('Id of the control in the catalogue.'),
            row: integer('Slot of the row.'),
            version: integer('Versioned id.'),
            subject: NAME,
            object: NAME,
            hard: AMOUNT,
            hardForReducing: AMOUNT,
            use: AMOUNT,
            windowUs: integer('Window in microseconds.'),
            bothSides: integer('1 where executions of both sides count together.'),
            latchState: text('State of the latch that the row sets.'),
            bandTicks: integer('The band is at least so many ticks.'),
            phase: text('The only session phase that the row is for.', { enum: SESSION_PHASES }),
            warnBps: list(integer('Basis points of hard.'), 'Warning levels.'),
            action: text('What a breach does.'),
            mode: text('SHADOW records and lets pass.'),
          },
          ['control', 'id', 'row', 'version', 'subject', 'hard', 'action', 'mode'],
        ),
        'Rows.',
      ),
      seq: integer('As of this command.'),
      profile: PROFILE,
    },
    ['limits', 'seq'],
  ),
  Exposures: some(
    'Worst-case exposure: positions, working and unacknowledged orders.',
    {
      currency: text('Base currency.'),
      exposures: list(
        object('Exposure of a subject.', {
          subject: NAME,
          gross: decimal('Sum over cells of the larger of what all buys, or all sells, would leave.'),
          long: decimal('Long end.'),
          short: decimal('Short end.'),
          net: decimal('Net use.'),
          executed: decimal('Executed flow of the trade date.'),
          open: decimal('Value of open orders.'),
          openOrders: integer('Open orders.'),
        }),
        'By subject.',
      ),
      seq: integer('As of this command.'),
      profile: PROFILE,
    },
    ['currency', 'exposures', 'seq'],
  ),
  Cells: some(
    'Positions and reserved leaves by cell.',
    {
      cells: list(
        object('A cell.', {
          kind: text('ACCOUNT, DESK, TRADER or STRATEGY.'),
          subject: text('Name of that kind.'),
          account: text('Account.'),
          symbol: text('Instrument.'),
          position: decimal('Signed position.'),
          buyLeaves: decimal('Reserved buy quantity.'),
          sellLeaves: decimal('Reserved sell quantity.'),
          up: decimal('Value if all buys execute.'),
          down: decimal('Value if all sells execute.'),
        }),
        'Cells.',
      ),
      seq: integer('As of this command.'),
      profile: PROFILE,
    },
    ['cells', 'seq'],
  ),
  ...KILL_SCHEMAS,
  ...DAY_SCHEMAS,
  ...INTENT_SCHEMAS,
  ...FATE_SCHEMAS,
  ...PROPOSAL_SCHEMAS,
  Instrument: some(
    'Market state of an instrument.',
    {
      symbol: text('Symbol (55).'),
      currency: text('Currency of the price.'),
      mark: decimal('Price that positions are valued at.'),
      refPx: decimal('Reference price now.'),
      refSource: text('Where it came from.', { enum: REF_SOURCES }),
      halted: flag('Trading is halted.'),
      rule201: flag('The Rule 201 price test applies.'),
      profile: PROFILE,
    },
    ['symbol', 'currency', 'mark', 'refPx', 'refSource', 'halted', 'rule201'],
  ),
  Token: some(
    'An access token (RFC 6749).',
    {
      access_token: text('Bearer token.'),
      token_type: text('Always Bearer.', { enum: ['Bearer'] }),
      expires_in: integer('Seconds that it lives.'),
      scope: text('Duties that it carries.'),
      refresh_token: text('Of people who have signed in: good once.'),
    },
    ['access_token', 'token_type', 'expires_in', 'scope'],
  ),
  Keys: { type: 'object', description: 'JSON Web Key Set (RFC 7517).' },
  Issuer: { type: 'object', description: 'Authorization server metadata (RFC 8414).' },
  Document: { type: 'object', description: 'This document.' },
  Health: some(
    'State of the gate.',
    {
      status: text(
        'Of /readyz: `ready`, `starting`, `stopping`, `disk full`, `journal down`, `loop stalled` or `no issuer keys`. Of /livez and /healthz: `alive`, `journal down` or `loop stalled`.',
      ),
      checks: some(
        'Each thing that readiness hangs on, by itself.',
        {
          recovered: flag('The journal is read and has its first record.'),
          journal: text('`up` or `down`.'),
          loop: text('`turning`; `stalled`: no block was durable for a second.'),
          beatAgeUs: integer('Microseconds since a block was durable.'),
          disk: text('As below.'),
          issuerKeys: integer('Public keys that access tokens are checked by.'),
        },
        [],
      ),
      beatAgeUs: integer('Of /livez: microseconds since a block was durable.'),
      disk: text(
        'Room on the disk of the journal: `enough`; `low`, an alarm; `full`: only cancels, executions and kills pass.',
      ),
      firm: text('Firm.'),
      tradeDate: integer('Trade date, yyyymmdd.'),
      seq: integer('Newest command.'),
      durableSeq: integer('Newest durable command.'),
      time: TIME,
      openOrders: integer('Open orders.'),
      profile: PROFILE,
    },
    ['status'],
  ),
  Text: { type: 'string', description: 'Prometheus text format.' },
} as const
