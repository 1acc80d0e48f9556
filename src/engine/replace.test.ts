/** Replaces: what pending versions reserve, settled in whatever order, and which replaces are refused before judgement. */
import assert from 'node:assert/strict'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'

const leaves = (s: Scenario) => s.cell('A1').buyLeaves
const open = (s: Scenario) => s.exposure('A1').open

scenario('on an atomic venue the larger version is reserved', (s) => {
  const id = s.working({ orderQty: 100, venue: 'V1' })
  s.replaced(id, { clOrdID: 'r1', orderQty: 60 })
  assert.equal(leaves(s), 100, 'the replace may fail')
  s.replaced('r1', { clOrdID: 'r2', orderQty: 150 })
  assert.equal(leaves(s), 150, 'the replace may succeed')
  assert.equal(s.exposure('A1').openOrders, 1)
})

scenario('on a venue whose replaces are not atomic both are reserved', (s) => {
  const id = s.working({ orderQty: 100, venue: 'V2' })
  s.replaced(id, { clOrdID: 'r1', orderQty: 60 })
  assert.equal(leaves(s), 160, 'old and new may rest together')
  assert.equal(open(s), 1_600_000)
  s.fill('r1', 30)
  assert.equal(leaves(s), 70 + 30)
  s.report('Replaced', 'r1')
  assert.deepEqual([leaves(s), open(s)], [30, 300_000])
})

scenario('leaves and value are the largest of their own: they may be of different versions', (s) => {
  const id = s.working({ orderQty: 100, price: 10_000 })
  s.replaced(id, { clOrdID: 'r1', orderQty: 110, price: 9_000 })
  assert.deepEqual([leaves(s), open(s)], [110, 1_000_000])
  s.report('Replaced', 'r1')
  assert.deepEqual([leaves(s), open(s)], [110, 990_000])
})

scenario('a replace that lowers frees nothing before the market has accepted it', (s) => {
  const id = s.working({ orderQty: 100 })
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000)
  s.replaced(id, { clOrdID: 'r1', orderQty: 10 })
  assert.equal(s.order({ orderQty: 1 }).reason, 'PORTFOLIO_GROSS')
  s.report('Replaced', 'r1')
  s.working({ orderQty: 90 })
})

/** What the pending versions of one order come to, worked out by hand: total quantities by id, the accepted one first. */
class Versions {
  accepted = 100
  readonly pending = new Map<string, number>()

  get all(): readonly number[] {
    return [this.accepted, ...this.pending.values()]
  }

  /** False where the market may not say this: the version is not pending. */
  settle(id: string, isAccepted: boolean): boolean {
    const qty = this.pending.get(id)
    if (qty === undefined) return false
    if (isAccepted) {
      this.accepted = qty
      for (const older of [...this.pending.keys()]) {
        if (older === id) break
        this.pending.delete(older)
      }
    }
    this.pending.delete(id)
    return true
  }
}

const CHAIN = [
  ['r1', 150],
  ['r2', 80],
  ['r3', 120],
] as const
const ORDERS_OF_THREE = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const

for (const venue of ['V1', 'V2'] as const) {
  for (const order of ORDERS_OF_THREE) {
    const said = order.map((place) => CHAIN[place][0]).join(', ')
    scenario(`a chain of three replaces at ${venue}, settled ${said}, each accepted or rejected`, (s) => {
      const start = s.standing()
      for (let outcome = 0; outcome < 8; outcome++) {
        const ids = CHAIN.map(([id]) => `${id}-${outcome}`)
        const versions = new Versions()
        let newest = s.working({ orderQty: 100, venue })
        CHAIN.forEach(([, orderQty], at) => {
          newest = s.replaced(newest, { clOrdID: ids[at] ?? '', orderQty })
          versions.pending.set(newest, orderQty)
        })
        for (const place of order) {
          const id = ids[place] ?? ''
          const isAccepted = ((outcome >> place) & 1) === 1
          s.report(isAccepted ? 'Replaced' : 'ReplaceRejected', id)
          assert.equal(s.refusal, versions.settle(id, isAccepted) ? undefined : 'ORDER_UNKNOWN_STATE')
          const wanted = venue === 'V1' ? Math.max(...versions.all) : versions.all.reduce((sum, qty) => sum + qty)
          assert.deepEqual([leaves(s), open(s)], [wanted, wanted * 10_000], `${id} ${isAccepted}, outcome ${outcome}`)
        }
        assert.equal(leaves(s), versions.accepted)
        s.report('Canceled', ids[0] ?? '')
        assert.equal(s.standing(), start, 'and all of it is given back')
      }
    })
  }
}

