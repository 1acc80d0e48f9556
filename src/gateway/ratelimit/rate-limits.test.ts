/** Rates by scope: all or none of what a message counts in, what is never refused, whose words count, and memory. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Directory } from '../../model/directory.ts'
import type { OrderView } from '../../model/engine-port.ts'
import { parseRate, type Rate, type RateScope, type RateSettings, rateKey } from './rate.ts'
import { type Asker, RateLimits } from './rate-limits.ts'

const SEED = Number(process.env.SEED ?? 1)
const NAMES = ['ems-1', 'ems-2', 'ACC-1', 'ACC-2', 'T-1', 'S-1', 'S-2', 'T-2']
const SYMBOLS = ['AAPL', 'MSFT']
const rate = (words: string) => parseRate(words) as Rate

/** Everybody may use everything; but `S-2` trades `ACC-2` alone, and `T-2` is nobody's. */
const directory = {
  idOf: (kind: string, name: string) => (kind === 'INSTRUMENT' ? SYMBOLS : NAMES).indexOf(name),
  nameOf: (_kind: string, id: number) => SYMBOLS[id] ?? `#${id}`,
  subjectOf: (id: number) => ({ kind: 'ACCOUNT', name: NAMES[id] }),
  isBound: (kind: string, subject: number, other: number) =>
    NAMES[other] !== 'T-2' && (kind !== 'STRATEGY_ACCOUNT' || NAMES[subject] !== 'S-2' || NAMES[other] === 'ACC-2'),
} as unknown as Directory

function rig(settings: Partial<Record<RateScope, string>>, named: Readonly<Record<string, string>> = {}) {
  const world = { nowMs: 0 }
  const refused: RateScope[] = []
  const orders = new Map<string, Partial<OrderView>>()
  const limits = new RateLimits({
    directory,
    view: { orderOf: (session, id) => orders.get(`${session} ${id}`) as OrderView | undefined },
    nowMs: () => world.nowMs,
    settings: settingsOf(settings, named),
    onRefused: (scope) => refused.push(scope),
  })
  return { limits, world, refused, orders }
}

function settingsOf(each: Partial<Record<RateScope, string>>, named: Readonly<Record<string, string>>): RateSettings {
  return {
    each: Object.fromEntries(Object.entries(each).map(([scope, words]) => [scope, rate(words)])),
    named: new Map(Object.entries(named).map(([key, words]) => [key, rate(words)])),
  }
}

const asker = (name: string, isAgent = false): Asker => ({
  grant: { clientID: name },
  session: NAMES.indexOf(name),
  holds: () => isAgent,
})
const words = { account: 'ACC-1', trader: 'T-1', strategy: 'S-1', symbol: 'AAPL' }

test('a refusal names the scope that keeps it longest, in words and in milliseconds', () => {
  const { limits, world, refused } = rig({ account: '2 in 1 s', instrument: '1 in 10 ms', client: '9 in 1 s' })
  const one = asker('ems-1')
  assert.equal(limits.newOrder(one, words), undefined)
  world.nowMs = 9.5
  const { code, field, text, retryAfterMs } = limits.newOrder(one, words) ?? {}
  assert.deepEqual([code, field, retryAfterMs], ['RATE_LIMITED', 'instrument', 1])
  assert.equal(text, 'instrument AAPL: 1 in 10 ms; try again in 0.001 s')
  world.nowMs = 650
  assert.equal(limits.newOrder(one, words), undefined)
  assert.equal(limits.newOrder(one, words)?.text, 'account ACC-1: 2 in 1 s; try again in 0.35 s')
  assert.deepEqual(refused, ['instrument', 'account'])
})

test('a burst is named by its own terms', () => {
  const { limits } = rig({ session: '100 in 1 s, 2 in 20 ms' })
  const one = asker('ems-1')
  for (let sent = 0; sent < 2; sent++) assert.equal(limits.newOrder(one, words), undefined)
  assert.equal(limits.newOrder(one, words)?.text, 'session ems-1: 2 in 20 ms; try again in 0.02 s')
  assert.equal(limits.request(one), undefined, 'what is no order counts in no session')
})

test('a name of its own has the rate that is stated for it', () => {
  const { limits } = rig({ account: '1 in 1 s' }, { 'account ACC-2': '3 in 1 s', 'strategy S-1': '2 in 1 s' })
  const one = asker('ems-1')
  const sent = (account: string, strategy: string) => {
    let passed = 0
    while (limits.newOrder(one, { ...words, account, strategy }) === undefined) passed++
    return passed
  }
  assert.deepEqual([sent('ACC-1', 'S-1'), sent('ACC-2', 'S-1'), sent('ACC-2', 'S-2')], [1, 1, 2])
})

