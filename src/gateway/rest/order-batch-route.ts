/** Several orders in one request: each is judged for itself, in their order, as a session judges those of one frame. */
import { RequestError } from '../../model/errors.ts'
import { ORDER_FORM, type OrderWords } from '../../model/parse/new-order.ts'
import { REPLAY_TIME_HEADER } from '../../sequencer/replay-clock.ts'
import type { Decided } from '../answers/order-decisions.ts'
import { orderCommand } from '../commands/order-commands.ts'
import { faultError, offsetOf } from '../commands/write-command.ts'
import { decisionJson, profileTail } from './decision-json.ts'
import { type Exchange, errorText } from './exchange.ts'
import { GATE_ENDS, NO_SESSION, type OrderServices } from './order-routes.ts'
import type { Route } from './route.ts'

export const ORDERS_MAX = 100

export function orderBatchRoute(services: OrderServices): Route {
  return {
    method: 'POST',
    url: '/order-batches',
    duties: ['orders:write'],
    tag: 'Orders',
    summary: 'May these orders go to the market?',
    description:
      'Judges each order for itself, in their order, and answers when all are decided: one that is refused keeps none of the others back. Each counts against the rate. A row is what `POST /orders` answers, or the request error of that order alone; a body that cannot be read is refused whole, and nothing of it is sequenced. For what counts together there are parents and baskets.',
    form: ORDER_FORM,
    rowsMax: ORDERS_MAX,
    answer: 'OrderAnswers',
    answerDescription: 'The decisions, in the order of the rows.',
    errors: ['NOT_BOUND'],
    sequenced: true,
    counts: 'order',
    handle: (call, rows) => placeOrders(services, call, rows as readonly OrderWords[]),
  }
}

function placeOrders(services: OrderServices, call: Exchange, rows: readonly OrderWords[]): void {
  const { gate, decisions, metrics, rates } = services
  const { caller, trace } = call
  const { stages } = metrics
  if (caller.session < 0) return call.refuse(new RequestError('NOT_BOUND', '', NO_SESSION))
  if (call.request.headers[REPLAY_TIME_HEADER] !== undefined) {
    return call.refuse(new RequestError('UNKNOWN_FIELD', REPLAY_TIME_HEADER, 'A batch has one time for many orders.'))
  }
  const texts = new Array<string>(rows.length).fill('')
  let waiting = rows.length
  const put = (at: number, text: string): void => {
    texts[at] = text
    if (--waiting === 0) call.send(200, `{"rows":[${texts.join()}]${profileTail(gate)}}`)
  }
  const failed = (at: number, { code, field, text, retryAfterMs }: RequestError): void => {
    metrics.refused('rest', code)
    put(at, errorText(new RequestError(code, field === '' ? `[${at}]` : `[${at}].${field}`, text, retryAfterMs)))
  }
  const told = (at: number, decided: Decided): void => {
    put(at, decisionJson(decided, ''))
  }
  // One trace has the times of one order: of the last.
  trace?.submitted()
  for (const [at, words] of rows.entries()) {
    const limited = rates.newOrder(caller, words)
    if (limited !== undefined) {
      failed(at, limited)
      continue
    }
    const order = orderCommand(gate, decisions, words, caller, Date.now() * 1000)
    stages.parsed('rest', call.startedUs)
    gate.submit({
      from: caller.turn,
      mayGoStale: true,
      write: (tape) => {
        trace?.turn()
        return offsetOf(order.write(tape))
      },
      onDurable: (tape, command, end) => {
        trace?.durable(tape, command)
        const decided = order.decided(tape, command, end, {
          decided: (later) => told(at, later),
          gaveUp: () => failed(at, new RequestError('OUTCOME_UNKNOWN', '', GATE_ENDS)),
        })
        // What is held is answered later, and its time is not the gate's.
        if (decided === undefined) return
        told(at, decided)
        stages.told('rest', call.startedUs)
      },
      onFailure: (fault, cause) => failed(at, faultError(fault, cause)),
    })
  }
}
