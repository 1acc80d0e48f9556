/** Overrides over REST: a client is refused, two people let that order pass, and it passes once. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'

let gate: RestGate

before(async () => {
  gate = await RestGate.start()
  await tellSmallFirm(gate)
  await gate.register('officer-a', 'person', ['override:request', 'limits:approve'])
  await gate.register('officer-b', 'person', ['override:approve', 'risk:read'])
  await gate.register('both', 'person', ['override:request', 'override:approve'])
  const row = { control: 'MAX_ORDER_NOTIONAL', subject: 'ACCOUNT:ACC-7', hard: '400000.00' }
  assert.equal((await post('officer-a', '/limits', row)).outcome, 'APPLIED')
})
after(() => gate.close())

const post = async (as: string, path: string, body: unknown) => (await gate.send(as, 'POST', path, body)).body
const get = async (as: string, path: string) => (await gate.send(as, 'GET', path)).body
const controls = ['MAX_ORDER_NOTIONAL']
const reason = 'Client order, verified'

test('a refused order is asked for, approved by another and sent again', async () => {
  const refused = await post('ems-1', '/orders', GOOD_ORDER)
  assert.deepEqual([refused.outcome, refused.failed], ['REJECTED', controls])
  const asked = await post('officer-a', '/overrides', {
    client: 'ems-1',
    clOrdID: GOOD_ORDER.clOrdID,
    controls,
    reason,
  })
  assert.deepEqual([asked.outcome, asked.state, asked.id], ['APPLIED', 'PENDING', asked.seq], JSON.stringify(asked))
  const overrideId = asked.id

  const { overrides } = await get('officer-b', '/overrides')
  const [waiting] = overrides
  assert.equal(overrides.length, 1)
  assert.deepEqual(
    [waiting.overrideId, waiting.state, waiting.decision, waiting.client, waiting.requestedBy, waiting.requestReason],
    [overrideId, 'PENDING', refused.seq, 'ems-1', 'officer-a', reason],
  )
  const [{ control, subject, most }] = waiting.rows
  assert.deepEqual(
    [control, subject, most],
    ['MAX_ORDER_NOTIONAL', { kind: 'ACCOUNT', name: 'ACC-7' }, { value: '500400.00', unit: 'CNY' }],
  )
  assert.equal(waiting.answer.order.symbol, GOOD_ORDER.symbol)
  assert.equal((await get('ems-1', '/overrides')).overrides.length, 1, 'its own')

  const early = await post('ems-1', '/orders', { ...GOOD_ORDER, clOrdID: 'O-1', overrideId })
  assert.equal(early.reason.code, 'NOT_CONFIRMED')
  const content = { decision: waiting.decision, controls: waiting.controls, reason: 'Limit to be raised tomorrow' }
  const path = `/overrides/${overrideId}/approve`
  assert.equal((await gate.send('ems-1', 'POST', path, content)).status, 403)
  assert.equal((await gate.send('officer-a', 'POST', path, content)).status, 403)
  assert.equal((await post('officer-b', path, { ...content, decision: 1 })).reason.code, 'CONTENT_MISMATCH')
  assert.deepEqual((await post('officer-b', path, content)).state, 'APPROVED')
  const [approved] = (await get('officer-b', '/overrides')).overrides
  assert.deepEqual([approved.state, approved.approvedBy, approved.reason], ['APPROVED', 'officer-b', content.reason])

  const other = await post('ems-1', '/orders', { ...GOOD_ORDER, clOrdID: 'O-2', orderQty: '400', overrideId })
  assert.equal(other.reason.code, 'OVERRIDE_MISMATCH')
  const passed = await post('ems-1', '/orders', { ...GOOD_ORDER, clOrdID: 'O-3', overrideId })
  assert.equal(passed.outcome, 'APPROVED', JSON.stringify(passed))
  assert.equal(typeof passed.token, 'string')
  const again = await post('ems-1', '/orders', { ...GOOD_ORDER, clOrdID: 'O-4', overrideId })
  assert.equal(again.reason.code, 'UNKNOWN_OVERRIDE')
  assert.deepEqual((await get('officer-b', '/overrides')).overrides, [])
})

test('who asked does not approve, and anyone of them takes it back', async () => {
  const refused = await post('ems-1', '/orders', { ...GOOD_ORDER, clOrdID: 'R-1' })
  const { id } = await post('both', '/overrides', { decision: refused.seq, controls, reason })
  const own = await post('both', `/overrides/${id}/approve`, { decision: refused.seq, controls, reason })
  assert.equal(own.reason.code, 'MAKER_IS_CHECKER')
  assert.equal((await post('officer-b', `/overrides/${id}/revoke`, {})).state, 'REVOKED')
  const late = await post('ems-1', '/orders', { ...GOOD_ORDER, clOrdID: 'R-2', overrideId: id })
  assert.equal(late.reason.code, 'UNKNOWN_OVERRIDE')
  const { id: second } = await post('officer-a', '/overrides', { decision: refused.seq, controls, reason })
  await gate.register('kim', 'person', ['kill'])
  const killed = await post('kim', '/kill', { side: 'Buy', account: 'ACC-7', reason: 'stop' })
  assert.deepEqual([killed.outcome, killed.state], ['APPLIED', undefined], 'the answer is about the latch')
  assert.deepEqual((await get('officer-b', '/overrides')).overrides, [])
  const stopped = await post('officer-b', `/overrides/${second}/approve`, { decision: refused.seq, controls, reason })
  assert.equal(stopped.reason.code, 'UNKNOWN_OVERRIDE')
})

test('what is asked for wrongly gets a stable code', async () => {
  const code = async (body: unknown) => (await post('officer-a', '/overrides', body)).error?.code
  const good = { decision: 1, controls, reason }
  assert.equal(await code({ ...good, decision: undefined }), 'MISSING_FIELD')
  assert.equal(await code({ ...good, client: 'ems-1', clOrdID: 'A-1' }), 'FIELD_CONFLICT')
  assert.equal(await code({ client: 'ems-1', controls, reason }), 'MISSING_FIELD')
  assert.equal(await code({ clOrdID: 'A-1', controls, reason }), 'MISSING_FIELD')
  assert.equal(await code({ client: 'nobody', clOrdID: 'A-1', controls, reason }), 'UNKNOWN_NAME')
  assert.equal(await code({ ...good, controls: [] }), 'MISSING_FIELD')
  assert.equal(await code({ ...good, controls: ['SELF_MATCH'] }), 'NOT_IN_SET')
  assert.equal(await code({ ...good, controls: undefined }), 'MISSING_FIELD')
  assert.equal(await code({ ...good, decision: 0 }), 'OUT_OF_RANGE')
  const unknown = await post('officer-a', '/overrides', { client: 'ems-1', clOrdID: 'never', controls, reason })
  assert.equal(unknown.reason.code, 'NOT_OVERRIDABLE')
})
