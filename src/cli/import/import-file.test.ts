/** Files that are imported, in both forms, and everything that keeps one from it, with its line. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatOf, readImport } from './import-file.ts'
import type { ImportKind } from './import-kinds.ts'

const LIMITS_CSV = `control,subject,object,hard,windowUs,warnBps,mode
MAX_ORDER_NOTIONAL,ACCOUNT:ACC-7,,1000000.00,,7500 9000,
MESSAGE_RATE,STRATEGY:S-1,,10,1000000,,SHADOW
MESSAGE_RATE,STRATEGY:S-1,,100,60000000,,
SECTOR_CONCENTRATION,FIRM:ACME,SECTOR:*,2500,,,
DAILY_GROSS,TRADER:T-1,,UNLIMITED,,,
`
const LIMITS_YAML = `limits:
  - { control: MAX_ORDER_NOTIONAL, subject: "ACCOUNT:ACC-7", hard: 1000000.00, warnBps: [7500, 9000] }
  - { control: MESSAGE_RATE, subject: "STRATEGY:S-1", hard: 10, windowUs: 1000000, mode: SHADOW }
  - { control: MESSAGE_RATE, subject: "STRATEGY:S-1", hard: "100", windowUs: 60000000 }
  - { control: SECTOR_CONCENTRATION, subject: "FIRM:ACME", object: "SECTOR:*", hard: 2500 }
  - { control: DAILY_GROSS, subject: "TRADER:T-1", hard: UNLIMITED }
`

test('the same rows in both forms give the same bodies, digit for digit', () => {
  const csv = readImport('limits', LIMITS_CSV, 'csv')
  const yaml = readImport('limits', LIMITS_YAML, 'yaml')
  assert.deepEqual([csv.faults, yaml.faults], [[], []])
  assert.deepEqual(csv.rows, yaml.rows)
  assert.deepEqual(csv.rows[0], {
    path: '/limits',
    line: 2,
    body: { control: 'MAX_ORDER_NOTIONAL', subject: 'ACCOUNT:ACC-7', hard: '1000000.00', warnBps: ['7500', '9000'] },
  })
})

test('names come before what speaks of them, whatever the order of the file', () => {
  const csv = readImport(
    'reference',
    `path,kind,name,symbol,currency,rate,desk,trader,account,allow,sector,assetClass,feed,tick,lot,qtyMax,priceDecimals,qtyDecimals
bindings,TRADER_ACCOUNT,,,,,,T-1,A-1,true,,,,,,,,
instruments,,,ACME,USD,,,,,,TECH,EQUITY,F,0.01,1,1000,2,0
hierarchy,DESK,D-1,,,,,,,,,,,,,,,
fx,,,,EUR,1.08,,,,,,,,,,,,
hierarchy,TRADER,T-1,,,,D-1,,,,,,,,,,,
`,
    'csv',
  )
  assert.deepEqual(csv.faults, [])
  assert.deepEqual(
    csv.rows.map(({ path, line }) => `${path} ${line}`),
    ['/hierarchy 4', '/hierarchy 6', '/fx 5', '/instruments 3', '/bindings 2'],
  )
})

test('positions, small and large', () => {
  const { rows, faults } = readImport(
    'positions',
    'account,symbol,qty,trader,strategy\nA-1,BTC,-0.00000001,,\nA-1,ACME,9007199254740991,,\nA-1,ACME,5,T-1,\n',
    'csv',
  )
  assert.deepEqual(faults, [])
  assert.deepEqual(rows[2]?.body, { account: 'A-1', symbol: 'ACME', qty: '5', trader: 'T-1' })
})

test('a zone stands for its offsets, one row each, without a gap', () => {
  const source = 'zones:\n  - { zone: America/New_York, from: "2026-01-01T00:00:00Z", until: "2027-01-01T00:00:00Z" }\n'
  const { rows, faults } = readImport('reference', source, 'yaml')
  assert.deepEqual(faults, [])
  const row = (from: string, until: string, offsetSeconds: string) => ({
    ...{ path: '/zones/transitions', line: 2 },
    body: { zone: 'America/New_York', offsetSeconds, from: `${from}:00:00.000000Z`, until: `${until}:00:00.000000Z` },
  })
  assert.deepEqual(rows, [
    row('2026-01-01T00', '2026-03-08T07', '-18000'),
    row('2026-03-08T07', '2026-11-01T06', '-14400'),
    row('2026-11-01T06', '2027-01-01T00', '-18000'),
  ])
})

const head = 'control,subject,hard\n'
const FAULTS: readonly (readonly [title: string, kind: ImportKind, source: string, fault: RegExp])[] = [
  ['nothing', 'limits', '', /^1: there is no row$/],
  ['a head alone', 'limits', head, /^1: there is no row$/],
  ['an unknown column', 'limits', 'control,subject,hrad\n', /^1: column 3, hrad, is no field$/],
  ['a column without a name', 'limits', 'control,,subject\n', /^1: column 2, without name, is no field$/],
  ['a column twice', 'limits', 'path,control,subject,control\n', /^1: column control stands twice$/],
  ['no such zone', 'reference', 'path,zone\nzones,America/Gotham\n', /^2: zone: NOT_IN_SET: /],
  ['a time that is none', 'reference', 'path,zone,from\nzones,UTC,noon\n', /^2: from: NOT_A_TIME: /],
  [
    'a zone backwards',
    'reference',
    'path,zone,from,until\nzones,UTC,2026-01-02T00:00:00Z,2026-01-01T00:00:00Z\n',
    /^2: until: OUT_OF_RANGE: /,
  ],
  ['a zone twice', 'reference', 'path,zone\nzones,UTC\nzones,UTC\n', /^3: line 2 is about the same$/],
  ['no path', 'reference', 'kind,name\nDESK,D\n', /^1: a column path is missing: hierarchy, fx, instruments/],
  ['a path of another kind', 'positions', 'path,account\nlimits,A\n', /^2: path: limits is none of positions$/],
  ['no path in a row', 'reference', 'path,kind,name\n,DESK,D\n', /^2: path: nothing is none of hierarchy/],
  ['a cell too many', 'positions', 'account,symbol,qty\nA,B,1\nA,B,1,2\n', /^3: 4 cells, and 3 columns$/],
  ['a cell too few', 'positions', 'account,symbol,qty\nA,B\n', /^2: 2 cells, and 3 columns$/],
  [
    'a field of another path',
    'reference',
    'path,kind,name,symbol\nhierarchy,DESK,D,X\n',
    /^2: symbol: \/hierarchy has no such field$/,
  ],
  [
    'a flag that is none',
    'reference',
    'path,kind,trader,account,allow\nbindings,TRADER_ACCOUNT,T,A,yes\n',
    /^2: allow: yes is not true or false$/,
  ],
  ['a missing field', 'positions', 'account,symbol,qty\nA,B,\n', /^2: qty: MISSING_FIELD/],
  ['a number that is none', 'positions', 'account,symbol,qty\nA,B,1e3\n', /^2: qty: [A-Z_]+: /],
  ['a number in the way of the country', 'positions', 'account,symbol,qty\nA,B,"1,000"\n', /^2: qty: [A-Z_]+: /],
  ['more than can be held', 'positions', 'account,symbol,qty\nA,B,9007199254740992\n', /^2: qty: OUT_OF_RANGE/],
  [
    'more decimals than there are',
    'positions',
    'account,symbol,qty\nA,B,0.00000000001\n',
    /^2: qty: TOO_MANY_DECIMALS/,
  ],
  ['an unknown control', 'limits', `path,${head}limits,MAX,FIRM:A,1\n`, /^2: control: NOT_IN_SET/],
  ['a limit without level', 'limits', `path,${head}limits,MAX_ORDER_QTY,FIRM:A,\n`, /^2: hard: MISSING_FIELD/],
  ['a rate without window', 'limits', `path,${head}limits,MESSAGE_RATE,SESSION:A,5\n`, /^2: windowUs: MISSING_FIELD/],
  ['a long name', 'positions', `account,symbol,qty\n${'A'.repeat(33)},B,1\n`, /^2: account: TEXT_TOO_LONG/],
  ['the same twice', 'positions', 'account,symbol,qty\nA,B,1\nA,C,1\nA,B,2\n', /^4: line 2 is about the same$/],
  ['an open quote', 'positions', 'account,symbol,qty\nA,"B,1\n', /^2: a quote is not closed$/],
]
for (const [title, kind, source, fault] of FAULTS) {
  test(`refused in CSV: ${title}`, () => {
    const { faults } = readImport(kind, source, 'csv')
    assert.match(faults.map(({ line, text }) => `${line}: ${text}`).join('\n'), fault)
  })
}

const YAML_FAULTS: readonly (readonly [title: string, kind: ImportKind, source: string, fault: RegExp])[] = [
  ['nothing', 'positions', '', /^1: rows stand under positions$/],
  ['a list', 'positions', '- 1', /^1: rows stand under positions$/],
  ['no YAML', 'positions', 'positions: [', /^1: /],
  ['another kind', 'positions', 'limits: []', /^1: limits is none of positions$/],
  ['no list', 'positions', 'positions: 5', /^1: positions is a list of rows$/],
  ['an empty list', 'positions', 'positions: []', /^1: there is no row$/],
  ['a row that is none', 'positions', 'positions:\n  - 5', /^2: a row has fields$/],
  ['a field that is none', 'positions', 'positions:\n  - { acount: A }', /^2: acount: \/positions has no such field$/],
  ['a field twice', 'positions', 'positions:\n  - { qty: 1, qty: 2 }', /^2: Map keys must be unique/],
  [
    'a symbol of digits',
    'positions',
    'positions:\n  - { account: A, symbol: 0700, qty: 1 }',
    /^2: symbol: a text; .* in quotes$/,
  ],
  [
    'a name that is a truth',
    'positions',
    'positions:\n  - { account: true, symbol: B, qty: 1 }',
    /^2: account: a text/,
  ],
  ['a number that is a list', 'positions', 'positions:\n  - { account: A, symbol: B, qty: [1] }', /^2: qty: a number$/],
  ['nothing in a field', 'positions', 'positions:\n  - { account: A, symbol: B, qty: }', /^2: qty: a number$/],
  ['a number in hex', 'positions', 'positions:\n  - { account: A, symbol: B, qty: 0x10 }', /^2: qty: [A-Z_]+: /],
  ['no number', 'positions', 'positions:\n  - { account: A, symbol: B, qty: .nan }', /^2: qty: [A-Z_]+: /],
]
for (const [title, kind, source, fault] of YAML_FAULTS) {
  test(`refused in YAML: ${title}`, () => {
    const { faults } = readImport(kind, source, 'yaml')
    assert.match(faults.map(({ line, text }) => `${line}: ${text}`).join('\n'), fault)
  })
}

test('all faults are told, in the order of the lines', () => {
  const { faults } = readImport('positions', 'account,symbol,qty\nA,B,x\nA,C,1\nA,D\n', 'csv')
  assert.deepEqual(
    faults.map(({ line }) => line),
    [2, 4],
  )
})

test('the form is what the name ends with', () => {
  for (const [file, format] of [
    ['a.csv', 'csv'],
    ['A.CSV', 'csv'],
    ['a.yaml', 'yaml'],
    ['a.yml', 'yaml'],
    ['a.json', undefined],
    ['csv', undefined],
  ] as const) {
    assert.equal(formatOf(file), format)
  }
})
