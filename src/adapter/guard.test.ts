/** The guard of a venue's adapter behind a real gate: what leaves, what does not, and that a token leaves once. */
import assert from 'node:assert/strict'
import { chmodSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { approvalKeyFile, rotateApprovalKey } from '../auth/approval-keys.ts'
import type { Gate } from '../client/gate.ts'
import type { KillFeed } from '../client/kill-feed.ts'
import { orderAtVenue } from '../client/order-at-venue.ts'
import type { Approved, KillNotice, Order } from '../client/orders.ts'
import { SessionRig } from '../simulator/sdk/session-rig.ts'
import { GOOD_ORDER } from '../simulator/small-firm.ts'
import { type AdapterGuard, createAdapterGuard, type GuardOptions } from './guard.ts'
import { UsedTokens } from './used-tokens.ts'

describe('guard of a venue adapter', { timeout: 60_000 }, () => {
  let rig: SessionRig
  let ems: Gate
  let venue: Gate
  let guard: AdapterGuard
  let ids = 0
  const keyFile = (name = 'XSHG') => join(rig.rest.files.folder, approvalKeyFile(name))
  const guardOf = (more: Partial<GuardOptions> = {}) =>
    createAdapterGuard({
      // A machine that is busy for a second is not what most of these are about.
      ...{ venue: 'XSHG', keyFile: keyFile(), killFeed: venue.killFeed, clock: rig.clock, silentMs: 10_000 },
      ...more,
    })
  /** An approval that nobody has used. */
  const approved = async (change: Partial<Order> = {}): Promise<Approved> => {
    await rig.quote()
    const order = { ...(GOOD_ORDER as Order), orderQty: '100', clOrdID: `V-${++ids}`, ...change }
    const fate = await ems.submit(order, (one) => one)
    assert.equal(fate.outcome, 'routed', JSON.stringify(fate))
    return (fate as { readonly result: Approved }).result
  }
  const admit = (one: Approved, by = guard) => {
    const admission = by.admit(orderAtVenue(one), one.token)
    return admission.admitted ? admission.seq : admission.fault
  }

  before(async () => {
    rig = await SessionRig.start()
    const endpoint = `tcp://${await rig.listen()}`
    ems = await rig.connect('ems-1', endpoint)
    venue = await rig.connect('venue-1', endpoint)
    rig.rest.keys.keyOf('XSHG')
    guard = guardOf()
  })
  after(() => rig.close())

  test('lets an approved order out, once', async () => {
    const one = await approved()
    assert.equal(admit(one), one.decision.seq)
    assert.equal(admit(one), 'USED')
    const market = await approved({ ordType: 'Market', price: undefined })
    assert.notEqual(market.protectionPx, undefined)
    assert.equal(admit({ ...market, protectionPx: '9999' }), 'FORGED')
    assert.equal(admit(market), market.decision.seq)
  })

  test('lets nothing out before it has its key, and looks for it', async () => {
    const path = join(rig.rest.files.folder, 'later.key')
    const early = guardOf({ keyFile: path })
    const one = await approved()
    assert.equal(admit(one, early), 'NO_KEY')
    const lookedMs = rig.clock.nowMs()
    copyFileSync(keyFile(), path)
    chmodSync(path, 0o644)
    assert.throws(() => guardOf({ keyFile: path }), /others may read/)
    while (rig.clock.nowMs() < lookedMs + 300) await approved()
    assert.equal(admit(one, early), 'NO_KEY')
    chmodSync(path, 0o600)
    let found = admit(one, early)
    while (found === 'NO_KEY') {
      await new Promise((settle) => setTimeout(settle, 20))
      found = admit(one, early)
    }
    assert.equal(found, one.decision.seq)
  })

  test('lets nothing out that is not what was approved', async () => {
    const one = await approved()
    const { order } = one
    for (const change of [
      { order: { ...order, orderQty: '200' } },
      { order: { ...order, price: '1668.01' } },
      { order: { ...order, account: 'ACC-8' } },
      { clOrdID: 'another' },
      { session: 'ems-2' },
      { token: `${one.token.slice(0, -1)}${one.token.endsWith('A') ? 'B' : 'A'}` },
    ]) {
      assert.equal(admit({ ...one, ...change }), 'FORGED', JSON.stringify(change))
    }
    assert.equal(admit({ ...one, token: 'none' }), 'MALFORMED')
    assert.equal(admit({ ...one, order: { ...order, account: 'ACC-7\nBuy' } }), 'MALFORMED')
    rig.rest.keys.keyOf('XHKG')
    assert.equal(admit(one, guardOf({ venue: 'XHKG', keyFile: keyFile('XHKG') })), 'FORGED')
    assert.equal(admit(one), one.decision.seq)
  })

  test('lets nothing out that was approved too long ago, in another run, or before the adapter began', async () => {
    const one = await approved()
    const late = guardOf({ clock: { ...rig.clock, wallUs: () => rig.clock.wallUs() + 5_000_000 }, silentMs: 60_000 })
    assert.equal(admit(one, late), 'EXPIRED')
    const feed = (change: Partial<KillFeed>): KillFeed => ({ ...feedNow(), ...change })
    const feedNow = () => {
      const { epoch, pulse, firstSeq, latches } = venue.killFeed
      return { epoch, pulse, firstSeq, latches: [...latches] }
    }
    assert.equal(admit(one, guardOf({ killFeed: feed({ epoch: 2 }) })), 'OTHER_EPOCH')
    assert.equal(admit(one, guardOf({ killFeed: feed({ firstSeq: one.decision.seq }) })), 'BEFORE_START')
    assert.equal(admit(one), one.decision.seq)
  })

  test('lets out what was approved before, and after, the key was changed; a leaked key ends at once', async () => {
    const { files } = rig.rest
    const before = await approved()
    const nowUs = rig.clock.wallUs()
    rotateApprovalKey(files, 'XSHG', nowUs, nowUs + 500_000)
    const copy = join(files.folder, 'copy.key')
    copyFileSync(keyFile(), copy)
    chmodSync(copy, 0o600)
    assert.equal(admit(before), before.decision.seq)
    const old = rig.rest.keys.keyOf('XSHG', nowUs).mac('x')
    // Longer than both sides take to look at the file again, and to the key's time.
    while (rig.clock.wallUs() < nowUs + 500_000 || rig.rest.keys.keyOf('XSHG').mac('x') === old) await approved()
    const behind = await approved()
    assert.equal(admit(behind, guardOf({ keyFile: copy })), behind.decision.seq)
    assert.equal(admit(behind), behind.decision.seq)
    const lost = await approved()
    rotateApprovalKey(files, 'XSHG', rig.clock.wallUs(), undefined)
    assert.equal(admit(lost, guardOf()), 'FORGED')
    while (rig.rest.keys.keyOf('XSHG', 0).mac('x') === old) await approved()
    const next = await approved()
    assert.equal(admit(next, guardOf()), next.decision.seq)
  })

  test('refuses what a latch may cover that was set since, and lets out what was approved under it', async () => {
    const one = await approved()
    const [account, other, trader, sells] = await Promise.all(
      [{ account: 'ACC-7' }, { account: 'ACC-8' }, { trader: 'T-3' }, { side: 'Sell', account: 'ACC-7' }].map(
        (scope, at) =>
          ({
            seq: one.decision.seq + 1,
            latch: 900 + at,
            state: 'KILLED',
            cause: '',
            scope: scopeOf(scope),
          }) satisfies KillNotice,
      ),
    )
    const { epoch, pulse, firstSeq } = venue.killFeed
    const under = (...latches: (KillNotice | undefined)[]) =>
      admit(
        one,
        guardOf({ killFeed: { epoch, pulse, firstSeq, latches: latches.filter((latch) => latch !== undefined) } }),
      )
    assert.equal(under(account), 'KILLED')
    assert.equal(under(trader), 'KILLED', 'a trader the sender could make up')
    assert.equal(under({ ...(account as KillNotice), scope: [] }), 'KILLED', 'the firm')
    assert.equal(under(other, sells), one.decision.seq)
    assert.equal(under({ ...(account as KillNotice), seq: one.decision.seq - 1 }), one.decision.seq)
    assert.equal(
      under({ ...(other as KillNotice), scope: scopeOf({ account: '#4' }) }),
      'KILLED',
      'a name it is not told',
    )
  })

  test('follows the kill feed of the gate', async () => {
    // It has read the key that there is now.
    const own = guardOf()
    const one = await approved()
    const told = new Promise<KillNotice>((settle) => venue.on('kill', settle))
    const kill = await rig.rest.send('alice', 'POST', '/kill', {
      trader: 'T-3',
      symbol: GOOD_ORDER.symbol,
      reason: 'test',
    })
    assert.equal(kill.body.outcome, 'APPLIED', JSON.stringify(kill.body))
    await told
    assert.equal(admit(one, own), 'KILLED')
    const refused = await ems.submit({ ...(GOOD_ORDER as Order), clOrdID: 'K-1' }, () => assert.fail())
    assert.equal(refused.outcome === 'refused' && refused.refusal.code, 'KILLED')
  })

  test('refuses everything when the gate is silent, and when what it says is a second old', async () => {
    const { epoch, pulse, firstSeq } = venue.killFeed
    assert.ok(pulse !== undefined)
    const fault = (heardMs: number, timeUs: number) => {
      const killFeed = { epoch, firstSeq, latches: [], pulse: { ...pulse, heardMs, timeUs } }
      const admission = guardOf({ killFeed, silentMs: 1_000 }).admit(NOTHING, 'none')
      return !admission.admitted && admission.fault
    }
    const [ms, us] = [rig.clock.nowMs(), rig.clock.wallUs()]
    assert.equal(fault(ms, us), 'MALFORMED', 'it is heard')
    assert.equal(fault(ms - 1_001, us), 'FEED_SILENT')
    assert.equal(fault(ms, us - 1_000_001), 'FEED_SILENT')
    rig.isTicking = false
    const strict = guardOf({ silentMs: 1_000 })
    const silent = () => {
      const admission = strict.admit(NOTHING, 'none')
      return !admission.admitted && admission.fault === 'FEED_SILENT'
    }
    while (!silent()) await new Promise((settle) => setTimeout(settle, 50))
    rig.isTicking = true
    while (silent()) await new Promise((settle) => setTimeout(settle, 50))
  })
})

const NOTHING = {
  ...{ session: 's', clOrdID: 'c', symbol: 'S', account: 'A', side: 'Buy', orderQty: '1', ordType: 'Limit' },
  timeInForce: 'Day',
}

const scopeOf = (scope: object) => Object.entries(scope).map(([kind, name]) => ({ kind, name: String(name) }))

test('a full memory takes nothing more, and never forgets a token that lives', () => {
  const used = new UsedTokens(3)
  const head = (seq: number, expiryUs: number) => ({ epoch: 1, seq, expiryUs })
  for (const [seq, expiryUs] of [
    [1, 30],
    [2, 10],
    [3, 20],
  ] as const) {
    assert.equal(used.use(head(seq, expiryUs), 0), undefined)
  }
  assert.equal(used.use(head(4, 50), 9), 'MEMORY_FULL')
  assert.equal(used.use(head(1, 30), 9), 'USED')
  assert.equal(used.use(head(4, 50), 10), undefined, 'the second has run out')
  assert.equal(used.use(head(5, 50), 10), 'MEMORY_FULL')
  assert.equal(used.use({ ...head(1, 30), epoch: 2 }, 25), undefined, 'of another run it is another')
  assert.equal(used.use(head(1, 30), 25), 'USED')
})
