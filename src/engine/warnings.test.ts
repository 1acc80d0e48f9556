/** Warnings: one for the highest level that an approve reaches, none again until the use has fallen well below it. */
import assert from 'node:assert/strict'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import type { ControlCode, LimitGiven } from '../simulator/scenario-given.ts'

/** One million in money: 100 shares. Levels at 50, 75 and 90 of them. */
const LEVELS = { warn: [5_000, 7_500, 9_000] } as const
const warned = (s: Scenario) =>
  s.saidOf('LimitWarned').map(({ level, rising, use }) => `${level} ${rising === 1 ? 'up' : 'down'} ${use}`)

scenario('a level is reached at equality, and not one unit before', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000, LEVELS)
  s.working({ orderQty: 49 })
  assert.deepEqual(warned(s), [])
  s.working({ orderQty: 1 })
  assert.deepEqual(warned(s), ['1 up 500000'])
})

scenario('of several levels at once the highest is told', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000, LEVELS)
  s.working({ orderQty: 95 })
  assert.deepEqual(warned(s), ['3 up 950000'])
})

scenario('a level that stands is not told again, a higher one is', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000, LEVELS)
  s.working({ orderQty: 50 })
  s.working({ orderQty: 10 })
  assert.deepEqual(warned(s), [])
  s.working({ orderQty: 15 })
  assert.deepEqual(warned(s), ['2 up 750000'])
})

scenario('hysteresis: within the margin below its level it stands and is not told again', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000, LEVELS)
  const id = s.working({ orderQty: 5 })
  s.working({ orderQty: 45 })
  s.report('Canceled', id)
  s.working({ orderQty: 5 })
  assert.deepEqual(warned(s), [], '450000 is the level less 5 % of the limit')
})

scenario('hysteresis: one share below the margin it falls', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000, LEVELS)
  const id = s.working({ orderQty: 6 })
  s.working({ orderQty: 44 })
  s.report('Canceled', id)
  s.working({ orderQty: 1 })
  assert.deepEqual(warned(s), ['0 down 440000'])
})

scenario('hysteresis: it is told that it fell, and then it may rise again', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000, LEVELS)
  const large = s.working({ orderQty: 60 })
  assert.deepEqual(warned(s), ['1 up 600000'])
  s.report('Canceled', large)
  s.working({ orderQty: 10 })
  assert.deepEqual(warned(s), ['0 down 0'], 'no level stands any more')
  s.working({ orderQty: 50 })
  assert.deepEqual(warned(s), ['1 up 600000'])
})

scenario('hysteresis: one order may tell that it fell and that it rose', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000, LEVELS)
  const large = s.working({ orderQty: 95 })
  s.report('Canceled', large)
  s.working({ orderQty: 80 })
  assert.deepEqual(warned(s), ['0 down 0', '2 up 800000'])
})

scenario('hysteresis: it falls to the highest level that the use still reaches within the margin', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000, LEVELS)
  s.working({ orderQty: 71 })
  const second = s.working({ orderQty: 20 })
  assert.deepEqual(warned(s), ['3 up 910000'])
  s.report('Canceled', second)
  s.working({ orderQty: 1 })
  assert.deepEqual(warned(s), ['2 down 710000'], 'level 2 stands down to 700000')
})

scenario('hysteresis: a new margin holds for what stands already', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000, LEVELS)
  const id = s.working({ orderQty: 1 })
  s.working({ orderQty: 49 })
  s.parameter('warnRearmBps', 0)
  s.report('Canceled', id)
  s.working({ orderQty: 1 })
  assert.deepEqual(warned(s), ['0 down 490000', '1 up 500000'])
})

scenario('new capital moves the levels of a share of it, and takes back no warning', (s) => {
  s.capital('FIRM', 10_000_000)
  s.limit('SECTOR_CONCENTRATION', 'FIRM', 1_000, { ...LEVELS, on: 'SECTOR:*' })
  s.working({ orderQty: 60 })
  assert.deepEqual(warned(s), ['1 up 600000'])
  s.capital('FIRM', 10_000_001)
  s.working({ orderQty: 1 })
  assert.deepEqual(warned(s), [])
  s.capital('FIRM', 8_000_000)
  s.working({ orderQty: 1 })
  assert.deepEqual(warned(s), ['2 up 620000'], 'three quarters of 800000')
})

scenario('what is refused, and a what-if, warn of nothing', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000, LEVELS)
  s.order({ orderQty: 101 })
  assert.deepEqual(warned(s), [])
  s.evaluate({ orderQty: 95 })
  assert.deepEqual(warned(s), [])
  s.working({ orderQty: 95 })
  assert.deepEqual(warned(s), ['3 up 950000'])
})

