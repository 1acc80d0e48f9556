/**
 * Tells the gate what a drop copy says: a file of JSON lines, each an execution. It may be started again at any time and from
 * the beginning: what the gate has booked it does not book twice.
 *
 *   node dist/examples/drop-copy-feeder/drop-copy-feeder.js [--session tcp://HOST:PORT] [--url URL] [--data DIR] FILE
 *
 * A line: {"execID":"X-1","execType":"Fill","symbol":"AAPL","owner":"your-ems","clOrdID":"A-1","lastQty":"100","lastPx":"229.00"}
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { type CommandResult, connectGate, type Execution } from 'portcullis/client'
import { gatePlace } from '../gate-place.ts'

/** Executions that wait for the gate at once; the file is read no further meanwhile. */
const AT_ONCE = 64

const place = gatePlace('floor-venue', 'floor.json')
const [file] = place.words
if (file === undefined) throw new Error('name a file of executions')
const gate = await connectGate(place)
const counts = { booked: 0, known: 0, refused: 0 }
const waiting = new Set<Promise<void>>()

for await (const line of createInterface({ input: createReadStream(file) })) {
  if (line.trim() === '') continue
  const execution = JSON.parse(line) as Execution
  const told = gate.report(execution).then((result) => count(execution, result))
  waiting.add(told)
  void told.finally(() => waiting.delete(told))
  if (waiting.size >= AT_ONCE) await Promise.race(waiting)
}
await Promise.all(waiting)
await gate.close()
console.log(`booked ${counts.booked}, known before ${counts.known}, refused ${counts.refused}`)

function count({ execID }: Execution, { applied, reason, alarm }: CommandResult): void {
  if (alarm !== undefined) console.log(`${execID}: somebody should look: ${alarm.text}`)
  if (applied) counts.booked++
  else if (reason?.code === 'EXEC_DUPLICATE') counts.known++
  else {
    counts.refused++
    console.log(`${execID} refused: ${reason?.text}`)
  }
}
