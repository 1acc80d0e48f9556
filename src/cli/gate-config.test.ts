/** The configuration of a production gate: the example is one, the page names every field, and each fault has its line. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseDocument } from 'yaml'
import { RATE_DEFAULTS } from '../gateway/ratelimit/rate.ts'
import { DEMO_SIZES } from '../model/bounds.ts'
import { code, table } from '../tidy/reference/markdown.ts'
import { repositoryRoot } from '../tidy/repository-root.ts'
import { UsageError } from './exit-codes.ts'
import { EXTERNAL_FIELDS } from './external-issuers.ts'
import { CONFIG_FIELDS, parseGateConfig, readGateConfig } from './gate-config.ts'

const EXAMPLE = join(repositoryRoot(), 'config/gate.example.yaml')
const ACCESS_PAGE = join(repositoryRoot(), 'docs/reference/access.md')
const PAGE = join(repositoryRoot(), 'docs/reference/configuration.md')
const OPEN = '<!-- generated from src/cli/gate-config.ts: UPDATE=1 npm test -- src/cli/gate-config -->'
const CLOSE = '<!-- end -->'

const LEAST = `firm:
  id: ACME
  baseCurrency: USD
officers: [officer-a, officer-b]
data: data
listen:
  port: 8443
issuer:
  url: https://gate.example.com
`

function faultOf(source: string): string {
  try {
    parseGateConfig(source, '/etc/gate.yaml')
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error))
    return error.message
  }
  return 'none'
}

test('the example is a configuration, and needs nothing that it does not say', () => {
  const read = readGateConfig(EXAMPLE)
  assert.deepEqual(read.officers, ['officer-a', 'officer-b'])
  assert.deepEqual(read.tls, { cert: '/etc/portcullis/gate.crt', key: '/etc/portcullis/gate.key' })
  assert.deepEqual(read.control, { host: '0.0.0.0', port: 8444 })
  assert.deepEqual(read.session, { host: '0.0.0.0', port: 8445 })
  assert.deepEqual(read.grpc, { host: '0.0.0.0', port: 8446 })
  assert.deepEqual(read.sizes, DEMO_SIZES)
  const fields = parseDocument(readFileSync(EXAMPLE, 'utf8')).toJS() as Record<string, unknown>
  for (const { path, otherwise } of CONFIG_FIELDS) {
    if (otherwise !== undefined) continue
    const value = path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], fields)
    assert.ok(value !== undefined, path)
  }
})

test('issuers beside the own are read field by field', () => {
  const one = { url: 'https://login.acme.test/realm', audience: 'gate', subjects: 'both' }
  const whole = {
    ...one,
    ...{ nameClaim: 'email', dutiesClaim: 'groups', duties: { 'risk-desk': ['kill', 'risk:read'] } },
    ...{ algorithms: ['ES256'], tokenType: 'JWT', outageMinutes: 5 },
  }
  const withIssuers = (issuers: unknown) => `${LEAST}  external: ${JSON.stringify(issuers)}\n`
  assert.deepEqual(parseGateConfig(withIssuers([whole]), '/x').external, [whole])
  assert.deepEqual(parseGateConfig(LEAST, '/x').external, [])
  const rows: [unknown, RegExp][] = [
    [[], /:10: issuer\.external: \[\] is not a list of 1 to 8 issuers/],
    [new Array(9).fill(one), /is not a list/],
    ['https://x.test', /is not a list/],
    [['https://x.test'], /0 of issuer 1 is no field/],
    [[{ ...one, url: 'http://x.test' }], /url of issuer 1 is not an address/],
    [[{ ...one, url: 'https://x.test/' }], /url of issuer 1/],
    [[{ ...one, audience: undefined }], /audience of issuer 1 is missing/],
    [[one, { ...one, url: 'https://y.test', subjects: 'all' }], /subjects of issuer 2 is not people, machines, both/],
    [[{ ...one, scopes: 'x' }], /scopes of issuer 1 is no field; there are url,/],
    [[{ ...one, duties: { x: ['dream'] } }], /duties of issuer 1/],
    [[{ ...one, duties: ['kill'] }], /duties of issuer 1/],
    [[{ ...one, algorithms: ['HS256'] }], /algorithms of issuer 1/],
    [[{ ...one, algorithms: ['none'] }], /algorithms of issuer 1/],
    [[{ ...one, outageMinutes: -1 }], /outageMinutes of issuer 1/],
    [[one, one], /https:\/\/login\.acme\.test\/realm stands twice/],
    [[{ ...one, url: 'https://gate.example.com' }], /is issuer\.url too/],
  ]
  for (const [issuers, fault] of rows) assert.match(faultOf(withIssuers(issuers)), fault, JSON.stringify(issuers))
})

/** The part of a page between the marks is the table of these rows. */
function assertListed(page: string, made: string): void {
  const text = readFileSync(page, 'utf8')
  const from = text.indexOf(OPEN)
  const to = text.indexOf(CLOSE)
  assert.ok(from > 0 && to > from, 'the page has its marks')
  const current = `${text.slice(0, from)}${OPEN}\n\n${made}\n\n${text.slice(to)}`
  if (process.env.UPDATE === '1') writeFileSync(page, current)
  else assert.equal(text, current, 'UPDATE=1 npm test -- src/cli/gate-config')
}

