/** Machines that prove themselves by a certificate (RFC 8705), on REST and on the order session, over real TLS. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { decodeJwt } from 'jose'
import { readCertificate } from '../auth/client-certificate.ts'
import { dutyBits } from '../auth/duties.ts'
import { Authority, type Certified } from '../simulator/certificates.ts'
import { LeanClient } from '../simulator/lean-client.ts'
import type { LooseJson } from '../simulator/loose-json.ts'
import { RestGate } from '../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../simulator/small-firm.ts'
import { systemDelays } from './delays.ts'
import { listenLean } from './session/lean-listener.ts'
import { Sessions } from './session/sessions.ts'
import type { SocketListener } from './socket-listener.ts'

const OPENSSL = ['/usr/bin/openssl', '/usr/local/bin/openssl'].find((path) => existsSync(path))
const DUTIES = ['orders:write', 'risk:read'] as const

describe('certificates of machines', () => {
  const authority = new Authority()
  const server = authority.issue({ subject: [['CN', 'gate']], ip: '127.0.0.1' })
  const pinned = authority.issue({
    subject: [
      ['O', 'Acme, Inc'],
      ['CN', 'ems-1'],
    ],
  })
  const renewed = authority.issue({
    subject: [
      ['O', 'Acme, Inc'],
      ['CN', 'ems-1'],
    ],
  })
  const other = authority.issue({
    subject: [
      ['O', 'Acme, Inc'],
      ['CN', 'ems-2'],
    ],
  })
  const stranger = new Authority('Stranger').issue({
    subject: [
      ['O', 'Acme, Inc'],
      ['CN', 'ems-1'],
    ],
  })
  const over = authority.issue({ subject: [['CN', 'ems-1']], untilMs: Date.now() - 1_000 })
  const subject = readCertificate(pinned.cert).subject
  const tls = { ...server, clientCa: authority.cert }
  let gate: RestGate
  let secure: Awaited<ReturnType<RestGate['anotherServer']>>
  let sessions: Sessions
  let listener: SocketListener
  before(async () => {
    gate = await RestGate.start()
    await tellSmallFirm(gate)
    secure = await gate.anotherServer(tls)
    gate.clients.registerCertificate('ems-1', DUTIES, { thumbprint: readCertificate(pinned.cert).thumbprint })
    gate.clients.registerCertificate('ems-2', DUTIES, { subject })
    sessions = new Sessions(gate.server.services, systemDelays)
    gate.listeners.push((block) => sessions.published(block))
    listener = await listenLean(sessions, { port: 0, host: '127.0.0.1' }, tls)
  })
  after(async () => {
    sessions.close()
    await listener.close()
    await secure.close()
    await gate.close()
  })

  const shown = (certified?: Certified): ConnectionOptions => ({ ca: authority.cert, ...certified })
  function send(
    method: string,
    path: string,
    certified: Certified | undefined,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<{ readonly status: number | undefined; readonly body: LooseJson }> {
    return new Promise((settle, fail) => {
      const options = { method, headers, agent: false as const, ...shown(certified) }
      const sent = request(`${secure.url}${path}`, options, (answer) => {
        let text = ''
        answer.on('data', (piece) => {
          text += piece
        })
        answer.on('end', () => settle({ status: answer.statusCode, body: JSON.parse(text) }))
      })
      sent.on('error', fail)
      sent.end(body)
    })
  }
  const ask = (clientID: string, certified?: Certified, more: Record<string, string> = {}) =>
    send(
      'POST',
      '/oauth/token',
      certified,
      String(new URLSearchParams({ grant_type: 'client_credentials', client_id: clientID, ...more })),
      {
        'content-type': 'application/x-www-form-urlencoded',
      },
    )
  const order = (token: string, certified: Certified | undefined, clOrdID: string) =>
    send('POST', '/orders', certified, JSON.stringify({ ...GOOD_ORDER, clOrdID, orderQty: '100' }), {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
    })

  test('a client gets a token by its certificate, and no other certificate gets one for it', async () => {
    const mine = await ask('ems-1', pinned)
    assert.equal(mine.status, 200, JSON.stringify(mine.body))
    const { cnf } = decodeJwt(mine.body.access_token)
    assert.deepEqual(cnf, { 'x5t#S256': readCertificate(pinned.cert).thumbprint })
    const bySubject = await ask('ems-2', renewed)
    assert.equal(bySubject.status, 200, 'any certificate of the subject')
    const rows: [string, Certified | undefined, Record<string, string>, number, string][] = [
      ['ems-1', renewed, {}, 401, 'invalid_client'],
      ['ems-1', other, {}, 401, 'invalid_client'],
      ['ems-2', other, {}, 401, 'invalid_client'],
      ['feed-1', pinned, {}, 401, 'invalid_client'],
      ['nobody', pinned, {}, 401, 'invalid_client'],
      ['ems-1', undefined, {}, 400, 'invalid_request'],
      ['ems-1', pinned, { client_secret: 'x' }, 401, 'invalid_client'],
      ['ems-1', pinned, { scope: 'kill' }, 400, 'invalid_scope'],
    ]
    for (const [clientID, certified, more, status, error] of rows) {
      const answer = await ask(clientID, certified, more)
      assert.deepEqual([answer.status, answer.body.error], [status, error], `${clientID} ${JSON.stringify(more)}`)
    }
  })

  test('a certificate of another authority, or one that is over, ends the connection; none at all does not', async () => {
    for (const certified of [stranger, over]) {
      await assert.rejects(ask('ems-1', certified), /ECONNRESET|socket hang up|EPIPE/)
      await assert.rejects(LeanClient.connect(listener.address, shown(certified)).then((client) => client.logOn('x')))
    }
    const feed = await ask('feed-1', undefined, { client_secret: gate.secrets.get('feed-1') ?? '' })
    assert.equal(feed.status, 200, 'who has a secret needs no certificate')
    assert.equal(decodeJwt(feed.body.access_token).cnf, undefined)
  })

  test('its tokens are refused on a connection without that certificate, on every wire', async () => {
    const token = (await ask('ems-1', pinned)).body.access_token as string
    assert.equal((await order(token, pinned, 'C-1')).body.outcome, 'APPROVED')
    for (const certified of [undefined, renewed, other]) {
      const refused = await order(token, certified, 'C-2')
      assert.deepEqual([refused.status, refused.body.error.code], [401, 'UNAUTHENTICATED'])
      assert.match(refused.body.error.text, /bound to another certificate/)
      const lean = await LeanClient.connect(listener.address, shown(certified))
      await assert.rejects(lean.logOn(token))
      assert.equal((await lean.logout()).code, 'UNAUTHENTICATED')
    }
    const plain = await gate.send(token, 'GET', '/latches')
    assert.equal(plain.status, 401, 'nor in the clear')
    const lean = await LeanClient.connect(listener.address, shown(pinned))
    assert.equal((await lean.logOn(token)).session, 'ems-1')
    const { value } = await lean.ask('decision', {
      $case: 'newOrder',
      value: { ...GOOD_ORDER, clOrdID: 'C-3', orderQty: '100' },
    })
    assert.match(value.token ?? '', /^pa1\./)
    lean.close()
  })

  test('the certificate of a TLS session that goes on is still that of its beginning', async () => {
    const token = (await ask('ems-1', pinned)).body.access_token as string
    const { hostname, port } = new URL(secure.url)
    const read = (of: ConnectionOptions) =>
      new Promise<{ readonly status: string; readonly session: Buffer | undefined; readonly reused: boolean }>(
        (settle, fail) => {
          let session: Buffer | undefined
          let text = ''
          let reused = false
          const socket: TLSSocket = connect({ host: hostname, port: Number(port), ...of }, () => {
            reused = socket.isSessionReused()
            socket.write(
              `GET /latches HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\nconnection: close\r\n\r\n`,
            )
          })
          socket.on('session', (ticket) => {
            session = ticket
          })
          socket.on('data', (piece) => {
            text += piece
          })
          socket.on('error', fail)
          socket.on('close', () => settle({ status: text.slice(9, 12), session, reused }))
        },
      )
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const first = await read({ ...shown(pinned), maxVersion })
      assert.equal(first.status, '200')
      assert.ok(first.session, maxVersion)
      const again = await read({ ...shown(pinned), maxVersion, session: first.session })
      assert.deepEqual([again.status, again.reused], ['200', true], maxVersion)
      const none = await read({ ...shown(), maxVersion })
      assert.equal(none.status, '401')
      assert.ok(none.session)
      const later = await read({ ...shown(pinned), maxVersion, session: none.session })
      assert.equal(later.status, later.reused ? '401' : '200', 'a session without a certificate does not get one')
    }
  })

  test('a client of a certificate has no secret, and one bound by hand is refused where the claim is not whole', async () => {
    assert.equal(gate.clients.authenticate('ems-1', ''), undefined)
    assert.equal(gate.clients.hasSecret('ems-1'), false)
    const bits = dutyBits(DUTIES)
    const odd = await gate.issuer.issue({ clientID: 'ems-1', duties: bits, disabled: false }, bits, 'short')
    assert.equal(await gate.auth.verifier.verify(odd), 'malformed')
  })

  test('a subject is as openssl prints it', { skip: OPENSSL === undefined ? 'no openssl' : false }, () => {
    const file = join(mkdtempSync(join(tmpdir(), 'certificate-')), 'c.pem')
    writeFileSync(file, pinned.cert)
    const said = execFileSync(OPENSSL as string, ['x509', '-in', file, '-noout', '-subject', '-nameopt', 'RFC2253'], {
      encoding: 'utf8',
    })
    assert.equal(said.trim(), `subject=${subject}`)
    assert.equal(subject, 'CN=ems-1,O=Acme\\, Inc')
  })
})
