/** Position statements: nothing before the close, agreement, a difference that blocks, and who may adopt it. */
import assert from 'node:assert/strict'
import { hashWords, NO_ROWS_HASH, rowLine, withRow } from '../model/statement-hash.ts'
import { DUTIES } from '../model/vocabulary.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'

const DATE = 20270115
const NEXT = 20270118
const POSITIONS_WRITE = 1 << DUTIES.indexOf('positions:write')
const RELEASE_REQUEST = 1 << DUTIES.indexOf('release:request')

type Row = readonly [instrument: string, qty: number, trader?: string, strategy?: string]
interface Told {
  readonly account?: string
  readonly tradeDate?: number
  readonly principal?: string
}

function hashOf(rows: readonly Row[]): { readonly hash0: number; readonly hash1: number } {
  const lines = rows.map(([symbol, qty, trader = '', strategy = '']) => rowLine(symbol, `${qty}`, trader, strategy))
  return hashWords(lines.reduce(withRow, NO_ROWS_HASH))
}

function step(s: Scenario, at: 0 | 1, rows: readonly Row[], told: Told = {}) {
  const { account = 'A1', tradeDate = DATE, principal = 'ALICE' } = told
  const ids = { account: s.id(account), principal: s.id(principal) }
  s.send('PositionStatement', { ...ids, step: at, tradeDate, rows: rows.length, ...hashOf(rows) })
}

function row(s: Scenario, [instrument, qty, trader = '', strategy = '']: Row, told: Told = {}) {
  const { account = 'A1', principal = 'ALICE' } = told
  const ids = { account: s.id(account), instrument: s.id(instrument), principal: s.id(principal) }
  s.send('Position', { ...ids, qty, trader: s.id(trader), strategy: s.id(strategy), statement: 1 })
}

function state(s: Scenario, rows: readonly Row[], told: Told = {}): void {
  step(s, 0, rows, told)
  for (const one of rows) row(s, one, told)
  step(s, 1, rows, told)
}

function adopt(s: Scenario, rows: readonly Row[], principal = 'BOB', tradeDate = DATE): void {
  const ids = { account: s.id('A1'), principal: s.id(principal) }
  s.send('AdoptStatement', { ...ids, tradeDate, ...hashOf(rows) })
}

const readiness = (s: Scenario) => s.engine.view.readiness(s.id('A1'))

/** Both people may send and adopt statements. */
function told(title: string, play: (s: Scenario) => void): void {
  scenario(title, (s) => {
    for (const person of ['ALICE', 'BOB']) {
      s.applied('Binding', { kind: 6, a: s.id(person), b: POSITIONS_WRITE, allow: 1 })
    }
    play(s)
  })
}

told('an open statement and its rows change nothing', (s) => {
  s.position('A1', 'ACME', 100)
  const before = s.standing()
  step(s, 0, [['ACME', 40]])
  row(s, ['ACME', 40])
  assert.equal(s.standing(), before)
  assert.equal(readiness(s).positions, 'OPEN')
  s.working({})
})

told('a statement that agrees settles the account and moves nothing', (s) => {
  s.position('A1', 'ACME', 100)
  const before = s.standing()
  state(s, [['ACME', 100]])
  assert.deepEqual(s.said, [{ event: 'StatementCompared', account: s.id('A1'), differences: 0 }])
  assert.equal(s.standing(), before)
  assert.equal(readiness(s).positions, 'SETTLED')
})

told('what was executed since the roll is not in the statement and is no difference', (s) => {
  s.fill(s.working({}), 30)
  s.roll(NEXT)
  s.fill(s.working({}), 50)
  state(s, [['ACME', 30]], { tradeDate: NEXT })
  assert.equal(readiness(s).positions, 'SETTLED')
  assert.equal(s.cell('A1').position, 80)
})

told('a bust of yesterday is an event of today: the statement still has what was carried', (s) => {
  const id = s.working({})
  s.fill(id, 30, undefined, { execID: 'E' })
  s.roll(NEXT)
  s.report('TradeCancel', id, { execRefID: 'E' })
  state(s, [['ACME', 30]], { tradeDate: NEXT })
  assert.equal(readiness(s).positions, 'SETTLED')
  assert.equal(s.cell('A1').position, 0)
})

