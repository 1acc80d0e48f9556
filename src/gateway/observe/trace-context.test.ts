/** What is a trace context and what is none, by the examples and the grammar of the W3C recommendation. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTraceContext } from './trace-context.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'
const GOOD = `00-${TRACE}-${PARENT}-01`

test('a traceparent names trace, span and whether it is sampled', () => {
  assert.deepEqual(readTraceContext(GOOD, undefined), {
    traceId: TRACE,
    parentId: PARENT,
    isSampled: true,
    state: '',
  })
  for (const [flags, isSampled] of [
    ['00', false],
    ['01', true],
    ['02', false],
    ['ff', true],
  ] as const) {
    assert.equal(readTraceContext(`00-${TRACE}-${PARENT}-${flags}`, '')?.isSampled, isSampled, flags)
  }
  assert.equal(readTraceContext(`cc-${TRACE}-${PARENT}-01-what-the-future-will-be`, '')?.traceId, TRACE)
})

test('what is no traceparent is as if it were not there', () => {
  for (const bad of [
    undefined,
    '',
    [GOOD, GOOD],
    `${GOOD}, ${GOOD}`,
    `${GOOD}-more`,
    `${GOOD} `,
    ` ${GOOD}`,
    `${GOOD}\n`,
    `ff-${TRACE}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${TRACE.slice(1)}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}0-01`,
    `00-${TRACE}-${PARENT}-1`,
    `00-${TRACE}-${PARENT}-0x`,
    `cc-${TRACE}-${PARENT}-01.more`,
    `cc-${TRACE}-${PARENT}-01-${'x'.repeat(300)}`,
    `${TRACE}-${PARENT}-01`,
  ]) {
    assert.equal(readTraceContext(bad, ''), undefined, JSON.stringify(bad))
  }
})

test('a tracestate is handed on as it came, or not at all, and never makes the parent wrong', () => {
  const many = (count: number) => Array.from({ length: count }, (_, at) => `k${at}=v`).join()
  for (const [given, kept] of [
    ['rojo=00f067aa0ba902b7,congo=t61rcWkgMzE', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'],
    ['a=1 , b=2', 'a=1,b=2'],
    ['a=1,,b=2', 'a=1,b=2'],
    ['fw529a3039@dt=FfAJ', 'fw529a3039@dt=FfAJ'],
    [many(32), many(32)],
    [many(33), ''],
    ['a=1,a=2', ''],
    ['A=1', ''],
    ['a', ''],
    ['a=', ''],
    ['a=b=c', ''],
    ['a=b\u00e9', ''],
    [`a=${'x'.repeat(257)}`, ''],
    [undefined, ''],
    [['a=1'], ''],
  ] as const) {
    assert.equal(readTraceContext(GOOD, given)?.state, kept, JSON.stringify(given))
  }
})
