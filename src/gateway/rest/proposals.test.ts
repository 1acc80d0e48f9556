/** Proposals over REST: two people, one command or many, and what a person reads before approving. */
import assert from 'node:assert/strict'
import { after, before, mock, test } from 'node:test'
import { DUTIES } from '../../model/vocabulary.ts'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'

let gate: RestGate

before(async () => {
  gate = await RestGate.start()
  await tellSmallFirm(gate)
  await gate.register('officer-a', 'person', ['limits:propose', 'limits:approve', 'risk:read'])
  await gate.register('officer-b', 'person', ['limits:propose', 'limits:approve', 'risk:read'])
})
after(() => gate.close())

const post = async (as: string, path: string, body: unknown) => (await gate.send(as, 'POST', path, body)).body
const get = async (as: string, path: string) => (await gate.send(as, 'GET', path)).body

const LIMIT = { control: 'MAX_ORDER_NOTIONAL', subject: 'ACCOUNT:ACC-7', hard: '2000000.00' }

test('a person alone may only tighten; the answer says to propose the rest', async () => {
  const looser = await post('officer-a', '/limits', LIMIT)
  assert.equal(looser.outcome, 'REFUSED')
  assert.equal(looser.reason.code, 'TWO_PEOPLE_NEEDED')
  assert.match(looser.reason.text, /propose it/)
  const tighter = await post('officer-a', '/limits', { ...LIMIT, hard: '900000.00' })
  assert.equal(tighter.outcome, 'APPLIED')
})

test('a limit that was proposed is in force when the approval is answered', async () => {
  const made = await post('officer-a', '/proposals', {
    key: 'one',
    title: 'More for ACC-7',
    path: '/limits',
    body: LIMIT,
  })
  assert.equal(made.outcome, 'APPLIED', JSON.stringify(made))
  assert.equal(made.state, 'PENDING')
  assert.match(made.contentHash, /^[0-9a-f]{16}$/)
  const shown = await get('officer-b', `/proposals/${made.id}`)
  assert.deepEqual(
    [shown.state, shown.maker, shown.checker, shown.title, shown.lines],
    ['PENDING', 'officer-a', undefined, 'More for ACC-7', 1],
  )
  const [line] = shown.content
  assert.deepEqual(line.sets.hard, { value: '2000000.00', unit: 'CNY' })
  assert.deepEqual(line.sets.subject, { kind: 'ACCOUNT', name: 'ACC-7' })
  assert.deepEqual(line.now.hard, { value: '900000.00', unit: 'CNY' })
  const { contentHash } = shown
  const own = await post('officer-a', `/proposals/${made.id}/approve`, { contentHash })
  assert.equal(own.reason.code, 'MAKER_IS_CHECKER')
  const wrong = await post('officer-b', `/proposals/${made.id}/approve`, { contentHash: '0000000000000001' })
  assert.equal(wrong.reason.code, 'CONTENT_MISMATCH')
  const done = await post('officer-b', `/proposals/${made.id}/approve`, { contentHash, reason: 'Checked' })
  assert.deepEqual([done.outcome, done.state, done.linesApplied, done.linesRefused], ['APPLIED', 'DONE', 1, undefined])
  const order = await post('ems-1', '/orders', { ...GOOD_ORDER, orderQty: '1100' })
  assert.equal(order.outcome, 'APPROVED', JSON.stringify(order))
  const again = await post('officer-a', '/proposals', {
    key: 'one',
    title: 'More for ACC-7',
    path: '/limits',
    body: LIMIT,
  })
  assert.deepEqual([again.outcome, again.id, again.duplicate, again.state], ['APPLIED', made.id, true, 'DONE'])
})