test('the pages list every field', () => {
  const rows = CONFIG_FIELDS.map(({ path, takes, otherwise, doc }) => [
    code(path),
    takes,
    otherwise === undefined ? 'must be given' : otherwise === '' ? '' : code(otherwise),
    doc,
  ])
  assertListed(PAGE, table(['Field', 'Takes', 'Default', 'Meaning'], rows))
  const fields = EXTERNAL_FIELDS.map(({ name, takes, otherwise = 'must be given', doc }) => [
    code(name),
    takes,
    otherwise,
    doc,
  ])
  assertListed(ACCESS_PAGE, table(['Field', 'Takes', 'Left out', 'Meaning'], fields))
})

test('what is left out has its default; relative paths begin at the file', () => {
  const read = parseGateConfig(LEAST, '/etc/portcullis/gate.yaml')
  const { data, host, control, tls, durability, ledgerDecimals, sizes } = read
  assert.deepEqual(
    { data, host, control, tls, durability, ledgerDecimals, sizes },
    {
      ...{ data: '/etc/portcullis/data', host: '127.0.0.1', tls: undefined },
      control: { host: '127.0.0.1', port: 0 },
      ...{ durability: 'fsync', ledgerDecimals: 2, sizes: DEMO_SIZES },
    },
  )
})

test('rates are read as they are said, of each scope and of single names', () => {
  const { rates, orderAgeMaxMs } = parseGateConfig(
    `${LEAST}rates:
  account: 50 in 1 s
  named:
    - account ACC-1: 100 in 1 s, 20 in 10 ms
    - instrument 600519.SH: 5 in 60 s
shed: { orderMs: 100 }
`,
    '/etc/gate.yaml',
  )
  assert.deepEqual(rates.each.account, { max: 50, windowMs: 1_000, burst: 50, burstMs: 1_000 })
  assert.deepEqual(rates.each.client, RATE_DEFAULTS.each.client)
  assert.deepEqual(Object.fromEntries(rates.named), {
    'account ACC-1': { max: 100, windowMs: 1_000, burst: 20, burstMs: 10 },
    'instrument 600519.SH': { max: 5, windowMs: 60_000, burst: 5, burstMs: 60_000 },
  })
  assert.equal(orderAgeMaxMs, 100)
  const least = parseGateConfig(LEAST, '/etc/gate.yaml')
  assert.deepEqual([least.rates, least.orderAgeMaxMs], [RATE_DEFAULTS, 250])
})

