/** Every example of the served document fits its own schema, names the demo's own names, and is taken by a demo gate. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { beginDemo } from '../../cli/demo-genesis.ts'
import { type OpenGate, openGate } from '../../cli/open-gate.ts'
import { FLOOR_CLIENTS, type FloorClient } from '../../floor/client/credentials.ts'
import { DEMO_MARKET, demoWorld } from '../../floor/world/demo-world.ts'
import { agingRequests, worldRequests } from '../../floor/world/world-bodies.ts'
import { EXAMPLE } from '../../model/parse/example-names.ts'
import type { LooseJson } from '../../simulator/loose-json.ts'
import { schemaFaults } from './schema-faults.ts'

const FIRM = 'DEMO'
const SENDER = EXAMPLE.session
const CLIENTS = { ...FLOOR_CLIENTS, [SENDER]: ['orders:write', 'risk:read'] }
const logger = { info: () => {}, warn: () => {}, error: () => {} }

describe('the examples of the document', () => {
  const directory = mkdtempSync(join(tmpdir(), 'examples-'))
  const tokens = new Map<string, string>()
  let gate: OpenGate
  let document: LooseJson

  const post = async (as: string, path: string, body: unknown): Promise<LooseJson> => {
    const headers = { authorization: `Bearer ${tokens.get(as)}`, 'content-type': 'application/json' }
    const answer = await fetch(`${gate.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return answer.json()
  }
  const exampleOf = (path: string): LooseJson => {
    const { schema, example } = document.paths[path].post.requestBody.content['application/json']
    return example ?? (schema.oneOf?.[0] ?? schema).examples[0]
  }

  before(async () => {
    gate = await openGate({
      ...({ directory, durability: 'os', host: '127.0.0.1', port: 0, clock: 'system', logger } as const),
      onFatal: (cause) => assert.fail(String(cause)),
    })
    await beginDemo(gate, { firm: FIRM, baseCurrency: 'USD', tradeDate: 20261121 })
    for (const [client, duties] of Object.entries(CLIENTS)) {
      const secret = await gate.clients.register(client, duties)
      const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: client, client_secret: secret })
      const granted = (await (await fetch(`${gate.url}/oauth/token`, { method: 'POST', body })).json()) as LooseJson
      tokens.set(client, granted.access_token)
    }
    const risk: FloorClient = 'floor-risk'
    const world = demoWorld(FIRM, 'floor-ems')
    for (const { path, rows } of [...worldRequests(world), ...agingRequests(world, new Date().toISOString())]) {
      for (let at = 0; at < rows.length; at += 500) {
        const part = rows.slice(at, at + 500)
        const answer = await post(risk, path, part)
        assert.equal(answer.applied, part.length, `${path}: ${JSON.stringify(answer).slice(0, 500)}`)
      }
    }
    await post('floor-feed', `/feeds/${DEMO_MARKET.feed}/heartbeat`, {})
    document = await (await fetch(`${gate.url}/openapi.json`)).json()
    assert.equal((await post('floor-feed', '/quotes', exampleOf('/quotes'))).outcome, 'APPLIED')
  })
  after(async () => {
    await gate.close()
    rmSync(directory, { recursive: true, force: true })
  })

  test('each fits its own schema', () => {
    let checked = 0
    const check = (schema: LooseJson, value: unknown, at: string) => {
      checked++
      assert.deepEqual(schemaFaults(schema, value, document), [], at)
    }
    const walk = (node: LooseJson, at: string): void => {
      if (typeof node !== 'object' || node === null) return
      if (Array.isArray(node.examples)) for (const value of node.examples) check(node, value, at)
      else if (node.schema !== undefined && typeof node.examples === 'object') {
        for (const [name, { value }] of Object.entries<LooseJson>(node.examples))
          check(node.schema, value, `${at}/${name}`)
      }
      if (node.schema !== undefined && node.example !== undefined) check(node.schema, node.example, at)
      for (const [key, part] of Object.entries(node)) if (key !== 'examples') walk(part, `${at}/${key}`)
    }
    walk(document, '#')
    assert.ok(checked > 500, `${checked} examples`)
  })

  test('each names names of the demo, which the sender of the examples may use together', () => {
    const { names, instruments, bindings } = demoWorld(FIRM, 'floor-ems')
    const known = new Set<string>([
      ...names.map(({ name }) => name),
      ...instruments.map(({ symbol }) => symbol),
      ...Object.keys(CLIENTS),
      ...[FIRM, 'USD'],
    ])
    const { price, stopPx, bidPx, askPx, lastPx, ...named } = EXAMPLE
    for (const [what, name] of Object.entries(named)) assert.ok(known.has(name), `${what} ${name}`)
    assert.ok([price, stopPx, bidPx, askPx, lastPx].every((text) => /^\d+\.\d\d$/.test(text)))
    assert.doesNotMatch(JSON.stringify(document), /600519|T-3\b|ACME/)
    assert.ok(bindings.some(({ kind, a, b }) => kind === 'SESSION_ACCOUNT' && a === SENDER && b === EXAMPLE.account))
  })

  test('a demo gate approves the order, lets every what-if pass, and takes what follows the order', async () => {
    for (const [path, item] of Object.entries<LooseJson>(document.paths)) {
      if (item.post?.tags[0] !== 'What-if') continue
      const verdict = await post(SENDER, path, exampleOf(path))
      assert.equal(verdict.verdict, 'PASS', `${path}: ${JSON.stringify(verdict)}`)
      assert.deepEqual(schemaFaults({ $ref: '#/components/schemas/Verdict' }, verdict, document), [], path)
    }
    const order = exampleOf('/orders')
    const placed = await post(SENDER, '/orders', order)
    assert.equal(placed.outcome, 'APPROVED', JSON.stringify(placed))
    const replaced = await post(SENDER, `/orders/${order.clOrdID}/replace`, exampleOf('/orders/{origClOrdID}/replace'))
    assert.equal(replaced.outcome, 'APPROVED', JSON.stringify(replaced))
    const fill = await post('floor-venue', '/executions', exampleOf('/executions'))
    assert.deepEqual([fill.outcome, fill.orderID, fill.alarm], ['APPLIED', placed.orderID, undefined])
    const canceled = await post(SENDER, `/orders/${order.clOrdID}/cancel`, exampleOf('/orders/{origClOrdID}/cancel'))
    assert.deepEqual([canceled.outcome, canceled.orderID], ['PASS', placed.orderID])
    for (const answer of [placed, replaced]) {
      assert.deepEqual(schemaFaults({ $ref: '#/components/schemas/OrderAnswer' }, answer, document), [])
    }
  })

  test('a demo gate takes what the examples tell it of names, limits and the market', async () => {
    const paths = Object.entries<LooseJson>(document.paths).filter(
      ([path, { post: operation }]) =>
        operation?.requestBody !== undefined &&
        ['Market data', 'Reference data', 'Limits'].includes(operation.tags[0]) &&
        path !== '/locates',
    )
    assert.ok(paths.length > 10)
    for (const [path] of paths) {
      const to = path.replace('{feed}', EXAMPLE.feed).replace('{symbol}', EXAMPLE.symbol)
      const as = /quotes|feeds/.test(path) ? 'floor-feed' : 'floor-risk'
      const answer = await post(as, to, exampleOf(path))
      assert.equal(answer.error, undefined, `${path}: ${JSON.stringify(answer)}`)
    }
  })
})
