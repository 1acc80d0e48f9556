/** The SDK against a gate in memory, in a time that the test moves: fates, timeouts, cuts, restarts, kills, the breaker. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandTime, MadeUpGate } from '../simulator/sdk/made-up-gate.ts'
import { connectGate, type GateOptions } from './connect-gate.ts'
import type { Gate } from './gate.ts'
import { type Approved, type Fate, NotRouted, type Order } from './orders.ts'

const ORDER: Omit<Order, 'clOrdID'> = {
  ...{ symbol: 'AAPL', account: 'ACC-1', trader: 'T-1', strategy: 'S-1', venue: 'XSIM' },
  side: 'Buy',
  ordType: 'Limit',
  ...{ price: '1', orderQty: '100' },
}
const TOKEN = async () => ({ accessToken: 'token', expiresInMs: 3_600_000 })

interface Rig {
  readonly time: HandTime
  readonly made: MadeUpGate
  readonly gate: Gate
  /** clOrdIDs that were routed, in their order. */
  readonly routed: string[]
  order(change?: Partial<Order>): Order
  submit(change?: Partial<Order>, options?: { timeoutMs?: number; signal?: AbortSignal }): Promise<Fate<string>>
}

async function rig(options: Partial<GateOptions> = {}): Promise<Rig> {
  const time = new HandTime()
  const made = new MadeUpGate(time)
  const routed: string[] = []
  const connecting = connectGate({
    ...{ endpoints: ['tcp://127.0.0.1:1'], credentials: TOKEN, clock: time, dial: made.dial },
    ...options,
  })
  await time.go(300)
  const gate = await connecting
  let ids = 0
  const order = (change: Partial<Order> = {}): Order => ({ ...ORDER, clOrdID: `A-${++ids}`, ...change })
  return {
    ...{ time, made, gate, routed, order },
    submit: (change, more) =>
      gate.submit(
        order(change),
        ({ clOrdID }) => {
          routed.push(clOrdID)
          return `sent ${clOrdID}`
        },
        more,
      ),
  }
}

/** The fate, which must be there by now. */
async function now<T>(promise: Promise<T>): Promise<T> {
  const none = Symbol('none')
  const found = await Promise.race([promise, new Promise((settle) => setImmediate(() => settle(none)))])
  assert.notEqual(found, none, 'it is not settled')
  return found as T
}

async function notSent(promise: Promise<Fate<unknown>>): Promise<string> {
  const fate = await now(promise)
  assert.equal(fate.outcome, 'notSent', JSON.stringify(fate))
  return fate.outcome === 'notSent' ? fate.code : ''
}

test('an approved order is routed once, as it was checked; a refused one says why and how much room is left', async () => {
  const { time, made, submit, gate } = await rig()
  const seen: Approved[] = []
  const good = gate.submit({ ...ORDER, clOrdID: 'G-1' }, (approved) => void seen.push(approved))
  const bad = submit({ orderQty: '5000' })
  await time.go(10)
  assert.equal((await now(good)).outcome, 'routed')
  assert.equal(seen.length, 1)
  const [{ order, token, expiresInMs, session } = assert.fail()] = seen
  assert.deepEqual([order.orderQty, session], ['100', 'ems'])
  assert.match(token, /^t-/)
  assert.ok(expiresInMs > 1_900 && expiresInMs <= 2_000, String(expiresInMs))
  const fate = await now(bad)
  assert.equal(fate.outcome, 'refused')
  if (fate.outcome !== 'refused') return
  assert.equal(fate.refusal.code, 'MAX_ORDER_QTY')
  assert.equal(fate.refusal.text, 'MAX_ORDER_QTY: too many. Up to 1000 would have passed.')
  assert.deepEqual(made.reserved, ['G-1'])
})

test('a route that surely sent nothing frees its order; after any other fault the order stays reserved', async () => {
  const { time, made, gate, order } = await rig()
  const surely = gate.submit(order(), () => {
    throw new NotRouted('the venue is closed')
  })
  const perhaps = gate.submit(order(), async () => {
    throw new Error('the socket broke')
  })
  await time.go(50)
  assert.equal(await notSent(surely), 'NOT_ROUTED')
  const fate = await now(perhaps)
  assert.equal(fate.outcome, 'unknown')
  assert.deepEqual(made.reserved, ['A-2'])
})

