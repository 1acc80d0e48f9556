/** A held order over the session: its decision comes later, under its own number, also to a client that has come back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClientBody, LeanClient } from '../../simulator/lean-client.ts'
import { HandDelays } from '../../simulator/made-up-world.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'
import { Outcome } from '../../wire/portcullis/v1/decisions.gen.ts'
import { listenLean } from './lean-listener.ts'
import { Sessions } from './sessions.ts'

test('a held order is decided later, under its own number; others are answered meanwhile', async () => {
  const delays = new HandDelays()
  const gate = await RestGate.start({ delays })
  await tellSmallFirm(gate)
  const mode = { kind: 'OWNER', name: 'HOUSE', cancelRestingFirst: true }
  assert.equal((await gate.send('ops-1', 'POST', '/hierarchy', mode)).body.outcome, 'APPLIED')
  const sessions = new Sessions(gate.server.services, delays)
  gate.listeners.push((block) => sessions.published(block))
  const listener = await listenLean(sessions, { port: 0, host: '127.0.0.1' })
  const connect = async (more: object = {}) => {
    const client = await LeanClient.connect(listener.address)
    return { client, loggedOn: await client.logOn(gate.tokens.get('ems-1') as string, more) }
  }
  const order = (clOrdID: string, change: object = {}): ClientBody => ({
    $case: 'newOrder',
    value: { ...GOOD_ORDER, orderQty: '100', clOrdID, ...change },
  })
  const { client, loggedOn } = await connect()
  const resting = await client.ask('decision', order('SELL', { side: 'SellShort' }))
  assert.equal(resting.value.outcome, Outcome.OUTCOME_APPROVED)
  client.send(order('HELD', { holdUs: '30000000' }))
  const other = await client.ask('decision', order('OTHER', { price: '1660.00' }))
  assert.equal(other.refSeq, 3, 'the second is not answered yet')
  client.close()
  await client.closed
  const report = { execID: 'E-1', execType: 'Canceled', symbol: GOOD_ORDER.symbol, owner: 'ems-1', clOrdID: 'SELL' }
  assert.equal((await gate.send('venue-1', 'POST', '/executions', report)).body.outcome, 'APPLIED')
  const { client: back, loggedOn: again } = await connect({ epoch: loggedOn.epoch, lastSeenSeq: other.seq })
  assert.equal(again.resumed, true)
  const { value } = await back.next('decision', ({ refSeq }) => refSeq === 2)
  assert.deepEqual([value.clOrdID, value.outcome], ['HELD', Outcome.OUTCOME_APPROVED])
  assert.match(value.token ?? '', /^pa1\./)
  back.close()
  sessions.close()
  await listener.close()
  await gate.close()
})
