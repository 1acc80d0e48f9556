/** Limits that wait for their time, and limits that end by themselves. */
import { TIMER_KINDS } from '../../model/vocabulary.ts'
import { type Command, lineOf, type ValuesOfCommand } from '../commands/command.ts'
import type { TwinEvent } from './events.ts'
import { setLimit } from './limits.ts'
import type { Limit, State } from './state.ts'

const LIMIT = TIMER_KINDS.indexOf('LIMIT')

export function limitTimers(state: State) {
  const begins = [...state.scheduled].map(([id, { effectiveUs }]) => ({ dueUs: effectiveUs, kind: LIMIT, id }))
  const ends = [...state.terms.values()].map(({ id, expiresUs }) => ({ dueUs: expiresUs, kind: LIMIT, id }))
  return [...begins, ...ends]
}

export function fireLimit(state: State, id: number, stamp: { readonly seq: number; readonly timeUs: number }) {
  const waited = state.scheduled.get(id)
  if (waited !== undefined) {
    state.scheduled.delete(id)
    const values = { ...waited, ...stamp, effectiveUs: 0 }
    return carriedOut(state, 'LimitEffective', id, { name: 'Limit', values })
  }
  const [key, term] = [...state.terms].find(([, one]) => one.id === id) ?? []
  if (key === undefined || term === undefined) throw new RangeError(`no limit begins or ends by timer ${id}`)
  const stands = state.limits.get(key) as Limit
  const back = { ...levelsOf(term.base ?? stands), flags: term.base === null ? 1 : 0, ...stamp }
  const { name, values } = lineOf('Limit', back)
  return carriedOut(state, 'LimitReverted', id, { name, values: { ...values, ...stamp } } as Command)
}

function carriedOut(state: State, name: 'LimitEffective' | 'LimitReverted', term: number, inner: Command): TwinEvent[] {
  return [{ name, term, inner }, ...setLimit(state, inner.values as ValuesOfCommand<'Limit'>)]
}

function levelsOf(row: Limit) {
  const [warn1Bps = 0, warn2Bps = 0, warn3Bps = 0, warn4Bps = 0] = row.warnBps.map(Number)
  const { control, subject, objectKind, object, action, mode, phase } = row
  const levels = { hard: Number(row.hard), hardForReducing: Number(row.hardForReducing), soft: Number(row.soft) }
  return {
    ...{ control, subject, objectKind, object, action, mode, phase, param: Number(row.param) },
    ...{ ...levels, warn1Bps, warn2Bps, warn3Bps, warn4Bps },
  }
}