test('an approval that comes after the caller has gone is not routed, and is given back', async () => {
  const { time, made, routed, submit, gate } = await rig()
  made.lagMs = 100
  const slow = submit({}, { timeoutMs: 150 })
  const stop = new AbortController()
  const stopped = submit({}, { signal: stop.signal })
  await time.go(120)
  stop.abort()
  await time.go(60)
  assert.equal(await notSent(slow), 'TIMEOUT')
  assert.equal(await notSent(stopped), 'ABORTED')
  assert.equal(made.reserved.length, 2)
  await time.go(500)
  assert.deepEqual([made.reserved, routed, gate.unanswered], [[], [], 0])
})

test('an approval whose token may have run out is not routed', async () => {
  const { time, made, routed, submit } = await rig()
  made.lagMs = 30
  made.tokenLifeMs = 50
  const late = submit()
  await time.go(100)
  assert.equal(await notSent(late), 'APPROVAL_LATE')
  await time.go(200)
  assert.deepEqual([made.reserved, routed], [[], []])
})

test('a cut before the answer: the session goes on, and the answer comes once', async () => {
  const { time, made, routed, submit, gate } = await rig()
  made.lagMs = 20
  const decided = submit()
  await time.go(30)
  made.cut()
  const untaken = submit()
  const fates = Promise.all([decided, untaken])
  await time.go(400)
  assert.deepEqual(
    (await now(fates)).map(({ outcome }) => outcome),
    ['routed', 'routed'],
  )
  assert.deepEqual(
    [routed, made.reserved],
    [
      ['A-1', 'A-2'],
      ['A-1', 'A-2'],
    ],
  )
  assert.equal(made.logons.at(-1)?.epoch, 1)
  assert.equal(gate.state.connection, 'up')
})

test('a restart of the gate: an order that it had decided is asked for again, not routed without a token, and given back', async () => {
  const { time, made, routed, submit, gate } = await rig()
  made.lagMs = 20
  const decided = submit()
  await time.go(30)
  assert.deepEqual(made.reserved, ['A-1'])
  made.restart()
  await time.go(1_000)
  assert.equal(await notSent(decided), 'APPROVAL_LATE')
  assert.deepEqual([made.reserved, routed, gate.unanswered], [[], [], 0])
  assert.deepEqual(
    made.heard.map(({ body }) => body?.$case),
    ['newOrder', 'newOrder', 'notSent'],
  )
})

test('an order in doubt is asked for on when its caller has gone and its question was lost once more', async () => {
  const { time, made, routed, submit, gate } = await rig()
  made.lagMs = 20
  const decided = submit({}, { timeoutMs: 130 })
  await time.go(30)
  made.restart()
  while (made.logons.length < 2) await time.go(5)
  await time.go(25)
  made.cut()
  await time.go(100)
  assert.equal(await notSent(decided), 'TIMEOUT')
  assert.deepEqual(made.reserved, ['A-1'])
  await time.go(1_000)
  assert.deepEqual([made.reserved, routed, gate.unanswered], [[], [], 0])
})

test('a restart before the order was taken: it is decided once, and routed', async () => {
  const { time, made, routed, submit } = await rig()
  made.lagMs = 20
  const undecided = submit()
  await time.go(10)
  made.restart()
  await time.go(500)
  assert.equal((await now(undecided)).outcome, 'routed')
  assert.deepEqual([made.reserved, routed], [['A-1'], ['A-1']])
})

test('nobody frees an order that another call, or an earlier program, has sent', async () => {
  const { time, made, routed, submit, gate, order } = await rig()
  const first = submit({ clOrdID: 'X' })
  const twice = submit({ clOrdID: 'X' })
  await time.go(10)
  assert.equal((await now(first)).outcome, 'routed')
  assert.equal(await notSent(twice), 'CLORDID_USED')
  const again = submit({ clOrdID: 'X' })
  await time.go(10)
  assert.equal(await notSent(again), 'CLORDID_USED')
  made.lagMs = 50
  const given = gate.submit(order({ clOrdID: 'X' }), () => assert.fail(), { timeoutMs: 20 })
  await time.go(30)
  assert.equal(await notSent(given), 'TIMEOUT')
  await time.go(500)
  assert.deepEqual([made.reserved, routed], [['X'], ['X']])
})

