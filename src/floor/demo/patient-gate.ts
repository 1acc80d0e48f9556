/**
 * Asks again where no answer came: a gate that restarts is waited for. Safe, because every request carries an id and the
 * gate gives a repeated id its first decision; without it an order could be approved and nobody know.
 */
import type { LimitAnswer, Readiness, RowAnswer } from '../client/answers.ts'
import type { GateClient } from '../client/gate-client.ts'
import { GateError, GateUnreachable } from '../client/gate-error.ts'
import type { DailyUse } from './day-allowance.ts'
import type { FloorGate } from './trading-floor.ts'

export interface Patience {
  /** From here on nothing is asked twice. */
  readonly signal: AbortSignal
  readonly wait: (ms: number) => Promise<void>
  /** Told once when the gate goes away and once when it is there again. */
  readonly say: (text: string) => void
}

const RETRY_MS = 500
/** Of a row that was not decided, or that may not be found again: all rows are sent again. */
const UNDECIDED = ['JOURNAL_UNAVAILABLE', 'OUTCOME_UNKNOWN', 'NOT_READY', 'QUEUE_FULL', 'DISK_FULL']

/** Waits until the gate decides orders; undefined where we are to stop first. */
export async function whenReady(client: GateClient, patience: Patience): Promise<Readiness | undefined> {
  try {
    return await patiently(patience)(() => client.readiness())
  } catch (error) {
    if (patience.signal.aborted) return undefined
    throw error
  }
}

/** The gate as the demo floor uses it. What it refuses of our reports and quotes is said, and done with. */
export function demoFloorGate(client: GateClient, say: (text: string) => void): FloorGate {
  const check = (what: string, answers: readonly RowAnswer[]) => {
    const lost = answers.find(({ code }) => UNDECIDED.includes(code))
    if (lost !== undefined) throw new GateError(what, 503, { ...lost, field: '' })
    for (const { applied, code, text } of answers) {
      // A report that is sent again after a lost answer was booked the first time.
      if (!applied && code !== 'EXEC_DUPLICATE') say(`the gate refuses ${what}: ${code}: ${text}`)
    }
  }
  return {
    newOrder: (body) => client.newOrder(body),
    replace: (body) => client.replace(body),
    cancel: (body) => client.cancel(body),
    executions: async (bodies) => check('an execution', await client.executions(bodies)),
    quotes: async (bodies) => check('a quote', await client.quotes(bodies)),
    heartbeat: async () => check('a heartbeat', [await client.heartbeat()]),
    cancelRequests: (afterSeq, signal) => client.cancelRequests(afterSeq, signal),
    dailyUses: async () => dailyUsesIn(await client.limits()),
  }
}

/** Of all limits those over the day's flow. */
function dailyUsesIn(limits: readonly LimitAnswer[]): DailyUse[] {
  return limits.flatMap(({ control, subject, hard, use }) =>
    control === 'DAILY_GROSS' && use !== undefined
      ? [{ subject, share: Number(use.value) / Math.max(1, Number(hard.value)) }]
      : [],
  )
}

export function patientGate(gate: FloorGate, patience: Patience): FloorGate {
  const ask = patiently(patience)
  return {
    newOrder: (body) => ask(() => gate.newOrder(body)),
    replace: (body) => ask(() => gate.replace(body)),
    cancel: (body) => ask(() => gate.cancel(body)),
    executions: (bodies) => ask(() => gate.executions(bodies)),
    quotes: (bodies) => ask(() => gate.quotes(bodies)),
    heartbeat: () => ask(() => gate.heartbeat()),
    cancelRequests: (afterSeq, stop) => ask(() => gate.cancelRequests(afterSeq, stop)),
    dailyUses: () => ask(() => gate.dailyUses()),
  }
}

/** A function that asks until it is answered, or until we are to stop. */
function patiently({ signal, wait, say }: Patience): <T>(ask: () => Promise<T>) => Promise<T> {
  let isAway = false
  return async (ask) => {
    for (;;) {
      try {
        const answer = await ask()
        if (isAway) say('the gate is there again')
        isAway = false
        return answer
      } catch (error) {
        if (signal.aborted || !isPassing(error)) throw error
        if (!isAway) say(`waiting for the gate: ${error instanceof Error ? error.message : String(error)}`)
        isAway = true
        await wait(RETRY_MS)
      }
    }
  }
}

/** Away, busy or starting: it may be there in a moment. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof GateUnreachable || (error instanceof GateError && (error.status >= 500 || error.status === 429))
  )
}
