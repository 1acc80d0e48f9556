/** The worlds are whole: every name is defined, every mandatory limit is set. And the check finds what is not. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { EngineGate } from '../../simulator/engine-gate.ts'
import { checkWorld } from './check-world.ts'
import { dayWorld } from './day-world.ts'
import { demoWorld } from './demo-world.ts'
import { limitKey } from './mandatory-limits.ts'
import type { World } from './world.ts'
import { agingRequests, worldRequests } from './world-bodies.ts'
import { YOUR_SEAT } from './your-seat.ts'

const FIRM = 'DEMO'
const SESSION = 'floor-ems'
const GIVEN = [
  { kind: 'FIRM', name: FIRM },
  { kind: 'SESSION', name: SESSION },
  { kind: 'CURRENCY', name: 'USD' },
] as const
const YOURS = { kind: 'SESSION', name: YOUR_SEAT.session } as const
const demo = demoWorld(FIRM, SESSION)
const day = dayWorld(FIRM, SESSION, '1795.00')

function faults(changes: Partial<World>): string[] {
  return checkWorld({ ...demo, ...changes }, [...GIVEN, YOURS])
}

test('the demo world is whole', () => {
  assert.deepEqual(checkWorld(demo, [...GIVEN, YOURS]), [])
  assert.equal(demo.names.filter(({ kind }) => kind === 'ACCOUNT').length, 13)
  assert.equal(demo.names.filter(({ kind }) => kind === 'DESK').length, 5)
  assert.deepEqual(new Set(demo.names.flatMap(({ owner }) => owner ?? [])), new Set(['OWNER-1', YOUR_SEAT.owner]))
})

test('the world of the real day is whole', () => {
  assert.deepEqual(checkWorld(day, GIVEN), [])
})

for (const [name, world] of Object.entries({ demo, day })) {
  test(`an engine takes every row of the ${name} world, twice`, () => {
    const midnightUs = Date.UTC(2026, 10, 21) * 1_000
    const names = { firm: FIRM, baseCurrency: 'USD', session: SESSION, feed: '' }
    const engine = new EngineGate({ ...names, tradeDate: 20261121, midnightUs })
    engine.tell('/hierarchy', YOURS, 0)
    for (const time of ['2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z']) {
      for (const { path, rows } of [...worldRequests(world), ...agingRequests(world, time)]) {
        for (const row of rows) assert.equal(engine.take(path, row, 0), undefined, `${path} ${JSON.stringify(row)}`)
      }
    }
  })
}

describe('the check finds', () => {
  test('a name that is used before it is defined', () => {
    assert.deepEqual(faults({ names: [...demo.names].reverse() }).slice(0, 2), [
      'STRATEGY STRAT-7 names TRADER TRADER-9, which is not known',
      'ACCOUNT ACC-13 names ENTITY ENTITY-1, which is not known',
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