test('cancels and replaces count in what their order does; a cancel is never refused', () => {
  const { limits, orders } = rig({ account: '3 in 1 s' })
  orders.set('0 A-1', { account: NAMES.indexOf('ACC-1'), strategy: 5, instrument: 0 })
  const one = asker('ems-1')
  assert.equal(limits.replace(one, 'A-1'), undefined)
  limits.cancel(one, 'ems-1', 'A-1')
  assert.equal(limits.newOrder(one, words), undefined)
  assert.equal(limits.replace(one, 'A-1')?.field, 'account')
  for (let sent = 0; sent < 10; sent++) limits.cancel(one, 'ems-1', 'A-1')
  assert.equal(limits.newOrder(one, words)?.field, 'account')
  assert.equal(limits.replace(one, 'unknown'), undefined, 'of an order that is not known the account is not')
})

test("nobody uses up another's rate by its names", () => {
  const { limits, orders } = rig({ account: '1 in 1 s', strategy: '1 in 1 s' })
  orders.set('0 A-1', { account: NAMES.indexOf('ACC-1'), strategy: 5, instrument: 0 })
  const stranger = asker('ems-2')
  limits.cancel(stranger, 'ems-1', 'A-1')
  assert.equal(limits.newOrder(stranger, { ...words, account: 'ACC-2', strategy: 'S-1', trader: 'nobody' }), undefined)
  assert.equal(limits.newOrder(stranger, { ...words, trader: 'T-2' }), undefined)
  assert.equal(limits.newOrder(asker('ems-1'), { ...words, strategy: 'S-2' }), undefined, 'S-2 does not trade ACC-1')
  assert.equal(limits.held.windows, 1)
  limits.cancel(asker('ems-2', true), 'ems-1', 'A-1')
  assert.equal(limits.newOrder(asker('ems-1'), words)?.field, 'account', 'an agent may cancel, and it counts')
})

test('what is refused is counted nowhere, what passes everywhere: against a list of stamps', () => {
  const scopes = { client: '7 in 9 ms', session: '6 in 8 ms, 2 in 1 ms', account: '4 in 7 ms', strategy: '3 in 5 ms' }
  const messages = fc.array(
    fc.record({
      gapUs: fc.nat(2_500),
      kind: fc.constantFrom('order', 'request', 'cancel', 'look'),
      client: fc.constantFrom('ems-1', 'ems-2'),
      account: fc.constantFrom('ACC-1', 'ACC-2', 'nobody'),
      symbol: fc.constantFrom('AAPL', 'MSFT'),
    }),
    { maxLength: 200 },
  )
  fc.assert(
    fc.property(messages, (sent) => {
      const { limits, world } = rig(scopes, { 'instrument AAPL': '2 in 3 ms' })
      const { each, named } = settingsOf(scopes, { 'instrument AAPL': '2 in 3 ms' })
      const stamps = new Map<string, number[]>()
      let nowUs = 0
      for (const { gapUs, kind, client, account, symbol } of sent) {
        nowUs += gapUs
        world.nowMs = nowUs / 1000
        const keys = [rateKey('client', client)]
        if (kind === 'order' || kind === 'cancel') keys.push(rateKey('session', client))
        if (kind === 'order' && account !== 'nobody') {
          keys.push(rateKey('account', account), rateKey('strategy', 'S-1'), rateKey('instrument', symbol))
        }
        const mayPass = keys.every((key) => {
          const terms = named.get(key) ?? each[key.split(' ')[0] as RateScope]
          const count = (ms: number) => (stamps.get(key) ?? []).filter((at) => at > nowUs - ms * 1000).length
          return terms === undefined || (count(terms.windowMs) < terms.max && count(terms.burstMs) < terms.burst)
        })
        const one = asker(client)
        const orderWords = { ...words, account, symbol }
        const refused =
          kind === 'order' ? limits.newOrder(one, orderWords) : kind === 'request' ? limits.request(one) : undefined
        if (kind === 'cancel') limits.cancel(one, client, 'none')
        else if (kind === 'look') assert.equal(limits.look(one) === undefined, mayPass)
        else assert.equal(refused === undefined, mayPass)
        if (kind === 'look' || refused !== undefined) continue
        for (const key of keys) stamps.set(key, [...(stamps.get(key) ?? []), nowUs])
      }
    }),
    { seed: SEED },
  )
})

test('a source of time that steps back opens no window', () => {
  const { limits, world } = rig({ client: '2 in 1 s' })
  const one = asker('ems-1')
  world.nowMs = 10_000
  for (let sent = 0; sent < 2; sent++) assert.equal(limits.request(one), undefined)
  world.nowMs = 1
  assert.equal(limits.request(one)?.retryAfterMs, 1_000)
  world.nowMs = 11_000
  assert.equal(limits.request(one), undefined)
})

test('memory: names that nobody knows have no window, idle windows go, rings grow as they are used', () => {
  const { limits, world } = rig({ client: '100000 in 1 s', account: '100000 in 1 s' })
  const one = asker('ems-1')
  for (let sent = 0; sent < 1_000; sent++) limits.newOrder(one, { ...words, account: `made-up-${sent}` })
  assert.deepEqual(limits.held, { windows: 1, stamps: 1_024 })
  world.nowMs = 10_000
  assert.equal(limits.newOrder(asker('ems-2'), words), undefined)
  assert.deepEqual(limits.held, { windows: 2, stamps: 128 })
})
