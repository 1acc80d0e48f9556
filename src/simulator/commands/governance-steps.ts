/**
 * Steps of people and of the day: limits near their use, kills and releases, lists, locates, bindings, positions, rolls.
 */
import { CONTROLS } from '../../model/controls.ts'
import { BINDING_KINDS, LIST_KINDS, SESSION_PHASES, TRADING_STATES } from '../../model/vocabulary.ts'
import type { EvaluatedRow } from '../twin/events.ts'
import { MAX } from '../twin/exact.ts'
import { covers } from '../twin/latches.ts'
import * as rows from '../twin/rows.ts'
import { type Latch, type Limit, liveOrders } from '../twin/state.ts'
import type { Dice } from './dice.ts'
import { orderGiven, type Step } from './order-steps.ts'
import { reportOn } from './report-steps.ts'
import type { Script } from './script.ts'
import { limit as setLimit } from './small-limits.ts'
import { bind, type World } from './small-world.ts'

const SECOND = 1_000_000
const ENFORCES = 2
/** Of the last decisions, what share may be refused before limits are widened again. */
const REFUSED_PERCENT = 33
export const LOOKED_BACK = 30

/** Sets an existing row's hard level, the rest as it is but for a few throws of the dice. */
export function setHard(script: Script, row: Limit, hard: bigint, dice: Dice, flags = 0): void {
  // A hundred times the capital is no limit that anyone sets.
  const top = row.control === rows.D08 ? 1_000_000n : MAX
  const whole = Number(hard < 0n ? 0n : hard > top ? top : hard)
  const [warn1Bps = 0, warn2Bps = 0, warn3Bps = 0, warn4Bps = 0] = row.warnBps.map(Number)
  setLimit(script, row.control, row.subject, whole, {
    objectKind: row.objectKind,
    object: row.object,
    phase: row.phase,
    param: Number(row.param),
    hardForReducing: row.hardForReducing === 0n || dice.chance(30) ? 0 : Math.min(whole * 2, Number(MAX)),
    warn1Bps,
    warn2Bps,
    warn3Bps,
    warn4Bps,
    action: dice.chance(4) ? dice.below(3) : row.action,
    mode: dice.chance(2) ? 1 : dice.chance(50) ? 0 : row.mode,
    soft: dice.chance(6) ? Math.floor(whole / dice.between(1, 3)) : 0,
    flags: dice.chance(4) ? ENFORCES : flags,
  })
}

/** The level of a row in its own unit that `use` comes to: of a share of capital its basis points. */
export function levelOf(script: Script, row: Limit, use: bigint): bigint {
  if (row.control !== rows.D08) return use
  const base = rows.capitalOf(script.twin.state, row.subject, script.timeUs)
  return base === null || base === 0n ? row.hard : (use * 10_000n) / base
}

/** Brings rows of the last decisions to the edge; widens what refused where too much is refused. */
export const tune: Step = (script, _, dice) => {
  const recent = script.decisions.slice(-LOOKED_BACK)
  const refused = recent.filter(({ reason }) => reason !== 0).length * 100
  const wantsWider = refused > REFUSED_PERCENT * recent.length
  const evaluated = recent.flatMap((decision) => decision.rows)
  const isThere = ({ limit }: EvaluatedRow) => script.twin.state.limits.has(rows.limitKey(limit))
  const failing = evaluated.filter((row) => (row.failed || row.soft) && isThere(row))
  if (wantsWider && failing.length > 0) {
    for (let left = 4; left > 0; left--) {
      const { limit, after } = dice.of(failing)
      const level = levelOf(script, limit, after)
      setHard(script, limit, level * 2n + 10n, dice)
    }
    return
  }
  const passing = evaluated.filter((row) => !row.failed && isThere(row))
  if (passing.length === 0) return
  const { limit, before, after } = dice.of(passing)
  const use = dice.chance(80) ? after : before
  const near = dice.weighted([
    [25, use],
    [15, use + 1n],
    [15, use - 1n],
    [35, use + (use * BigInt(dice.between(1, 60))) / 100n],
    [8, use - use / 3n],
    [2, dice.of([0n, MAX])],
  ])
  const isCount = [rows.C01, rows.B09, rows.C03, rows.C06].includes(limit.control)
  setHard(script, limit, isCount && near < 2n ? 2n : levelOf(script, limit, near), dice)
}

