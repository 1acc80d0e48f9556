/** The served document, walked: every route, parameter, field and error is described, and every reference resolves. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { REQUEST_ERRORS } from '../../model/errors.ts'
import type { LooseJson } from '../../simulator/loose-json.ts'
import { RestGate } from '../../simulator/rest-gate.ts'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
  readonly security: readonly Record<string, string[]>[]
  readonly parameters?: readonly Record<string, unknown>[]
  readonly requestBody?: { readonly content: Record<string, { readonly schema: object }> }
  readonly responses: Record<string, { readonly description: string; readonly content?: Record<string, object> }>
}

interface Shape {
  readonly properties?: Record<string, { readonly description: string; readonly examples: readonly unknown[] }>
  readonly examples?: readonly unknown[]
  readonly oneOf?: readonly Shape[]
}

const SEVEN = [
  '/validate/max_order_qty',
  '/validate/max_order_value',
  '/check/daily_gross_exposure',
  '/check/intraday_net_exposure',
  '/validate/sector_concentration',
  '/validate/wash_trade',
  '/validate/regulatory_compliance',
]

describe('the OpenAPI document', () => {
  let gate: RestGate
  let document: LooseJson
  const operations: [string, Operation][] = []
  before(async () => {
    gate = await RestGate.start()
    document = await (await fetch(`${gate.url}/openapi.json`)).json()
    for (const [path, item] of Object.entries(document.paths as Record<string, Record<string, Operation>>)) {
      for (const [method, operation] of Object.entries(item)) operations.push([`${method} ${path}`, operation])
    }
  })
  after(() => gate.close())

  test('it is OpenAPI 3.1 with the routes of the gate', () => {
    assert.equal(document.openapi, '3.1.0')
    const paths = Object.keys(document.paths)
    for (const path of [
      ...SEVEN,
      '/orders',
      '/orders/{origClOrdID}/replace',
      '/executions',
      '/cancel-requests',
      '/kill',
    ]) {
      assert.ok(paths.includes(path), path)
    }
    for (const [name] of operations) assert.doesNotMatch(name, /:|^(put|patch|delete|options|head)/, name)
  })

  test('every operation is described, named once, tagged, secured, and lists its errors', () => {
    const ids = operations.map(([, { operationId }]) => operationId)
    assert.equal(new Set(ids).size, ids.length)
    const tags = document.tags.map(({ name }: { name: string }) => name)
    for (const [name, operation] of operations) {
      assert.ok(operation.summary.length > 5 && operation.description.length > 5, name)
      assert.ok(operation.tags.length === 1 && tags.includes(operation.tags[0]), name)
      assert.ok(Array.isArray(operation.security), name)
      assert.ok(operation.responses['200'], name)
      const errors = Object.keys(operation.responses).filter((status) => Number(status) >= 400)
      assert.ok(errors.length > 0, `${name} has no error answers`)
      for (const scheme of operation.security) {
        assert.ok(
          document.components.securitySchemes.oauth.flows.clientCredentials.scopes[scheme.oauth?.[0] ?? ''],
          name,
        )
      }
      if (operation.security.length > 0) assert.ok(errors.includes('401') && errors.includes('403'), name)
      if (operation.requestBody !== undefined) assert.ok(errors.includes('413'), name)
      // A cancel passes whatever its body is.
      if (operation.requestBody !== undefined) assert.equal(errors.includes('415'), !name.endsWith('/cancel'), name)
      for (const [status, response] of Object.entries(operation.responses)) {
        assert.ok(response.description.length > 3 && response.description !== 'Default Response', `${name} ${status}`)
        assert.ok(Object.keys(response.content ?? {}).length === 1, `${name} ${status} has no content`)
      }
    }
  })

  test('every path parameter is declared, and every parameter and field is described with an example', () => {
    for (const [name, operation] of operations) {
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
      assert.deepEqual(declared.map((parameter) => parameter.name).sort(), inPath.sort(), name)
      for (const parameter of operation.parameters ?? []) {
        assert.ok(String(parameter.description ?? '').length > 3, `${name} ${parameter.name}`)
      }
      const json = operation.requestBody?.content['application/json'] as { schema: Shape; example?: object } | undefined
      if (json === undefined) continue
      const shape = json.schema.oneOf?.[0] ?? json.schema
      for (const [field, schema] of Object.entries(shape.properties ?? {})) {
        assert.ok(schema.description.length > 3 && schema.examples.length > 0, `${name} ${field}`)
      }
      assert.ok(json.example ?? shape.examples?.[0], `${name} has no example`)
    }
  })

  test('every reference resolves, and every schema of an answer says what its fields are', () => {
    const walk = (value: unknown, at: string): void => {
      if (Array.isArray(value)) for (const [index, entry] of value.entries()) walk(entry, `${at}/${index}`)
      else if (typeof value === 'object' && value !== null) {
        for (const [key, entry] of Object.entries(value)) {
          if (key === '$ref') {
            const name = /^#\/components\/schemas\/(\w+)$/.exec(String(entry))?.[1] ?? ''
            assert.ok(document.components.schemas[name], `${at}: ${entry}`)
          }
          if (key === 'properties') {
            for (const [field, schema] of Object.entries(
              entry as Record<string, { description?: string; $ref?: string }>,
            )) {
              assert.ok(schema.description ?? schema.$ref, `${at}.${field} has no description`)
            }
          }
          walk(entry, `${at}/${key}`)
        }
      }
    }
    walk(document, '#')
  })

  test('every request error that this wire has is documented somewhere', () => {
    const text = JSON.stringify(document)
    for (const { code, httpStatus } of REQUEST_ERRORS) assert.ok(text.includes(code) === httpStatus > 0, code)
  })
})