scenario('a level is rounded up: it is never told too early', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 999_999, { warn: [5_000] })
  s.working({ orderQty: 50 })
  assert.deepEqual(warned(s), ['1 up 500000'], 'half of 999999 is 499999.5')
  s.limit('PORTFOLIO_GROSS', 'A2', 1_000_001, { warn: [5_000] })
  s.working({ account: 'A2', orderQty: 50 })
  assert.deepEqual(warned(s), [], 'half of 1000001 is 500000.5')
})

scenario('a row that is set anew stands at no level', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000, LEVELS)
  s.working({ orderQty: 60 })
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000, LEVELS)
  s.working({ orderQty: 1 })
  assert.deepEqual(warned(s), ['1 up 610000'])
})

scenario('a replace warns too', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000, LEVELS)
  const id = s.working({ orderQty: 40 })
  s.replaced(id, { orderQty: 80 })
  assert.deepEqual(warned(s), ['2 up 800000'])
})

/** Controls whose use stands between orders: what 80 shares bring them to of a limit that 100 would fill. */
const STANDING: readonly (readonly [
  control: ControlCode,
  subject: string,
  hard: number,
  given: LimitGiven,
  said: readonly string[],
])[] = [
  ['MAX_OPEN_ORDERS', 'A1', 1, { warn: [10_000] }, ['1 up 1']],
  ['OPEN_ORDER_NOTIONAL', 'A1', 1_000_000, LEVELS, ['2 up 800000']],
  ['DAILY_GROSS', 'A1', 1_000_000, LEVELS, ['2 up 800000']],
  ['PORTFOLIO_GROSS', 'FIRM', 1_000_000, LEVELS, ['2 up 800000']],
  ['INTRADAY_NET', 'T1', 1_000_000, LEVELS, ['2 up 800000']],
  ['SECTOR_CONCENTRATION', 'FIRM', 1_000, { ...LEVELS, on: 'SECTOR:*' }, ['2 up 800000']],
  ['MAX_ORDER_QTY', 'A1', 100, LEVELS, []],
  ['MAX_ORDER_NOTIONAL', 'A1', 1_000_000, LEVELS, []],
  ['MESSAGE_RATE', 'X1', 1, { warn: [10_000] }, []],
  ['DUPLICATE_ORDER', 'A1', 1, { warn: [10_000] }, []],
]
for (const [control, subject, hard, given, said] of STANDING) {
  scenario(`${control} ${said.length > 0 ? 'warns' : 'judges single orders and warns of nothing'}`, (s) => {
    s.capital('FIRM', 10_000_000)
    s.limit(control, subject, hard, given)
    s.working({ orderQty: 80 })
    assert.deepEqual(warned(s), said)
  })
}

scenario('rows that only alert warn as well', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000, { ...LEVELS, action: 'ALERT' })
  s.working({ orderQty: 200 })
  assert.deepEqual(warned(s), ['3 up 2000000'])
})

scenario('a limit that is set below its use says so once, at equality not', (s) => {
  s.working({ orderQty: 60 })
  s.limit('PORTFOLIO_GROSS', 'A1', 600_000)
  assert.deepEqual(s.saidOf('LimitBreached'), [])
  s.limit('PORTFOLIO_GROSS', 'A1', 599_999)
  assert.deepEqual(
    s.saidOf('LimitBreached').map(({ use, reason }) => `${use} ${reason}`),
    ['600000 LIMIT_BELOW_USE'],
  )
  s.working({ side: 'Sell', price: 10_001, orderQty: 60 })
  assert.deepEqual(s.saidOf('LimitBreached'), [], 'orders say nothing of it')
})

scenario('a share of capital warns by the last capital told, and one of none at once', (s) => {
  const share = { on: 'SECTOR:*', action: 'ALERT', ...LEVELS } as const
  s.capital('FIRM', 10_000_000)
  s.limit('SECTOR_CONCENTRATION', 'FIRM', 1_000, share)
  s.limit('SECTOR_CONCENTRATION', 'A1', 1_000, share)
  s.wait(4 * 86_400_000_000 + 1)
  s.heartbeat()
  s.working({ orderQty: 49 })
  assert.deepEqual(warned(s), ['3 up 490000'], 'of the account, whose capital nobody told')
  s.working({ orderQty: 1 })
  assert.deepEqual(warned(s), ['1 up 500000'], 'of the firm, whose capital is too old')
})