/** An order like the last approved one, so that a level set to its use is met exactly. */
export const followUp: Step = (script, world, dice) => {
  tune(script, world, dice)
  const last = script.commands.findLast((given) => given.name === 'NewOrder')
  if (last?.name !== 'NewOrder') return
  const { seq: _seq, timeUs: _timeUs, ...given } = last.values
  // Once there are parents, one that nobody told of refuses.
  const parentClOrdID = script.twin.state.parentsMade > 0 ? '' : script.freshId('P')
  script.send('NewOrder', { ...given, clOrdID: script.freshId('C'), parentClOrdID })
}

/** A row that nobody has yet, or the end of one. */
export const anyLimit: Step = (script, world, dice) => {
  const { state } = script.twin
  if (dice.chance(25)) {
    const row = dice.of([...state.limits.values()])
    const key = { objectKind: row.objectKind, object: row.object, param: Number(row.param), phase: row.phase }
    // Without its mandatory row nearly nothing passes: it comes back at once, most of the time.
    setLimit(script, row.control, row.subject, 0, { ...key, flags: 1 })
    if (dice.chance(30)) script.send('NewOrder', orderGiven(script, world, dice))
    if (dice.chance(90)) setHard(script, row, row.hard, dice)
    return
  }
  const control = dice.between(0, CONTROLS.length)
  const isWindow = [rows.C01, rows.B09, rows.B04, rows.C06].includes(control)
  setLimit(script, control, dice.between(0, state.subjects.length), dice.of([3, 50, 900_000_000]), {
    objectKind: dice.chance(50) ? 0 : dice.below(6),
    object: dice.chance(50) ? -1 : dice.below(4),
    param: isWindow ? dice.of([0, SECOND / 5, SECOND]) : dice.of([0, 0, 1, 4]),
    hardForReducing: dice.of([0, 0, 0, 1_000_000_000]),
    ...dice.of([{}, { warn1Bps: 0, warn2Bps: 0, warn3Bps: 0 }, { warn1Bps: 9_000, warn2Bps: 0, warn3Bps: 0 }]),
    phase: dice.chance(control === rows.B03 ? 50 : 2) ? dice.between(-1, SESSION_PHASES.length + 1) : 0,
    flags: dice.chance(10) ? ENFORCES : 0,
    effectiveUs: dice.chance(3) ? script.timeUs + 1 : 0,
    action: dice.of([0, 1, 2]),
    mode: dice.chance(70) ? 1 : 0,
  })
}

const KILLED = TRADING_STATES.indexOf('KILLED')

const NO_KEYS = {
  entity: -1,
  client: -1,
  desk: -1,
  trader: -1,
  account: -1,
  strategy: -1,
  sessionScope: -1,
  instrument: -1,
  underlying: -1,
  assetClass: -1,
  sector: -1,
  venue: -1,
  side: -1,
}

export const kill: Step = (script, world, dice) => {
  const keys: readonly Partial<typeof NO_KEYS>[] = [
    { entity: dice.of(world.entities) },
    { client: dice.of(world.clients) },
    { desk: dice.of(world.desks) },
    { trader: dice.of(world.traders) },
    { account: dice.of(world.accounts) },
    { strategy: dice.of(world.strategies) },
    { sessionScope: dice.of(world.sessions) },
    { instrument: dice.of(world.instruments).id },
    { underlying: dice.of(world.instruments).id },
    { assetClass: dice.of(world.assetClasses) },
    { sector: dice.of([0, ...world.sectors]) },
    { venue: dice.of(world.venues) },
    { side: dice.below(2) },
    { account: 9_999 },
  ]
  const narrow = { ...NO_KEYS, ...dice.of(keys), ...dice.of(keys) }
  const state = dice.weighted([
    [50, 1],
    [25, 2],
    [20, 3],
    [5, dice.of([0, 4])],
  ] as const)
  const scope = dice.chance(95) ? narrow : NO_KEYS
  script.send('Kill', { ...scope, state, principal: dice.of(world.people), reason: 'test' })
}

