/** A session's orders are canceled where it is lost and does not come back in its time, and where it asks. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SESSION_STATUS } from '../../model/records/connection-commands.ts'
import { decode } from '../../model/records/schema.ts'
import { lengthAt, typeAt } from '../../model/records/tape.ts'
import { SESSION_STATUSES, type SessionStatus } from '../../model/vocabulary.ts'
import { type ClientBody, LeanClient } from '../../simulator/lean-client.ts'
import { HandDelays } from '../../simulator/made-up-world.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'
import { CancelOnDisconnect, type Logon } from '../../wire/portcullis/v1/session.gen.ts'
import type { SocketListener } from '../socket-listener.ts'
import { listenLean } from './lean-listener.ts'
import { Sessions } from './sessions.ts'

const ALL = CancelOnDisconnect.CANCEL_ON_DISCONNECT_ALL
const GRACE_US = 5_000_000

describe('cancel on disconnect', () => {
  let gate: RestGate
  let sessions: Sessions
  let listener: SocketListener
  const delays = new HandDelays()
  let ids = 0

  const serve = async () => {
    sessions = new Sessions(gate.server.services, delays)
    listener = await listenLean(sessions, { port: 0, host: '127.0.0.1' })
  }
  const stop = async () => {
    sessions.close()
    await listener.close()
  }
  before(async () => {
    gate = await RestGate.start({ delays })
    await tellSmallFirm(gate)
    gate.listeners.push((block) => sessions.published(block))
    await serve()
  })
  after(async () => {
    await stop()
    await gate.close()
  })

  const connected = async (more: Partial<Logon> = {}) => {
    const client = await LeanClient.connect(listener.address)
    return { client, loggedOn: await client.logOn(gate.tokens.get('ems-1') as string, more) }
  }
  /** Sends an order that is approved; returns its clOrdID. */
  const rest = async (client: LeanClient): Promise<string> => {
    const clOrdID = `COD-${++ids}`
    const body: ClientBody = { $case: 'newOrder', value: { ...GOOD_ORDER, orderQty: '100', clOrdID } }
    await client.ask('decision', body)
    return clOrdID
  }
  /** Settles when the engine has been told that a session has this status. */
  const told = (status: SessionStatus) =>
    new Promise<void>((settle) => {
      gate.listeners.push(({ tape, start, end }) => {
        for (let at = start; at < end; at += lengthAt(tape, at)) {
          if (typeAt(tape, at) !== SESSION_STATUS.type) continue
          if (SESSION_STATUSES[decode(tape, at, SESSION_STATUS).status] === status) settle()
        }
      })
    })
  /** The client's connection is cut, and the gate knows. */
  const cut = async (client: LeanClient) => {
    const lost = told('LOST')
    client.close()
    await lost
  }
  const pass = (us: number) => {
    gate.clock.pass(us)
    gate.timer.fire()
  }
  /** A command that was sent behind what the gate feeds itself is decided behind it. */
  const isAsked = async (clOrdID: string) => {
    for (let turn = 0; turn < 3; turn++) await gate.send('ems-1', 'POST', '/orders/NONE/cancel', {})
    return (await gate.send('ems-1', 'GET', `/orders/${clOrdID}`)).body.cancelRequested
  }

  test('what is not asked for is not done', async () => {
    const { client, loggedOn } = await connected()
    assert.equal(loggedOn.cancelOnDisconnect, CancelOnDisconnect.CANCEL_ON_DISCONNECT_UNSPECIFIED)
    const id = await rest(client)
    client.close()
    await client.closed
    pass(GRACE_US * 10)
    assert.equal(await isAsked(id), false)
  })

  test('a client that is lost has its time to come back, and then its orders are canceled', async () => {
    const { client, loggedOn } = await connected({ cancelOnDisconnect: ALL })
    assert.deepEqual([loggedOn.cancelOnDisconnect, loggedOn.cancelGraceMs], [ALL, GRACE_US / 1000])
    const id = await rest(client)
    await cut(client)
    pass(GRACE_US - 1)
    assert.equal(await isAsked(id), false)
    pass(1)
    assert.equal(await isAsked(id), true)
    const { client: back } = await connected()
    const { value } = await back.next('cancelRequested', ({ body }) => 'clOrdID' in (body?.value ?? {}))
    assert.equal(value.owner, 'ems-1')
    back.close()
    await back.closed
  })

  test('one that comes back in time, or that takes its leave, keeps them', async () => {
    const { client } = await connected({ cancelOnDisconnect: ALL, cancelGraceMs: 1_000 })
    const id = await rest(client)
    await cut(client)
    pass(500_000)
    const { client: back } = await connected({ cancelOnDisconnect: ALL, cancelGraceMs: 1_000 })
    pass(2_000_000)
    assert.equal(await isAsked(id), false)
    const leaves = told('LOGGED_OUT')
    back.tell({ $case: 'logout', value: { code: '', text: '' } })
    await leaves
    pass(2_000_000)
    assert.equal(await isAsked(id), false)
  })

  test('a newer connection that asks for nothing ends what an older one asked for', async () => {
    const { client } = await connected({ cancelOnDisconnect: ALL, cancelGraceMs: 0 })
    const id = await rest(client)
    const { client: newer } = await connected()
    await client.closed
    newer.close()
    await newer.closed
    pass(1_000_000)
    assert.equal(await isAsked(id), false)
  })

  test('a gate that starts again waits for the client as long as it asked, and no longer', async () => {
    const { client } = await connected({ cancelOnDisconnect: ALL })
    const id = await rest(client)
    const lost = told('LOST')
    await stop()
    await lost
    await serve()
    pass(GRACE_US)
    assert.equal(await isAsked(id), true)
  })

  test('a client cancels all its orders, by session and by REST, and goes on', async () => {
    const { client } = await connected()
    const first = await rest(client)
    const { value } = await client.ask('result', { $case: 'massCancel', value: { orders: 'ALL' } })
    assert.equal(value.applied, true)
    assert.equal(await isAsked(first), true)
    const second = await rest(client)
    assert.equal(await isAsked(second), false)
    assert.equal((await gate.send('ems-1', 'POST', '/mass-cancels', { orders: 'DAY' })).body.outcome, 'APPLIED')
    assert.equal(await isAsked(second), true)
    const wrong = await client.ask('refused', { $case: 'massCancel', value: { orders: 'NONE' } })
    assert.equal(wrong.value.code, 'NOT_IN_SET')
    client.close()
  })

  test('a logon that asks for what no version knows is refused', async () => {
    for (const more of [
      { cancelOnDisconnect: 3 as CancelOnDisconnect },
      { cancelOnDisconnect: ALL, cancelGraceMs: 3_600_001 },
    ]) {
      const client = await LeanClient.connect(listener.address)
      client.logOn(gate.tokens.get('ems-1') as string, more).catch(() => {})
      assert.equal((await client.logout()).code, 'MALFORMED_MESSAGE')
    }
  })
})
