/**
 * Journaled, versioned parameters: everything that can change a decision and is no limit. Append only.
 */

export interface ParameterRow {
  readonly name: string
  readonly unit: 'bps' | 'durationUs' | 'count'
  readonly value: number
  readonly min: number
  readonly max: number
  /** Which way it may go by one person alone; where it is not said, both ways take two. */
  readonly tighter?: 'lower' | 'higher'
  readonly doc: string
}

const SECOND = 1_000_000

export const PARAMETERS = [
  {
    name: 'revalueBps',
    unit: 'bps',
    value: 25,
    min: 0,
    max: 10_000,
    doc: 'Move of the reference that moves the mark.',
  },
  { name: 'fxRevalueBps', unit: 'bps', value: 100, min: 0, max: 10_000, doc: 'Move of an FX rate that revalues.' },
  {
    name: 'tokenLifeUs',
    unit: 'durationUs',
    value: 2 * SECOND,
    min: SECOND / 10,
    max: 30 * SECOND,
    tighter: 'lower',
    doc: 'Life of an approval token.',
  },
  {
    name: 'heartbeatMaxUs',
    unit: 'durationUs',
    value: 3 * SECOND,
    min: SECOND,
    max: 60 * SECOND,
    tighter: 'lower',
    doc: 'Age of a feed heartbeat up to which its quotes are alive.',
  },
  {
    name: 'lastMaxUs',
    unit: 'durationUs',
    value: 300 * SECOND,
    min: SECOND,
    max: 86_400 * SECOND,
    tighter: 'lower',
    doc: 'Age up to which the last trade is a reference.',
  },
  {
    name: 'spreadCapBps',
    unit: 'bps',
    value: 500,
    min: 1,
    max: 10_000,
    tighter: 'lower',
    doc: 'Spread up to which the mid is a reference.',
  },
  {
    name: 'jumpBps',
    unit: 'bps',
    value: 1_000,
    min: 1,
    max: 1_000_000,
    doc: 'Move of the mid that quarantines a quote.',
  },
  {
    name: 'quarantineUs',
    unit: 'durationUs',
    value: SECOND,
    min: 0,
    max: 60 * SECOND,
    doc: 'How long a jumped quote waits for a second one.',
  },
  {
    name: 'wideBandBps',
    unit: 'bps',
    value: 2_000,
    min: 1,
    max: 10_000,
    tighter: 'lower',
    doc: 'Collar where the reference is the prior close.',
  },
  {
    name: 'marketBufferBps',
    unit: 'bps',
    value: 500,
    min: 0,
    max: 10_000,
    tighter: 'higher',
    doc: 'Buffer over the reference that a stop is valued with.',
  },
  {
    name: 'capitalMaxUs',
    unit: 'durationUs',
    value: 4 * 86_400 * SECOND,
    min: SECOND,
    max: 30 * 86_400 * SECOND,
    tighter: 'lower',
    doc: 'Age of capital that blocks: one business day over a long weekend.',
  },
  {
    name: 'warnRearmBps',
    unit: 'bps',
    value: 500,
    min: 0,
    max: 10_000,
    doc: 'How far below a warning level it re-arms, as a share of hard.',
  },
  {
    name: 'fxMaxUs',
    unit: 'durationUs',
    value: 4 * 86_400 * SECOND,
    min: SECOND,
    max: 30 * 86_400 * SECOND,
    tighter: 'lower',
    doc: 'Age of an FX rate up to which it values orders: one business day over a long weekend.',
  },
  {
    name: 'statementsRequired',
    unit: 'count',
    value: 0,
    min: 0,
    max: 1,
    tighter: 'higher',
    doc: '1: an account trades only once its positions and live orders are settled for the trade date.',
  },
  {
    name: 'advMaxUs',
    unit: 'durationUs',
    value: 4 * 86_400 * SECOND,
    min: SECOND,
    max: 30 * 86_400 * SECOND,
    doc: 'Age of an average daily volume that blocks: one business day over a long weekend.',
  },
  {
    name: 'parentsRequired',
    unit: 'count',
    value: 0,
    min: 0,
    max: 1,
    doc: '1: a parentClOrdID must name a Parent, even where none was ever sent.',
  },
  {
    name: 'basketToleranceBps',
    unit: 'bps',
    value: 500,
    min: 0,
    max: 10_000,
    doc: 'How far the lines of a basket may come to more than its declared total.',
  },
  {
    name: 'proposalLifeUs',
    unit: 'durationUs',
    value: 8 * 3_600 * SECOND,
    min: 60 * SECOND,
    max: 30 * 86_400 * SECOND,
    tighter: 'lower',
    doc: 'How long a proposal waits before it expires.',
  },
  {
    name: 'confirmLifeUs',
    unit: 'durationUs',
    value: 60 * SECOND,
    min: SECOND,
    max: 600 * SECOND,
    tighter: 'lower',
    doc: 'How long a soft block can be confirmed, and the order be sent again.',
  },
  {
    name: 'overrideLifeUs',
    unit: 'durationUs',
    value: 900 * SECOND,
    min: SECOND,
    max: 4 * 3_600 * SECOND,
    tighter: 'lower',
    doc: 'How long after its refusal an override can be asked for, and how long from then on it can be approved and used.',
  },
  {
    name: 'holdUs',
    unit: 'durationUs',
    value: SECOND,
    min: SECOND / 100,
    max: 30 * SECOND,
    tighter: 'lower',
    doc: 'How long an order that says nothing else is held for the orders that it crosses.',
  },
] as const satisfies readonly ParameterRow[]

export type ParameterName = (typeof PARAMETERS)[number]['name']

/** Index of a parameter by name; -1 for an unknown one. */
export function parameterIndex(name: string): number {
  return PARAMETERS.findIndex((row) => row.name === name)
}
