/**
 * The least that an EMS does: asks before each order goes to the market, says why one may not, cancels, and cancels what the
 * gate wants canceled. With a word behind its options, as 127.0.0.1:9100, it sends to the venue-adapter example there; else
 * its market is a line on the terminal.
 *
 *   node dist/examples/minimal-ems/minimal-ems.js [--session tcp://HOST:PORT] [--url URL] [--data DIR] [HOST:PORT]
 */
import { type Approved, connectGate, type Fate, type Order } from 'portcullis/client'
import { gatePlace, idsOfThisRun } from '../gate-place.ts'
import { sendToVenue } from '../venue-adapter/venue-line.ts'

const place = gatePlace('your-ems', 'yours.json')
const [venueAddress] = place.words
const nextID = idsOfThisRun('EMS')
const seat = { account: 'ACC-13', trader: 'TRADER-9', strategy: 'STRAT-7', venue: 'XSIM' }

const gate = await connectGate(place)
gate.on('state', ({ connection, breaker, why }) => console.log(`gate: ${connection}, breaker ${breaker} ${why}`))
gate.on('kill', ({ state, scope }) => console.log(`kill: ${state} ${scope.map(({ kind, name }) => `${kind} ${name}`)}`))
// The gate asks again every second until the order has ended, so that one that fails is tried again.
gate.on('cancelRequested', ({ clOrdID }) => void cancel(clOrdID))

// Far from the market: the gate says no, and why.
console.log(inWords(await submit(buy('900.00', '100'))))
// At the market.
const order = buy('229.00', '200')
console.log(inWords(await submit(order)))
await cancel(order.clOrdID)
await gate.close()

function buy(price: string, orderQty: string): Order {
  return { clOrdID: nextID(), symbol: 'AAPL', side: 'Buy', ordType: 'Limit', price, orderQty, ...seat }
}

/** The route runs only with an approval, and is the only way to the market. */
function submit(order: Order): Promise<Fate<string>> {
  return gate.submit(order, toMarket, { timeoutMs: 2_000 })
}

/** What goes out is the order as the gate checked it, and the token with it. */
async function toMarket(approved: Approved): Promise<string> {
  if (venueAddress !== undefined) return sendToVenue(venueAddress, approved)
  const { side, orderQty, symbol, price } = approved.order
  return `${side} ${orderQty} ${symbol} at ${price}`
}

/** At the market first, and at once; the gate is told beside it. */
async function cancel(origClOrdID: string): Promise<void> {
  const { result, told } = await gate.cancel({ origClOrdID }, () => `canceled ${origClOrdID}`)
  const { durable } = await told
  console.log(`${result}, told to the gate: ${durable ? 'on record' : 'kept until its journal is back'}`)
}

function inWords(fate: Fate<string>): string {
  switch (fate.outcome) {
    case 'routed':
      return `sent: ${fate.result}`
    case 'refused':
      return `refused: ${fate.refusal.text}`
    case 'notSent':
      return `not sent, ${fate.code}: ${fate.text}`
    case 'unknown':
      return `look at the market, it may have left: ${fate.cause}`
  }
}
