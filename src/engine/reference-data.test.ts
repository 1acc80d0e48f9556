/** Names, bindings, instruments, lists and parameters: what may be defined, and what a second definition changes. */
import assert from 'node:assert/strict'
import { BINDING_KINDS, DUTIES, NAME_KINDS } from '../model/vocabulary.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'

const kind = (name: (typeof NAME_KINDS)[number]) => NAME_KINDS.indexOf(name)
const bit = (duty: (typeof DUTIES)[number]) => 1 << DUTIES.indexOf(duty)
const nobody = { entity: -1, client: -1, desk: -1, trader: -1, owner: -1 }
const account = (s: Scenario) => ({ entity: s.id('E1'), client: s.id('C1'), desk: s.id('D1'), owner: s.id('O1') })
const share = (s: Scenario) => ({
  ...{ symbol: 'NEW', tick: 1, lot: 1, qtyMax: 100, multiplierN: 1, multiplierD: 1, priceUnitsPerCurrency: 1 },
  ...{ priceDecimals: 2, assetClass: s.id('EQUITY'), feed: s.id('FEED'), sector: -1, underlying: -1 },
})

const CASES: readonly (readonly [title: string, tell: (s: Scenario) => void, said: string])[] = [
  ['a second genesis', (s) => s.send('Genesis', { firm: 'F', baseCurrency: 'USD' }), 'GENESIS_REPEATED'],
  ['a confirmation of nobody', (s) => s.send('Confirm', {}), 'DUTY_MISSING'],
  ['a name without one', (s) => s.send('Hierarchy', { ...nobody, kind: kind('DESK') }), 'INVALID_VALUE'],
  ['a second firm', (s) => s.send('Hierarchy', { ...nobody, kind: kind('FIRM'), name: 'F' }), 'INVALID_VALUE'],
  [
    'an instrument by name alone',
    (s) => s.send('Hierarchy', { ...nobody, kind: kind('INSTRUMENT'), name: 'F' }),
    'INVALID_VALUE',
  ],
  ['a kind that is none', (s) => s.send('Hierarchy', { ...nobody, kind: 99, name: 'F' }), 'INVALID_VALUE'],
  ['a trader of no desk', (s) => s.send('Hierarchy', { ...nobody, kind: kind('TRADER'), name: 'F' }), 'UNKNOWN_NAME'],
  [
    'a trader of a desk that is an account',
    (s) => s.send('Hierarchy', { ...nobody, kind: kind('TRADER'), name: 'F', desk: s.id('A1') }),
    'UNKNOWN_NAME',
  ],
  [
    'an account without an owner',
    (s) => s.send('Hierarchy', { ...nobody, ...account(s), owner: -1, kind: kind('ACCOUNT'), name: 'F' }),
    'UNKNOWN_NAME',
  ],
  [
    'an account again',
    (s) => s.send('Hierarchy', { ...nobody, ...account(s), kind: kind('ACCOUNT'), name: 'A1' }),
    'APPLIED',
  ],
  [
    'an account of another owner',
    (s) => s.send('Hierarchy', { ...nobody, ...account(s), owner: s.id('O2'), kind: kind('ACCOUNT'), name: 'A1' }),
    'NAME_CONFLICT',
  ],
  [
    'an account of another desk',
    (s) => s.send('Hierarchy', { ...nobody, ...account(s), desk: s.id('D2'), kind: kind('ACCOUNT'), name: 'A1' }),
    'NAME_CONFLICT',
  ],
  [
    'a trader of another desk',
    (s) => s.send('Hierarchy', { ...nobody, desk: s.id('D2'), kind: kind('TRADER'), name: 'T1' }),
    'NAME_CONFLICT',
  ],
  [
    'the same name of two kinds',
    (s) => s.send('Hierarchy', { ...nobody, kind: kind('CLIENT'), name: 'E1' }),
    'APPLIED',
  ],
  [
    'a binding of no kind',
    (s) => s.send('Binding', { kind: BINDING_KINDS.length, a: s.id('T1'), b: s.id('A1') }),
    'INVALID_VALUE',
  ],
  ['a binding of the wrong kinds', (s) => s.send('Binding', { kind: 0, a: s.id('A1'), b: s.id('T1') }), 'UNKNOWN_NAME'],
  [
    'duties that are none',
    (s) => s.send('Binding', { kind: 6, a: s.id('ALICE'), b: 1 << DUTIES.length, allow: 1 }),
    'INVALID_VALUE',
  ],
  [
    'a machine that sends orders and quotes',
    (s) => duties(s, bit('orders:write') | bit('quotes:write')),
    'INVALID_VALUE',
  ],
  [
    'a machine that sends orders and positions',
    (s) => duties(s, bit('orders:write') | bit('positions:write')),
    'INVALID_VALUE',
  ],
  ['a machine that sends orders', (s) => duties(s, bit('orders:write')), 'APPLIED'],
  ['an instrument', (s) => s.send('Instrument', share(s)), 'APPLIED'],
  ['an instrument without a symbol', (s) => s.send('Instrument', { ...share(s), symbol: '' }), 'INVALID_VALUE'],
  ['a tick of zero', (s) => s.send('Instrument', { ...share(s), tick: 0 }), 'INVALID_VALUE'],
  ['a lot of zero', (s) => s.send('Instrument', { ...share(s), lot: 0 }), 'INVALID_VALUE'],
  ['a multiplier of zero', (s) => s.send('Instrument', { ...share(s), multiplierN: 0 }), 'INVALID_VALUE'],
  ['eleven decimals', (s) => s.send('Instrument', { ...share(s), priceDecimals: 11 }), 'INVALID_VALUE'],
  [
    'a ratio that cannot be held',
    (s) => s.send('Instrument', { ...share(s), multiplierN: 2 ** 52, multiplierD: 3 ** 33, qtyDecimals: 10 }),
    'INVALID_VALUE',
  ],
  ['a prior close of zero', (s) => s.send('Instrument', { ...share(s), flags: 8 }), 'INVALID_VALUE'],
  ['inverse with negative prices', (s) => s.send('Instrument', { ...share(s), flags: 3 }), 'INVALID_VALUE'],
  ['an unknown sector', (s) => s.send('Instrument', { ...share(s), sector: 9 }), 'UNKNOWN_NAME'],
  ['an unknown feed', (s) => s.send('Instrument', { ...share(s), feed: 9 }), 'UNKNOWN_NAME'],
  ['an unknown underlying', (s) => s.send('Instrument', { ...share(s), underlying: 9 }), 'UNKNOWN_NAME'],
  ['a list that is none', (s) => s.send('List', { list: 2, subject: -1 }), 'INVALID_VALUE'],
  ['a restriction that is only on', (s) => s.send('List', { list: 0, mode: 5, subject: -1 }), 'INVALID_VALUE'],
  ['easy to borrow, and no trade', (s) => s.send('List', { list: 1, mode: 1, subject: -1 }), 'INVALID_VALUE'],
  ['a list for an unknown subject', (s) => s.send('List', { list: 0, mode: 1, subject: 63 }), 'UNKNOWN_NAME'],
  ['a locate without an id', (s) => s.send('Locate', { account: s.id('A1'), qty: 1 }), 'INVALID_VALUE'],
  ['a locate of no account', (s) => s.send('Locate', { locateID: 'L', account: s.id('T1'), qty: 1 }), 'UNKNOWN_NAME'],
  ['a parameter that is none', (s) => s.send('Parameter', { parameter: 99 }), 'INVALID_VALUE'],
  ['a parameter below its range', (s) => s.send('Parameter', { parameter: 2, value: 0 }), 'INVALID_VALUE'],
  ['capital of the future', (s) => s.send('Capital', { amount: 1, asOfUs: s.timeUs + 1 }), 'INVALID_VALUE'],
  ['capital below zero', (s) => s.send('Capital', { amount: -1, asOfUs: s.timeUs }), 'INVALID_VALUE'],
  [
    'a position of an unknown account',
    (s) => s.send('Position', { account: 60, trader: -1, strategy: -1, qty: 1 }),
    'UNKNOWN_NAME',
  ],
  [
    'a position that cannot be held',
    (s) => s.send('Position', { account: s.id('A1'), trader: -1, strategy: -1, qty: 2 ** 53 }),
    'INVALID_VALUE',
  ],
]

