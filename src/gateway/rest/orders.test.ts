/** Orders over a real socket against the real engine: decisions, repeats, tokens, and everything a client can send wrong. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { termsOf, verifyApproval } from '../../auth/approval-token.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'

describe('orders', () => {
  let gate: RestGate
  let ids = 0
  const nextID = () => `T-${++ids}`
  const order = (change: object = {}) => ({ ...GOOD_ORDER, clOrdID: nextID(), ...change })
  const place = (change: object = {}) => gate.send('ems-1', 'POST', '/orders', order(change))

  before(async () => {
    gate = await RestGate.start()
    await tellSmallFirm(gate)
  })
  after(() => gate.close())

  test('an approve has an order to send, a token that fits it, and what it rests on', async () => {
    const { status, body } = await place()
    assert.equal(status, 200)
    assert.equal(body.outcome, 'APPROVED', JSON.stringify(body))
    assert.equal(body.duplicate, false)
    assert.equal(body.profile, 'demo')
    assert.match(body.orderID, /^\d+-\d+$/)
    const { clOrdID, ...sent } = GOOD_ORDER
    assert.deepEqual(body.order, { ...sent, price: '1668', clOrdID: body.clOrdID, timeInForce: 'Day' })
    assert.ok(clOrdID)
    assert.ok(body.decision.rowsEvaluated >= 20, `${body.decision.rowsEvaluated} rows`)
    assert.deepEqual(body.decision.reference.source, 'MID')
    assert.equal(body.decision.openValue, '500400.00')
    const terms = { ...body.order, stopPx: '', expireTime: '' }
    const signed = { epoch: 1, session: 'ems-1', clOrdID: body.clOrdID, venue: 'XSHG', terms: termsOf(terms, '') }
    assert.equal(verifyApproval(gate.keys.keyOf('XSHG'), body.token, signed, 0), body.seq)
    const more = { ...signed, terms: termsOf({ ...terms, orderQty: '400' }, '') }
    assert.equal(verifyApproval(gate.keys.keyOf('XSHG'), body.token, more, 0), 'FORGED')
  })

  test('a reject says what, by how much, and how much would have passed', async () => {
    const { status, body } = await place({ orderQty: '800' })
    assert.equal(status, 200)
    assert.equal(body.outcome, 'REJECTED')
    assert.equal(body.reason.text, 'MAX_ORDER_NOTIONAL: actual=1334400.00 CNY, limit=1000000.00 CNY, account=ACC-7')
    assert.deepEqual(body.failed, ['MAX_ORDER_NOTIONAL'])
    assert.equal(body.breaches.length, 1)
    assert.deepEqual(body.breaches[0].limit, { value: '1000000.00', unit: 'CNY' })
    assert.equal(body.qtyPassing, '500')
    assert.equal(body.token, undefined)
    const smaller = await place({ orderQty: body.qtyPassing })
    assert.equal(smaller.body.outcome, 'APPROVED')
    await gate.send('ems-1', 'POST', `/orders/${smaller.body.clOrdID}/not-sent`)
  })

  test('the same order again gets the first answer; another under its id is refused', async () => {
    const first = order()
    const a = await gate.send('ems-1', 'POST', '/orders', first)
    const before = await gate.send('alice', 'GET', '/exposures?subject=ACCOUNT:ACC-7')
    const b = await gate.send('ems-1', 'POST', '/orders', { ...first, transactTime: '2026-11-21T14:30:00Z' })
    assert.deepEqual(b.body, { ...a.body, duplicate: true, state: 'APPROVED', live: true })
    const c = await gate.send('ems-1', 'POST', '/orders', { ...first, orderQty: '100' })
    assert.equal(c.body.reason.code, 'CLORDID_CONFLICT')
    const after = await gate.send('alice', 'GET', '/exposures?subject=ACCOUNT:ACC-7')
    assert.deepEqual(after.body.exposures, before.body.exposures, 'nothing is reserved twice')
    const refused = order({ orderQty: '800' })
    const d = await gate.send('ems-1', 'POST', '/orders', refused)
    assert.deepEqual((await gate.send('ems-1', 'POST', '/orders', refused)).body, { ...d.body, duplicate: true })
  })

  test('bad words: a stable code, the field, and nothing sequenced', async () => {
    const rows: [object | string, number, string, string][] = [
      [{ orderQty: 'NaN' }, 400, 'NOT_A_DECIMAL', 'orderQty'],
      [{ orderQty: 'Infinity' }, 400, 'NOT_A_DECIMAL', 'orderQty'],
      [{ orderQty: '1e400' }, 400, 'NOT_A_DECIMAL', 'orderQty'],
      [{ orderQty: '1e3' }, 400, 'NOT_A_DECIMAL', 'orderQty'],
      [{ orderQty: '0x10' }, 400, 'NOT_A_DECIMAL', 'orderQty'],
      [{ orderQty: '+3' }, 400, 'NOT_A_DECIMAL', 'orderQty'],
      [{ orderQty: '9007199254740993' }, 400, 'OUT_OF_RANGE', 'orderQty'],
      [{ orderQty: '300.5' }, 400, 'TOO_MANY_DECIMALS', 'orderQty'],
      [{ price: '1668.001' }, 400, 'TOO_MANY_DECIMALS', 'price'],
      [{ orderQty: true }, 400, 'WRONG_TYPE', 'orderQty'],
      [{ orderQty: null }, 400, 'MISSING_FIELD', 'orderQty'],
      [{ account: 7 }, 400, 'WRONG_TYPE', 'account'],
      [{ account: ['ACC-7'] }, 400, 'WRONG_TYPE', 'account'],
      [{ colour: 'red' }, 400, 'UNKNOWN_FIELD', 'colour'],
      [{ clOrdID: 'x'.repeat(41) }, 400, 'TEXT_TOO_LONG', 'clOrdID'],
      [{ clOrdID: '.' }, 400, 'BAD_CHARACTERS', 'clOrdID'],
      [{ clOrdID: '..' }, 400, 'BAD_CHARACTERS', 'clOrdID'],
      [{ clOrdID: 'a\u0000b' }, 400, 'BAD_CHARACTERS', 'clOrdID'],
      [{ transactTime: 'now' }, 400, 'NOT_A_TIME', 'transactTime'],
      ['{"orderQty":NaN}', 400, 'MALFORMED_JSON', 'orderQty'],
      ['{"orderQty":1e400}', 400, 'MISSING_FIELD', 'clOrdID'],
      ['{"clOrdID":"a","clOrdID":"b"}', 400, 'DUPLICATE_KEY', 'clOrdID'],
      ['{"__proto__":{"session":1}}', 400, 'UNKNOWN_FIELD', '__proto__'],
      ['[]', 400, 'WRONG_TYPE', ''],
      ['{', 400, 'MALFORMED_JSON', ''],
      [`{"clOrdID":"${'x'.repeat(70_000)}"}`, 413, 'BODY_TOO_LARGE', ''],
    ]
    const before = gate.engine.view.openOrders
    for (const [change, status, code, field] of rows) {
      const body = typeof change === 'string' ? change : order(change)
      const answer = await gate.send('ems-1', 'POST', '/orders', body)
      const name = JSON.stringify(change).slice(0, 80)
      assert.equal(answer.status, status, name)
      assert.deepEqual([answer.body.error.code, answer.body.error.field], [code, field], name)
      assert.ok(answer.body.error.text.length > 0, name)
    }
    assert.equal(gate.engine.view.openOrders, before)
  })

  test('numbers may be JSON numbers, kept as they were sent', async () => {
    const body = JSON.stringify(order()).replace('"300"', '300').replace('"1668.00"', '1668.00')
    const answer = await gate.send('ems-1', 'POST', '/orders', body)
    assert.equal(answer.body.outcome, 'APPROVED')
    assert.equal(answer.body.order.price, '1668')
    const exponent = JSON.stringify(order()).replace('"300"', '3e2')
    assert.equal((await gate.send('ems-1', 'POST', '/orders', exponent)).body.error.code, 'NOT_A_DECIMAL')
  })

  test('what is wrong with an order, and not with its form, is decided and on record', async () => {
    const rows: [object, string][] = [
      [{ orderQty: '0' }, 'INVALID_QTY'],
      [{ orderQty: '-300' }, 'INVALID_QTY'],
      [{ orderQty: '150' }, 'INVALID_QTY'],
      [{ price: '-1' }, 'INVALID_PRICE'],
      [{ side: 'Foo' }, 'INVALID_SIDE'],
      [{ ordType: 'Pegged' }, 'UNSUPPORTED_ORDER_TYPE'],
      [{ timeInForce: 'GTX' }, 'UNSUPPORTED_ORDER_TYPE'],
      [{ symbol: 'NONE' }, 'UNKNOWN_INSTRUMENT'],
      [{ account: 'NONE' }, 'UNKNOWN_ACCOUNT'],
      [{ trader: 'NONE' }, 'UNKNOWN_TRADER'],
      [{ strategy: 'NONE' }, 'UNKNOWN_STRATEGY'],
      [{ venue: 'NONE' }, 'UNKNOWN_VENUE'],
      [{ account: 'ACC-8' }, 'NOT_PERMITTED'],
      [{ price: '1800.00' }, 'PRICE_COLLAR'],
    ]
    for (const [change, code] of rows) {
      const seq = gate.engine.view.seq
      const { status, body } = await place(change)
      assert.equal(status, 200, code)
      assert.equal(body.outcome, 'REJECTED', code)
      assert.equal(body.reason.code, code, JSON.stringify(body.reason))
      assert.ok(body.seq > seq)
    }
    const named = await place({ account: 'NONE' })
    assert.equal(named.body.reason.text, 'UNKNOWN_ACCOUNT: account=NONE')
  })

  test('a market order says the price that it must be sent with', async () => {
    const { price, ...market } = order({ ordType: 'Market', orderQty: '100' })
    const answer = await gate.send('ems-1', 'POST', '/orders', market)
    assert.equal(answer.body.outcome, 'APPROVED', JSON.stringify(answer.body))
    assert.match(answer.body.protectionPx, /^17\d\d/)
    assert.ok(price)
  })

  test('a replace again gets the first answer also when its order has ended meanwhile', async () => {
    const { body: first } = await place()
    const path = `/orders/${first.clOrdID}/replace`
    const change = { clOrdID: nextID(), orderQty: '200', price: '1668.5' }
    const { body: replaced } = await gate.send('ems-1', 'POST', path, change)
    assert.equal(replaced.outcome, 'APPROVED', JSON.stringify(replaced))
    await gate.send('ems-1', 'POST', `/orders/${change.clOrdID}/not-sent`)
    await gate.send('ems-1', 'POST', `/orders/${first.clOrdID}/not-sent`)
    const { body: again } = await gate.send('ems-1', 'POST', path, change)
    const { outcome, seq, orderID, duplicate, state, live, token } = again
    assert.deepEqual([outcome, seq, orderID, duplicate], ['APPROVED', replaced.seq, first.orderID, true])
    assert.deepEqual([state, live, token], ['NOT_SENT', false, undefined])
    const other = await gate.send('ems-1', 'POST', path, { ...change, orderQty: '201' })
    assert.equal(other.body.reason.code, 'CLORDID_CONFLICT')
    const late = await gate.send('ems-1', 'POST', path, { ...change, clOrdID: nextID() })
    assert.equal(late.body.reason.code, 'ORDER_TERMINAL')
  })

  test('replace, cancel and not-sent follow an order by any of its ids', async () => {
    const { body: first } = await place()
    const to = nextID()
    const replaced = await gate.send('ems-1', 'POST', `/orders/${first.clOrdID}/replace`, {
      clOrdID: to,
      orderQty: '200',
      price: '1667.00',
    })
    assert.equal(replaced.body.outcome, 'APPROVED', JSON.stringify(replaced.body))
    assert.equal(replaced.body.orderID, first.orderID)
    assert.equal(replaced.body.order.orderQty, '200')
    assert.equal(replaced.body.origClOrdID, first.clOrdID)
    assert.ok(replaced.body.token)
    const again = await gate.send('ems-1', 'POST', `/orders/${first.clOrdID}/replace`, {
      clOrdID: to,
      orderQty: '200',
      price: '1667.00',
    })
    assert.deepEqual(again.body, { ...replaced.body, duplicate: true, state: 'APPROVED', live: true })
    const stale = await gate.send('ems-1', 'POST', `/orders/${first.clOrdID}/replace`, {
      clOrdID: nextID(),
      orderQty: '100',
      price: '1667.00',
    })
    assert.equal(stale.body.reason.code, 'REPLACE_STALE')
    const shown = await gate.send('ems-1', 'GET', `/orders/${first.clOrdID}`)
    assert.equal(shown.body.orderID, first.orderID)
    assert.equal(shown.body.pendingReplaces, 1)
    const canceled = await gate.send('ems-1', 'POST', `/orders/${to}/cancel`)
    assert.deepEqual([canceled.body.outcome, canceled.body.durable], ['PASS', true])
    assert.equal(canceled.body.orderID, first.orderID)
    const strange = await gate.send('ems-1', 'POST', '/orders/NONE/cancel', { clOrdID: nextID() })
    assert.equal(strange.body.outcome, 'PASS')
    assert.equal(strange.body.reason.code, 'UNKNOWN_ORDER')
    const unknown = await gate.send('ems-1', 'POST', '/orders/NONE/replace', { clOrdID: nextID(), orderQty: '1' })
    assert.equal(unknown.body.reason.code, 'UNKNOWN_ORDER')
    const { body: second } = await place()
    const never = await gate.send('ems-1', 'POST', `/orders/${second.clOrdID}/not-sent`, '')
    assert.deepEqual([never.body.outcome, never.body.state], ['APPLIED', 'NOT_SENT'])
    assert.equal((await gate.send('ems-1', 'GET', `/orders/${second.clOrdID}`)).status, 404)
  })

  test('a cancel passes whatever its body and its id are like', async () => {
    const rows: [string | object, Record<string, string>][] = [
      [{ clOrdID: 'x'.repeat(300), colour: 'red', owner: 7 }, {}],
      [{ clOrdID: '\u2013', text: { deep: [] } }, {}],
      ['{"clOrdID":', {}],
      ['null', {}],
      ['cancel it', { 'content-type': 'text/plain' }],
      ['a=b', { 'content-type': 'application/x-www-form-urlencoded' }],
      ['<a/>', { 'content-type': 'nonsense' }],
      ['x', { 'content-encoding': 'gzip' }],
    ]
    for (const [body, headers] of rows) {
      const { clOrdID, orderID } = (await place()).body
      const answer = await gate.send('ems-1', 'POST', `/orders/${clOrdID}/cancel?why=none`, body, headers)
      const name = JSON.stringify([body, headers])
      assert.deepEqual([answer.status, answer.body.outcome, answer.body.orderID], [200, 'PASS', orderID], name)
      assert.equal((await gate.send('ems-1', 'GET', `/orders/${clOrdID}`)).body.state, 'PENDING_CANCEL', name)
    }
    for (const id of ['x'.repeat(41), 'x'.repeat(256), '%E2%80%93', '%00']) {
      const { status, body } = await gate.send('ems-1', 'POST', `/orders/${id}/cancel`)
      assert.deepEqual([status, body.outcome, body.reason.code], [200, 'PASS', 'UNKNOWN_ORDER'], id)
    }
    const { clOrdID, orderID } = (await place()).body
    const forced = await gate.send('venue-1', 'POST', `/orders/${clOrdID}/cancel`, { owner: 'ems-1', by: 'desk' })
    assert.equal(forced.body.orderID, orderID, 'the owner is still read')
  })

  test('an order of another client is not there', async () => {
    const { body } = await place()
    assert.equal((await gate.send('ems-2', 'GET', `/orders/${body.clOrdID}`)).body.error.code, 'UNKNOWN_ORDER')
    const cancel = await gate.send('ems-2', 'POST', `/orders/${body.clOrdID}/cancel`)
    assert.equal(cancel.body.reason.code, 'UNKNOWN_ORDER')
    const forced = await gate.send('ems-2', 'POST', `/orders/${body.clOrdID}/cancel`, { owner: 'ems-1' })
    assert.equal(forced.body.error.code, 'FORBIDDEN')
    const agent = await gate.send('venue-1', 'POST', `/orders/${body.clOrdID}/cancel`, { owner: 'ems-1' })
    assert.equal(agent.body.orderID, body.orderID)
    assert.equal(agent.body.reason, undefined)
  })

  test('executions: fills, overfills, repeats, unknown orders', async () => {
    const { body: sent } = await place()
    const report = (change: object) =>
      gate.send('venue-1', 'POST', '/executions', {
        execID: `E-${nextID()}`,
        execType: 'Fill',
        symbol: '600519.SH',
        owner: 'ems-1',
        clOrdID: sent.clOrdID,
        venue: 'XSHG',
        lastQty: '100',
        lastPx: '1668.00',
        ...change,
      })
    const fill = await report({ execID: 'E-1', cumQty: '100' })
    assert.deepEqual([fill.body.outcome, fill.body.orderID, fill.body.alarm], ['APPLIED', sent.orderID, undefined])
    assert.equal((await report({ execID: 'E-1', cumQty: '100' })).body.reason.code, 'EXEC_DUPLICATE')
    assert.equal((await report({ execID: 'E-2', orderID: sent.orderID, lastQty: '500' })).body.alarm.code, 'OVERFILL')
    assert.equal((await report({ execID: 'E-1', lastQty: '200' })).body.reason.code, 'EXEC_CONFLICT')
    const latched = await gate.send('alice', 'GET', '/latches')
    assert.equal(latched.body.latches[0].cause.code, 'EXEC_CONFLICT')
    const unknown = await report({ clOrdID: 'NEVER', account: 'ACC-7', side: 'Buy' })
    assert.equal(unknown.body.alarm.code, 'UNKNOWN_EXECUTION', JSON.stringify(unknown.body))
    const rows: [object, string, string][] = [
      [{ lastQty: undefined }, 'MISSING_FIELD', 'lastQty'],
      [{ lastQty: '0' }, 'OUT_OF_RANGE', 'lastQty'],
      [{ lastQty: '-1' }, 'OUT_OF_RANGE', 'lastQty'],
      [{ lastPx: '1.001' }, 'TOO_MANY_DECIMALS', 'lastPx'],
      [{ symbol: 'NONE' }, 'UNKNOWN_NAME', 'symbol'],
      [{ execType: 'Trade' }, 'NOT_IN_SET', 'execType'],
      [{ execType: 'TradeCancel' }, 'MISSING_FIELD', 'execRefID'],
      [{ orderID: '12' }, 'NOT_IN_SET', 'orderID'],
      [{ owner: 'NONE' }, 'UNKNOWN_NAME', 'owner'],
      [{ clOrdID: undefined }, 'MISSING_FIELD', 'clOrdID'],
    ]
    for (const [change, code, field] of rows) {
      const { body } = await report(change)
      assert.deepEqual([body.error?.code, body.error?.field], [code, field], JSON.stringify(change))
    }
    for (const { latch, cause } of (await gate.send('alice', 'GET', '/latches')).body.latches) {
      const path = `/latches/${latch}/release`
      const isUnknown = cause.code === 'UNKNOWN_EXECUTION'
      if (isUnknown) await gate.send('alice', 'POST', `/latches/${latch}/explain`, { reason: 'by telephone' })
      const asked = await gate.send('alice', 'POST', path, { step: 'request', reason: 'seen', rootCause: 'late' })
      assert.equal(asked.body.outcome, 'APPLIED', JSON.stringify(asked.body))
      const same = await gate.send('alice', 'POST', path, { step: 'approve', reason: 'seen' })
      assert.equal(same.body.reason.code, 'MAKER_IS_CHECKER')
      const other = await gate.send('bob', 'POST', path, { step: 'approve', reason: 'seen' })
      assert.equal(other.body.outcome, 'APPLIED')
    }
    assert.equal((await place({ orderQty: '100' })).body.outcome, 'APPROVED')
  })

  test('an array is answered row by row', async () => {
    const rows = [
      { symbol: '600519.SH', feed: 'SSE-L2', lastPx: '1668.00', tradeOnly: true },
      { symbol: 'NONE', feed: 'SSE-L2', lastPx: '1668.00', tradeOnly: true },
      { symbol: '600519.SH', feed: 'SSE-L2', bidPx: '1e3' },
    ]
    const { status, body } = await gate.send('feed-1', 'POST', '/quotes', rows)
    assert.equal(status, 200)
    assert.deepEqual([body.applied, body.refused, body.errors], [1, 0, 2])
    assert.equal(body.rows[0].outcome, 'APPLIED')
    assert.deepEqual(body.rows[1].error.field, '[1].symbol')
    assert.deepEqual([body.rows[2].error.code, body.rows[2].error.field], ['NOT_A_DECIMAL', '[2].bidPx'])
    const bad = await gate.send('feed-1', 'POST', '/quotes', [rows[0], { ...rows[0], x: 1 }])
    assert.deepEqual([bad.status, bad.body.error.field], [400, '[1].x'])
    const many = await gate.send('feed-1', 'POST', '/quotes', new Array(1001).fill(rows[0]))
    assert.equal(many.body.error.code, 'TOO_MANY_ROWS')
  })
})
