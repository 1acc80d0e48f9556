/**
 * Asks again where no answer came: a gate that restarts is waited for. Safe, because every request carries an id and the
 * gate gives a repeated id its first decision; without it an order could be approved and nobody know.
 */
import { GateError, GateUnreachable } from '../client/gate-error.ts'
import type { FloorGate } from './trading-floor.ts'

export interface Patience {
  /** From here on nothing is asked twice. */
  readonly signal: AbortSignal
  readonly wait: (ms: number) => Promise<void>
  /** Told once when the gate goes away and once when it is there again. */
  readonly say: (text: string) => void
}

const RETRY_MS = 500

export function patientGate(gate: FloorGate, { signal, wait, say }: Patience): FloorGate {
  let isAway = false
  const patiently = async <T>(ask: () => Promise<T>): Promise<T> => {
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
  return {
    newOrder: (body) => patiently(() => gate.newOrder(body)),
    replace: (body) => patiently(() => gate.replace(body)),
    cancel: (body) => patiently(() => gate.cancel(body)),
    executions: (bodies) => patiently(() => gate.executions(bodies)),
    quotes: (bodies) => patiently(() => gate.quotes(bodies)),
    heartbeat: () => patiently(() => gate.heartbeat()),
    cancelRequests: (afterSeq, stop) => patiently(() => gate.cancelRequests(afterSeq, stop)),
  }
}

/** Away, busy or starting: it may be there in a moment. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof GateUnreachable || (error instanceof GateError && (error.status >= 500 || error.status === 429))
  )
}
