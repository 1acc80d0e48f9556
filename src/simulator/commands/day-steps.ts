/**
 * Steps of the trade date's beginning: statements of positions, whole and broken, that agree and that differ.
 */

import { formatDecimal } from '../../model/numbers.ts'
import { hashWords, NO_ROWS_HASH, rowLine, withRow } from '../../model/statement-hash.ts'
import { TIMES_IN_FORCE } from '../../model/vocabulary.ts'
import { dateInForce } from '../twin/calendar-time.ts'
import { dateOf, instrumentAt, liveOrders, type Name, type Order } from '../twin/state.ts'
import { carriedPositions } from '../twin/statements.ts'
import { type Command, lineOf } from './command.ts'
import type { Dice } from './dice.ts'
import type { Step } from './order-steps.ts'
import type { Script } from './script.ts'
import type { World } from './small-world.ts'

interface Row {
  readonly instrument: number
  readonly qty: number
  readonly trader: number
  readonly strategy: number
}

/** Rows of what is carried, most times as it is, else moved, split or left out. */
function rowsOf(script: Script, world: World, dice: Dice, account: number): Row[] {
  const rows: Row[] = []
  const isAltered = dice.chance(45)
  for (const { instrument, qty } of carriedPositions(script.twin.state, account)) {
    if (isAltered && dice.chance(15)) continue
    const lot = world.instruments[instrument]?.lot ?? 1
    const stated = Number(qty) + (isAltered && dice.chance(40) ? dice.between(-5, 5) * lot : 0)
    const { trader, strategy } = dice.of(world.bound.filter((bound) => bound.account === account))
    const part = isAltered && dice.chance(40) ? dice.between(-3, 3) * lot : 0
    if (part !== 0) rows.push({ instrument, qty: part, trader, strategy: dice.of([strategy, -1]) })
    rows.push({ instrument, qty: stated - part, trader: -1, strategy: -1 })
  }
  return rows
}

function hashOf(script: Script, rows: readonly Row[]) {
  const { state } = script.twin
  const name = (id: number) => (id < 0 ? '' : (state.subjects[id] as Name).name)
  const lines = rows.map(({ instrument, qty, trader, strategy }) => {
    const { symbol, qd } = instrumentAt(state, instrument)
    return rowLine(symbol, formatDecimal(qty, qd), name(trader), name(strategy))
  })
  return hashWords(lines.reduce(withRow, NO_ROWS_HASH))
}

export const statement: Step = (script, world, dice) => {
  const { state } = script.twin
  const account = dice.of(world.accounts)
  const rows = rowsOf(script, world, dice, account)
  const tradeDate = dateOf(state, account) - (dice.chance(4) ? 1 : 0)
  const principal = dice.of(world.people)
  const told = { account, tradeDate, principal, rows: rows.length, ...hashOf(script, rows) }
  script.send('PositionStatement', { ...told, step: 0 })
  for (const row of rows) {
    if (dice.chance(1)) continue
    script.send('Position', { ...row, account, principal: dice.chance(99) ? principal : -1, statement: 1 })
  }
  if (dice.chance(95)) script.send('PositionStatement', { ...told, step: dice.chance(99) ? 1 : 2 })
  adoptWaiting(script, world, dice)
}

/** Most differing statements are adopted soon, or the account would never trade again. */
function adoptWaiting(script: Script, world: World, dice: Dice): void {
  for (const { account, tradeDate, hash } of [...script.twin.state.differing.values()]) {
    if (dice.chance(25)) continue
    const word = (shift: bigint) => Number(BigInt.asIntN(32, BigInt(hash) >> shift))
    const seen = { account, tradeDate, hash0: word(0n), hash1: word(32n) + (dice.chance(3) ? 1 : 0) }
    for (const principal of world.people) script.send('AdoptStatement', { ...seen, principal })
  }
}

const SECOND = 1_000_000
const GTD = TIMES_IN_FORCE.indexOf('GTD')
const DAY_SECONDS = 86_400
const ZONES = ['Made/Up', 'Made/Down'] as const

/** A zone whose offset may change about now, and is known for a while, or not long. */
export const zone: Step = (script, _, dice) => {
  const offset = () => dice.between(-40, 40) * 900
  const wholeSecond = Math.floor(script.timeUs / SECOND) * SECOND
  const day = DAY_SECONDS * SECOND
  const changes = wholeSecond + dice.between(-2, 30) * SECOND
  const name = dice.of(ZONES)
  script.send('ZoneTransitions', {
    zone: name,
    fromUs: changes - dice.of([40, 40, 2]) * day,
    untilUs: changes,
    offsetSeconds: offset(),
  })
  const more = dice.of([400, 400, 1]) * day
  script.send('ZoneTransitions', { zone: name, fromUs: changes, untilUs: changes + more, offsetSeconds: offset() })
  if (dice.chance(5)) script.send('ZoneTransitions', { zone: name, fromUs: changes, untilUs: changes })
  if (dice.chance(5)) {
    const gone = changes + more + 1
    script.send('ZoneTransitions', { zone: name, fromUs: gone, untilUs: gone + day })
  }
}

