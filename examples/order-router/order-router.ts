/**
 * A smart order router: declares the parent order, and sends children under it to where there is something to trade. The gate
 * holds the children to the parent: more than its quantity, another side or instrument would block the strategy, so the router
 * counts what is out and never sends more than is left.
 *
 *   node dist/examples/order-router/order-router.js [--session tcp://HOST:PORT] [--url URL] [--data DIR] [QUANTITY]
 */
import { connectGate, type Gate, NotRouted, type Order } from 'portcullis/client'
import { gatePlace, idsOfThisRun } from '../gate-place.ts'

/** What a venue shows for sale. */
interface Level {
  readonly venue: string
  readonly price: string
  readonly qty: number
}

const place = gatePlace('your-ems', 'yours.json')
const total = Number(place.words[0] ?? 1_000)
const nextID = idsOfThisRun('SOR')
const parent = { symbol: 'AAPL', side: 'Buy', account: 'ACC-13', strategy: 'STRAT-7' } as const
/** A made-up book: the third level is gone when the router comes. */
const BOOK: readonly Level[] = [
  { venue: 'XSIM', price: '229.00', qty: 300 },
  { venue: 'XSIM', price: '229.01', qty: 250 },
  { venue: 'XSIM', price: '229.02', qty: 0 },
  { venue: 'XSIM', price: '229.03', qty: 10_000 },
]

const gate = await connectGate(place)
const parentClOrdID = nextID()
const declared = await gate.parent({ ...parent, parentClOrdID, orderQty: String(total) })
if (!declared.applied) throw new Error(declared.reason?.text)
console.log(`parent ${parentClOrdID}: ${total}`)
console.log(`sent ${await work(gate, total)} of ${total}`)
await gate.close()

/** Takes the levels in the order of their prices; returns what went out. */
async function work(gate: Gate, total: number): Promise<number> {
  let out = 0
  for (const level of BOOK) {
    const wanted = Math.min(total - out, Math.max(level.qty, 100))
    if (wanted > 0) out += await child(gate, level, wanted)
  }
  return out
}

/** One child; where the gate has room for less, that much is sent. Returns what went out. */
async function child(gate: Gate, level: Level, qty: number): Promise<number> {
  const { venue, price } = level
  const clOrdID = nextID()
  const terms = { ...parent, trader: 'TRADER-9', ordType: 'Limit', timeInForce: 'IOC', venue, price } as const
  const order: Order = { ...terms, clOrdID, parentClOrdID, orderQty: String(qty) }
  const fate = await gate.submit(order, () => {
    // Nothing has left yet, and so the router may say so: the gate frees what it held for the child.
    if (level.qty === 0) throw new NotRouted('nothing is shown any more')
  })
  if (fate.outcome === 'routed') {
    console.log(`child ${clOrdID} ${qty} at ${venue} ${price}`)
    return qty
  }
  if (fate.outcome === 'refused') {
    console.log(`child refused: ${fate.refusal.text}`)
    const room = Math.floor(Number(fate.refusal.qtyPassing ?? 0))
    return room > 0 && room < qty ? child(gate, level, room) : 0
  }
  if (fate.outcome === 'notSent') {
    console.log(`child not sent: ${fate.text}`)
    return 0
  }
  // It may be at the market: counted as out until a report says otherwise.
  console.log(`child unknown: ${fate.cause}`)
  return qty
}
