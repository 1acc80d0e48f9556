/** The failure matrix at the gateway: what a client is told while the journal, the clock or the whole gate fails. */
import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { termsOf, verifyApproval } from '../../auth/approval-token.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'

const SECOND_US = 1_000_000
const SYMBOL = '600519.SH'

describe('failure matrix', () => {
  let gate: RestGate
  let ids = 0
  const open: RestGate[] = []
  beforeEach(async () => {
    gate = await RestGate.start()
    open.push(gate)
    await tellSmallFirm(gate)
  })
  after(() => Promise.all(open.map((one) => one.close())))

  const post = async (as: string, path: string, body: object) => (await gate.send(as, 'POST', path, body)).body
  const place = (change: object = {}) =>
    post('ems-1', '/orders', { ...GOOD_ORDER, orderQty: '100', clOrdID: `M-${++ids}`, ...change })
  /** The account holds two hundred, which a sell at 1668.10 reduces. */
  const hold = () => post('ops-1', '/positions', { account: 'ACC-7', symbol: SYMBOL, qty: '200' })

  test('audit sink lost: what increases and what reduces is refused, cancels pass and are kept beside it', async () => {
    assert.equal((await hold()).outcome, 'APPLIED')
    const { clOrdID } = await place()
    gate.journal.failNext(new Error('EIO'))
    assert.equal((await place()).error.code, 'OUTCOME_UNKNOWN', 'its block may be found after a restart')
    const reducing = { side: 'Sell', price: '1668.20' }
    for (const change of [{}, reducing]) assert.equal((await place(change)).error.code, 'JOURNAL_UNAVAILABLE')
    const replace = await post('ems-1', `/orders/${clOrdID}/replace`, {
      clOrdID: 'R-1',
      orderQty: '100',
      price: '1667.00',
    })
    assert.equal(replace.error.code, 'JOURNAL_UNAVAILABLE')
    const cancel = await post('ems-1', `/orders/${clOrdID}/cancel`, { clOrdID: 'C-1' })
    assert.deepEqual([cancel.outcome, cancel.durable], ['PASS', false])
    assert.deepEqual(gate.spilled, [['ems-1', 'ems-1', clOrdID, 'C-1']])
    assert.notEqual(gate.fatal, undefined, 'the process is told to end')
  })

  test('clock step: orders are judged by the time that has passed, whatever the wall clock says', async () => {
    assert.equal((await place()).outcome, 'APPROVED')
    gate.clock.step(3_600 * SECOND_US)
    gate.timer.fire()
    const forth = await place()
    assert.deepEqual(
      [forth.outcome, forth.decision.reference.source],
      ['APPROVED', 'MID'],
      'the quote is not an hour old',
    )
    gate.clock.step(-7_200 * SECOND_US)
    gate.timer.fire()
    gate.clock.pass(3 * SECOND_US + 1)
    const back = await place()
    assert.equal(back.decision.reference.source, 'PRIOR_CLOSE', 'the quote has grown old all the same')
    assert.equal((await post('ems-1', `/orders/${forth.clOrdID}/cancel`, {})).outcome, 'PASS')
  })

  test('split brain: an approval of the run before is refused at the venue', async () => {
    const { token, seq, clOrdID, order } = await place()
    const terms = termsOf({ ...order, stopPx: '', expireTime: '' }, '')
    const signed = { epoch: 1, session: 'ems-1', clOrdID, venue: 'XSHG', terms }
    const key = gate.keys.keyOf('XSHG')
    const nowUs = gate.clock.wallUs()
    assert.equal(verifyApproval(key, token, signed, nowUs), seq)
    assert.equal(verifyApproval(key, token, { ...signed, epoch: 2 }, nowUs), 'OTHER_EPOCH')
    assert.equal(verifyApproval(gate.keys.keyOf('XHKG'), token, signed, nowUs), 'FORGED')
  })
})
