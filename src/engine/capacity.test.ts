/** Full tables: what would need more room is refused, and cancels, reports and kills go on. */
import assert from 'node:assert/strict'
import { scenario } from '../simulator/scenario.ts'
import { SECOND } from '../simulator/scenario-given.ts'

// The sizes are those of scenario-engine.ts.
scenario('clOrdIDs of the date are used up: CAPACITY for orders and replaces; cancels and fills pass', (s) => {
  const id = s.working({})
  let last = s.order({ orderQty: 0 })
  for (let sent = 0; last.reason !== 'CAPACITY' && sent < 2_000; sent++) last = s.order({ orderQty: 0 })
  assert.deepEqual([last.reason, last.results.ORDER_STRUCTURE], ['CAPACITY', 'FAIL'])
  assert.equal(s.replace(id, { orderQty: 50 }).reason, 'CAPACITY')
  assert.equal(s.evaluate({}).outcome, 'APPROVE', 'a what-if takes no room')
  s.fill(id, 40)
  assert.equal(s.cancel(id)?.reason, 'NONE')
  s.roll(20270118)
  s.working({})
})

scenario('executions of the date are used up: refused, and what it is about is blocked', (s) => {
  const id = s.working({ orderQty: 1_000 })
  for (let fill = 0; s.refusal === undefined && fill < 200; fill++) s.fill(id, 1)
  assert.equal(s.refusal, 'CAPACITY')
  assert.deepEqual(
    s.saidOf('LatchSet').map(({ account, cause }) => [account, cause]),
    [[s.id('A1'), 'CAPACITY']],
  )
  const booked = s.cell('A1').position
  assert.equal(s.order({}).reason, 'BLOCKED')
  s.roll(20270118)
  s.fill(id, 1)
  assert.equal(s.cell('A1').position, booked + 1)
})

scenario('the memory of duplicates is full of orders that count: CAPACITY until they are old enough', (s) => {
  s.limit('DUPLICATE_ORDER', 'FIRM', 1_000)
  for (let at = 0; at < 64; at++) s.report('Canceled', s.working({}))
  assert.equal(s.order({}).reason, 'CAPACITY')
  s.wait(SECOND)
  s.working({})
})

scenario('without a row that would count them nothing is full', (s) => {
  for (let at = 0; at < 100; at++) s.report('Canceled', s.working({}))
  s.limit('DUPLICATE_ORDER', 'FIRM', 1_000)
  assert.equal(s.order({}).reason, 'CAPACITY', 'a row that is set now cannot know all of its window')
  s.wait(SECOND)
  s.working({})
})

scenario('no room for one more latch: the whole firm stops', (s) => {
  const { engine } = s
  let latches = 0
  while (latches < 4_096) {
    s.kill('KILLED', { account: 'A2', sector: 'BANKS' })
    latches++
  }
  s.working({})
  s.kill('KILLED', { account: 'A3' })
  assert.equal(s.order({}).reason, 'KILLED')
  assert.equal([...engine.view.latches()].length, 4_097)
})

/** Definitions that go on until there is no more room. */
const FILLED: readonly (readonly [
  title: string,
  define: (s: Parameters<Parameters<typeof scenario>[1]>[0], at: number) => void,
])[] = [
  ['instruments', (s, at) => s.instrument(`I${at}`, {})],
  ['accounts', (s, at) => s.name('ACCOUNT', `N${at}`, { entity: 'E1', client: 'C1', desk: 'D1', owner: 'O1' })],
  ['entities', (s, at) => s.name('ENTITY', `N${at}`)],
  ['sectors', (s, at) => s.name('SECTOR', `N${at}`)],
  ['limit rows', (s, at) => s.limit('MESSAGE_RATE', 'A2', 1e6, { param: at + 1 })],
]
for (const [title, define] of FILLED) {
  scenario(`no room for more ${title}: CAPACITY, and orders go on`, (s) => {
    assert.throws(() => {
      for (let at = 0; at < 2_000; at++) define(s, at)
    })
    assert.equal(s.refusal, 'CAPACITY')
    s.working({})
  })
}

scenario('more rows than a decision can record refuse the orders that they match, and no others', (s) => {
  for (let at = 0; at < 128; at++) s.limit('MESSAGE_RATE', 'A2', 1e6, { param: at + 1 })
  assert.equal(s.order({ account: 'A2' }).outcome, 'REJECT')
  s.working({})
})
