/**
 * An engine that is told what a gate is told, by the same forms, without socket, token or journal: what a recorded day
 * comes to in seconds. The decisions are those of a whole gate, because only the engine decides.
 */

import { createEngine } from '../engine/engine.ts'
import type { OrderAnswer } from '../floor/client/answers.ts'
import type {
  CancelBody,
  ExecutionBody,
  NewOrderBody,
  PhaseBody,
  QuoteBody,
  ReplaceBody,
} from '../floor/client/bodies.ts'
import type { GateExposure } from '../floor/player/exposure-proof.ts'
import type { ReplayGate } from '../floor/player/replay-day.ts'
import { DEMO_SIZES } from '../model/bounds.ts'
import { reasonAt } from '../model/codes.ts'
import type { Directory } from '../model/directory.ts'
import { RequestError } from '../model/errors.ts'
import { resultsAt } from '../model/explain/explanation.ts'
import { formatDecimal } from '../model/numbers.ts'
import { executionReport, formatOrderID } from '../model/parse/execution.ts'
import { binding, hierarchy } from '../model/parse/hierarchy.ts'
import { instrument } from '../model/parse/instrument.ts'
import { limit } from '../model/parse/limit.ts'
import { feedHeartbeat, quote, sessionPhase } from '../model/parse/market.ts'
import { newOrder } from '../model/parse/new-order.ts'
import { cancelOrder, replaceOrder } from '../model/parse/order-change.ts'
import { parent } from '../model/parse/parent.ts'
import type { Command, Sender } from '../model/parse/reading.ts'
import { capital, fx, list, parameter, position } from '../model/parse/reference.ts'
import { GENESIS, NEW_ORDER, REPLACE_ORDER } from '../model/records/commands.ts'
import { ORDER_DECIDED, REFUSED } from '../model/records/events.ts'
import { decode, encode, type RecordLayout, type RecordOf } from '../model/records/schema.ts'
import { Tape, typeAt } from '../model/records/tape.ts'
import { OUTCOMES } from '../model/vocabulary.ts'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'

type Words = Readonly<Record<string, unknown>>
type Values = Readonly<Record<string, string | number>>

/** The constructors of the REST interface, by path. */
const CONSTRUCTORS: Readonly<
  Record<string, (words: never, names: Directory, sender: Sender) => Command | RequestError>
> = {
  ...{ '/hierarchy': hierarchy, '/bindings': binding, '/fx': fx, '/instruments': instrument, '/capital': capital },
  ...{ '/parameters': parameter, '/limits': limit, '/lists': list, '/positions': position, '/phases': sessionPhase },
  ...{ '/quotes': quote, '/feeds': feedHeartbeat, '/executions': executionReport },
  '/parents': parent,
  '/cancels': (words, names, sender) => cancelOrder(words, names, sender, 0),
}

const NOBODY: Sender = { session: -1, principal: -1 }

export interface EngineGateOptions {
  readonly firm: string
  readonly baseCurrency: string
  /** yyyymmdd. */
  readonly tradeDate: number
  /** Sends the orders, the executions and the quotes. */
  readonly session: string
  readonly feed: string
  /** What the day's time is added to. */
  readonly midnightUs: number
}

export class EngineGate implements ReplayGate {
  readonly engine = createEngine({
    ...{ sizes: DEMO_SIZES, rules: US_EQUITY_PACK, hashSeed: 1 },
    onRiskError: (error) => {
      throw error
    },
  })
  readonly #options: EngineGateOptions
  readonly #tape = Tape.ofBytes(1 << 20)
  #seq = 0
  #timeUs: number

  constructor(options: EngineGateOptions) {
    this.#options = options
    this.#timeUs = options.midnightUs
    const { firm, baseCurrency, tradeDate, session } = options
    this.#run(GENESIS as RecordLayout, { profile: 0, ledgerDecimals: 2, tradeDate, firm, baseCurrency })
    this.tell('/hierarchy', { kind: 'SESSION', name: session }, 0)
  }

  /** A command that is no order. @throws Error where it is not applied, with the reason */
  tell(path: string, words: Words, timeUs: number): number {
    const refused = this.take(path, words, timeUs)
    if (refused !== undefined) throw new Error(`${path} ${JSON.stringify(words)}: ${refused}`)
    return this.#timeUs
  }

