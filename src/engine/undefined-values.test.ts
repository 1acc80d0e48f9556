/**
 * Whatever a gateway lets through, the engine carries out nothing that no version defines: each flags field with a bit too
 * many, and each index of a closed set beyond it, is refused and changes nothing. The table is held to the layouts of all commands.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dutyBits } from '../auth/duties.ts'
import { controlBits, controlIndex } from '../model/controls.ts'
import { parameterIndex } from '../model/parameters.ts'
import { COMMANDS } from '../model/records/commands.ts'
import { BINDING_KINDS, EXEC_TYPES, LIST_MODES, NAME_KINDS, ORDER_STATES } from '../model/vocabulary.ts'
import { type CommandName, fieldsOf } from '../simulator/commands/command.ts'
import { openScenario } from '../simulator/scenario.ts'
import { newOrderOf } from '../simulator/scenario-commands.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { type Given, PX } from '../simulator/scenario-given.ts'

type Row = {
  [N in CommandName]: readonly [name: N, given: (s: Scenario) => Given<N>]
}[CommandName]

const DATE = 20270115
const DUTY_OF = { kind: BINDING_KINDS.indexOf('PRINCIPAL_DUTY') }
const NOBODY = { entity: -1, client: -1, desk: -1, trader: -1, owner: -1 }
const ANY = { ...NOBODY, account: -1, strategy: -1, sessionScope: -1, instrument: -1, underlying: -1 }
const order = (s: Scenario) => newOrderOf((name) => s.id(name), {}, `o${s.seq}`)
const report = (s: Scenario, execType: 'New' | 'Fill') => ({
  ...{ session: s.id('EX'), owner: s.id('X1'), clOrdID: s.working(), execType: EXEC_TYPES.indexOf(execType) },
  ...{ cumQty: -1, orderSlot: -1, venue: -1, account: -1, trader: -1, strategy: -1, instrument: -1, side: -1 },
})
const list = (s: Scenario, step: number) => ({
  ...{ session: s.id('EX'), step, account: s.id('A2'), venue: s.id('V1'), tradeDate: DATE, rows: 1 },
  ...{ asOfUs: s.timeUs, owner: s.id('X1'), trader: s.id('T1'), strategy: s.id('S1'), orderSlot: -1 },
})

/** Of each command with such a field one that is well formed, and takes effect. */
const ROWS: readonly Row[] = [
  ['NewOrder', order],
  ['Evaluate', (s) => ({ ...order(s), control: -1 })],
  [
    'ReplaceOrder',
    (s) => ({
      ...{ session: s.id('X1'), clOrdID: `r${s.seq}`, origClOrdID: s.working() },
      ...{ orderQty: 50, price: PX, flags: 1 },
    }),
  ],
  ['ExecutionReport', (s) => report(s, 'New')],
  [
    'Position',
    (s) => {
      const account = s.id('A1')
      s.applied('PositionStatement', { step: 0, account, tradeDate: DATE, rows: 9 })
      return { account, instrument: 0, trader: -1, strategy: -1, qty: 5, statement: 1 }
    },
  ],
  ['Quote', (s) => ({ instrument: 0, feed: s.id('FEED'), bidPx: PX - 1, askPx: PX + 1, flags: 3 })],
  ['InstrumentState', () => ({ instrument: 0, flags: 4, halted: 0, rule201: 0, active: 0 })],
  ['SessionPhase', (s) => ({ venue: s.id('V1'), phase: 0 })],
  ['MassCancel', (s) => ({ owner: s.id('X1'), orders: 2 })],
  ['SessionStatus', (s) => ({ session: -1, principal: -1, owner: s.id('X1'), status: 1, orders: 2 })],
  [
    'Instrument',
    (s) => ({
      ...{ symbol: 'NEW', tick: 1, lot: 1, qtyMax: 1e12, multiplierN: 1, multiplierD: 1, priceUnitsPerCurrency: 1 },
      ...{ priceDecimals: 2, qtyDecimals: 0, currency: 0, sector: s.id('TECH'), assetClass: s.id('EQUITY') },
      ...{ underlying: -1, feed: s.id('FEED'), flags: 4 },
    }),
  ],
  ['Hierarchy', () => ({ ...NOBODY, kind: NAME_KINDS.indexOf('VENUE'), name: 'V9', flags: 1 })],
  ['Hierarchy', () => ({ ...NOBODY, kind: NAME_KINDS.indexOf('OWNER'), name: 'O9', flags: 3 })],
  ['Binding', (s) => ({ kind: BINDING_KINDS.indexOf('TRADER_ACCOUNT'), a: s.id('T1'), b: s.id('A1'), allow: 1 })],
  ['List', () => ({ list: 0, instrument: 0, subject: -1, mode: LIST_MODES.indexOf('NO_BUY') })],
  ['Parameter', () => ({ parameter: parameterIndex('tokenLifeUs'), value: 1_000_000 })],
  [
    'Limit',
    (s) => ({
      control: controlIndex('MAX_ORDER_QTY'),
      subject: s.id('A1'),
      objectKind: 0,
      object: -1,
      hard: 1e9,
      flags: 0,
    }),
  ],
  ['Kill', (s) => ({ ...ANY, assetClass: -1, sector: -1, venue: s.id('V2'), side: -1, state: 1 })],
  [
    'Override',
    (s) => {
      s.applied('Binding', { ...DUTY_OF, a: s.id('ALICE'), b: dutyBits(['override:request']), allow: 1 })
      s.limit('MAX_ORDER_QTY', 'A1', 500)
      assert.equal(s.order({ orderQty: 501 }).reason, 'MAX_ORDER_QTY')
      const [controls0, controls1] = controlBits([controlIndex('MAX_ORDER_QTY')])
      return { step: 0, principal: s.id('ALICE'), decisionSeq: s.seq, controls0, controls1, reason: 'why' }
    },
  ],
  ['KillSweep', (s) => ({ latch: s.kill('KILLED', { venue: 'V2' }), fromSlot: 0, limit: 0 })],
  [
    'Release',
    (s) => ({ latch: s.kill('BLOCKED', { venue: 'V2' }), state: 0, step: 0, principal: s.id('ALICE'), reason: 'why' }),
  ],
  [
    'OrderStatus',
    (s) => ({ ...report(s, 'New'), status: 0, instrument: -1, cumQty: 0 }) as unknown as Given<'OrderStatus'>,
  ],
  ['ResolveOrder', (s) => ({ ...unknown(s), state: ORDER_STATES.indexOf('CANCELED'), step: 0 })],
  ['PositionStatement', (s) => ({ step: 0, account: s.id('A1'), tradeDate: DATE, rows: 0 })],
  [
    'LiveOrderStatement',
    (s) => {
      s.applied('LiveOrderStatement', list(s, 0))
      return { ...list(s, 1), clOrdID: 'theirs', instrument: 0, ordType: 1, leavesQty: 5, price: PX, flags: 1 }
    },
  ],
  ['Calendar', () => ({ entity: -1, venue: -1, zone: 'UTC', weekend: 65, closeSeconds: -1 })],
  [
    'CalendarDay',
    (s) => {
      s.applied('Calendar', { entity: -1, venue: -1, zone: 'UTC', weekend: 65, closeSeconds: -1 })
      return { entity: -1, venue: -1, date: DATE, kind: 1, closeSeconds: -1 }
    },
  ],
  [
    'Parent',
    (s) => ({
      ...{ session: s.id('X1'), strategy: s.id('S1'), account: -1, instrument: 0, side: 0, orderQty: 5 },
      parentClOrdID: `p${s.seq}`,
    }),
  ],
  [
    'Algo',
    (s) => ({
      ...{ strategy: s.id('S1'), environment: 0, owner: s.id('ALICE'), approved: 1 },
      ...{ algoId: 'A', version: '1', parameterHash: 'ab' },
    }),
  ],
  ['Propose', (s) => ({ principal: s.id('ALICE'), key: `k${s.seq}`, title: 'a draft', flags: 1 })],
]
/** Refused by tests of its own: it is the first command or none. */
const LEFT_OUT: readonly CommandName[] = ['Genesis']

