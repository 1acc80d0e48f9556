/** The adapter of the demo's venue: what the guard refuses never leaves, what the gate wants canceled ends, a broken line loses no report. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AdapterGuard, GuardFault } from '../../adapter/guard.ts'
import type { Approved, CancelRequested, Execution } from '../../client/sdk.ts'
import { HandTime } from '../../simulator/sdk/made-up-gate.ts'
import { SimulatedVenue, type VenueReport } from './simulated-venue.ts'
import { VenueAdapter } from './venue-adapter.ts'

const ORDER = {
  ...{ symbol: 'AAPL', account: 'ACC-1', side: 'Buy', orderQty: '300', ordType: 'Limit', timeInForce: 'Day' },
  price: '228.95',
}

function rig() {
  const time = new HandTime()
  const told: Execution[] = []
  const heard: VenueReport[] = []
  const said: string[] = []
  const asked: string[] = []
  let fault: GuardFault | undefined
  let reason = ''
  const guard: AdapterGuard = {
    admit: ({ clOrdID, orderQty }, token) => {
      asked.push(`${clOrdID} ${orderQty} ${token}`)
      return fault === undefined ? { admitted: true, seq: 1 } : { admitted: false, fault, text: `guard: ${fault}` }
    },
  }
  const report = async (execution: Execution) => {
    told.push(execution)
    return (reason === '' ? { applied: true } : { applied: false, reason: { code: reason, text: reason } }) as never
  }
  const adapter = new VenueAdapter({
    ...{ gate: { report }, guard, clock: time, venueName: 'XSIM', session: 'ems', runId: 'R' },
    ...{ priceDecimalsOf: () => 2, onReport: (one) => heard.push(one), say: (text) => said.push(text) },
  })
  const venue = new SimulatedVenue({
    ...{ clock: time, random: () => 0.5, rejects: 0, stalls: 0, report: (one) => adapter.reported(one) },
  })
  adapter.connect(venue)
  const approved = (clOrdID: string, change = {}) =>
    ({ order: { ...ORDER, clOrdID }, clOrdID, session: 'ems', orderID: '1-0', token: 'T', ...change }) as Approved
  const request = (clOrdID: string, owner = 'ems') =>
    ({ seq: 1, orderID: `${owner} ${clOrdID}`, clOrdID, owner, symbol: 'AAPL' }) as CancelRequested
  const kinds = () => told.splice(0).map(({ execType, clOrdID, owner }) => `${owner} ${clOrdID} ${execType}`)
  return {
    ...{ time, adapter, venue, told, heard, said, asked, approved, request, kinds },
    refuse: (next: GuardFault | undefined) => {
      fault = next
    },
    answer: (code: string) => {
      reason = code
    },
  }
}

test('an order leaves with its token; the gate is told, and then the desk', async () => {
  const { time, adapter, asked, told, heard, approved } = rig()
  adapter.send(approved('A-1'))
  assert.deepEqual([asked, told, heard], [['A-1 300 T'], [], []])
  await time.go(50)
  assert.deepEqual(
    told.map(({ execID, execType, owner, venue }) => [execID, execType, owner, venue]),
    [['R-E1', 'New', 'ems', 'XSIM']],
  )
  assert.deepEqual(
    heard.map(({ execType }) => execType),
    ['New'],
  )
})

test('what the guard refuses never reaches the venue: no token, a kill, a gate that is silent', async () => {
  const { time, adapter, venue, refuse, kinds, approved } = rig()
  for (const fault of ['FORGED', 'KILLED', 'FEED_SILENT'] as const) {
    refuse(fault)
    assert.throws(() => adapter.send(approved('A-1')), { name: 'NotRouted', message: `guard: ${fault}` })
    assert.throws(() => adapter.sendReplace(approved('A-2', { origClOrdID: 'A-1' })), { name: 'NotRouted' })
  }
  await time.go(50)
  assert.deepEqual([venue.workingOrders, kinds()], [[], []])
})

test('a market order goes out at its protection price', async () => {
  const { time, adapter, venue, approved } = rig()
  const order = { ...ORDER, ordType: 'Market', price: undefined }
  adapter.send(approved('A-1', { order, protectionPx: '236.10' }))
  assert.throws(() => adapter.send(approved('A-2', { order })), { name: 'NotRouted' })
  await time.go(50)
  assert.deepEqual(
    venue.workingOrders.map(({ px }) => px),
    [23_610],
  )
})

test('the gate asks for cancels: what is here ends; of others what went nowhere at once, of its own once no token lives', async () => {
  const { time, adapter, kinds, approved, request } = rig()
  adapter.send(approved('A-1'))
  adapter.cancelRequested(request('A-1'))
  adapter.cancelRequested(request('Y-1', 'your-ems'))
  adapter.cancelRequested(request('A-9'))
  await time.go(50)
  assert.deepEqual(kinds(), ['ems A-1 New', 'ems A-1 Canceled', 'your-ems Y-1 Canceled'])
  await time.go(2_500)
  adapter.cancelRequested(request('A-9'))
  await time.go(50)
  assert.deepEqual(kinds(), ['ems A-9 Canceled'])
})

test('a line that breaks lets nothing out, ends what rests, and tells it when it is back', async () => {
  const { time, adapter, kinds, said, approved } = rig()
  adapter.send(approved('A-1'))
  await time.go(50)
  kinds()
  adapter.drop(1_000)
  assert.equal(adapter.isDown, true)
  assert.throws(() => adapter.send(approved('A-2')), { name: 'NotRouted' })
  await time.go(500)
  assert.deepEqual(kinds(), [])
  await time.go(600)
  assert.deepEqual([adapter.isDown, kinds()], [false, ['ems A-1 Canceled']])
  assert.equal(said.length, 2)
  adapter.send(approved('A-3'))
})

test('a report that the gate does not take is said, unless it was booked before', async () => {
  const { time, adapter, said, heard, answer, approved } = rig()
  answer('EXEC_DUPLICATE')
  adapter.send(approved('A-1'))
  await time.go(50)
  assert.deepEqual(said, [])
  answer('UNKNOWN_ORDER')
  adapter.send(approved('A-2'))
  await time.go(50)
  assert.deepEqual(said, ['the gate refuses New of A-2: UNKNOWN_ORDER'])
  assert.equal(heard.length, 2)
})
