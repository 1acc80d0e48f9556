/** Who may do what over REST: tokens, duties by token and by binding, rates, revocation. */
import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { dutyBits } from '../../auth/duties.ts'
import { BINDING } from '../../model/records/commands.ts'
import { BINDING_KINDS, DUTIES } from '../../model/vocabulary.ts'
import { HandDelays } from '../../simulator/made-up-world.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'

describe('access', () => {
  let gate: RestGate
  before(async () => {
    gate = await RestGate.start({ requestsPerSecondMax: 100_000 })
    await tellSmallFirm(gate)
  })
  after(() => gate.close())
  const row = (name: string, duties: string[]) => ({
    clientID: name,
    kind: 'client' as const,
    duties: dutyBits(duties),
    disabled: false,
  })

  test('without a good token nothing is read, decided or told', async () => {
    const token = gate.tokens.get('ems-1') ?? ''
    const rows: (object | undefined)[] = [
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer ' },
      { authorization: `Basic ${token}` },
      { authorization: `Bearer ${token} x` },
      { authorization: `Bearer ${token}x` },
      { authorization: token },
    ]
    const seq = gate.engine.view.seq
    for (const headers of rows) {
      const { status, body, headers: answered } = await gate.send('', 'POST', '/orders', GOOD_ORDER, headers)
      assert.equal(status, 401, JSON.stringify(headers))
      assert.equal(body.error.code, 'UNAUTHENTICATED')
      assert.match(answered.get('www-authenticate') ?? '', /^Bearer/)
    }
    assert.equal(gate.engine.view.seq, seq)
    const lower = await gate.send('', 'GET', '/latches', undefined, { authorization: `bearer ${token}` })
    assert.equal(lower.status, 200, 'the scheme is compared without regard to case')
  })

  test('a duty must be in the token and bound to the principal', async () => {
    assert.equal((await gate.send('feed-1', 'POST', '/orders', GOOD_ORDER)).status, 403)
    assert.equal((await gate.send('ems-1', 'POST', '/kill', { firm: true, reason: 'x' })).status, 403)
    const wide = await gate.issuer.issue(row('ems-1', ['kill']), dutyBits(['kill']))
    assert.equal((await gate.send(wide, 'POST', '/kill', { firm: true, reason: 'x' })).status, 403, 'not bound')
    const narrow = await gate.issuer.issue(row('ems-1', ['risk:read']), dutyBits(['risk:read']))
    const denied = await gate.send(narrow, 'POST', '/orders', GOOD_ORDER)
    assert.equal(denied.body.error.code, 'FORBIDDEN', 'not in the token')
    assert.match(denied.headers.get('www-authenticate') ?? '', /insufficient_scope/)
  })

  test('a binding that is taken back holds from the next request on', async () => {
    await gate.register('ems-3', 'client', ['risk:read'])
    assert.equal((await gate.send('ems-3', 'GET', '/latches')).status, 200)
    const a = gate.engine.directory.idOf('PRINCIPAL', 'ems-3')
    const kind = BINDING_KINDS.indexOf('PRINCIPAL_DUTY')
    await gate.command(BINDING, { kind, a, b: 1 << DUTIES.indexOf('risk:read'), allow: 0 })
    assert.equal((await gate.send('ems-3', 'GET', '/latches')).status, 403)
  })

  test('a token that is denied is refused on a connection that was just using it', async (t) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    t.after(() => agent.destroy())
    const sockets = new Set<unknown>()
    const ask = () =>
      new Promise<number | undefined>((settle, fail) => {
        const headers = { authorization: `Bearer ${gate.tokens.get('ems-2')}` }
        const asked = request(`${gate.url}/latches`, { agent, headers }, (answer) => {
          answer.resume().on('end', () => settle(answer.statusCode))
        })
        asked.on('socket', (socket) => sockets.add(socket)).on('error', fail)
        asked.end()
      })
    assert.deepEqual([await ask(), await ask()], [200, 200])
    gate.deny.deny('subject', 'ems-2')
    assert.deepEqual([await ask(), sockets.size], [401, 1])
    const refused = await gate.send('ems-2', 'GET', '/latches')
    assert.match(refused.headers.get('www-authenticate') ?? '', /revoked/)
    gate.deny.allow('subject', 'ems-2')
    assert.equal(await ask(), 200)
  })

  test('a client without a session sends no orders and reports nothing', async () => {
    await gate.register('officer', 'person', ['orders:write', 'executions:write'])
    assert.equal((await gate.send('officer', 'POST', '/orders', GOOD_ORDER)).body.error.code, 'NOT_BOUND')
    assert.equal((await gate.send('officer', 'POST', '/executions', [])).body.error.code, 'TOO_MANY_ROWS')
    const report = { execID: 'x', execType: 'New', symbol: '600519.SH', clOrdID: 'a' }
    assert.equal((await gate.send('officer', 'POST', '/executions', report)).body.error.code, 'NOT_BOUND')
  })

  test('a client sees what it is bound to, a person everything', async () => {
    const own = await gate.send('ems-1', 'GET', '/exposures')
    const names = own.body.exposures.map(({ subject }: { subject: { name: string } }) => subject.name)
    assert.deepEqual(names.sort(), ['ACC-7', 'T-3', 'ems-1'])
    assert.equal((await gate.send('ems-1', 'GET', '/exposures?subject=ACCOUNT:ACC-8')).body.error.code, 'NOT_BOUND')
    assert.equal((await gate.send('ems-1', 'GET', '/limits?subject=FIRM:ACME')).body.error.code, 'NOT_BOUND')
    const all = await gate.send('alice', 'GET', '/exposures')
    assert.ok(all.body.exposures.length > 10)
    const limits = await gate.send('alice', 'GET', '/limits?subject=FIRM:ACME')
    const qty = limits.body.limits.find(({ control }: { control: string }) => control === 'MAX_ORDER_QTY')
    assert.deepEqual(qty.hard, { value: '10000', unit: 'units' })
    const gross = limits.body.limits.find(({ control }: { control: string }) => control === 'DAILY_GROSS')
    assert.deepEqual(gross.use, { value: '0.00', unit: 'CNY' })
  })

  test('queries are as strict as bodies', async () => {
    const rows: [string, string, string][] = [
      ['/limits?x=1', 'UNKNOWN_FIELD', 'x'],
      ['/limits?subject=ACCOUNT:ACC-7&subject=ACCOUNT:ACC-8', 'DUPLICATE_KEY', 'subject'],
      ['/limits?subject=ACC-7', 'NOT_IN_SET', 'subject'],
      ['/limits?subject=ACCOUNT:NONE', 'NOT_BOUND', 'subject'],
      ['/cancel-requests?after=-1', 'OUT_OF_RANGE', 'after'],
      ['/cancel-requests?waitMs=1e3', 'NOT_A_DECIMAL', 'waitMs'],
      ['/cancel-requests?waitMs=60001', 'OUT_OF_RANGE', 'waitMs'],
      ['/instruments/NONE', 'UNKNOWN_NAME', 'symbol'],
    ]
    for (const [path, code, field] of rows) {
      const { body } = await gate.send('ems-1', 'GET', path)
      assert.deepEqual([body.error?.code, body.error?.field], [code, field], path)
    }
  })
})

test('a client over its rate waits; its cancels do not', async () => {
  const delays = new HandDelays()
  const gate = await RestGate.start({ requestsPerSecondMax: 20, delays })
  await gate.register('ems-1', 'client', ['orders:write', 'risk:read'])
  await gate.register('ems-2', 'client', ['risk:read'])
  const statuses: number[] = []
  for (let n = 0; n < 21; n++) statuses.push((await gate.send('ems-1', 'GET', '/latches')).status)
  assert.deepEqual(statuses, [...new Array(20).fill(200), 429])
  const refused = await gate.send('ems-1', 'GET', '/latches')
  assert.equal(refused.body.error.code, 'RATE_LIMITED')
  assert.equal(refused.headers.get('retry-after'), '1')
  assert.equal((await gate.send('ems-1', 'POST', '/orders/a/cancel')).body.outcome, 'PASS')
  assert.equal((await gate.send('ems-2', 'GET', '/latches')).status, 200, 'another client has its own')
  delays.pass(1_000)
  assert.equal((await gate.send('ems-1', 'GET', '/latches')).status, 200, 'a second later there is room')
  await gate.close()
})
