/**
 * Chains of replaces in any order of accepts, rejects, fills, drops and cancels, against an oracle in BigInt that works out from
 * its list of versions what is reserved: the largest or the sum, everywhere, after each step, and nothing at the end.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PENDING_REPLACES } from '../model/bounds.ts'
import type { Side } from '../model/vocabulary.ts'
import { openScenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { PX } from '../simulator/scenario-given.ts'

/** `SEED=` varies what the property tries. */
const SEED = Number(process.env.SEED ?? 1)
const SUBJECTS = ['FIRM', 'E1', 'C1', 'D1', 'T1', 'A1', 'S1', 'X1']
const CELLS = ['A1', 'D1', 'T1', 'S1']

interface Version {
  readonly id: string
  readonly qty: bigint
  readonly price: bigint
}

/** One order as the page on decisions says it is reserved. */
class Oracle {
  readonly #isSell: boolean
  readonly #isAtomic: boolean
  #accepted: Version
  #pending: Version[] = []
  #cum = 0n
  isCanceling = false
  #isOver = false

  constructor(first: Version, side: Side, isAtomic: boolean) {
    this.#accepted = first
    this.#isSell = side === 'Sell'
    this.#isAtomic = isAtomic
  }

  get isOver(): boolean {
    return this.#isOver
  }

  get newest(): string {
    return (this.#pending.at(-1) ?? this.#accepted).id
  }

  get pending(): readonly string[] {
    return this.#pending.map(({ id }) => id)
  }

  get cum(): bigint {
    return this.#cum
  }

  get leaves(): bigint {
    return this.#over((version) => this.#left(version))
  }

  get openValue(): bigint {
    return this.#over((version) => this.#left(version) * this.#unitValue(version))
  }

  /** Why a replace of the newest version is refused; undefined where it is not. */
  refusal(qty: bigint): string | undefined {
    if (this.#isOver) return 'ORDER_TERMINAL'
    if (this.#pending.length >= PENDING_REPLACES) return 'REPLACE_PENDING_MAX'
    if (this.isCanceling) return 'ORDER_UNKNOWN_STATE'
    return qty <= this.#cum ? 'INVALID_QTY' : undefined
  }

  add(version: Version): void {
    this.#pending.push(version)
  }

  /** False where no such version is pending. */
  settle(id: string, isAccepted: boolean): boolean {
    const at = this.#pending.findIndex((version) => version.id === id)
    if (at < 0) return false
    const [version] = this.#pending.splice(at, 1)
    if (isAccepted) {
      this.#accepted = version as Version
      this.#pending = this.#pending.slice(at)
    }
    this.#endIfFilled()
    return true
  }

  fill(qty: bigint): void {
    this.#cum += qty
    this.#endIfFilled()
  }

  end(): void {
    this.#isOver = true
    this.#pending = []
  }

  #endIfFilled(): void {
    if (this.#pending.length === 0 && this.leaves === 0n) this.end()
  }

  #over(of: (version: Version) => bigint): bigint {
    if (this.#isOver) return 0n
    const each = [this.#accepted, ...this.#pending].map(of)
    return each.reduce((sum, one) => (this.#isAtomic ? (one > sum ? one : sum) : sum + one), 0n)
  }

  #left({ qty }: Version): bigint {
    return qty > this.#cum ? qty - this.#cum : 0n
  }

  #unitValue({ price }: Version): bigint {
    return this.#isSell && price < BigInt(PX) ? BigInt(PX) : price
  }
}

type Step =
  | { readonly kind: 'replace'; readonly qty: number; readonly price: number }
  | { readonly kind: 'accept' | 'reject' | 'drop'; readonly which: number }
  | { readonly kind: 'fill'; readonly qty: number; readonly which: number }
  | { readonly kind: 'cancel' | 'cancelRejected' | 'canceled' }

const price = fc.integer({ min: 6_000, max: 14_000 })
const which = fc.nat({ max: 20 })
const replaceStep = fc.record({ kind: fc.constant('replace' as const), qty: fc.integer({ min: 1, max: 400 }), price })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: replaceStep },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('accept', 'reject', 'drop'), which }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('fill' as const), qty: fc.integer({ min: 1, max: 60 }), which }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('cancel', 'cancelRejected', 'canceled') }) },
)
const chain = fc.record({
  venue: fc.constantFrom('V1', 'V2'),
  side: fc.constantFrom<Side>('Buy', 'Sell'),
  qty: fc.integer({ min: 1, max: 400 }),
  price,
  // As many replaces at once as are taken, and two that are not.
  first: fc.array(replaceStep, { maxLength: PENDING_REPLACES + 2 }),
  after: fc.array(step, { maxLength: 30 }),
})

/** One order with its replaces, in the engine and beside it. */
class Chain {
  readonly #s: Scenario
  readonly #oracle: Oracle
  readonly #isSell: boolean
  /** Every id that was ever approved. */
  readonly #ids: string[]

