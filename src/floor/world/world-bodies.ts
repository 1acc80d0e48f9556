/** A world as the requests that tell a gate of it, in an order in which each finds the names that it needs. */
import { CONTROLS, controlAt } from '../../model/controls.ts'
import type { BindingKind } from '../../model/vocabulary.ts'
import type {
  BindingDefinition,
  InstrumentDefinition,
  LimitDefinition,
  ListDefinition,
  SubjectName,
  World,
} from './world.ts'

/** A JSON object as the REST interface takes it. */
export type Body = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** Rows that go to one path together. */
export interface WorldRequest {
  readonly path: string
  readonly rows: readonly Body[]
}

/** The two fields of a binding, in the order of the words of its kind. */
const BOUND_FIELDS: Readonly<Record<BindingKind, readonly [string, string]>> = {
  TRADER_ACCOUNT: ['trader', 'account'],
  STRATEGY_ACCOUNT: ['strategy', 'account'],
  SESSION_ACCOUNT: ['session', 'account'],
  SESSION_TRADER: ['session', 'trader'],
  SESSION_VENUE: ['session', 'venue'],
  ACCOUNT_ASSET_CLASS: ['account', 'assetClass'],
  PRINCIPAL_DUTY: ['principal', 'duties'],
}

export function hierarchyBodies({ names }: World): Body[] {
  return names.map((definition) => ({ ...definition }))
}

export function bindingBody({ kind, a, b }: BindingDefinition): Body {
  const [first, second] = BOUND_FIELDS[kind]
  return { kind, [first]: a, [second]: second === 'duties' ? b.split(' ') : b, allow: true }
}

export function instrumentBody(definition: InstrumentDefinition): Body {
  return { ...definition }
}

export function limitBody({ control, subject, object, hard, param, warnBps, action, mode }: LimitDefinition): Body {
  const { code } = controlAt(CONTROLS.findIndex(({ id }) => id === control))
  return {
    ...{ control: code, subject: scope(subject), hard },
    ...(object === undefined ? {} : { object: `${object.kind}:${object.name ?? '*'}` }),
    ...(param === undefined ? {} : { [control === 'B03' ? 'bandTicks' : 'windowUs']: String(param) }),
    ...(warnBps === undefined ? {} : { warnBps: warnBps.map(String) }),
    ...(action === undefined ? {} : { action }),
    ...(mode === undefined ? {} : { mode }),
  }
}

function listBody({ list, symbol, subject, mode }: ListDefinition): Body {
  return { list, symbol, mode, ...(subject === undefined ? {} : { subject: scope(subject) }) }
}

export function scope({ kind, name }: SubjectName): string {
  return `${kind}:${name}`
}

/**
 * What is said of a world once. Limits come last: a gate that has them all has heard of everything before.
 * @param held the accounts and instruments that hold positions or orders already: a statement would overwrite them
 */
export function worldRequests(world: World, held: ReadonlySet<string> = new Set()): WorldRequest[] {
  const positions = world.positions.filter(({ account, symbol }) => !held.has(`${account}|${symbol}`))
  return notEmpty([
    { path: '/hierarchy', rows: hierarchyBodies(world) },
    { path: '/bindings', rows: world.bindings.map(bindingBody) },
    { path: '/fx', rows: world.fx.map((rate) => ({ ...rate })) },
    { path: '/instruments', rows: world.instruments.map(instrumentBody) },
    {
      path: '/parameters',
      rows: Object.entries(world.parameters).map(([parameter, value]) => ({ parameter, value: String(value) })),
    },
    { path: '/lists', rows: world.lists.map(listBody) },
    { path: '/positions', rows: positions.map((position) => ({ ...position })) },
    { path: '/limits', rows: world.limits.map(limitBody) },
  ])
}

/**
 * What is said at every start, because it ages.
 * @param asOf the gate's time, or earlier, as the REST interface writes times
 */
export function agingRequests(world: World, asOf: string): WorldRequest[] {
  const capital = world.capital.map(({ subject, amount }) => ({ subject: scope(subject), amount, asOf }))
  return notEmpty([
    { path: '/capital', rows: capital },
    { path: '/phases', rows: world.phases.map((phase) => ({ ...phase })) },
  ])
}

function notEmpty(requests: readonly WorldRequest[]): WorldRequest[] {
  return requests.filter(({ rows }) => rows.length > 0)
}