/** An order of which nobody knows what has become of it. */
function unknown(s: Scenario): Given<'ResolveOrder'> {
  const clOrdID = s.working()
  s.wait(3_000_001)
  s.tick()
  const standing = [...s.engine.view.orders()].find((one) => one.clOrdID === clOrdID)
  assert.ok(standing !== undefined)
  return { orderSeq: standing.orderSeq, orderSlot: standing.slot, principal: s.id('ALICE') }
}

const isClosed = ({ unit }: { readonly unit: string }) => unit === 'flags' || unit === 'code'

test('every command with flags or codes has its row', () => {
  const rows: ReadonlySet<string> = new Set([...ROWS.map(([name]) => name), ...LEFT_OUT])
  const unsupported: ReadonlySet<string> = new Set(['OrderTriggered'])
  for (const { name, fields } of COMMANDS) {
    if (fields.some(isClosed) && !unsupported.has(name)) assert.ok(rows.has(name), name)
  }
})

/** What takes effect, and what refuses. */
const isRefused = (s: Scenario): boolean => s.said.some(({ event }) => event === 'Refused')

function opened(): Scenario {
  const s = openScenario({ genesis: { officer1: 'OFFICER-A', officer2: 'OFFICER-B' } })
  const b = dutyBits(['limits:propose', 'release:request', 'release:approve'])
  s.applied('Binding', { kind: BINDING_KINDS.indexOf('PRINCIPAL_DUTY'), a: s.id('ALICE'), b, allow: 1 })
  return s
}

