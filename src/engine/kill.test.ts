/** Kill: nothing new from the next command on, a cancel request for everything that lives, and two people to end it. */
import assert from 'node:assert/strict'
import { DUTIES, TRADING_STATES, type TradingState } from '../model/vocabulary.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'

scenario('a kill sets the latch alone: it takes no longer, however much is open', (s) => {
  for (let at = 0; at < 20; at++) s.working({})
  s.kill('KILLED')
  assert.deepEqual(
    s.said.map(({ event }) => event),
    ['Applied'],
  )
  assert.equal(s.order({}).reason, 'KILLED')
  assert.deepEqual(s.engine.view.cancelRequests(0, 100), [])
  assert.notEqual(s.engine.nextSweep(), null)
})

scenario('the sweep requests the cancel of every order that can still execute, and of no other', (s) => {
  const flight = s.working({})
  const resting = s.working({ timeInForce: 'GTC' })
  s.report('New', resting)
  const part = s.working({})
  s.fill(part, 40)
  const stop = s.working({ ordType: 'Stop', stopPx: 11_000 })
  const canceling = s.working({})
  s.cancel(canceling)
  const replacing = s.working({})
  s.replaced(replacing, { orderQty: 150 })
  s.fill(s.working({}), 100)
  s.report('Canceled', s.working({}))
  const latch = s.kill('KILLED')
  const requested = s.sweepAll().map(({ orderSeq }) => orderSeq)
  const wanted = [flight, resting, part, stop, canceling, replacing].map((id) => s.live(id)?.orderSeq)
  assert.deepEqual(requested.toSorted(), wanted.toSorted())
  assert.equal(s.engine.nextSweep(), null)
  assert.deepEqual(
    [...s.engine.view.latches()].map((view) => [view.latch, view.swept]),
    [[latch, true]],
  )
})

scenario('a request leaves the state of its order and all exposure as they are', (s) => {
  const id = s.working({})
  s.report('New', id)
  const { state, openValue, leavesQty } = s.live(id) ?? {}
  s.kill('KILLED')
  s.sweepAll()
  const after = s.live(id)
  assert.deepEqual([after?.state, after?.openValue, after?.leavesQty], [state, openValue, leavesQty])
  assert.equal(after?.cancelRequested, true)
})

scenario('requests are outstanding until the order ends', (s) => {
  const ids = [s.working({}), s.working({})]
  s.kill('KILLED')
  s.sweepAll()
  const [sweep] = s.engine.view.cancelRequests(0, 10)
  assert.deepEqual(
    s.engine.view.cancelRequests(0, 10).map(({ clOrdID }) => clOrdID),
    ids,
  )
  assert.deepEqual(s.engine.view.cancelRequests(sweep?.seq ?? 0, 10), [])
  s.cancel(ids[0] ?? '')
  assert.equal(s.engine.view.cancelRequests(0, 10).length, 2)
  s.report('Canceled', ids[0] ?? '')
  assert.deepEqual(
    s.engine.view.cancelRequests(0, 10).map(({ clOrdID }) => clOrdID),
    [ids[1]],
  )
})

scenario('only what the latch covers is swept', (s) => {
  const a1 = s.working({})
  s.working({ account: 'A2' })
  s.working({ side: 'Sell', account: 'A3' })
  s.kill('KILLED', { account: 'A1', side: 0 })
  assert.deepEqual(
    s.sweepAll().map(({ orderSeq }) => orderSeq),
    [s.live(a1)?.orderSeq],
  )
})

scenario('a sweep looks at 256 slots at a time, and orders go on ending meanwhile', (s) => {
  const ids = Array.from({ length: 600 }, () => s.working({ orderQty: 1 }))
  const latch = s.kill('KILLED')
  const first = s.engine.nextSweep()
  assert.deepEqual(first, { latch, fromSlot: 0 })
  const said = s.send('KillSweep', first ?? {})
  assert.equal(said.filter(({ event }) => event === 'CancelRequested').length, 256)
  assert.equal(said.at(-1)?.nextSlot, 256)
  s.report('Canceled', ids[300] ?? '')
  assert.equal(s.sweepAll().length, 600 - 256 - 1)
})

scenario('a restart in the middle of a sweep goes on where it was', (s) => {
  for (let at = 0; at < 300; at++) s.working({ orderQty: 1 })
  s.kill('KILLED')
  s.send('KillSweep', s.engine.nextSweep() ?? {})
  const again = s.replayed()
  assert.deepEqual(again.nextSweep(), s.engine.nextSweep())
  assert.deepEqual(again.view.cancelRequests(0, 1_000), s.engine.view.cancelRequests(0, 1_000))
  assert.deepEqual([...again.view.latches()], [...s.engine.view.latches()])
})

