/** A kill, its release and a latch of the engine's own are a line of the log each, by their latch; a kill that is refused is none. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RestGate } from '../../simulator/rest-gate.ts'
import { tellSmallFirm } from '../../simulator/small-firm.ts'

test('latches are told of when they are durable', async () => {
  const lines: Record<string, unknown>[] = []
  const write = (fields: object) => lines.push(fields as Record<string, unknown>)
  const gate = await RestGate.start({ logger: { info: write, warn: write, error: write } })
  await tellSmallFirm(gate)
  const post = async (as: string, path: string, body: object) => (await gate.send(as, 'POST', path, body)).body
  const { id, seq } = await post('alice', '/kill', { desk: 'CASH-EQ', reason: 'stop' })
  const refused = await post('alice', '/kill', { trader: 'NOBODY', reason: 'stop' })
  assert.notEqual(refused.outcome, 'APPLIED')
  const release = (as: string, step: string) =>
    post(as, `/latches/${id}/release`, { step, reason: 'over', rootCause: step === 'request' ? 'a test' : undefined })
  const asked = await release('alice', 'request')
  const allowed = await release('bob', 'approve')
  assert.deepEqual([asked.outcome, allowed.outcome], ['APPLIED', 'APPLIED'], JSON.stringify([asked, allowed]))
  // An execution of an order that nobody knows latches by itself.
  const stranger = {
    owner: 'ems-1',
    clOrdID: 'NEVER',
    symbol: '600519.SH',
    execID: 'X-1',
    execType: 'Fill',
    venue: 'XSHG',
  }
  await post('venue-1', '/executions', { ...stranger, side: 'Buy', lastQty: '100', lastPx: '1668.10' })
  const told = lines.filter(({ event }) => String(event).match(/^(kill|latch)\./))
  assert.deepEqual(
    told.slice(0, 3).map(({ event, latch, seq: at }) => [event, latch, at]),
    [
      ['kill.set', id, seq],
      ['kill.released', id, asked.seq],
      ['kill.released', id, allowed.seq],
    ],
  )
  assert.deepEqual([told[3]?.event, told[3]?.cause, told.length], ['latch.set', 'UNKNOWN_EXECUTION', 4])
  await gate.close()
})
