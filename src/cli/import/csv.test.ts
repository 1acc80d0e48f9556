/** Comma-separated values as RFC 4180 has them, and what is not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readCsv } from './csv.ts'

const cells = (source: string) => {
  const read = readCsv(source)
  return 'fault' in read ? `${read.line}: ${read.fault}` : read.map((row) => [row.line, ...row.cells])
}

test('rows, quotes and line ends', () => {
  const rows: readonly (readonly [string, unknown])[] = [
    ['', []],
    ['a', [[1, 'a']]],
    ['a,b\n', [[1, 'a', 'b']]],
    [
      'a,b\r\nc,d\r\n',
      [
        [1, 'a', 'b'],
        [2, 'c', 'd'],
      ],
    ],
    ['\uFEFFa,b', [[1, 'a', 'b']]],
    [
      'a\n\n\nb',
      [
        [1, 'a'],
        [4, 'b'],
      ],
    ],
    [',\n', [[1, '', '']]],
    ['a,', [[1, 'a', '']]],
    ['"a,b",c', [[1, 'a,b', 'c']]],
    ['"say ""no""",', [[1, 'say "no"', '']]],
    [
      '"two\nlines",b\nc,d',
      [
        [1, 'two\nlines', 'b'],
        [3, 'c', 'd'],
      ],
    ],
    ['"",""', [[1, '', '']]],
    [' a , b ', [[1, ' a ', ' b ']]],
    ['a,"b', '1: a quote is not closed'],
    ['a\n"b"c', '2: a comma or the end of the line is missing behind a quote'],
    ['a"b', '1: a quote stands inside a cell that does not begin with one'],
    ['a\rb', '1: a carriage return stands inside a line'],
    ['a\n"b"\rc', '2: a comma or the end of the line is missing behind a quote'],
  ]
  for (const [source, expected] of rows) assert.deepEqual(cells(source), expected, JSON.stringify(source))
})

test('what is written by the rules is read back', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r\n', ' ', 'ü') })
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 })
  fc.assert(
    fc.property(table, (rows) => {
      const written = rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(','))
      const read = readCsv(written.join('\r\n'))
      assert.ok(!('fault' in read))
      assert.deepEqual(
        read.map((row) => row.cells),
        rows,
      )
    }),
    { seed: 20261121 },
  )
})