export const sweep: Step = (script, _, dice) => {
  const latches = [...script.twin.state.latches.values()]
  for (const latch of latches) if (latch.state === KILLED) script.send('KillSweep', { latch: latch.id, fromSlot: 0 })
  if (dice.chance(10)) script.send('KillSweep', { latch: dice.between(0, 50), fromSlot: 0 })
}

/** What lives under a kill ends, mostly: before, no release of it to ACTIVE passes. */
function endUnder(script: Script, world: World, latch: Latch, dice: Dice): void {
  const { state } = script.twin
  const under = liveOrders(state).filter((order) => covers(state, latch, order.keys, order.side))
  for (const order of under) {
    const execType = dice.chance(90) ? 'Canceled' : 'Rejected'
    script.send('ExecutionReport', reportOn(script, world, dice, order, execType))
  }
}

/** Requests and approves releases; some by the wrong person, in the wrong order, of no latch. */
export const release: Step = (script, world, dice) => {
  for (const latch of [...script.twin.state.latches.values()]) {
    if (dice.chance(35)) continue
    const state = dice.weighted([
      [75, 0],
      [20, dice.below(3)],
      [5, latch.state],
    ] as const)
    if (latch.state === KILLED && dice.chance(80)) endUnder(script, world, latch, dice)
    const maker = dice.of([...world.people, -1])
    const steps = dice.weighted([
      [80, [0, 1]],
      [10, [1]],
      [10, [0]],
    ] as const)
    for (const step of steps) {
      const principal = step === 0 ? maker : dice.of(world.people)
      script.send('Release', { latch: latch.id, state, step, principal })
    }
  }
  if (dice.chance(5)) script.send('Release', { latch: 77, principal: world.people[0] as number })
}

export const listEntry: Step = (script, world, dice) => {
  const isRestricted = dice.chance(60)
  script.send('List', {
    list: LIST_KINDS.indexOf(isRestricted ? 'RESTRICTED' : 'EASY_TO_BORROW'),
    instrument: dice.of(world.instruments).id,
    subject: dice.weighted([
      [40, -1],
      [60, dice.below(script.twin.state.subjects.length)],
    ] as const),
    mode: isRestricted
      ? dice.weighted([
          [50, 0],
          [50, dice.between(1, 4)],
        ] as const)
      : dice.of([0, 5, 5]),
    fromUs: script.timeUs + dice.between(-1, 1) * SECOND,
    untilUs: dice.chance(50) ? 0 : script.timeUs + dice.between(0, 5) * SECOND,
  })
}

export const locate: Step = (script, world, dice) => {
  const listed = dice.of(world.instruments.slice(0, 3))
  script.send('Locate', {
    locateID: script.freshId('L'),
    account: dice.of(world.accounts),
    instrument: listed.id,
    qty: dice.between(1, 60) * listed.lot,
    untilUs: script.timeUs + dice.between(1, 900) * SECOND,
    source: 'LENDER',
  })
}

/** Takes a permission away, and mostly gives it back a moment later. */
export const binding: Step = (script, world, dice) => {
  const { trader, strategy, account } = dice.of(world.bound)
  const session = dice.of(world.sessions)
  const [kind, a, b] = dice.of([
    ['TRADER_ACCOUNT', trader, account],
    ['STRATEGY_ACCOUNT', strategy, account],
    ['SESSION_ACCOUNT', session, account],
    ['SESSION_TRADER', session, trader],
    ['SESSION_VENUE', session, dice.of(world.venues)],
    ['ACCOUNT_ASSET_CLASS', account, dice.of(world.assetClasses)],
    ['TRADER_ACCOUNT', account, trader],
  ] as const)
  bind(script, kind, a, b, 0)
  for (let left = dice.below(4); left > 0; left--) {
    script.send('NewOrder', { ...orderGiven(script, world, dice), account, trader, strategy, session })
  }
  if (dice.chance(95)) bind(script, kind, a, b, 1)
  if (dice.chance(3)) script.send('Binding', { kind: BINDING_KINDS.length, a, b, allow: 1 })
}

