/** MESSAGE_RATE: which messages count, at whom, for how long; cancels are never refused. */
import assert from 'node:assert/strict'
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import type { Scenario } from '../../simulator/scenario-engine.ts'
import { type OrderGiven, SECOND } from '../../simulator/scenario-given.ts'

const { at, absent } = rowsOf('MESSAGE_RATE')
const sent =
  (times: number, order: OrderGiven = {}): Step =>
  (s) => {
    for (let time = 0; time < times; time++) s.order(order)
  }
const later =
  (us: number): Step =>
  (s) =>
    s.wait(us)

boundaryTable('MESSAGE_RATE', [
  ['one below the limit', [at('X1', 3), sent(1)], {}, 'PASS'],
  ['at the limit', [at('X1', 3), sent(2)], {}, 'PASS'],
  ['one over the limit', [at('X1', 3), sent(3)], {}, 'MESSAGE_RATE'],
  ['far over the limit', [at('X1', 3), sent(9)], {}, 'MESSAGE_RATE'],
  ['zero allows nothing', at('X1', 0), {}, 'MESSAGE_RATE'],
  ['unlimited', [at('X1', MAX), sent(20)], {}, 'PASS'],
  ['absent at the session', absent('X1'), {}, 'LIMIT_MISSING'],
  ['absent at the strategy', absent('S1'), {}, 'LIMIT_MISSING'],
  ['absent at another session', absent('X2'), {}, 'PASS'],
  ['an alert', [at('X1', 3, { action: 'ALERT' }), sent(3)], {}, 'ALERT'],
  ['in shadow', [at('X1', 3, { mode: 'SHADOW' }), sent(3)], {}, 'ALERT'],
  ['just inside the window', [at('X1', 1), sent(1), later(SECOND - 1)], {}, 'MESSAGE_RATE'],
  ['the window is open at its old end', [at('X1', 1), sent(1), later(SECOND)], {}, 'PASS'],
  ['it slides, it does not tumble', [at('X1', 2), sent(1), later(SECOND - 10), sent(1), later(5)], {}, 'MESSAGE_RATE'],
  ['messages leave it one by one', [at('X1', 2), sent(1), later(SECOND - 10), sent(1), later(10)], {}, 'PASS'],
])

const wide = (hard: number) => at('X1', hard, { param: 10 * SECOND })
boundaryTable('MESSAGE_RATE', [
  ['two windows: the short one binds', [at('X1', 2), wide(5), sent(2)], {}, 'MESSAGE_RATE'],
  ['two windows: the long one binds', [at('X1', 2), wide(3), sent(2), later(SECOND), sent(1)], {}, 'MESSAGE_RATE'],
  ['two windows: neither binds', [at('X1', 2), wide(3), sent(2), later(SECOND)], {}, 'PASS'],
  ['the narrowest of two subjects', [at('X1', 9), at('S1', 2), sent(2)], {}, 'MESSAGE_RATE'],
  ["another session's messages are not this one's", [at('X1', 1), sent(3, { session: 'X2' })], {}, 'PASS'],
  ["but they are the strategy's", [at('S1', 1), sent(1, { session: 'X2' })], {}, 'MESSAGE_RATE'],
])

// All eight subjects count an order whose names are known.
boundaryTable(
  'MESSAGE_RATE',
  ['FIRM', 'E1', 'C1', 'D1', 'T1', 'A1', 'S1', 'X1'].flatMap((subject) => [
    [`the last that ${subject} may send`, [at(subject, 2), sent(1)], {}, 'PASS'] as const,
    [`one more than ${subject} may send`, [at(subject, 2), sent(2)], {}, 'MESSAGE_RATE'] as const,
  ]),
)

/** What counts: the number of messages that the session and the account have sent after each. */
const COUNTED: readonly (readonly [title: string, send: (s: Scenario) => void, session: number, account: number])[] = [
  ['a new order', (s) => s.order({}), 1, 1],
  ['an order that is refused by a limit', (s) => s.order({ orderQty: 2_000_000 }), 1, 1],
  ['an order without a right price', (s) => s.order({ price: -1 }), 1, 1],
  ['an order in an unknown instrument: only the session', (s) => s.order({ instrument: '?' }), 1, 0],
  ['an order of an unknown account: only the session', (s) => s.order({ account: '?' }), 1, 0],
  ['an order of an unknown trader: only the session', (s) => s.order({ trader: '?' }), 1, 0],
  ['an order of an unknown strategy: only the session', (s) => s.order({ strategy: '?' }), 1, 0],
  ['an order at an unknown venue: all its subjects are known', (s) => s.order({ venue: '?' }), 1, 1],
  ['the same order again: only the session', (s) => s.order({ clOrdID: 'known' }), 1, 0],
  ['another order by the same id: only the session', (s) => s.order({ clOrdID: 'known', orderQty: 7 }), 1, 0],
  ['a replace', (s) => s.replace('known', { orderQty: 50 }), 1, 1],
  ['a replace of an order that has ended', (s) => s.replace('ended', {}), 1, 1],
  ['a replace of no order: only the session', (s) => s.replace('nobody', {}), 1, 0],
  ['a cancel', (s) => s.cancel('known'), 1, 1],
  ['a cancel of an order that has ended', (s) => s.cancel('ended'), 1, 1],
  ['a cancel of no order: only the session', (s) => s.cancel('nobody'), 1, 0],
  ['a cancel by an agent: the order counts it, the owner does not', (s) => s.cancel('known', 'X1', 'X2'), 0, 1],
  ['a what-if', (s) => s.evaluate({}), 0, 0],
  ['a report', (s) => s.fill('known', 1), 0, 0],
  ['that an order was not sent', (s) => s.notSent('known'), 0, 0],
]