  /** As {@link tell}; returns why it is not applied, undefined where it is. */
  take(path: string, words: Words, timeUs: number): string | undefined {
    this.#advance(timeUs)
    const command = CONSTRUCTORS[path]?.(asWords(words) as never, this.engine.directory, this.#sender())
    if (command === undefined || command instanceof RequestError) return `${command?.code} ${command?.field}`
    const events = this.#run(command.layout, command.values as Values)
    if (typeAt(this.#tape, events) !== REFUSED.type) return undefined
    return reasonAt(decode(this.#tape, events, REFUSED).reason).code
  }

  async newOrder(body: NewOrderBody, timeUs: number): Promise<OrderAnswer> {
    this.#advance(timeUs)
    const order = newOrder(body as never, this.engine.directory, this.#sender(), 0)
    if (order instanceof RequestError) throw new Error(`${order.code} ${order.field}`)
    const events = this.#run(NEW_ORDER as RecordLayout, order.values)
    const answer = this.#answerAt(events)
    if (!answer.approved || body.ordType !== 'Market') return answer
    const units = this.engine.directory.instrument(order.values.instrument)
    const { protectionPx } = decode(this.#tape, events, ORDER_DECIDED)
    return { ...answer, protectionPx: formatDecimal(protectionPx, units?.priceDecimals ?? 0) }
  }

  /** @param symbol the instrument of the order */
  async replace(body: ReplaceBody, symbol: string, timeUs: number): Promise<OrderAnswer> {
    this.#advance(timeUs)
    const { directory } = this.engine
    const units = directory.instrument(directory.idOf('INSTRUMENT', symbol))
    const command = replaceOrder(body as never, directory, units, this.#sender(), 0)
    if (command instanceof RequestError) throw new Error(`${command.code} ${command.field}`)
    return this.#answerAt(this.#run(REPLACE_ORDER as RecordLayout, command.values))
  }

  async cancel(body: CancelBody, timeUs: number): Promise<void> {
    this.tell('/cancels', { ...body }, timeUs)
  }

  async executions(bodies: readonly ExecutionBody[], timeUs: number): Promise<void> {
    for (const body of bodies) this.tell('/executions', { ...body }, timeUs)
  }

  async quotes(bodies: readonly QuoteBody[], timeUs: number): Promise<readonly number[]> {
    return bodies.map((body) => this.tell('/quotes', { ...body, feed: this.#options.feed }, timeUs))
  }

  async heartbeat(timeUs: number): Promise<number> {
    return this.tell('/feeds', { feed: this.#options.feed }, timeUs)
  }

  async phase(body: PhaseBody, timeUs: number): Promise<void> {
    this.tell('/phases', { ...body }, timeUs)
  }

  async exposures(): Promise<readonly GateExposure[]> {
    const { directory, view } = this.engine
    const subjects = (
      ['FIRM', 'ENTITY', 'CLIENT', 'DESK', 'TRADER', 'ACCOUNT', 'STRATEGY', 'SESSION'] as const
    ).flatMap((kind) => directory.idsOf(kind).map((id) => ({ id, subject: `${kind}:${directory.nameOf(kind, id)}` })))
    return subjects.map(({ id, subject }) => {
      const { gross, long, short, net, executed, open, openOrders } = view.exposure(id)
      return {
        ...{ subject, openOrders, gross: BigInt(gross), long: BigInt(long), short: BigInt(short), net: BigInt(net) },
        ...{ executed: BigInt(executed), open: BigInt(open) },
      }
    })
  }

  /** The decision that stands at `events`. */
  #answerAt(events: number): OrderAnswer {
    const { outcome, reason, orderSeq, slot } = decode(this.#tape, events, ORDER_DECIDED)
    const results = resultsAt(this.#tape, events)
    const approved = OUTCOMES[outcome] === 'APPROVE'
    return {
      ...{ approved, duplicate: OUTCOMES[outcome] === 'DUPLICATE', timeUs: this.#timeUs },
      orderID: approved ? formatOrderID(orderSeq, slot) : '',
      reason: approved ? '' : reasonAt(reason).code,
      failed: Object.keys(results).filter((code) => results[code] === 'FAIL'),
      ...{ text: '', protectionPx: undefined },
    }
  }

  #advance(timeUs: number): void {
    this.#timeUs = Math.max(this.#timeUs, this.#options.midnightUs + timeUs)
  }

  #sender(): Sender {
    return { ...NOBODY, session: this.engine.directory.idOf('SESSION', this.#options.session) }
  }

  /** Returns the offset of the command's first event. */
  #run(layout: RecordLayout, values: Values): number {
    const stamped = { ...NOBODY, ...values, seq: ++this.#seq, timeUs: this.#timeUs }
    this.#tape.end = 0
    const offset = encode(this.#tape, layout, stamped as Partial<RecordOf<RecordLayout>>)
    const events = this.#tape.end
    this.engine.execute(this.#tape, offset)
    return events
  }
}

/** As the gateway reads JSON: numbers are kept as texts. */
function asWords(body: Words): Words {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, typeof value === 'number' ? String(value) : value]),
  )
}
