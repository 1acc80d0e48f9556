/** Busts and corrects that came before the execution that they are about. */
import type { StateVisitor } from './state-visitor.ts'

/** Most that wait at once: all of them may meet their executions in one command, whose events must fit the tape. */
const PARKED_MAX = 256
/** Rolls after which nothing is waited for any more. */
const ROLLS = 2

export interface ParkedReport {
  readonly source: number
  readonly venue: number
  readonly execRefID: string
  readonly execID: string
  readonly isCorrect: boolean
  readonly qty: number
  readonly px: number
  readonly content0: number
  readonly content1: number
  rolls: number
}

export type Parked = ReturnType<typeof createParked>

export function createParked() {
  const waiting = new Map<string, ParkedReport>()

  const keyOf = (source: number, venue: number, execRefID: string) => `${source}|${venue}|${execRefID}`

  function visit(v: StateVisitor): void {
    v.map(waiting)
  }

  return {
    isEmpty: (): boolean => waiting.size === 0,
    isFull: (): boolean => waiting.size >= PARKED_MAX,
    of: (source: number, venue: number, execRefID: string): ParkedReport | undefined =>
      waiting.get(keyOf(source, venue, execRefID)),
    park: (report: ParkedReport): void =>
      void waiting.set(keyOf(report.source, report.venue, report.execRefID), report),
    end: (source: number, venue: number, execRefID: string): void =>
      void waiting.delete(keyOf(source, venue, execRefID)),
    /** Those that have waited long enough. */
    overdue: (): ParkedReport[] => [...waiting.values()].filter(({ rolls }) => rolls >= ROLLS),
    roll: (): void => {
      for (const report of waiting.values()) report.rolls++
    },
    visit,
  }
}