scenario('a fill counts against every version', (s) => {
  const id = s.working({ orderQty: 100 })
  s.replaced(id, { clOrdID: 'r1', orderQty: 150 })
  s.replaced('r1', { clOrdID: 'r2', orderQty: 70 })
  s.fill(id, 60)
  assert.deepEqual(s.cell('A1'), { position: 60, buyLeaves: 90, sellLeaves: 0 })
  s.report('ReplaceRejected', 'r1')
  assert.equal(leaves(s), 40)
  s.report('Replaced', 'r2')
  assert.equal(leaves(s), 10)
  assert.equal(s.live('r2')?.orderQty, 70)
})

scenario('accepted at no more than was executed: the order is filled', (s) => {
  const id = s.working({ orderQty: 100 })
  s.replaced(id, { clOrdID: 'r1', orderQty: 50 })
  s.fill(id, 60)
  assert.equal(leaves(s), 40)
  s.report('Replaced', 'r1')
  assert.equal(s.live('r1'), undefined)
  assert.deepEqual(s.cell('A1'), { position: 60, buyLeaves: 0, sellLeaves: 0 })
})

scenario('rejected when the old version is executed: the order is filled', (s) => {
  const id = s.working({ orderQty: 50 })
  s.replaced(id, { clOrdID: 'r1', orderQty: 100 })
  s.fill(id, 50)
  assert.equal(leaves(s), 50, 'the larger version may still be accepted')
  s.report('ReplaceRejected', 'r1')
  assert.equal(s.live(id), undefined)
  assert.equal(s.exposure('A1').openOrders, 0)
})

scenario('a version that was never sent is dropped, and the order with it where it is executed', (s) => {
  const first = s.working({ orderQty: 100 })
  s.replaced(first, { clOrdID: 'r1', orderQty: 150 })
  assert.equal(s.notSent('r1')[0]?.event, 'OrderMoved')
  assert.equal(leaves(s), 100)
  s.replaced(first, { clOrdID: 'r2', orderQty: 150 })
  s.fill(first, 100)
  s.notSent('r2')
  assert.equal(s.live(first), undefined)
})

scenario('a replace that a limit refuses leaves the old version working', (s) => {
  s.limit('MAX_ORDER_QTY', 'A1', 100)
  const id = s.working({ orderQty: 100 })
  assert.equal(s.replace(id, { orderQty: 101 }).reason, 'MAX_ORDER_QTY')
  assert.deepEqual([s.live(id)?.orderQty, s.live(id)?.pendingReplaces, leaves(s)], [100, 0, 100])
  s.replaced(id, { orderQty: 90 })
})

scenario('a replace reserves only what it is more than the order', (s) => {
  s.limit('INTRADAY_NET', 'A1', 1_500_000)
  const id = s.working({ orderQty: 100 })
  s.working({ orderQty: 40 })
  const refused = s.replace(id, { orderQty: 111 })
  assert.equal(`${refused.reason} ${refused.qtyPassing}`, 'INTRADAY_NET 110')
  const row = refused.rows.find(({ control, subject }) => control === 'INTRADAY_NET' && subject === 'A1')
  assert.equal(`${row?.before} ${row?.after}`, '1400000 1510000')
})

