/**
 * One-line mistakes in the engine, the exposure algebra, the journal, and the sender's and the venue's side of a gate. The tests must notice each of them: `npm run mutants` makes
 * them one at a time and fails where one lives.
 */
import { CLIENT_MUTANTS } from './client-mutants.ts'
import { FLOOD_MUTANTS } from './flood-mutants.ts'
import { GOVERNANCE_MUTANTS } from './governance-mutants.ts'
import { HOLD_MUTANTS } from './hold-mutants.ts'
import type { Mutant } from './mutant.ts'
import { RECOVERY_MUTANTS } from './recovery-mutants.ts'
import { ENFORCEMENT_MUTANTS, STOP_MUTANTS } from './resting-mutants.ts'
import { WAIVER_MUTANTS } from './waiver-mutants.ts'

export type { Mutant } from './mutant.ts'

const EXPOSURE = 'engine/exposure.ts'
const LIFE = 'engine/order-life.ts'
const ORDER = 'engine/decide-order.ts'
const JUDGE = 'engine/judge-order.ts'
const ROWS = 'engine/rows.ts'
const REPORT = 'engine/decide-report.ts'
const GOVERNANCE = 'engine/decide-governance.ts'
const STATE_CONTROL = 'engine/controls/trading-state.ts'

export const MUTANTS: readonly Mutant[] = [
  ...GOVERNANCE_MUTANTS,
  ...WAIVER_MUTANTS,
  ...STOP_MUTANTS,
  ...ENFORCEMENT_MUTANTS,
  // What is reserved.
  {
    name: 'a pending replace to less reserves the less',
    file: EXPOSURE,
    from: 'else x[X.LEAVES_NEW] = leaves > leavesOld ? leaves : leavesOld',
    to: 'else x[X.LEAVES_NEW] = leaves',
    by: ['engine/replace.test', 'engine/exposure.test'],
  },
  {
    name: 'on a venue that is not atomic a replace is tested on the new version alone',
    file: EXPOSURE,
    from: 'if (j.nonAtomic) x[X.LEAVES_NEW] = leavesOld + leaves',
    to: 'if (j.nonAtomic) x[X.LEAVES_NEW] = leaves',
    by: ['engine/replace.test', 'engine/exposure.test'],
  },
  {
    name: 'on a venue that is not atomic the open value of a replace is that of the old version',
    file: EXPOSURE,
    from: 'if (j.nonAtomic) x[X.OPEN_NEW] = openOld + open',
    to: 'if (j.nonAtomic) x[X.OPEN_NEW] = openOld',
    by: ['engine/replace.test', 'engine/exposure.test'],
  },
  {
    name: 'an order is tested without the position that stands',
    file: EXPOSURE,
    from: 'qty += pOf[cell]! + (buys',
    to: 'qty += 0 + (buys',
    by: ['engine/exposure.test', 'engine/controls/portfolio-gross.test'],
  },
  {
    name: 'a worth that is no number passes',
    file: EXPOSURE,
    from: 'if (!(up1 >= dn1)) return false',
    to: 'if (up1 < dn1) return false',
    by: ['engine/units.test', 'engine/exposure.test'],
  },
  {
    name: 'two sells that each reduce may flip the book together',
    file: EXPOSURE,
    from: 'return sOf[cell]! + more <= pOf[cell]!',
    to: 'return more <= pOf[cell]!',
    by: ['engine/controls/trading-state.test', 'engine/kill.test'],
  },
  {
    name: 'a first order in a name counts as reducing',
    file: EXPOSURE,
    from: 'if (cell < 0) return more <= 0',
    to: 'if (cell < 0) return true',
    by: ['engine/controls/trading-state.test', 'engine/kill.test'],
  },
  {
    name: 'open sells are not counted',
    file: EXPOSURE,
    from: 'const s = sOf[cell]! + delta[Delta.S]!',
    to: 'const s = sOf[cell]!',
    by: ['engine/exposure.test'],
  },
  {
    name: 'executed flow is not counted',
    file: EXPOSURE,
    from: 'executedOf[at] = executedOf[at]! + delta[Delta.EXECUTED]!',
    to: 'executedOf[at] = executedOf[at]!',
    by: ['engine/exposure.test', 'engine/controls/daily-gross.test'],
  },
  {
    name: 'the net over entities only grows',
    file: EXPOSURE,
    from: 'netOf[m] = netOf[m]! - net0 + larger(long1, short1)',
    to: 'netOf[m] = netOf[m]! + larger(long1, short1)',
    by: ['engine/controls/intraday-net.test', 'engine/exposure.test'],
  },
  {
    name: 'a worth that cannot be held is kept as no number',
    file: EXPOSURE,
    from: 'return Number.isNaN(value) ? Number.MAX_SAFE_INTEGER : value',
    to: 'return value',
    by: ['engine/units.test', 'engine/exposure.test', 'engine/market.test'],
  },
  // The life of an order.
  {
    name: 'an overfill has leaves below zero',
    file: LIFE,
    from: 'const leaves = left > 0 ? left : 0',
    to: 'const leaves = left',
    by: ['engine/executions.test', 'engine/replace.test'],
  },
  {
    name: 'of several versions the newest alone is reserved',
    file: LIFE,
    from: 'reserved[Reserve.LEAVES] = sums ? leaves + more : leaves > more ? leaves : more',
    to: 'reserved[Reserve.LEAVES] = sums ? leaves + more : more',
    by: ['engine/replace.test', 'engine/exposure.test'],
  },
  {
    name: 'an order that ended still counts as open',
    file: LIFE,
    from: 'reserve(slot, 1, -1)',
    to: 'reserve(slot, 1, 0)',
    by: ['engine/order-life.test', 'engine/controls/max-open-orders.test'],
  },
  {
    name: 'the price that a replace has left still counts for self-match',
    file: LIFE,
    from: 'leave(oi, slot, f[of + Order.PX]!)',
    to: '',
    by: ['engine/replace.test', 'engine/controls/self-match.test'],
  },
  {
    name: 'an order with a larger replace on its way ends when the old quantity is filled',
    file: LIFE,
    from: 'return i[slot * Order.INTS + Order.VERSION]! < 0',
    to: 'return true',
    by: ['engine/replace.test', 'engine/order-life.test'],
  },
  {
    name: 'a locate is not used up',
    file: LIFE,
    from: 'locates.used[locate] = locates.used[locate]! + executed',
    to: 'locates.used[locate] = locates.used[locate]!',
    by: ['engine/controls/regulatory-compliance.test'],
  },
  {
    name: 'the same long shares are sold by two orders marked long',
    file: LIFE,
    from: 'if (side === SELL_LONG) books',
    to: 'if (side === SELL_LONG && more < 0) books',
    by: ['engine/controls/regulatory-compliance.test'],
  },
  // What is judged.
  {
    name: 'a used clOrdID reserves a second time',
    file: ORDER,
    from: 'if (known >= 0) return repeat(tape, known)\n      if (isFull())',
    to: 'if (isFull())',
    by: ['engine/idempotency.test'],
  },
  {
    name: 'a replace of a version that is not the newest passes',
    file: ORDER,
    from: 'if (newestId !== orig) return REPLACE_STALE',
    to: '',
    by: ['engine/replace.test'],
  },
  {
    name: 'a replace to what is executed passes',
    file: ORDER,
    from: 'if (x[X.QTY]! <= x[X.CUM]!) j.verdict(A01, INVALID_QTY)',
    to: 'if (x[X.QTY]! < x[X.CUM]!) j.verdict(A01, INVALID_QTY)',
    by: ['engine/replace.test'],
  },
  {
    name: 'a replace of the same quantity counts as lowering it',
    file: ORDER,
    from: 'if (!(x[X.QTY]! < qty)) return false',
    to: 'if (!(x[X.QTY]! <= qty)) return false',
    by: ['engine/kill.test', 'engine/controls/trading-state.test', 'engine/replace.test'],
  },
  {
    name: 'under a block a replace may be priced more aggressively',
    file: ORDER,
    from: 'return j.buys ? x[X.PX]! <= px : x[X.PX]! >= px',
    to: 'return j.buys ? x[X.PX]! >= px : x[X.PX]! <= px',
    by: ['engine/kill.test', 'engine/controls/trading-state.test', 'engine/replace.test'],
  },
  {
    name: 'a ninth replace is pending',
    file: ORDER,
    from: '>= PENDING_MAX) return',
    to: '> PENDING_MAX) return',
    by: ['engine/replace.test'],
  },
  {
    name: 'an order whose value cannot be held passes',
    file: JUDGE,
    from: 'if (!project()) return j.verdict(A01, VALUE_OUT_OF_RANGE)',
    to: 'project()',
    by: ['engine/units.test', 'engine/controls/max-order-notional.test'],
  },
  {
    name: 'a market order is worth no more than the reference',
    file: JUDGE,
    from: 'px = x[X.PROTECTION]!',
    to: 'px = x[X.REF]!',
    by: ['engine/controls/market-order-protection.test', 'engine/exposure.test'],
  },
  {
    name: 'an order in a name without a mark is valued',
    file: JUDGE,
    from: 'if (source === Ref.NONE || (has[instrument]! & Has.MARK) === 0) return lackReference()',
    to: 'if (source === Ref.NONE && (has[instrument]! & Has.MARK) === 0) return lackReference()',
    by: ['engine/market.test', 'engine/controls/price-collar.test'],
  },
  {
    name: 'a limit is the first value that is refused',
    file: ROWS,
    from: 'return after <= most || after <= before',
    to: 'return after < most || after <= before',
    by: ['engine/controls/portfolio-gross.test', 'engine/controls/max-order-notional.test', 'engine/limit.test'],
  },
  {
    name: 'where a limit was lowered below its use nothing reduces any more',
    file: ROWS,
    from: 'return after <= most || after <= before',
    to: 'return after <= most',
    by: ['engine/limit.test', 'engine/exposure.test', 'engine/controls/portfolio-gross.test'],
  },
  {
    name: 'one message less than the rate is refused',
    file: ROWS,
    from: 'measureMessageRate(slot)\n        return x[X.AFTER]! <= x[X.LIMIT]!\n',
    to: 'measureMessageRate(slot)\n        return x[X.AFTER]! < x[X.LIMIT]!\n',
    by: ['engine/controls/message-rate.test'],
  },
  {
    name: 'a row that only alerts refuses, one that blocks only alerts',
    file: ROWS,
    from: 'if ((li[slot * Row.INTS + Row.FLAGS]! & RowFlag.WAIVED) !== 0 || isOverridden(slot, control, list)) {',
    to: 'if ((li[slot * Row.INTS + Row.FLAGS]! & RowFlag.WAIVED) === 0 || isOverridden(slot, control, list)) {',
    by: ['engine/limit.test', 'engine/controls/max-order-qty.test'],
  },
  // Controls.
  {
    name: 'a market order meets no resting order of its owner',
    file: 'engine/controls/self-match.ts',
    from: 'if (ordType === MARKET) return buys ? INFINITE_PX : -INFINITE_PX',
    to: 'if (ordType === MARKET) return 0',
    by: ['engine/controls/self-match.test'],
  },
  {
    name: 'under a kill a replace to less passes',
    file: STATE_CONTROL,
    from: 'if (latch.state === 2 && lowers) continue',
    to: 'if (latch.state >= 2 && lowers) continue',
    by: ['engine/kill.test', 'engine/controls/trading-state.test'],
  },
  {
    name: 'the kill of a venue leaves orders without a venue alone',
    file: STATE_CONTROL,
    from: 'if (keys[key]! < 0 || (key === Key.VENUE && venue < 0)) continue',
    to: 'if (keys[key]! < 0) continue',
    by: ['engine/kill.test', 'engine/controls/trading-state.test'],
  },
  {
    name: 'a kill of the sells stops the buys',
    file: STATE_CONTROL,
    from: '(keys[Key.SIDE] === 1) === sells',
    to: '(keys[Key.SIDE] === 1) !== sells',
    by: ['engine/kill.test', 'engine/controls/trading-state.test'],
  },
  {
    name: 'the collar looks at the passive side',
    file: 'engine/controls/price-collar.ts',
    from: 'const beyond = j.buys ? x[X.PX]! - ref : ref - x[X.PX]!',
    to: 'const beyond = j.buys ? ref - x[X.PX]! : x[X.PX]! - ref',
    by: ['engine/controls/price-collar.test'],
  },
  {
    name: 'the protection of a market order lies outside its band',
    file: 'engine/controls/market-order-protection.ts',
    from: 'Math.floor((ref + band) / step) * step',
    to: 'Math.ceil((ref + band) / step) * step',
    by: ['engine/controls/market-order-protection.test'],
  },
  {
    name: 'old capital is good for ever',
    file: 'engine/controls/sector-concentration.ts',
    from: 'return asOfUs > 0 && nowUs - asOfUs <= parameters[CAPITAL_MAX]!',
    to: 'return asOfUs > 0',
    by: ['engine/controls/sector-concentration.test'],
  },
  {
    name: 'the net of the firm is not tested on what the order adds',
    file: 'engine/controls/intraday-net.ts',
    from: 'measures[BEFORE + 1] = before - larger(long, short) + larger(long + dUp[cell]!, short + dDn[cell]!)',
    to: 'measures[BEFORE + 1] = before',
    by: ['engine/controls/intraday-net.test'],
  },
  {
    name: 'the order itself is not counted among its repetitions',
    file: 'engine/controls/duplicate-order.ts',
    from: 'x[X.AFTER] = before + 1',
    to: 'x[X.AFTER] = before',
    by: ['engine/controls/duplicate-order.test'],
  },
  {
    name: 'a sector without a limit passes',
    file: 'engine/controls/limits-present.ts',
    from: '(j.sectorMask & SECTOR_MASK) !== 0 &&',
    to: '',
    by: ['engine/controls/limits-present.test'],
  },
  {
    name: 'a message at the far end of the window still counts',
    file: 'engine/state/windows.ts',
    from: 'if (stamps[(head + middle) & mask]! <= from) low = middle + 1',
    to: 'if (stamps[(head + middle) & mask]! < from) low = middle + 1',
    by: ['engine/controls/message-rate.test'],
  },
  // Executions.
  {
    name: 'the same execution is booked twice',
    file: REPORT,
    from: 'if (known >= 0) return repeated(tape, known)\n    if (slot >= 0) forOrder(slot)',
    to: 'if (slot >= 0) forOrder(slot)',
    by: ['engine/executions.test'],
  },
  {
    name: 'an execution that nobody knows blocks nothing',
    file: REPORT,
    from: 'if (booked[Booked.ALARM] === UNKNOWN_EXECUTION) {',
    to: 'if (booked[Booked.ALARM] === LATE_FILL) {',
    by: ['engine/executions.test'],
  },
  {
    name: 'an execution is busted twice',
    file: REPORT,
    from: 'if (executions.int(original, Exec.REVERSED) !== 0) return writeRefused(tape, UNKNOWN_EXEC_REF)',
    to: '',
    by: ['engine/executions.test'],
  },
  {
    name: "yesterday's bust lowers today's flow",
    file: 'engine/evolve-report.ts',
    from: 'const isIn = subject >= 0 && execNums[row * Exec.NUMS + Exec.SEQ]! > zeroedSeq[subject]!',
    to: 'const isIn = subject >= 0',
    by: ['engine/executions.test', 'engine/day-roll.test'],
  },
  // Governance.
  {
    name: 'one person releases a kill alone',
    file: GOVERNANCE,
    from: 'if (command.principal === latch.releaseRequestedBy) {',
    to: 'if (command.principal < 0) {',
    by: ['engine/kill.test'],
  },
  {
    name: 'a machine releases a kill',
    file: GOVERNANCE,
    from: 'if (!names.has(Kind.PRINCIPAL, principal) || names.isPerson[principal] === 0) return false',
    to: 'if (!names.has(Kind.PRINCIPAL, principal)) return false',
    by: ['engine/kill.test'],
  },
  {
    name: 'the same day rolls twice',
    file: 'engine/decide-calendars.ts',
    from: 'if (tradeDate <= date) return',
    to: 'if (tradeDate < date) return',
    by: ['engine/day-roll.test'],
  },
  // The journal.
  {
    name: 'a block is answered before the disk has it',
    file: 'journal/file-journal.ts',
    from: "if (this.#facts.durability === 'fsync') this.#file.sync()\n",
    to: '',
    by: ['journal/journal-faults.test', 'journal/journal-round-trip.test'],
  },
  {
    name: 'a large block is answered before the disk has it',
    file: 'journal/file-journal.ts',
    from: "if (this.#facts.durability === 'fsync') await this.#file.syncLater()\n",
    to: '',
    by: ['journal/journal-faults.test', 'journal/journal-round-trip.test'],
  },
  {
    name: 'a journal goes on after a write failed',
    file: 'journal/file-journal.ts',
    from: 'if (this.#failed !== undefined) throw this.#failed\n    this.#linkLast()',
    to: 'this.#linkLast()',
    by: ['journal/journal-faults.test'],
  },
  {
    name: 'a gate that lost its folder answers',
    file: 'journal/segment-fence.ts',
    from: 'if (!file.endsAt(bytes)) throw',
    to: 'if (!file.endsAt(bytes) && bytes === 0) throw',
    by: ['journal/segment-fence.test'],
  },
  {
    name: 'a damaged middle is cut like a torn tail',
    file: 'journal/torn-tail.ts',
    from: 'if (later !== undefined)\n',
    to: 'if (later === -1)\n',
    by: ['journal/journal-damage.test'],
  },
  {
    name: 'a broken chain of hashes is read on',
    file: 'journal/journal-reader.ts',
    from: "if (Buffer.from(previousHashAt(tape, at)).toString('hex') !== end.hash) throw",
    to: "if (end.hash === '') throw",
    by: ['journal/journal-damage.test'],
  },
  {
    name: 'missing commands are read over',
    file: 'journal/journal-reader.ts',
    from: 'if (header.firstSeq !== end.lastSeq + 1) throw',
    to: 'if (header.firstSeq < 0) throw',
    by: ['journal/journal-damage.test'],
  },
  {
    name: 'records that do not match their checksum are applied',
    file: 'journal/block-frame.ts',
    from: "if ((crc32(file.u8.subarray(start, end)) | 0) !== header.payloadCrc) return 'the records do not match their checksum'",
    to: '',
    by: ['journal/journal-damage.test'],
  },
  {
    name: 'a block that the journal refused is answered',
    file: 'sequencer/sequencer.ts',
    from: "if ('cause' in handed) this.#fail(handed.cause, batch)",
    to: "if ('cause' in handed) this.#answer(batch)",
    by: ['sequencer/sequencer.test'],
  },
  ...RECOVERY_MUTANTS,
  ...HOLD_MUTANTS,
  ...CLIENT_MUTANTS,
  ...FLOOD_MUTANTS,
]
