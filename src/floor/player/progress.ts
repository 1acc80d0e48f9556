/** Says how far a played day is: a bar that redraws itself on a terminal, a line now and then elsewhere. */

export interface ProgressOutput {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const BAR_CHARS = 30
const REDRAW_MS = 100
/** Lines of a log, in parts of the whole. */
const LOG_STEPS = 10

export class Progress {
  readonly #output: ProgressOutput
  readonly #total: number
  readonly #nowMs: () => number
  #drawnMs = Number.NEGATIVE_INFINITY
  #loggedSteps = 0

  constructor(output: ProgressOutput, total: number, nowMs: () => number) {
    this.#output = output
    this.#total = Math.max(1, total)
    this.#nowMs = nowMs
  }

  /** `say` is asked only where something is shown. */
  update(done: number, say: () => string): void {
    if (this.#output.isTTY === true) this.#redraw(done, say)
    else this.#log(done, say)
  }

  /** Clears the bar away; a log needs no end. */
  finish(): void {
    if (this.#output.isTTY === true) this.#output.write('\r\x1b[K')
  }

  #redraw(done: number, say: () => string): void {
    const nowMs = this.#nowMs()
    if (nowMs - this.#drawnMs < REDRAW_MS) return
    this.#drawnMs = nowMs
    const filled = Math.floor((BAR_CHARS * done) / this.#total)
    const bar = '█'.repeat(filled).padEnd(BAR_CHARS, '░')
    this.#output.write(`\r\x1b[K${bar} ${this.#percent(done)}  ${say()}`)
  }

  #log(done: number, say: () => string): void {
    const steps = Math.floor((LOG_STEPS * done) / this.#total)
    if (steps <= this.#loggedSteps) return
    this.#loggedSteps = steps
    this.#output.write(`portcullis replay: ${this.#percent(done)}  ${say()}\n`)
  }

  #percent(done: number): string {
    return `${Math.floor((100 * done) / this.#total)} %`.padStart(5)
  }
}
