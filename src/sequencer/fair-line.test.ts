/** Turns at the sequencer: each sender in its own order, and nobody behind the backlog of another. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FairLine, SHARE } from './fair-line.ts'

const SEED = Number(process.env.SEED ?? 1)

function emptied(line: FairLine<{ readonly from: number; readonly nth: number }>): number[] {
  const order: number[] = []
  for (let item = line.shift(); item !== undefined; item = line.shift()) order.push(item.nth)
  return order
}

test('what fits the shares goes as it came', () => {
  const line = new FairLine<{ from: number; nth: number }>()
  for (let nth = 0; nth < SHARE * 2; nth++) line.push({ from: nth % 2, nth }, nth % 2)
  assert.deepEqual(emptied(line), [...Array(SHARE * 2).keys()])
  assert.deepEqual([line.length, line.lengthOf(0)], [0, 0])
})

test('who comes to a backlog of others stands behind their shares', () => {
  const line = new FairLine<{ from: number; nth: number }>()
  for (let nth = 0; nth < 1_000; nth++) line.push({ from: 1, nth }, 1)
  for (let nth = 1_000; nth < 2_000; nth++) line.push({ from: 2, nth }, 2)
  line.push({ from: 3, nth: 5_000 }, 3)
  assert.deepEqual([line.length, line.lengthOf(1), line.lengthOf(3)], [2_001, 1_000, 1])
  assert.equal(emptied(line).indexOf(5_000), SHARE * 2)
})

test('each sender goes in its own order, nothing is lost, and nobody waits for more than the shares before it', () => {
  const senders = 4
  const steps = fc.array(fc.tuple(fc.nat(senders - 1), fc.integer({ min: 1, max: 90 }), fc.nat(120)), { maxLength: 60 })
  fc.assert(
    fc.property(steps, (list) => {
      const line = new FairLine<{ from: number; nth: number }>()
      const sent = new Array<number>(senders).fill(0)
      const taken = new Array<number>(senders).fill(0)
      const shift = () => {
        const item = line.shift()
        if (item !== undefined) assert.equal(item.nth, taken[item.from]!++)
      }
      for (const [from, count, shifts] of list) {
        for (let at = 0; at < count; at++) line.push({ from, nth: sent[from]!++ }, from)
        for (let at = 0; at < shifts; at++) shift()
        assert.equal(line.length, sent.reduce((sum, of) => sum + of, 0) - taken.reduce((sum, of) => sum + of, 0))
      }
      line.push({ from: 99, nth: 0 }, 99)
      let before = 0
      for (let item = line.shift(); item?.from !== 99; item = line.shift()) {
        assert.equal(item?.nth, taken[item?.from ?? 0]!++)
        before++
      }
      assert.ok(before <= SHARE * senders, `${before}`)
      while (line.length > 0) shift()
      assert.deepEqual(taken, sent)
    }),
    { seed: SEED },
  )
})
