/** The short way to a decimal gives what the long way gives, for every text. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatDecimal, MAX, parseDecimal } from './numbers.ts'

/** The rule, by BigInt alone. */
function slow(text: string, decimals: number): number | string {
  const match = /^(-?)(0|[1-9][0-9]{0,18})(?:\.([0-9]{1,20}))?$/.exec(text)
  if (match === null) return 'NOT_A_DECIMAL'
  const fraction = (match[3] ?? '').replace(/0+$/, '')
  if (fraction.length > decimals) return 'TOO_MANY_DECIMALS'
  const magnitude = BigInt(`${match[2]}${fraction.padEnd(decimals, '0')}`)
  if (magnitude > BigInt(MAX)) return 'OUT_OF_RANGE'
  return magnitude === 0n ? 0 : match[1] === '-' ? -Number(magnitude) : Number(magnitude)
}

test('a decimal is read exactly, whatever way it is read', () => {
  const texts = fc.oneof(
    fc.stringMatching(/^-?[0-9]{0,8}\.?[0-9]{0,6}$/),
    fc.stringMatching(/^[0-9.+e-]{0,6}$/),
    fc.tuple(fc.nat(1e9), fc.nat(999)).map(([whole, part]) => `${whole}.${part}`),
  )
  fc.assert(
    fc.property(texts, fc.integer({ min: 0, max: 10 }), (text, decimals) => {
      assert.equal(parseDecimal(text, decimals), slow(text, decimals), `${text} at ${decimals}`)
    }),
    { numRuns: 20_000 },
  )
})

test('the edges of both ways', () => {
  for (const text of ['0', '00', '0.', '.0', '0.0', '00.1', '1.10', '1.', '1..2', '1.2.3', '999999999999999', '-0']) {
    for (const decimals of [0, 1, 2, 5, 10]) assert.equal(parseDecimal(text, decimals), slow(text, decimals), text)
  }
})

test('what is written is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: -MAX, max: MAX }), fc.integer({ min: 0, max: 10 }), (value, decimals) => {
      assert.equal(parseDecimal(formatDecimal(value, decimals), decimals), value)
    }),
  )
})