scenario('a replace on a venue that is not atomic is judged with both versions', (s) => {
  s.limit('INTRADAY_NET', 'A1', 1_500_000)
  const id = s.working({ orderQty: 100, venue: 'V2' })
  const refused = s.replace(id, { orderQty: 51 })
  assert.equal(`${refused.reason} ${refused.qtyPassing}`, 'INTRADAY_NET 50')
  s.replaced(id, { orderQty: 50 })
  assert.equal(leaves(s), 150)
})

/** What a replace names, and why it is refused before anything is judged. */
const REFUSED: readonly (readonly [title: string, given: (s: Scenario) => string, reason: string])[] = [
  ['no order', () => 'nobody', 'UNKNOWN_ORDER'],
  ['an order that was refused', refusedOrder, 'UNKNOWN_ORDER'],
  ['an order that was filled', (s) => ended(s, (id) => s.fill(id, 100)), 'ORDER_TERMINAL'],
  ['an order that was canceled', (s) => ended(s, (id) => s.report('Canceled', id)), 'ORDER_TERMINAL'],
  ['an order that was never sent', (s) => ended(s, (id) => s.notSent(id)), 'ORDER_TERMINAL'],
  ['the version before the newest', (s) => ended(s, (id) => s.replaced(id, { orderQty: 90 })), 'REPLACE_STALE'],
  ['a version that was accepted over', (s) => ended(s, (id) => accepted(s, id)), 'REPLACE_STALE'],
  ['a version that was rejected', rejectedVersion, 'REPLACE_STALE'],
  ['an order whose cancel is on the way', (s) => ended(s, (id) => s.cancel(id)), 'ORDER_UNKNOWN_STATE'],
]

function ended(s: Scenario, end: (id: string) => unknown): string {
  const id = s.working({ orderQty: 100 })
  end(id)
  return id
}

function accepted(s: Scenario, id: string): void {
  s.replaced(id, { clOrdID: 'r1', orderQty: 90 })
  s.report('Replaced', 'r1')
}

function refusedOrder(s: Scenario): string {
  assert.equal(s.order({ clOrdID: 'refused', orderQty: 0 }).outcome, 'REJECT')
  return 'refused'
}

function rejectedVersion(s: Scenario): string {
  s.replaced(s.working({ orderQty: 100 }), { clOrdID: 'r1', orderQty: 90 })
  s.report('ReplaceRejected', 'r1')
  return 'r1'
}

for (const [title, given, reason] of REFUSED) {
  scenario(`a replace of ${title}: ${reason}, and its id is used up`, (s) => {
    const orig = given(s)
    const { outcome, reason: said, results, rows, qtyPassing } = s.replace(orig, { clOrdID: 'again', orderQty: 80 })
    assert.equal(`${outcome} ${said}`, `REJECT ${reason}`)
    assert.deepEqual([results, rows, qtyPassing], [{}, [], 0], 'no control was judged')
    assert.equal(s.replace(orig, { clOrdID: 'again', orderQty: 80 }).outcome, 'DUPLICATE')
    assert.equal(s.order({ clOrdID: 'again' }).reason, 'CLORDID_CONFLICT')
  })
}

scenario('a ninth unresolved replace: REPLACE_PENDING_MAX; one is settled and there is room', (s) => {
  let newest = s.working({ orderQty: 100 })
  for (let at = 1; at <= 8; at++) newest = s.replaced(newest, { clOrdID: `r${at}`, orderQty: 100 + at })
  assert.equal(s.replace(newest, { orderQty: 200 }).reason, 'REPLACE_PENDING_MAX')
  assert.equal(s.live('r1')?.pendingReplaces, 8)
  s.report('Replaced', 'r1')
  s.replaced(newest, { orderQty: 200 })
})