/** A calendar that begins a day in some seconds, by the clock of its zone. */
export const calendar: Step = (script, world, dice) => {
  const { state } = script.twin
  if (state.zones.size < ZONES.length && dice.chance(90)) zone(script, world, dice)
  const name = dice.of(ZONES)
  const offset = state.zones.get(name)?.at(-1)?.seconds ?? 0
  const local = Math.floor(script.timeUs / SECOND) + offset
  const inForce = ((local % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS
  const entity = dice.of([-1, ...world.entities])
  script.send('Calendar', {
    entity: dice.chance(98) ? entity : 77,
    venue: dice.chance(95) ? -1 : 0,
    zone: name,
    rollSeconds: (inForce + dice.between(-2, 12) + DAY_SECONDS) % DAY_SECONDS,
    evening: dice.chance(85) ? 1 : 0,
    weekend: dice.of([0, 0, 65, 65, 96, 127]),
    closeSeconds: -1,
  })
  const { tradeDate } = state
  for (let left = dice.below(3); left > 0; left--) {
    const kind = dice.below(3)
    const date = tradeDate + dice.between(0, 3)
    script.send('CalendarDay', { entity, venue: -1, date, kind, closeSeconds: kind === 2 ? 3600 : -1 })
  }
}

/** What can change when a trade date begins, or begins one: as a person or a machine would send it, or propose it. */
export function dateLine(script: Script, world: World, dice: Dice): Command {
  const { state } = script.twin
  const entity = dice.of([-1, -1, ...world.entities])
  const name = dice.of(ZONES)
  const known = state.zones.get(name) ?? []
  const { fromUs, untilUs, seconds } = dice.of(
    known.length > 0 ? known : [{ fromUs: script.timeUs, untilUs: script.timeUs + SECOND, seconds: 0 }],
  )
  const year = 367 * DAY_SECONDS * SECOND
  switch (dice.below(6)) {
    case 0:
      return lineOf('DayRoll', { calendar: entity, tradeDate: dateInForce(state, entity) + dice.of([1, 1, 0]) })
    case 1: {
      const hours = { rollSeconds: dice.below(DAY_SECONDS), evening: dice.below(2), weekend: dice.of([0, 65]) }
      return lineOf('Calendar', { entity, venue: -1, zone: name, ...hours, closeSeconds: -1 })
    }
    case 2:
      return lineOf('CalendarDay', { entity, venue: -1, date: state.tradeDate + 2, kind: 1, closeSeconds: -1 })
    case 3:
      return lineOf('ZoneTransitions', {
        ...{ zone: name, fromUs, untilUs: untilUs + dice.of([0, 0, year, -SECOND]) },
        offsetSeconds: dice.chance(80) ? seconds : seconds + 1,
      })
    default: {
      const endUs = known.at(-1)?.untilUs ?? script.timeUs
      return lineOf('ZoneTransitions', { zone: name, fromUs: endUs, untilUs: endUs + year, offsetSeconds: seconds })
    }
  }
}

/** A roll of some calendar by a person: early, late, again, of none. */
export const rollByHand: Step = (script, world, dice) => {
  const { dates, tradeDate } = script.twin.state
  const whose = dice.of([...world.entities, ...world.accounts.slice(0, 1)])
  script.send('DayRoll', { calendar: whose, tradeDate: (dates.get(whose) ?? tradeDate) + dice.of([1, 1, 0]) })
}

/** Rows of the live orders at a venue: nearly all as they are, some otherwise, left out or twice. */
function liveRows(orders: readonly Order[], dice: Dice) {
  return orders
    .filter(() => dice.chance(92))
    .flatMap((order) => {
      const version = dice.of(order.versions)
      const leaves = version.orderQty - order.cum
      if (leaves <= 0n) return []
      const { price } = version
      // Some venues say what a stop was, some what it is.
      const stopPx = dice.chance(85) ? (version.waitedFor ?? version.stopPx) : null
      const row = {
        owner: order.keys.session,
        clOrdID: version.clOrdID,
        instrument: order.keys.instrument,
        side: dice.chance(98) ? order.side : 1 - Math.min(order.side, 1),
        ordType: (order.ordType & 1) | (stopPx === null ? 0 : 2),
        timeInForce: order.timeInForce,
        leavesQty: Number(leaves) + (dice.chance(6) ? dice.of([-1, 1]) : 0),
        cumQty: Number(order.cum),
        price: Number(price ?? 0n),
        stopPx: Number(stopPx ?? 0n),
        expireTimeUs: 0,
        flags: (price === null ? 0 : 1) | (stopPx === null ? 0 : 2) | (order.timeInForce === GTD ? 4 : 0),
      }
      return dice.chance(1) ? [row, row] : [row]
    })
}

/** A list of the live orders of an account at a venue, and the sweeps that compare it. */
export const liveOrderList: Step = (script, world, dice) => {
  const { state } = script.twin
  const account = dice.of(world.accounts)
  const venue = dice.of(world.venues)
  const bound = dice.of(world.bound.filter((one) => one.account === account))
  const isHere = ({ keys }: Order) =>
    keys.account === account && (keys.venue === venue || (keys.venue === -1 && dice.chance(20)))
  const rows = liveRows(liveOrders(state).filter(isHere), dice)
  const { trader, strategy } = bound
  const sender = { session: dice.of(world.sessions), account, venue, orderSlot: -1 }
  const told = { ...sender, tradeDate: dateOf(state, account), rows: rows.length }
  const asOfUs = script.timeUs - dice.of([0, 0, 50_000, -1])
  script.send('LiveOrderStatement', { ...told, step: 0, owner: sender.session, trader, strategy, asOfUs })
  for (const row of rows) {
    if (dice.chance(1)) continue
    script.send('LiveOrderStatement', { ...sender, step: 1, trader: -1, strategy: -1, ...row })
  }
  script.send('LiveOrderStatement', { ...told, step: 2, owner: -1, trader: -1, strategy: -1 })
  const key = `${account}:${venue}`
  for (let left = 40; left > 0; left--) {
    const from = script.twin.state.liveLists.get(key)?.next
    if (from === undefined || from === null) break
    script.send('StatementSweep', { account, venue, from: dice.chance(99) ? from : from + 1 })
  }
}
