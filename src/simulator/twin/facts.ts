/**
 * The facts of an order that the regulatory rules are given.
 */
import { FACTS, type Fact } from '../../model/rules.ts'
import { LIST_KINDS, LIST_MODES, SIDES } from '../../model/vocabulary.ts'
import { type Candidate, leavesOfCandidate } from './candidate.ts'
import { larger, sum } from './exact.ts'
import { cellOf, type Snapshot } from './exposure.ts'
import { isHeard } from './reference.ts'
import { subjectsOf } from './rows.ts'
import { instrumentAt, isLive, marketAt, type Name, type Order, type State } from './state.ts'
import { leavesOfOrder, MARKET } from './value.ts'

const SELL_LONG = SIDES.indexOf('Sell')

export function factsOf(
  state: State,
  snap: Snapshot,
  candidate: Candidate,
  goingPx: bigint | null,
  q: bigint,
): Float64Array {
  const { keys, side, ordType, order, now } = candidate
  const instrument = instrumentAt(state, keys.instrument)
  const market = marketAt(state, keys.instrument)
  const account = cellOf(snap, 'ACCOUNT', keys)
  const own = order === null ? 0n : leavesOfOrder(state, order)
  const isHere = isHeard(state, market, now)
  const facts: Record<Fact, number | bigint | boolean | null> = {
    nowUs: now,
    isBuy: SIDES[side] === 'Buy',
    isSellLong: SIDES[side] === 'Sell',
    isShort: SIDES[side] === 'SellShort',
    isShortExempt: SIDES[side] === 'SellShortExempt',
    isMarket: ordType === MARKET,
    price: goingPx,
    quantity: leavesOfCandidate(candidate, q),
    bid: isHere ? market.bid : null,
    ask: isHere ? market.ask : null,
    halted: market.halted,
    rule201: market.rule201,
    regSho: instrument.regSho,
    ownerPosition: ownerPosition(state, snap, candidate),
    ownerLongSellLeaves: ownerLongSellLeaves(snap, candidate),
    accountPosition: account.position,
    accountBuyLeaves: account.buys - (side === 0 ? own : 0n),
    accountSellLeaves: account.sells - (side === 0 ? 0n : own),
    locateAvailable: locateAvailable(state, candidate),
    easyToBorrow: isListed(state, candidate, 'EASY_TO_BORROW', 'ON'),
    restrictedNoTrade: isListed(state, candidate, 'RESTRICTED', 'NO_TRADE'),
    restrictedNoBuy: isListed(state, candidate, 'RESTRICTED', 'NO_BUY'),
    restrictedNoSell: isListed(state, candidate, 'RESTRICTED', 'NO_SELL'),
    restrictedCloseOnly: isListed(state, candidate, 'RESTRICTED', 'CLOSE_ONLY'),
  }
  return Float64Array.from(FACTS, (fact) => (facts[fact] === null ? Number.NaN : Number(facts[fact])))
}

function ownerPosition(state: State, snap: Snapshot, { owner, keys }: Candidate): bigint {
  const accounts = state.subjects.filter((name: Name) => name.kind === 'ACCOUNT' && name.owner === owner)
  return sum(accounts.map(({ id }) => cellOf(snap, 'ACCOUNT', { ...keys, account: id }).position))
}

function ownerLongSellLeaves(snap: Snapshot, candidate: Candidate): bigint {
  const others = snap.live.filter(
    ({ order }) =>
      order !== candidate.order &&
      order.owner === candidate.owner &&
      order.keys.instrument === candidate.keys.instrument &&
      order.side === SELL_LONG,
  )
  return sum(others.map(({ leaves }) => leaves))
}

/** What is left of the named locate: less what is open or executed under it, the candidate's own open part left out. */
function locateAvailable(state: State, candidate: Candidate): bigint {
  const locate = state.locates[candidate.locate]
  const { keys, now } = candidate
  if (locate === undefined || now >= locate.untilUs) return 0n
  if (locate.account !== keys.account || locate.instrument !== keys.instrument) return 0n
  const usedBy = (order: Order) =>
    order.cum + (isLive(order) && order !== candidate.order ? leavesOfOrder(state, order) : 0n)
  const used = sum([...state.orders.values()].filter((order) => order.locate === candidate.locate).map(usedBy))
  return larger(0n, locate.qty - used)
}

function isListed(
  state: State,
  { keys, now }: Candidate,
  list: (typeof LIST_KINDS)[number],
  mode: (typeof LIST_MODES)[number],
): boolean {
  const subjects = [-1, ...subjectsOf(state, keys).map(({ id }) => id)]
  return subjects.some((subject) => {
    const entry = state.lists.get(`${LIST_KINDS.indexOf(list)}:${keys.instrument}:${subject}`)
    if (entry === undefined || LIST_MODES[entry.mode] !== mode) return false
    return now >= entry.fromUs && (entry.untilUs === 0 || now < entry.untilUs)
  })
}
