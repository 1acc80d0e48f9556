/** Abuse of the wires over real sockets, the same on each: an order of another client gets through, and nothing is kept. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { DEMO_SIZES } from '../model/bounds.ts'
import { HandDelays } from '../simulator/made-up-world.ts'
import { RestGate } from '../simulator/rest-gate.ts'
import { tellSmallFirm } from '../simulator/small-firm.ts'
import { openWires, type Wire, type Wires } from '../simulator/wires.ts'
import { CONNECTION_BOUNDS } from './connections.ts'

const IDLE = 5_000
const SILENT = 1_000
/** Both ends of a connection are of this process. */
const FILES_NEEDED = IDLE * 2 + 1_000
const DIALED_AT_ONCE = 50
/** Some megabytes of answers: more than the system's buffers hold of a connection that is not read. */
/** Their answers are more than the system keeps for who does not read: some megabytes. */
const UNREAD_ORDERS = 30_000
const LOGON_MS = 6_000
/** Connections that the test's own HTTP client may open beside. */
const KEPT_ALIVE = 2

describe('abuse', () => {
  const delays = new HandDelays()
  let gate: RestGate
  let wires: Wires
  let ids = 0
  const nextID = () => `X-${++ids}`
  /** Another client's order, by its own wire: decided, whatever it comes to. */
  const getsThrough = async (wire: Wire) => {
    const client = await wire.connect('ems-2')
    const { word } = await client.order(nextID())
    await client.close()
    assert.ok(['APPROVED', 'REJECTED'].includes(word), `${wire.name}: ${word}`)
  }
  const dialed = async (wire: Wire, count: number) => {
    const sockets: Socket[] = []
    while (sockets.length < count) {
      const more = Math.min(DIALED_AT_ONCE, count - sockets.length)
      sockets.push(...(await Promise.all(Array.from({ length: more }, () => wire.dial()))))
    }
    return sockets
  }
  const settled = async (holds: () => boolean | Promise<boolean>) => {
    while (!(await holds())) await turn()
  }
  const onEach = (title: string, run: (wire: Wire) => Promise<void>) =>
    test(title, async (t) => {
      for (const wire of wires.all) await t.test(wire.name, () => run(wire))
    })

  before(async () => {
    const sizes = { ...DEMO_SIZES, orders: 1 << 12, idsPerDay: 1 << 17 }
    gate = await RestGate.start({ delays, sizes, rates: { each: {}, named: new Map() } })
    await tellSmallFirm(gate)
    wires = await openWires(gate, delays)
  })
  after(async () => {
    await wires.close()
    await gate.close()
  })

  onEach('who sends byte by byte is not waited for, and keeps nobody out', async (wire) => {
    const sockets = await dialed(wire, 100)
    const closed = sockets.map((socket) => once(socket.resume(), 'close'))
    for (const byte of wire.unfinished) {
      for (const socket of sockets) socket.write(Buffer.from([byte]))
      await turn()
    }
    await getsThrough(wire)
    delays.pass(LOGON_MS)
    for (const socket of sockets) socket.once('end', () => socket.destroy())
    await Promise.all(closed)
  })

  onEach('connections that are reset, or ended on one side alone, leave nothing behind', async (wire) => {
    await getsThrough(wire)
    const before = (await wire.size()) + KEPT_ALIVE
    const sockets = await dialed(wire, 200)
    await settled(async () => (await wire.size()) >= 200)
    for (const [at, socket] of sockets.entries()) {
      socket.write(at % 2 === 0 ? wire.unfinished : wire.hello('ems-1'))
      if (at % 4 < 2) socket.resetAndDestroy()
      else socket.resume().end()
    }
    await settled(async () => (await wire.size()) <= before)
    for (const socket of sockets) socket.destroy()
    await getsThrough(wire)
  })

  onEach('bytes that are too many, too deep or none are refused with a word', async (wire) => {
    const seq = gate.sequencer.durableSeq
    for (const [what, bytes, code] of wire.refused) {
      const socket = await wire.dial()
      let answer = ''
      socket.on('data', (piece) => {
        answer += piece.toString('latin1')
      })
      socket.write(bytes)
      await settled(() => answer.includes(code) || socket.readableEnded)
      assert.ok(answer.includes(code), `${wire.name}: ${what}: ${answer.slice(0, 500)}`)
      socket.destroy()
    }
    assert.equal(gate.sequencer.durableSeq, seq, 'nothing of it is sequenced')
    await getsThrough(wire)
  })

  onEach('a thousand connections that say nothing close each other, and an order gets through', async (wire) => {
    let open = 0
    const sockets: Socket[] = []
    while (sockets.length < SILENT) {
      for (const socket of await dialed(wire, DIALED_AT_ONCE)) {
        open++
        socket.once('close', () => open--)
        socket.resume().once('end', () => socket.destroy())
        sockets.push(socket)
      }
    }
    await settled(() => open <= CONNECTION_BOUNDS.unknownOfAddressMax)
    await getsThrough(wire)
    for (const socket of sockets) socket.destroy()
  })

  test('5,000 connections that have said who they are stay, and an order gets through', async (t) => {
    if (openFilesMax() < FILES_NEEDED) return t.skip(`it takes ${FILES_NEEDED} open files: ulimit -n`)
    const [rest] = wires.all as [Wire]
    const sockets: Socket[] = []
    while (sockets.length < IDLE) {
      // No more at once than may be unknown: each is known before the next come.
      const some = await dialed(rest, DIALED_AT_ONCE)
      await Promise.all(
        some.map((socket) => {
          socket.write(rest.hello('ems-1'))
          return once(socket, 'data')
        }),
      )
      sockets.push(...some)
    }
    await getsThrough(rest)
    assert.equal(sockets.filter(({ destroyed, readableEnded }) => destroyed || readableEnded).length, 0)
    for (const socket of sockets) socket.destroy()
  })

  onEach('who does not read its answers is not read: what it sends stays with it', async (wire) => {
    const socket = await wire.dial()
    const clOrdIDs = Array.from({ length: UNREAD_ORDERS }, nextID)
    const before = gate.sequencer.durableSeq
    socket.write(wire.orders(clOrdIDs, 'ems-1'))
    const quiet = await wire.connect('ems-2')
    let own = 0
    const decided = () => gate.sequencer.durableSeq - before - own
    // It has come to a stand when a hundred orders of another client have been answered, and none of its own.
    for (let last = -1, same = 0; same < 100; same = decided() === last ? same + 1 : 0) {
      last = decided()
      assert.notEqual((await quiet.order(nextID())).word, 'QUEUE_FULL')
      own++
    }
    const standing = decided()
    assert.ok(standing > 0 && standing < UNREAD_ORDERS, `${wire.name}: ${standing} orders are decided, unread`)
    await quiet.close()
    socket.destroy()
  })

  onEach('bytes that are played again are the order that they were', async (wire) => {
    const bytes = wire.orders([nextID()], 'ems-1')
    const open = () => gate.engine.view.openOrders
    const counts: number[] = []
    for (let times = 0; times < 3; times++) {
      const socket = await wire.dial()
      const pieces: Buffer[] = []
      socket.on('data', (piece) => pieces.push(piece))
      socket.write(bytes)
      await settled(() => wire.answersIn(Buffer.concat(pieces)) === 1)
      socket.destroy()
      counts.push(open())
    }
    assert.equal(new Set(counts).size, 1, `${wire.name}: ${counts}`)
  })
})

/** Most files that this process may have open; what the system does not say is enough. */
function openFilesMax(): number {
  const { userLimits } = process.report.getReport() as { readonly userLimits?: Record<string, { soft: unknown }> }
  const soft = userLimits?.open_files?.soft
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY
}
