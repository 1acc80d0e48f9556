/** Soft blocks over REST: the client is told by which number, a person confirms, the same order passes once. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'

let gate: RestGate

before(async () => {
  gate = await RestGate.start()
  await tellSmallFirm(gate)
  await gate.register('officer-a', 'person', ['orders:confirm', 'limits:approve'])
})
after(() => gate.close())

const post = async (as: string, path: string, body: unknown) => (await gate.send(as, 'POST', path, body)).body
const get = async (as: string, path: string) => (await gate.send(as, 'GET', path)).body

test('an order over a soft level is confirmed by a person and sent again', async () => {
  const row = { control: 'MAX_ORDER_NOTIONAL', subject: 'ACCOUNT:ACC-7', hard: '1000000.00', soft: '400000.00' }
  assert.equal((await post('officer-a', '/limits', row)).outcome, 'APPLIED')
  const blocked = await post('ems-1', '/orders', GOOD_ORDER)
  assert.equal(blocked.outcome, 'SOFT_BLOCKED', JSON.stringify(blocked))
  assert.equal(blocked.reason.code, 'SOFT_LIMIT')
  assert.equal(blocked.token, undefined)
  const { confirmId } = blocked
  assert.equal(confirmId, blocked.seq)
  const [breach] = blocked.breaches
  assert.deepEqual(breach.softLimit, { value: '400000.00', unit: 'CNY' })
  assert.deepEqual(breach.after, { value: '500400.00', unit: 'CNY' })
  assert.deepEqual([breach.control, breach.failed, blocked.breaches.length], ['MAX_ORDER_NOTIONAL', false, 1])

  const { confirmations } = await get('officer-a', '/confirmations')
  assert.deepEqual([confirmations.length, confirmations[0].confirmId, confirmations[0].client], [1, confirmId, 'ems-1'])
  assert.equal(confirmations[0].answer.order.symbol, GOOD_ORDER.symbol)
  assert.equal(confirmations[0].confirmedBy, undefined)

  const early = await post('ems-1', '/orders', { ...GOOD_ORDER, clOrdID: 'A-2', confirmId })
  assert.deepEqual([early.outcome, early.reason.code], ['REJECTED', 'NOT_CONFIRMED'])
  assert.equal((await gate.send('ems-1', 'POST', `/confirmations/${confirmId}`, { reason: 'mine' })).status, 403)
  const done = await post('officer-a', `/confirmations/${confirmId}`, { reason: 'Agreed with the client' })
  assert.equal(done.outcome, 'APPLIED', JSON.stringify(done))
  assert.equal((await get('officer-a', '/confirmations')).confirmations[0].confirmedBy, 'officer-a')

  const other = await post('ems-1', '/orders', { ...GOOD_ORDER, clOrdID: 'A-3', orderQty: '400', confirmId })
  assert.equal(other.reason.code, 'CONFIRMATION_MISMATCH')
  const passed = await post('ems-1', '/orders', { ...GOOD_ORDER, clOrdID: 'A-4', confirmId })
  assert.equal(passed.outcome, 'APPROVED', JSON.stringify(passed))
  assert.equal(typeof passed.token, 'string')
  const again = await post('ems-1', '/orders', { ...GOOD_ORDER, clOrdID: 'A-5', confirmId })
  assert.equal(again.reason.code, 'UNKNOWN_CONFIRMATION')
  assert.deepEqual((await get('officer-a', '/confirmations')).confirmations, [])
})