const change = (from: string, to: string) => LEAST.replace(from, to)
const TLS = '  tls: { cert: a.crt, key: a.key }\n'
const FAULTS: readonly (readonly [title: string, source: string, fault: RegExp])[] = [
  ['an empty file', '', /^\/etc\/gate\.yaml:1: the file must hold fields: firm, officers, data, listen/],
  ['a list', '- firm', /^\/etc\/gate\.yaml:1: the file must hold fields/],
  ['no YAML', 'firm: [', /^\/etc\/gate\.yaml:1: /],
  ['a key twice', `${LEAST}data: other\n`, /^\/etc\/gate\.yaml:10: Map keys must be unique/],
  ['two documents', `${LEAST}---\n${LEAST}`, /multiple documents/],
  ['an unknown field', `${LEAST}limits: 5\n`, /^\/etc\/gate\.yaml:10: limits is no field; there are firm, officers/],
  ['a rate that is none', `${LEAST}rates: { client: fast }\n`, /:10: rates\.client: "fast" is not `N in TIME`/],
  ['a rate of nothing', `${LEAST}rates: { client: 0 in 1 s }\n`, /:10: rates\.client/],
  ['a rate of an unknown scope', `${LEAST}rates: { desk: 1 in 1 s }\n`, /:10: rates\.desk is no field/],
  ['a named rate twice', `${LEAST}rates: { named: [account A: 1 in 1 s, account A: 2 in 1 s] }\n`, /:10: rates\.named/],
  ['a named rate of no scope', `${LEAST}rates: { named: [ACC-1: 1 in 1 s] }\n`, /:10: rates\.named/],
  [
    'a named rate of two',
    `${LEAST}rates: { named: [{ account A: 1 in 1 s, account B: 1 in 1 s }] }\n`,
    /:10: rates\.named/,
  ],
  ['an order that never grows old', `${LEAST}shed: { orderMs: 0 }\n`, /:10: shed\.orderMs: 0 is not 1 to 10000/],
  ['an unknown field below', change('  id:', '  ID:'), /^\/etc\/gate\.yaml:2: firm\.ID is no field; there are id, /],
  ['a parameter', `${LEAST}parameters: { revalueBps: 1 }\n`, /:10: parameters is no field/],
  ['a field with fields', change('data: data', 'data: { a: 1 }'), /:5: data has no fields of its own/],
  ['fields without one', change('\n  port: 8443', ''), /:6: listen must hold fields: host, port, tls/],
  ['a missing field', change('data: data\n', ''), /^\/etc\/gate\.yaml: data is missing: a path$/],
  ['nothing in a field', change('data: data', 'data:'), /:5: data: nothing is not a path/],
  ['no issuer', LEAST.slice(0, LEAST.indexOf('issuer')), /^\/etc\/gate\.yaml: issuer\.url is missing: an address/],
  ['an issuer in the clear', change('https', 'http'), /:9: issuer\.url: "http:.* is not an address that begins with/],
  ['an issuer with a slash', change('.com', '.com/'), /:9: issuer\.url/],
  [
    'no officers',
    change('officers: [officer-a, officer-b]\n', ''),
    /^\/etc\/gate\.yaml: officers is missing: two names$/,
  ],
  ['one officer', change('[officer-a, officer-b]', '[officer-a]'), /:4: officers: \["officer-a"\] is not two names/],
  ['one officer twice', change('[officer-a, officer-b]', '[officer-a, officer-a]'), /:4: officers/],
  ['three officers', change('officer-b', 'officer-b, eve'), /:4: officers/],
  ['a firm that is a number', change('ACME', '7'), /:2: firm\.id: 7 is not 1 to 32 printable/],
  ['a name with a blank', change('ACME', 'A B'), /:2: firm\.id/],
  ['a long name', change('ACME', 'A'.repeat(33)), /:2: firm\.id/],
  ['a port in quotes', change('8443', '"8443"'), /:7: listen\.port: "8443" is not 0 to 65535/],
  ['a port that is none', change('8443', '65536'), /:7: listen\.port: 65536 is not 0 to 65535/],
  ['a broken port', change('8443', '84.5'), /:7: listen\.port/],
  ['a host by name', change('  port', '  host: example.com\n  port'), /:7: listen\.host/],
  ['other machines without TLS', change('  port', '  host: 0.0.0.0\n  port'), /:7: listen\.tls is missing: 0\.0\.0\.0/],
  [
    'control for other machines without TLS',
    change('  port', '  control: { host: 10.0.0.7 }\n  port'),
    /:7: listen\.tls is missing: 10\.0\.0\.7 is reached/,
  ],
  [
    'both listeners without TLS',
    change('  port', '  host: 0.0.0.0\n  control: { host: 0.0.0.0 }\n  port'),
    /:7: listen\.tls is missing.*\n.*:8: listen\.tls is missing/,
  ],
  ['two listeners at a port', change('  port', '  control: { port: 8443 }\n  port'), /:7: .*8443 is listen\.port too/],
  [
    'gRPC at the port of another listener',
    change('  port', '  session: { port: 8445 }\n  grpc: { port: 8445 }\n  port'),
    /:8: listen\.grpc\.port: 8445 is another listener's port/,
  ],
  [
    'gRPC for other machines without TLS',
    change('  port', '  grpc: { host: 10.0.0.7, port: 8446 }\n  port'),
    /:7: listen\.tls is missing: 10\.0\.0\.7 is reached/,
  ],
  ['a control listener by name', change('  port', '  control: { host: kill }\n  port'), /:7: listen\.control\.host/],
  [
    'a certificate without a key',
    change('  port', '  tls: { cert: a.crt }\n  port'),
    /:7: listen\.tls\.key is missing/,
  ],
  [
    'a key without a certificate',
    change('  port', '  tls: { key: a.key }\n  port'),
    /:7: listen\.tls\.cert is missing/,
  ],
  [
    'an unknown durability',
    `${LEAST}journal: { durability: none }\n`,
    /:10: journal\.durability: "none" is not fsync or os/,
  ],
  ['a size of nothing', `${LEAST}sizes: { orders: 0 }\n`, /:10: sizes\.orders: 0 is not 16 to 524288/],
  ['a size beyond bounds', `${LEAST}sizes:\n  orders: 524289\n`, /:11: sizes\.orders/],
  ['an unknown size', `${LEAST}sizes: { dreams: 99 }\n`, /:10: sizes\.dreams is no field/],
]
for (const [title, source, fault] of FAULTS) {
  test(`refused: ${title}`, () => assert.match(faultOf(source), fault))
}

test('all faults are said at once, in the order of the lines', () => {
  const lines = faultOf(
    change('8443', 'x').replace('data: data', 'data: 5').replace('[officer-a, officer-b]', 'officer-a'),
  ).split('\n')
  assert.deepEqual(
    lines.map((line) => line.split(' ')[0]),
    ['/etc/gate.yaml:4:', '/etc/gate.yaml:5:', '/etc/gate.yaml:7:'],
  )
})

test('other machines are served with TLS', () => {
  const { host, tls } = parseGateConfig(change('  port', `  host: "::"\n${TLS}  port`), '/etc/gate.yaml')
  assert.deepEqual([host, tls], ['::', { cert: '/etc/a.crt', key: '/etc/a.key' }])
})

test('origins of the feed are origins and nothing else', () => {
  const withOrigins = (origins: string) =>
    LEAST.replace('  port: 8443\n', `  port: 8443\n  feed:\n    origins: ${origins}\n`)
  assert.deepEqual(parseGateConfig(LEAST, '/etc/gate.yaml').feedOrigins, [])
  assert.deepEqual(parseGateConfig(withOrigins('[https://desk.example.com]'), '/etc/gate.yaml').feedOrigins, [
    'https://desk.example.com',
  ])
  for (const bad of [
    'https://desk.example.com',
    '[https://desk.example.com/]',
    '[desk.example.com]',
    '["*"]',
    '[ws://a]',
  ]) {
    assert.match(faultOf(withOrigins(bad)), /^\/etc\/gate\.yaml:\d+: listen\.feed\.origins: /, bad)
  }
})