test('a draft defines names and uses them, and is carried out line by line', async () => {
  const { id } = await post('officer-a', '/proposals', { key: 'firm', title: 'A new account', draft: true })
  const parents = { entity: 'HOLDING', client: 'HOUSE', desk: 'CASH-EQ', owner: 'HOUSE' }
  const answers = await post('officer-a', `/proposals/${id}/lines`, [
    { path: '/hierarchy', body: { kind: 'ACCOUNT', name: 'ACC-9', ...parents } },
    { path: '/bindings', body: { kind: 'TRADER_ACCOUNT', trader: 'T-3', account: 'ACC-9', allow: true } },
    { path: '/limits', body: { control: 'MAX_ORDER_QTY', subject: 'ACCOUNT:ACC-9', hard: 77 } },
    { path: '/positions', body: { account: 'ACC-9', symbol: '600519.SH', qty: '500' } },
    { path: '/limits', body: { control: 'MAX_ORDER_QTY', subject: 'ACCOUNT:NOBODY', hard: 77 } },
    { path: '/kill', body: {} },
    { path: '/limits', body: { control: 'MAX_ORDER_QTY', subject: 'ACCOUNT:ACC-9', hard: 77, hart: 1 } },
  ])
  assert.deepEqual([answers.applied, answers.refused, answers.errors], [4, 0, 3], JSON.stringify(answers))
  const codes = answers.rows
    .slice(4)
    .map(({ error }: { error: { code: string; field: string } }) => [error.code, error.field])
  assert.deepEqual(codes, [
    ['UNKNOWN_NAME', '[4].body.subject'],
    ['NOT_IN_SET', '[5].path'],
    ['UNKNOWN_FIELD', '[6].body.hart'],
  ])
  const { contentHash } = answers.rows[3]
  const early = await post('officer-b', `/proposals/${id}/approve`, { contentHash })
  assert.equal(early.reason.code, 'PROPOSAL_STATE')
  const short = await post('officer-a', `/proposals/${id}/submit`, { lines: 3, contentHash })
  assert.equal(short.reason.code, 'CONTENT_MISMATCH')
  const submitted = await post('officer-a', `/proposals/${id}/submit`, { lines: 4, contentHash })
  assert.equal(submitted.state, 'PENDING')
  const shown = await get('officer-b', `/proposals/${id}`)
  assert.deepEqual(shown.content[2].sets.subject, { kind: 'ACCOUNT', name: 'ACC-9' })
  assert.equal(shown.content[1].sets.b, 'ACC-9')
  const done = await post('officer-b', `/proposals/${id}/approve`, { contentHash: shown.contentHash })
  assert.deepEqual([done.state, done.linesApplied, done.linesRefused], ['DONE', 4, undefined])
  const { limits } = await get('officer-b', '/limits?subject=ACCOUNT:ACC-9')
  assert.deepEqual(limits[0].hard.value, '77')
})

test('a line that is refused when it is carried out is counted, and the others hold', async () => {
  const { id } = await post('officer-a', '/proposals', { key: 'half', title: 'Half of it', draft: true })
  const units = { priceDecimals: 2, qtyDecimals: 0, tick: '0.01', lot: '1', qtyMax: '1000', currency: 'CNY' }
  const share = { symbol: '600519.SH', ...units, assetClass: 'EQUITY', feed: 'SSE-L2' }
  const { rows } = await post('officer-a', `/proposals/${id}/lines`, [
    { line: 0, path: '/instruments', body: { ...share, priceDecimals: 3 } },
    { line: 1, path: '/limits', body: { ...LIMIT, hard: '2100000.00' } },
  ])
  const { contentHash } = rows[1]
  const repeated = await post('officer-a', `/proposals/${id}/lines`, {
    ...{ line: 1, path: '/limits', body: { ...LIMIT, hard: '2100000.00' } },
  })
  assert.equal(repeated.duplicate, true)
  await post('officer-a', `/proposals/${id}/submit`, { lines: 2, contentHash })
  const done = await post('officer-b', `/proposals/${id}/approve`, { contentHash })
  assert.deepEqual([done.outcome, done.linesApplied, done.linesRefused], ['APPLIED', 1, 1])
  assert.equal(done.firstRefusal.code, 'INSTRUMENT_IN_USE')
  const shown = await get('officer-a', `/proposals/${id}`)
  assert.deepEqual([shown.refused, shown.refusals[0].line, shown.content], [1, 0, []])
})

test('proposals are listed, withdrawn, and kept from those who may not look', async () => {
  const { id } = await post('officer-a', '/proposals', { key: 'gone', title: 'Not this', path: '/limits', body: LIMIT })
  const gone = await post('officer-a', `/proposals/${id}/reject`, { reason: 'A mistake' })
  assert.deepEqual([gone.outcome, gone.state], ['APPLIED', 'REJECTED'])
  const { proposals } = await get('officer-b', '/proposals')
  assert.equal(proposals.at(-1).proposal, id)
  assert.equal(proposals.at(-1).state, 'REJECTED')
  assert.equal((await gate.send('feed-1', 'GET', '/proposals')).status, 403)
  assert.equal((await gate.send('officer-b', 'GET', '/proposals/9999')).status, 404)
  const machine = await post('ops-1', '/proposals', { key: 'm', title: 'By a machine', path: '/limits', body: LIMIT })
  assert.equal(machine.reason.code, 'DUTY_MISSING')
})

