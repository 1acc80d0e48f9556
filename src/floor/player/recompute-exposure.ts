/**
 * The firm's exposure from scratch, out of the whole list of facts: slow, in big integers, with nothing remembered
 * between two calls. Written from docs/reference/decision.md §1 and §3 and not from the engine, whose sums it checks.
 */
import type { ApprovedFact, Fact, PositionFact } from './facts.ts'

/** Money in ledger units. */
export interface Exposure {
  readonly gross: bigint
  readonly long: bigint
  readonly short: bigint
  readonly executed: bigint
  readonly open: bigint
  readonly openOrders: number
}

/** One instrument's mark and its n/d: ledger units per price unit and quantity unit. */
export interface Valuation {
  readonly markPx: number
  readonly n: bigint
  readonly d: bigint
}

/** Names above an account, and the session that sends the orders. */
export interface Parents {
  readonly firm: string
  readonly session: string
  readonly entityOf: (account: string) => string
  readonly clientOf: (account: string) => string
}

interface OpenOrder {
  readonly approved: ApprovedFact
  leaves: number
}

interface Cell {
  position: bigint
  buys: bigint
  sells: bigint
}

interface Flow {
  executed: bigint
  open: bigint
  openOrders: number
}

type Holder = Pick<PositionFact, 'account' | 'desk' | 'trader' | 'strategy'>

/** Returns the exposure of every subject that a fact names, by kind and name: `DESK:DESK-1`. */
export function recomputeExposure(
  facts: readonly Fact[],
  valuation: Valuation,
  parents: Parents,
): Map<string, Exposure> {
  const cells = new CellBook()
  const flows = new Map<string, Flow>()
  const orders = new Map<number, OpenOrder>()
  for (const fact of facts) {
    if (fact.kind === 'position') cells.move(fact, BigInt(fact.qty))
    else if (fact.kind === 'approved') orders.set(fact.orderNo, { approved: fact, leaves: fact.qty })
    else {
      const order = orders.get(fact.orderNo)
      if (order === undefined) throw new Error(`order ${fact.orderNo} was never approved`)
      if (fact.kind === 'ended') order.leaves = 0
      else {
        const { side, ownership } = order.approved
        order.leaves = Math.max(0, order.leaves - fact.qty)
        cells.move(ownership, BigInt(side === 'Buy' ? fact.qty : -fact.qty))
        const executed = worth(fact.px, fact.qty, valuation)
        for (const flow of flowsOf(flows, ownership, parents)) flow.executed += executed
      }
    }
  }
  for (const { approved, leaves } of orders.values()) {
    if (leaves === 0) continue
    cells.reserve(approved.ownership, approved.side, BigInt(leaves))
    const open = worth(approved.valuationPx, leaves, valuation)
    for (const flow of flowsOf(flows, approved.ownership, parents)) {
      flow.open += open
      flow.openOrders += 1
    }
  }
  return addUp(cells, flows, valuation, parents)
}

/** The four cells of a quantity: its account alone, and with desk, trader and strategy. */
class CellBook {
  readonly cells = new Map<string, Cell>()

  move(holder: Holder, qty: bigint): void {
    for (const cell of this.#of(holder)) cell.position += qty
  }

  reserve(holder: Holder, side: 'Buy' | 'Sell', leaves: bigint): void {
    for (const cell of this.#of(holder)) {
      if (side === 'Buy') cell.buys += leaves
      else cell.sells += leaves
    }
  }

  #of({ account, desk, trader, strategy }: Holder): Cell[] {
    const keys = [`ACCOUNT:${account}`, `DESK:${desk}`, `TRADER:${trader}`, `STRATEGY:${strategy}`]
    return keys.map((key) => {
      const cell = this.cells.get(`${key}|${account}`) ?? { position: 0n, buys: 0n, sells: 0n }
      this.cells.set(`${key}|${account}`, cell)
      return cell
    })
  }
}

function flowsOf(flows: Map<string, Flow>, holder: Holder, parents: Parents): Flow[] {
  const { account, desk, trader, strategy } = holder
  const own = [`DESK:${desk}`, `TRADER:${trader}`, `STRATEGY:${strategy}`, `SESSION:${parents.session}`]
  return [...accountSubjects(account, parents), ...own].map((key) => {
    const flow = flows.get(key) ?? { executed: 0n, open: 0n, openOrders: 0 }
    flows.set(key, flow)
    return flow
  })
}

/** The subjects that add up account cells. */
function accountSubjects(account: string, parents: Parents): string[] {
  const { firm, entityOf, clientOf } = parents
  return [`FIRM:${firm}`, `ENTITY:${entityOf(account)}`, `CLIENT:${clientOf(account)}`, `ACCOUNT:${account}`]
}

function addUp(book: CellBook, flows: ReadonlyMap<string, Flow>, valuation: Valuation, parents: Parents) {
  const sums = new Map<string, Exposure>()
  const add = (key: string, ends: { up: bigint; down: bigint }) => {
    const { gross, long, short } = sums.get(key) ?? nothing
    const larger = ends.up > -ends.down ? ends.up : -ends.down
    sums.set(key, { ...nothing, gross: gross + larger, long: long + ends.up, short: short + ends.down })
  }
  for (const [key, cell] of book.cells) {
    const [subject = '', account = ''] = key.split('|')
    const ends = endsOf(cell, valuation)
    const subjects = subject.startsWith('ACCOUNT:') ? accountSubjects(account, parents) : [subject]
    for (const each of subjects) add(each, ends)
  }
  for (const [key, flow] of flows) sums.set(key, { ...(sums.get(key) ?? nothing), ...flow })
  return sums
}

const nothing: Exposure = { gross: 0n, long: 0n, short: 0n, executed: 0n, open: 0n, openOrders: 0 }

/** Rounded away from zero on the side that adds exposure: the long end up, the short end down. */
function endsOf({ position, buys, sells }: Cell, { markPx, n, d }: Valuation): { up: bigint; down: bigint } {
  const price = BigInt(Math.abs(markPx))
  return { up: ceilDiv((position + buys) * price * n, d), down: -ceilDiv(-(position - sells) * price * n, d) }
}

function worth(px: number, qty: number, { n, d }: Valuation): bigint {
  return ceilDiv(BigInt(Math.abs(px)) * BigInt(qty) * n, d)
}

/** For d > 0. Division of big integers cuts off towards zero. */
function ceilDiv(n: bigint, d: bigint): bigint {
  return n > 0n ? (n + d - 1n) / d : n / d
}
