/** With TLS as without: a connection is counted from its first byte on, stays once it is known, and is ended as one. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { TEST_CERTIFICATE } from '../../simulator/test-certificate.ts'
import { carrierOf } from '../carriers.ts'
import { Connections } from '../connections.ts'
import { createListener } from './listener.ts'

const { cert: ca } = TEST_CERTIFICATE
const host = '127.0.0.1'

test('connections that never finish a handshake give way, those that are known stay', async (t) => {
  const connections = new Connections({ knownMax: 1, unknownMax: 10, unknownOfAddressMax: 1 })
  const server = createListener(
    {},
    (request, response) => {
      connections.identified(carrierOf(request.socket))
      response.end('seen')
    },
    { connections, max: 10, tls: TEST_CERTIFICATE },
  )
  server.listen(0, host)
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo

  const silent = connect(port, host)
  const silentEnd = once(silent, 'close')
  await once(server, 'connection')
  assert.equal(connections.unknown, 1, 'it is counted before it says anything')

  const known = connectTls({ port, host, ca, servername: 'localhost' })
  await silentEnd
  await once(known, 'secureConnect')
  known.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  assert.match(String((await once(known, 'data'))[0]), /^HTTP\/1\.1 200 OK[\s\S]*seen/)
  assert.deepEqual([connections.known, connections.unknown], [1, 0])

  const third = connectTls({ port, host, ca, servername: 'localhost' })
  await once(third, 'secureConnect')
  assert.deepEqual([connections.known, connections.unknown], [1, 1], 'and the known one is still there')
  third.on('error', () => {})
  const thirdEnd = new Promise((settle) => third.once('close', settle))
  const fourth = once(server, 'connection')
  connect(port, host).on('error', () => {})
  const [carrier] = (await fourth) as [Socket]
  await thirdEnd
  assert.equal(connections.unknown, 1)
  const carrierEnd = once(carrier, 'close')
  known.destroy()
  carrier.destroy()
  await carrierEnd
  while (connections.known > 0) await new Promise(setImmediate)
  assert.equal(connections.unknown, 0)
})

test('older protocols and other certificates are refused', async (t) => {
  const connections = new Connections({ knownMax: 1, unknownMax: 10, unknownOfAddressMax: 10 })
  const answer = (_: unknown, response: { end(text: string): void }) => response.end('seen')
  const server = createListener({}, answer, { connections, max: 10, tls: TEST_CERTIFICATE })
  server.listen(0, host)
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  await assert.rejects(once(connectTls({ port, host, ca, maxVersion: 'TLSv1.1' }), 'secureConnect'))
  const [untrusted] = await once(get({ port, host }), 'error')
  assert.equal((untrusted as NodeJS.ErrnoException).code, 'DEPTH_ZERO_SELF_SIGNED_CERT')
})
