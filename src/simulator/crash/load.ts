/** Sends a round's requests over many connections at once, and kills the gate at the drawn moment. */
import { setImmediate as turn } from 'node:timers/promises'
import { GateUnreachable } from '../../floor/client/gate-error.ts'
import type { CrashClients } from './crash-clients.ts'
import type { Exchange } from './exchange.ts'
import type { Flow } from './flow.ts'

/** The moment of the kill. It is counted in answers, so that a slow machine kills at as many places as a quick one. */
export interface KillPlan {
  /** Requests that wait for their answers at once. */
  readonly senders: number
  /** Answers heard before it. */
  readonly answers: number
  /** Orders that are sent all at once behind the last of those answers. */
  readonly burst: number
  /** Answers of the burst heard before it. */
  readonly burstAnswers: number
  /** Turns of the event loop between the last answer and the kill. */
  readonly turns: number
}

export function drawPlan(flow: Flow): KillPlan {
  const burst = flow.chance(0.5) ? flow.between(2, 48) : 0
  return {
    ...{ senders: flow.between(1, 16), answers: flow.between(5, 240), burst },
    ...{ burstAnswers: flow.between(0, burst), turns: flow.between(0, 6) },
  }
}

export class Load {
  readonly exchanges: Exchange[] = []
  readonly #clients: CrashClients
  readonly #flow: Flow
  readonly #plan: KillPlan
  readonly #kill: () => void
  #heard = 0
  #killed = false
  #stopping: Promise<void> | undefined
  readonly #burst: Promise<void>[] = []

  constructor(clients: CrashClients, flow: Flow, plan: KillPlan, kill: () => void) {
    this.#clients = clients
    this.#flow = flow
    this.#plan = plan
    this.#kill = kill
  }

  /** Until the gate is killed and every request has its answer or never gets one. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.#plan.senders }, () => this.#sender()))
    await Promise.all(this.#burst)
    await this.#stopping
  }

  async #sender(): Promise<void> {
    while (!this.#killed) await this.#send(this.#flow.next())
  }

  async #send(exchange: Exchange): Promise<void> {
    this.exchanges.push(exchange)
    try {
      exchange.answer = (await this.#clients.post(exchange.sender, exchange.path, exchange.body)) as Exchange['answer']
    } catch (cause) {
      if (this.#killed && cause instanceof GateUnreachable) return
      throw cause
    }
    this.#flow.learn(exchange)
    this.#hear()
  }

  #hear(): void {
    const { answers, burst, burstAnswers } = this.#plan
    this.#heard++
    if (this.#heard === answers) {
      for (let i = 0; i < burst; i++) this.#burst.push(this.#send(this.#flow.order()))
    }
    if (this.#heard === answers + burstAnswers) this.#stopping = this.#end()
  }

  async #end(): Promise<void> {
    for (let i = 0; i < this.#plan.turns; i++) await turn()
    this.#killed = true
    this.#kill()
  }
}
