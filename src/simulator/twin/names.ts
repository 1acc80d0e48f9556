/**
 * Names, what may go together, and the duties of people: the commands Genesis, Hierarchy, Binding.
 */
import { parameterIndex } from '../../model/parameters.ts'
import {
  BINDING_KINDS,
  DUTIES,
  type Duty,
  NAME_KINDS,
  type NameKind,
  OFFICER_DUTIES,
  SUBJECT_KINDS,
} from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import { applied, refused, type TwinEvent } from './events.ts'
import { askOn } from './readiness.ts'
import { isBound, type Name, nameAt, type State } from './state.ts'

const PARENTS = {
  ACCOUNT: { entity: 'ENTITY', client: 'CLIENT', desk: 'DESK', owner: 'OWNER' },
  TRADER: { desk: 'DESK' },
  STRATEGY: { trader: 'TRADER' },
} as const satisfies Partial<Record<NameKind, Partial<Record<string, NameKind>>>>

const BOUND_KINDS = {
  TRADER_ACCOUNT: ['TRADER', 'ACCOUNT'],
  STRATEGY_ACCOUNT: ['STRATEGY', 'ACCOUNT'],
  SESSION_ACCOUNT: ['SESSION', 'ACCOUNT'],
  SESSION_TRADER: ['SESSION', 'TRADER'],
  SESSION_VENUE: ['SESSION', 'VENUE'],
  ACCOUNT_ASSET_CLASS: ['ACCOUNT', 'ASSET_CLASS'],
} as const

type Parent = 'entity' | 'client' | 'desk' | 'trader' | 'owner'

export function genesis(state: State, values: ValuesOfCommand<'Genesis'>): TwinEvent[] {
  if (state.begun) return refused('GENESIS_REPEATED')
  const officers = [values.officer1, values.officer2].filter((name) => name !== '')
  const isEnough = new Set(officers).size === 2 || (officers.length === 0 && values.profile === 0)
  if (!isEnough || (values.profile !== 0 && values.profile !== 1)) return refused('INVALID_VALUE')
  state.begun = true
  state.profile = values.profile
  // Nobody trades a firm's money before its positions and live orders are known.
  if (values.profile === 1) state.parameters[parameterIndex('statementsRequired')] = 1
  state.ledgerDecimals = values.ledgerDecimals
  state.tradeDate = values.tradeDate
  define(state, 'FIRM', values.firm, {}, 0)
  const currency = define(state, 'CURRENCY', values.baseCurrency, {}, 0)
  const one = { rate: { n: 1n, d: 1n }, haircutBps: 0n }
  state.currencies.set(currency.id, { given: one, givenUs: 0, frozen: one, cells: one })
  define(state, 'SECTOR', 'UNCLASSIFIED', {}, 0)
  const duties = OFFICER_DUTIES.reduce((sum, duty) => sum + 2 ** DUTIES.indexOf(duty), 0)
  for (const officer of officers) {
    const { id } = define(state, 'PRINCIPAL', officer, {}, 1)
    state.bindings.set(`PRINCIPAL_DUTY:${id}:${duties}`, true)
  }
  return applied()
}

export function hierarchy(state: State, values: ValuesOfCommand<'Hierarchy'>): TwinEvent[] {
  const kind = NAME_KINDS[values.kind]
  if (kind === undefined || kind === 'INSTRUMENT' || values.name === '') return refused('INVALID_VALUE')
  const most = kind === 'OWNER' ? 3 : ['VENUE', 'PRINCIPAL', 'STRATEGY'].includes(kind) ? 1 : 0
  if (values.flags < 0 || values.flags > most) return refused('INVALID_VALUE')
  const parents: Partial<Record<Parent, number>> = {}
  const wanted = Object.entries((PARENTS as Partial<Record<NameKind, Record<string, NameKind>>>)[kind] ?? {})
  for (const [field, parentKind] of wanted as [Parent, NameKind][]) {
    if (nameAt(state, parentKind, values[field]) === undefined) return refused('UNKNOWN_NAME')
    parents[field] = values[field]
  }
  const known = named(state, kind, values.name)
  if (kind === 'PRINCIPAL' && isOfSomeone(values) && ((known?.flags ?? 0) & 1) !== (values.flags & 1)) {
    return refused('PERSON_NOT_APPROVED')
  }
  if (known === undefined) {
    const made = define(state, kind, values.name, parents, values.flags)
    if (kind === 'CURRENCY') state.currencies.set(made.id, { given: null, givenUs: 0, frozen: null, cells: null })
    return applied(made.id)
  }
  if (wanted.some(([field]) => known[field as Parent] !== values[field as Parent])) return refused('NAME_CONFLICT')
  if (kind === 'PRINCIPAL' && values.flags === 0 && (known.flags & 1) === 1 && wouldBeLast(state, known.id, 0)) {
    return refused('LAST_OFFICER')
  }
  known.flags = values.flags
  return applied(known.id)
}