test('what the gate cannot take now is asked again, and what it may have taken is found out', async () => {
  const { time, made, routed, submit } = await rig()
  made.refuseNext = ['RATE_LIMITED', 'QUEUE_FULL', 'OUTCOME_UNKNOWN']
  const fate = submit()
  await time.go(500)
  assert.equal((await now(fate)).outcome, 'routed')
  assert.deepEqual(routed, ['A-1'])
  made.refuseNext = ['FORBIDDEN']
  const no = submit()
  await time.go(50)
  const refused = await now(no)
  assert.equal(refused.outcome === 'refused' && refused.refusal.text, 'FORBIDDEN: told to')
})

test('a dead gate costs no wait: the breaker opens, and closes when a gate decides again', async () => {
  const { time, made, submit, gate } = await rig()
  made.isUp = false
  made.cut()
  const waiting = submit()
  await time.go(300)
  assert.equal(await notSent(waiting), 'GATE_UNREACHABLE', 'what was not asked yet ends when the breaker opens')
  assert.equal(await notSent(submit()), 'GATE_UNREACHABLE')
  assert.notEqual(gate.state.breaker, 'closed')
  assert.equal(gate.state.connection, 'down')
  assert.match(gate.state.why, /nobody answers/)
  await time.go(30_000)
  made.isUp = true
  await time.go(6_000)
  assert.deepEqual([gate.state.breaker, gate.state.connection], ['closed', 'up'])
  const fate = submit()
  await time.go(10)
  assert.equal((await now(fate)).outcome, 'routed')
})

test('a gate that answers too late opens the breaker, and nobody is kept waiting', async () => {
  const { time, made, submit, gate } = await rig()
  made.isSlow = true
  for (let at = 0; at < 3; at++) {
    const late = submit({}, { timeoutMs: 50 })
    await time.go(60)
    assert.equal(await notSent(late), 'TIMEOUT')
  }
  assert.equal(gate.state.breaker, 'open')
  assert.equal(await notSent(submit()), 'GATE_UNREACHABLE')
  await time.go(1_000)
  assert.equal(gate.state.breaker, 'closed', 'it beats')
})

test('a cancel goes to the market at once, and the gate is told when it is back', async () => {
  const { time, made, gate } = await rig()
  made.isUp = false
  made.cut()
  await time.go(2_000)
  const seen: string[] = []
  const cancel = gate.cancel({ origClOrdID: 'A-1' }, ({ origClOrdID }) => seen.push(origClOrdID))
  assert.deepEqual(seen, ['A-1'])
  const { told } = await now(cancel)
  made.isUp = true
  await time.go(10_000)
  assert.equal((await now(told)).durable, true)
  const failing = gate.cancel({ origClOrdID: 'A-2' }, () => {
    throw new Error('no line')
  })
  await assert.rejects(failing, /no line/)
  await time.go(10)
  assert.equal(made.heard.filter(({ body }) => body?.$case === 'cancel').length, 2)
})

test('a kill of its own stops what waits and what is approved, until it is released', async () => {
  const { time, made, routed, submit, gate } = await rig()
  made.lagMs = 20
  const asked = submit()
  const other = submit({ account: 'ACC-2' })
  await time.go(10)
  const kill = gate.localKill({ account: 'ACC-1', side: 'Buy' })
  assert.equal(await notSent(asked), 'LOCAL_KILL')
  assert.equal(await notSent(submit()), 'LOCAL_KILL')
  const sale = submit({ side: 'Sell' })
  await time.go(200)
  assert.equal((await now(other)).outcome, 'routed')
  assert.equal((await now(sale)).outcome, 'routed')
  assert.deepEqual(made.reserved.sort(), routed.sort())
  kill.release()
  const all = gate.localKill()
  assert.equal(await notSent(gate.replace({ origClOrdID: 'A', clOrdID: 'R-2', orderQty: '1' }, () => {})), 'LOCAL_KILL')
  all.release()
  const free = submit()
  await time.go(200)
  assert.equal((await now(free)).outcome, 'routed')
  assert.throws(() => gate.localKill({ desk: 'D' } as object), /no scope desk/)
})

