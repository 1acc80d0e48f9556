/** The worlds are whole: every name is defined, every mandatory limit is set. And the check finds what is not. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Engine } from '../../engine/engine.ts'
import { DEMO_SIZES } from '../../model/bounds.ts'
import { reasonAt } from '../../model/codes.ts'
import type { Directory } from '../../model/directory.ts'
import { RequestError } from '../../model/errors.ts'
import { binding, hierarchy } from '../../model/parse/hierarchy.ts'
import { instrument } from '../../model/parse/instrument.ts'
import { limit } from '../../model/parse/limit.ts'
import { sessionPhase } from '../../model/parse/market.ts'
import type { Command, Sender } from '../../model/parse/reading.ts'
import { capital, fx, list, parameter, position } from '../../model/parse/reference.ts'
import { GENESIS } from '../../model/records/commands.ts'
import { REFUSED } from '../../model/records/events.ts'
import { decode, encode, type RecordLayout, type RecordOf } from '../../model/records/schema.ts'
import { Tape, typeAt } from '../../model/records/tape.ts'
import { US_EQUITY_PACK } from '../../rules/us-equity-pack.ts'
import { checkWorld } from './check-world.ts'
import { dayWorld } from './day-world.ts'
import { demoWorld } from './demo-world.ts'
import { limitKey } from './mandatory-limits.ts'
import type { World } from './world.ts'
import type { Body } from './world-bodies.ts'
import { agingRequests, worldRequests } from './world-bodies.ts'

const FIRM = 'DEMO'
const SESSION = 'floor-ems'
const GIVEN = [
  { kind: 'FIRM', name: FIRM },
  { kind: 'SESSION', name: SESSION },
  { kind: 'CURRENCY', name: 'USD' },
] as const
const demo = demoWorld(FIRM, SESSION)
const day = dayWorld(FIRM, SESSION, '1795.00')

/** The constructors of the REST interface, by path. */
const CONSTRUCTORS: Readonly<
  Record<string, (words: never, names: Directory, sender: Sender) => Command | RequestError>
> = {
  ...{ '/hierarchy': hierarchy, '/bindings': binding, '/fx': fx, '/instruments': instrument, '/capital': capital },
  ...{ '/parameters': parameter, '/limits': limit, '/lists': list, '/positions': position, '/phases': sessionPhase },
}

type Values = Readonly<Record<string, string | number>>

/** An engine that is told of a world as the gateway would tell it. */
class WorldEngine {
  readonly #engine = new Engine({ sizes: DEMO_SIZES, rules: US_EQUITY_PACK, hashSeed: 1 })
  readonly #tape = Tape.ofBytes(1 << 20)
  #seq = 0

  constructor() {
    const genesis = { profile: 0, ledgerDecimals: 2, tradeDate: 20261121, firm: FIRM, baseCurrency: 'USD' }
    this.#run(GENESIS as RecordLayout, genesis)
    assert.equal(this.take('/hierarchy', { kind: 'SESSION', name: SESSION }), 'taken')
  }

  /** 'taken', or why not. */
  take(path: string, row: Body): string {
    const command = CONSTRUCTORS[path]?.(row as never, this.#engine.directory, { session: -1, principal: -1 })
    if (command === undefined || command instanceof RequestError) return `${command?.code} ${command?.field}`
    return this.#run(command.layout, command.values as Values)
  }

  #run(layout: RecordLayout, values: Values): string {
    this.#tape.end = 0
    const stamp = { seq: ++this.#seq, timeUs: Date.UTC(2026, 10, 21) * 1_000 }
    const offset = encode(this.#tape, layout, { session: -1, principal: -1, ...values, ...stamp } as Partial<
      RecordOf<RecordLayout>
    >)
    const events = this.#tape.end
    this.#engine.execute(this.#tape, offset)
    if (typeAt(this.#tape, events) !== REFUSED.type) return 'taken'
    return reasonAt(decode(this.#tape, events, REFUSED).reason).code
  }
}

function faults(changes: Partial<World>): string[] {
  return checkWorld({ ...demo, ...changes }, GIVEN)
}

test('the demo world is whole', () => {
  assert.deepEqual(checkWorld(demo, GIVEN), [])
  assert.equal(demo.names.filter(({ kind }) => kind === 'ACCOUNT').length, 12)
  assert.equal(demo.names.filter(({ kind }) => kind === 'DESK').length, 4)
  assert.deepEqual(new Set(demo.names.flatMap(({ owner }) => owner ?? [])), new Set(['OWNER-1']))
})

test('the world of the real day is whole', () => {
  assert.deepEqual(checkWorld(day, GIVEN), [])
})

for (const [name, world] of Object.entries({ demo, day })) {
  test(`an engine takes every row of the ${name} world, twice`, () => {
    const engine = new WorldEngine()
    for (const time of ['2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z']) {
      for (const { path, rows } of [...worldRequests(world), ...agingRequests(world, time)]) {
        for (const row of rows) assert.equal(engine.take(path, row), 'taken', `${path} ${JSON.stringify(row)}`)
      }
    }
  })
}

describe('the check finds', () => {
  test('a name that is used before it is defined', () => {
    assert.deepEqual(faults({ names: [...demo.names].reverse() }).slice(0, 2), [
      'STRATEGY manual names TRADER TRADER-8, which is not known',
      'STRATEGY STRAT-6 names TRADER TRADER-6, which is not known',
    ])
  })

  test('each single missing mandatory limit', () => {
    const optional = ['B09', 'C05', 'D06']
    const mandatory = demo.limits.filter(({ control, mode, object }) => {
      return !optional.includes(control) && mode === undefined && object?.name !== 'Energy'
    })
    for (const one of mandatory) {
      const found = faults({ limits: demo.limits.filter((limit) => limit !== one) })
      assert.ok(found.length > 0, limitKey(one))
      assert.match(found[0] ?? '', /^the mandatory limit .* is missing$/)
    }
  })

  test('a limit that is no number of its unit, one without a window, and one that is set twice', () => {
    const firm = { kind: 'FIRM', name: FIRM } as const
    assert.deepEqual(faults({ limits: [...demo.limits, { control: 'C05', subject: firm, hard: '1.5' }] }), [
      'C05|FIRM|DEMO|NONE|: 1.5 is no limit of count',
    ])
    assert.deepEqual(faults({ limits: [...demo.limits, { control: 'C01', subject: firm, hard: '1' }] }), [
      'C01|FIRM|DEMO|NONE| has no window',
    ])
    assert.deepEqual(faults({ limits: [...demo.limits, ...demo.limits.slice(0, 1)] }), [
      'the limit B01|FIRM|DEMO|NONE| is set twice',
    ])
  })

  test('a control that takes no limits', () => {
    const limit = { control: 'H01', subject: { kind: 'FIRM', name: FIRM }, hard: '1' } as const
    assert.deepEqual(faults({ limits: [...demo.limits, limit] }), ['H01 takes no limits'])
  })
})