  constructor(s: Scenario, given: { venue: string; side: Side; qty: number; price: number }) {
    this.#s = s
    this.#isSell = given.side === 'Sell'
    const { venue, side, qty, price } = given
    const id = s.working({ clOrdID: 'v0', venue, side, orderQty: qty, price })
    this.#ids = [id]
    this.#oracle = new Oracle({ id, qty: BigInt(qty), price: BigInt(price) }, side, venue === 'V1')
    this.check()
  }

  /** Returns why a replace was refused. */
  play(step: Step): string | undefined {
    const refused = this.#play(step)
    this.check()
    return refused
  }

  #play(step: Step): string | undefined {
    if (step.kind === 'replace') return this.#replace(step)
    if (step.kind === 'fill') this.#fill(this.#any(step.which), step.qty)
    else if ('which' in step) this.#settle(step.kind, this.#any(step.which))
    else if (step.kind === 'cancel') {
      const said = this.#s.cancel(this.#any(0))
      assert.equal(said?.reason, this.#oracle.isOver ? 'ORDER_TERMINAL' : 'NONE')
      this.#oracle.isCanceling = true
    } else if (step.kind === 'cancelRejected') {
      this.#s.report('CancelRejected', this.#any(0))
      this.#oracle.isCanceling = false
    } else this.end()
    return undefined
  }

  #any(which: number): string {
    return this.#ids[which % this.#ids.length] as string
  }

  #replace({ qty, price }: { qty: number; price: number }): string | undefined {
    const clOrdID = `v${this.#ids.length}-${this.#s.seq}`
    const { outcome, reason } = this.#s.replace(this.#oracle.newest, { clOrdID, orderQty: qty, price })
    const refused = this.#oracle.refusal(BigInt(qty))
    assert.equal(`${outcome} ${reason}`, refused === undefined ? 'APPROVE NONE' : `REJECT ${refused}`)
    if (refused !== undefined) return refused
    this.#ids.push(clOrdID)
    this.#oracle.add({ id: clOrdID, qty: BigInt(qty), price: BigInt(price) })
    return undefined
  }

  #fill(id: string, qty: number): void {
    this.#s.fill(id, qty)
    assert.equal(this.#s.refusal, undefined, 'what was executed is booked')
    this.#oracle.fill(BigInt(qty))
  }

  #settle(kind: 'accept' | 'reject' | 'drop', id: string): void {
    const isPending = this.#oracle.pending.includes(id)
    // What was never sent is said of a version that waits: of others it is another story.
    if (kind === 'drop' && !isPending) return
    if (kind === 'drop') this.#s.notSent(id)
    else this.#s.report(kind === 'accept' ? 'Replaced' : 'ReplaceRejected', id)
    const wanted = this.#oracle.isOver ? 'ORDER_TERMINAL' : 'ORDER_UNKNOWN_STATE'
    assert.equal(this.#s.refusal, this.#oracle.settle(id, kind === 'accept') ? undefined : wanted)
  }

  /** The market ends it, where it has not ended. */
  end(): void {
    if (this.#oracle.isOver) return
    this.#s.report('Canceled', this.#ids[0] as string)
    this.#oracle.end()
  }

  check(): void {
    const { leaves, openValue, cum, isOver, pending } = this.#oracle
    const position = Number(this.#isSell ? -cum : cum)
    const sides = this.#isSell
      ? { buyLeaves: 0, sellLeaves: Number(leaves) }
      : { buyLeaves: Number(leaves), sellLeaves: 0 }
    for (const subject of CELLS) assert.deepEqual(this.#s.cell('A1', 'ACME', subject), { position, ...sides }, subject)
    const open = [Number(openValue), isOver ? 0 : 1]
    for (const subject of SUBJECTS) {
      const { open: value, openOrders } = this.#s.exposure(subject)
      assert.deepEqual([value, openOrders], open, subject)
    }
    assert.equal(this.#s.live(this.#ids[0] as string)?.pendingReplaces, isOver ? undefined : pending.length)
  }
}

test('whatever becomes of a chain of replaces, what is reserved is the largest or the sum, and nothing at the end', () => {
  const refusals = new Set<string>()
  fc.assert(
    fc.property(chain, ({ first, after, ...given }) => {
      const s = openScenario()
      const played = new Chain(s, given)
      for (const step of [...first, ...after]) refusals.add(played.play(step) ?? '')
      played.end()
      played.check()
      s.assertReplays()
    }),
    { numRuns: 150, seed: SEED },
  )
  assert.deepEqual([...refusals].sort(), [
    '',
    'INVALID_QTY',
    'ORDER_TERMINAL',
    'ORDER_UNKNOWN_STATE',
    'REPLACE_PENDING_MAX',
  ])
})