test('beyond the window orders wait, and beyond the backlog they are refused here', async () => {
  const { time, made, submit, gate } = await rig({ window: 32, backlogMax: 10 })
  made.isSlow = true
  const fates = Array.from({ length: 10 }, () => submit())
  await time.go(5)
  fates.push(...Array.from({ length: 17 }, () => submit()))
  assert.equal(gate.unanswered, 20)
  assert.equal(await notSent(fates.at(-1) as Promise<Fate<string>>), 'BACKLOG_FULL')
  const huge = submit({ trader: 'x'.repeat(100_000) })
  await time.go(5)
  assert.ok(['TOO_LARGE', 'BACKLOG_FULL'].includes(await notSent(huge)))
  assert.ok(made.heard.length <= 32 - 16)
})

test('endpoints are tried in their order, and the wait between rounds grows and is drawn', async () => {
  const time = new HandTime()
  const made = new MadeUpGate(time)
  const dialled: string[] = []
  const gate = connectGate({
    ...{ endpoints: ['tcp://127.0.0.1:1', 'tls://gate:2', 'unix:/run/gate'], credentials: TOKEN, clock: time },
    dial: (endpoint, events) => {
      dialled.push(`${Math.round(time.nowMs() / 10)} ${endpoint.text}`)
      if (endpoint.kind === 'unix' && dialled.length > 6) return made.dial(endpoint, events)
      queueMicrotask(() => events.closed('refused'))
      return () => {}
    },
  })
  await time.go(500)
  await now(gate)
  assert.deepEqual(
    dialled.map((line) => line.split(' ')[1]),
    Array.from({ length: 3 }, () => ['tcp://127.0.0.1:1', 'tls://gate:2', 'unix:/run/gate']).flat(),
  )
  const rounds = dialled.filter((_, at) => at % 3 === 0).map((line) => Number(line.split(' ')[0]))
  const waits = rounds.slice(1).map((at, place) => at - (rounds[place] as number))
  assert.ok((waits[0] as number) >= 3 && (waits[1] as number) > (waits[0] as number), waits.join())
})

test('a token is renewed before it runs out, and the session goes on where it was', async () => {
  let given = 0
  const credentials = async () => ({ accessToken: `token-${++given}`, expiresInMs: 10_000 })
  const { time, made, submit, gate } = await rig({ credentials })
  const states: string[] = []
  gate.on('state', ({ connection }) => states.push(connection))
  await time.go(8_000)
  assert.deepEqual(
    made.logons.map(({ accessToken, epoch }) => `${accessToken} ${epoch}`),
    ['token-1 0', 'token-2 1'],
  )
  assert.deepEqual(states, [])
  const fate = submit()
  await time.go(10)
  assert.equal((await now(fate)).outcome, 'routed')
})

test('while no new token can be had the session goes on with the old one', async () => {
  let given = 0
  const credentials = async () => {
    if (++given > 1) throw new Error('the issuer is away')
    return { accessToken: 'only', expiresInMs: 10_000 }
  }
  const { time, made, gate } = await rig({ credentials })
  await time.go(9_000, 20)
  assert.ok(given > 2)
  assert.deepEqual([made.logons.length, gate.state.connection], [1, 'up'])
  made.cut()
  await time.go(300)
  assert.deepEqual([made.logons.length, gate.state.connection], [2, 'up'], 'it lives')
  await time.go(1_000, 20)
  made.cut()
  await time.go(2_000, 20)
  assert.match(gate.state.why, /no access token: the issuer is away/)
})

test('a token that the gate does not take is not tried again', async () => {
  let given = 0
  const credentials = async () => ({ accessToken: `token-${++given}`, expiresInMs: 10_000_000 })
  const { time, made } = await rig({ credentials })
  made.logOut('UNAUTHENTICATED')
  await time.go(500)
  assert.equal(made.logons.at(-1)?.accessToken, 'token-2')
})

