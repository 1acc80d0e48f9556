/** What the JSON reader refuses, one row per bad body, and what it takes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RequestError } from '../../model/errors.ts'
import { form, mayFlag, mayNumber, needId } from '../../model/parse/form.ts'
import { BINDING_FORM } from '../../model/parse/hierarchy.ts'
import { readObject, readRows } from './json-words.ts'

const SMALL = form('Small', 'A form of each kind.', [
  needId('id', 'Id.', 'a'),
  mayNumber('n', 'count', 'A number.', '1'),
  mayFlag('on', 'A flag.', true),
  { name: 'list', kind: 'numbers', required: false, doc: 'A list.', example: ['1'], most: 2 },
])

const BAD: readonly [body: string, code: string, field: string][] = [
  ['', 'MALFORMED_JSON', ''],
  ['   ', 'MALFORMED_JSON', ''],
  ['{', 'MALFORMED_JSON', ''],
  ['{"id"', 'MALFORMED_JSON', ''],
  ['{"id":', 'MALFORMED_JSON', 'id'],
  ['{"id":"a"', 'MALFORMED_JSON', ''],
  ['{"id":"a",}', 'MALFORMED_JSON', ''],
  ['{"id":"a"}}', 'MALFORMED_JSON', ''],
  ['{"id":"a"} x', 'MALFORMED_JSON', ''],
  ['{"id":"a" "n":1}', 'MALFORMED_JSON', ''],
  ["{'id':'a'}", 'MALFORMED_JSON', ''],
  ['{id:"a"}', 'MALFORMED_JSON', ''],
  ['{"id":"a\n"}', 'MALFORMED_JSON', ''],
  ['{"id":"a\\x"}', 'MALFORMED_JSON', ''],
  ['{"id":"a\\u12"}', 'MALFORMED_JSON', ''],
  ['{"id":"a\\', 'MALFORMED_JSON', ''],
  ['{"id":"a\\__proto__"}', 'MALFORMED_JSON', ''],
  ['{"id":"a","n":NaN}', 'MALFORMED_JSON', 'n'],
  ['{"id":"a","n":Infinity}', 'MALFORMED_JSON', 'n'],
  ['{"id":"a","n":-Infinity}', 'MALFORMED_JSON', 'n'],
  ['{"id":"a","n":01}', 'MALFORMED_JSON', ''],
  ['{"id":"a","n":+1}', 'MALFORMED_JSON', 'n'],
  ['{"id":"a","n":.5}', 'MALFORMED_JSON', 'n'],
  ['{"id":"a","n":5.}', 'MALFORMED_JSON', ''],
  ['{"id":"a","n":0x10}', 'MALFORMED_JSON', ''],
  ['{"id":"a","n":-}', 'MALFORMED_JSON', 'n'],
  ['{"id":"a","on":tru}', 'MALFORMED_JSON', 'on'],
  ['{"id":"a"/**/}', 'MALFORMED_JSON', ''],
  ['\ufeff{"id":"a"}', 'MALFORMED_JSON', ''],
  ['null', 'WRONG_TYPE', ''],
  ['"a"', 'WRONG_TYPE', ''],
  ['17', 'WRONG_TYPE', ''],
  ['[{"id":"a"}]', 'WRONG_TYPE', ''],
  ['{"id":1}', 'WRONG_TYPE', 'id'],
  ['{"id":true}', 'WRONG_TYPE', 'id'],
  ['{"id":{"a":1}}', 'WRONG_TYPE', 'id'],
  ['{"id":["a"]}', 'WRONG_TYPE', 'id'],
  ['{"id":"a","n":true}', 'WRONG_TYPE', 'n'],
  ['{"id":"a","n":[1]}', 'WRONG_TYPE', 'n'],
  ['{"id":"a","n":{"valueOf":1}}', 'WRONG_TYPE', 'n'],
  ['{"id":"a","on":"true"}', 'WRONG_TYPE', 'on'],
  ['{"id":"a","on":1}', 'WRONG_TYPE', 'on'],
  ['{"id":"a","list":1}', 'WRONG_TYPE', 'list'],
  ['{"id":"a","list":[[1]]}', 'WRONG_TYPE', 'list'],
  ['{"id":"a","list":[1,2,3]}', 'TOO_MANY_ROWS', 'list'],
  ['{"id":"a","list":[1,]}', 'MALFORMED_JSON', 'list'],
  ['{}', 'MISSING_FIELD', 'id'],
  ['{"id":null}', 'MISSING_FIELD', 'id'],
  ['{"id":"a","id":"b"}', 'DUPLICATE_KEY', 'id'],
  ['{"id":"a","id":"a"}', 'DUPLICATE_KEY', 'id'],
  ['{"id":"a","n":1,"n":null}', 'DUPLICATE_KEY', 'n'],
  ['{"id":"a","i\\u0064":"b"}', 'DUPLICATE_KEY', 'id'],
  ['{"id":"a","x":1}', 'UNKNOWN_FIELD', 'x'],
  ['{"id":"a","ID":"b"}', 'UNKNOWN_FIELD', 'ID'],
  ['{"id":"a","__proto__":{"admin":true}}', 'UNKNOWN_FIELD', '__proto__'],
  ['{"id":"a","constructor":{"prototype":{}}}', 'UNKNOWN_FIELD', 'constructor'],
  ['{"id":"a","toString":"b"}', 'UNKNOWN_FIELD', 'toString'],
]

