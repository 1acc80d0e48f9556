/** What a crash leaves behind is found and reported, and a broken memory harms nobody. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { cancelLeftOvers, OrderMemory } from './order-memory.ts'
import type { LiveOrder } from './ticket.ts'

const folder = mkdtempSync(join(tmpdir(), 'order-memory-'))
const path = join(folder, 'floor-orders.json')
const names = { session: 'floor-ems', venueName: 'XSIM', runId: 'R' }

function live(orderID: string): LiveOrder {
  const who = { account: 'ACC-1', trader: 'TRADER-1', strategy: 'STRAT-1' }
  const what = { symbol: 'AAPL', side: 'Buy', ordType: 'Limit', timeInForce: 'Day', qty: 100, px: 22_900 } as const
  return {
    ticket: { ...who, ...what },
    orderID,
    clOrdID: `c${orderID}`,
    qty: 100,
    px: 22_900,
    cumQty: 0,
    isPending: false,
  }
}

describe('the memory of live orders', () => {
  after(() => rmSync(folder, { recursive: true }))

  test('gives the next floor the orders that lived last', () => {
    assert.deepEqual(new OrderMemory(path).recall(), [])
    const memory = new OrderMemory(path)
    memory.remember([live('1-0'), live('2-1')])
    memory.remember([live('2-1')])
    assert.deepEqual(new OrderMemory(path).recall(), [{ orderID: '2-1', clOrdID: 'c2-1', symbol: 'AAPL' }])
  })

  test('a broken file is as good as none', () => {
    writeFileSync(path, '[{')
    assert.deepEqual(new OrderMemory(path).recall(), [])
    assert.deepEqual(new OrderMemory(undefined).recall(), [])
  })

  test('the orders are reported as canceled; those that had ended are not counted', async () => {
    const orders = ['1-0', '2-1'].map((orderID) => ({ orderID, clOrdID: `c${orderID}`, symbol: 'AAPL' }))
    const answer = (applied: boolean) => ({ applied, code: applied ? '' : 'ORDER_TERMINAL', text: '', timeUs: 0 })
    const sent: string[] = []
    const left = await cancelLeftOvers(
      async (bodies) => {
        for (const { execType, orderID, owner } of bodies) sent.push(`${execType} ${orderID} ${owner}`)
        return [answer(true), answer(false)]
      },
      orders,
      names,
    )
    assert.equal(left, 1)
    assert.deepEqual(sent, ['Canceled 1-0 floor-ems', 'Canceled 2-1 floor-ems'])
  })
})
