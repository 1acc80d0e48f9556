/**
 * The kill when other things fail: the rows of the failure policy that it answers for, and row 8 of where home-made gates
 * go wrong, by their names.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, describe, test } from 'node:test'
import type { LooseJson } from '../../simulator/loose-json.ts'
import { HandTimer } from '../../simulator/made-up-world.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'
import { writeKillFile } from '../kill-file.ts'
import { KillFolder } from '../kill-folder.ts'

let gate: RestGate
let control = ''
let ids = 0
const open: RestGate[] = []
beforeEach(async () => {
  gate = await RestGate.start()
  open.push(gate)
  await tellSmallFirm(gate)
  control = await gate.server.listenControl(0, '127.0.0.1')
})
after(() => Promise.all(open.map((one) => one.close())))

const post = async (as: string, path: string, body: object) => (await gate.send(as, 'POST', path, body)).body
const place = (change: object = {}) =>
  post('ems-1', '/orders', { ...GOOD_ORDER, orderQty: '100', clOrdID: `F-${++ids}`, ...change })
const killAtControl = async (body: object) => {
  const response = await fetch(`${control}/kill`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gate.tokens.get('alice')}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as LooseJson }
}

describe('failure policy', () => {
  test('surveillance or GUI down: the kill by its second path works', async () => {
    await gate.server.app.close()
    await assert.rejects(gate.send('alice', 'GET', '/readyz'))
    assert.equal((await killAtControl({ desk: 'CASH-EQ', reason: 'main listener down' })).body.outcome, 'APPLIED')
    assert.deepEqual(
      [...gate.engine.view.latches()].map(({ state }) => state),
      [3],
    )
  })

  test('gate process down: the kill waits in a file and is in force before the gate serves', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kills-'))
    writeKillFile(folder, { body: '{"desk":"CASH-EQ","reason":"gate was down"}', by: 'ops' }, new Date())
    const submit = gate.sequencer.submit.bind(gate.sequencer)
    const logger = { warn: () => {}, error: () => {} }
    const { directory } = gate.engine
    const kills = new KillFolder({ folder, gate: { submit, directory }, timer: new HandTimer(), logger })
    await kills.open()
    kills.close()
    rmSync(folder, { recursive: true })
    assert.equal((await place()).reason.code, 'KILLED')
  })

  test('audit sink lost: a kill is not said to stand, nothing new passes, cancels do', async () => {
    const { clOrdID } = await place()
    gate.journal.failNext(new Error('EIO'))
    const killed = await killAtControl({ firm: true, reason: 'disk' })
    assert.deepEqual([killed.status, killed.body.error.code], [503, 'OUTCOME_UNKNOWN'])
    assert.equal((await place()).error.code, 'JOURNAL_UNAVAILABLE')
    assert.equal((await killAtControl({ firm: true, reason: 'disk' })).body.error.code, 'JOURNAL_UNAVAILABLE')
    assert.deepEqual(await post('ems-1', `/orders/${clOrdID}/cancel`, {}), {
      ...{ outcome: 'PASS', durable: false, profile: 'demo' },
    })
    const ready = await fetch(`${control}/readyz`)
    assert.equal(((await ready.json()) as { status: string }).status, 'journal down')
  })

  test('limit missing, price missing, rate used up: the kill and its cancels depend on none of them', async () => {
    const { clOrdID } = await place()
    const rate = { control: 'MESSAGE_RATE', subject: 'SESSION:ems-1', hard: '0', windowUs: '1000000' }
    assert.equal((await post('ops-1', '/limits', rate)).outcome, 'APPLIED')
    const missing = { control: 'DAILY_GROSS', subject: 'FIRM:ACME', hard: '0', remove: true }
    assert.equal((await post('ops-1', '/limits', missing)).outcome, 'APPLIED')
    assert.equal((await place()).outcome, 'REJECTED')
    const { id } = await post('alice', '/kill', { firm: true, reason: 'x' })
    assert.equal((await post('ems-1', `/orders/${clOrdID}/cancel`, {})).outcome, 'PASS')
    const { acknowledged } = (await gate.send('alice', 'GET', `/kills/${id}`)).body
    assert.equal(acknowledged, 1)
  })
})

describe('where home-made gates go wrong #8', () => {
  const requested = async (latch: number) => (await gate.send('alice', 'GET', `/kills/${latch}`)).body

  test('in-flight, GTC and local stops do not survive the kill flag', async () => {
    const flight = await place()
    const gtc = await place({ timeInForce: 'GTC' })
    const stop = await place({ ordType: 'Stop', price: undefined, stopPx: '1700.00' })
    assert.deepEqual(
      [flight, gtc, stop].map(({ outcome }) => outcome),
      ['APPROVED', 'APPROVED', 'APPROVED'],
    )
    const { id } = await post('alice', '/kill', { trader: 'T-3', reason: 'x' })
    const { requests } = (await gate.send('venue-1', 'GET', '/cancel-requests')).body
    assert.equal(requests.length, 3)
    const { open: left, requested: asked, status } = await requested(id)
    assert.deepEqual([left, asked, status], [3, 3, 'KILLED_INCOMPLETE'])
  })

  test('an ack that comes after the kill ends nothing: the order is still asked to cancel', async () => {
    const { clOrdID } = await place()
    const { id } = await post('alice', '/kill', { trader: 'T-3', reason: 'x' })
    const ack = { execType: 'New', owner: 'ems-1', clOrdID, symbol: '600519.SH', execID: 'ACK-1' }
    assert.equal((await post('venue-1', '/executions', ack)).outcome, 'APPLIED')
    const { requests } = (await gate.send('venue-1', 'GET', '/cancel-requests')).body
    assert.deepEqual([requests.length, (await requested(id)).status], [1, 'KILLED_INCOMPLETE'])
  })

  test('no single person un-kills, and no two do while an order lives', async () => {
    await place()
    const { id } = await post('alice', '/kill', { trader: 'T-3', reason: 'x' })
    const path = `/latches/${id}/release`
    const ask = { step: 'request', reason: 'x', rootCause: 'y' }
    assert.equal((await post('alice', path, ask)).reason.code, 'RELEASE_ORDERS_OPEN')
    const lowered = { ...ask, state: 'BLOCKED' }
    assert.equal((await post('alice', path, lowered)).outcome, 'APPLIED')
    const approve = { step: 'approve', state: 'BLOCKED', reason: 'x' }
    assert.equal((await post('alice', path, approve)).reason.code, 'MAKER_IS_CHECKER')
    assert.equal((await post('bob', path, approve)).outcome, 'APPLIED')
    assert.equal((await place()).reason.code, 'BLOCKED')
  })
})