test('a body that is no request of its path is refused before anything is sequenced', async () => {
  const rows: readonly (readonly [body: unknown, code: string, field: string])[] = [
    [{ key: 'k', title: 't' }, 'MISSING_FIELD', 'path'],
    [{ key: 'k', title: 't', path: '/limits' }, 'MISSING_FIELD', 'body'],
    [{ key: 'k', title: 't', path: '/limits', body: 'text' }, 'WRONG_TYPE', 'body'],
    [{ key: 'k', title: 't', path: '/limits', body: {} }, 'MISSING_FIELD', 'body.control'],
    [{ key: 'k', title: 't', path: '/limits', body: { ...LIMIT, hard: '1e3' } }, 'NOT_A_DECIMAL', 'body.hard'],
    [{ key: 'k', title: 't', path: '/orders', body: {} }, 'NOT_IN_SET', 'path'],
  ]
  for (const [body, code, field] of rows) {
    const { error } = await post('officer-a', '/proposals', body)
    assert.deepEqual([error?.code, error?.field], [code, field], JSON.stringify(body))
  }
  const broken = '{"key":"k","title":"t","path":"/limits","body":{"control":"MAX_ORDER_QTY","x":"}'
  assert.equal((await post('officer-a', '/proposals', broken)).error.code, 'MALFORMED_JSON')
  const nested = '{"key":"k","title":"t","path":"/limits","body":{"control":"A\\"}","subject":{"a":[1,"}"]}}}'
  assert.equal((await post('officer-a', '/proposals', nested)).error.field, 'body.subject')
})

test('what would change is told by window and phase, and by one look at the rows in force', async () => {
  const rate = { control: 'MESSAGE_RATE', subject: 'SESSION:ems-1', windowUs: 7_000_000, hard: 5 }
  const collar = { control: 'PRICE_COLLAR', subject: 'ACCOUNT:ACC-7', phase: 'CLOSING_AUCTION', hard: 900 }
  const { id } = await post('officer-a', '/proposals', { key: 'phases', title: 'x', draft: true })
  const bodies = [rate, { ...rate, windowUs: 1_000_000 }, collar]
  const added = await post(
    'officer-a',
    `/proposals/${id}/lines`,
    bodies.map((body) => ({ path: '/limits', body })),
  )
  assert.equal(added.applied, 3, JSON.stringify(added))
  const limits = mock.method(gate.engine.view, 'limits')
  const { content } = await get('officer-b', `/proposals/${id}`)
  assert.equal(limits.mock.callCount(), 1)
  limits.mock.restore()
  assert.equal(content[0].now, undefined, 'a row of another window is another row')
  assert.equal(content[2].sets.phase, 'CLOSING_AUCTION')
  assert.equal(content[2].now, undefined)
})

test('a client sees no proposal: other desks, their limits and their use stand in them', async () => {
  const made = await post('officer-a', '/proposals', { key: 'secret', title: 'x', path: '/limits', body: LIMIT })
  await gate.register('looker', 'client', ['risk:read', 'limits:approve'])
  await gate.register('ems-2', 'client', ['risk:read', 'orders:write'])
  assert.equal((await get('looker', `/proposals/${made.id}`)).proposal, made.id, 'an overseer sees it')
  assert.equal((await gate.send('ems-2', 'GET', `/proposals/${made.id}`)).body.error.code, 'NOT_FOUND')
  assert.deepEqual((await get('ems-2', '/proposals')).proposals, [])
})

test('a client that is called as a person does nothing as that person', async () => {
  const { id, contentHash } = await post('officer-a', '/proposals', {
    key: 'c',
    title: 'x',
    path: '/limits',
    body: LIMIT,
  })
  const duties = (1 << DUTIES.indexOf('limits:approve')) | (1 << DUTIES.indexOf('risk:read'))
  const token = await gate.issuer.issue({ clientID: 'officer-b', duties, disabled: false }, duties)
  const approved = await gate.send(token, 'POST', `/proposals/${id}/approve`, { contentHash })
  assert.deepEqual([approved.status, approved.body.error?.code], [403, 'FORBIDDEN'])
  assert.equal((await get('officer-b', `/proposals/${id}`)).state, 'PENDING')
})

test('a path that every object has is none of a line', async () => {
  for (const path of ['constructor', '__proto__', 'toString']) {
    const { error } = await post('officer-a', '/proposals', { key: path, title: 'x', path, body: {} })
    assert.deepEqual([error.code, error.field], ['NOT_IN_SET', 'path'], path)
  }
})
