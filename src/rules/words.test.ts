/** Expressions in words and as formulas. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Condition } from './rule.ts'
import { conditionAsFormula, conditionInWords } from './words.ts'

test('a condition reads as a sentence and as a formula', () => {
  const rows: [condition: Condition | 'always', words: string, formula: string][] = [
    ['always', 'always', 'always'],
    [{ eq: ['halted', 0] }, 'trading in the instrument is not halted', 'halted = 0'],
    [{ ne: ['isBuy', 1] }, 'the order sells', 'isBuy <> 1'],
    [{ ne: ['isBuy', 0] }, 'the order buys', 'isBuy <> 0'],
    [{ gt: ['price', 'bid'] }, 'the price is more than the best bid', 'price > bid'],
    [{ eq: ['halted', 2] }, 'halted equals 2', 'halted = 2'],
    [
      { le: [{ sum: ['accountBuyLeaves', 'quantity'] }, { negative: 'accountPosition' }] },
      "the sum of the leaves of the account's other purchases and the quantity is at most the negative of the account's position",
      'accountBuyLeaves + quantity <= -accountPosition',
    ],
    [
      { all: [{ eq: ['isMarket', 0] }, { any: [{ lt: ['price', 5] }, { not: { ge: ['bid', 'ask'] } }] }] },
      'the order is not a market order, and (the price is less than 5, or not (the best bid is at least the best offer))',
      'isMarket = 0 and (price < 5 or (not (bid >= ask)))',
    ],
  ]
  for (const [condition, words, formula] of rows) {
    assert.equal(conditionInWords(condition), words)
    assert.equal(conditionAsFormula(condition), formula)
  }
})