scenario('a sweep that is not due is refused', (s) => {
  s.working({})
  const killed = s.kill('KILLED')
  for (const given of [
    { latch: killed, fromSlot: 256 },
    { latch: killed + 1, fromSlot: 0 },
  ]) {
    s.send('KillSweep', given)
    assert.equal(s.refusal, 'UNKNOWN_LATCH', JSON.stringify(given))
  }
  s.sweepAll()
  s.send('KillSweep', { latch: killed, fromSlot: 0 })
  assert.equal(s.refusal, 'UNKNOWN_LATCH', 'it was completed')
})

for (const state of ['REDUCE_ONLY', 'BLOCKED'] as const) {
  scenario(`${state} cancels nothing`, (s) => {
    s.working({})
    const latch = s.kill(state)
    assert.equal(s.engine.nextSweep(), null)
    s.send('KillSweep', { latch, fromSlot: 0 })
    assert.equal(s.refusal, 'UNKNOWN_LATCH')
  })
}

scenario('no sequence of orders, replaces, days and reports approves anything under a kill', (s) => {
  const id = s.working({})
  s.position('A1', 'ACME', 100)
  s.kill('KILLED', { entity: 'E1' })
  s.limit('MAX_ORDER_QTY', 'A1', 1e9)
  s.fill(id, 10)
  s.roll(20270118)
  s.sweepAll()
  for (const order of [{}, { side: 'Sell' }, { ordType: 'Market' }, { account: 'A3', session: 'X2' }] as const) {
    assert.equal(s.order(order).reason, 'KILLED')
  }
  assert.equal(s.replace(id, { orderQty: 11 }).reason, 'KILLED')
  assert.equal(s.evaluate({}).reason, 'KILLED')
})

scenario('each kill is a latch of its own: the scopes of two are both stopped until both are released', (s) => {
  const one = s.kill('KILLED', { account: 'A1' })
  const two = s.kill('KILLED', { account: 'A1' })
  assert.notEqual(one, two)
  s.release(one)
  assert.equal(s.order({}).reason, 'KILLED')
  s.release(two)
  s.working({})
})

/** Kills that name something that there is not. */
const UNKNOWN = [
  'entity',
  'client',
  'desk',
  'trader',
  'account',
  'strategy',
  'sessionScope',
  'instrument',
  'venue',
] as const
scenario('a kill of an unknown name, state or side is refused: it must not stop less than was meant', (s) => {
  const any = { entity: -1, client: -1, desk: -1, trader: -1, account: -1, strategy: -1, sessionScope: -1 }
  const all = { ...any, instrument: -1, underlying: -1, assetClass: -1, sector: -1, venue: -1, side: -1, state: 3 }
  for (const key of UNKNOWN) {
    s.send('Kill', { ...all, [key]: 60 })
    assert.equal(s.refusal, 'UNKNOWN_NAME', key)
  }
  for (const given of [{ state: 0 }, { state: 4 }, { side: 2 }]) {
    s.send('Kill', { ...all, ...given })
    assert.equal(s.refusal, 'INVALID_VALUE', JSON.stringify(given))
  }
})

type Step = 'request' | 'approve'
const RELEASING = (1 << DUTIES.indexOf('release:request')) | (1 << DUTIES.indexOf('release:approve'))

function release(s: Scenario, step: Step, latch: number, by: string, state: TradingState = 'ACTIVE'): string {
  const [to, principal] = [TRADING_STATES.indexOf(state), s.id(by)]
  s.send('Release', { latch, state: to, step: step === 'request' ? 0 : 1, principal })
  return s.refusal ?? 'APPLIED'
}

