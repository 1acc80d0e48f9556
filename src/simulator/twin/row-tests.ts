/**
 * What each limit row measures: use before the candidate, use after it at any quantity, and whether it passes.
 */
import type { Candidate, Measures } from './candidate.ts'
import { cellWith, isBuy, reducesAccount } from './candidate.ts'
import { abs, ceilDiv, larger, MAX, smaller, sum } from './exact.ts'
import * as exposure from './exposure.ts'
import { valueOfSlices } from './parents.ts'
import { collarHard, deviation, type Pricing } from './pricing.ts'
import * as rows from './rows.ts'
import { instrumentAt, type Limit, marketAt, type Name, type State } from './state.ts'
import { movedBps, repeatedExecutions } from './watches.ts'

export interface RowTest {
  readonly limit: Limit
  readonly before: bigint
  after(m: Measures): bigint
  passes(after: bigint, m: Measures): boolean
  /** Why it fails, where that is not the control's own code. */
  readonly reason?: string
}

const INSTRUMENT = 1

/** The test of a row; null where the row is not evaluated for this candidate. */
export function rowTest(
  state: State,
  snap: exposure.Snapshot,
  candidate: Candidate,
  pricing: Pricing,
  { limit, subject }: { limit: Limit; subject: Name },
): RowTest | null {
  const object = objectOfRow(state, limit, candidate)
  const hardPasses = (before: bigint) => (after: bigint, m: Measures) =>
    after <= hardOf(snap, limit, candidate, m) || after <= before
  const test = (before: bigint, after: (m: Measures) => bigint): RowTest => ({
    limit,
    before,
    after,
    passes: hardPasses(before),
  })
  const flow = (before: bigint) => test(before, (m) => before + m.openValueChange)
  switch (limit.control) {
    case rows.B01:
      return test(0n, (m) => (limit.objectKind === INSTRUMENT ? m.orderQty : wholeUnits(state, candidate, m.orderQty)))
    case rows.B02:
      return test(0n, (m) => m.value)
    case rows.B03:
      return collarTest(state, candidate, pricing, limit)
    case rows.B09:
      return duplicateTest(state, candidate, limit)
    case rows.C01: {
      if (candidate.restates || candidate.isHeld) return { limit, before: 0n, after: () => 0n, passes: () => true }
      const before = rows.messagesIn(limit, candidate.now)
      const isCounted = limit.hard < MAX && before <= limit.hard
      const after = isCounted ? before + 1n : before
      return { limit, before, after: () => after, passes: () => after <= limit.hard }
    }
    case rows.C05: {
      const before = exposure.countAt(state, snap, subject, object)
      return test(before, () => before + (candidate.order === null ? 1n : 0n))
    }
    case rows.D02:
      return netTest(state, snap, candidate, subject, object, test)
    case rows.D03:
      return flow(exposure.executedAt(state, subject, object) + exposure.openAt(state, snap, subject, object))
    case rows.B16:
      return unlessLess(limit, silenceOf(state, candidate))
    case rows.B12: {
      const { parent } = candidate
      if (parent === null || parent === 'UNKNOWN' || parent.instrument !== -1) return null
      return flow(valueOfSlices(state, parent))
    }
    case rows.E05:
      return lossTest(state, snap, candidate, limit, subject)
    case rows.B04:
      return unlessLess(limit, movedBps(state, candidate, limit))
    case rows.C03:
      return unlessLess(limit, repeatedExecutions(state, candidate, limit))
    case rows.C06: {
      const refusals = rows.messagesIn(limit, candidate.now)
      return { limit, before: refusals, after: () => refusals, passes: () => true }
    }
    case rows.B07:
      return advTest(
        state,
        candidate,
        limit,
        0n,
        (m) => m.orderQty,
        () => true,
      )
    case rows.B08: {
      const { long, short } = exposure.quantitiesAt(state, snap, subject, object)
      const used = exposure.tradedAt(state, subject, object) + long - short
      return advTest(
        state,
        candidate,
        limit,
        used,
        (m) => used + m.leavesChange,
        (m) => m.leavesChange > 0n,
      )
    }
    case rows.D01L: {
      const { long } = exposure.quantitiesAt(state, snap, subject, object)
      return test(long, (m) => (isBuy(candidate) ? long + m.leavesChange : long))
    }
    case rows.D01S: {
      const { short } = exposure.quantitiesAt(state, snap, subject, object)
      return test(-short, (m) => (isBuy(candidate) ? -short : m.leavesChange - short))
    }
    case rows.D04: {
      const executed = exposure.executedAt(state, subject, object)
      const passes = (_: bigint, m: Measures) =>
        m.openValueChange <= 0n || executed <= hardOf(snap, limit, candidate, m)
      return { limit, before: executed, after: () => executed, passes }
    }
    case rows.D06:
      return flow(exposure.openAt(state, snap, subject, object))
    case rows.D05:
      return grossTest(state, snap, candidate, subject, object, test)
    default:
      return sectorTest(state, candidate, limit, grossTest(state, snap, candidate, subject, object, test))
  }
}