told('an execution of yesterday that is found to be of the account was carried into today', (s) => {
  const stranger = (execID: string, qty: number) =>
    s.fill('whose', qty, undefined, { execID, instrument: s.id('ACME'), account: s.id(''), side: 0 })
  stranger('E1', 30)
  s.roll(NEXT)
  stranger('E2', 2)
  const latch = [...s.engine.view.latches()].at(-1)?.latch ?? -1
  s.applied('Binding', { kind: 6, a: s.id('ALICE'), b: POSITIONS_WRITE | RELEASE_REQUEST, allow: 1 })
  s.applied('ExplainExecution', { latch, account: s.id('A1'), principal: s.id('ALICE') })
  state(s, [['ACME', 30]], { tradeDate: NEXT })
  assert.equal(readiness(s).positions, 'SETTLED')
  assert.equal(s.cell('A1').position, 32)
  state(s, [], { tradeDate: NEXT, account: 'SUSPENSE' })
  assert.deepEqual(s.said, [{ event: 'StatementCompared', account: s.id('SUSPENSE'), differences: 0 }])
})

told('a difference blocks new orders of the account, not cancels, not those of others', (s) => {
  const id = s.working({})
  const other = s.working({})
  state(s, [['ACME', 7]])
  const [first] = s.said
  assert.deepEqual(
    [first?.event, first?.instrument, first?.stated, first?.carried, first?.trader],
    ['StatementDiffers', s.id('ACME'), 7, 0, -1],
  )
  const { reason, results } = s.order({})
  assert.deepEqual([reason, results.TRADING_STATE], ['ACCOUNT_NOT_READY', 'FAIL'])
  assert.equal(s.evaluate({}).reason, 'ACCOUNT_NOT_READY')
  assert.equal(s.replace(id, { orderQty: 150 }).reason, 'ACCOUNT_NOT_READY')
  assert.equal(s.replace(id, { orderQty: 50 }).reason, 'NONE')
  assert.equal(s.cancel(other)?.reason, 'NONE')
  assert.equal(s.order({ account: 'A2' }).reason, 'NONE')
  assert.equal(s.cell('A1').position, 0, 'the position is as it was carried')
})

told('what an account holds and a statement leaves out is a difference', (s) => {
  s.position('A1', 'ACME', 100)
  state(s, [])
  assert.deepEqual(
    readiness(s).differences.map(({ stated, carried }) => [stated, carried]),
    [[0, 100]],
  )
  adopt(s, [])
  assert.equal(s.cell('A1').position, 0)
  assert.equal(s.cell('A1', 'ACME', 'D1').position, 0)
})

told('an adopted statement is the position, with what was executed since on top', (s) => {
  s.position('A1', 'ACME', 100, 'T2', 'S1')
  s.fill(s.working({ trader: 'T1' }), 30)
  const rows: Row[] = [
    ['ACME', 60, 'T2'],
    ['ACME', 25],
  ]
  state(s, rows)
  adopt(s, rows)
  assert.equal(s.refusal, undefined)
  const held = ['A1', 'T1', 'T2', 'S1', 'D1', 'D2'].map((subject) => s.cell('A1', 'ACME', subject).position)
  assert.deepEqual(held, [115, 30, 60, 30, 55, 60], 'the rest is at the home desk')
  assert.equal(s.exposure('FIRM').gross, 115 * 10_000 + s.exposure('A1').open)
  assert.equal(readiness(s).positions, 'SETTLED')
  s.working({})
})

told('a trader that a row names is compared, one that no row names is not', (s) => {
  s.position('A1', 'ACME', 100, 'T1')
  state(s, [['ACME', 100]])
  assert.equal(readiness(s).positions, 'SETTLED')
  assert.equal(s.cell('A1', 'ACME', 'T1').position, 100)
  state(s, [['ACME', 100, 'T2']])
  assert.deepEqual(
    readiness(s).differences.map(({ trader, stated, carried }) => [trader, stated, carried]),
    [[s.id('T2'), 100, 0]],
  )
})

told('a new statement that agrees ends the block of one that differed', (s) => {
  state(s, [['ACME', 7]])
  state(s, [])
  assert.equal(readiness(s).positions, 'SETTLED')
  s.working({})
})

told('the same statement again is refused and changes nothing', (s) => {
  state(s, [['ACME', 7]])
  adopt(s, [['ACME', 7]])
  s.fill(s.working({}), 10)
  const before = s.standing()
  step(s, 0, [['ACME', 7]])
  assert.equal(s.refusal, 'STATEMENT_REPEATED')
  assert.equal(s.standing(), before)
})

