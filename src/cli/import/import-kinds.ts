/** What may be imported: for each kind the gate's routes, with their forms, their checks, and what makes two rows the same one. */
import type { Directory, InstrumentUnits } from '../../model/directory.ts'
import type { RequestError } from '../../model/errors.ts'
import { DECIMALS_MAX } from '../../model/numbers.ts'
import { ALGO_FORM, algo } from '../../model/parse/algo.ts'
import {
  CALENDAR_DAY_FORM,
  CALENDAR_FORM,
  calendar,
  calendarDay,
  ZONE_FORM,
  ZONE_TRANSITIONS_FORM,
  zoneTransitions,
} from '../../model/parse/calendar.ts'
import type { Form, Words, WordsOf } from '../../model/parse/form.ts'
import { BINDING_FORM, binding, HIERARCHY_FORM, hierarchy } from '../../model/parse/hierarchy.ts'
import { INSTRUMENT_FORM, instrument } from '../../model/parse/instrument.ts'
import { LIMIT_FORM, limit } from '../../model/parse/limit.ts'
import type { Command, Sender } from '../../model/parse/reading.ts'
import * as reference from '../../model/parse/reference.ts'
import { zoneFault, zoneRows } from './zone-rows.ts'

export const IMPORT_KINDS = ['limits', 'reference', 'positions'] as const
export type ImportKind = (typeof IMPORT_KINDS)[number]

export interface ImportPath {
  /** Of the route that takes the rows one by one: `/limits`. */
  readonly path: string
  readonly form: Form
  /** What a row is about: two rows of a file that are about the same are one too many. */
  aboutOf(body: Body): readonly unknown[]
  /** The fault that the gate would find without knowing any name. */
  faultOf(words: Words): RequestError | undefined
  /** Where a row is a short form: the rows that it stands for, and the route that takes them. */
  readonly inFull?: { readonly path: string; rowsOf(body: Body): readonly Body[] }
}

/** The body of a request, as a route takes it. */
export type Body = Readonly<Record<string, string | boolean | readonly string[]>>

/** The fields that say it, or what takes them from a body. */
type About = readonly string[] | ((body: Body) => readonly unknown[])

type Constructor<F extends Form> = (words: WordsOf<F>, names: Directory, sender: Sender) => Command | RequestError

/** Knows every name, with units of so many decimals: what a file says of names and their units only the gate can judge. */
function everyName(decimals: number): Directory {
  const units: InstrumentUnits = {
    ...{ id: 0, symbol: '', priceDecimals: decimals, qtyDecimals: decimals },
    ...{ tick: 1, lot: 1, qtyMax: Number.MAX_SAFE_INTEGER, currency: '', priceUnitsPerCurrency: 1 },
  }
  return {
    ...({ firm: '', profile: 'production', baseCurrency: '', ledgerDecimals: decimals, tradeDate: 0 } as const),
    idOf: () => 0,
    nameOf: () => '',
    subjectOf: () => undefined,
    idsOf: () => [],
    instrument: () => units,
    locateOf: () => 0,
    isBound: () => true,
    deskOf: () => -1,
    dutiesOf: () => 0,
    isPerson: () => false,
  }
}
/** The coarsest units take the largest numbers, the finest the most decimals: what neither takes, no gate does. */
const DIRECTORIES = [everyName(0), everyName(DECIMALS_MAX)] as const
const NOBODY: Sender = { session: -1, principal: -1 }

function route<F extends Form>(path: string, form: F, construct: Constructor<F>, about: About): ImportPath {
  const faultOf = (words: Words) => {
    const [coarse, fine] = DIRECTORIES.map((names) => construct(words as WordsOf<F>, names, NOBODY))
    if (coarse === undefined || fine === undefined || 'layout' in coarse || 'layout' in fine) return undefined
    return coarse.field === fine.field ? fine : undefined
  }
  const aboutOf = typeof about === 'function' ? about : (body: Body) => about.map((field) => body[field])
  return { path, form, aboutOf, faultOf }
}

/** A subject may have message rates in several windows, and one row of anything else. */
const aboutLimit = ({ control, subject, object, windowUs }: Body) => [
  ...[control, subject, object],
  control === 'MESSAGE_RATE' ? windowUs : '',
]

const ZONES: ImportPath = {
  ...{ path: '/zones', form: ZONE_FORM, aboutOf: ({ zone }) => [zone], faultOf: zoneFault },
  inFull: { path: '/zones/transitions', rowsOf: zoneRows },
}
const PARAMETERS = route('/parameters', reference.PARAMETER_FORM, reference.parameter, ['parameter'])
const BOUND = ['kind', 'trader', 'strategy', 'session', 'account', 'venue', 'assetClass', 'principal']

/** In the order in which a gate must get them: names before what speaks of them. */
export const IMPORT_PATHS: Readonly<Record<ImportKind, readonly ImportPath[]>> = {
  limits: [PARAMETERS, route('/limits', LIMIT_FORM, limit, aboutLimit)],
  reference: [
    route('/hierarchy', HIERARCHY_FORM, hierarchy, ['kind', 'name']),
    route('/fx', reference.FX_FORM, reference.fx, ['currency']),
    route('/instruments', INSTRUMENT_FORM, instrument, ['symbol']),
    route('/bindings', BINDING_FORM, binding, BOUND),
    route('/lists', reference.LIST_FORM, reference.list, ['list', 'symbol', 'subject']),
    route('/locates', reference.LOCATE_FORM, reference.locate, ['locateID']),
    route('/capital', reference.CAPITAL_FORM, reference.capital, ['subject']),
    route('/adv', reference.ADV_FORM, reference.adv, ['symbol']),
    route('/algos', ALGO_FORM, algo, ['strategy']),
    ZONES,
    route('/zones/transitions', ZONE_TRANSITIONS_FORM, zoneTransitions, ['zone', 'from']),
    route('/calendars', CALENDAR_FORM, calendar, ['entity', 'venue']),
    route('/calendars/days', CALENDAR_DAY_FORM, calendarDay, ['entity', 'venue', 'date']),
  ],
  positions: [
    route('/positions', reference.POSITION_FORM, reference.position, ['account', 'symbol', 'trader', 'strategy']),
  ],
}