function define(
  state: State,
  kind: NameKind,
  name: string,
  parents: Partial<Record<Parent, number>>,
  flags: number,
): Name {
  const space = spaceOf(state, kind)
  const none = { entity: -1, client: -1, desk: -1, trader: -1, owner: -1 }
  const made: Name = { kind, id: space.length, name, ...none, ...parents, flags }
  space.push(made)
  return made
}

/** True where somebody sent it; what the gate sends itself, two people have approved. */
function isOfSomeone({ session, principal }: { readonly session: number; readonly principal: number }): boolean {
  return session !== -1 || principal !== -1
}

function spaceOf(state: State, kind: NameKind): Name[] {
  if (NAME_KINDS.indexOf(kind) < SUBJECT_KINDS) return state.subjects
  const space = state.names.get(kind) ?? []
  state.names.set(kind, space)
  return space
}

/** The name of this kind that is written so. */
export function named(state: State, kind: NameKind, name: string): Name | undefined {
  return spaceOf(state, kind).find((known) => known.kind === kind && known.name === name)
}

export function binding(state: State, values: ValuesOfCommand<'Binding'>): TwinEvent[] {
  const kind = BINDING_KINDS[values.kind]
  if (kind === undefined || (values.allow !== 0 && values.allow !== 1)) return refused('INVALID_VALUE')
  const allow = values.allow === 1
  if (kind === 'PRINCIPAL_DUTY') {
    const principal = nameAt(state, 'PRINCIPAL', values.a)
    if (principal === undefined) return refused('UNKNOWN_NAME')
    const isPerson = ({ flags }: Name) => (flags & 1) === 1
    const sender = nameAt(state, 'PRINCIPAL', values.principal)
    const narrows = !allow || (values.b & ~dutiesOf(state, values.a)) === 0
    const mayBind = !isOfSomeone(values) || (sender !== undefined && isPerson(sender) && narrows)
    if (isPerson(principal) && !mayBind) return refused('PERSON_NOT_APPROVED')
    if (values.b < 0 || values.b >= 2 ** DUTIES.length) return refused('INVALID_VALUE')
    const has = (duty: Duty) => (values.b & (1 << DUTIES.indexOf(duty))) !== 0
    const feeds = has('quotes:write') || has('positions:write') || has('reference:write')
    if ((principal.flags & 1) === 0 && has('orders:write') && feeds) return refused('INVALID_VALUE')
    if (isPerson(principal) && wouldBeLast(state, principal.id, allow ? values.b : 0)) return refused('LAST_OFFICER')
    const earlier = [...state.bindings.keys()].filter((key) => key.startsWith(`${kind}:${values.a}:`))
    for (const key of earlier) state.bindings.delete(key)
    state.bindings.set(`${kind}:${values.a}:${values.b}`, allow)
    return applied()
  }
  const [a, b] = BOUND_KINDS[kind]
  if (nameAt(state, a, values.a) === undefined || nameAt(state, b, values.b) === undefined) {
    return refused('UNKNOWN_NAME')
  }
  if (!allow && (kind === 'SESSION_ACCOUNT' || kind === 'SESSION_VENUE')) askOn(state)
  // Forbidding what was never permitted leaves no trace: the subject was not bound to that account.
  if (allow || state.bindings.has(`${kind}:${values.a}:${values.b}`)) {
    state.bindings.set(`${kind}:${values.a}:${values.b}`, allow)
  }
  return applied()
}

/** The duties by which a firm is opened, and by which others come to them: each stays with two people. */
const KEPT_BY_TWO: readonly Duty[] = ['limits:propose', 'limits:approve', 'release:request', 'release:approve']

/** True where the person lets go of a duty that two have. */
function wouldBeLast(state: State, person: number, duties: number): boolean {
  if (state.profile === 0) return false
  const people = (state.names.get('PRINCIPAL') ?? []).filter(({ flags }) => (flags & 1) === 1)
  return KEPT_BY_TWO.some((duty) => {
    const holders = people.filter(({ id }) => hasDuty(state, id, duty)).map(({ id }) => id)
    const keeps = (duties & (1 << DUTIES.indexOf(duty))) !== 0
    return holders.length === 2 && holders.includes(person) && !keeps
  })
}

/** Duties of a principal, as bits. */
export function dutiesOf(state: State, principal: number): number {
  const held = [...state.bindings].filter(([key, allowed]) => allowed && key.startsWith(`PRINCIPAL_DUTY:${principal}:`))
  return held.reduce((bits, [key]) => bits | Number(key.split(':')[2]), 0)
}

/** True for a person who holds the duty. */
export function hasDuty(state: State, principal: number, duty: Duty): boolean {
  const person = nameAt(state, 'PRINCIPAL', principal)
  if (person === undefined || (person.flags & 1) === 0) return false
  const bit = 1 << DUTIES.indexOf(duty)
  return [...state.bindings].some(([key, allowed]) => {
    const [kind, a, b] = key.split(':')
    return allowed && kind === 'PRINCIPAL_DUTY' && Number(a) === principal && (Number(b) & bit) !== 0
  })
}

export function isPermitted(state: State, trader: number, strategy: number, account: number): boolean {
  return isBound(state, 'TRADER_ACCOUNT', trader, account) && isBound(state, 'STRATEGY_ACCOUNT', strategy, account)
}
