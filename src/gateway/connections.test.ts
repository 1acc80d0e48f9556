/** Connections that say nothing make room for those that say who they are. */
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { RestGate } from '../simulator/rest-gate.ts'
import { CONNECTION_BOUNDS, Connections } from './connections.ts'

class MadeUp extends EventEmitter {
  readonly remoteAddress: string
  isOpen = true

  constructor(remoteAddress: string) {
    super()
    this.remoteAddress = remoteAddress
  }

  destroy(): void {
    this.isOpen = false
    this.emit('close')
  }
}

const BOUNDS = { knownMax: 2, unknownMax: 5, unknownOfAddressMax: 3 }

function rig() {
  const connections = new Connections(BOUNDS)
  const open = (address: string) => {
    const connection = new MadeUp(address)
    connections.opened(connection)
    return connection
  }
  return { connections, open }
}

test('the oldest unknown connection gives way, first that of the same address', () => {
  const { connections, open } = rig()
  const a = [open('a'), open('a'), open('a')]
  const b = [open('b'), open('b')]
  const fourth = open('a')
  assert.deepEqual(
    [...a, ...b, fourth].map(({ isOpen }) => isOpen),
    [false, true, true, true, true, true],
  )
  const other = open('c')
  assert.deepEqual([a[1]?.isOpen, other.isOpen, connections.unknown], [false, true, 5])
})

test('a known connection stays, and one over the bound of the known may have to go', () => {
  const { connections, open } = rig()
  const known = [open('a'), open('a')]
  for (const connection of known) connections.identified(connection)
  const third = open('a')
  connections.identified(third)
  connections.identified(third)
  assert.deepEqual([connections.known, connections.unknown], [2, 1])
  for (let at = 0; at < 20; at++) open('a')
  assert.ok(known.every(({ isOpen }) => isOpen))
  assert.deepEqual([third.isOpen, connections.unknown], [false, 3])
})

test('a connection that ends leaves its place', () => {
  const { connections, open } = rig()
  const all = Array.from({ length: 3 }, () => open('a'))
  connections.identified(all[0] as MadeUp)
  for (const connection of all) connection.destroy()
  assert.deepEqual([connections.known, connections.unknown], [0, 0])
  const [first] = [open('a'), open('a'), open('a')]
  assert.equal(first?.isOpen, true)
})

test('connections that send one byte do not keep a cancel out, nor end one that is known', async (t) => {
  const gate = await RestGate.start()
  t.after(() => gate.close())
  await gate.register('ems-1', 'client', ['orders:write'])
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const cancel = (of: Agent) =>
    new Promise<string>((settle, fail) => {
      const headers = { authorization: `Bearer ${gate.tokens.get('ems-1')}` }
      const sent = request(`${gate.url}/orders/A/cancel`, { method: 'POST', agent: of, headers }, (response) => {
        response.resume()
        response.on('end', () => settle(`${response.statusCode} ${sent.reusedSocket}`))
      })
      sent.on('error', fail)
      sent.end()
    })
  assert.equal(await cancel(agent), '200 false')
  const { port, hostname } = new URL(gate.url)
  const silent = Array.from({ length: CONNECTION_BOUNDS.unknownOfAddressMax + 50 }, () => {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    socket.write('P')
    return socket
  })
  t.after(() => silent.forEach((socket) => void socket.destroy()))
  await once(silent[49] as EventEmitter, 'close')
  assert.equal(await cancel(agent), '200 true', 'the known connection')
  assert.equal(await cancel(new Agent()), '200 false', 'a new one')
  const { headersTimeout, requestTimeout, maxConnections } = gate.server.app.server
  assert.deepEqual([headersTimeout, requestTimeout, maxConnections], [5_000, 30_000, 10_100])
})