test('when another program has the session this one ends, and does not take it back', async () => {
  const { time, made, submit, gate } = await rig()
  made.isSlow = true
  const waiting = submit()
  await time.go(10)
  made.logOut('SESSION_REPLACED')
  await time.go(5_000)
  assert.equal(await notSent(waiting), 'CLOSED')
  assert.equal(await notSent(submit()), 'CLOSED')
  assert.equal(gate.state.connection, 'replaced')
  assert.equal(made.logons.length, 1)
  const seen: string[] = []
  await gate.cancel({ origClOrdID: 'A-1' }, ({ origClOrdID }) => seen.push(origClOrdID))
  assert.deepEqual(seen, ['A-1'], 'cancels go all the same')
})

test('a silent gate is left', async () => {
  const { time, made, gate } = await rig()
  made.tell({ $case: 'alert', value: { seq: 1, timeUs: 1, code: 'A', text: 'b', severity: 'INFO', untold: 0 } })
  made.isSilent = true
  await time.go(2_400)
  assert.equal(gate.state.connection, 'up')
  await time.go(600)
  assert.equal(gate.state.connection, 'down')
  assert.match(gate.state.why, /the gate is silent/)
})

test('executions are said until they are answered, quotes are not said twice', async () => {
  const { time, made, gate } = await rig()
  made.lagMs = 20
  const report = gate.report({ execID: 'E-1', execType: 'New', symbol: 'AAPL', clOrdID: 'A-1' })
  const quote = gate.quote({ symbol: 'AAPL', feed: 'F', bidPx: '1', askPx: '2' })
  const lost = assert.rejects(quote, /CONNECTION_LOST/)
  await time.go(30)
  made.restart()
  made.refuseNext = ['OUTCOME_UNKNOWN']
  await time.go(2_000)
  assert.equal((await now(report)).applied, true)
  await lost
  const kinds = made.heard.map(({ body }) => body?.$case)
  assert.deepEqual(kinds, ['execution', 'quote', 'execution', 'execution'])
})

test('close gives back what waits, tells what must be told, and then nothing is sent any more', async () => {
  const { time, made, submit, gate } = await rig()
  made.lagMs = 20
  const asked = submit()
  await time.go(10)
  const closing = gate.close()
  assert.equal(await notSent(asked), 'CLOSED')
  await time.go(500)
  await now(closing)
  assert.deepEqual([made.reserved, gate.state.connection], [[], 'closed'])
  await assert.rejects(gate.report({ execID: 'E', execType: 'New', symbol: 'AAPL' }), /CLOSED/)
})

test('options that cannot be meant are refused before anything is connected', async () => {
  const good = { endpoints: ['tcp://127.0.0.1:1'], credentials: TOKEN }
  const secret = { clientID: 'a', secret: 'b' }
  for (const [change, fault] of [
    [{ endpoints: [] }, /there is none/],
    [{ endpoints: ['127.0.0.1:1'] }, /an endpoint is/],
    [{ endpoints: ['tcp://gate.example:1'] }, /in the clear/],
    [{ endpoints: ['tcp://127.0.0.1:70000'] }, /no port/],
    [{ credentials: { ...secret, tokenUrl: 'http://gate.example/oauth/token' } }, /in the clear/],
    [{ credentials: { ...secret, tokenUrl: 'ftp://gate.example/' } }, /by https/],
    [{ timeoutMs: 0 }, /timeoutMs/],
    [{ window: Number.NaN }, /window/],
    [{ window: 8 }, /window: at least/],
  ] as const) {
    await assert.rejects(connectGate({ ...good, ...change }), fault)
  }
  const time = new HandTime()
  const dead = connectGate({
    ...{ ...good, clock: time, connectMs: 500 },
    dial: (_, events) => {
      queueMicrotask(() => events.closed('refused'))
      return () => {}
    },
  })
  const fails = assert.rejects(dead, /GATE_UNREACHABLE: tcp:\/\/127.0.0.1:1: refused/)
  await time.go(600)
  await fails
})