test('a bad body gives its code and its field', () => {
  for (const [body, code, field] of BAD) {
    const fault = readObject(body, SMALL)
    assert.ok(fault instanceof RequestError, body)
    assert.deepEqual([fault.code, fault.field], [code, field], body)
  }
})

test('numbers keep the text that was sent', () => {
  for (const n of ['1', '-0', '1e400', '1E+5', '9007199254740993', '0.1000', '123456789012345678901234567890']) {
    assert.deepEqual(readObject(`{"n":${n},"id":"a"}`, SMALL), { id: 'a', n, on: undefined, list: undefined })
    assert.deepEqual(readObject(`{"n":"${n}","id":"a"}`, SMALL), { id: 'a', n, on: undefined, list: undefined })
  }
})

test('null is "not given", blanks and escapes are those of JSON', () => {
  const body = ' \t\r\n{ "id" : "\\u0041\\n\\"\\\\\\/" , "on":false,"n":null , "list" : [ 1 , "2" ] } \n'
  assert.deepEqual(readObject(body, SMALL), { id: 'A\n"\\/', n: undefined, on: false, list: ['1', '2'] })
})

test('rows are counted and their faults say which', () => {
  const rows: [string, string, string][] = [
    ['[]', 'TOO_MANY_ROWS', ''],
    ['[{"id":"a"},{"id":"b"},{"id":"c"}]', 'TOO_MANY_ROWS', ''],
    ['[{"id":"a"},{"id":1}]', 'WRONG_TYPE', '[1].id'],
    ['[{"id":"a"},{}]', 'MISSING_FIELD', '[1].id'],
    ['[{"id":"a"},7]', 'WRONG_TYPE', '[1]'],
    ['[{"id":"a"}', 'MALFORMED_JSON', '[0]'],
    ['[[[[[[{"id":"a"}]]]]]]', 'WRONG_TYPE', '[0]'],
    [`${'['.repeat(100_000)}`, 'WRONG_TYPE', '[0]'],
  ]
  for (const [body, code, field] of rows) {
    const fault = readRows(body, SMALL, 2)
    assert.ok(fault instanceof RequestError, body.slice(0, 80))
    assert.deepEqual([fault.code, fault.field.replace(/^\[0\]$/, '[0]')], [code, field], body.slice(0, 80))
  }
  assert.equal((readRows('{"id":"a"}', SMALL, 2) as unknown[]).length, 1)
  assert.equal((readRows('[{"id":"a"},{"id":"b"}]', SMALL, 2) as unknown[]).length, 2)
})

test('what JSON.parse refuses is refused, and what is taken JSON.parse reads alike', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"id"',
    '"n"',
    '"on"',
    '"a"',
    '1',
    '-',
    'true',
    'null',
    ' ',
    '"',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const body = pieces.join('')
      const words = readObject(body, SMALL)
      if (words instanceof RequestError) return
      const plain = JSON.parse(body) as Record<string, unknown>
      for (const [key, word] of Object.entries(words)) assert.equal(String(plain[key] ?? undefined), String(word))
    }),
    { numRuns: 3000 },
  )
})

test('a list of texts takes no numbers', () => {
  const fault = readObject('{"kind":"PRINCIPAL_DUTY","duties":[1],"allow":true}', BINDING_FORM)
  assert.ok(fault instanceof RequestError)
  assert.equal(fault.code, 'WRONG_TYPE')
})
