/**
 * Who owns an order: repeatable from the seed, independent of all other orders, and always inside the firm's hierarchy.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ownership } from './firm.ts'
import { assignOwnership, DEMO_FIRM } from './firm.ts'

const orderNos = Array.from({ length: 20_000 }, (_, index) => index + 1)
const assignAll = (seed: number, share = 0.3) => orderNos.map((orderNo) => assignOwnership(orderNo, { seed, share }))
const present = (ownerships: readonly (Ownership | undefined)[]) => ownerships.filter((owner) => owner !== undefined)

test('the same seed gives the same owners, another seed gives others', () => {
  assert.deepEqual(assignAll(7), assignAll(7))
  assert.notDeepEqual(assignAll(7), assignAll(8))
})

test('an owner never depends on the other orders', () => {
  const all = assignAll(7)
  const backwards = [...orderNos].reverse().map((orderNo) => assignOwnership(orderNo, { seed: 7, share: 0.3 }))
  assert.deepEqual(backwards.reverse(), all)
})

test('a larger share keeps the orders of a smaller one, with the same owners', () => {
  const larger = assignAll(7, 0.6)
  for (const [index, owner] of assignAll(7, 0.3).entries()) {
    if (owner !== undefined) assert.deepEqual(larger[index], owner)
  }
  assert.equal(present(assignAll(7, 0)).length, 0)
  assert.equal(present(assignAll(7, 1)).length, orderNos.length)
})

test('about the share is the firm’s, and every account, trader and strategy has its part', () => {
  const owned = present(assignAll(7))
  // Three standard deviations of a binomial of 20,000 at 0.3 are 195.
  assert.ok(Math.abs(owned.length - 6_000) < 195, `${owned.length} of 20000`)
  const distinct = (key: keyof Ownership) => new Set(owned.map((owner) => owner[key])).size
  assert.deepEqual(
    [distinct('account'), distinct('desk'), distinct('trader'), distinct('strategy')],
    [12, 4, 8, DEMO_FIRM.strategies.length + 1],
  )
})

test('every owner fits the firm’s hierarchy', () => {
  const { accounts, traders, strategies } = DEMO_FIRM
  for (const { account, trader, desk, strategy } of present(assignAll(7))) {
    assert.equal(traders.find((one) => one.trader === trader)?.desk, desk)
    assert.equal(accounts.find((one) => one.account === account)?.desk, desk)
    if (strategy !== 'manual') assert.equal(strategies.find((one) => one.strategy === strategy)?.trader, trader)
  }
})