/** Releases of a killed latch by ALICE, BOB and BOT; the last one's result is the expected one. */
const RELEASES: readonly (readonly [
  title: string,
  steps: readonly (readonly [Step, string, TradingState?])[],
  said: string,
])[] = [
  [
    'one person alone',
    [
      ['request', 'ALICE'],
      ['approve', 'ALICE'],
    ],
    'MAKER_IS_CHECKER',
  ],
  [
    'two people',
    [
      ['request', 'ALICE'],
      ['approve', 'BOB'],
    ],
    'APPLIED',
  ],
  ['nobody has asked', [['approve', 'BOB']], 'NOT_REQUESTED'],
  [
    'another state than was asked for',
    [
      ['request', 'ALICE', 'REDUCE_ONLY'],
      ['approve', 'BOB', 'ACTIVE'],
    ],
    'NOT_REQUESTED',
  ],
  ['a machine asks', [['request', 'BOT']], 'DUTY_MISSING'],
  [
    'a machine approves',
    [
      ['request', 'ALICE'],
      ['approve', 'BOT'],
    ],
    'DUTY_MISSING',
  ],
  ['the gate itself', [['request', '']], 'DUTY_MISSING'],
  ['to a state that is no lower', [['request', 'ALICE', 'KILLED']], 'INVALID_VALUE'],
  [
    'the later request counts',
    [
      ['request', 'ALICE'],
      ['request', 'BOB'],
      ['approve', 'ALICE'],
    ],
    'APPLIED',
  ],
  [
    'and its maker is no checker',
    [
      ['request', 'ALICE'],
      ['request', 'BOB'],
      ['approve', 'BOB'],
    ],
    'MAKER_IS_CHECKER',
  ],
  [
    'once released it is gone',
    [
      ['request', 'ALICE'],
      ['approve', 'BOB'],
      ['request', 'ALICE'],
    ],
    'UNKNOWN_LATCH',
  ],
  [
    'one step down needs a new request',
    [
      ['request', 'ALICE', 'BLOCKED'],
      ['approve', 'BOB', 'BLOCKED'],
      ['approve', 'BOB'],
    ],
    'NOT_REQUESTED',
  ],
]
for (const [title, steps, said] of RELEASES) {
  scenario(`release: ${title}: ${said}`, (s) => {
    s.name('PRINCIPAL', 'BOT')
    s.applied('Binding', { kind: 6, a: s.id('BOT'), b: RELEASING, allow: 1 })
    const latch = s.kill('KILLED')
    const results = steps.map(([step, by, state]) => release(s, step, latch, by, state))
    assert.equal(results.at(-1), said)
    const isEnded = said === 'APPLIED' || said === 'UNKNOWN_LATCH'
    assert.equal([...s.engine.view.latches()].length, isEnded ? 0 : 1)
  })
}

scenario('release: without the duty of the step', (s) => {
  s.name('PRINCIPAL', 'CAROL', {}, 1)
  const latch = s.kill('KILLED')
  assert.equal(release(s, 'request', latch, 'CAROL'), 'DUTY_MISSING')
  assert.equal(release(s, 'request', latch, 'ALICE'), 'APPLIED')
  assert.equal(release(s, 'approve', latch, 'CAROL'), 'DUTY_MISSING')
})

scenario('release in steps: killed, blocked, reduce-only, active', (s) => {
  s.position('A1', 'ACME', 100)
  const latch = s.kill('KILLED')
  const sell = { side: 'Sell' } as const
  assert.deepEqual([s.order(sell).reason, s.order({}).reason], ['KILLED', 'KILLED'])
  s.release(latch, 'BLOCKED')
  assert.deepEqual([s.order(sell).reason, s.order({}).reason], ['BLOCKED', 'BLOCKED'])
  s.release(latch, 'REDUCE_ONLY')
  assert.deepEqual([s.order(sell).reason, s.order({}).reason], ['NONE', 'REDUCE_ONLY'])
  s.release(latch, 'ACTIVE')
  s.working({ price: 9_000 })
})

scenario('a released kill is not swept any further', (s) => {
  const ids = Array.from({ length: 300 }, () => s.working({ orderQty: 1 }))
  const latch = s.kill('KILLED')
  s.send('KillSweep', s.engine.nextSweep() ?? {})
  for (const id of ids) s.report('Canceled', id)
  s.release(latch)
  assert.equal(s.engine.nextSweep(), null)
})

scenario('nor is a kill that was released to blocked: only what is killed is swept', (s) => {
  for (let at = 0; at < 300; at++) s.working({ orderQty: 1 })
  const latch = s.kill('KILLED')
  s.send('KillSweep', s.engine.nextSweep() ?? {})
  s.release(latch, 'BLOCKED')
  assert.equal(s.engine.nextSweep(), null)
  s.send('KillSweep', { latch, fromSlot: 256 })
  assert.equal(s.refusal, 'UNKNOWN_LATCH')
  assert.equal(s.engine.view.cancelRequests(0, 1_000).length, 256, 'what was asked for stays asked for')
})
