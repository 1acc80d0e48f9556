/**
 * An independent recomputation of what stands: the twin carries out the journal's commands one by one, and every sum of
 * a recovered engine must be the sum of the twin's orders and bookings, in BigInt.
 */
import assert from 'node:assert/strict'
import { reasonAt } from '../../model/codes.ts'
import type { EngineView } from '../../model/engine-port.ts'
import { OUTCOMES } from '../../model/vocabulary.ts'
import { US_EQUITY_PACK } from '../../rules/us-equity-pack.ts'
import type { Decision } from '../twin/events.ts'
import { sum } from '../twin/exact.ts'
import { countAt, endsAt, executedAt, grossAt, NO_OBJECT, openAt, type Snapshot, snapshot } from '../twin/exposure.ts'
import { liveOrders, type Name } from '../twin/state.ts'
import { Twin } from '../twin/twin.ts'
import { leavesOfOrder } from '../twin/value.ts'
import { type Entry, eventNamed, type RecordedEvent } from './recorded-journal.ts'

export interface Compared {
  readonly subjects: number
  readonly cells: number
  readonly liveOrders: number
}

export class Standing {
  readonly #twin = new Twin(US_EQUITY_PACK)
  #fed = 0

  /** Carries out what the journal has more than the last time, and compares each decision. */
  feed(entries: readonly Entry[]): void {
    for (const entry of entries.slice(this.#fed)) {
      const { command } = entry
      const said = this.#twin.execute(command).find((event) => event.name === 'OrderDecided')
      const recorded = eventNamed(entry, 'OrderDecided')
      if (recorded !== undefined) {
        assert.equal(inWords(recorded.values), inWords(said?.decision), `decision on command ${command.values.seq}`)
        this.#learnSlot(recorded)
      }
    }
    this.#fed = entries.length
  }

  /** Only the engine has a table of orders; a report names an order by its place in it. */
  #learnSlot({ values }: RecordedEvent): void {
    const { outcome, orderSeq, slot } = values as Readonly<Record<string, number>>
    if (OUTCOMES[outcome as number] !== 'APPROVE') return
    this.#twin.state.slots.set(orderSeq as number, slot as number)
  }

  /** Throws at the first sum that differs. */
  check(view: EngineView): Compared {
    const { state } = this.#twin
    const snap = snapshot(state)
    const orders = liveOrders(state).map((order) => [order.seq, order.state, Number(leavesOfOrder(state, order))])
    const theirs = [...view.orders()].map(({ orderSeq, state, leavesQty }) => [orderSeq, state, leavesQty])
    assert.deepEqual(sorted(theirs), sorted(orders), 'live orders')
    const cells = this.#checkCells(view, snap)
    for (const subject of state.subjects) this.#checkExposure(view, snap, subject)
    const latches = [...state.latches.values()].map(({ id, state, cause }) => [id, state, cause])
    assert.deepEqual(sorted([...view.latches()].map((one) => [one.latch, one.state, one.cause])), sorted(latches))
    const limits = [...state.limits.values()].map(({ control, subject, object, hard }) => [
      ...[control, subject, object, Number(hard)],
    ])
    const inForce = [...view.limits()].map(({ control, subject, object, hard }) => [control, subject, object, hard])
    assert.deepEqual(sorted(inForce), sorted(limits), 'limits in force')
    return { subjects: state.subjects.length, cells, liveOrders: orders.length }
  }

  #checkCells(view: EngineView, snap: Snapshot): number {
    const ours = [...snap.cells.values()]
      .filter(({ position, buys, sells }) => position !== 0n || buys !== 0n || sells !== 0n)
      .map((cell) => {
        const { account, desk, trader, strategy, instrument } = cell.keys
        const owner = { ACCOUNT: account, DESK: desk, TRADER: trader, STRATEGY: strategy }[cell.kind]
        const worth = snap.worths.get(cell)
        const numbers = [cell.position, cell.buys, cell.sells, worth?.up ?? 0n, worth?.down ?? 0n].map(Number)
        return [cell.kind, owner, account, instrument, ...numbers]
      })
    const theirs = [...view.cells()]
      .filter((cell) => cell.position !== 0 || cell.buyLeaves !== 0 || cell.sellLeaves !== 0)
      .map(({ kind, subject, account, instrument, position, buyLeaves, sellLeaves, up, down }) => [
        ...[kind, subject, account, instrument, position, buyLeaves, sellLeaves, up, down],
      ])
    assert.deepEqual(sorted(theirs), sorted(ours), 'cells')
    return ours.length
  }

  #checkExposure(view: EngineView, snap: Snapshot, subject: Name): void {
    const { state } = this.#twin
    const ends = [...endsAt(state, snap, subject, NO_OBJECT).values()]
    const { gross, long, short, executed, open, openOrders } = view.exposure(subject.id)
    assert.deepEqual(
      { gross, long, short, executed, open, openOrders },
      {
        gross: Number(grossAt(state, snap, subject, NO_OBJECT)),
        long: Number(sum(ends.map((end) => end.long))),
        short: Number(sum(ends.map((end) => end.short))),
        executed: Number(executedAt(state, subject, NO_OBJECT)),
        open: Number(openAt(state, snap, subject, NO_OBJECT)),
        openOrders: Number(countAt(state, snap, subject, NO_OBJECT)),
      },
      `exposure of ${subject.kind} ${subject.name}`,
    )
  }
}

function inWords(decision: Decision | RecordedEvent['values'] | undefined): string {
  if (decision === undefined) return 'not decided on'
  const { outcome, reason, firstSeq } = decision as Readonly<Record<string, number>>
  const word = OUTCOMES[outcome as number]
  // What a repeat says is the first decision's to say.
  if (word === 'DUPLICATE') return `DUPLICATE of ${firstSeq}`
  return `${word} ${reasonAt(reason as number).code} ${decision.orderSeq}`
}

function sorted(rows: readonly (readonly (string | number)[])[]): string[] {
  // Minus zero and zero are the same quantity of nothing.
  return rows.map((row) => row.map((value) => (value === 0 ? 0 : value)).join(' ')).sort()
}
