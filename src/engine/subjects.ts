/** The eight subjects of an execution that no live order carries. */
import { Exec } from './state/executions.ts'
import { Bound } from './state/names.ts'
import type { State } from './state/state.ts'

export type Subjects = ReturnType<typeof createSubjects>

export function createSubjects({ names, executions }: Pick<State, 'names' | 'executions'>) {
  const { entityOf, clientOf, deskOf } = names

  /** Fills `subjects`; trader, desk and strategy only where they are, or were, bound to the account; -1 else. */
  function setSubjects(subjects: Int32Array, account: number, trader: number, strategy: number, session: number): void {
    const bound = trader >= 0 && names.binding(Bound.TRADER_ACCOUNT, trader, account) > 0
    subjects[0] = 0
    subjects[1] = entityOf[account]
    subjects[2] = clientOf[account]
    subjects[3] = bound ? deskOf[trader] : -1
    subjects[4] = bound ? trader : -1
    subjects[5] = account
    subjects[6] = strategy >= 0 && names.binding(Bound.STRATEGY_ACCOUNT, strategy, account) > 0 ? strategy : -1
    subjects[7] = session
  }

  /** The subjects that a booked execution counted at. */
  function subjectsOfExecution(exec: number, subjects: Int32Array): void {
    setSubjects(
      subjects,
      executions.int(exec, Exec.ACCOUNT),
      executions.int(exec, Exec.TRADER),
      executions.int(exec, Exec.STRATEGY),
      executions.int(exec, Exec.SESSION),
    )
  }

  return { setSubjects, subjectsOfExecution }
}
