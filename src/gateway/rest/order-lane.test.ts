/** The order lane answers as the framework does: the same request by both ways, and bodies in any number of pieces. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'

/** The lane takes the first spelling; the second means the same and goes through the framework. */
const LANE = 'application/json'
const FRAMEWORK = 'application/json;charset=utf-8'

describe('the order lane', () => {
  let gate: RestGate
  before(async () => {
    gate = await RestGate.start()
    await tellSmallFirm(gate)
  })
  after(() => gate.close())

  /** Sends pieces as they are, with a pause between, and returns status, headers and body of the answer. */
  async function exchange(pieces: readonly string[]) {
    const { port, hostname } = new URL(gate.url)
    const socket = connect(Number(port), hostname)
    let answer = ''
    const closed = new Promise<void>((settle, fail) => {
      socket.on('data', (piece) => {
        answer += piece.toString('utf8')
      })
      socket.on('error', fail)
      socket.on('close', () => settle())
    })
    for (const piece of pieces) {
      socket.write(piece)
      await sleep(5)
    }
    await closed
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    const names = head
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(':')[0]?.toLowerCase())
    return { status: Number(head.split(' ')[1]), names: names.sort(), body }
  }

  const head = (type: string, length: number, token = gate.tokens.get('ems-1')) =>
    `POST /orders HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer ${token}\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n\r\n`

  test('a request gets the same answer by either way', async () => {
    const refused = { ...GOOD_ORDER, orderQty: '800' }
    const rows: [string, string, string?][] = [
      ['a reject', JSON.stringify({ ...refused, clOrdID: 'L-@' })],
      ['an unknown account', JSON.stringify({ ...GOOD_ORDER, account: 'NONE', clOrdID: 'M-@' })],
      ['no body', ''],
      ['no JSON', '{'],
      ['an array', '[]'],
      ['a bad number', JSON.stringify({ ...GOOD_ORDER, orderQty: '1e3' })],
      ['a duplicate key', '{"clOrdID":"a","clOrdID":"a"}'],
      ['a text in two bytes', JSON.stringify({ ...GOOD_ORDER, clOrdID: '\u00e9' })],
      ['too large', 'x'.repeat(65_537)],
      ['a bad token', '{}', 'abc'],
      ['another client', '{}', 'feed-1'],
    ]
    for (const [name, body, as] of rows) {
      const [lane, framework] = await Promise.all(
        [LANE, FRAMEWORK].map((type, way) => {
          const text = body.replace('@', String(way))
          const token = as === undefined ? undefined : (gate.tokens.get(as) ?? as)
          return exchange([head(type, Buffer.byteLength(text), token) + text])
        }),
      )
      const plain = ({ body: text }: { body: string }) =>
        text.replace(/"(seq|time|ageUs|clOrdID)":("[^"]*"|\d+)/g, '"$1":0')
      assert.ok(lane !== undefined && framework !== undefined)
      assert.equal(lane.status, framework.status, name)
      assert.equal(plain(lane), plain(framework), name)
      assert.deepEqual(lane.names, framework.names, name)
    }
  })

  test('a body in pieces is one body', async () => {
    const body = JSON.stringify({ ...GOOD_ORDER, clOrdID: 'L-pieces', orderQty: '100' })
    const whole = head(LANE, body.length) + body
    for (const [at, cuts] of [
      [40, 200],
      [whole.length - body.length, whole.length - 1],
      [10, 11],
    ].entries()) {
      const [a = 0, b = 0] = cuts
      const text = whole
        .replace('L-pieces', `L-pieces${at}`)
        .replace(/content-length: \d+/, `content-length: ${body.length + 1}`)
      const answer = await exchange([text.slice(0, a), text.slice(a, b), text.slice(b)])
      assert.equal(JSON.parse(answer.body).outcome, 'APPROVED', answer.body)
    }
  })

  test('a sender that goes away in the middle of its body leaves nothing behind', async () => {
    const { port, hostname } = new URL(gate.url)
    const seq = gate.engine.view.seq
    const socket = connect(Number(port), hostname)
    socket.write(`${head(LANE, 300)}{"clOrdID":"gone"`)
    await sleep(30)
    socket.destroy()
    await sleep(30)
    assert.equal(gate.engine.view.seq, seq)
    assert.equal((await gate.send('ems-1', 'GET', '/latches')).status, 200)
  })
})
