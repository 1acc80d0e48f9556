/** The eight subjects of an execution that no live order carries. */
import { Exec } from './state/executions.ts'
import { Bound } from './state/names.ts'
import type { State } from './state/state.ts'

/** Fills `subjects`; trader, desk and strategy only where they are, or were, bound to the account; -1 else. */
export function setSubjects(
  state: State,
  subjects: Int32Array,
  account: number,
  trader: number,
  strategy: number,
  session: number,
): void {
  const { names } = state
  const bound = trader >= 0 && names.binding(Bound.TRADER_ACCOUNT, trader, account) > 0
  subjects[0] = 0
  subjects[1] = names.entityOf[account]!
  subjects[2] = names.clientOf[account]!
  subjects[3] = bound ? names.deskOf[trader]! : -1
  subjects[4] = bound ? trader : -1
  subjects[5] = account
  subjects[6] = strategy >= 0 && names.binding(Bound.STRATEGY_ACCOUNT, strategy, account) > 0 ? strategy : -1
  subjects[7] = session
}

/** The subjects that a booked execution counted at. */
export function subjectsOfExecution(state: State, exec: number, subjects: Int32Array): void {
  const { executions } = state
  setSubjects(
    state,
    subjects,
    executions.int(exec, Exec.ACCOUNT),
    executions.int(exec, Exec.TRADER),
    executions.int(exec, Exec.STRATEGY),
    executions.int(exec, Exec.SESSION),
  )
}
