/**
 * Says what is wrong with a world before a gate hears of it: names that nobody defined, limits that are missing or no
 * numbers. An empty list is a world in which an order can pass.
 */
import type { ControlUnit } from '../../model/controls.ts'
import { CONTROLS } from '../../model/controls.ts'
import { parseDecimal } from '../../model/numbers.ts'
import { parameterIndex } from '../../model/parameters.ts'
import type { NameKind } from '../../model/vocabulary.ts'
import { limitKey } from './mandatory-limits.ts'
import type { LimitDefinition, World } from './world.ts'

/** Names that the gate gives by itself: its firm and currency, the sessions and principals of its issuer. */
export type GivenNames = readonly { readonly kind: NameKind; readonly name: string }[]

const MONEY_CONTROLS = ['B01', 'B02', 'D03', 'D05', 'D02']
const MONEY_KINDS: readonly NameKind[] = ['FIRM', 'DESK', 'TRADER', 'ACCOUNT']
/** Of money: that of the base currency of the demo. */
const LEDGER_DECIMALS = 2

export function checkWorld(world: World, given: GivenNames): string[] {
  const faults: string[] = []
  const known = new Set(given.map(({ kind, name }) => `${kind}:${name}`))
  const need = (kind: NameKind, name: string | undefined, by: string) => {
    if (name !== undefined && !known.has(`${kind}:${name}`))
      faults.push(`${by} names ${kind} ${name}, which is not known`)
  }
  for (const { kind, name, entity, client, owner, desk, trader } of world.names) {
    const by = `${kind} ${name}`
    if (known.has(`${kind}:${name}`)) faults.push(`${by} is defined twice`)
    need('ENTITY', entity, by)
    need('CLIENT', client, by)
    need('OWNER', owner, by)
    need('DESK', desk, by)
    need('TRADER', trader, by)
    known.add(`${kind}:${name}`)
  }
  for (const { symbol, currency, sector, assetClass, feed } of world.instruments) {
    need('CURRENCY', currency, symbol)
    need('SECTOR', sector, symbol)
    need('ASSET_CLASS', assetClass, symbol)
    need('FEED', feed, symbol)
    known.add(`INSTRUMENT:${symbol}`)
  }
  for (const { kind, a, b } of world.bindings) {
    const [aKind, bKind] = BOUND_KINDS[kind] ?? []
    if (aKind !== undefined) need(aKind, a, kind)
    if (bKind !== undefined) need(bKind, b, kind)
  }
  for (const { currency } of world.fx) need('CURRENCY', currency, 'a rate')
  for (const { subject } of world.capital) need(subject.kind, subject.name, 'capital')
  for (const { symbol, subject } of world.lists) {
    need('INSTRUMENT', symbol, 'a list')
    if (subject !== undefined) need(subject.kind, subject.name, 'a list')
  }
  for (const { venue } of world.phases) need('VENUE', venue, 'a phase')
  for (const { account, trader, strategy, symbol } of world.positions) {
    need('ACCOUNT', account, 'a position')
    need('TRADER', trader, 'a position')
    need('STRATEGY', strategy, 'a position')
    need('INSTRUMENT', symbol, 'a position')
  }
  for (const name of Object.keys(world.parameters)) {
    if (parameterIndex(name) < 0) faults.push(`${name} is no parameter`)
  }
  for (const limit of world.limits) {
    need(limit.subject.kind, limit.subject.name, limit.control)
    if (limit.object !== undefined) need(objectNameKind(limit), limit.object.name, limit.control)
  }
  return [...faults, ...limitFaults(world), ...missingLimits(world, known)]
}

const BOUND_KINDS: Readonly<Record<string, readonly [NameKind, NameKind]>> = {
  TRADER_ACCOUNT: ['TRADER', 'ACCOUNT'],
  STRATEGY_ACCOUNT: ['STRATEGY', 'ACCOUNT'],
  SESSION_ACCOUNT: ['SESSION', 'ACCOUNT'],
  SESSION_TRADER: ['SESSION', 'TRADER'],
  SESSION_VENUE: ['SESSION', 'VENUE'],
  ACCOUNT_ASSET_CLASS: ['ACCOUNT', 'ASSET_CLASS'],
}

/** An underlying is an instrument; the other kinds of object are kinds of name. */
function objectNameKind({ object }: LimitDefinition): NameKind {
  return object === undefined || object.kind === 'UNDERLYING' ? 'INSTRUMENT' : object.kind
}

function limitFaults({ limits }: World): string[] {
  const faults: string[] = []
  const keys = new Set<string>()
  for (const limit of limits) {
    const key = limitKey(limit)
    if (keys.has(key)) faults.push(`the limit ${key} is set twice`)
    keys.add(key)
    const control = CONTROLS.find(({ id }) => id === limit.control)
    if (control?.family !== 'limit') faults.push(`${limit.control} takes no limits`)
    else if (typeof parseDecimal(limit.hard, decimalsOf(control.unit)) === 'string') {
      faults.push(`${key}: ${limit.hard} is no limit of ${control.unit}`)
    }
    if ((limit.control === 'C01' || limit.control === 'B09') && !((limit.param ?? 0) > 0)) {
      faults.push(`${key} has no window`)
    }
  }
  return faults
}

function decimalsOf(unit: ControlUnit): number {
  return unit === 'money' ? LEDGER_DECIMALS : 0
}

/** Section 5 of docs/reference/decision.md, Mandatory. */
function missingLimits(world: World, known: ReadonlySet<string>): string[] {
  const set = new Set(world.limits.map((limit) => limitKey({ ...limit, param: 0 })))
  const names = [...known].map((name) => name.split(':') as [NameKind, string])
  const firm = names.find(([kind]) => kind === 'FIRM')?.[1] ?? ''
  const missing: string[] = []
  const needRow = (control: string, kind: NameKind, name: string, objects: readonly string[]) => {
    const keys = objects.map((object) => [control, kind, name, object, control === 'C01' ? 0 : ''].join('|'))
    if (!keys.some((key) => set.has(key))) missing.push(`the mandatory limit ${keys[0]} is missing`)
  }
  for (const [kind, name] of names) {
    if (MONEY_KINDS.includes(kind)) for (const control of MONEY_CONTROLS) needRow(control, kind, name, ['NONE'])
    if (kind === 'STRATEGY' || kind === 'SESSION') needRow('C01', kind, name, ['NONE'])
    if (kind === 'SECTOR') needRow('D08', 'FIRM', firm, [`SECTOR:${name}`, 'SECTOR:each'])
    if (kind === 'ASSET_CLASS') needRow('B03', 'FIRM', firm, [`ASSET_CLASS:${name}`, 'ASSET_CLASS:each'])
  }
  return missing
}
