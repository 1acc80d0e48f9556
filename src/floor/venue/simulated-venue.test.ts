/** The venue in a time that the test moves: price and time, parts, all or nothing, late cancels, rejects, and the same by seed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandTime } from '../../simulator/sdk/made-up-gate.ts'
import { createRandom } from '../day/random.ts'
import { SimulatedVenue, type VenueOrder, type VenueReport } from './simulated-venue.ts'

const QUOTE = { symbol: 'AAPL', bidPx: 22_890, askPx: 22_900 }

function rig({ rejects = 0, seed = 1 } = {}) {
  const time = new HandTime()
  const reports: VenueReport[] = []
  const random = createRandom(seed, 0)
  const venue = new SimulatedVenue({
    clock: time,
    random,
    rejects,
    stalls: 0,
    report: (report) => reports.push(report),
  })
  let ids = 0
  const order = (change: Partial<VenueOrder> = {}): VenueOrder => ({
    ...{ owner: 'ems', clOrdID: `A-${++ids}`, symbol: 'AAPL', qty: 300, px: 22_895 },
    ...{ side: 'Buy', timeInForce: 'Day' },
    ...change,
  })
  const said = () =>
    reports.splice(0).map(({ execType, clOrdID, lastQty = '', lastPx = '' }) => {
      return `${clOrdID} ${execType} ${lastQty} ${lastPx}`.trim()
    })
  const enter = async (change: Partial<VenueOrder> = {}) => {
    const entered = order(change)
    venue.enter(entered)
    await time.go(50)
    return entered
  }
  return { time, venue, order, enter, said, reports }
}

test('orders trade by price, then by time, in parts, at the price of what rested', async () => {
  const { enter, said, venue } = rig()
  await enter({ px: 22_890, qty: 200 })
  await enter({ px: 22_895, qty: 200 })
  await enter({ px: 22_890, qty: 200, owner: 'your-ems' })
  assert.deepEqual(said(), ['A-1 New', 'A-2 New', 'A-3 New'])
  await enter({ owner: 'other', side: 'Sell', px: 22_890, qty: 500, timeInForce: 'IOC' })
  assert.deepEqual(said(), [
    'A-4 New',
    'A-4 Fill 200 22895',
    'A-4 Fill 200 22890',
    'A-4 Fill 100 22890',
    'A-2 Fill 200 22895',
    'A-1 Fill 200 22890',
    'A-3 Fill 100 22890',
  ])
  assert.deepEqual(
    venue.workingOrders.map(({ clOrdID }) => clOrdID),
    ['A-3'],
  )
})

test('IOC cancels its rest, FOK trades all or nothing, and nobody trades with himself', async () => {
  const { enter, said } = rig()
  await enter({ side: 'Sell', px: 22_900, qty: 100, owner: 'other' })
  await enter({ px: 22_900, qty: 300, timeInForce: 'FOK' })
  await enter({ px: 22_900, qty: 300, timeInForce: 'IOC' })
  await enter({ side: 'Sell', px: 22_900, qty: 100 })
  await enter({ px: 22_900, qty: 100 })
  assert.deepEqual(said(), [
    'A-1 New',
    ...['A-2 New', 'A-2 Canceled'],
    ...['A-3 New', 'A-3 Fill 100 22900', 'A-1 Fill 100 22900', 'A-3 Canceled'],
    'A-4 New',
    ...['A-5 New', 'A-5 Canceled'],
  ])
})

test('nothing is heard at once; a cancel that is overtaken by a fill comes too late', async () => {
  const { time, venue, enter, said, order } = rig()
  const resting = await enter()
  said()
  venue.cancel({ owner: 'ems', symbol: 'AAPL', origClOrdID: resting.clOrdID })
  venue.replace(resting.clOrdID, order({ px: 22_890 }))
  assert.deepEqual(said(), [])
  venue.crowd({ ...QUOTE, bidPx: 22_800, askPx: 22_810 }, 1, 3)
  await time.go(50)
  const heard = said()
  assert.equal(heard.at(-1), 'A-2 ReplaceRejected')
  assert.equal(heard.at(-2), 'A-1 CancelRejected')
  assert.ok(heard.slice(0, -2).every((line) => /^A-1 Fill \d+ 22895$/.test(line)) && heard.length > 2, heard.join())
})

test('a replace keeps its place where it only lowers, and loses it else; any version names the order', async () => {
  const { time, venue, enter, order, said } = rig()
  const first = await enter()
  await enter({ owner: 'your-ems' })
  venue.replace(first.clOrdID, order({ clOrdID: 'B-1', qty: 200 }))
  await time.go(50)
  assert.deepEqual(
    venue
      .bookOf('AAPL')
      .resting('Buy')
      .map(({ leaves }) => leaves),
    [200, 300],
  )
  venue.replace('B-1', order({ clOrdID: 'B-2', qty: 400 }))
  await time.go(50)
  assert.deepEqual(
    venue
      .bookOf('AAPL')
      .resting('Buy')
      .map(({ leaves }) => leaves),
    [300, 400],
  )
  said()
  venue.cancel({ owner: 'ems', symbol: 'AAPL', origClOrdID: first.clOrdID })
  await time.go(50)
  assert.deepEqual(said(), ['B-2 Canceled'])
  let unknown = 0
  venue.cancel({ owner: 'ems', symbol: 'AAPL', origClOrdID: first.clOrdID }, () => unknown++)
  await time.go(50)
  assert.deepEqual([unknown, said()], [1, []])
})

test('the venue rejects with its reason, and ends all orders of a line that broke', async () => {
  const all = rig({ rejects: 1 })
  await all.enter()
  assert.equal(all.reports[0]?.execType, 'Rejected')
  assert.match(all.reports[0]?.text ?? '', /venue/)
  const { enter, venue, said } = rig()
  await enter()
  await enter({ px: 22_890 })
  venue.cancelAll()
  assert.deepEqual(said().slice(2), ['A-1 Canceled', 'A-2 Canceled'])
  assert.deepEqual(venue.workingOrders, [])
})

test('the same seed does the same; what fills never comes to more than the order', async () => {
  const play = async (seed: number) => {
    const { time, venue, enter, reports } = rig({ seed, rejects: 0.05 })
    const random = createRandom(seed, 9)
    for (let step = 0; step < 150; step++) {
      const drift = Math.floor(20 * random())
      venue.crowd({ symbol: 'AAPL', bidPx: 22_880 + drift, askPx: 22_884 + drift }, 1, 1)
      await enter({ side: random() < 0.5 ? 'Buy' : 'Sell', px: 22_880 + Math.floor(24 * random()), timeInForce: 'IOC' })
      await enter({ px: 22_880 })
      await time.go(5)
    }
    return reports
  }
  const reports = await play(4)
  assert.deepEqual(reports, await play(4))
  assert.notDeepEqual(reports, await play(5))
  const filled = new Map<string, number>()
  for (const { execType, clOrdID, lastQty = 0, cumQty } of reports) {
    if (execType !== 'Fill') continue
    filled.set(clOrdID, (filled.get(clOrdID) ?? 0) + lastQty)
    assert.equal(filled.get(clOrdID), cumQty)
    assert.ok((cumQty ?? 0) <= 300)
  }
  assert.ok([...filled.values()].some((qty) => qty < 300) && [...filled.values()].includes(300))
})
