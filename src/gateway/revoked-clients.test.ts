/** The orders of a client that is revoked are canceled, and those of nobody else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CANCEL_REQUESTED } from '../model/records/events.ts'
import { lengthAt, typeAt } from '../model/records/tape.ts'
import { RestGate } from '../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../simulator/small-firm.ts'
import { RevokedClients } from './revoked-clients.ts'

test('the orders of a client that is revoked are canceled once, those of others rest', async (t) => {
  const gate = await RestGate.start()
  t.after(() => gate.close())
  await tellSmallFirm(gate)
  const revoked = new RevokedClients(gate.server.services.gate, gate.deny)
  const rest = async (as: string, clOrdID: string) => {
    const { body } = await gate.send(as, 'POST', '/orders', { ...GOOD_ORDER, orderQty: '100', clOrdID })
    assert.equal(body.outcome, 'APPROVED', JSON.stringify(body))
    return gate.engine.directory.idOf('SESSION', as)
  }
  const session = await rest('ems-1', 'R-1')
  const isAsked = (clOrdID: string) => gate.engine.view.orderOf(session, clOrdID)?.cancelRequested
  /** The gate feeds itself between the commands of others. */
  const turn = async () => {
    revoked.look()
    for (let turns = 0; turns < 3; turns++) await gate.send('ems-1', 'POST', '/orders/NONE/cancel', {})
  }
  gate.deny.deny('client', 'nobody')
  gate.deny.deny('client', 'ems-2')
  await turn()
  assert.equal(isAsked('R-1'), false)
  gate.deny.deny('client', 'ems-1')
  const asked = new Promise<void>((settle) => {
    gate.listeners.push(({ tape, start, end }) => {
      for (let at = start; at < end; at += lengthAt(tape, at)) if (typeAt(tape, at) === CANCEL_REQUESTED.type) settle()
    })
  })
  revoked.look()
  await asked
  assert.equal(isAsked('R-1'), true)
  const before = gate.engine.view.seq
  revoked.look()
  assert.equal(gate.engine.view.seq, before, 'it is not told twice')
})