scenario('every id of the chain names the order: for a cancel, for a report, and in a read', (s) => {
  const first = s.working({ orderQty: 100 })
  s.replaced(first, { clOrdID: 'r1', orderQty: 110 })
  s.report('Replaced', 'r1')
  s.replaced('r1', { clOrdID: 'r2', orderQty: 120 })
  const slot = s.live(first)?.slot
  assert.deepEqual([s.live('r1')?.slot, s.live('r2')?.slot], [slot, slot])
  s.fill(first, 10)
  s.fill('r2', 10)
  assert.equal(s.live('r1')?.cumQty, 20)
  assert.equal(s.cancel(first)?.slot, slot)
  s.report('Canceled', 'r1')
  for (const id of [first, 'r1', 'r2']) assert.equal(s.cancel(id)?.reason, 'ORDER_TERMINAL', id)
})

scenario('an approved replace has a token of its own and keeps the order it is of', (s) => {
  const first = s.order({ clOrdID: 'o' })
  s.wait(500_000)
  const decision = s.replace('o', { orderQty: 90 })
  assert.equal(decision.orderSeq, first.orderSeq)
  assert.equal(decision.tokenExpiryUs, s.timeUs + 2_000_000)
  assert.equal(decision.openValue, 900_000)
})

scenario('a replace of a stop keeps its type: a stop price and no price', (s) => {
  const id = s.working({ ordType: 'Stop', stopPx: 11_000, orderQty: 100 })
  s.replaced(id, { clOrdID: 'r1', orderQty: 100, stopPx: 12_000, flags: 2 })
  assert.equal(open(s), 1_260_000)
  s.report('Replaced', 'r1')
  assert.equal(open(s), 1_260_000)
})

/** Use before and after of a replace, as its vector says. */
function useOf(s: Scenario, of: string, control: string, orderQty: number): string {
  const row = s.replace(of, { orderQty }).rows.find((one) => one.control === control && one.subject === 'A1')
  return `${row?.before} ${row?.after}`
}

scenario(
  'a replace is judged at what is reserved when it is pending: less frees nothing, not even in its own decision',
  (s) => {
    const id = s.working({ orderQty: 100, venue: 'V1' })
    assert.equal(useOf(s, id, 'PORTFOLIO_GROSS', 40), '1000000 1000000')
    assert.equal(useOf(s, s.working({ orderQty: 100, venue: 'V1' }), 'DAILY_GROSS', 40), '2000000 2000000')
  },
)

scenario('on a venue that is not atomic a replace is judged with the open value of both', (s) => {
  const id = s.working({ orderQty: 100, venue: 'V2' })
  assert.equal(useOf(s, id, 'DAILY_GROSS', 40), '1000000 1400000')
})

scenario('a replace to exactly what is executed: INVALID_QTY', (s) => {
  const id = s.working({ orderQty: 100 })
  s.fill(id, 40)
  assert.equal(s.replace(id, { orderQty: 40 }).reason, 'INVALID_QTY')
  s.replaced(id, { orderQty: 41 })
})

scenario('all is executed while a replace to less is on its way: the order lives until that is settled', (s) => {
  const id = s.working({ orderQty: 50 })
  s.replaced(id, { clOrdID: 'r1', orderQty: 20 })
  s.fill(id, 50)
  assert.equal(s.live(id)?.pendingReplaces, 1)
  assert.deepEqual(s.cell('A1'), { position: 50, buyLeaves: 0, sellLeaves: 0 })
  s.report('ReplaceRejected', 'r1')
  assert.equal(s.live(id), undefined)
})

scenario('an overfilled version reserves nothing, and nothing less: what the other one rests stays reserved', (s) => {
  const id = s.working({ orderQty: 10, venue: 'V2' })
  s.replaced(id, { clOrdID: 'r1', orderQty: 20 })
  s.fill(id, 15)
  assert.deepEqual([leaves(s), open(s)], [5, 50_000])
})