for (const [title, send, session, account] of COUNTED) {
  scenario(`MESSAGE_RATE: ${title} counts ${session} at the session and ${account} at the account`, (s) => {
    s.limit('MAX_ORDER_QTY', 'A1', 1_000_000)
    s.working({ clOrdID: 'known' })
    s.report('Canceled', s.working({ clOrdID: 'ended' }))
    s.limit('MESSAGE_RATE', 'X1', 100)
    s.limit('MESSAGE_RATE', 'A1', 100)
    send(s)
    assert.equal(`${useOf(s, 'X1')} ${useOf(s, 'A1')}`, `${session} ${account}`)
  })
}

function useOf(s: Scenario, subject: string): number | undefined {
  const id = s.id(subject)
  return [...s.engine.view.limits()].find((row) => row.subject === id && row.hard === 100)?.use
}

scenario('MESSAGE_RATE: where home-made gates go wrong #9: cancels pass, whatever the rate', (s) => {
  s.limit('MESSAGE_RATE', 'X1', 2)
  s.limit('MESSAGE_RATE', 'FIRM', 2)
  const ids = [s.working({}), s.working({})]
  assert.equal(s.order({}).reason, 'MESSAGE_RATE')
  for (const id of ids) assert.equal(s.cancel(id)?.reason, 'NONE')
  assert.deepEqual(
    ids.map((id) => s.live(id)?.state),
    [2, 2],
  )
})

scenario('MESSAGE_RATE: refused messages count, so a flood does not clear itself', (s) => {
  s.limit('MESSAGE_RATE', 'X1', 2)
  for (let time = 0; time < 20; time++) {
    s.order({})
    s.wait(SECOND / 10)
  }
  assert.equal(s.order({}).reason, 'MESSAGE_RATE')
  s.heartbeat()
  s.wait(SECOND)
  assert.equal(s.order({}).reason, 'NONE')
})

scenario('MESSAGE_RATE: the count saturates one over the limit', (s) => {
  s.limit('MESSAGE_RATE', 'X1', 2)
  const seen = [1, 2, 3, 4, 5].map(() => {
    const row = s.order({}).rows.find(({ control, subject }) => control === 'MESSAGE_RATE' && subject === 'X1')
    return `${row?.before}-${row?.after}`
  })
  assert.deepEqual(seen, ['0-1', '1-2', '2-3', '3-3', '3-3'])
})

scenario('MESSAGE_RATE: unlimited keeps no log and says 0', (s) => {
  s.order({})
  const row = s.order({}).rows.find(({ control, subject }) => control === 'MESSAGE_RATE' && subject === 'X1')
  assert.equal(`${row?.before} ${row?.after}`, '0 0')
})

scenario('MESSAGE_RATE: a changed row keeps the messages that it has seen', (s) => {
  s.limit('MESSAGE_RATE', 'X1', 5)
  for (let time = 0; time < 3; time++) s.working({})
  s.limit('MESSAGE_RATE', 'X1', 3)
  assert.equal(s.order({}).reason, 'MESSAGE_RATE')
  s.limit('MESSAGE_RATE', 'X1', 10)
  s.working({})
})

scenario('MESSAGE_RATE: a new row has seen nothing', (s) => {
  for (let time = 0; time < 3; time++) s.working({})
  s.limit('MESSAGE_RATE', 'A1', 1)
  s.working({})
  assert.equal(s.order({}).reason, 'MESSAGE_RATE')
})

scenario(
  'MESSAGE_RATE: a message at the far end of the window is not counted, in whatever place of the log it stands',
  (s) => {
    s.limit('MESSAGE_RATE', 'X1', 3)
    for (const us of [5, 5, 10, SECOND - 10]) {
      s.order({})
      s.wait(us)
    }
    const row = s.order({}).rows.find(({ control, subject }) => control === 'MESSAGE_RATE' && subject === 'X1')
    assert.equal(`${row?.before}-${row?.after}`, '1-2')
  },
)