export const position: Step = (script, world, dice) => {
  const listed = dice.of(world.instruments)
  const { trader, strategy, account } = dice.of(world.bound)
  script.send('Position', {
    account,
    instrument: listed.id,
    qty: dice.between(-40, 60) * listed.lot,
    trader: dice.weighted([
      [60, trader],
      [30, -1],
      [10, dice.of(world.traders)],
    ] as const),
    strategy: dice.weighted([
      [60, strategy],
      [40, -1],
    ] as const),
  })
}

export const capital: Step = (script, world, dice) => {
  const day = 86_400 * SECOND
  script.send('Capital', {
    subject: dice.of([0, ...world.entities, world.clients[0] as number]),
    amount: dice.between(10, 120) * 100_000_000,
    floor: dice.of([0, 5_000_000_000]),
    asOfUs:
      script.timeUs -
      dice.weighted([
        [90, 0],
        [10, 4 * day + dice.between(0, 1)],
      ] as const),
  })
}

export const roll: Step = (script, _, dice) => {
  const { tradeDate } = script.twin.state
  script.send('DayRoll', {
    calendar: -1,
    tradeDate:
      tradeDate +
      dice.weighted([
        [85, 1],
        [15, dice.of([0, -1])],
      ] as const),
  })
}

export const redefine: Step = (script, world, dice) => {
  const listed = dice.of(world.instruments)
  const change = dice.of([
    { priorClose: listed.px + dice.between(-9, 9) * listed.tick, flags: (listed.definition.flags ?? 0) | 8 },
    { qtyDecimals: 3 },
    { currency: 44 },
    { tick: 0 },
    {},
  ])
  script.send('Instrument', { ...listed.definition, ...change })
}

/** A strategy becomes an algorithm, mostly registered, or is none any more. */
function tellAlgo(script: Script, world: World, dice: Dice): void {
  const place = dice.below(world.strategies.length)
  const name = place === 0 ? 'manual' : `S${place}`
  const trader = world.traders[place] as number
  const none = { entity: -1, client: -1, desk: -1, owner: -1 }
  script.send('Hierarchy', { kind: 6, name, ...none, trader, flags: dice.chance(50) ? 1 : 0 })
  if (dice.chance(20)) return
  script.send('Algo', {
    strategy: dice.chance(95) ? (world.strategies[place] as number) : 0,
    owner: dice.of([...world.people, -1]),
    environment: dice.chance(80) ? 0 : 1,
    approved: dice.chance(80) ? 1 : 0,
    algoId: 'A',
    version: '1',
    parameterHash: dice.chance(90) ? 'ab12' : '',
  })
}

function tellAdv(script: Script, world: World, dice: Dice): void {
  const { id, lot } = dice.of(world.instruments)
  const lots = dice.weighted([
    [90, dice.between(5_000, 40_000)],
    [10, dice.of([0, 1, 800])],
  ] as const)
  script.send('Adv', { instrument: id, qty: lots * lot, days: 20 })
}

export const odd: Step = (script, world, dice) => {
  const throwOne = dice.below(7)
  if (throwOne === 0) script.send('Tick', {})
  else if (throwOne === 1) script.send('Confirm', { confirmSeq: 1, reason: 'sure' })
  else if (throwOne === 2) tellAdv(script, world, dice)
  else if (throwOne >= 5) tellAlgo(script, world, dice)
  else if (throwOne === 3) script.send('Genesis', { firm: 'AGAIN' })
  else if (throwOne === 4) {
    // Of the gate itself or of a machine: people, machines, and names that nobody has.
    const name = dice.of(['P0', 'M0', 'OFFICER-1', 'NEWCOMER'])
    script.send('Hierarchy', {
      kind: 14,
      name,
      flags: dice.below(2),
      principal: dice.of([-1, world.people.length + 2]),
    })
  } else if (throwOne === 5) {
    const a = dice.below(world.people.length + 3)
    script.send('Binding', { kind: 6, a, b: dice.below(1 << 20), allow: 1, principal: dice.of([-1, a]) })
  } else
    script.send('Hierarchy', { kind: 5, name: 'A0', entity: dice.of(world.entities), client: 3, desk: -1, owner: 0 })
}
