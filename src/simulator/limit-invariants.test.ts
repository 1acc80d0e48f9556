/**
 * Limits and tiers over random orders and random fills: what was approved never exceeds a limit, in whatever order and
 * pieces it executes, and what a parent uses is what its children use. SEED plays others.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openScenario } from './scenario.ts'
import type { Scenario } from './scenario-engine.ts'
import { PX } from './scenario-given.ts'

const SEED = Number(process.env.SEED ?? 20261121)
const RUNS = 60
const ACCOUNTS = ['A1', 'A2', 'A3'] as const
const SUBJECTS = ['FIRM', 'D1', 'D2', 'T1', 'T2', 'S1', 'manual', ...ACCOUNTS] as const
const CONTROLS = ['DAILY_GROSS', 'PORTFOLIO_GROSS', 'INTRADAY_NET', 'OPEN_ORDER_NOTIONAL'] as const
const WAYS = [
  { trader: 'T1', strategy: 'S1', session: 'X1' },
  { trader: 'T2', strategy: 'manual', session: 'X2' },
] as const

const limits = fc.array(
  fc.record({
    control: fc.constantFrom(...CONTROLS),
    subject: fc.constantFrom(...SUBJECTS),
    shares: fc.integer({ min: 0, max: 300 }),
  }),
  { minLength: 1, maxLength: 6 },
)
const orders = fc.array(
  fc.record({
    account: fc.constantFrom(...ACCOUNTS),
    way: fc.constantFrom(...WAYS),
    side: fc.constantFrom('Buy' as const, 'Sell' as const),
    orderQty: fc.integer({ min: 1, max: 120 }),
    more: fc.integer({ min: -60, max: 60 }),
    isReplaced: fc.boolean(),
  }),
  { minLength: 1, maxLength: 16 },
)
const positions = fc.array(fc.tuple(fc.constantFrom(...ACCOUNTS), fc.integer({ min: -150, max: 150 })), {
  maxLength: 3,
})
/** What the market says of the approved orders: which, how much of it, or its end. */
const reports = fc.array(
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 120 }), fc.constantFrom('fill', 'fill', 'accept', 'refuse', 'end')),
  { maxLength: 40 },
)

test('invariant 1: whatever is approved, no limit is exceeded, in whatever order and pieces it executes', () => {
  let approved = 0
  let refused = 0
  const property = fc.property(positions, limits, orders, reports, (held, rows, sent, told) => {
    const s = openFirm(held, rows)
    const most = usesOf(s).map(({ use, hard }) => Math.max(use, hard))
    const holds = (after: string) => {
      for (const [at, { use, text }] of usesOf(s).entries()) {
        assert.ok(use <= (most[at] ?? 0), `${text} stands at ${use} over ${most[at]} after ${after}`)
      }
    }
    const chains = trade(s, sent, (outcome) => {
      if (outcome === 'APPROVE') approved++
      else refused++
      holds('an order')
    })
    for (const [which, qty, what] of told) {
      tell(s, chains, which, qty, what)
      holds(what)
    }
  })
  check(property)
  assert.ok(approved > 100 && refused > 100, `${approved} approved, ${refused} refused`)
})

/** Sums that are additive over each of these tiers: their children hold all of the firm's orders. */
const TIERS = [ACCOUNTS, ['E1'], ['C1'], ['D1', 'D2'], ['T1', 'T2'], ['S1', 'manual']] as const
test('invariant 6: flow and signed ends of a parent are the sums of its children, its gross is no more', () => {
  const property = fc.property(orders, reports, (sent, told) => {
    const s = openFirm([], [])
    const holds = () => {
      const firm = s.exposure('FIRM')
      for (const tier of TIERS) {
        const children = tier.map((subject) => s.exposure(subject))
        for (const field of ['executed', 'open', 'openOrders', 'long', 'short'] as const) {
          const sum = children.reduce((total, child) => total + child[field], 0)
          assert.equal(firm[field], sum, `${field} of ${tier}`)
        }
        const gross = children.reduce((total, child) => total + child.gross, 0)
        assert.ok(firm.gross <= gross, `gross of ${tier}`)
      }
    }
    const chains = trade(s, sent, holds)
    for (const [which, qty, what] of told) {
      tell(s, chains, which, qty, what)
      holds()
    }
  })
  check(property)
})

function check<T>(property: fc.IProperty<T>): void {
  const result = fc.check(property, { seed: SEED, numRuns: RUNS })
  assert.ok(!result.failed, `SEED=${SEED}: ${fc.defaultReportMessage(result)}`)
}

function openFirm(
  held: readonly (readonly [string, number])[],
  rows: readonly { readonly control: (typeof CONTROLS)[number]; readonly subject: string; readonly shares: number }[],
): Scenario {
  const s = openScenario()
  for (const [account, qty] of held) s.position(account, 'ACME', qty)
  for (const { control, subject, shares } of rows) s.limit(control, subject, shares * PX)
  return s
}

/** Every row with a use in money that stands, whatever the time. */
function usesOf(s: Scenario) {
  return [...s.engine.view.limits()]
    .filter(({ use, objectKind }) => !Number.isNaN(use) && objectKind === 0)
    .map(({ row, subject, use, hard }) => ({ use, hard, text: `row ${row} of subject ${subject}` }))
}

interface Chain {
  readonly session: string
  readonly price: number
  ids: string[]
}

/** Sends the orders, some of them replaced at once; buys below sells, so that none meets another of its owner. */
function trade(
  s: Scenario,
  sent: readonly (typeof orders extends fc.Arbitrary<readonly (infer T)[]> ? T : never)[],
  decided: (outcome: string) => void,
): Chain[] {
  const chains: Chain[] = []
  for (const [at, { account, way, side, orderQty, more, isReplaced }] of sent.entries()) {
    const price = side === 'Buy' ? PX : PX + 1
    const clOrdID = `o${at}`
    const { outcome } = s.order({ ...way, account, side, orderQty, price, clOrdID })
    decided(outcome)
    if (outcome !== 'APPROVE') continue
    const chain = { session: way.session, price, ids: [clOrdID] }
    chains.push(chain)
    if (!isReplaced) continue
    const to = { orderQty: Math.max(1, orderQty + more), price, session: way.session, clOrdID: `r${at}` }
    const replaced = s.replace(clOrdID, to)
    decided(replaced.outcome)
    if (replaced.outcome === 'APPROVE') chain.ids.push(`r${at}`)
  }
  return chains
}

/** The market reports of an order that lives, never more than what is reserved of it, at its own price. */
function tell(s: Scenario, chains: readonly Chain[], which: number, qty: number, what: string): void {
  const chain = chains[which % Math.max(1, chains.length)]
  const [first = '', replace = first] = chain?.ids ?? []
  const order = chain && s.live(first, chain.session)
  if (chain === undefined || order === undefined) return
  const of = { owner: s.id(chain.session) }
  if (what === 'end') s.report('Canceled', first, of)
  else if (what === 'fill') s.fill(first, Math.min(qty, order.leavesQty), chain.price, of)
  else if (order.pendingReplaces > 0) s.report(what === 'accept' ? 'Replaced' : 'ReplaceRejected', replace, of)
}