/** "Each" of a kind means the candidate's own. */
function objectOfRow(state: State, limit: Limit, { keys }: Candidate): exposure.ObjectOf {
  return { kind: limit.objectKind, id: exposure.objectOf(state, limit.objectKind, keys.instrument, keys.venue) }
}

function hardOf(snap: exposure.Snapshot, limit: Limit, candidate: Candidate, m: Measures): bigint {
  const isFlow = [rows.D03, rows.D04, rows.D06].includes(limit.control)
  if (!isFlow || limit.hardForReducing === 0n) return limit.hard
  return reducesAccount(snap, candidate, m.leavesChange) ? limit.hardForReducing : limit.hard
}

function wholeUnits(state: State, { keys }: Candidate, q: bigint): bigint {
  return ceilDiv(q, 10n ** BigInt(instrumentAt(state, keys.instrument).qd))
}

function collarTest(state: State, candidate: Candidate, { ref }: Pricing, limit: Limit): RowTest | null {
  if (ref === null) return null
  const { dev, judgedBy } = deviation(candidate, ref)
  const share = judgedBy === 0n ? MAX : ceilDiv(dev * 10_000n, abs(judgedBy))
  const after = dev === 0n ? 0n : share > MAX ? MAX : share
  const band = limit.param * instrumentAt(state, candidate.keys.instrument).tick
  const passes = after <= collarHard(state, limit, candidate, ref) || dev <= band
  return { limit, before: 0n, after: () => after, passes: () => passes }
}

function duplicateTest(state: State, candidate: Candidate, limit: Limit): RowTest | null {
  if (candidate.likeness === null) return null
  const since = candidate.now - Number(limit.param)
  const alike = state.approvals.filter(({ timeUs, likeness }) => timeUs > since && likeness === candidate.likeness)
  const before = BigInt(alike.length)
  return { limit, before, after: () => before + 1n, passes: () => before + 1n <= limit.hard }
}

type MakeTest = (before: bigint, after: (m: Measures) => bigint) => RowTest

/** How far the candidate moves the worth of the subject's own cell. */
function worthChange(state: State, snap: exposure.Snapshot, candidate: Candidate, subject: Name, m: Measures) {
  const kind = exposure.cellKindOf(subject)
  if (kind === null) throw new RangeError(`a ${subject.kind} has no position`)
  const cell = exposure.cellOf(snap, kind, candidate.keys)
  const old = exposure.worth(state, cell)
  const after = exposure.worth(state, cellWith(cell, candidate, m.leavesChange))
  return { up: after.up - old.up, down: after.down - old.down, gross: after.gross - old.gross }
}

function grossTest(
  state: State,
  snap: exposure.Snapshot,
  candidate: Candidate,
  subject: Name,
  object: exposure.ObjectOf,
  test: MakeTest,
): RowTest {
  const before = exposure.grossAt(state, snap, subject, object)
  return test(before, (m) => before + worthChange(state, snap, candidate, subject, m).gross)
}

