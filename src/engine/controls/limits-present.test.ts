/** LIMITS_PRESENT: every mandatory limit, one by one, and which missing one is named. */
import assert from 'node:assert/strict'
import { MAX } from '../../model/numbers.ts'
import { scenario } from '../../simulator/scenario.ts'
import type { ControlCode, LimitGiven } from '../../simulator/scenario-given.ts'

type Missing = readonly [control: ControlCode, subject: string, on?: LimitGiven]

const EVERYWHERE = ['MAX_ORDER_QTY', 'MAX_ORDER_NOTIONAL', 'DAILY_GROSS', 'PORTFOLIO_GROSS', 'INTRADAY_NET'] as const
/** In the order in which a missing one is named: by control, within it by subject. */
const MANDATORY: readonly Missing[] = [
  ...EVERYWHERE.flatMap((control) => ['A1', 'T1', 'D1', 'FIRM'].map((subject) => [control, subject] as const)),
  ['SECTOR_CONCENTRATION', 'FIRM', { on: 'SECTOR:*' }],
  ['MESSAGE_RATE', 'X1'],
  ['MESSAGE_RATE', 'S1'],
  ['PRICE_COLLAR', 'FIRM', { on: 'ASSET_CLASS:*' }],
]

for (const [control, subject, on] of MANDATORY) {
  scenario(`LIMITS_PRESENT: ${control} of ${subject} is mandatory`, (s) => {
    s.unlimit(control, subject, on)
    const { reason, results, missing, qtyPassing } = s.order({ orderQty: 1 })
    assert.equal(`${reason} ${results.LIMITS_PRESENT}`, 'LIMIT_MISSING FAIL')
    assert.equal(`${missing}, ${qtyPassing}`, `${control} ${subject}, 0`)
    s.limit(control, subject, control === 'PRICE_COLLAR' ? 5_000 : MAX, on)
    const present = s.order({ orderQty: 1 })
    assert.equal(`${present.reason} ${present.results.LIMITS_PRESENT} ${present.missing}`, 'NONE PASS ')
  })
}

scenario('LIMITS_PRESENT: of several the first is named, by control and within it by subject', (s) => {
  const all = [...MANDATORY]
  for (const [control, subject, on] of all) s.unlimit(control, subject, on)
  for (const [control, subject, on] of all) {
    assert.equal(s.order({ orderQty: 1 }).missing, `${control} ${subject}`)
    s.limit(control, subject, control === 'PRICE_COLLAR' ? 5_000 : MAX, on)
  }
  s.working({ orderQty: 1 })
})

scenario('LIMITS_PRESENT: no other limit is mandatory', (s) => {
  for (const subject of ['E1', 'C1', 'S1']) {
    for (const control of EVERYWHERE) {
      s.limit(control, subject, MAX)
      s.unlimit(control, subject)
    }
  }
  s.working({})
})

scenario('LIMITS_PRESENT: a limit on an object does not stand in for the one without', (s) => {
  for (const on of ['INSTRUMENT:ACME', 'INSTRUMENT:*', 'SECTOR:*']) s.limit('MAX_ORDER_QTY', 'A1', MAX, { on })
  s.unlimit('MAX_ORDER_QTY', 'A1')
  assert.equal(s.order({ orderQty: 1 }).missing, 'MAX_ORDER_QTY A1')
})

scenario('LIMITS_PRESENT: an alert, or a row in shadow, is a row', (s) => {
  s.limit('MAX_ORDER_QTY', 'A1', 1, { action: 'ALERT' })
  s.limit('DAILY_GROSS', 'A1', 1, { mode: 'SHADOW' })
  s.working({})
})

scenario('LIMITS_PRESENT: zero is a limit, not a missing one', (s) => {
  s.limit('MAX_ORDER_QTY', 'A1', 0)
  assert.equal(s.order({}).reason, 'MAX_ORDER_QTY')
})

scenario('LIMITS_PRESENT: a new account, trader or desk can do nothing until it has its limits', (s) => {
  s.name('ACCOUNT', 'A9', { entity: 'E1', client: 'C1', desk: 'D1', owner: 'O1' })
  s.bind('TRADER_ACCOUNT', 'T1', 'A9')
  s.bind('STRATEGY_ACCOUNT', 'S1', 'A9')
  s.bind('SESSION_ACCOUNT', 'X1', 'A9')
  s.bind('ACCOUNT_ASSET_CLASS', 'A9', 'EQUITY')
  for (const control of EVERYWHERE) {
    assert.equal(s.order({ account: 'A9' }).missing, `${control} A9`)
    s.limit(control, 'A9', MAX)
  }
  s.working({ account: 'A9' })
})

scenario('LIMITS_PRESENT: a replace needs them too', (s) => {
  const id = s.working({})
  s.unlimit('DAILY_GROSS', 'T1')
  const { reason, missing } = s.replace(id, { orderQty: 50 })
  assert.equal(`${reason}, ${missing}`, 'LIMIT_MISSING, DAILY_GROSS T1')
})