function duties(s: Scenario, bits: number): void {
  s.name('PRINCIPAL', 'BOT')
  s.send('Binding', { kind: BINDING_KINDS.indexOf('PRINCIPAL_DUTY'), a: s.id('BOT'), b: bits, allow: 1 })
}

for (const [title, tell, said] of CASES) {
  scenario(`${title}: ${said}`, (s) => {
    tell(s)
    assert.equal(s.refusal ?? 'APPLIED', said)
  })
}

scenario('a name that is defined again keeps its id and takes the new flags', (s) => {
  const id = s.id('V1')
  assert.equal(s.name('VENUE', 'V1', {}, 1), id)
  const first = s.working({ venue: 'V1', orderQty: 100 })
  s.replaced(first, { orderQty: 50 })
  assert.equal(s.cell('A1').buyLeaves, 150, 'its replaces are not atomic now')
})

scenario('a locate that is given again takes the new quantity; for another account it is another', (s) => {
  const locate = { locateID: 'L', account: s.id('A1'), instrument: s.id('ACME'), qty: 5, untilUs: s.timeUs + 1 }
  const id = s.applied('Locate', locate)
  assert.equal(s.applied('Locate', { ...locate, qty: 9 }), id)
  s.send('Locate', { ...locate, account: s.id('A2') })
  assert.equal(s.refusal, 'NAME_CONFLICT')
})

scenario('ids count up in the order of definition, per id space', (s) => {
  assert.deepEqual([s.id('FIRM'), s.id('UNCLASSIFIED'), s.id('USD'), s.id('ACME')], [0, 0, 0, 0])
  const next = s.name('DESK', 'D3')
  assert.equal(s.name('STRATEGY', 'S3', { trader: 'T1' }), next + 1, 'subjects share one')
  assert.equal(s.name('VENUE', 'V3'), s.id('V2') + 1)
})