/** Inside one entity the end that the candidate moves; over several the sum of the larger ends. */
function netTest(
  state: State,
  snap: exposure.Snapshot,
  candidate: Candidate,
  subject: Name,
  object: exposure.ObjectOf,
  test: MakeTest,
): RowTest {
  const ends = exposure.endsAt(state, snap, subject, object)
  if (exposure.isOfSeveralEntities(state, subject)) {
    const none = { long: 0n, short: 0n }
    const own = ends.get(candidate.keys.entity) ?? none
    const others = sum([...ends].filter(([id]) => id !== candidate.keys.entity).map(([, end]) => largerEnd(end)))
    return test(others + largerEnd(own), (m) => {
      const change = worthChange(state, snap, candidate, subject, m)
      return others + largerEnd({ long: own.long + change.up, short: own.short + change.down })
    })
  }
  const long = sum([...ends.values()].map((end) => end.long))
  const short = sum([...ends.values()].map((end) => end.short))
  return candidate.side === 0
    ? test(long, (m) => long + worthChange(state, snap, candidate, subject, m).up)
    : test(-short, (m) => -(short + worthChange(state, snap, candidate, subject, m).down))
}

export function largerEnd({ long, short }: { long: bigint; short: bigint }): bigint {
  return larger(abs(long), abs(short))
}

/** How long the feed of the quote was not heard of; without end where the book is crossed. */
function silenceOf(state: State, { keys, now }: Candidate): bigint {
  const market = marketAt(state, keys.instrument)
  const feed = market.quoteFeed < 0 ? instrumentAt(state, keys.instrument).feed : market.quoteFeed
  const heard = state.heardUs.get(feed)
  const isCrossed = market.bid !== null && market.ask !== null && market.bid >= market.ask
  return isCrossed || heard === undefined ? MAX : BigInt(now - heard)
}

/** A use that the order does not change: over the limit only an order passes that leaves no more to execute. */
function unlessLess(limit: Limit, use: bigint): RowTest {
  return { limit, before: use, after: () => use, passes: (_, m) => m.leavesChange <= 0n || use <= limit.hard }
}

/** A loss stops at equality; what is not known stops too. */
function lossTest(state: State, snap: exposure.Snapshot, candidate: Candidate, limit: Limit, subject: Name): RowTest {
  const loss = exposure.lossOf(state, snap, subject)
  const isKnown = exposure.isProfitKnown(state, snap, subject)
  const lowers = (m: Measures) => m.leavesChange <= 0n || reducesAccount(snap, candidate, m.leavesChange)
  const passes = (_: bigint, m: Measures) => lowers(m) || (isKnown && loss < limit.hard)
  const test = { limit, before: loss, after: () => loss, passes }
  return isKnown ? test : { ...test, reason: 'PROFIT_UNAVAILABLE' }
}

/** A quantity as a share of the average daily volume; where it does not rise it passes. */
function advTest(
  state: State,
  { keys, now }: Candidate,
  limit: Limit,
  used: bigint,
  after: (m: Measures) => bigint,
  rises: (m: Measures) => boolean,
): RowTest {
  const adv = rows.advOf(state, keys.instrument, now)
  if (adv === null) {
    return { limit, before: 0n, after: () => 0n, passes: () => false, reason: 'ADV_UNAVAILABLE' }
  }
  const share = (qty: bigint) => smaller(MAX, ceilDiv(qty * 10_000n, adv))
  const passes = (_: bigint, m: Measures) => !rises(m) || after(m) * 10_000n <= limit.hard * adv
  return { limit, before: share(used), after: (m) => share(after(m)), passes }
}

function sectorTest(state: State, candidate: Candidate, limit: Limit, gross: RowTest): RowTest {
  const base = rows.capitalOf(state, limit.subject, candidate.now)
  if (base === null) return { ...gross, passes: () => false, reason: 'CAPITAL_UNAVAILABLE' }
  return { ...gross, passes: (after) => after * 10_000n <= limit.hard * base || after <= gross.before }
}