for (const [name, given] of ROWS) {
  const fields = fieldsOf(name).filter(isClosed)
  test(`${name}: nothing undefined in ${fields.map((field) => field.name).join(', ')} takes effect`, () => {
    const sound = opened()
    const decided = send(sound, name, given(sound))
    assert.equal(decided ?? isRefused(sound), false, 'it is well formed')
    sound.assertReplays()
    for (const field of fields) {
      const sent = given(opened()) as Readonly<Record<string, number>>
      const now = sent[field.name] ?? 0
      const undefinedValues =
        field.unit === 'flags' ? [64 | now, 128 | now, now | (1 << 30), now | -2_147_483_648] : [-2, 99, 1 << 30]
      for (const value of undefinedValues) {
        if (value === now) continue
        const s = opened()
        const values = { ...given(s), [field.name]: value } as never
        const before = s.standing()
        const refused = send(s, name, values) ?? isRefused(s)
        assert.equal(refused, true, `${field.name} ${value}`)
        assert.equal(s.standing(), before, `${field.name} ${value} changes nothing that stands`)
      }
    }
  })
}

/** Sends it; of an order true where it is refused. */
function send<N extends CommandName>(s: Scenario, name: N, given: Given<N>): boolean | undefined {
  if (name === 'NewOrder' || name === 'Evaluate' || name === 'ReplaceOrder') {
    return s.decide(name as 'NewOrder', given as Given<'NewOrder'>).outcome === 'REJECT'
  }
  s.send(name, given)
  return undefined
}

test('a fill with a side that is none is booked in the direction of its order, and its account and instrument are blocked', () => {
  for (const side of ['Buy', 'Sell'] as const) {
    for (const value of [-2, 4, 99]) {
      const s = opened()
      const clOrdID = s.working({ side })
      s.fill(clOrdID, 40, PX, { side: value })
      assert.equal(s.cell('A1').position, side === 'Buy' ? 40 : -40, `${side} ${value}`)
      assert.equal(s.order({ side }).reason, 'BLOCKED')
      s.assertReplays()
    }
  }
})
