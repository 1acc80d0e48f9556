/** Bytes on the socket: bodies that are too large or of another type, requests that are none, methods, closing. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ReplayClock } from '../../sequencer/replay-clock.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'

/** Sends bytes as they are and returns what comes back until the other side ends. */
function raw(url: string, bytes: string | Buffer): Promise<string> {
  const { port, hostname } = new URL(url)
  return new Promise((settle, fail) => {
    const socket = connect(Number(port), hostname)
    let answer = ''
    socket.on('data', (piece) => {
      answer += piece.toString('latin1')
    })
    socket.on('error', fail)
    socket.on('close', () => settle(answer))
    socket.write(bytes)
  })
}

describe('transport', () => {
  let gate: RestGate
  before(async () => {
    gate = await RestGate.start()
    await tellSmallFirm(gate)
  })
  after(() => gate.close())

  test('a body of 10 MB is refused with its own code, whether its length is said or not', async () => {
    const body = `{"clOrdID":"${'x'.repeat(10 * 1024 * 1024)}"}`
    for (const path of ['/orders', '/quotes', '/limits']) {
      const as = path === '/orders' ? 'ems-1' : path === '/quotes' ? 'feed-1' : 'ops-1'
      const answer = await gate.send(as, 'POST', path, body).catch((error: Error) => error)
      // The gate does not read what it refuses, so the sender may see the end of the connection first.
      if (!(answer instanceof Error)) assert.deepEqual([answer.status, answer.body.error.code], [413, 'BODY_TOO_LARGE'])
    }
    const chunks = Array.from({ length: 100 }, () => `400\r\n${' '.repeat(1024)}\r\n`).join('')
    const answer = await raw(
      gate.url,
      `POST /orders HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${gate.tokens.get('ems-1')}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
    )
    assert.match(answer, /^HTTP\/1\.1 413 /)
    assert.match(answer, /BODY_TOO_LARGE/)
  })

  test('only JSON is taken, and at the token endpoint only a form', async () => {
    const rows: [string, Record<string, string>, string][] = [
      ['/orders', { 'content-type': 'text/plain' }, 'UNSUPPORTED_MEDIA_TYPE'],
      ['/orders', { 'content-type': 'application/x-www-form-urlencoded' }, 'UNSUPPORTED_MEDIA_TYPE'],
      ['/orders', { 'content-type': 'application/xml' }, 'UNSUPPORTED_MEDIA_TYPE'],
      ['/orders', { 'content-type': '' }, 'UNSUPPORTED_MEDIA_TYPE'],
      ['/orders', { 'content-type': 'nonsense' }, 'UNSUPPORTED_MEDIA_TYPE'],
      ['/oauth/token', { 'content-type': 'application/json' }, 'UNSUPPORTED_MEDIA_TYPE'],
    ]
    for (const [path, headers, code] of rows) {
      const answer = await gate.send('ems-1', 'POST', path, GOOD_ORDER, headers)
      assert.deepEqual([answer.status, answer.body.error?.code], [415, code], JSON.stringify([path, headers]))
    }
    const typed = { 'content-type': 'application/json; charset=utf-8' }
    const fine = await gate.send('ems-1', 'POST', '/orders', { ...GOOD_ORDER, clOrdID: 'T-1' }, typed)
    assert.equal(fine.body.outcome, 'APPROVED')
  })

  test('what the gate would pass over is an error: an encoding, a query of a POST, an expectation, no host', async () => {
    for (const encoding of ['gzip', 'br', 'identity, gzip']) {
      const answer = await gate.send('ems-1', 'POST', '/orders', GOOD_ORDER, { 'content-encoding': encoding })
      const { code, field } = answer.body.error
      assert.deepEqual([answer.status, code, field], [415, 'UNSUPPORTED_MEDIA_TYPE', 'content-encoding'], encoding)
    }
    const order = { ...GOOD_ORDER, clOrdID: 'T-2' }
    const plain = await gate.send('ems-1', 'POST', '/orders', order, { 'content-encoding': 'Identity' })
    assert.equal(plain.body.outcome, 'APPROVED')
    for (const path of ['/orders?dryRun=true', '/orders?x', '/limits?a=b', '/validate/max_order_qty?=']) {
      const answer = await gate.send(path.startsWith('/limits') ? 'ops-1' : 'ems-1', 'POST', path, GOOD_ORDER)
      assert.deepEqual([answer.status, answer.body.error.code], [400, 'UNKNOWN_FIELD'], path)
    }
    const head = 'GET /healthz HTTP/1.1\r\n'
    const expects = await raw(gate.url, `${head}host: a\r\nexpect: nonsense\r\nconnection: close\r\n\r\n`)
    assert.match(expects, /^HTTP\/1\.1 400 [\s\S]*MALFORMED_REQUEST","field":"expect"/)
    assert.match(await raw(gate.url, `${head}\r\n`), /^HTTP\/1\.1 400 [\s\S]*MALFORMED_REQUEST","field":"host"/)
  })

  test('bytes that are no UTF-8 reach no field', async () => {
    const body = Buffer.concat([Buffer.from('{"clOrdID":"a'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])
    const rest = JSON.stringify(GOOD_ORDER).replace('"A-1"', '"@"')
    const [head = '', tail = ''] = rest.split('@')
    const bad = Buffer.concat([Buffer.from(head), Buffer.from([0xff, 0xfe]), Buffer.from(tail)])
    for (const bytes of [body, bad]) {
      const response = await fetch(`${gate.url}/orders`, {
        method: 'POST',
        headers: { authorization: `Bearer ${gate.tokens.get('ems-1')}`, 'content-type': 'application/json' },
        body: bytes,
      })
      assert.equal(response.status, 400)
    }
  })

  test('an unknown path and an unknown method say so', async () => {
    assert.equal((await gate.send('ems-1', 'GET', '/nothing')).body.error.code, 'NOT_FOUND')
    assert.equal((await gate.send('ems-1', 'GET', '/orders/')).status, 404)
    for (const [method, path, allow] of [
      ['GET', '/orders', 'POST'],
      ['DELETE', '/orders', 'POST'],
      ['PUT', '/limits', 'POST, GET'],
      ['POST', '/latches', 'GET'],
      ['GET', '/oauth/token', 'POST'],
      ['GET', '/validate/wash_trade', 'POST'],
    ] as const) {
      const answer = await gate.send('ems-1', method, path)
      assert.deepEqual([answer.status, answer.body.error.code], [405, 'METHOD_NOT_ALLOWED'], `${method} ${path}`)
      assert.equal(answer.headers.get('allow')?.split(', ').sort().join(), allow.split(', ').sort().join())
    }
    const long = await gate.send('ems-1', 'GET', `/orders/${'x'.repeat(300)}`)
    assert.equal(long.status, 404)
  })

  test('what is no HTTP request gets an answer in the form of errors, then the end', async () => {
    assert.match(await raw(gate.url, 'nonsense\r\n\r\n'), /^HTTP\/1\.1 400 Bad Request[\s\S]*MALFORMED_REQUEST/)
    const wide = `GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`
    assert.match(await raw(gate.url, wide), /^HTTP\/1\.1 431 [\s\S]*HEADERS_TOO_LARGE/)
    const two = 'POST /orders HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}'
    assert.match(await raw(gate.url, two), /^HTTP\/1\.1 400 /)
    assert.match(
      await raw(gate.url, 'GET /%zz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'),
      /^HTTP\/1\.1 (400|404) /,
    )
  })

  test('requests of one connection are answered in their order', async () => {
    const order = (id: string) => {
      const body = JSON.stringify({ ...GOOD_ORDER, clOrdID: id, orderQty: '100' })
      return `POST /orders HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${gate.tokens.get('ems-1')}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    }
    const last = 'GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'
    const answers = await raw(gate.url, order('P-1') + order('P-2') + order('P-3') + last)
    assert.deepEqual(
      [...answers.matchAll(/^\{"clOrdID":"(P-\d)"/gm)].map((match) => match[1]),
      ['P-1', 'P-2', 'P-3'],
    )
  })

  test('health, readiness, metrics and document are open', async () => {
    const health = await fetch(`${gate.url}/healthz`)
    assert.deepEqual(await health.json(), { status: 'alive' })
    const ready = (await (await fetch(`${gate.url}/readyz`)).json()) as Record<string, unknown>
    assert.deepEqual([ready.status, ready.firm, ready.profile], ['ready', 'ACME', 'demo'])
    const metrics = await (await fetch(`${gate.url}/metrics`)).text()
    assert.match(metrics, /^portcullis_orders_total\{outcome="APPROVED"\} \d+$/m)
    assert.match(metrics, /^portcullis_stage_seconds_count\{stage="whole",wire="rest"\} \d+$/m)
  })

  test('a request that would move the clock is refused where the clock is the machine', async () => {
    const answer = await gate.send('ems-1', 'POST', '/orders', GOOD_ORDER, { 'x-portcullis-time-us': '1' })
    assert.deepEqual([answer.body.error.code, answer.body.error.field], ['UNKNOWN_FIELD', 'x-portcullis-time-us'])
  })
})

test('closing answers what waits and takes nothing more', async () => {
  const gate = await RestGate.start()
  await tellSmallFirm(gate)
  const poll = gate.send('ems-1', 'GET', '/cancel-requests')
  gate.journal.hold()
  const order = gate.send('ems-1', 'POST', '/orders', GOOD_ORDER)
  while (!gate.journal.isHolding) await sleep(5)
  const closed = gate.server.close()
  assert.deepEqual((await poll).body.requests, [])
  gate.journal.release()
  assert.equal((await order).body.outcome, 'APPROVED')
  await closed
  await assert.rejects(gate.send('ems-1', 'GET', '/latches'))
  await gate.sequencer.close()
})

test('a recorded day moves the clock by a header', async () => {
  const replayClock = new ReplayClock(1_675_733_400_000_000)
  const gate = await RestGate.start({ replayClock })
  await gate.register('feed-1', 'client', ['quotes:write', 'reference:write'])
  const at = (timeUs: string) =>
    gate.send('feed-1', 'POST', '/hierarchy', { kind: 'FEED', name: 'F' }, { 'x-portcullis-time-us': timeUs })
  assert.equal((await at('1675733401500000')).body.time, '2023-02-07T01:30:01.500000Z')
  assert.equal((await at('1675733400000000')).body.time, '2023-02-07T01:30:01.500000Z', 'never back')
  assert.equal((await at('soon')).body.error.code, 'OUT_OF_RANGE')
  await gate.close()
})
