/**
 * How much of their daily limits the floor's traders have used, as the gate says. Near a limit they trade less and less,
 * so that a day of the demo never ends in nothing but refusals: from where the last fifth begins an order is sent with a
 * chance that falls to nothing at the limit.
 */
import type { Ticket } from './ticket.ts'

/** Use of one daily limit. */
export interface DailyUse {
  readonly subject: { readonly kind: string; readonly name: string }
  /** 1 is all of it. */
  readonly share: number
}

const SLOW_FROM = 0.8

export class DayAllowance {
  readonly #deskOf: (trader: string) => string | undefined
  #shares = new Map<string, number>()
  #firm = 0

  constructor(deskOf: (trader: string) => string | undefined) {
    this.#deskOf = deskOf
  }

  update(uses: readonly DailyUse[]): void {
    this.#shares = new Map(uses.map(({ subject, share }) => [`${subject.kind}:${subject.name}`, share]))
    this.#firm = Math.max(0, ...uses.filter(({ subject }) => subject.kind === 'FIRM').map(({ share }) => share))
  }

  /** Chance, from 0 to 1, that an order should be sent now: by the limit that is nearest to its end. */
  chanceOf({ trader, account, strategy }: Pick<Ticket, 'trader' | 'account' | 'strategy'>): number {
    const subjects = [`TRADER:${trader}`, `ACCOUNT:${account}`, `STRATEGY:${strategy}`, `DESK:${this.#deskOf(trader)}`]
    const used = Math.max(this.#firm, ...subjects.map((subject) => this.#shares.get(subject) ?? 0))
    return Math.max(0, Math.min(1, (1 - used) / (1 - SLOW_FROM)))
  }
}
