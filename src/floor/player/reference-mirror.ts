/**
 * The reference price and the mark of one instrument as the player works them out for itself, from what it sent alone
 * (docs/reference/decision.md §2). Written from that page and not from the engine: the two must agree.
 */

/** All in price units of the instrument and microseconds of the gate's clock. */
export interface ReferenceParameters {
  readonly revalueBps: number
  readonly heartbeatMaxUs: number
  readonly lastMaxUs: number
  readonly spreadCapBps: number
  readonly jumpBps: number
  readonly quarantineUs: number
}

export interface MirroredQuote {
  /** Both undefined where only the last trade is new; a quote of one side has no mid. */
  readonly bidPx: number | undefined
  readonly askPx: number | undefined
  readonly lastPx: number | undefined
}

export class ReferenceMirror {
  readonly #parameters: ReferenceParameters
  readonly #priorClosePx: number
  #markPx: number
  #bidPx: number | undefined
  #askPx: number | undefined
  #lastPx: number | undefined
  #lastUs = 0
  #heardUs = Number.NEGATIVE_INFINITY
  /** Since when a quote that jumped waits, and whether a trade came after it. */
  #jumpedUs: number | undefined
  #tradedSinceJump = false

  /** The prior close is the first price that the gate hears of, and so the first mark. */
  constructor(priorClosePx: number, parameters: ReferenceParameters) {
    this.#priorClosePx = priorClosePx
    this.#markPx = priorClosePx
    this.#parameters = parameters
  }

  get markPx(): number {
    return this.#markPx
  }

  heartbeat(timeUs: number): void {
    this.#heardUs = timeUs
  }

  quote({ bidPx, askPx, lastPx }: MirroredQuote, timeUs: number): void {
    this.#heardUs = timeUs
    const hasSides = bidPx !== undefined || askPx !== undefined
    if (lastPx === undefined && this.#isQuarantined(bidPx, askPx, timeUs)) return
    if (lastPx !== undefined) {
      this.#lastPx = lastPx
      this.#lastUs = timeUs
      this.#tradedSinceJump = true
    }
    if (hasSides) {
      this.#bidPx = bidPx
      this.#askPx = askPx
      this.#jumpedUs = undefined
    }
    this.#moveMark(timeUs)
  }

  /** The reference at a time: the mid, else the last trade, else the prior close. */
  at(timeUs: number): number {
    const { spreadCapBps, heartbeatMaxUs, lastMaxUs } = this.#parameters
    const bidPx = this.#bidPx
    const askPx = this.#askPx
    if (bidPx !== undefined && askPx !== undefined && bidPx < askPx && timeUs - this.#heardUs <= heartbeatMaxUs) {
      if ((askPx - bidPx) * 20_000 <= spreadCapBps * (bidPx + askPx)) return midOf(bidPx, askPx)
    }
    if (this.#lastPx !== undefined && timeUs - this.#lastUs <= lastMaxUs) return this.#lastPx
    return this.#priorClosePx
  }

  #moveMark(timeUs: number): void {
    const refPx = this.at(timeUs)
    if (Math.abs(refPx - this.#markPx) * 10_000 > this.#parameters.revalueBps * this.#markPx) this.#markPx = refPx
  }

  #isQuarantined(bidPx: number | undefined, askPx: number | undefined, timeUs: number): boolean {
    if (!isUncrossed(bidPx, askPx) || !isUncrossed(this.#bidPx, this.#askPx)) return false
    const newPx = midOf(bidPx, askPx)
    const oldPx = midOf(this.#bidPx, this.#askPx)
    if (Math.abs(newPx - oldPx) * 10_000 <= this.#parameters.jumpBps * oldPx) return false
    if (this.#jumpedUs === undefined) {
      this.#jumpedUs = timeUs
      this.#tradedSinceJump = false
      return true
    }
    return !this.#tradedSinceJump && timeUs - this.#jumpedUs < this.#parameters.quarantineUs
  }
}

function isUncrossed(bidPx: number | undefined, askPx: number | undefined): boolean {
  return bidPx !== undefined && askPx !== undefined && bidPx < askPx
}

/** A half is rounded away from zero; prices here are positive. */
function midOf(bidPx: number | undefined, askPx: number | undefined): number {
  return Math.ceil(((bidPx ?? 0) + (askPx ?? 0)) / 2)
}