/** Each: what is said after a statement of one row was opened by ALICE, and why it is refused. */
const REFUSED: readonly (readonly [title: string, say: (s: Scenario) => void, reason: string])[] = [
  ['closed without its row', (s) => step(s, 1, [['ACME', 7]]), 'STATEMENT_MISMATCH'],
  [
    'closed with another hash',
    (s) => {
      row(s, ['ACME', 7])
      step(s, 1, [['ACME', 8]])
    },
    'STATEMENT_MISMATCH',
  ],
  [
    'closed with another row than it was opened for',
    (s) => {
      row(s, ['ACME', 8])
      step(s, 1, [['ACME', 7]])
    },
    'STATEMENT_MISMATCH',
  ],
  [
    'given a row too many',
    (s) => {
      row(s, ['ACME', 7])
      row(s, ['ACME', 7])
    },
    'STATEMENT_MISMATCH',
  ],
  ['given a row by another', (s) => row(s, ['ACME', 7], { principal: 'BOB' }), 'STATEMENT_NOT_OPEN'],
  ['closed by another', (s) => step(s, 1, [['ACME', 7]], { principal: 'BOB' }), 'STATEMENT_NOT_OPEN'],
  ['given a row of another account', (s) => row(s, ['ACME', 7], { account: 'A2' }), 'STATEMENT_NOT_OPEN'],
  ['given a row with a number that is none', (s) => row(s, ['ACME', Number.NaN]), 'INVALID_VALUE'],
  ['closed on another date', (s) => step(s, 1, [['ACME', 7]], { tradeDate: NEXT }), 'STATEMENT_OF_OTHER_DATE'],
  [
    'closed after the roll',
    (s) => {
      row(s, ['ACME', 7])
      s.roll(NEXT)
      step(s, 1, [['ACME', 7]], { tradeDate: NEXT })
    },
    'STATEMENT_MISMATCH',
  ],
  ['adopted while it is open', (s) => adopt(s, [['ACME', 7]]), 'NOTHING_TO_ADOPT'],
]
for (const [title, say, reason] of REFUSED) {
  told(`a statement that is ${title}: ${reason}`, (s) => {
    step(s, 0, [['ACME', 7]])
    const before = s.standing()
    say(s)
    assert.equal(s.refusal, reason)
    if (title !== 'closed after the roll') assert.equal(s.standing(), before)
    assert.equal(readiness(s).positions, 'OPEN')
  })
}

told('a statement is adopted by another person with the duty, and by what that person has seen', (s) => {
  state(s, [['ACME', 7]])
  adopt(s, [['ACME', 7]], 'ALICE')
  assert.equal(s.refusal, 'MAKER_IS_CHECKER')
  adopt(s, [['ACME', 8]])
  assert.equal(s.refusal, 'NOTHING_TO_ADOPT')
  s.applied('Binding', { kind: 6, a: s.id('BOB'), b: POSITIONS_WRITE, allow: 0 })
  adopt(s, [['ACME', 7]])
  assert.equal(s.refusal, 'DUTY_MISSING')
  assert.equal(s.order({}).reason, 'ACCOUNT_NOT_READY')
})

told('a machine adopts nothing, whatever its duties', (s) => {
  s.name('PRINCIPAL', 'ROBOT')
  s.applied('Binding', { kind: 6, a: s.id('ROBOT'), b: POSITIONS_WRITE, allow: 1 })
  state(s, [['ACME', 7]])
  adopt(s, [['ACME', 7]], 'ROBOT')
  assert.equal(s.refusal, 'DUTY_MISSING')
})

told('a statement of yesterday that differs still blocks, and can no longer be adopted', (s) => {
  state(s, [['ACME', 7]])
  s.roll(NEXT)
  adopt(s, [['ACME', 7]])
  assert.equal(s.refusal, 'STATEMENT_OF_OTHER_DATE')
  assert.equal(s.order({}).reason, 'ACCOUNT_NOT_READY')
  state(s, [], { tradeDate: NEXT })
  s.working({})
})

told('where statements are required an account trades only once they are settled', (s) => {
  s.parameter('statementsRequired', 1)
  assert.equal(s.order({}).reason, 'ACCOUNT_NOT_READY')
  assert.equal(s.order({ side: 'Sell' }).reason, 'ACCOUNT_NOT_READY')
  assert.deepEqual(
    readiness(s).venues.map(({ liveOrders }) => liveOrders),
    ['MISSING', 'MISSING'],
  )
  state(s, [])
  assert.equal(s.order({}).reason, 'ACCOUNT_NOT_READY', 'its live orders are not settled')
  s.parameter('statementsRequired', 0)
  s.working({})
})

told('a kill comes before it, and REDUCE_ONLY behind it', (s) => {
  state(s, [['ACME', 7]])
  s.kill('REDUCE_ONLY')
  assert.equal(s.order({}).reason, 'ACCOUNT_NOT_READY')
  s.kill('BLOCKED')
  assert.equal(s.order({}).reason, 'BLOCKED')
  s.kill('KILLED')
  assert.equal(s.order({}).reason, 'KILLED')
})
