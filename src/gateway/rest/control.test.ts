/** The control listener: kill, release and state at an address of its own, first in the line, and the page that does it. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { LooseJson } from '../../simulator/loose-json.ts'
import { HandDelays } from '../../simulator/made-up-world.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'

describe('the control listener', () => {
  let gate: RestGate
  /** Stands still unless it is moved, so that a rate is used up on any machine. */
  const delays = new HandDelays()
  let control = ''
  let ids = 0
  const at = async (as: string, method: string, path: string, body?: unknown) => {
    const response = await fetch(`${control}${path}`, {
      method,
      headers: { authorization: `Bearer ${gate.tokens.get(as)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as LooseJson }
  }
  const place = async () =>
    (await gate.send('ems-1', 'POST', '/orders', { ...GOOD_ORDER, orderQty: '100', clOrdID: `C-${++ids}` })).body
  before(async () => {
    gate = await RestGate.start({ requestsPerSecondMax: 200, delays })
    await tellSmallFirm(gate)
    await gate.register('carol', 'person', ['kill'])
    await gate.register('dan', 'person', ['kill'])
    control = await gate.server.listenControl(0, '127.0.0.1')
  })
  after(() => gate.close())

  test('kills and releases by the same tokens, duties and commands', async () => {
    const killed = await at('alice', 'POST', '/kill', { desk: 'CASH-EQ', reason: 'runaway' })
    assert.equal(killed.body.outcome, 'APPLIED')
    assert.equal((await place()).reason.code, 'KILLED')
    assert.equal((await at('alice', 'GET', `/kills/${killed.body.id}`)).body.status, 'KILLED_COMPLETE')
    const path = `/latches/${killed.body.id}/release`
    assert.equal((await at('ems-1', 'POST', path, { step: 'request', reason: 'x', rootCause: 'y' })).status, 403)
    assert.equal((await at('ems-1', 'POST', '/kill', { firm: true, reason: 'x' })).status, 403)
    const asked = await at('alice', 'POST', path, { step: 'request', reason: 'fixed', rootCause: 'a loop' })
    assert.equal(asked.body.outcome, 'APPLIED')
    const [latch] = (await at('bob', 'GET', '/latches')).body.latches
    assert.deepEqual([latch.releaseRequestedBy, latch.releaseState], ['alice', 'ACTIVE'])
    const same = await at('alice', 'POST', path, { step: 'approve', reason: 'mine' })
    assert.equal(same.body.reason.code, 'MAKER_IS_CHECKER')
    assert.equal((await at('bob', 'POST', path, { step: 'approve', reason: 'seen' })).body.outcome, 'APPLIED')
    assert.equal((await place()).outcome, 'APPROVED')
  })

  test('serves nothing else, and says how the gate is', async () => {
    for (const path of ['/orders', '/limits', '/executions', '/quotes', '/openapi.json', '/metrics']) {
      assert.equal((await at('alice', 'GET', path)).status, 404, path)
    }
    assert.equal((await at('alice', 'GET', '/readyz')).body.status, 'ready')
    assert.equal((await at('alice', 'DELETE', '/kill')).status, 405)
    assert.equal((await fetch(`${control}/kills`)).status, 401)
  })

  test('who has used up its rate can still kill', async () => {
    let status = 200
    for (let tries = 0; tries < 2000 && status === 200; tries++) {
      status = (await gate.send('alice', 'GET', '/latches')).status
    }
    assert.equal(status, 429)
    const killed = await at('alice', 'POST', '/kill', { desk: 'CASH-EQ', state: 'REDUCE_ONLY', reason: 'x' })
    assert.equal(killed.body.outcome, 'APPLIED')
    delays.pass(1_000)
  })

  test('reads are bounded there too: each walks over all orders; a kill is not', async () => {
    let status = 200
    for (let tries = 0; tries < 2000 && status === 200; tries++) status = (await at('alice', 'GET', '/kills')).status
    assert.equal(status, 429)
    assert.equal((await at('carol', 'GET', '/kills')).status, 200, 'another person looks on')
    const killed = await at('alice', 'POST', '/kill', { desk: 'CASH-EQ', state: 'REDUCE_ONLY', reason: 'x' })
    assert.equal(killed.body.outcome, 'APPLIED')
    delays.pass(1_000)
  })

  test('the page asks nothing of anyone else, and its headers see to it', async () => {
    const response = await fetch(`${control}/`)
    const page = await response.text()
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8')
    const policy = response.headers.get('content-security-policy') ?? ''
    assert.match(policy, /^default-src 'none'; connect-src 'self';/)
    for (const element of ['script', 'style']) {
      const inner = new RegExp(`<${element}>([^]*?)</${element}>`).exec(page)?.[1] ?? ''
      assert.ok(inner.length > 100)
      assert.ok(policy.includes(`'sha256-${createHash('sha256').update(inner).digest('base64')}'`), element)
    }
    assert.doesNotMatch(page, /https?:|\bsrc=|\bimport\b|<link|innerHTML|insertAdjacentHTML|style="|\son\w+="/)
    // Each path that the script asks for is one that the listener serves.
    const paths = [...page.matchAll(/['"`](\/[a-z][a-z/-]*)/g)].map((match) => match[1] as string)
    assert.ok(paths.length >= 6, paths.join(' '))
    for (const path of new Set(paths)) {
      const isPost = path === '/latches/'
      const whole = path === '/latches/' ? '/latches/999/release' : path
      const { status } = await at('dan', isPost ? 'POST' : 'GET', whole, isPost ? {} : undefined)
      assert.ok(status !== 404, whole)
    }
  })

  test('every control of the page has a label, and every id that the script names is there', async () => {
    const page = await (await fetch(`${control}/`)).text()
    const body = page.slice(0, page.indexOf('<script>'))
    for (const [tag] of body.matchAll(/<(?:input|select)\b[^>]*>/g)) {
      const before = body.slice(0, body.indexOf(tag))
      assert.ok(before.lastIndexOf('<label') > before.lastIndexOf('</label>'), `${tag} stands in no label`)
    }
    for (const [, id] of page.matchAll(/\bat\('([\w-]+)'\)/g)) assert.ok(body.includes(`id="${id}"`), id)
    assert.match(page, /<html lang="en"/)
    assert.match(body, /role="status"/)
    assert.match(body, /<dialog id="confirm" aria-labelledby=/)
  })
})
