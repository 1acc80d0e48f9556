/** Batches of orders as bytes, made by writing ids, prices and numbers into a template, and what came back, counted. */
import { NewOrderSingle } from '../src/wire/portcullis/v1/orders.gen.ts'

/** As that of the REST benchmark: its id and the last digits of its price have a fixed width. */
const ORDER = {
  clOrdID: 'B-000000000000000000',
  ...{ symbol: '600519.SH', account: 'ACC-7', trader: 'T-3', strategy: 'manual', venue: 'XSHG', side: 'Buy' },
  ...{ orderQty: '100', ordType: 'Limit', price: '1668.00', timeInForce: 'Day' },
  transactTime: '2026-11-21T14:30:00.123456Z',
}
const ID_DIGITS = 18
/** Of ClientMessage.seq, ClientMessage.new_order, and the repeated fields `messages`. */
const SEQ_TAG = 0x08
const ORDER_TAG = 0x52
const MESSAGES_TAG = 0x0a

const order = Buffer.from(NewOrderSingle.encode(ORDER).finish())
const idAt = order.indexOf('B-0000') + 2
const ticksAt = order.indexOf('1668.00') + 3
// Ids never repeat, over all runs of the bench.
let next = Date.now() * 1000

/** The order with the next id and price, in the same bytes each time. */
export function nextOrder(): Buffer {
  order.write(String(next).padStart(ID_DIGITS, '0'), idAt, 'latin1')
  const ticks = String(next % 1000).padStart(3, '0')
  order.write(`${ticks.slice(0, 1)}.${ticks.slice(1)}`, ticksAt, 'latin1')
  next++
  return order
}

/** A CheckOrderRequest. */
export function nextCheck(): Buffer {
  return Buffer.concat([Buffer.from([MESSAGES_TAG, ...varint(order.length)]), nextOrder()])
}

/** An OrderSessionRequest with the orders numbered from `seq`. */
export function nextBatch(seq: number, count: number): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < count; at++) {
    const head = [SEQ_TAG, ...varint(seq + at), ORDER_TAG, ...varint(order.length)]
    parts.push(Buffer.from([MESSAGES_TAG, ...varint(head.length + order.length), ...head]), Buffer.from(nextOrder()))
  }
  return Buffer.concat(parts)
}

/** Messages in an OrderSessionRequest or OrderSessionResponse. */
export function messagesIn(bytes: Buffer): number {
  let count = 0
  for (let at = 0; at < bytes.length; count++) {
    let length = 0
    let shift = 0
    let byte = 0x80
    for (at++; byte >= 0x80; at++, shift += 7) {
      byte = bytes[at] as number
      length |= (byte & 0x7f) << shift
    }
    at += length
  }
  return count
}

/** As many messages as came, each of the bytes of a decision: a tag, a length of two bytes, and zeros. */
export function responseOf(count: number, decisionBytes: number): Buffer {
  const response = Buffer.alloc(count * decisionBytes)
  for (let at = 0; at < response.length; at += decisionBytes) {
    const length = decisionBytes - 3
    response[at] = 0x0a
    response[at + 1] = (length & 0x7f) | 0x80
    response[at + 2] = length >> 7
  }
  return response
}

function varint(value: number): readonly number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 0x80)) {
    if (rest < 0x80) return [...bytes, rest]
    bytes.push((rest % 0x80) | 0x80)
  }
}
