/**
 * The adapter of the demo's venue: lets out what the gate has let through, by its token and once, and nothing that is killed or
 * while the gate is not heard; cancels what the gate wants canceled; tells the gate what the venue says, and the desk once the
 * gate has it. The line to the venue breaks now and then: the venue then cancels all that rests.
 */
import type { AdapterGuard } from '../../adapter/guard.ts'
import {
  type Approved,
  type CancelRequested,
  type Clock,
  type Gate,
  GateError,
  NotRouted,
  orderAtVenue,
} from '../../client/sdk.ts'
import { formatDecimal, parseDecimal } from '../../model/numbers.ts'
import type { CancelAtVenue, SimulatedVenue, VenueOrder, VenueReport } from './simulated-venue.ts'

/** What the adapter is at the gate: it reports, and is told what to cancel. */
export type LineGate = Pick<Gate, 'report'>

export interface VenueAdapterOptions {
  readonly gate: LineGate
  readonly guard: AdapterGuard
  readonly clock: Clock
  readonly venueName: string
  /** Client that sends the desk's orders. */
  readonly session: string
  /** Makes execIDs differ from those of an earlier run. */
  readonly runId: string
  readonly priceDecimalsOf: (symbol: string) => number
  /** Told in the order in which the gate has answered. */
  readonly onReport: (report: VenueReport) => void
  readonly say: (text: string) => void
}

/** A token lives two seconds: what has not come by then never comes. */
const NEVER_MS = 2_500
/** Requests for orders that are not here; of more the oldest are asked for again. */
const ASKED_MAX = 10_000
/** Booked before: a report that was said twice. */
const BOOKED = 'EXEC_DUPLICATE'
/** What comes too late comes to an order that has ended. */
const ENDED = 'ORDER_TERMINAL'

export class VenueAdapter {
  readonly #options: VenueAdapterOptions
  #venue: SimulatedVenue | undefined
  /** What the venue says while the line is down. */
  readonly #held: VenueReport[] = []
  readonly #askedMs = new Map<string, number>()
  #isDown = false
  #raise: () => void = () => {}
  #reports = 0

  constructor(options: VenueAdapterOptions) {
    this.#options = options
  }

  /** The venue reports to {@link reported}. */
  connect(venue: SimulatedVenue): void {
    this.#venue = venue
  }

  get isDown(): boolean {
    return this.#isDown
  }

  /** The route of a new order. @throws NotRouted where it does not leave */
  send(approved: Approved): void {
    this.#admitted(approved).enter(this.#orderOf(approved))
  }

  /** The route of a replace. @throws NotRouted where it does not leave */
  sendReplace(approved: Approved): void {
    this.#admitted(approved).replace(approved.origClOrdID ?? '', this.#orderOf(approved))
  }

  /** A cancel is never refused; over a broken line there is nothing left to cancel. */
  sendCancel(cancel: CancelAtVenue): void {
    this.#venue?.cancel(cancel)
  }

  /**
   * The gate asks, for orders of every client. One that is not here is gone: it was sent nowhere, or is of an earlier life of the
   * venue. Of the desk's own that is certain only when no token of it can live.
   */
  cancelRequested({ orderID, owner, clOrdID, symbol }: CancelRequested): void {
    const { clock, session } = this.#options
    const firstMs = this.#askedMs.get(orderID) ?? clock.nowMs()
    if (this.#askedMs.size >= ASKED_MAX) this.#askedMs.clear()
    this.#askedMs.set(orderID, firstMs)
    this.#venue?.cancel({ owner, symbol, origClOrdID: clOrdID }, () => {
      if (owner === session && clock.nowMs() - firstMs < NEVER_MS) return
      this.reported({ execType: 'Canceled', owner, clOrdID, symbol, text: 'not at the venue' })
    })
  }

  /** What the venue says. */
  reported(report: VenueReport): void {
    if (this.#isDown) this.#held.push(report)
    else void this.#tell(report)
  }

  /** The line breaks, and is there again after so long. */
  drop(ms: number): void {
    if (this.#isDown) return
    const { clock, say } = this.#options
    this.#isDown = true
    say('the line to the venue broke: the venue cancels what rests there')
    this.#venue?.cancelAll()
    this.#raise = clock.after(ms, () => {
      this.#isDown = false
      say('the line to the venue is there again')
      for (const report of this.#held.splice(0)) void this.#tell(report)
    })
  }

  close(): void {
    this.#raise()
    this.#venue?.close()
  }

  /** Asked immediately before the order leaves, and for nothing else. */
  #admitted(approved: Approved): SimulatedVenue {
    if (this.#isDown || this.#venue === undefined) throw new NotRouted('the line to the venue is down')
    const admission = this.#options.guard.admit(orderAtVenue(approved), approved.token)
    if (!admission.admitted) throw new NotRouted(admission.text)
    return this.#venue
  }

  #orderOf({ session, clOrdID, protectionPx, order }: Approved): VenueOrder {
    const { symbol = '', side, orderQty, timeInForce } = order
    const px = this.#number(order.price ?? protectionPx, this.#options.priceDecimalsOf(symbol))
    return {
      ...{ owner: session, clOrdID, symbol, px, qty: this.#number(orderQty, 0), side: side === 'Buy' ? 'Buy' : 'Sell' },
      timeInForce: timeInForce === 'IOC' || timeInForce === 'FOK' ? timeInForce : 'Day',
    }
  }

  #number(text: string | undefined, decimals: number): number {
    const value = parseDecimal(text ?? '', decimals)
    if (typeof value === 'string') throw new NotRouted(`${text} is no number of the venue`)
    return value
  }

  async #tell(report: VenueReport): Promise<void> {
    const { gate, venueName, runId, say, onReport, priceDecimalsOf } = this.#options
    const { execType, owner, clOrdID, origClOrdID, symbol, lastQty, lastPx, cumQty, text } = report
    const execID = `${runId}-E${++this.#reports}`
    try {
      const { applied, reason } = await gate.report({
        ...{ execID, execType, symbol, owner, clOrdID, origClOrdID, venue: venueName, text },
        lastQty: lastQty === undefined ? undefined : String(lastQty),
        lastPx: lastPx === undefined ? undefined : formatDecimal(lastPx, priceDecimalsOf(symbol)),
        cumQty: cumQty === undefined ? undefined : String(cumQty),
      })
      const isToBeExpected = reason?.code === BOOKED || (reason?.code === ENDED && text !== undefined)
      if (!applied && !isToBeExpected) say(`the gate refuses ${execType} of ${clOrdID}: ${reason?.text}`)
    } catch (error) {
      if (!(error instanceof GateError)) throw error
      // Closing: the gate asks for what it still holds at the next start.
      if (error.code !== 'CLOSED') say(`${execType} of ${clOrdID} could not be told: ${error.message}`)
    }
    onReport(report)
  }
}
