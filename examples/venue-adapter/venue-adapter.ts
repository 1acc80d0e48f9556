/**
 * The adapter of a venue: the last program before the market, and the only one with the venue's key. It takes a line of JSON an
 * order, lets out what the gate has let through, once, and refuses the rest; it cancels what the gate wants canceled, and
 * reports what the (made-up) market says.
 *
 *   node dist/examples/venue-adapter/venue-adapter.js [--session tcp://HOST:PORT] [--url URL] [--data DIR] [PORT]
 */
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createAdapterGuard } from 'portcullis/adapter'
import { connectGate } from 'portcullis/client'
import { gatePlace, idsOfThisRun } from '../gate-place.ts'
import type { VenueAnswer, VenueLine } from './venue-line.ts'

const VENUE = 'XSIM'
const place = gatePlace('floor-venue', 'floor.json')
const nextID = idsOfThisRun('VEN')

// A heartbeat of 250 ms, because nothing may leave when the gate was silent for a second.
const gate = await connectGate({ ...place, heartbeatMs: 250 })
const keyFile = join(place.data, 'secrets', `approval-venue-${VENUE}.key`)
const guard = createAdapterGuard({ venue: VENUE, keyFile, killFeed: gate.killFeed })
gate.on('kill', ({ state, scope }) => console.log(`kill: ${state} ${scope.map(({ kind, name }) => `${kind} ${name}`)}`))
gate.on('cancelRequested', ({ owner, clOrdID, symbol }) => report('Canceled', owner, clOrdID, symbol))

const server = createServer((socket) => {
  createInterface({ input: socket }).on('line', (text) => socket.write(`${JSON.stringify(answer(text))}\n`))
  socket.on('error', () => socket.destroy())
})
server.listen(Number(place.words[0] ?? 9_100), '127.0.0.1', () => {
  const address = server.address()
  console.log(`orders for ${VENUE} at 127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
})
process.on('SIGTERM', () => {
  server.close()
  void gate.close().then(() => process.exit(0))
})

/** A line that is none is its sender's fault, and not the end of the adapter. */
function answer(text: string): VenueAnswer {
  try {
    return take(JSON.parse(text) as VenueLine)
  } catch (error) {
    return { accepted: false, text: `no order: ${error}` }
  }
}

/** The guard is asked immediately before the order leaves, and for nothing else. */
function take({ order, token }: VenueLine): VenueAnswer {
  const admission = guard.admit(order, token)
  if (!admission.admitted) {
    console.log(`${admission.fault}: ${admission.text}`)
    return { accepted: false, text: admission.text }
  }
  console.log(`${order.clOrdID} leaves`)
  report('New', order.session, order.clOrdID, order.symbol)
  return { accepted: true, text: `${order.clOrdID} is at ${VENUE}` }
}

function report(execType: 'New' | 'Canceled', owner: string, clOrdID: string, symbol: string): void {
  gate.report({ execID: nextID(), execType, symbol, owner, clOrdID, venue: VENUE }).then(
    ({ applied, reason }) => console.log(`${execType} of ${clOrdID}: ${applied ? 'booked' : reason?.text}`),
    (error: Error) => console.log(`${execType} of ${clOrdID}: ${error.message}`),
  )
}
