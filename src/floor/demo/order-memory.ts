/**
 * The floor's live orders in a small file, for the floor that comes after a crash: its venue has lost them, so the gate must
 * hear that they are gone, or they stay reserved for ever.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { RowAnswer } from '../client/answers.ts'
import type { ExecutionBody } from '../client/bodies.ts'
import type { LiveOrder } from './ticket.ts'

export interface RememberedOrder {
  readonly orderID: string
  readonly clOrdID: string
  readonly symbol: string
}

export class OrderMemory {
  readonly #path: string | undefined
  #written = ''

  /** Without a path nothing is kept. */
  constructor(path: string | undefined) {
    this.#path = path
  }

  /** Writes where something changed: whole or not at all. */
  remember(orders: readonly LiveOrder[]): void {
    if (this.#path === undefined) return
    const rows = orders.map(({ orderID, clOrdID, ticket }) => ({ orderID, clOrdID, symbol: ticket.symbol }))
    const text = JSON.stringify(rows)
    if (text === this.#written) return
    writeFileSync(`${this.#path}.new`, text, { mode: 0o600 })
    renameSync(`${this.#path}.new`, this.#path)
    this.#written = text
  }

  /** What the last floor kept. A file that cannot be read is as good as none: these orders are made up. */
  recall(): RememberedOrder[] {
    if (this.#path === undefined) return []
    try {
      return JSON.parse(readFileSync(this.#path, 'utf8')) as RememberedOrder[]
    } catch {
      return []
    }
  }
}

/** Where the reports of the left-over orders come from. */
export interface LeftOverNames {
  readonly session: string
  readonly venueName: string
  readonly runId: string
}

/** Reports the orders as canceled; returns how many the gate still held. */
export async function cancelLeftOvers(
  executions: (bodies: readonly ExecutionBody[]) => Promise<readonly RowAnswer[]>,
  orders: readonly RememberedOrder[],
  { session, venueName, runId }: LeftOverNames,
): Promise<number> {
  if (orders.length === 0) return 0
  const bodies = orders.map(
    (order, index): ExecutionBody => ({
      ...{ execID: `${runId}-L${index}`, execType: 'Canceled', owner: session, venue: venueName },
      ...order,
    }),
  )
  // One that had ended before the crash is refused, and that is well.
  return (await executions(bodies)).filter(({ applied }) => applied).length
}
